//! Kubernetes' Events: what the control plane says about objects, counted, and forgotten after an hour.

use super::persistent::{Map, Set};
use crate::api::{Kind, Object, Span, Text, Time, Uid};

/// How long the API server keeps an event (`--event-ttl`).
const TTL: Span = Span::secs(3600);
/// How many events are kept at most.
const EVENTS_MAX: usize = 100_000;

/// `Normal` or `Warning`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum EventType {
    Normal,
    Warning,
}

/// What an actor wants to say about an object.
#[derive(Clone, Debug)]
pub struct Said {
    /// About which object.
    pub uid: Uid,
    /// Normal or Warning.
    pub kind: EventType,
    /// One word.
    pub reason: &'static str,
    /// A sentence.
    pub message: Text,
    /// The part of the object that is meant, such as `spec.containers{main}`.
    pub field_path: Text,
    /// Who says it, if not the actor itself: `podium`, where a real cluster would say nothing.
    pub source: Option<&'static str>,
}

impl Said {
    /// Something said by the actor about a whole object.
    pub fn new(uid: Uid, kind: EventType, reason: &'static str, message: impl Into<Text>) -> Said {
        Said { uid, kind, reason, message: message.into(), field_path: Text::default(), source: None }
    }
}

/// An event as it is kept.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Event {
    /// When it was first said.
    pub first: Time,
    /// When it was last said.
    pub last: Time,
    /// How often it was said.
    pub count: u32,
    /// Normal or Warning.
    pub kind: EventType,
    /// One word.
    pub reason: &'static str,
    /// A sentence.
    pub message: Text,
    /// Who said it.
    pub source: &'static str,
    /// The part of the object that is meant.
    pub field_path: Text,
    /// The object's kind.
    pub object: Kind,
    /// The object's namespace.
    pub namespace: Text,
    /// The object's name.
    pub name: Text,
    /// The object's identity.
    pub uid: Uid,
}

/// All events, in the order in which they were first said.
#[derive(Clone, Default, Hash)]
pub struct Events {
    list: Map<u64, Event>,
    of_object: Set<(Uid, u64)>,
    next: u64,
}

impl Events {
    /// Records an event. The same thing said again about the same object raises its count.
    /// Models client-go tools/record/events_cache.go: eventLogger.
    pub(super) fn say(&mut self, now: Time, source: &'static str, about: &Object, said: Said) {
        self.forget(now);
        let same = self.of(said.uid).find(|(_, e)| {
            (e.source, e.kind, e.reason) == (source, said.kind, said.reason)
                && (&e.message, &e.field_path) == (&said.message, &said.field_path)
        });
        if let Some(number) = same.map(|(number, _)| number) {
            let event = self.list.get_mut(&number).expect("just found");
            event.count += 1;
            event.last = now;
            return;
        }
        let meta = about.meta();
        let event = Event {
            first: now,
            last: now,
            count: 1,
            kind: said.kind,
            reason: said.reason,
            message: said.message,
            source,
            field_path: said.field_path,
            object: about.kind(),
            namespace: meta.namespace.clone(),
            name: meta.name.clone(),
            uid: said.uid,
        };
        self.list.insert(self.next, event);
        self.of_object.insert((said.uid, self.next));
        self.next += 1;
    }
    /// Forgets what is too old. Events are sorted by their first time, so an old one that was said again
    /// lately holds up those behind it for at most its own lifetime.
    fn forget(&mut self, now: Time) {
        while let Some((number, event)) = self.list.get_min() {
            if event.last + TTL > now && self.list.len() < EVENTS_MAX {
                break;
            }
            let (number, uid) = (*number, event.uid);
            self.list.remove(&number);
            self.of_object.remove(&(uid, number));
        }
    }
    /// The events about an object, with their numbers, oldest first.
    pub fn of(&self, uid: Uid) -> impl DoubleEndedIterator<Item = (u64, &Event)> {
        let range = self.of_object.range((uid, 0)..=(uid, u64::MAX));
        range.filter_map(|(_, n)| self.list.get(n).map(|e| (*n, e)))
    }
    /// All events, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Event)> {
        self.list.iter().map(|(n, e)| (*n, e))
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
