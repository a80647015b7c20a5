//! Time: play and pause, steps, speeds, the scrubber with its marks, the clock.

use super::{Send, on};
use crate::app::icons::{Icon, icon};
use crate::app::page::Msg;
use crate::app::palette;
use crate::app::player::Speed;
use crate::view::MarkRow;
use std::rc::Rc;
use web_sys::{HtmlInputElement, InputEvent};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TransportProps {
    pub playing: bool,
    pub speed: Speed,
    pub stamp: String,
    pub clock: String,
    pub at: f64,
    pub horizon: f64,
    pub lived: f64,
    pub marks: Rc<Vec<MarkRow>>,
    pub range: NodeRef,
    pub send: Send,
}

#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let send = &props.send;
    let button = |picture: Icon, name: &'static str, key: &'static str, msg: fn() -> Msg| {
        html! {
            <button type="button" class="step" aria-label={name} title={format!("{name} ({key})")} onclick={on(send, msg)}>
                { icon(picture) }
            </button>
        }
    };
    let (picture, name) = if props.playing { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    html! {
        <section class="transport" aria-label="Time">
            <div class="buttons">
                { button(Icon::ToStart, "To the start", "Home", || Msg::ToStart) }
                { button(Icon::Back, "One step back", "←", || Msg::StepBack) }
                <button type="button" class="play" aria-label={name} title={format!("{name} (space)")}
                    onclick={on(send, || Msg::PlayOrPause)}>{ icon(picture) }</button>
                { button(Icon::Forward, "One step forward", "→", || Msg::Step) }
                { button(Icon::Next, "To the next event", "N", || Msg::NextMoment) }
            </div>
            <div class="speeds" role="group" aria-label="Speed">
                { for Speed::ALL.into_iter().map(|s| speed(props, s)) }
            </div>
            { scrubber(props) }
            <div class="clock">
                <span class="stamp">{ &props.stamp }</span>
                <span class="date">{ &props.clock }</span>
            </div>
        </section>
    }
}

fn speed(props: &TransportProps, speed: Speed) -> Html {
    let chosen = props.speed == speed;
    html! {
        <button type="button" class={classes!("speed", chosen.then_some("chosen"))} aria-pressed={chosen.to_string()}
            onclick={on(&props.send, move || Msg::Speed(speed))}>{ speed.label() }</button>
    }
}

fn scrubber(props: &TransportProps) -> Html {
    let scrubbed = {
        let send = props.send.clone();
        Callback::from(move |event: InputEvent| {
            send.emit(Msg::Scrub(event.target_unchecked_into::<HtmlInputElement>().value_as_number()));
        })
    };
    let share = |secs: f64| format!("{:.3}%", (secs / props.horizon.max(1.0)).clamp(0.0, 1.0) * 100.0);
    let style = format!("--at:{};--lived:{}", share(props.at), share(props.lived));
    let mark = |m: &MarkRow| {
        let style =
            format!("left:{:.2}%;background:var(--{})", m.at.clamp(0.0, 1.0) * 100.0, palette::name(m.ink));
        html! { <i {style} title={m.title.clone()}></i> }
    };
    let words = format!("{}, {}", props.stamp, props.clock);
    html! {
        <div class="scrubber" {style}>
            <div class="marks" aria-hidden="true">{ for props.marks.iter().map(mark) }</div>
            <div class="track" aria-hidden="true"><span class="lived"></span><span class="past"></span></div>
            <input type="range" ref={props.range.clone()} min="0" max={props.horizon.to_string()} step="0.1"
                aria-label="Time since the start" aria-valuetext={words} oninput={scrubbed} />
        </div>
    }
}
