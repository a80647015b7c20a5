//! Environment variables of containers, and where their values come from.

use super::page::{Page, text};
use crate::api::Value;

/// Writes a container's variables. Of a pod, what refers to its metadata is looked up.
/// Models describeContainerEnvFrom and describeContainerEnvVars.
pub(super) fn write(page: &mut Page, container: &Value, pod: Option<&Value>) {
    let sources = container.get("envFrom").items();
    if !sources.is_empty() {
        page.line(2, "Environment Variables from:");
        for source in sources {
            let (kind, from) = match source.get("configMapRef") {
                Value::Null => ("Secret", source.get("secretRef")),
                from => ("ConfigMap", from),
            };
            let (name, optional) = (text(from.get("name")), optional(from));
            match text(source.get("prefix")) {
                p if p.is_empty() => page.line(3, format_args!("{name}\t{kind}\tOptional: {optional}")),
                p => page.line(3, format_args!("{name}\t{kind} with prefix '{p}'\tOptional: {optional}")),
            }
        }
    }
    let variables = container.get("env").items();
    let none = if variables.is_empty() { "\t<none>" } else { "" };
    page.line(2, format_args!("Environment:{none}"));
    for variable in variables {
        one(page, variable, container, pod);
    }
}

fn optional(source: &Value) -> bool {
    source.get("optional").as_bool() == Some(true)
}

fn one(page: &mut Page, variable: &Value, container: &Value, pod: Option<&Value>) {
    let (name, from) = (text(variable.get("name")), variable.get("valueFrom"));
    let Some((source, reference)) = from.fields().find(|(_, r)| !r.is_null()) else {
        for (i, line) in text(variable.get("value")).split('\n').enumerate() {
            match i {
                0 => page.field(3, &name, line),
                _ => page.line(3, format_args!("\t{line}")),
            }
        }
        return;
    };
    let part = |field: &str| text(reference.get(field));
    let (key, owner, optional) = (part("key"), part("name"), optional(reference));
    match source.as_str() {
        "fieldRef" => {
            let path = part("fieldPath");
            let value = pod.map(|pod| of_field(pod, &path)).unwrap_or_default();
            page.field(3, name, format_args!("{value} ({}:{path})", part("apiVersion")));
        }
        "resourceFieldRef" => {
            let (value, resource) = (of_resource(container, reference), part("resource"));
            page.field(3, name, format_args!("{value} ({resource})"));
        }
        "secretKeyRef" => page.field(
            3,
            name,
            format_args!("<set to the key '{key}' in secret '{owner}'>\tOptional: {optional}"),
        ),
        "configMapKeyRef" => page.field(
            3,
            name,
            format_args!("<set to the key '{key}' of config map '{owner}'>\tOptional: {optional}"),
        ),
        _ => {}
    }
}

/// Only metadata is looked up. Models kubectl pkg/util/fieldpath: ExtractFieldPathAsString.
fn of_field(pod: &Value, path: &str) -> String {
    // One label or annotation is not: its subscript is no field that kubectl's scheme knows.
    match path {
        "metadata.name" | "metadata.namespace" | "metadata.uid" => text(pod.at(path)),
        "metadata.labels" | "metadata.annotations" => {
            let pairs: Vec<String> =
                pod.at(path).fields().map(|(k, v)| format!("{k}={:?}", text(v))).collect();
            pairs.join("\n")
        }
        _ => String::new(),
    }
}

/// Models kubectl pkg/util/resource: ExtractContainerResourceValue.
fn of_resource(container: &Value, reference: &Value) -> String {
    let resource = text(reference.get("resource"));
    let millis = |v: &Value| crate::api::Cpu::parse(&text(v)).map_or(0, |q| q.millis);
    let amount = millis(container.get("resources").at(&resource));
    let divisor = match millis(reference.get("divisor")) {
        0 => 1000,
        divisor => divisor,
    };
    // An amount that does not divide is rounded up.
    let value = amount / divisor + i64::from(amount % divisor != 0);
    match value {
        0 if resource == "limits.cpu" || resource == "limits.memory" => "node allocatable".to_owned(),
        value => value.to_string(),
    }
}
