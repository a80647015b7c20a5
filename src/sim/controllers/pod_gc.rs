//! The pod garbage collector: pods of nodes that are no more, and pods that nobody will ever end.
//!
//! Models pkg/controller/podgc/gc_controller.go.

use super::{Controller, Wakes};
use crate::api::*;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "pod-garbage-collector",
    source: "pod-garbage-collector-controller",
    kinds: &[Kind::Node, Kind::Pod],
    watches,
    reconcile,
};

/// How often it looks.
const EVERY: Span = Span::secs(20);
/// A node must have been gone for so long.
const QUARANTINE: Span = Span::secs(40);
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match &change.new {
        Object::Node(node) if change.verb == Verb::Deleted => {
            store.pods_on(&node.meta.name).for_each(|pod| wakes.after(pod.meta.uid, QUARANTINE));
        }
        Object::Node(node) if is_out_of_service(node) => {
            store.pods_on(&node.meta.name).for_each(|pod| wakes.now(pod.meta.uid));
        }
        _ if change.verb == Verb::Deleted => {}
        Object::Pod(pod) if pod.node.is_empty() && pod.meta.is_terminating() => wakes.now(pod.meta.uid),
        Object::Pod(pod) if !pod.node.is_empty() => {
            let bound =
                change.old.as_ref().and_then(Object::as_ref::<Pod>).is_none_or(|o| o.node != pod.node);
            if bound && store.lookup(Kind::Node, "", &pod.node).is_none() {
                wakes.after(pod.meta.uid, QUARANTINE);
            }
        }
        _ => {}
    }
}

fn is_out_of_service(node: &Node) -> bool {
    !node.is_ready() && node.spec.taints.iter().any(|t| t.key == OUT_OF_SERVICE)
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(pod) = world.store.get_as::<Pod>(uid) else { return plan };
    let unscheduled = pod.node.is_empty();
    let node = world.store.lookup(Kind::Node, "", &pod.node).and_then(Object::as_ref::<Node>);
    let why = match node {
        None if unscheduled && !pod.meta.is_terminating() => return plan,
        // No kubelet will ever say that it has ended. Models gcUnscheduledTerminatingPods.
        None if unscheduled => "it was told to stop before it had a node",
        None => "node no longer exists",
        Some(node) if is_out_of_service(node) && pod.meta.is_terminating() => "node is out of service",
        Some(_) => return plan,
    };
    let late = (world.now() - world.config().start).0 % EVERY.0;
    if late != 0 {
        plan.again_after(EVERY - Span(late));
        return plan;
    }
    let because = Because::of(uid, "spec.nodeName", why);
    let mut marked = Pod::clone(pod);
    if node.is_none() && !unscheduled {
        let message = format!("PodGC: {why}");
        marked.status.conditions.set("DisruptionTarget", true, "DeletionByPodGC", message, world.now());
    }
    if !marked.is_terminal() {
        marked.status.phase = Phase::Failed;
    }
    if marked != **pod {
        plan.update(marked, because.clone());
    }
    plan.actions.push(Action::Delete(uid, Some(0), because));
    plan
}
