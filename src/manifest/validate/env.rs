//! Variables of containers. Models pkg/apis/core/validation/validation.go: ValidateEnv, ValidateEnvFrom.

use super::{Errors, invalid, names, needs, not_supported, or_empty, resources, text};
use crate::api::Value;
use crate::manifest::field::Path;

pub(super) fn variables(list: &[Value], path: &Path, errors: &mut Errors) {
    for (i, var) in list.iter().enumerate() {
        let at = path.index(i);
        if needs(var.get("name"), &at.field("name"), errors) {
            names::check(var.get("name"), names::env_name, &at.field("name"), errors);
        }
        if !var.get("valueFrom").is_null() {
            source(var, &at.field("valueFrom"), errors);
        }
    }
}

const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

/// validateEnvVarValueFrom.
fn source(var: &Value, path: &Path, errors: &mut Errors) {
    let from = var.get("valueFrom");
    let mut count = 0;
    for name in SOURCES {
        let (source, at) = (from.get(name), path.field(name));
        if source.is_null() {
            continue;
        }
        count += 1;
        match name {
            "fieldRef" => field_ref(source, &FIELDS, &at, errors),
            "resourceFieldRef" => resource_ref(source, &at, errors),
            "fileKeyRef" => file_key(source, &at, errors),
            _ => {
                names::check(&or_empty(source.get("name")), names::subdomain, &at.field("name"), errors);
                if needs(source.get("key"), &at.field("key"), errors) {
                    names::check(source.get("key"), names::config_key, &at.field("key"), errors);
                }
            }
        }
    }
    let empty = Value::from("");
    if count == 0 {
        let detail = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
        invalid(&empty, detail, path, errors);
    } else if !text(var.get("value")).is_empty() {
        invalid(&empty, "may not be specified when `value` is not empty", path, errors);
    } else if count > 1 {
        invalid(&empty, "may not have more than one field specified at a time", path, errors);
    }
}

/// validateFileKeySelector.
fn file_key(source: &Value, path: &Path, errors: &mut Errors) {
    if needs(source.get("key"), &path.field("key"), errors) {
        names::check(source.get("key"), names::env_name, &path.field("key"), errors);
    }
    if needs(source.get("volumeName"), &path.field("volumeName"), errors) {
        names::check(source.get("volumeName"), names::label, &path.field("volumeName"), errors);
    }
    if needs(source.get("path"), &path.field("path"), errors) {
        super::volume::no_backsteps(source.get("path"), &path.field("path"), errors);
    }
}

/// What of a pod a variable may hold.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// What of a pod a file may hold.
pub(super) const FIELDS_OF_VOLUMES: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// What can be asked of a pod besides. Models pkg/apis/core/pods/helpers.go: ConvertDownwardAPIFieldLabel.
const OTHER_FIELDS: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName", "status.phase"];

/// validateObjectFieldSelector.
pub(super) fn field_ref(source: &Value, known: &[&str], path: &Path, errors: &mut Errors) {
    let at = path.field("fieldPath");
    let (field, version) = (source.get("fieldPath"), text(source.get("apiVersion")));
    if !needs(source.get("apiVersion"), &path.field("apiVersion"), errors) || !needs(field, &at, errors) {
        return;
    }
    let name = text(field);
    let subscript = name.strip_suffix("']").and_then(|n| n.split_once("['"));
    let wrong = match subscript {
        _ if version != "v1" => format!("unsupported pod version: {version}"),
        Some((of, key)) if of == "metadata.annotations" || of == "metadata.labels" => {
            let key = Value::from(key.to_owned());
            return names::check(&key, names::qualified, path, errors);
        }
        Some(_) => format!("field label does not support subscript: {name}"),
        None if !FIELDS.contains(&name) && !OTHER_FIELDS.contains(&name) && name != "spec.host" => {
            format!("field label not supported: {name}")
        }
        None => {
            let name = if name == "spec.host" { "spec.nodeName" } else { name };
            if !known.contains(&name) {
                not_supported(&Value::from(name.to_owned()), known, &at, errors);
            }
            return;
        }
    };
    invalid(field, &format!("error converting fieldPath: {wrong}"), &at, errors);
}

/// What of a container's resources can be asked for.
const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// validateContainerResourceFieldSelector.
pub(super) fn resource_ref(source: &Value, path: &Path, errors: &mut Errors) {
    let (name, at) = (source.get("resource"), path.field("resource"));
    let huge = ["requests.hugepages-", "limits.hugepages-"].iter().any(|p| text(name).starts_with(p));
    if needs(name, &at, errors) && !huge {
        super::one_of(name, &RESOURCES, &at, errors);
    }
    divisor(source, path, errors);
}

/// validateContainerResourceDivisor.
pub(super) fn divisor(source: &Value, path: &Path, errors: &mut Errors) {
    const SIZES: [&str; 13] =
        ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
    let (name, by) = (text(source.get("resource")), text(source.get("divisor")));
    if resources::nanos(source.get("divisor")).unwrap_or(0) == 0 {
        return;
    }
    let what = name.split_once('.').map_or("", |(_, what)| what);
    let (good, of) = match what {
        "cpu" => (matches!(by, "1" | "1m"), "cpu"),
        "memory" => (SIZES.contains(&by), "memory"),
        "ephemeral-storage" => (SIZES.contains(&by), "local ephemeral storage"),
        what if what.starts_with("hugepages-") => (SIZES.contains(&by), "hugepages"),
        _ => return,
    };
    if !good {
        let values = if of == "cpu" { "1m and 1".to_owned() } else { SIZES.join(", ") };
        let detail = format!("only divisor's values {values} are supported with the {of} resource");
        invalid(&Value::from(name.to_owned()), &detail, &path.field("divisor"), errors);
    }
}

/// ValidateEnvFrom.
pub(super) fn sources(list: &[Value], path: &Path, errors: &mut Errors) {
    for (i, source) in list.iter().enumerate() {
        let at = path.index(i);
        if !text(source.get("prefix")).is_empty() {
            names::check(source.get("prefix"), names::env_name, &at.field("prefix"), errors);
        }
        let mut count = 0;
        for name in ["configMapRef", "secretRef"].into_iter().filter(|n| !source.get(n).is_null()) {
            count += 1;
            let (name, here) = (source.get(name).get("name"), at.field(name));
            if needs(name, &here.field("name"), errors) {
                for wrong in names::of_prefix(text(name), names::subdomain) {
                    invalid(name, &wrong, &here.field("name"), errors);
                }
            }
        }
        let empty = Value::from("");
        // These are said of the list.
        if count == 0 {
            invalid(&empty, "must specify one of: `configMapRef` or `secretRef`", path, errors);
        } else if count > 1 {
            invalid(&empty, "may not have more than one field specified at a time", path, errors);
        }
    }
}
