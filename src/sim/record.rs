//! The causal record: who wrote what, when, woken by which write, and why.

use super::persistent::Map;
use crate::api::{Kind, Object, Text, Time, Uid, make_mut};
use std::rc::Rc;

/// Who acts on the cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Actor {
    /// A person, by kubectl or the page.
    User,
    /// The control plane at its start.
    Bootstrap,
    /// The scheduler.
    Scheduler,
    /// The kubelet of some node.
    Kubelet,
    /// A controller, by its row in the table.
    Controller(u8),
}

impl Actor {
    /// The name by which the actor signs its events.
    pub fn name(self) -> &'static str {
        match self {
            Actor::User => "kubectl",
            Actor::Bootstrap => "bootstrap",
            Actor::Scheduler => "default-scheduler",
            Actor::Kubelet => "kubelet",
            Actor::Controller(row) => super::controllers::ALL[row as usize].source,
        }
    }
}

/// What happened to an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Verb {
    Added,
    Modified,
    Deleted,
}

/// A write, as it is told to everybody who watches.
pub struct Change {
    /// When it was made.
    pub at: Time,
    /// The store's revision after it.
    pub revision: u64,
    /// What happened.
    pub verb: Verb,
    /// The object before; none if it was added.
    pub old: Option<Object>,
    /// The object now, or as it was when it was deleted.
    pub new: Object,
}

impl Change {
    /// The object's identity.
    pub fn uid(&self) -> Uid {
        self.new.meta().uid
    }
    /// The object's kind.
    pub fn kind(&self) -> Kind {
        self.new.kind()
    }
    /// Did its spec change, or was it just made?
    pub fn spec_changed(&self) -> bool {
        let generation = |o: &Object| o.meta().generation;
        let old = self.old.as_ref();
        old.is_none_or(|o| generation(o) != generation(&self.new))
    }
}

/// Why a write was made: the field that decided, and the decision in plain words.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Because {
    /// The object whose field decided; 0 if none did.
    pub owner: Uid,
    /// The path of that field, such as `spec.activeDeadlineSeconds`; empty if none did.
    pub field: &'static str,
    /// The decision in a sentence.
    pub caption: Text,
}

impl Because {
    /// The object and the field that decided, and the decision in a sentence.
    pub fn of(owner: Uid, field: &'static str, caption: impl Into<Text>) -> Because {
        Because { owner, field, caption: caption.into() }
    }
}

/// One line of the record.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Record {
    /// The revision of the write.
    pub revision: u64,
    /// When.
    pub at: Time,
    /// Who.
    pub by: Actor,
    /// What happened.
    pub verb: Verb,
    /// To which object.
    pub uid: Uid,
    /// Of which kind.
    pub kind: Kind,
    /// The revision of the write that woke the actor; 0 if it was time or a person.
    pub cause: u64,
    /// Why.
    pub because: Because,
}

/// How many lines the record keeps; older ones are forgotten.
const RECORDS_MAX: usize = 400_000;
/// How many lines are kept for one object.
const RECORDS_EACH_MAX: usize = 200;

/// The record of all writes, found by revision and by object.
#[derive(Clone, Default, Hash)]
pub struct Records {
    lines: Map<u64, Record>,
    /// The revisions that wrote an object.
    of_object: Map<Uid, Rc<Vec<u64>>>,
}

impl Records {
    /// Adds a line.
    pub(super) fn push(&mut self, record: Record) {
        let own = make_mut(self.of_object.get_or_default(record.uid));
        if own.is_empty() {
            // A pod is written some ten times in its life.
            own.reserve_exact(12);
        }
        // The first line, the creation, is kept: it is where every "why?" ends.
        let surplus = (own.len() >= RECORDS_EACH_MAX).then(|| own.remove(1));
        own.push(record.revision);
        if let Some(second) = surplus {
            self.lines.remove(&second);
        }
        self.lines.insert(record.revision, record);
        if self.lines.len() > RECORDS_MAX {
            self.forget_oldest();
        }
    }
    fn forget_oldest(&mut self) {
        let Some((revision, uid)) = self.lines.get_min().map(|(k, r)| (*k, r.uid)) else {
            return;
        };
        self.lines.remove(&revision);
        let own = make_mut(self.of_object.get_or_default(uid));
        own.retain(|r| *r != revision);
        if own.is_empty() {
            self.of_object.remove(&uid);
        }
    }
    /// The line of that revision.
    pub fn get(&self, revision: u64) -> Option<&Record> {
        self.lines.get(&revision)
    }
    /// All lines about an object, oldest first.
    pub fn of(&self, uid: Uid) -> impl DoubleEndedIterator<Item = &Record> {
        let own = self.of_object.get(&uid).map_or(&[][..], |own| own);
        own.iter().filter_map(|revision| self.lines.get(revision))
    }
    /// The lines from a revision on.
    pub fn since(&self, revision: u64) -> impl DoubleEndedIterator<Item = &Record> {
        self.lines.range(revision..).map(|(_, r)| r)
    }
    /// The newest line.
    pub fn last(&self) -> Option<&Record> {
        self.lines.get_max().map(|(_, r)| r)
    }
    /// The chain of causes of a write, the write itself first.
    pub fn causes(&self, revision: u64) -> Vec<&Record> {
        let mut chain = Vec::new();
        let mut next = self.get(revision);
        while let Some(record) = next {
            chain.push(record);
            // A cause is always older than its effect, so this ends.
            let older = record.cause < record.revision;
            next = older.then(|| self.get(record.cause)).flatten();
        }
        chain
    }
}
