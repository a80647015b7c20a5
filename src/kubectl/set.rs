//! `kubectl set image|env|resources|serviceaccount|selector`: one field of many objects, in a few words.
//!
//! Models kubectl pkg/cmd/set.

mod env;
mod resources;
mod subject;

use super::args::{self, Args, Flag, truth, value};
use super::failure::Failure;
use super::selector::LabelSelector;
use super::{Call, Verb, Words, merge, save, target};
use crate::api::{Kind, Object, Value};
use crate::record;
use crate::sim::Request;

pub(super) use env::ENV;
pub(super) use resources::RESOURCES;
pub(super) use subject::SUBJECT;

const WHICH: &[Flag] = &[truth("all", ' '), truth("local", ' '), value("containers", 'c')];

/// `kubectl set image (TYPE NAME | TYPE/NAME | -f FILE) CONTAINER=IMAGE…`.
pub(super) const IMAGE: Verb = Verb {
    name: "set image",
    takes: Words::TEMPLATED,
    flags: &[args::CHOICE, args::FILES, args::CHANGE, WHICH],
    run: image,
};
/// `kubectl set serviceaccount (TYPE NAME | TYPE/NAME) NAME`.
pub(super) const SERVICE_ACCOUNT: Verb = Verb {
    name: "set serviceaccount",
    takes: Words::TEMPLATED,
    flags: &[args::CHOICE, args::FILES, args::CHANGE, WHICH],
    run: service_account,
};
/// `kubectl set selector (TYPE NAME | TYPE/NAME) KEY=VALUE,…`.
pub(super) const SELECTOR: Verb = Verb {
    name: "set selector",
    takes: Words::Objects(&[Kind::Service]),
    flags: &[args::CHOICE, args::FILES, args::CHANGE, WHICH],
    run: selector,
};

/// What a verb changes, and how kubectl speaks of it.
struct Change<'a> {
    verb: &'static str,
    /// `image updated`.
    done: &'static str,
    /// What is said before the API server's refusal.
    failed: &'static str,
    /// Changes a pod spec.
    change: &'a dyn Fn(&mut Value) -> Result<(), Failure>,
}

/// Changes the pod spec of each object that the words name.
fn each(call: &mut Call, args: &Args, words: Vec<String>, change: &Change) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let args_of_targets = Args { words, ..args.clone() };
    let search = target::search(call, &args_of_targets, change.verb)?;
    target::must_be_named(args, &search)?;
    // One that is missing keeps the others as they are.
    call.finish(search.missing)?;
    let mut failures = Vec::new();
    for found in &search.found {
        match update(call, found.stored()?, change, mode) {
            Ok(Some((line, object))) => save::tell(call, args, &object, &line)?,
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
    change: &Change,
    mode: save::Mode,
) -> Result<Option<(String, Value)>, Failure> {
    let (kind, now) = (object.kind(), object.to_value());
    let told = |why: &str| {
        let (plural, name) = (kind.info().plural, &object.meta().name);
        Failure::plain(format!("error: {plural}/{name} {why}"))
    };
    let Some(path) = pod_spec_of(kind) else {
        let why = "the object is not a pod or does not have a pod template";
        return Err(told(&format!("{why}: *v1.{}", kind.info().name)));
    };
    let mut wanted = now.clone();
    let mut spec = &mut wanted;
    for step in path {
        spec = spec.map_mut().entry((*step).into()).or_default();
    }
    // What is said by itself already names nothing; the rest is told of the object.
    (change.change)(spec).map_err(|why| if why.alone == why.among { why } else { told(&why.among) })?;
    let patch = merge::difference(&now, &wanted);
    if patch.fields().next().is_none() {
        return Ok(None);
    }
    if mode == save::Mode::DryClient {
        return Ok(Some((save::line(kind, &object.meta().name, change.done, mode), wanted)));
    }
    let written = save::send(call.timeline, Request::Patch(object.key(), patch), mode)
        .map_err(|refusal| Failure::error(format!("{}{}", change.failed, refusal.message)))?;
    Ok(Some((save::line(kind, &object.meta().name, change.done, mode), written.to_value())))
}

/// Does something with each container that the name means, init containers too; returns with how many.
fn containers(spec: &mut Value, name: &str, mut each: impl FnMut(&mut Value)) -> usize {
    let mut named = 0;
    for list in ["initContainers", "containers"] {
        if spec.get(list).is_null() {
            continue;
        }
        for container in spec.map_mut().get_mut(list).expect("just seen").list_mut() {
            if name == "*" || container.get("name").as_str() == Some(name) {
                each(container);
                named += 1;
            }
        }
    }
    named
}

fn pairs(words: &[String]) -> (Vec<String>, Vec<String>) {
    words.iter().cloned().partition(|word| word.contains('='))
}

/// Models set_image.go: Complete, Validate and Run.
fn image(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let (pairs, words) = pairs(&args.words);
    let search = target::search(call, &Args { words: words.clone(), ..args.clone() }, "set image")?;
    target::must_be_named(args, &search)?;
    if let Some(missing) = search.missing.into_iter().next() {
        return Err(missing);
    }
    let images: Vec<(&str, &str)> = pairs.iter().filter_map(|pair| pair.split_once('=')).collect();
    let why = match images.as_slice() {
        _ if args.has("all") && args.get("selector").is_some() => {
            Some("cannot set --all and --selector at the same time")
        }
        [] => Some("at least one image update is required"),
        [_, _, ..] if images.iter().any(|(name, _)| *name == "*") => Some(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        ),
        _ => None,
    };
    if let Some(why) = why {
        return Err(Failure::error(why));
    }
    let change = |spec: &mut Value| {
        for (name, image) in &images {
            let named = containers(spec, name, |container| container.set("image", (*image).to_owned()));
            if named == 0 {
                return Err(Failure::plain(format!("error: unable to find container named {name:?}")));
            }
        }
        Ok(())
    };
    let failed = "failed to patch image update to pod template: ";
    each(call, args, words, &Change { verb: "set image", done: "image updated", failed, change: &change })
}

fn service_account(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let Some((account, words)) = args.words.split_last() else {
        return Err(Failure::error("serviceaccount is required"));
    };
    let change = |spec: &mut Value| {
        spec.set("serviceAccountName", account.clone());
        // The old name of the same field follows it.
        spec.set("serviceAccount", account.clone());
        Ok(())
    };
    let failed = "failed to patch ServiceAccountName ";
    let done = "serviceaccount updated";
    each(call, args, words.to_vec(), &Change { verb: "set serviceaccount", done, failed, change: &change })
}

fn selector(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    // The selector is the last word.
    let Some((text, words)) = args.words.split_last() else {
        return Err(Failure::error("one selector is required"));
    };
    let wrong = |why| Failure::error(format!("couldn't parse the selector string \"{text}\": {why}"));
    let selector = LabelSelector::parse(text).map_err(wrong)?.as_value();
    let search = target::search(call, &Args { words: words.to_vec(), ..args.clone() }, "set selector")?;
    target::must_be_named(args, &search)?;
    let mut failures = search.missing;
    for found in &search.found {
        let object = found.stored()?;
        if object.kind() != Kind::Service {
            failures.push(Failure::error("setting a selector is only supported for Services"));
            continue;
        }
        let mut wanted = object.to_value();
        wanted.set("spec.selector", selector.get("matchLabels").clone());
        let patch =
            record! { "spec" => merge::difference(object.to_value().get("spec"), wanted.get("spec")) };
        match save::send(call.timeline, Request::Patch(object.key(), patch), mode) {
            Ok(_) => call.say(&save::line(object.kind(), &object.meta().name, "selector updated", mode)),
            Err(refusal) => failures.push(Failure::refused(&refusal, "")),
        }
    }
    call.finish(failures)
}
