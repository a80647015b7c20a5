//! The DaemonSet controller: one pod on each node that it may be on.
//!
//! Models pkg/controller/daemon: daemon_controller.go, update.go, util/daemonset_util.go.

use super::claim::{claim, owner, wake_owners};
use super::revisions::{self, POD_HASH, Revision};
use super::{Controller, Wakes};
use crate::api::{
    DaemonSet, DaemonSetStatus, Effect, Kind, Meta, Node, Object, Phase, Pod, PodSpec, SetUpdate, Span, Spec,
    Text, Uid, Value, make_mut, order,
};
use crate::record;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::{Class, Store};
use crate::sim::world::World;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "daemonset",
    source: "daemonset-controller",
    kinds: &[Kind::DaemonSet, Kind::Pod, Kind::Node],
    watches,
    reconcile,
};

/// The most pods made or deleted in one sync. Models BurstReplicas.
const BURST: usize = 250;
/// The annotation that counts a DaemonSet's templates, and the label by which its pods show it.
pub const GENERATION: &str = "deprecated.daemonset.template.generation";
/// Taints that no daemon minds. Models AddOrUpdateDaemonPodTolerations.
const TOLERATED: [(&str, &str); 6] = [
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
];

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match (change.kind(), change.old.as_ref(), &change.new) {
        (Kind::DaemonSet, ..) if change.verb != Verb::Deleted => wakes.now(change.uid()),
        (Kind::Pod, ..) => wake_owners(store, change, Kind::DaemonSet, wakes),
        (Kind::Node, Some(Object::Node(old)), Object::Node(new))
            if change.verb == Verb::Modified
                && old.meta.labels == new.meta.labels
                && old.spec == new.spec => {}
        (Kind::Node, ..) => store.list(Kind::DaemonSet, None).for_each(|o| wakes.now(o.meta().uid)),
        _ => {}
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(object) = world.store.get(uid) else { return plan };
    let Object::DaemonSet(set) = object else { return plan };
    if set.meta.is_terminating() || claim(world, object, Kind::Pod, &mut plan) {
        return plan;
    }
    let known = revisions::of(world, uid);
    let present = revisions::present(world, object, set.spec.raw().get("template"), &known, &mut plan);
    let mut sync = Sync::new(world, set, present.hash.clone());
    sync.manage();
    // Pods that are made or deleted now are waited for before a rollout goes on.
    let busy = !sync.create.is_empty() || !sync.delete.is_empty();
    if !busy && set.spec.update_strategy.kind == SetUpdate::RollingUpdate {
        sync.roll();
    }
    sync.write(&mut plan);
    let live =
        |r: &Revision| sync.places.values().any(|p| p.pods.iter().any(|p| hash_of(p) == Some(&r.hash)));
    let old = |r: &&Revision| r.name != present.name;
    let live_old = known.iter().filter(old).filter(|r| live(r)).count() as i32;
    let limit = set.spec.revision_history_limit.unwrap_or(10) - live_old;
    revisions::truncate(uid, &known, |r| r.name == present.name || live(r), limit, &mut plan);
    let status = sync.status(&mut plan);
    if status != set.status {
        let caption = format!("{} of {} nodes have a ready pod", status.ready, status.desired);
        let new = DaemonSet { status, ..DaemonSet::clone(set) };
        plan.update(new, Because::of(uid, "spec.template", caption));
    }
    plan
}

fn hash_of(pod: &Pod) -> Option<&Text> {
    pod.meta.labels.get(POD_HASH)
}

/// A node, and the DaemonSet's pods there, those with a node first, then the oldest.
#[derive(Default)]
struct Place<'a> {
    /// Should a pod be there?
    runs: bool,
    /// May one stay that is there?
    stays: bool,
    pods: Vec<&'a Rc<Pod>>,
}

/// One look at a DaemonSet.
struct Sync<'a> {
    world: &'a World,
    set: &'a Rc<DaemonSet>,
    /// What its pods look like, apart from the node.
    spec: Rc<Spec<PodSpec>>,
    hash: Text,
    places: BTreeMap<Text, Place<'a>>,
    /// Nodes that get a pod, and pods that go.
    create: Vec<Text>,
    delete: Vec<&'a Rc<Pod>>,
    said: Vec<(&'static str, String)>,
}

impl<'a> Sync<'a> {
    fn new(world: &'a World, set: &'a Rc<DaemonSet>, hash: Text) -> Sync<'a> {
        let mut spec = set.spec.template.spec.clone();
        make_mut(&mut spec).edit(tolerate);
        let mut places: BTreeMap<Text, Place> = BTreeMap::new();
        for node in world.store.list_as::<Node>(None) {
            let (runs, stays) = fits(&spec, node);
            places.insert(node.meta.name.clone(), Place { runs, stays, pods: Vec::new() });
        }
        for pod in world.store.owned_pods(set.meta.uid, Class::Starting..=Class::Failed) {
            // One that has ended and is about to vanish is in nobody's way.
            if pod.is_terminal() && pod.meta.is_terminating() {
                continue;
            }
            if let Some(node) = target(pod) {
                places.entry(node).or_default().pods.push(pod);
            }
        }
        for place in places.values_mut() {
            order::sort_by_key(&mut place.pods, |p| (p.node.is_empty(), p.meta.uid));
        }
        let (create, delete, said) = (Vec::new(), Vec::new(), Vec::new());
        Sync { world, set, spec, hash, places, create, delete, said }
    }
    fn is_available(&self, pod: &Pod) -> bool {
        self.waits(pod) == Some(Span::ZERO)
    }
    /// How long until a pod has been ready for long enough; none: it is not ready.
    fn waits(&self, pod: &Pod) -> Option<Span> {
        let since = pod.status.conditions.get("Ready").filter(|_| pod.is_ready())?.since.floor_sec();
        let least = Span::secs(self.set.spec.min_ready_seconds.into());
        Some(if least == Span::ZERO { least } else { (since + least - self.world.now()).max(Span::ZERO) })
    }
    /// How many nodes may have a second pod, and how many none, while pods get a new template.
    /// Models updatedDesiredNodeCounts.
    fn bounds(&self, nodes: i32) -> (i32, i32) {
        let rolling = self.set.spec.update_strategy.rolling_update.as_ref();
        let surge = rolling.map_or(0, |r| r.max_surge.of(nodes, true));
        let unavailable = rolling.map_or(1, |r| r.max_unavailable.of(nodes, true));
        (surge, if surge == 0 && unavailable == 0 { 1 } else { unavailable })
    }

    /// Models manage and podsShouldBeOnNode.
    fn manage(&mut self) {
        let surges = self.set.spec.update_strategy.kind == SetUpdate::RollingUpdate && self.bounds(1).0 > 0;
        let places = std::mem::take(&mut self.places);
        for (node, place) in &places {
            if place.runs && place.pods.is_empty() {
                self.create.push(node.clone());
            } else if !place.stays {
                self.delete.extend(place.pods.iter().copied().filter(|p| !p.meta.is_terminating()));
            } else {
                self.tend(node, place, surges);
            }
        }
        self.places = places;
    }
    fn tend(&mut self, node: &Text, place: &Place<'a>, surges: bool) {
        let mut running: Vec<&'a Rc<Pod>> = Vec::new();
        for pod in place.pods.iter().copied().filter(|p| !p.meta.is_terminating()) {
            let which =
                format!("daemon pod {}/{} on node {node}, will try to", pod.meta.namespace, pod.meta.name);
            match pod.status.phase {
                Phase::Failed => self.said.push(("FailedDaemonPod", format!("Found failed {which} kill it"))),
                Phase::Succeeded => {
                    self.said.push(("SucceededDaemonPod", format!("Found succeeded {which} delete it")))
                }
                _ => {
                    running.push(pod);
                    continue;
                }
            }
            self.delete.push(pod);
        }
        if !surges {
            return self.delete.extend(running.into_iter().skip(1));
        }
        if running.is_empty() && place.runs {
            self.create.push(node.clone());
        }
        let (new, old): (Vec<_>, Vec<_>) = running.into_iter().partition(|p| hash_of(p) == Some(&self.hash));
        self.delete.extend(new.iter().skip(1).chain(old.iter().skip(1)));
        if let (Some(new), Some(old)) = (new.first(), old.first())
            && (!old.is_ready() || self.is_available(new))
        {
            self.delete.push(old);
        }
    }

    /// Models rollingUpdate.
    fn roll(&mut self) {
        let desired = self.places.values().filter(|p| p.runs).count() as i32;
        let (surge, unavailable) = self.bounds(desired);
        let places = std::mem::take(&mut self.places);
        let known = places.iter().filter(|(_, p)| p.runs || !p.pods.is_empty());
        if surge == 0 {
            self.replace(known.map(|(_, p)| p), unavailable);
        } else {
            self.surge(known, surge, desired);
        }
        self.places = places;
    }
    /// The new and the old pod of a node; none: there are several of a kind. Models findUpdatedPodsOnNode.
    fn pair(&self, place: &Place<'a>) -> Option<[Option<&'a Rc<Pod>>; 2]> {
        let mut pair = [None; 2];
        for pod in place.pods.iter().copied().filter(|p| !p.meta.is_terminating()) {
            let which = &mut pair[usize::from(hash_of(pod) != Some(&self.hash))];
            if which.replace(pod).is_some() {
                return None;
            }
        }
        Some(pair)
    }
    /// Deletes old pods, as many as may be missing at a time.
    fn replace<'b>(&mut self, places: impl Iterator<Item = &'b Place<'a>>, most: i32)
    where
        'a: 'b,
    {
        let (mut missing, mut candidates) = (0, Vec::new());
        for place in places {
            match self.pair(place) {
                Some([Some(new), None]) => missing += i32::from(!self.is_available(new)),
                Some([None, Some(old)]) if !self.is_available(old) => {
                    self.delete.push(old);
                    missing += 1;
                }
                Some([None, Some(_)]) if missing >= most => {}
                Some([None, Some(old)]) => candidates.push(old),
                _ => missing += 1,
            }
        }
        self.delete.extend(candidates.into_iter().take((most - missing).max(0) as usize));
    }
    /// Makes new pods beside old ones, as many as may be there at a time, and deletes the old when the new are available.
    fn surge<'b>(&mut self, places: impl Iterator<Item = (&'b Text, &'b Place<'a>)>, most: i32, desired: i32)
    where
        'a: 'b,
    {
        let (mut surging, mut available) = (0, 0);
        let (mut candidates, mut misplaced) = (Vec::new(), Vec::new());
        for (node, place) in places {
            let Some([new, old]) = self.pair(place) else {
                surging += 1;
                continue;
            };
            available += i32::from(old.or(new).is_some_and(|p| self.is_available(p)));
            match (new, old) {
                (_, None) => {}
                (None, Some(old)) => match (self.is_available(old), place.runs) {
                    (false, false) => self.delete.push(old),
                    (false, true) => self.create.push(node.clone()),
                    (true, false) => misplaced.push(old),
                    (true, true) if surging >= most => {}
                    (true, true) => candidates.push(node.clone()),
                },
                (Some(new), Some(old)) if self.is_available(new) => self.delete.push(old),
                (Some(_), Some(_)) => surging += 1,
            }
        }
        self.delete.extend(misplaced.into_iter().take((available - desired).max(0) as usize));
        self.create.extend(candidates.into_iter().take((most - surging).max(0) as usize));
    }

    /// Models syncNodes.
    fn write(&mut self, plan: &mut Plan) {
        let uid = self.set.meta.uid;
        for (reason, said) in self.said.drain(..) {
            match reason {
                "FailedDaemonPod" => plan.warn(uid, reason, said),
                _ => plan.say(uid, reason, said),
            }
        }
        for node in self.create.iter().take(BURST) {
            let why = format!("{node} has no pod of it");
            plan.caption = why.clone().into();
            let pod = Box::new(self.new_pod(node));
            plan.actions.push(Action::CreatePod(pod, Because::of(uid, "spec.template", why)));
        }
        for pod in self.delete.iter().take(BURST) {
            let why = format!("{} is not wanted any more", pod.meta.name);
            plan.caption = why.clone().into();
            plan.actions.push(Action::DeletePod(pod.meta.uid, Because::of(uid, "spec.template", why)));
        }
    }
    fn new_pod(&self, node: &Text) -> Pod {
        let (set, template) = (&self.set.meta, &self.set.spec.template);
        let mut labels = template.metadata.labels.clone();
        labels.insert(POD_HASH, self.hash.clone());
        if let Some(generation) = set.annotations.get(GENERATION) {
            labels.insert("pod-template-generation", generation.clone());
        }
        let meta = Meta {
            generate_name: format!("{}-", set.name).into(),
            namespace: set.namespace.clone(),
            labels,
            annotations: template.metadata.annotations.clone(),
            owners: [owner(Kind::DaemonSet, set)].into(),
            ..Meta::default()
        };
        let mut pod = Pod::from_template(meta, template);
        pod.spec = self.spec.clone();
        // The scheduler binds it, to this node and no other.
        let field = record! { "key" => "metadata.name", "operator" => "In", "values" => vec![node.clone()] };
        let terms = vec![record! { "matchFields" => vec![field] }];
        make_mut(&mut pod.spec).edit(|raw| {
            let path = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
            raw.set(path, record! { "nodeSelectorTerms" => terms });
        });
        pod
    }
    /// Models updateDaemonSetStatus.
    fn status(&self, plan: &mut Plan) -> DaemonSetStatus {
        let observed_generation = self.set.meta.generation;
        let mut status = DaemonSetStatus { observed_generation, ..DaemonSetStatus::default() };
        for place in self.places.values() {
            let pod = place.pods.first();
            status.misscheduled += i32::from(!place.runs && pod.is_some());
            status.desired += i32::from(place.runs);
            let Some(pod) = pod.filter(|_| place.runs) else { continue };
            status.current += 1;
            status.updated += i32::from(hash_of(pod) == Some(&self.hash));
            let Some(left) = self.waits(pod) else { continue };
            status.ready += 1;
            status.available += i32::from(left == Span::ZERO);
            if left > Span::ZERO {
                plan.again_after(left);
            }
        }
        status
    }
}

/// Should a pod be on the node, and may one stay that is there? Models NodeShouldRunDaemonPod.
fn fits(spec: &PodSpec, node: &Node) -> (bool, bool) {
    if !(spec.node_name.is_empty() || spec.node_name == node.meta.name) || !spec.wants_node(node) {
        return (false, false);
    }
    let repels = |effect: Effect| {
        let minds = |t: &crate::api::Taint| !spec.tolerations.iter().any(|own| own.tolerates(t));
        node.spec.taints.iter().any(|t| t.effect == effect && minds(t))
    };
    let stays = !repels(Effect::NoExecute);
    (stays && !repels(Effect::NoSchedule), stays)
}

/// The node that a pod is on, or is for. Models GetTargetNodeName.
fn target(pod: &Pod) -> Option<Text> {
    if !pod.node.is_empty() {
        return Some(pod.node.clone());
    }
    let terms = &pod.spec.affinity.as_ref()?.nodes.required.as_ref()?.terms;
    terms.iter().find_map(|t| t.named()?.first().map(|name| Text::clone(name)))
}

/// Adds what every daemon tolerates. Models AddOrUpdateDaemonPodTolerations.
fn tolerate(raw: &mut Value) {
    let network = [("network-unavailable", "NoSchedule")];
    let network = network.iter().filter(|_| raw.get("hostNetwork").as_bool() == Some(true));
    let mut all: Vec<Value> = raw.get("tolerations").items().to_vec();
    for (key, effect) in TOLERATED.iter().chain(network) {
        let toleration = record! {
            "effect" => *effect, "key" => format!("node.kubernetes.io/{key}"), "operator" => "Exists",
        };
        let same =
            |t: &Value| t.get("key") == toleration.get("key") && t.get("effect") == toleration.get("effect");
        match all.iter_mut().find(|t| same(t)) {
            Some(own) => *own = toleration,
            None => all.push(toleration),
        }
    }
    raw.set("tolerations", all);
}
