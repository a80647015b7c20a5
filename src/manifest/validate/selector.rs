//! Label selectors. Models apimachinery pkg/apis/meta/v1/validation: ValidateLabelSelector.

use super::{Errors, forbidden, invalid, names, or_empty, required, text};
use crate::api::{Labels, Selector, Value};
use crate::manifest::field::Path;

pub(super) fn check(selector: &Value, path: &Path, errors: &mut Errors) {
    names::labels(selector.get("matchLabels"), &path.field("matchLabels"), errors);
    let list = path.field("matchExpressions");
    for (i, requirement) in selector.get("matchExpressions").items().iter().enumerate() {
        expression(requirement, &list.index(i), errors);
    }
}

fn expression(requirement: &Value, path: &Path, errors: &mut Errors) {
    operator(requirement, path, errors);
    names::check(&or_empty(requirement.get("key")), names::qualified, &path.field("key"), errors);
    values(requirement, path, errors);
}

/// The operator of a requirement, and how many values it has.
pub(super) fn operator(requirement: &Value, path: &Path, errors: &mut Errors) {
    let some = !requirement.get("values").items().is_empty();
    let at = path.field("values");
    match text(requirement.get("operator")) {
        "In" | "NotIn" if some => {}
        "In" | "NotIn" => required("must be specified when `operator` is 'In' or 'NotIn'", &at, errors),
        "Exists" | "DoesNotExist" if !some => {}
        "Exists" | "DoesNotExist" => {
            forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'", &at, errors);
        }
        _ => {
            let operator = or_empty(requirement.get("operator"));
            invalid(&operator, "not a valid selector operator", &path.field("operator"), errors);
        }
    }
}

/// The values of a requirement, which labels must be able to have.
pub(super) fn values(requirement: &Value, path: &Path, errors: &mut Errors) {
    let at = path.field("values");
    for (i, value) in requirement.get("values").items().iter().enumerate() {
        names::check(value, names::label_value, &at.index(i), errors);
    }
}

/// Can the server work with it? Where it cannot, it says so and looks no further.
/// Models apimachinery pkg/apis/meta/v1/helpers.go: LabelSelectorAsSelector.
pub(super) fn is_usable(selector: &Value) -> bool {
    let mut errors = Vec::new();
    for (key, value) in selector.get("matchLabels").fields() {
        if !names::qualified(key).is_empty() || !names::label_value(text(value)).is_empty() {
            return false;
        }
    }
    let root = Path::ROOT;
    selector.get("matchExpressions").items().iter().for_each(|e| expression(e, &root, &mut errors));
    errors.is_empty()
}

/// Does it match the labels? None matches nothing.
pub(super) fn fits(selector: &Value, labels: &Value) -> bool {
    !selector.is_null() && matches(selector, labels)
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
