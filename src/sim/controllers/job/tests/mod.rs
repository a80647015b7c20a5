//! The table of Kubernetes' own tests of the Job controller, `job_cases.json`.

#[cfg(test)]
mod given;

use super::indexes::{self, Indexes, Progress};
use super::{CONTROLLER, backoff, failure_policy, success_policy};
use crate::api::{Job, JobSpec, Kind, Object, Owner, Pod, Resource, Span, Time, Uid, Value};
use crate::json;
use crate::record;
use crate::sim::plan::{Action, Memo, Plan};
use crate::sim::record::Actor;
use crate::sim::store::TRACKING_FINALIZER;
use crate::sim::{Config, World};
use given::{brief_job, brief_pods, indexed_pod, pod_of, whole_job};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Why a case says nothing about this release, or about a simulation.
type Reason = &'static str;

/// What a case came to.
enum Outcome {
    Holds,
    Differs(String),
    Beside(Reason),
}

const FORMER: Reason = "holds with a feature switched off that this release always has";
const UNSAID: Reason = "leaves out the record that was there before";
const CLIENT: Reason = "is about a client whose writes fail or are not yet seen";

#[test]
fn job_cases_hold() {
    let Some(text) = json::recording("job_cases.json") else { return };
    let (mut holds, mut all, mut beside) = (0, 0, BTreeMap::<Reason, usize>::new());
    let mut differences = Vec::new();
    for (group, cases) in json::parse(&text).get("groups").fields() {
        for case in cases.items() {
            all += 1;
            match check(group, case) {
                Outcome::Holds => holds += 1,
                Outcome::Differs(why) => differences.push(format!("{group}: {}: {why}", word(case, "name"))),
                Outcome::Beside(why) => *beside.entry(why).or_default() += 1,
            }
        }
    }
    let rest: Vec<String> = beside.iter().map(|(why, n)| format!("{n}: {why}")).collect();
    json::tell(&format!("{holds} of {all} job_cases hold; {}", rest.join("; ")));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(holds + beside.values().sum::<usize>(), all);
}

fn check(group: &str, case: &Value) -> Outcome {
    let (given, expect, holds) = (case.get("given"), case.get("expect"), case.get("current_release"));
    if holds.get("expect").as_bool() == Some(false) {
        return Outcome::Beside(FORMER);
    }
    let same = |is: Value, want: &Value| match is == *want {
        true => Outcome::Holds,
        false => Outcome::Differs(format!("{} instead of {}", is.to_json(), want.to_json())),
    };
    match group {
        "pod_failure_policy_match" => {
            let pod = pod_of(case.get("failed_pod"));
            let policy = case.get("pod_failure_policy");
            let judged = failure_policy::judge(policy, &pod);
            let message = judged.as_ref().map(|(_, m)| m.clone()).filter(|m| !m.is_empty());
            let is = record! {
                "action" => judged.map(|(verdict, _)| format!("{verdict:?}")),
                "counted_towards_backoff_limit" => failure_policy::counts(policy, &pod),
                "job_failure_message" => message,
            };
            same(with_nulls(is, expect), expect)
        }
        "success_policy_match" => {
            let ranges = case.get("succeeded_index_ranges").items().iter();
            let ranges = ranges.map(|r| (int(&r.items()[0]), int(&r.items()[1]))).collect();
            let completions = int(case.get("completions"));
            let met = success_policy::met(case.get("success_policy"), completions, &Indexes(ranges));
            same(record! { "met" => met.is_some(), "message" => met.unwrap_or_default() }, expect)
        }
        "succeeded_indexes" => succeeded_indexes(given, expect),
        "failed_indexes" => {
            let spec = spec_of(given.at("job.spec"));
            let pods: Vec<Rc<Pod>> = given.get("pods").items().iter().map(pod_of).collect();
            let held: Vec<&Rc<Pod>> =
                pods.iter().filter(|p| p.meta.has_finalizer(TRACKING_FINALIZER)).collect();
            let former = word(given.at("job.status"), "failedIndexes");
            let progress = Progress::of(&spec, ("", former), &held, &[]);
            same(intervals(&progress.failed.unwrap_or_default()), &listed(expect.get("want_failed_indexes")))
        }
        "is_index_failed" => {
            let spec = spec_of(given.at("job.spec"));
            let failed = indexes::is_index_failed(&spec, &pod_of(given.get("pod")));
            same(failed.into(), expect.get("want_result"))
        }
        "first_pending_indexes" => {
            let of = |name: &str| Indexes(pairs(given.get(name)));
            let active = given.get("active_pods").items().iter();
            let active = Indexes::of(active.filter_map(|p| word(p, "index").parse().ok()).collect());
            let progress = Progress {
                completions: int(given.get("completions")),
                succeeded: of("succeeded_indexes"),
                failed: Some(of("failed_indexes")),
                delayed: Vec::new(),
            };
            let pending = progress.pending(int(given.get("cnt")), &active);
            same(pending.into_iter().map(Value::from).collect::<Vec<_>>().into(), &listed(expect.get("want")))
        }
        "pod_generate_name" => {
            let name = indexes::generate_name(word(given, "jobname"), int(given.get("index")));
            same(name.into(), expect.get("want_pod_generate_name"))
        }
        "backoff_record" => backoff_record(case),
        "remaining_backoff" => {
            let record = given.get("backoff_record");
            let span = |name: &str| Span(given.get(name).as_int().unwrap_or(0) / 1000);
            let failures = int(record.get("failuresAfterLastSuccess")) as u32;
            let last = time(record.get("lastFailureTime"));
            let now = time(given.get("current_time")).unwrap_or_default();
            let left = backoff::left(failures, last, now, span("default_backoff"), span("max_backoff"));
            same((left.0 * 1000).into(), expect.get("want_duration"))
        }
        "finished_time" => {
            let at = backoff::finished_at(&pod_of(given.get("pod")));
            same(at.to_string().into(), expect.get("want_finish_time"))
        }
        _ => sync(case),
    }
}

fn succeeded_indexes(given: &Value, expect: &Value) -> Outcome {
    let completions = int(given.get("completions"));
    let spec = spec_of(&record! { "completions" => completions, "completionMode" => "Indexed" });
    let pods: Vec<Rc<Pod>> = given.get("pods").items().iter().map(indexed_pod).collect();
    let held: Vec<&Rc<Pod>> = pods.iter().filter(|p| p.meta.has_finalizer(TRACKING_FINALIZER)).collect();
    let before = word(given, "prev_succeeded");
    let is = intervals(&Progress::of(&spec, (before, ""), &held, &[]).succeeded);
    let former = intervals(&Indexes::parse(before, completions));
    let (want, want_former) = (listed(expect.get("want_intervals")), expect.get("want_status_intervals"));
    if is != want {
        return Outcome::Differs(format!("{} instead of {}", is.to_json(), want.to_json()));
    }
    if !want_former.is_null() && former != *want_former {
        return Outcome::Differs(format!("before: {}", former.to_json()));
    }
    Outcome::Holds
}

fn backoff_record(case: &Value) -> Outcome {
    let (given, expect) = (case.get("given"), case.get("expect"));
    let stored = given.get("store_initializer");
    if stored.is_null() && word(case, "name").contains("having failure count") {
        return Outcome::Beside(UNSAID);
    }
    let mut record = backoff::Backoff {
        failures: int(stored.get("failuresAfterLastSuccess")) as u32,
        last: time(stored.get("lastFailureTime")),
    };
    let times = |name: &str| -> Vec<Time> { given.get(name).items().iter().filter_map(time).collect() };
    record.note(&times("new_succeeded_pods"), &times("new_failed_pods"));
    let want = expect.get("want_backoff_record");
    let is = (record.failures as i32, record.last);
    let wanted = (int(want.get("failuresAfterLastSuccess")), time(want.get("lastFailureTime")));
    if is == wanted { Outcome::Holds } else { Outcome::Differs(format!("{is:?} instead of {wanted:?}")) }
}

/// One pass of the controller over a Job and its pods.
fn sync(case: &Value) -> Outcome {
    let holds = case.get("current_release");
    let part = |name: &str| holds.get(name).as_bool() == Some(true);
    let (counts, conditions) = (part("counts") || part("expect"), part("conditions") || part("expect"));
    if !counts && !conditions {
        return Outcome::Beside(FORMER);
    }
    let environment = case.get("environment");
    if !environment.get("pod_control_error").is_null() || !environment.get("pending_expectations").is_null() {
        return Outcome::Beside(CLIENT);
    }
    let start = Time::parse("2026-01-15T12:00:00Z").expect("a time");
    let now = time(environment.get("controller_time")).unwrap_or(start);
    let mut world = World::new(Config { start: now, ..Config::default() });
    let uid = world.store.next_uid();
    let (job, pods) = match case.get("job").get("kind").is_null() {
        true => (brief_job(case, now), brief_pods(case)),
        false => (whole_job(case.get("job")), case.get("pods").items().iter().map(pod_of).collect()),
    };
    put_job(&mut world, uid, job, case);
    pods.into_iter().for_each(|pod| put_pod(&mut world, uid, pod));
    let first = pass(&mut world, uid);
    let job = world.store.get_as::<Job>(uid).expect("it is there").clone();
    let status = job.body().get("status").clone();
    let mut wrong = Vec::new();
    let mut compare = |name: &str, is: Value, want: &Value| {
        // What is 0 or empty is not written.
        let nothing = is.is_null() && (want.as_int() == Some(0) || want.as_str() == Some(""));
        if is != *want && !nothing {
            wrong.push(format!("{name} {} instead of {}", is.to_json(), want.to_json()));
        }
    };
    let expect = match case.get("expect").get("status") {
        Value::Null => case.get("expect"),
        status => status,
    };
    if counts {
        for name in ["active", "ready", "succeeded", "failed", "completedIndexes", "failedIndexes"] {
            let brief = if name == "completedIndexes" { "completed_indexes" } else { name };
            let want = if expect.get(name).is_null() { expect.get(brief) } else { expect.get(name) };
            if !want.is_null() {
                compare(name, status.get(name).clone(), want);
            }
        }
        let number =
            |f: fn(&Action) -> bool| Value::from(first.actions.iter().filter(|a| f(a)).count() as i64);
        let actions = [
            ("pod_creations", number(|a| matches!(a, Action::CreatePod(..)))),
            ("pod_deletions", number(|a| matches!(a, Action::DeletePod(..)))),
            ("pod_finalizer_patches", number(|a| matches!(a, Action::Release(..)))),
        ];
        for (name, is) in actions {
            if !expect.get(name).is_null() {
                compare(name, is, expect.get(name));
            }
        }
        if let Some(set) = expect.get("start_time_set").as_bool() {
            compare("start_time_set", job.status.started.is_some().into(), &set.into());
        }
        created_indexes(&first, expect, &mut compare);
    }
    if part("terminating") && !expect.get("terminating").is_null() {
        compare("terminating", status.get("terminating").clone(), expect.get("terminating"));
    }
    if conditions {
        let told: Vec<Value> = job.status.conditions.iter().map(|c| {
            record! { "type" => c.name, "status" => c.status.word(), "reason" => c.reason.clone(), "message" => c.message.clone() }
        }).collect();
        let wanted = expect.get("conditions").items();
        let fits = told.len() == wanted.len()
            && told.iter().zip(wanted).all(|(is, want)| want.fields().all(|(name, v)| is.get(name) == v));
        compare(
            "conditions",
            if fits { expect.get("conditions").clone() } else { told.into() },
            expect.get("conditions"),
        );
    }
    if wrong.is_empty() { Outcome::Holds } else { Outcome::Differs(wrong.join(", ")) }
}

fn created_indexes(first: &Plan, expect: &Value, compare: &mut impl FnMut(&str, Value, &Value)) {
    let want = expect.get("created_indexes");
    if want.is_null() {
        return;
    }
    let index = |action: &Action| match action {
        Action::CreatePod(pod, _) => indexes::index_of(pod),
        _ => None,
    };
    let mut created: Vec<i32> = first.actions.iter().filter_map(index).collect();
    let mut wanted: Vec<i32> = want.items().iter().map(int).collect();
    created.sort();
    wanted.sort();
    let list =
        |numbers: Vec<i32>| -> Value { numbers.into_iter().map(Value::from).collect::<Vec<_>>().into() };
    compare("created_indexes", list(created), &list(wanted));
}

/// What the real controller does in one sync is told in two plans here: the counters rise in the second.
fn pass(world: &mut World, uid: Uid) -> Plan {
    let by = Actor::Controller(super::super::row(CONTROLLER.name));
    let first = (CONTROLLER.reconcile)(world, uid);
    world.carry_out(first.clone(), by, uid, 0);
    if first.again.is_some_and(|again| again <= Span::millis(20)) {
        let second = (CONTROLLER.reconcile)(world, uid);
        world.carry_out(second, by, uid, 0);
    }
    first
}

fn put_job(world: &mut World, uid: Uid, mut job: Job, case: &Value) {
    job.meta.uid = uid;
    job.meta.generation = 1;
    world.store.put(Object::from(job));
    let record = case.get("environment").get("backoff_record");
    if !record.is_null() {
        let memo = Memo::JobBackoff {
            failures: int(record.get("failuresAfterLastSuccess")) as u32,
            last_failure: time(record.get("lastFailureTime")),
        };
        let by = Actor::Controller(super::super::row(CONTROLLER.name));
        let plan = Plan { actions: vec![Action::Remember(uid, memo)], ..Plan::nothing() };
        world.carry_out(plan, by, uid, 0);
    }
}

fn put_pod(world: &mut World, job: Uid, pod: Rc<Pod>) {
    let mut pod = Pod::clone(&pod);
    pod.meta.uid = world.store.next_uid();
    pod.meta.namespace = "default".into();
    // What has a node takes its time to stop.
    pod.node = "node-1".into();
    if pod.meta.name.is_empty() {
        pod.meta.name = format!("pod-{}", pod.meta.uid.0).into();
    }
    pod.meta.owners = [Owner { kind: Kind::Job, name: "foobar".into(), uid: job, controller: true }].into();
    pod.meta.finalizers = [TRACKING_FINALIZER.into()].into();
    world.store.put(Object::from(pod));
}

fn spec_of(told: &Value) -> JobSpec {
    <JobSpec as crate::api::Decode>::decode(told)
}
fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).as_str().unwrap_or("")
}
fn int(value: &Value) -> i32 {
    value.as_int().unwrap_or(0) as i32
}
fn time(value: &Value) -> Option<Time> {
    value.as_str().and_then(Time::parse)
}
/// `[{first, last}]`
fn pairs(list: &Value) -> Vec<(i32, i32)> {
    list.items().iter().map(|r| (int(r.get("first")), int(r.get("last")))).collect()
}
fn intervals(indexes: &Indexes) -> Value {
    let each = indexes.0.iter().map(|(first, last)| record! { "first" => *first, "last" => *last });
    each.collect::<Vec<_>>().into()
}
/// No list is an empty one.
fn listed(list: &Value) -> Value {
    if list.is_null() { Vec::<Value>::new().into() } else { list.clone() }
}
/// Fields that are null are said in the tables, and not here.
fn with_nulls(mut is: Value, want: &Value) -> Value {
    for (name, value) in want.fields() {
        if value.is_null() && is.get(name).is_null() {
            is.map_mut().insert(name.clone(), Value::Null);
        }
    }
    is
}
