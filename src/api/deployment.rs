//! Deployments.

use super::*;
use crate::{reads, record, words};

words! {
    /// How a new template takes the place of the old one.
    pub enum StrategyType { RollingUpdate = "RollingUpdate", Recreate = "Recreate", }
}
reads! {
    /// How far a rolling update may go above and below the wanted number.
    pub struct RollingUpdate {
        /// Pods above the wanted number: a count or a percentage.
        pub max_surge: IntOrPercent = "maxSurge",
        /// Pods below the wanted number: a count or a percentage.
        pub max_unavailable: IntOrPercent = "maxUnavailable",
    }
}
reads! {
    /// A rollout's strategy.
    pub struct Strategy {
        /// RollingUpdate or Recreate.
        pub kind: StrategyType = "type",
        /// Bounds of a rolling update.
        pub rolling_update: Option<RollingUpdate> = "rollingUpdate",
    }
}
reads! {
    /// `DeploymentSpec`, as far as it is read.
    pub struct DeploymentSpec {
        /// How many pods there should be.
        pub replicas: Option<i32> = "replicas",
        /// How long a pod must be ready before it counts as available, in seconds.
        pub min_ready_seconds: i32 = "minReadySeconds",
        /// How many old ReplicaSets are kept.
        pub revision_history_limit: Option<i32> = "revisionHistoryLimit",
        /// How long a rollout may make no progress, in seconds.
        pub progress_deadline_seconds: Option<i32> = "progressDeadlineSeconds",
        /// Is the rollout held?
        pub paused: bool = "paused",
        /// Which pods are its own.
        pub selector: Selector = "selector",
        /// How a new template takes the place of the old one.
        pub strategy: Strategy = "strategy",
        /// What its pods look like.
        pub template: PodTemplate = "template",
    }
}

/// A count, or a percentage of the wanted number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IntOrPercent {
    /// So many.
    Int(i32),
    /// So many in a hundred.
    Percent(i32),
}
impl Default for IntOrPercent {
    fn default() -> Self {
        IntOrPercent::Percent(25)
    }
}
impl IntOrPercent {
    /// The count out of `total`, rounded up for a surge, down for the unavailable.
    pub fn of(self, total: i32, round_up: bool) -> i32 {
        match self {
            IntOrPercent::Int(n) => n,
            IntOrPercent::Percent(p) => {
                let share = total as i64 * p as i64;
                (share.div_euclid(100) + i64::from(round_up && share % 100 != 0)) as i32
            }
        }
    }
}
impl Decode for IntOrPercent {
    fn shape() -> Shape {
        Shape::IntOrString
    }
    fn decode(value: &Value) -> Self {
        match value {
            Value::Int(n) => IntOrPercent::Int(*n as i32),
            Value::Str(s) => s
                .strip_suffix('%')
                .and_then(|n| n.parse().ok())
                .map_or_else(IntOrPercent::default, IntOrPercent::Percent),
            _ => IntOrPercent::default(),
        }
    }
}

/// `DeploymentStatus`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct DeploymentStatus {
    /// Pods that exist.
    pub replicas: i32,
    /// Pods of the present template.
    pub updated: i32,
    /// Pods that are ready.
    pub ready: i32,
    /// Pods that have been ready for long enough.
    pub available: i32,
    /// Pods that are missing for the wanted number to be available.
    pub unavailable: i32,
    /// Pods that are being stopped.
    pub terminating: i32,
    /// How often a ReplicaSet's name was taken already by another.
    pub collisions: Option<i32>,
    /// The generation that this speaks of.
    pub observed_generation: i64,
    /// Available, Progressing.
    pub conditions: Conditions,
}

/// A Deployment.
pub type Deployment = Declared<DeploymentSpec, DeploymentStatus>;

impl Deployment {
    /// How many pods there should be.
    pub fn replicas(&self) -> i32 {
        self.spec.replicas.unwrap_or(1)
    }
}

impl Status for DeploymentStatus {
    fn to_value(&self, _: &Meta) -> Value {
        let some = |n: i32| (n > 0).then_some(n);
        record! {
            "availableReplicas" => some(self.available),
            "collisionCount" => self.collisions,
            "conditions" => self.conditions.to_value(Some("lastUpdateTime")),
            "observedGeneration" => (self.observed_generation > 0).then_some(self.observed_generation),
            "readyReplicas" => some(self.ready),
            "replicas" => some(self.replicas),
            "terminatingReplicas" => (self.observed_generation > 0).then_some(self.terminating),
            "unavailableReplicas" => some(self.unavailable),
            "updatedReplicas" => some(self.updated),
        }
    }
}
