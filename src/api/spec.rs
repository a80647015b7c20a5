//! [`Spec`]: what the user asked for, kept whole and read once.

use super::{Decode, Value};
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// A spec as the API keeps it, beside the reading of it that the simulation uses.
///
/// The raw value is the truth: it holds every field that was written, simulated or not, with defaults filled in.
/// The reading is derived from it here and nowhere else, so the two cannot drift apart.
#[derive(Clone, Debug)]
pub struct Spec<T> {
    raw: Value,
    read: T,
}

impl<T: Decode> Spec<T> {
    /// Reads a spec.
    pub fn new(raw: Value) -> Spec<T> {
        let read = T::decode(&raw);
        Spec { raw, read }
    }
    /// Every field, as the API server would return it.
    pub fn raw(&self) -> &Value {
        &self.raw
    }
    /// Changes the raw fields and reads them again.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.raw);
        self.read = T::decode(&self.raw);
    }
}
impl<T: Decode> Default for Spec<T> {
    fn default() -> Self {
        Spec::new(Value::Null)
    }
}
impl<T> Deref for Spec<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.read
    }
}
impl<T> PartialEq for Spec<T> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<T> Eq for Spec<T> {}
impl<T> Hash for Spec<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}
impl<T: Decode> Decode for Spec<T> {
    fn shape() -> super::Shape {
        T::shape()
    }
    fn decode(value: &Value) -> Self {
        Spec::new(value.clone())
    }
}
