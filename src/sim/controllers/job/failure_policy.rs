//! The pod failure policy: what the exit codes or the conditions of a failed pod mean for its Job.
//!
//! Models pkg/controller/job/pod_failure_policy.go: matchPodFailurePolicy.

use crate::api::{Container, ContainerState, ContainerStatus, Pod, Value};

/// What a rule does with a failed pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// The failure does not count.
    Ignore,
    /// The failure counts, as it would without a rule.
    Count,
    /// The pod's index fails at once.
    FailIndex,
    /// The whole Job fails at once.
    FailJob,
}

/// What the first rule that fits says, and the message of a Job that fails by it; none if no rule fits.
pub(super) fn judge(policy: &Value, pod: &Pod) -> Option<(Verdict, String)> {
    for (at, rule) in policy.get("rules").items().iter().enumerate() {
        let Some(found) = matched(rule, pod) else { continue };
        let verdict = match rule.get("action").as_str() {
            Some("Ignore") => Verdict::Ignore,
            Some("Count") => Verdict::Count,
            Some("FailIndex") => Verdict::FailIndex,
            Some("FailJob") => {
                let (namespace, name) = (&pod.meta.namespace, &pod.meta.name);
                let (before, after) = found;
                let message =
                    format!("{before}{namespace}/{name} {after} matching FailJob rule at index {at}");
                return Some((Verdict::FailJob, message));
            }
            _ => continue,
        };
        return Some((verdict, String::new()));
    }
    None
}

/// Does that failure count towards the limits?
pub(super) fn counts(policy: &Value, pod: &Pod) -> bool {
    policy.is_null() || judge(policy, pod).is_none_or(|(verdict, _)| verdict != Verdict::Ignore)
}

/// What a rule has found in the pod: the words of the message before and after the pod's name.
fn matched(rule: &Value, pod: &Pod) -> Option<(String, String)> {
    let wanted = rule.get("onExitCodes");
    if !wanted.is_null() {
        let (spec, status) = (&pod.spec, &pod.status);
        let (name, code) = exited(&spec.containers, &status.containers, wanted)
            .or_else(|| exited(&spec.init_containers, &status.init_containers, wanted))?;
        return Some((format!("Container {name} for pod "), format!("failed with exit code {code}")));
    }
    let patterns = rule.get("onPodConditions").items();
    let fits = |name: &str, status: &str| {
        let same = |field: &Value, word: &str| field.as_str() == Some(word);
        patterns.iter().any(|p| same(p.get("type"), name) && same(p.get("status"), status))
    };
    let condition = pod.status.conditions.iter().find(|c| fits(c.name, c.status.word()))?;
    Some(("Pod ".to_owned(), format!("has condition {}", condition.name)))
}

/// The first container that ended with an exit code that fits. Models getMatchingContainerFromList.
fn exited<'a>(
    specs: &'a [Container],
    statuses: &[ContainerStatus],
    wanted: &Value,
) -> Option<(&'a str, i32)> {
    let only = wanted.get("containerName").as_str();
    let negated = wanted.get("operator").as_str() == Some("NotIn");
    for (spec, status) in specs.iter().zip(statuses) {
        let ContainerState::Terminated(ended) = &status.state else { continue };
        let code = ended.exit_code;
        let listed = wanted.get("values").items().iter().any(|v| v.as_int() == Some(code.into()));
        if code != 0 && listed != negated && only.is_none_or(|name| spec.name == name) {
            return Some((&spec.name, code));
        }
    }
    None
}
