//! What containers ask for. Models pkg/apis/core/validation/validation.go: ValidateContainerResourceRequirements.

use super::{Errors, names, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use crate::manifest::quantity;

pub(super) fn container(resources: &Value, path: &Path, errors: &mut Errors) {
    let (requests, limits) = (resources.get("requests"), resources.get("limits"));
    for (name, list) in [("limits", limits), ("requests", requests)] {
        let at = path.field(name);
        for (key, amount) in list.fields() {
            let here = at.key(key);
            resource_name(key, &here, errors);
            not_negative(amount, &here, errors);
        }
    }
    let at = path.field("requests");
    for (key, amount) in requests.fields() {
        let limit = limits.get(key);
        let (Some(want), Some(most)) = (quantity::nanos(text(amount)), quantity::nanos(text(limit))) else {
            continue;
        };
        if want > most {
            let detail = format!("must be less than or equal to {key} limit of {}", text(limit));
            errors.push(FieldError::invalid(&at, amount, &detail));
        }
    }
}

/// ValidateResourceQuantityValue.
fn not_negative(amount: &Value, path: &Path, errors: &mut Errors) {
    if nanos(amount).is_some_and(|n| n < 0) {
        errors.push(FieldError::invalid(path, amount, "must be greater than or equal to 0"));
    }
}

/// validateContainerResourceName.
fn resource_name(name: &str, path: &Path, errors: &mut Errors) {
    let value = Value::from(name.to_owned());
    let wrong = names::qualified(name);
    if !wrong.is_empty() {
        errors.extend(wrong.into_iter().map(|w| FieldError::invalid(path, &value, &w)));
        return;
    }
    let standard = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
    if name.contains('/') || standard {
        return;
    }
    let known = matches!(name, "storage" | "pods" | "services" | "secrets" | "configmaps");
    if !known {
        errors.push(FieldError::invalid(path, &value, "must be a standard resource type or fully qualified"));
    }
    errors.push(FieldError::invalid(path, &value, "must be a standard resource for containers"));
}

/// An amount in billionths.
pub(super) fn nanos(amount: &Value) -> Option<i128> {
    quantity::nanos(text(amount))
}
