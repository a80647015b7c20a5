//! StatefulSets. Models describeStatefulSet.

use super::page::{Page, date, joined, number, text, text_or};
use super::{Seen, replicaset, selector, template};
use crate::api::Value;

/// The text of a StatefulSet.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.field(0, "CreationTimestamp", date(meta.get("creationTimestamp")));
    page.field(0, "Selector", selector::line(spec.get("selector")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    let (want, have) = (number(spec.get("replicas")), number(status.get("replicas")));
    page.field(0, "Replicas", format_args!("{want} desired | {have} total"));
    page.field(0, "Update Strategy", text(spec.at("updateStrategy.type")));
    let rolling = spec.at("updateStrategy.rollingUpdate");
    if !rolling.get("partition").is_null() {
        page.field(1, "Partition", text(rolling.get("partition")));
        page.field_if(1, "MaxUnavailable", rolling.get("maxUnavailable"));
    }
    page.field(0, "Pods Status", replicaset::phases(seen));
    template::write(page, spec.get("template"));
    claims(page, spec.get("volumeClaimTemplates"));
}

/// Models describeVolumeClaimTemplates.
fn claims(page: &mut Page, templates: &Value) {
    if templates.items().is_empty() {
        page.field(0, "Volume Claims", "<none>");
        return;
    }
    page.line(0, "Volume Claims:");
    for claim in templates.items() {
        let (meta, spec) = (claim.get("metadata"), claim.get("spec"));
        page.field(1, "Name", text(meta.get("name")));
        page.field(1, "StorageClass", text(spec.get("storageClassName")));
        page.labels("  Labels", meta.get("labels"));
        page.labels("  Annotations", meta.get("annotations"));
        page.field(1, "Capacity", text_or(spec.at("resources.requests.storage"), "<default>"));
        page.field(1, "Access Modes", format_args!("[{}]", joined(spec.get("accessModes").items(), " ")));
    }
}
