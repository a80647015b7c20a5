//! The Job controller: keeps so many pods at work until enough have succeeded, or too many have failed.
//!
//! Models pkg/controller/job/job_controller.go: syncJob.

mod backoff;
mod ending;
mod failure_policy;
mod indexes;
mod pods;
mod success_policy;
#[cfg(test)]
mod tests;
mod tracking;

use super::{Controller, Wakes};
use crate::api::{
    CompletionMode, Job, JobSpec, Kind, Phase, Pod, PodReplacementPolicy, Span, Spec, Time, Uid,
};
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Actor, Because, Change, Verb};
use crate::sim::store::{Class, Store, TRACKING_FINALIZER};
use crate::sim::world::World;
use backoff::Backoff;
use ending::Ending;
use indexes::Progress;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller =
    Controller { name: "job", source: "job-controller", kinds: &[Kind::Job, Kind::Pod], watches, reconcile };

/// How long syncs that pods cause are gathered. Models SyncJobBatchPeriod.
const BATCH: Span = Span::secs(1);
/// The value of `managedBy` that means this controller.
const OWN_NAME: &str = "kubernetes.io/job-controller";

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match change.kind() {
        // Its pods are orphans now. Models Controller.deleteJob.
        Kind::Job if change.verb == Verb::Deleted => {
            let tracked = |o: &&crate::api::Object| o.meta().has_finalizer(TRACKING_FINALIZER);
            store.dependents(change.uid()).filter(tracked).for_each(|pod| wakes.now(pod.meta().uid));
        }
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
        Some(job) if managed_elsewhere(&job.spec) => Plan::nothing(),
        Some(job) if job.finished().is_none() => Sync::new(world, job).run(),
        Some(job) => release_finished(world, job),
        None => Plan::nothing(),
    }
}

/// Takes the tracking finalizer from a pod whose Job is gone. Models syncOrphanPod.
fn release_orphan(world: &World, pod: &Rc<Pod>) -> Plan {
    let mut plan = Plan::nothing();
    let owner = pod.meta.controller().and_then(|o| world.store.get_as::<Job>(o.uid));
    if owner.is_none_or(|job| job.finished().is_some() && !managed_elsewhere(&job.spec)) {
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

/// Does somebody else look after it? Models managedByExternalController.
fn managed_elsewhere(spec: &JobSpec) -> bool {
    !spec.managed_by.is_empty() && spec.managed_by != OWN_NAME
}

/// Is a pod replaced only once it has ended? Models onlyReplaceFailedPods.
fn replaces_only_failed(spec: &JobSpec) -> bool {
    spec.pod_replacement_policy == PodReplacementPolicy::Failed || !spec.pod_failure_policy.is_null()
}

/// Has the pod failed in the Job's eyes? One that is told to stop has, unless its Job waits for its end.
/// Models isPodFailed.
fn is_failed(pod: &Pod, spec: &JobSpec) -> bool {
    let phase = pod.status.phase;
    let stopped = pod.meta.is_terminating() && phase != Phase::Succeeded;
    phase == Phase::Failed || stopped && !replaces_only_failed(spec)
}

/// One sync: what was read, what is being written.
struct Sync<'a> {
    now: Time,
    uid: Uid,
    spec: Rc<Spec<JobSpec>>,
    /// The Job as it will be written.
    job: Job,
    active: Vec<&'a Rc<Pod>>,
    stopping: Vec<&'a Rc<Pod>>,
    /// Pods that ended and are not yet counted.
    ended: Vec<&'a Rc<Pod>>,
    /// How far it is, if it is Indexed.
    progress: Option<Progress<'a>>,
    backoff: Backoff,
    plan: Plan,
}

/// How many pods there will be.
#[derive(Clone, Copy)]
struct Counts {
    active: i32,
    ready: i32,
    terminating: i32,
}

impl<'a> Sync<'a> {
    fn new(world: &'a World, job: &Rc<Job>) -> Sync<'a> {
        let uid = job.meta.uid;
        let pods = |classes| world.store.owned_pods(uid, classes);
        let memo = world.memo(Actor::Controller(super::row(CONTROLLER.name)), uid);
        Sync {
            now: world.now(),
            uid,
            spec: Rc::clone(&job.spec),
            job: Job::clone(job),
            active: pods(Class::Starting..=Class::Ready).collect(),
            ended: pods(Class::Uncounted..=Class::Uncounted).collect(),
            stopping: pods(Class::Stopping..=Class::Stopping).collect(),
            progress: None,
            backoff: Backoff::recall(memo),
            plan: Plan::nothing(),
        }
    }

    fn run(mut self) -> Plan {
        let before = self.job.clone();
        let spec = Rc::clone(&self.spec);
        if spec.completion_mode == CompletionMode::Indexed {
            let status = &before.status;
            let held: Vec<&Rc<Pod>> = self.held().collect();
            let said = (status.completed_indexes.as_str(), status.failed_indexes.as_deref().unwrap_or(""));
            self.progress = Some(Progress::of(&spec, said, &held, &self.active));
        }
        let new_succeeded =
            self.fresh(&before.status.uncounted_succeeded, |p| p.status.phase == Phase::Succeeded);
        let new_failed = self.fresh(&before.status.uncounted_failed, |p| is_failed(p, &spec));
        let ends =
            |pods: &[&Rc<Pod>]| -> Vec<Time> { pods.iter().map(|p| backoff::finished_at(p)).collect() };
        self.backoff.note(&ends(&new_succeeded), &ends(&new_failed));
        let counted =
            new_failed.iter().filter(|p| failure_policy::counts(&spec.pod_failure_policy, p)).count();
        let status = &before.status;
        let failed = status.failed + (counted + status.uncounted_failed.len()) as i32;
        let succeeded = match &self.progress {
            Some(progress) => progress.succeeded.total(),
            None => status.succeeded + (new_succeeded.len() + status.uncounted_succeeded.len()) as i32,
        };
        if status.started.is_none() && !spec.suspend {
            self.job.status.started = Some(self.now.floor_sec());
        }
        let mut ending = Ending::decided(&self.job)
            .or_else(|| self.fails_by_policy())
            .or_else(|| self.fails(failed))
            .or_else(|| self.indexes_decide());
        let mut counts = Counts {
            active: self.active.len() as i32,
            ready: self.active.iter().filter(|p| p.is_ready()).count() as i32,
            terminating: self.stopping.len() as i32,
        };
        if let Some(end) = &ending {
            let because = Because::of(self.uid, end.field, end.message.clone());
            for pod in &self.active {
                self.plan.actions.push(Action::DeletePod(pod.meta.uid, because.clone()));
            }
            counts = Counts { active: 0, ready: 0, terminating: counts.terminating + counts.active };
        } else {
            // While pods wait to be counted, the sync that noted them is not over.
            let counting = !status.uncounted_succeeded.is_empty() || !status.uncounted_failed.is_empty();
            if !counting && !self.job.meta.is_terminating() {
                counts = self.manage(succeeded, counts);
            }
            if counts.ready > counts.active {
                // While it waits to try again it counts no pod as active, though others may be ready: the API server
                // refuses such a status, so nothing is counted until the wait is over.
                // Models pkg/apis/batch/validation: RejectMoreReadyThanActivePods.
                return Plan { actions: Vec::new(), ..self.plan };
            }
            let complete = match spec.completions {
                Some(wanted) => succeeded >= wanted,
                None => succeeded > 0,
            };
            if complete && counts.active == 0 {
                ending = Some(Ending::success());
            } else {
                self.note_suspension();
            }
        }
        let status = &mut self.job.status;
        (status.active, status.ready, status.terminating) =
            (counts.active, Some(counts.ready), Some(counts.terminating));
        self.count(&before, ending);
        self.plan
    }

    /// The pods that were not counted yet.
    fn held(&self) -> impl Iterator<Item = &'a Rc<Pod>> {
        let all = self.ended.iter().chain(&self.stopping).chain(&self.active);
        all.copied().filter(|p| p.meta.has_finalizer(TRACKING_FINALIZER))
    }
    /// Those of them that are not noted yet and fit. Models getValidPodsWithFilter.
    fn fresh(&self, known: &[Uid], fits: impl Fn(&Pod) -> bool) -> Vec<&'a Rc<Pod>> {
        let valid = |p: &Pod| self.progress.as_ref().is_none_or(|progress| progress.is_valid(p));
        self.held().filter(|p| fits(p) && !known.contains(&p.meta.uid) && valid(p)).collect()
    }

    fn note_suspension(&mut self) {
        let status = &mut self.job.status;
        if self.spec.suspend {
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
}
