//! What is measured, defined once for both machines: each workload is something to prepare and something to time.

use podium::api::{Kind, Span};
use podium::examples;
use podium::manifest;
use podium::sim::{Class, Config, Request, Timeline};
use std::hint::black_box;

/// A workload. What it needs is prepared untimed; running it returns how many of its units were done.
pub struct Workload {
    /// Its name in the table.
    pub name: &'static str,
    /// Makes what is needed.
    pub prepare: fn() -> Timeline,
    /// What is timed. The number says which turn it is, counted from 0.
    pub run: fn(&mut Timeline, u64) -> u64,
    /// How long one turn takes, roughly.
    pub length: Length,
}

/// How long one turn takes, which decides how many are timed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Microseconds: thousands of turns on what was prepared once.
    Short,
    /// Milliseconds: every turn is timed alone, on what was prepared once.
    Turns,
    /// A good part of a second: a few turns, each on something fresh.
    Long,
    /// Many seconds: one turn, and only when it is asked for.
    Huge,
}

/// Every workload, in the order of the table.
pub const ALL: &[Workload] = &[
    Workload { name: "day", prepare: cron, run: day, length: Length::Long },
    Workload {
        name: "10000-pods",
        prepare: || deployment(100, 10_000),
        run: start_10_000,
        length: Length::Long,
    },
    Workload {
        name: "150000-pods",
        prepare: || deployment(5_000, 150_000),
        run: start_150_000,
        length: Length::Huge,
    },
    Workload { name: "seek", prepare: a_day_lived, run: seek_anywhere, length: Length::Turns },
    Workload { name: "fork", prepare: a_day_lived, run: fork, length: Length::Short },
    Workload { name: "clone", prepare: a_day_lived, run: clone, length: Length::Short },
    Workload {
        name: "parse",
        prepare: || Timeline::new(Config::default()),
        run: parse,
        length: Length::Short,
    },
];

/// The pods that a day of the cron job makes: 720 jobs of five.
const DAY_PODS: u64 = 3_600;

fn apply(timeline: &mut Timeline, text: &str) {
    for document in manifest::parse(text).documents {
        timeline.call(Request::Create(document.value)).expect("the workload's manifest is taken");
    }
}

fn cron() -> Timeline {
    let mut timeline = Timeline::new(Config::default());
    apply(&mut timeline, examples::find("demo-cronjob").expect("it is in the table").manifest);
    timeline
}
/// A whole day of `*/2 * * * *`; its units are events.
fn day(timeline: &mut Timeline, _: u64) -> u64 {
    let before = timeline.world().store.last_uid().0;
    timeline.seek(timeline.start() + Span::secs(86_400));
    let made = timeline.world().store.last_uid().0 - before;
    assert!(made >= DAY_PODS, "the day made {made} objects, not {DAY_PODS} pods and their jobs");
    timeline.world().steps()
}
fn a_day_lived() -> Timeline {
    let mut timeline = cron();
    day(&mut timeline, 0);
    timeline
}

fn deployment(nodes: u32, replicas: u32) -> Timeline {
    let mut config = Config { nodes, ..Config::default() };
    config.node.cpu_millis = 32_000;
    config.node.memory = 256 << 30;
    let mut timeline = Timeline::new(config);
    apply(
        &mut timeline,
        &format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  replicas: {replicas}\n  \
             selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    \
             spec: {{containers: [{{name: web, image: 'nginx:1.25', resources: {{requests: {{cpu: 100m, memory: 64Mi}}}}}}]}}\n"
        ),
    );
    timeline
}
fn until_ready(timeline: &mut Timeline, pods: u32) -> u64 {
    let sets = |t: &Timeline| {
        let all = t.world().store.list(Kind::ReplicaSet, None);
        all.map(|set| t.world().store.tally(set.meta().uid)[Class::Ready as usize]).sum::<u32>()
    };
    while sets(timeline) < pods {
        let to = timeline.now() + Span::secs(1);
        assert!(to - timeline.start() < Span::secs(3_600), "{} of {pods} pods are ready", sets(timeline));
        timeline.seek(to);
    }
    timeline.world().steps()
}
fn start_10_000(timeline: &mut Timeline, _: u64) -> u64 {
    until_ready(timeline, 10_000)
}
fn start_150_000(timeline: &mut Timeline, _: u64) -> u64 {
    until_ready(timeline, 150_000)
}

/// To an instant of the day that is far from the one before it, and never the same twice.
fn seek_anywhere(timeline: &mut Timeline, turn: u64) -> u64 {
    let millis = podium::api::mix(turn) % 86_400_000;
    timeline.seek(timeline.start() + Span::millis(millis as i64));
    black_box(timeline.world().steps());
    1
}
fn fork(timeline: &mut Timeline, _: u64) -> u64 {
    black_box(timeline.fork());
    1
}
fn clone(timeline: &mut Timeline, _: u64) -> u64 {
    black_box(timeline.world().clone());
    1
}
/// Parses the largest example; its units are bytes.
fn parse(_: &mut Timeline, _: u64) -> u64 {
    let longest =
        examples::ALL.iter().map(|e| e.manifest).max_by_key(|m| m.len()).expect("there are examples");
    black_box(manifest::parse(black_box(longest)));
    longest.len() as u64
}
