//! HorizontalPodAutoscalers. Models describeHorizontalPodAutoscalerV2.

use super::Seen;
use super::page::{Page, date, number, text, text_or};
use crate::api::Value;

/// The text of an autoscaler.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "CreationTimestamp", date(meta.get("creationTimestamp")));
    let (kind, name) = (text(spec.at("scaleTargetRef.kind")), text(spec.at("scaleTargetRef.name")));
    page.field(0, "Reference", format_args!("{kind}/{name}"));
    page.field(0, "Metrics", "( current / target )");
    for (i, wanted) in spec.get("metrics").items().iter().enumerate() {
        let current = status.get("currentMetrics").items().get(i).unwrap_or(&Value::Null);
        metric(page, wanted, current);
    }
    page.field(0, "Min replicas", text_or(spec.get("minReplicas"), "<unset>"));
    page.field(0, "Max replicas", number(spec.get("maxReplicas")));
    let behaviour = spec.get("behavior");
    if !behaviour.is_null() {
        page.line(0, "Behavior:");
        direction(page, "Scale Up", behaviour.get("scaleUp"));
        direction(page, "Scale Down", behaviour.get("scaleDown"));
    }
    let (have, want) = (number(status.get("currentReplicas")), number(status.get("desiredReplicas")));
    page.field(0, format_args!("{kind} pods"), format_args!("{have} current / {want} desired"));
    let conditions = status.get("conditions").items();
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tReason\tMessage");
        page.line(1, "----\t------\t------\t-------");
    }
    for condition in conditions {
        let cells = ["type", "status", "reason", "message"].map(|name| text(condition.get(name)));
        page.line(1, cells.join("\t"));
    }
}

/// One metric: what it is now, and what it should be.
fn metric(page: &mut Page, wanted: &Value, current: &Value) {
    let unknown = |v: &Value| text_or(v, "<unknown>");
    let of = |source: &str| (wanted.get(source), current.get(source).get("current"));
    match text(wanted.get("type")).as_str() {
        "Resource" => {
            let (source, now) = of("resource");
            let title = format!("resource {} on pods", text(source.get("name")));
            share(page, &title, source.get("target"), now);
        }
        "ContainerResource" => {
            let (source, now) = of("containerResource");
            let (name, container) = (text(source.get("name")), text(source.get("container")));
            let title = format!("resource {name} of container \"{container}\" on pods");
            share(page, &title, source.get("target"), now);
        }
        "Pods" => {
            let (source, now) = of("pods");
            let name = text(source.at("metric.name"));
            let (have, want) = (unknown(now.get("averageValue")), text(source.at("target.averageValue")));
            page.field(1, format_args!("{name:?} on pods"), format_args!("{have} / {want}"));
        }
        kind @ ("External" | "Object") => {
            let (source, now) = of(if kind == "Object" { "object" } else { "external" });
            let mut name = format!("{:?}", text(source.at("metric.name")));
            if kind == "Object" {
                let about = source.get("describedObject");
                name += &format!(" on {}/{}", text(about.get("kind")), text(about.get("name")));
            }
            let (what, field) = match source.at("target.averageValue") {
                Value::Null => ("target value", "value"),
                _ => ("target average value", "averageValue"),
            };
            let (have, want) = (unknown(now.get(field)), text(source.get("target").get(field)));
            page.field(1, format_args!("{name} ({what})"), format_args!("{have} / {want}"));
        }
        other => page.line(1, format_args!("<unknown metric type {other:?}>")),
    }
}

/// A metric that pods have on average, as an amount or as a share of what they ask for.
fn share(page: &mut Page, title: &str, target: &Value, now: &Value) {
    if !target.get("averageValue").is_null() {
        let have = text_or(now.get("averageValue"), "<unknown>");
        page.field(1, title, format_args!("{have} / {}", text(target.get("averageValue"))));
        return;
    }
    let have = match now.get("averageUtilization") {
        Value::Null => "<unknown>".to_owned(),
        percent => format!("{}% ({})", text(percent), text(now.get("averageValue"))),
    };
    let want = match target.get("averageUtilization") {
        Value::Null => "<auto>".to_owned(),
        percent => format!("{}%", text(percent)),
    };
    page.field(1, format_args!("{title}  (as a percentage of request)"), format_args!("{have} / {want}"));
}

/// Models printDirectionBehavior.
fn direction(page: &mut Page, title: &str, rules: &Value) {
    if rules.is_null() {
        return;
    }
    page.line(1, format_args!("{title}:"));
    if let Some(seconds) = rules.get("stabilizationWindowSeconds").as_int() {
        page.line(2, format_args!("Stabilization Window: {seconds} seconds"));
    }
    let policies = rules.get("policies").items();
    if policies.is_empty() {
        return;
    }
    page.line(2, format_args!("Select Policy: {}", text_or(rules.get("selectPolicy"), "Max")));
    page.line(2, "Policies:");
    for policy in policies {
        let (kind, value) = (text(policy.get("type")), number(policy.get("value")));
        let period = number(policy.get("periodSeconds"));
        page.line(3, format_args!("- Type: {kind}\tValue: {value}\tPeriod: {period} seconds"));
    }
}
