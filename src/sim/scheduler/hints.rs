//! Hints: could what has happened make room for a pod that fitted nowhere?

use super::plugins::{ALL, Bits};
use crate::api::{Node, Pod};
use crate::sim::store::Store;

/// Something that may be worth another try.
pub enum Happened<'a> {
    /// A node has come, or was changed.
    Node(Option<&'a Node>, &'a Node),
    /// A pod was bound to a node.
    Bound(&'a Pod),
    /// A pod has left its node, or has ended.
    Gone(&'a Pod),
    /// The labels of a pod on a node have changed.
    Relabelled,
    /// A volume or a claim has come, gone, or was changed.
    Volume,
    /// The pod itself was changed.
    Own,
}

/// Is another try worth it, for a pod that these plugins have refused?
/// Models pkg/scheduler/backend/queue/scheduling_queue.go: isPodWorthRequeuing.
pub fn is_worth_it(store: &Store, by: Bits, pod: &Pod, happened: &Happened) -> bool {
    let refusing = ALL.iter().enumerate().filter(|(row, _)| by & (1 << row) != 0);
    refusing.into_iter().any(|(_, plugin)| (plugin.hint)(store, pod, happened))
}
