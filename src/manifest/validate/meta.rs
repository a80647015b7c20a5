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
    for (i, finalizer) in meta.get("finalizers").items().iter().enumerate() {
        let list = path.field("finalizers");
        names::check(finalizer, names::qualified, &list.index(i), errors);
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
