//! NetworkPolicies and Ingresses. Models pkg/apis/networking/validation/validation.go.

use super::{Errors, in_range, names, one_of, selector, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use std::net::IpAddr;

/// ValidateNetworkPolicySpec.
pub(super) fn policy(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    selector::check(spec.get("podSelector"), &path.field("podSelector"), errors);
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        let list = path.field(rules);
        for (i, rule) in spec.get(rules).items().iter().enumerate() {
            let at = list.index(i);
            let ports = at.field("ports");
            for (j, port) in rule.get("ports").items().iter().enumerate() {
                policy_port(port, &ports.index(j), errors);
            }
            let all = at.field(peers);
            for (j, peer) in rule.get(peers).items().iter().enumerate() {
                policy_peer(peer, &all.index(j), errors);
            }
        }
    }
    let types = spec.get("policyTypes");
    let at = path.field("policyTypes");
    if types.items().len() > 2 {
        errors.push(FieldError::invalid(&at, types, "may not specify more than two policyTypes"));
        return;
    }
    for (i, word) in types.items().iter().enumerate() {
        one_of(word, &["Ingress", "Egress"], &at.index(i), errors);
    }
}

pub(super) fn policy_update(new: &Value, _: &Value, errors: &mut Errors) {
    policy(new, errors);
}

fn policy_port(port: &Value, path: &Path, errors: &mut Errors) {
    one_of(port.get("protocol"), &["TCP", "UDP", "SCTP"], &path.field("protocol"), errors);
    let (number, end) = (port.get("port"), port.get("endPort"));
    let (at, end_at) = (path.field("port"), path.field("endPort"));
    match number {
        Value::Str(_) => {
            if !end.is_null() {
                errors.push(FieldError::invalid(
                    &end_at,
                    end,
                    "may not be specified when `port` is non-numeric",
                ));
            }
            names::check(number, names::port_name, &at, errors);
        }
        Value::Int(first) => {
            in_range(number, 1, 65535, &at, errors);
            if end.as_int().is_some_and(|last| last < *first) {
                errors.push(FieldError::invalid(&end_at, number, "must be greater than or equal to `port`"));
            }
            in_range(end, 1, 65535, &end_at, errors);
        }
        _ if !end.is_null() => {
            errors.push(FieldError::invalid(
                &end_at,
                end,
                "may not be specified when `port` is not specified",
            ));
        }
        _ => {}
    }
}

fn policy_peer(peer: &Value, path: &Path, errors: &mut Errors) {
    let mut count = 0;
    for name in ["podSelector", "namespaceSelector"] {
        if !peer.get(name).is_null() {
            count += 1;
            selector::check(peer.get(name), &path.field(name), errors);
        }
    }
    let block = peer.get("ipBlock");
    if !block.is_null() {
        ip_block(block, &path.field("ipBlock"), errors);
        if count > 0 {
            errors.push(FieldError::forbidden(path, "may not specify both ipBlock and another peer"));
        }
    } else if count == 0 {
        errors.push(FieldError::required(path, "must specify a peer"));
    }
}

const CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

fn ip_block(block: &Value, path: &Path, errors: &mut Errors) {
    let cidr = block.get("cidr");
    if text(cidr).is_empty() {
        errors.push(FieldError::required(&path.field("cidr"), ""));
        return;
    }
    let Some(outer) = read_cidr(text(cidr)) else {
        errors.push(FieldError::invalid(&path.field("cidr"), cidr, CIDR));
        return;
    };
    let list = path.field("except");
    for (i, except) in block.get("except").items().iter().enumerate() {
        match read_cidr(text(except)) {
            None => errors.push(FieldError::invalid(&list.index(i), except, CIDR)),
            Some(inner) if !is_strictly_inside(inner, outer) => {
                errors.push(FieldError::invalid(&list.index(i), except, "must be a strict subset of `cidr`"));
            }
            Some(_) => {}
        }
    }
}

/// Base address as bits (those of IPv4 first in a line of 128), length of the prefix, and is it IPv4?
fn read_cidr(text: &str) -> Option<(u128, u32, bool)> {
    let (address, length) = text.split_once('/')?;
    let length: u32 = length.parse().ok()?;
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(ip) if length <= 32 => Some((u128::from(u32::from(ip)) << 96, length, true)),
        IpAddr::V6(ip) if length <= 128 => Some((ip.into(), length, false)),
        _ => None,
    }
}

fn is_strictly_inside(inner: (u128, u32, bool), outer: (u128, u32, bool)) -> bool {
    let prefix = |bits: u128| bits.checked_shr(128 - outer.1).unwrap_or(0);
    inner.2 == outer.2 && inner.1 > outer.1 && prefix(inner.0) == prefix(outer.0)
}

/// ValidateIngressSpec.
pub(super) fn ingress(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    let rules = spec.get("rules").items();
    if rules.is_empty() && spec.get("defaultBackend").is_null() {
        let detail = "either `defaultBackend` or `rules` must be specified";
        errors.push(FieldError::invalid(&path, &Value::Null, detail));
    }
    if !spec.get("defaultBackend").is_null() {
        backend(spec.get("defaultBackend"), &path.field("defaultBackend"), errors);
    }
    let list = path.field("rules");
    for (i, rule) in rules.iter().enumerate() {
        let at = list.index(i);
        host(rule.get("host"), &at.field("host"), errors);
        if !rule.get("http").is_null() {
            http(rule.get("http"), &at.field("http"), errors);
        }
    }
    let list = path.field("tls");
    for (i, tls) in spec.get("tls").items().iter().enumerate() {
        let at = list.index(i);
        let hosts = at.field("hosts");
        for (j, name) in tls.get("hosts").items().iter().enumerate() {
            dns_name(name, &hosts.index(j), errors);
        }
        if !text(tls.get("secretName")).is_empty() {
            names::check(tls.get("secretName"), names::subdomain, &at.field("secretName"), errors);
        }
    }
    if !spec.get("ingressClassName").is_null() {
        names::check(spec.get("ingressClassName"), names::subdomain, &path.field("ingressClassName"), errors);
    }
}

pub(super) fn ingress_update(new: &Value, _: &Value, errors: &mut Errors) {
    ingress(new, errors);
}

fn host(value: &Value, path: &Path, errors: &mut Errors) {
    let name = text(value);
    if name.is_empty() {
        return;
    }
    if name.parse::<IpAddr>().is_ok() {
        errors.push(FieldError::invalid(path, value, "must be a DNS name, not an IP address"));
    }
    dns_name(value, path, errors);
}

fn dns_name(value: &Value, path: &Path, errors: &mut Errors) {
    let rule = if text(value).contains('*') { names::wildcard } else { names::subdomain };
    names::check(value, rule, path, errors);
}

/// validateHTTPIngressRuleValue.
fn http(http: &Value, path: &Path, errors: &mut Errors) {
    let list = path.field("paths");
    let paths = http.get("paths").items();
    if paths.is_empty() {
        errors.push(FieldError::required(&list, ""));
    }
    for (i, entry) in paths.iter().enumerate() {
        http_path(entry, &list.index(i), errors);
    }
}

fn http_path(entry: &Value, path: &Path, errors: &mut Errors) {
    let kind = entry.get("pathType");
    if kind.is_null() {
        errors.push(FieldError::required(&path.field("pathType"), "pathType must be specified"));
        return;
    }
    let (place, at) = (text(entry.get("path")), path.field("path"));
    let shown = Value::from(place.to_owned());
    let exact = matches!(text(kind), "Exact" | "Prefix");
    if !place.starts_with('/') && (exact || (!place.is_empty() && text(kind) == "ImplementationSpecific")) {
        errors.push(FieldError::invalid(&at, &shown, "must be an absolute path"));
    }
    if exact {
        for part in ["//", "/./", "/../", "%2f", "%2F"].into_iter().filter(|p| place.contains(p)) {
            errors.push(FieldError::invalid(&at, &shown, &format!("must not contain '{part}'")));
        }
        for part in ["/..", "/."].into_iter().filter(|p| place.ends_with(p)) {
            errors.push(FieldError::invalid(&at, &shown, &format!("cannot end with '{part}'")));
        }
    }
    one_of(kind, &["Exact", "ImplementationSpecific", "Prefix"], &path.field("pathType"), errors);
    backend(entry.get("backend"), &path.field("backend"), errors);
}

/// validateIngressBackend.
fn backend(backend: &Value, path: &Path, errors: &mut Errors) {
    let (resource, service) = (backend.get("resource"), backend.get("service"));
    let empty = Value::from("");
    match (resource.is_null(), service.is_null()) {
        (false, false) => {
            errors.push(FieldError::invalid(path, &empty, "cannot set both resource and service backends"))
        }
        (true, true) => {
            errors.push(FieldError::invalid(path, &empty, "resource or service backend is required"))
        }
        (false, true) => {}
        (true, false) => {
            let at = path.field("service");
            if text(service.get("name")).is_empty() {
                errors.push(FieldError::required(&at.field("name"), ""));
            } else {
                names::check(service.get("name"), names::label, &at.field("name"), errors);
            }
            let port = service.get("port");
            let port_at = at.field("port");
            let number = port.get("number").as_int().unwrap_or(0);
            match (text(port.get("name")), number) {
                ("", 0) => errors.push(FieldError::required(path, "port name or number is required")),
                ("", _) => in_range(port.get("number"), 1, 65535, &port_at.field("number"), errors),
                (_, 0) => names::check(port.get("name"), names::port_name, &port_at.field("name"), errors),
                _ => {
                    errors.push(FieldError::invalid(path, &empty, "cannot set both port name & port number"))
                }
            }
        }
    }
}
