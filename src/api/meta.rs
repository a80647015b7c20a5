//! Object metadata: identity, labels, owners, life and death.

use super::{Kind, Text, Time, Value, make_mut};
use crate::record;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// The identity of an object for all time: the count of creations in this world, printed as a UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uid(pub u64);

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Spread the count over all digits, so that two UUIDs never look alike; version 4, variant 1.
        let (a, b) = (mix(self.0), mix(self.0 ^ 0x9e37_79b9_7f4a_7c15));
        write!(
            f,
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            0x8000 | (b >> 48) & 0x3fff,
            b & 0xffff_ffff_ffff
        )
    }
}
impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The finaliser of splitmix64: every input bit reaches every output bit, one to one.
pub const fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Where an object is found: kind, namespace (empty where the kind has none) and name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// The kind.
    pub kind: Kind,
    /// The namespace; empty for kinds that belong to the cluster.
    pub namespace: Text,
    /// The name.
    pub name: Text,
}

impl Key {
    /// The key of an object.
    pub fn new(kind: Kind, namespace: impl Into<Text>, name: impl Into<Text>) -> Key {
        Key { kind, namespace: namespace.into(), name: name.into() }
    }
}

/// Sorted labels or annotations, shared by all who have the same.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Labels(pub Rc<BTreeMap<Text, Text>>);

impl Labels {
    /// The value of a label.
    pub fn get(&self, name: &str) -> Option<&Text> {
        self.0.get(name)
    }
    /// Adds or replaces one.
    pub fn insert(&mut self, name: impl Into<Text>, value: impl Into<Text>) {
        make_mut(&mut self.0).insert(name.into(), value.into());
    }
    /// Takes one away.
    pub fn remove(&mut self, name: &str) {
        if self.0.contains_key(name) {
            make_mut(&mut self.0).remove(name);
        }
    }
    /// Reads a map of strings.
    pub fn read(value: &Value) -> Labels {
        let pairs = value.fields().filter_map(|(k, v)| v.as_str().map(|_| (k.clone(), text_of(v))));
        Labels(Rc::new(pairs.collect()))
    }
    /// The map as plain data; null if empty.
    pub fn to_value(&self) -> Value {
        if self.0.is_empty() {
            return Value::Null;
        }
        let map = self.0.iter().map(|(k, v)| (k.clone(), Value::Str(v.clone())));
        Value::Map(Rc::new(map.collect()))
    }
}
impl super::Decode for Labels {
    fn shape() -> super::Shape {
        super::Shape::Map(|| super::Shape::Str)
    }
    fn decode(value: &Value) -> Self {
        Labels::read(value)
    }
}

fn text_of(v: &Value) -> Text {
    match v {
        Value::Str(s) => s.clone(),
        _ => Text::default(),
    }
}

/// One owner of an object.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Owner {
    /// The owner's kind.
    pub kind: Kind,
    /// The owner's name.
    pub name: Text,
    /// The owner's identity.
    pub uid: Uid,
    /// Is it the managing controller?
    pub controller: bool,
}

/// `metav1.ObjectMeta`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Meta {
    /// The name; empty until the API server has made it from `generate_name`.
    pub name: Text,
    /// A prefix from which the API server makes a name.
    pub generate_name: Text,
    /// The namespace; empty for kinds that belong to the cluster.
    pub namespace: Text,
    /// Set at creation.
    pub uid: Uid,
    /// The store's revision at the last write.
    pub revision: u64,
    /// Counts changes of the spec.
    pub generation: i64,
    /// When it was created, cut to seconds only when printed.
    pub created: Time,
    /// When it must be gone, if its deletion was asked for.
    pub deletion: Option<Deletion>,
    /// Labels.
    pub labels: Labels,
    /// Annotations.
    pub annotations: Labels,
    /// Owners, the controller among them.
    pub owners: Rc<[Owner]>,
    /// What must be done before it may vanish.
    pub finalizers: Rc<[Text]>,
}

/// A graceful deletion under way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Deletion {
    /// When it was asked for.
    pub asked: Time,
    /// `deletionGracePeriodSeconds`.
    pub grace_secs: i64,
}

impl Meta {
    /// Metadata of a new object.
    pub fn named(namespace: impl Into<Text>, name: impl Into<Text>) -> Meta {
        Meta { name: name.into(), namespace: namespace.into(), ..Meta::default() }
    }
    /// Reads what a user may write: names, labels, annotations, finalizers. The server owns the rest.
    pub fn read(value: &Value) -> Meta {
        let finalizers: Vec<Text> = super::Decode::decode(value.get("finalizers"));
        Meta {
            name: text_of(value.get("name")),
            generate_name: text_of(value.get("generateName")),
            namespace: text_of(value.get("namespace")),
            labels: Labels::read(value.get("labels")),
            annotations: Labels::read(value.get("annotations")),
            finalizers: finalizers.into(),
            ..Meta::default()
        }
    }
    /// The managing controller, if there is one.
    pub fn controller(&self) -> Option<&Owner> {
        self.owners.iter().find(|o| o.controller)
    }
    /// Is its deletion under way?
    pub fn is_terminating(&self) -> bool {
        self.deletion.is_some()
    }
    /// Has it that finalizer?
    pub fn has_finalizer(&self, name: &str) -> bool {
        self.finalizers.iter().any(|f| f == name)
    }
    /// Takes a finalizer away.
    pub fn remove_finalizer(&mut self, name: &str) {
        self.finalizers = self.finalizers.iter().filter(|f| *f != name).cloned().collect();
    }
    /// As plain data.
    pub fn to_value(&self) -> Value {
        let owners: Vec<Value> = self.owners.iter().map(owner_value).collect();
        let finalizers: Vec<Text> = self.finalizers.to_vec();
        record! {
            "annotations" => self.annotations.to_value(),
            "creationTimestamp" => self.created,
            "deletionGracePeriodSeconds" => self.deletion.map(|d| d.grace_secs),
            "deletionTimestamp" => self.deletion.map(|d| d.asked + super::Span::secs(d.grace_secs)),
            "finalizers" => (!finalizers.is_empty()).then_some(finalizers),
            "generateName" => (!self.generate_name.is_empty()).then(|| self.generate_name.clone()),
            "generation" => (self.generation > 0).then_some(self.generation),
            "labels" => self.labels.to_value(),
            "name" => self.name.clone(),
            "namespace" => (!self.namespace.is_empty()).then(|| self.namespace.clone()),
            "ownerReferences" => (!owners.is_empty()).then_some(owners),
            "resourceVersion" => self.revision.to_string(),
            "uid" => self.uid.to_string(),
        }
    }
}

fn owner_value(owner: &Owner) -> Value {
    record! {
        "apiVersion" => owner.kind.info().api_version(),
        "blockOwnerDeletion" => true,
        "controller" => owner.controller,
        "kind" => owner.kind.info().name,
        "name" => owner.name.clone(),
        "uid" => owner.uid.to_string(),
    }
}
