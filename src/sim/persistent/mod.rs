//! The ordered collections that the whole world is made of: a clone costs nothing, a change copies what it touches.
//!
//! Both are a list of chunks of entries, shared until they are written. Two levels are enough for a cluster at its
//! limits: 150,000 pods are some 3,000 chunks, and a change after a clone copies one list of pointers and one chunk.
//! Nothing here knows what is kept in it; nothing here iterates in an order that is not fixed.

mod map;
mod sequence;

use crate::api::make_mut;
pub use map::{Map, Set};
pub use sequence::Sequence;

use std::rc::Rc;

/// The most entries of a chunk.
const CHUNK_MAX: usize = 64;
/// A chunk of fewer entries is joined with its neighbour.
const CHUNK_MIN: usize = CHUNK_MAX / 4;

/// A shared list. None as long as there is no entry: what is empty costs nothing.
type Shared<T> = Option<Rc<Vec<T>>>;

fn read<T>(list: &Shared<T>) -> &[T] {
    list.as_ref().map_or(&[], |list| list)
}
fn write<T: Clone>(list: &mut Shared<T>) -> &mut Vec<T> {
    make_mut(list.get_or_insert_default())
}
