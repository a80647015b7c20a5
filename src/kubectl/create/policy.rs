//! `kubectl create quota`, `kubectl create poddisruptionbudget`, `kubectl create priorityclass`.
//!
//! Models kubectl pkg/cmd/create/create_quota.go, create_pdb.go, create_priorityclass.go.

use super::super::args::{self, Args, truth, value};
use super::super::failure::Failure;
use super::super::{Call, Verb, Words, save, target};
use super::one_name;
use crate::api::{Kind, Map, Value};
use crate::record;
use crate::sim::Request;

/// `kubectl create quota NAME [--hard=RESOURCE=AMOUNT,…] [--scopes=SCOPE,…]`.
pub(in crate::kubectl) const QUOTA: Verb = Verb {
    name: "create quota",
    takes: Words::Nothing,
    flags: &[args::CHANGE, &[value("hard", ' '), value("scopes", ' ')]],
    run: quota,
};
/// `kubectl create poddisruptionbudget NAME --selector=SELECTOR (--min-available=N | --max-unavailable=N)`.
pub(in crate::kubectl) const PDB: Verb = Verb {
    name: "create poddisruptionbudget",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        &[value("selector", 'l'), value("min-available", ' '), value("max-unavailable", ' ')],
    ],
    run: budget,
};
/// `kubectl create priorityclass NAME --value=N [--global-default] [--description=TEXT]`.
pub(in crate::kubectl) const PRIORITY_CLASS: Verb = Verb {
    name: "create priorityclass",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        &[value("value", ' '), truth("global-default", ' '), value("description", ' ')],
        &[value("preemption-policy", ' ')],
    ],
    run: class,
};

fn quota(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create quota")?.to_owned();
    let mut hard = Map::new();
    for pair in args.get("hard").unwrap_or("").split(',').filter(|p| !p.is_empty()) {
        let bad = || format!("Invalid argument syntax {pair}, expected <resource>=<value>");
        let (resource, amount) = pair.split_once('=').ok_or_else(|| Failure::error(bad()))?;
        hard.insert(resource.to_owned().into(), amount.to_owned().into());
    }
    let scopes: Vec<String> =
        args.get("scopes").into_iter().flat_map(|s| s.split(',')).map(str::to_owned).collect();
    let mut spec = record! { "scopes" => (!scopes.is_empty()).then_some(scopes) };
    if !hard.is_empty() {
        spec.set("hard", hard);
    }
    send(call, args, Kind::ResourceQuota, name, record! { "spec" => spec }, "quota")
}

fn budget(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create poddisruptionbudget")?.to_owned();
    let (least, most) = (args.get("min-available"), args.get("max-unavailable"));
    let labels = args.get("selector").unwrap_or("");
    let why = match (labels, least, most) {
        ("", _, _) => Some("a selector must be specified"),
        (_, None, None) => Some("one of min-available or max-unavailable must be specified"),
        (_, Some(_), Some(_)) => Some("min-available and max-unavailable cannot be both specified"),
        _ => None,
    };
    if let Some(why) = why {
        return Err(Failure::error(why));
    }
    let amount = |text: &str| match text.parse::<i64>() {
        Ok(n) => Value::Int(n),
        Err(_) => text.to_owned().into(),
    };
    let mut selector = Map::new();
    for pair in labels.split(',') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        selector.insert(key.to_owned().into(), value.trim_start_matches('=').to_owned().into());
    }
    let spec = record! {
        "maxUnavailable" => most.map(amount),
        "minAvailable" => least.map(amount),
        "selector" => record! { "matchLabels" => selector },
    };
    send(call, args, Kind::PodDisruptionBudget, name, record! { "spec" => spec }, "poddisruptionbudgets")
}

fn class(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create priorityclass")?.to_owned();
    let value = args.get("value").unwrap_or("0").parse::<i64>().unwrap_or(0);
    let body = record! {
        "description" => args.get("description").map(str::to_owned),
        "globalDefault" => args.has("global-default").then_some(true),
        "preemptionPolicy" => args.get("preemption-policy").unwrap_or("PreemptLowerPriority").to_owned(),
        "value" => value,
    };
    send(call, args, Kind::PriorityClass, name, body, "priorityclass")
}

fn send(
    call: &mut Call,
    args: &Args,
    kind: Kind,
    name: String,
    body: Value,
    what: &str,
) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let info = kind.info();
    let mut value = body;
    value.set("apiVersion", info.api_version());
    value.set("kind", info.name);
    value.set("metadata.name", name.clone());
    let shown = value.clone();
    if info.namespaced {
        value.set("metadata.namespace", target::namespace(call, args));
    }
    let made = save::send(call.timeline, Request::Create(value), mode);
    let made = made.map_err(|r| Failure::error(format!("failed to create {what}: {}", r.message)))?;
    let shown = if mode == save::Mode::DryClient { shown } else { made.to_value() };
    save::tell(call, args, &shown, &save::line(kind, &name, "created", mode))
}
