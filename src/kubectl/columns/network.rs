//! Services, their endpoints, ingresses and policies. Models printers.go: printService and its neighbours.

use super::{Printed, col, created, labels, name, number, or, or_none, selector, text, wide};
use crate::api::{Time, Value};

pub(super) const SERVICE: Printed = Printed {
    kind: "Service",
    columns: &[
        col("Name"),
        col("Type"),
        col("Cluster-IP"),
        col("External-IP"),
        col("Port(s)"),
        col("Age"),
        wide("Selector"),
    ],
    cells: service,
};

pub(super) const ENDPOINTS: Printed = Printed {
    kind: "Endpoints",
    columns: &[col("Name"), col("Endpoints"), col("Age")],
    cells: |o, now| vec![name(o), endpoints(o), created(o, now)],
};

pub(super) const ENDPOINT_SLICE: Printed = Printed {
    kind: "EndpointSlice",
    columns: &[col("Name"), col("AddressType"), col("Ports"), col("Endpoints"), col("Age")],
    cells: endpoint_slice,
};

pub(super) const INGRESS: Printed = Printed {
    kind: "Ingress",
    columns: &[col("Name"), col("Class"), col("Hosts"), col("Address"), col("Ports"), col("Age")],
    cells: ingress,
};

pub(super) const INGRESS_CLASS: Printed = Printed {
    kind: "IngressClass",
    columns: &[col("Name"), col("Controller"), col("Parameters"), col("Age")],
    cells: |o, now| {
        let of = o.at("spec.parameters");
        let group = text(of.get("apiGroup"));
        let kind = text(of.get("kind")) + if group.is_empty() { "" } else { "." } + &group;
        let parameters =
            if of.is_null() { String::new() } else { format!("{kind}/{}", text(of.get("name"))) };
        vec![name(o), text(o.at("spec.controller")), or_none(parameters), created(o, now)]
    },
};

pub(super) const NETWORK_POLICY: Printed = Printed {
    kind: "NetworkPolicy",
    columns: &[col("Name"), col("Pod-Selector"), col("Age")],
    cells: |o, now| vec![name(o), selector(o.at("spec.podSelector")), created(o, now)],
};

fn texts(values: &[Value]) -> String {
    values.iter().map(text).collect::<Vec<_>>().join(",")
}

fn service(service: &Value, now: Time) -> Vec<String> {
    let spec = service.get("spec");
    let cluster_ip = match spec.get("clusterIPs").items() {
        [first, ..] => text(first),
        [] => text(spec.get("clusterIP")),
    };
    let ports: Vec<String> = spec.get("ports").items().iter().map(port).collect();
    vec![
        name(service),
        text(spec.get("type")),
        or_none(cluster_ip),
        external(service),
        or_none(ports.join(",")),
        created(service, now),
        labels(spec.get("selector")),
    ]
}

fn port(port: &Value) -> String {
    let node = match number(port.get("nodePort")) {
        0 => String::new(),
        n => format!(":{n}"),
    };
    format!("{}{node}/{}", number(port.get("port")), text(port.get("protocol")))
}

/// Where a service is reached from outside. Models printers.go: getServiceExternalIP.
fn external(service: &Value) -> String {
    let spec = service.get("spec");
    let own = texts(spec.get("externalIPs").items());
    match spec.get("type").as_str() {
        Some("LoadBalancer") => {
            let given = balancers(service.at("status.loadBalancer.ingress"));
            let all: Vec<&str> =
                [&given, &own].into_iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
            or(all.join(","), "<pending>")
        }
        Some("ExternalName") => text(spec.get("externalName")),
        _ => or_none(own),
    }
}

/// Addresses or names that a load balancer was given.
fn balancers(ingress: &Value) -> String {
    let of = |i: &Value| or(text(i.get("ip")), &text(i.get("hostname")));
    let mut all: Vec<String> = ingress.items().iter().map(of).filter(|t| !t.is_empty()).collect();
    all.sort();
    all.dedup();
    all.join(",")
}

/// The first few, and how many more.
fn first_three(all: &[String]) -> String {
    match all.len() {
        0 => "<none>".into(),
        1..=3 => all.join(","),
        n => format!("{} + {} more...", all[..3].join(","), n - 3),
    }
}

/// Models printers.go: formatEndpoints.
fn endpoints(endpoints: &Value) -> String {
    let mut all: Vec<String> = Vec::new();
    for subset in endpoints.get("subsets").items() {
        let addresses = subset.get("addresses").items().iter().map(|a| text(a.get("ip")));
        let ports = subset.get("ports").items();
        for address in addresses {
            match ports {
                [] => all.push(address),
                ports => all.extend(ports.iter().map(|p| format!("{address}:{}", number(p.get("port"))))),
            }
        }
    }
    first_three(&all)
}

fn endpoint_slice(slice: &Value, now: Time) -> Vec<String> {
    let ports: Vec<String> =
        slice.get("ports").items().iter().map(|p| or(text(p.get("port")), "*")).collect();
    let ports = if ports.is_empty() { "<unset>".into() } else { first_three(&ports) };
    let all = slice.get("endpoints").items().iter().flat_map(|e| e.get("addresses").items());
    let addresses: Vec<String> = all.map(text).collect();
    let addresses = if addresses.is_empty() { "<unset>".into() } else { first_three(&addresses) };
    vec![name(slice), text(slice.get("addressType")), ports, addresses, created(slice, now)]
}

fn ingress(ingress: &Value, now: Time) -> Vec<String> {
    let spec = ingress.get("spec");
    let hosts: Vec<String> = spec.get("rules").items().iter().map(|r| text(r.get("host"))).collect();
    let hosts: Vec<String> = hosts.into_iter().filter(|h| !h.is_empty()).collect();
    let hosts = if hosts.is_empty() { "*".into() } else { first_three(&hosts) };
    let ports = if spec.get("tls").items().is_empty() { "80" } else { "80, 443" };
    vec![
        name(ingress),
        or_none(text(spec.get("ingressClassName"))),
        hosts,
        balancers(ingress.at("status.loadBalancer.ingress")),
        ports.to_owned(),
        created(ingress, now),
    ]
}
