//! What the API server warns about in pods and their templates. Models pkg/api/pod/warnings.go and pkg/api/node/util.go.

use super::field::{Path, quoted};
use super::quantity;
use super::validate;
use super::warn::{Warnings, claim, say};
use crate::api::{Map, Value};

/// Labels of nodes that have another name now.
const LABELS: [(&str, &str); 8] = [
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
    ),
    (
        "beta.kubernetes.io/instance-type",
        "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    ),
    ("app.kubernetes.io/created-by", "deprecated since v1.9"),
    (
        "scheduler.alpha.kubernetes.io/preferAvoidPods",
        "deprecated since v1.22; use Taints and Tolerations instead",
    ),
    ("node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"),
];

/// Annotations of pods that do nothing any more.
const NOTES: [(&str, &str); 4] = [
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
    (
        "seccomp.security.alpha.kubernetes.io/pod",
        "non-functional in v1.27+; use the \"seccompProfile\" field instead",
    ),
];

/// Sorts of volumes that are gone or going: the field, how it is shown, and what is said.
const VOLUMES: [(&str, &str, &str); 9] = [
    ("photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn renamed(label: &str) -> Option<&'static str> {
    LABELS.iter().find(|(name, _)| *name == label).map(|(_, text)| *text)
}

/// GetWarningsForNodeSelectorTerm; the label is named where `with_name` says so.
pub(super) fn deprecated_labels(
    term: &Value,
    list: &'static str,
    with_name: bool,
    path: &Path,
    all: &mut Warnings,
) {
    let list_at = path.field(list);
    for (i, expression) in term.get(list).items().iter().enumerate() {
        let key = text(expression.get("key"));
        if let Some(said) = renamed(key) {
            let said = if with_name { format!("{key} is {said}") } else { said.to_owned() };
            say(&list_at.index(i).field("key"), &said, all);
        }
    }
}

/// Volumes of old sorts.
pub(super) fn old_volumes(volume: &Value, path: &Path, all: &mut Warnings) {
    for (name, shown, said) in VOLUMES.iter().filter(|(name, ..)| !volume.get(name).is_null()) {
        let _ = name;
        say(&path.field(shown), said, all);
    }
}

/// An amount of bytes that is not whole.
pub(super) fn whole_bytes(amount: &Value, path: &Path, all: &mut Warnings) {
    if quantity::nanos(text(amount)).is_some_and(|n| n % 1_000_000_000 != 0) {
        let said = format!("fractional byte value {} is invalid, must be an integer", quoted(text(amount)));
        say(path, &said, all);
    }
}

/// warningsForPodSpecAndMeta: of a pod, or of a template at a path.
pub(super) fn pod(template: &Value, at: &'static str, all: &mut Warnings) {
    let root = Path::ROOT;
    let inner = root.field(at);
    let above = if at.is_empty() { root } else { inner };
    let (spec, path) = (template.get("spec"), above.field("spec"));
    for (label, _) in spec.get("nodeSelector").fields() {
        if let Some(said) = renamed(label) {
            say(&path.field("nodeSelector").key(label), said, all);
        }
    }
    node_affinity(spec, &path, all);
    let list = path.field("topologySpreadConstraints");
    for (i, constraint) in spec.get("topologySpreadConstraints").items().iter().enumerate() {
        let key = text(constraint.get("topologyKey"));
        if let Some(said) = renamed(key) {
            say(&list.index(i).field("topologyKey"), &format!("{key} is {said}"), all);
        }
        no_selector(constraint, &list.index(i), all);
    }
    let metadata = above.field("metadata");
    let notes_at = metadata.field("annotations");
    let sealed = !spec.at("securityContext.seccompProfile").is_null();
    for (name, said) in &NOTES[..if sealed { 3 } else { 4 }] {
        if !template.at("metadata.annotations").get(name).is_null() {
            say(&notes_at.key(name), said, all);
        }
    }
    volumes(spec, &path.field("volumes"), all);
    twice(spec, "hostAliases", "ip", &path, all);
    twice(spec, "imagePullSecrets", "name", &path, all);
    let list = path.field("imagePullSecrets");
    for (i, secret) in spec.get("imagePullSecrets").items().iter().enumerate() {
        if text(secret.get("name")).is_empty() {
            say(&list.index(i).field("name"), "invalid empty name \"\"", all);
        }
    }
    whole_bytes(spec.at("overhead").get("memory"), &path.field("overhead").key("memory"), all);
    for list in ["initContainers", "containers"] {
        let at = path.field(list);
        for (i, c) in spec.get(list).items().iter().enumerate() {
            let here = at.index(i);
            let resources = here.field("resources");
            for name in ["memory", "ephemeral-storage"] {
                for list in ["limits", "requests"] {
                    whole_bytes(c.at("resources").get(list).get(name), &resources.field(list).key(name), all);
                }
            }
            env(c.get("env").items(), &here.field("env"), all);
        }
    }
    ports(spec, &path, all);
    if spec.get("terminationGracePeriodSeconds").as_int().is_some_and(|n| n < 0) {
        let said = "must be >= 0; negative values are invalid and will be treated as 1";
        say(&path.field("terminationGracePeriodSeconds"), said, all);
    }
    pod_affinity(spec.get("affinity"), &path.field("affinity"), all);
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn node_affinity(spec: &Value, path: &Path, all: &mut Warnings) {
    let (node, affinity) = (spec.at("affinity.nodeAffinity"), path.field("affinity"));
    let at = affinity.field("nodeAffinity");
    let required = at.field(REQUIRED);
    let list = required.field("nodeSelectorTerms");
    for (i, term) in node.get(REQUIRED).get("nodeSelectorTerms").items().iter().enumerate() {
        deprecated_labels(term, "matchExpressions", true, &list.index(i), all);
    }
    let list = at.field(PREFERRED);
    for (i, term) in node.get(PREFERRED).items().iter().enumerate() {
        let here = list.index(i);
        let here = here.field("preference");
        let term = term.get("preference");
        deprecated_labels(term, "matchExpressions", true, &here, all);
        let expressions = here.field("matchExpressions");
        for (j, expression) in term.get("matchExpressions").items().iter().enumerate() {
            let values = expressions.index(j);
            let values = values.field("values");
            for (k, value) in expression.get("values").items().iter().enumerate() {
                for wrong in validate::label_value(text(value)) {
                    say(&values.index(k), &format!("{} is invalid, {wrong}", text(value)), all);
                }
            }
        }
    }
}

fn no_selector(term: &Value, path: &Path, all: &mut Warnings) {
    if term.get("labelSelector").is_null() {
        say(&path.field("labelSelector"), "a null labelSelector results in matching no pod", all);
    }
}

fn pod_affinity(affinity: &Value, path: &Path, all: &mut Warnings) {
    for name in ["podAffinity", "podAntiAffinity"] {
        let at = path.field(name);
        let list = at.field(REQUIRED);
        for (i, term) in affinity.get(name).get(REQUIRED).items().iter().enumerate() {
            no_selector(term, &list.index(i), all);
        }
        let list = at.field(PREFERRED);
        for (i, term) in affinity.get(name).get(PREFERRED).items().iter().enumerate() {
            no_selector(term.get("podAffinityTerm"), &list.index(i).field("podAffinityTerm"), all);
        }
    }
}

/// Items of a list that are the same in one field.
fn twice(spec: &Value, list: &'static str, field: &'static str, path: &Path, all: &mut Warnings) {
    let (at, items) = (path.field(list), spec.get(list).items());
    for (i, item) in items.iter().enumerate().take(LOOKED_AT_MAX) {
        if items[..i].iter().any(|other| other.get(field) == item.get(field)) {
            let said = format!("duplicate {field} {}", quoted(text(item.get(field))));
            say(&at.index(i).field(field), &said, all);
        }
    }
}

fn volumes(spec: &Value, path: &Path, all: &mut Warnings) {
    for (i, volume) in spec.get("volumes").items().iter().enumerate() {
        let at = path.index(i);
        old_volumes(volume, &at, all);
        let template = volume.at("ephemeral.volumeClaimTemplate.spec");
        claim(template, &at.field("ephemeral.volumeClaimTemplate.spec"), all);
    }
    for volume in spec.get("volumes").items() {
        let sources = [
            ("ConfigMap", "configMap", "name"),
            ("Secret", "secret", "secretName"),
            ("DownwardAPI", "downwardAPI", ""),
        ];
        for (word, name, named) in sources {
            let source = volume.get(name);
            let what = match named {
                "" => word.to_owned(),
                named => format!("{word} {}", quoted(text(source.get(named)))),
            };
            let paths = source.get("items").items().iter().map(|item| text(item.get("path")).to_owned());
            overlaps(volume, &what, paths.map(|path| (path, String::new())).collect(), all);
        }
        let mut paths = Vec::new();
        for source in volume.at("projected.sources").items() {
            for (word, name) in
                [("ConfigMap", "configMap"), ("Secret", "secret"), ("DownwardAPI", "downwardAPI")]
            {
                let inner = source.get(name);
                let named = text(inner.get("name"));
                let what =
                    if name == "downwardAPI" { word.to_owned() } else { format!("{word} {}", quoted(named)) };
                for item in inner.get("items").items() {
                    paths.push((text(item.get("path")).to_owned(), format!(" ({what})")));
                }
            }
            if let Some(path) = source.at("serviceAccountToken.path").as_str() {
                paths.push((path.to_owned(), " (ServiceAccountToken)".to_owned()));
            }
        }
        overlaps(volume, "Projected", paths, all);
    }
}

/// checkForOverlap: the one path is the other, or lies above or below it.
fn overlaps(volume: &Value, what: &str, mut paths: Vec<(String, String)>, all: &mut Warnings) {
    paths.iter_mut().for_each(|(path, _)| path.truncate(path.trim_end_matches('/').len()));
    let below = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
    for (i, (path, of)) in paths.iter().enumerate().take(LOOKED_AT_MAX) {
        for (other, its) in paths[..i].iter().filter(|(o, _)| o == path || below(o, path) || below(path, o)) {
            let name = quoted(text(volume.get("name")));
            let both = format!("{}{of} with {}{its}", quoted(path), quoted(other));
            say(&Path::ROOT, &format!("volume {name} ({what}): overlapping paths: {both}"), all);
        }
    }
}

fn env(list: &[Value], path: &Path, all: &mut Warnings) {
    let name = |v: &Value| text(v.get("name")).to_owned();
    for (i, var) in list.iter().enumerate().take(LOOKED_AT_MAX) {
        let own = name(var);
        if !list[..i].iter().any(|v| name(v) == own) {
            continue;
        }
        // Building on the former value is the one good reason.
        let reference = format!("$({own})");
        let value = text(var.get("value"));
        let builds_on = value.contains(&reference) && value != reference && var.get("valueFrom").is_null();
        if !builds_on {
            let own = quoted(&own);
            let said = format!("hides previous definition of {own}, which may be dropped when using apply");
            say(&path.index(i), &said, all);
        }
    }
}

/// Ports that are in each other's way, through all containers.
fn ports(spec: &Value, path: &Path, all: &mut Warnings) {
    let mut known: Vec<(String, &Value)> = Vec::new();
    for list in ["initContainers", "containers"] {
        let at = path.field(list);
        for (i, c) in spec.get(list).items().iter().enumerate() {
            let here = at.index(i);
            let ports = here.field("ports");
            for (j, port) in c.get("ports").items().iter().enumerate() {
                known.push((ports.index(j).to_string(), port));
            }
        }
    }
    let number = |port: &Value, name: &str| port.get(name).as_int().unwrap_or(0);
    for (i, (at, port)) in known.iter().enumerate().take(LOOKED_AT_MAX) {
        for (other_at, other) in &known[..i] {
            let same = |name: &str| text(port.get(name)) == text(other.get(name));
            if number(port, "containerPort") != number(other, "containerPort") || !same("protocol") {
                continue;
            }
            let (host, other_host) = (number(port, "hostPort"), number(other, "hostPort"));
            let bare = |p: &Value| text(p.get("hostIP")).is_empty();
            let what = match host == other_host {
                true if same("hostIP") => "duplicate",
                _ if host == 0 || other_host == 0 => "overlapping",
                true if bare(port) != bare(other) => "dangerously ambiguous",
                _ => continue,
            };
            let text = format!("{what} port definition with {other_at}");
            all.push(super::FieldWarning { field: at.clone(), text });
        }
    }
    let mut names = Map::new();
    for (at, port) in &known {
        let name = text(port.get("name"));
        if name.is_empty() {
            continue;
        }
        if let Some(other) = names.get(name).map(|v: &Value| text(v).to_owned()) {
            let text = format!(
                "duplicate port name {} with {other}, services and probes that select ports by name will use {other}",
                quoted(name)
            );
            all.push(super::FieldWarning { field: at.clone(), text });
        } else {
            names.insert(name.to_owned().into(), at.clone().into());
        }
    }
}

/// In lists that are longer than anybody's, the rest is not compared.
const LOOKED_AT_MAX: usize = 200;
