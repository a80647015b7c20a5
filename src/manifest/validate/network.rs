//! NetworkPolicies and Ingresses. Models pkg/apis/networking/validation/validation.go.

use super::{
    Errors, address, forbidden, in_range, invalid, job, names, needs, one_of, or_empty, required, selector,
    text,
};
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

/// ValidateIPBlock.
fn ip_block(block: &Value, path: &Path, errors: &mut Errors) {
    if !needs(block.get("cidr"), &path.field("cidr"), errors) {
        return;
    }
    let Some(outer) = address::range(block.get("cidr"), &path.field("cidr"), errors) else { return };
    let list = path.field("except");
    for (i, except) in block.get("except").items().iter().enumerate() {
        let inner = address::range(except, &list.index(i), errors);
        if inner.is_some_and(|inner| !address::is_strictly_inside(inner, outer)) {
            invalid(except, "must be a strict subset of `cidr`", &list.index(i), errors);
        }
    }
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

/// ValidateIngressCreate: what was once said by an annotation must agree.
pub(super) fn ingress_create(object: &Value, errors: &mut Errors) {
    const CLASS: &str = "kubernetes.io/ingress.class";
    ingress(object, errors);
    let (note, class) = (object.at("metadata.annotations").get(CLASS), object.at("spec.ingressClassName"));
    if !note.is_null() && !class.is_null() && note != class {
        let root = Path::ROOT;
        let detail = "must match `ingressClassName` when both are specified";
        invalid(note, detail, &root.field("annotations").field(CLASS), errors);
    }
}

/// ValidateIngressClass.
pub(super) fn class(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let controller = object.at("spec.controller");
    if text(controller).len() > 250 {
        errors.push(FieldError::too_long(&path.field("controller"), 250));
    }
    job::domain_prefixed(controller, &path.field("controller"), errors);
    let (parameters, at) = (object.at("spec.parameters"), path.field("parameters"));
    if parameters.is_null() {
        return;
    }
    reference(parameters, &at, errors);
    let (scope, namespace) = (parameters.get("scope"), parameters.get("namespace"));
    one_of(scope, &["Cluster", "Namespace"], &at.field("scope"), errors);
    let at = at.field("namespace");
    match (text(scope), namespace.is_null()) {
        ("Namespace", true) => required("`parameters.scope` is set to 'Namespace'", &at, errors),
        ("Namespace", false) => names::check(namespace, names::label, &at, errors),
        ("Cluster", false) => forbidden("`parameters.scope` is set to 'Cluster'", &at, errors),
        _ => {}
    }
}

/// ValidateIngressClassUpdate.
pub(super) fn class_update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (now, was) = (new.at("spec.controller"), old.at("spec.controller"));
    super::immutable(now, was, &path.field("controller"), errors);
    class(new, errors);
}

/// validateIngressTypedLocalObjectReference.
pub(super) fn reference(to: &Value, path: &Path, errors: &mut Errors) {
    if !to.get("apiGroup").is_null() {
        names::check(to.get("apiGroup"), names::subdomain, &path.field("apiGroup"), errors);
    }
    for name in ["kind", "name"] {
        if needs(to.get(name), &path.field(name), errors) {
            names::check(to.get(name), names::path_segment, &path.field(name), errors);
        }
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
    let (place, at) = (or_empty(entry.get("path")), path.field("path"));
    let has = |part: &str| text(&place).contains(part);
    match text(kind) {
        "Exact" | "Prefix" => {
            if !text(&place).starts_with('/') {
                invalid(&place, "must be an absolute path", &at, errors);
            }
            for part in ["//", "/./", "/../", "%2f", "%2F"].into_iter().filter(|p| has(p)) {
                invalid(&place, &format!("must not contain '{part}'"), &at, errors);
            }
            for part in ["/..", "/."].into_iter().filter(|p| text(&place).ends_with(p)) {
                invalid(&place, &format!("cannot end with '{part}'"), &at, errors);
            }
        }
        "ImplementationSpecific" => {
            if !text(&place).is_empty() && !text(&place).starts_with('/') {
                invalid(&place, "must be an absolute path", &at, errors);
            }
        }
        _ => one_of(kind, &["Exact", "ImplementationSpecific", "Prefix"], &path.field("pathType"), errors),
    }
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
        (false, true) => reference(resource, &path.field("resource"), errors),
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
