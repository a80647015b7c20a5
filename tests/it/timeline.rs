//! Going back and forth: the same world, however an instant is reached.

use crate::hashes::{self, applied};
use podium::api::{Key, Kind, Span, Time};
use podium::manifest;
use podium::record;
use podium::sim::{Input, Request, Sandbox, Timeline};

fn example(name: &str) -> &'static str {
    podium::examples::find(name).expect("in the menu").manifest
}

fn at(timeline: &Timeline, secs: f64) -> Time {
    timeline.start() + Span((secs * 1e6) as i64)
}

/// A busy cluster: a CronJob, a Deployment behind a service, a failing Job, and a person who interferes.
fn busy(seed: u64) -> Timeline {
    let mut t = applied(example("demo-cronjob"), seed);
    for name in ["deployment", "failing-job", "clusterip-with-pods", "dns-lookup"] {
        for document in manifest::parse(example(name)).documents {
            // Two of the examples bring the same service along.
            let _ = t.call(Request::Create(document.value));
        }
    }
    let deployment =
        t.world().store.list(Kind::Deployment, None).next().expect("the example has one").meta().name.clone();
    let key = Key::new(Kind::Deployment, "default", deployment);
    let scale = |n: i64| Request::Patch(key.clone(), record! { "spec" => record! { "replicas" => n } });
    go(&mut t, 20.5);
    t.call(scale(9)).expect("scaled");
    go(&mut t, 31.0);
    t.interfere(Sandbox::Crash("default".into(), "my-app-1".into())).expect("it runs");
    t.interfere(Sandbox::NodeDown("node-2".into())).expect("there is such a node");
    go(&mut t, 70.0);
    t.interfere(Sandbox::NodeUp("node-2".into())).expect("there is such a node");
    t.interfere(Sandbox::ControllerDown("replicaset".into())).expect("there is such a controller");
    t.call(scale(2)).expect("scaled");
    go(&mut t, 95.0);
    t.interfere(Sandbox::ControllerUp("replicaset".into())).expect("there is such a controller");
    t.interfere(Sandbox::Send("".into(), "http://node-1:30001".into())).expect("sent");
    t.interfere(Sandbox::Traffic("".into(), "http://node-1:30001".into(), 40_000)).expect("sent");
    go(&mut t, 131.25);
    t.call(Request::Delete(key.clone(), Default::default(), None)).expect("deleted");
    go(&mut t, 260.0);
    t
}

fn go(timeline: &mut Timeline, secs: f64) {
    let to = at(timeline, secs);
    timeline.seek(to);
}

/// Instants in no order: ends, inputs, their neighbours, and what lies between.
const INSTANTS: [f64; 24] = [
    260.0,
    0.0,
    131.25,
    131.249_999,
    131.250_001,
    20.5,
    20.499_999,
    20.51,
    31.0,
    0.000_001,
    95.0,
    70.0,
    69.9,
    259.0,
    1.0,
    240.0,
    120.1,
    5.5,
    250.0,
    180.0,
    60.0,
    31.5,
    95.010_001,
    0.01,
];

#[test]
fn the_same_seed_gives_the_same_world_and_another_another_luck() {
    let (one, same, other) = (busy(3), busy(3), busy(4));
    assert_eq!(one.world().hash(), same.world().hash());
    assert_ne!(one.world().hash(), other.world().hash());
    let lots = |t: &Timeline| -> Vec<u64> {
        t.world().store.list(Kind::Pod, None).map(|p| t.world().draw(p.meta().uid, "node")).collect()
    };
    assert_ne!(lots(&one), lots(&other), "the luck of pods does not depend on the seed");
}

/// The straight run: the same inputs at their times, and never a step back.
pub fn straight(lived: &Timeline, inputs: &[(Time, Input)], to: Time) -> Timeline {
    let mut straight = Timeline::new(lived.world().config().clone());
    for (when, input) in inputs.iter().filter(|(when, _)| *when <= to) {
        straight.seek(*when);
        match input {
            Input::Api(request) => drop(straight.call(request.clone())),
            Input::Sandbox(act) => drop(straight.interfere(act.clone())),
        }
    }
    straight.seek(to);
    straight
}

#[test]
fn a_seek_shows_the_world_of_the_straight_run() {
    let mut lived = busy(5);
    let inputs: Vec<_> = lived.inputs().cloned().collect();
    for secs in INSTANTS {
        let to = at(&lived, secs);
        let straight = straight(&lived, &inputs, to);
        lived.seek(to);
        assert_eq!(lived.now(), to);
        assert_eq!(lived.world().hash(), straight.world().hash(), "at {secs} s");
    }
    assert_eq!(lived.end(), at(&lived, 260.0), "what was lived is not forgotten");
}

#[test]
fn small_steps_and_one_leap_lead_to_the_same_world() {
    let mut steps = busy(6);
    let mut leap = steps.clone();
    go(&mut steps, 0.0);
    let to = at(&steps, 200.0);
    // As the page does: a few events a frame, some frames ending between two events of one instant.
    let mut frame = 0;
    while steps.now() < to {
        frame += 1;
        let target = (steps.now() + Span::millis(160)).min(to);
        for _ in 0..frame % 7 + 1 {
            if !steps.advance(target) {
                break;
            }
        }
    }
    leap.seek(to);
    steps.seek(to);
    assert_eq!(steps.world().hash(), leap.world().hash());
}

#[test]
fn a_fork_leaves_the_past_as_it_was() {
    let mut first = busy(8);
    let whole = first.world().hash();
    go(&mut first, 40.0);
    let before = first.world().hash();
    let mut second = first.fork();
    assert!(first.is_in_the_past() && !second.is_in_the_past());
    assert_eq!(second.end(), second.now());
    second
        .call(Request::Delete(Key::new(Kind::Pod, "default", "my-app-2"), Default::default(), Some(0)))
        .expect("there");
    go(&mut second, 260.0);
    assert_ne!(second.world().hash(), whole, "the other way leads elsewhere");
    // The fork's own past is that of the first.
    go(&mut second, 39.0);
    go(&mut first, 39.0);
    assert_eq!(second.world().hash(), first.world().hash());
    go(&mut first, 40.0);
    assert_eq!(first.world().hash(), before);
    go(&mut first, 260.0);
    assert_eq!(first.world().hash(), whole, "the first keeps its future");
}

#[test]
fn an_input_in_the_past_cuts_the_future_off() {
    let mut t = busy(9);
    let inputs = t.inputs().count();
    go(&mut t, 50.0);
    t.interfere(Sandbox::NodeDown("node-1".into())).expect("there");
    assert_eq!(t.end(), t.now());
    assert!(t.inputs().count() < inputs, "the later inputs are forgotten");
    go(&mut t, 200.0);
    let hash = t.world().hash();
    go(&mut t, 10.0);
    go(&mut t, 200.0);
    assert_eq!(t.world().hash(), hash, "the new way is the one that is remembered");
}

/// The hashes in tests/suite/hashes.txt, on which wasm must agree. `UPDATE=1` writes what is computed now.
#[test]
fn hashes_are_as_recorded() {
    let computed = hashes::computed();
    if std::env::var_os("UPDATE").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/hashes.txt");
        std::fs::write(file, &computed).expect("writable");
        return;
    }
    let recorded = hashes::recorded();
    let differs = computed.lines().zip(recorded.lines()).find(|(is, was)| is != was);
    assert_eq!(computed.lines().count(), recorded.lines().count(), "run with UPDATE=1 to record anew");
    assert_eq!(differs, None, "(is, was): the behaviour changed; run with UPDATE=1 if it was meant to");
}
