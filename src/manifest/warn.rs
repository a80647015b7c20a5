//! What the API server takes with a warning. Models the strategies' WarningsOnCreate, pkg/api/service/warnings.go,
//! pkg/api/persistentvolume/util.go and pkg/api/persistentvolumeclaim/util.go; what it says of pods is in [`super::warn_pod`].

use super::field::Path;
use super::validate;
use super::warn_pod::{deprecated_labels, pod, whole_bytes};
use crate::api::{Kind, Value, from_base64};

/// A warning about a field; kubectl prints `Warning: FIELD: TEXT`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldWarning {
    /// The field; none where the text names it itself.
    pub field: String,
    /// What about it.
    pub text: String,
}

impl std::fmt::Display for FieldWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.text),
            field => write!(f, "{field}: {}", self.text),
        }
    }
}

/// The warnings so far.
pub(super) type Warnings = Vec<FieldWarning>;

/// Adds a warning.
#[inline(never)]
pub(super) fn say(field: &Path, text: &str, all: &mut Warnings) {
    all.push(FieldWarning { field: field.to_string(), text: text.to_owned() });
}

/// What the API server warns about when it takes an object, checked and defaulted.
pub fn warnings(kind: Kind, object: &Value) -> Vec<FieldWarning> {
    let (mut all, root) = (Vec::new(), Path::ROOT);
    let place = match kind {
        Kind::Pod => "the Pod's hostname",
        _ => "Pod names and hostnames",
    };
    let names_pods =
        matches!(kind, Kind::Pod | Kind::Job | Kind::CronJob | Kind::Deployment | Kind::ReplicaSet);
    let wrong = validate::label(object.at("metadata.name").as_str().unwrap_or("a"));
    if names_pods && !wrong.is_empty() {
        let advice = "which can result in surprising behavior; a DNS label is recommended";
        let text = format!("this is used in {place}, {advice}: [{}]", wrong.join(" "));
        say(&root.field("metadata").field("name"), &text, &mut all);
    }
    match kind {
        Kind::Pod => pod(object, "", &mut all),
        Kind::CronJob => job(object.at("spec.jobTemplate.spec"), "spec.jobTemplate.spec", &mut all),
        Kind::Job => job(object.get("spec"), "spec", &mut all),
        Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet => {
            pod(object.at("spec.template"), "spec.template", &mut all);
        }
        Kind::StatefulSet => stateful(object, &mut all),
        Kind::Service => service(object, &mut all),
        Kind::Ingress => {
            const CLASS: &str = "kubernetes.io/ingress.class";
            if !note(object, CLASS).is_null() {
                bare(
                    &format!(
                        "annotation \"{CLASS}\" is deprecated, please use 'spec.ingressClassName' instead"
                    ),
                    &mut all,
                );
            }
        }
        Kind::EndpointSlice if object.get("addressType").as_str() == Some("FQDN") => {
            say(&root.field("spec").field("addressType"), "FQDN endpoints are deprecated", &mut all);
        }
        Kind::PersistentVolumeClaim => {
            deprecated_notes(object, &NOTES[..1], &mut all);
            claim(object.get("spec"), &root.field("spec"), &mut all);
        }
        Kind::PersistentVolume => volume(object, &mut all),
        Kind::Secret => secret(object, &mut all),
        Kind::ServiceAccount => deprecated_notes(object, &NOTES[2..], &mut all),
        Kind::StorageClass => {
            for (i, term) in object.get("allowedTopologies").items().iter().enumerate() {
                let list = root.field("allowedTopologies");
                let at = list.index(i);
                deprecated_labels(term, "matchLabelExpressions", false, &at, &mut all);
            }
        }
        _ => {}
    }
    all
}

/// Adds a warning that names its field itself.
#[inline(never)]
fn bare(text: &str, all: &mut Warnings) {
    all.push(FieldWarning { field: String::new(), text: text.to_owned() });
}

fn note<'a>(object: &'a Value, name: &str) -> &'a Value {
    object.at("metadata.annotations").get(name)
}

/// Annotations that are not used any more, with what to do instead.
const NOTES: [(&str, &str); 3] = [
    (
        "volume.beta.kubernetes.io/storage-class",
        "deprecated since v1.8; use \"storageClassName\" attribute instead",
    ),
    (
        "volume.beta.kubernetes.io/mount-options",
        "deprecated since v1.31; use \"mountOptions\" attribute instead",
    ),
    (
        "kubernetes.io/enforce-mountable-secrets",
        "deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets",
    ),
];

fn deprecated_notes(object: &Value, notes: &[(&str, &str)], all: &mut Warnings) {
    let root = Path::ROOT;
    let metadata = root.field("metadata");
    let at = metadata.field("annotations");
    for (name, text) in notes.iter().filter(|(name, _)| !note(object, name).is_null()) {
        say(&at.key(name), text, all);
    }
}

/// WarningsForJobSpec.
fn job(spec: &Value, at: &'static str, all: &mut Warnings) {
    let more = |name: &str, than: i64| spec.get(name).as_int().is_some_and(|n| n > than);
    let indexed = spec.get("completionMode").as_str() == Some("Indexed");
    if indexed && more("completions", 100_000) && more("parallelism", 10_000) {
        let text = "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes \
                    might not be able to track completedIndexes when a big number of indexes fail";
        let root = Path::ROOT;
        say(&root.field(at), text, all);
    }
    let template = if at == "spec" { "spec.template" } else { "spec.jobTemplate.spec.template" };
    pod(spec.get("template"), template, all);
}

fn stateful(object: &Value, all: &mut Warnings) {
    pod(object.at("spec.template"), "spec.template", all);
    let root = Path::ROOT;
    let path = root.field("spec");
    let list = path.field("volumeClaimTemplates");
    for (i, template) in object.at("spec.volumeClaimTemplates").items().iter().enumerate() {
        claim(template.get("spec"), &list.index(i), all);
    }
    if object.at("spec.revisionHistoryLimit").as_int().is_some_and(|n| n < 0) {
        let text = "a negative value retains all historical revisions; a value >= 0 is recommended";
        say(&path.field("revisionHistoryLimit"), text, all);
    }
}

/// GetWarningsForPersistentVolumeClaimSpec.
pub(super) fn claim(spec: &Value, path: &Path, all: &mut Warnings) {
    let at = path.field("resources");
    for list in ["requests", "limits"] {
        whole_bytes(spec.at("resources").get(list).get("storage"), &at.field(list).key("storage"), all);
    }
}

fn volume(object: &Value, all: &mut Warnings) {
    deprecated_notes(object, &NOTES[..2], all);
    let (root, spec) = (Path::ROOT, object.get("spec"));
    let path = root.field("spec");
    if spec.get("persistentVolumeReclaimPolicy").as_str() == Some("Recycle") {
        let text = "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
        say(&path.field("persistentVolumeReclaimPolicy"), text, all);
    }
    let affinity = path.field("nodeAffinity.required.nodeSelectorTerms");
    for (i, term) in spec.at("nodeAffinity.required.nodeSelectorTerms").items().iter().enumerate() {
        deprecated_labels(term, "matchExpressions", true, &affinity.index(i), all);
    }
    super::warn_pod::old_volumes(spec, &path, all);
}

/// GetWarningsForService.
fn service(object: &Value, all: &mut Warnings) {
    let spec = object.get("spec");
    let is = |name: &str, word: &str| spec.get(name).as_str() == Some(word);
    let some = |name: &str| spec.get(name).as_str().is_some_and(|s| !s.is_empty());
    let outside = !spec.get("externalIPs").items().is_empty();
    let (headless, named) = (is("type", "ClusterIP") && is("clusterIP", "None"), is("type", "ExternalName"));
    const HINTS: &str = "service.kubernetes.io/topology-aware-hints";
    if !note(object, HINTS).is_null() {
        let mode = "service.kubernetes.io/topology-mode";
        bare(&format!("annotation {HINTS} is deprecated, please use {mode} instead"), all);
    }
    let sticky = headless && !is("sessionAffinity", "None");
    for (said, text) in [
        (headless && some("loadBalancerIP"), "spec.loadBalancerIP is ignored for headless services"),
        (headless && outside, "spec.externalIPs is ignored for headless services"),
        (sticky, "spec.SessionAffinity is ignored for headless services"),
        (
            outside && !headless && !named,
            "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
        ),
        (named && outside, "spec.externalIPs is ignored when spec.type is \"ExternalName\""),
        (
            !named && some("externalName"),
            "spec.externalName is ignored when spec.type is not \"ExternalName\"",
        ),
        (
            is("trafficDistribution", "PreferClose"),
            "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"",
        ),
    ] {
        if said {
            bare(text, all);
        }
    }
}

/// Does a key belong to its certificate? Only whether they are there is looked at.
/// Models pkg/registry/core/secret/strategy.go: warningsForSecret.
fn secret(object: &Value, all: &mut Warnings) {
    if object.get("type").as_str() != Some("kubernetes.io/tls") {
        return;
    }
    let holds = |key: &str, head: &str| {
        let bytes = from_base64(object.get("data").get(key).as_str().unwrap_or("")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(head)
    };
    if !holds("tls.crt", "-----BEGIN ") {
        bare("tls: failed to find any PEM data in certificate input", all);
    } else if !holds("tls.key", "-----BEGIN ") {
        bare("tls: failed to find any PEM data in key input", all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_odd_is_said() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a.b}\nspec:\n  terminationGracePeriodSeconds: -1\n  containers:\n\
                    \x20 - name: c\n    image: nginx\n    env: [{name: A}, {name: A, value: x}, {name: A, value: $(A)y}]\n    ports: \
                    [{containerPort: 80}, {containerPort: 80}]\n    resources: {limits: {memory: 100m}}\n";
        let document = crate::manifest::parse(text).documents.remove(0);
        let mut value = document.value;
        crate::manifest::set_defaults(Kind::Pod, &mut value);
        let said: Vec<String> = warnings(Kind::Pod, &value).iter().map(ToString::to_string).collect();
        let c = "spec.containers[0]";
        let want = [
            "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is \
             recommended: [must not contain dots]"
                .to_owned(),
            format!("{c}.resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer"),
            format!("{c}.resources.requests[memory]: fractional byte value \"100m\" is invalid, must be an integer"),
            format!("{c}.env[1]: hides previous definition of \"A\", which may be dropped when using apply"),
            format!("{c}.ports[1]: duplicate port definition with {c}.ports[0]"),
            "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"
                .to_owned(),
        ];
        assert_eq!(said, want);
    }
}
