//! `kubectl cordon`, `uncordon` and `taint`: which pods a node takes.
//!
//! Models kubectl pkg/cmd/drain/drain.go and pkg/cmd/taint/taint.go.

use super::args::{self, Args, truth};
use super::failure::Failure;
use super::target::{self, Asked};
use super::{Call, Verb, Words, save};
use crate::api::{Kind, Object, Value};
use crate::record;
use crate::sim::Request;

/// `kubectl cordon NODE…`.
pub(super) const CORDON: Verb = Verb {
    name: "cordon",
    takes: Words::Names(Kind::Node),
    flags: &[args::CHOICE, args::CHANGE],
    run: |call, args| mark(call, args, &CORDONING).map(drop),
};
/// `kubectl uncordon NODE…`.
pub(super) const UNCORDON: Verb = Verb {
    name: "uncordon",
    takes: Words::Names(Kind::Node),
    flags: &[args::CHOICE, args::CHANGE],
    run: |call, args| mark(call, args, &UNCORDONING).map(drop),
};
/// `kubectl taint nodes NODE… KEY[=VALUE]:EFFECT… KEY[:EFFECT]-…`.
pub(super) const TAINT: Verb = Verb {
    name: "taint",
    takes: Words::Objects(&[Kind::Node]),
    flags: &[args::CHOICE, args::CHANGE, &[truth("overwrite", ' '), truth("all", ' ')]],
    run: taint,
};

/// Closing a node to new pods, or opening it again.
pub(super) struct Mark {
    verb: &'static str,
    closed: bool,
    done: &'static str,
}
const CORDONING: Mark = Mark { verb: "cordon", closed: true, done: "cordoned" };
const UNCORDONING: Mark = Mark { verb: "uncordon", closed: false, done: "uncordoned" };
pub(super) const DRAINING: Mark = Mark { verb: "drain", ..CORDONING };

/// Marks nodes; returns their names.
pub(super) fn mark(call: &mut Call, args: &Args, mark: &Mark) -> Result<Vec<String>, Failure> {
    if args.words.is_empty() && args.get("selector").is_none() {
        let why = format!("USAGE: {} NODE [flags]", mark.verb);
        return Err(Failure::usage(mark.verb, why));
    }
    let mode = save::Mode::of(args)?;
    let mut words = vec!["nodes".to_owned()];
    words.extend(args.words.iter().map(|w| w.trim_start_matches("node/").to_owned()));
    let search = target::find(call, args, mark.verb, target::asked(&words)?)?;
    for found in &search.found {
        let object = found.stored()?;
        let is = object.body().at("spec.unschedulable").as_bool() == Some(true);
        if is == mark.closed {
            let said = format!("already {}", mark.done);
            call.say(&save::line(Kind::Node, &object.meta().name, &said, mode));
            continue;
        }
        let closed = if mark.closed { Value::from(true) } else { Value::Null };
        let mut spec = crate::api::Map::new();
        spec.insert("unschedulable".into(), closed);
        let patch = record! { "spec" => spec };
        save::send(call.timeline, Request::Patch(object.key(), patch), mode)
            .map_err(|refusal| Failure::refused(&refusal, ""))?;
        call.say(&save::line(Kind::Node, &object.meta().name, mark.done, mode));
    }
    call.finish(search.missing)?;
    let names = search.found.iter().filter_map(|found| found.object.as_ref());
    Ok(names.map(|node| node.meta().name.to_string()).collect())
}

/// One change of a node's taints.
enum Change {
    Put { key: String, value: String, effect: String },
    Take { key: String, effect: Option<String> },
}

fn taint(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let mut words = args.words.iter();
    let kind = words.next().ok_or_else(|| {
        Failure::error("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    })?;
    let is_change = |w: &&String| w.contains([':', '=']) || w.ends_with('-');
    let (changes, names): (Vec<&String>, Vec<&String>) = words.partition(is_change);
    let changes: Vec<Change> = changes.into_iter().map(|c| read(c)).collect::<Result<_, _>>()?;
    if changes.is_empty() {
        return Err(Failure::error("at least one taint update is required"));
    }
    let mut line = vec![kind.clone()];
    line.extend(names.into_iter().cloned());
    let asked: Vec<Asked> = target::asked(&line)?;
    if asked.iter().any(|a| a.name.is_none()) && !args.has("all") && args.get("selector").is_none() {
        return Err(Failure::error("at least one resource must be specified"));
    }
    let search = target::find(call, args, "taint", asked)?;
    let mut failures = search.missing;
    for found in &search.found {
        let node = found.stored()?.clone();
        match change(call, &node, &changes, args, mode) {
            Ok(line) => call.say(&line),
            Err(failure) => failures.push(failure),
        }
    }
    call.finish(failures)
}

fn read(text: &str) -> Result<Change, Failure> {
    let known = |effect: &str| ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect);
    let wrong = |effect: &str| {
        Failure::usage("taint", format!("invalid taint effect: {effect}, unsupported taint effect"))
    };
    if let Some(rest) = text.strip_suffix('-') {
        let (key, effect) = match rest.split_once(':') {
            Some((key, effect)) if known(effect) => (key, Some(effect.to_owned())),
            Some((_, effect)) => return Err(wrong(effect)),
            None => (rest, None),
        };
        return Ok(Change::Take { key: key.to_owned(), effect });
    }
    let Some((pair, effect)) = text.split_once(':') else {
        return Err(Failure::usage("taint", format!("invalid taint spec: {text}")));
    };
    if !known(effect) {
        return Err(wrong(effect));
    }
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    Ok(Change::Put { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned() })
}

fn change(
    call: &mut Call,
    node: &Object,
    changes: &[Change],
    args: &Args,
    mode: save::Mode,
) -> Result<String, Failure> {
    let name = &node.meta().name;
    let mut taints: Vec<Value> = node.body().at("spec.taints").items().to_vec();
    let (mut put, mut taken, mut replaced) = (false, false, false);
    let is = |t: &Value, key: &str, effect: Option<&str>| {
        t.get("key").as_str() == Some(key) && effect.is_none_or(|e| t.get("effect").as_str() == Some(e))
    };
    for change in changes {
        match change {
            Change::Take { key, effect } => {
                let before = taints.len();
                taints.retain(|t| !is(t, key, effect.as_deref()));
                if taints.len() == before {
                    let which = effect.as_ref().map_or(key.clone(), |e| format!("{key}:{e}"));
                    return Err(Failure::error(format!("taint {which:?} not found")));
                }
                taken = true;
            }
            Change::Put { key, value, effect } => {
                let at = taints.iter().position(|t| is(t, key, Some(effect)));
                if at.is_some() && !args.has("overwrite") {
                    return Err(Failure::error(format!(
                        "node {name} already has {key} taint(s) with same effect(s) and --overwrite is false"
                    )));
                }
                let value = (!value.is_empty()).then(|| value.clone());
                let taint = record! { "effect" => effect.clone(), "key" => key.clone(), "value" => value };
                match at {
                    Some(at) => taints[at] = taint,
                    None => taints.push(taint),
                }
                (put, replaced) = (true, replaced || at.is_some());
            }
        }
    }
    let mut spec = crate::api::Map::new();
    spec.insert("taints".into(), if taints.is_empty() { Value::Null } else { taints.into() });
    save::send(call.timeline, Request::Patch(node.key(), record! { "spec" => spec }), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    let done = match (put, taken, replaced) {
        (_, _, true) | (true, true, _) => "modified",
        (true, ..) => "tainted",
        _ => "untainted",
    };
    Ok(save::line(Kind::Node, name, done, mode))
}
