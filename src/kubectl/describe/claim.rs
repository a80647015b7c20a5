//! PersistentVolumeClaims. Models describePersistentVolumeClaim.

use super::Seen;
use super::page::{Page, joined, since, text, text_or};
use crate::api::{Pod, Value};

/// The text of a claim.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.field(0, "StorageClass", text(spec.get("storageClassName")));
    match meta.get("deletionTimestamp") {
        Value::Null => page.field(0, "Status", text(status.get("phase"))),
        at => page.field(0, "Status", format_args!("Terminating (lasts {})", since(seen.world.now(), at))),
    }
    page.field(0, "Volume", text(spec.get("volumeName")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "Finalizers", format_args!("[{}]", joined(meta.get("finalizers").items(), " ")));
    let bound = !text(spec.get("volumeName")).is_empty();
    let if_bound = |said: String| if bound { said } else { String::new() };
    page.field(0, "Capacity", if_bound(text(status.at("capacity.storage"))));
    page.field(0, "Access Modes", if_bound(modes(status.get("accessModes").items())));
    page.field_if(0, "VolumeMode", spec.get("volumeMode"));
    page.reference("DataSource", spec.get("dataSource"));
    page.entries("Used By", users(seen));
}

/// The claim of an ephemeral volume, which is not made yet. Models printPersistentVolumeClaim.
pub(super) fn nested(page: &mut Page, template: &Value) {
    if template.is_null() {
        return;
    }
    let (meta, spec) = (template.get("metadata"), template.get("spec"));
    page.field(2, "StorageClass", text(spec.get("storageClassName")));
    page.field(2, "Volume", text(spec.get("volumeName")));
    for (title, map) in [("Labels", meta.get("labels")), ("Annotations", meta.get("annotations"))] {
        let between = if title == "Labels" { "=" } else { ": " };
        let said: Vec<String> = map.fields().map(|(k, v)| format!("{k}{between}{}", text(v))).collect();
        page.field(2, title, said.first().map_or("<none>", String::as_str));
        said.iter().skip(1).for_each(|more| page.line(2, format_args!("\t{more}")));
    }
    page.field(2, "Capacity", "");
    page.field(2, "Access Modes", "");
    page.field_if(2, "VolumeMode", spec.get("volumeMode"));
}

/// The text of a PersistentVolume. Models describePersistentVolume.
pub(super) fn volume(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "Finalizers", format_args!("[{}]", joined(meta.get("finalizers").items(), " ")));
    page.field(0, "StorageClass", text(spec.get("storageClassName")));
    match meta.get("deletionTimestamp") {
        Value::Null => page.field(0, "Status", text(status.get("phase"))),
        at => page.field(0, "Status", format_args!("Terminating (lasts {})", since(seen.world.now(), at))),
    }
    let claim = spec.get("claimRef");
    let slash = if claim.is_null() { "" } else { "/" };
    let whole = format!("{}{slash}{}", text(claim.get("namespace")), text(claim.get("name")));
    page.field(0, "Claim", whole);
    page.field(0, "Reclaim Policy", text(spec.get("persistentVolumeReclaimPolicy")));
    page.field(0, "Access Modes", modes(spec.get("accessModes").items()));
    page.field_if(0, "VolumeMode", spec.get("volumeMode"));
    page.field(0, "Capacity", text_or(spec.at("capacity.storage"), "0"));
    affinity(page, spec.at("nodeAffinity.required"));
    page.field(0, "Message", text(status.get("message")));
    page.line(0, "Source:");
    super::volumes::known(page, spec);
}

/// Models printVolumeNodeAffinity.
fn affinity(page: &mut Page, required: &Value) {
    if required.is_null() {
        page.field(0, "Node Affinity", "<none>");
        return;
    }
    page.line(0, "Node Affinity:\t");
    let terms = required.get("nodeSelectorTerms").items();
    if terms.is_empty() {
        page.field(1, "Required Terms", "<none>");
        return;
    }
    page.line(1, "Required Terms:\t");
    for (i, term) in terms.iter().enumerate() {
        let said = term.get("matchExpressions").items().iter().map(|r| {
            let values = joined(r.get("values").items(), ", ");
            let values = if values.is_empty() { values } else { format!(" [{values}]") };
            format!("{} {}{values}", text(r.get("key")), text(r.get("operator")).to_lowercase())
        });
        let said: Vec<String> = said.collect();
        page.field(2, format_args!("Term {i}"), said.first().map_or("<none>", String::as_str));
        said.iter().skip(1).for_each(|more| page.line(2, format_args!("\t{more}")));
    }
}

/// Models kubectl pkg/util/storage: GetAccessModesAsString.
fn modes(modes: &[Value]) -> String {
    const SHORT: [(&str, &str); 4] = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let has = |long: &str| modes.iter().any(|m| m.as_str() == Some(long));
    let short: Vec<&str> = SHORT.iter().filter(|(long, _)| has(long)).map(|(_, short)| *short).collect();
    short.join(",")
}

/// The pods that mount it, by name. Models getPodsForPVC.
fn users(seen: &Seen) -> Vec<String> {
    let meta = seen.object.meta();
    let claims = |pod: &Pod| {
        let volumes = pod.spec.raw().get("volumes").items();
        volumes.iter().any(|v| v.at("persistentVolumeClaim.claimName").as_str() == Some(&meta.name))
    };
    let pods = seen.world.store.list_as::<Pod>(Some(&meta.namespace));
    pods.filter(|pod| claims(pod)).map(|pod| pod.meta.name.to_string()).collect()
}
