//! The sequence.

use super::{CHUNK_MAX, Shared, read, write};
use crate::api::make_mut;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Index, IndexMut};
use std::rc::Rc;

/// A sequence that grows at its end and may lose its beginning.
#[derive(Clone)]
pub struct Sequence<T> {
    /// All full but the last; the first may begin with entries that were taken away.
    chunks: Shared<Rc<Vec<T>>>,
    gone: usize,
    len: usize,
}

impl<T> Default for Sequence<T> {
    fn default() -> Self {
        Sequence { chunks: None, gone: 0, len: 0 }
    }
}

impl<T> Sequence<T> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The entry at that place.
    pub fn get(&self, index: usize) -> Option<&T> {
        let at = index + self.gone;
        (index < self.len).then(|| &read(&self.chunks)[at / CHUNK_MAX][at % CHUNK_MAX])
    }
    /// The last entry.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }
    /// All entries, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        (0..self.len).map(|i| &self[i])
    }
}

impl<T: Clone> Sequence<T> {
    /// Adds an entry at the end.
    pub fn push_back(&mut self, entry: T) {
        let chunks = write(&mut self.chunks);
        match chunks.last_mut().filter(|chunk| chunk.len() < CHUNK_MAX) {
            Some(chunk) => make_mut(chunk).push(entry),
            None => chunks.push(Rc::new(vec![entry])),
        }
        self.len += 1;
    }
    /// Drops the first entry.
    pub fn pop_front(&mut self) {
        if self.len == 0 {
            return;
        }
        (self.gone, self.len) = (self.gone + 1, self.len - 1);
        if self.gone == CHUNK_MAX {
            self.gone = 0;
            write(&mut self.chunks).remove(0);
        }
    }
    /// Keeps the first entries only.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        self.len = len;
        let end = len + self.gone;
        let chunks = write(&mut self.chunks);
        chunks.truncate(end.div_ceil(CHUNK_MAX));
        if let Some(last) = chunks.last_mut().filter(|_| !end.is_multiple_of(CHUNK_MAX)) {
            make_mut(last).truncate(end % CHUNK_MAX);
        }
    }
}

impl<T> Index<usize> for Sequence<T> {
    type Output = T;
    fn index(&self, index: usize) -> &T {
        self.get(index).expect("a place within the sequence")
    }
}

impl<T: Clone> IndexMut<usize> for Sequence<T> {
    fn index_mut(&mut self, index: usize) -> &mut T {
        assert!(index < self.len, "a place within the sequence");
        let at = index + self.gone;
        &mut make_mut(&mut write(&mut self.chunks)[at / CHUNK_MAX])[at % CHUNK_MAX]
    }
}

impl<T: Clone> FromIterator<T> for Sequence<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut all = Sequence::default();
        entries.into_iter().for_each(|entry| all.push_back(entry));
        all
    }
}

impl<T: Hash> Hash for Sequence<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len.hash(state);
        self.iter().for_each(|entry| entry.hash(state));
    }
}
impl<T: fmt::Debug> fmt::Debug for Sequence<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_grows_at_its_end_and_loses_its_beginning() {
        let mut all: Sequence<usize> = (0..200).collect();
        let copy = all.clone();
        (0..70).for_each(|_| all.pop_front());
        all.truncate(100);
        all.push_back(7);
        all[0] = 9;
        assert_eq!((all.len(), all[0], all[1], all.last()), (101, 9, 71, Some(&7)));
        assert!(all.iter().skip(1).take(99).copied().eq(71..170));
        assert!(copy.iter().copied().eq(0..200));
        all.truncate(0);
        assert!(all.is_empty() && all.get(0).is_none());
    }
}
