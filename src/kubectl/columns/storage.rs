//! Volumes, claims and storage classes. Models printers.go: printPersistentVolume and its neighbours.

use super::{Printed, col, created, name, or, text, wide};
use crate::api::{Time, Value};

pub(super) const CLAIM: Printed = Printed {
    kind: "PersistentVolumeClaim",
    columns: &[
        col("Name"),
        col("Status"),
        col("Volume"),
        col("Capacity"),
        col("Access Modes"),
        col("StorageClass"),
        col("VolumeAttributesClass"),
        col("Age"),
        wide("VolumeMode"),
    ],
    cells: claim,
};

pub(super) const VOLUME: Printed = Printed {
    kind: "PersistentVolume",
    columns: &[
        col("Name"),
        col("Capacity"),
        col("Access Modes"),
        col("Reclaim Policy"),
        col("Status"),
        col("Claim"),
        col("StorageClass"),
        col("VolumeAttributesClass"),
        col("Reason"),
        col("Age"),
        wide("VolumeMode"),
    ],
    cells: volume,
};

pub(super) const CLASS: Printed = Printed {
    kind: "StorageClass",
    columns: &[
        col("Name"),
        col("Provisioner"),
        col("ReclaimPolicy"),
        col("VolumeBindingMode"),
        col("AllowVolumeExpansion"),
        col("Age"),
    ],
    cells: class,
};

/// `RWO,ROX`. Models pkg/apis/core/v1/helper: GetAccessModesAsString.
fn access(modes: &Value) -> String {
    let has = |mode: &str| modes.items().iter().any(|m| m.as_str() == Some(mode));
    let all = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let short: Vec<&str> = all.iter().filter(|(mode, _)| has(mode)).map(|(_, short)| *short).collect();
    short.join(",")
}

fn phase(o: &Value) -> String {
    match o.at("metadata.deletionTimestamp") {
        Value::Null => text(o.at("status.phase")),
        _ => "Terminating".into(),
    }
}

fn claim(o: &Value, now: Time) -> Vec<String> {
    let volume = text(o.at("spec.volumeName"));
    let bound = !volume.is_empty();
    let capacity = if bound { text(o.at("status.capacity.storage")) } else { String::new() };
    let modes = if bound { access(o.at("status.accessModes")) } else { String::new() };
    vec![
        name(o),
        phase(o),
        volume,
        capacity,
        modes,
        text(o.at("spec.storageClassName")),
        or(text(o.at("spec.volumeAttributesClassName")), "<unset>"),
        created(o, now),
        or(text(o.at("spec.volumeMode")), "<unset>"),
    ]
}

fn volume(o: &Value, now: Time) -> Vec<String> {
    let claim = o.at("spec.claimRef");
    let claim = match claim {
        Value::Null => String::new(),
        c => format!("{}/{}", text(c.get("namespace")), text(c.get("name"))),
    };
    vec![
        name(o),
        text(o.at("spec.capacity.storage")),
        access(o.at("spec.accessModes")),
        text(o.at("spec.persistentVolumeReclaimPolicy")),
        phase(o),
        claim,
        text(o.at("spec.storageClassName")),
        or(text(o.at("spec.volumeAttributesClassName")), "<unset>"),
        text(o.at("status.reason")),
        created(o, now),
        or(text(o.at("spec.volumeMode")), "<unset>"),
    ]
}

fn class(o: &Value, now: Time) -> Vec<String> {
    let annotations = o.at("metadata.annotations");
    let is_default =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
            .iter()
            .any(|a| annotations.get(a).as_str() == Some("true"));
    let title = if is_default { name(o) + " (default)" } else { name(o) };
    vec![
        title,
        text(o.get("provisioner")),
        or(text(o.get("reclaimPolicy")), "Delete"),
        or(text(o.get("volumeBindingMode")), "Immediate"),
        o.get("allowVolumeExpansion").as_bool().unwrap_or(false).to_string(),
        created(o, now),
    ]
}
