//! What came of the last attempt to place each pod: every node's verdict and scores, kept for "why this node?".

use super::class::Scores;
use super::plugins::Refused;
use crate::api::{Text, Time, Uid};
use crate::sim::persistent::{Map, Sequence};
use std::rc::Rc;

/// Of so many pods the last attempt is remembered, and of each so many nodes.
const PODS_MAX: usize = 500;
const NODES_MAX: usize = 40;

/// A node's verdict and scores.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Verdict {
    /// The place of the node among all nodes.
    pub place: u32,
    /// Why it was refused; none: it was feasible.
    pub refused: Option<Rc<Refused>>,
    /// Its scores; all zero if it was refused.
    pub scores: Scores,
}

/// An attempt to place a pod.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Attempt {
    /// When.
    pub at: Time,
    /// The node that was chosen; empty: none.
    pub chosen: Text,
    /// How many nodes there were.
    pub nodes: usize,
    /// What was found of them, the chosen one first, then others that were feasible.
    pub verdicts: Vec<Verdict>,
}

impl Attempt {
    /// An attempt with the verdicts of as many nodes as are kept, the chosen one among them.
    pub fn new(
        at: Time,
        chosen: Text,
        nodes: usize,
        first: Option<Verdict>,
        others: impl Iterator<Item = Verdict>,
    ) -> Attempt {
        let mut verdicts = Vec::with_capacity(nodes.min(NODES_MAX));
        verdicts.extend(first);
        verdicts.extend(others.take(NODES_MAX - 1));
        Attempt { at, chosen, nodes, verdicts }
    }
}

/// The last attempts, by pod.
#[derive(Clone, Default, Hash)]
pub struct Attempts {
    by_pod: Map<Uid, Rc<Attempt>>,
    order: Sequence<Uid>,
}

impl Attempts {
    /// Remembers an attempt.
    pub fn note(&mut self, pod: Uid, attempt: Attempt) {
        if self.by_pod.insert(pod, Rc::new(attempt)).is_some() {
            return;
        }
        self.order.push_back(pod);
        if self.order.len() > PODS_MAX {
            self.by_pod.remove(&self.order[0].clone());
            self.order.pop_front();
        }
    }
    /// The nodes have other places now.
    pub fn forget(&mut self) {
        *self = Attempts::default();
    }
    /// The last attempt to place a pod.
    pub fn of(&self, pod: Uid) -> Option<&Attempt> {
        self.by_pod.get(&pod).map(|attempt| &**attempt)
    }
}
