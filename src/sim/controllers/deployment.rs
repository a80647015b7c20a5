//! The Deployment controller: keeps one ReplicaSet a template, and moves pods from the old ones to the new one.
//!
//! Models pkg/controller/deployment: deployment_controller.go, sync.go, rolling.go, recreate.go, progress.go.

use super::{Controller, Wakes};
use crate::api::{
    Deployment, DeploymentStatus, IntOrPercent, Kind, Labels, Meta, Object, Owner, ReplicaSet,
    ReplicaSetStatus, RollingUpdate, Spec, StrategyType, Text, Truth, Uid, order,
};
use crate::sim::hash::StableHasher;
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller =
    Controller { name: "deployment", source: "deployment-controller", watches, reconcile };

/// The label that ties pods to the ReplicaSet of one template.
pub const HASH_LABEL: &str = "pod-template-hash";
/// The annotation that counts a Deployment's templates.
pub const REVISION: &str = "deployment.kubernetes.io/revision";

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match change.kind() {
        Kind::Deployment if change.verb != Verb::Deleted => wakes.now(change.uid()),
        Kind::ReplicaSet => {
            let owner = change.new.meta().controller().filter(|o| o.kind == Kind::Deployment);
            if let Some(owner) = owner.filter(|o| store.get(o.uid).is_some()) {
                wakes.now(owner.uid);
            }
        }
        _ => {}
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let Some(deployment) = world.store.get_as::<Deployment>(uid) else {
        return Plan::nothing();
    };
    let sets = world.store.dependents(uid).filter_map(Object::as_ref::<ReplicaSet>).cloned().collect();
    let mut sync = Sync { world, uid, new: Deployment::clone(deployment), sets, plan: Plan::nothing() };
    if !deployment.meta.is_terminating() {
        sync.run();
    }
    sync.set_status();
    let Sync { new, mut plan, .. } = sync;
    if new.status != deployment.status || new.meta != deployment.meta {
        let caption = format!("{} of {} pods available", new.status.available, new.replicas());
        plan.update(new, Because::of(uid, "spec.replicas", caption));
    }
    plan
}

struct Sync<'a> {
    world: &'a World,
    uid: Uid,
    /// The Deployment as it will be written.
    new: Deployment,
    /// Its ReplicaSets, as they will be written.
    sets: Vec<Rc<ReplicaSet>>,
    plan: Plan,
}

impl Sync<'_> {
    fn run(&mut self) {
        let hash = template_hash(&self.new);
        let current =
            self.sets.iter().position(|s| s.meta.labels.get(HASH_LABEL).is_some_and(|h| h.as_str() == hash));
        if self.new.spec.paused && current.is_none() {
            return;
        }
        let recreate = self.new.spec.strategy.kind == StrategyType::Recreate;
        if recreate && self.old_pods_remain(current) {
            self.scale_down_all_but(current);
            return;
        }
        let Some(current) = current else {
            return self.create_set(hash);
        };
        self.note_revision(current);
        if recreate {
            let wanted = self.new.replicas();
            return self.scale(current, wanted);
        }
        let wanted = self.surged(current);
        if wanted != self.sets[current].replicas() {
            return self.scale(current, wanted);
        }
        self.scale_down_old(current);
        self.clean_up(current);
    }
    fn bounds(&self) -> (i32, i32) {
        let wanted = self.new.replicas();
        let update = self.new.spec.strategy.rolling_update.clone();
        let default =
            || RollingUpdate { max_surge: IntOrPercent::default(), max_unavailable: IntOrPercent::default() };
        let update = update.unwrap_or_else(default);
        let (surge, unavailable) =
            (update.max_surge.of(wanted, true), update.max_unavailable.of(wanted, false));
        // Both being nothing, no pod could ever be replaced.
        (surge, if surge == 0 && unavailable == 0 { 1 } else { unavailable.min(wanted) })
    }
    /// How many pods the new ReplicaSet may have now. Models util/deployment_util.go: NewRSNewReplicas.
    fn surged(&self, current: usize) -> i32 {
        let (wanted, total) = (self.new.replicas(), self.sets.iter().map(|s| s.replicas()).sum::<i32>());
        let own = self.sets[current].replicas();
        if own > wanted {
            return wanted;
        }
        let room = wanted + self.bounds().0 - total;
        if room <= 0 { own } else { own + room.min(wanted - own) }
    }
    /// Models rolling.go: reconcileOldReplicaSets, with its two steps: the unhealthy go first.
    fn scale_down_old(&mut self, current: usize) {
        let total: i32 = self.sets.iter().map(|s| s.replicas()).sum();
        let least = self.new.replicas() - self.bounds().1;
        let new_missing = self.sets[current].replicas() - self.sets[current].status.available;
        let mut most = total - least - new_missing;
        if most <= 0 {
            return;
        }
        let mut by_age: Vec<usize> = (0..self.sets.len()).filter(|i| *i != current).collect();
        order::sort_by_key(&mut by_age, |i| self.sets[*i].meta.uid);
        let mut wanted: Vec<i32> = self.sets.iter().map(|s| s.replicas()).collect();
        for i in &by_age {
            let unhealthy = (wanted[*i] - self.sets[*i].status.available).max(0).min(most.max(0));
            (wanted[*i], most) = (wanted[*i] - unhealthy, most - unhealthy);
        }
        let available: i32 = self.sets.iter().map(|s| s.status.available).sum();
        let mut surplus = available - least;
        for i in &by_age {
            let fewer = wanted[*i].min(surplus.max(0));
            (wanted[*i], surplus) = (wanted[*i] - fewer, surplus - fewer);
        }
        for i in by_age {
            self.scale(i, wanted[i]);
        }
    }
    fn old_pods_remain(&self, current: Option<usize>) -> bool {
        let remains = |(i, set): (usize, &Rc<ReplicaSet>)| {
            let tally = self.world.store.tally(set.meta.uid);
            Some(i) != current && (set.replicas() > 0 || tally[..3].iter().sum::<u32>() > 0)
        };
        self.sets.iter().enumerate().any(remains)
    }
    fn scale_down_all_but(&mut self, current: Option<usize>) {
        for i in (0..self.sets.len()).filter(|i| Some(*i) != current) {
            self.scale(i, 0);
        }
    }

    /// Models sync.go: scaleReplicaSet.
    fn scale(&mut self, i: usize, wanted: i32) {
        let old = self.sets[i].replicas();
        if old == wanted {
            return;
        }
        let mut set = ReplicaSet::clone(&self.sets[i]);
        Rc::make_mut(&mut set.spec).edit(|raw| raw.set("replicas", wanted));
        self.annotate(&mut set.meta);
        let direction = if wanted > old { "up" } else { "down" };
        let said = format!("Scaled {direction} replica set {} from {old} to {wanted}", set.meta.name);
        self.plan.caption = said.clone().into();
        self.plan.update(set.clone(), Because::of(self.uid, "spec.replicas", said.clone()));
        self.plan.say(self.uid, "ScalingReplicaSet", said);
        self.sets[i] = Rc::new(set);
    }
    /// Makes the ReplicaSet of a template that has none. Models sync.go: getNewReplicaSet.
    fn create_set(&mut self, hash: String) {
        let total: i32 = self.sets.iter().map(|s| s.replicas()).sum();
        let wanted = self.new.replicas();
        let rolling = self.new.spec.strategy.kind == StrategyType::RollingUpdate;
        let room = (wanted + self.bounds().0 - total).max(0);
        let first = if rolling && !self.sets.is_empty() { room.min(wanted) } else { wanted };
        let set = new_set(&self.new, &hash, first, self.last_revision() + 1);
        let name = set.meta.name.clone();
        let mut set = set;
        self.annotate(&mut set.meta);
        let message = format!("Created new replica set \"{name}\"");
        let now = self.world.now();
        self.new.meta.annotations.insert(REVISION, (self.last_revision() + 1).to_string());
        self.new.status.conditions.set_last("Progressing", true, "NewReplicaSetCreated", message, now);
        let said = format!("Scaled up replica set {name} from 0 to {first}");
        self.plan.caption = said.clone().into();
        self.plan.create(set, Because::of(self.uid, "spec.template", said.clone()));
        if first > 0 {
            self.plan.say(self.uid, "ScalingReplicaSet", said);
        }
    }
    fn annotate(&self, meta: &mut Meta) {
        let wanted = self.new.replicas();
        meta.annotations.insert("deployment.kubernetes.io/desired-replicas", wanted.to_string());
        meta.annotations
            .insert("deployment.kubernetes.io/max-replicas", (wanted + self.bounds().0).to_string());
    }
    fn last_revision(&self) -> i64 {
        self.sets.iter().map(|s| revision_of(&s.meta)).max().unwrap_or(0)
    }
    /// A template that comes back gets a new revision. Models util: SetNewReplicaSetAnnotations.
    fn note_revision(&mut self, current: usize) {
        let own = revision_of(&self.sets[current].meta);
        let newest = self.last_revision();
        if own < newest {
            let mut set = ReplicaSet::clone(&self.sets[current]);
            set.meta.annotations.insert(REVISION, (newest + 1).to_string());
            self.plan
                .update(set.clone(), Because::of(self.uid, "spec.template", "an earlier template is back"));
            self.sets[current] = Rc::new(set);
        }
        let revision = revision_of(&self.sets[current].meta).to_string();
        if self.new.meta.annotations.get(REVISION).is_none_or(|r| *r != revision.as_str()) {
            self.new.meta.annotations.insert(REVISION, revision);
        }
    }
    /// Deletes the oldest empty ReplicaSets above the limit. Models sync.go: cleanupDeployment.
    fn clean_up(&mut self, current: usize) {
        let limit = self.new.spec.revision_history_limit.unwrap_or(10).max(0) as usize;
        let empty =
            |(i, s): &(usize, &Rc<ReplicaSet>)| *i != current && s.replicas() == 0 && s.status.replicas == 0;
        let old: Vec<_> = self.sets.iter().enumerate().filter(|(i, _)| *i != current).collect();
        let mut doomed: Vec<_> = old.iter().copied().filter(empty).collect();
        order::sort_by_key(&mut doomed, |(_, s)| revision_of(&s.meta));
        let surplus = old.len().saturating_sub(limit);
        for (_, set) in doomed.into_iter().take(surplus) {
            let because =
                Because::of(self.uid, "spec.revisionHistoryLimit", "more old ReplicaSets than are kept");
            self.plan.delete(set.meta.uid, because);
        }
    }

    /// Models sync.go: calculateStatus and progress.go: syncRolloutStatus.
    fn set_status(&mut self) {
        let now = self.world.now();
        let hash = template_hash(&self.new);
        let current =
            self.sets.iter().find(|s| s.meta.labels.get(HASH_LABEL).is_some_and(|h| h.as_str() == hash));
        let sum = |of: fn(&ReplicaSetStatus) -> i32| self.sets.iter().map(|s| of(&s.status)).sum::<i32>();
        let wanted = self.new.replicas();
        let available = sum(|s| s.available);
        let total: i32 = self.sets.iter().map(|s| s.replicas()).sum();
        let old = &self.new.status;
        let mut status = DeploymentStatus {
            replicas: sum(|s| s.replicas),
            updated: current.map_or(0, |s| s.status.replicas),
            ready: sum(|s| s.ready),
            available,
            unavailable: (total.max(if self.sets.is_empty() { wanted } else { 0 }) - available).max(0),
            terminating: sum(|s| s.terminating),
            observed_generation: self.new.meta.generation,
            conditions: old.conditions.clone(),
        };
        let enough = available >= wanted - self.bounds().1;
        let (reason, message) = if enough {
            ("MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        status.conditions.set_last("Available", enough, reason, message, now);
        if let Some(set) = current {
            progress(&mut status, old, &set.meta.name, wanted, now);
        }
        self.new.status = status;
    }
}

/// Models progress.go: DeploymentComplete and DeploymentProgressing.
fn progress(
    status: &mut DeploymentStatus,
    old: &DeploymentStatus,
    set: &str,
    wanted: i32,
    now: crate::api::Time,
) {
    let complete = status.updated == wanted && status.replicas == wanted && status.available == wanted;
    let was_complete =
        old.conditions.get("Progressing").is_some_and(|c| c.reason == "NewReplicaSetAvailable");
    let moved = status.updated > old.updated
        || (status.replicas - status.updated) < (old.replicas - old.updated)
        || status.ready > old.ready
        || status.available > old.available;
    if complete {
        let message = format!("ReplicaSet \"{set}\" has successfully progressed.");
        status.conditions.set_last("Progressing", Truth::True, "NewReplicaSetAvailable", message, now);
    } else if moved && !was_complete {
        let message = format!("ReplicaSet \"{set}\" is progressing.");
        status.conditions.set_last("Progressing", Truth::True, "ReplicaSetUpdated", message, now);
    }
}

/// The revision that a ReplicaSet or Deployment is annotated with; 0 if none.
pub fn revision_of(meta: &Meta) -> i64 {
    meta.annotations.get(REVISION).and_then(|r| r.parse().ok()).unwrap_or(0)
}

/// A short hash of the pod template, in letters that form no words. Models util/hash and rand.SafeEncodeString.
fn template_hash(deployment: &Deployment) -> String {
    let hash = StableHasher::of(deployment.spec.raw().get("template")) as u32;
    let letter = |digit: char| b"456789bcdf"[digit as usize - '0' as usize] as char;
    hash.to_string().chars().map(letter).collect()
}

fn new_set(deployment: &Deployment, hash: &str, replicas: i32, revision: i64) -> ReplicaSet {
    let hash: Text = hash.to_owned().into();
    let owner = Owner {
        kind: Kind::Deployment,
        name: deployment.meta.name.clone(),
        uid: deployment.meta.uid,
        controller: true,
    };
    let mut labels: Labels = deployment.spec.template.metadata.labels.clone();
    labels.insert(HASH_LABEL, hash.clone());
    let mut meta = Meta {
        labels,
        owners: [owner].into(),
        ..Meta::named(deployment.meta.namespace.clone(), format!("{}-{hash}", deployment.meta.name))
    };
    meta.annotations.insert(REVISION, revision.to_string());
    let mut spec = crate::record! {
        "replicas" => replicas,
        "selector" => deployment.spec.raw().get("selector").clone(),
        "template" => deployment.spec.raw().get("template").clone(),
    };
    if deployment.spec.min_ready_seconds > 0 {
        spec.set("minReadySeconds", deployment.spec.min_ready_seconds);
    }
    spec.set("selector.matchLabels.pod-template-hash", hash.clone());
    spec.set("template.metadata.labels.pod-template-hash", hash);
    ReplicaSet { meta, spec: Rc::new(Spec::new(spec)), status: ReplicaSetStatus::default() }
}
