//! StatefulSets.

use super::*;
use crate::{reads, record, words};

words! {
    /// Do pods wait for each other?
    pub enum PodManagement { OrderedReady = "OrderedReady", Parallel = "Parallel", }
}
words! {
    /// When pods get a new template.
    pub enum SetUpdate { RollingUpdate = "RollingUpdate", OnDelete = "OnDelete", }
}
words! {
    /// What becomes of a claim that nobody uses any more.
    pub enum Retention { Retain = "Retain", Delete = "Delete", }
}
reads! {
    /// Which pods of a StatefulSet get a new template.
    pub struct StatefulRolling {
        /// Pods of lower ordinals keep the old one.
        pub partition: i32 = "partition",
    }
}
reads! {
    /// How a StatefulSet's pods get a new template.
    pub struct StatefulStrategy {
        /// RollingUpdate or OnDelete.
        pub kind: SetUpdate = "type",
        /// Which pods get it.
        pub rolling_update: Option<StatefulRolling> = "rollingUpdate",
    }
}
reads! {
    /// Where a StatefulSet begins to count.
    pub struct Ordinals {
        /// The first ordinal.
        pub start: i32 = "start",
    }
}
reads! {
    /// What becomes of a StatefulSet's claims.
    pub struct ClaimRetention {
        /// When the set is deleted.
        pub when_deleted: Retention = "whenDeleted",
        /// When the pod of a claim is not wanted any more.
        pub when_scaled: Retention = "whenScaled",
    }
}
reads! {
    /// `StatefulSetSpec`, as far as it is read.
    pub struct StatefulSetSpec {
        /// How many pods there should be.
        pub replicas: Option<i32> = "replicas",
        /// The service that gives each pod its name.
        pub service_name: Text = "serviceName",
        /// Which pods are its own.
        pub selector: Selector = "selector",
        /// What its pods look like.
        pub template: PodTemplate = "template",
        /// Claims that each pod gets, by templates.
        pub volume_claim_templates: Vec<Value> = "volumeClaimTemplates",
        /// Do pods wait for each other?
        pub pod_management_policy: PodManagement = "podManagementPolicy",
        /// How pods get a new template.
        pub update_strategy: StatefulStrategy = "updateStrategy",
        /// How many old templates are kept.
        pub revision_history_limit: Option<i32> = "revisionHistoryLimit",
        /// How long a pod must be ready before it counts as available, in seconds.
        pub min_ready_seconds: i32 = "minReadySeconds",
        /// Where counting begins.
        pub ordinals: Ordinals = "ordinals",
        /// What becomes of the claims.
        pub claim_retention: ClaimRetention = "persistentVolumeClaimRetentionPolicy",
    }
}

/// `StatefulSetStatus`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct StatefulSetStatus {
    /// Pods that exist.
    pub replicas: i32,
    /// Pods that are ready.
    pub ready: i32,
    /// Pods that have been ready for long enough.
    pub available: i32,
    /// Pods of the current template.
    pub current: i32,
    /// Pods of the newest template.
    pub updated: i32,
    /// The ControllerRevision of the current template.
    pub current_revision: Text,
    /// The ControllerRevision of the newest template.
    pub update_revision: Text,
    /// The generation that this speaks of.
    pub observed_generation: i64,
}

/// A StatefulSet.
pub type StatefulSet = Declared<StatefulSetSpec, StatefulSetStatus>;

impl StatefulSet {
    /// How many pods there should be.
    pub fn replicas(&self) -> i32 {
        self.spec.replicas.unwrap_or(1)
    }
}

impl Status for StatefulSetStatus {
    fn to_value(&self, _: &Meta) -> Value {
        let some = |n: i32| (n > 0).then_some(n);
        let seen = self.observed_generation > 0;
        let named = |name: &Text| (!name.is_empty()).then(|| name.clone());
        record! {
            "availableReplicas" => self.available,
            "collisionCount" => seen.then_some(0),
            "currentReplicas" => some(self.current),
            "currentRevision" => named(&self.current_revision),
            "observedGeneration" => seen.then_some(self.observed_generation),
            "readyReplicas" => some(self.ready),
            "replicas" => self.replicas,
            "updateRevision" => named(&self.update_revision),
            "updatedReplicas" => some(self.updated),
        }
    }
}
