//! What must hold in every world, whatever is applied to it and whatever breaks.
//!
//! `WORLDS=10000 cargo test --profile worlds --test it -- worlds` looks at so many; fewer are looked at by default.

use crate::acts::{Act, act, line};
use crate::shell::Only;
use crate::timeline::straight;
use podium::api::{ConcurrencyPolicy, EndpointSlice, Job, Kind, Object, Phase, Pod, ReplicaSet, Span, Truth};
use podium::kubectl::{self, Context};
use podium::sim::{Config, Record, TRACKING_FINALIZER, Timeline, Verb, World};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;

/// How many worlds are looked at where nobody says.
const WORLDS: u32 = 40;

/// Worlds are looked at in so many threads. Each draws its own, so that they are the same on any machine.
const THREADS: u8 = 4;

#[test]
fn invariants_hold_in_random_worlds() {
    let cases = std::env::var("WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(WORLDS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || look_at(cases.div_ceil(u32::from(THREADS)), thread));
        }
    });
}

fn look_at(cases: u32, thread: u8) {
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[thread; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let acts = proptest::collection::vec((0u16..600, act()), 1..14);
    let outcome =
        runner.run(&(any::<u64>(), acts), |(seed, acts)| check(seed, &acts).map_err(TestCaseError::fail));
    if let Err(why) = outcome {
        panic!("{why}");
    }
}

/// What once went wrong.
#[test]
fn worlds_that_once_failed() {
    let sleeper = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: job-0}\nspec:\n  completions: 4\n  completionMode: Indexed\n  \
                   template:\n    spec:\n      restartPolicy: Never\n      terminationGracePeriodSeconds: 0\n      containers:\n      \
                   - {name: main, image: busybox, command: [sleep, '9999']}\n";
    let once = sleeper
        .replace("'9999'", "'6'")
        .replace("spec:\n  completions", "spec:\n  ttlSecondsAfterFinished: 6\n  completions");
    let apply = |text: &str| Act::Apply(text.to_owned());
    let line = |text: &str| Act::Line(text.to_owned());
    let late =
        sleeper.replace("spec:\n  completions", "spec:\n  podReplacementPolicy: Failed\n  completions");
    let limited = sleeper
        .replace("sleep, '9999'", "'false'")
        .replace("spec:\n  completions", "spec:\n  backoffLimitPerIndex: 1\n  completions");
    let cases: &[&[(u16, Act)]] = &[
        // A pod that was to go before it had a node was never said to have ended.
        &[
            (0, line("kubectl cordon node-1")),
            (0, line("kubectl cordon node-2")),
            (0, line("kubectl cordon node-3")),
            (0, apply(&late)),
            (5, Act::OfPod("kubectl delete pod {} --wait=false", 0)),
        ],
        // A pod that was deleted while its node was down was never said to have ended.
        &[
            (0, line("sandbox node-down node-1")),
            (0, line("sandbox node-down node-2")),
            (0, line("sandbox node-down node-3")),
            (0, apply(sleeper)),
            (1, Act::OfPod("kubectl delete pod {}", 0)),
        ],
        // A pod that was being deleted when its Job went was let go by nobody.
        &[
            (0, line("kubectl cordon node-1")),
            (0, line("kubectl cordon node-2")),
            (0, line("kubectl cordon node-3")),
            (0, apply(sleeper)),
            (5, Act::OfPod("kubectl delete pod {} --wait=false", 0)),
            (0, line("kubectl delete job job-0 --wait=false")),
        ],
        // What lost its owner while the garbage collector was off was never collected.
        &[(0, apply(&once)), (0, line("sandbox controller-down garbage-collector"))],
        // A pod that a suspended Job keeps to hand its failure on is not left over.
        &[(0, apply(&limited)), (50, line("kubectl patch job job-0 -p '{\"spec\":{\"suspend\":true}}'"))],
    ];
    for acts in cases {
        assert_eq!(check(1, acts), Ok(()), "{acts:?}");
    }
}

fn check(seed: u64, acts: &[(u16, Act)]) -> Result<(), String> {
    let config = Config { seed, ..Config::default() };
    let mut watch = Watch { timeline: Timeline::new(config), seen: 0 };
    for (wait_ds, act) in acts {
        watch.live(Span::millis(i64::from(*wait_ds) * 100))?;
        watch.act(act);
    }
    watch.live(Span::secs(200))?;
    for node in 1..=3 {
        watch.act(&line(format!("sandbox node-up node-{node}")));
        watch.act(&line(format!("kubectl uncordon node-{node}")));
    }
    for controller in podium::sim::controllers::ALL {
        watch.act(&line(format!("sandbox controller-up {}", controller.name)));
    }
    watch.live(Span::secs(400))?;
    let before = leftovers(watch.timeline.world());
    watch.live(Span::secs(60))?;
    let for_good: Vec<_> = leftovers(watch.timeline.world()).intersection(&before).cloned().collect();
    must(for_good.is_empty(), || format!("left over: {for_good:?}"))?;
    replayed(&watch.timeline)
}

/// A run that is looked at after every event.
struct Watch {
    timeline: Timeline,
    seen: u64,
}

impl Watch {
    fn act(&mut self, act: &Act) {
        let (text, command) = match act {
            Act::Apply(text) => (text.as_str(), "kubectl apply -f -".to_owned()),
            Act::Line(line) => ("", line.clone()),
            Act::OfPod(line, number) => {
                let pods: Vec<_> = self.timeline.world().store.list(Kind::Pod, Some("default")).collect();
                let Some(pod) = number.checked_rem(pods.len()).map(|n| pods[n]) else { return };
                ("", line.replace("{}", &pod.meta().name))
            }
        };
        // What is refused changes nothing; that it may be refused is part of the test.
        kubectl::run(&mut self.timeline, &mut Context::default(), &Only(text), &command);
    }
    fn live(&mut self, span: Span) -> Result<(), String> {
        let until = self.timeline.now() + span;
        while self.timeline.next_instant().is_some_and(|at| at <= until) {
            self.timeline.advance(until);
            let world = self.timeline.world();
            let last = world.store.revision();
            for record in world.records.since(self.seen + 1) {
                let Some(object) = world.store.get(record.uid) else { continue };
                written(world, object, record).map_err(|why| {
                    let after = world.now() - world.config().start;
                    format!("at {:.3} s, {}: {why}", after.as_secs_f64(), object.meta().name)
                })?;
            }
            self.seen = last;
        }
        self.timeline.seek(until);
        Ok(())
    }
}

/// What must hold of an object that was just written.
fn written(world: &World, object: &Object, record: &Record) -> Result<(), String> {
    match object {
        Object::Pod(pod) if !pod.node.is_empty() => within_capacity(world, pod)?,
        // Only at the instant of the write: a command that waits has let the world go on since.
        Object::EndpointSlice(slice) if record.at == world.now() => ready_endpoints(world, slice)?,
        Object::Job(job) => ended_once(job)?,
        _ => {}
    }
    if record.verb != Verb::Added {
        return Ok(());
    }
    let Some(owner) = object.meta().controller().and_then(|o| world.store.get(o.uid)) else { return Ok(()) };
    match owner {
        Object::Job(job) => not_too_many(world, job),
        Object::CronJob(cron) if cron.spec.concurrency_policy == ConcurrencyPolicy::Forbid => {
            let jobs = world.store.dependents(cron.meta.uid).filter_map(Object::as_ref::<Job>);
            let running = jobs.filter(|j| j.finished().is_none()).count();
            must(running <= 1, || format!("{running} jobs at once although that is forbidden"))
        }
        _ => Ok(()),
    }
}

fn must(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn within_capacity(world: &World, pod: &Pod) -> Result<(), String> {
    let Some(Object::Node(node)) = world.store.lookup(Kind::Node, "", &pod.node) else { return Ok(()) };
    let (mut cpu, mut memory, mut pods) = (0, 0, 0);
    for pod in world.store.pods_on(&pod.node).filter(|p| !p.is_terminal()) {
        let request = pod.spec.requests();
        (cpu, memory, pods) = (cpu + request.cpu_millis, memory + request.memory, pods + 1);
    }
    let has = node.allocatable;
    let fits = cpu <= has.cpu_millis && memory <= has.memory && pods <= has.pods;
    must(fits, || format!("{} has {cpu} millicores, {memory} bytes and {pods} pods on it", pod.node))
}

fn ready_endpoints(world: &World, slice: &EndpointSlice) -> Result<(), String> {
    // A slice that a deleted service has left behind is nobody's.
    if slice.meta.owners.is_empty() {
        return Ok(());
    }
    for endpoint in slice.endpoints.iter().filter(|e| e.ready && !e.pod.is_empty()) {
        let pod = world.store.get_as::<Pod>(endpoint.uid);
        let ready = pod.is_some_and(|p| p.is_ready() && p.meta.deletion.is_none());
        must(ready, || format!("{} is a ready endpoint, and no ready pod", endpoint.pod))?;
    }
    Ok(())
}

fn ended_once(job: &Job) -> Result<(), String> {
    let ends = job.status.conditions.iter().filter(|c| matches!(c.name, "Complete" | "Failed"));
    let ends = ends.filter(|c| c.status == Truth::True).count();
    must(ends < 2, || "both complete and failed".to_owned())?;
    must(ends == 0 || job.status.active == 0, || format!("ended with {} active pods", job.status.active))
}

/// Never more active pods than allowed, and never two of one index.
fn not_too_many(world: &World, job: &Job) -> Result<(), String> {
    let pods = world.store.dependents(job.meta.uid).filter_map(Object::as_ref::<Pod>);
    let active: Vec<_> = pods.filter(|p| p.is_active()).collect();
    let allowed = job.spec.parallelism.unwrap_or(1) as usize;
    must(active.len() <= allowed, || format!("{} active pods of {allowed}", active.len()))?;
    let mut seen = BTreeSet::new();
    for pod in active {
        let index = pod.meta.annotations.get("batch.kubernetes.io/job-completion-index");
        must(index.is_none_or(|i| seen.insert(i.clone())), || format!("two pods of index {index:?}"))?;
    }
    Ok(())
}

/// What is left over, and why: its owner is gone, or it was to go, or it has ended and nobody counts it.
fn leftovers(world: &World) -> BTreeSet<String> {
    let left = |object: &Object| {
        let meta = object.meta();
        let orphan = !meta.owners.is_empty() && meta.owners.iter().all(|o| world.store.get(o.uid).is_none());
        let ended = object.as_ref::<Pod>().is_some_and(|p| p.is_terminal());
        // What moves on from one of these to the next is on its way.
        let why = match meta.deletion {
            _ if hands_failures_on(world, object) => return None,
            Some(_) => "was to go",
            None if orphan => "has lost its owner",
            None if ended && meta.has_finalizer(TRACKING_FINALIZER) => "has ended and is not counted",
            None if !is_up_to_date(world, object) => "says of itself what is not so",
            None => return None,
        };
        Some(format!("{:?} {} {why}", object.kind(), meta.name))
    };
    world.store.iter().filter_map(left).collect()
}

/// Does its status tell of its present spec, and of what is there?
fn is_up_to_date(world: &World, object: &Object) -> bool {
    let uid = object.meta().uid;
    let pods = || world.store.dependents(uid).filter_map(Object::as_ref::<Pod>);
    let (seen, said, is) = match object {
        Object::Deployment(d) => {
            let sets = world.store.dependents(uid).filter_map(Object::as_ref::<ReplicaSet>);
            (d.status.observed_generation, d.status.replicas, sets.map(|s| s.status.replicas).sum())
        }
        Object::ReplicaSet(set) => {
            let active = pods().filter(|p| p.is_active()).count();
            (set.status.observed_generation, set.status.replicas, active as i32)
        }
        Object::StatefulSet(set) => {
            (set.status.observed_generation, set.status.replicas, pods().count() as i32)
        }
        Object::DaemonSet(set) => {
            // Nodes count, not pods; and where a pod waits for a node, the node that it waits for is counted, too.
            let nodes: BTreeSet<_> = pods().map(|p| &p.node).collect();
            let (on, waits) = (nodes.len() as i32, nodes.iter().any(|n| n.is_empty()));
            let said = set.status.current + set.status.misscheduled;
            (set.status.observed_generation, said, if waits { said } else { on })
        }
        _ => return true,
    };
    seen == object.meta().generation && said == is
}

/// With a limit per index, the last failed pod of an index is kept until the index is tried again, as the new pod
/// is told how often the index has failed. While the Job is suspended, or has as many pods as it may, that is not yet.
/// Models pkg/controller/job: getPodsWithDelayedDeletionPerIndex, canRemoveFinalizer.
fn hands_failures_on(world: &World, object: &Object) -> bool {
    let Object::Pod(pod) = object else { return false };
    let Some(job) = pod.meta.controller().and_then(|o| world.store.get_as::<Job>(o.uid)) else {
        return false;
    };
    let limited = job.spec.backoff_limit_per_index.is_some() && job.finished().is_none();
    let pods: Vec<_> = world.store.dependents(job.meta.uid).filter_map(Object::as_ref::<Pod>).collect();
    let active = pods.iter().filter(|p| p.is_active()).count();
    let waits = job.spec.suspend || active >= job.spec.parallelism.unwrap_or(1) as usize;
    let index = |pod: &Pod| pod.meta.annotations.get("batch.kubernetes.io/job-completion-index").cloned();
    let tracked = pods.iter().filter(|p| p.meta.has_finalizer(TRACKING_FINALIZER));
    let alone = tracked.filter(|p| index(p) == index(pod)).count() == 1;
    limited && waits && alone && job.meta.deletion.is_none() && pod.status.phase == Phase::Failed
}

/// The same seed and inputs lead to the same world, and so does going back and forth.
fn replayed(lived: &Timeline) -> Result<(), String> {
    let inputs: Vec<_> = lived.inputs().cloned().collect();
    let mut again = straight(lived, &inputs, lived.now());
    must(again.world().hash() == lived.world().hash(), || "a replay leads elsewhere".to_owned())?;
    let half = lived.start() + Span((lived.now() - lived.start()).0 / 2);
    again.seek(half);
    again.seek(lived.now());
    must(again.world().hash() == lived.world().hash(), || "going back and forth leads elsewhere".to_owned())
}
