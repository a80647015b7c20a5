//! The panes of the page. Each is a function of plain data and draws nothing that is not shown.

mod below;
mod changes;
mod details;
mod divider;
mod files;
mod help;
mod manifest;
mod terminal;
mod top;
mod transport;

use super::page::{App, Menu, Msg, Pane, Tab};
use web_sys::PointerEvent;
use yew::prelude::*;

/// Tells the page what happened in a panel.
pub type Send = Callback<Msg>;

/// A callback that tells the page something when whatever happens.
pub fn on<E: 'static>(send: &Send, what: impl Fn() -> Msg + 'static) -> Callback<E> {
    let send = send.clone();
    Callback::from(move |_| send.emit(what()))
}

/// The whole page.
pub fn page(app: &App) -> Html {
    let pane = match app.pane {
        Pane::Manifest => "manifest",
        Pane::Stage => "stage",
        Pane::Details => "details",
        Pane::More => "more",
    };
    let shown = &app.shown;
    html! {
        <div class="page" data-pane={pane} style={app.height_below.map(|h| format!("--below:{h}px"))}>
            <top::Top menu={app.menu} dark={app.is_dark()} nodes={app.timeline.world().config().nodes} send={app.send.clone()} />
            <PaneTabs pane={app.pane} send={app.send.clone()} />
            <main class="work">
                <manifest::Manifest
                    host={app.editor_host.clone()}
                    text={if app.editor.is_there() { AttrValue::default() } else { AttrValue::from(app.tabs.text().to_owned()) }}
                    plain={!app.editor.is_there()}
                    files={files::Shown::of(&app.tabs)}
                    renaming={app.desk.renaming.is_some()}
                    note={app.desk.note.clone()}
                    lost={app.desk.lost.clone()}
                    whole={app.whole}
                    changes={app.desk.changes.clone()}
                    diagnostics={app.diagnostics.clone()}
                    outcomes={app.outcomes.clone()}
                    decided={shown.decided.clone()}
                    send={app.send.clone()}
                />
                { stage(app) }
                <details::Details inspector={shown.inspector.clone()} send={app.send.clone()} />
            </main>
            <transport::Transport
                playing={app.player.playing}
                speed={app.player.speed}
                stamp={shown.stamp.clone()}
                clock={shown.clock.clone()}
                at={shown.at_secs}
                horizon={shown.horizon_secs}
                lived={shown.lived_secs}
                marks={shown.marks.clone()}
                range={app.scrubber.clone()}
                send={app.send.clone()}
            />
            { below::below(app) }
            if app.menu == Some(Menu::Help) {
                <help::Help send={app.send.clone()} />
            }
        </div>
    }
}

/// The stage: a picture, and the same in words for those who do not see it.
fn stage(app: &App) -> Html {
    let pressed = {
        let send = app.send.clone();
        Callback::from(move |event: PointerEvent| {
            send.emit(Msg::StagePressed(event.offset_x() as f32, event.offset_y() as f32));
        })
    };
    html! {
        <section class="stage" aria-label="Stage">
            <div class="stage-pane" tabindex="0" role="group" aria-label="The picture" ref={app.stage.pane.clone()}
                onscroll={on(&app.send, || Msg::Resized)}>
                <canvas ref={app.stage.canvas.clone()} onpointerdown={pressed} aria-hidden="true"></canvas>
            </div>
            <Twin said={app.shown.said.clone()} selected={app.selected.map(|u| u.0)} send={app.send.clone()} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct TwinProps {
    said: std::rc::Rc<Vec<crate::view::Said>>,
    selected: Option<u64>,
    send: Send,
}

/// The stage in words: a list of what stands on it, each reachable by keyboard.
#[component]
fn Twin(props: &TwinProps) -> Html {
    let line = |(i, said): (usize, &crate::view::Said)| {
        let class = format!("depth-{}", said.depth);
        match said.uid {
            Some(uid) => {
                let pressed = props.selected == Some(uid.0);
                let choose = on(&props.send, move || Msg::Select(Some(uid)));
                html! {
                    <li key={i} {class}>
                        <button type="button" onclick={choose} aria-pressed={pressed.to_string()}>{ &said.text }</button>
                    </li>
                }
            }
            None => html! { <li key={i} {class}>{ &said.text }</li> },
        }
    };
    html! {
        <ul class="twin" aria-label="The stage in words">{ for props.said.iter().enumerate().map(line) }</ul>
    }
}

#[derive(Properties, PartialEq)]
struct PaneTabsProps {
    pane: Pane,
    send: Send,
}

/// On a narrow screen one pane is shown at a time.
#[component]
fn PaneTabs(props: &PaneTabsProps) -> Html {
    let all = [
        (Pane::Manifest, "Manifest"),
        (Pane::Stage, "Stage"),
        (Pane::Details, "Details"),
        (Pane::More, "Timeline"),
    ];
    let tab = |(pane, name): (Pane, &'static str)| {
        let on_it = props.pane == pane;
        html! {
            <button type="button" class={classes!("tab", on_it.then_some("chosen"))} aria-pressed={on_it.to_string()}
                onclick={on(&props.send, move || Msg::Pane(pane))}>{ name }</button>
        }
    };
    html! { <nav class="pane-tabs" aria-label="Panes">{ for all.into_iter().map(tab) }</nav> }
}

/// The tabs below the stage, and which of them is open.
pub(super) const TABS: [(Tab, &str); 4] =
    [(Tab::Timeline, "Timeline"), (Tab::Terminal, "Terminal"), (Tab::Events, "Events"), (Tab::Logs, "Logs")];
