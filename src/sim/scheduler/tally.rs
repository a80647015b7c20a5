//! Counts of pods by a node label, kept up to date pod by pod: what filters and scores that look beyond one node need.

use super::asked::{Asked, Term};
use super::nodes::NodeInfo;
use crate::api::{Pod, Text};
use crate::sim::persistent::Sequence;
use crate::sim::store::Store;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The place of a domain that is none: the node lacks the label.
const NOWHERE: u32 = u32::MAX;

/// How much is counted in each domain of a topology.
#[derive(Clone)]
pub struct Tally {
    /// The node label whose values are the domains.
    pub key: Text,
    /// The domain of each node.
    of_node: Rc<Vec<u32>>,
    counts: Vec<i64>,
    /// The sum of all of them.
    pub all: i64,
}

impl Tally {
    /// Nothing is counted yet.
    pub fn new(key: &Text, nodes: &Sequence<NodeInfo>) -> Tally {
        let mut domains: BTreeMap<&Text, u32> = BTreeMap::new();
        let of_node: Vec<u32> = nodes
            .iter()
            .map(|info| {
                let Some(value) = info.node.meta.labels.get(key) else { return NOWHERE };
                let next = domains.len() as u32;
                *domains.entry(value).or_insert(next)
            })
            .collect();
        let counts = vec![0; domains.len()];
        Tally { key: key.clone(), of_node: Rc::new(of_node), counts, all: 0 }
    }
    /// The domain of a node.
    pub fn domain(&self, node: usize) -> Option<usize> {
        let domain = self.of_node[node];
        (domain != NOWHERE).then_some(domain as usize)
    }
    /// How many domains there are.
    pub fn domains(&self) -> usize {
        self.counts.len()
    }
    /// What is counted in a domain.
    pub fn in_domain(&self, domain: usize) -> i64 {
        self.counts[domain]
    }
    /// What is counted in the domain of a node.
    pub fn at(&self, node: usize) -> i64 {
        self.domain(node).map_or(0, |domain| self.counts[domain])
    }
    fn add(&mut self, node: usize, amount: i64) {
        if let Some(domain) = self.domain(node) {
            self.counts[domain] += amount;
            self.all += amount;
        }
    }
}

/// What a class of pods counts of the others.
#[derive(Clone, Default)]
pub struct Tallies {
    /// For each spread constraint, the pods that it selects.
    pub spread: Vec<Tally>,
    /// For each required affinity term, the pods that answer to all of them.
    pub near: Vec<Tally>,
    /// For each required anti-affinity term, the pods that answer to it.
    pub far: Vec<Tally>,
    /// By topology, the pods that do not want one of the class near.
    pub against: Vec<Tally>,
    /// By topology, how welcome one of the class is, and how welcome to it those are that are there.
    pub wishes: Vec<Tally>,
}

impl Tallies {
    /// Nothing is counted yet.
    pub fn new(asked: &Asked, nodes: &Sequence<NodeInfo>) -> Tallies {
        let of = |terms: &[Term]| terms.iter().map(|t| Tally::new(&t.key, nodes)).collect();
        Tallies {
            spread: asked.spread.iter().map(|s| Tally::new(&s.key, nodes)).collect(),
            near: of(&asked.terms.near),
            far: of(&asked.terms.far),
            ..Tallies::default()
        }
    }
    /// Counts a pod that stays on a node, or no longer does, for the spread.
    /// Models podtopologyspread/common.go: countPodsMatchSelector.
    pub fn note_spread(&mut self, asked: &Asked, pod: &Pod, node: usize, sign: i64) {
        if pod.meta.namespace != asked.pod.meta.namespace {
            return;
        }
        for (constraint, tally) in asked.spread.iter().zip(&mut self.spread) {
            if constraint.counted[node] && constraint.counts(&pod.meta.labels) {
                tally.add(node, sign);
            }
        }
    }
    /// Counts a pod that is on a node, or no longer is, for the affinities, its own and those of the class.
    /// Models interpodaffinity/filtering.go: updateWithPod, and interpodaffinity/scoring.go: processExistingPod.
    pub fn note_terms(&mut self, asked: &Asked, at: &Place, pod: &Pod, sign: i64) {
        let own = &asked.terms;
        let answers = |term: &Term| term.answered_by(at.store, pod);
        if !own.near.is_empty() && own.near.iter().all(answers) {
            self.near.iter_mut().for_each(|tally| tally.add(at.node, sign));
        }
        for (term, tally) in own.far.iter().zip(&mut self.far) {
            if answers(term) {
                tally.add(at.node, sign);
            }
        }
        for (weight, term) in own.wishes.iter().filter(|(_, term)| answers(term)) {
            add_by_key(&mut self.wishes, term, at, sign * weight);
        }
        if !pod.spec.minds_pods() {
            return;
        }
        let theirs = super::asked::Terms::of(pod);
        let is_meant = |term: &Term| term.answered_by(at.store, &asked.pod);
        for term in theirs.far.iter().filter(|term| is_meant(term)) {
            add_by_key(&mut self.against, term, at, sign);
        }
        // Whoever must be near the class makes it a little welcome: hardPodAffinityWeight is 1.
        let hard = theirs.near.iter().map(|term| (&1, term));
        let soft = theirs.wishes.iter().map(|(weight, term)| (weight, term));
        for (weight, term) in hard.chain(soft).filter(|(_, term)| is_meant(term)) {
            add_by_key(&mut self.wishes, term, at, sign * weight);
        }
    }
}

#[cfg(debug_assertions)]
impl Tallies {
    /// All that is counted, whatever the order in which it was met.
    pub fn told(&self) -> Vec<(usize, Text, Vec<i64>)> {
        let lists = [&self.spread, &self.near, &self.far, &self.against, &self.wishes];
        let all = lists.into_iter().enumerate().flat_map(|(i, list)| list.iter().map(move |t| (i, t)));
        let some = all.filter(|(_, tally)| tally.counts.iter().any(|n| *n != 0));
        let mut told: Vec<_> = some.map(|(i, t)| (i, t.key.clone(), t.counts.clone())).collect();
        told.sort();
        told
    }
}

/// Where a pod is that is counted.
pub struct Place<'a> {
    /// The namespaces with their labels are there.
    pub store: &'a Store,
    /// All nodes.
    pub nodes: &'a Sequence<NodeInfo>,
    /// The number of its node.
    pub node: usize,
}

fn add_by_key(tallies: &mut Vec<Tally>, term: &Term, at: &Place, amount: i64) {
    let known = tallies.iter().position(|tally| tally.key == term.key);
    let place = known.unwrap_or_else(|| {
        tallies.push(Tally::new(&term.key, at.nodes));
        tallies.len() - 1
    });
    tallies[place].add(at.node, amount);
}
