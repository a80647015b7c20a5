//! What Apply would change, over the text that it would apply.

use super::{Send, on};
use crate::app::files::FileMsg;
use crate::app::icons::{Icon, icon};
use crate::app::page::Msg;
use crate::kubectl::{Change, What};
use std::rc::Rc;
use yew::prelude::*;

/// How many lines are shown of all documents.
const LINES_MAX: usize = 2_000;

#[derive(Properties, PartialEq)]
pub struct ChangesProps {
    pub changes: Rc<Vec<Change>>,
    pub send: Send,
}

/// A document after the other, each with what would become of it.
#[component]
pub fn Changes(props: &ChangesProps) -> Html {
    let mut left = LINES_MAX;
    let mut one = |change: &Change| {
        let (class, word) = match &change.what {
            What::New => ("new", "new"),
            What::Unchanged => ("same", "unchanged"),
            What::Changed(_) => ("changed", "changed"),
            What::Refused(_) => ("bad", "would be refused"),
        };
        let body = match &change.what {
            What::Changed(lines) => {
                let shown = lines.len().min(left);
                left -= shown;
                html! {
                    <div class="diff">
                        { for lines[..shown].iter().map(line) }
                        if shown < lines.len() { <p class="gap">{ format!("… {} more lines", lines.len() - shown) }</p> }
                    </div>
                }
            }
            What::Refused(why) => html! { <p class="why">{ why }</p> },
            _ => html! {},
        };
        html! { <li><h3><span class={classes!("fate", class)}>{ word }</span>{ &change.name }</h3>{ body }</li> }
    };
    let all: Vec<Html> = props.changes.iter().map(&mut one).collect();
    html! {
        <div class="changes" role="region" aria-labelledby="changes-title">
            <div class="changes-head">
                <h2 id="changes-title" tabindex="-1">{ "What Apply would change" }</h2>
                <button type="button" class="file-tool" title="Close (Esc)" aria-label="Close what would change"
                    onclick={on(&props.send, || Msg::File(FileMsg::CloseChanges))}>{ icon(Icon::Close) }</button>
            </div>
            <ul tabindex="0" aria-label="Documents">
                { for all }
                if props.changes.is_empty() { <li><p class="why">{ "There is no object in this text." }</p></li> }
            </ul>
        </div>
    }
}

/// A line with its sign, which is said as well.
fn line((sign, text): &(char, String)) -> Html {
    let (class, said) = match sign {
        '-' => ("gone", "goes: "),
        '+' => ("come", "comes: "),
        '@' => return html! { <p class="gap" aria-hidden="true">{ "⋯" }</p> },
        _ => ("", ""),
    };
    html! {
        <p class={class}>
            <span class="said-as" aria-hidden="true">{ if *sign == '-' { "−".to_owned() } else { sign.to_string() } }</span>
            if !said.is_empty() { <span class="sr">{ said }</span> }
            <code>{ text }</code>
        </p>
    }
}
