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
    let current = number(args, "current-replicas").unwrap_or(-1);
    if wanted < 0 {
        let why = "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0";
        return Err(Failure::error(why));
    }
    if current < -1 {
        return Err(Failure::error("The --current-replicas must specify an integer of -1 or greater"));
    }
    let mode = save::Mode::of(args)?;
    let search = target::search(call, args, "scale")?;
    target::must_be_named(args, &search)?;
    if args.get("resource-version").is_some_and(|v| !v.is_empty()) && search.found.len() > 1 {
        return Err(Failure::error("cannot use --resource-version with multiple resources"));
    }
    if search.found.is_empty() && search.missing.is_empty() {
        return Err(Failure::error("no objects passed to scale"));
    }
    // The first that cannot be scaled ends it. Models kubectl pkg/cmd/scale/scale.go: RunScale.
    for found in &search.found {
        scale(call, args, found.stored()?, (wanted, current), mode)?;
    }
    call.finish(search.missing)
}

fn number(args: &Args, flag: &str) -> Option<i64> {
    args.get(flag).and_then(|text| text.parse().ok())
}

fn scale(
    call: &mut Call,
    args: &Args,
    object: &Object,
    (wanted, current): (i64, i64),
    mode: save::Mode,
) -> Result<(), Failure> {
    let (kind, name) = (object.kind(), object.meta().name.clone());
    let mut value = object.to_value();
    // Only these have the scale subresource; a Job has none.
    let scales = matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet);
    if mode == save::Mode::DryClient {
        if scales {
            value.set("spec.replicas", wanted);
        }
        return save::tell(call, args, &value, &save::line(kind, &name, "scaled", mode));
    }
    if !scales {
        return Err(Failure::no_such_request());
    }
    let is = object.body().at("spec.replicas").as_int().unwrap_or(1);
    if current != -1 && current != is {
        return Err(Failure::error(format!("Expected replicas to be {current}, was {is}")));
    }
    let revision = object.meta().revision.to_string();
    if let Some(expected) = args.get("resource-version").filter(|v| !v.is_empty() && **v != revision) {
        return Err(Failure::error(format!("Expected resource version to be {expected}, was {revision}")));
    }
    let patch = record! { "spec" => record! { "replicas" => wanted } };
    save::send(call.timeline, Request::Patch(object.key(), patch), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    value.set("spec.replicas", wanted);
    save::tell(call, args, &value, &save::line(kind, &name, "scaled", mode))
}
