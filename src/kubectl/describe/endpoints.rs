//! Endpoints, the old form of EndpointSlices. Models describeEndpoints.

use super::page::{Page, text};
use crate::api::Value;

/// The text of Endpoints.
pub(super) fn describe(value: &Value, page: &mut Page) {
    let meta = value.get("metadata");
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.line(0, "Subsets:");
    for subset in value.get("subsets").items() {
        for (title, field) in [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")] {
            let ips: Vec<String> = subset.get(field).items().iter().map(|a| text(a.get("ip"))).collect();
            page.field(1, title, if ips.is_empty() { "<none>".to_owned() } else { ips.join(",") });
        }
        let ports = subset.get("ports").items();
        if !ports.is_empty() {
            page.line(1, "Ports:");
            page.line(2, "Name\tPort\tProtocol");
            page.line(2, "----\t----\t--------");
        }
        for port in ports {
            let name = port.get("name").as_str().filter(|n| !n.is_empty()).unwrap_or("<unset>");
            page.line(2, format_args!("{name}\t{}\t{}", text(port.get("port")), text(port.get("protocol"))));
        }
        page.line(0, "");
    }
}
