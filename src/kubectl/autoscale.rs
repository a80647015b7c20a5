//! `kubectl autoscale`: a HorizontalPodAutoscaler for what has replicas.
//!
//! Models kubectl pkg/cmd/autoscale/autoscale.go.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, save, target};
use crate::api::{Kind, Map, Object, Quantity, Value};
use crate::record;
use crate::sim::Request;

/// `kubectl autoscale (TYPE NAME | TYPE/NAME | -f FILE) [--min=N] --max=N [--cpu=80%|500m] [--memory=80%|200Mi]`.
pub(super) const VERB: Verb = Verb {
    name: "autoscale",
    takes: Words::SCALED,
    flags: &[
        args::CHOICE,
        args::FILES,
        args::CHANGE,
        &[value("min", ' '), value("max", ' '), value("cpu", ' '), value("memory", ' ')],
        &[value("cpu-percent", ' '), value("name", ' '), truth("save-config", ' ')],
    ],
    run,
};

const DEPRECATED: &str = "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity \
                          format (e.g., '70%' for utilization or '500m' for milliCPU).";

const INCOMPATIBLE: &str = "failed to create autoscaling/v2 HPA and the configuration is incompatible with \
                            autoscaling/v1: empty input";

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.get("cpu-percent").is_some() {
        call.complain(DEPRECATED);
    }
    if args.get("max").is_none() {
        return Err(Failure::required("max"));
    }
    let (least, most) = (number(args, "min"), number(args, "max"));
    if most < 1 {
        let why = format!("--max=MAXPODS is required and must be at least 1, max: {most}");
        return Err(Failure::error(why));
    }
    if most < least {
        let why =
            format!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}");
        return Err(Failure::error(why));
    }
    let percent = number(args, "cpu-percent");
    if percent > 0 && args.get("cpu").is_some() {
        return Err(Failure::error("--cpu-percent and --cpu are mutually exclusive"));
    }
    let metrics = metrics(args, percent)?;
    let mode = save::Mode::of(args)?;
    let search = target::search(call, args, "autoscale")?;
    let mut failures = search.missing;
    if search.asked.is_empty() {
        return Err(Failure::error(target::NOTHING_NAMED));
    }
    for found in &search.found {
        let object = found.stored()?;
        let kind = object.kind();
        if !matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet) {
            let info = kind.info();
            let why = format!(
                "could not find scale subresource for {}, Resource={} in discovery information",
                info.api_version(),
                info.plural
            );
            failures.push(Failure::error(format!("cannot autoscale a {}: {why}", info.name)));
            continue;
        }
        failures.extend(autoscale(call, args, object, (least, most, &metrics), mode).err());
    }
    call.finish(failures)
}

/// Makes the autoscaler of one object. Models autoscale.go: createHorizontalPodAutoscalerV2 and handleHPA.
fn autoscale(
    call: &mut Call,
    args: &Args,
    object: &Object,
    (least, most, metrics): (i64, i64, &[Value]),
    mode: save::Mode,
) -> Result<(), Failure> {
    let (kind, meta) = (object.kind(), object.meta().clone());
    let name = args.get("name").unwrap_or(&meta.name).to_owned();
    let reference = record! { "apiVersion" => kind.info().api_version(), "kind" => kind.info().name, "name" => meta.name };
    let spec = record! {
        "maxReplicas" => most,
        "metrics" => (!metrics.is_empty()).then(|| metrics.to_vec()),
        "minReplicas" => (least > 0).then_some(least),
        "scaleTargetRef" => reference,
    };
    let own = Kind::HorizontalPodAutoscaler;
    let mut value = record! {
        "apiVersion" => own.info().api_version(), "kind" => own.info().name,
        "metadata" => record! { "name" => name.clone() }, "spec" => spec,
    };
    if mode == save::Mode::DryClient {
        if let Some(namespace) = args.get("namespace") {
            value.set("metadata.namespace", namespace.to_owned());
        }
        let mut status = Map::new();
        status.insert("currentMetrics".into(), Value::Null);
        status.insert("desiredReplicas".into(), 0i64.into());
        value.set("status", status);
        return save::tell(call, args, &value, &save::line(own, &name, "created", mode));
    }
    value.set("metadata.namespace", meta.namespace);
    match save::send(call.timeline, Request::Create(value), mode) {
        Ok(made) => save::tell(call, args, &made.to_value(), &save::line(own, &name, "autoscaled", mode)),
        // What the older API cannot express is not tried with it, and only that is said then.
        Err(_) if !of_old(args, number(args, "cpu-percent")) => Err(Failure::error(INCOMPATIBLE)),
        Err(refusal) => Err(Failure::refused(&refusal, "")),
    }
}

/// What the autoscaler looks at.
fn metrics(args: &Args, percent: i64) -> Result<Vec<Value>, Failure> {
    let mut metrics = Vec::new();
    if percent > 0 {
        metrics.push(metric("cpu", record! { "averageUtilization" => percent, "type" => "Utilization" }));
    }
    for (resource, unit) in [("cpu", "m"), ("memory", "Mi")] {
        if let Some(text) = args.get(resource).filter(|t| !t.is_empty()) {
            metrics.push(metric(resource, amount(resource, unit, text.trim())?));
        }
    }
    Ok(metrics)
}

/// Could autoscaling/v1 say the same? Models autoscale.go: canCreateHPAV1.
fn of_old(args: &Args, percent: i64) -> bool {
    let given = |flag: &str| args.get(flag).filter(|text| !text.is_empty());
    given("memory").is_none() && given("cpu").is_some_and(|cpu| percent >= 0 || cpu.ends_with('%'))
}

fn number(args: &Args, flag: &str) -> i64 {
    args.get(flag).and_then(|text| text.parse().ok()).unwrap_or(-1)
}

fn metric(resource: &'static str, target: Value) -> Value {
    record! { "resource" => record! { "name" => resource, "target" => target }, "type" => "Resource" }
}

/// Models parseResourceInput: `80%`, `500m`, or a bare number in the resource's own unit.
fn amount(resource: &str, unit: &str, text: &str) -> Result<Value, Failure> {
    if let Some(percent) = text.strip_suffix('%') {
        let share: Option<i64> = percent.parse().ok().filter(|n| *n >= 0);
        let share = share.ok_or_else(|| Failure::error(format!("invalid percentage value: {percent}")))?;
        return Ok(record! { "averageUtilization" => share, "type" => "Utilization" });
    }
    let text = if text.parse::<f64>().is_ok() { format!("{text}{unit}") } else { text.to_owned() };
    if Quantity::parse(&text).is_none() {
        return Err(Failure::error(format!("invalid resource {resource} value: {text}")));
    }
    Ok(record! { "averageValue" => text, "type" => "AverageValue" })
}
