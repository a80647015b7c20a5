//! Deployments, ReplicaSets, StatefulSets and DaemonSets. Models printers.go: printDeployment and its neighbours.

use super::{Printed, col, containers, created, labels, name, number, selector, wide};
use crate::api::{Time, Value};

pub(super) const DEPLOYMENT: Printed = Printed {
    kind: "Deployment",
    columns: &[
        col("Name"),
        col("Ready"),
        col("Up-to-date"),
        col("Available"),
        col("Age"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: deployment,
};

pub(super) const REPLICA_SET: Printed = Printed {
    kind: "ReplicaSet",
    columns: &[
        col("Name"),
        col("Desired"),
        col("Current"),
        col("Ready"),
        col("Age"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: replica_set,
};

pub(super) const STATEFUL_SET: Printed = Printed {
    kind: "StatefulSet",
    columns: &[col("Name"), col("Ready"), col("Age"), wide("Containers"), wide("Images")],
    cells: stateful_set,
};

pub(super) const DAEMON_SET: Printed = Printed {
    kind: "DaemonSet",
    columns: &[
        col("Name"),
        col("Desired"),
        col("Current"),
        col("Ready"),
        col("Up-to-date"),
        col("Available"),
        col("Node Selector"),
        col("Age"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: daemon_set,
};

/// A number of the status.
fn count(object: &Value, field: &str) -> String {
    number(object.get("status").get(field)).to_string()
}
fn wanted(object: &Value) -> i64 {
    number(object.at("spec.replicas"))
}

fn deployment(o: &Value, now: Time) -> Vec<String> {
    let [names, images] = containers(o.at("spec.template.spec"));
    vec![
        name(o),
        format!("{}/{}", count(o, "readyReplicas"), wanted(o)),
        count(o, "updatedReplicas"),
        count(o, "availableReplicas"),
        created(o, now),
        names,
        images,
        selector(o.at("spec.selector")),
    ]
}

fn replica_set(o: &Value, now: Time) -> Vec<String> {
    let [names, images] = containers(o.at("spec.template.spec"));
    let (current, ready) = (count(o, "replicas"), count(o, "readyReplicas"));
    let own = selector(o.at("spec.selector"));
    vec![name(o), wanted(o).to_string(), current, ready, created(o, now), names, images, own]
}

fn stateful_set(o: &Value, now: Time) -> Vec<String> {
    let [names, images] = containers(o.at("spec.template.spec"));
    vec![name(o), format!("{}/{}", count(o, "readyReplicas"), wanted(o)), created(o, now), names, images]
}

fn daemon_set(o: &Value, now: Time) -> Vec<String> {
    let [names, images] = containers(o.at("spec.template.spec"));
    vec![
        name(o),
        count(o, "desiredNumberScheduled"),
        count(o, "currentNumberScheduled"),
        count(o, "numberReady"),
        count(o, "updatedNumberScheduled"),
        count(o, "numberAvailable"),
        labels(o.at("spec.template.spec.nodeSelector")),
        created(o, now),
        names,
        images,
        selector(o.at("spec.selector")),
    ]
}
