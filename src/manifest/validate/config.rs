//! ConfigMaps and Secrets. Models pkg/apis/core/validation/validation.go: ValidateConfigMap, ValidateSecret.

use super::{Errors, immutable, invalid, names, required, text};
use crate::api::{Value, from_base64};
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
    let has = |key: &str| !data.get(key).is_null();
    let mut wants = |key: &str| required("", &path.key(key), errors);
    match text(object.get("type")) {
        "kubernetes.io/service-account-token" => {
            const ACCOUNT: &str = "kubernetes.io/service-account.name";
            if text(object.at("metadata.annotations").get(ACCOUNT)).is_empty() {
                let metadata = root.field("metadata");
                required("", &metadata.field("annotations").key(ACCOUNT), errors);
            }
        }
        kind @ ("kubernetes.io/dockercfg" | "kubernetes.io/dockerconfigjson") => {
            let key = if kind.ends_with("json") { ".dockerconfigjson" } else { ".dockercfg" };
            if !has(key) {
                wants(key);
            } else if let Some(why) = no_json_object(text(data.get(key))) {
                invalid(&Value::from("<secret contents redacted>"), &why, &path.key(key), errors);
            }
        }
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => {
            wants("username");
            wants("password");
        }
        "kubernetes.io/ssh-auth" if text(data.get("ssh-privatekey")).is_empty() => wants("ssh-privatekey"),
        "kubernetes.io/tls" => ["tls.crt", "tls.key"].into_iter().filter(|key| !has(key)).for_each(wants),
        _ => {}
    }
}

/// Why a text in base64 is no object in JSON, in the words of Go's decoder as far as its beginning goes.
fn no_json_object(encoded: &str) -> Option<String> {
    let bytes = from_base64(encoded)?;
    let plain = String::from_utf8_lossy(&bytes);
    let what = match plain.trim_start().chars().next() {
        None => return Some("unexpected end of JSON input".into()),
        Some('{') => return None,
        Some('[') => "array",
        Some('"') => "string",
        Some('t' | 'f') if matches!(plain.trim(), "true" | "false") => "bool",
        Some('-' | '0'..='9') => "number",
        Some(c) => return Some(format!("invalid character '{c}' looking for beginning of value")),
    };
    Some(format!("json: cannot unmarshal {what} into Go value of type map[string]interface {{}}"))
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
