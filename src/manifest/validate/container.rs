//! Containers. Models pkg/apis/core/validation/validation.go: validateContainers, validateInitContainers.

use super::{Errors, Seen, in_range, names, one_of, probe, resources, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

/// What containers may refer to.
pub(super) struct Around<'a> {
    /// The names of the pod's volumes.
    pub(super) volumes: &'a Seen,
}

pub(super) fn all(spec: &Value, path: &Path, around: &Around, errors: &mut Errors) {
    let at = path.field("containers");
    let containers = spec.get("containers").items();
    if containers.is_empty() {
        errors.push(FieldError::required(&at, ""));
    }
    let mut seen = Seen::default();
    for (i, c) in containers.iter().enumerate() {
        let here = at.index(i);
        common(c, &here, around, errors);
        unique(c, &mut seen, &here, errors);
        probes(c, &here, errors);
    }
    host_ports(containers, &at, errors);
    let at = path.field("initContainers");
    for (i, c) in spec.get("initContainers").items().iter().enumerate() {
        let here = at.index(i);
        common(c, &here, around, errors);
        unique(c, &mut seen, &here, errors);
        init(c, &here, errors);
    }
}

fn unique(c: &Value, seen: &mut Seen, path: &Path, errors: &mut Errors) {
    let name = text(c.get("name"));
    if !seen.insert(name) && !name.is_empty() {
        errors.push(FieldError::duplicate(&path.field("name"), c.get("name")));
    }
}

fn probes(c: &Value, path: &Path, errors: &mut Errors) {
    probe::lifecycle(c.get("lifecycle"), &path.field("lifecycle"), errors);
    probe::check(c.get("livenessProbe"), &path.field("livenessProbe"), true, errors);
    probe::check(c.get("readinessProbe"), &path.field("readinessProbe"), false, errors);
    probe::check(c.get("startupProbe"), &path.field("startupProbe"), true, errors);
    restart_policy(c, path, errors);
}

fn restart_policy(c: &Value, path: &Path, errors: &mut Errors) {
    one_of(c.get("restartPolicy"), &["Always", "Never", "OnFailure"], &path.field("restartPolicy"), errors);
}

fn init(c: &Value, path: &Path, errors: &mut Errors) {
    if c.get("restartPolicy").as_str() == Some("Always") {
        return probes(c, path, errors);
    }
    restart_policy(c, path, errors);
    for name in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        if !c.get(name).is_null() {
            let detail = "may not be set for init containers without restartPolicy=Always";
            errors.push(FieldError::forbidden(&path.field(name), detail));
        }
    }
}

/// validateContainerCommon.
fn common(c: &Value, path: &Path, around: &Around, errors: &mut Errors) {
    let name = path.field("name");
    if text(c.get("name")).is_empty() {
        errors.push(FieldError::required(&name, ""));
    } else {
        names::check(c.get("name"), names::label, &name, errors);
    }
    let image = text(c.get("image"));
    if image.is_empty() {
        errors.push(FieldError::required(&path.field("image"), ""));
    } else if image.trim() != image {
        let detail = "must not have leading or trailing whitespace";
        errors.push(FieldError::invalid(&path.field("image"), c.get("image"), detail));
    }
    let policy = path.field("terminationMessagePolicy");
    one_of(c.get("terminationMessagePolicy"), &["FallbackToLogsOnError", "File"], &policy, errors);
    ports(c.get("ports").items(), &path.field("ports"), errors);
    env(c.get("env").items(), &path.field("env"), errors);
    env_from(c.get("envFrom").items(), &path.field("envFrom"), errors);
    mounts(c.get("volumeMounts").items(), around, &path.field("volumeMounts"), errors);
    let pull = path.field("imagePullPolicy");
    one_of(c.get("imagePullPolicy"), &["Always", "IfNotPresent", "Never"], &pull, errors);
    resources::container(c.get("resources"), &path.field("resources"), errors);
    let context = path.field("securityContext");
    for name in ["runAsUser", "runAsGroup"] {
        in_range(c.get("securityContext").get(name), 0, i32::MAX.into(), &context.field(name), errors);
    }
}

fn ports(ports: &[Value], path: &Path, errors: &mut Errors) {
    let mut seen = Seen::default();
    for (i, port) in ports.iter().enumerate() {
        let at = path.index(i);
        let name = text(port.get("name"));
        if !name.is_empty() {
            let wrong = names::port_name(name);
            if !wrong.is_empty() {
                errors.extend(
                    wrong.into_iter().map(|w| FieldError::invalid(&at.field("name"), port.get("name"), &w)),
                );
            } else if seen.contains(name) {
                errors.push(FieldError::duplicate(&at.field("name"), port.get("name")));
            }
            seen.insert(name);
        }
        let number = port.get("containerPort");
        if number.as_int().unwrap_or(0) == 0 {
            errors.push(FieldError::required(&at.field("containerPort"), ""));
        } else {
            in_range(number, 1, 65535, &at.field("containerPort"), errors);
        }
        if port.get("hostPort").as_int().unwrap_or(0) != 0 {
            in_range(port.get("hostPort"), 1, 65535, &at.field("hostPort"), errors);
        }
        one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"], &at.field("protocol"), errors);
    }
}

/// checkHostPortConflicts.
fn host_ports(containers: &[Value], path: &Path, errors: &mut Errors) {
    let mut taken = Seen::default();
    for (i, c) in containers.iter().enumerate() {
        let at = path.index(i);
        let list = at.field("ports");
        for (j, port) in c.get("ports").items().iter().enumerate() {
            let Some(number) = port.get("hostPort").as_int().filter(|n| *n != 0) else { continue };
            let key = format!("{}/{}/{number}", text(port.get("protocol")), text(port.get("hostIP")));
            if !taken.insert(&key) {
                errors.push(FieldError::duplicate(&list.index(j).field("hostPort"), &Value::from(key)));
            }
        }
    }
}

fn env(list: &[Value], path: &Path, errors: &mut Errors) {
    for (i, var) in list.iter().enumerate() {
        let at = path.index(i);
        if text(var.get("name")).is_empty() {
            errors.push(FieldError::required(&at.field("name"), ""));
        } else {
            names::check(var.get("name"), names::env_name, &at.field("name"), errors);
        }
        if !var.get("valueFrom").is_null() {
            env_source(var, &at.field("valueFrom"), errors);
        }
    }
}

const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

/// validateEnvVarValueFrom.
fn env_source(var: &Value, path: &Path, errors: &mut Errors) {
    let from = var.get("valueFrom");
    let count = SOURCES.iter().filter(|s| !from.get(s).is_null()).count();
    if !from.get("fieldRef").is_null() {
        field_ref(from.get("fieldRef"), &path.field("fieldRef"), errors);
    }
    for name in ["configMapKeyRef", "secretKeyRef"] {
        let source = from.get(name);
        if source.is_null() {
            continue;
        }
        let at = path.field(name);
        if text(source.get("key")).is_empty() {
            errors.push(FieldError::required(&at.field("key"), ""));
        } else {
            names::check(source.get("key"), names::config_key, &at.field("key"), errors);
        }
    }
    let empty = Value::from("");
    if count == 0 {
        errors.push(FieldError::invalid(path, &empty, "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef`, or `fileKeyRef`"));
    } else if !text(var.get("value")).is_empty() {
        errors.push(FieldError::invalid(path, &empty, "may not be specified when `value` is not empty"));
    } else if count > 1 {
        errors.push(FieldError::invalid(
            path,
            &empty,
            "may not have more than one field specified at a time",
        ));
    }
}

const FIELD_PATHS: [&str; 10] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
    "spec.restartPolicy",
];

fn field_ref(source: &Value, path: &Path, errors: &mut Errors) {
    let at = path.field("fieldPath");
    let field = text(source.get("fieldPath"));
    let subscripted =
        |name: &str| field.strip_prefix(name).is_some_and(|r| r.starts_with("['") && r.ends_with("']"));
    if field.is_empty() {
        errors.push(FieldError::required(&at, ""));
    } else if !FIELD_PATHS.contains(&field)
        && !subscripted("metadata.labels")
        && !subscripted("metadata.annotations")
    {
        let detail = format!("error converting fieldPath: field label not supported: {field}");
        errors.push(FieldError::invalid(&at, source.get("fieldPath"), &detail));
    }
}

fn env_from(list: &[Value], path: &Path, errors: &mut Errors) {
    for (i, source) in list.iter().enumerate() {
        let at = path.index(i);
        let found: Vec<&str> =
            ["configMapRef", "secretRef"].into_iter().filter(|n| !source.get(n).is_null()).collect();
        for name in &found {
            if text(source.get(name).get("name")).is_empty() {
                errors.push(FieldError::required(&at.field(name).field("name"), ""));
            }
        }
        let empty = Value::from("");
        match found.len() {
            0 => errors.push(FieldError::invalid(
                &at,
                &empty,
                "must specify one of: `configMapRef` or `secretRef`",
            )),
            1 => {}
            _ => errors.push(FieldError::invalid(
                &at,
                &empty,
                "may not have more than one field specified at a time",
            )),
        }
    }
}

fn mounts(list: &[Value], around: &Around, path: &Path, errors: &mut Errors) {
    let mut seen = Seen::default();
    for (i, mount) in list.iter().enumerate() {
        let at = path.index(i);
        let (name, place) = (text(mount.get("name")), text(mount.get("mountPath")));
        if name.is_empty() {
            errors.push(FieldError::required(&at.field("name"), ""));
        }
        if !around.volumes.contains(name) {
            errors.push(FieldError::not_found(&at.field("name"), &Value::from(name.to_owned())));
        }
        if place.is_empty() {
            errors.push(FieldError::required(&at.field("mountPath"), ""));
        }
        if seen.contains(place) {
            errors.push(FieldError::invalid(
                &at.field("mountPath"),
                mount.get("mountPath"),
                "must be unique",
            ));
        }
        seen.insert(place);
        let sub = text(mount.get("subPath"));
        if sub.starts_with('/') {
            errors.push(FieldError::invalid(
                &at.field("subPath"),
                mount.get("subPath"),
                "must be a relative path",
            ));
        } else if sub.split('/').any(|p| p == "..") {
            errors.push(FieldError::invalid(
                &at.field("subPath"),
                mount.get("subPath"),
                "must not contain '..'",
            ));
        }
    }
}
