//! Who owns what: a controller takes in what fits its selector and belongs to nobody, and lets go what no longer fits.
//!
//! Models pkg/controller/controller_ref_manager.go.

use super::{Wakes, statefulset};
use crate::api::{Kind, Meta, Object, Owner, Selector, Uid};
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;

/// The controller's mark on what it makes.
pub(super) fn owner(kind: Kind, meta: &Meta) -> Owner {
    Owner { kind, name: meta.name.clone(), uid: meta.uid, controller: true }
}

/// Wakes the owners, of that kind, of something that has changed; where nobody owns it, all that could take it in.
pub(super) fn wake_owners(store: &Store, change: &Change, kind: Kind, wakes: &mut Wakes) {
    let mut wake = |meta: &Meta| {
        let owner = meta.controller().filter(|o| o.kind == kind);
        if let Some(owner) = owner.filter(|o| store.get(o.uid).is_some()) {
            wakes.now(owner.uid);
        }
    };
    let (old, new) = (change.old.as_ref().map(Object::meta), change.new.meta());
    wake(new);
    let moved = old.is_none_or(|old| old.owners != new.owners || old.labels != new.labels);
    if !moved || change.verb == Verb::Deleted {
        return;
    }
    old.map(&mut wake);
    if new.controller().is_none() {
        for object in store.list(kind, Some(&new.namespace)) {
            if selector(object).is_some_and(|s| s.matches(&new.labels)) {
                wakes.now(object.meta().uid);
            }
        }
    }
}

/// Takes in and lets go. Where it did, the owner is woken once more by what it wrote, and need do nothing else now.
pub(super) fn claim(world: &World, owner: &Object, of: Kind, plan: &mut Plan) -> bool {
    let meta = owner.meta();
    let Some(selector) = selector(owner).filter(|s| !s.is_empty() && !meta.is_terminating()) else {
        return false;
    };
    let before = plan.actions.len();
    let stays = |o: &&Object| match o {
        Object::Pod(pod) => pod.is_active(),
        other => !other.meta().is_terminating(),
    };
    let free = world.store.dependents(Uid(0)).filter(|o| o.kind() == of && stays(o));
    for object in free.filter(|o| fits(owner, selector, o)) {
        let mut taken = object.clone();
        let owners = object.meta().owners.iter().cloned().chain([self::owner(owner.kind(), meta)]);
        taken.meta_mut().owners = owners.collect();
        plan.update(taken, Because::of(meta.uid, "spec.selector", "takes in what nobody owns"));
    }
    for object in world.store.relabelled(meta.uid).filter(stays) {
        if object.kind() == of && !selector.matches(&object.meta().labels) {
            let mut freed = object.clone();
            freed.meta_mut().owners =
                object.meta().owners.iter().filter(|o| o.uid != meta.uid).cloned().collect();
            plan.update(freed, Because::of(meta.uid, "spec.selector", "lets go what it no longer selects"));
        }
    }
    plan.actions.len() > before
}

/// Does it belong to the owner? A StatefulSet knows its pods by their names, too.
/// Models pkg/controller/statefulset/stateful_set.go: getPodsForStatefulSet.
fn fits(owner: &Object, selector: &Selector, object: &Object) -> bool {
    let (own, meta) = (owner.meta(), object.meta());
    let named = owner.kind() != Kind::StatefulSet || statefulset::ordinal(&own.name, &meta.name).is_some();
    named && meta.namespace == own.namespace && selector.matches(&meta.labels)
}

/// What an owner selects its own by.
fn selector(owner: &Object) -> Option<&Selector> {
    match owner {
        Object::Deployment(o) => Some(&o.spec.selector),
        Object::ReplicaSet(o) => Some(&o.spec.selector),
        Object::StatefulSet(o) => Some(&o.spec.selector),
        Object::DaemonSet(o) => Some(&o.spec.selector),
        _ => None,
    }
}
