//! Traffic: requests that are sent again and again, from outside or from a pod, and what becomes of them.
//!
//! A generator sends what its rate makes due, at most once a second. Of many requests only some are walked through the
//! network, each for its share of all; what they cost the pods that answer is counted in full, and so the autoscaler sees
//! it. A pod answers no more than its CPU lets it: the nearer it comes to that, the longer each request waits, and what is
//! beyond it fails.

use super::route::route_with;
use super::send::{client, question};
use super::trace::{Flight, Outcome, Place, Trace};
use crate::api::{Pod, Span, Text, Time, Uid};
use crate::sim::persistent::{Map, Sequence};
use crate::sim::plan::{Action, Plan};
use crate::sim::workload::{Answer, load_of};
use crate::sim::world::World;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many generators there may be.
pub const GENERATORS_MAX: usize = 32;
/// The highest rate, in thousandths of a request a second.
pub const RATE_MAX: u64 = 100_000_000;
/// How long one interval of a generator's past is, and how many are kept.
const INTERVAL: Span = Span::secs(5);
const INTERVALS_MAX: usize = 360;
/// How many endpoints are told apart in an interval.
const ENDPOINTS_MAX: usize = 32;
/// How many requests of a second are walked through the network, and how many of these are shown on their way.
const WALKS_MAX: u64 = 16;
const SHOWN_MAX: usize = 3;
/// A request that would wait longer for its turn has failed.
const PATIENCE: Span = Span::secs(1);
/// For how many seconds it is remembered what a pod has answered.
const REMEMBERED_SECS: i64 = 40;

/// Requests, counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Counts {
    /// How many were sent.
    pub sent: u64,
    /// How many of them got no answer, or an answer that tells of an error.
    pub failed: u64,
    /// How long all the others took together.
    pub took: Span,
    /// The longest that one took.
    pub slowest: Span,
}

impl Counts {
    fn add(&mut self, more: &Counts) {
        self.sent += more.sent;
        self.failed += more.failed;
        self.took = self.took + more.took;
        self.slowest = self.slowest.max(more.slowest);
    }
    /// How long an answer took on average; none if there was none.
    pub fn latency(&self) -> Option<Span> {
        let answered = self.sent - self.failed;
        (answered > 0).then(|| Span(self.took.0 / answered as i64))
    }
}

/// What came to one end of the way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EndpointCounts {
    /// Where the way ended.
    pub place: Place,
    /// Its name: that of a pod outlives it.
    pub name: Text,
    /// What came there.
    pub counts: Counts,
}

/// Some seconds of a generator's past.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Interval {
    /// When they began.
    pub at: Time,
    /// All that was sent in them.
    pub counts: Counts,
    /// The same by where it went.
    pub endpoints: Vec<EndpointCounts>,
}

/// Somebody who sends requests.
#[derive(Clone, Hash, Debug)]
pub struct Generator {
    /// From which pod, as `NAMESPACE/NAME`; empty: from outside.
    pub from: Text,
    /// Where to.
    pub url: Text,
    /// How many requests in a thousand seconds.
    pub rate: u64,
    /// Since when.
    pub since: Time,
    /// All that was ever sent.
    pub all: Counts,
    /// What was sent lately, the latest last.
    pub past: Sequence<Interval>,
    /// Why the last request that failed did.
    pub last_failure: Text,
    /// What is due of the next request, in thousandths.
    due: u64,
}

/// Everybody who sends requests, and what pods have answered lately.
#[derive(Clone, Default, Hash)]
pub struct Traffic {
    generators: Map<u32, Rc<Generator>>,
    /// How often each pod was asked and has answered, by the seconds since the cluster's start.
    pods: Map<Uid, Vec<(i64, u64, u64)>>,
}

impl Traffic {
    /// Every generator, in the order in which they began.
    pub fn generators(&self) -> impl Iterator<Item = &Generator> {
        self.generators.values().map(|generator| &**generator)
    }
    /// How many requests a pod has answered from one second to another, both counted from the cluster's start.
    pub fn answered(&self, pod: Uid, seconds: std::ops::Range<i64>) -> u64 {
        self.lately(pod).iter().filter(|s| seconds.contains(&s.0)).map(|s| s.2).sum()
    }
    fn asked(&self, pod: Uid, second: i64) -> u64 {
        self.lately(pod).iter().find(|s| s.0 == second).map_or(0, |s| s.1)
    }
    fn lately(&self, pod: Uid) -> &[(i64, u64, u64)] {
        self.pods.get(&pod).map_or(&[], |all| all)
    }
    /// Notes that a pod was asked so often and has answered so often.
    pub(in crate::sim) fn note(&mut self, pod: Uid, age: Span, asked: u64, answered: u64) {
        let second = age.whole_secs();
        let all = self.pods.get_or_default(pod);
        all.retain(|(then, ..)| second - then < REMEMBERED_SECS);
        match all.last_mut().filter(|last| last.0 == second) {
            Some(known) => *known = (second, known.1 + asked, known.2 + answered),
            None => all.push((second, asked, answered)),
        }
    }
    /// Notes what was sent, if it was answered by a pod.
    pub(in crate::sim) fn note_flight(&mut self, flight: &Flight, age: Span) {
        if let Some(Place::Pod(uid)) = answered_by(&flight.trace) {
            self.note(*uid, age, 1, 1);
        }
    }
    /// A pod is gone.
    pub(in crate::sim) fn forget(&mut self, pod: Uid) {
        self.pods.remove(&pod);
    }
    /// Keeps what a generator has become.
    pub(in crate::sim) fn keep(&mut self, number: u32, generator: Rc<Generator>) {
        self.generators.insert(number, generator);
    }
    fn find(&self, from: &str, url: &str) -> Option<(u32, &Generator)> {
        let mut all = self.generators.iter();
        let (number, found) = all.find(|(_, g)| g.from == *from && g.url == *url)?;
        Some((*number, &**found))
    }
    /// Stops what was sent from there to there; with no URL, everything.
    fn stop(&mut self, from: &str, url: &str) -> Result<String, String> {
        if url.is_empty() {
            let count = self.generators.len();
            self.generators = Map::default();
            return Ok(format!("{count} stopped"));
        }
        let found = self.find(from, url).map(|(number, g)| (number, g.all));
        let (number, all) =
            found.ok_or_else(|| format!("there is no traffic from {} to {url}", place(from)))?;
        self.generators.remove(&number);
        Ok(format!("traffic to {url} stopped: {} requests sent, {} failed", all.sent, all.failed))
    }
}

/// `outside`, or the pod.
fn place(from: &str) -> &str {
    if from.is_empty() { "outside" } else { from }
}

/// Begins to send, changes the rate of what is sent, or stops it with a rate of nothing. The number is that of a generator
/// whose turn has come.
pub fn set_rate(
    world: &mut World,
    from: &Text,
    url: &Text,
    rate: u64,
) -> Result<(String, Option<u32>), String> {
    if rate == 0 {
        return Ok((world.traffic.stop(from, url)?, None));
    }
    question(url)?;
    client(world, from)?;
    let told = format!("traffic from {} to {url}: {}", place(from), rate_words(rate));
    if let Some((number, known)) = world.traffic.find(from, url) {
        let changed = Generator { rate, due: 0, ..known.clone() };
        world.traffic.keep(number, Rc::new(changed));
        return Ok((told, Some(number)));
    }
    let all = &world.traffic.generators;
    if all.len() >= GENERATORS_MAX {
        return Err(format!("there are {GENERATORS_MAX} already, and there may be no more"));
    }
    let number = all.get_max().map_or(0, |(last, _)| last + 1);
    let generator = Generator {
        from: from.clone(),
        url: url.clone(),
        rate,
        since: world.now(),
        all: Counts::default(),
        past: Sequence::default(),
        last_failure: Text::default(),
        due: 0,
    };
    world.traffic.keep(number, Rc::new(generator));
    Ok((told, Some(number)))
}

/// `20/s`, `2.5/s`, `3/m`.
pub fn rate_words(rate: u64) -> String {
    let (number, unit) = match rate {
        0..1_000 if (rate * 60).is_multiple_of(1_000) => (rate as f64 * 0.06, "m"),
        _ => (rate as f64 / 1e3, "s"),
    };
    format!("{}/{unit}", (number * 1e3).round() / 1e3)
}

/// Reads `20`, `20/s`, `0.5/s`, `90/m`, `1000/h` or `off`, as requests in a thousand seconds.
pub fn read_rate(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let per = match unit {
        "s" => 1_000.0,
        "m" => 1_000.0 / 60.0,
        "h" => 1_000.0 / 3_600.0,
        _ => return None,
    };
    let number = if text == "off" { 0.0 } else { number.parse::<f64>().ok()? };
    let rate = (number * per).round();
    ((0.0..=RATE_MAX as f64).contains(&rate) && (rate > 0.0 || number == 0.0)).then_some(rate as u64)
}

/// Sends what is due. Models nothing of Kubernetes: it is the world that a cluster serves.
pub fn tick(world: &World, number: u32) -> Plan {
    let mut plan = Plan::nothing();
    let Some(known) = world.traffic.generators.get(&number) else { return plan };
    let mut generator = Generator::clone(known);
    let period =
        if generator.rate >= 1_000 { Span::secs(1) } else { Span(1_000_000_000 / generator.rate as i64) };
    plan.again_after(period);
    generator.due += generator.rate.max(1_000);
    let count = generator.due / 1_000;
    generator.due %= 1_000;
    match (client(world, &generator.from), question(&generator.url)) {
        (Ok(client), Ok(question)) => {
            let walks = count.min(WALKS_MAX);
            let share = |i| count / walks + u64::from(i < count % walks);
            let walk = |i| (route_with(world, client, &question, i as i64), share(i));
            send(world, &mut generator, (0..walks).map(walk).collect(), &mut plan);
        }
        (Err(why), _) | (_, Err(why)) => generator.last_failure = why.into(),
    }
    plan.actions.push(Action::Sent(number, Rc::new(generator)));
    plan
}

/// Counts what comes of requests that take these ways, each standing for so many.
fn send(world: &World, generator: &mut Generator, all: Vec<(Trace, u64)>, plan: &mut Plan) {
    let mut asked: BTreeMap<Uid, u64> = BTreeMap::new();
    for (trace, share) in &all {
        if let Some(Place::Pod(uid)) = answered_by(trace) {
            *asked.entry(*uid).or_default() += share;
        }
    }
    let mut interval = generator.take_interval(world.now());
    let mut sum = Counts::default();
    for (i, (trace, share)) in all.into_iter().enumerate() {
        let queue = match answered_by(&trace) {
            Some(Place::Pod(uid)) => Some((*uid, queue(world, *uid, asked[uid]))),
            _ => None,
        };
        let counts = outcome(&trace, share, queue.map(|q| q.1), &mut generator.last_failure);
        interval.counts.add(&counts);
        sum.add(&counts);
        if let Some(end) = trace.hops.last() {
            interval.note(&end.to, &counts, || name_of(world, &end.to));
        }
        // What is shown is counted where it is shown.
        let shown = u64::from(i < SHOWN_MAX && (queue.is_none() || counts.failed < share));
        if let Some((uid, _)) = queue {
            plan.actions.push(Action::Asked(uid, share - shown, share - counts.failed - shown));
        }
        if shown > 0 {
            plan.actions.push(Action::Fly(Flight { sent: world.now(), trace: Rc::new(trace) }));
        }
    }
    generator.put_back(interval);
    generator.all.add(&sum);
}

impl Generator {
    /// The interval that goes on now, taken out of the past.
    fn take_interval(&mut self, now: Time) -> Interval {
        match self.past.last().filter(|last| now - last.at < INTERVAL).cloned() {
            Some(last) => {
                self.past.truncate(self.past.len() - 1);
                last
            }
            None => Interval { at: now, counts: Counts::default(), endpoints: Vec::new() },
        }
    }
    fn put_back(&mut self, interval: Interval) {
        self.past.push_back(interval);
        if self.past.len() > INTERVALS_MAX {
            self.past.pop_front();
        }
    }
    /// What was sent since then, and by where it went.
    pub fn since(&self, then: Time) -> Interval {
        let mut sum = Interval { at: then, counts: Counts::default(), endpoints: Vec::new() };
        for interval in self.past.iter().filter(|i| i.at >= then) {
            sum.counts.add(&interval.counts);
            for end in &interval.endpoints {
                sum.note(&end.place, &end.counts, || end.name.clone());
            }
        }
        sum
    }
}

impl Interval {
    fn note(&mut self, place: &Place, counts: &Counts, name: impl FnOnce() -> Text) {
        let known = self.endpoints.iter().position(|e| e.place == *place);
        if let Some(at) = known {
            self.endpoints[at].counts.add(counts);
        } else if self.endpoints.len() < ENDPOINTS_MAX {
            self.endpoints.push(EndpointCounts { place: place.clone(), name: name(), counts: *counts });
        }
    }
}

/// Whose answer it was, if there was one.
fn answered_by(trace: &Trace) -> Option<&Place> {
    trace.hops.last().map(|hop| &hop.to).filter(|_| trace.outcome == Outcome::Answered)
}

fn name_of(world: &World, place: &Place) -> Text {
    match place {
        Place::Pod(uid) | Place::Service(uid) => {
            let object = world.store.get(*uid);
            object
                .map_or(Text::default(), |o| format!("{}/{}", o.kind().info().singular, o.meta().name).into())
        }
        Place::Node(name) => format!("node/{name}").into(),
        Place::Outside(name) => name.clone(),
        Place::Dns => "DNS".into(),
        Place::ApiServer => "API server".into(),
        Place::Nowhere => "nowhere".into(),
    }
}

/// What becomes of so many requests that take the same way.
fn outcome(trace: &Trace, share: u64, queue: Option<Queue>, last_failure: &mut Text) -> Counts {
    let why: Option<Text> = match &trace.answer {
        Answer::Http { status, .. } if *status >= 400 => Some(format!("HTTP {status}").into()),
        _ if trace.outcome == Outcome::Answered => None,
        _ => trace.hops.last().map(|hop| hop.note.clone()),
    };
    if let Some(why) = why {
        *last_failure = why;
        return Counts { sent: share, failed: share, ..Counts::default() };
    }
    let Queue { capacity, busy, wait } = queue.unwrap_or_default();
    let answered = if busy > capacity { (share * capacity).div_ceil(busy) } else { share };
    if answered < share {
        *last_failure = "a pod has more to answer than its CPU lets it".into();
    }
    let one = trace.took + wait;
    Counts { sent: share, failed: share - answered, took: Span(one.0 * answered as i64), slowest: one }
}

/// How much a pod has to do in a second, how much it can, both in millionths of a CPU second, and how long a request
/// therefore waits for its turn.
#[derive(Clone, Copy, Default)]
struct Queue {
    capacity: u64,
    busy: u64,
    wait: Span,
}

/// The queue before a pod that is asked so much at once. Its wait is that of a queue with one server: it grows with the share
/// of time in which that is busy.
fn queue(world: &World, uid: Uid, asked: u64) -> Queue {
    let pod = world.store.get_as::<Pod>(uid);
    let serving = pod.and_then(|p| p.spec.containers.iter().find(|c| load_of(c).request_micros > 0));
    let Some(container) = serving else { return Queue::default() };
    let micros = load_of(container).request_micros as u64;
    let limit = container.resources.limits.cpu.as_ref().map_or(world.config().node.cpu_millis, |q| q.millis);
    let capacity = limit.max(1) as u64 * 1_000;
    let second = world.age().whole_secs();
    let before = world.traffic.asked(uid, second - 1);
    let busy = before.max(world.traffic.asked(uid, second) + asked) * micros;
    let wait = if busy < capacity { micros * busy / (capacity - busy) } else { u64::MAX };
    Queue { capacity, busy, wait: Span(wait.min(PATIENCE.0 as u64) as i64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_told() {
        for (text, rate, told) in [
            ("20", 20_000, "20/s"),
            ("20/s", 20_000, "20/s"),
            ("0.5/s", 500, "30/m"),
            ("90/m", 1_500, "1.5/s"),
            ("3/m", 50, "3/m"),
            ("100000/s", RATE_MAX, "100000/s"),
        ] {
            assert_eq!(read_rate(text), Some(rate), "{text}");
            assert_eq!(rate_words(rate), told);
        }
        assert_eq!((read_rate("off"), read_rate("0")), (Some(0), Some(0)));
        for wrong in ["", "-1", "x", "1/d", "100001", "nan", "inf", "0.0000001"] {
            assert_eq!(read_rate(wrong), None, "{wrong}");
        }
    }
}
