//! What pods and containers may do on their node. Models pkg/apis/core/validation/validation.go:
//! validatePodSpecSecurityContext, ValidateSecurityContext, validateHostUsers, validateOS.

use super::{
    Errors, Seen, forbidden, in_range, invalid, needs, not_supported, one_of, required, text, volume,
};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

const ID_MAX: i64 = i32::MAX as i64;

/// That of a pod; the host's namespaces stand beside it.
pub(super) fn pod(spec: &Value, path: &Path, errors: &mut Errors) {
    let context = spec.get("securityContext");
    let is = |name: &str| spec.get(name).as_bool() == Some(true);
    for name in ["fsGroup", "runAsUser", "runAsGroup"] {
        in_range(context.get(name), 0, ID_MAX, &path.field(name), errors);
    }
    let groups = path.field("supplementalGroups");
    for (i, group) in context.get("supplementalGroups").items().iter().enumerate() {
        in_range(group, 0, ID_MAX, &groups.index(i), errors);
    }
    if is("shareProcessNamespace") && is("hostPID") {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        invalid(&Value::Bool(true), detail, &path.field("shareProcessNamespace"), errors);
    }
    sysctls(spec, &path.field("sysctls"), errors);
    let name = "fsGroupChangePolicy";
    one_of(context.get(name), &["Always", "OnRootMismatch"], &path.field(name), errors);
    seccomp(context.get("seccompProfile"), &path.field("seccompProfile"), errors);
    app_armor(context.get("appArmorProfile"), &path.field("appArmorProfile"), errors);
    let name = "supplementalGroupsPolicy";
    one_of(context.get(name), &["Merge", "Strict"], &path.field(name), errors);
    one_of(context.get("seLinuxChangePolicy"), &["Recursive"], &path.field("seLinuxChangePolicy"), errors);
}

/// validateSysctls.
fn sysctls(spec: &Value, path: &Path, errors: &mut Errors) {
    const FORM: &str = r"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
    const IPC: [&str; 4] = ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."];
    let part = |s: &str| {
        let ends = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let inside = s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b));
        inside && ends(s.bytes().next()) && ends(s.bytes().last())
    };
    let is = |name: &str| spec.get(name).as_bool() == Some(true);
    let mut seen = Seen::default();
    for (i, sysctl) in spec.at("securityContext.sysctls").items().iter().enumerate() {
        let (value, at) = (sysctl.get("name"), path.index(i));
        let (name, at) = (text(value), at.field("name"));
        if needs(value, &at, errors) {
            if name.len() > 253 || !name.split(['.', '/']).all(part) {
                let detail = format!("must have at most 253 characters and match regex {FORM}");
                invalid(value, &detail, &at, errors);
            } else if seen.contains(name) {
                errors.push(FieldError::duplicate(&at, value));
            }
        }
        let dotted = name.replace('/', ".");
        if is("hostNetwork") && dotted.starts_with("net.") {
            invalid(value, "may not be specified when 'hostNetwork' is true", &at, errors);
        } else if is("hostIPC") && IPC.iter().any(|p| dotted.starts_with(p)) {
            invalid(value, "may not be specified when 'hostIPC' is true", &at, errors);
        }
        seen.insert(name);
    }
}

const PROFILES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];

/// validateSeccompProfileField.
fn seccomp(profile: &Value, path: &Path, errors: &mut Errors) {
    if profile.is_null() {
        return;
    }
    let (kind, local) = (profile.get("type"), profile.get("localhostProfile"));
    let at = path.field("localhostProfile");
    match text(kind) {
        "" => required("type is required when seccompProfile is set", &path.field("type"), errors),
        _ => one_of(kind, &PROFILES, &path.field("type"), errors),
    }
    match (text(kind), local.is_null()) {
        ("Localhost", true) => required("must be set when seccomp type is Localhost", &at, errors),
        ("Localhost", false) => volume::descending(local, &at, errors),
        (_, false) => {
            let detail = "can only be set when seccomp type is Localhost";
            errors.push(FieldError::invalid_as(&at, "SeccompProfile", profile, detail));
        }
        _ => {}
    }
}

/// ValidateAppArmorProfileField.
fn app_armor(profile: &Value, path: &Path, errors: &mut Errors) {
    if profile.is_null() {
        return;
    }
    let (kind, local) = (profile.get("type"), profile.get("localhostProfile"));
    let at = path.field("localhostProfile");
    match text(kind) {
        "Localhost" => match text(local) {
            "" => required("must be set when AppArmor type is Localhost", &at, errors),
            name if name.trim() != name => invalid(local, "must not be padded with whitespace", &at, errors),
            _ => {}
        },
        "RuntimeDefault" | "Unconfined" => {
            if !local.is_null() {
                invalid(local, "can only be set when AppArmor type is Localhost", &at, errors);
            }
        }
        "" => required("type is required when appArmorProfile is set", &path.field("type"), errors),
        _ => not_supported(kind, &PROFILES, &path.field("type"), errors),
    }
}

/// That of a container.
pub(super) fn container(context: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    if context.is_null() {
        return;
    }
    for name in ["runAsUser", "runAsGroup"] {
        in_range(context.get(name), 0, ID_MAX, &path.field(name), errors);
    }
    let (mount, at) = (context.get("procMount"), path.field("procMount"));
    one_of(mount, &["Default", "Unmasked"], &at, errors);
    if mount.as_str() == Some("Unmasked") && spec.get("hostUsers").as_bool() != Some(false) {
        invalid(mount, "`hostUsers` must be false to use `Unmasked`", &at, errors);
    }
    seccomp(context.get("seccompProfile"), &path.field("seccompProfile"), errors);
    if context.get("allowPrivilegeEscalation").as_bool() == Some(false) {
        let mut both = |what: &str| {
            let detail = format!("cannot set `allowPrivilegeEscalation` to false and {what}");
            errors.push(FieldError::invalid_as(path, "SecurityContext", context, &detail));
        };
        if context.get("privileged").as_bool() == Some(true) {
            both("`privileged` to true");
        }
        if context.at("capabilities.add").items().iter().any(|c| text(c) == "CAP_SYS_ADMIN") {
            both("`capabilities.Add` CAP_SYS_ADMIN");
        }
    }
    app_armor(context.get("appArmorProfile"), &path.field("appArmorProfile"), errors);
}

/// validateHostUsers.
pub(super) fn host_users(spec: &Value, path: &Path, errors: &mut Errors) {
    if spec.get("hostUsers").as_bool() != Some(false) {
        return;
    }
    for (name, shown) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec.get(name).as_bool() == Some(true) {
            forbidden("when `hostUsers` is false", &path.field(shown), errors);
        }
    }
    for list in ["initContainers", "containers"] {
        let at = path.field(list);
        for (i, c) in spec.get(list).items().iter().enumerate() {
            if !c.get("volumeDevices").items().is_empty() {
                forbidden("when `hostUsers` is false", &at.index(i).field("volumeDevices"), errors);
            }
        }
    }
}

/// What a pod for Windows may not ask for, in the server's order; what stands beside the context comes with a `^`.
const NOT_ON_WINDOWS: [&str; 15] = [
    "appArmorProfile",
    "seLinuxOptions",
    "^hostUsers",
    "^hostPID",
    "^hostIPC",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "^shareProcessNamespace",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];
/// The same for its containers.
const NOT_IN_WINDOWS: [&str; 10] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

/// validateOS, validateLinux and validateWindows.
pub(super) fn os(spec: &Value, path: &Path, errors: &mut Errors) {
    if spec.get("os").is_null() {
        return;
    }
    let (name, at, own) = (spec.at("os.name"), path.field("os"), path.field("securityContext"));
    let (detail, of_pod, of_container): (_, &[&str], &[&str]) = match text(name) {
        "" => return required("", &at.field("name"), errors),
        "linux" => {
            ("windows options cannot be set for a linux pod", &["windowsOptions"], &["windowsOptions"])
        }
        "windows" => ("cannot be set for a windows pod", &NOT_ON_WINDOWS, &NOT_IN_WINDOWS),
        _ => return not_supported(name, &["linux", "windows"], &at, errors),
    };
    for name in of_pod {
        let (value, at) = match name.strip_prefix('^') {
            Some(name) => (spec.get(name), path.field(name)),
            None => (spec.get("securityContext").get(name), own.field(name)),
        };
        if !value.is_null() {
            forbidden(detail, &at, errors);
        }
    }
    for list in ["initContainers", "containers"] {
        let all = path.field(list);
        for (i, c) in spec.get(list).items().iter().enumerate() {
            let here = all.index(i);
            let at = here.field("securityContext");
            for name in of_container.iter().filter(|n| !c.get("securityContext").get(n).is_null()) {
                forbidden(detail, &at.field(name), errors);
            }
        }
    }
}
