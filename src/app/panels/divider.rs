//! What parts the stage from what stands below it: dragged, or moved with the arrows.

use super::Send;
use crate::app::page::Msg;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::prelude::*;

/// How far an arrow moves it, in CSS pixels.
const STEP: f64 = 32.0;

#[derive(Properties, PartialEq)]
pub struct DividerProps {
    /// How high what stands below is, where somebody has said so, in CSS pixels.
    pub height: Option<f64>,
    pub send: Send,
}

#[component]
pub fn Divider(props: &DividerProps) -> Html {
    let held = use_state_eq(|| false);
    let down = {
        let held = held.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(element) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) {
                // Without the capture the divider follows only while the pointer is on it.
                let _ = element.set_pointer_capture(event.pointer_id());
                held.set(true);
            }
        })
    };
    let moved = {
        let (held, send) = (held.clone(), props.send.clone());
        Callback::from(move |event: PointerEvent| {
            if *held {
                send.emit(Msg::Divide(window_height() - f64::from(event.client_y())));
            }
        })
    };
    let up = {
        let held = held.clone();
        Callback::from(move |_: PointerEvent| held.set(false))
    };
    let now = props.height.unwrap_or_else(|| window_height() / 4.0);
    let key = {
        let send = props.send.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowUp" => STEP,
                "ArrowDown" => -STEP,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            send.emit(Msg::Divide(now + step));
        })
    };
    let share = (now / window_height().max(1.0) * 100.0).round();
    html! {
        <div class={classes!("divider", held.then_some("held"))} role="separator" tabindex="0" aria-orientation="horizontal"
            aria-label="Height of what stands below the stage" aria-valuemin="10" aria-valuemax="80" aria-valuenow={share.to_string()}
            onpointerdown={down} onpointermove={moved} onpointerup={up.clone()} onpointercancel={up} onkeydown={key}></div>
    }
}

fn window_height() -> f64 {
    let height = web_sys::window().and_then(|w| w.inner_height().ok());
    height.and_then(|h| h.as_f64()).unwrap_or(800.0)
}
