//! The ServiceAccount controller: every namespace that lives has the account `default`.
//!
//! Models pkg/controller/serviceaccount/serviceaccounts_controller.go.

use super::{Controller, Wakes};
use crate::api::{Kind, Namespace, Object, Uid};
use crate::record;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "serviceaccount",
    source: "serviceaccount-controller",
    kinds: &[Kind::Namespace, Kind::ServiceAccount],
    watches,
    reconcile,
};

/// The account of every pod that names none.
const NAME: &str = "default";

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match (change.kind(), change.verb) {
        (Kind::Namespace, Verb::Added | Verb::Modified) => wakes.now(change.uid()),
        (Kind::ServiceAccount, Verb::Deleted) => wake_namespace(store, change, wakes),
        _ => {}
    }
}

/// Wakes the namespace in which something has changed.
pub(super) fn wake_namespace(store: &Store, change: &Change, wakes: &mut Wakes) {
    if let Some(namespace) = store.lookup(Kind::Namespace, "", &change.new.meta().namespace) {
        wakes.now(namespace.meta().uid);
    }
}

/// The account that a namespace begins with.
pub fn first(namespace: &str) -> Object {
    let meta = record! { "name" => NAME, "namespace" => namespace.to_owned() };
    Object::read(Kind::ServiceAccount, &record! { "metadata" => meta })
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let found = world.store.get_as::<Namespace>(uid).filter(|n| !n.meta.is_terminating());
    let Some(name) = found.map(|n| &n.meta.name) else { return plan };
    if world.store.lookup(Kind::ServiceAccount, name, NAME).is_none() {
        plan.caption = format!("namespace {name} needs its account {NAME}").into();
        let because = Because::of(uid, "metadata.name", "its pods need an account");
        plan.actions.push(Action::Create(first(name), because));
    }
    plan
}
