//! `kubectl cordon`, `uncordon` and `taint`: which pods a node takes.
//!
//! Models kubectl pkg/cmd/drain/drain.go and pkg/cmd/taint/taint.go.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::resource::Resource;
use super::target;
use super::{Call, Verb, Words, save};
use crate::api::{Kind, Object, Value};
use crate::manifest;
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
    flags: &[
        args::CHANGE,
        &[truth("overwrite", ' '), truth("all", ' '), value("selector", 'l')],
        &[args::maybe("validate", "strict")],
    ],
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

/// Models taint.go: Complete, Validate and RunTaint.
fn taint(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let is_change = |w: &String| w.contains([':', '=']) || w.ends_with('-');
    let first = args.words.iter().position(is_change).unwrap_or(args.words.len());
    let (words, changes) = args.words.split_at(first);
    if let Some(word) = changes.iter().find(|w| !is_change(w)) {
        let why = format!("all resources must be specified before taint changes: {word}");
        return Err(Failure::error(why));
    }
    let [kind, names @ ..] = words else {
        return Err(Failure::error("one or more resources must be specified as <resource> <name>"));
    };
    if changes.is_empty() {
        return Err(Failure::error("at least one taint update is required"));
    }
    let changes = read_all(changes).map_err(|why| Failure::usage("taint", why))?;
    if Resource::from_word(&kind.to_lowercase())? != [Resource::Kind(Kind::Node)] {
        let why = format!("invalid resource type {}, only node types are supported", kind.to_lowercase());
        return Err(Failure::error(why));
    }
    check(args, names, &changes)?;
    let chosen = args.has("all") || args.get("selector").is_some();
    let mut line = vec![kind.clone()];
    line.extend(names.iter().filter(|_| !chosen).cloned());
    let search = target::find(call, args, "taint", target::asked(&line)?)?;
    let mut failures = search.missing;
    for found in &search.found {
        let node = found.stored()?.clone();
        failures.extend(change(call, &node, &changes, args, mode).err());
    }
    call.finish(failures)
}

fn check(args: &Args, names: &[String], changes: &[Change]) -> Result<(), Failure> {
    let mut both = Vec::new();
    for put in changes {
        let Change::Put { key, effect, .. } = put else { continue };
        for take in changes {
            if let Change::Take { key: taken, effect: which } = take
                && taken == key
                && which.as_ref().is_none_or(|e| e == effect)
            {
                both.push(format!("{key}={}", which.as_deref().unwrap_or("")));
            }
        }
    }
    let selects = args.get("selector").is_some_and(|s| !s.is_empty());
    let why = if !both.is_empty() {
        let which = both.join(", ");
        format!("can not both modify and remove the following taint(s) in the same command: {which}")
    } else if args.has("all") && selects {
        "setting 'all' parameter with a non empty selector is prohibited".to_owned()
    } else if !args.has("all") && !selects && names.is_empty() {
        "at least one resource name must be specified since 'all' parameter is not set".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::error(why))
}

/// Models taint/utils.go: parseTaints.
fn read_all(texts: &[String]) -> Result<Vec<Change>, String> {
    let mut all = Vec::new();
    for text in texts {
        let change = read(text)?;
        if let Change::Put { key, value, effect } = &change {
            let same =
                |c: &Change| matches!(c, Change::Put { key: k, effect: e, .. } if k == key && e == effect);
            if all.iter().any(same) {
                return Err(format!(
                    "duplicated taints with the same key and effect: {{{key} {value} {effect} <nil>}}"
                ));
            }
        }
        all.push(change);
    }
    Ok(all)
}

/// `KEY=VALUE:EFFECT`, `KEY:EFFECT`, and with `-` at the end `KEY` as well. Models taint/utils.go: parseTaint.
fn read(text: &str) -> Result<Change, String> {
    let whole = text.strip_suffix('-').unwrap_or(text);
    let invalid = || format!("invalid taint spec: {whole}");
    let (key, value, effect) = match whole.split(':').collect::<Vec<_>>().as_slice() {
        [key] => (*key, "", None),
        [pair, effect] => {
            if !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(effect) {
                return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
            }
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if value.contains('=') {
                return Err(invalid());
            }
            let why = manifest::label_value(value);
            if !why.is_empty() {
                return Err(format!("{}, {}", invalid(), why.join("; ")));
            }
            (key, value, Some((*effect).to_owned()))
        }
        _ => return Err(invalid()),
    };
    let why = manifest::qualified(key);
    if !why.is_empty() {
        return Err(format!("{}, {}", invalid(), why.join("; ")));
    }
    let (key, value) = (key.to_owned(), value.to_owned());
    match (text.ends_with('-'), effect) {
        (true, effect) => Ok(Change::Take { key, effect }),
        (false, Some(effect)) => Ok(Change::Put { key, value, effect }),
        (false, None) => Err(invalid()),
    }
}

/// Models taint/utils.go: reorganizeTaints.
fn change(
    call: &mut Call,
    node: &Object,
    changes: &[Change],
    args: &Args,
    mode: save::Mode,
) -> Result<(), Failure> {
    let name = &node.meta().name;
    let old: Vec<Value> = node.body().at("spec.taints").items().to_vec();
    let is = |t: &Value, key: &str, effect: Option<&str>| {
        t.get("key").as_str() == Some(key) && effect.is_none_or(|e| t.get("effect").as_str() == Some(e))
    };
    let mut taints = Vec::new();
    let mut there = Vec::new();
    for put in changes {
        let Change::Put { key, value, effect } = put else { continue };
        there.extend(old.iter().any(|t| is(t, key, Some(effect))).then_some(key.as_str()));
        let value = (!value.is_empty()).then(|| value.clone());
        taints.push(record! { "effect" => effect.clone(), "key" => key.clone(), "value" => value });
    }
    if !there.is_empty() && !args.has("overwrite") {
        return Err(Failure::error(format!(
            "node {name} already has {} taint(s) with same effect(s) and --overwrite is false",
            there.join(",")
        )));
    }
    let put = taints.len();
    for taint in &old {
        let (key, effect) = (taint.get("key").as_str().unwrap_or_default(), taint.get("effect").as_str());
        if !taints[..put].iter().any(|t| is(t, key, effect)) {
            taints.push(taint.clone());
        }
    }
    let added = taints.len() != old.len();
    let (mut missing, mut taken) = (Vec::new(), false);
    for take in changes {
        let Change::Take { key, effect } = take else { continue };
        let before = taints.len();
        taints.retain(|t| !is(t, key, effect.as_deref()));
        taken = taints.len() != before;
        if !taken {
            let which = effect.as_ref().map_or(key.clone(), |e| format!("{key}:{e}"));
            missing.push(format!("taint {which:?} not found"));
        }
    }
    match missing.as_slice() {
        [] => {}
        [one] => return Err(Failure::error(one)),
        many => return Err(Failure::error(format!("[{}]", many.join(", ")))),
    }
    let mut spec = crate::api::Map::new();
    spec.insert("taints".into(), if taints.is_empty() { Value::Null } else { taints.into() });
    let patch = record! { "spec" => spec };
    let mut value = node.to_value();
    value.merge(&patch);
    if mode != save::Mode::DryClient {
        value = save::send(call.timeline, Request::Patch(node.key(), patch), mode)
            .map_err(|refusal| Failure::refused(&refusal, ""))?
            .to_value();
    }
    let done = match (added, taken, args.has("overwrite")) {
        (true, true, _) | (_, _, true) => "modified",
        (true, ..) => "tainted",
        _ => "untainted",
    };
    save::tell(call, args, &value, &save::line(Kind::Node, name, done, mode))
}
