//! Pods on their way: from their owner past the scheduler to their node. A function of when they were made and bound.

use super::nodes::Place;
use crate::api::{Pod, Span, Time};
use crate::sim::State;

/// How long a pod is on its way, in world time at the speed of life.
const WAY: Span = Span::millis(900);

/// From where a pod sets out, and what it passes.
pub struct Way {
    /// The door of its owner.
    pub from: (f32, f32),
    /// The scheduler.
    pub past: (f32, f32),
    /// Its node.
    pub to: (f32, f32),
}

/// How long pods travel at a pace: longer in world time when the world runs faster, so that it can be seen.
pub fn way_time(pace: f32) -> Span {
    Span((WAY.0 as f32 * pace.max(1.0).powf(0.6)) as i64)
}

/// Is the pod still on its way? Then how far, from 0 to 1.
pub fn on_its_way(pod: &Pod, now: Time, pace: f32) -> Option<f32> {
    way_done(pod.meta.created, now, pace)
}

/// The same, of a pod that was made at that time.
pub fn way_done(created: Time, now: Time, pace: f32) -> Option<f32> {
    let done = (now - created).0 as f32 / way_time(pace).0 as f32;
    (0.0..1.0).contains(&done).then_some(done)
}

/// The point of the way: two bends, slow at both ends.
pub fn point(way: &Way, done: f32) -> (f32, f32) {
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let between = |a: (f32, f32), b: (f32, f32), t: f32| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
    if done < 0.4 {
        between(way.from, way.past, ease(done / 0.4))
    } else {
        between(way.past, way.to, ease((done - 0.4) / 0.6))
    }
}

/// The strength with which a pod is drawn: one that is being stopped fades.
pub fn strength(state: State, part: Option<f32>) -> f32 {
    match (state, part) {
        (State::Terminating, Some(part)) => 0.85 - 0.5 * part,
        (State::Terminating, None) => 0.6,
        _ => 1.0,
    }
}

/// The state that a pod shows while it travels: it has no node yet, whatever the store already says.
pub fn travelling_state(state: State) -> State {
    match state {
        State::Creating => State::Pending,
        other => other,
    }
}

/// The place of a pod on its way.
pub fn on_way(way: &Way, place: Place, done: f32) -> Place {
    let size = place.size.max(9.0) * 0.9;
    Place { at: point(way, done), size }
}
