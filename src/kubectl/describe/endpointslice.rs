//! EndpointSlices. Models describeEndpointSliceV1.

use super::Seen;
use super::page::{Page, joined, text, text_or};

/// The text of an EndpointSlice.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let meta = seen.at("metadata");
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "AddressType", text(seen.at("addressType")));
    let (ports, endpoints) = (seen.at("ports").items(), seen.at("endpoints").items());
    if ports.is_empty() {
        page.line(0, "Ports: <unset>");
    } else {
        page.line(0, "Ports:");
        page.line(1, "Name\tPort\tProtocol");
        page.line(1, "----\t----\t--------");
    }
    for port in ports {
        let name = text(port.get("name"));
        let name = if name.is_empty() { "<unset>" } else { &name };
        let (number, protocol) = (text_or(port.get("port"), "<unset>"), text(port.get("protocol")));
        page.line(1, format_args!("{name}\t{number}\t{protocol}"));
    }
    if endpoints.is_empty() {
        page.line(0, "Endpoints: <none>");
    } else {
        page.line(0, "Endpoints:");
    }
    for endpoint in endpoints {
        let addresses = joined(endpoint.get("addresses").items(), ", ");
        let or_unset = |path: &str| text_or(endpoint.at(path), "<unset>");
        page.field(1, "- Addresses", if addresses.is_empty() { "<none>" } else { &addresses });
        page.line(2, "Conditions:");
        page.field(3, "Ready", or_unset("conditions.ready"));
        page.field(2, "Hostname", or_unset("hostname"));
        let target = endpoint.get("targetRef");
        if !target.is_null() {
            let (kind, name) = (text(target.get("kind")), text(target.get("name")));
            page.field(2, "TargetRef", format_args!("{kind}/{name}"));
        }
        page.field(2, "NodeName", or_unset("nodeName"));
        page.field(2, "Zone", or_unset("zone"));
    }
}
