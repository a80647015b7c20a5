//! The environment of a container: variables of services, of the manifest, and of the pod itself.

use crate::api::{Container, EnvVar, Kind, Object, Pod, Resources, Text, Value, dotted, from_base64};
use crate::sim::world::World;
use std::collections::BTreeMap;

/// The environment of a container that is started now, or why it cannot be put together.
/// Models pkg/kubelet/kubelet_pods.go: makeEnvironmentVariables.
pub fn environment(world: &World, pod: &Pod, container: &Container) -> Result<Vec<(Text, Text)>, String> {
    let mut all = BTreeMap::new();
    let links = pod.spec.raw().get("enableServiceLinks").as_bool() != Some(false);
    for (name, value) in world.links.of(&pod.meta.namespace, links) {
        all.insert(name.clone(), value.clone());
    }
    for source in &container.env_from {
        from_all_of(world, pod, source, &mut all)?;
    }
    for variable in &container.env {
        let value = if variable.value_from.is_null() {
            Some(expand(&variable.value, &all))
        } else {
            value_from(world, pod, container, variable)?
        };
        if let Some(value) = value {
            all.insert(variable.name.clone(), value.into());
        }
    }
    Ok(all.into_iter().collect())
}

/// The ConfigMap or Secret that is meant; none if it may be missing, and is.
fn referred<'w>(
    world: &'w World,
    pod: &Pod,
    kind: Kind,
    reference: &Value,
) -> Result<Option<&'w Object>, String> {
    let name = reference.get("name").as_str().unwrap_or("");
    let found = world.store.lookup(kind, &pod.meta.namespace, name);
    if found.is_none() && reference.get("optional").as_bool() != Some(true) {
        let word = kind.info().singular;
        return Err(format!("{word} \"{name}\" not found"));
    }
    Ok(found)
}

/// Every entry of a ConfigMap or a Secret, for `envFrom`.
fn from_all_of(
    world: &World,
    pod: &Pod,
    source: &Value,
    all: &mut BTreeMap<Text, Text>,
) -> Result<(), String> {
    let prefix = source.get("prefix").as_str().unwrap_or("");
    for (field, kind) in [("configMapRef", Kind::ConfigMap), ("secretRef", Kind::Secret)] {
        if !source.get(field).is_null()
            && let Some(object) = referred(world, pod, kind, source.get(field))?
        {
            for (key, value) in entries(object) {
                all.insert(format!("{prefix}{key}").into(), value);
            }
        }
    }
    Ok(())
}

/// Every entry of a ConfigMap, or of a Secret with its encoding taken off.
pub fn entries(object: &Object) -> Vec<(Text, Text)> {
    let body = object.body();
    let secret = object.kind() == Kind::Secret;
    let plain = |(key, value): (&Text, &Value)| {
        let Value::Str(text) = value else { return None };
        let text = if secret { decoded(text)?.into() } else { text.clone() };
        Some((key.clone(), text))
    };
    let encoded = |(key, value): (&Text, &Value)| Some((key.clone(), decoded(value.as_str()?)?.into()));
    let binary = body.get("binaryData").fields().filter_map(encoded);
    body.get("data").fields().filter_map(plain).chain(binary).collect()
}

/// What a Secret's value stands for, as text.
fn decoded(text: &str) -> Option<String> {
    from_base64(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Models pkg/kubelet/kubelet_pods.go: podFieldSelectorRuntimeValue, and pkg/api/v1/resource: ExtractContainerResourceValue.
fn value_from(
    world: &World,
    pod: &Pod,
    container: &Container,
    variable: &EnvVar,
) -> Result<Option<String>, String> {
    let source = &variable.value_from;
    if let Some(path) = source.at("fieldRef.fieldPath").as_str() {
        return Ok(Some(field(world, pod, path)));
    }
    if !source.get("resourceFieldRef").is_null() {
        return Ok(Some(resource_field(world, pod, container, source.get("resourceFieldRef"))));
    }
    for (place, kind, word) in
        [("configMapKeyRef", Kind::ConfigMap, "ConfigMap"), ("secretKeyRef", Kind::Secret, "Secret")]
    {
        let reference = source.get(place);
        if reference.is_null() {
            continue;
        }
        let Some(object) = referred(world, pod, kind, reference)? else { return Ok(None) };
        let key = reference.get("key").as_str().unwrap_or("");
        let found = entries(object).into_iter().find(|(k, _)| **k == *key);
        let optional = reference.get("optional").as_bool() == Some(true);
        return match found {
            Some((_, value)) => Ok(Some(value.to_string())),
            None if optional => Ok(None),
            None => {
                let meta = object.meta();
                Err(format!("couldn't find key {key} in {word} {}/{}", meta.namespace, meta.name))
            }
        };
    }
    Ok(None)
}

/// One item of a downward API volume.
pub fn downward(world: &World, pod: &Pod, item: &Value) -> String {
    let listed = |labels: &crate::api::Labels| {
        let lines: Vec<String> = labels.0.iter().map(|(k, v)| format!("{k}={:?}", v.as_str())).collect();
        lines.join("\n")
    };
    match item.at("fieldRef.fieldPath").as_str() {
        Some("metadata.labels") => listed(&pod.meta.labels),
        Some("metadata.annotations") => listed(&pod.meta.annotations),
        Some(path) => field(world, pod, path),
        None => {
            let reference = item.get("resourceFieldRef");
            let name = reference.get("containerName").as_str().unwrap_or("");
            let container = pod.spec.all_containers().find(|c| c.name == name);
            container.map_or(String::new(), |c| resource_field(world, pod, c, reference))
        }
    }
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

/// Models pkg/api/v1/resource: ExtractContainerResourceValue. What has no limit may use the whole node.
fn resource_field(world: &World, pod: &Pod, container: &Container, reference: &Value) -> String {
    let name = reference.get("resource").as_str().unwrap_or("");
    let node = world.store.lookup(Kind::Node, "", &pod.node).and_then(|n| n.as_ref::<crate::api::Node>());
    let node = node.map_or(Resources::default(), |n| n.allocatable);
    let limit = name.starts_with("limits");
    let list = if limit { &container.resources.limits } else { &container.resources.requests };
    let whole = |amount: i64| if limit { amount } else { 0 };
    let millis = match name.ends_with(".cpu") {
        true => list.cpu.as_ref().map_or(whole(node.cpu_millis), |q| q.millis) as i128,
        false => list.memory.as_ref().map_or(whole(node.memory), |q| q.amount) as i128 * 1000,
    };
    // An amount that does not divide is rounded up.
    let divisor = reference.get("divisor").as_str().and_then(crate::api::Cpu::parse).map_or(0, |q| q.millis);
    let divisor = if divisor > 0 { divisor as i128 } else { 1000 };
    ((millis + divisor - 1) / divisor).to_string()
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
