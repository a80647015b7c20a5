//! InterPodAffinity: pods that want each other near or far.

use super::{Normal, Plugin, Refused, Score, any_node};
use crate::api::Pod;
use crate::sim::scheduler::asked::{Term, Terms};
use crate::sim::scheduler::class::Class;
use crate::sim::scheduler::hints::Happened;
use crate::sim::scheduler::nodes::NodeInfo;
use crate::sim::store::Store;

/// Models pkg/scheduler/framework/plugins/interpodaffinity.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "InterPodAffinity",
    filter: Some(filter),
    score: Some(Score {
        weight: 2,
        raw: |class, place, _| class.tallies.wishes.iter().map(|tally| tally.at(place)).sum(),
        normal: Normal::Range,
    }),
    looks_beyond: true,
    hint,
};

/// Models interpodaffinity/filtering.go: Filter.
fn filter(class: &Class, place: usize, _: &NodeInfo) -> Option<Refused> {
    let tallies = &class.tallies;
    if !near_enough(class, place) {
        return Refused::for_good("node(s) didn't match pod affinity rules");
    }
    if tallies.far.iter().any(|tally| tally.at(place) > 0) {
        return Refused::for_now("node(s) didn't match pod anti-affinity rules");
    }
    if tallies.against.iter().any(|tally| tally.at(place) > 0) {
        return Refused::for_now("node(s) didn't satisfy existing pods anti-affinity rules");
    }
    None
}

/// The first of its kind may be anywhere. Models filtering.go: satisfyPodAffinity.
fn near_enough(class: &Class, place: usize) -> bool {
    let near = &class.tallies.near;
    if near.iter().any(|tally| tally.domain(place).is_none()) {
        return false;
    }
    near.iter().all(|tally| tally.at(place) > 0)
        || (near.iter().all(|tally| tally.all == 0) && class.scratch.answers_itself)
}

/// Models interpodaffinity/plugin.go: isSchedulableAfterPodChange, isSchedulableAfterNodeChange.
fn hint(store: &Store, pod: &Pod, happened: &Happened) -> bool {
    let own = Terms::of(pod);
    let answers = |terms: &[Term], other: &Pod| {
        !terms.is_empty() && terms.iter().all(|term| term.answered_by(store, other))
    };
    match happened {
        Happened::Bound(other) => answers(&own.near, other),
        Happened::Gone(other) => answers(&own.far, other) || answers(&Terms::of(other).far, pod),
        Happened::Node(old, new) => {
            let key = |node: &crate::api::Node, t: &Term| node.meta.labels.get(&t.key).cloned();
            any_node(happened) && old.is_some()
                || match old {
                    None => !own.far.is_empty() || own.near.iter().any(|t| key(new, t).is_some()),
                    Some(old) => {
                        let changed = |t: &&Term| key(old, t) != key(new, t);
                        own.near.iter().filter(changed).any(|t| key(new, t).is_some())
                            || own.far.iter().filter(changed).any(|t| key(old, t).is_some())
                    }
                }
        }
        Happened::Relabelled => true,
        _ => false,
    }
}
