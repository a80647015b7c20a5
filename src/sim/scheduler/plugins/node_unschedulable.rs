//! NodeUnschedulable: a node that was cordoned takes no new pods.

use super::{Plugin, Refused};
use crate::api::{Effect, Pod, Taint, Text};
use crate::sim::scheduler::hints::Happened;

/// Models pkg/scheduler/framework/plugins/nodeunschedulable.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "NodeUnschedulable",
    filter: Some(|class, _, info| {
        if !info.node.spec.unschedulable || tolerates(&class.asked.pod) {
            return None;
        }
        Refused::for_good("node(s) were unschedulable")
    }),
    score: None,
    looks_beyond: false,
    hint: |_, pod, happened| match happened {
        Happened::Node(old, new) => !new.spec.unschedulable && old.is_none_or(|old| old.spec.unschedulable),
        Happened::Own => tolerates(pod),
        _ => false,
    },
};

fn tolerates(pod: &Pod) -> bool {
    let cordoned = Taint {
        key: "node.kubernetes.io/unschedulable".into(),
        value: Text::default(),
        effect: Effect::NoSchedule,
    };
    pod.spec.tolerations.iter().any(|t| t.tolerates(&cordoned))
}
