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

pub(super) const CONTROLLER_REVISION: Printed = Printed {
    kind: "ControllerRevision",
    columns: &[col("Name"), col("Controller"), col("Revision"), col("Age")],
    cells: controller_revision,
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

fn controller_revision(o: &Value, now: Time) -> Vec<String> {
    let owners = o.at("metadata.ownerReferences").items();
    let owner = owners.iter().find(|o| o.get("controller").as_bool() == Some(true));
    let named = |owner: &Value| {
        let part = |name: &str| owner.get(name).as_str().unwrap_or("").to_owned();
        let group = part("apiVersion").split_once('/').map(|(group, _)| format!(".{group}"));
        format!("{}{}/{}", part("kind").to_lowercase(), group.unwrap_or_default(), part("name"))
    };
    let owner = owner.map_or_else(|| "<none>".to_owned(), named);
    vec![name(o), owner, number(o.get("revision")).to_string(), created(o, now)]
}
