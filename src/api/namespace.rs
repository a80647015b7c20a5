//! Namespaces.

use super::{Meta, Resource, Shape, Value};
use crate::record;

/// A namespace.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Namespace {
    /// Its metadata.
    pub meta: Meta,
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
        Namespace { meta }
    }
    fn keep_status(&mut self, _: &Self) {}
    fn same_spec(&self, _: &Self) -> bool {
        true
    }
    fn body(&self) -> Value {
        let phase = if self.meta.is_terminating() { "Terminating" } else { "Active" };
        record! {
            "spec" => record! { "finalizers" => vec!["kubernetes"] },
            "status" => record! { "phase" => phase },
        }
    }
}
