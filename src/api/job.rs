//! Jobs.

use super::*;
use crate::{reads, record, words};
use std::rc::Rc;

words! {
    /// How completions are counted.
    pub enum CompletionMode { NonIndexed = "NonIndexed", Indexed = "Indexed", }
}
words! {
    /// When a replacement for a pod is made.
    pub enum PodReplacementPolicy { TerminatingOrFailed = "TerminatingOrFailed", Failed = "Failed", }
}
reads! {
    /// `JobSpec`, as far as it is read.
    pub struct JobSpec {
        /// How many pods may run at the same time.
        pub parallelism: Option<i32> = "parallelism",
        /// How many pods must succeed; absent means a work queue: any success ends it.
        pub completions: Option<i32> = "completions",
        /// How many failures are retried before the Job fails.
        pub backoff_limit: Option<i32> = "backoffLimit",
        /// How many failures of each index are retried before the index fails; the Job goes on.
        pub backoff_limit_per_index: Option<i32> = "backoffLimitPerIndex",
        /// How many indexes may fail before the whole Job fails.
        pub max_failed_indexes: Option<i32> = "maxFailedIndexes",
        /// What the exit codes and conditions of failed pods mean.
        pub pod_failure_policy: Value = "podFailurePolicy",
        /// Which successes are enough.
        pub success_policy: Value = "successPolicy",
        /// How long the Job may be active, in seconds, whatever else it says.
        pub active_deadline_seconds: Option<i64> = "activeDeadlineSeconds",
        /// How long it is kept after it has finished, in seconds.
        pub ttl_seconds_after_finished: Option<i32> = "ttlSecondsAfterFinished",
        /// Does each pod have an index?
        pub completion_mode: CompletionMode = "completionMode",
        /// Is it held back?
        pub suspend: bool = "suspend",
        /// Did the user choose the selector?
        pub manual_selector: bool = "manualSelector",
        /// When a replacement is made.
        pub pod_replacement_policy: PodReplacementPolicy = "podReplacementPolicy",
        /// The controller that looks after it, if not the cluster's own.
        pub managed_by: Text = "managedBy",
        /// Which pods are its own.
        pub selector: Selector = "selector",
        /// What its pods look like.
        pub template: PodTemplate = "template",
    }
}

impl JobSpec {
    /// How many pods may run at the same time.
    pub fn parallelism(&self) -> i32 {
        self.parallelism.unwrap_or(1)
    }
    /// How many failures are retried.
    pub fn backoff_limit(&self) -> i32 {
        self.backoff_limit.unwrap_or(6)
    }
}

/// `JobStatus`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct JobStatus {
    /// When the controller first took it up, or it was last resumed; cut to whole seconds.
    pub started: Option<Time>,
    /// When it completed.
    pub completed: Option<Time>,
    /// Pods that are pending or running.
    pub active: i32,
    /// Active pods that are ready; none until the first sync.
    pub ready: Option<i32>,
    /// Pods that are being stopped; none until the first sync.
    pub terminating: Option<i32>,
    /// Pods that succeeded and were counted.
    pub succeeded: i32,
    /// Pods that failed and were counted.
    pub failed: i32,
    /// Finished pods that still hold the tracking finalizer: seen as succeeded.
    pub uncounted_succeeded: Rc<Vec<Uid>>,
    /// Finished pods that still hold the tracking finalizer: seen as failed.
    pub uncounted_failed: Rc<Vec<Uid>>,
    /// The indexes that have succeeded, such as `0,2-4`.
    pub completed_indexes: Text,
    /// The indexes that have failed; none without a limit per index.
    pub failed_indexes: Option<Text>,
    /// Suspended, SuccessCriteriaMet, Complete, FailureTarget, Failed.
    pub conditions: Conditions,
}

/// A Job.
pub type Job = Declared<JobSpec, JobStatus>;

impl Job {
    /// Has it reached its end? Returns the final condition. Models pkg/controller/job/utils.go: FinishedCondition.
    pub fn finished(&self) -> Option<&Condition> {
        let ends = |c: &&Condition| matches!(c.name, "Complete" | "Failed") && c.status == Truth::True;
        self.status.conditions.iter().find(ends)
    }
}

impl Status for JobStatus {
    fn to_value(&self, _: &Meta) -> Value {
        let uids = |list: &[Uid]| {
            let texts: Vec<String> = list.iter().map(|uid| uid.to_string()).collect();
            (!texts.is_empty()).then_some(texts)
        };
        // The controller's first write says it, of a Job that is held back as well.
        let seen = self.started.is_some() || self.conditions.iter().next().is_some();
        let uncounted = seen.then(|| {
            record! { "failed" => uids(&self.uncounted_failed), "succeeded" => uids(&self.uncounted_succeeded) }
        });
        record! {
            "active" => (self.active > 0).then_some(self.active),
            "completedIndexes" => (!self.completed_indexes.is_empty()).then(|| self.completed_indexes.clone()),
            "completionTime" => self.completed,
            "conditions" => self.conditions.to_value(Some("lastProbeTime")),
            "failed" => (self.failed > 0).then_some(self.failed),
            "failedIndexes" => self.failed_indexes.clone(),
            "ready" => self.ready,
            "startTime" => self.started,
            "succeeded" => (self.succeeded > 0).then_some(self.succeeded),
            "terminating" => self.terminating,
            "uncountedTerminatedPods" => uncounted,
        }
    }
}
