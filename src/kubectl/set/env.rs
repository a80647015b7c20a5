//! `kubectl set env`: variables of the containers of a template.
//!
//! Models kubectl pkg/cmd/set/set_env.go.

use super::{Change, WHICH, containers, each, pod_spec_of};
use crate::api::{Kind, Value, from_base64};
use crate::kubectl::args::{self, Args, truth, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words, target};
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

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let is_change = |w: &String| w.contains('=') || (w.ends_with('-') && !w.contains('/'));
    let (mut changes, words): (Vec<String>, Vec<String>) = args.words.iter().cloned().partition(is_change);
    changes.extend(args.all("env").map(str::to_owned));
    if args.has("list") {
        return list(call, args, words);
    }
    let mut set: Vec<(String, Value)> = Vec::new();
    if let Some(from) = args.get("from") {
        set.extend(from_object(call, args, from)?);
    }
    for (key, value) in changes.iter().filter_map(|c| c.split_once('=')) {
        set.push((key.to_owned(), record! { "name" => key.to_owned(), "value" => value.to_owned() }));
    }
    let gone: Vec<&str> =
        changes.iter().filter_map(|c| c.strip_suffix('-')).filter(|c| !c.contains('=')).collect();
    if set.is_empty() && gone.is_empty() {
        return Err(Failure::error("at least one environment variable must be provided"));
    }
    let which = args.get("containers").unwrap_or("*");
    let change = |spec: &mut Value| {
        let named = containers(spec, which, |container| {
            let mut env = container.get("env").items().to_vec();
            env.retain(|e| !gone.iter().any(|g| e.get("name").as_str() == Some(g)));
            for (key, variable) in &set {
                match env.iter_mut().find(|e| e.get("name").as_str() == Some(key)) {
                    Some(old) => *old = variable.clone(),
                    None => env.push(variable.clone()),
                }
            }
            container.set("env", env);
        });
        if named == 0 {
            return Err(Failure::error(format!("unable to find container named {which:?}")));
        }
        Ok(())
    };
    let failed = "failed to patch env update to pod template: ";
    each(call, args, words, &Change { verb: "set env", done: "env updated", failed, change: &change })
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
            other => {
                let why = format!("unsupported resource specified in --from: {}", other.info().singular);
                return Err(Failure::error(why));
            }
        };
        let value = object.to_value();
        for (key, _) in value.get("data").fields() {
            let upper = key.to_uppercase().replace(['.', '-'], "_");
            let name = format!("{}{upper}", args.get("prefix").unwrap_or(""));
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
