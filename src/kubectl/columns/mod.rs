//! The columns of `kubectl get`: one table of rows, a kind each.
//!
//! A row reads the object as the API serves it, sparse or not, and gives all its cells; those of `-o wide` are marked.
//! Models pkg/printers/internalversion/printers.go.

mod apps;
mod batch;
mod config;
mod core;
mod network;
mod pod;
mod policy;
mod storage;

use super::duration;
use crate::api::{Time, Value};

/// One column: its title, and whether only `-o wide` shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Column {
    pub title: &'static str,
    pub wide: bool,
}

/// A column that is always shown.
const fn col(title: &'static str) -> Column {
    Column { title, wide: false }
}
/// A column of `-o wide`.
const fn wide(title: &'static str) -> Column {
    Column { title, wide: true }
}

/// How a kind is printed.
pub(super) struct Printed {
    /// The kind's name: `Pod`.
    pub kind: &'static str,
    /// Its columns, the first of which is the name.
    pub columns: &'static [Column],
    /// The cells of one object, in order.
    pub cells: fn(&Value, Time) -> Vec<String>,
}

/// Every kind that has columns of its own.
const ALL: &[&Printed] = &[
    &pod::POD,
    &core::NODE,
    &core::NAMESPACE,
    &core::EVENT,
    &network::SERVICE,
    &network::ENDPOINTS,
    &network::ENDPOINT_SLICE,
    &network::INGRESS,
    &network::INGRESS_CLASS,
    &network::NETWORK_POLICY,
    &apps::DEPLOYMENT,
    &apps::REPLICA_SET,
    &apps::STATEFUL_SET,
    &apps::DAEMON_SET,
    &apps::CONTROLLER_REVISION,
    &batch::JOB,
    &batch::CRON_JOB,
    &config::CONFIG_MAP,
    &config::SECRET,
    &config::LEASE,
    &config::ROLE,
    &config::CLUSTER_ROLE,
    &config::ROLE_BINDING,
    &config::CLUSTER_ROLE_BINDING,
    &policy::AUTOSCALER,
    &policy::DISRUPTION_BUDGET,
    &policy::QUOTA,
    &policy::LIMIT_RANGE,
    &policy::PRIORITY_CLASS,
    &storage::CLAIM,
    &storage::VOLUME,
    &storage::CLASS,
];

/// Kinds without columns of their own show their name and age.
const PLAIN: Printed =
    Printed { kind: "", columns: &[col("Name"), col("Age")], cells: |o, now| vec![name(o), created(o, now)] };

/// How a kind is printed.
pub(super) fn of(kind: &str) -> &'static Printed {
    ALL.iter().find(|p| p.kind == kind).copied().unwrap_or(&PLAIN)
}

/// Titles and cells of one object: what a table test compares.
pub fn cells(object: &Value, now: Time) -> Vec<(&'static str, String)> {
    let printed = of(object.get("kind").as_str().unwrap_or_default());
    let titles = printed.columns.iter().map(|c| c.title);
    titles.zip((printed.cells)(object, now)).collect()
}

fn name(object: &Value) -> String {
    text(object.at("metadata.name"))
}
pub(super) fn created(object: &Value, now: Time) -> String {
    since(object.at("metadata.creationTimestamp"), now)
}
/// How long ago the time in a field was; `<unknown>` where there is none.
/// Models printers.go: translateTimestampSince.
fn since(value: &Value, now: Time) -> String {
    let then = value.as_str().and_then(Time::parse);
    then.map_or("<unknown>".into(), |then| duration::human(now - then))
}
/// The text of a scalar; nothing for what is not there.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Str(s) => s.to_string(),
        other => other.to_json(),
    }
}
/// The number in a field, as the API's zero value where there is none.
fn number(value: &Value) -> i64 {
    value.as_int().unwrap_or(0)
}
/// The text, or this where there is none.
fn or(text: String, absent: &str) -> String {
    if text.is_empty() { absent.to_owned() } else { text }
}
fn or_none(text: String) -> String {
    or(text, "<none>")
}

/// A map of labels: `a=b,c=d`. Models apimachinery pkg/labels: FormatLabels.
pub(super) fn labels(value: &Value) -> String {
    let all: Vec<String> = value.fields().map(|(k, v)| format!("{k}={}", text(v))).collect();
    or_none(all.join(","))
}
/// A label selector. Models apimachinery pkg/apis/meta/v1/helpers.go: FormatLabelSelector.
fn selector(value: &Value) -> String {
    let mut all: Vec<String> =
        value.get("matchLabels").fields().map(|(k, v)| format!("{k}={}", text(v))).collect();
    for requirement in value.get("matchExpressions").items() {
        let key = text(requirement.get("key"));
        let mut values: Vec<String> = requirement.get("values").items().iter().map(text).collect();
        values.sort();
        let values = values.join(",");
        all.push(match requirement.get("operator").as_str() {
            Some("In") => format!("{key} in ({values})"),
            Some("NotIn") => format!("{key} notin ({values})"),
            Some("DoesNotExist") => format!("!{key}"),
            _ => key,
        });
    }
    // The selector's own order is by key.
    all.sort_by(|a, b| a.trim_start_matches('!').cmp(b.trim_start_matches('!')));
    or_none(all.join(","))
}
/// Names and images of the containers of a pod spec.
fn containers(spec: &Value) -> [String; 2] {
    let all = |field| {
        let texts: Vec<String> = spec.get("containers").items().iter().map(|c| text(c.get(field))).collect();
        texts.join(",")
    };
    [all("name"), all("image")]
}
/// Is the condition of that type true?
fn holds(object: &Value, condition: &str) -> bool {
    let all = object.at("status.conditions").items();
    all.iter().any(|c| c.get("type").as_str() == Some(condition) && c.get("status").as_str() == Some("True"))
}
