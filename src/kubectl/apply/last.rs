//! `kubectl apply view-last-applied` and `set-last-applied`: what an object remembers of its last manifest.
//!
//! Models kubectl pkg/cmd/apply/apply_view_last_applied.go and apply_set_last_applied.go.

use super::{LAST_APPLIED, last_applied, remember, stored};
use crate::api::{Kind, Map, Value};
use crate::kubectl::args::{self, Args, truth, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::sources::{self, Sent};
use crate::kubectl::{Call, Verb, Words, print, save, target};
use crate::manifest;
use crate::record;
use crate::sim::Request;

/// `kubectl apply view-last-applied (TYPE [NAME | -l SELECTOR] | TYPE/NAME | -f FILE) [-o yaml|json]`.
pub(in crate::kubectl) const VIEW: Verb = Verb {
    name: "apply view-last-applied",
    takes: Words::Objects(&[]),
    flags: &[args::FILES, &[value("output", 'o'), value("selector", 'l'), truth("all", ' ')]],
    run: view,
};
/// `kubectl apply set-last-applied -f FILE [--create-annotation]`.
pub(in crate::kubectl) const SET: Verb = Verb {
    name: "apply set-last-applied",
    takes: Words::Nothing,
    flags: &[args::FILES, args::CHANGE, &[truth("create-annotation", ' ')]],
    run: |call, args| sources::each(call, args, ("set-last-applied", "setting last-applied of"), set),
};

fn view(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let search = target::search(call, args, "apply view-last-applied")?;
    if search.asked.is_empty() {
        return Err(Failure::error(target::NOTHING_NAMED));
    }
    target::must_be_chosen(args, &search)?;
    if let Some(missing) = search.missing.into_iter().next() {
        return Err(missing);
    }
    for found in &search.found {
        // What remembers nothing has nothing to show.
        let whole = found.value();
        let Some(text) = last_applied(&whole) else { continue };
        let read = manifest::parse(text).documents.pop().map(|d| d.value).unwrap_or_default();
        let text = match args.get("output").unwrap_or("yaml") {
            "yaml" => print::yaml(&read),
            // Two spaces a level here, where all else has four.
            "json" => print::json(&read).lines().map(halved).collect(),
            other => {
                let why =
                    format!("Unexpected -o output mode: {other}, the flag 'output' must be one of yaml|json");
                return Err(Failure::usage("apply view-last-applied", why));
            }
        };
        call.output.stdout.push_str(&text);
    }
    Ok(())
}

fn halved(line: &str) -> String {
    let text = line.trim_start();
    format!("{}{text}\n", " ".repeat((line.len() - text.len()) / 2))
}

fn set(call: &mut Call, args: &Args, sent: Sent) -> Result<(), Failure> {
    let Sent { key, mut value, mode, .. } = sent;
    let now = stored(call.timeline, &key)
        .ok_or_else(|| Failure::refused(&manifest::Refusal::not_found(key.kind, &key.name), ""))?;
    remember(&mut value);
    let new = last_applied(&value).unwrap_or_default().to_owned();
    let whole = now.to_value();
    match last_applied(&whole) {
        None if !args.has("create-annotation") => {
            return Err(Failure::error(format!(
                "no last-applied-configuration annotation found on resource: {}, to create the annotation, run the command \
                 with --create-annotation",
                key.name
            )));
        }
        Some(old) if old == new => {
            call.say(&format!("set-last-applied {}: no changes required.", key.name));
            return Ok(());
        }
        _ => {}
    }
    let mut annotations = Map::new();
    annotations.insert(LAST_APPLIED.into(), new.into());
    let patch: Value = record! { "metadata" => record! { "annotations" => annotations } };
    let mut shown = whole;
    if mode == save::Mode::DryClient {
        shown.merge(&patch);
    } else {
        shown = save::send(call.timeline, Request::Patch(now.key(), patch), mode)
            .map_err(|refusal| Failure::refused(&refusal, ""))?
            .to_value();
    }
    let kind: Kind = key.kind;
    save::tell(call, args, &shown, &save::line(kind, &key.name, "configured", mode))
}
