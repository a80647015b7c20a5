//! `kubectl config`: which cluster is spoken to, and which namespace is meant where none is named.
//!
//! Models kubectl pkg/cmd/config.

use super::args::{Args, truth, value};
use super::failure::Failure;
use super::get::lay_out;
use super::{Call, Verb, Words, print};
use crate::api::Value;
use crate::record;

/// `kubectl config set-context --current --namespace=NAME`.
pub(super) const SET_CONTEXT: Verb = Verb {
    name: "config set-context",
    takes: Words::OneOf(&[NAME]),
    flags: &[&[truth("current", ' '), value("user", ' ')]],
    run: set_context,
};
/// `kubectl config current-context`.
pub(super) const CURRENT_CONTEXT: Verb = Verb {
    name: "config current-context",
    takes: Words::Nothing,
    flags: &[],
    run: |call, _| {
        call.say(NAME);
        Ok(())
    },
};
/// `kubectl config use-context NAME`.
pub(super) const USE_CONTEXT: Verb = Verb {
    name: "config use-context",
    takes: Words::OneOf(&[NAME]),
    flags: &[],
    run: |call, args| match args.words.first().map(String::as_str) {
        Some(NAME) => {
            call.say(&format!("Switched to context {NAME:?}."));
            Ok(())
        }
        Some(other) => Err(Failure::error(format!("no context exists with the name: {other:?}"))),
        None => Err(Failure::error("must specify a context name")),
    },
};
/// `kubectl config get-contexts`.
pub(super) const GET_CONTEXTS: Verb = Verb {
    name: "config get-contexts",
    takes: Words::OneOf(&[NAME]),
    flags: &[&[value("output", 'o'), truth("no-headers", ' ')]],
    run: get_contexts,
};
/// `kubectl config view`.
pub(super) const VIEW: Verb = Verb {
    name: "config view",
    takes: Words::Nothing,
    flags: &[&[value("output", 'o'), truth("minify", ' '), truth("raw", ' '), truth("flatten", ' ')]],
    run: view,
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

/// The namespace that was set; the default one is not written down.
fn namespace(call: &Call) -> Option<String> {
    Some(call.context.namespace.to_string()).filter(|name| name != "default")
}

fn get_contexts(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.get("output") == Some("name") {
        call.say(NAME);
        return Ok(());
    }
    let place = namespace(call).unwrap_or_default();
    let mut rows =
        vec![["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"], ["*", NAME, NAME, "admin", &place]];
    if args.has("no-headers") {
        rows.remove(0);
    }
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
    call.output.stdout.push_str(&lay_out(&rows));
    Ok(())
}

fn view(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let cluster = record! { "insecure-skip-tls-verify" => true, "server" => "https://127.0.0.1:6443" };
    let context = record! { "cluster" => NAME, "namespace" => namespace(call), "user" => "admin" };
    let of = |field: &'static str, value: Value| vec![record! { field => value, "name" => NAME }];
    let user = record! { "token" => "REDACTED" };
    let config = record! {
        "apiVersion" => "v1",
        "clusters" => of("cluster", cluster),
        "contexts" => of("context", context),
        "current-context" => NAME,
        "kind" => "Config",
        "users" => vec![record! { "name" => "admin", "user" => user }],
    };
    let text = if args.get("output") == Some("json") { print::json(&config) } else { print::yaml(&config) };
    call.output.stdout.push_str(&text);
    Ok(())
}
