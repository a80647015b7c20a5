//! Volumes: a kind of volume is one row. Models describeVolumes.

use super::page::{Page, text};
use crate::api::Value;

/// How a field is written where it is absent.
#[derive(Clone, Copy)]
enum Absent {
    /// As nothing.
    Empty,
    /// As this.
    As(&'static str),
}
use Absent::{As, Empty};

/// One kind of volume: its name in the API, what kubectl calls it, and its fields.
struct Row {
    source: &'static str,
    kind: &'static str,
    fields: &'static [(&'static str, &'static str, Absent)],
}

const KINDS: &[Row] = &[
    Row {
        source: "hostPath",
        kind: "HostPath (bare host directory volume)",
        fields: &[("Path", "path", Empty), ("HostPathType", "type", As("<none>"))],
    },
    Row {
        source: "emptyDir",
        kind: "EmptyDir (a temporary directory that shares a pod's lifetime)",
        fields: &[("Medium", "medium", Empty), ("SizeLimit", "sizeLimit", As("<unset>"))],
    },
    Row {
        source: "secret",
        kind: "Secret (a volume populated by a Secret)",
        fields: &[("SecretName", "secretName", Empty), ("Optional", "optional", As("false"))],
    },
    Row {
        source: "configMap",
        kind: "ConfigMap (a volume populated by a ConfigMap)",
        fields: &[("Name", "name", Empty), ("Optional", "optional", As("false"))],
    },
    Row {
        source: "nfs",
        kind: "NFS (an NFS mount that lasts the lifetime of a pod)",
        fields: &[
            ("Server", "server", Empty),
            ("Path", "path", Empty),
            ("ReadOnly", "readOnly", As("false")),
        ],
    },
    Row {
        source: "persistentVolumeClaim",
        kind: "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        fields: &[("ClaimName", "claimName", Empty), ("ReadOnly", "readOnly", As("false"))],
    },
    Row {
        source: "csi",
        kind: "CSI (a Container Storage Interface (CSI) volume source)",
        fields: &[
            ("Driver", "driver", Empty),
            ("FSType", "fsType", Empty),
            ("ReadOnly", "readOnly", As("false")),
        ],
    },
    Row {
        source: "image",
        kind: "Image (a container image or OCI artifact)",
        fields: &[("Reference", "reference", Empty), ("PullPolicy", "pullPolicy", Empty)],
    },
    Row {
        source: "local",
        kind: "LocalVolume (a persistent volume backed by local storage on a node)",
        fields: &[("Path", "path", Empty)],
    },
    Row {
        source: "ephemeral",
        kind: "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
        fields: &[],
    },
];

/// Writes the volumes of a pod (no indentation) or of a template (two spaces).
pub(super) fn write(page: &mut Page, volumes: &Value, indent: &str) {
    if volumes.items().is_empty() {
        page.line(0, format_args!("{indent}Volumes:\t<none>"));
        return;
    }
    page.line(0, format_args!("{indent}Volumes:"));
    for volume in volumes.items() {
        let indent = if indent.is_empty() { "" } else { " " };
        page.line(1, format_args!("{indent}{}:", text(volume.get("name"))));
        source(page, volume);
    }
}

fn source(page: &mut Page, volume: &Value) {
    let (projected, downward) = (volume.get("projected"), volume.get("downwardAPI"));
    if !projected.is_null() {
        page.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
        projected.get("sources").items().iter().for_each(|source| part(page, source));
    } else if !downward.is_null() {
        page.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
        page.line(2, "Items:");
        for item in downward.get("items").items() {
            let paths = [item.at("fieldRef.fieldPath"), item.at("resourceFieldRef.resource")];
            for from in paths.into_iter().filter(|v| !v.is_null()) {
                page.line(3, format_args!("{} -> {}", text(from), text(item.get("path"))));
            }
        }
    } else {
        known(page, volume);
    }
}

/// A kind of volume that a pod or a PersistentVolume can have.
pub(super) fn known(page: &mut Page, volume: &Value) {
    if let Some(row) = KINDS.iter().find(|row| !volume.get(row.source).is_null()) {
        let source = volume.get(row.source);
        page.field(2, "Type", row.kind);
        for (title, field, absent) in row.fields {
            match (source.get(field), absent) {
                (Value::Null, As(instead)) => page.field(2, title, instead),
                (value, _) => page.field(2, title, text(value)),
            }
        }
        if row.source == "csi" {
            attributes(page, source.get("volumeAttributes"));
        }
        if row.source == "ephemeral" {
            super::claim::nested(page, source.get("volumeClaimTemplate"));
        }
    } else {
        page.line(1, "<unknown>");
    }
}

/// Models printCSIPersistentVolumeAttributesMultiline.
fn attributes(page: &mut Page, all: &Value) {
    let said: Vec<String> = all.fields().map(|(k, v)| format!("{k}={}", text(v))).collect();
    match said.as_slice() {
        [] => page.field(2, "VolumeAttributes", "<none>"),
        [first, rest @ ..] => {
            page.field(2, "VolumeAttributes", format_args!("    {first}"));
            rest.iter().for_each(|more| page.line(2, format_args!("\t    {more}")));
        }
    }
}

/// One source of a projected volume. Models printProjectedVolumeSource.
fn part(page: &mut Page, source: &Value) {
    let optional = |from: &Value| from.get("optional").as_bool() == Some(true);
    for (title, from) in [("SecretName", source.get("secret")), ("ConfigMapName", source.get("configMap"))] {
        if !from.is_null() {
            page.field(2, title, text(from.get("name")));
            page.field(2, "Optional", optional(from));
        }
    }
    if !source.get("downwardAPI").is_null() {
        page.field(2, "DownwardAPI", true);
    }
    page.field_if(2, "TokenExpirationSeconds", source.at("serviceAccountToken.expirationSeconds"));
}
