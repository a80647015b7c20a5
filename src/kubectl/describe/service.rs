//! Services, with the endpoints behind them. Models describeService.

use super::Seen;
use super::page::{Page, joined, labels_in_line, number, text};
use crate::api::{Kind, SERVICE_NAME_LABEL, Value};
use crate::sim::World;

/// How many endpoints are named.
const ENDPOINTS_MAX: usize = 3;

/// The text of a service.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    let list = |name: &str| joined(spec.get(name).items(), ",");
    let or_none = |list: String| if list.is_empty() { "<none>".to_owned() } else { list };
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "Selector", labels_in_line(spec.get("selector")));
    page.field(0, "Type", text(spec.get("type")));
    page.field_if(0, "IP Family Policy", spec.get("ipFamilyPolicy"));
    page.field(0, "IP Families", or_none(list("ipFamilies")));
    page.field(0, "IP", text(spec.get("clusterIP")));
    page.field(0, "IPs", or_none(list("clusterIPs")));
    if !spec.get("externalIPs").items().is_empty() {
        page.field(0, "External IPs", list("externalIPs"));
    }
    page.field_if(0, "Desired LoadBalancer IP", spec.get("loadBalancerIP"));
    page.field_if(0, "External Name", spec.get("externalName"));
    let ingress = status.at("loadBalancer.ingress").items();
    if !ingress.is_empty() {
        let all: Vec<String> = ingress.iter().map(entrance).collect();
        page.field(0, "LoadBalancer Ingress", all.join(", "));
    }
    let slices = slices_of(seen.world, &text(meta.get("namespace")), &text(meta.get("name")));
    for port in spec.get("ports").items() {
        ports(page, port, &slices);
    }
    page.field(0, "Session Affinity", text(spec.get("sessionAffinity")));
    page.field_if(0, "External Traffic Policy", spec.get("externalTrafficPolicy"));
    page.field_if(0, "Internal Traffic Policy", spec.get("internalTrafficPolicy"));
    page.field_if(0, "HealthCheck NodePort", spec.get("healthCheckNodePort"));
    if !spec.get("loadBalancerSourceRanges").items().is_empty() {
        page.field(0, "LoadBalancer Source Ranges", list("loadBalancerSourceRanges"));
    }
    page.field_if(0, "Traffic Distribution", spec.get("trafficDistribution"));
}

/// Models buildIngressString.
fn entrance(ingress: &Value) -> String {
    match (ingress.get("ip"), ingress.get("ipMode")) {
        (Value::Null, _) => text(ingress.get("hostname")),
        (ip, Value::Null) => text(ip),
        (ip, mode) => format!("{} ({})", text(ip), text(mode)),
    }
}

fn ports(page: &mut Page, port: &Value, slices: &[Value]) {
    let own = text(port.get("name"));
    let name = if own.is_empty() { "<unset>" } else { &own };
    let protocol = text(port.get("protocol"));
    page.field(0, "Port", format_args!("{name}\t{}/{protocol}", number(port.get("port"))));
    page.field(0, "TargetPort", format_args!("{}/{protocol}", text(port.get("targetPort"))));
    page.field_if(0, "AppProtocol", port.get("appProtocol"));
    let node_port = number(port.get("nodePort"));
    if node_port != 0 {
        page.field(0, "NodePort", format_args!("{name}\t{node_port}/{protocol}"));
    }
    page.field(0, "Endpoints", endpoints(slices, &own));
}

/// The slices of a service, as the API shows them.
pub(super) fn slices_of(world: &World, namespace: &str, service: &str) -> Vec<Value> {
    let all = world.store.list(Kind::EndpointSlice, Some(namespace));
    let own = all.filter(|s| s.meta().labels.get(SERVICE_NAME_LABEL).is_some_and(|l| *l == *service));
    own.map(|slice| slice.to_value()).collect()
}

/// The first ready endpoints of a port, and how many more there are. Models formatEndpointSlices.
pub(super) fn endpoints(slices: &[Value], port_name: &str) -> String {
    if slices.is_empty() {
        return "<none>".to_owned();
    }
    let mut all = Vec::new();
    for slice in slices {
        let ready = |e: &&Value| e.at("conditions.ready").as_bool() != Some(false);
        let addresses = || {
            let ready = slice.get("endpoints").items().iter().filter(ready);
            ready.filter_map(|e| e.get("addresses").items().first()).map(text)
        };
        let ports = slice.get("ports").items();
        if ports.is_empty() {
            all.extend(addresses());
        }
        for port in ports.iter().filter(|p| text(p.get("name")) == port_name) {
            let number = number(port.get("port"));
            all.extend(addresses().map(|address| format!("{address}:{number}")));
        }
    }
    let more = all.len().saturating_sub(ENDPOINTS_MAX);
    all.truncate(ENDPOINTS_MAX);
    let named = all.join(",");
    if more == 0 { named } else { format!("{named} + {more} more...") }
}
