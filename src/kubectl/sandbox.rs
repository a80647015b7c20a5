//! `sandbox …`: what no kubectl can do to a cluster, typed on the same line.

use super::{Context, Output};
use crate::api::Text;
use crate::sim::network::traffic::read_rate;
use crate::sim::{Sandbox, Timeline};

/// The commands, as they are told to somebody who has mistyped one.
pub const USAGE: &str = "\
sandbox node-down NODE             a node's machine loses its power
sandbox node-up NODE               and gets it back
sandbox crash [NAMESPACE/]POD      a pod's containers crash
sandbox controller-down NAME       a controller is switched off
sandbox controller-up NAME         and on again
sandbox request FROM URL           a request is sent, from a pod or from \"outside\"
sandbox traffic FROM URL RATE      requests are sent from now on, such as 20/s or 90/m; off stops them
sandbox traffic off                all of them are stopped
sandbox traffic                    tells what came of them
";

/// Reads the words after `sandbox`.
pub fn parse(words: &[String], context: &Context) -> Result<Sandbox, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let pod = |name: &str| match name.split_once('/') {
        Some((namespace, name)) => (namespace.to_owned(), name.to_owned()),
        None => (context.namespace.to_string(), name.to_owned()),
    };
    let text = |s: &str| Text::from(s.to_owned());
    let place = |from: &str| match from {
        "outside" => Text::default(),
        from => {
            let (namespace, name) = pod(from.strip_prefix("pod/").unwrap_or(from));
            format!("{namespace}/{name}").into()
        }
    };
    Ok(match words.as_slice() {
        ["node-down", node] => Sandbox::NodeDown(text(node)),
        ["node-up", node] => Sandbox::NodeUp(text(node)),
        ["crash", name] => {
            let (namespace, name) = pod(name.strip_prefix("pod/").unwrap_or(name));
            Sandbox::Crash(namespace.into(), name.into())
        }
        ["controller-down", name] => Sandbox::ControllerDown(text(name)),
        ["controller-up", name] => Sandbox::ControllerUp(text(name)),
        ["request", from, url] => Sandbox::Send(place(from), text(url)),
        ["traffic", "off"] => Sandbox::Traffic(Text::default(), Text::default(), 0),
        ["traffic", from, url, rate] => {
            let bad = || format!("the rate {rate:?} cannot be read: write 20/s, 90/m or off");
            Sandbox::Traffic(place(from), text(url), read_rate(rate).ok_or_else(bad)?)
        }
        _ => return Err(format!("no such command: sandbox {}", words.join(" "))),
    })
}

/// Does it only ask, and change nothing?
pub fn is_question(words: &[String]) -> bool {
    matches!(words, [word] if word == "traffic")
}

pub(super) fn run(timeline: &mut Timeline, context: &mut Context, words: &[String]) -> Output {
    if is_question(words) {
        let stdout = super::traffic::list(timeline.world());
        return Output { exit: 0, stdout, stderr: String::new() };
    }
    let act = match parse(words, context) {
        Ok(act) => act,
        Err(why) => {
            let stderr = format!("{why}\n{USAGE}");
            return Output { exit: 2, stdout: String::new(), stderr };
        }
    };
    // What is asked of one's own machine may go through a port that is open there.
    let act = match act {
        Sandbox::Send(from, url) if from.is_empty() => match super::portforward::through(context, &url) {
            Some((from, url)) => Sandbox::Send(from, url),
            None => Sandbox::Send(from, url),
        },
        act => act,
    };
    match timeline.interfere(act) {
        Ok(said) => Output { exit: 0, stdout: with_break(said), stderr: String::new() },
        Err(why) => Output { exit: 1, stdout: String::new(), stderr: with_break(format!("error: {why}")) },
    }
}

fn with_break(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
