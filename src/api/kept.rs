//! Objects that are kept as they were written. On some nothing acts yet; of others, such as quotas and budgets, those who
//! act read the few fields that they need.

use super::{Kind, Meta, Object, Resource, Value, make_mut};

/// An object as it was written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Kept {
    /// Its kind.
    pub kind: Kind,
    /// Its metadata.
    pub meta: Meta,
    /// All other fields.
    pub body: Value,
}

impl Resource for Kept {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, value: &Value) -> Self {
        let mut body = value.clone();
        for name in ["apiVersion", "kind", "metadata", "status"] {
            body.map_mut().remove(name);
        }
        Kept { kind: Kind::ConfigMap, meta, body }
    }
    fn keep_status(&mut self, old: &Self) {
        let status = old.body.get("status");
        if !status.is_null() {
            self.body.set("status", status.clone());
        }
    }
    fn same_spec(&self, other: &Self) -> bool {
        self.body.get("spec") == other.body.get("spec")
    }
    fn body(&self) -> Value {
        self.body.clone()
    }
}

impl Object {
    /// A field of an object that is kept as it was written; of any other, nothing.
    pub fn raw(&self, path: &str) -> &Value {
        match self {
            Object::Kept(kept) => kept.body.at(path),
            _ => Value::nothing(),
        }
    }
    /// Such an object with another status.
    pub fn with_status(&self, status: Value) -> Object {
        let mut object = self.clone();
        if let Object::Kept(kept) = &mut object {
            make_mut(kept).body.set("status", status);
        }
        object
    }
}
