//! Quotas, limits and priorities. Models pkg/apis/core/validation/validation.go: ValidateResourceQuota and
//! ValidateLimitRange, and pkg/apis/scheduling/validation: ValidatePriorityClass.

use super::{Errors, immutable, one_of, resources, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use crate::manifest::quantity::nanos;

const SCOPES: [&str; 7] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];

pub(super) fn quota(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    let hard = path.field("hard");
    for (name, amount) in spec.get("hard").fields() {
        let at = hard.key(name);
        resources::quota_name(name, &at, errors);
        resources::quantity_value(name, amount, &at, errors);
    }
    scopes(spec, &path, errors);
}

/// validateResourceQuotaScopes.
fn scopes(spec: &Value, path: &Path, errors: &mut Errors) {
    let (list, at) = (spec.get("scopes"), path.field("scopes"));
    let has = |scope: &str| list.items().iter().any(|s| text(s) == scope);
    for scope in list.items().iter().map(text) {
        if !SCOPES.contains(&scope) {
            errors.push(FieldError::invalid(&at, list, "unsupported scope"));
        }
        for (name, _) in spec.get("hard").fields() {
            let of_pods =
                name == "pods" || (scope != "BestEffort" && resources::AMOUNTS[..6].contains(&&**name));
            let standard = resources::COUNTS.contains(&&**name) || resources::AMOUNTS.contains(&&**name);
            if standard && !of_pods {
                errors.push(FieldError::invalid(&at, list, "unsupported scope applied to resource"));
            }
        }
    }
    if (has("BestEffort") && has("NotBestEffort")) || (has("Terminating") && has("NotTerminating")) {
        errors.push(FieldError::invalid(&at, list, "conflicting scopes"));
    }
}

/// ValidateResourceQuotaUpdate.
pub(super) fn quota_update(new: &Value, old: &Value, errors: &mut Errors) {
    quota(new, errors);
    let root = Path::ROOT;
    let path = root.field("spec");
    immutable(new.at("spec.scopes"), old.at("spec.scopes"), &path.field("scopes"), errors);
}

pub(super) fn limits(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let path = path.field("limits");
    for (i, limit) in object.at("spec.limits").items().iter().enumerate() {
        let at = path.index(i);
        let kind = limit.get("type");
        let earlier = &object.at("spec.limits").items()[..i];
        if !matches!(text(kind), "Container" | "Pod" | "PersistentVolumeClaim") && !text(kind).contains('/') {
            let detail = "must be a standard limit type or fully qualified";
            errors.push(FieldError::invalid(&at.field("type"), kind, detail));
        }
        if earlier.iter().any(|l| l.get("type") == kind) {
            errors.push(FieldError::duplicate(&at.field("type"), kind));
        }
        for name in ["default", "defaultRequest"] {
            if text(kind) == "Pod" && !limit.get(name).is_null() {
                let detail = "may not be specified when `type` is 'Pod'";
                errors.push(FieldError::forbidden(&at.field(name), detail));
            }
        }
        order(limit, &at, errors);
    }
}

pub(super) fn limits_update(new: &Value, _: &Value, errors: &mut Errors) {
    limits(new, errors);
}

/// Which amounts may not be greater than which: the lists, their words, and where the error is shown, with which value.
const ORDER: [[&str; 6]; 6] = [
    ["min", "min", "max", "max", "min", "min"],
    ["min", "min", "defaultRequest", "default request", "defaultRequest", "defaultRequest"],
    ["defaultRequest", "default request", "max", "max", "defaultRequest", "defaultRequest"],
    ["defaultRequest", "default request", "default", "default limit", "defaultRequest", "defaultRequest"],
    ["min", "min", "default", "default", "default", "min"],
    ["default", "default", "max", "max", "default", "max"],
];

/// Models ValidateLimitRange, its comparisons of each resource.
fn order(limit: &Value, path: &Path, errors: &mut Errors) {
    for [low, low_word, high, high_word, place, shown] in ORDER {
        for (name, least) in limit.get(low).fields() {
            let most = limit.get(high).get(name);
            if most.is_null() || nanos(text(least)) <= nanos(text(most)) {
                continue;
            }
            let detail =
                format!("{low_word} value {} is greater than {high_word} value {}", text(least), text(most));
            let value = limit.get(shown).get(name);
            errors.push(FieldError::invalid(&path.field(place).key(name), value, &detail));
        }
    }
    for (name, ratio) in limit.get("maxLimitRequestRatio").fields() {
        if nanos(text(ratio)).is_some_and(|n| n < 1_000_000_000) {
            let detail = format!("ratio {} is less than 1", text(ratio));
            errors.push(FieldError::invalid(&path.field("maxLimitRequestRatio").key(name), ratio, &detail));
        }
    }
}

/// The highest priority that a person may give. Models scheduling.HighestUserDefinablePriority.
const HIGHEST: i64 = 1_000_000_000;

pub(super) fn priority(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let name = text(object.at("metadata.name"));
    if name.starts_with("system-") {
        let path = root.field("metadata");
        let detail = format!(
            "priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a known \
             system priority class"
        );
        errors.push(FieldError::forbidden(&path.field("name"), &detail));
    } else if object.get("value").as_int().is_some_and(|n| n > HIGHEST) {
        let detail = format!("maximum allowed value of a user defined priority is {HIGHEST}");
        errors.push(FieldError::forbidden(&root.field("value"), &detail));
    }
    let policies = ["Never", "PreemptLowerPriority"];
    one_of(object.get("preemptionPolicy"), &policies, &root.field("preemptionPolicy"), errors);
}

/// ValidatePriorityClassUpdate.
pub(super) fn priority_update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    if new.get("value") != old.get("value") {
        errors.push(FieldError::forbidden(&root.field("value"), "may not be changed in an update."));
    }
    let field = "preemptionPolicy";
    immutable(new.get(field), old.get(field), &root.field(field), errors);
}
