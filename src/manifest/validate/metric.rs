//! What autoscalers go by. Models pkg/apis/autoscaling/validation/validation.go: validateMetricSpec.

use super::{
    Errors, forbidden, invalid, names, not_supported, or_empty, quantity_sign, required, resources, scaling,
    text,
};
use crate::api::Value;
use crate::manifest::field::Path;

/// The sorts of metrics with their fields, in the order in which the server looks at them.
const SOURCES: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];
const KINDS: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];

pub(super) fn check(metric: &Value, path: &Path, errors: &mut Errors) {
    let kind = or_empty(metric.get("type"));
    if text(&kind).is_empty() {
        required("must specify a metric source type", &path.field("type"), errors);
    }
    if !KINDS.contains(&text(&kind)) {
        not_supported(&kind, &KINDS, &path.field("type"), errors);
    }
    let there: Vec<_> = SOURCES.into_iter().filter(|(_, name)| !metric.get(name).is_null()).collect();
    if let Some((_, name)) = there.first() {
        source(name, metric.get(name), &path.field(name), errors);
    }
    if let Some((_, name)) = SOURCES.into_iter().find(|(word, _)| *word == text(&kind))
        && metric.get(name).is_null()
    {
        required("must populate information for the given metric source", &path.field(name), errors);
    }
    for (_, name) in there.iter().filter(|(word, _)| there.len() > 1 && *word != text(&kind)) {
        forbidden("must populate the given metric source only", &path.field(name), errors);
    }
}

fn source(name: &str, source: &Value, path: &Path, errors: &mut Errors) {
    let needs_or = |field: &'static str, detail: &str, errors: &mut Errors| {
        let there = !text(source.get(field)).is_empty();
        if !there {
            required(detail, &path.field(field), errors);
        }
        there
    };
    match name {
        "resource" => {
            needs_or("name", "must specify a resource name", errors);
        }
        "containerResource" => {
            if needs_or("name", "must specify a resource name", errors) {
                resources::container_name(text(source.get("name")), &path.field("name"), errors);
            }
            if needs_or("container", "must specify a container", errors) {
                names::check(source.get("container"), names::label, &path.field("container"), errors);
            }
        }
        _ => {
            if name == "object" {
                scaling::target(source.get("describedObject"), true, &path.field("describedObject"), errors);
            }
            let (metric, at) = (source.at("metric.name"), path.field("metric"));
            if text(metric).is_empty() {
                required("must specify a metric name", &at.field("name"), errors);
            } else {
                names::check(metric, names::path_segment, &at.field("name"), errors);
            }
        }
    }
    let (wanted, at) = (source.get("target"), path.field("target"));
    target(wanted, &at, errors);
    let is = |field: &str| !wanted.get(field).is_null();
    let (value, average, share) = (is("value"), is("averageValue"), is("averageUtilization"));
    let average_at = at.field("averageValue");
    match name {
        "object" if !value && !average => {
            required("must set either a target value or averageValue", &average_at, errors);
        }
        "external" if !value && !average => {
            required("must set either a target value for metric or a per-pod target", &average_at, errors);
        }
        "external" if value && average => {
            let detail = "may not set both a target value for metric and a per-pod target";
            forbidden(detail, &at.field("value"), errors);
        }
        "pods" if !average => required("must specify a positive target averageValue", &average_at, errors),
        "resource" | "containerResource" if !share && !average => {
            let detail = "must set either a target raw value or a target utilization";
            required(detail, &at.field("averageUtilization"), errors);
        }
        "resource" | "containerResource" if share && average => {
            forbidden("may not set both a target raw value and a target utilization", &average_at, errors);
        }
        _ => {}
    }
}

/// validateMetricTarget.
fn target(target: &Value, path: &Path, errors: &mut Errors) {
    let kind = or_empty(target.get("type"));
    if text(&kind).is_empty() {
        required("must specify a metric target type", &path.field("type"), errors);
    }
    if !matches!(text(&kind), "Utilization" | "Value" | "AverageValue") {
        let detail = "must be either Utilization, Value, or AverageValue";
        invalid(&kind, detail, &path.field("type"), errors);
    }
    for name in ["value", "averageValue"] {
        if !target.get(name).is_null() && quantity_sign(target.get(name)) <= 0 {
            invalid(target.get(name), "must be positive", &path.field(name), errors);
        }
    }
    let share = target.get("averageUtilization");
    if share.as_int().is_some_and(|n| n < 1) {
        invalid(share, "must be greater than 0", &path.field("averageUtilization"), errors);
    }
}
