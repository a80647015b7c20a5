//! Writes the fields of the Kubernetes API as one compact table, for `src/manifest/schema.txt`:
//!
//! ```sh
//! cargo run --manifest-path tools/schema/Cargo.toml > src/manifest/schema.txt
//! ```
//!
//! A line that begins in the first column opens a type; each line below it, indented by one space, is a field and its
//! type, with `!` at the end if it must be there. Types: `s` string, `i` int32, `l` int64, `f` double, `b` bool,
//! `q` quantity, `p` int or string, `t` time, `y` bytes, `*` anything, `[]T`, `{}T`, else the name of a type. A type
//! outside of a `v1` package has the package before its name. Descriptions are left out.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A schema and the definitions that it refers to.
fn add<T: schemars::JsonSchema>(all: &mut BTreeMap<String, Value>) {
    let schema = schemars::schema_for!(T).to_value();
    let mut top = schema.as_object().expect("a schema is a map").clone();
    let defs = top.remove("$defs");
    let title = top["title"].as_str().expect("it has a title").to_owned();
    all.insert(title, Value::Object(top));
    for (name, def) in defs.and_then(|d| d.as_object().cloned()).unwrap_or_else(Map::new) {
        all.insert(name, def);
    }
}

fn main() {
    let mut all = BTreeMap::new();
    use k8s_openapi::api::*;
    macro_rules! kinds {
        ($($kind:ty),* $(,)?) => { $( add::<$kind>(&mut all); )* };
    }
    kinds!(
        core::v1::Namespace, core::v1::Node, core::v1::Pod, core::v1::Service, core::v1::ConfigMap, core::v1::Secret,
        core::v1::ServiceAccount, core::v1::PersistentVolumeClaim, core::v1::PersistentVolume, core::v1::ResourceQuota,
        core::v1::LimitRange, core::v1::PodTemplate, core::v1::ReplicationController, core::v1::Endpoints,
        core::v1::Event, core::v1::Binding,
        apps::v1::Deployment, apps::v1::ReplicaSet, apps::v1::StatefulSet, apps::v1::DaemonSet,
        apps::v1::ControllerRevision, batch::v1::Job, batch::v1::CronJob, discovery::v1::EndpointSlice,
        networking::v1::NetworkPolicy, networking::v1::Ingress, networking::v1::IngressClass,
        autoscaling::v2::HorizontalPodAutoscaler, policy::v1::PodDisruptionBudget, storage::v1::StorageClass,
        scheduling::v1::PriorityClass, coordination::v1::Lease, rbac::v1::Role, rbac::v1::RoleBinding,
        rbac::v1::ClusterRole, rbac::v1::ClusterRoleBinding,
    );
    let mut out = BTreeMap::new();
    for (name, def) in &all {
        if let Some(fields) = def.get("properties").and_then(Value::as_object) {
            let old = out.insert(short(name), lines(def, fields));
            assert!(old.is_none(), "two types are called {}", short(name));
        }
    }
    for (name, lines) in out {
        println!("{name}\n{}", lines.join("\n"));
    }
}

fn lines(def: &Value, fields: &Map<String, Value>) -> Vec<String> {
    let required = def.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines: Vec<String> = fields
        .iter()
        .map(|(name, field)| {
            let must = required.iter().any(|r| r.as_str() == Some(name));
            format!(" {name} {}{}", of(field), if must { "!" } else { "" })
        })
        .collect();
    lines.sort();
    lines
}

/// `io.k8s.api.core.v1.Container` → `Container`, `io.k8s.api.autoscaling.v2.MetricSpec` → `v2.MetricSpec`.
fn short(name: &str) -> String {
    let mut parts = name.rsplit('.');
    let (last, package) = (parts.next().expect("a name"), parts.next().unwrap_or("v1"));
    // core and events both have an Event, core and discovery both an EndpointPort.
    let clash = name.contains("discovery.v1.EndpointPort");
    match (package, clash) {
        (_, true) => format!("v1.{last}"),
        ("v1", _) => last.to_owned(),
        (package, _) => format!("{package}.{last}"),
    }
}

fn of(field: &Value) -> String {
    let word = |name: &str| field.get(name).and_then(Value::as_str);
    let reference = word("$ref").map(str::to_owned).or_else(|| {
        let all = field.get("allOf").and_then(Value::as_array)?;
        all.first()?.get("$ref")?.as_str().map(str::to_owned)
    });
    if let Some(reference) = reference {
        let name = reference.rsplit('/').next().expect("a name");
        return match short(name).as_str() {
            "resource.Quantity" => "q".into(),
            "intstr.IntOrString" => "p".into(),
            "Time" | "MicroTime" => "t".into(),
            "FieldsV1" | "runtime.RawExtension" | "JSON" => "*".into(),
            other => other.to_owned(),
        };
    }
    match (word("type"), word("format")) {
        (Some("string"), Some("byte")) => "y".into(),
        (Some("string"), Some("date-time")) => "t".into(),
        (Some("string"), _) => "s".into(),
        (Some("integer"), Some("int64")) => "l".into(),
        (Some("integer"), _) => "i".into(),
        (Some("number"), _) => "f".into(),
        (Some("boolean"), _) => "b".into(),
        (Some("array"), _) => format!("[]{}", of(&field["items"])),
        (Some("object"), _) => match field.get("additionalProperties") {
            Some(inner) => format!("{{}}{}", of(inner)),
            None => "*".into(),
        },
        _ => "*".into(),
    }
}
