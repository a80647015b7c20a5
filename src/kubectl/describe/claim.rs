//! PersistentVolumeClaims. Models describePersistentVolumeClaim.

use super::Seen;
use super::page::{Page, joined, since, text};
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
    let source = spec.get("dataSource");
    if !source.is_null() {
        page.line(0, "DataSource:");
        page.field_if(1, "APIGroup", source.get("apiGroup"));
        page.field(1, "Kind", text(source.get("kind")));
        page.field(1, "Name", text(source.get("name")));
    }
    page.entries("Used By", users(seen));
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
