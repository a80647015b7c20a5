//! Rows of the panels below the stage, and the marks on the scrubber.

use super::scene::Ink;
use super::words::stamp;
use crate::api::{Kind, Object, Span, Text, Time, Uid, order};
use crate::sim::{Class, EventType, Input, Timeline, World};

/// An event as a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventRow {
    /// Its number, which never changes.
    pub number: u64,
    /// When it was last said, since the start: `t+00:00:10`.
    pub at: String,
    /// Is it a warning?
    pub warning: bool,
    /// One word.
    pub reason: &'static str,
    /// `job/demo`.
    pub object: String,
    /// A sentence.
    pub message: Text,
    /// Who said it.
    pub source: &'static str,
    /// How often.
    pub count: u32,
    /// About which object.
    pub uid: Uid,
}

/// The newest events, newest first; of one object, or of all.
pub fn events(world: &World, about: Option<Uid>, at_most: usize) -> Vec<EventRow> {
    let start = world.config().start;
    let row = |(number, e): (u64, &crate::sim::ClusterEvent)| EventRow {
        number,
        at: stamp(e.last - start),
        warning: e.kind == EventType::Warning,
        reason: e.reason,
        object: format!("{}/{}", e.object.info().singular, e.name),
        message: e.message.clone(),
        source: e.source,
        count: e.count,
        uid: e.uid,
    };
    match about {
        Some(uid) => world.events.of(uid).rev().take(at_most).map(row).collect(),
        None => world.events.iter().rev().take(at_most).map(row).collect(),
    }
}

/// A line of a pod's log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogRow {
    /// When it was printed.
    pub at: Time,
    /// The same since the start: `t+00:00:10`.
    pub stamp: String,
    /// The pod.
    pub pod: Text,
    /// The container, if the pod has several.
    pub container: Text,
    /// The line.
    pub text: Text,
    /// The pod's identity.
    pub uid: Uid,
}

/// The newest lines of one pod, of all pods of an owner, or of all pods; oldest first.
pub fn logs(world: &World, of: Option<Uid>, at_most: usize) -> Vec<LogRow> {
    /// How many pods are read.
    const PODS_MAX: usize = 400;
    let mut rows = Vec::new();
    let mut pods: Vec<Uid> = Vec::new();
    match of.and_then(|uid| world.store.get(uid)) {
        Some(Object::Pod(pod)) => pods.push(pod.meta.uid),
        Some(object) => pods_below(world, object.meta().uid, &mut pods),
        None => pods.extend(world.store.list(Kind::Pod, None).map(|o| o.meta().uid)),
    }
    order::sort_by_key(&mut pods, |uid| *uid);
    for uid in pods.into_iter().rev().take(PODS_MAX) {
        pod_log(world, uid, at_most, &mut rows);
    }
    order::sort_by_key(&mut rows, |r| (r.at, r.uid));
    let surplus = rows.len().saturating_sub(at_most);
    rows.drain(..surplus);
    rows
}

fn pods_below(world: &World, owner: Uid, pods: &mut Vec<Uid>) {
    for object in world.store.owned(owner, Class::Starting..=Class::Other) {
        match object {
            Object::Pod(pod) => pods.push(pod.meta.uid),
            other => pods_below(world, other.meta().uid, pods),
        }
    }
}

fn pod_log(world: &World, uid: Uid, at_most: usize, rows: &mut Vec<LogRow>) {
    let (Some(Object::Pod(pod)), Some(runtime)) = (world.store.get(uid), world.runtime(uid)) else {
        return;
    };
    let several = runtime.cells.len() > 1;
    for (cell, container) in runtime.cells.iter().zip(pod.spec.all_containers()) {
        let surplus = (cell.previous_log.len() + cell.log.len()).saturating_sub(at_most);
        // Lines of one instant stay in the order in which they were printed.
        for (at, text) in cell.previous_log.iter().chain(cell.log.iter()).skip(surplus) {
            rows.push(LogRow {
                at: *at,
                stamp: stamp(*at - world.config().start),
                pod: pod.meta.name.clone(),
                container: if several { container.name.clone() } else { Text::default() },
                text: text.clone(),
                uid,
            });
        }
    }
}

/// A mark on the scrubber.
#[derive(Clone, PartialEq, Debug)]
pub struct MarkRow {
    /// Where, from 0 to 1.
    pub at: f32,
    /// In which colour.
    pub ink: Ink,
    /// What happened.
    pub title: String,
}

/// The moments worth marking between the start and a horizon: inputs, what controllers did, and what went wrong.
pub fn marks(timeline: &Timeline, latest: &World, horizon: Span) -> Vec<MarkRow> {
    const MARKS_MAX: usize = 160;
    const EVENTS_MAX: usize = 4_000;
    let start = timeline.start();
    let place = |at: Time| (at - start).0 as f32 / horizon.0.max(1) as f32;
    let mut marks: Vec<MarkRow> = Vec::new();
    let mut add = |at: Time, ink: Ink, title: &dyn Fn() -> String| {
        // Two marks on one spot are one; the worse one stays.
        let at = (place(at) * 400.0).round() / 400.0;
        let room = marks.len() < MARKS_MAX;
        match marks.iter_mut().rev().take(8).find(|m| m.at == at) {
            Some(mark) if ink == Ink::Bad && mark.ink != Ink::Bad => {
                *mark = MarkRow { at, ink, title: title() }
            }
            Some(_) => {}
            None if room => marks.push(MarkRow { at, ink, title: title() }),
            None => {}
        }
    };
    for (at, input) in timeline.inputs() {
        let what = if matches!(input, Input::Api(_)) { "applied by hand" } else { "sandbox" };
        add(*at, Ink::Text, &|| what.to_owned());
    }
    for (_, e) in latest.events.iter().rev().take(EVENTS_MAX) {
        let ink = match (e.kind, e.reason) {
            (EventType::Warning, _) => Ink::Bad,
            (_, "Completed" | "SawCompletedJob") => Ink::Good,
            (_, "SuccessfulCreate" | "SuccessfulDelete" | "ScalingReplicaSet") => Ink::Accent,
            _ => continue,
        };
        add(e.first, ink, &|| format!("{}: {}", e.reason, e.message));
    }
    marks
}

/// How much time the scrubber spans: a round span that holds what was lived and a little more.
pub fn horizon(lived: Span) -> Span {
    const STEPS: [i64; 20] = [
        30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 172_800, 345_600,
        604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
    ];
    let wanted = lived.as_secs_f64() * 1.04;
    let found = STEPS.iter().find(|s| **s as f64 >= wanted);
    found.map_or(Span(lived.0.saturating_add(lived.0 / 4)), |s| Span::secs(*s))
}

/// The instant of the last write before the present one.
pub fn previous_moment(world: &World) -> Option<Time> {
    world.records.since(0).rev().map(|r| r.at).find(|at| *at < world.now())
}

/// Goes on to the next thing that the control plane says, within a limit. Whoever watches is asked after each step
/// whether it may go on. Returns whether there was such a thing.
pub fn next_moment(
    timeline: &mut Timeline,
    within: Span,
    mut may_go_on: impl FnMut(&mut Timeline) -> bool,
) -> bool {
    let said = |world: &World| world.events.iter().next_back().map(|(n, e)| (n, e.count));
    let before = said(timeline.world());
    let limit = timeline.now() + within;
    while let Some(at) = timeline.next_instant().filter(|at| *at <= limit) {
        while timeline.advance(at) {
            if !may_go_on(timeline) {
                return false;
            }
        }
        if said(timeline.world()) != before {
            return true;
        }
    }
    false
}
