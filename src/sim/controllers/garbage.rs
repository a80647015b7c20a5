//! The garbage collector: what is owned by nobody any more goes.
//!
//! Models pkg/controller/garbagecollector/garbagecollector.go.

use super::{Controller, Wakes};
use crate::api::{Kind, Object, Uid};
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::{WATCH_LATENCY, World};

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "garbage-collector",
    source: "garbage-collector-controller",
    kinds: Kind::ALL,
    watches,
    reconcile,
};

/// How many dependents are dealt with at once, so that no owner's end takes long.
const BATCH: usize = 250;
/// The finalizer of an owner that waits for its dependents.
const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of an owner that leaves its dependents behind.
const ORPHAN: &str = "orphan";

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    let meta = change.new.meta();
    if change.verb == Verb::Deleted {
        if store.has_dependents(change.uid()) {
            wakes.now(change.uid());
        }
        // An owner that is deleted in the foreground waits for the last of its dependents.
        let waits = |uid: Uid| store.get(uid).is_some_and(|o| o.meta().is_terminating());
        for owner in meta.owners.iter().filter(|o| waits(o.uid)) {
            wakes.now(owner.uid);
        }
    } else if change.verb == Verb::Added {
        // Made for an owner that is gone already.
        for owner in meta.owners.iter().filter(|o| store.get(o.uid).is_none()) {
            wakes.now(owner.uid);
        }
    } else if meta.is_terminating() && (meta.has_finalizer(FOREGROUND) || meta.has_finalizer(ORPHAN)) {
        wakes.now(change.uid());
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let owner = world.store.get(uid);
    let waiting = owner.filter(|o| o.meta().is_terminating());
    let orphans = waiting.is_some_and(|o| o.meta().has_finalizer(ORPHAN));
    let foreground = waiting.is_some_and(|o| o.meta().has_finalizer(FOREGROUND));
    if owner.is_some() && !orphans && !foreground {
        return plan;
    }
    let mut left = 0;
    let mut orphans_left = false;
    for dependent in world.store.dependents(uid) {
        if plan.actions.len() >= BATCH {
            plan.again_after(WATCH_LATENCY);
            orphans_left = orphans;
            break;
        }
        left += 1;
        if orphans {
            plan.update(
                disowned(dependent, uid),
                Because::of(uid, "metadata.finalizers", "its owner leaves it behind"),
            );
        } else if !dependent.meta().is_terminating() && owners_gone(world, dependent, uid) {
            let own = dependent.meta().uid;
            let because = || Because::of(uid, "metadata.ownerReferences", "its owner is gone");
            // Who is waited for waits for his own dependents in turn. Models attemptToDeleteItem.
            if foreground && world.store.has_dependents(own) {
                plan.update(waiting_too(dependent), because());
            }
            plan.delete(own, because());
        }
    }
    if left > 0 {
        plan.caption = format!("collects {left} dependents of a deleted owner").into();
    }
    let finalizer = if orphans { ORPHAN } else { FOREGROUND };
    if waiting.is_some() && !orphans_left && (orphans || left == 0) {
        let because = Because::of(uid, "metadata.finalizers", "its dependents are dealt with");
        plan.actions.push(Action::Release(uid, finalizer, because));
    }
    plan
}

/// A dependent is kept while it has another owner that stays.
fn owners_gone(world: &World, dependent: &Object, gone: Uid) -> bool {
    let stays = |uid: Uid| uid != gone && world.store.get(uid).is_some_and(|o| !o.meta().is_terminating());
    !dependent.meta().owners.iter().any(|o| stays(o.uid))
}

fn waiting_too(dependent: &Object) -> Object {
    let mut object = dependent.clone();
    let meta = object.meta_mut();
    if !meta.has_finalizer(FOREGROUND) {
        meta.finalizers = meta.finalizers.iter().cloned().chain([FOREGROUND.into()]).collect();
    }
    object
}

fn disowned(dependent: &Object, owner: Uid) -> Object {
    let mut object = dependent.clone();
    let meta = object.meta_mut();
    meta.owners = meta.owners.iter().filter(|o| o.uid != owner).cloned().collect();
    object
}
