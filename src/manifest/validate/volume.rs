//! Volumes. Models pkg/apis/core/validation/validation.go: ValidateVolumes.

use super::{Errors, Seen, in_range, names, one_of, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use crate::manifest::schema;

/// In the order in which the server looks at them, as far as that matters.
const FIRST: [&str; 4] = ["emptyDir", "hostPath", "gitRepo", "secret"];

pub(super) fn all(volumes: &Value, path: &Path, errors: &mut Errors) {
    let mut seen = Seen::default();
    for (i, volume) in volumes.items().iter().enumerate() {
        let at = path.index(i);
        let name = text(volume.get("name"));
        source(volume, &at, errors);
        if name.is_empty() {
            errors.push(FieldError::required(&at.field("name"), ""));
        } else {
            names::check(volume.get("name"), names::label, &at.field("name"), errors);
        }
        if !seen.insert(name) {
            errors.push(FieldError::duplicate(&at.field("name"), volume.get("name")));
        }
    }
}

fn source(volume: &Value, path: &Path, errors: &mut Errors) {
    let known =
        schema::fields("Volume").iter().map(|f| f.name).filter(|n| *n != "name" && !FIRST.contains(n));
    let mut count = 0;
    for name in FIRST.into_iter().chain(known) {
        let inner = volume.get(name);
        if inner.is_null() {
            continue;
        }
        let at = path.field(name);
        count += 1;
        if count > 1 {
            errors.push(FieldError::forbidden(&at, "may not specify more than 1 volume type"));
            continue;
        }
        one(name, inner, &at, errors);
    }
    if count == 0 {
        errors.push(FieldError::required(path, "must specify a volume type"));
    }
}

const HOST_PATH_TYPES: [&str; 8] =
    ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

fn one(name: &str, source: &Value, path: &Path, errors: &mut Errors) {
    let needs = |field: &'static str, errors: &mut Errors| {
        if text(source.get(field)).is_empty() {
            errors.push(FieldError::required(&path.field(field), ""));
        }
    };
    match name {
        "hostPath" => {
            needs("path", errors);
            one_of(source.get("type"), &HOST_PATH_TYPES, &path.field("type"), errors);
        }
        "secret" => {
            needs("secretName", errors);
            mode(source, path, errors);
        }
        "configMap" => {
            needs("name", errors);
            mode(source, path, errors);
        }
        "downwardAPI" | "projected" => mode(source, path, errors),
        "persistentVolumeClaim" => needs("claimName", errors),
        "nfs" => {
            needs("server", errors);
            needs("path", errors);
            let place = text(source.get("path"));
            if !place.is_empty() && !place.starts_with('/') {
                errors.push(FieldError::invalid(
                    &path.field("path"),
                    source.get("path"),
                    "must be an absolute path",
                ));
            }
        }
        "csi" => needs("driver", errors),
        _ => {}
    }
}

fn mode(source: &Value, path: &Path, errors: &mut Errors) {
    let value = source.get("defaultMode");
    if value.as_int().is_some_and(|n| !(0..=0o777).contains(&n)) {
        let detail = "must be a number between 0 and 0777 (octal), both inclusive";
        errors.push(FieldError::invalid(&path.field("defaultMode"), value, detail));
    }
    let list = path.field("items");
    for (i, item) in source.get("items").items().iter().enumerate() {
        let at = list.index(i);
        if item.get("fieldRef").is_null()
            && item.get("resourceFieldRef").is_null()
            && text(item.get("key")).is_empty()
        {
            errors.push(FieldError::required(&at.field("key"), ""));
        }
        if text(item.get("path")).is_empty() {
            errors.push(FieldError::required(&at.field("path"), ""));
        }
        in_range(item.get("mode"), 0, 0o777, &at.field("mode"), errors);
    }
}
