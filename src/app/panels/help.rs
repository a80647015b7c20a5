//! The help: every key.

use super::{Send, on};
use crate::app::icons::{Icon, icon};
use crate::app::keys;
use crate::app::page::Msg;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct HelpProps {
    pub send: Send,
}

#[component]
pub fn Help(props: &HelpProps) -> Html {
    html! {
        <div class="dialog" role="dialog" aria-labelledby="help-title">
            <div class="details-head">
                <h2 id="help-title">{ "Keys" }</h2>
                <button type="button" class="tool" aria-label="Close the help" onclick={on(&props.send, || Msg::Escape)}>{ icon(Icon::Close) }</button>
            </div>
            <dl class="keys">
                { for keys::HELP.iter().map(|(key, what)| html! {
                    <><dt>{ for key.split(' ').map(|k| html! { <kbd>{ k }</kbd> }) }</dt><dd>{ *what }</dd></>
                }) }
            </dl>
            <p>{ "Nothing leaves this page: the cluster, its nodes and its network run here. It behaves as Kubernetes v1.36 does." }</p>
        </div>
    }
}
