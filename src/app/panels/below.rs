//! What is open below the stage: the timeline, the events, the logs.

use super::divider::Divider;
use super::terminal::Terminal;
use super::{Send, TABS, on};
use crate::app::page::{App, Msg, Tab, focus};
use crate::app::terminal::TerminalMsg;
use crate::view::{EventRow, LogRow};
use std::rc::Rc;
use web_sys::PointerEvent;
use yew::prelude::*;

/// The pane below the stage.
pub fn below(app: &App) -> Html {
    let tab = |(tab, name): (Tab, &'static str)| {
        let chosen = app.tab == tab;
        let count = app.shown.events_count;
        html! {
            <button type="button" role="tab" id={format!("tab-{name}")} class={classes!("tab", chosen.then_some("chosen"))}
                aria-selected={chosen.to_string()} tabindex={if chosen { "0" } else { "-1" }} aria-controls="below"
                onclick={on(&app.send, move || opens(tab))}>
                { name }
                if tab == Tab::Events && count > 0 { <span class="count">{ count }</span> }
            </button>
        }
    };
    let name = TABS.iter().find(|(t, _)| *t == app.tab).map_or("", |(_, n)| n);
    html! {
        <section class="below" aria-label="Below the stage">
            <Divider height={app.height_below} send={app.send.clone()} />
            <div class="tabs" role="tablist" aria-label="Below the stage" onkeydown={arrows(app)}>{ for TABS.into_iter().map(tab) }</div>
            <div class="below-pane" id="below" role="tabpanel" tabindex="0" aria-labelledby={format!("tab-{name}")} ref={app.below.pane.clone()}>
                { match app.tab {
                    Tab::Timeline => timeline(app),
                    Tab::Terminal => terminal(app),
                    Tab::Events => html! { <Events rows={app.shown.events.clone()} send={app.send.clone()} /> },
                    Tab::Logs => html! { <Logs rows={app.shown.logs.clone()} of={of(app)} send={app.send.clone()} /> },
                } }
            </div>
        </section>
    }
}

/// Who presses the terminal's tab wants to type; who comes by with the arrows does not.
fn opens(tab: Tab) -> Msg {
    if tab == Tab::Terminal { Msg::Terminal(TerminalMsg::Open) } else { Msg::Tab(tab) }
}

/// Left and right go from tab to tab, round and round; the focus goes along.
fn arrows(app: &App) -> Callback<KeyboardEvent> {
    let at = TABS.iter().position(|(t, _)| *t == app.tab).unwrap_or(0);
    let send = app.send.clone();
    Callback::from(move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => TABS.len() - 1,
            _ => return,
        };
        let (tab, name) = TABS[(at + step) % TABS.len()];
        send.emit(Msg::Tab(tab));
        focus(&format!("tab-{name}"));
    })
}

fn of(app: &App) -> Option<String> {
    let it = app.shown.inspector.as_ref()?;
    Some(format!("{} {}", it.key.kind.info().name, it.key.name))
}

fn terminal(app: &App) -> Html {
    let terminal = &app.terminal;
    let search = terminal.history.search.clone();
    html! {
        <Terminal entries={terminal.entries().clone()} prompt={if terminal.is_open() { ">".to_owned() } else { terminal.prompt() }}
            busy={terminal.is_busy()} paused={!app.player.playing} offers={app.prompt.offers.options.clone()}
            search={search.map(|s| (s, terminal.history.found().map(str::to_owned)))} send={app.send.clone()} />
    }
}

fn timeline(app: &App) -> Html {
    let pressed = {
        let send = app.send.clone();
        Callback::from(move |event: PointerEvent| {
            send.emit(Msg::TimelinePressed(event.offset_x() as f32, event.offset_y() as f32));
        })
    };
    let style = format!("height:{}px", app.shown.gantt_height.round());
    html! {
        <div class="gantt" {style} onscroll={on(&app.send, || Msg::Resized)}>
            <canvas ref={app.below.canvas.clone()} onpointerdown={pressed} role="img"
                aria-label="One row a pod, below its owner, with its states over time. The stage in words says the same of now."></canvas>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct EventsProps {
    rows: Rc<Vec<EventRow>>,
    send: Send,
}

#[component]
fn Events(props: &EventsProps) -> Html {
    if props.rows.is_empty() {
        return html! { <p class="nothing">{ "The control plane has said nothing yet." }</p> };
    }
    let row = |e: &EventRow| {
        let uid = e.uid;
        html! {
            <tr key={e.number} class={e.warning.then_some("warning")}>
                <td class="when">{ &e.at }</td>
                <td>{ if e.warning { "Warning" } else { "Normal" } }</td>
                <td><b>{ e.reason }</b></td>
                <td><button type="button" class="follow" onclick={on(&props.send, move || Msg::Select(Some(uid)))}>{ &e.object }</button></td>
                <td class="message">{ &*e.message }{ if e.count > 1 { format!(" ×{}", e.count) } else { String::new() } }</td>
            </tr>
        }
    };
    html! {
        <table class="rows">
            <thead><tr><th scope="col">{ "Time" }</th><th scope="col">{ "Type" }</th><th scope="col">{ "Reason" }</th>
                <th scope="col">{ "Object" }</th><th scope="col">{ "Message" }</th></tr></thead>
            <tbody>{ for props.rows.iter().map(row) }</tbody>
        </table>
    }
}

#[derive(Properties, PartialEq)]
struct LogsProps {
    rows: Rc<Vec<LogRow>>,
    /// Whose logs these are; none: everybody's.
    of: Option<String>,
    send: Send,
}

#[component]
fn Logs(props: &LogsProps) -> Html {
    let whose =
        props.of.clone().map_or("All pods, the newest line last".to_owned(), |of| format!("{of} only"));
    let row = |r: &LogRow| {
        let uid = r.uid;
        let hue = format!("--hue:{}", crate::api::mix(uid.0) % 360);
        html! {
            <li>
                <span class="when">{ &r.stamp }</span>
                <button type="button" class="follow pod" style={hue} onclick={on(&props.send, move || Msg::Select(Some(uid)))}>
                    { &*r.pod }{ if r.container.is_empty() { String::new() } else { format!(" {}", r.container) } }
                </button>
                <span class="line">{ &*r.text }</span>
            </li>
        }
    };
    html! {
        <div class="logs">
            <p class="whose">{ whose }</p>
            if props.rows.is_empty() {
                <p class="nothing">{ "Nothing was printed yet." }</p>
            } else {
                <ol>{ for props.rows.iter().map(row) }</ol>
            }
        </div>
    }
}
