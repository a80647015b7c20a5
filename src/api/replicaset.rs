//! ReplicaSets.

use super::*;
use crate::{reads, record};
use std::rc::Rc;

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
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ReplicaSet {
    /// Its metadata.
    pub meta: Meta,
    /// What it should be.
    pub spec: Rc<Spec<ReplicaSetSpec>>,
    /// What it is.
    pub status: ReplicaSetStatus,
}

impl ReplicaSet {
    /// What a manifest may say beside its metadata.
    pub fn body_shape() -> Shape {
        Shape::Struct(&[Field {
            name: "spec",
            shape: ReplicaSetSpec::shape,
            doc: "Which pods there should be, and how many.",
        }])
    }
    /// How many pods there should be.
    pub fn replicas(&self) -> i32 {
        self.spec.replicas.unwrap_or(1)
    }
}

impl Resource for ReplicaSet {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, value: &Value) -> Self {
        let spec = Rc::new(Spec::new(value.get("spec").clone()));
        ReplicaSet { meta, spec, status: ReplicaSetStatus::default() }
    }
    fn keep_status(&mut self, old: &Self) {
        self.status = old.status.clone();
    }
    fn same_spec(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.spec, &other.spec) || self.spec == other.spec
    }
    fn body(&self) -> Value {
        let s = &self.status;
        let some = |n: i32| (n > 0).then_some(n);
        record! {
            "spec" => self.spec.raw().clone(),
            "status" => record! {
                "availableReplicas" => some(s.available),
                "conditions" => s.conditions.to_value(None),
                "fullyLabeledReplicas" => some(s.fully_labeled),
                "observedGeneration" => (s.observed_generation > 0).then_some(s.observed_generation),
                "readyReplicas" => some(s.ready),
                "replicas" => s.replicas,
                "terminatingReplicas" => (s.observed_generation > 0).then_some(s.terminating),
            },
        }
    }
}
