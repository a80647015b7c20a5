//! What the API server adds to each pod's spec: shown when somebody asks, so that pods can share what they have in common.
//!
//! Models the admission plugins ServiceAccount, Priority and DefaultTolerationSeconds.

use super::*;
use crate::record;

/// The lists of containers that have the token mounted.
const LISTS: [&str; 2] = ["containers", "initContainers"];
/// The taints that every pod bears for five minutes.
const BORNE: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/// Fields that are set where the user has not.
fn added(priority: Priority) -> [(&'static str, Value); 5] {
    let policy = if priority.waits { "Never" } else { "PreemptLowerPriority" };
    [
        ("enableServiceLinks", true.into()),
        ("preemptionPolicy", policy.into()),
        ("priority", priority.value.into()),
        ("serviceAccount", "default".into()),
        ("serviceAccountName", "default".into()),
    ]
}

fn toleration(key: &'static str) -> Value {
    record! { "effect" => "NoExecute", "key" => key, "operator" => "Exists", "tolerationSeconds" => 300 }
}

/// The spec with what the server adds to each pod: node, priority, service account, its token's volume, tolerations.
pub(super) fn spec(pod: &Pod) -> Value {
    let mut spec = pod.spec.raw().clone();
    if !pod.node.is_empty() {
        spec.set("nodeName", pod.node.clone());
    }
    for (name, value) in added(pod.priority) {
        spec.default_to(name, value);
    }
    let volume = token_volume_name(pod.meta.uid);
    for list in LISTS {
        if spec.get(list).is_null() {
            continue;
        }
        for container in spec.map_mut().get_mut(list).expect("just seen").list_mut() {
            let mount = record! { "mountPath" => "/var/run/secrets/kubernetes.io/serviceaccount", "name" => volume.clone(), "readOnly" => true };
            container.map_mut().entry("volumeMounts".into()).or_default().list_mut().push(mount);
        }
    }
    let tolerations = spec.map_mut().entry("tolerations".into()).or_default().list_mut();
    for key in BORNE {
        let covered = pod
            .spec
            .tolerations
            .iter()
            .any(|t| (t.key.is_empty() || t.key == key) && t.effect != Some(Effect::NoSchedule));
        if !covered {
            tolerations.push(toleration(key));
        }
    }
    spec.map_mut().entry("volumes".into()).or_default().list_mut().push(token_volume(volume));
    spec
}

fn token_volume(name: Text) -> Value {
    let token =
        record! { "serviceAccountToken" => record! { "expirationSeconds" => 3607, "path" => "token" } };
    let ca = record! { "configMap" => record! {
    "items" => vec![record! { "key" => "ca.crt", "path" => "ca.crt" }], "name" => "kube-root-ca.crt" } };
    let field = record! { "fieldRef" => record! { "apiVersion" => "v1", "fieldPath" => "metadata.namespace" }, "path" => "namespace" };
    let namespace = record! { "downwardAPI" => record! { "items" => vec![field] } };
    record! { "name" => name, "projected" => record! { "defaultMode" => 420, "sources" => vec![token, ca, namespace] } }
}

/// Takes away again what [`spec`] has added to the spec of a pod that somebody has read, changed and written back.
pub(super) fn hide(spec: &mut Value, old: &Pod) {
    let had = old.spec.raw();
    let names = added(old.priority).into_iter().map(|(name, _)| name).chain(["nodeName"]);
    for name in names.filter(|name| had.get(name).is_null()) {
        spec.map_mut().remove(name);
    }
    let token = token_volume_name(old.meta.uid);
    let is_token = |item: &Value| item.get("name").as_str() == Some(token.as_str());
    for list in LISTS.into_iter().filter(|list| !had.get(list).is_null()) {
        let Some(containers) = spec.map_mut().get_mut(list) else { continue };
        for container in containers.list_mut() {
            let former = had.get(list).items().iter().find(|c| c.get("name") == container.get("name"));
            without(container, "volumeMounts", former.unwrap_or(&Value::Null), is_token);
        }
    }
    without(spec, "volumes", had, is_token);
    let own = had.get("tolerations").items();
    let is_added = |item: &Value| BORNE.iter().any(|key| *item == toleration(key)) && !own.contains(item);
    without(spec, "tolerations", had, is_added);
}

/// Takes items out of a list; a list that was not in the former parent and is empty now goes too.
fn without(parent: &mut Value, list: &str, former: &Value, goes: impl Fn(&Value) -> bool) {
    if parent.get(list).is_null() {
        return;
    }
    let items = parent.map_mut().get_mut(list).expect("just seen").list_mut();
    items.retain(|item| !goes(item));
    if items.is_empty() && former.get(list).is_null() {
        parent.map_mut().remove(list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_hidden_again() {
        let mount = record! { "mountPath" => "/a", "name" => "own" };
        let specs = [
            record! { "containers" => vec![record! { "image" => "nginx", "name" => "c" }] },
            record! {
                "containers" => vec![record! { "name" => "c", "volumeMounts" => vec![mount] }],
                "nodeName" => "node-1",
                "serviceAccountName" => "robot",
                "tolerations" => vec![toleration(BORNE[0])],
                "volumes" => vec![record! { "name" => "own" }],
            },
        ];
        for raw in specs {
            let value = record! { "spec" => raw.clone() };
            let mut pod = Pod::read(Meta { uid: Uid(7), ..Meta::named("default", "p") }, &value);
            pod.node = "node-1".into();
            let mut shown = spec(&pod);
            assert_ne!(shown, raw);
            hide(&mut shown, &pod);
            assert_eq!(shown, raw);
        }
    }
}
