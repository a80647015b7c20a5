//! Pods and their templates. Models pkg/apis/core/validation/validation.go: ValidatePodSpec.

use super::container::{self, Around};
use super::{Errors, Seen, in_range, meta, names, one_of, selector, text, volume};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

/// ValidatePodCreate.
pub(super) fn create(pod: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    spec(pod.get("spec"), &path, errors);
    no_ephemeral(pod.get("spec"), &path, "cannot be set on create", errors);
}

/// Ephemeral containers come to a pod that is there, by a request of their own.
fn no_ephemeral(spec: &Value, path: &Path, why: &str, errors: &mut Errors) {
    if !spec.get("ephemeralContainers").items().is_empty() {
        errors.push(FieldError::forbidden(&path.field("ephemeralContainers"), why));
    }
}

/// ValidatePodTemplateSpec.
pub(super) fn template(template: &Value, path: &Path, errors: &mut Errors) {
    let metadata = path.field("metadata");
    names::labels(template.at("metadata.labels"), &path.field("labels"), errors);
    meta::annotations(template.at("metadata.annotations"), &metadata.field("annotations"), errors);
    let path = path.field("spec");
    spec(template.get("spec"), &path, errors);
    no_ephemeral(template.get("spec"), &path, "ephemeral containers not allowed in pod template", errors);
}

pub(super) fn spec(spec: &Value, path: &Path, errors: &mut Errors) {
    let mut volumes = Seen::default();
    for volume in spec.get("volumes").items() {
        volumes.insert(text(volume.get("name")));
    }
    volume::all(spec.get("volumes"), &path.field("volumes"), errors);
    container::all(spec, path, &Around { volumes: &volumes }, errors);
    let policy = path.field("restartPolicy");
    one_of(spec.get("restartPolicy"), &["Always", "OnFailure", "Never"], &policy, errors);
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    one_of(spec.get("dnsPolicy"), &policies, &path.field("dnsPolicy"), errors);
    names::labels(spec.get("nodeSelector"), &path.field("nodeSelector"), errors);
    let context = path.field("securityContext");
    for name in ["runAsUser", "runAsGroup", "fsGroup"] {
        in_range(spec.get("securityContext").get(name), 0, i32::MAX.into(), &context.field(name), errors);
    }
    affinity(spec.get("affinity"), &path.field("affinity"), errors);
    spread(spec.get("topologySpreadConstraints"), &path.field("topologySpreadConstraints"), errors);
    for name in ["serviceAccountName", "nodeName"] {
        if !text(spec.get(name)).is_empty() {
            names::check(spec.get(name), names::subdomain, &path.field(name), errors);
        }
    }
    let deadline = spec.get("activeDeadlineSeconds");
    in_range(deadline, 1, i32::MAX.into(), &path.field("activeDeadlineSeconds"), errors);
    for name in ["hostname", "subdomain"] {
        if !text(spec.get(name)).is_empty() {
            names::check(spec.get(name), names::label, &path.field(name), errors);
        }
    }
    tolerations(spec.get("tolerations"), &path.field("tolerations"), errors);
    if !text(spec.get("priorityClassName")).is_empty() {
        names::check(
            spec.get("priorityClassName"),
            names::subdomain,
            &path.field("priorityClassName"),
            errors,
        );
    }
    if !text(spec.get("runtimeClassName")).is_empty() {
        names::check(spec.get("runtimeClassName"), names::subdomain, &path.field("runtimeClassName"), errors);
    }
    let words = ["Never", "PreemptLowerPriority"];
    one_of(spec.get("preemptionPolicy"), &words, &path.field("preemptionPolicy"), errors);
}

/// ValidateTolerations.
fn tolerations(list: &Value, path: &Path, errors: &mut Errors) {
    for (i, t) in list.items().iter().enumerate() {
        let at = path.index(i);
        let operator_at = at.field("operator");
        let (key, operator) = (text(t.get("key")), text(t.get("operator")));
        if !key.is_empty() {
            names::check(t.get("key"), names::qualified, &at.field("key"), errors);
        }
        if key.is_empty() && operator != "Exists" {
            let detail =
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.push(FieldError::invalid(&operator_at, &Value::from(operator.to_owned()), detail));
        }
        if !t.get("tolerationSeconds").is_null() && text(t.get("effect")) != "NoExecute" {
            let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.push(FieldError::invalid(
                &at.field("effect"),
                &Value::from(text(t.get("effect")).to_owned()),
                detail,
            ));
        }
        match operator {
            "Equal" | "" => names::check(
                &Value::from(text(t.get("value")).to_owned()),
                names::label_value,
                &operator_at,
                errors,
            ),
            "Exists" => {
                if !text(t.get("value")).is_empty() {
                    let detail = "value must be empty when `operator` is 'Exists'";
                    errors.push(FieldError::invalid(&operator_at, t.get("value"), detail));
                }
            }
            _ => {
                errors.push(FieldError::not_supported(&operator_at, t.get("operator"), &["Equal", "Exists"]))
            }
        }
        if !text(t.get("effect")).is_empty() {
            let words = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
            one_of(t.get("effect"), &words, &at.field("effect"), errors);
        }
    }
}

/// validateAffinity, as far as selectors and topology keys go.
fn affinity(affinity: &Value, path: &Path, errors: &mut Errors) {
    for name in ["podAffinity", "podAntiAffinity"] {
        let at = path.field(name);
        let required = at.field("requiredDuringSchedulingIgnoredDuringExecution");
        let list = affinity.get(name).get("requiredDuringSchedulingIgnoredDuringExecution");
        for (i, term) in list.items().iter().enumerate() {
            pod_term(term, &required.index(i), errors);
        }
        let preferred = at.field("preferredDuringSchedulingIgnoredDuringExecution");
        let list = affinity.get(name).get("preferredDuringSchedulingIgnoredDuringExecution");
        for (i, weighted) in list.items().iter().enumerate() {
            let here = preferred.index(i);
            weight(weighted.get("weight"), &here.field("weight"), errors);
            pod_term(weighted.get("podAffinityTerm"), &here.field("podAffinityTerm"), errors);
        }
    }
    let node = affinity.get("nodeAffinity");
    let at = path.field("nodeAffinity");
    let required = node.get("requiredDuringSchedulingIgnoredDuringExecution");
    if !required.is_null() && required.get("nodeSelectorTerms").items().is_empty() {
        let here = at.field("requiredDuringSchedulingIgnoredDuringExecution");
        errors.push(FieldError::required(
            &here.field("nodeSelectorTerms"),
            "must have at least one node selector term",
        ));
    }
    let preferred = at.field("preferredDuringSchedulingIgnoredDuringExecution");
    for (i, term) in node.get("preferredDuringSchedulingIgnoredDuringExecution").items().iter().enumerate() {
        weight(term.get("weight"), &preferred.index(i).field("weight"), errors);
    }
}

fn weight(value: &Value, path: &Path, errors: &mut Errors) {
    let value = if value.is_null() { &Value::Int(0) } else { value };
    if value.as_int().is_some_and(|n| !(1..=100).contains(&n)) {
        errors.push(FieldError::invalid(path, value, "must be in the range 1-100"));
    }
}

fn pod_term(term: &Value, path: &Path, errors: &mut Errors) {
    selector::check(term.get("labelSelector"), &path.field("labelSelector"), errors);
    let key = term.get("topologyKey");
    if text(key).is_empty() {
        errors.push(FieldError::required(&path.field("topologyKey"), "can not be empty"));
    } else {
        names::check(key, names::qualified, &path.field("topologyKey"), errors);
    }
}

/// validateTopologySpreadConstraints.
fn spread(list: &Value, path: &Path, errors: &mut Errors) {
    for (i, constraint) in list.items().iter().enumerate() {
        let at = path.index(i);
        let skew = constraint.get("maxSkew");
        let skew = if skew.is_null() { &Value::Int(0) } else { skew };
        if skew.as_int().is_some_and(|n| n <= 0) {
            errors.push(FieldError::invalid(&at.field("maxSkew"), skew, "must be greater than zero"));
        }
        if text(constraint.get("topologyKey")).is_empty() {
            errors.push(FieldError::required(&at.field("topologyKey"), "can not be empty"));
        }
        let when = constraint.get("whenUnsatisfiable");
        let when = if when.is_null() { &Value::from("") } else { when };
        one_of(when, &["DoNotSchedule", "ScheduleAnyway"], &at.field("whenUnsatisfiable"), errors);
        selector::check(constraint.get("labelSelector"), &at.field("labelSelector"), errors);
    }
}
