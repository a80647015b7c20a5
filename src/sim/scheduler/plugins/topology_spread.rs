//! PodTopologySpread: pods of a kind are spread evenly over the domains of a topology.

use super::{Normal, Plugin, Refused, Score};
use crate::api::{Node, Pod, WhenUnsatisfiable};
use crate::sim::scheduler::asked::HOSTNAME;
use crate::sim::scheduler::class::Class;
use crate::sim::scheduler::hints::Happened;
use crate::sim::scheduler::nodes::NodeInfo;

/// Models pkg/scheduler/framework/plugins/podtopologyspread.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "PodTopologySpread",
    filter: Some(filter),
    score: Some(Score { weight: 2, raw: score, normal: Normal::Spread }),
    looks_beyond: true,
    hint: |_, pod, happened| match happened {
        Happened::Bound(other) | Happened::Gone(other) => is_counted(pod, other),
        Happened::Node(old, new) => {
            let has_all = |node: &Node| hard(pod).all(|key| node.meta.labels.get(key).is_some());
            let moved =
                |old: &Node| hard(pod).any(|key| old.meta.labels.get(key) != new.meta.labels.get(key));
            old.is_none_or(|old| {
                has_all(old) != has_all(new)
                    || (has_all(new) && (moved(old) || old.spec.taints != new.spec.taints))
            })
        }
        Happened::Relabelled => true,
        Happened::Own => pod.spec.topology_spread.iter().any(|c| c.node_taints_policy == "Honor"),
        _ => false,
    },
};

fn hard(pod: &Pod) -> impl Iterator<Item = &str> {
    let all = pod.spec.topology_spread.iter().filter(|c| c.when == WhenUnsatisfiable::DoNotSchedule);
    all.map(|c| c.topology_key.as_str())
}

fn is_counted(pod: &Pod, other: &Pod) -> bool {
    let selects = |s: &crate::api::Selector| s.matches(&other.meta.labels);
    other.meta.namespace == pod.meta.namespace
        && pod.spec.topology_spread.iter().any(|c| c.selector.as_ref().is_some_and(selects))
}

/// Models podtopologyspread/filtering.go: Filter.
fn filter(class: &Class, place: usize, _: &NodeInfo) -> Option<Refused> {
    let all = class.asked.spread.iter().zip(&class.tallies.spread).enumerate();
    for (i, (constraint, tally)) in all.filter(|(_, (c, _))| c.hard) {
        let Some(domain) = tally.domain(place) else {
            return Refused::for_good(
                "node(s) didn't match pod topology spread constraints (missing required label)",
            );
        };
        if tally.in_domain(domain) + constraint.itself - least(class, i) > constraint.skew {
            return Refused::for_now("node(s) didn't match pod topology spread constraints");
        }
    }
    None
}

/// The least count of all domains that a counted node is in.
/// Models filtering.go: calPreFilterState, minMatchNum.
pub(in crate::sim::scheduler) fn least(class: &Class, constraint: usize) -> i64 {
    let (spread, tally) = (&class.asked.spread[constraint], &class.tallies.spread[constraint]);
    if let Some(known) = class.scratch.least.get(constraint) {
        return *known;
    }
    let mut seen = vec![false; tally.domains()];
    for place in (0..spread.counted.len()).filter(|place| spread.counted[*place]) {
        if let Some(domain) = tally.domain(place) {
            seen[domain] = true;
        }
    }
    let domains = || (0..seen.len()).filter(|domain| seen[*domain]);
    if domains().count() < spread.min_domains {
        return if domains().next().is_none() { i64::from(i32::MAX) } else { 0 };
    }
    domains().map(|domain| tally.in_domain(domain)).min().unwrap_or(i64::from(i32::MAX))
}

/// How much each constraint weighs: the more domains the nodes have, the more.
/// Models podtopologyspread/scoring.go: initPreScoreState.
pub(in crate::sim::scheduler) fn prepare(class: &mut Class, nodes: &[usize]) {
    let scored = match class.asked.whole {
        true => nodes.iter().filter(|place| !is_ignored(class, **place)).count(),
        false => nodes.len(),
    };
    let size = |i: usize| {
        let tally = &class.tallies.spread[i];
        if class.asked.spread[i].key == HOSTNAME || tally.domains() == 0 {
            return scored;
        }
        let mut seen = vec![false; tally.domains()];
        nodes.iter().filter_map(|place| tally.domain(*place)).for_each(|domain| seen[domain] = true);
        // A node without the label is a domain of its own, with an empty name.
        let nameless = nodes.iter().any(|p| tally.domain(*p).is_none()) && !class.asked.whole;
        seen.iter().filter(|s| **s).count() + usize::from(nameless)
    };
    let weights = (0..class.asked.spread.len()).map(|i| ln(size(i) + 2)).collect();
    class.scratch.weights = weights;
}

fn is_ignored(class: &Class, place: usize) -> bool {
    let lacks = |i: usize| !class.asked.spread[i].hard && class.tallies.spread[i].domain(place).is_none();
    class.asked.whole && (0..class.asked.spread.len()).any(lacks)
}

/// Models scoring.go: Score.
fn score(class: &Class, place: usize, _: &NodeInfo) -> i64 {
    if is_ignored(class, place) {
        return -1;
    }
    let mut sum = 0.0;
    for (i, constraint) in class.asked.spread.iter().enumerate().filter(|(_, c)| !c.hard) {
        if let Some(domain) = class.tallies.spread[i].domain(place) {
            let count = class.tallies.spread[i].in_domain(domain);
            sum += count as f64 * class.scratch.weights[i] + (constraint.skew - 1) as f64;
        }
    }
    sum.round() as i64
}

/// The natural logarithm, by sums and products alone, which are the same on every machine.
fn ln(n: usize) -> f64 {
    let doublings = n.max(1).ilog2();
    let rest = n as f64 / (1u64 << doublings) as f64;
    let x = (rest - 1.0) / (rest + 1.0);
    let (mut sum, mut power) = (0.0, x);
    for odd in (1..40).step_by(2) {
        sum += power / f64::from(odd);
        power *= x * x;
    }
    2.0 * sum + f64::from(doublings) * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_logarithm_is_one() {
        for n in [1, 2, 3, 5, 100, 102, 5_002] {
            assert!((super::ln(n) - (n as f64).ln()).abs() < 1e-12, "{n}");
        }
    }
}
