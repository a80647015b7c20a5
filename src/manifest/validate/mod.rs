//! The API server's rules, in its words and its order. Models pkg/apis/*/validation/validation.go: one file a kind, one
//! row a kind.

mod address;
mod affinity;
mod claim;
mod config;
mod container;
mod cronjob;
mod deployment;
mod env;
mod job;
mod job_update;
mod meta;
mod metric;
mod names;
mod network;
mod others;
mod pod;
mod pod_update;
mod policy;
mod probe;
mod rbac;
mod resources;
mod scaling;
mod security;
mod selector;
mod service;
mod sets;
mod storage;
mod volume;

pub(in crate::manifest) use names::label;
pub use names::{config_key, env_name, label_value, port_name, qualified, subdomain};

use super::field::{FieldError, Path};
use crate::api::{Kind, Map, Value};

/// How many pods one object may ask for: as many as a cluster in a browser tab holds.
pub const COUNT_MAX: i64 = 150_000;

/// The errors found so far.
type Errors = Vec<FieldError>;

type Create = fn(&Value, &mut Errors);
type Update = fn(&Value, &Value, &mut Errors);

/// One row a kind: the rules for a new object, those for a change, and what its names must look like.
struct Rules {
    kind: Kind,
    create: Create,
    update: Update,
    name: names::Rule,
}

const TABLE: &[Rules] = &[
    row(Kind::Pod, pod::create, pod_update::update, names::subdomain),
    row(Kind::Job, job::create, job_update::update, names::subdomain),
    row(Kind::CronJob, cronjob::create, cronjob::update, names::subdomain),
    row(Kind::Deployment, deployment::create, deployment::update, names::subdomain),
    row(Kind::ReplicaSet, deployment::create_set, deployment::update_set, names::subdomain),
    row(Kind::StatefulSet, sets::create_stateful, sets::update_stateful, names::label),
    row(Kind::DaemonSet, sets::create_daemon, sets::update_daemon, names::subdomain),
    row(Kind::Service, service::create, service::update, names::label),
    row(Kind::ConfigMap, config::create_map, config::update_map, names::subdomain),
    row(Kind::Secret, config::create_secret, config::update_secret, names::subdomain),
    row(Kind::PersistentVolumeClaim, claim::create, claim::update, names::subdomain),
    row(Kind::NetworkPolicy, network::policy, network::policy_update, names::subdomain),
    row(Kind::Ingress, network::ingress_create, network::ingress_update, names::subdomain),
    row(Kind::IngressClass, network::class, network::class_update, names::subdomain),
    row(Kind::HorizontalPodAutoscaler, scaling::autoscaler, scaling::autoscaler_update, names::subdomain),
    row(Kind::PodDisruptionBudget, scaling::budget, scaling::budget_update, names::subdomain),
    row(Kind::ResourceQuota, policy::quota, policy::quota_update, names::subdomain),
    row(Kind::LimitRange, policy::limits, policy::limits_update, names::subdomain),
    row(Kind::PriorityClass, policy::priority, policy::priority_update, names::subdomain),
    row(Kind::Namespace, others::namespace, others::namespace_update, names::label),
    row(Kind::Node, others::node, others::node_update, names::subdomain),
    row(Kind::Lease, others::lease, others::lease_update, names::subdomain),
    row(Kind::EndpointSlice, others::slice, others::slice_update, names::subdomain),
    row(Kind::PersistentVolume, storage::volume, storage::volume_update, names::subdomain),
    row(Kind::StorageClass, storage::class, storage::class_update, names::subdomain),
    row(Kind::Role, rbac::role, rbac::role_update, names::path_segment),
    row(Kind::ClusterRole, rbac::cluster_role, rbac::cluster_role_update, names::path_segment),
    row(Kind::RoleBinding, rbac::binding, rbac::binding_update, names::path_segment),
    row(Kind::ClusterRoleBinding, rbac::cluster_binding, rbac::cluster_binding_update, names::path_segment),
];

const fn row(kind: Kind, create: Create, update: Update, name: names::Rule) -> Rules {
    Rules { kind, create, update, name }
}

/// Every rule that a checked and defaulted object breaks; `old` is what it replaces.
pub fn validate(kind: Kind, value: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let rules = TABLE.iter().find(|r| r.kind == kind);
    meta::check(kind, value, rules.map_or(names::subdomain, |r| r.name), &mut errors);
    if let Some(rules) = rules {
        match old {
            None => (rules.create)(value, &mut errors),
            Some(old) => (rules.update)(value, old, &mut errors),
        }
    }
    errors
}

/// Names that were met already. (A map like all others: another sort of set would cost its own code in the page.)
#[derive(Default)]
struct Seen(Map);

impl Seen {
    /// Is it new?
    #[inline(never)]
    fn insert(&mut self, name: &str) -> bool {
        self.0.insert(name.to_owned().into(), Value::Bool(true)).is_none()
    }
    fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// The string, or an empty one.
#[inline(never)]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Says that a value is wrong; nothing is shown as the zero of its type would be.
#[inline(never)]
fn invalid(value: &Value, detail: &str, path: &Path, errors: &mut Errors) {
    errors.push(FieldError::invalid(path, value, detail));
}

/// Says that a field may not be set.
#[inline(never)]
fn forbidden(detail: &str, path: &Path, errors: &mut Errors) {
    errors.push(FieldError::forbidden(path, detail));
}

/// Says that a field must be set.
#[inline(never)]
fn required(detail: &str, path: &Path, errors: &mut Errors) {
    errors.push(FieldError::required(path, detail));
}

/// A text that must not be empty. Is it there?
#[inline(never)]
fn needs(value: &Value, path: &Path, errors: &mut Errors) -> bool {
    let there = !text(value).is_empty();
    if !there {
        errors.push(FieldError::required(path, ""));
    }
    there
}

/// Says that a word is none of those that may stand there.
#[inline(never)]
fn not_supported(value: &Value, words: &[&str], path: &Path, errors: &mut Errors) {
    errors.push(FieldError::not_supported(path, value, words));
}

/// Models ValidatePositiveField.
#[inline(never)]
fn positive(value: &Value, path: &Path, errors: &mut Errors) {
    if value.as_int().is_some_and(|n| n <= 0) {
        invalid(value, "must be greater than zero", path, errors);
    }
}

/// Is an amount less than nothing, nothing, or more?
fn quantity_sign(amount: &Value) -> i32 {
    resources::nanos(amount).map_or(0, |n| n.signum() as i32)
}

/// The value, or an empty text in its place.
fn or_empty(value: &Value) -> Value {
    if value.is_null() { Value::from("") } else { value.clone() }
}

/// Models apimachinery pkg/api/validation: ValidateNonnegativeField.
#[inline(never)]
fn not_negative(value: &Value, path: &Path, errors: &mut Errors) {
    if value.as_int().is_some_and(|n| n < 0) {
        errors.push(FieldError::invalid(path, value, "must be greater than or equal to 0"));
    }
}

/// A word that must be one of a few, where it is there.
#[inline(never)]
fn one_of(value: &Value, words: &[&str], path: &Path, errors: &mut Errors) {
    if value.as_str().is_some_and(|word| !words.contains(&word)) {
        errors.push(FieldError::not_supported(path, value, words));
    }
}

/// A number that must lie between two others.
#[inline(never)]
fn in_range(value: &Value, least: i64, most: i64, path: &Path, errors: &mut Errors) {
    if value.as_int().is_some_and(|n| !(least..=most).contains(&n)) {
        let detail = format!("must be between {least} and {most}, inclusive");
        errors.push(FieldError::invalid(path, value, &detail));
    }
}

/// Models apimachinery pkg/api/validation: ValidateImmutableField.
#[inline(never)]
fn immutable(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    if new != old {
        errors.push(FieldError::invalid(path, new, "field is immutable"));
    }
}

/// The same, where the server shows its own struct.
#[inline(never)]
fn immutable_as(ty: &'static str, new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    if new != old {
        errors.push(FieldError::invalid_as(path, ty, new, "field is immutable"));
    }
}

/// More pods than this cluster can hold are refused, as a quota would.
#[inline(never)]
fn fits(count: &Value, path: &Path, errors: &mut Errors) {
    if let Some(n) = count.as_int().filter(|n| *n > COUNT_MAX) {
        let detail = format!("exceeded quota: podium, requested: pods={n}, limited: pods={COUNT_MAX}");
        errors.push(FieldError::forbidden(path, &detail));
    }
}
