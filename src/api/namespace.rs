//! Namespaces.

use super::{Conditions, Meta, Object, Resource, Shape, Value};
use crate::record;

/// A namespace.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Namespace {
    /// Its metadata.
    pub meta: Meta,
    /// Was its content removed, so that it may go? Its finalizer is not one of the metadata.
    pub finalized: bool,
    /// How its deletion goes on.
    pub conditions: Conditions,
}

impl Namespace {
    /// What a manifest may say beside its metadata.
    pub fn body_shape() -> Shape {
        Shape::Any
    }
}
impl Resource for Namespace {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, _: &Value) -> Self {
        Namespace { meta, finalized: false, conditions: Conditions::default() }
    }
    fn keep_status(&mut self, old: &Self) {
        self.finalized = old.finalized;
        self.conditions = old.conditions.clone();
    }
    fn same_spec(&self, _: &Self) -> bool {
        true
    }
    fn body(&self) -> Value {
        let phase = if self.meta.is_terminating() { "Terminating" } else { "Active" };
        record! {
            "spec" => record! { "finalizers" => vec!["kubernetes"] },
            "status" => record! { "conditions" => self.conditions.to_value(None), "phase" => phase },
        }
    }
}

impl Object {
    /// Does something besides the finalizers of its metadata keep it? Only the content of a namespace does.
    pub fn is_held(&self) -> bool {
        matches!(self, Object::Namespace(namespace) if !namespace.finalized)
    }
}
