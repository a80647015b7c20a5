//! `kubectl expose`: a service for the pods of an object.
//!
//! Models kubectl pkg/cmd/expose/expose.go.

use super::args::{self, Args, value};
use super::failure::Failure;
use super::{Call, Verb, Words, save, set, target};
use crate::api::{Kind, Object, Value};
use crate::record;
use crate::sim::Request;

/// `kubectl expose (TYPE NAME | TYPE/NAME) [--port=N] [--target-port=N] [--name=NAME] [--type=TYPE]`.
pub(super) const VERB: Verb = Verb {
    name: "expose",
    takes: Words::EXPOSED,
    flags: &[
        args::CHOICE,
        args::FILES,
        args::CHANGE,
        &[value("port", ' '), value("target-port", ' '), value("name", ' '), value("type", ' ')],
        &[value("protocol", ' '), value("cluster-ip", ' '), value("labels", ' '), value("external-ip", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let search = target::search(call, args, "expose")?;
    if search.asked.is_empty() {
        return Err(Failure::error("You must provide one or more resources by argument or filename."));
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
    let selector = match kind {
        Kind::Deployment | Kind::ReplicaSet => whole.at("spec.selector.matchLabels").clone(),
        Kind::Pod => whole.at("metadata.labels").clone(),
        Kind::Service => whole.at("spec.selector").clone(),
        _ => {
            let info = kind.info();
            let group = if info.group.is_empty() { String::new() } else { format!(".{}", info.group) };
            return Err(Failure::error(format!("cannot expose a {}{group}", info.name)));
        }
    };
    if selector.fields().next().is_none() {
        let why = format!(
            "couldn't retrieve selectors via --selector flag or introspection: the {} has no labels and \
                           cannot be exposed",
            kind.info().singular
        );
        return Err(Failure::error(why));
    }
    let ports = ports(args, kind, &whole);
    if ports.is_empty() {
        return Err(Failure::error("couldn't find port via --port flag or introspection"));
    }
    let name = args.get("name").map_or(object.meta().name.to_string(), str::to_owned);
    let mut spec = record! { "ports" => ports, "selector" => selector };
    for (flag, field) in [("type", "type"), ("cluster-ip", "clusterIP")] {
        if let Some(text) = args.get(flag) {
            spec.set(field, text.to_owned());
        }
    }
    let metadata = record! {
        "labels" => whole.at("metadata.labels").clone(),
        "name" => name.clone(),
        "namespace" => object.meta().namespace.clone(),
    };
    let value = record! { "apiVersion" => "v1", "kind" => "Service", "metadata" => metadata, "spec" => spec };
    let made = save::send(call.timeline, Request::Create(value), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    save::tell(call, args, &made.to_value(), &save::line(Kind::Service, &name, "exposed", mode))
}

/// The port that is asked for, or all that the containers have.
fn ports(args: &Args, kind: Kind, whole: &Value) -> Vec<Value> {
    let protocol = args.get("protocol").unwrap_or("TCP").to_owned();
    let number = |text: &str| text.parse::<i64>().map_or(Value::from(text.to_owned()), Value::from);
    let own = |port: i64, protocol: Value, name: Option<String>| {
        let target = args.get("target-port").map_or(Value::from(port), number);
        record! { "name" => name, "port" => port, "protocol" => protocol, "targetPort" => target }
    };
    if let Some(port) = args.get("port").and_then(|p| p.parse().ok()) {
        return vec![own(port, protocol.into(), None)];
    }
    let mut all: Vec<(i64, Value)> = Vec::new();
    if kind == Kind::Service {
        let ports = whole.at("spec.ports").items().iter();
        all.extend(ports.filter_map(|p| Some((p.get("port").as_int()?, p.get("protocol").clone()))));
    } else {
        let path = set::pod_spec_of(kind).unwrap_or(&["spec"]).join(".");
        let containers = whole.at(&path).get("containers").items().iter();
        let ports = containers.flat_map(|c| c.get("ports").items());
        all.extend(ports.filter_map(|p| Some((p.get("containerPort").as_int()?, p.get("protocol").clone()))));
    }
    let several = all.len() > 1;
    let name = |i: usize| several.then(|| format!("port-{}", i + 1));
    all.into_iter().enumerate().map(|(i, (port, protocol))| own(port, protocol, name(i))).collect()
}
