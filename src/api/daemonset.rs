//! DaemonSets.

use super::*;
use crate::{reads, record};

reads! {
    /// How many nodes may be without, or with a second pod, while pods get a new template.
    pub struct DaemonRolling {
        /// Nodes without a ready pod: a count or a percentage.
        pub max_unavailable: IntOrPercent = "maxUnavailable",
        /// Nodes with a second pod: a count or a percentage.
        pub max_surge: IntOrPercent = "maxSurge",
    }
}
reads! {
    /// How a DaemonSet's pods get a new template.
    pub struct DaemonStrategy {
        /// RollingUpdate or OnDelete.
        pub kind: SetUpdate = "type",
        /// Bounds of a rolling update.
        pub rolling_update: Option<DaemonRolling> = "rollingUpdate",
    }
}
reads! {
    /// `DaemonSetSpec`, as far as it is read.
    pub struct DaemonSetSpec {
        /// Which pods are its own.
        pub selector: Selector = "selector",
        /// What its pods look like, and on which nodes they are.
        pub template: PodTemplate = "template",
        /// How pods get a new template.
        pub update_strategy: DaemonStrategy = "updateStrategy",
        /// How long a pod must be ready before it counts as available, in seconds.
        pub min_ready_seconds: i32 = "minReadySeconds",
        /// How many old templates are kept.
        pub revision_history_limit: Option<i32> = "revisionHistoryLimit",
    }
}

/// `DaemonSetStatus`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct DaemonSetStatus {
    /// Nodes that should have a pod.
    pub desired: i32,
    /// Of these, nodes that have one.
    pub current: i32,
    /// Nodes that have one although they should not.
    pub misscheduled: i32,
    /// Nodes whose pod is ready.
    pub ready: i32,
    /// Nodes whose pod has the newest template.
    pub updated: i32,
    /// Nodes whose pod has been ready for long enough.
    pub available: i32,
    /// The generation that this speaks of.
    pub observed_generation: i64,
}

/// A DaemonSet.
pub type DaemonSet = Declared<DaemonSetSpec, DaemonSetStatus>;

impl Status for DaemonSetStatus {
    fn to_value(&self, _: &Meta) -> Value {
        let some = |n: i32| (n > 0).then_some(n);
        record! {
            "currentNumberScheduled" => self.current,
            "desiredNumberScheduled" => self.desired,
            "numberAvailable" => some(self.available),
            "numberMisscheduled" => self.misscheduled,
            "numberReady" => self.ready,
            "numberUnavailable" => some(self.desired - self.available),
            "observedGeneration" => (self.observed_generation > 0).then_some(self.observed_generation),
            "updatedNumberScheduled" => some(self.updated),
        }
    }
}
