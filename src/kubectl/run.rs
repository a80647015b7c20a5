//! `kubectl run`: one pod, out of a few words.
//!
//! Models kubectl pkg/cmd/run/run.go and pkg/generate/versioned/run.go. One that is attached to is followed to its
//! end.

mod attach;

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, merge, patch, save, target};
use crate::api::{Kind, Map, Object, Value};
use crate::manifest;
use crate::record;
use crate::sim::Request;

/// `kubectl run NAME --image=IMAGE [--env=A=B] [--port=N] [--restart=POLICY] [--command] [-- WORDS…]`.
pub(super) const VERB: Verb = Verb {
    name: "run",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        args::OVERRIDES,
        &[value("image", ' '), value("port", ' '), value("labels", 'l'), value("env", ' ')],
        &[value("restart", ' '), value("image-pull-policy", ' '), truth("save-config", ' ')],
        &[
            truth("command", ' '),
            truth("rm", ' '),
            truth("stdin", 'i'),
            truth("tty", 't'),
            truth("quiet", 'q'),
        ],
        &[value("annotations", ' '), truth("attach", ' '), truth("expose", ' '), truth("privileged", ' ')],
        &[truth("leave-stdin-open", ' '), value("detach-keys", ' '), value("pod-running-timeout", ' ')],
        &[truth("force", ' '), value("grace-period", ' '), args::maybe("cascade", "background")],
        &[truth("now", ' '), value("timeout", ' '), truth("wait", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let image = args.get("image").ok_or_else(|| Failure::required("image"))?;
    let mode = save::Mode::of(args)?;
    let [name, words @ ..] = args.words.as_slice() else {
        return Err(Failure::usage("run", "NAME is required for run"));
    };
    let attach = args.get("attach").map_or(args.has("stdin"), |v| v == "true");
    check(args, image, attach, mode)?;
    let words: Vec<String> = words.iter().chain(args.after.iter().flatten()).cloned().collect();
    let labels = labels(args, name)?;
    let mut value = pod(args, (name, image), words, labels.clone())?;
    if let Some(overrides) = args.get("overrides").filter(|text| !text.is_empty()) {
        value = overridden(args, Kind::Pod, &value, overrides)?;
    }
    let name = value.at("metadata.name").as_str().unwrap_or(name).to_owned();
    let made = make(call, args, Kind::Pod, &value, mode)?;
    if args.has("expose") {
        let port: i64 = args.get("port").and_then(|p| p.parse().ok()).unwrap_or_default();
        service(call, args, (&name, port), labels, mode)?;
    }
    if !attach {
        return save::tell(call, args, &made, &save::line(Kind::Pod, &name, "created", mode));
    }
    let key = Object::read(Kind::Pod, &made).key();
    let uid = call.world().store.lookup(Kind::Pod, &key.namespace, &key.name).map(|o| o.meta().uid);
    if let Some(uid) = uid {
        let attached = attach::Attached::new(call, args, key, uid);
        call.lasts(attached);
    }
    Ok(())
}

/// What kubectl refuses before it asks. Models run.go: Run.
fn check(args: &Args, image: &str, attach: bool, mode: save::Mode) -> Result<(), Failure> {
    if image.is_empty() {
        return Err(Failure::error("--image is required"));
    }
    let good = |c: char| c.is_ascii_alphanumeric() || "/.:@-_".contains(c);
    let path = image.split('@').next().unwrap_or(image);
    let last = path.rsplit('/').next().unwrap_or(path).split(':').next().unwrap_or_default();
    if !image.chars().all(good) || last.is_empty() || last.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(Failure::error(format!("Invalid image name {image:?}: invalid reference format")));
    }
    let restart = args.get("restart").unwrap_or("Always");
    let pull = args.get("image-pull-policy").unwrap_or("");
    let why = if args.has("tty") && !args.has("stdin") {
        "-i/--stdin is required for containers with -t/--tty=true".to_owned()
    } else if args.has("expose") && args.get("port").is_none_or(str::is_empty) {
        "--port must be set when exposing a service".to_owned()
    } else if !["", "Always", "OnFailure", "Never"].contains(&restart) {
        format!("invalid restart policy: {restart}")
    } else if !attach && args.has("rm") {
        "--rm should only be used for attached containers".to_owned()
    } else if attach && mode != save::Mode::Write {
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)"
            .to_owned()
    } else if !["", "Always", "IfNotPresent", "Never"].contains(&pull) {
        format!("invalid image pull policy: {pull}")
    } else {
        return Ok(());
    };
    Err(Failure::usage("run", why))
}

/// Models generate.go: ParseLabels.
fn labels(args: &Args, name: &str) -> Result<Map, Failure> {
    let mut labels = Map::new();
    match args.get("labels").filter(|text| !text.is_empty()) {
        None => drop(labels.insert("run".into(), name.to_owned().into())),
        Some(text) => {
            for pair in text.split(',') {
                let wrong = || Failure::error(format!("unexpected label spec: {pair}"));
                let (key, value) =
                    pair.split_once('=').filter(|(_, v)| !v.contains('=')).ok_or_else(wrong)?;
                if key.is_empty() {
                    return Err(Failure::error("unexpected empty label key"));
                }
                labels.insert(key.to_owned().into(), value.to_owned().into());
            }
        }
    }
    Ok(labels)
}

/// Models generate/versioned/run.go: BasicPod.Generate.
fn pod(args: &Args, (name, image): (&str, &str), words: Vec<String>, labels: Map) -> Result<Value, Failure> {
    let mut env = Vec::new();
    for pair in args.all("env") {
        let wrong = || Failure::error(format!("invalid env: {pair}"));
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        if !manifest::env_name(name).is_empty() {
            return Err(wrong());
        }
        env.push(record! { "name" => name.to_owned(), "value" => value.to_owned() });
    }
    let port = args.get("port").filter(|p| !p.is_empty()).map(|text| {
        let why = || Failure::error(format!("strconv.Atoi: parsing {text:?}: invalid syntax"));
        text.parse::<i64>().map_err(|_| why())
    });
    let port = port.transpose()?.map(|port| vec![record! { "containerPort" => port }]);
    let (stdin, tty) = (args.has("stdin"), args.has("tty"));
    let words = (!words.is_empty()).then_some(words);
    let (command, rest) = if args.has("command") { (words, None) } else { (None, words) };
    let pull = args.get("image-pull-policy").filter(|p| !p.is_empty()).map(str::to_owned);
    let container = record! {
        "args" => rest,
        "command" => command,
        "env" => (!env.is_empty()).then_some(env),
        "image" => image.to_owned(),
        "imagePullPolicy" => pull,
        "name" => name.to_owned(),
        "ports" => port,
        "resources" => Map::new(),
        "securityContext" => args.has("privileged").then(|| record! { "privileged" => true }),
        "stdin" => stdin.then_some(true),
        "stdinOnce" => (stdin && !args.has("leave-stdin-open")).then_some(true),
        "tty" => tty.then_some(true),
    };
    let annotations = args.all("annotations").filter_map(|pair| pair.split_once('='));
    let annotations: Map = annotations.map(|(k, v)| (k.to_owned().into(), v.to_owned().into())).collect();
    let annotations = (!annotations.is_empty()).then_some(annotations);
    let restart = args.get("restart").filter(|r| !r.is_empty());
    let restart =
        restart.unwrap_or(if stdin && args.get("restart").is_some() { "OnFailure" } else { "Always" });
    Ok(record! {
        "apiVersion" => "v1",
        "kind" => "Pod",
        "metadata" => record! { "annotations" => annotations, "labels" => labels, "name" => name.to_owned() },
        "spec" => record! {
            "containers" => vec![container],
            "dnsPolicy" => "ClusterFirst",
            "restartPolicy" => restart.to_owned(),
        },
        "status" => Map::new(),
    })
}

/// What was put together, with what `--overrides` says instead. Models util/override_options.go: Apply.
pub(super) fn overridden(args: &Args, kind: Kind, value: &Value, text: &str) -> Result<Value, Failure> {
    let how = args.get("override-type").unwrap_or("merge");
    let change = patch::read(text)?;
    let mut out = match (how, &change) {
        ("json", Value::List(operations)) => patch::json_patch(value, operations)?,
        ("merge" | "", Value::Map(_)) => {
            let mut out = value.clone();
            out.merge(&change);
            out
        }
        ("strategic", Value::Map(_)) => merge::strategic(kind, value, &change),
        ("json" | "merge" | "strategic" | "", _) => {
            let why = "invalid character 'b' looking for beginning of value";
            let first = text.trim_start().chars().next().unwrap_or(' ');
            return Err(Failure::error(why.replace("'b'", &format!("'{first}'"))));
        }
        _ => return Err(Failure::error(format!("invalid override type: {how}"))),
    };
    // A field that its kind does not have is lost where it is decoded.
    out.set("apiVersion", kind.info().api_version());
    out.set("kind", kind.info().name);
    Ok(out)
}

/// Sends what was put together, or shows it. Models run.go: createGeneratedObject.
fn make(call: &mut Call, args: &Args, kind: Kind, value: &Value, mode: save::Mode) -> Result<Value, Failure> {
    let mut value = value.clone();
    if mode == save::Mode::DryClient {
        if let Some(namespace) = args.get("namespace") {
            value.set("metadata.namespace", namespace.to_owned());
        }
        return Ok(value);
    }
    value.set("metadata.namespace", target::namespace(call, args));
    value.map_mut().remove("status");
    let _ = kind;
    let object = save::send(call.timeline, Request::Create(value), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    Ok(object.to_value())
}

/// The service of `--expose`, which is told of before its pod. Models run.go: generateService.
fn service(
    call: &mut Call,
    args: &Args,
    (name, port): (&str, i64),
    labels: Map,
    mode: save::Mode,
) -> Result<(), Failure> {
    let ports = vec![record! { "port" => port, "protocol" => "TCP", "targetPort" => port }];
    // It has the labels that were asked for, but not those that the pod has by itself.
    let own = args.get("labels").filter(|text| !text.is_empty()).map(|_| labels.clone());
    let value = record! {
        "apiVersion" => "v1",
        "kind" => "Service",
        "metadata" => record! { "labels" => own, "name" => name.to_owned() },
        "spec" => record! { "ports" => ports, "selector" => labels },
        "status" => record! { "loadBalancer" => Map::new() },
    };
    let made = make(call, args, Kind::Service, &value, mode)?;
    save::tell(call, args, &made, &save::line(Kind::Service, name, "created", mode))?;
    if args.get("output") == Some("yaml") {
        call.say("---");
    }
    Ok(())
}
