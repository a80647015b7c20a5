//! Autoscalers and disruption budgets. Models pkg/apis/autoscaling/validation and pkg/apis/policy/validation.

use super::deployment::{int_or_percent, not_over_100};
use super::{
    Errors, fits, invalid, metric, names, needs, one_of, or_empty, positive, required, resources, selector,
    text,
};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

/// validateHorizontalPodAutoscalerSpec.
pub(super) fn autoscaler(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    let (least, most) = (spec.get("minReplicas"), spec.get("maxReplicas"));
    let at = path.field("maxReplicas");
    if least.as_int().is_some_and(|n| n < 1) {
        errors.push(FieldError::invalid(
            &path.field("minReplicas"),
            least,
            "must be greater than or equal to 1",
        ));
    }
    let count = most.as_int().unwrap_or(0);
    let shown = Value::Int(count);
    match count {
        0 => errors.push(FieldError::required(&at, "must be set and greater than 0")),
        n if n < 0 => errors.push(FieldError::invalid(&at, &shown, "must be greater than or equal to 1")),
        _ => {}
    }
    if least.as_int().is_some_and(|n| count < n) {
        errors.push(FieldError::invalid(&at, &shown, "must be greater than or equal to `minReplicas`"));
    }
    fits(most, &at, errors);
    let to = spec.get("scaleTargetRef");
    let core = text(to.get("kind")) == "ReplicationController";
    target(to, core, &path.field("scaleTargetRef"), errors);
    let metrics = path.field("metrics");
    for (i, metric) in spec.get("metrics").items().iter().enumerate() {
        metric::check(metric, &metrics.index(i), errors);
    }
    for name in ["scaleUp", "scaleDown"] {
        let rules = spec.at("behavior").get(name);
        if !rules.is_null() {
            scaling_rules(rules, &path.field("behavior").field(name), errors);
        }
    }
}

/// ValidateHorizontalPodAutoscalerUpdate.
pub(super) fn autoscaler_update(new: &Value, _: &Value, errors: &mut Errors) {
    autoscaler(new, errors);
}

/// validateScalingRules.
fn scaling_rules(rules: &Value, path: &Path, errors: &mut Errors) {
    let (window, at) = (rules.get("stabilizationWindowSeconds"), path.field("stabilizationWindowSeconds"));
    match window.as_int() {
        Some(n) if n < 0 => invalid(window, "must be greater than or equal to zero", &at, errors),
        Some(n) if n > 3600 => invalid(window, "must be less than or equal to 3600", &at, errors),
        _ => {}
    }
    one_of(rules.get("selectPolicy"), &["Disabled", "Max", "Min"], &path.field("selectPolicy"), errors);
    let list = path.field("policies");
    if rules.get("policies").items().is_empty() {
        required("must specify at least one Policy", &list, errors);
    }
    for (i, policy) in rules.get("policies").items().iter().enumerate() {
        let at = list.index(i);
        one_of(&or_empty(policy.get("type")), &["Percent", "Pods"], &at.field("type"), errors);
        for name in ["value", "periodSeconds"] {
            positive(&Value::Int(policy.get(name).as_int().unwrap_or(0)), &at.field(name), errors);
        }
        let period = policy.get("periodSeconds");
        if period.as_int().is_some_and(|n| n > 1800) {
            invalid(period, "must be less than or equal to 1800", &at.field("periodSeconds"), errors);
        }
    }
    if resources::nanos(rules.get("tolerance")).is_some_and(|n| n < 0) {
        let detail = "must be greater than or equal to 0";
        invalid(rules.get("tolerance"), detail, &path.field("tolerance"), errors);
    }
}

/// ValidateCrossVersionObjectReference; the group may be missing only where `core` says so.
pub(super) fn target(reference: &Value, core: bool, path: &Path, errors: &mut Errors) {
    for name in ["kind", "name"] {
        if needs(reference.get(name), &path.field(name), errors) {
            names::check(reference.get(name), names::path_segment, &path.field(name), errors);
        }
    }
    let version = or_empty(reference.get("apiVersion"));
    let detail = match text(&version).split('/').count() {
        1 if core => return,
        1 => "apiVersion must specify API group".to_owned(),
        2 => return,
        _ => format!("unexpected GroupVersion string: {}", text(&version)),
    };
    invalid(&version, &detail, &path.field("apiVersion"), errors);
}

/// ValidatePodDisruptionBudgetSpec.
pub(super) fn budget(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    if !spec.get("minAvailable").is_null() && !spec.get("maxUnavailable").is_null() {
        let detail = "minAvailable and maxUnavailable cannot be both set";
        errors.push(FieldError::invalid_as(&path, "PodDisruptionBudgetSpec", spec, detail));
    }
    for name in ["minAvailable", "maxUnavailable"] {
        int_or_percent(spec.get(name), &path.field(name), errors);
        not_over_100(spec.get(name), &path.field(name), errors);
    }
    selector::check(spec.get("selector"), &path.field("selector"), errors);
    let policy = path.field("unhealthyPodEvictionPolicy");
    one_of(spec.get("unhealthyPodEvictionPolicy"), &["AlwaysAllow", "IfHealthyBudget"], &policy, errors);
}

pub(super) fn budget_update(new: &Value, _: &Value, errors: &mut Errors) {
    budget(new, errors);
}
