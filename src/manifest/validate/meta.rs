//! Metadata. Models apimachinery pkg/api/validation/objectmeta.go: ValidateObjectMeta.

use super::{Errors, names, text};
use crate::api::{Kind, Value};
use crate::manifest::field::{Fault, FieldError, Path};

/// How many bytes all annotations of an object may have together.
const ANNOTATION_BYTES_MAX: usize = 256 << 10;

pub(super) fn check(kind: Kind, object: &Value, rule: names::Rule, errors: &mut Errors) {
    let meta = object.get("metadata");
    let root = Path::ROOT;
    let path = root.field("metadata");
    let (name, generate) = (meta.get("name"), meta.get("generateName"));
    if !text(generate).is_empty() {
        for wrong in names::of_prefix(text(generate), rule) {
            errors.push(FieldError::invalid(&path.field("generateName"), generate, &wrong));
        }
    }
    if text(name).is_empty() {
        if text(generate).is_empty() {
            errors.push(FieldError::required(&path.field("name"), "name or generateName is required"));
        }
    } else {
        names::check(name, rule, &path.field("name"), errors);
    }
    if kind.info().namespaced && !text(meta.get("namespace")).is_empty() {
        names::check(meta.get("namespace"), names::label, &path.field("namespace"), errors);
    }
    names::labels(meta.get("labels"), &path.field("labels"), errors);
    annotations(meta.get("annotations"), &path.field("annotations"), errors);
    owners(meta.get("ownerReferences"), &path.field("ownerReferences"), errors);
    let (finalizers, at) = (meta.get("finalizers"), path.field("finalizers"));
    for finalizer in finalizers.items() {
        names::check(finalizer, names::qualified, &at, errors);
    }
    let has = |name: &str| finalizers.items().iter().any(|f| text(f) == name);
    if has("orphan") && has("foregroundDeletion") {
        let detail = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.push(FieldError::invalid(&at, finalizers, detail));
    }
}

/// ValidateOwnerReferences: all is said of the list.
fn owners(owners: &Value, path: &Path, errors: &mut Errors) {
    let empty = Value::from("");
    for owner in owners.items() {
        for name in ["apiVersion", "kind", "name", "uid"] {
            if text(owner.get(name)).is_empty() {
                let detail =
                    if name == "apiVersion" { "version must not be empty" } else { "must not be empty" };
                errors.push(FieldError::invalid(&path.field(name), &empty, detail));
            }
        }
    }
}

/// ValidateAnnotations.
pub(super) fn annotations(value: &Value, path: &Path, errors: &mut Errors) {
    let mut bytes = 0;
    for (key, value) in value.fields() {
        for wrong in names::qualified(&key.to_ascii_lowercase()) {
            errors.push(FieldError::invalid(path, &Value::Str(key.clone()), &wrong));
        }
        bytes += key.len() + text(value).len();
    }
    if bytes > ANNOTATION_BYTES_MAX {
        let detail = format!("may not be more than {ANNOTATION_BYTES_MAX} bytes");
        errors.push(FieldError { field: path.to_string(), fault: Fault::TooLong, value: None, detail });
    }
}
