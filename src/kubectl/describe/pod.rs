//! Pods. Models describePod.

use super::page::{Page, date, number, since, text};
use super::{Seen, containers, template, volumes};
use crate::api::{Kind, Value};

/// The text of a pod.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.field_if(0, "Priority", spec.get("priority"));
    page.field_if(0, "Priority Class Name", spec.get("priorityClassName"));
    page.field_if(0, "Runtime Class Name", spec.get("runtimeClassName"));
    page.field_if(0, "Service Account", spec.get("serviceAccountName"));
    match text(spec.get("nodeName")) {
        node if node.is_empty() => page.field(0, "Node", "<none>"),
        node => page.field(0, "Node", format_args!("{node}/{}", host_ip(seen, &node))),
    }
    if !status.get("startTime").is_null() {
        page.field(0, "Start Time", date(status.get("startTime")));
    }
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    let phase = text(status.get("phase"));
    let ended = phase == "Failed" || phase == "Succeeded";
    match meta.get("deletionTimestamp") {
        deletion if !deletion.is_null() && !ended => {
            let ago = since(seen.world.now(), deletion);
            page.field(0, "Status", format_args!("Terminating (lasts {ago})"));
            let grace = number(meta.get("deletionGracePeriodSeconds"));
            page.field(0, "Termination Grace Period", format_args!("{grace}s"));
        }
        _ => page.field(0, "Status", phase),
    }
    page.field_if(0, "Reason", status.get("reason"));
    page.field_if(0, "Message", status.get("message"));
    page.field_if(0, "SeccompProfile", spec.at("securityContext.seccompProfile.type"));
    addresses(page, status);
    if let Some(owner) = controller(meta) {
        page.field(0, "Controlled By", owner);
    }
    page.field_if(0, "NominatedNodeName", status.get("nominatedNodeName"));
    if !spec.get("resources").is_null() {
        page.line(0, "Resources:");
        containers::resources(page, 1, spec.get("resources"));
    }
    let pod = &seen.value;
    if !spec.get("initContainers").items().is_empty() {
        let statuses = status.get("initContainerStatuses");
        containers::of_pod(page, "Init Containers", spec.get("initContainers"), statuses, pod);
    }
    containers::of_pod(page, "Containers", spec.get("containers"), status.get("containerStatuses"), pod);
    conditions(page, spec, status);
    volumes::write(page, spec.get("volumes"), "");
    page.field(0, "QoS Class", text(status.get("qosClass")));
    page.labels("Node-Selectors", spec.get("nodeSelector"));
    template::tolerations(page, "Tolerations", spec.get("tolerations"));
    template::spread(page, spec.get("topologySpreadConstraints"), "");
}

/// The address of the pod's node, which the kubelet writes once it has seen the pod.
fn host_ip(seen: &Seen, node: &str) -> String {
    let own = seen.at("status.hostIP");
    if !own.is_null() || seen.at("status.startTime").is_null() {
        return text(own);
    }
    let node = seen.world.store.lookup(Kind::Node, "", node).map(|n| n.to_value()).unwrap_or_default();
    let inside = |a: &&Value| a.get("type").as_str() == Some("InternalIP");
    let address = node.at("status.addresses").items().iter().find(inside);
    address.map(|a| text(a.get("address"))).unwrap_or_default()
}

/// `Job/hello`, if a controller owns the object. Models printController.
pub(super) fn controller(meta: &Value) -> Option<String> {
    let owners = meta.get("ownerReferences").items();
    let owner = owners.iter().find(|o| o.get("controller").as_bool() == Some(true))?;
    Some(format!("{}/{}", text(owner.get("kind")), text(owner.get("name"))))
}

fn addresses(page: &mut Page, status: &Value) {
    page.field(0, "IP", text(status.get("podIP")));
    let all = status.get("podIPs").items();
    if all.is_empty() {
        page.field(0, "IPs", "<none>");
        return;
    }
    page.line(0, "IPs:");
    for ip in all {
        page.field(1, "IP", text(ip.get("ip")));
    }
}

fn conditions(page: &mut Page, spec: &Value, status: &Value) {
    let all = status.get("conditions").items();
    let gates = spec.get("readinessGates").items();
    if !gates.is_empty() {
        page.line(0, "Readiness Gates:\n  Type\tStatus");
        for gate in gates {
            let name = gate.get("conditionType");
            let found = all.iter().find(|c| c.get("type") == name);
            let status = found.map_or("<none>".to_owned(), |c| text(c.get("status")));
            page.line(1, format_args!("{} \t{status} ", text(name)));
        }
    }
    if !all.is_empty() {
        page.line(0, "Conditions:\n  Type\tStatus");
        for condition in all {
            let (name, status) = (text(condition.get("type")), text(condition.get("status")));
            page.line(1, format_args!("{name} \t{status} "));
        }
    }
}
