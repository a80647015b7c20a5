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
    &[truth("local", ' ')],
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
}
const LABELS: Pinned = Pinned { verb: "label", field: "labels", word: "label" };
const ANNOTATIONS: Pinned = Pinned { verb: "annotate", field: "annotations", word: "annotation" };

/// What is put on and taken off.
#[derive(Default)]
struct Changes {
    put: Vec<(String, String)>,
    take: Vec<String>,
}

fn run(call: &mut Call, args: &Args, pinned: &Pinned) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let (words, pairs) = apart(&args.words, pinned)?;
    let changes = match pinned.field {
        "labels" => labels_of(&pairs)?,
        _ => annotations_of(&pairs)?,
    };
    check(args, &words, &changes, pinned)?;
    let args_of_targets = Args { words, ..args.clone() };
    let search = target::search(call, &args_of_targets, pinned.verb)?;
    target::must_be_chosen(args, &search)?;
    let one = search.asked.len() == 1 && search.asked[0].name.is_some();
    if !one && args.get("resource-version").is_some_and(|v| !v.is_empty()) {
        return Err(Failure::error("--resource-version may only be used with a single resource"));
    }
    let mut failures = search.missing;
    for found in &search.found {
        let object = found.stored()?.clone();
        let done = match args.has("list") {
            true => list(call, args, &object, &changes, (pinned, one)),
            false => pin(call, args, &object, &changes, (pinned, mode)),
        };
        failures.extend(done.err());
    }
    call.finish(failures)
}

/// Resources, and after them changes. Models kubectl pkg/cmd/util/helpers.go: GetResourcesAndPairs.
fn apart<'a>(words: &'a [String], pinned: &Pinned) -> Result<(Vec<String>, Vec<&'a str>), Failure> {
    let (mut resources, mut pairs) = (Vec::new(), Vec::new());
    for word in words {
        let pair = (word.contains('=') && !word.starts_with('=')) || (word.ends_with('-') && word != "-");
        match (pair, pairs.is_empty()) {
            (true, _) => pairs.push(word.as_str()),
            (false, true) => resources.push(word.clone()),
            (false, false) => {
                let word_of = pinned.word;
                let why = format!("all resources must be specified before {word_of} changes: {word}");
                return Err(Failure::error(why));
            }
        }
    }
    Ok((resources, pairs))
}

/// Of several changes of one key the last counts.
fn put(changes: &mut Changes, key: &str, value: &str) {
    changes.put.retain(|(other, _)| other != key);
    changes.put.push((key.to_owned(), value.to_owned()));
}

/// Models label.go: parseLabels.
fn labels_of(pairs: &[&str]) -> Result<Changes, Failure> {
    let mut changes = Changes::default();
    for pair in pairs {
        let Some((key, value)) = pair.split_once('=') else {
            changes.take.push(pair[..pair.len() - 1].to_owned());
            continue;
        };
        if value.contains('=') {
            return Err(Failure::error(format!("invalid label spec: {pair}")));
        }
        let why = manifest::label_value(value);
        if !why.is_empty() {
            return Err(Failure::error(format!("invalid label value: {pair:?}: {}", why.join(";"))));
        }
        put(&mut changes, key, value);
    }
    if changes.take.iter().any(|key| changes.put.iter().any(|(other, _)| other == key)) {
        return Err(Failure::error("can not both modify and remove a label in the same command"));
    }
    Ok(changes)
}

/// Models annotate.go: parseAnnotations; what is both put on and taken off is refused later, by [`check`].
fn annotations_of(pairs: &[&str]) -> Result<Changes, Failure> {
    let mut changes = Changes::default();
    for pair in pairs {
        match pair.split_once('=') {
            Some((key, value)) => put(&mut changes, key, value),
            None => changes.take.push(pair[..pair.len() - 1].to_owned()),
        }
    }
    Ok(changes)
}

/// Models label.go: Validate, and annotate.go: ToOptions.
fn check(args: &Args, words: &[String], changes: &Changes, pinned: &Pinned) -> Result<(), Failure> {
    let given = |flag: &str| args.get(flag).is_some_and(|v| !v.is_empty());
    let both: Vec<&str> = changes
        .take
        .iter()
        .filter(|key| changes.put.iter().any(|(other, _)| other == *key))
        .map(String::as_str)
        .collect();
    let why = if args.has("list") && given("output") {
        "--list and --output may not be specified together".to_owned()
    } else if args.has("all") && given("selector") {
        "cannot set --all and --selector at the same time".to_owned()
    } else if args.has("all") && given("field-selector") {
        "cannot set --all and --field-selector at the same time".to_owned()
    } else if words.is_empty() && !given("filename") {
        "one or more resources must be specified as <resource> <name> or <resource>/<name>".to_owned()
    } else if changes.put.is_empty() && changes.take.is_empty() && !args.has("list") {
        format!("at least one {} update is required", pinned.word)
    } else if !both.is_empty() {
        let which = both.join(", ");
        format!("can not both modify and remove the following annotation(s) in the same command: {which}")
    } else {
        return Ok(());
    };
    Err(Failure::error(why))
}

/// What an object has pinned to it.
fn pins(object: &Object, pinned: &Pinned) -> Vec<(String, String)> {
    let meta = object.meta();
    let is = if pinned.field == "labels" { &meta.labels } else { &meta.annotations };
    is.0.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

/// What is there already with another value, in kubectl's words, if that may not be.
fn overwritten(is: &[(String, String)], changes: &Changes, pinned: &Pinned) -> Option<Failure> {
    let old = |(key, new): &(String, String)| {
        let (_, value) = is.iter().find(|(other, value)| other == key && value != new)?;
        Some(format!("'{key}' already has a value ({value})"))
    };
    let all: Vec<String> = changes.put.iter().filter_map(old).collect();
    if all.is_empty() {
        return None;
    }
    if pinned.field != "labels" {
        let why = "--overwrite is false but found the following declared annotation(s)";
        return Some(Failure::error(format!("{why}: {}", all.join("; "))));
    }
    let all: Vec<String> = all.into_iter().map(|has| has + ", and --overwrite is false").collect();
    Some(Failure::error(match all.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }))
}

fn list(
    call: &mut Call,
    args: &Args,
    object: &Object,
    changes: &Changes,
    (pinned, one): (&Pinned, bool),
) -> Result<(), Failure> {
    let mut is = pins(object, pinned);
    if let Some(failure) = overwritten(&is, changes, pinned).filter(|_| !args.has("overwrite")) {
        return Err(failure);
    }
    is.retain(|(key, _)| !changes.take.contains(key) && !changes.put.iter().any(|(other, _)| other == key));
    is.extend(changes.put.iter().cloned());
    is.sort();
    if !one {
        let info = object.kind().info();
        let name = &object.meta().name;
        call.say(&format!("Listing {} for {}.{}/{name}:", pinned.field, info.name, info.group));
    }
    let indent = if one { "" } else { " " };
    for (key, value) in is {
        call.say(&format!("{indent}{key}={value}"));
    }
    Ok(())
}

fn pin(
    call: &mut Call,
    args: &Args,
    object: &Object,
    changes: &Changes,
    (pinned, mode): (&Pinned, save::Mode),
) -> Result<(), Failure> {
    let is = pins(object, pinned);
    let has = |key: &String| is.iter().any(|(other, _)| other == key);
    if mode != save::Mode::DryClient && pinned.field == "labels" {
        for key in changes.take.iter().filter(|key| !has(key)) {
            call.say(&format!("label {key:?} not found."));
        }
    }
    if let Some(failure) = overwritten(&is, changes, pinned).filter(|_| !args.has("overwrite")) {
        return Err(failure);
    }
    let mut patch = Map::new();
    for pair in changes.put.iter().filter(|pair| !is.contains(pair)) {
        patch.insert(pair.0.clone().into(), pair.1.clone().into());
    }
    let put_on = patch.len();
    for key in changes.take.iter().filter(|key| has(key)) {
        patch.insert(key.clone().into(), Value::Null);
    }
    let said = match (pinned.field, put_on, patch.len() - put_on) {
        ("annotations", ..) => "annotated",
        (_, 0, 0) => "not labeled",
        (_, 0, _) => "unlabeled",
        (_, _, 0) => "labeled",
        _ => "modified",
    };
    let mut value = object.to_value();
    if !patch.is_empty() {
        let patch = record! { "metadata" => record! { pinned.field => patch } };
        value.merge(&patch);
        if mode != save::Mode::DryClient {
            let revision = args.get("resource-version").filter(|v| !v.is_empty());
            if revision.is_some_and(|v| *v != object.meta().revision.to_string()) {
                return Err(conflict(object));
            }
            value = save::send(call.timeline, Request::Patch(object.key(), patch), mode)
                .map_err(|refusal| Failure::refused(&refusal, ""))?
                .to_value();
        }
    }
    save::tell(call, args, &value, &save::line(object.kind(), &object.meta().name, said, mode))
}

/// Somebody else has written the object since. Models the registry's store: OptimisticLockErrorMsg.
fn conflict(object: &Object) -> Failure {
    let info = object.kind().info();
    let group = if info.group.is_empty() { String::new() } else { format!(".{}", info.group) };
    Failure::plain(format!(
        "Error from server (Conflict): Operation cannot be fulfilled on {}{group} {:?}: the object has been modified; please \
         apply your changes to the latest version and try again",
        info.plural,
        object.meta().name.as_str()
    ))
}
