//! Label selectors. Models apimachinery pkg/apis/meta/v1/validation: ValidateLabelSelector.

use super::{Errors, names, text};
use crate::api::{Labels, Selector, Value};
use crate::manifest::field::{FieldError, Path};

pub(super) fn check(selector: &Value, path: &Path, errors: &mut Errors) {
    names::labels(selector.get("matchLabels"), &path.field("matchLabels"), errors);
    let list = path.field("matchExpressions");
    for (i, requirement) in selector.get("matchExpressions").items().iter().enumerate() {
        expression(requirement, &list.index(i), errors);
    }
}

fn expression(requirement: &Value, path: &Path, errors: &mut Errors) {
    let values = requirement.get("values");
    let at = path.field("values");
    match text(requirement.get("operator")) {
        "In" | "NotIn" if values.items().is_empty() => {
            errors.push(FieldError::required(&at, "must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "In" | "NotIn" => {}
        "Exists" | "DoesNotExist" if !values.items().is_empty() => {
            let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
            errors.push(FieldError::forbidden(&at, detail));
        }
        "Exists" | "DoesNotExist" => {}
        _ => {
            let operator = requirement.get("operator");
            let operator = if operator.is_null() { &Value::from("") } else { operator };
            errors.push(FieldError::invalid(
                &path.field("operator"),
                operator,
                "not a valid selector operator",
            ));
        }
    }
    names::check(requirement.get("key"), names::qualified, &path.field("key"), errors);
    for (i, value) in values.items().iter().enumerate() {
        names::check(value, names::label_value, &at.index(i), errors);
    }
}

/// Is nothing asked for, so that everything matches?
pub(super) fn is_empty(selector: &Value) -> bool {
    selector.get("matchLabels").fields().next().is_none()
        && selector.get("matchExpressions").items().is_empty()
}

/// Do these labels match?
pub(super) fn matches(selector: &Value, labels: &Value) -> bool {
    let read: Selector = crate::api::Decode::decode(selector);
    read.matches(&Labels::read(labels))
}
