//! Kubernetes' Events: what the control plane says about objects, counted, and forgotten after an hour.

use super::persistent::Map;
use crate::api::{Kind, Object, Span, Text, Time, Uid, make_mut};
use std::rc::Rc;

/// How long the API server keeps an event (`--event-ttl`).
const TTL: Span = Span::secs(3600);
/// How many events are kept at most.
const EVENTS_MAX: usize = 100_000;

/// Who says similar things so often, each time within so long, has them told as one.
/// Models client-go tools/record/events_cache.go: defaultAggregateMaxEvents, defaultAggregateIntervalInSeconds.
const SIMILAR_MAX: usize = 10;
const SIMILAR_WITHIN: Span = Span::secs(600);
/// How what is told as one begins.
const COMBINED: &str = "(combined from similar events): ";
/// How much a source may say of an object at once, and how long until it may say one thing more.
/// Models client-go tools/record/events_cache.go: defaultSpamBurst, defaultSpamQPS.
const BUCKET: u32 = 25;
const BUCKET_FILLS: Span = Span::secs(300);
const SCHEDULER: &str = "default-scheduler";

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
    /// The object's revision when the scheduler first spoke of it; of other sources 0.
    revision: u64,
}

/// All events, in the order in which they were first said.
#[derive(Clone, Default, Hash)]
pub struct Events {
    /// By object, with their numbers: whoever says something first looks at what was said already.
    by_object: Map<Uid, Rc<Vec<Numbered>>>,
    /// By number, the object.
    order: Map<u64, Uid>,
    next: u64,
    /// How often something was said in all.
    said: u64,
    /// How much may still be said, by object and source; only of those that say much.
    buckets: Map<(Uid, &'static str), Bucket>,
}

type Numbered = (u64, Event);

#[derive(Clone, Copy, Hash)]
struct Bucket {
    left: u32,
    filled: Time,
}

impl Events {
    /// Records an event. The same thing said again about the same object raises its count; after many similar ones
    /// they are told as one, and who says too much is not listened to for a while.
    /// Models client-go tools/record/events_cache.go: EventCorrelator.EventCorrelate.
    pub(super) fn say(&mut self, now: Time, source: &'static str, about: &Object, mut said: Said) {
        self.forget(now);
        // The scheduler speaks by the newer API, which only counts.
        let correlated = source != SCHEDULER;
        let combined = correlated && self.is_one_of_many(now, source, &said);
        if combined {
            said.message = format!("{COMBINED}{}", said.message).into();
        }
        let own = self.by_object.get(&said.uid).map_or(&[][..], |own| own);
        // By the newer API, only what is said of the object as it was before is the same again.
        let revision = if correlated { 0 } else { about.meta().revision };
        let same = own.iter().position(|(_, e)| {
            (e.source, e.kind, e.reason, e.revision) == (source, said.kind, said.reason, revision)
                && if combined {
                    e.message.starts_with(COMBINED)
                } else {
                    (&e.message, &e.field_path) == (&said.message, &said.field_path)
                }
        });
        if correlated && !self.listens(now, source, said.uid) {
            return;
        }
        self.said += 1;
        let own = make_mut(self.by_object.get_or_default(said.uid));
        if let Some(place) = same {
            let event = &mut own[place].1;
            event.count += 1;
            event.last = now;
            event.message = said.message;
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
            // What is said of an object of the whole cluster is kept with the default namespace.
            namespace: if meta.namespace.is_empty() { "default".into() } else { meta.namespace.clone() },
            name: meta.name.clone(),
            uid: said.uid,
            revision,
        };
        own.push((self.next, event));
        self.order.insert(self.next, said.uid);
        self.next += 1;
    }
    /// Were so many similar things said lately that they are told as one?
    /// Models events_cache.go: EventAggregator.EventAggregate.
    fn is_one_of_many(&self, now: Time, source: &str, said: &Said) -> bool {
        let similar = |e: &&Event| (e.source, e.kind, e.reason) == (source, said.kind, said.reason);
        let mut others = 0;
        let mut latest = None;
        for (_, event) in self.of(said.uid).filter(|(_, e)| similar(e)) {
            if event.message == said.message {
                // It is one of those that are told by themselves.
                return false;
            }
            latest = latest.max(Some(event.last));
            others += 1;
        }
        others + 1 >= SIMILAR_MAX && latest.is_some_and(|t| t + SIMILAR_WITHIN >= now)
    }
    /// Is the source still listened to about this object? Each has a bucket of so many events, which fills up slowly.
    /// Models events_cache.go: EventSourceObjectSpamFilter.
    fn listens(&mut self, now: Time, source: &'static str, uid: Uid) -> bool {
        let key = (uid, source);
        let bucket = match self.buckets.get(&key) {
            Some(bucket) => *bucket,
            None => {
                let own = self.of(uid).filter(|(_, e)| e.source == source);
                let said: u32 = own.map(|(_, e)| e.count).sum();
                if said < BUCKET / 2 {
                    // Most objects are never spoken of so much: no need to keep account of them.
                    return true;
                }
                Bucket { left: BUCKET - said.min(BUCKET), filled: now }
            }
        };
        let drops = ((now - bucket.filled).0 / BUCKET_FILLS.0) as u32;
        let left = (bucket.left + drops).min(BUCKET);
        let filled = bucket.filled + BUCKET_FILLS * i64::from(drops);
        self.buckets.insert(key, Bucket { left: left.saturating_sub(1), filled });
        left > 0
    }
    /// Forgets what is too old. Events are sorted by their first time, so an old one that was said again
    /// lately holds up those behind it for at most its own lifetime.
    fn forget(&mut self, now: Time) {
        while let Some((number, uid)) = self.order.get_min().copied() {
            let own = self.by_object.get(&uid).expect("every event has its object");
            // The oldest of all is the oldest of its object.
            if own[0].1.last + TTL > now && self.order.len() < EVENTS_MAX {
                break;
            }
            self.order.remove(&number);
            if own.len() == 1 {
                self.by_object.remove(&uid);
                self.forget_buckets(uid);
            } else if let Some(own) = self.by_object.get_mut(&uid) {
                make_mut(own).remove(0);
            }
        }
    }
    fn forget_buckets(&mut self, uid: Uid) {
        let own = self.buckets.range((uid, "")..).map(|(key, _)| *key);
        let own: Vec<_> = own.take_while(|key| key.0 == uid).collect();
        for key in own {
            self.buckets.remove(&key);
        }
    }
    /// The events about an object, with their numbers, oldest first.
    pub fn of(&self, uid: Uid) -> impl DoubleEndedIterator<Item = (u64, &Event)> {
        let own = self.by_object.get(&uid).map_or(&[][..], |own| own);
        own.iter().map(|(number, event)| (*number, event))
    }
    /// All events, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Event)> {
        self.order.iter().filter_map(|(number, uid)| {
            let own = self.by_object.get(uid)?;
            let place = own.binary_search_by_key(number, |(n, _)| *n).ok()?;
            Some((*number, &own[place].1))
        })
    }
    /// Those that were first said since that many were, oldest first.
    pub fn since(&self, number: u64) -> impl Iterator<Item = (u64, &Event)> {
        self.order.range(number..).filter_map(|(number, uid)| {
            let own = self.of(*uid).find(|(n, _)| n == number)?;
            Some((*number, own.1))
        })
    }
    /// How many were ever said for the first time, and how often something was said: whoever watches sees by these two
    /// that there is something new.
    pub fn said(&self) -> (u64, u64) {
        (self.next, self.said)
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
