//! `kubectl create service`: a service of each type, for pods with the label `app=NAME`.
//!
//! Models kubectl pkg/cmd/create/create_service.go.

use super::{Made, make, one_name};
use crate::api::{Kind, Value};
use crate::kubectl::args::{self, Args, Flag, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words};
use crate::record;

const FLAGS: &[&[Flag]] = &[
    args::CHANGE,
    &[value("tcp", ' '), value("clusterip", ' '), value("node-port", ' '), value("external-name", ' ')],
];

/// `kubectl create service clusterip NAME [--tcp=PORT:TARGET] [--clusterip=None]`.
pub(in crate::kubectl) const CLUSTER_IP: Verb = Verb {
    name: "create service clusterip",
    takes: Words::Nothing,
    flags: FLAGS,
    run: |call, args| run(call, args, "ClusterIP"),
};
/// `kubectl create service nodeport NAME [--tcp=PORT:TARGET] [--node-port=N]`.
pub(in crate::kubectl) const NODE_PORT: Verb = Verb {
    name: "create service nodeport",
    takes: Words::Nothing,
    flags: FLAGS,
    run: |call, args| run(call, args, "NodePort"),
};
/// `kubectl create service loadbalancer NAME [--tcp=PORT:TARGET]`.
pub(in crate::kubectl) const LOAD_BALANCER: Verb = Verb {
    name: "create service loadbalancer",
    takes: Words::Nothing,
    flags: FLAGS,
    run: |call, args| run(call, args, "LoadBalancer"),
};
/// `kubectl create service externalname NAME --external-name NAME [--tcp=PORT:TARGET]`.
pub(in crate::kubectl) const EXTERNAL_NAME: Verb = Verb {
    name: "create service externalname",
    takes: Words::Nothing,
    flags: FLAGS,
    run: |call, args| run(call, args, "ExternalName"),
};

fn run(call: &mut Call, args: &Args, of_type: &'static str) -> Result<(), Failure> {
    let verb = format!("create service {}", of_type.to_lowercase());
    let name = one_name(args, &verb)?.to_owned();
    let external = args.get("external-name").map(str::to_owned);
    if of_type == "ExternalName" && external.is_none() {
        return Err(Failure::required("external-name"));
    }
    let headless = args.get("clusterip") == Some("None");
    let mut ports = Vec::new();
    for pair in args.all("tcp").flat_map(|pairs| pairs.split(',')) {
        ports.push(port(pair, args.get("node-port"))?);
    }
    if ports.is_empty() && !headless && of_type != "ExternalName" {
        return Err(Failure::error("at least one tcp port specifier must be provided"));
    }
    let labels = record! { "app" => name.clone() };
    let spec = record! {
        "clusterIP" => args.get("clusterip").map(str::to_owned),
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

/// `80`, `80:8080`, `80:http`.
fn port(pair: &str, node_port: Option<&str>) -> Result<Value, Failure> {
    let (port, target) = pair.split_once(':').unwrap_or((pair, pair));
    let wrong = |what: &str, why: String| Failure::error(format!("{what}: {why}"));
    let number: i64 = port
        .parse()
        .map_err(|_| wrong("invalid port", format!("strconv.ParseInt: parsing {port:?}: invalid syntax")))?;
    let node_port: Option<i64> = node_port.and_then(|n| n.parse().ok());
    let target = target.parse::<i64>().map_or(Value::from(target.to_owned()), Value::from);
    Ok(record! {
        "name" => pair.replace(':', "-"),
        "nodePort" => node_port,
        "port" => number,
        "protocol" => "TCP",
        "targetPort" => target,
    })
}
