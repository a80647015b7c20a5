//! Leases, EndpointSlices, namespaces and nodes. Models pkg/apis/coordination/validation, pkg/apis/discovery/validation, and
//! pkg/apis/core/validation/validation.go: ValidateNamespace, ValidateNode.

use super::{
    Errors, Seen, address, affinity, forbidden, immutable, invalid, names, needs, not_negative, one_of,
    or_empty, required, service, text,
};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use std::net::IpAddr;

/// ValidateLeaseSpec.
pub(super) fn lease(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    let seconds = spec.get("leaseDurationSeconds");
    if seconds.as_int().is_some_and(|n| n <= 0) {
        invalid(seconds, "must be greater than 0", &path.field("leaseDurationSeconds"), errors);
    }
    not_negative(spec.get("leaseTransitions"), &path.field("leaseTransitions"), errors);
    let (strategy, at) = (spec.get("strategy"), path.field("strategy"));
    if text(strategy).contains('/') {
        names::check(strategy, names::qualified, &at.field("strategy"), errors);
    } else {
        one_of(strategy, &["OldestEmulationVersion"], &at.field("strategy"), errors);
    }
    if !text(spec.get("preferredHolder")).is_empty() && text(strategy).is_empty() {
        let detail = "may only be specified if `strategy` is defined";
        forbidden(detail, &path.field("preferredHolder"), errors);
    }
}
pub(super) fn lease_update(new: &Value, _: &Value, errors: &mut Errors) {
    lease(new, errors);
}

/// ValidateEndpointSlice.
pub(super) fn slice(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let (kind, at) = (object.get("addressType"), root.field("addressType"));
    if needs(kind, &at, errors) {
        one_of(kind, &["FQDN", "IPv4", "IPv6"], &at, errors);
    }
    let (list, mut seen) = (root.field("ports"), Seen::default());
    for (i, port) in object.get("ports").items().iter().enumerate() {
        let at = list.index(i);
        let name = or_empty(port.get("name"));
        if !text(&name).is_empty() {
            names::check(&name, names::label, &at.field("name"), errors);
        }
        if !seen.insert(text(&name)) {
            errors.push(FieldError::duplicate(&at.field("name"), &name));
        }
        one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"], &at.field("protocol"), errors);
        if !port.get("appProtocol").is_null() {
            names::check(port.get("appProtocol"), names::qualified, &at.field("appProtocol"), errors);
        }
    }
    let list = root.field("endpoints");
    let endpoints = object.get("endpoints").items();
    if endpoints.len() > 1000 {
        return errors.push(FieldError::too_many(&list, endpoints.len(), 1000));
    }
    for (i, endpoint) in endpoints.iter().enumerate() {
        self::endpoint(endpoint, text(kind), &list.index(i), errors);
    }
}

fn endpoint(endpoint: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let (addresses, list) = (endpoint.get("addresses").items(), path.field("addresses"));
    if addresses.is_empty() {
        required("must contain at least 1 address", &list, errors);
    } else if addresses.len() > 100 {
        errors.push(FieldError::too_many(&list, addresses.len(), 100));
    }
    for (i, value) in addresses.iter().enumerate().filter(|_| matches!(kind, "IPv4" | "IPv6")) {
        let (at, before) = (list.index(i), errors.len());
        let found = address::ip(value, &at, errors);
        if let Some(ip) = found.filter(|_| kind == "IPv6" && errors.len() == before)
            && ip.to_string() != text(value)
        {
            invalid(value, &format!("must be in canonical form (\"{ip}\")"), &at, errors);
        }
        if let Some(ip) = found.filter(|_| errors.len() == before) {
            if matches!(ip, IpAddr::V4(_)) != (kind == "IPv4") {
                invalid(value, &format!("must be an {kind} address"), &list, errors);
            }
            service::endpoint_ip(value, ip, &at, errors);
        }
    }
    if !endpoint.get("nodeName").is_null() {
        names::check(endpoint.get("nodeName"), names::subdomain, &path.field("nodeName"), errors);
    }
    if !endpoint.get("hostname").is_null() {
        names::check(endpoint.get("hostname"), names::label, &path.field("hostname"), errors);
    }
}

/// ValidateEndpointSliceUpdate.
pub(super) fn slice_update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    slice(new, errors);
    immutable(new.get("addressType"), old.get("addressType"), &root.field("addressType"), errors);
}

/// How strict a namespace is with its pods. Models staging k8s.io/pod-security-admission api/helpers.go: PolicyToEvaluate.
pub(super) fn pod_security(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let metadata = root.field("metadata");
    let at = metadata.field("labels");
    let labels = object.at("metadata.labels");
    for mode in ["enforce", "audit", "warn"] {
        let name = format!("pod-security.kubernetes.io/{mode}");
        let level = labels.get(&name);
        if level.as_str().is_some_and(|l| !matches!(l, "privileged" | "baseline" | "restricted")) {
            invalid(level, "must be one of privileged, baseline, restricted", &at.key(&name), errors);
        }
        let name = name + "-version";
        let version = labels.get(&name);
        let minor = text(version).strip_prefix("v1.");
        let good = |n: &str| n.parse::<u32>().is_ok_and(|number| number.to_string() == n);
        if !version.is_null() && text(version) != "latest" && !minor.is_some_and(good) {
            invalid(version, "must be \"latest\" or \"v1.x\"", &at.key(&name), errors);
        }
    }
}
pub(super) fn namespace_update(new: &Value, _: &Value, errors: &mut Errors) {
    pod_security(new, errors);
}

/// ValidateNamespace.
pub(super) fn namespace(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    pod_security(object, errors);
    let path = root.field("spec");
    let at = path.field("finalizers");
    for name in object.at("spec.finalizers").items() {
        names::check(name, names::qualified, &at, errors);
        let standard = matches!(text(name), "kubernetes" | "orphan" | "foregroundDeletion");
        if !text(name).contains('/') && !standard {
            invalid(name, "name is neither a standard finalizer name nor is it fully qualified", &at, errors);
        }
    }
}

/// validateNodeTaints.
pub(super) fn node(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (list, mut seen) = (path.field("taints"), Seen::default());
    for (i, taint) in object.at("spec.taints").items().iter().enumerate() {
        let at = list.index(i);
        names::check(&or_empty(taint.get("key")), names::qualified, &at.field("key"), errors);
        let wrong = names::label_value(text(taint.get("value")));
        if !wrong.is_empty() {
            invalid(taint.get("value"), &wrong.join(";"), &at.field("value"), errors);
        }
        affinity::taint_effect(taint.get("effect"), &at.field("effect"), errors);
        if !seen.insert(&format!("{} {}", text(taint.get("key")), text(taint.get("effect")))) {
            let mut twice = FieldError::duplicate(&at, taint);
            twice.value = Some(crate::manifest::internal::dump("Taint", taint));
            twice.detail = "taints must be unique by key and effect pair".into();
            errors.push(twice);
        }
    }
}
pub(super) fn node_update(new: &Value, _: &Value, errors: &mut Errors) {
    node(new, errors);
}
