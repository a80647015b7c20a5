//! Where pods want to be. Models pkg/apis/core/validation/validation.go: validateAffinity,
//! validateTopologySpreadConstraints, ValidateTolerations.

use super::{
    Errors, invalid, names, needs, not_supported, one_of, or_empty, positive, required, selector, text,
};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn all(affinity: &Value, path: &Path, errors: &mut Errors) {
    let (node, at) = (affinity.get("nodeAffinity"), path.field("nodeAffinity"));
    if !node.get(REQUIRED).is_null() {
        node_selector(node.get(REQUIRED), &at.field(REQUIRED), errors);
    }
    let list = at.field(PREFERRED);
    for (i, term) in node.get(PREFERRED).items().iter().enumerate() {
        weight(term.get("weight"), &list.index(i).field("weight"), errors);
        node_term(term.get("preference"), false, &list.index(i).field("preference"), errors);
    }
    for name in ["podAffinity", "podAntiAffinity"] {
        let (pods, at) = (affinity.get(name), path.field(name));
        let list = at.field(REQUIRED);
        for (i, term) in pods.get(REQUIRED).items().iter().enumerate() {
            pod_term(term, &list.index(i), errors);
        }
        let list = at.field(PREFERRED);
        for (i, weighted) in pods.get(PREFERRED).items().iter().enumerate() {
            let here = list.index(i);
            weight(weighted.get("weight"), &here.field("weight"), errors);
            pod_term(weighted.get("podAffinityTerm"), &here.field("podAffinityTerm"), errors);
        }
    }
}

/// ValidateNodeSelector.
pub(super) fn node_selector(selector: &Value, path: &Path, errors: &mut Errors) {
    let (terms, list) = (selector.get("nodeSelectorTerms").items(), path.field("nodeSelectorTerms"));
    if terms.is_empty() {
        return required("must have at least one node selector term", &list, errors);
    }
    for (i, term) in terms.iter().enumerate() {
        node_term(term, true, &list.index(i), errors);
    }
}

/// ValidateNodeSelectorTerm; what is only preferred may name values that no label can have.
fn node_term(term: &Value, strict: bool, path: &Path, errors: &mut Errors) {
    let list = path.field("matchExpressions");
    for (i, requirement) in term.get("matchExpressions").items().iter().enumerate() {
        let at = list.index(i);
        node_requirement(requirement, &at, errors);
        if strict {
            selector::values(requirement, &at, errors);
        }
    }
    let list = path.field("matchFields");
    for (i, requirement) in term.get("matchFields").items().iter().enumerate() {
        field_requirement(requirement, &list.index(i), errors);
    }
}

/// ValidateNodeSelectorRequirement, without its values.
fn node_requirement(requirement: &Value, path: &Path, errors: &mut Errors) {
    let count = requirement.get("values").items().len();
    match text(requirement.get("operator")) {
        "Gt" | "Lt" => {
            if count != 1 {
                let detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
                required(detail, &path.field("values"), errors);
            }
        }
        _ => selector::operator(requirement, path, errors),
    }
    names::check(&or_empty(requirement.get("key")), names::qualified, &path.field("key"), errors);
}

/// ValidateNodeFieldSelectorRequirement.
fn field_requirement(requirement: &Value, path: &Path, errors: &mut Errors) {
    let (values, key) = (requirement.get("values").items(), or_empty(requirement.get("key")));
    let at = path.field("values");
    match text(requirement.get("operator")) {
        "In" | "NotIn" => {
            if values.len() != 1 {
                let detail =
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
                required(detail, &at, errors);
            }
        }
        _ => selector::operator(requirement, path, errors),
    }
    if text(&key) != "metadata.name" {
        return invalid(&key, "not a valid field selector key", &path.field("key"), errors);
    }
    for (i, value) in values.iter().enumerate() {
        names::check(value, names::subdomain, &at.index(i), errors);
    }
}

fn weight(value: &Value, path: &Path, errors: &mut Errors) {
    let value = Value::Int(value.as_int().unwrap_or(0));
    if value.as_int().is_some_and(|n| !(1..=100).contains(&n)) {
        invalid(&value, "must be in the range 1-100", path, errors);
    }
}

/// validatePodAffinityTerm.
fn pod_term(term: &Value, path: &Path, errors: &mut Errors) {
    selector::check(term.get("labelSelector"), &path.field("labelSelector"), errors);
    selector::check(term.get("namespaceSelector"), &path.field("namespaceSelector"), errors);
    for name in term.get("namespaces").items() {
        names::check(name, names::label, &path.field("namespace"), errors);
    }
    label_keys(term, path, errors);
    let key = or_empty(term.get("topologyKey"));
    if text(&key).is_empty() {
        required("can not be empty", &path.field("topologyKey"), errors);
    }
    names::check(&key, names::qualified, &path.field("topologyKey"), errors);
}

/// ValidateMatchLabelKeysAndMismatchLabelKeys.
fn label_keys(term: &Value, path: &Path, errors: &mut Errors) {
    let (keys, wanted) = (term.get("matchLabelKeys").items(), term.get("labelSelector"));
    for name in ["matchLabelKeys", "mismatchLabelKeys"] {
        let (list, at) = (term.get(name).items(), path.field(name));
        if !list.is_empty() && wanted.is_null() {
            super::forbidden("must not be specified when labelSelector is not set", &at, errors);
        } else {
            for (i, key) in list.iter().enumerate() {
                names::check(key, names::qualified, &at.index(i), errors);
            }
        }
    }
    let mut seen: Vec<&str> = wanted.get("matchLabels").fields().map(|(key, _)| key.as_str()).collect();
    for expression in wanted.get("matchExpressions").items() {
        let key = text(expression.get("key"));
        if let Some(i) = keys.iter().position(|k| text(k) == key).filter(|_| seen.contains(&key)) {
            invalid(&keys[i], "exists in both matchLabelKeys and labelSelector", &path.index(i), errors);
        }
        seen.push(key);
    }
    let at = path.field("matchLabelKeys");
    for (i, key) in keys.iter().enumerate() {
        if term.get("mismatchLabelKeys").items().contains(key) {
            invalid(key, "exists in both matchLabelKeys and mismatchLabelKeys", &at.index(i), errors);
        }
    }
}

/// validateTopologySpreadConstraints.
pub(super) fn spread(list: &Value, path: &Path, errors: &mut Errors) {
    for (i, constraint) in list.items().iter().enumerate() {
        let at = path.index(i);
        positive(&Value::Int(constraint.get("maxSkew").as_int().unwrap_or(0)), &at.field("maxSkew"), errors);
        let (key, when) =
            (text(constraint.get("topologyKey")), or_empty(constraint.get("whenUnsatisfiable")));
        if key.is_empty() {
            required("can not be empty", &at.field("topologyKey"), errors);
        }
        one_of(&when, &["DoNotSchedule", "ScheduleAnyway"], &at.field("whenUnsatisfiable"), errors);
        let same = |other: &Value| {
            text(other.get("topologyKey")) == key && text(other.get("whenUnsatisfiable")) == text(&when)
        };
        if list.items()[i + 1..].iter().any(same) {
            let both = Value::from(format!("{{{key}, {}}}", text(&when)));
            errors.push(FieldError::duplicate(&at.field("{topologyKey, whenUnsatisfiable}"), &both));
        }
        let (least, least_at) = (constraint.get("minDomains"), at.field("minDomains"));
        if !least.is_null() {
            positive(least, &least_at, errors);
            if text(&when) != "DoNotSchedule" {
                let when = text(&when);
                let detail =
                    format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}");
                invalid(least, &detail, &least_at, errors);
            }
        }
        for name in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            one_of(constraint.get(name), &["Honor", "Ignore"], &at.field(name), errors);
        }
        label_keys(constraint, &at, errors);
        selector::check(constraint.get("labelSelector"), &at.field("labelSelector"), errors);
    }
}

/// ValidateTolerations.
pub(super) fn tolerations(list: &Value, path: &Path, errors: &mut Errors) {
    for (i, t) in list.items().iter().enumerate() {
        let at = path.index(i);
        let operator_at = at.field("operator");
        let (operator, value) = (or_empty(t.get("operator")), or_empty(t.get("value")));
        if !text(t.get("key")).is_empty() {
            names::check(t.get("key"), names::qualified, &at.field("key"), errors);
        } else if text(&operator) != "Exists" {
            let detail =
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            invalid(&operator, detail, &operator_at, errors);
        }
        let effect = or_empty(t.get("effect"));
        if !t.get("tolerationSeconds").is_null() && text(&effect) != "NoExecute" {
            let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            invalid(&effect, detail, &at.field("effect"), errors);
        }
        match text(&operator) {
            "Equal" | "" => {
                let wrong = names::label_value(text(&value));
                if !wrong.is_empty() {
                    invalid(&value, &wrong.join(";"), &operator_at, errors);
                }
            }
            "Exists" if text(&value).is_empty() => {}
            "Exists" => {
                invalid(&value, "value must be empty when `operator` is 'Exists'", &operator_at, errors)
            }
            "Lt" | "Gt" => not_supported(&operator, &["Equal", "Exists", "Lt", "Gt"], &operator_at, errors),
            _ => not_supported(&operator, &["Equal", "Exists"], &operator_at, errors),
        }
        if !text(&effect).is_empty() {
            taint_effect(&effect, &at.field("effect"), errors);
        }
    }
}

/// validateTaintEffect.
pub(super) fn taint_effect(effect: &Value, path: &Path, errors: &mut Errors) {
    if needs(effect, path, errors) {
        one_of(effect, &["NoSchedule", "PreferNoSchedule", "NoExecute"], path, errors);
    }
}
