//! `kubectl create ingress`: hosts and paths, and the services behind them.
//!
//! Models kubectl pkg/cmd/create/create_ingress.go.

use super::{Made, make, one_name};
use crate::api::{Kind, Map, Value};
use crate::kubectl::args::{self, Args, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words};
use crate::record;

/// `kubectl create ingress NAME --rule=HOST/PATH=SERVICE:PORT[,tls[=SECRET]] [--class=NAME] [--default-backend=SERVICE:PORT]`.
pub(in crate::kubectl) const INGRESS: Verb = Verb {
    name: "create ingress",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        args::MAKE,
        &[value("rule", ' '), value("class", ' '), value("default-backend", ' '), value("annotation", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create ingress")?.to_owned();
    if args.get("rule").is_none() && args.get("default-backend").is_none() {
        return Err(Failure::error(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
        ));
    }
    if let Some(pair) = args.all("annotation").find(|pair| !pair.contains('=')) {
        let why = format!("annotation {pair} is invalid and should be in format key=[value]");
        return Err(Failure::error(why));
    }
    if args.get("default-backend").is_some_and(|b| b.split(':').count() != 2) {
        return Err(Failure::error("default-backend should be in format servicename:serviceport"));
    }
    let (mut hosts, mut tls): (Vec<(String, Vec<Value>)>, Vec<Value>) = (Vec::new(), Vec::new());
    for rule in args.all("rule") {
        let wrong = || {
            Failure::error(format!(
                "rule {rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
            ))
        };
        let (path, rest) = rule.split_once('=').ok_or_else(wrong)?;
        let (host, path) = path.split_once('/').ok_or_else(wrong)?;
        let (service, secret) = match rest.split_once(",tls") {
            Some((service, secret)) => (service, Some(secret.trim_start_matches('='))),
            None => (rest, None),
        };
        let backend = backend(service).ok_or_else(wrong)?;
        let prefix = path.strip_suffix('*');
        let path = record! {
            "backend" => backend,
            "path" => format!("/{}", prefix.unwrap_or(path)),
            "pathType" => if prefix.is_some() { "Prefix" } else { "Exact" },
        };
        match hosts.iter_mut().find(|(h, _)| h == host) {
            Some((_, paths)) => paths.push(path),
            None => hosts.push((host.to_owned(), vec![path])),
        }
        if let Some(secret) = secret {
            protect(host, secret, &mut tls);
        }
    }
    let rules = hosts.into_iter().map(|(host, paths)| {
        let host = (!host.is_empty()).then_some(host);
        record! { "host" => host, "http" => record! { "paths" => paths } }
    });
    let rules: Vec<Value> = rules.collect();
    let spec = record! {
        "defaultBackend" => args.get("default-backend").and_then(backend),
        "ingressClassName" => args.get("class").map(str::to_owned),
        "rules" => (!rules.is_empty()).then_some(rules),
        "tls" => (!tls.is_empty()).then_some(tls),
    };
    let status = record! { "loadBalancer" => Map::new() };
    let mut fields = record! { "spec" => spec, "status" => status };
    let annotations = args.all("annotation").filter_map(|pair| pair.split_once('='));
    let annotations: Map = annotations.map(|(k, v)| (k.to_owned().into(), v.to_owned().into())).collect();
    if !annotations.is_empty() {
        fields.set("metadata.annotations", annotations);
    }
    make(call, args, Made { kind: Kind::Ingress, name: &name, fields, failed: "failed to create ingress: " })
}

/// A host is protected once, and a secret holds all its hosts. Models create_ingress.go: buildTLSRules.
fn protect(host: &str, secret: &str, tls: &mut Vec<Value>) {
    let has = |t: &Value| t.get("hosts").items().iter().any(|h| h.as_str() == Some(host));
    if tls.iter().any(has) || (host.is_empty() && secret.is_empty()) {
        return;
    }
    let own = |t: &&mut Value| t.get("secretName").as_str().unwrap_or_default() == secret;
    if let Some(entry) = tls.iter_mut().find(own) {
        let hosts = entry.get("hosts").items().iter().cloned().chain([host.to_owned().into()]);
        let hosts: Vec<Value> = hosts.collect();
        entry.set("hosts", hosts);
        return;
    }
    let hosts = (!host.is_empty()).then(|| vec![host.to_owned()]);
    let secret = (!secret.is_empty()).then(|| secret.to_owned());
    tls.push(record! { "hosts" => hosts, "secretName" => secret });
}

/// `web:80`, `web:http`.
fn backend(text: &str) -> Option<Value> {
    let (service, port) = text.split_once(':')?;
    let port = match port.parse::<i64>() {
        Ok(number) => record! { "number" => number },
        Err(_) => record! { "name" => port.to_owned() },
    };
    Some(record! { "service" => record! { "name" => service.to_owned(), "port" => port } })
}
