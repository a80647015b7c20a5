//! `kubectl create`: new objects, out of a file or out of a few words.
//!
//! Models kubectl pkg/cmd/create.

mod access;
mod cronjob;
mod data;
mod ingress;
mod policy;
mod service;

use super::apply;
use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::sources::{self, Sent};
use super::{Call, Verb, Words, save, target};
use crate::api::{Kind, Map, Value};
use crate::record;
use crate::sim::Request;

pub(super) use access::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING, SERVICE_ACCOUNT};
pub(super) use cronjob::CRONJOB;
pub(super) use data::{CONFIGMAP, REGISTRY, SECRET, TLS};
pub(super) use ingress::INGRESS;
pub(super) use policy::{PDB, PRIORITY_CLASS, QUOTA};
pub(super) use service::{CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT};

/// `kubectl create -f FILE`.
pub(super) const FILE: Verb = Verb {
    name: "create",
    takes: Words::Nothing,
    flags: &[
        args::FILES,
        args::CHANGE,
        args::MAKE,
        &[value("raw", ' '), value("selector", 'l'), truth("edit", ' '), truth("windows-line-endings", ' ')],
    ],
    run: of_file,
};
/// `kubectl create namespace NAME`.
pub(super) const NAMESPACE: Verb = Verb {
    name: "create namespace",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE],
    run: namespace,
};
/// `kubectl create job NAME (--image=IMAGE | --from=cronjob/NAME) [-- COMMAND…]`.
pub(super) const JOB: Verb = Verb {
    name: "create job",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, &[value("image", ' '), value("from", ' ')]],
    run: job,
};

/// `kubectl create deployment NAME --image=IMAGE [--replicas=N] [--port=N] [-- COMMAND…]`.
pub(super) const DEPLOYMENT: Verb = Verb {
    name: "create deployment",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, &[value("image", ' '), value("replicas", 'r'), value("port", ' ')]],
    run: deployment,
};

fn of_file(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if let ([_, ..], None) = (args.words.as_slice(), args.get("filename")) {
        return Err(Failure::usage("create", format!("Unexpected args: [{}]", args.words.join(" "))));
    }
    if let Some(path) = args.get("raw") {
        return super::raw::create(call, args, path);
    }
    sources::each(call, args, ("create", "creating"), send)
}

fn send(call: &mut Call, args: &Args, sent: Sent) -> Result<(), Failure> {
    let Sent { key, value, mode, doing } = sent;
    let object = save::send(call.timeline, Request::Create(value.clone()), mode)
        .map_err(|refusal| Failure::refused(&refusal, &doing))?;
    let mut said = Vec::new();
    apply::warn(call.timeline, key.kind, value.clone(), &mut said);
    for line in said {
        call.complain(&line);
    }
    let line = save::line(key.kind, &object.meta().name, "created", mode);
    let shown = if mode == save::Mode::DryClient { value } else { object.to_value() };
    save::tell(call, args, &shown, &line)
}

fn one_name<'a>(args: &'a Args, verb: &str) -> Result<&'a str, Failure> {
    match args.words.as_slice() {
        [name] => Ok(name),
        other => Err(Failure::usage(verb, format!("exactly one NAME is required, got {}", other.len()))),
    }
}

/// An object that a generator has put together.
struct Made<'a> {
    kind: Kind,
    name: &'a str,
    /// All but its kind and name.
    fields: Value,
    /// What is said before the API server's refusal.
    failed: &'a str,
}

/// Sends what a generator has made, or shows what it would send.
fn make(call: &mut Call, args: &Args, made: Made) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let Made { kind, name, fields: mut value, failed } = made;
    value.set("apiVersion", kind.info().api_version());
    value.set("kind", kind.info().name);
    value.set("metadata.name", name.to_owned());
    let line = save::line(kind, name, "created", mode);
    if args.has("save-config") {
        // What is kept is the object as it was put together, with the namespace that was named.
        let mut last = value.clone();
        if let Some(namespace) = args.get("namespace") {
            last.set("metadata.namespace", namespace.to_owned());
        }
        let kept = last.to_json() + "\n";
        let mut annotations = value.at("metadata.annotations").clone();
        annotations.map_mut().insert(apply::LAST_APPLIED.into(), kept.into());
        value.set("metadata.annotations", annotations);
    }
    if mode == save::Mode::DryClient {
        // Only a namespace that was named is shown.
        if let Some(namespace) = args.get("namespace") {
            value.set("metadata.namespace", namespace.to_owned());
        }
        return save::tell(call, args, &value, &line);
    }
    if kind.info().namespaced {
        value.set("metadata.namespace", target::namespace(call, args));
    }
    value.map_mut().remove("status");
    let object = save::send(call.timeline, Request::Create(value), mode).map_err(|refusal| match failed {
        "" => Failure::refused(&refusal, ""),
        failed => Failure::error(format!("{failed}{}", refusal.message)),
    })?;
    save::tell(call, args, &object.to_value(), &line)
}

fn namespace(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create namespace")?.to_owned();
    let fields = record! { "spec" => Map::new(), "status" => Map::new() };
    make(call, args, Made { kind: Kind::Namespace, name: &name, fields, failed: "" })
}

fn job(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create job")?.to_owned();
    let (spec, metadata) = match (args.get("image"), args.get("from")) {
        (Some(_), Some(_)) | (None, None) => {
            return Err(Failure::error("either --image or --from must be specified"));
        }
        (Some(image), None) => (spec_of_image(&name, image, args), Value::default()),
        (None, Some(_)) if args.after.is_some() => {
            return Err(Failure::error("cannot specify --from and command"));
        }
        (None, Some(from)) => of_cron_job(call, args, from)?,
    };
    let fields = record! { "metadata" => metadata, "spec" => spec, "status" => Map::new() };
    make(call, args, Made { kind: Kind::Job, name: &name, fields, failed: "failed to create job: " })
}

fn spec_of_image(name: &str, image: &str, args: &Args) -> Value {
    let command = args.after.clone().filter(|words| !words.is_empty());
    let container = record! {
        "command" => command,
        "image" => image.to_owned(),
        "name" => name.to_owned(),
        "resources" => Map::new(),
    };
    let spec = record! { "containers" => vec![container], "restartPolicy" => "Never" };
    record! { "template" => record! { "metadata" => Map::new(), "spec" => spec } }
}

/// The name of an image without its registry, tag and digest. Models create_deployment.go: buildPodSpec.
fn container_name(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let short = last.split([':', '@']).next().unwrap_or(last);
    let good = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    short.chars().map(good).collect()
}

fn deployment(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let images: Vec<&str> = args.all("image").flat_map(|i| i.split(',')).collect();
    if images.is_empty() {
        return Err(Failure::required("image"));
    }
    let name = one_name(args, "create deployment")?.to_owned();
    let command = args.after.clone().filter(|words| !words.is_empty());
    if images.len() > 1 && command.is_some() {
        return Err(Failure::error("cannot specify multiple --image options and command"));
    }
    let replicas: i64 = args.get("replicas").and_then(|n| n.parse().ok()).unwrap_or(1);
    let port = args.get("port").and_then(|p| p.parse::<i64>().ok()).filter(|p| *p >= 0);
    let ports = port.map(|port| vec![record! { "containerPort" => port }]);
    let mut containers = Vec::new();
    for image in images {
        let container = record! {
            "command" => command.clone(),
            "image" => image.to_owned(),
            "name" => container_name(image),
            "ports" => ports.clone().filter(|_| containers.is_empty()),
            "resources" => Map::new(),
        };
        containers.push(container);
    }
    let labels = record! { "app" => name.clone() };
    let template = record! {
        "metadata" => record! { "labels" => labels.clone() },
        "spec" => record! { "containers" => containers },
    };
    let fields = record! {
        "metadata" => record! { "labels" => labels.clone() },
        "spec" => record! {
            "replicas" => replicas,
            "selector" => record! { "matchLabels" => labels },
            "strategy" => Map::new(),
            "template" => template,
        },
        "status" => Map::new(),
    };
    make(
        call,
        args,
        Made { kind: Kind::Deployment, name: &name, fields, failed: "failed to create deployment: " },
    )
}

/// A Job as the CronJob's controller would make it. Models create_job.go: createJobFromCronJob.
fn of_cron_job(call: &Call, args: &Args, from: &str) -> Result<(Value, Value), Failure> {
    let asked = target::asked(&[from.to_owned()])?;
    if asked.iter().any(|a| a.name.is_none()) {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    let mut search = target::find(call, args, "create job", asked)?;
    if let Some(failure) = search.missing.pop() {
        return Err(failure);
    }
    let found = search.found.first().map(|f| f.stored().cloned()).transpose()?;
    let cron = match found {
        Some(object) if object.kind() == Kind::CronJob => object.to_value(),
        Some(other) => {
            let kind = other.kind().info().name;
            return Err(Failure::error(format!("unknown object type *v1.{kind}")));
        }
        None => return Err(Failure::error("from must be an existing cronjob")),
    };
    let template = cron.at("spec.jobTemplate");
    let mut metadata = template.get("metadata").clone();
    let mut annotations = metadata.get("annotations").clone();
    annotations.map_mut().insert("cronjob.kubernetes.io/instantiate".into(), "manual".into());
    let mut kept = Map::new();
    kept.insert("annotations".into(), annotations);
    if !metadata.get("labels").is_null() {
        kept.insert("labels".into(), metadata.get("labels").clone());
    }
    let owner = record! {
        "apiVersion" => "batch/v1",
        "controller" => true,
        "kind" => "CronJob",
        "name" => cron.at("metadata.name").clone(),
        "uid" => cron.at("metadata.uid").clone(),
    };
    kept.insert("ownerReferences".into(), vec![owner].into());
    metadata = kept.into();
    Ok((template.get("spec").clone(), metadata))
}
