//! The environment of a container: variables of services, of the manifest, and of the pod itself.

use crate::api::{Container, EnvVar, Kind, Object, Pod, Resources, Text, Value, dotted};
use crate::sim::world::World;
use std::collections::BTreeMap;

/// The environment of a container that is started now. Models pkg/kubelet/kubelet_pods.go: makeEnvironmentVariables.
pub fn environment(world: &World, pod: &Pod, container: &Container) -> Vec<(Text, Text)> {
    let mut all = BTreeMap::new();
    let links = pod.spec.raw().get("enableServiceLinks").as_bool() != Some(false);
    for (name, value) in world.links.of(&pod.meta.namespace, links) {
        all.insert(name.clone(), value.clone());
    }
    let own = pod
        .spec
        .raw()
        .get("containers")
        .items()
        .iter()
        .find(|c| c.get("name").as_str() == Some(container.name.as_str()));
    for source in own.map_or(&[][..], |c| c.get("envFrom").items()) {
        from_all_of(world, pod, source, &mut all);
    }
    for variable in &container.env {
        let value = if variable.value_from.is_null() {
            Some(expand(&variable.value, &all))
        } else {
            value_from(world, pod, container, variable)
        };
        if let Some(value) = value {
            all.insert(variable.name.clone(), value.into());
        }
    }
    all.into_iter().collect()
}

/// Every entry of a ConfigMap or a Secret, for `envFrom`.
fn from_all_of(world: &World, pod: &Pod, source: &Value, all: &mut BTreeMap<Text, Text>) {
    let prefix = source.get("prefix").as_str().unwrap_or("");
    for (field, kind) in [("configMapRef", Kind::ConfigMap), ("secretRef", Kind::Secret)] {
        let name = source.get(field).get("name").as_str();
        let Some(object) = name.and_then(|name| world.store.lookup(kind, &pod.meta.namespace, name)) else {
            continue;
        };
        let body = object.body();
        let keys: Vec<Text> = body.get("data").fields().map(|(key, _)| key.clone()).collect();
        for key in keys {
            if let Some(value) = entry(object, &key) {
                all.insert(format!("{prefix}{key}").into(), value.into());
            }
        }
    }
}

/// One entry of a ConfigMap, or of a Secret with its encoding taken off.
fn entry(object: &Object, key: &str) -> Option<String> {
    let body = object.body();
    let text = body.get("data").get(key).as_str()?;
    if object.kind() == Kind::Secret { decoded(text) } else { Some(text.to_owned()) }
}

/// Base64, as Secrets are written.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for byte in text.bytes().filter(|b| !matches!(b, b'=' | b'\n' | b' ')) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Models pkg/kubelet/kubelet_pods.go: podFieldSelectorRuntimeValue, and pkg/api/v1/resource: ExtractContainerResourceValue.
fn value_from(world: &World, pod: &Pod, container: &Container, variable: &EnvVar) -> Option<String> {
    let source = &variable.value_from;
    if let Some(path) = source.at("fieldRef.fieldPath").as_str() {
        return Some(field(world, pod, path));
    }
    if let Some(name) = source.at("resourceFieldRef.resource").as_str() {
        let node = world.store.lookup(Kind::Node, "", &pod.node).and_then(|n| n.as_ref::<crate::api::Node>());
        let whole = node.map_or(Resources::default(), |n| n.allocatable);
        return Some(resource(container, name, whole));
    }
    for (place, kind) in [("configMapKeyRef", Kind::ConfigMap), ("secretKeyRef", Kind::Secret)] {
        let reference = source.get(place);
        if let (Some(name), Some(key)) = (reference.get("name").as_str(), reference.get("key").as_str()) {
            return entry(world.store.lookup(kind, &pod.meta.namespace, name)?, key);
        }
    }
    None
}

fn field(world: &World, pod: &Pod, path: &str) -> String {
    let subscript = |labels: &crate::api::Labels| {
        let key = path.split_once("['").and_then(|(_, rest)| rest.strip_suffix("']"));
        key.and_then(|key| labels.get(key)).map_or(String::new(), Text::to_string)
    };
    match path {
        "metadata.name" => pod.meta.name.to_string(),
        "metadata.namespace" => pod.meta.namespace.to_string(),
        "metadata.uid" => pod.meta.uid.to_string(),
        "spec.nodeName" => pod.node.to_string(),
        "spec.serviceAccountName" => {
            pod.spec.raw().get("serviceAccountName").as_str().unwrap_or("default").to_owned()
        }
        "status.podIP" | "status.podIPs" => dotted(pod.status.ip),
        "status.hostIP" | "status.hostIPs" => {
            let node = world.store.lookup(Kind::Node, "", &pod.node);
            node.and_then(|n| n.as_ref::<crate::api::Node>()).map_or(String::new(), |n| dotted(n.address))
        }
        _ if path.starts_with("metadata.labels[") => subscript(&pod.meta.labels),
        _ if path.starts_with("metadata.annotations[") => subscript(&pod.meta.annotations),
        _ => String::new(),
    }
}

fn resource(container: &Container, name: &str, node: Resources) -> String {
    let list = if name.starts_with("requests") {
        &container.resources.requests
    } else {
        &container.resources.limits
    };
    // Cores are rounded up, memory is in bytes; what has no limit may use the whole node.
    if name.ends_with(".cpu") {
        let millis =
            list.cpu.as_ref().map_or(if name.starts_with("l") { node.cpu_millis } else { 0 }, |q| q.millis);
        return ((millis + 999) / 1000).to_string();
    }
    list.memory.as_ref().map_or(if name.starts_with("l") { node.memory } else { 0 }, |q| q.amount).to_string()
}

/// Replaces `$(NAME)` by what is known already; `$$` is a dollar. Models third_party/forked/golang/expansion.
fn expand(text: &str, known: &BTreeMap<Text, Text>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match known.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&format!("$({name})")),
            }
            rest = after;
        } else {
            out.push('$');
        }
    }
    out + rest
}
