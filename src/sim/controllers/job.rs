//! The Job controller: keeps so many pods at work until enough have succeeded, or too many have failed.
//!
//! Models pkg/controller/job/job_controller.go: syncJob.

use super::{Controller, Wakes};
use crate::api::{
    Condition, ContainerState, Job, JobSpec, Kind, Meta, Owner, Phase, Pod, RestartPolicy, Span, Text, Time,
    Truth, Uid, order,
};
use crate::sim::plan::{Action, Memo, Plan};
use crate::sim::record::{Actor, Because, Change};
use crate::sim::store::{Class, Store, TRACKING_FINALIZER};
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller { name: "job", source: "job-controller", watches, reconcile };

/// How long syncs that pods cause are gathered. Models SyncJobBatchPeriod.
const BATCH: Span = Span::secs(1);
/// The first back-off after a failed pod; it doubles. Models DefaultJobPodFailureBackOff.
const BACKOFF: Span = Span::secs(10);
/// The longest back-off. Models MaxJobPodFailureBackOff.
const BACKOFF_MAX: Span = Span::secs(600);
/// The most pods made or deleted in one sync. Models MaxPodCreateDeletePerSync.
const PODS_PER_SYNC_MAX: i32 = 500;
/// From the note of which pods have ended, and the release of their finalizers, until the counters rise.
const FLUSH: Span = Span::millis(20);
/// The most finished pods counted in one sync. Models MaxUncountedPods.
const UNCOUNTED_MAX: usize = 500;

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match change.kind() {
        Kind::Job if change.spec_changed() => wakes.now(change.uid()),
        Kind::Job => wakes.after(change.uid(), BATCH),
        Kind::Pod => {
            let owner = change.new.meta().controller();
            let job = owner.filter(|o| o.kind == Kind::Job);
            if let Some(owner) = job.filter(|o| store.get(o.uid).is_some()) {
                wakes.after(owner.uid, BATCH);
            } else if change.new.meta().has_finalizer(TRACKING_FINALIZER) {
                // An orphan: nobody will count it, so its finalizer must go.
                wakes.now(change.uid());
            }
        }
        _ => {}
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    if let Some(pod) = world.store.get_as::<Pod>(uid) {
        return release_orphan(world, pod);
    }
    match world.store.get_as::<Job>(uid) {
        Some(job) if job.finished().is_none() => Sync::new(world, job).run(),
        Some(job) => release_finished(world, job),
        None => Plan::nothing(),
    }
}

/// Takes the tracking finalizer from a pod whose Job is gone. Models syncOrphanPod.
fn release_orphan(world: &World, pod: &Rc<Pod>) -> Plan {
    let mut plan = Plan::nothing();
    let owner = pod.meta.controller().and_then(|o| world.store.get_as::<Job>(o.uid));
    if owner.is_none_or(|job| job.finished().is_some()) {
        release(&mut plan, pod, Because::of(pod.meta.uid, "metadata.finalizers", "its Job is gone"));
    }
    plan
}

/// Takes the tracking finalizer from what is left of a finished Job's pods.
fn release_finished(world: &World, job: &Job) -> Plan {
    let mut plan = Plan::nothing();
    for pod in world.store.owned_pods(job.meta.uid, Class::Starting..=Class::Uncounted) {
        release(&mut plan, pod, Because::of(job.meta.uid, "status.conditions", "the Job has finished"));
    }
    plan
}

fn release(plan: &mut Plan, pod: &Pod, because: Because) {
    if pod.meta.has_finalizer(TRACKING_FINALIZER) {
        plan.actions.push(Action::Release(pod.meta.uid, TRACKING_FINALIZER, because));
    }
}

/// How a Job is about to end: the interim condition that says so, and the final one.
#[derive(Clone)]
struct Ending {
    interim: &'static str,
    last: &'static str,
    reason: Text,
    message: Text,
    field: &'static str,
}

impl Ending {
    fn failure(reason: &'static str, message: &'static str, field: &'static str) -> Ending {
        Ending {
            interim: "FailureTarget",
            last: "Failed",
            reason: reason.into(),
            message: message.into(),
            field,
        }
    }
    fn success() -> Ending {
        Ending {
            interim: "SuccessCriteriaMet",
            last: "Complete",
            reason: "CompletionsReached".into(),
            message: "Reached expected number of succeeded pods".into(),
            field: "spec.completions",
        }
    }
    /// The end that an earlier sync has already decided.
    fn decided(job: &Job) -> Option<Ending> {
        let find = |name| job.status.conditions.get(name).filter(|c: &&Condition| c.status == Truth::True);
        let (interim, last) = match find("SuccessCriteriaMet") {
            Some(c) => (c, "Complete"),
            None => (find("FailureTarget")?, "Failed"),
        };
        Some(Ending {
            interim: interim.name,
            last,
            reason: interim.reason.clone(),
            message: interim.message.clone(),
            field: field_of(&interim.reason),
        })
    }
}

/// The field behind a reason, for "why?".
fn field_of(reason: &str) -> &'static str {
    match reason {
        "DeadlineExceeded" => "spec.activeDeadlineSeconds",
        "BackoffLimitExceeded" => "spec.backoffLimit",
        _ => "spec.completions",
    }
}

/// One sync: what was read, what is being written.
struct Sync<'a> {
    now: Time,
    uid: Uid,
    /// The Job as it will be written.
    job: Job,
    active: Vec<&'a Rc<Pod>>,
    /// Pods that ended and are not yet counted.
    ended: Vec<&'a Rc<Pod>>,
    stopping: Vec<&'a Rc<Pod>>,
    failures: u32,
    last_failure: Option<Time>,
    /// How many pods the cluster still takes.
    room: i32,
    plan: Plan,
}

impl<'a> Sync<'a> {
    fn new(world: &'a World, job: &Rc<Job>) -> Sync<'a> {
        let uid = job.meta.uid;
        let pods = |classes| world.store.owned_pods(uid, classes);
        let memo = world.memo(Actor::Controller(super::row(CONTROLLER.name)), uid);
        let (failures, last_failure) = match memo {
            Some(Memo::JobBackoff { failures, last_failure }) => (*failures, *last_failure),
            _ => (0, None),
        };
        Sync {
            now: world.now(),
            uid,
            job: Job::clone(job),
            active: pods(Class::Starting..=Class::Ready).collect(),
            ended: pods(Class::Uncounted..=Class::Uncounted).collect(),
            stopping: pods(Class::Stopping..=Class::Stopping).collect(),
            failures,
            last_failure,
            room: world.config().pods_max.saturating_sub(world.store.pod_count()) as i32,
            plan: Plan::nothing(),
        }
    }

    fn run(mut self) -> Plan {
        let before = self.job.clone();
        let spec = Rc::clone(&self.job.spec);
        let fresh = |pods: &[&'a Rc<Pod>], phase: Phase, known: &[Uid]| -> Vec<&'a Rc<Pod>> {
            let new = |p: &&&Rc<Pod>| p.status.phase == phase && !known.contains(&p.meta.uid);
            pods.iter().filter(new).copied().collect()
        };
        let new_succeeded = fresh(&self.ended, Phase::Succeeded, &self.job.status.uncounted_succeeded);
        let new_failed = fresh(&self.ended, Phase::Failed, &self.job.status.uncounted_failed);
        self.remember_failures(&new_succeeded, &new_failed);
        let status = &self.job.status;
        let succeeded = status.succeeded + (new_succeeded.len() + status.uncounted_succeeded.len()) as i32;
        let failed = status.failed + (new_failed.len() + status.uncounted_failed.len()) as i32;

        if self.job.status.started.is_none() && !spec.suspend {
            self.job.status.started = Some(self.now.floor_sec());
        }
        let mut ending = Ending::decided(&self.job).or_else(|| self.fails(&spec, failed));
        let mut active = self.active.len() as i32;
        let mut ready = self.active.iter().filter(|p| p.is_ready()).count() as i32;
        let mut terminating = self.stopping.len() as i32;
        if let Some(end) = &ending {
            let because = Because::of(self.uid, end.field, end.message.clone());
            for pod in &self.active {
                self.plan.actions.push(Action::DeletePod(pod.meta.uid, because.clone()));
            }
            (terminating, active, ready) = (terminating + active, 0, 0);
        } else {
            if !self.job.meta.is_terminating() {
                (active, ready, terminating) = self.manage(&spec, succeeded, ready, terminating);
            }
            let complete = match spec.completions {
                Some(wanted) => succeeded >= wanted,
                None => succeeded > 0,
            };
            if complete && active == 0 {
                ending = Some(Ending::success());
            } else {
                self.note_suspension(&spec);
            }
        }
        let status = &mut self.job.status;
        (status.active, status.ready, status.terminating) = (active, Some(ready), Some(terminating));
        self.count(&before, ending);
        self.plan
    }

    /// Does the Job fail now? Models syncJob's evaluation of backoffLimit and activeDeadlineSeconds.
    fn fails(&mut self, spec: &JobSpec, failed: i32) -> Option<Ending> {
        if failed > spec.backoff_limit() || self.restarts_exceed(spec) {
            return Some(Ending::failure(
                "BackoffLimitExceeded",
                "Job has reached the specified backoff limit",
                "spec.backoffLimit",
            ));
        }
        let (deadline, started) = (spec.active_deadline_seconds?, self.job.status.started?);
        if spec.suspend {
            return None;
        }
        let left = started + Span::secs(deadline) - self.now;
        if left <= Span::ZERO {
            return Some(Ending::failure(
                "DeadlineExceeded",
                "Job was active longer than specified deadline",
                "spec.activeDeadlineSeconds",
            ));
        }
        self.plan.again_after(left);
        None
    }
    /// With OnFailure, restarts count towards the limit. Models pastBackoffLimitOnFailure.
    fn restarts_exceed(&self, spec: &JobSpec) -> bool {
        if spec.template.spec.restart_policy != RestartPolicy::OnFailure {
            return false;
        }
        let of = |pod: &&Rc<Pod>| -> u32 {
            let statuses = pod.status.containers.iter().chain(pod.status.init_containers.iter());
            statuses.map(|c| c.restarts).sum()
        };
        let restarts: u32 = self.active.iter().chain(&self.stopping).map(of).sum();
        match spec.backoff_limit() {
            0 => restarts > 0,
            limit => restarts >= limit as u32,
        }
    }

    /// Brings the number of active pods to what is wanted; returns how many are active, ready and terminating.
    /// Models manageJob.
    fn manage(&mut self, spec: &JobSpec, succeeded: i32, ready: i32, terminating: i32) -> (i32, i32, i32) {
        let active = self.active.len() as i32;
        let parallelism = spec.parallelism();
        let wanted = match spec.completions {
            _ if spec.suspend => 0,
            Some(completions) => (completions - succeeded).min(parallelism).max(0),
            // A work queue: once one pod has succeeded, no new ones are made.
            None if succeeded > 0 => active.min(parallelism),
            None => parallelism,
        };
        self.plan.caption = caption(spec, active, succeeded, wanted);
        let surplus = (active - wanted).min(PODS_PER_SYNC_MAX);
        if surplus > 0 {
            let doomed = self.rank_for_removal(surplus as usize);
            let doomed_ready = doomed.iter().filter(|p| p.is_ready()).count() as i32;
            let field = if spec.suspend { "spec.suspend" } else { "spec.parallelism" };
            for pod in doomed {
                let because = Because::of(self.uid, field, self.plan.caption.clone());
                release(&mut self.plan, pod, because.clone());
                self.plan.actions.push(Action::DeletePod(pod.meta.uid, because));
            }
            return (active - surplus, ready - doomed_ready, terminating + surplus);
        }
        let missing = (wanted - active).min(PODS_PER_SYNC_MAX);
        if missing <= 0 {
            return (active, ready, terminating);
        }
        let wait = self.backoff_left();
        if wait > Span::ZERO {
            self.plan.caption =
                format!("waits {:.0} s before it tries again (back-off)", wait.as_secs_f64().ceil()).into();
            self.plan.again_after(wait);
            return (0, ready, terminating);
        }
        let field = if wanted < parallelism { "spec.completions" } else { "spec.parallelism" };
        for _ in 0..missing {
            let because = Because::of(self.uid, field, self.plan.caption.clone());
            self.plan.actions.push(Action::CreatePod(Box::new(new_pod(&self.job)), because));
        }
        // Those that are refused for want of room are not active.
        (active + missing.min(self.room), ready, terminating)
    }
    /// Pods to remove first: not ready before ready, younger before older. Models activePodsForRemoval.
    fn rank_for_removal(&self, count: usize) -> Vec<&'a Rc<Pod>> {
        let mut pods = self.active.clone();
        order::sort_by_key(&mut pods, |p| (!p.node.is_empty(), p.is_ready(), std::cmp::Reverse(p.meta.uid)));
        pods.truncate(count);
        pods
    }

    /// Counts failures since the last success. Models backoff_utils.go: newBackoffRecord.
    fn remember_failures(&mut self, succeeded: &[&Rc<Pod>], failed: &[&Rc<Pod>]) {
        if succeeded.is_empty() && failed.is_empty() {
            return;
        }
        let last_success = succeeded.iter().map(|p| finished_at(p)).max();
        let mut ends: Vec<Time> = failed.iter().map(|p| finished_at(p)).collect();
        ends.retain(|t| last_success.is_none_or(|s| *t > s));
        if last_success.is_some() {
            (self.failures, self.last_failure) = (0, None);
        }
        self.failures += ends.len() as u32;
        self.last_failure = ends.into_iter().max().or(self.last_failure);
        let memo = Memo::JobBackoff { failures: self.failures, last_failure: self.last_failure };
        self.plan.actions.push(Action::Remember(self.uid, memo));
    }
    /// How long no new pod may be made. Models backoff_utils.go: getRemainingTimeForFailuresCount.
    fn backoff_left(&self) -> Span {
        let Some(last) = self.last_failure.filter(|_| self.failures > 0) else {
            return Span::ZERO;
        };
        let doublings = (self.failures - 1).min(16);
        let backoff = (BACKOFF * (1 << doublings)).min(BACKOFF_MAX);
        last + backoff - self.now
    }

    fn note_suspension(&mut self, spec: &JobSpec) {
        let status = &mut self.job.status;
        if spec.suspend {
            if status.conditions.set("Suspended", true, "JobSuspended", "Job suspended", self.now) {
                self.plan.say(self.uid, "Suspended", "Job suspended");
                status.started = None;
            }
        } else if status.conditions.is_true("Suspended") {
            status.conditions.set("Suspended", false, "JobResumed", "Job resumed", self.now);
            status.started = Some(self.now.floor_sec());
            self.plan.say(self.uid, "Resumed", "Job resumed");
        }
    }

    /// Counts each finished pod exactly once: first its identity goes into the status, then its finalizer, then the
    /// counter rises. Models trackJobStatusAndRemoveFinalizers and flushUncountedAndRemoveFinalizers.
    fn count(&mut self, before: &Job, ending: Option<Ending>) {
        let mut released: Vec<&'a Rc<Pod>> = Vec::new();
        let status = &mut self.job.status;
        let (mut succeeded, mut failed) =
            (Vec::clone(&status.uncounted_succeeded), Vec::clone(&status.uncounted_failed));
        let fails = ending.as_ref().is_some_and(|e| e.last == "Failed");
        let held = |p: &&&Rc<Pod>| p.meta.has_finalizer(TRACKING_FINALIZER);
        let ends_all = ending.is_some() || self.job.meta.is_terminating();
        let others = self.active.iter().chain(&self.stopping).filter(|_| ends_all);
        for pod in self.ended.iter().chain(others).filter(held) {
            if succeeded.len() + failed.len() >= UNCOUNTED_MAX {
                self.plan.again_after(BATCH);
                break;
            }
            released.push(pod);
            let uid = pod.meta.uid;
            let list = match pod.status.phase {
                Phase::Succeeded if !failed.contains(&uid) => &mut succeeded,
                Phase::Failed => &mut failed,
                // When the Job has failed, every pod that has not ended counts as failed.
                _ if fails => &mut failed,
                _ => continue,
            };
            if !list.contains(&uid) {
                list.push(uid);
            }
        }
        let noted = (&*status.uncounted_succeeded, &*status.uncounted_failed) != (&succeeded, &failed);
        status.uncounted_succeeded = Rc::new(succeeded);
        status.uncounted_failed = Rc::new(failed);
        let reason = match &ending {
            Some(end) => Because::of(self.uid, end.field, end.message.clone()),
            None => Because::of(self.uid, "", "counts its pods"),
        };
        let decided = ending.as_ref().is_some_and(|end| {
            status.conditions.set(end.interim, true, end.reason.clone(), end.message.clone(), self.now)
        });
        if noted || decided || !released.is_empty() {
            self.plan.update(self.job.clone(), reason);
            for pod in released {
                release(&mut self.plan, pod, Because::of(self.uid, "", "is counted, so it may go"));
            }
            return self.plan.again_after(FLUSH);
        }
        self.flush(before, ending, reason);
    }
    /// The pods that were noted have lost their finalizers: the counters rise, and the Job may end.
    fn flush(&mut self, before: &Job, ending: Option<Ending>, reason: Because) {
        let status = &mut self.job.status;
        status.succeeded += std::mem::take(&mut status.uncounted_succeeded).len() as i32;
        status.failed += std::mem::take(&mut status.uncounted_failed).len() as i32;
        if let Some(end) = ending.filter(|_| status.terminating == Some(0)) {
            self.finish(&end);
        }
        if self.job.status != before.status {
            self.plan.update(self.job.clone(), reason);
        }
    }
    /// Models enactJobFinished and recordJobFinished.
    fn finish(&mut self, end: &Ending) {
        let status = &mut self.job.status;
        status.conditions.set(end.last, true, end.reason.clone(), end.message.clone(), self.now);
        if end.last == "Complete" {
            status.completed = Some(self.now.floor_sec());
            self.plan.say(self.uid, "Completed", "Job completed");
        } else {
            let reason = match end.reason.as_str() {
                "DeadlineExceeded" => "DeadlineExceeded",
                _ => "BackoffLimitExceeded",
            };
            self.plan.warn(self.uid, reason, end.message.clone());
        }
        self.plan.caption = format!("{}: {}", end.last, end.message).into();
    }
}

/// The decision in words, with its arithmetic.
fn caption(spec: &JobSpec, active: i32, succeeded: i32, wanted: i32) -> Text {
    let sum = match spec.completions {
        _ if spec.suspend => "0: it is suspended".to_owned(),
        Some(c) => format!("min({}, {c} − {succeeded}) = {wanted}", spec.parallelism()),
        None => wanted.to_string(),
    };
    let then = match wanted - active {
        0 => "nothing to do".to_owned(),
        n if n > 0 => format!("creates {n}"),
        n => format!("deletes {}", -n),
    };
    format!("{active} active, {succeeded} succeeded, wants {sum}: {then}").into()
}

/// A pod of the Job. Models manageJob and pkg/controller/controller_utils.go: GetPodFromTemplate.
fn new_pod(job: &Job) -> Pod {
    let template = &job.spec.template;
    let owner = Owner { kind: Kind::Job, name: job.meta.name.clone(), uid: job.meta.uid, controller: true };
    let meta = Meta {
        generate_name: format!("{}-", job.meta.name).into(),
        namespace: job.meta.namespace.clone(),
        labels: template.metadata.labels.clone(),
        annotations: template.metadata.annotations.clone(),
        owners: [owner].into(),
        finalizers: [TRACKING_FINALIZER.into()].into(),
        ..Meta::default()
    };
    Pod::from_template(meta, template)
}

/// When a pod ended, in whole seconds as the API has it. Models backoff_utils.go: getFinishedTime.
fn finished_at(pod: &Pod) -> Time {
    let ends = pod.status.containers.iter().map(|c| match &c.state {
        ContainerState::Terminated(ended) => Some(ended.finished),
        _ => None,
    });
    let latest = ends.collect::<Option<Vec<Time>>>().and_then(|l| l.into_iter().max());
    let not_ready = pod.status.conditions.get("Ready").filter(|c| c.status == Truth::False);
    let deleted = pod.meta.deletion.map(|d| d.asked);
    latest.or(not_ready.map(|c| c.since)).or(deleted).unwrap_or(pod.meta.created).floor_sec()
}
