//! The manifest: the editor, what is wrong with the text, Apply, and what became of it.

use super::changes::Changes;
use super::{Send, files, on};
use crate::app::apply::Outcome;
use crate::app::files::{FileMsg, Note};
use crate::app::icons::{Icon, icon};
use crate::app::page::Msg;
use crate::kubectl::Change;
use crate::manifest::{Diagnostic, Fix, Severity};
use std::rc::Rc;
use web_sys::{HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

/// How many diagnostics are listed.
const LISTED_MAX: usize = 30;

#[derive(Properties, PartialEq)]
pub struct ManifestProps {
    pub host: NodeRef,
    /// The text, as long as there is no editor that keeps it.
    pub text: AttrValue,
    /// Is the plain text still shown?
    pub plain: bool,
    pub files: files::Shown,
    /// Is the file in front being given another name?
    pub renaming: bool,
    pub note: Option<Note>,
    /// The files that could not be kept for the next visit.
    pub lost: Vec<String>,
    /// What Apply would change, while somebody looks at it.
    pub changes: Option<Rc<Vec<Change>>>,
    /// Is all of the program here?
    pub whole: bool,
    pub diagnostics: Rc<Vec<Rc<Diagnostic>>>,
    pub outcomes: Rc<Vec<Outcome>>,
    pub decided: Option<(u32, String)>,
    pub send: Send,
}

#[component]
pub fn Manifest(props: &ManifestProps) -> Html {
    let typed = {
        let send = props.send.clone();
        Callback::from(move |event: InputEvent| {
            send.emit(Msg::Text(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
        })
    };
    let errors = props.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    html! {
        <section class="manifest" aria-label="Manifest">
            { files::bar(&props.files, props.renaming, &props.send) }
            <div class="editor" id="editor" role="tabpanel" aria-labelledby={format!("file-{}", props.files.front)}>
                if props.plain {
                    <textarea id="plain-manifest" class="plain" value={props.text.clone()} oninput={typed}
                        spellcheck="false" aria-label="Manifest" />
                }
                <div class="editor-host" ref={props.host.clone()}></div>
                if let Some(changes) = &props.changes {
                    <Changes changes={changes.clone()} send={props.send.clone()} />
                }
            </div>
            <div class="below-editor">
                // Whoever looks at what would change needs the room for it.
                if props.changes.is_none() { { beside(props) } }
                <div class="apply-row">
                    <button type="button" class="apply" onclick={on(&props.send, || Msg::Apply)}>
                        { "Apply" }<kbd>{ "Ctrl ↵" }</kbd>
                    </button>
                    <button type="button" class="small" title="What Apply would change (Ctrl+D)" aria-pressed={props.changes.is_some().to_string()}
                        onclick={on(&props.send, || Msg::File(FileMsg::Compare))}>{ "Diff" }</button>
                    <span class="apply-note">{ if props.whole { note(errors, props.diagnostics.len()) } else { "The cluster is starting…".to_owned() } }</span>
                </div>
                <ul class="outcomes" aria-live="polite" aria-label="What became of it">
                    { for props.outcomes.iter().take(50).map(outcome) }
                </ul>
            </div>
        </section>
    }
}

/// What there is to say of the text.
fn beside(props: &ManifestProps) -> Html {
    html! {
        <>
            if let Some((line, what)) = &props.decided {
                <div class="decided"><b>{ format!("line {line} decided this") }</b><span>{ what }</span></div>
            }
            { files::notes(props.note.as_ref(), &props.lost, &props.send) }
            { diagnostics(props) }
        </>
    }
}

fn note(errors: usize, all: usize) -> String {
    match (errors, all) {
        (0, 0) => "no mistakes found".to_owned(),
        (0, 1) => "1 remark".to_owned(),
        (0, n) => format!("{n} remarks"),
        (1, _) => "1 mistake".to_owned(),
        (n, _) => format!("{n} mistakes"),
    }
}

fn diagnostics(props: &ManifestProps) -> Html {
    let one = |d: &Rc<Diagnostic>| {
        let (class, picture) = match d.severity {
            Severity::Error => ("error", Icon::Error),
            Severity::Warning => ("warning", Icon::Warning),
            Severity::Information => ("information", Icon::Info),
        };
        let it = Rc::clone(d);
        html! {
            <li><button type="button" class={classes!("diagnostic", class)} onclick={on(&props.send, move || Msg::Show(it.clone()))}>
                { icon(picture) }
                <span><span class="sr">{ format!("{}, ", d.severity.word()) }</span>
                    <b>{ format!("line {}", d.span.start.line) }</b>{ " " }{ &d.message }
                    if let Some(hint) = &d.hint { <em>{ hint }</em> }
                </span>
            </button>
            if !d.fixes.is_empty() && !props.plain { { fixes(props, d) } }
            </li>
        }
    };
    if props.diagnostics.is_empty() {
        return html! {};
    }
    html! {
        <ul class="diagnostics" aria-label="Mistakes and remarks">{ for props.diagnostics.iter().take(LISTED_MAX).map(one) }</ul>
    }
}

/// A button for each way to mend a mistake.
fn fixes(props: &ManifestProps, d: &Rc<Diagnostic>) -> Html {
    let one = |(i, fix): (usize, &Fix)| {
        let it = Rc::clone(d);
        let mend = on(&props.send, move || Msg::File(FileMsg::Mend(it.clone(), i)));
        html! { <button type="button" class="small" onclick={mend}>{ &fix.title }</button> }
    };
    html! { <div class="fixes">{ for d.fixes.iter().enumerate().map(one) }</div> }
}

fn outcome(outcome: &Outcome) -> Html {
    let (class, picture) = if outcome.taken { ("taken", Icon::Done) } else { ("refused", Icon::Error) };
    html! { <li {class}>{ icon(picture) }<span>{ &outcome.text }</span></li> }
}
