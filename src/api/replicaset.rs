//! ReplicaSets.

use super::*;
use crate::{reads, record};

reads! {
    /// `ReplicaSetSpec`, as far as it is read.
    pub struct ReplicaSetSpec {
        /// How many pods there should be.
        pub replicas: Option<i32> = "replicas",
        /// How long a pod must be ready before it counts as available, in seconds.
        pub min_ready_seconds: i32 = "minReadySeconds",
        /// Which pods are its own.
        pub selector: Selector = "selector",
        /// What its pods look like.
        pub template: PodTemplate = "template",
    }
}

/// `ReplicaSetStatus`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ReplicaSetStatus {
    /// Pods that exist.
    pub replicas: i32,
    /// Pods with all labels of the template.
    pub fully_labeled: i32,
    /// Pods that are ready.
    pub ready: i32,
    /// Pods that have been ready for long enough.
    pub available: i32,
    /// Pods that are being stopped.
    pub terminating: i32,
    /// The generation that this speaks of.
    pub observed_generation: i64,
    /// ReplicaFailure.
    pub conditions: Conditions,
}

/// A ReplicaSet.
pub type ReplicaSet = Declared<ReplicaSetSpec, ReplicaSetStatus>;

impl ReplicaSet {
    /// How many pods there should be.
    pub fn replicas(&self) -> i32 {
        self.spec.replicas.unwrap_or(1)
    }
}

impl Status for ReplicaSetStatus {
    fn to_value(&self, _: &Meta) -> Value {
        let some = |n: i32| (n > 0).then_some(n);
        record! {
            "availableReplicas" => some(self.available),
            "conditions" => self.conditions.to_value(None),
            "fullyLabeledReplicas" => some(self.fully_labeled),
            "observedGeneration" => (self.observed_generation > 0).then_some(self.observed_generation),
            "readyReplicas" => some(self.ready),
            "replicas" => self.replicas,
            "terminatingReplicas" => (self.observed_generation > 0).then_some(self.terminating),
        }
    }
}
