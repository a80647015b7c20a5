//! What the page hears from the window around it.

use super::page::Msg;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, EventTarget, KeyboardEvent};

/// A listener; it ends with the page that keeps it.
pub struct Heard(#[allow(dead_code)] Closure<dyn FnMut(Event)>);

/// What an event of the window means to the page, if anything.
type Meaning = fn(Event) -> Option<Msg>;

const OF_THE_WINDOW: [(&str, Meaning); 7] = [
    ("resize", |_| Some(Msg::Resized)),
    ("keydown", |event| event.dyn_into::<KeyboardEvent>().ok().map(Msg::Key)),
    ("pointerdown", pressed),
    ("pagehide", |_| Some(Msg::Leaving)),
    ("podium-whole", |_| Some(Msg::Whole)),
    ("podium-fonts", |_| Some(Msg::Resized)),
    ("podium-ask", |_| Some(Msg::Asked)),
];

fn pressed(event: Event) -> Option<Msg> {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    let inside = target.is_some_and(|t| t.closest(".has-menu, .dialog").ok().flatten().is_some());
    (!inside).then_some(Msg::PressedOutside)
}

/// Begins to listen.
pub fn listen(send: &yew::Callback<Msg>) -> Vec<Heard> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let mut heard: Vec<Heard> =
        OF_THE_WINDOW.iter().map(|&(name, means)| hear(&window, name, means, send)).collect();
    if let Ok(Some(scheme)) = window.match_media("(prefers-color-scheme: dark)") {
        heard.push(hear(&scheme, "change", |_| Some(Msg::Resized), send));
    }
    heard
}

fn hear(target: &EventTarget, name: &str, means: Meaning, send: &yew::Callback<Msg>) -> Heard {
    let send = send.clone();
    let closure = Closure::wrap(Box::new(move |event: Event| {
        if let Some(msg) = means(event) {
            send.emit(msg);
        }
    }) as Box<dyn FnMut(Event)>);
    // A target that cannot be listened to leaves the page without that one sign.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    Heard(closure)
}
