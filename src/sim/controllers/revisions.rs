//! ControllerRevisions: the templates that a StatefulSet or a DaemonSet has had, each under a name and a number.
//!
//! Models pkg/controller/history/controller_history.go and pkg/controller/daemon/update.go: constructHistory.

use super::claim;
use crate::api::{Kept, Kind, Meta, Object, Text, Uid, Value, order};
use crate::record;
use crate::sim::plan::Plan;
use crate::sim::record::Because;
use crate::sim::world::World;
use std::rc::Rc;

/// The label of a pod that names the template it was made from.
pub const POD_HASH: &str = "controller-revision-hash";
/// The label of a StatefulSet's revision that holds the hash in its name.
const REVISION_HASH: &str = "controller.kubernetes.io/hash";

/// One template of the past, or the present one.
#[derive(Clone)]
pub(super) struct Revision {
    pub name: Text,
    pub hash: Text,
    pub number: i64,
    /// As it is stored; none: it is made in this plan.
    pub stored: Option<Uid>,
    template: Value,
}

impl Revision {
    fn of(object: &Object) -> Option<Revision> {
        let meta = object.meta();
        let hash = meta.labels.get(REVISION_HASH).or(meta.labels.get(POD_HASH));
        (object.kind() == Kind::ControllerRevision).then(|| Revision {
            name: meta.name.clone(),
            hash: hash.cloned().unwrap_or_default(),
            number: object.raw("revision").as_int().unwrap_or(0),
            stored: Some(meta.uid),
            template: object.raw("data.spec.template").clone(),
        })
    }
    /// The template as the owner had it.
    pub(super) fn template(&self) -> Value {
        let mut template = self.template.clone();
        template.map_mut().remove("$patch");
        template
    }
}

/// An owner's revisions by their number, the oldest first.
pub(super) fn of(world: &World, owner: Uid) -> Vec<Revision> {
    let mut all: Vec<Revision> = world.store.dependents(owner).filter_map(Revision::of).collect();
    order::sort_by_key(&mut all, |r| (r.number, r.name.clone()));
    all
}

/// The revision of an owner's present template: found, given a new number where it comes back, or made.
pub(super) fn present(
    world: &World,
    owner: &Object,
    template: &Value,
    known: &[Revision],
    plan: &mut Plan,
) -> Revision {
    let (meta, kind) = (owner.meta(), owner.kind());
    let mut template = template.clone();
    template.set("$patch", "replace");
    let because = |what: &'static str| Because::of(meta.uid, "spec.template", what);
    let next = known.last().map_or(0, |r| r.number) + 1;
    if let Some(found) = known.iter().rev().find(|r| r.template == template) {
        let mut found = found.clone();
        let object = found.stored.and_then(|uid| world.store.get(uid));
        if let Some(Object::Kept(kept)) = object.filter(|_| found.number + 1 < next) {
            let mut kept = Kept::clone(kept);
            kept.body.set("revision", next);
            plan.update(Object::Kept(Rc::new(kept)), because("an earlier template is back"));
            found.number = next;
        }
        return found;
    }
    let (hash, name) = (0..)
        .map(|collisions: i32| {
            let hash = super::deployment::hash_of(&template, collisions);
            (hash.clone(), Text::from(format!("{}-{hash}", meta.name)))
        })
        .find(|(_, name)| world.store.lookup(Kind::ControllerRevision, &meta.namespace, name).is_none())
        .expect("names do not run out");
    let label = if kind == Kind::StatefulSet { REVISION_HASH } else { POD_HASH };
    let mut labels = crate::api::Labels::read(template.at("metadata.labels"));
    labels.insert(label, hash.clone());
    let made = Meta {
        labels,
        annotations: meta.annotations.clone(),
        owners: [claim::owner(kind, meta)].into(),
        ..Meta::named(meta.namespace.clone(), name.clone())
    };
    let data = record! { "spec" => record! { "template" => template.clone() } };
    let body = record! { "data" => data, "revision" => next };
    let kept = Kept { kind: Kind::ControllerRevision, meta: made, body };
    plan.create(Object::Kept(Rc::new(kept)), because("a new template"));
    Revision { name, hash, number: next, stored: None, template }
}

/// Deletes the oldest revisions above the limit; those that are still in use stay.
pub(super) fn truncate(
    owner: Uid,
    known: &[Revision],
    in_use: impl Fn(&Revision) -> bool,
    limit: i32,
    plan: &mut Plan,
) {
    let idle: Vec<&Revision> = known.iter().filter(|r| !in_use(r)).collect();
    let surplus = (idle.len() as i32 - limit).max(0) as usize;
    for uid in idle.into_iter().take(surplus).filter_map(|r| r.stored) {
        plan.delete(uid, Because::of(owner, "spec.revisionHistoryLimit", "more revisions than are kept"));
    }
}
