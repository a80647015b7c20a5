//! Quotas, limits and priorities. Models pkg/apis/core/validation/validation.go: ValidateResourceQuota and
//! ValidateLimitRange, and pkg/apis/scheduling/validation: ValidatePriorityClass.

use super::{
    Errors, forbidden, immutable, invalid, names, needs, one_of, or_empty, required, resources, text,
};
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
    scope_selector(spec, &path.field("scopeSelector"), errors);
}

/// validateResourceQuotaScopes.
fn scopes(spec: &Value, path: &Path, errors: &mut Errors) {
    let (list, at) = (spec.get("scopes"), path.field("scopes"));
    for scope in list.items().iter().map(text) {
        if !SCOPES.contains(&scope) {
            invalid(list, "unsupported scope", &at, errors);
        }
        for _ in spec.get("hard").fields().filter(|(name, _)| !counts_in(scope, name)) {
            invalid(list, "unsupported scope applied to resource", &at, errors);
        }
    }
    conflicts(&list.items().iter().map(text).collect::<Vec<_>>(), list, &at, errors);
}

/// IsResourceQuotaScopeValidForResource, of what quotas know.
fn counts_in(scope: &str, name: &str) -> bool {
    let standard = resources::COUNTS.contains(&name) || resources::AMOUNTS.contains(&name);
    let of_pods = name == "pods" || (scope != "BestEffort" && resources::AMOUNTS[..6].contains(&name));
    match scope {
        "VolumeAttributesClass" => !standard || matches!(name, "persistentvolumeclaims" | "requests.storage"),
        scope if SCOPES.contains(&scope) => !standard || of_pods,
        _ => true,
    }
}

fn conflicts(scopes: &[&str], shown: &Value, path: &Path, errors: &mut Errors) {
    for pair in [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]] {
        if pair.iter().all(|scope| scopes.contains(scope)) {
            invalid(shown, "conflicting scopes", path, errors);
        }
    }
}

/// validateScopedResourceSelectorRequirement: all is said of the list.
fn scope_selector(spec: &Value, path: &Path, errors: &mut Errors) {
    let selector = spec.get("scopeSelector");
    let list = path.field("matchExpressions");
    let mut all = Vec::new();
    for wanted in selector.get("matchExpressions").items() {
        let (scope, operator) = (or_empty(wanted.get("scopeName")), or_empty(wanted.get("operator")));
        let values = wanted.get("values");
        if !SCOPES.contains(&text(&scope)) {
            invalid(&scope, "unsupported scope", &list.field("scopeName"), errors);
        }
        for _ in spec.get("hard").fields().filter(|(name, _)| !counts_in(text(&scope), name)) {
            let detail = "unsupported scope applied to resource";
            errors.push(FieldError::invalid_as(&list, "ScopeSelector", selector, detail));
        }
        if SCOPES.contains(&text(&scope))
            && !matches!(text(&scope), "PriorityClass" | "VolumeAttributesClass")
            && text(&operator) != "Exists"
        {
            let detail = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, \
                          ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or \
                          ResourceQuotaScopeCrossNamespacePodAffinity";
            invalid(&operator, detail, &list.field("operator"), errors);
        }
        match text(&operator) {
            "In" | "NotIn" if values.items().is_empty() => {
                let detail =
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
                required(detail, &list.field("values"), errors);
            }
            "Exists" | "DoesNotExist" if !values.items().is_empty() => {
                let detail =
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
                invalid(values, detail, &list.field("values"), errors);
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => invalid(&operator, "not a valid selector operator", &list.field("operator"), errors),
        }
        all.push(scope);
    }
    conflicts(&all.iter().map(text).collect::<Vec<_>>(), spec.get("scopes"), &list, errors);
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
        let kind = or_empty(limit.get("type"));
        let before = errors.len();
        names::check(&kind, names::qualified, &at.field("type"), errors);
        let standard = ["Container", "Pod", "PersistentVolumeClaim"].contains(&text(&kind));
        if errors.len() == before && !standard && !text(&kind).contains('/') {
            let detail = "must be a standard limit type or fully qualified";
            invalid(&kind, detail, &at.field("type"), errors);
        }
        if object.at("spec.limits").items()[..i].iter().any(|l| text(l.get("type")) == text(&kind)) {
            errors.push(FieldError::duplicate(&at.field("type"), &kind));
        }
        for name in ["max", "min", "default", "defaultRequest", "", "maxLimitRequestRatio"] {
            let of_claim = text(&kind) == "PersistentVolumeClaim";
            if name.is_empty()
                && of_claim
                && ["min", "max"].iter().all(|m| limit.get(m).get("storage").is_null())
            {
                let detail = "either minimum or maximum storage value is required, but neither was provided";
                required(detail, &at.field("limits"), errors);
            }
            if text(&kind) == "Pod" && name.starts_with("default") {
                if !limit.get(name).is_null() {
                    forbidden("may not be specified when `type` is 'Pod'", &at.field(name), errors);
                }
                continue;
            }
            let list = at.field(name);
            for (resource, _) in limit.get(name).fields() {
                if matches!(text(&kind), "Pod" | "Container") {
                    resources::container_name(resource, &list.key(resource), errors);
                } else {
                    resources::name(resource, &list.key(resource), errors);
                }
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
        let amount = |list: &str| nanos(text(limit.get(list).get(name)));
        if let (Some(ratio_is), Some(least), Some(most)) = (nanos(text(ratio)), amount("min"), amount("max"))
        {
            let (wanted, possible) = (ratio_is as f64 / 1e9, most as f64 / least as f64);
            if wanted > possible {
                let detail = format!("ratio {} is greater than max/min = {possible:.6}", text(ratio));
                invalid(ratio, &detail, &path.field("maxLimitRequestRatio").key(name), errors);
            }
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
    let policies = ["PreemptLowerPriority", "Never"];
    let (policy, at) = (object.get("preemptionPolicy"), root.field("preemptionPolicy"));
    if !policy.is_null() && needs(policy, &at, errors) {
        one_of(policy, &policies, &at, errors);
    }
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
