//! What happens to the objects that a command watches: the events that the API server would send it.
//!
//! Models apiserver pkg/storage/cacher: what leaves a selection is deleted for who watches it, what enters it is added.

use super::resource::{self, Resource};
use super::selector::{FieldSelector, LabelSelector};
use super::target::Found;
use super::{Call, Failure, target};
use crate::api::{Object, Text, Uid, Value};
use crate::sim::{ClusterEvent, Verb};
use std::collections::BTreeMap;

/// Objects that are watched.
pub(super) struct Watch {
    pub resource: Resource,
    /// The namespace; none: all, or the kind has none.
    place: Option<Text>,
    name: Option<Text>,
    labels: LabelSelector,
    fields: FieldSelector,
    known: Known,
}

/// What is known already.
enum Known {
    /// Of a kind, as of a revision, each object that is selected.
    Objects(u64, BTreeMap<Uid, Object>),
    /// How many events were said, and how often; and those that are selected.
    Events((u64, u64), BTreeMap<u64, ClusterEvent>),
    /// What is made up, as of a revision.
    MadeUp(u64, BTreeMap<String, Value>),
}

impl Watch {
    /// Begins to watch what is there now.
    pub fn new(
        call: &Call,
        args: &super::Args,
        resource: Resource,
        place: Option<Text>,
        name: Option<Text>,
    ) -> Result<Watch, Failure> {
        let (labels, fields) = target::selectors(args, resource)?;
        let known = match resource {
            Resource::Kind(_) => Known::Objects(0, BTreeMap::new()),
            Resource::Event => Known::Events((0, 0), BTreeMap::new()),
            Resource::Endpoints => Known::MadeUp(0, BTreeMap::new()),
        };
        let mut watch = Watch { resource, place, name, labels, fields, known };
        watch.rewind(call);
        Ok(watch)
    }
    /// Takes what is there now as what is known.
    pub fn rewind(&mut self, call: &Call) {
        let world = call.world();
        let revision = world.store.revision();
        let known = match self.resource {
            Resource::Kind(kind) => {
                let all = world.store.list(kind, self.place.as_deref()).filter(|o| self.selects(o));
                Known::Objects(revision, all.map(|o| (o.meta().uid, o.clone())).collect())
            }
            Resource::Event => {
                let all = world.events.iter().filter(|(number, e)| self.selects_event(*number, e));
                Known::Events(world.events.said(), all.map(|(n, e)| (n, e.clone())).collect())
            }
            Resource::Endpoints => Known::MadeUp(revision, self.made_up(call)),
        };
        self.known = known;
    }

    fn is_named(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|n| *n == *name)
    }
    fn selects(&self, object: &Object) -> bool {
        let meta = object.meta();
        self.place.as_ref().is_none_or(|place| meta.namespace == *place)
            && self.is_named(&meta.name)
            && self.labels.matches(&meta.labels)
            && (self.fields.is_empty() || self.fields.matches(&object.to_value()))
    }
    fn selects_event(&self, number: u64, event: &ClusterEvent) -> bool {
        if self.place.as_ref().is_some_and(|place| event.namespace != *place) {
            return false;
        }
        if self.name.is_none() && self.fields.is_empty() {
            return true;
        }
        let value = resource::event_value(number, event);
        self.is_named(value.at("metadata.name").as_str().unwrap_or_default()) && self.fields.matches(&value)
    }
    fn made_up(&self, call: &Call) -> BTreeMap<String, Value> {
        let all = self.resource.made_up(call.world(), self.place.as_deref()).into_iter();
        let named = all.map(|value| {
            let text = |path| value.at(path).as_str().unwrap_or_default().to_owned();
            (text("metadata.namespace") + "/" + &text("metadata.name"), value)
        });
        let name = |key: &str| self.is_named(key.rsplit('/').next().unwrap_or_default());
        named.filter(|(key, value)| name(key) && self.fields.matches(value)).collect()
    }

    /// What has happened since, in order.
    pub fn events(&mut self, call: &Call) -> Vec<(Verb, Found)> {
        // Taken out, so that what is known can be written while the selection is read.
        let mut known = std::mem::replace(&mut self.known, Known::MadeUp(0, BTreeMap::new()));
        let events = match &mut known {
            Known::Objects(seen, known) => self.objects(call, seen, known),
            Known::Events(said, known) => self.said(call, said, known),
            Known::MadeUp(seen, known) => self.made(call, seen, known),
        };
        self.known = known;
        events
    }
    fn objects(&self, call: &Call, seen: &mut u64, known: &mut BTreeMap<Uid, Object>) -> Vec<(Verb, Found)> {
        let (store, mut events) = (&call.world().store, Vec::new());
        let (from, Resource::Kind(kind)) = (std::mem::replace(seen, store.revision()) + 1, self.resource)
        else {
            return events;
        };
        if from > *seen {
            return events;
        }
        for record in call.world().records.since(from).filter(|record| record.kind == kind) {
            let object = store.get(record.uid);
            // What was written again since is told as it is then.
            if object.is_some_and(|o| o.meta().revision != record.revision)
                || (object.is_none() && record.verb != Verb::Deleted)
            {
                continue;
            }
            let object = object.filter(|o| self.selects(o)).cloned();
            let (verb, object) = match (known.remove(&record.uid), object) {
                (None, None) => continue,
                (Some(old), None) => (Verb::Deleted, old),
                (old, Some(new)) => {
                    known.insert(record.uid, new.clone());
                    (if old.is_some() { Verb::Modified } else { Verb::Added }, new)
                }
            };
            events.push((verb, Found::stored_as(call, self.resource, object)));
        }
        events
    }
    fn said(
        &self,
        call: &Call,
        said: &mut (u64, u64),
        known: &mut BTreeMap<u64, ClusterEvent>,
    ) -> Vec<(Verb, Found)> {
        let world = call.world();
        let (before, now) = (*said, world.events.said());
        *said = now;
        let mut found = Vec::new();
        let mut tell = |verb, number, event: &ClusterEvent| {
            found.push((verb, Found::made_up(self.resource, resource::event_value(number, event))));
        };
        // What is too old is forgotten when something is said.
        let oldest = world.events.since(0).next().map_or(u64::MAX, |(number, _)| number);
        while let Some((number, event)) = known.first_key_value().map(|(n, e)| (*n, e.clone()))
            && number < oldest
        {
            known.remove(&number);
            tell(Verb::Deleted, number, &event);
        }
        // Most are new: only where something was said again are all of them looked at.
        let again = now.1 - before.1 > now.0 - before.0;
        for (number, event) in known.iter_mut().filter(|_| again) {
            let about = world.events.of(event.uid).find(|(n, _)| n == number);
            if let Some((_, is)) = about.filter(|(_, is)| is.count != event.count) {
                *event = is.clone();
                tell(Verb::Modified, *number, is);
            }
        }
        for (number, event) in world.events.since(before.0) {
            if self.selects_event(number, event) {
                known.insert(number, event.clone());
                tell(Verb::Added, number, event);
            }
        }
        found
    }
    fn made(&self, call: &Call, seen: &mut u64, known: &mut BTreeMap<String, Value>) -> Vec<(Verb, Found)> {
        let revision = call.world().store.revision();
        if std::mem::replace(seen, revision) == revision {
            return Vec::new();
        }
        let is = self.made_up(call);
        let was = std::mem::replace(known, is);
        let found = |verb, value: &Value| (verb, Found::made_up(self.resource, value.clone()));
        let gone = was.iter().filter(|(key, _)| !known.contains_key(*key));
        let mut events: Vec<_> = gone.map(|(_, value)| found(Verb::Deleted, value)).collect();
        for (key, value) in known.iter() {
            match was.get(key) {
                None => events.push(found(Verb::Added, value)),
                Some(old) if old != value => events.push(found(Verb::Modified, value)),
                Some(_) => {}
            }
        }
        events
    }
}
