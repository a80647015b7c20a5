//! What the API server fills in where nothing was said. Models pkg/apis/*/v1/defaults.go, one file a group of kinds.
//!
//! What depends on the cluster (addresses, selectors made from a uid, tolerations that admission adds) is not here.

mod pod;
mod service;
mod workload;

use super::quantity;
use super::schema::{self, Type};
use crate::api::{Kind, Value, make_mut};
use std::rc::Rc;

/// One row a kind: what is filled in.
type Row = (Kind, fn(&mut Value));

const TABLE: &[Row] = &[
    (Kind::Pod, pod::pod),
    (Kind::Job, workload::job),
    (Kind::CronJob, workload::cron_job),
    (Kind::Deployment, workload::deployment),
    (Kind::ReplicaSet, workload::replica_set),
    (Kind::DaemonSet, workload::daemon_set),
    (Kind::StatefulSet, workload::stateful_set),
    (Kind::HorizontalPodAutoscaler, workload::autoscaler),
    (Kind::LimitRange, workload::limit_range),
    (Kind::PriorityClass, |value| value.default_to("preemptionPolicy", "PreemptLowerPriority")),
    (Kind::Service, service::service),
    (Kind::Namespace, service::namespace),
    (Kind::Secret, service::secret),
    (Kind::PersistentVolumeClaim, service::claim),
    (Kind::PersistentVolume, service::volume),
    (Kind::StorageClass, service::storage_class),
    (Kind::NetworkPolicy, service::network_policy),
    (Kind::IngressClass, service::ingress_class),
    (Kind::RoleBinding, service::role_binding),
    (Kind::ClusterRoleBinding, service::role_binding),
];

/// Brings an object into the form in which the API server keeps it: empty fields dropped, quantities in their one form,
/// defaults filled in. Doing it twice changes nothing more.
pub fn set_defaults(kind: Kind, value: &mut Value) {
    normalise(Type::Struct(schema::kind_type(kind)), value, 0);
    fill(kind, value);
}

/// Fills defaults in where all else has its form already: a template out of an object that was kept.
pub fn fill(kind: Kind, value: &mut Value) {
    if let Some((_, row)) = TABLE.iter().find(|(k, _)| *k == kind) {
        row(value);
    }
}

/// Fields that Go's types leave out where they hold the zero value, although a person may write it.
const ZERO_IS_ABSENT: &[&str] = &[
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "stdin",
    "stdinOnce",
    "tty",
    "readOnly",
    "minReadySeconds",
    "paused",
    "hostPort",
    "initialDelaySeconds",
    "nodePort",
    "publishNotReadyAddresses",
];

/// Drops what Go's types do not keep.
fn normalise(ty: Type, value: &mut Value, depth: usize) {
    match (ty, &mut *value) {
        (Type::Quantity, Value::Str(_) | Value::Int(_) | Value::Float(_)) => {
            let text = match &*value {
                Value::Str(s) => s.to_string(),
                other => other.to_json(),
            };
            // The API keeps resources in thousandths at the finest.
            if let Some(text) = quantity::canonical(&text, 1_000_000) {
                *value = text.into();
            }
        }
        (Type::List(item), Value::List(items)) if holds_more(item) => {
            make_mut(items).iter_mut().for_each(|v| normalise(Type::of(item), v, depth + 1));
        }
        (Type::Map(entry), Value::Map(map)) if holds_more(entry) => {
            make_mut(map).values_mut().for_each(|v| normalise(Type::of(entry), v, depth + 1));
        }
        (Type::Struct(name), Value::Map(map)) => {
            let map = make_mut(map);
            map.retain(|key, v| keeps(name, key, v));
            for (key, v) in map.iter_mut() {
                if let Some(field) = schema::field(name, key) {
                    normalise(field.ty, v, depth + 1);
                }
            }
        }
        // An item of a list that says nothing is a struct without fields.
        (Type::Struct(_), Value::Null) if depth > 0 => *value = Value::Map(Rc::default()),
        _ => {}
    }
}

fn holds_more(word: &'static str) -> bool {
    matches!(Type::of(word), Type::Struct(_) | Type::Quantity | Type::List(_) | Type::Map(_))
}

fn keeps(of: &str, key: &str, value: &Value) -> bool {
    let empty = match value {
        Value::Null => return false,
        Value::List(items) => items.is_empty(),
        Value::Map(map) => {
            map.is_empty() && schema::field(of, key).is_some_and(|f| matches!(f.ty, Type::Map(_)))
        }
        Value::Bool(false) | Value::Int(0) => ZERO_IS_ABSENT.contains(&key),
        _ => false,
    };
    !empty || schema::field(of, key).is_some_and(|f| f.required)
}

/// Does something to a field if it is there.
#[inline(never)]
fn within(value: &mut Value, name: &'static str, act: &dyn Fn(&mut Value)) {
    if !value.get(name).is_null()
        && let Some(inner) = value.map_mut().get_mut(name)
    {
        act(inner);
    }
}

/// Does something to each item of a list, if the field is one.
#[inline(never)]
fn each(value: &mut Value, name: &'static str, act: &dyn Fn(&mut Value)) {
    within(value, name, &|list| {
        if matches!(list, Value::List(_)) {
            list.list_mut().iter_mut().for_each(act);
        }
    });
}

/// The field, as a map: made if it is not there.
#[inline(never)]
fn map_at<'a>(value: &'a mut Value, name: &'static str) -> &'a mut Value {
    let field = value.map_mut().entry(name.into()).or_default();
    field.map_mut();
    field
}
