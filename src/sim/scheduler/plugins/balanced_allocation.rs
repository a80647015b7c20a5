//! NodeResourcesBalancedAllocation: a node whose cpu and memory are used to the same part is better.

use super::{Normal, Plugin, SCORE_MAX, Score};
use crate::api::Resources;
use crate::sim::scheduler::class::Class;
use crate::sim::scheduler::nodes::NodeInfo;

/// Models pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "NodeResourcesBalancedAllocation",
    filter: None,
    score: Some(Score { weight: 1, raw: balance, normal: Normal::Is }),
    looks_beyond: false,
    hint: |_, _, _| false,
};

/// By how much the pod would better the balance. Models balanced_allocation.go: balancedResourceScorer.
fn balance(class: &Class, _: usize, info: &NodeInfo) -> i64 {
    let (request, has, used) = (&class.asked.request, &info.node.allocatable, &info.load);
    if request.cpu_millis == 0 && request.memory == 0 {
        return 0;
    }
    let with = Resources {
        cpu_millis: used.cpu_millis + request.cpu_millis,
        memory: used.memory + request.memory,
        pods: 0,
    };
    SCORE_MAX / 2 + (SCORE_MAX / 2 + evenness(&with, has) - evenness(used, has)) / 2
}

/// 100 less the deviation of the two parts from each other, in hundredths. Sums and quotients of floats are the same on
/// every machine. Models balanced_allocation.go: balancedResourceScore.
fn evenness(used: &Resources, has: &Resources) -> i64 {
    if has.cpu_millis == 0 || has.memory == 0 {
        return SCORE_MAX;
    }
    let part = |used: i64, has: i64| (used as f64 / has as f64).min(1.0);
    let deviation = (part(used.cpu_millis, has.cpu_millis) - part(used.memory, has.memory)).abs() / 2.0;
    ((1.0 - deviation) * SCORE_MAX as f64) as i64
}
