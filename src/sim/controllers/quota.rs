//! The resource quota controller: counts what each namespace uses. What is made is counted as it is made; here is counted
//! what ends and what changes.
//!
//! Models pkg/controller/resourcequota/resource_quota_controller.go.

use super::{Controller, Wakes};
use crate::api::{Kind, Object, Uid};
use crate::record;
use crate::sim::plan::Plan;
use crate::sim::quota;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "resourcequota",
    source: "resourcequota-controller",
    kinds: Kind::ALL,
    watches,
    reconcile,
};

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    if change.kind() == Kind::ResourceQuota && change.verb != Verb::Deleted {
        wakes.now(change.uid());
    }
    if gives_back(change) && store.has_any(Kind::ResourceQuota) {
        for quota in store.list(Kind::ResourceQuota, Some(&change.new.meta().namespace)) {
            wakes.now(quota.meta().uid);
        }
    }
}

/// May less be used after the change? Models evaluator/core/registry.go: DefaultUpdateFilter.
fn gives_back(change: &Change) -> bool {
    match (change.verb, &change.new) {
        (Verb::Added, _) => false,
        (Verb::Deleted, object) => object.kind().info().namespaced,
        (Verb::Modified, Object::Pod(pod)) => {
            let ended = |o: &Object| matches!(o, Object::Pod(p) if p.is_terminal());
            pod.is_terminal() && !change.old.as_ref().is_some_and(ended)
        }
        (Verb::Modified, object) => matches!(object.kind(), Kind::Service | Kind::PersistentVolumeClaim),
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(quota) = world.store.get(uid) else { return plan };
    let status = record! { "hard" => quota.raw("spec.hard").clone(), "used" => quota::measure(world, quota) };
    if status != *quota.raw("status") {
        plan.caption = format!("{}: counts what its namespace uses", quota.meta().name).into();
        let because = Because::of(uid, "spec.hard", "what is used has changed");
        plan.update(quota.with_status(status), because);
    }
    plan
}
