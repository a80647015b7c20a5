//! The tables of Kubernetes' own tests of the CronJob controller, `cronjob_cases.json`.

#[cfg(test)]
use super::times::{most_recent, next_wait};
use super::{CONTROLLER, Wakes};
use crate::api::{CronJob, Job, Meta, Object, Owner, Resource, Schedule, Span, Time, Uid, Value};
use crate::json;
use crate::record;
use crate::sim::agenda::Agenda;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Change, Verb};
use crate::sim::world::WATCH_LATENCY;
use crate::sim::{Config, EventType, World};
use std::collections::BTreeMap;

/// What differs.
type Outcome = Result<(), String>;
type Check = fn(&Value) -> Outcome;

const CLIENT: &str = "is about a client whose requests fail or whose view is late";
/// Cases whose number of active Jobs is not what follows, and which upstream's test does not look at: one forgets the Job
/// that it creates, the other the one that has ended.
const MISCOUNTED: &[&str] = &[
    "never ran, is time in zone, but TZ is also set in schedule",
    "with @every schedule, prev ran but done, long overdue, past deadline",
];
const YEAR_ONE: &str = "leaves the time at the year 1";

#[test]
fn cronjob_cases_hold() {
    let Some(text) = json::recording("cronjob_cases.json") else { return };
    let tables: [(&str, Check); 6] = [
        ("sync_cases", sync),
        ("most_recent_schedule_cases", recent),
        ("next_schedule_delay_cases", delay),
        ("next_schedule_cases", due),
        ("update_requeue_cases", requeue),
        ("history_cleanup_cases", clean_up),
    ];
    let (mut holds, mut all, mut beside) = (0, 0, BTreeMap::<&str, usize>::new());
    let mut differences = Vec::new();
    for (table, check) in tables {
        for case in json::parse(&text).get(table).items() {
            all += 1;
            if let Some(why) = beside_the_point(case) {
                *beside.entry(why).or_default() += 1;
                continue;
            }
            match check(case) {
                Ok(()) => holds += 1,
                Err(why) => differences.push(format!("{table}: {}: {why}", word(case, "name"))),
            }
        }
    }
    let rest: Vec<String> = beside.iter().map(|(why, n)| format!("{n}: {why}")).collect();
    json::tell(&format!("{holds} of {all} cronjob_cases hold; {}", rest.join("; ")));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(holds + beside.values().sum::<usize>(), all);
}

fn beside_the_point(case: &Value) -> Option<&'static str> {
    let previous = case.get("previous_job");
    let unseen = previous.get("found_in_job_lister").as_bool() == Some(false);
    let fails = case.get("injected").fields().next().is_some() && case.get("finished_jobs").is_null();
    match () {
        () if unseen || fails => Some(CLIENT),
        () if case.get("now").is_null() => Some(YEAR_ONE),
        () => None,
    }
}

/// One pass of the controller.
fn sync(case: &Value) -> Outcome {
    let (told, expect) = (case.get("cronjob"), case.get("expect"));
    let mut world =
        World::new(Config { start: time(case.get("now")).ok_or("no time")?, ..Config::default() });
    let mut cron = cron_of(told);
    cron.meta.uid = world.store.next_uid();
    let uid = cron.meta.uid;
    let previous = case.get("previous_job");
    if !previous.is_null() {
        let job = previous_job(previous, &cron, world.store.next_uid());
        if previous.get("listed_in_cronjob_status_active").as_bool() == Some(true) {
            cron.status.active = vec![(job.meta.name.clone(), job.meta.uid, 1)].into();
        }
        world.store.put(Object::from(job));
    }
    world.store.put(Object::from(cron.clone()));
    let plan = (CONTROLLER.reconcile)(&world, uid);
    let updated = plan.actions.iter().find_map(|a| match a {
        Action::Update(Object::CronJob(cron), _) => Some(cron),
        _ => None,
    });
    let status = updated.map_or(&cron.status, |cron| &cron.status);
    let has = |f: fn(&Action) -> bool| plan.actions.iter().any(f);
    let warnings = said(&plan).filter(|(kind, _)| *kind == EventType::Warning).count() as i64;
    let mut wrong = Vec::new();
    let mut compare = |name: &str, is: Value| {
        if is != *expect.get(name) {
            wrong.push(format!("{name} {} instead of {}", is.to_json(), expect.get(name).to_json()));
        }
    };
    compare("creates_job", has(|a| matches!(a, Action::Create(..))).into());
    compare("deletes_job", has(|a| matches!(a, Action::Delete(..))).into());
    compare("completed_job_event", said(&plan).any(|(_, reason)| reason == "SawCompletedJob").into());
    compare("warning_events", warnings.into());
    compare("status_updated", updated.is_some().into());
    if !MISCOUNTED.contains(&word(case, "name")) {
        compare("active_jobs_in_status_after", (status.active.len() as i64).into());
    }
    if !expect.get("last_successful_time").is_null() {
        compare("last_successful_time", status.last_successful.map(|t| t.to_string()).into());
    }
    near("requeue_after_seconds", plan.again, expect.get("requeue_after_seconds"), &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join(", ")) }
}

fn recent(case: &Value) -> Outcome {
    let (cron, schedule, expect) = (cron_of(case), schedule_of(case)?, case.get("expect"));
    let now = time(case.get("now")).ok_or("no time")?;
    let deadline = cron.spec.starting_deadline_seconds.map(Span::secs);
    let deadline = deadline.filter(|_| case.get("apply_starting_deadline").as_bool() == Some(true));
    let found = most_recent(&cron, now, &schedule, deadline);
    if expect.get("error").as_bool() == Some(true) || found.is_err() {
        let fits = (expect.get("error").as_bool() == Some(true)) == found.is_err();
        return if fits { Ok(()) } else { Err("errs otherwise".to_owned()) };
    }
    let found = found?;
    let missed = match () {
        () if found.many => "many",
        () if found.any => "few",
        () => "none",
    };
    let is = record! {
        "error" => false,
        "earliest_time" => found.earliest.to_string(),
        "most_recent_missed_time" => found.missed.map(|t| t.to_string()),
        "missed" => missed,
    };
    let fits = expect.fields().all(|(name, want)| is.get(name) == want);
    if fits { Ok(()) } else { Err(format!("{} instead of {}", is.to_json(), expect.to_json())) }
}

fn delay(case: &Value) -> Outcome {
    let now = time(case.get("now")).ok_or("no time")?;
    let wait = next_wait(&cron_of(case), now, &schedule_of(case)?);
    let mut wrong = Vec::new();
    near("wait", Some(wait), case.get("expect").get("requeue_after_seconds"), &mut wrong);
    wrong.pop().map_or(Ok(()), Err)
}

fn due(case: &Value) -> Outcome {
    let (cron, expect) = (cron_of(case), case.get("expect"));
    let now = time(case.get("now")).ok_or("no time")?;
    let deadline = cron.spec.starting_deadline_seconds.map(Span::secs);
    let found = most_recent(&cron, now, &schedule_of(case)?, deadline);
    let errs = found.is_err();
    let at = found.ok().and_then(|recent| recent.missed).map(|t| t.to_string());
    let fits = match word(expect, "next_due_time") {
        "any" => at.is_some(),
        "" => at.is_none(),
        want => at.as_deref() == Some(want),
    };
    if fits && expect.get("error").as_bool() == Some(errs) { Ok(()) } else { Err(format!("{at:?}")) }
}

/// When it is looked at again after its spec has changed.
fn requeue(case: &Value) -> Outcome {
    let at = time(case.get("now")).ok_or("no time")?;
    let read = |name: &str| {
        let told = case.get(name);
        let mut cron = CronJob::read(Meta::named("default", "cron"), told);
        cron.status.last_schedule = time(told.at("status.lastScheduleTime"));
        Object::from(cron)
    };
    let world = World::new(Config::default());
    let mut new = read("new");
    new.meta_mut().generation = 1;
    let change = Change { at, revision: 1, verb: Verb::Modified, old: Some(read("old")), new };
    let mut agenda = Agenda::default();
    (CONTROLLER.watches)(&world.store, &change, &mut Wakes::of(&mut agenda, at, 0, WATCH_LATENCY, 0));
    let after = agenda.next().map(|(due, _)| due - at - WATCH_LATENCY);
    // No wake at all: the schedule cannot be read, and upstream's table is cut off to 0.
    let mut wrong = Vec::new();
    let want = case.get("expect").get("requeue_delay_seconds_truncated");
    near("delay", Some(after.unwrap_or(Span::ZERO)), want, &mut wrong);
    wrong.pop().map_or(Ok(()), Err)
}

fn clean_up(case: &Value) -> Outcome {
    let mut world =
        World::new(Config { start: time(case.get("now")).ok_or("no time")?, ..Config::default() });
    let told = case.get("cronjob");
    let mut cron = CronJob::read(Meta::read(told.get("metadata")), told);
    cron.meta.uid = world.store.next_uid();
    cron.status.last_schedule = time(told.at("status.lastScheduleTime"));
    for told in case.get("finished_jobs").items() {
        let mut job = Job::read(Meta::read(told.get("metadata")), told);
        job.meta.uid = world.store.next_uid();
        job.meta.owners = [owner(&cron)].into();
        job.status.started = time(told.at("status.startTime"));
        job.status.conditions.set("Complete", true, "", "", Time(0));
        world.store.put(Object::from(job));
    }
    let uid = cron.meta.uid;
    world.store.put(Object::from(cron));
    let plan = (CONTROLLER.reconcile)(&world, uid);
    let deleted = plan.actions.iter().filter_map(|a| match a {
        Action::Delete(uid, ..) => world.store.get(*uid).map(|o| Value::from(o.meta().name.clone())),
        _ => None,
    });
    let deleted: Value = deleted.collect::<Vec<_>>().into();
    let want = case.get("expect").get("deleted_jobs");
    if deleted == *want { Ok(()) } else { Err(format!("deletes {}", deleted.to_json())) }
}

fn said(plan: &Plan) -> impl Iterator<Item = (EventType, &'static str)> {
    plan.actions.iter().filter_map(|action| match action {
        Action::Say(said) => Some((said.kind, said.reason)),
        _ => None,
    })
}

fn near(name: &str, is: Option<Span>, want: &Value, wrong: &mut Vec<String>) {
    let secs = match want {
        Value::Int(n) => Some(*n as f64),
        Value::Float(x) => Some(*x),
        _ => None,
    };
    let fits = match (is, secs) {
        (Some(is), Some(want)) => (is.as_secs_f64() - want).abs() < 1e-6,
        (is, want) => is.is_none() && want.is_none(),
    };
    if !fits {
        wrong.push(format!("{name} {is:?} instead of {}", want.to_json()));
    }
}

/// A CronJob as the tables tell of it.
fn cron_of(told: &Value) -> CronJob {
    let spec = record! {
        "schedule" => told.get("schedule").clone(),
        "timeZone" => told.get("time_zone").clone(),
        "concurrencyPolicy" => told.get("concurrency_policy").clone(),
        "suspend" => told.get("suspend").clone(),
        "startingDeadlineSeconds" => told.get("starting_deadline_seconds").clone(),
        "successfulJobsHistoryLimit" => told.get("successful_jobs_history_limit").clone(),
    };
    let mut cron = CronJob::read(Meta::named("default", "mycronjob"), &record! { "spec" => spec });
    cron.meta.created = time(told.get("creation_timestamp")).unwrap_or_default();
    cron.status.last_schedule = time(told.get("last_schedule_time"));
    cron
}
fn schedule_of(case: &Value) -> Result<Schedule, String> {
    Schedule::parse(word(case, "schedule"))
}
fn previous_job(told: &Value, cron: &CronJob, uid: Uid) -> Job {
    let mut job = Job::read(Meta::named("default", word(told, "name").to_owned()), &Value::default());
    job.meta.uid = uid;
    job.meta.owners = [owner(cron)].into();
    job.meta.created = time(told.get("creation_timestamp")).unwrap_or_default();
    if told.get("still_active").as_bool() == Some(false) {
        let well = told.get("completed_successfully").as_bool() == Some(true);
        job.status.conditions.set(if well { "Complete" } else { "Failed" }, true, "", "", Time(0));
        job.status.completed = time(told.get("finished_at")).filter(|_| well);
    }
    job
}
fn owner(cron: &CronJob) -> Owner {
    Owner {
        kind: crate::api::Kind::CronJob,
        name: cron.meta.name.clone(),
        uid: cron.meta.uid,
        controller: true,
    }
}
fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).as_str().unwrap_or("")
}
fn time(value: &Value) -> Option<Time> {
    value.as_str().and_then(Time::parse)
}
