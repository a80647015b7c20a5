//! NodeAffinity: the node selector, and the nodes that a pod must have or would rather have.

use super::{Normal, Plugin, Refused, Score, any_node};
use crate::sim::scheduler::hints::Happened;

/// Models pkg/scheduler/framework/plugins/nodeaffinity.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "NodeAffinity",
    filter: Some(|class, _, info| {
        if class.asked.pod.spec.wants_node(&info.node) {
            return None;
        }
        Refused::for_good("node(s) didn't match Pod's node affinity/selector")
    }),
    score: Some(Score {
        weight: 2,
        raw: |class, _, info| {
            let preferred = class.asked.pod.spec.affinity.iter().flat_map(|a| &a.nodes.preferred);
            preferred.filter(|p| p.preference.matches(&info.node)).map(|p| p.weight).sum()
        },
        normal: Normal::Share,
    }),
    looks_beyond: false,
    hint: |_, pod, happened| match happened {
        Happened::Node(Some(old), new) => {
            any_node(happened) || (pod.spec.wants_node(new) && !pod.spec.wants_node(old))
        }
        Happened::Node(None, new) => pod.spec.wants_node(new),
        _ => false,
    },
};
