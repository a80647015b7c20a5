//! Ingresses, with the endpoints behind their services. Models describeIngressV1.

use super::Seen;
use super::page::{Page, joined, number, text, text_or};
use super::service::{endpoints, slices_of};
use crate::api::{Kind, Value};

/// The text of an Ingress.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec) = (seen.at("metadata"), seen.at("spec"));
    page.field(0, "Name", text(meta.get("name")));
    page.labels("Labels", meta.get("labels"));
    page.field(0, "Namespace", text(meta.get("namespace")));
    let entrances = seen.at("status.loadBalancer.ingress").items().iter();
    let mut addresses: Vec<String> = entrances
        .map(|i| if i.get("ip").is_null() { text(i.get("hostname")) } else { text(i.get("ip")) })
        .collect();
    addresses.sort();
    addresses.dedup();
    page.field(0, "Address", addresses.join(","));
    page.field(0, "Ingress Class", text_or(spec.get("ingressClassName"), "<none>"));
    let default = match spec.get("defaultBackend") {
        Value::Null => "<default>".to_owned(),
        backend => target(seen, backend),
    };
    page.field(0, "Default backend", &default);
    let tls = spec.get("tls").items();
    if !tls.is_empty() {
        page.line(0, "TLS:");
    }
    for entry in tls {
        let hosts = joined(entry.get("hosts").items(), ",");
        match text(entry.get("secretName")) {
            name if name.is_empty() => page.line(1, format_args!("SNI routes {hosts}")),
            name => page.line(1, format_args!("{name} terminates {hosts}")),
        }
    }
    page.line(0, "Rules:\n  Host\tPath\tBackends");
    page.line(1, "----\t----\t--------");
    let rules: Vec<&Value> = spec.get("rules").items().iter().filter(|r| !r.get("http").is_null()).collect();
    for rule in &rules {
        let host = text(rule.get("host"));
        page.line(1, format_args!("{}\t", if host.is_empty() { "*" } else { &host }));
        for path in rule.at("http.paths").items() {
            let (path, target) = (text(path.get("path")), target(seen, path.get("backend")));
            page.line(2, format_args!("\t{path} \t{target}"));
        }
    }
    if rules.is_empty() {
        page.line(1, format_args!("*\t*\t{default}"));
    }
    page.annotations("Annotations", meta.get("annotations"));
}

/// `web:80 (10.244.1.2:80)`. Models describeBackendV1.
fn target(seen: &Seen, backend: &Value) -> String {
    let (service, resource) = (backend.get("service"), backend.get("resource"));
    if service.is_null() {
        let group = text_or(resource.get("apiGroup"), "<none>");
        let (kind, name) = (text(resource.get("kind")), text(resource.get("name")));
        return format!("APIGroup: {group}, Kind: {kind}, Name: {name}");
    }
    let name = text(service.get("name"));
    let (port, port_name) = (number(service.at("port.number")), text(service.at("port.name")));
    let said = if port == 0 { port_name.clone() } else { port.to_string() };
    let namespace = &seen.object.meta().namespace;
    let Some(found) = seen.world.store.lookup(Kind::Service, namespace, &name) else {
        return format!("{name}:{said} (<error: services \"{name}\" not found>)");
    };
    let ports = found.to_value();
    let meant = ports.at("spec.ports").items().iter().rfind(|p| {
        (port != 0 && number(p.get("port")) == port)
            || (!port_name.is_empty() && text(p.get("name")) == port_name)
    });
    let meant = meant.map(|p| text(p.get("name"))).unwrap_or_default();
    format!("{name}:{said} ({})", endpoints(&slices_of(seen.world, namespace, &name), &meant))
}
