//! How a Job ends: by its limits, by its policies, or by enough successes.
//!
//! Models pkg/controller/job/job_controller.go: syncJob's evaluation of the end.

use super::failure_policy::{self, Verdict};
use super::{Sync, is_failed, success_policy};
use crate::api::{Condition, Job, Pod, RestartPolicy, Span, Text, Truth};
use std::rc::Rc;

/// How a Job is about to end: the interim condition that says so, and the final one.
#[derive(Clone)]
pub(super) struct Ending {
    pub(super) interim: &'static str,
    pub(super) last: &'static str,
    pub(super) reason: Text,
    pub(super) message: Text,
    /// The field that decided.
    pub(super) field: &'static str,
}

impl Ending {
    fn new(interim: &'static str, reason: impl Into<Text>, message: impl Into<Text>) -> Ending {
        let last = if interim == "FailureTarget" { "Failed" } else { "Complete" };
        let reason = reason.into();
        Ending { interim, last, field: known(&reason).1, reason, message: message.into() }
    }
    pub(super) fn success() -> Ending {
        Ending::new("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods")
    }
    /// The end that an earlier sync has already decided.
    pub(super) fn decided(job: &Job) -> Option<Ending> {
        let find = |name| job.status.conditions.get(name).filter(|c: &&Condition| c.status == Truth::True);
        let interim = find("SuccessCriteriaMet").or_else(|| find("FailureTarget"))?;
        Some(Ending::new(interim.name, interim.reason.clone(), interim.message.clone()))
    }
    /// The reason as an event has it.
    pub(super) fn event(&self) -> &'static str {
        known(&self.reason).0
    }
}

/// A reason, and the field behind it for "why?".
fn known(reason: &str) -> (&'static str, &'static str) {
    const KNOWN: [(&str, &str); 7] = [
        ("CompletionsReached", "spec.completions"),
        ("BackoffLimitExceeded", "spec.backoffLimit"),
        ("DeadlineExceeded", "spec.activeDeadlineSeconds"),
        ("PodFailurePolicy", "spec.podFailurePolicy"),
        ("FailedIndexes", "spec.backoffLimitPerIndex"),
        ("MaxFailedIndexesExceeded", "spec.maxFailedIndexes"),
        ("SuccessPolicy", "spec.successPolicy"),
    ];
    KNOWN.into_iter().find(|(word, _)| *word == reason).unwrap_or(KNOWN[0])
}

impl Sync<'_> {
    /// Has a pod failed in a way that fails the whole Job? Models getFailJobMessage.
    pub(super) fn fails_by_policy(&self) -> Option<Ending> {
        let policy = &self.spec.pod_failure_policy;
        if policy.is_null() {
            return None;
        }
        let failed = self.ended.iter().chain(&self.stopping).filter(|p| is_failed(p, &self.spec));
        let mut judged = failed.filter_map(|p| failure_policy::judge(policy, p));
        let (_, message) = judged.find(|(verdict, _)| *verdict == Verdict::FailJob)?;
        Some(Ending::new("FailureTarget", "PodFailurePolicy", message))
    }
    /// Has it failed too often, or was it active for too long?
    pub(super) fn fails(&mut self, failed: i32) -> Option<Ending> {
        let fails = |reason, message: &'static str| Some(Ending::new("FailureTarget", reason, message));
        if failed > self.spec.backoff_limit() || self.restarts_exceed() {
            return fails("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        let (deadline, started) = (self.spec.active_deadline_seconds?, self.job.status.started?);
        if self.spec.suspend {
            return None;
        }
        let left = started + Span::secs(deadline) - self.now;
        if left <= Span::ZERO {
            return fails("DeadlineExceeded", "Job was active longer than specified deadline");
        }
        self.plan.again_after(left);
        None
    }
    /// With OnFailure, restarts count towards the limit. Models pastBackoffLimitOnFailure.
    fn restarts_exceed(&self) -> bool {
        if self.spec.template.spec.restart_policy != RestartPolicy::OnFailure {
            return false;
        }
        let of = |pod: &&Rc<Pod>| -> u32 {
            let statuses = pod.status.containers.iter().chain(pod.status.init_containers.iter());
            statuses.map(|c| c.restarts).sum()
        };
        let restarts: u32 = self.active.iter().chain(&self.stopping).map(of).sum();
        match self.spec.backoff_limit() {
            0 => restarts > 0,
            limit => restarts >= limit as u32,
        }
    }
    /// Have too many indexes failed, or those succeeded that matter?
    pub(super) fn indexes_decide(&self) -> Option<Ending> {
        let progress = self.progress.as_ref()?;
        let fails = |reason, message: &'static str| Some(Ending::new("FailureTarget", reason, message));
        if let Some(failed) = progress.failed.as_ref().map(|failed| failed.total()) {
            if self.spec.max_failed_indexes.is_some_and(|most| failed > most) {
                return fails(
                    "MaxFailedIndexesExceeded",
                    "Job has exceeded the specified maximal number of failed indexes",
                );
            }
            if failed > 0 && failed + progress.succeeded.total() >= progress.completions {
                return fails("FailedIndexes", "Job has failed indexes");
            }
        }
        let policy = &self.spec.success_policy;
        let message = success_policy::met(policy, progress.completions, &progress.succeeded)?;
        Some(Ending::new("SuccessCriteriaMet", "SuccessPolicy", message))
    }
}
