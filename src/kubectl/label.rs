//! `kubectl label` and `kubectl annotate`: words are pinned to objects, and taken off.
//!
//! Models kubectl pkg/cmd/label/label.go and pkg/cmd/annotate/annotate.go.

use super::args::{self, Args, Flag, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, save, target};
use crate::api::{Map, Object, Value};
use crate::manifest;
use crate::record;
use crate::sim::Request;

const FLAGS: &[&[Flag]] = &[
    args::CHOICE,
    args::FILES,
    args::CHANGE,
    &[truth("overwrite", ' '), truth("all", ' '), truth("list", ' '), value("resource-version", ' ')],
];

/// `kubectl label TYPE NAME… KEY=VALUE… KEY-…`.
pub(super) const LABEL: Verb = Verb {
    name: "label",
    takes: Words::Objects(&[]),
    flags: FLAGS,
    run: |call, args| run(call, args, &LABELS),
};
/// `kubectl annotate TYPE NAME… KEY=VALUE… KEY-…`.
pub(super) const ANNOTATE: Verb = Verb {
    name: "annotate",
    takes: Words::Objects(&[]),
    flags: FLAGS,
    run: |call, args| run(call, args, &ANNOTATIONS),
};

/// What is pinned, and how kubectl speaks of it.
struct Pinned {
    verb: &'static str,
    field: &'static str,
    word: &'static str,
    done: &'static str,
}
const LABELS: Pinned = Pinned { verb: "label", field: "labels", word: "label", done: "labeled" };
const ANNOTATIONS: Pinned =
    Pinned { verb: "annotate", field: "annotations", word: "annotation", done: "annotated" };

fn run(call: &mut Call, args: &Args, pinned: &Pinned) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let is_change = |w: &String| w.contains('=') || w.ends_with('-');
    let (changes, words): (Vec<String>, Vec<String>) = args.words.iter().cloned().partition(is_change);
    if changes.is_empty() {
        return Err(Failure::error(format!("at least one {} update is required", pinned.word)));
    }
    for change in changes.iter().filter(|_| pinned.field == "labels") {
        let why = change.split_once('=').map(|(_, value)| manifest::label_value(value)).unwrap_or_default();
        if !why.is_empty() {
            return Err(Failure::error(format!("invalid label value: {change:?}: {}", why.join(";"))));
        }
    }
    let args_of_targets = Args { words, ..args.clone() };
    let search = target::search(call, &args_of_targets, pinned.verb)?;
    if search.asked.is_empty() {
        return Err(Failure::error(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    let mut failures = search.missing;
    for found in &search.found {
        let object = found.stored()?.clone();
        match pin(call, &object, &changes, args.has("overwrite"), pinned, mode) {
            Ok(lines) => lines.iter().for_each(|line| call.say(line)),
            Err(failure) => failures.push(failure),
        }
    }
    call.finish(failures)
}

fn pin(
    call: &mut Call,
    object: &Object,
    changes: &[String],
    overwrite: bool,
    pinned: &Pinned,
    mode: save::Mode,
) -> Result<Vec<String>, Failure> {
    let meta = object.meta();
    let is = if pinned.field == "labels" { &meta.labels } else { &meta.annotations };
    let (mut patch, mut lines, mut taken_off, mut put_on) = (Map::new(), Vec::new(), 0, 0);
    for change in changes {
        let Some((key, value)) = change.split_once('=') else {
            let key = change.trim_end_matches('-');
            match is.get(key) {
                Some(_) => {
                    patch.insert(key.to_owned().into(), Value::Null);
                    taken_off += 1;
                }
                None if pinned.field == "labels" => lines.push(format!("label {key:?} not found.")),
                None => {}
            }
            continue;
        };
        match is.get(key) {
            Some(old) if old == value => {}
            Some(old) if !overwrite => {
                let has = format!("'{key}' already has a value ({old})");
                return Err(Failure::error(match pinned.field {
                    "labels" => format!("{has}, and --overwrite is false"),
                    _ => {
                        format!("--overwrite is false but found the following declared annotation(s): {has}")
                    }
                }));
            }
            _ => {
                patch.insert(key.to_owned().into(), value.to_owned().into());
                put_on += 1;
            }
        }
    }
    let said = match (pinned.field, put_on, taken_off) {
        ("labels", 0, 0) => "not labeled",
        ("labels", 0, _) => "unlabeled",
        _ => pinned.done,
    };
    if !patch.is_empty() {
        let patch = record! { "metadata" => record! { pinned.field => patch } };
        save::send(call.timeline, Request::Patch(object.key(), patch), mode)
            .map_err(|refusal| Failure::refused(&refusal, ""))?;
    }
    lines.push(save::line(object.kind(), &meta.name, said, mode));
    Ok(lines)
}
