//! `kubectl create service`: a service of each type, for pods with the label `app=NAME`.
//!
//! Models kubectl pkg/cmd/create/create_service.go.

use super::{Made, make, one_name};
use crate::api::{Kind, Value};
use crate::kubectl::args::{self, Args, Flag, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words};
use crate::manifest;
use crate::record;

const TCP: &[Flag] = &[value("tcp", ' ')];
/// The flags of each type.
const fn flags(own: &'static [Flag]) -> [&'static [Flag]; 4] {
    [args::CHANGE, args::MAKE, TCP, own]
}
const OF_CLUSTER_IP: [&[Flag]; 4] = flags(&[value("clusterip", ' ')]);
const OF_NODE_PORT: [&[Flag]; 4] = flags(&[value("node-port", ' ')]);
const OF_EXTERNAL_NAME: [&[Flag]; 4] = flags(&[value("external-name", ' ')]);
const OF_LOAD_BALANCER: [&[Flag]; 4] = flags(&[]);

/// `kubectl create service clusterip NAME [--tcp=PORT:TARGET] [--clusterip=None]`.
pub(in crate::kubectl) const CLUSTER_IP: Verb = Verb {
    name: "create service clusterip",
    takes: Words::Nothing,
    flags: &OF_CLUSTER_IP,
    run: |call, args| run(call, args, "ClusterIP"),
};
/// `kubectl create service nodeport NAME [--tcp=PORT:TARGET] [--node-port=N]`.
pub(in crate::kubectl) const NODE_PORT: Verb = Verb {
    name: "create service nodeport",
    takes: Words::Nothing,
    flags: &OF_NODE_PORT,
    run: |call, args| run(call, args, "NodePort"),
};
/// `kubectl create service loadbalancer NAME [--tcp=PORT:TARGET]`.
pub(in crate::kubectl) const LOAD_BALANCER: Verb = Verb {
    name: "create service loadbalancer",
    takes: Words::Nothing,
    flags: &OF_LOAD_BALANCER,
    run: |call, args| run(call, args, "LoadBalancer"),
};
/// `kubectl create service externalname NAME --external-name NAME [--tcp=PORT:TARGET]`.
pub(in crate::kubectl) const EXTERNAL_NAME: Verb = Verb {
    name: "create service externalname",
    takes: Words::Nothing,
    flags: &OF_EXTERNAL_NAME,
    run: |call, args| run(call, args, "ExternalName"),
};

fn run(call: &mut Call, args: &Args, of_type: &'static str) -> Result<(), Failure> {
    let external = args.get("external-name").map(str::to_owned);
    if of_type == "ExternalName" && external.is_none() {
        return Err(Failure::required("external-name"));
    }
    let verb = format!("create service {}", of_type.to_lowercase());
    let name = one_name(args, &verb)?.to_owned();
    let headless = args.get("clusterip") == Some("None");
    let pairs: Vec<&str> = args.all("tcp").flat_map(|pairs| pairs.split(',')).collect();
    if pairs.is_empty() && !headless && of_type != "ExternalName" {
        return Err(Failure::error("at least one tcp port specifier must be provided"));
    }
    if let Some(external) = external.as_ref().filter(|e| !manifest::subdomain(e).is_empty()) {
        return Err(Failure::error(format!("invalid service external name {external}")));
    }
    let mut ports = Vec::new();
    for pair in pairs {
        ports.push(port(pair, args.get("node-port"))?);
    }
    let labels = record! { "app" => name.clone() };
    let spec = record! {
        "clusterIP" => args.get("clusterip").filter(|ip| !ip.is_empty()).map(str::to_owned),
        "externalName" => external,
        "ports" => (!ports.is_empty()).then_some(ports),
        "selector" => labels.clone(),
        "type" => of_type,
    };
    let fields = record! {
        "metadata" => record! { "labels" => labels },
        "spec" => spec,
        "status" => record! { "loadBalancer" => crate::api::Map::new() },
    };
    let failed = format!("failed to create {of_type} service: ");
    make(call, args, Made { kind: Kind::Service, name: &name, fields, failed: &failed })
}

/// `80`, `80:8080`, `80:http`. Models create_service.go: parsePorts.
fn port(pair: &str, node_port: Option<&str>) -> Result<Value, Failure> {
    let mut parts = pair.split(':');
    let (port, target) = (parts.next().unwrap_or_default(), parts.next());
    let unsigned = |text: &str| {
        let why = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            "value out of range"
        } else {
            "invalid syntax"
        };
        text.parse::<u16>().map_err(|_| Failure::error(format!("strconv.ParseUint: parsing {text:?}: {why}")))
    };
    let port = i64::from(unsigned(port)?);
    let target = match target {
        None => Value::from(port),
        Some(target) => match target.parse::<i64>() {
            Ok(1..=65535) => Value::from(target.parse::<i64>().unwrap_or_default()),
            Ok(_) => return Err(Failure::error("must be between 1 and 65535, inclusive")),
            Err(_) => {
                let why = manifest::port_name(target);
                if !why.is_empty() {
                    return Err(Failure::error(why.join(",")));
                }
                target.to_owned().into()
            }
        },
    };
    let node_port: Option<i64> = node_port.and_then(|n| n.parse().ok()).filter(|n| *n != 0);
    Ok(record! {
        "name" => pair.replace(':', "-"),
        "nodePort" => node_port,
        "port" => port,
        "protocol" => "TCP",
        "targetPort" => target,
    })
}
