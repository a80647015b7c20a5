//! `kubectl describe`: everything there is to say about an object, in one text.
//!
//! A kind is one file here and one row in [`TEXTS`]. Models kubectl pkg/describe/describe.go.

mod verb;

pub(super) use verb::VERB;

use crate::api::{Kind, Object};
use crate::sim::World;

/// The text of one kind.
struct Row {
    kind: Kind,
    text: fn(&World, &Object) -> String,
}

/// Every kind that has a text of its own.
const TEXTS: &[Row] = &[];

/// What `kubectl describe` prints of an object, with a line break at the end.
pub fn describe(world: &World, object: &Object) -> String {
    match TEXTS.iter().find(|row| row.kind == object.kind()) {
        Some(row) => (row.text)(world, object),
        None => plain(object),
    }
}

/// What is said of a kind without a text of its own: its name and where it is.
fn plain(object: &Object) -> String {
    let meta = object.meta();
    format!("Name:         {}\nNamespace:    {}\n", meta.name, meta.namespace)
}
