//! Jobs and pods as the tables tell of them.

#[cfg(test)]
use super::super::indexes;
use super::{int, time, word};
use crate::api::{
    ContainerState, ContainerStatus, Deletion, Ended, Job, Meta, Phase, Pod, PodTemplate, Resource, Span,
    Spec, Text, Time, Value,
};
use crate::record;
use crate::sim::store::TRACKING_FINALIZER;
use std::rc::Rc;

/// A Job as the short tables tell of it.
pub(super) fn brief_job(case: &Value, now: Time) -> Job {
    let told = case.get("job");
    let spec = record! {
        "parallelism" => told.get("parallelism").clone(),
        "completions" => told.get("completions").clone(),
        "backoffLimit" => told.get("backoff_limit").clone(),
        "completionMode" => told.get("completion_mode").clone(),
        "suspend" => told.get("suspend").clone(),
        "podReplacementPolicy" => told.get("pod_replacement_policy").clone(),
        "podFailurePolicy" => told.get("pod_failure_policy").clone(),
        "activeDeadlineSeconds" => told.get("active_deadline_seconds").clone(),
        "template" => record! { "spec" => record! { "restartPolicy" => told.get("restart_policy").clone() } },
    };
    let mut job = Job::read(Meta::named("default", "foobar"), &record! { "spec" => spec });
    let status = told.get("initial_status");
    let number = |name: &str| int(status.get(name));
    (job.status.active, job.status.succeeded, job.status.failed) =
        (number("active"), number("succeeded"), number("failed"));
    job.status.started = time(status.get("start_time"));
    if let Some(secs) = told.get("started_seconds_ago").as_int() {
        job.status.started = Some(Time((now - Span::secs(secs)).0));
    }
    set_conditions(&mut job, status);
    if told.get("was_suspended").as_bool() == Some(true) {
        job.status.conditions.set("Suspended", true, "JobSuspended", "Job suspended", now);
    }
    if told.get("deleting").as_bool() == Some(true) {
        job.meta.deletion = Some(Deletion { asked: now, grace_secs: 0 });
        job.meta.finalizers = ["foregroundDeletion".into()].into();
    }
    job
}

pub(super) fn whole_job(told: &Value) -> Job {
    let mut job = Job::read(Meta::named("default", word(told.get("metadata"), "name").to_owned()), told);
    let status = told.get("status");
    let text = |name: &str| -> Text { word(status, name).to_owned().into() };
    job.status.completed_indexes = text("completedIndexes");
    if !status.get("failedIndexes").is_null() {
        job.status.failed_indexes = Some(text("failedIndexes"));
    }
    let number = |name: &str| int(status.get(name));
    (job.status.active, job.status.succeeded, job.status.failed) =
        (number("active"), number("succeeded"), number("failed"));
    job.status.terminating = status.get("terminating").as_int().map(|n| n as i32);
    set_conditions(&mut job, status);
    job
}

pub(super) fn set_conditions(job: &mut Job, status: &Value) {
    for c in status.get("conditions").items() {
        let part = |name: &str| word(c, name).to_owned();
        let name: &'static str = part("type").leak();
        job.status.conditions.set(name, part("status") == "True", part("reason"), part("message"), Time(0));
    }
}

pub(super) fn brief_pods(case: &Value) -> Vec<Rc<Pod>> {
    let told = case.get("pods");
    let mut pods = Vec::new();
    let mut add = |count: i32, phase: &str| {
        for _ in 0..count {
            pods.push(phased(phase));
        }
    };
    let number = |name: &str| int(told.get(name));
    add(number("pending_pods"), "Pending");
    let active = match word(told, "active_pods_phase") {
        "" => "Running",
        phase => phase,
    };
    add(number("active_pods"), active);
    add(number("succeeded_pods"), "Succeeded");
    add(number("failed_pods"), "Failed");
    add(number("terminating_pods"), "Running");
    let last = pods.len();
    for pod in &mut pods[last - number("terminating_pods") as usize..] {
        Rc::make_mut(pod).meta.deletion = Some(Deletion { asked: Time(0), grace_secs: 30 });
    }
    let first = number("pending_pods") as usize;
    for pod in &mut pods[first..first + number("ready_pods") as usize] {
        Rc::make_mut(pod).status.conditions.set("Ready", true, "", "", Time(0));
    }
    for restarts in told.get("restart_counts").items() {
        let mut pod = phased(word(told, "phase"));
        let state = ContainerState::Running { started: Time(0) };
        let status = ContainerStatus {
            state,
            last: None,
            ready: false,
            started: false,
            restarts: int(restarts) as u32,
        };
        Rc::make_mut(&mut pod).status.containers = Rc::new(vec![status]);
        pods.push(pod);
    }
    pods.extend(told.get("with_indexes").items().iter().map(indexed_pod));
    pods
}

pub(super) fn phased(phase: &str) -> Rc<Pod> {
    pod_of(&record! { "status" => record! { "phase" => phase.to_owned() } })
}

pub(super) fn indexed_pod(told: &Value) -> Rc<Pod> {
    let mut pod = phased(word(told, "phase"));
    let meta = &mut Rc::make_mut(&mut pod).meta;
    meta.annotations.insert(indexes::INDEX, word(told, "index").to_owned());
    meta.finalizers = [TRACKING_FINALIZER.into()].into();
    pod
}

/// A pod as the API writes it, as far as the controller reads it.
pub(super) fn pod_of(told: &Value) -> Rc<Pod> {
    let statuses = |list: &str| told.get("status").get(list).items();
    let named = |list: &str| -> Vec<Value> {
        statuses(list).iter().map(|c| record! { "name" => word(c, "name").to_owned() }).collect()
    };
    let spec = record! {
        "containers" => named("containerStatuses"), "initContainers" => named("initContainerStatuses"),
    };
    let template = PodTemplate { spec: Rc::new(Spec::new(spec)), ..PodTemplate::default() };
    let mut pod = Pod::from_template(Meta::read(told.get("metadata")), &template);
    let created = told.at("metadata.creationTimestamp");
    pod.meta.created = time(created).unwrap_or_default();
    if let Some(end) = time(told.at("metadata.deletionTimestamp")) {
        let grace_secs = told.at("metadata.deletionGracePeriodSeconds").as_int().unwrap_or(0);
        pod.meta.deletion = Some(Deletion { asked: Time((end - Span::secs(grace_secs)).0), grace_secs });
    }
    pod.status.phase = match word(told.get("status"), "phase") {
        "Running" => Phase::Running,
        "Succeeded" => Phase::Succeeded,
        "Failed" => Phase::Failed,
        _ => Phase::Pending,
    };
    pod.status.containers = Rc::new(statuses("containerStatuses").iter().map(container).collect());
    pod.status.init_containers = Rc::new(statuses("initContainerStatuses").iter().map(container).collect());
    for c in told.get("status").get("conditions").items() {
        let name: &'static str = word(c, "type").to_owned().leak();
        let since = time(c.get("lastTransitionTime")).unwrap_or_default();
        pod.status.conditions.set(name, word(c, "status") == "True", "", "", since);
    }
    Rc::new(pod)
}

pub(super) fn container(told: &Value) -> ContainerStatus {
    let ended = told.at("state.terminated");
    // One without a time is one whose end is not known.
    let state = if !ended.is_null() && (ended.fields().next().is_some()) {
        ContainerState::Terminated(Ended {
            exit_code: int(ended.get("exitCode")),
            reason: Text::default(),
            message: Text::default(),
            started: Time(0),
            finished: time(ended.get("finishedAt")).unwrap_or_default(),
        })
    } else {
        ContainerState::Running { started: Time(0) }
    };
    ContainerStatus {
        state,
        last: None,
        ready: false,
        started: false,
        restarts: int(told.get("restartCount")) as u32,
    }
}
