//! `kubectl autoscale`: a HorizontalPodAutoscaler for what has replicas.
//!
//! Models kubectl pkg/cmd/autoscale/autoscale.go.

use super::args::{self, Args, value};
use super::failure::Failure;
use super::{Call, Verb, Words, save, target};
use crate::api::{Kind, Quantity, Value};
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
        &[value("cpu-percent", ' '), value("name", ' ')],
    ],
    run,
};

const DEPRECATED: &str = "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity \
                          format (e.g., '70%' for utilization or '500m' for milliCPU).";

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
    let mut metrics = Vec::new();
    if percent > 0 {
        metrics.push(metric("cpu", record! { "averageUtilization" => percent, "type" => "Utilization" }));
    }
    for (resource, unit) in [("cpu", "m"), ("memory", "Mi")] {
        if let Some(text) = args.get(resource).filter(|t| !t.is_empty()) {
            metrics.push(metric(resource, amount(resource, unit, text.trim())?));
        }
    }
    let mode = save::Mode::of(args)?;
    let search = target::search(call, args, "autoscale")?;
    let mut failures = search.missing;
    if search.asked.is_empty() {
        return Err(Failure::error("no objects passed to autoscale"));
    }
    for found in &search.found {
        let object = found.stored()?;
        let (kind, meta) = (object.kind(), object.meta().clone());
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
        let name = args.get("name").unwrap_or(&meta.name).to_owned();
        let reference = record! { "apiVersion" => kind.info().api_version(), "kind" => kind.info().name, "name" => meta.name };
        let spec = record! {
            "maxReplicas" => most,
            "metrics" => (!metrics.is_empty()).then(|| metrics.clone()),
            "minReplicas" => (least > 0).then_some(least),
            "scaleTargetRef" => reference,
        };
        let own = Kind::HorizontalPodAutoscaler;
        let value = record! {
            "apiVersion" => own.info().api_version(), "kind" => own.info().name,
            "metadata" => record! { "name" => name.clone(), "namespace" => meta.namespace }, "spec" => spec,
        };
        match save::send(call.timeline, Request::Create(value), mode) {
            Ok(made) => {
                let verb = if mode == save::Mode::DryClient { "created" } else { "autoscaled" };
                save::tell(call, args, &made.to_value(), &save::line(own, &name, verb, mode))?;
            }
            Err(refusal) => failures.push(Failure::refused(&refusal, "")),
        }
    }
    call.finish(failures)
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
