//! Services. Models pkg/apis/core/validation/validation.go: ValidateService.

use super::{Errors, Seen, in_range, names, one_of, probe, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use std::net::IpAddr;

pub(super) fn create(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    spec(object.get("spec"), &path, errors);
}

/// ValidateServiceUpdate: an address stays while the type has one.
pub(super) fn update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (new, old) = (new.get("spec"), old.get("spec"));
    let external = |s: &Value| text(s.get("type")) == "ExternalName";
    let (was, now) = (text(old.get("clusterIP")), text(new.get("clusterIP")));
    if !external(new) && !external(old) && !was.is_empty() && !now.is_empty() && now != was {
        let list = path.field("clusterIPs");
        let shown = Value::from(vec![now.to_owned()]);
        errors.push(FieldError::invalid(&list.index(0), &shown, "may not change once set"));
    }
    spec(new, &path, errors);
}

fn spec(spec: &Value, path: &Path, errors: &mut Errors) {
    let kind = text(spec.get("type")).to_owned();
    let headless = text(spec.get("clusterIP")) == "None";
    if spec.get("ports").items().is_empty() && !headless && kind != "ExternalName" {
        errors.push(FieldError::required(&path.field("ports"), ""));
    }
    by_type(spec, &kind, headless, path, errors);
    ports(spec, headless, path, errors);
    names::labels(spec.get("selector"), &path.field("selector"), errors);
    let affinity = spec.get("sessionAffinity");
    if text(affinity).is_empty() {
        errors.push(FieldError::required(&path.field("sessionAffinity"), ""));
    } else {
        one_of(affinity, &["ClientIP", "None"], &path.field("sessionAffinity"), errors);
    }
    addresses(spec, &kind, path, errors);
    one_of(
        spec.get("type"),
        &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
        &path.field("type"),
        errors,
    );
    node_ports(spec, &kind, path, errors);
    traffic(spec, &kind, path, errors);
}

fn by_type(spec: &Value, kind: &str, headless: bool, path: &Path, errors: &mut Errors) {
    match kind {
        "LoadBalancer" => {
            let ports = path.field("ports");
            for (i, port) in spec.get("ports").items().iter().enumerate() {
                if port.get("port").as_int() == Some(10250) {
                    let detail = "may not expose port 10250 externally since it is used by kubelet";
                    errors.push(FieldError::invalid(&ports.index(i).field("port"), port.get("port"), detail));
                }
            }
            if headless {
                no_headless("may not be set to 'None' for LoadBalancer services", path, errors);
            }
        }
        "NodePort" if headless => no_headless("may not be set to 'None' for NodePort services", path, errors),
        "ExternalName" => {
            if !text(spec.get("clusterIP")).is_empty() {
                let detail = "may not be set for ExternalName services";
                errors.push(FieldError::forbidden(&path.field("clusterIPs"), detail));
            }
            let name = text(spec.get("externalName"));
            let plain = name.strip_suffix('.').unwrap_or(name);
            let at = path.field("externalName");
            if plain.is_empty() {
                errors.push(FieldError::required(&at, ""));
            } else {
                let value = Value::from(plain.to_owned());
                names::check(&value, names::subdomain, &at, errors);
            }
        }
        _ => {}
    }
}

fn no_headless(detail: &str, path: &Path, errors: &mut Errors) {
    let list = path.field("clusterIPs");
    errors.push(FieldError::invalid(&list.index(0), &Value::from("None"), detail));
}

fn ports(spec: &Value, headless: bool, path: &Path, errors: &mut Errors) {
    let list = path.field("ports");
    let all = spec.get("ports").items();
    let mut seen = Seen::default();
    for (i, port) in all.iter().enumerate() {
        let at = list.index(i);
        let name = text(port.get("name"));
        if name.is_empty() && all.len() > 1 {
            errors.push(FieldError::required(&at.field("name"), ""));
        } else if !name.is_empty() {
            names::check(port.get("name"), names::label, &at.field("name"), errors);
            if !seen.insert(name) {
                errors.push(FieldError::duplicate(&at.field("name"), port.get("name")));
            }
        }
        let number = port.get("port");
        let number = if number.is_null() { &Value::Int(0) } else { number };
        in_range(number, 1, 65535, &at.field("port"), errors);
        if text(port.get("protocol")).is_empty() {
            errors.push(FieldError::required(&at.field("protocol"), ""));
        } else {
            one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"], &at.field("protocol"), errors);
        }
        let target = port.get("targetPort");
        probe::port(target, &at.field("targetPort"), errors);
        let differs = headless && matches!(target, Value::Int(_)) && target != number;
        if differs && text(spec.get("type")) == "ExternalName" {
            let detail = "must be equal to the value of 'port' when clusterIP = None";
            errors.push(FieldError::invalid(&at.field("targetPort"), target, detail));
        }
    }
    // Two ports may not be the same in number and protocol.
    let mut taken = Seen::default();
    for (i, port) in all.iter().enumerate() {
        let key = format!("{}/{}", port.get("port").as_int().unwrap_or(0), text(port.get("protocol")));
        if !taken.insert(&key) {
            let shown = crate::record! { "port" => port.get("port").clone(), "protocol" => port.get("protocol").clone() };
            errors.push(FieldError::duplicate(&list.index(i), &shown));
        }
    }
}

fn addresses(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let ip = spec.get("clusterIP");
    let given = text(ip);
    if kind != "ExternalName" && !given.is_empty() && given != "None" && given.parse::<IpAddr>().is_err() {
        let list = path.field("clusterIPs");
        errors.push(FieldError::invalid(
            &list.index(0),
            ip,
            "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
        ));
    }
    let list = path.field("externalIPs");
    for (i, value) in spec.get("externalIPs").items().iter().enumerate() {
        let at = list.index(i);
        match text(value).parse::<IpAddr>() {
            Err(_) => {
                let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
                errors.push(FieldError::invalid(&at, value, detail));
            }
            Ok(ip) if ip.is_loopback() => {
                let detail = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
                errors.push(FieldError::invalid(&at, value, detail));
            }
            Ok(ip) if ip.is_unspecified() => {
                let detail = format!("may not be unspecified ({})", text(value));
                errors.push(FieldError::invalid(&at, value, &detail));
            }
            Ok(_) => {}
        }
    }
}

fn node_ports(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let list = path.field("ports");
    if kind == "ClusterIP" {
        for (i, port) in spec.get("ports").items().iter().enumerate() {
            if port.get("nodePort").as_int().unwrap_or(0) != 0 {
                let detail = "may not be used when `type` is 'ClusterIP'";
                errors.push(FieldError::forbidden(&list.index(i).field("nodePort"), detail));
            }
        }
    }
    let class = spec.get("loadBalancerClass");
    if kind != "LoadBalancer" && !class.is_null() {
        let detail = "may only be used when `type` is 'LoadBalancer'";
        errors.push(FieldError::forbidden(&path.field("loadBalancerClass"), detail));
    }
    if kind != "LoadBalancer" && !spec.get("allocateLoadBalancerNodePorts").is_null() {
        let detail = "may only be used when `type` is 'LoadBalancer'";
        errors.push(FieldError::forbidden(&path.field("allocateLoadBalancerNodePorts"), detail));
    }
}

/// validateServiceExternalTrafficPolicy and validateServiceInternalTrafficFieldsValue.
fn traffic(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let external = spec.get("externalTrafficPolicy");
    let outside = matches!(kind, "NodePort" | "LoadBalancer") || !spec.get("externalIPs").items().is_empty();
    let at = path.field("externalTrafficPolicy");
    if !outside && !external.is_null() {
        errors.push(FieldError::invalid(&at, external, "may only be set for externally-accessible services"));
    } else {
        one_of(external, &["Cluster", "Local"], &at, errors);
    }
    one_of(
        spec.get("internalTrafficPolicy"),
        &["Cluster", "Local"],
        &path.field("internalTrafficPolicy"),
        errors,
    );
}
