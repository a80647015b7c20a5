//! `kubectl rollout`: the history of a Deployment's template, and ways through it.
//!
//! Models kubectl pkg/cmd/rollout and pkg/polymorphichelpers.

mod status;

use super::apply::LAST_APPLIED;
use super::args::{self, Args, Flag, maybe, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, merge, save, tabs, target};
use crate::api::{Kind, Labels, Map, Object, Value};
use crate::record;
use crate::sim::{Class, Request};

const FLAGS: &[&[Flag]] = &[
    args::CHOICE,
    args::FILES,
    args::CHANGE,
    &[value("revision", ' '), value("to-revision", ' '), value("timeout", ' '), maybe("watch", "true")],
    &[truth("recursive", 'R')],
];

/// `kubectl rollout status deployment/NAME`.
pub(super) const STATUS: Verb =
    Verb { name: "rollout status", takes: Words::ROLLED, flags: FLAGS, run: |c, a| each(c, a, status::wait) };
/// `kubectl rollout history deployment/NAME`.
pub(super) const HISTORY: Verb =
    Verb { name: "rollout history", takes: Words::ROLLED, flags: FLAGS, run: |c, a| each(c, a, history) };
/// `kubectl rollout undo deployment/NAME [--to-revision=N]`.
pub(super) const UNDO: Verb =
    Verb { name: "rollout undo", takes: Words::ROLLED, flags: FLAGS, run: |c, a| each(c, a, undo) };
/// `kubectl rollout restart deployment/NAME`.
pub(super) const RESTART: Verb =
    Verb { name: "rollout restart", takes: Words::ROLLED, flags: FLAGS, run: |c, a| each(c, a, restart) };
/// `kubectl rollout pause deployment/NAME`.
pub(super) const PAUSE: Verb = Verb {
    name: "rollout pause",
    takes: Words::Objects(&[Kind::Deployment]),
    flags: FLAGS,
    run: |c, a| each(c, a, pause),
};
/// `kubectl rollout resume deployment/NAME`.
pub(super) const RESUME: Verb = Verb {
    name: "rollout resume",
    takes: Words::Objects(&[Kind::Deployment]),
    flags: FLAGS,
    run: |c, a| each(c, a, resume),
};

/// The annotation by which a ReplicaSet knows its place in the history.
const REVISION: &str = "deployment.kubernetes.io/revision";
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

fn each(
    call: &mut Call,
    args: &Args,
    act: fn(&mut Call, &Args, &Object) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if args.words.is_empty() && args.get("filename").is_none() {
        return Err(Failure::error("required resource not specified"));
    }
    let search = target::search(call, args, "rollout")?;
    let mut failures = search.missing;
    for found in &search.found {
        let object = found.stored()?.clone();
        if let Err(failure) = act(call, args, &object) {
            failures.push(failure);
        }
    }
    call.finish(failures)
}

/// `Job.batch`, as kubectl names a kind that it cannot work on.
fn dotted_kind(kind: Kind) -> String {
    let info = kind.info();
    if info.group.is_empty() { info.name.to_owned() } else { format!("{}.{}", info.name, info.group) }
}

fn has_history(kind: Kind) -> bool {
    matches!(kind, Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet)
}

/// A template that an object has or had.
struct Past {
    revision: i64,
    annotations: Labels,
    template: Value,
    /// The ReplicaSet, or the object itself as it was.
    object: Value,
}

/// What an object's template was, oldest first: a Deployment's by its ReplicaSets, others' by their ControllerRevisions.
fn past(call: &Call, object: &Object) -> Vec<Past> {
    let owned = call.world().store.owned(object.meta().uid, Class::Other..=Class::Other);
    let read = |own: &Object| {
        let annotations = own.meta().annotations.clone();
        let (revision, mut template) = match own {
            Object::ReplicaSet(set) => {
                (annotations.get(REVISION)?.parse().ok()?, set.spec.raw().get("template").clone())
            }
            own if own.kind() == Kind::ControllerRevision => {
                (own.raw("revision").as_int()?, own.raw("data.spec.template").clone())
            }
            _ => return None,
        };
        template.map_mut().remove("$patch");
        let mut whole = if own.kind() == Kind::ReplicaSet { own.to_value() } else { object.to_value() };
        whole.set("spec.template", template.clone());
        Some(Past { revision, annotations, template, object: whole })
    };
    let mut all: Vec<Past> = owned.filter_map(read).collect();
    crate::api::order::sort_by_key(&mut all, |past| past.revision);
    all
}

fn revision_flag(args: &Args, flag: &str) -> i64 {
    args.get(flag).and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn history(call: &mut Call, args: &Args, object: &Object) -> Result<(), Failure> {
    let kind = object.kind();
    if !has_history(kind) {
        return Err(Failure::error(format!(
            "error retrieving history for {:?}, no visitor method exists for {{{} {}}}",
            kind.info().name,
            kind.info().group,
            kind.info().name
        )));
    }
    let all = past(call, object);
    let title = format!("{}/{}", kind.info().qualified(), object.meta().name);
    let wanted = revision_flag(args, "revision");
    if args.get("output").is_some_and(|o| !o.is_empty()) {
        let kept: Vec<&Past> = all.iter().filter(|past| wanted == 0 || past.revision == wanted).collect();
        if kept.is_empty() && wanted > 0 {
            return Err(Failure::error("unable to find the specified revision"));
        }
        for past in kept {
            super::print::object(call, args, &past.object)?;
        }
        return Ok(());
    }
    if wanted > 0 {
        let Some(past) = all.iter().find(|past| past.revision == wanted) else {
            return Err(Failure::error("unable to find the specified revision"));
        };
        call.say(&format!("{title} with revision #{wanted}"));
        let mut template = past.template.clone();
        let cause = past.annotations.get(CHANGE_CAUSE).filter(|_| kind == Kind::Deployment);
        if let Some(cause) = cause {
            let mut annotations = template.at("metadata.annotations").clone();
            annotations.map_mut().insert(CHANGE_CAUSE.into(), cause.clone().into());
            template.set("metadata.annotations", annotations);
        }
        call.say(&super::describe::template_text(&template));
        return Ok(());
    }
    let mut text = "REVISION\tCHANGE-CAUSE\n".to_owned();
    for past in &all {
        let cause = past.annotations.get(CHANGE_CAUSE).map_or("<none>", |c| c.as_str());
        text += &format!("{}\t{cause}\n", past.revision);
    }
    call.say(&format!("{title} "));
    call.say(&tabs::align(&text, 0, 2));
    Ok(())
}

fn undo(call: &mut Call, args: &Args, object: &Object) -> Result<(), Failure> {
    let meta = object.meta();
    if meta.annotations.get(LAST_APPLIED).is_some() {
        call.complain(&format!(
            "Warning: resource {}/{} was previously managed with 'kubectl apply'. Rolling back will not update the \
             {LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider \
             using 'kubectl apply' with your previous configuration file instead.",
            object.kind().info().plural,
            meta.name
        ));
    }
    let kind = object.kind();
    if !has_history(kind) {
        let why = format!("no rollbacker has been implemented for {:?}", dotted_kind(kind));
        return Err(Failure::error(why));
    }
    if is_paused(object) {
        return Err(Failure::error(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
        ));
    }
    let wanted = revision_flag(args, "to-revision");
    let all = past(call, object);
    let found = match wanted {
        0 => all.iter().rev().nth(1),
        n => all.iter().find(|past| past.revision == n),
    };
    let Some(past) = found else {
        return Err(Failure::error(match wanted {
            0 if kind == Kind::Deployment => {
                format!("no rollout history found for deployment {:?}", meta.name.as_str())
            }
            0 => "no last revision to roll back to".to_owned(),
            n => format!("unable to find specified revision {n} in history"),
        }));
    };
    let mut template = past.template.clone();
    let mut labels = template.at("metadata.labels").clone();
    labels.map_mut().remove("pod-template-hash");
    template.set("metadata.labels", labels);
    let mode = save::Mode::of(args)?;
    let now = object.to_value();
    let mut after = now.clone();
    after.set("spec.template", template);
    if kind == Kind::Deployment {
        after.set("metadata.annotations", rolled_back(&meta.annotations, &past.annotations));
    }
    if after.at("spec.template") == now.at("spec.template") {
        // Of a Deployment, the revision that was found is told; of others, the one that was asked for.
        let revision = if kind == Kind::Deployment { past.revision } else { wanted };
        let said = format!("skipped rollback (current template already matches revision {revision})");
        call.say(&save::line(kind, &meta.name, &said, mode));
        return Ok(());
    }
    if mode == save::Mode::DryClient {
        // A client's dry run tells what would come back, in the place of what was done.
        let text = super::describe::template_text(&past.template);
        let title = format!("{}/{}", kind.info().qualified(), meta.name);
        call.say(&format!("{title} {text}{}", mode.note()));
        return Ok(());
    }
    write(call, object, &now, &after, "rolled back", mode)
}

/// What a Deployment's annotations become: its own bookkeeping stays, all else is as it was at that revision.
/// Models pkg/polymorphichelpers/rollback.go: DeploymentRollbacker.Rollback.
fn rolled_back(own: &Labels, former: &Labels) -> Value {
    let is_kept = |name: &str| {
        name == LAST_APPLIED
            || name.strip_prefix("deployment.kubernetes.io/").is_some_and(|rest| {
                ["revision", "revision-history", "desired-replicas", "max-replicas"].contains(&rest)
            })
    };
    let kept = own.0.iter().filter(|(name, _)| is_kept(name));
    let taken = former.0.iter().filter(|(name, _)| !is_kept(name));
    let all = kept.chain(taken).map(|(name, value)| (name.clone(), Value::Str(value.clone())));
    all.collect::<Map>().into()
}

fn restart(call: &mut Call, args: &Args, object: &Object) -> Result<(), Failure> {
    if !matches!(object.kind(), Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet) {
        return Err(refused(object, "restarting is not supported"));
    }
    if is_paused(object) {
        return Err(refused(object, "can't restart paused deployment (run rollout resume first)"));
    }
    let now = object.to_value();
    let mut after = now.clone();
    let mut annotations = after.at("spec.template.metadata").get("annotations").clone();
    let stamp = call.world().now().floor_sec().to_string();
    if annotations.get("kubectl.kubernetes.io/restartedAt").as_str() == Some(&stamp) {
        let name = &object.meta().name;
        return Err(Failure::error(format!(
            "failed to create patch for {name}: if restart has already been triggered within the past second, please wait \
             before attempting to trigger another"
        )));
    }
    annotations.map_mut().insert("kubectl.kubernetes.io/restartedAt".into(), stamp.into());
    after.set("spec.template.metadata.annotations", annotations);
    write(call, object, &now, &after, "restarted", save::Mode::of(args)?)
}

fn pause(call: &mut Call, args: &Args, object: &Object) -> Result<(), Failure> {
    hold(call, args, object, &PAUSING)
}
fn resume(call: &mut Call, args: &Args, object: &Object) -> Result<(), Failure> {
    hold(call, args, object, &RESUMING)
}

/// Holding a rollout back, or letting it go on.
struct Hold {
    paused: bool,
    doing: &'static str,
    done: &'static str,
    already: &'static str,
}
const PAUSING: Hold = Hold { paused: true, doing: "pausing", done: "paused", already: "is already paused" };
const RESUMING: Hold = Hold { paused: false, doing: "resuming", done: "resumed", already: "is not paused" };

fn hold(call: &mut Call, args: &Args, object: &Object, hold: &Hold) -> Result<(), Failure> {
    if object.kind() != Kind::Deployment {
        return Err(refused(object, &format!("{} is not supported", hold.doing)));
    }
    if is_paused(object) == hold.paused {
        return Err(refused(object, hold.already));
    }
    let patch = record! { "spec" => record! { "paused" => hold.paused } };
    send(call, object, patch, hold.done, save::Mode::of(args)?)
}

/// What is said of an object, which is the same alone and among others.
fn refused(object: &Object, why: &str) -> Failure {
    Failure::plain(format!("error: {} {:?} {why}", resource(object), object.meta().name.as_str()))
}

fn is_paused(object: &Object) -> bool {
    object.body().at("spec.paused").as_bool() == Some(true)
}

/// `deployments.apps`.
fn resource(object: &Object) -> String {
    let info = object.kind().info();
    if info.group.is_empty() { info.plural.to_owned() } else { format!("{}.{}", info.plural, info.group) }
}

fn write(
    call: &mut Call,
    object: &Object,
    now: &Value,
    after: &Value,
    done: &str,
    mode: save::Mode,
) -> Result<(), Failure> {
    send(call, object, merge::difference(now, after), done, mode)
}

fn send(call: &mut Call, object: &Object, patch: Value, done: &str, mode: save::Mode) -> Result<(), Failure> {
    save::send(call.timeline, Request::Patch(object.key(), patch), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    call.say(&save::line(object.kind(), &object.meta().name, done, mode));
    Ok(())
}
