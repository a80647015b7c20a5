//! NodeResourcesFit: a node must have left what the pod asks for; the more is left, the better.

use super::{Normal, Plugin, Refused, SCORE_MAX, Score, any_node};
use crate::api::{Node, Pod, Text};
use crate::sim::scheduler::class::Class;
use crate::sim::scheduler::hints::Happened;
use crate::sim::scheduler::nodes::NodeInfo;

/// Models pkg/scheduler/framework/plugins/noderesources/fit.go.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "NodeResourcesFit",
    filter: Some(fits),
    score: Some(Score { weight: 1, raw: least_allocated, normal: Normal::Is }),
    looks_beyond: false,
    hint: |_, pod, happened| match happened {
        Happened::Gone(_) => true,
        Happened::Node(old, new) => {
            let grew = old.is_none_or(|old| old.allocatable != new.allocatable || old.others != new.others);
            (grew && could_hold(pod, new)) || any_node(happened) && old.is_some()
        }
        _ => false,
    },
};

/// Models fit.go: fitsRequest.
fn fits(class: &Class, _: usize, info: &NodeInfo) -> Option<Refused> {
    let (request, has, used) = (&class.asked.request, &info.node.allocatable, &info.load);
    let mut reasons: Vec<Text> = Vec::new();
    let mut unresolvable = false;
    if used.pods + 1 > has.pods {
        reasons.push("Too many pods".into());
    }
    let mut check = |want: i64, used: i64, has: i64, reason: &dyn Fn() -> Text| {
        if want > 0 && want > has - used {
            reasons.push(reason());
            // More than the whole node has: no preemption will ever help.
            unresolvable |= want > has;
        }
    };
    check(request.cpu_millis, used.cpu_millis, has.cpu_millis, &|| "Insufficient cpu".into());
    check(request.memory, used.memory, has.memory, &|| "Insufficient memory".into());
    for (name, want) in &class.asked.others {
        let used = info.others.iter().find(|(known, _)| known == name).map_or(0, |(_, used)| *used);
        check(*want, used, info.node.offers(name), &|| format!("Insufficient {name}").into());
    }
    (!reasons.is_empty()).then_some(Refused { by: "", reasons, unresolvable })
}

/// Could the node hold the pod if it were empty? Models fit.go: isFit.
fn could_hold(pod: &Pod, node: &Node) -> bool {
    let (request, has) = (pod.spec.requests(), &node.allocatable);
    request.cpu_millis <= has.cpu_millis
        && request.memory <= has.memory
        && pod.spec.other_requests().iter().all(|(name, want)| *want <= node.offers(name))
}

/// Models noderesources/least_allocated.go: leastResourceScorer.
fn least_allocated(class: &Class, _: usize, info: &NodeInfo) -> i64 {
    let (asks, has, used) = (&class.asked.weighed, &info.node.allocatable, &info.weighed);
    let (mut sum, mut weights) = (0, 0);
    for (has, used) in
        [(has.cpu_millis, used.cpu_millis + asks.cpu_millis), (has.memory, used.memory + asks.memory)]
    {
        if has > 0 {
            sum += (has - used).max(0) * SCORE_MAX / has;
            weights += 1;
        }
    }
    if weights == 0 { 0 } else { sum / weights }
}
