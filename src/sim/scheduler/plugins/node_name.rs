//! NodeName: a pod that names its node goes nowhere else.

use super::{Plugin, Refused, any_node};

/// Models pkg/scheduler/framework/plugins/nodename.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "NodeName",
    filter: Some(|class, _, info| {
        let name = &class.asked.pod.spec.node_name;
        if name.is_empty() || *name == info.node.meta.name {
            return None;
        }
        Refused::for_good("node(s) didn't match the requested node name")
    }),
    score: None,
    looks_beyond: false,
    hint: |_, _, happened| any_node(happened),
};
