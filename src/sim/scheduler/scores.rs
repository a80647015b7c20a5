//! Scores: of the nodes that are feasible, which is best? Each is one function here and one row in [`ALL`].

use super::NodeInfo;
use crate::api::{Effect, Pod, Resources};

/// A score.
pub struct Score {
    /// The plugin's name.
    pub name: &'static str,
    /// Its weight.
    pub weight: i64,
    /// From 0 to 100.
    pub score: fn(&Pod, &Resources, &NodeInfo) -> i64,
}

/// All scores. Models pkg/scheduler/apis/config/v1/default_plugins.go.
pub static ALL: &[Score] = &[
    Score { name: "TaintToleration", weight: 3, score: taint_toleration },
    Score { name: "NodeResourcesFit", weight: 1, score: least_allocated },
    Score { name: "NodeResourcesBalancedAllocation", weight: 1, score: balanced_allocation },
];

/// The weighted sum.
pub fn total(pod: &Pod, request: &Resources, info: &NodeInfo) -> i64 {
    ALL.iter().map(|s| s.weight * (s.score)(pod, request, info)).sum()
}

/// A pod that asks for nothing still counts for a little, so that such pods spread too.
/// Models pkg/scheduler/util/pod_resources.go: DefaultMilliCPURequest, DefaultMemoryRequest.
pub fn weighed(request: Resources) -> Resources {
    let or = |n: i64, least: i64| if n == 0 { least } else { n };
    Resources {
        cpu_millis: or(request.cpu_millis, 100),
        memory: or(request.memory, 200 << 20),
        pods: request.pods,
    }
}

/// Fewer taints that the pod would rather avoid are better.
fn taint_toleration(pod: &Pod, _: &Resources, info: &NodeInfo) -> i64 {
    let taints = info.node.spec.taints.iter().filter(|t| t.effect == Effect::PreferNoSchedule);
    let disliked = taints.filter(|t| !pod.spec.tolerations.iter().any(|own| own.tolerates(t))).count();
    (100 - 50 * disliked as i64).max(0)
}

/// More room left is better. Models noderesources/least_allocated.go: leastResourceScorer.
fn least_allocated(_: &Pod, request: &Resources, info: &NodeInfo) -> i64 {
    let (has, used, asks) = (&info.node.allocatable, &info.weighed, weighed(*request));
    let left = |has: i64, used: i64| {
        if has == 0 || used > has { 0 } else { (has - used) * 100 / has }
    };
    (left(has.cpu_millis, used.cpu_millis + asks.cpu_millis) + left(has.memory, used.memory + asks.memory))
        / 2
}

/// Equal shares of cpu and memory are better: 100 less the deviation of the two shares from each other.
/// Models noderesources/balanced_allocation.go: balancedResourceScorer.
fn balanced_allocation(_: &Pod, request: &Resources, info: &NodeInfo) -> i64 {
    let (has, used) = (&info.node.allocatable, &info.load);
    if has.cpu_millis == 0 || has.memory == 0 {
        return 0;
    }
    // In thousandths and whole numbers, so that every machine agrees to the last bit.
    let share = |used: i64, has: i64| (used.saturating_mul(1000) / has).min(1000);
    let cpu = share(used.cpu_millis + request.cpu_millis, has.cpu_millis);
    let memory = share(used.memory + request.memory, has.memory);
    100 - (cpu - memory).abs() / 2 / 10
}
