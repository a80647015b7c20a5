//! Pods: how many there should be, which go first, and how new ones are made.
//!
//! Models pkg/controller/job/job_controller.go: manageJob.

use super::indexes::{self, INDEX, Indexes, index_of, indexes_of};
use super::{Counts, Sync, release, replaces_only_failed};
use crate::api::{
    JobSpec, Kind, Meta, Owner, Phase, Pod, PodSpec, PodTemplate, Span, Spec, Text, make_mut, order,
};
use crate::sim::plan::Action;
use crate::sim::record::Because;
use crate::sim::store::TRACKING_FINALIZER;
use std::cmp::Reverse;
use std::rc::Rc;

/// The most pods made or deleted in one sync. Models MaxPodCreateDeletePerSync.
const PODS_PER_SYNC_MAX: i32 = 500;

impl<'a> Sync<'a> {
    /// Brings the number of active pods to what is wanted; returns how many there will be.
    pub(super) fn manage(&mut self, succeeded: i32, counts: Counts) -> Counts {
        let spec = Rc::clone(&self.spec);
        let Counts { active, ready, terminating } = counts;
        let parallelism = spec.parallelism();
        let wanted = match spec.completions {
            _ if spec.suspend => 0,
            Some(completions) => (completions - succeeded).min(parallelism).max(0),
            // A work queue: once one pod has succeeded, no new ones are made.
            None if succeeded > 0 => active,
            None => parallelism,
        };
        self.plan.caption = caption(&spec, active, succeeded, wanted);
        let mut doomed = self.to_remove((active - wanted).max(0) as usize);
        doomed.truncate(PODS_PER_SYNC_MAX as usize);
        if !doomed.is_empty() {
            let gone = doomed.len() as i32;
            let gone_ready = doomed.iter().filter(|p| p.is_ready()).count() as i32;
            let field = if spec.suspend { "spec.suspend" } else { "spec.parallelism" };
            for pod in doomed {
                let because = Because::of(self.uid, field, self.plan.caption.clone());
                release(&mut self.plan, pod, because.clone());
                self.plan.actions.push(Action::DeletePod(pod.meta.uid, because));
            }
            return Counts {
                active: active - gone,
                ready: ready - gone_ready,
                terminating: terminating + gone,
            };
        }
        let waits_for = if replaces_only_failed(&spec) { terminating } else { 0 };
        let missing = wanted - waits_for - active;
        if missing <= 0 {
            return counts;
        }
        let missing = missing.min(PODS_PER_SYNC_MAX);
        let wait = match spec.backoff_limit_per_index {
            None => self.backoff.left(self.now),
            Some(_) => Span::ZERO,
        };
        let added = match wait {
            Span::ZERO => self.add_pods(
                missing,
                if wanted < parallelism { "spec.completions" } else { "spec.parallelism" },
            ),
            wait => Err(wait),
        };
        match added {
            // The world takes those away again that are refused.
            Ok(added) => Counts { active: active + added, ..counts },
            Err(wait) => {
                let secs = wait.as_secs_f64().ceil();
                self.plan.caption = format!("waits {secs:.0} s before it tries again (back-off)").into();
                self.plan.again_after(wait.max(super::BATCH));
                Counts { active: 0, ..counts }
            }
        }
    }

    /// Makes pods; returns how many, or how long all the indexes that want one must wait.
    fn add_pods(&mut self, missing: i32, field: &'static str) -> Result<i32, Span> {
        let Some(progress) = &self.progress else {
            for _ in 0..missing {
                let pod = self.new_pod(Rc::clone(&self.spec.template.spec), None);
                self.create(pod, field);
            }
            return Ok(missing);
        };
        let mut taken = indexes_of(&self.active);
        if replaces_only_failed(&self.spec) {
            taken = taken.with(&indexes_of(&self.stopping));
        }
        let mut now = Vec::new();
        let mut shortest: Option<Span> = None;
        for n in progress.pending(missing, &taken) {
            match progress.wait(n, self.now) {
                Span::ZERO => now.push(n),
                wait => shortest = Some(shortest.map_or(wait, |s| s.min(wait))),
            }
        }
        if let Some(wait) = shortest.filter(|_| now.is_empty()) {
            return Err(wait);
        }
        let mut template = Rc::clone(&self.spec.template.spec);
        make_mut(&mut template).edit(indexes::add_variable);
        for n in &now {
            let pod = self.new_pod(Rc::clone(&template), Some(*n));
            self.create(pod, field);
        }
        Ok(now.len() as i32)
    }
    fn create(&mut self, pod: Pod, field: &'static str) {
        let because = Because::of(self.uid, field, self.plan.caption.clone());
        self.plan.actions.push(Action::CreatePod(Box::new(pod), because));
    }
    /// A pod of the Job. Models pkg/controller/controller_utils.go: GetPodFromTemplate.
    fn new_pod(&self, mut spec: Rc<Spec<PodSpec>>, index: Option<i32>) -> Pod {
        let (job, template) = (&self.job, &self.spec.template.metadata);
        let owner = Owner { kind: Kind::Job, name: job.meta.name.clone(), uid: self.uid, controller: true };
        let mut meta = Meta {
            generate_name: format!("{}-", job.meta.name).into(),
            namespace: job.meta.namespace.clone(),
            labels: template.labels.clone(),
            annotations: template.annotations.clone(),
            owners: [owner].into(),
            finalizers: [TRACKING_FINALIZER.into()].into(),
            ..Meta::default()
        };
        if let Some(n) = index {
            let number: Text = n.to_string().into();
            meta.generate_name = indexes::generate_name(&job.meta.name, n).into();
            meta.labels.insert(INDEX, number.clone());
            meta.annotations.insert(INDEX, number);
            if self.spec.backoff_limit_per_index.is_some() {
                let replaced = self.progress.as_ref().and_then(|progress| progress.replaced(n));
                let policy = &self.spec.pod_failure_policy;
                indexes::note_failures(&mut meta, policy, replaced.map(|p| &**p));
            }
            let host = format!("{}-{n}", job.meta.name);
            make_mut(&mut spec).edit(|raw| raw.set("hostname", host));
        }
        Pod::from_template(meta, &PodTemplate { spec, ..PodTemplate::default() })
    }

    /// Pods to remove: those with an index that is not valid or that another one has as well, and as many others as it
    /// takes. Models activePodsForRemoval.
    fn to_remove(&self, at_least: usize) -> Vec<&'a Rc<Pod>> {
        let mut left = self.active.clone();
        let mut doomed = Vec::new();
        // Whoever is less far goes first, so the last one of an index stays.
        order::sort_by_key(&mut left, |p| rank(p));
        if let Some(progress) = &self.progress {
            let mut seen = Indexes::default();
            let mut stay = Vec::new();
            for pod in left.into_iter().rev() {
                match index_of(pod).filter(|n| *n < progress.completions && !seen.has(*n)) {
                    Some(n) => {
                        seen = seen.with(&Indexes(vec![(n, n)]));
                        stay.push(pod);
                    }
                    None => doomed.push(pod),
                }
            }
            stay.reverse();
            left = stay;
        }
        let more = at_least.saturating_sub(doomed.len());
        doomed.extend(left.into_iter().take(more));
        doomed
    }
}

/// Without a node before with one, pending before running, not ready before ready, ready for a shorter time, with more
/// restarts, younger. Models pkg/controller/controller_utils.go: ActivePods.
fn rank(pod: &Pod) -> impl Ord + use<> {
    let since =
        pod.status.conditions.get("Ready").filter(|_| pod.is_ready()).map(|c| Reverse(c.since.floor_sec()));
    let restarts = pod.status.containers.iter().map(|c| c.restarts).max().unwrap_or(0);
    let running = pod.status.phase == Phase::Running;
    (!pod.node.is_empty(), running, pod.is_ready(), since, Reverse(restarts), Reverse(pod.meta.uid))
}

/// The decision in words, with its arithmetic.
fn caption(spec: &JobSpec, active: i32, succeeded: i32, wanted: i32) -> Text {
    use std::fmt::Write;
    let mut text = format!("{active} active, {succeeded} succeeded, wants ");
    let written = match spec.completions {
        _ if spec.suspend => write!(text, "0: it is suspended"),
        Some(c) => write!(text, "min({}, {c} − {succeeded}) = {wanted}", spec.parallelism()),
        None => write!(text, "{wanted}"),
    };
    let written = written.and_then(|()| match wanted - active {
        0 => write!(text, ": nothing to do"),
        n if n > 0 => write!(text, ": creates {n}"),
        n => write!(text, ": deletes {}", -n),
    });
    written.expect("a string takes all");
    text.into()
}
