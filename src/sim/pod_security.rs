//! What pods may ask for, by the labels of their namespace. Models staging k8s.io/pod-security-admission: admission and the
//! checks under policy, all in their latest version.

use super::world::World;
use crate::api::{Kind, Object, Value};
use crate::manifest::Refusal;

const PREFIX: &str = "pod-security.kubernetes.io/";

/// What a pod breaks: the reason, and who breaks it how; empty if nothing.
type Check = fn(&Value) -> (&'static str, String);

/// A check, whether `baseline` asks for it and whether `restricted` does. In the order in which they are said.
const CHECKS: [(Check, bool, bool); 18] = [
    (app_armor, true, true),
    (default_capabilities, true, false),
    (host_namespaces, true, true),
    (host_paths, true, false),
    (host_ports, true, true),
    (probe_hosts, true, true),
    (privileged, true, true),
    (|spec| if user_namespace(spec) { ("", String::new()) } else { proc_mount(spec) }, true, false),
    (se_linux, true, true),
    (|spec| seccomp(spec, ""), true, false),
    (sysctls, true, true),
    (escalation, false, true),
    (all_capabilities, false, true),
    (proc_mount, false, true),
    (volumes, false, true),
    (non_root, false, true),
    (user_0, false, true),
    (|spec| seccomp(spec, SECCOMP_MUST), false, true),
];

/// Refuses a pod that its namespace does not allow.
pub(super) fn admit(world: &World, object: &Object) -> Result<(), Refusal> {
    let Object::Pod(pod) = object else { return Ok(()) };
    match violation(world, &pod.meta.namespace, "enforce", pod.spec.raw()) {
        None => Ok(()),
        Some(what) => {
            Err(Refusal::forbidden(Kind::Pod, &pod.meta.name, &format!("violates PodSecurity {what}")))
        }
    }
}

/// What the API server warns of: a pod, or a template of pods, that its namespace would not allow.
pub fn warning(world: &World, kind: Kind, namespace: &str, object: &Value) -> Option<String> {
    let spec = match kind {
        Kind::Pod => object.get("spec"),
        Kind::CronJob => object.at("spec.jobTemplate.spec.template.spec"),
        Kind::Job | Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet => {
            object.at("spec.template.spec")
        }
        _ => return None,
    };
    let what = violation(world, namespace, "warn", spec)?;
    Some(format!("would violate PodSecurity {what}"))
}

fn violation(world: &World, namespace: &str, mode: &str, spec: &Value) -> Option<String> {
    let labels = &world.store.lookup(Kind::Namespace, "", namespace)?.meta().labels;
    let label = |name: &str| labels.get(&format!("{PREFIX}{name}")).map(|v| v.as_str());
    // What is enforced is warned of as well, where nothing else is said.
    let mode = if label(mode).is_none() && mode == "warn" { "enforce" } else { mode };
    let level = label(mode).filter(|level| matches!(*level, "baseline" | "restricted"))?;
    let version = label(&format!("{mode}-version")).unwrap_or("latest");
    let restricted = level == "restricted";
    let mut said = Vec::new();
    for (check, baseline, strict) in CHECKS {
        if if restricted { strict } else { baseline } {
            let (reason, who) = check(spec);
            if !reason.is_empty() {
                said.push(format!("{reason} ({who})"));
            }
        }
    }
    (!said.is_empty()).then(|| format!("\"{level}:{version}\": {}", said.join(", ")))
}

const FINE: (&str, String) = ("", String::new());

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn context<'a>(of: &'a Value, name: &str) -> &'a Value {
    of.get("securityContext").get(name)
}

fn user_namespace(spec: &Value) -> bool {
    spec.get("hostUsers").as_bool() == Some(false)
}

/// The names of the containers of which something is true.
fn who(spec: &Value, is: &dyn Fn(&Value) -> bool) -> Vec<String> {
    let all = ["initContainers", "containers"].into_iter().flat_map(|list| spec.get(list).items());
    all.filter(|c| is(c)).map(|c| text(c.get("name")).to_owned()).collect()
}

fn quoted(names: &[String]) -> String {
    format!("\"{}\"", names.join("\", \""))
}

/// `container "a"`, or `containers "a", "b"`.
fn listed(word: &str, names: &[String]) -> String {
    format!("{word}{} {}", if names.len() == 1 { "" } else { "s" }, quoted(names))
}

/// Each once, in order.
fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}

/// Those among a pod and its containers that set what they must not.
fn setters(pod: bool, containers: &[String]) -> String {
    let mut all = Vec::new();
    if pod {
        all.push("pod".to_owned());
    }
    if !containers.is_empty() {
        all.push(listed("container", containers));
    }
    all.join(" and ")
}

fn app_armor(spec: &Value) -> (&'static str, String) {
    let bad = |of: &Value| matches!(context(of, "appArmorProfile").get("type").as_str(), Some(t) if !matches!(t, "RuntimeDefault" | "Localhost"));
    let names = who(spec, &bad);
    if !bad(spec) && names.is_empty() {
        return FINE;
    }
    let which = setters(bad(spec), &names);
    ("forbidden AppArmor profile", format!("{which} must not set AppArmor profile type to \"Unconfined\""))
}

const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Which containers add capabilities that are not among some, in words; empty if none does.
fn adding(spec: &Value, allowed: &[&str]) -> String {
    let bad = |c: &Value| -> Vec<String> {
        let all = context(c, "capabilities").get("add").items().iter().map(text);
        all.filter(|name| !allowed.contains(name)).map(str::to_owned).collect()
    };
    let names = who(spec, &|c| !bad(c).is_empty());
    if names.is_empty() {
        return String::new();
    }
    let mut added = Vec::new();
    for list in ["initContainers", "containers"] {
        added.extend(spec.get(list).items().iter().flat_map(bad));
    }
    let added = quoted(&sorted(added));
    format!("{} must not include {added} in securityContext.capabilities.add", listed("container", &names))
}

fn default_capabilities(spec: &Value) -> (&'static str, String) {
    match adding(spec, &CAPABILITIES) {
        none if none.is_empty() => FINE,
        which => ("non-default capabilities", which),
    }
}

fn windows(spec: &Value) -> bool {
    text(spec.at("os.name")) == "windows"
}

fn all_capabilities(spec: &Value) -> (&'static str, String) {
    if windows(spec) {
        return FINE;
    }
    let keeps = |c: &Value| !context(c, "capabilities").get("drop").items().iter().any(|n| text(n) == "ALL");
    let names = who(spec, &keeps);
    let mut said = Vec::new();
    if !names.is_empty() {
        let which = listed("container", &names);
        said.push(format!("{which} must set securityContext.capabilities.drop=[\"ALL\"]"));
    }
    said.extend(Some(adding(spec, &["NET_BIND_SERVICE"])).filter(|s| !s.is_empty()));
    if said.is_empty() { FINE } else { ("unrestricted capabilities", said.join("; ")) }
}

fn host_namespaces(spec: &Value) -> (&'static str, String) {
    let set = ["hostNetwork", "hostPID", "hostIPC"].into_iter();
    let set = set.filter(|name| spec.get(name).as_bool() == Some(true));
    let set: Vec<String> = set.map(|name| format!("{name}=true")).collect();
    if set.is_empty() { FINE } else { ("host namespaces", set.join(", ")) }
}

fn host_paths(spec: &Value) -> (&'static str, String) {
    let all = spec.get("volumes").items().iter().filter(|v| !v.get("hostPath").is_null());
    let names: Vec<String> = all.map(|v| text(v.get("name")).to_owned()).collect();
    if names.is_empty() { FINE } else { ("hostPath volumes", listed("volume", &names)) }
}

fn host_ports(spec: &Value) -> (&'static str, String) {
    let of = |c: &Value| -> Vec<String> {
        let all = c.get("ports").items().iter().filter_map(|p| p.get("hostPort").as_int());
        all.filter(|n| *n != 0).map(|n| n.to_string()).collect()
    };
    let names = who(spec, &|c| !of(c).is_empty());
    if names.is_empty() {
        return FINE;
    }
    let all = ["initContainers", "containers"].into_iter().flat_map(|list| spec.get(list).items());
    let ports = sorted(all.flat_map(of).collect());
    let verb = if names.len() == 1 { "uses" } else { "use" };
    let word = if ports.len() == 1 { "hostPort" } else { "hostPorts" };
    ("hostPort", format!("{} {verb} {word} {}", listed("container", &names), ports.join(", ")))
}

fn probe_hosts(spec: &Value) -> (&'static str, String) {
    const HANDLERS: [&str; 5] =
        ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];
    let of = |c: &Value| -> Vec<String> {
        let hosts =
            HANDLERS.into_iter().flat_map(|h| ["httpGet", "tcpSocket"].map(|a| c.at(h).get(a).get("host")));
        hosts.map(text).filter(|h| !h.is_empty()).map(str::to_owned).collect()
    };
    let names = sorted(who(spec, &|c| !of(c).is_empty()));
    if names.is_empty() {
        return FINE;
    }
    let all = ["initContainers", "containers"].into_iter().flat_map(|list| spec.get(list).items());
    let hosts = sorted(all.flat_map(of).collect());
    let verb = if names.len() == 1 { "uses" } else { "use" };
    let which = listed("container", &names);
    ("probe or lifecycle host", format!("{which} {verb} {}", listed("probe or lifecycle host", &hosts)))
}

fn privileged(spec: &Value) -> (&'static str, String) {
    let names = who(spec, &|c| context(c, "privileged").as_bool() == Some(true));
    if names.is_empty() {
        return FINE;
    }
    let which = listed("container", &names);
    ("privileged", format!("{which} must not set securityContext.privileged=true"))
}

fn proc_mount(spec: &Value) -> (&'static str, String) {
    let names = who(spec, &|c| context(c, "procMount").as_str().is_some_and(|m| m != "Default"));
    if names.is_empty() {
        return FINE;
    }
    let which = listed("container", &names);
    ("procMount", format!("{which} must not set securityContext.procMount to \"Unmasked\""))
}

fn se_linux(spec: &Value) -> (&'static str, String) {
    const TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
    let options = |of: &Value| context(of, "seLinuxOptions").clone();
    let sets = |of: &Value, name: &str| !text(options(of).get(name)).is_empty();
    let bad_type = |of: &Value| !TYPES.contains(&text(options(of).get("type")));
    let bad = |of: &Value| bad_type(of) || sets(of, "user") || sets(of, "role");
    let names = who(spec, &bad);
    if !bad(spec) && names.is_empty() {
        return FINE;
    }
    let all = ["initContainers", "containers"].into_iter().flat_map(|list| spec.get(list).items());
    let all: Vec<&Value> = std::iter::once(spec).chain(all).collect();
    let types = all.iter().filter(|of| bad_type(of)).map(|of| text(options(of).get("type")).to_owned());
    let types = sorted(types.collect());
    let mut said = Vec::new();
    if !types.is_empty() {
        said.push(listed("type", &types));
    }
    for name in ["user", "role"] {
        if all.iter().any(|of| sets(of, name)) {
            said.push(format!("{name} may not be set"));
        }
    }
    let which = setters(bad(spec), &names);
    ("seLinuxOptions", format!("{which} set forbidden securityContext.seLinuxOptions: {}", said.join("; ")))
}

const SECCOMP_MUST: &str =
    "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";

/// `must` says what is said of those that set nothing; empty where they may.
fn seccomp(spec: &Value, must: &str) -> (&'static str, String) {
    let kind = |of: &Value| context(of, "seccompProfile").get("type").as_str().map(str::to_owned);
    let good = |of: &Value| matches!(kind(of).as_deref(), Some("Localhost" | "RuntimeDefault"));
    let bad = |of: &Value| kind(of).is_some() && !good(of);
    let names = who(spec, &bad);
    if bad(spec) || !names.is_empty() {
        let which = setters(bad(spec), &names);
        let said = format!("{which} must not set securityContext.seccompProfile.type to \"Unconfined\"");
        return ("seccompProfile", said);
    }
    let silent = who(spec, &|c| kind(c).is_none());
    if must.is_empty() || good(spec) || silent.is_empty() {
        return FINE;
    }
    ("seccompProfile", format!("pod or {} {must}", listed("container", &silent)))
}

fn sysctls(spec: &Value) -> (&'static str, String) {
    const SAFE: [&str; 12] = [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ];
    let all = context(spec, "sysctls").items().iter().map(|s| text(s.get("name")));
    let bad: Vec<&str> = all.filter(|name| !SAFE.contains(name)).collect();
    if bad.is_empty() { FINE } else { ("forbidden sysctls", bad.join(", ")) }
}

fn escalation(spec: &Value) -> (&'static str, String) {
    let names = who(spec, &|c| context(c, "allowPrivilegeEscalation").as_bool() != Some(false));
    if names.is_empty() || windows(spec) {
        return FINE;
    }
    let which = listed("container", &names);
    (
        "allowPrivilegeEscalation != false",
        format!("{which} must set securityContext.allowPrivilegeEscalation=false"),
    )
}

fn volumes(spec: &Value) -> (&'static str, String) {
    const ALLOWED: [&str; 10] = [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
        "name",
    ];
    let sort =
        |v: &Value| v.fields().map(|(name, _)| name.to_string()).find(|n| !ALLOWED.contains(&n.as_str()));
    let bad: Vec<&Value> = spec.get("volumes").items().iter().filter(|v| sort(v).is_some()).collect();
    if bad.is_empty() {
        return FINE;
    }
    let names: Vec<String> = bad.iter().map(|v| text(v.get("name")).to_owned()).collect();
    let sorts = sorted(bad.into_iter().filter_map(sort).collect());
    let verb = if names.len() == 1 { "uses" } else { "use" };
    let which = listed("volume", &names);
    ("restricted volume types", format!("{which} {verb} {}", listed("restricted volume type", &sorts)))
}

fn non_root(spec: &Value) -> (&'static str, String) {
    const REASON: &str = "runAsNonRoot != true";
    let set = |of: &Value| context(of, "runAsNonRoot").as_bool();
    let names = who(spec, &|c| set(c) == Some(false));
    if user_namespace(spec) {
        return FINE;
    }
    if set(spec) == Some(false) || !names.is_empty() {
        let which = setters(set(spec) == Some(false), &names);
        return (REASON, format!("{which} must not set securityContext.runAsNonRoot=false"));
    }
    let silent = who(spec, &|c| set(c).is_none());
    if set(spec) == Some(true) || silent.is_empty() {
        return FINE;
    }
    (REASON, format!("pod or {} must set securityContext.runAsNonRoot=true", listed("container", &silent)))
}

fn user_0(spec: &Value) -> (&'static str, String) {
    let root = |of: &Value| context(of, "runAsUser").as_int() == Some(0);
    let names = who(spec, &root);
    if user_namespace(spec) || (!root(spec) && names.is_empty()) {
        return FINE;
    }
    ("runAsUser=0", format!("{} must not set runAsUser=0", setters(root(spec), &names)))
}
