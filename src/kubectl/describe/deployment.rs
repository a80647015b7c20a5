//! Deployments. Models describeDeployment.

use super::page::{Page, date, number, text};
use super::{Seen, selector, template};
use crate::api::{Kind, Value};

/// The text of a Deployment.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.field(0, "CreationTimestamp", date(meta.get("creationTimestamp")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "Selector", selector::line(spec.get("selector")));
    let count = |name: &str| number(status.get(name));
    page.field(
        0,
        "Replicas",
        format_args!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            number(spec.get("replicas")),
            count("updatedReplicas"),
            count("replicas"),
            count("availableReplicas"),
            count("unavailableReplicas")
        ),
    );
    page.field(0, "StrategyType", text(spec.at("strategy.type")));
    page.field(0, "MinReadySeconds", number(spec.get("minReadySeconds")));
    let rolling = spec.at("strategy.rollingUpdate");
    if !rolling.is_null() {
        let (down, up) = (text(rolling.get("maxUnavailable")), text(rolling.get("maxSurge")));
        page.field(0, "RollingUpdateStrategy", format_args!("{down} max unavailable, {up} max surge"));
    }
    template::write(page, spec.get("template"));
    conditions(page, status);
    replica_sets(seen, page);
}

/// Writes the conditions of a Deployment or a ReplicaSet.
pub(super) fn conditions(page: &mut Page, status: &Value) {
    let all = status.get("conditions").items();
    if all.is_empty() {
        return;
    }
    page.line(0, "Conditions:\n  Type\tStatus\tReason");
    page.line(1, "----\t------\t------");
    for condition in all {
        let part = |name: &str| text(condition.get(name));
        page.line(1, format_args!("{} \t{}\t{}", part("type"), part("status"), part("reason")));
    }
}

/// Models kubectl pkg/util/deployment: GetAllReplicaSetsInChunks.
fn replica_sets(seen: &Seen, page: &mut Page) {
    let own = seen.world.store.dependents(seen.object.meta().uid);
    let mut own: Vec<_> = own.filter(|o| o.kind() == Kind::ReplicaSet).collect();
    own.sort_by_key(|o| (o.meta().created.floor_sec(), o.meta().name.clone()));
    let own: Vec<Value> = own.into_iter().map(|o| o.to_value()).collect();
    if own.is_empty() {
        return;
    }
    let new = own.iter().position(|rs| without_hash(rs.at("spec.template")) == *seen.at("spec.template"));
    let said = |chosen: &dyn Fn(usize) -> bool| {
        let all: Vec<String> =
            own.iter().enumerate().filter(|(i, _)| chosen(*i)).map(|(_, rs)| created(rs)).collect();
        if all.is_empty() { "<none>".to_owned() } else { all.join(", ") }
    };
    page.field(0, "OldReplicaSets", said(&|i| Some(i) != new));
    page.field(0, "NewReplicaSet", said(&|i| Some(i) == new));
}

fn created(set: &Value) -> String {
    let (name, have) = (text(set.at("metadata.name")), number(set.at("status.replicas")));
    format!("{name} ({have}/{} replicas created)", number(set.at("spec.replicas")))
}

/// A ReplicaSet's template as the Deployment has it: without the label by which its pods are told apart.
fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    let metadata = template.map_mut().entry("metadata".into()).or_default();
    metadata.map_mut().entry("labels".into()).or_default().map_mut().remove("pod-template-hash");
    template
}
