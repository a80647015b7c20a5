//! Claims of volumes. Models pkg/apis/core/validation/validation.go: ValidatePersistentVolumeClaimSpec.

use super::{Errors, names, one_of, resources, selector, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

pub(super) fn create(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    spec(object.get("spec"), &root.field("spec"), errors);
}

/// ValidatePersistentVolumeClaimUpdate: only what is asked for may grow.
pub(super) fn update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    spec(new.get("spec"), &path, errors);
    let fixed = |object: &Value| {
        let mut spec = object.get("spec").clone();
        for name in ["resources", "volumeName", "volumeAttributesClassName"] {
            spec.map_mut().remove(name);
        }
        spec
    };
    if fixed(new) != fixed(old) {
        let detail = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        errors.push(FieldError::forbidden(&path, detail));
    }
}

const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

pub(super) fn spec(spec: &Value, path: &Path, errors: &mut Errors) {
    let modes = spec.get("accessModes").items();
    let at = path.field("accessModes");
    if modes.is_empty() {
        errors.push(FieldError::required(&at, "at least 1 access mode is required"));
    }
    selector::check(spec.get("selector"), &path.field("selector"), errors);
    for mode in modes {
        one_of(mode, &MODES, &at, errors);
    }
    let alone = modes.iter().any(|m| text(m) == "ReadWriteOncePod");
    if alone && modes.iter().any(|m| text(m) != "ReadWriteOncePod" && MODES.contains(&text(m))) {
        errors.push(FieldError::forbidden(&at, "may not use ReadWriteOncePod with other access modes"));
    }
    let amount = spec.at("resources.requests.storage");
    let resources = path.field("resources");
    let at = resources.key("storage");
    if amount.is_null() {
        errors.push(FieldError::required(&at, ""));
    } else if resources::nanos(amount).is_some_and(|n| n <= 0) {
        errors.push(FieldError::invalid(&at, amount, "must be greater than zero"));
    }
    if !text(spec.get("storageClassName")).is_empty() {
        names::check(spec.get("storageClassName"), names::subdomain, &path.field("storageClassName"), errors);
    }
    one_of(spec.get("volumeMode"), &["Block", "Filesystem"], &path.field("volumeMode"), errors);
}
