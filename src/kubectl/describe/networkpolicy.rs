//! NetworkPolicies in words. Models describeNetworkPolicy.

use super::Seen;
use super::page::{Page, joined, text, text_or};
use super::selector::line_or_none;
use crate::api::Value;

/// One of the two sides of a policy, and its words.
struct Side {
    policy_type: &'static str,
    name: &'static str,
    rules: &'static str,
    peers: &'static str,
    title: &'static str,
    unrestricted: &'static str,
}

const SIDES: [Side; 2] = [
    Side {
        policy_type: "Ingress",
        name: "ingress",
        rules: "ingress",
        peers: "from",
        title: "From",
        unrestricted: "source",
    },
    Side {
        policy_type: "Egress",
        name: "egress",
        rules: "egress",
        peers: "to",
        title: "To",
        unrestricted: "destination",
    },
];

/// The text of a NetworkPolicy.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec) = (seen.at("metadata"), seen.at("spec"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    let created = text(meta.get("creationTimestamp")).replace('T', " ").replace('Z', " +0000 UTC");
    page.field(0, "Created on", created);
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.line(0, "Spec:");
    let pods = match line_or_none(spec.get("podSelector")).as_str() {
        "<none>" => "<none> (Allowing the specific traffic to all pods in this namespace)".to_owned(),
        chosen => chosen.to_owned(),
    };
    page.line(1, format_args!("PodSelector:     {pods}"));
    let types = spec.get("policyTypes").items();
    for side in &SIDES {
        if types.iter().any(|t| t.as_str() == Some(side.policy_type)) {
            page.line(1, format_args!("Allowing {} traffic:", side.name));
            rules(page, spec.get(side.rules).items(), side);
        } else {
            page.line(1, format_args!("Not affecting {} traffic", side.name));
        }
    }
    let types = joined(types, ", ");
    page.line(1, format_args!("Policy Types: {}", if types.is_empty() { "<none>" } else { &types }));
}

/// Models printNetworkPolicySpecIngressFrom and printNetworkPolicySpecEgressTo.
fn rules(page: &mut Page, rules: &[Value], side: &Side) {
    if rules.is_empty() {
        page.line(2, format_args!("<none> (Selected pods are isolated for {} connectivity)", side.name));
    }
    for (i, rule) in rules.iter().enumerate() {
        let ports = rule.get("ports").items();
        if ports.is_empty() {
            page.line(2, "To Port: <any> (traffic allowed to all ports)");
        }
        for port in ports {
            let protocol = text_or(port.get("protocol"), "TCP");
            let number = text_or(port.get("port"), "<nil>");
            match port.get("endPort") {
                Value::Null => page.line(2, format_args!("To Port: {number}/{protocol}")),
                end => page.line(2, format_args!("To Port Range: {number}-{}/{protocol}", text(end))),
            }
        }
        let peers = rule.get(side.peers).items();
        if peers.is_empty() {
            let (title, what) = (side.title, side.unrestricted);
            page.line(2, format_args!("{title}: <any> (traffic not restricted by {what})"));
        }
        for peer in peers {
            page.line(2, format_args!("{}:", side.title));
            write_peer(page, peer);
        }
        if i + 1 < rules.len() {
            page.line(2, "----------");
        }
    }
}

fn write_peer(page: &mut Page, peer: &Value) {
    let (namespaces, pods, block) =
        (peer.get("namespaceSelector"), peer.get("podSelector"), peer.get("ipBlock"));
    for (title, selector) in [("NamespaceSelector", namespaces), ("PodSelector", pods)] {
        if !selector.is_null() {
            page.line(3, format_args!("{title}: {}", line_or_none(selector)));
        }
    }
    if namespaces.is_null() && pods.is_null() && !block.is_null() {
        page.line(3, "IPBlock:");
        page.line(4, format_args!("CIDR: {}", text(block.get("cidr"))));
        page.line(4, format_args!("Except: {}", joined(block.get("except").items(), ", ")));
    }
}
