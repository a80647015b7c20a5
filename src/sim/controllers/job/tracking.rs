//! Counting: each pod that ended is counted exactly once, whatever happens in between.
//!
//! Models pkg/controller/job/job_controller.go: trackJobStatusAndRemoveFinalizers, flushUncountedAndRemoveFinalizers.

use super::ending::Ending;
use super::{BATCH, Sync, failure_policy, indexes, is_failed, release};
use crate::api::{Job, Phase, Pod, Span, make_mut};
use crate::sim::plan::Action;
use crate::sim::record::Because;
use crate::sim::store::TRACKING_FINALIZER;
use std::rc::Rc;

/// From the note of which pods have ended, and the release of their finalizers, until the counters rise.
const FLUSH: Span = Span::millis(20);
/// The most finished pods counted in one sync. Models MaxUncountedPods.
const UNCOUNTED_MAX: usize = 500;

impl<'a> Sync<'a> {
    /// First a pod's identity (or its index) goes into the status, then its finalizer goes, then the counter rises.
    pub(super) fn count(&mut self, before: &Job, ending: Option<Ending>) {
        let fails = ending.as_ref().is_some_and(|e| e.last == "Failed");
        let ends_all = ending.is_some() || self.job.meta.is_terminating();
        let released = self.note(ends_all, fails);
        let status = &mut self.job.status;
        let decided = ending.as_ref().is_some_and(|end| {
            status.conditions.set(end.interim, true, end.reason.clone(), end.message.clone(), self.now)
        });
        let old = &before.status;
        let noted = decided
            || status.uncounted_succeeded != old.uncounted_succeeded
            || status.uncounted_failed != old.uncounted_failed
            || status.completed_indexes != old.completed_indexes
            || status.failed_indexes != old.failed_indexes;
        if *status != *old {
            self.plan.actions.push(Action::Remember(self.uid, self.backoff.memo()));
        }
        let reason = match &ending {
            Some(end) => Because::of(self.uid, end.field, end.message.clone()),
            None => Because::of(self.uid, "", "counts its pods"),
        };
        if noted || !released.is_empty() {
            self.plan.update(self.job.clone(), reason);
            for pod in &released {
                release(&mut self.plan, pod, Because::of(self.uid, "", "is counted, so it may go"));
            }
            let status = &self.job.status;
            let counting = !status.uncounted_succeeded.is_empty() || !status.uncounted_failed.is_empty();
            if counting || ending.is_some() {
                self.plan.again_after(FLUSH);
            }
            return;
        }
        self.flush(before, ending, reason);
    }

    /// Notes the pods that ended; returns those that may go.
    fn note(&mut self, ends_all: bool, fails: bool) -> Vec<&'a Rc<Pod>> {
        let spec = Rc::clone(&self.spec);
        let status = &self.job.status;
        let (mut succeeded, mut failed) =
            (Rc::clone(&status.uncounted_succeeded), Rc::clone(&status.uncounted_failed));
        let mut released: Vec<&'a Rc<Pod>> = Vec::new();
        let others = self.active.iter().filter(|_| ends_all);
        let all = self.ended.iter().chain(&self.stopping).chain(others);
        let mut indexed = 0;
        for pod in all.filter(|p| p.meta.has_finalizer(TRACKING_FINALIZER)) {
            let (uid, phase, bad) = (pod.meta.uid, pod.status.phase, is_failed(pod, &spec));
            if !(ends_all || phase == Phase::Succeeded || bad && !self.is_delayed(pod)) {
                continue;
            }
            if succeeded.len() + failed.len() + indexed >= UNCOUNTED_MAX {
                self.plan.again_after(BATCH);
                break;
            }
            released.push(pod);
            let valid = self.progress.as_ref().is_none_or(|progress| progress.is_valid(pod));
            let counts = || failure_policy::counts(&spec.pod_failure_policy, pod);
            if phase == Phase::Succeeded && !failed.contains(&uid) {
                // An index is enough to count a success once.
                match self.progress {
                    Some(_) => indexed += 1,
                    None if succeeded.contains(&uid) => {}
                    None => make_mut(&mut succeeded).push(uid),
                }
            } else if (bad || fails) && valid && !failed.contains(&uid) && counts() {
                // When the Job has failed, every pod that has not ended counts as failed.
                make_mut(&mut failed).push(uid);
            }
        }
        let status = &mut self.job.status;
        (status.uncounted_succeeded, status.uncounted_failed) = (succeeded, failed);
        if let Some(progress) = &self.progress {
            status.succeeded = progress.succeeded.total();
            status.completed_indexes = progress.succeeded.text().into();
            status.failed_indexes = progress.failed.as_ref().map(|failed| failed.text().into());
        }
        released
    }
    /// Does the pod wait for its replacement, to hand its count of failures on?
    fn is_delayed(&self, pod: &Pod) -> bool {
        let replaced = |n| self.progress.as_ref()?.replaced(n);
        indexes::index_of(pod).and_then(replaced).is_some_and(|p| p.meta.uid == pod.meta.uid)
    }

    /// The pods that were noted have lost their finalizers: the counters rise, and the Job may end.
    fn flush(&mut self, before: &Job, ending: Option<Ending>, reason: Because) {
        let status = &mut self.job.status;
        for (counter, uncounted) in [
            (&mut status.succeeded, &mut status.uncounted_succeeded),
            (&mut status.failed, &mut status.uncounted_failed),
        ] {
            *counter += uncounted.len() as i32;
            if !uncounted.is_empty() {
                *uncounted = Rc::default();
            }
        }
        if let Some(end) = ending.filter(|_| status.terminating == Some(0)) {
            self.finish(&end);
        }
        if self.job.status != before.status {
            self.plan.update(self.job.clone(), reason);
        }
    }
    /// Models enactJobFinished and recordJobFinished.
    fn finish(&mut self, end: &Ending) {
        let status = &mut self.job.status;
        status.conditions.set(end.last, true, end.reason.clone(), end.message.clone(), self.now);
        if end.last == "Complete" {
            status.completed = Some(self.now.floor_sec());
            if self.spec.completions.is_some_and(|wanted| status.succeeded > wanted) {
                let message = "Too many succeeded pods running after completion count reached";
                self.plan.warn(self.uid, "TooManySucceededPods", message);
            }
            self.plan.say(self.uid, "Completed", "Job completed");
        } else {
            self.plan.warn(self.uid, end.event(), end.message.clone());
        }
        self.plan.caption = format!("{}: {}", end.last, end.message).into();
    }
}
