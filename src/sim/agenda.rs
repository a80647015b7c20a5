//! The agenda: what is due, and when. A work queue holds each key once, and so does this.

use super::persistent::Map;
use crate::api::{Span, Time, Uid};

/// What is due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Event {
    /// A controller looks at one object. The row of the controller, and the object.
    Reconcile(u8, Uid),
    /// The scheduler takes the next pod from its queue.
    Schedule,
    /// A kubelet looks at one of its pods.
    Kubelet(Uid),
    /// Somebody who sends requests sends those that are due.
    Traffic(u32),
    /// A kubelet weighs the pods of its node.
    Weigh(Uid),
}

#[derive(Clone, Copy, Hash)]
struct Due {
    at: Time,
    number: u64,
    cause: u64,
}

/// Everything that is due.
#[derive(Clone, Default, Hash)]
pub(super) struct Agenda {
    queue: Map<(Time, u64), Event>,
    due: Map<Event, Due>,
    numbers: u64,
}

impl Agenda {
    /// When the next event is due, and which it is.
    pub fn next(&self) -> Option<(Time, Event)> {
        self.queue.get_min().map(|((at, _), event)| (*at, *event))
    }
    /// Takes the next event out, with its time and the write that caused it.
    pub fn take(&mut self) -> Option<(Time, Event, u64)> {
        let (key, event) = *self.queue.get_min()?;
        self.queue.remove(&key);
        let cause = self.due.remove(&event).map_or(0, |due| due.cause);
        Some((key.0, event, cause))
    }
    /// When that event is due, if it is.
    pub fn due(&self, event: Event) -> Option<Time> {
        self.due.get(&event).map(|due| due.at)
    }
    /// Makes an event due at that time, unless it is due earlier already.
    pub fn wake(&mut self, now: Time, event: Event, at: Time, cause: u64) {
        // Nothing takes no time at all: so an instant is over once all that is due at it is done.
        let at = at.max(now + Span(1));
        if let Some(due) = self.due.get(&event) {
            if due.at <= at {
                return;
            }
            self.queue.remove(&(due.at, due.number));
        }
        self.numbers += 1;
        let number = self.numbers;
        self.queue.insert((at, number), event);
        self.due.insert(event, Due { at, number, cause });
    }
}

/// By which a controller that is told of a change names the objects to look at, and after how long.
pub struct Wakes<'a> {
    agenda: &'a mut Agenda,
    now: Time,
    /// The row of the controller.
    row: u8,
    /// How long the change takes until it is seen.
    latency: Span,
    cause: u64,
}

impl<'a> Wakes<'a> {
    pub(super) fn of(agenda: &'a mut Agenda, now: Time, row: u8, latency: Span, cause: u64) -> Wakes<'a> {
        Wakes { agenda, now, row, latency, cause }
    }
    /// At once.
    pub fn now(&mut self, uid: Uid) {
        self.after(uid, Span::ZERO);
    }
    /// After so long, unless it is looked at earlier anyway.
    pub fn after(&mut self, uid: Uid, span: Span) {
        let at = self.now + self.latency + span;
        self.agenda.wake(self.now, Event::Reconcile(self.row, uid), at, self.cause);
    }
}
