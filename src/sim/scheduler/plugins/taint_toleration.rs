//! TaintToleration: taints that the pod does not tolerate repel it, or make the node less welcome.

use super::{Normal, Plugin, Refused, Score};
use crate::api::{Effect, Node, Pod, Taint};
use crate::sim::scheduler::hints::Happened;

/// Models pkg/scheduler/framework/plugins/tainttoleration.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "TaintToleration",
    filter: Some(|class, _, info| {
        repelled(&class.asked.pod, &info.node)
            .and_then(|_| Refused::for_good("node(s) had untolerated taint(s)"))
    }),
    score: Some(Score {
        weight: 3,
        raw: |class, _, info| untolerated(&class.asked.pod, &info.node, true).count() as i64,
        normal: Normal::Reversed,
    }),
    looks_beyond: false,
    hint: |_, pod, happened| match happened {
        Happened::Node(old, new) => {
            repelled(pod, new).is_none() && old.is_none_or(|old| repelled(pod, old).is_some())
        }
        Happened::Own => true,
        _ => false,
    },
};

/// The first taint that keeps the pod off the node.
pub(in crate::sim::scheduler) fn repelled<'a>(pod: &'a Pod, node: &'a Node) -> Option<&'a Taint> {
    untolerated(pod, node, false).next()
}

fn untolerated<'a>(pod: &'a Pod, node: &'a Node, soft: bool) -> impl Iterator<Item = &'a Taint> {
    let taints = node.spec.taints.iter();
    taints.filter(move |t| {
        (t.effect == Effect::PreferNoSchedule) == soft
            && !pod.spec.tolerations.iter().any(|own| own.tolerates(t))
    })
}
