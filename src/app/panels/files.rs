//! The files above the editor: a tab for each, and what can be done with the one in front.

use super::{Send, on};
use crate::app::files::{FileMsg, Note};
use crate::app::icons::{Icon, icon};
use crate::app::page::{Msg, focus};
use crate::app::tabs::{Id, Tabs};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The tabs as they are shown.
#[derive(Clone, PartialEq)]
pub struct Shown {
    pub names: Rc<Vec<(Id, String)>>,
    pub front: Id,
}

impl Shown {
    /// What is shown of the tabs.
    pub fn of(tabs: &Tabs) -> Shown {
        let names = tabs.all().iter().map(|t| (t.id, t.name.clone())).collect();
        Shown { names: Rc::new(names), front: tabs.front().id }
    }
    fn name(&self) -> &str {
        self.names.iter().find(|(id, _)| *id == self.front).map_or("", |(_, name)| name)
    }
}

/// What there is to press: how it is called, its keys, its picture, what it does.
type Tool = (&'static str, &'static str, Icon, fn() -> FileMsg);

/// What stands beside the tabs.
const TOOLS: [Tool; 4] = [
    ("New file", "", Icon::Plus, || FileMsg::New),
    ("Open files of this machine", "Ctrl+O", Icon::Open, || FileMsg::Pick),
    ("Save to this machine", "Ctrl+S", Icon::Save, || FileMsg::Save),
    ("Format", "Shift+Alt+F", Icon::Format, || FileMsg::Format),
];

/// The bar of files.
pub fn bar(shown: &Shown, renaming: bool, send: &Send) -> Html {
    let tool = |(name, keys, picture, what): Tool| {
        let title = if keys.is_empty() { name.to_owned() } else { format!("{name} ({keys})") };
        html! {
            <button type="button" class="file-tool" {title} aria-label={name} onclick={on(send, move || Msg::File(what()))}>
                { icon(picture) }
            </button>
        }
    };
    html! {
        <div class="files">
            if renaming {
                <NewName name={shown.name().to_owned()} send={send.clone()} />
            } else {
                <div class="file-tabs" role="tablist" aria-label="Files" onkeydown={keys(shown, send)}>
                    { for shown.names.iter().map(|(id, name)| tab(*id, name, *id == shown.front, send)) }
                </div>
            }
            { for TOOLS.into_iter().map(tool) }
        </div>
    }
}

fn tab(id: Id, name: &str, chosen: bool, send: &Send) -> Html {
    let close = {
        let send = send.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            send.emit(Msg::File(FileMsg::Close(id)));
        })
    };
    // The middle button closes a tab, as everywhere.
    let middle = {
        let close = close.clone();
        Callback::from(move |event: MouseEvent| {
            if event.button() == 1 {
                close.emit(event);
            }
        })
    };
    html! {
        <button type="button" role="tab" key={id} id={format!("file-{id}")} class={classes!("file", chosen.then_some("chosen"))}
            aria-selected={chosen.to_string()} aria-controls="editor" tabindex={if chosen { "0" } else { "-1" }}
            aria-keyshortcuts="F2 Delete" title={format!("{name} (rename: F2, close: Delete)")}
            onclick={on(send, move || Msg::File(FileMsg::Show(id)))} ondblclick={on(send, || Msg::File(FileMsg::BeginRename))}
            onauxclick={middle}>
            <span class="file-name">{ name }</span>
            // Who comes by keyboard or by ear has the key for it.
            <span class="file-close" aria-hidden="true" onclick={close}>{ icon(Icon::Close) }</span>
        </button>
    }
}

/// Left and right go from tab to tab, round and round; the focus goes along. Delete closes.
fn keys(shown: &Shown, send: &Send) -> Callback<KeyboardEvent> {
    let (shown, send) = (shown.clone(), send.clone());
    Callback::from(move |event: KeyboardEvent| {
        let count = shown.names.len();
        let at = shown.names.iter().position(|(id, _)| *id == shown.front).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % count,
            "ArrowLeft" => (at + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            "Delete" => return send.emit(Msg::File(FileMsg::Close(shown.front))),
            _ => return,
        };
        // Elsewhere these keys move the clock.
        event.prevent_default();
        event.stop_propagation();
        let id = shown.names[to].0;
        send.emit(Msg::File(FileMsg::Show(id)));
        focus(&format!("file-{id}"));
    })
}

#[derive(Properties, PartialEq)]
struct NewNameProps {
    name: String,
    send: Send,
}

/// A line for another name.
#[component]
fn NewName(props: &NewNameProps) -> Html {
    let line = use_node_ref();
    {
        let line = line.clone();
        let stem = props.name.rfind('.').unwrap_or(props.name.len()) as u32;
        use_effect_with((), move |()| {
            if let Some(line) = line.cast::<HtmlInputElement>() {
                let _ = line.focus();
                let _ = line.set_selection_range(0, stem);
            }
        });
    }
    let done = {
        let (line, send) = (line.clone(), props.send.clone());
        move |keep: bool| {
            let name = line.cast::<HtmlInputElement>().filter(|_| keep).map(|l| l.value());
            send.emit(Msg::File(FileMsg::Rename(name)));
        }
    };
    let blur = {
        let done = done.clone();
        Callback::from(move |_: FocusEvent| done(true))
    };
    let key = Callback::from(move |event: KeyboardEvent| {
        let key = event.key();
        if key == "Enter" || key == "Escape" {
            event.stop_propagation();
            done(key == "Enter");
        }
    });
    html! {
        <input ref={line} class="new-name" value={props.name.clone()} aria-label={format!("New name of {}", props.name)}
            maxlength="100" spellcheck="false" autocomplete="off" onkeydown={key} onblur={blur} />
    }
}

/// What was just done with a file, and what will be lost.
pub fn notes(note: Option<&Note>, lost: &[String], send: &Send) -> Html {
    html! {
        <>
            if let Some(note) = note {
                <div class="note" role="status">
                    <span>{ &note.text }</span>
                    if note.undo {
                        <button type="button" class="small" onclick={on(send, || Msg::File(FileMsg::Reopen))}>{ "Undo" }</button>
                    }
                    <button type="button" class="file-tool" aria-label="Dismiss this note" onclick={on(send, || Msg::File(FileMsg::Dismiss))}>
                        { icon(Icon::Close) }
                    </button>
                </div>
            }
            if !lost.is_empty() {
                <p class="note lost" role="status"><span>
                    { format!("{} is larger than what this browser keeps: it will be lost on a reload. Save it to this machine (Ctrl+S).", lost.join(", ")) }
                </span></p>
            }
        </>
    }
}
