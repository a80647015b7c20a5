//! The indexes of an Indexed Job: which have succeeded, which have failed, and which still want a pod.
//!
//! Models pkg/controller/job/indexed_job_utils.go.

use super::failure_policy::{self, Verdict};
use super::{backoff, is_failed};
use crate::api::{JobSpec, Meta, Phase, Pod, Time, Value, order};
use crate::record;
use std::rc::Rc;

/// The annotation, and the label, that says which index a pod has.
pub(super) const INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// How often the pod's index had failed when the pod was made.
pub(super) const FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";
/// How many failures of the index the policy had ignored by then.
pub(super) const IGNORED: &str = "batch.kubernetes.io/job-index-ignored-failure-count";

/// Numbers in ascending order, as ranges with both ends. Models orderedIntervals.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Indexes(pub(super) Vec<(i32, i32)>);

impl Indexes {
    /// Reads `0,2-4` as far as the number of completions reaches. Models parseIndexesFromString.
    pub(super) fn parse(text: &str, completions: i32) -> Indexes {
        let mut found = Indexes::default();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (Ok(first), Ok(last)) = (first.parse::<i32>(), last.parse::<i32>()) else { continue };
            if first >= completions {
                break;
            }
            found.push((first, last.min(completions - 1)));
        }
        found
    }
    /// These numbers, in any order.
    pub(super) fn of(mut numbers: Vec<i32>) -> Indexes {
        order::sort_by_key(&mut numbers, |n| *n);
        let mut found = Indexes::default();
        numbers.into_iter().for_each(|n| found.push((n, n)));
        found
    }
    /// Adds a range that begins no earlier than the last one; those that touch become one.
    fn push(&mut self, range: (i32, i32)) {
        match self.0.last_mut() {
            Some(last) if range.0 <= last.1 + 1 => last.1 = last.1.max(range.1),
            _ => self.0.push(range),
        }
    }
    /// All numbers of both.
    pub(super) fn with(&self, other: &Indexes) -> Indexes {
        let mut all: Vec<(i32, i32)> = self.0.iter().chain(&other.0).copied().collect();
        order::sort_by_key(&mut all, |range| range.0);
        let mut found = Indexes::default();
        all.into_iter().for_each(|range| found.push(range));
        found
    }
    pub(super) fn total(&self) -> i32 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }
    pub(super) fn has(&self, n: i32) -> bool {
        let at = self.0.partition_point(|range| range.1 < n);
        self.0.get(at).is_some_and(|range| range.0 <= n)
    }
    /// How many numbers both have.
    pub(super) fn overlap(&self, other: &Indexes) -> i32 {
        let shared = |a: &(i32, i32)| -> i32 {
            other.0.iter().map(|b| (a.1.min(b.1) - a.0.max(b.0) + 1).max(0)).sum()
        };
        self.0.iter().map(shared).sum()
    }
    /// `0,2-4`, two neighbours with a comma between them.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for (first, last) in &self.0 {
            let gap = if out.is_empty() { "" } else { "," };
            out += &match last - first {
                0 => format!("{gap}{first}"),
                1 => format!("{gap}{first},{last}"),
                _ => format!("{gap}{first}-{last}"),
            };
        }
        out
    }
}

/// The index of a pod. Models getCompletionIndex.
pub(super) fn index_of(pod: &Pod) -> Option<i32> {
    pod.meta.annotations.get(INDEX)?.parse().ok().filter(|n| *n >= 0)
}

/// A number that the controller wrote to a pod; what somebody else has spoilt counts as 0.
fn noted(pod: &Pod, annotation: &str) -> u32 {
    let number = pod.meta.annotations.get(annotation).and_then(|text| text.parse::<i32>().ok());
    number.unwrap_or(0).max(0) as u32
}

/// All failures of the pod's index before it. Models getIndexAbsoluteFailureCount.
fn failures_before(pod: &Pod) -> u32 {
    noted(pod, FAILURES) + noted(pod, IGNORED)
}

/// How far an Indexed Job is.
pub(super) struct Progress<'a> {
    pub(super) completions: i32,
    pub(super) succeeded: Indexes,
    /// With a limit per index only.
    pub(super) failed: Option<Indexes>,
    /// The last failed pod of each index that waits for its replacement, by index: its failures are handed on.
    pub(super) delayed: Vec<(i32, &'a Rc<Pod>)>,
}

impl<'a> Progress<'a> {
    /// Reads status and pods. Models calculateSucceededIndexes and calculateFailedIndexes.
    pub(super) fn of(
        spec: &JobSpec,
        status: (&str, &str),
        held: &[&'a Rc<Pod>],
        active: &[&'a Rc<Pod>],
    ) -> Progress<'a> {
        let completions = spec.completions.unwrap_or(1);
        let of = |wanted: &dyn Fn(&Pod) -> bool| -> Indexes {
            let pods = held.iter().filter(|p| wanted(p));
            Indexes::of(pods.filter_map(|p| index_of(p)).filter(|n| *n < completions).collect())
        };
        let succeeded =
            Indexes::parse(status.0, completions).with(&of(&|p| p.status.phase == Phase::Succeeded));
        let mut progress = Progress { completions, succeeded, failed: None, delayed: Vec::new() };
        if spec.backoff_limit_per_index.is_some() {
            let failed = Indexes::parse(status.1, completions).with(&of(&|p| is_index_failed(spec, p)));
            progress.delay(spec, held, &indexes_of(active), &failed);
            progress.failed = Some(failed);
        }
        progress
    }
    pub(super) fn is_valid(&self, pod: &Pod) -> bool {
        index_of(pod).is_some_and(|n| n < self.completions)
    }
    /// Models getPodsWithDelayedDeletionPerIndex.
    fn delay(&mut self, spec: &JobSpec, held: &[&'a Rc<Pod>], active: &Indexes, failed: &Indexes) {
        let mut waiting: Vec<(i32, &'a Rc<Pod>)> = Vec::new();
        for pod in held.iter().filter(|p| is_failed(p, spec)) {
            let Some(n) = index_of(pod).filter(|n| *n < self.completions) else { continue };
            if !(self.succeeded.has(n) || failed.has(n) || active.has(n)) {
                waiting.push((n, pod));
            }
        }
        order::sort_by_key(&mut waiting, |(n, pod)| (*n, failures_before(pod), backoff::finished_at(pod)));
        for (n, pod) in waiting {
            match self.delayed.last_mut() {
                Some(last) if last.0 == n => last.1 = pod,
                _ => self.delayed.push((n, pod)),
            }
        }
    }
    /// The pod that waits for its replacement in that index.
    pub(super) fn replaced(&self, n: i32) -> Option<&'a Rc<Pod>> {
        let at = self.delayed.binary_search_by_key(&n, |(n, _)| *n).ok()?;
        Some(self.delayed[at].1)
    }
    /// When the index may be tried again. Models getRemainingTimePerIndex.
    pub(super) fn wait(&self, n: i32, now: Time) -> crate::api::Span {
        let Some(pod) = self.replaced(n) else { return crate::api::Span::ZERO };
        let (failures, last) = (failures_before(pod) + 1, backoff::finished_at(pod));
        backoff::left(failures, Some(last), now, backoff::FIRST, backoff::LONGEST)
    }
    /// The lowest indexes that have neither a pod nor an end. Models firstPendingIndexes.
    pub(super) fn pending(&self, count: i32, taken: &Indexes) -> Vec<i32> {
        let mut over = self.succeeded.with(taken);
        if let Some(failed) = &self.failed {
            over = over.with(failed);
        }
        let mut found = Vec::new();
        let mut next = 0;
        for (first, last) in over.0.iter().copied().chain([(self.completions, self.completions)]) {
            while next < first.min(self.completions) && found.len() < count as usize {
                found.push(next);
                next += 1;
            }
            next = next.max(last + 1);
        }
        found
    }
}

/// Models isIndexFailed.
pub(super) fn is_index_failed(spec: &JobSpec, pod: &Pod) -> bool {
    if !is_failed(pod, spec) {
        return false;
    }
    let verdict = failure_policy::judge(&spec.pod_failure_policy, pod).map(|(verdict, _)| verdict);
    let limit = spec.backoff_limit_per_index.unwrap_or(0);
    verdict == Some(Verdict::FailIndex)
        || verdict != Some(Verdict::Ignore) && i64::from(noted(pod, FAILURES)) >= i64::from(limit)
}

/// The indexes that have one of these pods.
pub(super) fn indexes_of(pods: &[&Rc<Pod>]) -> Indexes {
    Indexes::of(pods.iter().filter_map(|p| index_of(p)).collect())
}

/// Writes to a new pod how often its index has failed. Models addIndexFailureCountAnnotation.
pub(super) fn note_failures(meta: &mut Meta, policy: &Value, replaced: Option<&Pod>) {
    let (mut failures, mut ignored) = (0, 0);
    if let Some(pod) = replaced {
        (failures, ignored) = (noted(pod, FAILURES), noted(pod, IGNORED));
        match failure_policy::counts(policy, pod) {
            true => failures += 1,
            false => ignored += 1,
        }
    }
    meta.annotations.insert(FAILURES, failures.to_string());
    if ignored > 0 {
        meta.annotations.insert(IGNORED, ignored.to_string());
    }
}

/// How the names of an index's pods begin. Models podGenerateNameWithIndex.
pub(super) fn generate_name(job: &str, index: i32) -> String {
    let end = format!("-{index}-");
    let room = 58 - end.len();
    let start = job.char_indices().nth(room).map_or(job, |(at, _)| &job[..at]);
    format!("{start}{end}")
}

/// The variable that tells a container its index, unless it has one of that name. Models addCompletionIndexEnvVariables.
pub(super) fn add_variable(spec: &mut Value) {
    const NAME: &str = "JOB_COMPLETION_INDEX";
    for list in ["initContainers", "containers"] {
        if spec.get(list).is_null() {
            continue;
        }
        for container in spec.map_mut().get_mut(list).expect("just seen").list_mut() {
            if container.get("env").items().iter().any(|v| v.get("name").as_str() == Some(NAME)) {
                continue;
            }
            let field =
                record! { "apiVersion" => "v1", "fieldPath" => format!("metadata.labels['{INDEX}']") };
            let variable = record! { "name" => NAME, "valueFrom" => record! { "fieldRef" => field } };
            container.map_mut().entry("env".into()).or_default().list_mut().push(variable);
        }
    }
}
