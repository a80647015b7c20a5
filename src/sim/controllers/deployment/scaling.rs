//! More or fewer pods: of one ReplicaSet, and of all of them in proportion while a rollout is under way.
//!
//! Models pkg/controller/deployment/sync.go: scale, scaleReplicaSet, isScalingEvent.

use super::{Sync, revision};
use crate::api::{Meta, ReplicaSet, make_mut, order};
use std::rc::Rc;

impl Sync<'_> {
    /// Does the Deployment ask for another number than when its ReplicaSets were last scaled?
    pub(super) fn is_scaling(&self) -> bool {
        let wanted = i64::from(self.new.replicas());
        let differs = |s: &Rc<ReplicaSet>| {
            s.replicas() > 0 && revision::number(&s.meta, revision::DESIRED).is_some_and(|n| n != wanted)
        };
        self.sets.iter().any(differs)
    }
    /// Gives one ReplicaSet another number of pods, if it has another. Returns whether it had.
    pub(super) fn scale(&mut self, i: usize, wanted: i32) -> bool {
        self.sets[i].replicas() != wanted && {
            self.resize(i, wanted);
            true
        }
    }
    /// The same, where the notes of what was asked for may be what is to be written.
    fn resize(&mut self, i: usize, wanted: i32) {
        let old = self.sets[i].replicas();
        let mut set = ReplicaSet::clone(&self.sets[i]);
        self.annotate_size(&mut set.meta);
        if old == wanted && set.meta == self.sets[i].meta {
            return;
        }
        if old == wanted {
            return self.write(i, set, "the wanted number has changed");
        }
        make_mut(&mut set.spec).edit(|raw| raw.set("replicas", wanted));
        let direction = if wanted > old { "up" } else { "down" };
        let said = format!("Scaled {direction} replica set {} from {old} to {wanted}", set.meta.name);
        self.plan.caption = said.clone().into();
        self.write(i, set, said.clone());
        self.plan.say(self.uid, "ScalingReplicaSet", said);
    }
    /// Notes in a ReplicaSet what its Deployment asks for.
    pub(super) fn annotate_size(&self, meta: &mut Meta) {
        let wanted = self.new.replicas();
        for (name, number) in [(revision::DESIRED, wanted), (revision::MAX, wanted + self.bounds().surge)] {
            let said = number.to_string();
            if meta.annotations.get(name).is_none_or(|n| *n != said.as_str()) {
                meta.annotations.insert(name, said);
            }
        }
    }
    /// Scales the only ReplicaSet that has pods, or the newest; of several, each by its share: a new number shall not
    /// hasten a rollout. Models sync.go: scale.
    pub(super) fn scale_in_proportion(&mut self) {
        let wanted = self.new.replicas();
        let active: Vec<usize> = (0..self.sets.len()).filter(|i| self.sets[*i].replicas() > 0).collect();
        match active[..] {
            [] => {
                if let Some(i) = self.current.or(self.sets.len().checked_sub(1)) {
                    self.scale(i, wanted);
                }
            }
            [only] => {
                self.scale(only, wanted);
            }
            _ if self.is_saturated() => {
                for i in self.active_old() {
                    self.scale(i, 0);
                }
            }
            _ if self.new.spec.strategy.kind == crate::api::StrategyType::RollingUpdate => self.share(active),
            _ => {}
        }
    }
    /// Models IsSaturated.
    fn is_saturated(&self) -> bool {
        let wanted = self.new.replicas();
        self.current.map(|i| &self.sets[i]).is_some_and(|set| {
            set.replicas() == wanted
                && revision::number(&set.meta, revision::DESIRED) == Some(wanted.into())
                && set.status.available == wanted
        })
    }
    /// Spreads the pods that are to be added or taken over the ReplicaSets, the largest first.
    fn share(&mut self, mut active: Vec<usize>) {
        let wanted = self.new.replicas();
        let allowed = if wanted > 0 { wanted + self.bounds().surge } else { 0 };
        let more = allowed - self.asked();
        // Of equal ones the newest grows first, and the oldest shrinks first.
        let age = |i: &usize| if more > 0 { -(*i as i64) } else { *i as i64 };
        order::sort_by_key(&mut active, |i| (-self.sets[*i].replicas(), age(i)));
        let mut added = 0;
        let mut sizes: Vec<i32> = Vec::new();
        for i in &active {
            let (left, own) = (more - added, self.sets[*i].replicas());
            let part = self.part_of(&self.sets[*i]);
            let part = if more > 0 { part.min(left) } else { part.max(left) };
            let part = if left == 0 { 0 } else { part };
            added += part;
            sizes.push(own + part);
        }
        sizes[0] = (sizes[0] + more - added).max(0);
        for (i, size) in active.into_iter().zip(sizes) {
            self.resize(i, size);
        }
    }
    /// By how much a ReplicaSet grows to keep its share. Models getReplicaSetFraction.
    fn part_of(&self, set: &ReplicaSet) -> i32 {
        let (wanted, own) = (self.new.replicas(), set.replicas());
        if wanted == 0 {
            return -own;
        }
        let noted = revision::number(&set.meta, revision::MAX).filter(|n| *n > 0);
        let before = noted.unwrap_or(self.new.status.replicas.into());
        if before == 0 {
            return 0;
        }
        let max = i64::from(wanted + self.bounds().surge);
        // The share, rounded to the nearest.
        let size = (2 * i64::from(own) * max + before) / (2 * before);
        size as i32 - own
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bounds, bounds};
    use crate::api::{Deployment, Meta, Resource};
    use crate::record;

    #[test]
    fn percentages_round_in_favour_of_pods() {
        let cases = [
            // replicas, maxSurge, maxUnavailable, surge, unavailable
            (2, "0%", "1%", 0, 1),
            (1, "0%", "1%", 0, 1),
            (2, "1%", "25%", 1, 0),
            (1, "1%", "25%", 1, 0),
            (2, "1%", "0%", 1, 0),
            (3, "25%", "25%", 1, 0),
            (10, "25%", "25%", 3, 2),
            (10, "100%", "200%", 10, 10),
            (0, "25%", "25%", 0, 0),
        ];
        for (replicas, surge, down, want_surge, want_down) in cases {
            let rolling = record! { "maxSurge" => surge, "maxUnavailable" => down };
            let strategy = record! { "type" => "RollingUpdate", "rollingUpdate" => rolling };
            let spec = record! { "replicas" => replicas, "strategy" => strategy };
            let deployment = Deployment::read(Meta::named("a", "b"), &record! { "spec" => spec });
            let want = Bounds { surge: want_surge, unavailable: want_down };
            assert_eq!(bounds(&deployment), want, "{replicas} {surge} {down}");
        }
    }
}
