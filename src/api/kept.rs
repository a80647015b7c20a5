//! Objects of kinds that are accepted and kept, but that nothing in the simulation acts on yet.

use super::{Kind, Meta, Resource, Value};

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
        for name in ["apiVersion", "kind", "metadata"] {
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
