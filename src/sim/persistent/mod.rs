//! The ordered collections that the whole world is made of: a clone costs nothing, a change copies what it touches.
//!
//! Both are a list of chunks of entries, shared until they are written. Two levels are enough for a cluster at its
//! limits: 150,000 pods are some 3,000 chunks, and a change after a clone copies one list of pointers and one chunk.
//! Nothing here knows what is kept in it; nothing here iterates in an order that is not fixed.

mod map;
mod sequence;

pub use map::{Map, Set};
pub use sequence::Sequence;

use std::rc::Rc;

/// The most entries of a chunk.
const CHUNK_MAX: usize = 64;
/// A chunk of fewer entries is joined with its neighbour.
const CHUNK_MIN: usize = CHUNK_MAX / 4;

/// None as long as there is no entry: what is empty costs nothing.
type Chunks<T> = Option<Rc<Vec<Chunk<T>>>>;
type Chunk<T> = Rc<Vec<T>>;

fn read<T>(chunks: &Chunks<T>) -> &[Chunk<T>] {
    chunks.as_ref().map_or(&[], |chunks| chunks)
}
fn write<T>(chunks: &mut Chunks<T>) -> &mut Vec<Chunk<T>> {
    Rc::make_mut(chunks.get_or_insert_default())
}
