//! `kubectl config`: which namespace is meant where none is named.

use super::args::{Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb};

/// `kubectl config set-context --current --namespace=NAME`.
pub(super) const SET_CONTEXT: Verb = Verb {
    name: "config set-context",
    flags: &[&[truth("current", ' '), value("user", ' ')]],
    run: set_context,
};
/// `kubectl config current-context`.
pub(super) const CURRENT_CONTEXT: Verb = Verb {
    name: "config current-context",
    flags: &[],
    run: |call, _| {
        call.say(NAME);
        Ok(())
    },
};

/// There is one context, and this is its name.
const NAME: &str = "podium";

fn set_context(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let named = args.words.first().map(String::as_str);
    match (named, args.has("current")) {
        (None | Some(NAME), true) | (Some(NAME), false) => {}
        (Some(other), false) => {
            return Err(Failure::error(format!("no context exists with the name: {other:?}")));
        }
        (Some(_), true) => {
            return Err(Failure::error("cannot set both a context name and --current"));
        }
        (None, false) => {
            return Err(Failure::error("you must specify a non-empty context name or --current"));
        }
    }
    if let Some(namespace) = args.get("namespace") {
        call.context.namespace = namespace.to_owned().into();
    }
    call.say(&format!("Context {NAME:?} modified."));
    Ok(())
}
