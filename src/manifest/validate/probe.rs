//! Probes and lifecycle handlers. Models pkg/apis/core/validation/validation.go: validateProbe, validateHandler.

use super::{Errors, in_range, names, not_negative, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

const HANDLERS: [&str; 5] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

/// `must_be_1`: a probe that ends a container succeeds at once.
pub(super) fn check(probe: &Value, path: &Path, success_is_1: bool, errors: &mut Errors) {
    if probe.is_null() {
        return;
    }
    handler(probe, path, errors);
    for name in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        not_negative(probe.get(name), &path.field(name), errors);
    }
    let grace = probe.get("terminationGracePeriodSeconds");
    if grace.as_int().is_some_and(|n| n <= 0) {
        errors.push(FieldError::invalid(
            &path.field("terminationGracePeriodSeconds"),
            grace,
            "must be greater than 0",
        ));
    }
    let threshold = probe.get("successThreshold");
    if success_is_1 && threshold.as_int().is_some_and(|n| n != 1) {
        errors.push(FieldError::invalid(&path.field("successThreshold"), threshold, "must be 1"));
    }
}

pub(super) fn lifecycle(lifecycle: &Value, path: &Path, errors: &mut Errors) {
    for name in ["postStart", "preStop"] {
        if !lifecycle.get(name).is_null() {
            handler(lifecycle.get(name), &path.field(name), errors);
        }
    }
}

fn handler(value: &Value, path: &Path, errors: &mut Errors) {
    let mut count = 0;
    for name in HANDLERS {
        let inner = value.get(name);
        if inner.is_null() {
            continue;
        }
        let at = path.field(name);
        count += 1;
        if count > 1 {
            errors.push(FieldError::forbidden(&at, "may not specify more than 1 handler type"));
            continue;
        }
        match name {
            "exec" if inner.get("command").items().is_empty() => {
                errors.push(FieldError::required(&at.field("command"), ""));
            }
            "httpGet" => {
                if text(inner.get("path")).is_empty() {
                    errors.push(FieldError::required(&at.field("path"), ""));
                }
                port(inner.get("port"), &at.field("port"), errors);
                super::one_of(inner.get("scheme"), &["HTTP", "HTTPS"], &at.field("scheme"), errors);
            }
            "tcpSocket" => port(inner.get("port"), &at.field("port"), errors),
            "grpc" => in_range(inner.get("port"), 1, 65535, &at.field("port"), errors),
            _ => {}
        }
    }
    if count == 0 {
        errors.push(FieldError::required(path, "must specify a handler type"));
    }
}

/// ValidatePortNumOrName.
pub(super) fn port(value: &Value, path: &Path, errors: &mut Errors) {
    match value {
        Value::Str(_) => names::check(value, names::port_name, path, errors),
        Value::Int(_) => in_range(value, 1, 65535, path, errors),
        _ => in_range(&Value::Int(0), 1, 65535, path, errors),
    }
}
