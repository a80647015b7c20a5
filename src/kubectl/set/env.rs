//! `kubectl set env`: variables of the containers of a template.
//!
//! Models kubectl pkg/cmd/set/set_env.go.

use super::{Change, WHICH, containers, each, pod_spec_of};
use crate::api::{Kind, Value, from_base64};
use crate::kubectl::args::{self, Args, truth, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words, target};
use crate::manifest;
use crate::record;

/// `kubectl set env (TYPE NAME | TYPE/NAME) KEY=VALUE… KEY-… [--list] [--from=configmap/NAME|secret/NAME]`.
pub(in crate::kubectl) const ENV: Verb = Verb {
    name: "set env",
    takes: Words::TEMPLATED,
    flags: &[
        args::CHOICE,
        args::FILES,
        args::CHANGE,
        WHICH,
        &[truth("list", ' '), truth("resolve", ' '), value("from", ' '), value("prefix", ' ')],
        &[value("env", 'e'), value("keys", ' '), truth("overwrite", ' ')],
    ],
    run,
};

/// Models set_env.go: Complete, Validate and RunEnv.
fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.has("all") && args.get("selector").is_some_and(|s| !s.is_empty()) {
        return Err(Failure::error("cannot set --all and --selector at the same time"));
    }
    let is_change = |w: &String| w.find('=').is_some_and(|at| at > 0) || w.ends_with('-');
    let first = args.words.iter().position(is_change).unwrap_or(args.words.len());
    let (words, changes) = args.words.split_at(first);
    if !changes.iter().all(is_change) {
        let all = args.words.join(" ");
        return Err(Failure::error(format!(
            "all resources must be specified before environment changes: {all}"
        )));
    }
    let why = if words.is_empty() && args.get("filename").is_none() {
        "one or more resources must be specified as <resource> <name> or <resource>/<name>"
    } else if args.has("list") && args.get("output").is_some_and(|o| !o.is_empty()) {
        "--list and --output may not be specified together"
    } else if args.get("keys").is_some() && args.get("from").is_none() {
        "when specifying --keys, a configmap or secret must be provided with --from"
    } else {
        ""
    };
    if !why.is_empty() {
        return Err(Failure::error(why));
    }
    let (mut set, gone) = read(args.all("env").chain(changes.iter().map(String::as_str)))?;
    if let Some(from) = args.get("from") {
        set.extend(from_object(call, args, from)?);
    }
    if let Some(prefix) = args.get("prefix") {
        for (name, variable) in &mut set {
            *name = format!("{prefix}{name}");
            variable.set("name", name.clone());
        }
    }
    if args.has("list") {
        return list(call, args, words.to_vec());
    }
    let which = args.get("containers").unwrap_or("*");
    let overwrites = args.get("overwrite") != Some("false");
    let missed = std::cell::Cell::new(false);
    let change = |spec: &mut Value| {
        let mut refused = None;
        let named = containers(spec, which, |container| {
            let env = container.get("env").items().to_vec();
            refused = refused.take().or_else(|| overwritten(&env, &set).filter(|_| !overwrites));
            container.set("env", merged(env, &set, &gone));
        });
        missed.set(named == 0);
        refused.map_or(Ok(()), Err)
    };
    let failed = "failed to patch env update to pod template: ";
    each(
        call,
        args,
        words.to_vec(),
        &Change { verb: "set env", done: "env updated", failed, change: &change },
    )?;
    if missed.get() {
        let search = target::search(call, &Args { words: words.to_vec(), ..args.clone() }, "set env")?;
        for found in &search.found {
            let object = found.stored()?;
            let (kind, name) = (object.kind().info().name, object.meta().name.clone());
            call.complain(&format!("Warning: {kind}/{name} does not have any containers matching {which:?}"));
        }
    }
    Ok(())
}

/// A variable, with its name.
type Variable = (String, Value);

/// What is set, and what is taken away. Models set/env/env_parse.go: parseIntoEnvVar.
fn read<'a>(texts: impl Iterator<Item = &'a str>) -> Result<(Vec<Variable>, Vec<String>), Failure> {
    let (mut set, mut gone) = (Vec::new(), Vec::new());
    for text in texts {
        match text.split_once('=') {
            Some((key, value)) => {
                let why = manifest::env_name(key);
                if !why.is_empty() {
                    let why = why.join(";");
                    return Err(Failure::error(format!("{key:?} is not a valid key name: {why}")));
                }
                set.push((key.to_owned(), record! { "name" => key.to_owned(), "value" => value.to_owned() }));
            }
            None => match text.strip_suffix('-') {
                Some(key) => gone.push(key.to_owned()),
                None => return Err(Failure::error(format!("unknown environment variable: {text}"))),
            },
        }
    }
    if gone.iter().any(|key| set.iter().any(|(other, _)| other == key)) {
        let why = "can not both modify and remove the same environment variable in the same command";
        return Err(Failure::error(why));
    }
    Ok((set, gone))
}

/// Models set_env.go: validateNoOverwrites.
fn overwritten(env: &[Value], set: &[Variable]) -> Option<Failure> {
    let (name, old) = set.iter().find_map(|(name, new)| {
        let old = env.iter().find(|e| e.get("name").as_str() == Some(name))?;
        (old.get("value") != new.get("value")).then(|| (name, old.get("value").as_str().unwrap_or_default()))
    })?;
    Some(Failure::error(format!("'{name}' already has a value ({old}), and --overwrite is false")))
}

/// Models set/helper.go: updateEnv.
fn merged(mut env: Vec<Value>, set: &[Variable], gone: &[String]) -> Vec<Value> {
    env.retain(|e| !gone.iter().any(|g| e.get("name").as_str() == Some(g)));
    for (key, variable) in set {
        match env.iter_mut().find(|e| e.get("name").as_str() == Some(key)) {
            Some(old) => *old = variable.clone(),
            None => env.push(variable.clone()),
        }
    }
    env
}

/// The variables of a ConfigMap's or a Secret's keys, each referring to its key.
fn from_object(call: &Call, args: &Args, from: &str) -> Result<Vec<(String, Value)>, Failure> {
    let asked = target::asked(&[from.to_owned()])?;
    let mut search = target::find(call, args, "set env", asked)?;
    if let Some(failure) = search.missing.pop() {
        return Err(failure);
    }
    let mut all = Vec::new();
    for found in &search.found {
        let object = found.stored()?;
        let reference = match object.kind() {
            Kind::ConfigMap => "configMapKeyRef",
            Kind::Secret => "secretKeyRef",
            _ => return Err(Failure::error("unsupported resource specified in --from")),
        };
        let value = object.to_value();
        let keys: Vec<&str> = args.all("keys").flat_map(|k| k.split(',')).collect();
        for (key, _) in value.get("data").fields() {
            if !keys.is_empty() && !keys.contains(&key.as_str()) {
                continue;
            }
            let good = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
            let name: String = key.chars().map(good).collect();
            let place = record! { "key" => key.clone(), "name" => object.meta().name.clone() };
            let variable = record! { "name" => name.clone(), "valueFrom" => record! { reference => place } };
            all.push((name, variable));
        }
    }
    Ok(all)
}

/// Prints what is set, container by container.
fn list(call: &mut Call, args: &Args, words: Vec<String>) -> Result<(), Failure> {
    let search = target::search(call, &Args { words, ..args.clone() }, "set env")?;
    for found in &search.found {
        let object = found.stored()?;
        let (kind, value) = (object.kind(), object.to_value());
        let Some(path) = pod_spec_of(kind) else { continue };
        for container in value.at(&path.join(".")).get("containers").items() {
            let name = container.get("name").as_str().unwrap_or_default();
            call.say(&format!("# {} {}, container {name}", kind.info().name, object.meta().name));
            for variable in container.get("env").items() {
                let key = variable.get("name").as_str().unwrap_or_default();
                let said = match variable.get("valueFrom").fields().next() {
                    None => format!("{key}={}", variable.get("value").as_str().unwrap_or_default()),
                    Some((source, at)) => {
                        let text = |field: &str| at.get(field).as_str().unwrap_or_default().to_owned();
                        resolved(call, args, source, at).filter(|_| args.has("resolve")).map_or_else(
                            || format!("# {key} from {}", source_text(source, &text)),
                            |value| format!("{key}={value}"),
                        )
                    }
                };
                call.say(&said);
            }
        }
    }
    call.finish(search.missing)
}

fn source_text(source: &str, text: &dyn Fn(&str) -> String) -> String {
    match source {
        "configMapKeyRef" => format!("configmap {}, key {}", text("name"), text("key")),
        "secretKeyRef" => format!("secret {}, key {}", text("name"), text("key")),
        "fieldRef" => format!("field path {}", text("fieldPath")),
        _ => format!("resource {}", text("resource")),
    }
}

fn resolved(call: &Call, args: &Args, source: &str, at: &Value) -> Option<String> {
    let kind = match source {
        "configMapKeyRef" => Kind::ConfigMap,
        "secretKeyRef" => Kind::Secret,
        _ => return None,
    };
    let object = call.world().store.lookup(kind, &target::namespace(call, args), at.get("name").as_str()?)?;
    let value = object.to_value().get("data").get(at.get("key").as_str()?).as_str()?.to_owned();
    if kind == Kind::ConfigMap { Some(value) } else { String::from_utf8(from_base64(&value)?).ok() }
}
