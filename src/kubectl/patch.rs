//! `kubectl patch`: a few fields of an object are changed.
//!
//! Models kubectl pkg/cmd/patch/patch.go.

use super::args::{self, Args, value};
use super::failure::Failure;
use super::{Call, Verb, Words, merge, save, target};
use crate::api::{Object, Value};
use crate::manifest;
use crate::manifest::Refusal;
use crate::sim::Request;

/// `kubectl patch (TYPE NAME | TYPE/NAME | -f FILE) -p PATCH [--type=strategic|merge]`.
pub(super) const VERB: Verb = Verb {
    name: "patch",
    takes: Words::Objects(&[]),
    flags: &[
        args::FILES,
        args::CHANGE,
        &[value("patch", 'p'), value("type", ' '), value("patch-file", ' '), value("subresource", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let text = match (args.get("patch"), args.get("patch-file")) {
        (Some(text), _) => text.to_owned(),
        (None, Some(file)) => call
            .files
            .read(file)
            .ok_or_else(|| Failure::error(format!("unable to read patch file: {file}")))?,
        (None, None) => {
            return Err(Failure::error(
                "must specify --patch or --patch-file containing the contents of the patch",
            ));
        }
    };
    let kind_of_patch = args.get("type").unwrap_or("strategic");
    if !["json", "merge", "strategic"].contains(&kind_of_patch) {
        let why = format!("--type must be one of [json merge strategic], not {kind_of_patch:?}");
        return Err(Failure::usage("patch", why));
    }
    let search = target::search(call, args, "patch")?;
    if search.asked.is_empty() {
        return Err(Failure::error(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    let mut failures = search.missing;
    for found in &search.found {
        match patch(call, found.stored()?, &text, kind_of_patch, mode) {
            Ok(line) => call.say(&line),
            Err(failure) => failures.push(failure),
        }
    }
    call.finish(failures)
}

fn patch(
    call: &mut Call,
    object: &Object,
    text: &str,
    kind_of_patch: &str,
    mode: save::Mode,
) -> Result<String, Failure> {
    let now = object.to_value();
    let change = read(text)?;
    let wanted = match (kind_of_patch, &change) {
        ("json", Value::List(operations)) => json_patch(&now, operations)?,
        ("json", _) => return Err(bad_patch()),
        ("merge", Value::Map(_)) => {
            let mut wanted = now.clone();
            wanted.merge(&change);
            wanted
        }
        (_, Value::Map(_)) => merge::strategic(object.kind(), &now, &change),
        _ => return Err(bad_patch()),
    };
    if let Some(refusal) = manifest::undecodable(object.kind(), &wanted)
        && !refusal.message.contains("strict decoding error")
    {
        if let Some(why) = inconvertible(&refusal.message).filter(|_| kind_of_patch == "strategic") {
            let said = format!("patch: Invalid value: {:?}: {why}", go_text(&change));
            return Err(Failure::plain(format!("The request is invalid: {said}")));
        }
        return Err(Failure::refused(&refusal, ""));
    }
    let difference = merge::difference(&now, &wanted);
    let key = object.key();
    let written = save::send(call.timeline, Request::Patch(key, difference), mode)
        .map_err(|refusal| Failure::refused(&refusal, ""))?;
    let same = written.meta().revision == object.meta().revision;
    let verb = if same { "patched (no change)" } else { "patched" };
    Ok(save::line(object.kind(), &object.meta().name, verb, mode))
}

/// Why a value of a strategic patch fits its field's type in no way, out of what decoding says of it.
/// Models apimachinery pkg/runtime/converter.go: fromUnstructured.
fn inconvertible(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("cannot unmarshal ")?;
    let (is, rest) = rest.split_once(" into Go struct field ")?;
    let (_, wanted) = rest.split_once(" of type ")?;
    let is = match is {
        "object" => "map",
        "array" => "slice",
        "number" => "int64",
        other => other,
    };
    Some(match wanted {
        _ if wanted.starts_with("[]") => format!("cannot restore slice from {is}"),
        _ if wanted.starts_with("map[") => format!("cannot restore map from {is}"),
        _ if wanted.contains('.') => format!("cannot restore struct from: {is}"),
        "string" if is == "int64" => "cannot convert int64 to string".to_owned(),
        _ => format!("unrecognized type: {wanted}"),
    })
}

/// A value as Go prints it.
fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Str(text) => text.to_string(),
        Value::Map(map) => {
            let all: Vec<String> = map.iter().map(|(k, v)| format!("{k}:{}", go_text(v))).collect();
            format!("map[{}]", all.join(" "))
        }
        Value::List(items) => {
            let all: Vec<String> = items.iter().map(go_text).collect();
            format!("[{}]", all.join(" "))
        }
        scalar => scalar.to_json(),
    }
}

fn bad_patch() -> Failure {
    let why = "json: cannot unmarshal string into Go value of type map[string]interface {}";
    Failure::refused(&Refusal::bad_request(why), "")
}

/// Reads a patch, which is JSON or YAML: the manifest room reads it as a field of an object.
pub(super) fn read(text: &str) -> Result<Value, Failure> {
    let indented: String = text.lines().map(|line| format!("  {line}\n")).collect();
    let wrapped = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: patch}}\npatch:\n{indented}");
    let mut documents = manifest::parse(&wrapped).documents;
    match documents.pop() {
        Some(document) if documents.is_empty() && !document.value.is_null() => {
            Ok(document.value.get("patch").clone())
        }
        _ => Err(bad_patch()),
    }
}

/// Carries out a JSON patch (RFC 6902): add, remove, replace and test.
pub(super) fn json_patch(object: &Value, operations: &[Value]) -> Result<Value, Failure> {
    let mut out = object.clone();
    for operation in operations {
        let op = operation.get("op").as_str().unwrap_or_default();
        let path = operation.get("path").as_str().unwrap_or_default();
        let steps: Vec<String> =
            path.split('/').skip(1).map(|s| s.replace("~1", "/").replace("~0", "~")).collect();
        change(&mut out, &steps, op, operation.get("value")).ok_or_else(|| {
            Failure::plain(
                "The request is invalid: the server rejected our request due to an error in our request",
            )
        })?;
    }
    Ok(out)
}

/// One operation below a value; none, if its path leads nowhere.
fn change(here: &mut Value, steps: &[String], op: &str, value: &Value) -> Option<()> {
    let (step, rest) = steps.split_first()?;
    if !rest.is_empty() {
        return match here {
            Value::Map(_) => change(here.map_mut().get_mut(step.as_str())?, rest, op, value),
            Value::List(_) => {
                let at: usize = step.parse().ok()?;
                change(here.list_mut().get_mut(at)?, rest, op, value)
            }
            _ => None,
        };
    }
    match here {
        Value::Map(_) => {
            let map = here.map_mut();
            match op {
                "add" => drop(map.insert(step.clone().into(), value.clone())),
                "replace" => *map.get_mut(step.as_str())? = value.clone(),
                "remove" => drop(map.remove(step.as_str())?),
                "test" => return (map.get(step.as_str())? == value).then_some(()),
                _ => return None,
            }
        }
        Value::List(_) => {
            let list = here.list_mut();
            let at = if step == "-" { list.len() } else { step.parse().ok()? };
            match op {
                "add" if at <= list.len() => list.insert(at, value.clone()),
                "replace" => *list.get_mut(at)? = value.clone(),
                "remove" if at < list.len() => drop(list.remove(at)),
                "test" => return (list.get(at)? == value).then_some(()),
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
}
