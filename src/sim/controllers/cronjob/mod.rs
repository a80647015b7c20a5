//! The CronJob controller: starts a Job at each time of its schedule.
//!
//! Models pkg/controller/cronjob/cronjob_controllerv2.go: syncCronJob, and utils.go.

#[cfg(test)]
mod tests;
mod times;

use super::{Controller, Wakes};
use crate::api::{
    ConcurrencyPolicy, CronJob, Job, JobStatus, Kind, Meta, Object, Owner, Span, Spec, Text, Time, Uid, Zone,
    make_mut, order,
};
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;
use times::{most_recent, next_wait, rfc1123, rfc3339};

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "cronjob",
    source: "cronjob-controller",
    kinds: &[Kind::CronJob, Kind::Job],
    watches,
    reconcile,
};

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match &change.new {
        Object::CronJob(cron) if change.spec_changed() && change.verb != Verb::Deleted => {
            if let Some(after) = wait_for_change(cron, change) {
                wakes.after(change.uid(), after);
            }
        }
        Object::Job(job) => {
            let owner = job.meta.controller().filter(|o| o.kind == Kind::CronJob);
            let Some(cron) = owner.and_then(|o| store.get_as::<CronJob>(o.uid)) else {
                return;
            };
            // Of a Job's progress only its end matters, unless a run is held back, which is said each time.
            let old = change.old.as_ref().and_then(Object::as_ref::<Job>);
            let facts = |j: &Job| (j.finished().is_some(), j.status.completed, j.meta.is_terminating());
            let same = change.verb == Verb::Modified && old.is_some_and(|old| facts(old) == facts(job));
            if !same || cron.spec.concurrency_policy == ConcurrencyPolicy::Forbid {
                wakes.now(cron.meta.uid);
            }
        }
        _ => {}
    }
}

/// A new schedule holds from its next time on: what it would have run before is not missed.
/// Models updateCronJob.
fn wait_for_change(cron: &CronJob, change: &Change) -> Option<Span> {
    let old = change.old.as_ref().and_then(Object::as_ref::<CronJob>);
    let same = |old: &Rc<CronJob>| {
        old.spec.schedule == cron.spec.schedule && old.spec.time_zone == cron.spec.time_zone
    };
    if old.is_none_or(same) {
        return Some(Span::ZERO);
    }
    let schedule = cron.spec.parsed().ok()?;
    Some(next_wait(cron, change.at, &schedule))
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let Some(cron) = world.store.get_as::<CronJob>(uid) else {
        return Plan::nothing();
    };
    let jobs: Vec<Rc<Job>> = world.store.dependents(uid).filter_map(Object::as_ref::<Job>).cloned().collect();
    let mut sync = Sync { world, now: world.now(), cron: CronJob::clone(cron), jobs, plan: Plan::nothing() };
    sync.clean_up();
    let wait = sync.run();
    let Sync { cron: new, mut plan, .. } = sync;
    if new.status != cron.status {
        plan.update(new, Because::of(uid, "spec.schedule", plan.caption.clone()));
    }
    if let Some(wait) = wait {
        plan.again_after(wait);
    }
    plan
}

struct Sync<'a> {
    world: &'a World,
    now: Time,
    cron: CronJob,
    jobs: Vec<Rc<Job>>,
    plan: Plan,
}

impl Sync<'_> {
    /// Starts what is due; returns how long to wait for the next run.
    fn run(&mut self) -> Option<Span> {
        let uid = self.cron.meta.uid;
        self.note_finished();
        let spec = Rc::clone(&self.cron.spec);
        if self.cron.meta.is_terminating() {
            return None;
        }
        if let Some(name) = spec.time_zone.as_ref().filter(|name| Zone::find(name).is_none()) {
            let message = format!("invalid timeZone: {:?}: unknown time zone {name}", name.as_str());
            self.plan.warn(uid, "UnknownTimeZone", message);
            return None;
        }
        if spec.suspend {
            return None;
        }
        if spec.schedule.contains("TZ") {
            let message = format!(
                "CRON_TZ or TZ used in schedule {:?} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
                spec.schedule.as_str()
            );
            self.plan.warn(uid, "UnsupportedSchedule", message);
        }
        let schedule = match spec.parsed() {
            Ok(schedule) => schedule,
            Err(error) => {
                let message = format!("unparseable schedule: {:?} : {error}", spec.schedule.as_str());
                self.plan.warn(uid, "UnparseableSchedule", message);
                return None;
            }
        };
        let deadline = spec.starting_deadline_seconds.map(Span::secs);
        let wait = Some(next_wait(&self.cron, self.now, &schedule));
        let (due, many) = match most_recent(&self.cron, self.now, &schedule, deadline) {
            Ok(recent) => (recent.missed, recent.many),
            Err(error) => {
                let message = format!("invalid schedule: {} : {error}", spec.schedule);
                self.plan.warn(uid, "InvalidSchedule", message);
                return None;
            }
        };
        let Some(due) = due else {
            return wait;
        };
        if many {
            let message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
            self.plan.warn(uid, "TooManyMissedTimes", message);
        }
        if deadline.is_some_and(|d| due + d < self.now) {
            self.plan.warn(
                uid,
                "MissSchedule",
                format!("Missed scheduled time to start a job: {}", rfc1123(due)),
            );
            return wait;
        }
        let name: Text = format!("{}-{}", self.cron.meta.name, due.unix() / 60).into();
        let active = &self.cron.status.active;
        if active.iter().any(|(n, ..)| *n == name) || self.cron.status.last_schedule == Some(due) {
            return wait;
        }
        if spec.concurrency_policy == ConcurrencyPolicy::Forbid && !active.is_empty() {
            let message =
                "Not starting job because prior execution is running and concurrency policy is Forbid";
            self.plan.say(uid, "JobAlreadyActive", message);
            self.plan.caption = message.into();
            return wait;
        }
        if spec.concurrency_policy == ConcurrencyPolicy::Replace {
            self.replace_active();
        }
        self.start(name, due);
        Some(next_wait(&self.cron, self.now, &schedule))
    }

    /// Takes finished and vanished Jobs off the list of active ones.
    fn note_finished(&mut self) {
        let uid = self.cron.meta.uid;
        let mut active = Vec::clone(&self.cron.status.active);
        for job in &self.jobs {
            let listed = active.iter().any(|(_, u, _)| *u == job.meta.uid);
            match job.finished() {
                None if !listed => {
                    let message =
                        format!("Saw a job that the controller did not create or forgot: {}", job.meta.name);
                    self.plan.warn(uid, "UnexpectedJob", message);
                }
                Some(end) => {
                    if listed {
                        active.retain(|(_, u, _)| *u != job.meta.uid);
                        let message =
                            format!("Saw completed job: {}, condition: {}", job.meta.name, end.name);
                        self.plan.say(uid, "SawCompletedJob", message);
                    }
                    let last = &mut self.cron.status.last_successful;
                    if job.status.completed.is_some() && job.status.completed > *last {
                        *last = job.status.completed;
                    }
                }
                None => {}
            }
        }
        let jobs = &self.jobs;
        active.retain(|(name, job, _)| {
            let there = jobs.iter().any(|j| j.meta.uid == *job);
            if !there {
                self.plan.say(uid, "MissingJob", format!("Active job went missing: {name}"));
            }
            there
        });
        self.cron.status.active = Rc::new(active);
    }
    fn replace_active(&mut self) {
        let uid = self.cron.meta.uid;
        for (name, job, _) in std::mem::take(&mut self.cron.status.active).iter() {
            self.delete_job(uid, name, *job, "spec.concurrencyPolicy");
        }
    }
    fn delete_job(&mut self, uid: Uid, name: &Text, job: Uid, field: &'static str) {
        self.plan.delete(job, Because::of(uid, field, format!("deletes job {name}")));
        self.plan.say(uid, "SuccessfulDelete", format!("Deleted job {name}"));
    }
    fn start(&mut self, name: Text, due: Time) {
        let uid = self.cron.meta.uid;
        let there = self.world.store.lookup(Kind::Job, &self.cron.meta.namespace, &name);
        if let Some(job) = there.map(Object::meta) {
            // Somebody else's Job has that name; one of its own was forgotten.
            if job.controller().is_some_and(|o| o.uid == uid) {
                self.note_started((name, job.uid, job.revision), due);
            }
            return;
        }
        let caption: Text = format!("{} is due: creates job {name}", due).into();
        let job = new_job(&self.cron, name.clone(), due);
        self.plan.caption = caption.clone();
        // The new Job's identity and revision are not known before it is written; the world gives out the next ones.
        let created = self.world.next_identity(self.plan.creations());
        let revision = self.world.store.revision() + self.plan.writes() + 1;
        self.plan.create(job, Because::of(uid, "spec.schedule", caption));
        self.plan.say(uid, "SuccessfulCreate", format!("Created job {name}"));
        self.note_started((name, created, revision), due);
    }
    fn note_started(&mut self, job: (Text, Uid, u64), due: Time) {
        make_mut(&mut self.cron.status.active).push(job);
        self.cron.status.last_schedule = Some(due);
    }

    /// Deletes the oldest finished Jobs above the history limits. Models cleanupFinishedJobs.
    fn clean_up(&mut self) {
        let uid = self.cron.meta.uid;
        let spec = Rc::clone(&self.cron.spec);
        for (end, limit, field) in [
            ("Complete", spec.successful_jobs_history_limit, "spec.successfulJobsHistoryLimit"),
            ("Failed", spec.failed_jobs_history_limit, "spec.failedJobsHistoryLimit"),
        ] {
            let Some(limit) = limit else { continue };
            let ended =
                |j: &&Rc<Job>| j.finished().is_some_and(|c| c.name == end) && !j.meta.is_terminating();
            let mut jobs: Vec<Rc<Job>> = self.jobs.iter().filter(ended).cloned().collect();
            order::sort_by_key(&mut jobs, |j| {
                (j.status.started.is_none(), j.status.started, j.meta.name.clone())
            });
            let surplus = jobs.len().saturating_sub(limit.max(0) as usize);
            for job in &jobs[..surplus] {
                self.delete_job(uid, &job.meta.name.clone(), job.meta.uid, field);
            }
        }
    }
}

/// The Job of one run. Models utils.go: getJobFromTemplate2.
fn new_job(cron: &CronJob, name: Text, due: Time) -> Job {
    let template = &cron.spec.job_template;
    let owner =
        Owner { kind: Kind::CronJob, name: cron.meta.name.clone(), uid: cron.meta.uid, controller: true };
    let mut meta = Meta {
        labels: template.metadata.labels.clone(),
        annotations: template.metadata.annotations.clone(),
        owners: [owner].into(),
        ..Meta::named(cron.meta.namespace.clone(), name)
    };
    let ahead = cron.spec.zone().map_or(Span::ZERO, |zone| zone.offset(due));
    meta.annotations.insert("batch.kubernetes.io/cronjob-scheduled-timestamp", rfc3339(due, ahead));
    let mut value = crate::record! { "spec" => template.spec.raw().clone() };
    crate::manifest::fill(Kind::Job, &mut value);
    Job { meta, spec: Rc::new(Spec::new(value.get("spec").clone())), status: JobStatus::default() }
}
