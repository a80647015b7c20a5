//! Autoscalers and disruption budgets. Models pkg/apis/autoscaling/validation and pkg/apis/policy/validation.

use super::deployment::{int_or_percent, not_over_100};
use super::{Errors, fits, one_of, resources, selector, text};
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
    target(spec.get("scaleTargetRef"), &path.field("scaleTargetRef"), errors);
    let metrics = path.field("metrics");
    for (i, metric) in spec.get("metrics").items().iter().enumerate() {
        self::metric(metric, &metrics.index(i), errors);
    }
}

pub(super) fn autoscaler_update(new: &Value, _: &Value, errors: &mut Errors) {
    autoscaler(new, errors);
}

/// ValidateCrossVersionObjectReference.
fn target(reference: &Value, path: &Path, errors: &mut Errors) {
    for name in ["kind", "name"] {
        if text(reference.get(name)).is_empty() {
            errors.push(FieldError::required(&path.field(name), ""));
        }
    }
    let version = text(reference.get("apiVersion"));
    let core = matches!(text(reference.get("kind")), "ReplicationController");
    if !core && !version.contains('/') {
        let shown = Value::from(version.to_owned());
        errors.push(FieldError::invalid(
            &path.field("apiVersion"),
            &shown,
            "apiVersion must specify API group",
        ));
    }
}

const SOURCES: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

/// validateMetricSpec.
fn metric(metric: &Value, path: &Path, errors: &mut Errors) {
    let kind = metric.get("type");
    let words = SOURCES.map(|(word, _)| word);
    if text(kind).is_empty() {
        errors.push(FieldError::required(&path.field("type"), "must specify a metric source type"));
    }
    one_of(kind, &words, &path.field("type"), errors);
    for (word, name) in SOURCES {
        let source = metric.get(name);
        let at = path.field(name);
        if text(kind) == word && source.is_null() {
            errors.push(FieldError::required(&at, "must populate information for the given metric source"));
        } else if text(kind) != word && !source.is_null() {
            errors.push(FieldError::forbidden(&at, "must populate the given metric source only"));
        }
    }
    let source = metric.get("resource");
    if !source.is_null() {
        resource(source, &path.field("resource"), errors);
    }
}

/// validateResourceSource.
fn resource(source: &Value, path: &Path, errors: &mut Errors) {
    if text(source.get("name")).is_empty() {
        errors.push(FieldError::required(&path.field("name"), "must specify a resource name"));
    }
    let at = path.field("target");
    let target = source.get("target");
    let kind = text(target.get("type"));
    if kind.is_empty() {
        errors.push(FieldError::required(&at.field("type"), "must specify a metric target type"));
    }
    if !matches!(kind, "Utilization" | "Value" | "AverageValue") {
        let shown = Value::from(kind.to_owned());
        let detail = "must be either Utilization, Value, or AverageValue";
        errors.push(FieldError::invalid(&at.field("type"), &shown, detail));
    }
    for name in ["value", "averageValue"] {
        if resources::nanos(target.get(name)).is_some_and(|n| n <= 0) {
            errors.push(FieldError::invalid(&at.field(name), target.get(name), "must be positive"));
        }
    }
    let utilization = target.get("averageUtilization");
    if utilization.as_int().is_some_and(|n| n < 1) {
        errors.push(FieldError::invalid(
            &at.field("averageUtilization"),
            utilization,
            "must be greater than 0",
        ));
    }
    match (utilization.is_null(), target.get("averageValue").is_null()) {
        (true, true) => {
            let detail = "must set either a target raw value or a target utilization";
            errors.push(FieldError::required(&at.field("averageUtilization"), detail));
        }
        (false, false) => {
            let detail = "may not set both a target raw value and a target utilization";
            errors.push(FieldError::forbidden(&at.field("averageValue"), detail));
        }
        _ => {}
    }
}

/// ValidatePodDisruptionBudgetSpec.
pub(super) fn budget(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    if !spec.get("minAvailable").is_null() && !spec.get("maxUnavailable").is_null() {
        let mut error =
            FieldError::invalid(&path, spec, "minAvailable and maxUnavailable cannot be both set");
        error.value = Some(as_go_shows(spec));
        errors.push(error);
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

/// The server shows its own struct: all fields, with their names in Go.
fn as_go_shows(spec: &Value) -> String {
    let names = ["minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy"];
    let fields = names.map(|name| {
        let (first, rest) = name.split_at(1);
        format!("\"{}{rest}\":{}", first.to_ascii_uppercase(), spec.get(name).to_json())
    });
    format!("{{{}}}", fields.join(","))
}
