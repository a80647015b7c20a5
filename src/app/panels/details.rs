//! The inspector: what something is now, why, what was said about it, and what can be done to it.

use super::{Send, on};
use crate::app::icons::{Icon, icon};
use crate::app::page::Msg;
use crate::app::palette;
use crate::view::{Action, EventRow, Fact, Inspector, NodeRow, Step};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DetailsProps {
    pub inspector: Option<Rc<Inspector>>,
    pub send: Send,
}

#[component]
pub fn Details(props: &DetailsProps) -> Html {
    html! {
        <section class="details" aria-label="Inspector" tabindex="0">
            if let Some(inspector) = &props.inspector {
                { inspected(inspector, &props.send) }
            } else {
                { legend() }
            }
        </section>
    }
}

fn inspected(it: &Inspector, send: &Send) -> Html {
    let colour = format!("--it:var(--{})", palette::name(it.ink));
    html! {
        <>
            <div class="details-head">
                <span class="kind">{ it.key.kind.info().name }</span>
                <button type="button" class="tool" aria-label="Close the inspector" onclick={on(send, || Msg::Select(None))}>
                    { icon(Icon::Close) }
                </button>
            </div>
            <h2 class="name">{ &*it.key.name }</h2>
            <p class="how"><span class="pill" style={colour}>{ &it.word }</span><span>{ &it.remark }</span></p>
            <div class="actions">{ for it.actions.iter().map(|a| action(a, send)) }</div>
            if !it.why.is_empty() {
                <h3>{ "Why?" }</h3>
                // The answer comes first, and below it what led to it.
                <ol class="why" reversed=true>{ for it.why.iter().rev().map(|s| step(s, send)) }</ol>
            }
            if let Some(placement) = &it.placement {
                <h3>{ "Why this node?" }</h3>
                <p class="told">{ &placement.told }</p>
                <ul class="own-events">{ for placement.rows.iter().map(node_row) }</ul>
            }
            <h3>{ "Now" }</h3>
            <dl class="facts">{ for it.facts.iter().map(|f| fact(f, send)) }</dl>
            if !it.events.is_empty() {
                <h3>{ "Events" }</h3>
                <ul class="own-events">{ for it.events.iter().map(event) }</ul>
            }
        </>
    }
}

fn action(action: &Action, send: &Send) -> Html {
    let danger = matches!(action, Action::Delete(_) | Action::Crash(..) | Action::Power(_, false));
    let it = action.clone();
    html! {
        <button type="button" class={classes!("action", danger.then_some("danger"))}
            onclick={on(send, move || Msg::Act(it.clone()))}>{ action.label() }</button>
    }
}

fn step(step: &Step, send: &Send) -> Html {
    let uid = step.uid;
    html! {
        <li class={classes!(step.bad.then_some("bad"), (!step.field.is_empty()).then_some("field"))}>
            <button type="button" onclick={on(send, move || Msg::Select(uid))}>
                <b>{ &step.title }</b><span>{ &step.detail }</span>
            </button>
        </li>
    }
}

fn fact(fact: &Fact, send: &Send) -> Html {
    let value = match fact.uid {
        Some(uid) => html! {
            <button type="button" class="follow" onclick={on(send, move || Msg::Select(Some(uid)))}>
                { &fact.value }{ icon(Icon::Follow) }
            </button>
        },
        None => html! { { &fact.value } },
    };
    html! { <><dt>{ fact.name }</dt><dd>{ value }</dd></> }
}

fn node_row(row: &NodeRow) -> Html {
    let score = row.score.map_or("✕".to_owned(), |n| n.to_string());
    html! {
        <li class={row.score.is_none().then_some("warning")}>
            <span class="when">{ score }</span>
            <span><b>{ &row.node }</b>{ if row.chosen { " (chosen) " } else { " " } }{ &row.detail }</span>
        </li>
    }
}

fn event(event: &EventRow) -> Html {
    html! {
        <li class={event.warning.then_some("warning")}>
            <span class="when">{ &event.at }</span>
            <span><b>{ event.reason }</b>{ " " }{ &*event.message }
                if event.count > 1 { <span class="times">{ format!(" ×{}", event.count) }</span> }
            </span>
        </li>
    }
}

/// What the shapes of the stage mean, as long as nothing is looked at.
fn legend() -> Html {
    let rows: [(&str, &str, &str); 8] = [
        ("pending", "Pending", "waits for a node"),
        ("creating", "ContainerCreating", "its container is being made"),
        ("running", "Running", "the ring shows how far it is"),
        ("succeeded", "Succeeded", "ended with exit code 0"),
        ("failed", "Failed", "ended badly"),
        ("crash-loop", "CrashLoopBackOff", "waits to be started again"),
        ("terminating", "Terminating", "is being stopped"),
        ("unknown", "Unknown", "its node is lost"),
    ];
    html! {
        <>
            <h2 class="legend-title">{ "What you see" }</h2>
            <p class="legend-lead">{ "Every square is a pod. Press one, or a job, a service or a node, to see what it is and why." }</p>
            <ul class="legend">
                { for rows.into_iter().map(|(state, name, about)| html! {
                    <li>{ sign(state) }<span><b>{ name }</b><span>{ about }</span></span></li>
                }) }
            </ul>
        </>
    }
}

/// A pod of the legend, drawn as the stage draws it.
fn sign(state: &'static str) -> Html {
    let (path, solid) = match state {
        "creating" => ("M15 9.4a5.6 5.6 0 0 1 5.4 4.2", false),
        "running" => ("M15 8.8a6.2 6.2 0 1 1-6.2 6.2", true),
        "succeeded" => ("M9.8 15.5l3.6 3.6 7-7.8", true),
        "failed" => ("M10.4 10.4l9.2 9.2M19.6 10.4l-9.2 9.2", true),
        "crash-loop" => ("M11.6 11.6l6.8 6.8M18.4 11.6l-6.8 6.8", false),
        "terminating" => ("M10.4 15h9.2", true),
        "unknown" => ("M12.4 12.6a2.7 2.7 0 1 1 4 2.4c-1 .6-1.4 1-1.4 2M15 19.8v.1", false),
        _ => ("", false),
    };
    html! {
        <svg class={classes!("sign", state, solid.then_some("solid"))} viewBox="0 0 30 30" aria-hidden="true" focusable="false">
            <rect x="3" y="3" width="24" height="24" rx="6.5" />
            <path d={path} />
            if state == "crash-loop" { <path d="M15 .9A14.1 14.1 0 0 1 29.1 15" class="turn" /> }
        </svg>
    }
}
