//! Deployments and ReplicaSets. Models pkg/apis/apps/validation/validation.go.

use super::{Errors, fits, immutable, not_negative, one_of, pod, selector, text};
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
    immutable(new.get("selector"), old.get("selector"), &path.field("selector"), errors);
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
    immutable(new.get("selector"), old.get("selector"), &path.field("selector"), errors);
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
    own_selector(spec, "replicaset", path, errors);
    template(spec, path, errors);
}

pub(super) fn own_selector(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let at = path.field("selector");
    let value = spec.get("selector");
    if value.is_null() {
        errors.push(FieldError::required(&at, ""));
        return;
    }
    selector::check(value, &at, errors);
    if selector::is_empty(value) {
        errors.push(FieldError::invalid(&at, value, &format!("empty selector is invalid for {kind}")));
    }
}

/// ValidatePodTemplateSpecForReplicaSet.
fn template(spec: &Value, path: &Path, errors: &mut Errors) {
    let at = path.field("template");
    let template = spec.get("template");
    let wanted = spec.get("selector");
    let labels = template.at("metadata.labels");
    if !wanted.is_null() && !selector::is_empty(wanted) && !selector::matches(wanted, labels) {
        let metadata = at.field("metadata");
        let detail = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid(&metadata.field("labels"), labels, detail));
    }
    pod::template(template, &at, errors);
    runs_forever(template.get("spec"), "ReplicaSet", &at.field("spec"), errors);
}

/// Pods that are always replaced never end by themselves.
pub(super) fn runs_forever(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let policy = spec.get("restartPolicy");
    if matches!(text(policy), "OnFailure" | "Never") {
        errors.push(FieldError::not_supported(&path.field("restartPolicy"), policy, &["Always"]));
    }
    if !spec.get("activeDeadlineSeconds").is_null() {
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        errors.push(FieldError::forbidden(&path.field("activeDeadlineSeconds"), &detail));
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
                errors.push(FieldError::forbidden(&at, detail));
            }
        }
        "RollingUpdate" => rolling_update(rolling, &at, errors),
        _ => one_of(strategy.get("type"), &["Recreate", "RollingUpdate"], &path.field("type"), errors),
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

/// Is it 0 or 0%, or nothing at all?
pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Int(n) => *n == 0,
        Value::Str(s) => s.strip_suffix('%').is_some_and(|n| n.trim_start_matches('0').is_empty()),
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
