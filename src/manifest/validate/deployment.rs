//! Deployments and ReplicaSets. Models pkg/apis/apps/validation/validation.go.

use super::{Errors, fits, forbidden, immutable_as, invalid, not_negative, pod, required, selector, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

pub(super) fn create(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    deployment(object.get("spec"), &path, errors);
}

pub(super) fn update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (new, old) = (new.get("spec"), old.get("spec"));
    deployment(new, &path, errors);
    immutable_as("LabelSelector", new.get("selector"), old.get("selector"), &path.field("selector"), errors);
}

pub(super) fn create_set(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    replica_set(object.get("spec"), &path, errors);
}

pub(super) fn update_set(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (new, old) = (new.get("spec"), old.get("spec"));
    replica_set(new, &path, errors);
    immutable_as("LabelSelector", new.get("selector"), old.get("selector"), &path.field("selector"), errors);
}

/// ValidateDeploymentSpec.
fn deployment(spec: &Value, path: &Path, errors: &mut Errors) {
    not_negative(spec.get("replicas"), &path.field("replicas"), errors);
    fits(spec.get("replicas"), &path.field("replicas"), errors);
    own_selector(spec, "deployment", path, errors);
    template(spec, path, errors);
    strategy(spec.get("strategy"), &path.field("strategy"), errors);
    for name in ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
        not_negative(spec.get(name), &path.field(name), errors);
    }
    let deadline = spec.get("progressDeadlineSeconds");
    let ready = spec.get("minReadySeconds").as_int().unwrap_or(0);
    if deadline.as_int().is_some_and(|n| n <= ready) {
        let detail = "must be greater than minReadySeconds";
        errors.push(FieldError::invalid(&path.field("progressDeadlineSeconds"), deadline, detail));
    }
}

/// ValidateReplicaSetSpec.
fn replica_set(spec: &Value, path: &Path, errors: &mut Errors) {
    not_negative(spec.get("replicas"), &path.field("replicas"), errors);
    fits(spec.get("replicas"), &path.field("replicas"), errors);
    not_negative(spec.get("minReadySeconds"), &path.field("minReadySeconds"), errors);
    own_selector(spec, "deployment", path, errors);
    template(spec, path, errors);
}

/// The selector of those who must have one.
pub(super) fn own_selector(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let at = path.field("selector");
    let value = spec.get("selector");
    if value.is_null() {
        return required("", &at, errors);
    }
    selector::check(value, &at, errors);
    if selector::is_empty(value) {
        let detail = format!("empty selector is invalid for {kind}");
        errors.push(FieldError::invalid_as(&at, "LabelSelector", value, &detail));
    }
}

/// Says so if the labels of a template do not match the selector.
pub(super) fn selects(spec: &Value, at: &Path, errors: &mut Errors) {
    let labels = spec.at("template.metadata.labels");
    if !selector::fits(spec.get("selector"), labels) {
        let detail = "`selector` does not match template `labels`";
        invalid(labels, detail, &at.field("metadata").field("labels"), errors);
    }
}

/// ValidatePodTemplateSpecForReplicaSet.
fn template(spec: &Value, path: &Path, errors: &mut Errors) {
    let (at, template, wanted) = (path.field("template"), spec.get("template"), spec.get("selector"));
    if !selector::is_usable(wanted) {
        let detail = "invalid label selector";
        return errors.push(FieldError::invalid_as(&path.field("selector"), "LabelSelector", wanted, detail));
    }
    selects(spec, &at, errors);
    pod::template(template, &at, errors);
    runs_forever(template.get("spec"), "ReplicaSet", &at.field("spec"), errors);
}

/// Pods that are always replaced never end by themselves.
pub(super) fn runs_forever(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let policy = spec.get("restartPolicy");
    if text(policy) != "Always" {
        errors.push(FieldError::not_supported(&path.field("restartPolicy"), policy, &["Always"]));
    }
    if !spec.get("activeDeadlineSeconds").is_null() {
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        forbidden(&detail, &path.field("activeDeadlineSeconds"), errors);
    }
}

/// ValidateDeploymentStrategy.
fn strategy(strategy: &Value, path: &Path, errors: &mut Errors) {
    let rolling = strategy.get("rollingUpdate");
    let at = path.field("rollingUpdate");
    match text(strategy.get("type")) {
        "Recreate" => {
            if !rolling.is_null() {
                let detail = "may not be specified when strategy `type` is 'Recreate'";
                forbidden(detail, &at, errors);
            }
        }
        "RollingUpdate" => rolling_update(rolling, &at, errors),
        _ => {
            let words = ["Recreate", "RollingUpdate"];
            errors.push(FieldError::not_supported_as(path, "DeploymentStrategy", strategy, &words));
        }
    }
}

/// ValidateRollingUpdateDeployment.
fn rolling_update(rolling: &Value, path: &Path, errors: &mut Errors) {
    for name in ["maxUnavailable", "maxSurge"] {
        int_or_percent(rolling.get(name), &path.field(name), errors);
    }
    let unavailable = rolling.get("maxUnavailable");
    let at = path.field("maxUnavailable");
    if is_zero(unavailable) && is_zero(rolling.get("maxSurge")) {
        errors.push(FieldError::invalid(&at, unavailable, "may not be 0 when `maxSurge` is 0"));
    }
    not_over_100(unavailable, &at, errors);
}

/// Is it nothing, or what the server reads as nothing? Models getIntOrPercentValue.
pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Int(n) => *n == 0,
        Value::Str(s) => s.strip_suffix('%').unwrap_or(s).parse::<i64>().unwrap_or(0) == 0,
        _ => true,
    }
}

/// IsNotMoreThan100Percent.
pub(super) fn not_over_100(value: &Value, path: &Path, errors: &mut Errors) {
    let percent = value.as_str().and_then(|s| s.strip_suffix('%')).and_then(|n| n.parse::<i64>().ok());
    if percent.is_some_and(|n| n > 100) {
        errors.push(FieldError::invalid(path, value, "must not be greater than 100%"));
    }
}

/// ValidatePositiveIntOrPercent.
pub(super) fn int_or_percent(value: &Value, path: &Path, errors: &mut Errors) {
    match value {
        Value::Str(s) => {
            let good =
                s.strip_suffix('%').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
            if !good {
                let detail = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or \
                              '93%', regex used for validation is '[0-9]+%')";
                errors.push(FieldError::invalid(path, value, detail));
            }
        }
        _ => not_negative(value, path, errors),
    }
}
