//! The ReplicaSet controller: keeps so many pods there.
//!
//! Models pkg/controller/replicaset/replica_set.go: syncReplicaSet and manageReplicas.

use super::claim::{claim, owner, wake_owners};
use super::{Controller, Wakes};
use crate::api::{
    Conditions, Kind, Meta, Object, Phase, Pod, ReplicaSet, ReplicaSetStatus, Selector, Span, Text, Time,
    Uid, mix, order,
};
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::{Class, Store};
use crate::sim::world::World;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "replicaset",
    source: "replicaset-controller",
    kinds: &[Kind::ReplicaSet, Kind::Pod],
    watches,
    reconcile,
};

/// The most pods made or deleted in one sync. Models BurstReplicas.
const BURST: i32 = 500;
/// So many pods that have not started are still put in order before some of them are deleted.
const RANKED_MAX: u32 = 2_000;
/// The annotation by which a pod asks to be kept.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match change.kind() {
        Kind::ReplicaSet if change.verb != Verb::Deleted => wakes.now(change.uid()),
        Kind::Pod => wake_owners(store, change, Kind::ReplicaSet, wakes),
        _ => {}
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(object) = world.store.get(uid) else { return plan };
    let Object::ReplicaSet(set) = object else { return plan };
    if claim(world, object, Kind::Pod, &mut plan) {
        return plan;
    }
    let tally = world.store.tally(uid);
    let count = |class: Class| tally[class as usize] as i32;
    let active = count(Class::Starting) + count(Class::Ready);
    let wanted = set.replicas();
    if !set.meta.is_terminating() {
        manage(world, set, active, wanted, &mut plan);
    }
    // The status speaks of the pods as they were read, before this sync made or deleted any.
    let (available, soon) = available(world, set, count(Class::Ready));
    if let Some(span) = soon {
        plan.again_after(span);
    }
    let status = ReplicaSetStatus {
        replicas: active,
        fully_labeled: active - badly_labelled(world, set),
        ready: count(Class::Ready),
        available,
        terminating: count(Class::Stopping),
        observed_generation: set.meta.generation,
        conditions: conditions(world, set, active < wanted),
    };
    if status != set.status {
        let caption = format!("{active} of {wanted} pods exist, {} ready", status.ready);
        let new = ReplicaSet { status, ..ReplicaSet::clone(set) };
        plan.update(new, Because::of(uid, "spec.replicas", caption));
    }
    plan
}

/// How many active pods lack a label of the template.
fn badly_labelled(world: &World, set: &ReplicaSet) -> i32 {
    let template = Selector::of_labels(set.spec.template.metadata.labels.clone());
    let pods = world.store.relabelled(set.meta.uid).filter_map(Object::as_ref::<Pod>);
    pods.filter(|p| p.is_active() && !template.matches(&p.meta.labels)).count() as i32
}

/// Pods that are missing because they were refused are told of as long as they are missing.
/// Models pkg/controller/replicaset/replica_set_utils.go: calculateStatus.
fn conditions(world: &World, set: &ReplicaSet, lacks: bool) -> Conditions {
    let mut conditions = set.status.conditions.clone();
    match world.refusal(super::row(CONTROLLER.name), set.meta.uid).filter(|_| lacks) {
        Some(said) => conditions.set_last("ReplicaFailure", true, "FailedCreate", said.clone(), world.now()),
        None => conditions.remove("ReplicaFailure"),
    }
    conditions
}

fn manage(world: &World, set: &Rc<ReplicaSet>, active: i32, wanted: i32, plan: &mut Plan) {
    let uid = set.meta.uid;
    let caption: Text = match wanted - active {
        0 => return,
        n if n > 0 => format!("{active} of {wanted} pods exist: creates {}", n.min(BURST)).into(),
        n => format!("{active} pods exist, {wanted} wanted: deletes {}", (-n).min(BURST)).into(),
    };
    plan.caption = caption.clone();
    let because = Because::of(uid, "spec.replicas", caption);
    for _ in 0..(wanted - active).clamp(0, BURST) {
        plan.actions.push(Action::CreatePod(Box::new(new_pod(set)), because.clone()));
    }
    let surplus = (active - wanted).clamp(0, BURST) as usize;
    if surplus > 0 {
        for pod in doomed(world, set, surplus) {
            plan.actions.push(Action::DeletePod(pod, because.clone()));
        }
    }
}

/// The pods to delete. Those without a node come first, the youngest before the others: where there are very many of them
/// nobody else is looked at.
fn doomed(world: &World, set: &ReplicaSet, count: usize) -> Vec<Uid> {
    let uid = set.meta.uid;
    let starting = world.store.owned_pods(uid, Class::Starting..=Class::Starting);
    let waiting = starting.rev().filter(|p| p.node.is_empty() && p.status.phase == Phase::Pending);
    let mut doomed: Vec<Uid> = waiting.take(count).map(|p| p.meta.uid).collect();
    if doomed.len() < count || world.store.tally(uid)[0] <= RANKED_MAX {
        doomed = rank(world, set);
        doomed.truncate(count);
    }
    doomed
}

/// The pods in the order in which they are deleted: without a node, pending, not ready, of lower cost, on a node with more
/// of their kin, ready for a shorter time, with more restarts, younger. Times count by powers of two, so that chance may
/// decide among pods that are much alike. Models pkg/controller/controller_utils.go: ActivePodsWithRanks.
fn rank(world: &World, set: &ReplicaSet) -> Vec<Uid> {
    let uid = set.meta.uid;
    let mut on_node: BTreeMap<&Text, i32> = BTreeMap::new();
    // Kin are the pods of all ReplicaSets of the same Deployment.
    let sets: Vec<Uid> = match set.meta.controller() {
        Some(owner) => world.store.dependents(owner.uid).map(|o| o.meta().uid).collect(),
        None => vec![uid],
    };
    for pod in sets.iter().flat_map(|set| world.store.owned_pods(*set, Class::Starting..=Class::Ready)) {
        *on_node.entry(&pod.node).or_default() += 1;
    }
    let age = |since: Time| ((world.now() - since.floor_sec()).0.max(0) * 1_000).checked_ilog2();
    let key = |p: &&Rc<Pod>| {
        let restarts = p.status.containers.iter().map(|c| c.restarts).max();
        let ready = p.status.conditions.get("Ready").filter(|_| p.is_ready());
        let cost = p.meta.annotations.get(DELETION_COST).and_then(|c| c.parse::<i32>().ok());
        (
            (!p.node.is_empty(), p.status.phase != Phase::Pending, ready.is_some()),
            cost.unwrap_or(0),
            -on_node.get(&p.node).copied().unwrap_or(0),
            ready.map(|c| age(c.since)),
            std::cmp::Reverse(restarts),
            age(p.meta.created),
            mix(p.meta.uid.0),
        )
    };
    let mut pods: Vec<&Rc<Pod>> = world.store.owned_pods(uid, Class::Starting..=Class::Ready).collect();
    order::sort_by_key(&mut pods, key);
    pods.into_iter().map(|p| p.meta.uid).collect()
}

/// How many pods have been ready for long enough, and when the next one will have been.
fn available(world: &World, set: &ReplicaSet, ready: i32) -> (i32, Option<Span>) {
    let least = Span::secs(set.spec.min_ready_seconds.into());
    if least == Span::ZERO {
        return (ready, None);
    }
    let mut available = 0;
    let mut soon: Option<Span> = None;
    for pod in world.store.owned_pods(set.meta.uid, Class::Ready..=Class::Ready) {
        let since = pod.status.conditions.get("Ready").map_or(world.now(), |c| c.since.floor_sec());
        let left = since + least - world.now();
        if left <= Span::ZERO {
            available += 1;
        } else {
            soon = Some(soon.map_or(left, |s| s.min(left)));
        }
    }
    (available, soon)
}

fn new_pod(set: &ReplicaSet) -> Pod {
    let template = &set.spec.template;
    let owner = owner(Kind::ReplicaSet, &set.meta);
    let meta = Meta {
        generate_name: format!("{}-", set.meta.name).into(),
        namespace: set.meta.namespace.clone(),
        labels: template.metadata.labels.clone(),
        annotations: template.metadata.annotations.clone(),
        owners: [owner].into(),
        ..Meta::default()
    };
    Pod::from_template(meta, template)
}
