//! Pod templates, and what they share with pods: tolerations and spreading.

use super::page::{Page, number, text};
use super::{containers, selector, volumes};
use crate::api::Value;

/// Writes the template of a controller's pods. Models DescribePodTemplate.
pub(super) fn write(page: &mut Page, template: &Value) {
    let (meta, spec) = (template.get("metadata"), template.get("spec"));
    page.line(0, "Pod Template:");
    page.labels("  Labels", meta.get("labels"));
    if meta.get("annotations").fields().next().is_some() {
        page.annotations("  Annotations", meta.get("annotations"));
    }
    let account = spec.get("serviceAccountName");
    if !text(account).is_empty() {
        page.field(1, "Service Account", text(account));
    }
    if !spec.get("initContainers").items().is_empty() {
        containers::of_template(page, "Init Containers", spec.get("initContainers"));
    }
    containers::of_template(page, "Containers", spec.get("containers"));
    volumes::write(page, spec.get("volumes"), "  ");
    spread(page, spec.get("topologySpreadConstraints"), "  ");
    let class = spec.get("priorityClassName");
    if !text(class).is_empty() {
        page.field(1, "Priority Class Name", text(class));
    }
    page.labels("  Node-Selectors", spec.get("nodeSelector"));
    tolerations(page, "  Tolerations", spec.get("tolerations"));
}

/// Writes how pods are to be spread. Models describeTopologySpreadConstraints.
pub(super) fn spread(page: &mut Page, constraints: &Value, indent: &str) {
    let mut all: Vec<&Value> = constraints.items().iter().collect();
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|c| text(c.get("topologyKey")));
    let lines = all.into_iter().map(|c| {
        let key = text(c.get("topologyKey"));
        let (otherwise, skew) = (text(c.get("whenUnsatisfiable")), number(c.get("maxSkew")));
        let chosen = match c.get("labelSelector") {
            Value::Null => String::new(),
            labels => format!(" for selector {}", selector::line_or_none(labels)),
        };
        format!("{key}:{otherwise} when max skew {skew} is exceeded{chosen}")
    });
    page.entries(&format!("{indent}Topology Spread Constraints"), lines);
}

/// Writes which taints are borne. Models printTolerationsMultilineWithIndent.
pub(super) fn tolerations(page: &mut Page, title: &str, tolerations: &Value) {
    let mut all: Vec<&Value> = tolerations.items().iter().collect();
    all.sort_by_key(|t| text(t.get("key")));
    page.entries(title, all.into_iter().map(toleration));
}

fn toleration(toleration: &Value) -> String {
    let part = |name: &str| text(toleration.get(name));
    let (mut said, value, effect) = (part("key"), part("value"), part("effect"));
    if !value.is_empty() {
        said += &format!("={value}");
    }
    if !effect.is_empty() {
        said += &format!(":{effect}");
    }
    if part("operator") == "Exists" && value.is_empty() {
        said += if said.is_empty() { "op=Exists" } else { " op=Exists" };
    }
    if let Some(seconds) = toleration.get("tolerationSeconds").as_int() {
        said += &format!(" for {seconds}s");
    }
    said
}
