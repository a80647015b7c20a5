//! The Deployment controller: keeps one ReplicaSet a template, and moves pods from the old ones to the new one.
//!
//! Models pkg/controller/deployment: deployment_controller.go, sync.go, rolling.go, recreate.go.

mod revision;
mod scaling;
mod status;

pub(super) use revision::hash_of;

use super::claim::{claim, wake_owners};
use super::{Controller, Wakes};
use crate::api::{Deployment, IntOrPercent, Kind, Object, ReplicaSet, StrategyType, Text, Time, Uid, order};
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "deployment",
    source: "deployment-controller",
    kinds: &[Kind::Deployment, Kind::ReplicaSet],
    watches,
    reconcile,
};

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match change.kind() {
        Kind::Deployment if change.verb != Verb::Deleted => wakes.now(change.uid()),
        Kind::ReplicaSet => wake_owners(store, change, Kind::Deployment, wakes),
        _ => {}
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(object) = world.store.get(uid) else { return plan };
    let Object::Deployment(deployment) = object else { return plan };
    if claim(world, object, Kind::ReplicaSet, &mut plan) {
        return plan;
    }
    let mut sync = Sync::new(world, deployment, plan);
    sync.run();
    let Sync { new, mut plan, .. } = sync;
    if new.status != deployment.status || new.meta != deployment.meta {
        let caption = format!("{} of {} pods available", new.status.available, new.replicas());
        plan.update(new, Because::of(uid, "spec.replicas", caption));
    }
    plan
}

/// One look at a Deployment.
struct Sync<'a> {
    world: &'a World,
    now: Time,
    uid: Uid,
    /// The Deployment as it will be written.
    new: Deployment,
    /// Its ReplicaSets as they will be written, oldest first.
    sets: Vec<Rc<ReplicaSet>>,
    /// Which of them has the present template.
    current: Option<usize>,
    plan: Plan,
}

/// How many pods there may be above and below the wanted number while they are replaced.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Bounds {
    surge: i32,
    unavailable: i32,
}

impl Sync<'_> {
    fn new<'a>(world: &'a World, deployment: &Deployment, plan: Plan) -> Sync<'a> {
        let uid = deployment.meta.uid;
        let mut sets: Vec<Rc<ReplicaSet>> =
            world.store.dependents(uid).filter_map(Object::as_ref::<ReplicaSet>).cloned().collect();
        order::sort_by_key(&mut sets, |s| s.meta.uid);
        let current = sets.iter().position(|s| revision::has_template_of(s, deployment));
        Sync { world, now: world.now(), uid, new: deployment.clone(), sets, current, plan }
    }
    /// Models syncDeployment.
    fn run(&mut self) {
        self.sync_revision();
        if self.new.meta.is_terminating() {
            return self.count();
        }
        self.note_pause();
        if self.new.spec.paused || self.is_scaling() {
            self.scale_in_proportion();
            if self.new.spec.paused {
                self.clean_up();
            }
            return self.count();
        }
        let done = match self.new.spec.strategy.kind {
            StrategyType::Recreate => self.recreate(),
            StrategyType::RollingUpdate => self.roll(),
        };
        if done {
            self.judge();
        }
    }

    /// Models rolling.go: rolloutRolling. False: the new ReplicaSet cannot be made now.
    fn roll(&mut self) -> bool {
        if self.current.is_none() && !self.create_set() {
            return false;
        }
        let current = self.current.expect("just made");
        let wanted = self.wanted_of_new(self.sets[current].replicas());
        if !self.scale(current, wanted) && !self.scale_down_old(current) && self.is_complete() {
            self.clean_up();
        }
        true
    }
    /// Models recreate.go: rolloutRecreate.
    fn recreate(&mut self) -> bool {
        let mut scaled = false;
        for i in self.active_old() {
            scaled |= self.scale(i, 0);
        }
        if scaled || self.old_pods_remain() {
            return true;
        }
        if self.current.is_none() && !self.create_set() {
            return false;
        }
        let wanted = self.new.replicas();
        self.scale(self.current.expect("just made"), wanted);
        if self.is_complete() {
            self.clean_up();
        }
        true
    }
    /// Models recreate.go: oldPodsRunning.
    fn old_pods_remain(&self) -> bool {
        let remains = |(i, set): (usize, &Rc<ReplicaSet>)| {
            let tally = self.world.store.tally(set.meta.uid);
            Some(i) != self.current && (set.status.replicas > 0 || tally[..3].iter().sum::<u32>() > 0)
        };
        self.sets.iter().enumerate().any(remains)
    }

    /// How many pods the new ReplicaSet may have, of which it has so many.
    /// Models util/deployment_util.go: NewRSNewReplicas.
    fn wanted_of_new(&self, own: i32) -> i32 {
        let wanted = self.new.replicas();
        if own >= wanted || self.new.spec.strategy.kind == StrategyType::Recreate {
            return wanted;
        }
        let room = wanted + self.bounds().surge - self.asked();
        own + room.clamp(0, wanted - own)
    }
    /// Models rolling.go: reconcileOldReplicaSets. Those that are not available go first: they serve nobody.
    fn scale_down_old(&mut self, current: usize) -> bool {
        let least = self.new.replicas() - self.bounds().unavailable;
        let new = &self.sets[current];
        let most = self.asked() - least - (new.replicas() - new.status.available);
        if most <= 0 {
            return false;
        }
        let old = self.active_old();
        let mut left = most;
        for i in &old {
            let set = &self.sets[*i];
            let fewer = (set.replicas() - set.status.available).min(left);
            if fewer < 0 {
                // It was scaled just now, and what it says of itself is still of before.
                return false;
            }
            let wanted = set.replicas() - fewer;
            left -= fewer;
            self.scale(*i, wanted);
        }
        let mut surplus = (self.available() - least).max(0);
        let mut scaled = left < most;
        for i in &old {
            let fewer = self.sets[*i].replicas().min(surplus);
            let wanted = self.sets[*i].replicas() - fewer;
            surplus -= fewer;
            scaled |= self.scale(*i, wanted);
        }
        scaled
    }
    /// Deletes the empty ReplicaSets of the oldest revisions above the limit. Models sync.go: cleanupDeployment.
    fn clean_up(&mut self) {
        let Some(limit) = self.new.spec.revision_history_limit.filter(|n| *n != i32::MAX) else { return };
        let old = self.sets.iter().enumerate().filter(|(i, _)| Some(*i) != self.current);
        let mut old: Vec<_> = old.map(|(_, s)| s).filter(|s| !s.meta.is_terminating()).collect();
        order::sort_by_key(&mut old, |s| revision::of(&s.meta));
        let surplus = old.len().saturating_sub(limit.max(0) as usize);
        for set in old.into_iter().take(surplus) {
            let seen = set.meta.generation <= set.status.observed_generation;
            if set.replicas() == 0 && set.status.replicas == 0 && seen {
                let why = "more old ReplicaSets than are kept";
                self.plan.delete(set.meta.uid, Because::of(self.uid, "spec.revisionHistoryLimit", why));
            }
        }
    }

    /// Models util/deployment_util.go: ResolveFenceposts, MaxSurge, MaxUnavailable.
    fn bounds(&self) -> Bounds {
        bounds(&self.new)
    }
    /// How many pods all ReplicaSets together ask for.
    fn asked(&self) -> i32 {
        self.sets.iter().map(|s| s.replicas()).sum()
    }
    fn available(&self) -> i32 {
        self.sets.iter().map(|s| s.status.available).sum()
    }
    /// The old ReplicaSets that ask for pods, oldest first.
    fn active_old(&self) -> Vec<usize> {
        let active = |i: &usize| Some(*i) != self.current && self.sets[*i].replicas() > 0;
        (0..self.sets.len()).filter(active).collect()
    }
    /// Writes a ReplicaSet.
    fn write(&mut self, i: usize, mut set: ReplicaSet, why: impl Into<Text>) {
        self.plan.update(set.clone(), Because::of(self.uid, "spec.replicas", why));
        // As it will be once it is written: it may be written again in this plan.
        set.meta.generation += i64::from(set.spec != self.sets[i].spec);
        self.sets[i] = Rc::new(set);
    }
}

fn bounds(deployment: &Deployment) -> Bounds {
    let wanted = deployment.replicas();
    if deployment.spec.strategy.kind == StrategyType::Recreate {
        return Bounds { surge: 0, unavailable: 0 };
    }
    let update = deployment.spec.strategy.rolling_update.as_ref();
    let quarter = IntOrPercent::default();
    let surge = update.map_or(quarter, |u| u.max_surge).of(wanted, true);
    let unavailable = update.map_or(quarter, |u| u.max_unavailable).of(wanted, false);
    // Both being nothing, no pod could ever be replaced.
    let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    Bounds { surge, unavailable: unavailable.min(wanted) }
}
