//! Filters: may this pod be on this node? Each is one function here and one row in [`ALL`].

use super::NodeInfo;
use crate::api::{Effect, Pod, Resources, Taint, Text};

/// Why a node was refused.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Refused {
    /// The filter that refused it.
    pub by: &'static str,
    /// The reasons, in the scheduler's own words.
    pub reasons: Vec<Text>,
    /// Would it be refused even if all other pods were gone?
    pub unresolvable: bool,
}

/// A filter.
pub struct Filter {
    /// The plugin's name.
    pub name: &'static str,
    /// Why the node is refused; none: it is not.
    pub check: fn(&Pod, &Resources, &NodeInfo) -> Option<Refused>,
}

/// All filters, in the order in which they are asked. Models pkg/scheduler/apis/config/v1/default_plugins.go.
pub static ALL: &[Filter] = &[
    Filter { name: "NodeUnschedulable", check: node_unschedulable },
    Filter { name: "NodeName", check: node_name },
    Filter { name: "TaintToleration", check: taint_toleration },
    Filter { name: "NodeAffinity", check: node_affinity },
    Filter { name: "NodeResourcesFit", check: node_resources_fit },
];

/// The first filter's refusal, as the scheduler stops there.
pub fn first_refusal(pod: &Pod, request: &Resources, info: &NodeInfo) -> Option<Refused> {
    ALL.iter().find_map(|filter| {
        let refused = (filter.check)(pod, request, info)?;
        Some(Refused { by: filter.name, ..refused })
    })
}

fn unresolvable(reason: &'static str) -> Option<Refused> {
    Some(Refused { by: "", reasons: vec![reason.into()], unresolvable: true })
}

/// Models pkg/scheduler/framework/plugins/nodeunschedulable.
fn node_unschedulable(pod: &Pod, _: &Resources, info: &NodeInfo) -> Option<Refused> {
    let cordoned = Taint {
        key: "node.kubernetes.io/unschedulable".into(),
        value: Text::default(),
        effect: Effect::NoSchedule,
    };
    if !info.node.spec.unschedulable || pod.spec.tolerations.iter().any(|t| t.tolerates(&cordoned)) {
        return None;
    }
    unresolvable("node(s) were unschedulable")
}

/// Models pkg/scheduler/framework/plugins/nodename.
fn node_name(pod: &Pod, _: &Resources, info: &NodeInfo) -> Option<Refused> {
    if pod.spec.node_name.is_empty() || pod.spec.node_name == info.node.meta.name {
        return None;
    }
    unresolvable("node(s) didn't match the requested node name")
}

/// Models pkg/scheduler/framework/plugins/tainttoleration.
fn taint_toleration(pod: &Pod, _: &Resources, info: &NodeInfo) -> Option<Refused> {
    let mut taints = info.node.spec.taints.iter();
    let repels = |t: &&Taint| {
        t.effect != Effect::PreferNoSchedule && !pod.spec.tolerations.iter().any(|own| own.tolerates(t))
    };
    taints.find(repels).and_then(|_| unresolvable("node(s) had untolerated taint(s)"))
}

/// Models pkg/scheduler/framework/plugins/nodeaffinity, as far as the node selector goes.
fn node_affinity(pod: &Pod, _: &Resources, info: &NodeInfo) -> Option<Refused> {
    let labels = &info.node.meta.labels;
    let fits = pod.spec.node_selector.0.iter().all(|(k, v)| labels.get(k) == Some(v));
    if fits {
        return None;
    }
    unresolvable("node(s) didn't match Pod's node affinity/selector")
}

/// Models pkg/scheduler/framework/plugins/noderesources/fit.go: fitsRequest.
fn node_resources_fit(_: &Pod, request: &Resources, info: &NodeInfo) -> Option<Refused> {
    let (has, used) = (&info.node.allocatable, &info.load);
    let mut reasons: Vec<Text> = Vec::new();
    let mut unresolvable = false;
    if used.pods + 1 > has.pods {
        reasons.push("Too many pods".into());
    }
    for (want, used, has, reason) in [
        (request.cpu_millis, used.cpu_millis, has.cpu_millis, "Insufficient cpu"),
        (request.memory, used.memory, has.memory, "Insufficient memory"),
    ] {
        if want > 0 && want > has - used {
            reasons.push(reason.into());
            // More than the whole node has: no preemption will ever help.
            unresolvable |= want > has;
        }
    }
    (!reasons.is_empty()).then_some(Refused { by: "", reasons, unresolvable })
}
