//! `kubectl run`: one pod, out of a few words.
//!
//! Models kubectl pkg/cmd/run/run.go.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, patch, save, target};
use crate::api::{Kind, Map, Value};
use crate::record;
use crate::sim::Request;

/// `kubectl run NAME --image=IMAGE [--env=A=B] [--port=N] [--restart=POLICY] [--command] [-- WORDS…]`.
pub(super) const VERB: Verb = Verb {
    name: "run",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        &[value("image", ' '), value("port", ' '), value("labels", 'l'), value("env", ' ')],
        &[value("restart", ' '), value("overrides", ' '), value("image-pull-policy", ' ')],
        &[
            truth("command", ' '),
            truth("rm", ' '),
            truth("stdin", 'i'),
            truth("tty", 't'),
            truth("quiet", 'q'),
        ],
        &[value("annotations", ' '), truth("attach", ' '), truth("expose", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let image = args.get("image").ok_or_else(|| Failure::required("image"))?;
    let [name, words @ ..] = args.words.as_slice() else {
        return Err(Failure::usage("run", "NAME is required for run"));
    };
    let restart = args.get("restart").unwrap_or("Always");
    if !["Always", "OnFailure", "Never"].contains(&restart) {
        return Err(Failure::usage("run", format!("invalid restart policy: {restart}")));
    }
    let mode = save::Mode::of(args)?;
    let mut words = words.to_vec();
    words.extend(args.after.iter().flatten().cloned());
    let mut container =
        record! { "image" => image.to_owned(), "name" => name.clone(), "resources" => Map::new() };
    if !words.is_empty() {
        container.set(if args.has("command") { "command" } else { "args" }, words);
    }
    let env: Vec<Value> = args.all("env").filter_map(|pair| pair.split_once('=')).map(variable).collect();
    if !env.is_empty() {
        container.set("env", env);
    }
    if let Some(port) = args.get("port").and_then(|p| p.parse::<i64>().ok()) {
        container.set("ports", vec![record! { "containerPort" => port }]);
    }
    if args.has("expose") && args.get("port").is_none() {
        return Err(Failure::error("--port must be set when exposing a service"));
    }
    let mut labels = Map::new();
    match args.get("labels") {
        None => drop(labels.insert("run".into(), name.clone().into())),
        Some(text) => {
            for (key, value) in text.split(',').filter_map(|pair| pair.split_once('=')) {
                labels.insert(key.to_owned().into(), value.to_owned().into());
            }
        }
    }
    let mut value = record! {
        "apiVersion" => "v1",
        "kind" => "Pod",
        "metadata" => record! { "labels" => labels.clone(), "name" => name.clone() },
        "spec" => record! {
            "containers" => vec![container],
            "dnsPolicy" => "ClusterFirst",
            "restartPolicy" => restart.to_owned(),
        },
        "status" => Map::new(),
    };
    if let Some(overrides) = args.get("overrides") {
        value.merge(&patch::read(overrides)?);
    }
    if let Some(port) = args.get("port").filter(|_| args.has("expose")).and_then(|p| p.parse::<i64>().ok()) {
        service(call, args, name, labels, port)?;
    }
    let line = save::line(Kind::Pod, name, "created", mode);
    if mode == save::Mode::DryClient {
        return save::tell(call, args, &value, &line);
    }
    value.set("metadata.namespace", target::namespace(call, args));
    value.map_mut().remove("status");
    let object = save::send(call.timeline, Request::Create(value), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    save::tell(call, args, &object.to_value(), &line)
}

fn variable((name, value): (&str, &str)) -> Value {
    record! { "name" => name.to_owned(), "value" => value.to_owned() }
}

/// The service of `--expose`, which is made before its pod.
fn service(call: &mut Call, args: &Args, name: &str, labels: Map, port: i64) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let ports = vec![record! { "port" => port, "protocol" => "TCP", "targetPort" => port }];
    let value = record! {
        "apiVersion" => "v1",
        "kind" => "Service",
        "metadata" => record! { "name" => name.to_owned(), "namespace" => target::namespace(call, args) },
        "spec" => record! { "ports" => ports, "selector" => labels },
    };
    let object = save::send(call.timeline, Request::Create(value), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    save::tell(call, args, &object.to_value(), &save::line(Kind::Service, name, "created", mode))
}
