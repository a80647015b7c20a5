//! ReplicaSets, and how many pods of each phase a controller has. Models describeReplicaSet.

use super::page::{Page, number, text};
use super::{Seen, deployment, pod, selector, template};
use crate::api::{Object, Phase};

/// The text of a ReplicaSet.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.field(0, "Selector", selector::line_or_none(spec.get("selector")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    if let Some(owner) = pod::controller(meta) {
        page.field(0, "Controlled By", owner);
    }
    let (have, want) = (number(status.get("replicas")), number(spec.get("replicas")));
    page.field(0, "Replicas", format_args!("{have} current / {want} desired"));
    page.field(0, "Pods Status", phases(seen));
    template::write(page, spec.get("template"));
    deployment::conditions(page, status);
}

/// `3 Running / 0 Waiting / 0 Succeeded / 0 Failed`. Models getPodStatusForController.
pub(super) fn phases(seen: &Seen) -> String {
    let uid = seen.object.meta().uid;
    let mut counts = [0; 4];
    for object in seen.world.store.dependents(uid) {
        let Object::Pod(pod) = object else { continue };
        if pod.meta.controller().is_none_or(|owner| owner.uid != uid) {
            continue;
        }
        match pod.status.phase {
            Phase::Running => counts[0] += 1,
            Phase::Pending => counts[1] += 1,
            Phase::Succeeded => counts[2] += 1,
            Phase::Failed => counts[3] += 1,
            Phase::Unknown => {}
        }
    }
    let [running, waiting, succeeded, failed] = counts;
    format!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed")
}
