//! ConfigMaps and Secrets. Models pkg/apis/core/validation/validation.go: ValidateConfigMap, ValidateSecret.

use super::{Errors, immutable, names, text};
use crate::api::Value;
use crate::manifest::field::{Fault, FieldError, Path};

/// How many bytes one may hold.
const BYTES_MAX: usize = 1 << 20;

pub(super) fn create_map(object: &Value, errors: &mut Errors) {
    let mut bytes = 0;
    for name in ["data", "binaryData"] {
        let root = Path::ROOT;
        let path = root.field(name);
        for (key, value) in object.get(name).fields() {
            let at = path.key(key);
            let key_value = Value::Str(key.clone());
            names::check(&key_value, names::config_key, &at, errors);
            if name == "data" && !object.get("binaryData").get(key).is_null() {
                errors.push(FieldError::invalid(&at, &key_value, "duplicate of key present in binaryData"));
            }
            bytes += text(value).len();
        }
    }
    if bytes > BYTES_MAX {
        errors.push(too_long(""));
    }
}

pub(super) fn update_map(new: &Value, old: &Value, errors: &mut Errors) {
    frozen(new, old, &["data", "binaryData"], errors);
    create_map(new, errors);
}

pub(super) fn create_secret(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("data");
    let data = object.get("data");
    let mut bytes = 0;
    for (key, value) in data.fields() {
        names::check(&Value::Str(key.clone()), names::config_key, &path.key(key), errors);
        bytes += text(value).len() / 4 * 3;
    }
    if bytes > BYTES_MAX {
        errors.push(too_long("data"));
    }
    let wanted: &[&str] = match text(object.get("type")) {
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/basic-auth" => &["username", "password"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        _ => &[],
    };
    let has = |key: &&&str| !data.get(key).is_null() || !object.get("stringData").get(key).is_null();
    // Of the two of basic-auth, one is enough.
    let basic = wanted == ["username", "password"] && wanted.iter().any(|k| has(&k));
    for key in wanted.iter().filter(|k| !basic && !has(k)) {
        errors.push(FieldError::required(&path.key(key), ""));
    }
}

pub(super) fn update_secret(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    immutable(new.get("type"), old.get("type"), &root.field("type"), errors);
    frozen(new, old, &["data"], errors);
    create_secret(new, errors);
}

fn frozen(new: &Value, old: &Value, fields: &[&str], errors: &mut Errors) {
    if old.get("immutable").as_bool() != Some(true) {
        return;
    }
    let root = Path::ROOT;
    let detail = "field is immutable when `immutable` is set";
    if new.get("immutable").as_bool() != Some(true) {
        errors.push(FieldError::forbidden(&root.field("immutable"), detail));
    }
    for name in fields.iter().filter(|n| new.get(n) != old.get(n)) {
        errors.push(FieldError::forbidden(&root.field(name), detail));
    }
}

fn too_long(field: &str) -> FieldError {
    let detail = format!("may not be more than {BYTES_MAX} bytes");
    FieldError { field: field.to_owned(), fault: Fault::TooLong, value: None, detail }
}
