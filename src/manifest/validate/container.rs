//! Containers. Models pkg/apis/core/validation/validation.go: validateContainers, validateInitContainers.

use super::{
    Errors, Seen, env, forbidden, in_range, invalid, names, needs, not_supported, one_of, or_empty, probe,
    required, resources, security, text, volume,
};
use crate::api::{Map, Value};
use crate::manifest::field::{FieldError, Path};

/// All containers of a pod; `volumes` are those that may be mounted.
pub(super) fn all(spec: &Value, path: &Path, volumes: &Map, errors: &mut Errors) {
    let at = path.field("containers");
    let containers = spec.get("containers").items();
    if containers.is_empty() {
        required("", &at, errors);
    }
    let mut seen = Seen::default();
    for (i, c) in containers.iter().enumerate() {
        let here = at.index(i);
        common(c, spec, &here, volumes, errors);
        unique(c, &mut seen, &here, errors);
        probe::all(c, spec, &here, errors);
        restart_policy(c, &here, errors);
    }
    host_ports(containers, &at, errors);
    let at = path.field("initContainers");
    for (i, c) in spec.get("initContainers").items().iter().enumerate() {
        let here = at.index(i);
        common(c, spec, &here, volumes, errors);
        restart_policy(c, &here, errors);
        if !text(c.get("name")).is_empty() {
            unique(c, &mut seen, &here, errors);
        }
        host_ports(std::slice::from_ref(c), &at, errors);
        init(c, spec, &here, errors);
    }
}

fn unique(c: &Value, seen: &mut Seen, path: &Path, errors: &mut Errors) {
    let name = or_empty(c.get("name"));
    if !seen.insert(text(&name)) {
        errors.push(FieldError::duplicate(&path.field("name"), &name));
    }
}

/// validateContainerRestartPolicy.
fn restart_policy(c: &Value, path: &Path, errors: &mut Errors) {
    let (policy, rules) = (c.get("restartPolicy"), c.get("restartPolicyRules").items());
    let at = path.field("restartPolicy");
    if policy.is_null() && !rules.is_empty() {
        required("must specify restartPolicy when restart rules are used", &at, errors);
    }
    one_of(policy, &["Always", "Never", "OnFailure"], &at, errors);
    let list = path.field("restartPolicyRules");
    if rules.len() > 20 {
        errors.push(FieldError::too_many(&list, rules.len(), 20));
    }
    for (i, rule) in rules.iter().enumerate() {
        let at = list.index(i);
        let actions = ["Restart", "RestartAllContainers"];
        one_of(&or_empty(rule.get("action")), &actions, &at.field("action"), errors);
        let (codes, at) = (rule.get("exitCodes"), at.field("exitCodes"));
        if codes.is_null() {
            required("must be specified", &at, errors);
            continue;
        }
        one_of(&or_empty(codes.get("operator")), &["In", "NotIn"], &at.field("operator"), errors);
        let values = codes.get("values").items().len();
        if values > 255 {
            errors.push(FieldError::too_many(&at.field("values"), values, 255));
        }
    }
}

fn init(c: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    if c.get("restartPolicy").as_str() == Some("Always") {
        return probe::all(c, spec, path, errors);
    }
    for name in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        if !c.get(name).is_null() {
            let detail = "may not be set for init containers without restartPolicy=Always";
            forbidden(detail, &path.field(name), errors);
        }
    }
    let list = path.field("resizePolicy");
    for (i, policy) in c.get("resizePolicy").items().iter().enumerate() {
        let policy = policy.get("restartPolicy");
        if policy.as_str() == Some("RestartContainer") {
            let detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
            invalid(policy, detail, &list.index(i).field("restartPolicy"), errors);
        }
    }
}

/// validateContainerCommon.
fn common(c: &Value, spec: &Value, path: &Path, volumes: &Map, errors: &mut Errors) {
    if needs(c.get("name"), &path.field("name"), errors) {
        names::check(c.get("name"), names::label, &path.field("name"), errors);
    }
    needs(c.get("image"), &path.field("image"), errors);
    let policy = path.field("terminationMessagePolicy");
    one_of(c.get("terminationMessagePolicy"), &["File", "FallbackToLogsOnError"], &policy, errors);
    ports(c.get("ports").items(), &path.field("ports"), errors);
    env::variables(c.get("env").items(), &path.field("env"), errors);
    env::sources(c.get("envFrom").items(), &path.field("envFrom"), errors);
    volume::mounts(c, volumes, &path.field("volumeMounts"), errors);
    volume::devices(c, volumes, &path.field("volumeDevices"), errors);
    pull_policy(c.get("imagePullPolicy"), &path.field("imagePullPolicy"), errors);
    resources::container(c.get("resources"), spec, &path.field("resources"), errors);
    resize_policy(c, spec, &path.field("resizePolicy"), errors);
    security::container(c.get("securityContext"), spec, &path.field("securityContext"), errors);
}

/// validateResizePolicy: most of it is said of the list.
fn resize_policy(c: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    let mut seen = Seen::default();
    for (i, policy) in c.get("resizePolicy").items().iter().enumerate() {
        let (name, restart) = (or_empty(policy.get("resourceName")), or_empty(policy.get("restartPolicy")));
        if !seen.insert(text(&name)) {
            errors.push(FieldError::duplicate(&path.index(i), &name));
        }
        if needs(&name, path, errors) {
            one_of(&name, &["cpu", "memory"], path, errors);
        }
        if needs(&restart, path, errors) {
            one_of(&restart, &["NotRequired", "RestartContainer"], path, errors);
        }
        if text(spec.get("restartPolicy")) == "Never" && text(&restart) != "NotRequired" {
            invalid(&restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'", path, errors);
        }
    }
}

fn ports(ports: &[Value], path: &Path, errors: &mut Errors) {
    let mut seen = Seen::default();
    for (i, port) in ports.iter().enumerate() {
        let at = path.index(i);
        let name = port.get("name");
        if !text(name).is_empty() {
            let before = errors.len();
            names::check(name, names::port_name, &at.field("name"), errors);
            if errors.len() == before && !seen.insert(text(name)) {
                errors.push(FieldError::duplicate(&at.field("name"), name));
            }
        }
        let number = port.get("containerPort");
        if number.as_int().unwrap_or(0) == 0 {
            required("", &at.field("containerPort"), errors);
        } else {
            in_range(number, 1, 65535, &at.field("containerPort"), errors);
        }
        if port.get("hostPort").as_int().unwrap_or(0) != 0 {
            in_range(port.get("hostPort"), 1, 65535, &at.field("hostPort"), errors);
        }
        if needs(port.get("protocol"), &at.field("protocol"), errors) {
            one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"], &at.field("protocol"), errors);
        }
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

/// What the server asks of images of pods, though not of templates. Models validateContainerOnlyForPod.
pub(super) fn images(spec: &Value, path: &Path, errors: &mut Errors) {
    for name in ["containers", "initContainers"] {
        let list = path.field(name);
        for (i, c) in spec.get(name).items().iter().enumerate() {
            let image = c.get("image");
            if text(image).trim() != text(image) {
                let detail = "must not have leading or trailing whitespace";
                invalid(image, detail, &list.index(i).field("image"), errors);
            }
        }
    }
}

/// Files that variables are read from lie in an emptyDir. Models validateFileKeyRefVolumes.
pub(super) fn files(spec: &Value, path: &Path, errors: &mut Errors) {
    for name in ["initContainers", "containers"] {
        let list = path.field(name);
        for (i, c) in spec.get(name).items().iter().enumerate() {
            let here = list.index(i);
            let env = here.field("env");
            for (j, var) in c.get("env").items().iter().enumerate() {
                let source = var.at("valueFrom.fileKeyRef");
                if source.is_null() {
                    continue;
                }
                let wanted = or_empty(source.get("volumeName"));
                let at = env.index(j);
                let at = at.field("valueFrom.fileKeyRef.volumeName");
                match spec.get("volumes").items().iter().find(|v| v.get("name") == &wanted) {
                    None => errors.push(FieldError::not_found(&at, &wanted)),
                    Some(v) if v.get("emptyDir").is_null() => {
                        invalid(&wanted, "referenced volume must be of type emptyDir", &at, errors);
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

/// validatePullPolicy.
pub(super) fn pull_policy(policy: &Value, path: &Path, errors: &mut Errors) {
    let words = ["Always", "IfNotPresent", "Never"];
    if needs(policy, path, errors) && !words.contains(&text(policy)) {
        not_supported(policy, &words, path, errors);
    }
}
