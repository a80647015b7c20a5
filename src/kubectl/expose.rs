//! `kubectl expose`: a service for the pods of an object.
//!
//! Models kubectl pkg/cmd/expose/expose.go.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, save, set, target};
use crate::api::{Kind, Map, Object, Value};
use crate::record;
use crate::sim::Request;

/// `kubectl expose (TYPE NAME | TYPE/NAME) [--port=N] [--target-port=N] [--name=NAME] [--type=TYPE]`.
pub(super) const VERB: Verb = Verb {
    name: "expose",
    takes: Words::EXPOSED,
    flags: &[
        args::FILES,
        args::CHANGE,
        args::OVERRIDES,
        &[value("port", ' '), value("target-port", ' '), value("name", ' '), value("type", ' ')],
        &[value("protocol", ' '), value("cluster-ip", ' '), value("labels", 'l'), value("external-ip", ' ')],
        &[value("selector", ' '), value("session-affinity", ' '), value("load-balancer-ip", ' ')],
        &[truth("save-config", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    // Its `--selector` is the service's own, and chooses nothing here.
    let mut own = args.clone();
    own.flags.retain(|(name, _)| *name != "selector");
    let search = target::search(call, &own, "expose")?;
    if search.asked.is_empty() {
        return Err(Failure::error(target::NOTHING_NAMED));
    }
    if search.asked.iter().any(|a| a.name.is_none()) {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    let mut failures = search.missing;
    for found in &search.found {
        let object = found.stored()?.clone();
        match expose(call, args, &object, mode) {
            Ok(()) => {}
            Err(failure) => failures.push(failure),
        }
    }
    call.finish(failures)
}

fn expose(call: &mut Call, args: &Args, object: &Object, mode: save::Mode) -> Result<(), Failure> {
    let (kind, whole) = (object.kind(), object.to_value());
    let given = |flag: &str| args.get(flag).filter(|text| !text.is_empty());
    if !matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::Pod | Kind::Service) {
        let info = kind.info();
        let group = if info.group.is_empty() { String::new() } else { format!(".{}", info.group) };
        return Err(Failure::error(format!("cannot expose a {}{group}", info.name)));
    }
    let selector = match given("selector") {
        Some(text) => labels(text)?,
        None => selector(kind, &whole)?,
    };
    let ports = ports(args, kind, &whole)?;
    if ports.is_empty() && given("cluster-ip") != Some("None") {
        return Err(Failure::error("couldn't find port via --port flag or introspection"));
    }
    let name = given("name").unwrap_or(&object.meta().name).to_owned();
    let affinity = given("session-affinity");
    if let Some(other) = affinity.filter(|a| !["None", "ClientIP"].contains(a)) {
        return Err(Failure::error(format!("unknown session affinity: {other}")));
    }
    let own = match given("labels") {
        Some(text) => labels(text)?,
        None => whole.at("metadata.labels").clone(),
    };
    let balancer = given("load-balancer-ip").filter(|_| given("type") == Some("LoadBalancer"));
    let spec = record! {
        "clusterIP" => given("cluster-ip").map(str::to_owned),
        "externalIPs" => given("external-ip").map(|ip| vec![ip.to_owned()]),
        "loadBalancerIP" => balancer.map(str::to_owned),
        "ports" => (!ports.is_empty()).then_some(ports),
        "selector" => selector,
        "sessionAffinity" => affinity.map(str::to_owned),
        "type" => given("type").map(str::to_owned),
    };
    let mut value = record! {
        "apiVersion" => "v1",
        "kind" => "Service",
        "metadata" => record! { "labels" => own, "name" => name },
        "spec" => spec,
        "status" => record! { "loadBalancer" => Map::new() },
    };
    if let Some(overrides) = given("overrides") {
        value = super::run::overridden(args, Kind::Service, &value, overrides)?;
    }
    let name = value.at("metadata.name").as_str().unwrap_or_default().to_owned();
    let line = save::line(Kind::Service, &name, "exposed", mode);
    if mode == save::Mode::DryClient {
        if let Some(namespace) = args.get("namespace") {
            value.set("metadata.namespace", namespace.to_owned());
        }
        return save::tell(call, args, &value, &line);
    }
    value.map_mut().remove("status");
    value.set("metadata.namespace", object.meta().namespace.clone());
    let made = save::send(call.timeline, Request::Create(value), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    save::tell(call, args, &made.to_value(), &line)
}

/// Models polymorphichelpers/mapbasedselectorforobject.go.
fn selector(kind: Kind, whole: &Value) -> Result<Value, Failure> {
    let (selector, why) = match kind {
        Kind::Pod => (whole.at("metadata.labels"), "the pod has no labels and cannot be exposed"),
        Kind::Service => (whole.at("spec.selector"), "the service has no pod selector set"),
        Kind::Deployment => (
            whole.at("spec.selector.matchLabels"),
            "invalid deployment: no selectors, therefore cannot be exposed",
        ),
        _ => (
            whole.at("spec.selector.matchLabels"),
            "invalid replicaset: no selectors, therefore cannot be exposed",
        ),
    };
    if selector.fields().next().is_none() {
        let what = "couldn't retrieve selectors via --selector flag or introspection";
        return Err(Failure::error(format!("{what}: {why}")));
    }
    Ok(selector.clone())
}

/// `a=b,c=d`. Models expose.go: parseLabels.
fn labels(text: &str) -> Result<Value, Failure> {
    let mut all = Map::new();
    for pair in text.split(',') {
        let wrong = || Failure::error(format!("unexpected label spec: {pair}"));
        let (key, value) = pair.split_once('=').filter(|(_, v)| !v.contains('=')).ok_or_else(wrong)?;
        if key.is_empty() {
            return Err(Failure::error("unexpected empty label key"));
        }
        all.insert(key.to_owned().into(), value.to_owned().into());
    }
    Ok(all.into())
}

/// The ports that are asked for, or all that the containers have. Models expose.go: createService.
fn ports(args: &Args, kind: Kind, whole: &Value) -> Result<Vec<Value>, Failure> {
    let mut own: Vec<(i64, Value)> = Vec::new();
    if kind == Kind::Service {
        let ports = whole.at("spec.ports").items().iter();
        own.extend(ports.filter_map(|p| Some((p.get("port").as_int()?, p.get("protocol").clone()))));
    } else {
        let path = set::pod_spec_of(kind).unwrap_or(&["spec"]).join(".");
        let containers = whole.at(&path).get("containers").items().iter();
        let ports = containers.flat_map(|c| c.get("ports").items());
        own.extend(ports.filter_map(|p| Some((p.get("containerPort").as_int()?, p.get("protocol").clone()))));
    }
    let asked = args.get("port").filter(|p| !p.is_empty()).map(|text| {
        text.split(',')
            .map(|one| {
                let wrong = || Failure::error(format!("strconv.Atoi: parsing {one:?}: invalid syntax"));
                one.parse::<i64>().map_err(|_| wrong())
            })
            .collect::<Result<Vec<i64>, Failure>>()
    });
    let wanted = match asked.transpose()? {
        Some(asked) => asked,
        None => {
            let mut all: Vec<i64> = Vec::new();
            own.iter().for_each(|(port, _)| all.push(*port));
            all.dedup();
            all
        }
    };
    let several = wanted.len() > 1;
    let number = |text: &str| text.parse::<i64>().map_or(Value::from(text.to_owned()), Value::from);
    let mut all = Vec::new();
    for (i, port) in wanted.into_iter().enumerate() {
        let target = args.get("target-port").filter(|t| !t.is_empty()).map_or(Value::from(port), number);
        let place = format!("port-{}", i + 1);
        let mut protocols: Vec<String> = own
            .iter()
            .filter(|(own, _)| *own == port)
            .filter_map(|(_, p)| Some(p.as_str()?.to_owned()))
            .collect();
        protocols.dedup();
        if let Some(protocol) = args.get("protocol").filter(|p| !p.is_empty()) {
            protocols = vec![protocol.to_owned()];
        }
        if protocols.is_empty() {
            protocols.push("TCP".to_owned());
        }
        let more = protocols.len() > 1;
        for protocol in protocols {
            let name = match (more, several) {
                (true, _) => Some(format!("{place}-{}", protocol.to_lowercase())),
                (false, true) => Some(place.clone()),
                _ => None,
            };
            all.push(record! { "name" => name, "port" => port, "protocol" => protocol, "targetPort" => target.clone() });
        }
    }
    Ok(all)
}
