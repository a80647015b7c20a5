//! What one metric is, and how many replicas it asks for. Models horizontal.go: computeReplicasForMetric.

use super::replicas::{Group, Tolerance, propose};
use crate::api::{Object, Pod, Span, Value};
use crate::manifest::quantity::{binary, decimal, nanos};
use crate::record;
use crate::sim::metrics::{self, Sample, WINDOW};
use crate::sim::world::World;
use std::rc::Rc;

/// How long a pod's CPU is not trusted unless it is ready. Models --horizontal-pod-autoscaler-cpu-initialization-period.
const CPU_INITIALIZATION: Span = Span::secs(300);
/// Models --horizontal-pod-autoscaler-initial-readiness-delay.
const READINESS_DELAY: Span = Span::secs(30);
const NO_METRICS_API: &str = "the server could not find the requested resource (get pods.metrics.k8s.io)";

/// What a metric asks for.
pub(super) struct Found {
    pub replicas: i64,
    /// How the metric is called in conditions and events.
    pub name: String,
    /// What it is now.
    pub status: Value,
}

/// Why it asks for nothing.
pub(super) struct Failed {
    /// One word.
    pub reason: &'static str,
    /// What the event says.
    pub event: String,
    /// What is told of the whole look.
    pub error: String,
}

pub(super) fn compute(
    world: &World,
    hpa: &Object,
    metric: &Value,
    current: i64,
    pods: &[Rc<Pod>],
) -> Result<Found, Failed> {
    let kind = metric.get("type").as_str().unwrap_or("");
    match kind {
        "Resource" | "ContainerResource" => {
            let (field, reason) = match kind {
                "Resource" => ("resource", "FailedGetResourceMetric"),
                _ => ("containerResource", "FailedGetContainerResourceMetric"),
            };
            let source = metric.get(field);
            let text = |name: &str| source.get(name).as_str().unwrap_or("");
            let failed = |event: String| {
                let what = if kind == "Resource" {
                    format!("{} resource", text("name"))
                } else {
                    format!("{} container", text("container"))
                };
                Failed { reason, error: format!("failed to get {what} metric value: {event}"), event }
            };
            let (replicas, name, now) = of_resource(world, hpa, source, current, pods).map_err(failed)?;
            let mut own = record! { "current" => now, "name" => text("name").to_owned() };
            if kind == "ContainerResource" {
                own.set("container", text("container").to_owned());
            }
            let mut status = record! { "type" => kind.to_owned() };
            status.set(field, own);
            Ok(Found { replicas, name, status })
        }
        _ => Err(unavailable(hpa, metric, kind)),
    }
}

/// Nobody serves other metrics in this cluster, as in one without an adapter for them.
fn unavailable(hpa: &Object, metric: &Value, kind: &str) -> Failed {
    let custom = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";
    let external = "unable to fetch metrics from external metrics API: no external metrics API (external.metrics.k8s.io) registered";
    let place = &hpa.meta().namespace;
    let text = |path: &str| metric.at(path).as_str().unwrap_or("").to_owned();
    let per_pod = |source: &str| !metric.at(source).at("target.averageValue").is_null();
    let named = |what: &str, name: &str, why: String| format!("failed to get {name} {what} metric: {why}");
    match kind {
        "Pods" => {
            let event = format!("unable to get metric {}: {custom}", text("pods.metric.name"));
            Failed {
                reason: "FailedGetPodsMetric",
                error: format!("failed to get pods metric value: {event}"),
                event,
            }
        }
        "Object" => {
            let (name, about) = (text("object.metric.name"), metric.at("object.describedObject"));
            let part = |field: &str| about.get(field).as_str().unwrap_or("");
            let event =
                format!("unable to get metric {name}: {} on {place} {}/{custom}", part("kind"), part("name"));
            let inner = if per_pod("object") { named("object", &name, event.clone()) } else { event.clone() };
            Failed {
                reason: "FailedGetObjectMetric",
                error: format!("failed to get object metric value: {inner}"),
                event,
            }
        }
        "External" => {
            let name = text("external.metric.name");
            let selector = match metric.at("external.metric.selector") {
                Value::Null => "nil".to_owned(),
                selector => super::super::disruption::go_selector(&crate::api::Decode::decode(selector)),
            };
            let event = format!("unable to get external metric {place}/{name}/{selector}: {external}");
            let inner = match per_pod("external") {
                true => named("external", &name, event.clone()),
                false => format!("failed to get external metric {name}: {event}"),
            };
            let error = format!("failed to get {name} external metric value: {inner}");
            Failed { reason: "FailedGetExternalMetric", error, event }
        }
        _ => {
            let event = format!("unknown metric source type {kind:?}invalid metric source type");
            Failed { reason: "InvalidMetricSourceType", error: event.clone(), event }
        }
    }
}

/// Models computeStatusForResourceMetricGeneric: replicas, the metric's name, and what it is now.
fn of_resource(
    world: &World,
    hpa: &Object,
    source: &Value,
    current: i64,
    pods: &[Rc<Pod>],
) -> Result<(i64, String, Value), String> {
    let resource = source.get("name").as_str().unwrap_or("");
    let container = source.get("container").as_str();
    let target = source.get("target");
    let average = target.get("averageValue").as_str();
    let what = if average.is_some() { "usage" } else { "utilization" };
    let failed = |why: String| format!("failed to get {resource} {what}: {why}");
    let unable = |why: &str| {
        failed(format!(
            "unable to get metrics for resource {resource}: unable to fetch metrics from resource metrics API: {why}"
        ))
    };
    let sample = metrics::sample(world).ok_or_else(|| unable(NO_METRICS_API))?;
    let used: Vec<Option<i64>> = pods.iter().map(|p| usage(&sample, p, resource, container)).collect();
    if used.iter().all(Option::is_none) {
        let none = "no metrics returned from resource metrics API";
        return Err(failed(format!("unable to get metrics for resource {resource}: {none}")));
    }
    if pods.is_empty() {
        return Err(failed("no pods returned by selector while calculating replica count".to_owned()));
    }
    let groups: Vec<Group> =
        pods.iter().zip(used).map(|(p, used)| group(world, &sample, p, used, resource)).collect();
    let tolerance = Tolerance::of(hpa);
    // Models metrics/utilization.go: GetMetricUsageRatio and GetResourceUtilizationRatio.
    let average_of = |values: &[Option<i64>]| {
        let known: Vec<i64> = values.iter().flatten().copied().collect();
        known.iter().sum::<i64>() / known.len().max(1) as i64
    };
    if let Some(target) = average {
        let target = (nanos(target).unwrap_or(0) / 1_000_000) as i64;
        let ratio = |values: &[Option<i64>]| average_of(values) as f64 / target as f64;
        let fallback = vec![target; pods.len()];
        let (replicas, first) = propose(&groups, current, &tolerance, &ratio, &fallback).map_err(failed)?;
        let now = record! { "averageValue" => amount(resource, average_of(&first)) };
        return Ok((replicas, format!("{resource} resource"), now));
    }
    let requests = requests(pods, resource, container).map_err(failed)?;
    let target = target.get("averageUtilization").as_int().unwrap_or(0);
    let percent = |values: &[Option<i64>]| {
        let known = values.iter().zip(&requests).filter_map(|(v, r)| v.map(|v| (v, r)));
        let (used, asked) = known.fold((0, 0), |sum, (v, r)| (sum.0 + v, sum.1 + r));
        if asked == 0 { 0 } else { used * 100 / asked }
    };
    let ratio = |values: &[Option<i64>]| percent(values) as f64 / target as f64;
    let fallback: Vec<i64> = requests.iter().map(|r| r * target.max(100) / 100).collect();
    let (replicas, first) = propose(&groups, current, &tolerance, &ratio, &fallback).map_err(failed)?;
    let now = record! {
        "averageUtilization" => percent(&first), "averageValue" => amount(resource, average_of(&first)),
    };
    let of = if container.is_some() { "container resource" } else { "resource" };
    Ok((replicas, format!("{resource} {of} utilization (percentage of request)"), now))
}

/// Models buildQuantity.
fn amount(resource: &str, millis: i64) -> String {
    match resource {
        "memory" => binary((millis + 999) / 1_000),
        _ => decimal(i128::from(millis) * 1_000_000),
    }
}

/// What a pod, or one of its containers, uses of a resource, in thousandths. Models metrics/client.go.
fn usage(sample: &Sample, pod: &Pod, resource: &str, container: Option<&str>) -> Option<i64> {
    let all = sample.pod(pod)?;
    let own = all.iter().filter(|u| container.is_none_or(|name| u.container == name));
    let of = |u: &metrics::Usage| match resource {
        "cpu" => Some(u.cpu_millis),
        "memory" => Some(u.memory * 1_000),
        _ => None,
    };
    own.map(of).reduce(|a, b| Some(a? + b?))?
}

/// How a pod counts. Models groupPods.
fn group(world: &World, sample: &Sample, pod: &Pod, used: Option<i64>, resource: &str) -> Group {
    use crate::api::Phase;
    if pod.meta.is_terminating() || pod.status.phase == Phase::Failed {
        return Group::Ignored;
    }
    if pod.status.phase == Phase::Pending {
        return Group::Unready;
    }
    let Some(used) = used else { return Group::Missing };
    if resource != "cpu" {
        return Group::Ready(used);
    }
    let unready = match (pod.status.conditions.get("Ready"), pod.status.started) {
        (Some(ready), Some(started)) => {
            let is_ready = pod.is_ready();
            if started + CPU_INITIALIZATION > world.now() {
                !is_ready || sample.at < ready.since + WINDOW
            } else {
                !is_ready && started + READINESS_DELAY > ready.since
            }
        }
        _ => true,
    };
    if unready { Group::Unready } else { Group::Ready(used) }
}

/// What each pod asks for, in thousandths. Models calculateRequests.
fn requests(pods: &[Rc<Pod>], resource: &str, container: Option<&str>) -> Result<Vec<i64>, String> {
    let of_pod = |pod: &Rc<Pod>| {
        let spec = pod.spec.raw();
        let millis = |v: &Value| v.as_str().and_then(nanos).map(|n| (n / 1_000_000) as i64);
        let whole = spec.at("resources.requests").get(resource);
        if let (Some(own), None) = (millis(whole), container) {
            return Ok(own);
        }
        let sidecars = spec.get("initContainers").items().iter();
        let sidecars = sidecars.filter(|c| c.get("restartPolicy").as_str() == Some("Always"));
        let mut sum = 0;
        for each in spec.get("containers").items().iter().chain(sidecars) {
            let name = each.get("name").as_str().unwrap_or("");
            if container.is_some_and(|wanted| wanted != name) {
                continue;
            }
            let own = millis(each.at("resources.requests").get(resource)).ok_or_else(|| {
                format!("missing request for {resource} in container {name} of Pod {}", pod.meta.name)
            })?;
            sum += own;
            if container.is_some() {
                return Ok(sum);
            }
        }
        match container {
            Some(name) => Err(format!("container {name} not found in Pod {}", pod.meta.name)),
            None => Ok(sum),
        }
    };
    pods.iter().map(of_pod).collect()
}
