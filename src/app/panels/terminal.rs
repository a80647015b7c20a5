//! The terminal: what was entered and what it printed, and the line that is typed.

use super::Send;
use crate::app::page::{Msg, focus};
use crate::app::terminal::{PROMPT, TerminalMsg};
use crate::kubectl::terminal::{Entry, Search, Stream};
use crate::view;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement, InputEvent, KeyboardEvent};
use yew::prelude::*;

/// How near to the end, in CSS pixels, what is shown stays at the end.
const NEAR: i32 = 40;

#[derive(Properties, PartialEq)]
pub struct TerminalProps {
    pub entries: Rc<Vec<Rc<Entry>>>,
    /// What stands before the line.
    pub prompt: String,
    /// Does a command run that has the prompt?
    pub busy: bool,
    /// Does the clock stand still?
    pub paused: bool,
    pub offers: Rc<Vec<String>>,
    /// A search backwards, and what it has found.
    pub search: Option<(Search, Option<String>)>,
    pub send: Send,
}

#[component]
pub fn Terminal(props: &TerminalProps) -> Html {
    let pane = use_node_ref();
    let follows = use_mut_ref(|| true);
    {
        let (pane, follows) = (pane.clone(), follows.clone());
        let seen = (props.entries.clone(), props.offers.len());
        use_effect_with(seen, move |_| {
            if let Some(pane) = pane.cast::<Element>().filter(|_| *follows.borrow()) {
                pane.set_scroll_top(pane.scroll_height());
            }
        });
    }
    let scrolled = {
        let pane = pane.clone();
        Callback::from(move |_: Event| {
            if let Some(pane) = pane.cast::<Element>() {
                let below = pane.scroll_height() - pane.client_height() - pane.scroll_top();
                *follows.borrow_mut() = below < NEAR;
            }
        })
    };
    html! {
        <div class="terminal" ref={pane} onscroll={scrolled} onclick={Callback::from(pressed)}>
            <div role="log" aria-label="What was printed">
                if props.entries.is_empty() {
                    <p class="terminal-hint">
                        { "kubectl works here. Try " }<code>{ "kubectl get pods -w" }</code>{ ", or " }<code>{ "help" }</code>{ "." }
                    </p>
                }
                { for props.entries.iter().map(|e| html! { <Printed key={e.id} entry={e.clone()} /> }) }
            </div>
            { line(props) }
            if let Some((_, found)) = &props.search {
                <p class="terminal-found" aria-live="polite">{ found.as_deref().unwrap_or("nothing found") }</p>
            }
            if !props.offers.is_empty() {
                <ul class="offers" aria-label="What may be typed">{ for props.offers.iter().map(|o| offer(o, &props.send)) }</ul>
            }
        </div>
    }
}

/// The line that is typed.
fn line(props: &TerminalProps) -> Html {
    let searching = props.search.is_some();
    let (typed, found) = (props.send.clone(), props.search.clone().and_then(|(_, found)| found));
    let typed = Callback::from(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        typed.emit(Msg::Terminal(if searching { TerminalMsg::SearchFor(text) } else { TerminalMsg::Typed }));
    });
    let send = props.send.clone();
    let key = Callback::from(move |event: KeyboardEvent| {
        let meant = if searching { in_search(&event, found.as_deref()) } else { meaning(&event) };
        if let Some(msg) = meant {
            event.prevent_default();
            event.stop_propagation();
            send.emit(Msg::Terminal(msg));
        }
    });
    let before = match (&props.search, props.busy) {
        (Some(_), _) => "search back:",
        (None, true) => "",
        (None, false) => &props.prompt,
    };
    html! {
        <div class="terminal-line">
            <label for={PROMPT}>{ before }<span class="sr">{ "Command. Tab completes; leave with Escape, then Tab" }</span></label>
            <textarea id={PROMPT} rows="1" oninput={typed} onkeydown={key} spellcheck="false" autocomplete="off" autocapitalize="off" />
            if props.busy {
                if props.paused {
                    <span class="stands">{ "The clock stands still." }</span>
                    <button type="button" class="small" onclick={super::on(&props.send, || Msg::PlayOrPause)}>{ "Play" }</button>
                }
                <button type="button" class="small" onclick={super::on(&props.send, || Msg::Terminal(TerminalMsg::Interrupt))}>
                    { "Stop" }<kbd>{ "Ctrl C" }</kbd>
                </button>
            }
        </div>
    }
}

/// What a key means at the line; none: what it means in any text.
fn meaning(event: &KeyboardEvent) -> Option<TerminalMsg> {
    let area: HtmlTextAreaElement = event.target_unchecked_into();
    let (text, start) = (area.value(), area.selection_start().ok().flatten().unwrap_or(0));
    let chosen = area.selection_end().ok().flatten() != Some(start);
    let cursor = byte(&text, start);
    let alone = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
    let with_ctrl = event.ctrl_key() && !event.meta_key() && !event.alt_key();
    match event.key().as_str() {
        "Enter" if alone && !event.shift_key() => Some(TerminalMsg::Enter(text)),
        // Within a text of several lines the arrows go from line to line.
        "ArrowUp" if alone && !text[..cursor].contains('\n') => Some(TerminalMsg::Back(text)),
        "ArrowDown" if alone && !text[cursor..].contains('\n') => Some(TerminalMsg::Forth),
        // At an empty line Tab goes on through the page, and so it does after Escape.
        "Tab" if alone && !event.shift_key() && !text.trim().is_empty() && !left(&area) => {
            Some(TerminalMsg::Complete(text, cursor))
        }
        "Escape" => {
            let _ = area.set_attribute("data-left", "");
            Some(TerminalMsg::Typed)
        }
        "c" if with_ctrl && !chosen && nothing_chosen() => Some(TerminalMsg::Interrupt),
        "l" if with_ctrl => Some(TerminalMsg::Clear),
        "r" if with_ctrl => Some(TerminalMsg::Search),
        "p" if with_ctrl => Some(TerminalMsg::Back(text)),
        "n" if with_ctrl => Some(TerminalMsg::Forth),
        _ => {
            let _ = area.remove_attribute("data-left");
            None
        }
    }
}

/// Did Escape give up the line, so that Tab leaves it?
fn left(area: &HtmlTextAreaElement) -> bool {
    area.has_attribute("data-left")
}

/// What a key means while what was typed before is searched.
fn in_search(event: &KeyboardEvent, found: Option<&str>) -> Option<TerminalMsg> {
    match event.key().as_str() {
        "r" if event.ctrl_key() => Some(TerminalMsg::Search),
        "c" | "g" if event.ctrl_key() => Some(TerminalMsg::SearchDone(false)),
        "Enter" => {
            Some(found.map_or(TerminalMsg::SearchDone(false), |line| TerminalMsg::Enter(line.to_owned())))
        }
        "Escape" | "Tab" | "ArrowRight" | "ArrowLeft" | "End" | "Home" => Some(TerminalMsg::SearchDone(true)),
        _ => None,
    }
}

/// The byte at an offset in UTF-16 units.
fn byte(text: &str, units: u32) -> usize {
    let mut seen = 0;
    let place = text.char_indices().find(|(_, c)| {
        let here = seen >= units;
        seen += c.len_utf16() as u32;
        here
    });
    place.map_or(text.len(), |(at, _)| at)
}

/// Is no text of the page chosen, which Ctrl+C would copy?
fn nothing_chosen() -> bool {
    let selection = web_sys::window().and_then(|w| w.get_selection().ok().flatten());
    selection.is_none_or(|s| s.is_collapsed())
}

/// Whoever presses somewhere in the terminal wants to type, unless a text was chosen or a button pressed.
fn pressed(event: MouseEvent) {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    let own = target.is_some_and(|t| t.closest("button, textarea").ok().flatten().is_some());
    if !own && nothing_chosen() {
        focus(PROMPT);
    }
}

fn offer(option: &str, send: &Send) -> Html {
    let chosen = option.to_owned();
    let choose = super::on(send, move || Msg::Terminal(TerminalMsg::Choose(chosen.clone())));
    html! { <li><button type="button" onclick={choose}>{ option.trim_end() }</button></li> }
}

#[derive(Properties, PartialEq)]
struct PrintedProps {
    entry: Rc<Entry>,
}

/// A line that was entered, and what it printed. What did not change is not made anew.
#[component]
fn Printed(props: &PrintedProps) -> Html {
    let entry = &props.entry;
    let part = |(stream, text): (Stream, &str)| {
        let class = match stream {
            Stream::Out => "out",
            Stream::Err => "err",
            Stream::Note => "aside",
        };
        html! { <pre {class}>{ text.strip_suffix('\n').unwrap_or(text) }</pre> }
    };
    let parts = entry.parts.iter().map(|p| (p.stream, p.text.as_str()));
    let screen = entry.screen.iter().map(|text| (Stream::Out, text.as_str()));
    html! {
        <div class="entry">
            <div class="typed">
                <span class="before">{ &entry.prompt }</span>
                <pre>{ &entry.typed }</pre>
                if let Some(exit) = entry.exit.filter(|exit| *exit != 0) {
                    <span class="exit">{ format!("exit {exit}") }</span>
                }
                <span class="when">{ view::stamp(entry.since) }</span>
            </div>
            { for screen.map(part) }
            { for parts.map(part) }
        </div>
    }
}
