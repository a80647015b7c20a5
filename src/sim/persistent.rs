//! The ordered collections that the whole world is made of: a clone costs nothing, a change copies a few nodes.

use imbl::shared_ptr::RcK;

/// An ordered map.
pub type Map<K, V> = imbl::GenericOrdMap<K, V, RcK>;
/// An ordered set.
pub type Set<T> = imbl::GenericOrdSet<T, RcK>;
/// A sequence.
pub type Sequence<T> = imbl::GenericVector<T, RcK>;
