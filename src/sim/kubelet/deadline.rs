//! A pod's own deadline. Models pkg/kubelet/active_deadline.go.

use super::{Stage, Sync};
use crate::api::{Span, Time};
use crate::sim::EventType;
use crate::sim::record::Because;

pub(super) const REASON: &str = "DeadlineExceeded";
pub(super) const MESSAGE: &str = "Pod was active on the node longer than the specified deadline";

impl Sync<'_> {
    /// When the pod has been active for too long, if that may still come.
    pub(super) fn deadline(&self) -> Option<Time> {
        let secs = self.pod.spec.active_deadline_seconds?;
        let open = self.runtime.stage <= Stage::Running;
        self.pod.status.started.filter(|_| open).map(|at| at + Span::secs(secs))
    }
    /// Past it, the pod is stopped, and fails.
    pub(super) fn look_at_deadline(&mut self) {
        if self.deadline().is_none_or(|at| at > self.now) {
            return;
        }
        let uid = self.pod.meta.uid;
        self.plan.say_of(uid, EventType::Normal, REASON, MESSAGE, "");
        self.because = Because::of(uid, "spec.activeDeadlineSeconds", MESSAGE);
        self.runtime.exceeded = true;
        self.begin_stop(self.now + Span::secs(self.pod.spec.grace_secs()));
    }
}
