//! What a Deployment says of itself: its counts, whether it is available, and whether it progresses.
//!
//! Models pkg/controller/deployment/sync.go: calculateStatus, and progress.go.

use super::Sync;
use crate::api::{Conditions, DeploymentStatus, ReplicaSetStatus, Span, Truth};

const PROGRESSING: &str = "Progressing";
const FAILURE: &str = "ReplicaFailure";
const AVAILABLE_NOW: &str = "NewReplicaSetAvailable";
const TIMED_OUT: &str = "ProgressDeadlineExceeded";
const PAUSED: &str = "DeploymentPaused";

fn reason_of(conditions: &Conditions) -> Option<&str> {
    conditions.get(PROGRESSING).map(|c| c.reason.as_str())
}

impl Sync<'_> {
    /// Models util/deployment_util.go: HasProgressDeadline.
    pub(super) fn has_deadline(&self) -> bool {
        self.new.spec.progress_deadline_seconds.is_some_and(|secs| secs != i32::MAX)
    }
    /// Time spent paused is not held against a rollout. Models sync.go: checkPausedConditions.
    pub(super) fn note_pause(&mut self) {
        let known = reason_of(&self.new.status.conditions);
        let paused = self.new.spec.paused;
        if !self.has_deadline() || known == Some(TIMED_OUT) || paused == (known == Some(PAUSED)) {
            return;
        }
        let (reason, said) = if paused {
            (PAUSED, "Deployment is paused")
        } else {
            ("DeploymentResumed", "Deployment is resumed")
        };
        self.new.status.conditions.set_last(PROGRESSING, Truth::Unknown, reason, said, self.now);
    }
    /// Models util/deployment_util.go: DeploymentComplete.
    pub(super) fn is_complete(&self) -> bool {
        let (status, wanted) = (&self.new.status, self.new.replicas());
        status.updated == wanted
            && status.replicas == wanted
            && status.available == wanted
            && status.observed_generation >= self.new.meta.generation
    }
    /// Counts, and says whether enough pods are available. Models sync.go: calculateStatus.
    pub(super) fn count(&mut self) {
        let sum = |of: fn(&ReplicaSetStatus) -> i32| self.sets.iter().map(|s| of(&s.status)).sum::<i32>();
        let available = self.available();
        let old = &self.new.status;
        let mut status = DeploymentStatus {
            replicas: sum(|s| s.replicas),
            updated: self.current.map_or(0, |i| self.sets[i].status.replicas),
            ready: sum(|s| s.ready),
            available,
            unavailable: (self.asked() - available).max(0),
            terminating: sum(|s| s.terminating),
            collisions: old.collisions,
            observed_generation: self.new.meta.generation,
            conditions: old.conditions.clone(),
        };
        let enough = available >= self.new.replicas() - self.bounds().unavailable;
        let (reason, message) = if enough {
            ("MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        status.conditions.set_last("Available", enough, reason, message, self.now);
        self.new.status = status;
    }
    /// Counts, and says whether the rollout progresses. Models progress.go: syncRolloutStatus.
    pub(super) fn judge(&mut self) {
        let old = self.new.status.clone();
        self.count();
        if !self.has_deadline() {
            self.new.status.conditions.remove(PROGRESSING);
        }
        let status = &self.new.status;
        let at_rest = status.replicas == status.updated && reason_of(&old.conditions) == Some(AVAILABLE_NOW);
        if self.has_deadline() && !at_rest {
            self.note_progress(&old);
        }
        self.note_failure();
        if self.new.status == old {
            self.come_back();
        }
    }
    fn note_progress(&mut self, old: &DeploymentStatus) {
        let name = match self.current {
            Some(i) => format!("ReplicaSet \"{}\"", self.sets[i].meta.name),
            None => format!("Deployment \"{}\"", self.new.meta.name),
        };
        let now = self.now;
        let (complete, late) = (self.is_complete(), self.is_late());
        let status = &mut self.new.status;
        let moved = status.updated > old.updated
            || status.replicas - status.updated < old.replicas - old.updated
            || status.ready > old.ready
            || status.available > old.available;
        if complete {
            let said = format!("{name} has successfully progressed.");
            status.conditions.set_last(PROGRESSING, true, AVAILABLE_NOW, said, now);
        } else if moved {
            let said = format!("{name} is progressing.");
            status.conditions.renew(PROGRESSING, Truth::True, "ReplicaSetUpdated", said, now);
        } else if late {
            let said = format!("{name} has timed out progressing.");
            status.conditions.set_last(PROGRESSING, false, TIMED_OUT, said, now);
        }
    }
    /// Models util/deployment_util.go: DeploymentTimedOut.
    fn is_late(&self) -> bool {
        let Some(known) = self.new.status.conditions.get(PROGRESSING) else { return false };
        known.reason == TIMED_OUT
            || known.reason != AVAILABLE_NOW && known.updated.floor_sec() + self.deadline() < self.now
    }
    fn deadline(&self) -> Span {
        Span::secs(self.new.spec.progress_deadline_seconds.unwrap_or(i32::MAX).into())
    }
    /// What keeps a ReplicaSet from making pods is told of the Deployment, too. Models getReplicaFailures.
    fn note_failure(&mut self) {
        let current = self.current.map(|i| &self.sets[i]);
        let mut all = current.into_iter().chain(&self.sets);
        let conditions = &mut self.new.status.conditions;
        match all.find_map(|s| s.status.conditions.get(FAILURE)) {
            Some(c) => {
                conditions.set_last(FAILURE, c.status, c.reason.clone(), c.message.clone(), c.since);
            }
            None => conditions.remove(FAILURE),
        }
    }
    /// Looks again when the rollout may have timed out. Models progress.go: requeueStuckDeployment.
    fn come_back(&mut self) {
        let Some(known) = self.new.status.conditions.get(PROGRESSING) else { return };
        if !self.has_deadline() || self.is_complete() || known.reason == TIMED_OUT {
            return;
        }
        let left = known.updated.floor_sec() + self.deadline() - self.now;
        // The second more is the controller's own, against clocks that differ.
        let wait =
            if left < Span::secs(1) { left.max(Span::ZERO) + Span::millis(10) } else { left + Span::secs(1) };
        self.plan.again_after(wait);
    }
}
