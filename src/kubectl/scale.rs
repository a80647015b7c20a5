//! `kubectl scale`: how many replicas there should be.
//!
//! Models kubectl pkg/cmd/scale/scale.go and pkg/scale/scale.go.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, save, target};
use crate::api::{Kind, Object};
use crate::record;
use crate::sim::Request;

/// `kubectl scale [--current-replicas=N] --replicas=N (TYPE NAME… | TYPE/NAME… | TYPE --all | -f FILE)`.
pub(super) const VERB: Verb = Verb {
    name: "scale",
    takes: Words::SCALED,
    flags: &[
        args::CHOICE,
        args::FILES,
        args::CHANGE,
        &[value("replicas", ' '), value("current-replicas", ' '), value("resource-version", ' ')],
        &[truth("all", ' '), value("timeout", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.get("replicas").is_none() {
        return Err(Failure::required("replicas"));
    }
    let wanted = number(args, "replicas").unwrap_or(-1);
    let current = number(args, "current-replicas").filter(|n| *n != -1);
    if wanted < 0 {
        let why = "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0";
        return Err(Failure::error(why));
    }
    let mode = save::Mode::of(args)?;
    let search = target::search(call, args, "scale")?;
    if search.asked.is_empty() {
        return Err(Failure::error("You must provide one or more resources by argument or filename."));
    }
    // The first that cannot be scaled ends it. Models kubectl pkg/cmd/scale/scale.go: RunScale.
    for found in &search.found {
        let line = scale(call, found.stored()?, wanted, current, mode)?;
        call.say(&line);
    }
    call.finish(search.missing)
}

fn number(args: &Args, flag: &str) -> Option<i64> {
    args.get(flag).and_then(|text| text.parse().ok())
}

fn scale(
    call: &mut Call,
    object: &Object,
    wanted: i64,
    current: Option<i64>,
    mode: save::Mode,
) -> Result<String, Failure> {
    let kind = object.kind();
    // Only these have the scale subresource; a Job has none.
    if !matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet) {
        return Err(Failure::no_such_request());
    }
    let is = object.body().at("spec.replicas").as_int().unwrap_or(1);
    if let Some(expected) = current.filter(|n| *n != is) {
        return Err(Failure::error(format!("Expected replicas to be {expected}, was {is}")));
    }
    let patch = record! { "spec" => record! { "replicas" => wanted } };
    save::send(call.timeline, Request::Patch(object.key(), patch), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    Ok(save::line(kind, &object.meta().name, "scaled", mode))
}
