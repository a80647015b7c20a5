//! The three-way merge of `apply`: what was written last time, what is written now, and what is there.
//!
//! Models apimachinery pkg/util/strategicpatch/patch.go: CreateThreeWayMergePatch. Fields that were written before and
//! are not any more are taken away; fields that are written now are set; all others stay as the cluster has them. Lists
//! whose items have a name are merged item by item.

use crate::api::{Kind, Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The field that tells the items of a list apart, if the list is merged item by item; none: it is replaced whole.
/// Models the `patchMergeKey` tags of staging k8s.io/api.
fn merge_key(kind: Kind, list: &str) -> Option<&'static str> {
    Some(match list {
        "containers" | "initContainers" | "ephemeralContainers" | "volumes" | "env" | "imagePullSecrets" => {
            "name"
        }
        "schedulingGates" | "resourceClaims" | "secrets" => "name",
        "ports" => match kind {
            Kind::Service => "port",
            Kind::EndpointSlice | Kind::NetworkPolicy => return None,
            _ => "containerPort",
        },
        "volumeMounts" => "mountPath",
        "volumeDevices" => "devicePath",
        "hostAliases" => "ip",
        "topologySpreadConstraints" => "topologyKey",
        "conditions" => "type",
        "ownerReferences" => "uid",
        _ => return None,
    })
}

/// Structs of which at most one member is set: what is not written does not stay (`patchStrategy: retainKeys`).
fn retains_keys(kind: Kind, field: &str) -> bool {
    matches!((kind, field), (Kind::Deployment, "strategy") | (_, "volumes"))
}

/// What the cluster should hold after `modified` is applied over `current`, where `original` was applied before.
pub(super) fn three_way(kind: Kind, original: &Value, modified: &Value, current: &Value) -> Value {
    merge(kind, "", original, modified, current)
}

/// What a strategic merge patch makes of an object: nulls delete, lists with names are merged.
pub(super) fn strategic(kind: Kind, current: &Value, patch: &Value) -> Value {
    merge(kind, "", &Value::Null, patch, current)
}

/// What is there now, after what was there was changed in an editor: what was not changed stays as others have written
/// it meanwhile. Models patch.go: CreateTwoWayMergePatch.
pub(super) fn edited(kind: Kind, original: &Value, modified: &Value, live: &Value) -> Value {
    let (old, new) = differing(kind, "", original, modified, live);
    three_way(kind, &old, &new, live)
}

/// Of what was there and what it was changed into, what differs.
fn differing(kind: Kind, field: &str, original: &Value, modified: &Value, live: &Value) -> (Value, Value) {
    match (original, modified) {
        (Value::Map(old), Value::Map(new)) if !retains_keys(kind, field) => {
            let (mut was, mut is) = (Map::new(), Map::new());
            for (name, value) in old.iter() {
                match new.get(name.as_str()) {
                    Some(now) if now == value => {}
                    Some(now) => {
                        let (old, new) = differing(kind, name, value, now, live.get(name));
                        was.insert(name.clone(), old);
                        is.insert(name.clone(), new);
                    }
                    None => drop(was.insert(name.clone(), value.clone())),
                }
            }
            let added = new.iter().filter(|(name, _)| !old.contains_key(name.as_str()));
            is.extend(added.map(|(name, value)| (name.clone(), value.clone())));
            (was.into(), is.into())
        }
        (Value::List(old), Value::List(new)) => {
            match merge_key(kind, field).filter(|key| are_told_apart(old, key) && are_told_apart(new, key)) {
                Some(key) => differing_items(kind, field, key, (old, new, live.items())),
                None => (original.clone(), modified.clone()),
            }
        }
        _ => (original.clone(), modified.clone()),
    }
}

/// The same of lists whose items have a name. One that is the same, and still there, keeps its place by its name alone.
fn differing_items(
    kind: Kind,
    field: &str,
    key: &'static str,
    (old, new, live): (&[Value], &[Value], &[Value]),
) -> (Value, Value) {
    let find = |items: &[Value], id: &Value| items.iter().find(|item| item.get(key) == id).cloned();
    let (mut was, mut is) = (Vec::new(), Vec::new());
    for now in new {
        let id = now.get(key);
        let (before, here) = (find(old, id), find(live, id));
        let Some(before) = before else {
            is.push(now.clone());
            continue;
        };
        if before == *now && here.is_none() {
            continue;
        }
        let (mut old, mut new) = match before == *now {
            true => (Map::new().into(), Map::new().into()),
            false => differing(kind, field, &before, now, &here.unwrap_or_default()),
        };
        for one in [&mut old, &mut new] {
            one.map_mut().insert(key.into(), id.clone());
        }
        was.push(old);
        is.push(new);
    }
    was.extend(old.iter().filter(|item| find(new, item.get(key)).is_none()).cloned());
    (was.into(), is.into())
}

fn merge(kind: Kind, field: &str, original: &Value, modified: &Value, current: &Value) -> Value {
    match (modified, current) {
        (Value::Map(new), Value::Map(now)) => {
            let directive = new.get("$patch").and_then(Value::as_str);
            match directive {
                Some("replace") => {
                    let kept = new.iter().filter(|(name, _)| *name != "$patch");
                    return Map::from_iter(kept.map(|(k, v)| (k.clone(), v.clone()))).into();
                }
                Some("delete") => return Value::Null,
                _ => {}
            }
            let mut out = now.as_ref().clone();
            for (name, _) in original.fields() {
                if !new.contains_key(name.as_str()) {
                    out.remove(name.as_str());
                }
            }
            if retains_keys(kind, field) {
                out.retain(|name, _| new.contains_key(name.as_str()));
            }
            for (name, value) in new.iter().filter(|(name, _)| !name.starts_with('$')) {
                if value.is_null() {
                    out.remove(name.as_str());
                    continue;
                }
                let here = out.get(name.as_str()).unwrap_or(&Value::Null);
                let merged = merge(kind, name, original.get(name), value, here);
                out.insert(name.clone(), merged);
            }
            out.into()
        }
        (Value::List(new), Value::List(now)) => {
            match merge_key(kind, field).filter(|key| are_told_apart(new, key) && are_told_apart(now, key)) {
                Some(key) => merge_lists(kind, field, key, original, new, now),
                None => modified.clone(),
            }
        }
        (Value::Map(new), _) => without_nulls(new),
        _ => modified.clone(),
    }
}

/// A map that is not there yet is written as it is, but for its nulls.
fn without_nulls(map: &Map) -> Value {
    let kept = map.iter().filter(|(name, v)| !v.is_null() && !name.starts_with("$patch"));
    let kept = kept.map(|(name, v)| match v {
        Value::Map(inner) => (name.clone(), without_nulls(inner)),
        v => (name.clone(), v.clone()),
    });
    Map::from_iter(kept).into()
}

/// Has each item the key, and no two the same?
fn are_told_apart(items: &[Value], key: &str) -> bool {
    let mut seen = BTreeSet::new();
    items.iter().map(|item| item.get(key)).all(|id| !id.is_null() && seen.insert(id.to_json()))
}

/// Items of both lists are merged; those that were written before and are not any more go. The order is that of the
/// manifest; what only the cluster has keeps its place among the others.
fn merge_lists(kind: Kind, field: &str, key: &str, original: &Value, new: &[Value], now: &[Value]) -> Value {
    // By their keys, so that even lists of many thousands are merged at once.
    let index = |items: &[Value]| -> BTreeMap<String, usize> {
        items.iter().enumerate().map(|(at, item)| (item.get(key).to_json(), at)).collect()
    };
    let (in_new, in_now, in_original) = (index(new), index(now), index(original.items()));
    let find = |index: &BTreeMap<String, usize>, id: &Value| index.get(&id.to_json()).copied();
    let is_deleted = |item: &Value| item.get("$patch").as_str() == Some("delete");
    let only_there = now.iter().enumerate().filter(|(_, item)| {
        let id = item.get(key);
        find(&in_new, id).is_none() && find(&in_original, id).is_none()
    });
    let mut only_there = only_there.peekable();
    let mut out: Vec<Value> = Vec::new();
    for item in new.iter().filter(|item| !is_deleted(item)) {
        let id = item.get(key);
        let place = find(&in_now, id);
        while let Some((_, other)) = only_there.next_if(|(at, _)| place.is_some_and(|p| *at < p)) {
            out.push(other.clone());
        }
        let was = find(&in_original, id).map_or(Value::Null, |i| original.items()[i].clone());
        let here = place.map_or(&Value::Null, |p| &now[p]);
        out.push(merge(kind, field, &was, item, here));
    }
    out.extend(only_there.map(|(_, item)| item.clone()));
    out.into()
}

/// The JSON merge patch that leads from one object to another.
pub(super) fn difference(from: &Value, to: &Value) -> Value {
    let mut patch = Map::new();
    for (name, value) in to.fields() {
        let before = from.get(name);
        if before == value {
            continue;
        }
        let change = match (before, value) {
            (Value::Map(_), Value::Map(_)) => difference(before, value),
            _ => value.clone(),
        };
        patch.insert(name.clone(), change);
    }
    for (name, _) in from.fields().filter(|(name, value)| !value.is_null() && to.get(name).is_null()) {
        patch.insert(name.clone(), Value::Null);
    }
    patch.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_edit_leaves_alone_stays_as_others_have_written_it() {
        // original, edited, live, result
        let cases = [
            ("{a: 1, b: 2}", "{a: 3, b: 2}", "{a: 1, b: 9, c: 4}", r#"{"a":3,"b":9,"c":4}"#),
            ("{a: {x: 1, y: 2}}", "{a: {x: 1}}", "{a: {x: 7, y: 2}}", r#"{"a":{"x":7}}"#),
            (
                "{containers: [{name: a, image: x}, {name: b, image: y}, {name: c}]}",
                "{containers: [{name: a, image: v2}, {name: b, image: y}, {name: d}]}",
                "{containers: [{name: a, image: x, env: [{name: e}]}, {name: b, image: z}, {name: c}]}",
                r#"{"containers":[{"env":[{"name":"e"}],"image":"v2","name":"a"},{"image":"z","name":"b"},{"name":"d"}]}"#,
            ),
            (
                "{initContainers: [{name: a}, {name: b}]}",
                "{initContainers: [{name: a}, {name: new}, {name: b}]}",
                "{initContainers: [{name: b, image: z}]}",
                r#"{"initContainers":[{"name":"new"},{"image":"z","name":"b"}]}"#,
            ),
            ("{args: [a], m: 1}", "{args: [b], m: 1}", "{args: [c], m: 2}", r#"{"args":["b"],"m":2}"#),
        ];
        for (original, edited, live, want) in cases {
            let is = super::edited(Kind::Pod, &read(original), &read(edited), &read(live));
            assert_eq!(is.to_json(), want, "{edited}");
        }
    }

    fn read(text: &str) -> Value {
        let text =
            format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: x}}, data: {{}}, v: {text}}}");
        crate::manifest::parse(&text).documents.remove(0).value.get("v").clone()
    }

    #[test]
    fn what_was_written_goes_what_the_cluster_added_stays() {
        // kind, original, modified, current, result
        let cases = [
            (Kind::Deployment, "{a: 1, b: 2}", "{a: 3}", "{a: 1, b: 2, c: 4}", r#"{"a":3,"c":4}"#),
            (
                Kind::Deployment,
                "{containers: [{name: a, image: x}, {name: b}]}",
                "{containers: [{name: a, image: v2}]}",
                "{containers: [{name: s, image: z}, {name: a, image: x, pull: Always}, {name: b}, {name: t}]}",
                r#"{"containers":[{"image":"z","name":"s"},{"image":"v2","name":"a","pull":"Always"},{"name":"t"}]}"#,
            ),
            // A list without names is replaced.
            (Kind::Pod, "{args: [a]}", "{args: [b, c]}", "{args: [a]}", r#"{"args":["b","c"]}"#),
            // One member of a union takes the place of another.
            (
                Kind::Deployment,
                "null",
                "{strategy: {type: Recreate}}",
                "{strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}",
                r#"{"strategy":{"type":"Recreate"}}"#,
            ),
            (
                Kind::Pod,
                "{volumes: [{name: v, emptyDir: {}}]}",
                "{volumes: [{name: v, configMap: {name: c}}]}",
                "{volumes: [{name: v, emptyDir: {}}, {name: token}]}",
                r#"{"volumes":[{"configMap":{"name":"c"},"name":"v"},{"name":"token"}]}"#,
            ),
            // Ports of a service are told apart by their number, those of a container by theirs.
            (
                Kind::Service,
                "null",
                "{ports: [{port: 80, name: web}]}",
                "{ports: [{port: 80, nodePort: 30001}]}",
                r#"{"ports":[{"name":"web","nodePort":30001,"port":80}]}"#,
            ),
            (Kind::Pod, "null", "{a: null}", "{a: 1, b: 2}", r#"{"b":2}"#),
            (Kind::Pod, "null", "{a: {b: null, c: 1}}", "{}", r#"{"a":{"c":1}}"#),
        ];
        for (kind, original, modified, current, want) in cases {
            let (original, modified, current) = (read(original), read(modified), read(current));
            let result = three_way(kind, &original, &modified, &current);
            assert_eq!(result.to_json(), want);
            let mut patched = current.clone();
            patched.merge(&difference(&current, &result));
            assert_eq!(patched.to_json(), want, "as a merge patch");
        }
    }
}
