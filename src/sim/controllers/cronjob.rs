//! The CronJob controller: starts a Job at each time of its schedule.
//!
//! Models pkg/controller/cronjob/cronjob_controllerv2.go: syncCronJob, and utils.go.

use super::{Controller, Wakes};
use crate::api::{
    ConcurrencyPolicy, CronJob, Job, JobStatus, Kind, Meta, Object, Owner, Schedule, Span, Spec, Text, Time,
    Uid, order,
};
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller =
    Controller { name: "cronjob", source: "cronjob-controller", watches, reconcile };

/// How much later than the schedule it wakes, so that clocks that differ do no harm. Models nextScheduleDelta.
const DELTA: Span = Span::millis(100);
/// More missed runs than this are worth a warning.
const MISSED_MANY: i64 = 100;

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match &change.new {
        Object::CronJob(_) if change.spec_changed() && change.verb != Verb::Deleted => {
            wakes.now(change.uid())
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
        if self.cron.meta.is_terminating() || self.cron.spec.suspend {
            return None;
        }
        let spec = Rc::clone(&self.cron.spec);
        let schedule = match Schedule::parse(&spec.schedule) {
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
        if active.iter().any(|(n, _)| *n == name) || self.cron.status.last_schedule == Some(due) {
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
            let listed = active.iter().any(|(_, u)| *u == job.meta.uid);
            match job.finished() {
                None if !listed => {
                    let message =
                        format!("Saw a job that the controller did not create or forgot: {}", job.meta.name);
                    self.plan.warn(uid, "UnexpectedJob", message);
                }
                Some(end) => {
                    if listed {
                        active.retain(|(_, u)| *u != job.meta.uid);
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
        let gone: Vec<(Text, Uid)> =
            active.iter().filter(|(_, u)| !jobs.iter().any(|j| j.meta.uid == *u)).cloned().collect();
        for (name, gone) in gone {
            self.plan.say(uid, "MissingJob", format!("Active job went missing: {name}"));
            active.retain(|(_, u)| *u != gone);
        }
        self.cron.status.active = Rc::new(active);
    }
    fn replace_active(&mut self) {
        let uid = self.cron.meta.uid;
        for (name, job) in std::mem::take(&mut self.cron.status.active).iter() {
            self.delete_job(uid, name, *job, "spec.concurrencyPolicy");
        }
    }
    fn delete_job(&mut self, uid: Uid, name: &Text, job: Uid, field: &'static str) {
        self.plan.delete(job, Because::of(uid, field, format!("deletes job {name}")));
        self.plan.say(uid, "SuccessfulDelete", format!("Deleted job {name}"));
    }
    fn start(&mut self, name: Text, due: Time) {
        let uid = self.cron.meta.uid;
        let caption: Text = format!("{} is due: creates job {name}", due).into();
        let job = new_job(&self.cron, name.clone(), due);
        self.plan.caption = caption.clone();
        // The new Job's identity is not known before it is written; the world gives out the next one.
        let created = self.world.next_identity(self.plan.creations());
        self.plan.create(job, Because::of(uid, "spec.schedule", caption));
        self.plan.say(uid, "SuccessfulCreate", format!("Created job {name}"));
        let mut active = Vec::clone(&self.cron.status.active);
        active.push((name, created));
        self.cron.status.active = Rc::new(active);
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
    meta.annotations.insert("batch.kubernetes.io/cronjob-scheduled-timestamp", due.to_string());
    let mut value = crate::record! { "spec" => template.spec.raw().clone() };
    crate::manifest::set_defaults(Kind::Job, &mut value);
    Job { meta, spec: Rc::new(Spec::new(value.get("spec").clone())), status: JobStatus::default() }
}

struct Recent {
    earliest: Time,
    missed: Option<Time>,
    any: bool,
    many: bool,
}

/// The latest time at which a Job should have started. Models mostRecentScheduleTime.
fn most_recent(
    cron: &CronJob,
    now: Time,
    schedule: &Schedule,
    deadline: Option<Span>,
) -> Result<Recent, String> {
    let mut earliest = cron.status.last_schedule.unwrap_or(cron.meta.created.floor_sec());
    if let Some(deadline) = deadline {
        earliest = earliest.max(now - deadline);
    }
    let none = Recent { earliest, missed: None, any: false, many: false };
    let Some(first) = schedule.next(earliest) else {
        return Err("time difference between two schedules is less than 1 second".to_owned());
    };
    if now < first {
        return Ok(none);
    }
    let second = schedule.next(first);
    let Some(second) = second.filter(|s| *s <= now) else {
        return Ok(Recent { missed: Some(first), ..none });
    };
    let between = (second - first).whole_secs();
    if between < 1 {
        return Err("time difference between two schedules is less than 1 second".to_owned());
    }
    let missed = (now - first).whole_secs() / between + 1;
    let mut at = schedule.next(first + Span::secs((missed - 2) * between));
    let mut latest = None;
    while let Some(t) = at.filter(|t| *t <= now) {
        latest = Some(t);
        at = schedule.next(t);
    }
    Ok(Recent { missed: latest, any: missed > 0, many: missed > MISSED_MANY, ..none })
}

/// How long until the next run. Models nextScheduleTimeDuration.
fn next_wait(cron: &CronJob, now: Time, schedule: &Schedule) -> Span {
    let from = match most_recent(cron, now, schedule, None) {
        Ok(Recent { missed: Some(at), .. }) => at,
        Ok(Recent { any: false, earliest, .. }) => earliest,
        _ => now,
    };
    schedule.next(from).map_or(Span::secs(86_400), |next| next + DELTA - now)
}

/// `Mon, 05 Jan 2026 00:02:00 UTC`.
fn rfc1123(at: Time) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (y, mo, d, h, mi, s) = at.civil();
    let (day, month) = (DAYS[at.weekday() as usize], MONTHS[mo as usize - 1]);
    format!("{day}, {d:02} {month} {y} {h:02}:{mi:02}:{s:02} UTC")
}
