//! The namespace controller: what is in a namespace that is deleted goes, the pods before all else, and then it goes itself.
//!
//! Models pkg/controller/namespace: namespace_controller.go, deletion/namespaced_resources_deleter.go and
//! deletion/status_condition_utils.go.

use super::{Controller, Wakes};
use crate::api::{Kind, Namespace, Pod, Span, Text, Truth, Uid};
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "namespace",
    source: "namespace-controller",
    kinds: &[Kind::Namespace],
    watches,
    reconcile,
};

/// From a change of a namespace until it is looked at. Models namespaceDeletionGracePeriod.
const GRACE: Span = Span::secs(5);
/// How long finalizers are thought to take, in seconds. Models finalizerEstimateSeconds.
const FINALIZERS_SECS: i64 = 15;
/// How soon it is tried again after something went wrong.
const RETRY: Span = Span::secs(1);

fn watches(_: &Store, change: &Change, wakes: &mut Wakes) {
    let terminating = change.new.meta().is_terminating() && change.verb != Verb::Deleted;
    if change.kind() == Kind::Namespace && terminating {
        wakes.after(change.uid(), GRACE);
    }
}

/// What stays for now.
#[derive(Default)]
struct Remaining {
    /// How many objects, by `RESOURCE.GROUP`.
    objects: BTreeMap<Text, usize>,
    /// How many of them hold which finalizer.
    finalizers: BTreeMap<Text, usize>,
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let found = world.store.get_as::<Namespace>(uid).filter(|n| n.meta.is_terminating());
    let Some(namespace) = found else { return plan };
    let mut new = Namespace::clone(namespace);
    let mut remaining = Remaining::default();
    let estimate = delete_all(world, namespace, Kind::Pod, &mut remaining, &mut plan);
    let pods_remain = !remaining.objects.is_empty();
    if pods_remain {
        // The others wait for the pods, and what remains is not told yet.
        remaining = Remaining::default();
    } else {
        for kind in Kind::ALL.iter().filter(|k| k.info().namespaced && **k != Kind::Pod) {
            delete_all(world, namespace, *kind, &mut remaining, &mut plan);
        }
    }
    let failed = pods_remain && estimate == 0;
    set_conditions(world, &mut new, &remaining, failed);
    let caption = if pods_remain {
        "its pods go first".to_owned()
    } else if remaining.objects.is_empty() {
        "all that was in it is gone".to_owned()
    } else {
        "finalizers hold some of its content".to_owned()
    };
    plan.caption = format!("namespace {}: {caption}", namespace.meta.name).into();
    new.finalized = !pods_remain && remaining.objects.is_empty();
    if new != **namespace {
        plan.update(new, Because::of(uid, "metadata.deletionTimestamp", caption));
    }
    let secs = if pods_remain { estimate } else { FINALIZERS_SECS };
    // Models namespace_controller.go: worker, which waits for half of the estimate.
    plan.again_after(if failed { RETRY } else { Span::secs(secs / 2 + 1) });
    plan
}

/// Deletes all objects of a kind; returns how long it may take, in seconds.
/// Models deleteAllContentForGroupVersionResource and estimateGracefulTerminationForPods.
fn delete_all(
    world: &World,
    of: &Rc<Namespace>,
    kind: Kind,
    remaining: &mut Remaining,
    plan: &mut Plan,
) -> i64 {
    let mut estimate = 0;
    let mut held = false;
    for object in world.store.list(kind, Some(&of.meta.name)) {
        let meta = object.meta();
        if !meta.is_terminating() {
            plan.delete(
                meta.uid,
                Because::of(of.meta.uid, "metadata.deletionTimestamp", "its namespace is deleted"),
            );
        }
        let running = object.as_ref::<Pod>().filter(|p| !p.is_terminal());
        if let Some(pod) = running {
            estimate = estimate.max(pod.spec.grace_secs());
        }
        let stays = running.is_some_and(|p| !p.node.is_empty() && p.spec.grace_secs() > 0);
        if !stays && meta.finalizers.is_empty() {
            continue;
        }
        held |= !meta.finalizers.is_empty();
        let info = kind.info();
        let name: Text = format!("{}.{}", info.plural, info.group).into();
        *remaining.objects.entry(name).or_default() += 1;
        for finalizer in meta.finalizers.iter() {
            *remaining.finalizers.entry(finalizer.clone()).or_default() += 1;
        }
    }
    let asked = of.meta.deletion.map_or(world.now(), |d| d.asked);
    match world.now() - asked >= Span::secs(estimate) {
        false => estimate,
        true if held => FINALIZERS_SECS,
        true => 0,
    }
}

/// Models status_condition_utils.go: updateConditions, in its order.
fn set_conditions(world: &World, namespace: &mut Namespace, remaining: &Remaining, failed: bool) {
    let list = |counts: &BTreeMap<Text, usize>, verb: &str| -> String {
        let each = counts.iter().map(|(name, n)| format!("{name} {verb} {n} resource instances"));
        each.collect::<Vec<_>>().join(", ")
    };
    let (objects, finalizers) = (&remaining.objects, &remaining.finalizers);
    let name = namespace.meta.name.clone();
    let rows: [(&'static str, bool, &'static str, String); 5] = [
        (
            "NamespaceDeletionDiscoveryFailure",
            false,
            "ResourcesDiscovered",
            "All resources successfully discovered".into(),
        ),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            false,
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed".into(),
        ),
        match failed {
            false => (
                "NamespaceDeletionContentFailure",
                false,
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization".into(),
            ),
            true => (
                "NamespaceDeletionContentFailure",
                true,
                "ContentDeletionFailed",
                format!(
                    "Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: {name} for gvr: /v1, Resource=pods"
                ),
            ),
        },
        match objects.is_empty() {
            true => (
                "NamespaceContentRemaining",
                false,
                "ContentRemoved",
                "All content successfully removed".into(),
            ),
            false => (
                "NamespaceContentRemaining",
                true,
                "SomeResourcesRemain",
                format!("Some resources are remaining: {}", list(objects, "has")),
            ),
        },
        match finalizers.is_empty() {
            true => (
                "NamespaceFinalizersRemaining",
                false,
                "ContentHasNoFinalizers",
                "All content-preserving finalizers finished".into(),
            ),
            false => (
                "NamespaceFinalizersRemaining",
                true,
                "SomeFinalizersRemain",
                format!("Some content in the namespace has finalizers remaining: {}", list(finalizers, "in")),
            ),
        },
    ];
    for (kind, holds, reason, message) in rows {
        namespace.conditions.set(kind, Truth::from(holds), reason, message, world.now());
    }
}
