//! NodePorts: two pods of a node cannot have the same port of the node.

use super::{Plugin, Refused, any_node};
use crate::sim::scheduler::hints::Happened;
use crate::sim::scheduler::nodes::{HostPort, host_ports};

/// Models pkg/scheduler/framework/plugins/nodeports.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "NodePorts",
    filter: Some(|class, _, info| {
        let taken = |port: &HostPort| info.ports.iter().any(|other| conflict(port, other));
        if !class.asked.ports.iter().any(taken) {
            return None;
        }
        Refused::for_now("node(s) didn't have free ports for the requested pod ports")
    }),
    score: None,
    looks_beyond: false,
    hint: |_, pod, happened| match happened {
        Happened::Gone(gone) => {
            let freed: Vec<HostPort> = host_ports(gone).collect();
            host_ports(pod).any(|port| freed.iter().any(|other| conflict(&port, other)))
        }
        _ => any_node(happened),
    },
};

/// Models kube-scheduler framework: HostPortInfo.CheckConflict.
fn conflict(a: &HostPort, b: &HostPort) -> bool {
    a.0 == b.0 && a.2 == b.2 && (a.1 == b.1 || a.1.is_empty() || b.1.is_empty())
}
