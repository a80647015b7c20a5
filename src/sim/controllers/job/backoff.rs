//! The back-off: after a failure no new pod is made for a while, each time for twice as long.
//!
//! Models pkg/controller/job/backoff_utils.go.

use crate::api::{ContainerState, Pod, Span, Time, Truth};
use crate::sim::plan::Memo;

/// The first back-off after a failed pod; it doubles. Models DefaultJobPodFailureBackOff.
pub(super) const FIRST: Span = Span::secs(10);
/// The longest back-off. Models MaxJobPodFailureBackOff.
pub(super) const LONGEST: Span = Span::secs(600);

/// How often the Job has failed since it last succeeded, and when it last did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Backoff {
    pub(super) failures: u32,
    pub(super) last: Option<Time>,
}

impl Backoff {
    /// What the controller remembers.
    pub(super) fn recall(memo: Option<&Memo>) -> Backoff {
        match memo {
            Some(Memo::JobBackoff { failures, last_failure }) => {
                Backoff { failures: *failures, last: *last_failure }
            }
            _ => Backoff::default(),
        }
    }
    pub(super) fn memo(self) -> Memo {
        Memo::JobBackoff { failures: self.failures, last_failure: self.last }
    }
    /// Counts pods that ended at these times: a success forgives all failures before it. Models newBackoffRecord.
    pub(super) fn note(&mut self, succeeded: &[Time], failed: &[Time]) {
        if let Some(success) = succeeded.iter().max() {
            *self = Backoff::default();
            self.add(failed.iter().filter(|t| *t > success));
        } else {
            self.add(failed.iter());
        }
    }
    fn add<'a>(&mut self, failed: impl Iterator<Item = &'a Time>) {
        let mut last = None;
        for time in failed {
            self.failures += 1;
            last = last.max(Some(*time));
        }
        self.last = last.or(self.last);
    }
    /// How long no new pod may be made. Models getRemainingTime.
    pub(super) fn left(self, now: Time) -> Span {
        left(self.failures, self.last, now, FIRST, LONGEST)
    }
}

/// Models getRemainingTimeForFailuresCount.
pub(super) fn left(failures: u32, last: Option<Time>, now: Time, first: Span, longest: Span) -> Span {
    let Some(last) = last.filter(|_| failures > 0) else {
        return Span::ZERO;
    };
    let backoff = (first * (1 << (failures - 1).min(20))).min(longest);
    (last + backoff - now).max(Span::ZERO)
}

/// When a pod ended, in whole seconds as the API has it. Models getFinishedTime.
pub(super) fn finished_at(pod: &Pod) -> Time {
    let ends = pod.status.containers.iter().map(|c| match &c.state {
        ContainerState::Terminated(ended) => Some(ended.finished),
        _ => None,
    });
    let latest = ends.collect::<Option<Vec<Time>>>().and_then(|l| l.into_iter().max());
    let not_ready = pod.status.conditions.get("Ready").filter(|c| c.status == Truth::False);
    let deleted = pod.meta.deletion.map(|d| d.asked);
    latest.or(not_ready.map(|c| c.since)).or(deleted).unwrap_or(pod.meta.created).floor_sec()
}
