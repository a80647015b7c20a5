//! Nodes, namespaces and events. Models printers.go: printNode, printNamespace, printEvent.

use super::{Printed, col, created, name, number, or, or_none, since, text, wide};
use crate::api::{Time, Value};

pub(super) const NODE: Printed = Printed {
    kind: "Node",
    columns: &[
        col("Name"),
        col("Status"),
        col("Roles"),
        col("Age"),
        col("Version"),
        wide("Internal-IP"),
        wide("External-IP"),
        wide("OS-Image"),
        wide("Kernel-Version"),
        wide("Container-Runtime"),
    ],
    cells: node,
};

pub(super) const NAMESPACE: Printed = Printed {
    kind: "Namespace",
    columns: &[col("Name"), col("Status"), col("Age")],
    cells: |o, now| vec![name(o), text(o.at("status.phase")), created(o, now)],
};

pub(super) const EVENT: Printed = Printed {
    kind: "Event",
    columns: &[
        col("Last Seen"),
        col("Type"),
        col("Reason"),
        col("Object"),
        wide("Subobject"),
        wide("Source"),
        col("Message"),
        wide("First Seen"),
        wide("Count"),
        wide("Name"),
    ],
    cells: event,
};

fn node(node: &Value, now: Time) -> Vec<String> {
    let ready = node.at("status.conditions").items().iter().find(|c| c.get("type").as_str() == Some("Ready"));
    let mut status = match ready.map(|c| c.get("status").as_str() == Some("True")) {
        Some(true) => "Ready",
        Some(false) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if node.at("spec.unschedulable").as_bool() == Some(true) {
        status += ",SchedulingDisabled";
    }
    let address = |kind: &str| {
        let all = node.at("status.addresses").items();
        let found = all.iter().find(|a| a.get("type").as_str() == Some(kind));
        or_none(found.map(|a| text(a.get("address"))).unwrap_or_default())
    };
    let info = node.at("status.nodeInfo");
    let mut kernel = or(text(info.get("kernelVersion")), "<unknown>");
    let architecture = text(info.get("architecture"));
    if !architecture.is_empty() && kernel != "<unknown>" {
        kernel = format!("{kernel} ({architecture})");
    }
    vec![
        name(node),
        status,
        roles(node),
        created(node, now),
        text(info.get("kubeletVersion")),
        address("InternalIP"),
        address("ExternalIP"),
        or(text(info.get("osImage")), "<unknown>"),
        kernel,
        or(text(info.get("containerRuntimeVersion")), "<unknown>"),
    ]
}

/// Models printers.go: findNodeRoles.
fn roles(node: &Value) -> String {
    let mut roles: Vec<String> = Vec::new();
    for (label, value) in node.at("metadata").get("labels").fields() {
        let role = match label.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => role.to_owned(),
            None if label == "kubernetes.io/role" => text(value),
            None => continue,
        };
        if !role.is_empty() && !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles.sort();
    or_none(roles.join(","))
}

fn event(event: &Value, now: Time) -> Vec<String> {
    let first = match event.get("firstTimestamp") {
        Value::Null => event.get("eventTime"),
        first => first,
    };
    let last = match event.get("lastTimestamp") {
        Value::Null => first,
        last => last,
    };
    let object = event.get("involvedObject");
    let kind = text(object.get("kind")).to_lowercase();
    let source = event.get("source");
    let host = text(source.get("host"));
    let source = text(source.get("component")) + if host.is_empty() { "" } else { ", " } + &host;
    vec![
        since(last, now),
        text(event.get("type")),
        text(event.get("reason")),
        format!("{kind}/{}", text(object.get("name"))),
        text(object.get("fieldPath")),
        source,
        text(event.get("message")).trim().to_owned(),
        since(first, now),
        number(event.get("count")).max(1).to_string(),
        name(event),
    ]
}
