//! `--subresource=scale`: how many replicas there should be and are, as an object of its own.
//!
//! Models pkg/apis/autoscaling and pkg/printers/internalversion: printScale.

use super::lay_out;
use crate::api::{Kind, Time, Value};
use crate::kubectl::{columns, failure::Failure, target::Found};
use crate::record;

/// The scale of an object, if it has one.
pub(super) fn of(found: &Found) -> Result<Value, Failure> {
    let object = found.stored()?;
    if !matches!(object.kind(), Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet) {
        return Err(Failure::no_such_request());
    }
    let whole = object.to_value();
    let labels = whole.at("spec.selector.matchLabels").fields();
    let labels: Vec<String> =
        labels.map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default())).collect();
    let meta = |field: &str| whole.get("metadata").get(field).clone();
    let count = |path: &str| whole.at(path).as_int().unwrap_or(0);
    Ok(record! {
        "apiVersion" => "autoscaling/v1",
        "kind" => "Scale",
        "metadata" => record! {
            "creationTimestamp" => meta("creationTimestamp"),
            "name" => meta("name"),
            "namespace" => meta("namespace"),
            "resourceVersion" => meta("resourceVersion"),
            "uid" => meta("uid"),
        },
        "spec" => record! { "replicas" => count("spec.replicas") },
        "status" => record! { "replicas" => count("status.replicas"), "selector" => labels.join(",") },
    })
}

/// Scales in a table.
pub(super) fn table(scales: &[Value], with_titles: bool, now: Time) -> String {
    let mut rows = Vec::new();
    if with_titles {
        rows.push(["NAME", "DESIRED", "AVAILABLE", "AGE"].map(str::to_owned).to_vec());
    }
    for scale in scales {
        let number = |path: &str| scale.at(path).as_int().unwrap_or(0).to_string();
        rows.push(vec![
            scale.at("metadata.name").as_str().unwrap_or_default().to_owned(),
            number("spec.replicas"),
            number("status.replicas"),
            columns::created(scale, now),
        ]);
    }
    lay_out(&rows)
}
