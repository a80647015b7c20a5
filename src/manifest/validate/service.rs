//! Services. Models pkg/apis/core/validation/validation.go: ValidateServiceCreate, ValidateServiceUpdate.

use super::{
    Errors, Seen, address, forbidden, in_range, invalid, names, needs, not_supported, one_of, probe,
    required, text,
};
use crate::api::Value;
use crate::manifest::field::{Fault, FieldError, Path};
use crate::manifest::internal;
use crate::record;
use std::net::IpAddr;

pub(super) fn create(object: &Value, errors: &mut Errors) {
    service(object, Value::nothing(), errors);
}

/// ValidateServiceUpdate: an address stays while the type has one.
pub(super) fn update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (spec, before) = (new.get("spec"), old.get("spec"));
    let external = |s: &Value| text(s.get("type")) == "ExternalName";
    let headless = |s: &Value| text(s.get("clusterIP")) == "None";
    if !external(spec) && !external(before) {
        let (now, was) = (cluster_ips(spec, before), cluster_ips(before, Value::nothing()));
        let first = |list: &[Value]| text(list.first().unwrap_or(Value::nothing())).to_owned();
        let both = headless(spec) && headless(before);
        if !both && !was.is_empty() && !now.is_empty() && first(&now) != first(&was) {
            let list = path.field("clusterIPs");
            invalid(&Value::from(now), "may not change once set", &list.index(0), errors);
        }
        let (now, was) = (spec.get("ipFamilies"), before.get("ipFamilies"));
        let first = |list: &Value| text(list.items().first().unwrap_or(Value::nothing())).to_owned();
        let apart =
            !headless(spec) && !headless(before) && !now.items().is_empty() && !was.items().is_empty();
        if apart && first(now) != first(was) {
            let list = path.field("ipFamilies");
            invalid(now, "may not change once set", &list.index(0), errors);
        }
    }
    let class = |s: &Value| s.get("loadBalancerClass").clone();
    let balanced = |s: &Value| text(s.get("type")) == "LoadBalancer";
    if balanced(spec) && balanced(before) && class(spec) != class(before) {
        invalid(&class(spec), "may not change once set", &path.field("loadBalancerClass"), errors);
    }
    service(new, before, errors);
}

/// All virtual addresses; the one stands for all where only it was given or changed.
/// Models pkg/registry/core/service/strategy.go: NormalizeClusterIPs.
fn cluster_ips(spec: &Value, old: &Value) -> Vec<Value> {
    let list = spec.get("clusterIPs");
    if list.items().is_empty() || list == old.get("clusterIPs") {
        let first = spec.get("clusterIP");
        let rest = list.items().iter().skip(1);
        let all = std::iter::once(first).chain(rest);
        return if text(first).is_empty() { Vec::new() } else { all.cloned().collect() };
    }
    list.items().to_vec()
}

/// validateService; `old` is the spec that was.
fn service(object: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    let kind = text(spec.get("type")).to_owned();
    let ips = cluster_ips(spec, old);
    let headless = ips.len() == 1 && text(&ips[0]) == "None";
    if spec.get("ports").items().is_empty() && !headless && kind != "ExternalName" {
        required("", &path.field("ports"), errors);
    }
    by_type(spec, &kind, headless, &ips, &path, errors);
    ports(spec, &path.field("ports"), errors);
    names::labels(spec.get("selector"), &path.field("selector"), errors);
    affinity(spec, &path, errors);
    if kind != "ExternalName" {
        addresses(spec, &ips, headless, &path, errors);
    }
    let list = path.field("externalIPs");
    for (i, value) in spec.get("externalIPs").items().iter().enumerate() {
        let before = errors.len();
        let found = address::ip(value, &list.index(i), errors);
        if let Some(ip) = found.filter(|_| errors.len() == before) {
            endpoint_ip(value, ip, &list.index(i), errors);
        }
    }
    one_of(
        spec.get("type"),
        &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
        &path.field("type"),
        errors,
    );
    same_ports(spec, &kind, &path.field("ports"), errors);
    balancer(spec, &kind, &path, errors);
    traffic(spec, &kind, &path, errors);
}

fn by_type(spec: &Value, kind: &str, headless: bool, ips: &[Value], path: &Path, errors: &mut Errors) {
    let list = path.field("clusterIPs");
    match kind {
        "LoadBalancer" | "NodePort" if headless => {
            let detail = format!("may not be set to 'None' for {kind} services");
            invalid(&ips[0], &detail, &list.index(0), errors);
        }
        "ExternalName" => {
            let detail = "may not be set for ExternalName services";
            let families = !spec.get("ipFamilies").items().is_empty();
            let policy = !spec.get("ipFamilyPolicy").is_null();
            for (set, name) in
                [(!ips.is_empty(), "clusterIPs"), (families, "ipFamilies"), (policy, "ipFamilyPolicy")]
            {
                if set {
                    forbidden(detail, &path.field(name), errors);
                }
            }
            let name = text(spec.get("externalName"));
            let plain = Value::from(name.strip_suffix('.').unwrap_or(name).to_owned());
            let at = path.field("externalName");
            if needs(&plain, &at, errors) {
                names::check(&plain, names::subdomain, &at, errors);
            }
        }
        _ => {}
    }
}

/// validateServicePort of each.
fn ports(spec: &Value, list: &Path, errors: &mut Errors) {
    let all = spec.get("ports").items();
    let mut seen = Seen::default();
    for (i, port) in all.iter().enumerate() {
        let at = list.index(i);
        let name = text(port.get("name"));
        if name.is_empty() && all.len() > 1 {
            required("", &at.field("name"), errors);
        } else if !name.is_empty() {
            names::check(port.get("name"), names::label, &at.field("name"), errors);
            if !seen.insert(name) {
                errors.push(FieldError::duplicate(&at.field("name"), port.get("name")));
            }
        }
        let number = Value::Int(port.get("port").as_int().unwrap_or(0));
        in_range(&number, 1, 65535, &at.field("port"), errors);
        if needs(port.get("protocol"), &at.field("protocol"), errors) {
            one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"], &at.field("protocol"), errors);
        }
        probe::port(port.get("targetPort"), &at.field("targetPort"), errors);
        if !port.get("appProtocol").is_null() {
            names::check(port.get("appProtocol"), names::qualified, &at.field("appProtocol"), errors);
        }
    }
}

/// How long a client stays with its endpoint, at most.
const AFFINITY_SECONDS_MAX: i64 = 86_400;

fn affinity(spec: &Value, path: &Path, errors: &mut Errors) {
    let (kind, config) = (spec.get("sessionAffinity"), spec.get("sessionAffinityConfig"));
    if needs(kind, &path.field("sessionAffinity"), errors) {
        one_of(kind, &["ClientIP", "None"], &path.field("sessionAffinity"), errors);
    }
    let at = path.field("sessionAffinityConfig");
    let seconds = config.at("clientIP.timeoutSeconds");
    match text(kind) {
        "ClientIP" if seconds.as_int().is_some_and(|n| !(1..=AFFINITY_SECONDS_MAX).contains(&n)) => {
            let detail = format!("must be greater than 0 and less than {AFFINITY_SECONDS_MAX}");
            invalid(seconds, &detail, &at.field("clientIP").field("timeoutSeconds"), errors);
        }
        "None" if !config.is_null() => {
            forbidden("must not be set when session affinity is None", &at, errors);
        }
        _ => {}
    }
}

/// ValidateServiceClusterIPsRelatedFields.
fn addresses(spec: &Value, ips: &[Value], headless: bool, path: &Path, errors: &mut Errors) {
    let list = path.field("clusterIPs");
    let (first, all) = (spec.get("clusterIP"), Value::from(ips.to_vec()));
    if text(first).is_empty() && !ips.is_empty() {
        invalid(&all, "must be empty when `clusterIP` is not specified", &list, errors);
    } else if !text(first).is_empty() && ips.first() != Some(first) {
        invalid(&all, "first value must match `clusterIP`", &list, errors);
    }
    let (families, mut seen) = (path.field("ipFamilies"), Seen::default());
    for (i, family) in spec.get("ipFamilies").items().iter().enumerate() {
        one_of(family, &["IPv4", "IPv6"], &families.index(i), errors);
        if !seen.insert(text(family)) {
            errors.push(FieldError::duplicate(&families.index(i), family));
        }
    }
    let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    one_of(spec.get("ipFamilyPolicy"), &policies, &path.field("ipFamilyPolicy"), errors);
    let before = errors.len();
    let mut read = Vec::new();
    for (i, ip) in ips.iter().enumerate() {
        if i == 0 && text(ip) == "None" {
            if ips.len() > 1 {
                invalid(&all, "'None' must be the first and only value", &list, errors);
            }
        } else if let Some(ip) = address::ip(ip, &list.index(i), errors) {
            read.push(ip);
        }
    }
    let good = errors.len() == before;
    if ips.len() > 2 {
        invalid(&all, "may only hold up to 2 values", &list, errors);
    }
    if !good || headless {
        return;
    }
    if read.len() > 1 && read.iter().all(|ip| ip.is_ipv4() == read[0].is_ipv4()) {
        invalid(&all, "may specify no more than one IP for each IP family", &list, errors);
    }
    for (i, family) in spec.get("ipFamilies").items().iter().enumerate().take(read.len()) {
        let four = text(family) == "IPv4";
        if four != read[i].is_ipv4() {
            let detail = format!("expected an {} value as indicated by `ipFamilies[{i}]`", text(family));
            invalid(&ips[i], &detail, &list.index(i), errors);
        }
    }
}

/// ValidateEndpointIP: where traffic from outside may not go.
pub(super) fn endpoint_ip(value: &Value, ip: IpAddr, path: &Path, errors: &mut Errors) {
    let shown = text(value);
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.segments()[0] & 0xffc0 == 0xfe80,
    };
    let link_multicast = match ip {
        IpAddr::V4(ip) => ip.octets()[..3] == [224, 0, 0],
        IpAddr::V6(ip) => ip.segments()[0] & 0xff0f == 0xff02,
    };
    if ip.is_unspecified() {
        invalid(value, &format!("may not be unspecified ({shown})"), path, errors);
    }
    if ip.is_loopback() {
        invalid(value, "may not be in the loopback range (127.0.0.0/8, ::1/128)", path, errors);
    }
    if link_local {
        invalid(value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)", path, errors);
    }
    if link_multicast {
        let detail = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
        invalid(value, detail, path, errors);
    }
}

/// Two ports may not be the same in number and protocol, neither on the service nor on the nodes.
fn same_ports(spec: &Value, kind: &str, list: &Path, errors: &mut Errors) {
    let all = spec.get("ports").items();
    let node_port = |port: &Value| port.get("nodePort").as_int().unwrap_or(0);
    for (i, port) in all.iter().enumerate().filter(|(_, p)| kind == "ClusterIP" && node_port(p) != 0) {
        let at = list.index(i);
        let _ = port;
        forbidden("may not be used when `type` is 'ClusterIP'", &at.field("nodePort"), errors);
    }
    let (mut taken, mut seen) = (Seen::default(), Seen::default());
    for (i, port) in all.iter().enumerate().filter(|(_, p)| node_port(p) != 0) {
        let key = format!("{}/{}", node_port(port), text(port.get("protocol")));
        if !taken.insert(&key) {
            errors.push(FieldError::duplicate(&list.index(i).field("nodePort"), port.get("nodePort")));
        }
    }
    for (i, port) in all.iter().enumerate() {
        let key = record! { "port" => port.get("port").clone(), "protocol" => port.get("protocol").clone() };
        if !seen.insert(&key.to_json()) {
            let value = Some(internal::dump("ServicePort", &key));
            let (field, fault, detail) = (list.index(i).to_string(), Fault::Duplicate, String::new());
            errors.push(FieldError { field, fault, value, detail });
        }
    }
}

/// What only load balancers have.
fn balancer(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    const ONLY: &str = "may only be used when `type` is 'LoadBalancer'";
    let ranges = spec.get("loadBalancerSourceRanges").items();
    let list = path.field("LoadBalancerSourceRanges");
    if !ranges.is_empty() && kind != "LoadBalancer" {
        forbidden(ONLY, &list, errors);
    }
    for (i, range) in ranges.iter().enumerate() {
        let range = Value::from(text(range).trim().to_owned());
        address::range(&range, &list.index(i), errors);
    }
    if kind != "LoadBalancer" && !spec.get("allocateLoadBalancerNodePorts").is_null() {
        forbidden(ONLY, &path.field("allocateLoadBalancerNodePorts"), errors);
    }
    let (class, at) = (spec.get("loadBalancerClass"), path.field("loadBalancerClass"));
    if !class.is_null() && kind == "LoadBalancer" {
        names::check(class, names::qualified, &at, errors);
    } else if !class.is_null() {
        forbidden(ONLY, &at, errors);
    }
}

/// validateServiceExternalTrafficPolicy and what follows it.
fn traffic(spec: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    let external = spec.get("externalTrafficPolicy");
    let by_ip = kind == "ClusterIP" && !spec.get("externalIPs").items().is_empty();
    let at = path.field("externalTrafficPolicy");
    if matches!(kind, "NodePort" | "LoadBalancer") || by_ip {
        one_of(external, &["Cluster", "Local"], &at, errors);
    } else if !external.is_null() {
        invalid(external, "may only be set for externally-accessible services", &at, errors);
    }
    let (check, at) = (spec.get("healthCheckNodePort"), path.field("healthCheckNodePort"));
    if check.as_int().unwrap_or(0) != 0 {
        if kind == "LoadBalancer" && text(external) == "Local" {
            in_range(check, 1, 65535, &at, errors);
        } else {
            let detail =
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
            invalid(check, detail, &at, errors);
        }
    }
    let internal = "internalTrafficPolicy";
    one_of(spec.get(internal), &["Cluster", "Local"], &path.field(internal), errors);
    let (spread, at) = (spec.get("trafficDistribution"), path.field("trafficDistribution"));
    let words = ["PreferClose", "PreferSameZone", "PreferSameNode"];
    if spread.as_str().is_some_and(|word| !words.contains(&word)) {
        not_supported(spread, &words, &at, errors);
    }
}
