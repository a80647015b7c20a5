//! The ordered map, and the ordered set that is made of it.

use super::{CHUNK_MAX, CHUNK_MIN, Shared, read, write};
use crate::api::make_mut;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Bound, RangeBounds};
use std::rc::Rc;

/// A place: the chunk, and the entry in it.
type Place = (usize, usize);

/// An ordered map.
#[derive(Clone)]
pub struct Map<K, V> {
    /// In order; none is empty.
    chunks: Shared<Chunk<K, V>>,
    len: usize,
}

/// A chunk, and where it begins: at its first entry or a little before, but after all entries of the one before. So it
/// is found without a look into any.
#[derive(Clone)]
struct Chunk<K, V> {
    from: K,
    entries: Rc<Vec<(K, V)>>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Map { chunks: None, len: 0 }
    }
}

impl<K, V> Map<K, V> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The first entry.
    pub fn get_min(&self) -> Option<&(K, V)> {
        read(&self.chunks).first()?.entries.first()
    }
    /// The last entry.
    pub fn get_max(&self) -> Option<&(K, V)> {
        read(&self.chunks).last()?.entries.last()
    }
    /// All entries, in order.
    pub fn iter(&self) -> Entries<'_, K, V> {
        let chunks = read(&self.chunks);
        Entries { chunks, from: (0, 0), to: (chunks.len(), 0) }
    }
    /// All keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }
    /// All values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K, V> Map<K, V> {
    /// The last chunk that begins with such a key; the first one if none does.
    fn chunk(&self, begins: impl Fn(&K) -> bool) -> usize {
        // What is asked for most often is what is newest, and that stands at the end.
        let chunks = read(&self.chunks);
        let last = chunks.len().saturating_sub(1);
        let begins = |chunk: &Chunk<K, V>| begins(&chunk.from);
        if chunks.last().is_some_and(&begins) {
            return last;
        }
        chunks[..last].partition_point(begins).saturating_sub(1)
    }
    /// The first place whose key does not come before what is looked for.
    fn first(&self, before: impl Fn(&K) -> bool) -> Place {
        let at = self.chunk(&before);
        let place = |chunk: &Chunk<K, V>| chunk.entries.partition_point(|(key, _)| before(key));
        (at, read(&self.chunks).get(at).map_or(0, place))
    }
    /// The value whose key is equal to what is looked for. No key need be made to look for it.
    pub fn find(&self, compare: impl Fn(&K) -> Ordering) -> Option<&V> {
        let (chunks, from) = (read(&self.chunks), self.first(|key| compare(key).is_lt()));
        let mut rest = Entries { chunks, from, to: (chunks.len(), 0) };
        rest.next().filter(|(key, _)| compare(key).is_eq()).map(|(_, value)| value)
    }
    /// The entries whose keys are equal to what is looked for, in order.
    pub fn equal(&self, compare: impl Fn(&K) -> Ordering) -> Entries<'_, K, V> {
        let from = self.first(|key| compare(key).is_lt());
        let to = self.first(|key| compare(key).is_le());
        Entries { chunks: read(&self.chunks), from, to: to.max(from) }
    }
}

impl<K: Ord, V> Map<K, V> {
    /// Where a key is, or else would be.
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let at = self.chunk(|first| first.borrow() <= key);
        let Some(chunk) = read(&self.chunks).get(at) else { return Err((0, 0)) };
        let found = chunk.entries.binary_search_by(|(k, _)| k.borrow().cmp(key));
        found.map(|i| (at, i)).map_err(|i| (at, i))
    }
    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (at, i) = self.place(key).ok()?;
        Some(&read(&self.chunks)[at].entries[i].1)
    }
    /// Is the key there?
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }
    /// The entries with keys in that range, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Entries<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let place = |key: &Q| self.place(key);
        let after = |(at, i): Place| (at, i + 1);
        let from = match range.start_bound() {
            Bound::Included(key) => place(key).unwrap_or_else(|p| p),
            Bound::Excluded(key) => place(key).map(after).unwrap_or_else(|p| p),
            Bound::Unbounded => (0, 0),
        };
        let to = match range.end_bound() {
            Bound::Included(key) => place(key).map(after).unwrap_or_else(|p| p),
            Bound::Excluded(key) => place(key).unwrap_or_else(|p| p),
            Bound::Unbounded => (read(&self.chunks).len(), 0),
        };
        Entries { chunks: read(&self.chunks), from, to: to.max(from) }
    }
}

impl<K: Ord + Clone, V: Clone> Map<K, V> {
    /// The value of a key, to be written.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (at, i) = self.place(key).ok()?;
        Some(&mut self.chunk_mut(at)[i].1)
    }
    /// The value of a key, to be written; the default where there is none.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let (at, i) = match self.place(&key) {
            Ok(place) => place,
            Err(_) => {
                self.insert(key.clone(), V::default());
                self.place(&key).expect("just inserted")
            }
        };
        &mut self.chunk_mut(at)[i].1
    }
    fn chunk_mut(&mut self, at: usize) -> &mut Vec<(K, V)> {
        make_mut(&mut write(&mut self.chunks)[at].entries)
    }
    /// Sets the value of a key; returns the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let (mut at, mut i) = match self.place(&key) {
            Ok((at, i)) => return Some(std::mem::replace(&mut self.chunk_mut(at)[i].1, value)),
            Err(place) => place,
        };
        self.len += 1;
        let chunks = write(&mut self.chunks);
        let Some(chunk) = chunks.get_mut(at) else {
            chunks.push(Chunk { from: key.clone(), entries: Rc::new(vec![(key, value)]) });
            return None;
        };
        if chunk.entries.len() == CHUNK_MAX {
            // What grows at its end leaves full chunks behind; anywhere else the two halves have room.
            let cut = if i == CHUNK_MAX { i } else { CHUNK_MAX / 2 };
            let rest = make_mut(&mut chunk.entries).split_off(cut);
            let from = rest.first().map_or(&key, |(key, _)| key).clone();
            chunks.insert(at + 1, Chunk { from, entries: Rc::new(rest) });
            if i >= cut {
                (at, i) = (at + 1, i - cut);
            }
        }
        let chunk = &mut chunks[at];
        if i == 0 {
            chunk.from = key.clone();
        }
        make_mut(&mut chunk.entries).insert(i, (key, value));
        None
    }
    /// Takes an entry out; returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (at, i) = self.place(key).ok()?;
        self.len -= 1;
        let chunks = write(&mut self.chunks);
        let chunk = make_mut(&mut chunks[at].entries);
        let (_, value) = chunk.remove(i);
        let left = chunk.len();
        let next = chunks.get(at + 1).map_or(CHUNK_MAX, |next| next.entries.len());
        if left == 0 {
            chunks.remove(at);
        } else if left < CHUNK_MIN && left + next <= CHUNK_MAX / 2 {
            let next = Rc::unwrap_or_clone(chunks.remove(at + 1).entries);
            make_mut(&mut chunks[at].entries).extend(next);
        }
        Some(value)
    }
}

/// Entries of a map, in order.
pub struct Entries<'a, K, V> {
    chunks: &'a [Chunk<K, V>],
    from: Place,
    to: Place,
}

impl<'a, K, V> Iterator for Entries<'a, K, V> {
    type Item = (&'a K, &'a V);
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.from >= self.to {
                return None;
            }
            let (at, i) = self.from;
            if let Some((key, value)) = self.chunks[at].entries.get(i) {
                self.from = (at, i + 1);
                return Some((key, value));
            }
            self.from = (at + 1, 0);
        }
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        let whole: usize = self.chunks[self.from.0..self.to.0].iter().map(|chunk| chunk.entries.len()).sum();
        let left = whole + self.to.1 - self.from.1;
        (left, Some(left))
    }
}

impl<K, V> ExactSizeIterator for Entries<'_, K, V> {}

impl<K, V> DoubleEndedIterator for Entries<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            if self.from >= self.to {
                return None;
            }
            let (at, i) = self.to;
            self.to = match i.checked_sub(1) {
                Some(i) => (at, i),
                None => (at.checked_sub(1)?, self.chunks[at - 1].entries.len()),
            };
            if i > 0 && self.from <= self.to {
                let (key, value) = &self.chunks[at].entries[i - 1];
                return Some((key, value));
            }
        }
    }
}

/// An ordered set.
#[derive(Clone)]
pub struct Set<T>(Map<T, ()>);

impl<T> Default for Set<T> {
    fn default() -> Self {
        Set(Map::default())
    }
}

impl<T: Ord> Set<T> {
    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len
    }
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Is it a member?
    pub fn contains<Q: Ord + ?Sized>(&self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(member)
    }
    /// All members, in order.
    pub fn iter(&self) -> Members<'_, T> {
        Members(self.0.iter())
    }
    /// The first member.
    pub fn get_min(&self) -> Option<&T> {
        self.0.get_min().map(|(member, ())| member)
    }
    /// The members in that range, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Members<'_, T>
    where
        T: Borrow<Q>,
    {
        Members(self.0.range(range))
    }
}

impl<T: Ord + Clone> Set<T> {
    /// Makes it a member.
    pub fn insert(&mut self, member: T) {
        self.0.insert(member, ());
    }
    /// Makes it no member; was it one?
    pub fn remove<Q: Ord + ?Sized>(&mut self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.remove(member).is_some()
    }
}

/// Members of a set, in order.
pub struct Members<'a, T>(Entries<'a, T, ()>);

impl<'a, T> Iterator for Members<'a, T> {
    type Item = &'a T;
    fn next(&mut self) -> Option<&'a T> {
        self.0.next().map(|(member, ())| member)
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
impl<T> DoubleEndedIterator for Members<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(member, ())| member)
    }
}
impl<T> ExactSizeIterator for Members<'_, T> {}

impl<K: Hash, V: Hash> Hash for Map<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len.hash(state);
        self.iter().for_each(|entry| entry.hash(state));
    }
}
impl<T: Hash> Hash for Set<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Every operation against the standard map, with copies that must stay as they were.
    #[test]
    fn a_map_is_an_ordered_map_and_its_copies_stay() {
        let (mut ours, mut theirs) = (Map::default(), BTreeMap::new());
        let mut copies = Vec::new();
        let mut draw = 1u64;
        for turn in 0..6_000u64 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = (draw >> 33) % 700;
            // It grows, shrinks nearly to nothing, and grows again.
            if (draw >> 20) % 10 < if turn / 1_500 % 2 == 0 { 7 } else { 2 } {
                assert_eq!(ours.insert(key, turn), theirs.insert(key, turn));
            } else {
                assert_eq!(ours.remove(&key), theirs.remove(&key));
            }
            assert_eq!(ours.len(), theirs.len());
            assert_eq!(ours.get(&key), theirs.get(&key));
            if turn % 100 == 0 {
                let (low, high) = (key / 2, key);
                assert!(ours.iter().eq(theirs.iter()));
                assert!(ours.iter().rev().eq(theirs.iter().rev()));
                assert!(ours.range(low..high).eq(theirs.range(low..high)));
                let among = |k: &u64| {
                    if *k < low {
                        Ordering::Less
                    } else if *k < high {
                        Ordering::Equal
                    } else {
                        Ordering::Greater
                    }
                };
                assert!(ours.equal(among).eq(theirs.range(low..high)));
                assert_eq!(ours.range(low..high).len(), theirs.range(low..high).count());
                assert!(ours.range(..=high).rev().eq(theirs.range(..=high).rev()));
                assert!(ours.range(high..).rev().eq(theirs.range(high..).rev()));
                copies.push((ours.clone(), theirs.clone()));
            }
        }
        for (ours, theirs) in copies {
            assert!(ours.iter().eq(theirs.iter()));
            assert_eq!(ours.get_min().map(|(k, _)| k), theirs.keys().next());
            assert_eq!(ours.get_max().map(|(k, _)| k), theirs.keys().next_back());
        }
    }
}
