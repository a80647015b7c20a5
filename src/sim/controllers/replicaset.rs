//! The ReplicaSet controller: keeps so many pods there.
//!
//! Models pkg/controller/replicaset/replica_set.go: syncReplicaSet and manageReplicas.

use super::{Controller, Wakes};
use crate::api::{Kind, Meta, Owner, Phase, Pod, ReplicaSet, ReplicaSetStatus, Span, Text, Uid, order};
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::{Class, Store};
use crate::sim::world::World;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller =
    Controller { name: "replicaset", source: "replicaset-controller", watches, reconcile };

/// The most pods made or deleted in one sync. Models BurstReplicas.
const BURST: i32 = 500;

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match change.kind() {
        Kind::ReplicaSet if change.verb != Verb::Deleted => wakes.now(change.uid()),
        Kind::Pod => {
            let owner = change.new.meta().controller().filter(|o| o.kind == Kind::ReplicaSet);
            if let Some(owner) = owner.filter(|o| store.get(o.uid).is_some()) {
                wakes.now(owner.uid);
            }
        }
        _ => {}
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(set) = world.store.get_as::<ReplicaSet>(uid) else {
        return plan;
    };
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
        fully_labeled: active,
        ready: count(Class::Ready),
        available,
        terminating: count(Class::Stopping),
        observed_generation: set.meta.generation,
        conditions: set.status.conditions.clone(),
    };
    if status != set.status {
        let caption = format!("{active} of {wanted} pods exist, {} ready", status.ready);
        let new = ReplicaSet { status, ..ReplicaSet::clone(set) };
        plan.update(new, Because::of(uid, "spec.replicas", caption));
    }
    plan
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
        for pod in doomed(world, uid, surplus) {
            plan.actions.push(Action::DeletePod(pod, because.clone()));
        }
    }
}

/// The pods to delete. Those without a node come first, the youngest before the others: where there are enough of them
/// nobody else is looked at, as a cluster may hold very many that wait.
fn doomed(world: &World, uid: Uid, count: usize) -> Vec<Uid> {
    let starting = world.store.owned_pods(uid, Class::Starting..=Class::Starting);
    let waiting = starting.rev().filter(|p| p.node.is_empty() && p.status.phase == Phase::Pending);
    let mut doomed: Vec<Uid> = waiting.take(count).map(|p| p.meta.uid).collect();
    if doomed.len() < count {
        doomed = rank(world, uid);
        doomed.truncate(count);
    }
    doomed
}

/// The pods in the order in which they are deleted: without a node, pending, not ready, on a node with more of their
/// siblings, with more restarts, younger. Models pkg/controller/controller_utils.go: ActivePodsWithRanks.
fn rank(world: &World, uid: Uid) -> Vec<Uid> {
    let pods: Vec<&Rc<Pod>> = world.store.owned_pods(uid, Class::Starting..=Class::Ready).collect();
    let mut on_node: BTreeMap<&Text, i32> = BTreeMap::new();
    for pod in &pods {
        *on_node.entry(&pod.node).or_default() += 1;
    }
    let key = |p: &&Rc<Pod>| {
        let restarts: u32 = p.status.containers.iter().map(|c| c.restarts).sum();
        (
            !p.node.is_empty(),
            p.status.phase != Phase::Pending,
            p.is_ready(),
            -on_node[&p.node],
            std::cmp::Reverse(restarts),
            std::cmp::Reverse(p.meta.uid),
        )
    };
    let mut pods = pods.clone();
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
        let since = pod.status.conditions.get("Ready").map_or(world.now(), |c| c.since);
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
    let owner =
        Owner { kind: Kind::ReplicaSet, name: set.meta.name.clone(), uid: set.meta.uid, controller: true };
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
