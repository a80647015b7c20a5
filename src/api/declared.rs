//! [`Declared`]: objects that are nothing but metadata, what they should be, and what became of it.

use super::{Decode, Field, Meta, Resource, Shape, Spec, Value};
use std::hash::Hash;
use std::rc::Rc;

/// What a controller reports of an object.
pub trait Status: Clone + Hash + PartialEq + Default {
    /// As the API shows it, in an object with that metadata.
    fn to_value(&self, meta: &Meta) -> Value;
}
impl Status for () {
    fn to_value(&self, _: &Meta) -> Value {
        Value::Null
    }
}

/// An object that asks for something, and is told how that stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Declared<S, T> {
    /// Its metadata.
    pub meta: Meta,
    /// What it should be.
    pub spec: Rc<Spec<S>>,
    /// What it is.
    pub status: T,
}

impl<S: Decode, T: Status> Declared<S, T> {
    const FIELDS: &'static [Field] = &[Field { name: "spec", shape: S::shape }];
    /// What a manifest may say beside its metadata.
    pub fn body_shape() -> Shape {
        Shape::Struct(Self::FIELDS)
    }
}

impl<S: Decode + Clone + Hash, T: Status> Resource for Declared<S, T> {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, value: &Value) -> Self {
        let spec = Rc::new(Spec::new(value.get("spec").clone()));
        Declared { meta, spec, status: T::default() }
    }
    fn keep_status(&mut self, old: &Self) {
        self.status = old.status.clone();
    }
    fn same_spec(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.spec, &other.spec) || self.spec == other.spec
    }
    fn body(&self) -> Value {
        crate::record! { "spec" => self.spec.raw().clone(), "status" => self.status.to_value(&self.meta) }
    }
}
