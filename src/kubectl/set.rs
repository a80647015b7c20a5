//! `kubectl set image`: another image for the containers of a template.
//!
//! Models kubectl pkg/cmd/set/set_image.go.

use super::args::{self, Args, truth};
use super::failure::Failure;
use super::{Call, Verb, merge, save, target};
use crate::api::{Kind, Object, Value};
use crate::sim::Request;

/// `kubectl set image (TYPE NAME | TYPE/NAME | -f FILE) CONTAINER=IMAGE…`.
pub(super) const IMAGE: Verb = Verb {
    name: "set image",
    flags: &[args::CHOICE, args::FILES, args::CHANGE, &[truth("all", ' '), truth("local", ' ')]],
    run: image,
};

fn image(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let (pairs, words): (Vec<String>, Vec<String>) =
        args.words.iter().cloned().partition(|word| word.contains('='));
    let args_of_targets = Args { words, ..args.clone() };
    let search = target::search(call, &args_of_targets, "set image")?;
    if search.asked.is_empty() {
        return Err(Failure::error(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    let pairs: Vec<(&str, &str)> = pairs.iter().filter_map(|pair| pair.split_once('=')).collect();
    if pairs.is_empty() {
        return Err(Failure::error("at least one image update is required"));
    }
    let mut failures = search.missing;
    for found in &search.found {
        match update(call, found.stored()?, &pairs, mode) {
            Ok(Some(line)) => call.say(&line),
            Ok(None) => {}
            Err(failure) => failures.push(failure),
        }
    }
    call.finish(failures)
}

/// Where the pod spec of a kind is.
pub(super) fn pod_spec_of(kind: Kind) -> Option<&'static [&'static str]> {
    match kind {
        Kind::Pod => Some(&["spec"]),
        Kind::CronJob => Some(&["spec", "jobTemplate", "spec", "template", "spec"]),
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet | Kind::Job => {
            Some(&["spec", "template", "spec"])
        }
        _ => None,
    }
}

fn update(
    call: &mut Call,
    object: &Object,
    pairs: &[(&str, &str)],
    mode: save::Mode,
) -> Result<Option<String>, Failure> {
    let (kind, now) = (object.kind(), object.to_value());
    let Some(path) = pod_spec_of(kind) else {
        return Err(Failure::error(format!(
            "the object is not a pod or does not have a pod template: {}",
            kind.info().name
        )));
    };
    let mut wanted = now.clone();
    let mut spec = &mut wanted;
    for step in path {
        spec = spec.map_mut().entry((*step).into()).or_default();
    }
    for (name, image) in pairs {
        let mut named = 0;
        for list in ["initContainers", "containers"] {
            if spec.get(list).is_null() {
                continue;
            }
            for container in spec.map_mut().get_mut(list).expect("just seen").list_mut() {
                if *name == "*" || container.get("name").as_str() == Some(name) {
                    container.set("image", (*image).to_owned());
                    named += 1;
                }
            }
        }
        if named == 0 {
            return Err(Failure::error(format!("unable to find container named {name:?}")));
        }
    }
    let patch = merge::difference(&now, &wanted);
    if !has_fields(&patch) {
        return Ok(None);
    }
    save::send(call.timeline, Request::Patch(object.key(), patch), mode).map_err(|refusal| {
        Failure::error(format!("failed to patch image update to pod template: {}", refusal.message))
    })?;
    Ok(Some(save::line(kind, &object.meta().name, "image updated", mode)))
}

fn has_fields(value: &Value) -> bool {
    value.fields().next().is_some()
}
