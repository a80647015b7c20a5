//! Autoscalers, disruption budgets, quotas, limits and priorities. Models printers.go: printHorizontalPodAutoscaler
//! and its neighbours.

use super::{Printed, col, created, name, number, or, or_none, text};
use crate::api::{Time, Value};

pub(super) const AUTOSCALER: Printed = Printed {
    kind: "HorizontalPodAutoscaler",
    columns: &[
        col("Name"),
        col("Reference"),
        col("Targets"),
        col("MinPods"),
        col("MaxPods"),
        col("Replicas"),
        col("Age"),
    ],
    cells: autoscaler,
};

pub(super) const DISRUPTION_BUDGET: Printed = Printed {
    kind: "PodDisruptionBudget",
    columns: &[
        col("Name"),
        col("Min Available"),
        col("Max Unavailable"),
        col("Allowed Disruptions"),
        col("Age"),
    ],
    cells: |o, now| {
        let limit = |field| or(text(o.get("spec").get(field)), "N/A");
        let allowed = number(o.at("status.disruptionsAllowed")).to_string();
        vec![name(o), limit("minAvailable"), limit("maxUnavailable"), allowed, created(o, now)]
    },
};

pub(super) const QUOTA: Printed = Printed {
    kind: "ResourceQuota",
    columns: &[col("Name"), col("Request"), col("Limit"), col("Age")],
    cells: quota,
};

pub(super) const LIMIT_RANGE: Printed = Printed {
    kind: "LimitRange",
    columns: &[col("Name"), col("Created At")],
    cells: |o, _| vec![name(o), text(o.at("metadata.creationTimestamp"))],
};

pub(super) const PRIORITY_CLASS: Printed = Printed {
    kind: "PriorityClass",
    columns: &[col("Name"), col("Value"), col("Global-Default"), col("Age"), col("PreemptionPolicy")],
    cells: |o, now| {
        vec![
            name(o),
            number(o.get("value")).to_string(),
            o.get("globalDefault").as_bool().unwrap_or(false).to_string(),
            created(o, now),
            or(text(o.get("preemptionPolicy")), "PreemptLowerPriority"),
        ]
    },
};

fn autoscaler(o: &Value, now: Time) -> Vec<String> {
    let target = o.at("spec.scaleTargetRef");
    vec![
        name(o),
        format!("{}/{}", text(target.get("kind")), text(target.get("name"))),
        metrics(o),
        or(text(o.at("spec.minReplicas")), "<unset>"),
        number(o.at("spec.maxReplicas")).to_string(),
        number(o.at("status.currentReplicas")).to_string(),
        created(o, now),
    ]
}

/// Models printers.go: formatHPAMetrics.
fn metrics(o: &Value) -> String {
    let current = o.at("status.currentMetrics").items();
    let mut all = Vec::new();
    for (i, metric) in o.at("spec.metrics").items().iter().enumerate() {
        let (source, named) = match metric.get("type").as_str() {
            Some("Resource") => ("resource", true),
            Some("ContainerResource") => ("containerResource", true),
            Some("Pods") => ("pods", false),
            Some("Object") => ("object", false),
            _ => ("external", false),
        };
        let (target, now) = (metric.get(source).get("target"), current.get(i).unwrap_or(Value::nothing()));
        let now = now.get(source).get("current");
        let of = |field: &str, unit: &str| {
            let amount = |v: &Value| match text(v.get(field)) {
                none if none.is_empty() => None,
                some => Some(some + unit),
            };
            let now = amount(now).unwrap_or("<unknown>".into());
            amount(target).map(|target| format!("{now}/{target}"))
        };
        let average = of("averageValue", "");
        all.push(if named {
            let pair = average.or_else(|| of("averageUtilization", "%"));
            format!("{}: {}", text(metric.get(source).get("name")), pair.unwrap_or("<unknown>/<auto>".into()))
        } else if source == "pods" {
            average.unwrap_or_default()
        } else {
            average.map(|pair| pair + " (avg)").or_else(|| of("value", "")).unwrap_or_default()
        });
    }
    match all.len() {
        0 => "<none>".into(),
        1 | 2 => all.join(", "),
        n => format!("{} + {} more...", all[..2].join(", "), n - 2),
    }
}

/// Models printers.go: printResourceQuota.
fn quota(o: &Value, now: Time) -> Vec<String> {
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    let used = o.at("status.used");
    for (resource, hard) in o.at("status.hard").fields() {
        let line = format!("{resource}: {}/{}", or(text(used.get(resource)), "0"), text(hard));
        let is_limit =
            ["limits.cpu", "limits.memory", "limits.ephemeral-storage"].contains(&resource.as_str());
        if is_limit { limits.push(line) } else { requests.push(line) }
    }
    vec![name(o), requests.join(", "), limits.join(", "), or_none(created(o, now))]
}
