//! `kubectl create quota`, `kubectl create poddisruptionbudget`, `kubectl create priorityclass`.
//!
//! Models kubectl pkg/cmd/create/create_quota.go, create_pdb.go, create_priorityclass.go.

use super::super::args::{self, Args, truth, value};
use super::super::failure::Failure;
use super::super::selector::LabelSelector;
use super::super::{Call, Verb, Words};
use super::{Made, make, one_name};
use crate::api::{Kind, Map, Quantity, Value};
use crate::record;

const NO_QUANTITY: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// `kubectl create quota NAME [--hard=RESOURCE=AMOUNT,…] [--scopes=SCOPE,…]`.
pub(in crate::kubectl) const QUOTA: Verb = Verb {
    name: "create quota",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, &[value("hard", ' '), value("scopes", ' ')]],
    run: quota,
};
/// `kubectl create poddisruptionbudget NAME --selector=SELECTOR (--min-available=N | --max-unavailable=N)`.
pub(in crate::kubectl) const PDB: Verb = Verb {
    name: "create poddisruptionbudget",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        args::MAKE,
        &[value("selector", ' '), value("min-available", ' '), value("max-unavailable", ' ')],
    ],
    run: budget,
};
/// `kubectl create priorityclass NAME --value=N [--global-default] [--description=TEXT]`.
pub(in crate::kubectl) const PRIORITY_CLASS: Verb = Verb {
    name: "create priorityclass",
    takes: Words::Nothing,
    flags: &[
        args::CHANGE,
        args::MAKE,
        &[value("value", ' '), truth("global-default", ' '), value("description", ' ')],
        &[value("preemption-policy", ' ')],
    ],
    run: class,
};

fn quota(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create quota")?.to_owned();
    let mut hard = Map::new();
    for pair in args.get("hard").filter(|h| !h.is_empty()).into_iter().flat_map(|h| h.split(',')) {
        let bad = || Failure::error(format!("Invalid argument syntax {pair}, expected <resource>=<value>"));
        let (resource, amount) = pair.split_once('=').filter(|(_, v)| !v.contains('=')).ok_or_else(bad)?;
        Quantity::parse(amount).ok_or_else(|| Failure::error(NO_QUANTITY))?;
        hard.insert(resource.to_owned().into(), amount.to_owned().into());
    }
    let scopes: Vec<String> = args
        .get("scopes")
        .filter(|s| !s.is_empty())
        .into_iter()
        .flat_map(|s| s.split(','))
        .map(str::to_owned)
        .collect();
    if scopes.iter().any(String::is_empty) {
        return Err(Failure::error("invalid resource quota scope \"\""));
    }
    let spec = record! {
        "hard" => (!hard.is_empty()).then_some(hard),
        "scopes" => (!scopes.is_empty()).then_some(scopes),
    };
    let spec = if spec.fields().count() == 0 { Map::new().into() } else { spec };
    let fields = record! { "spec" => spec, "status" => Map::new() };
    make(
        call,
        args,
        Made { kind: Kind::ResourceQuota, name: &name, fields, failed: "failed to create quota: " },
    )
}

fn budget(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create poddisruptionbudget")?.to_owned();
    let given = |flag: &str| args.get(flag).filter(|text| !text.is_empty());
    let (least, most) = (given("min-available"), given("max-unavailable"));
    let amount_is_wrong = |text: Option<&str>| {
        text.map(|t| t.strip_suffix('%').unwrap_or(t))
            .is_some_and(|digits| digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let why = match (given("selector"), least, most) {
        (None, _, _) => Some("a selector must be specified"),
        (_, None, None) => Some("one of min-available or max-unavailable must be specified"),
        (_, Some(_), Some(_)) => Some("min-available and max-unavailable cannot be both specified"),
        _ if amount_is_wrong(least) => Some("invalid format specified for min-available"),
        _ if amount_is_wrong(most) => Some("invalid format specified for max-unavailable"),
        _ => None,
    };
    if let Some(why) = why {
        return Err(Failure::error(why));
    }
    let amount = |text: &str| match text.parse::<i64>() {
        Ok(n) => Value::Int(n),
        Err(_) => text.to_owned().into(),
    };
    let text = given("selector").unwrap_or_default();
    let selector = LabelSelector::parse(text)
        .map_err(|why| Failure::error(format!("couldn't parse the selector string \"{text}\": {why}")))?;
    let spec = record! {
        "maxUnavailable" => most.map(amount),
        "minAvailable" => least.map(amount),
        "selector" => selector.as_value(),
    };
    let status = record! {
        "currentHealthy" => 0i64, "desiredHealthy" => 0i64, "disruptionsAllowed" => 0i64, "expectedPods" => 0i64,
    };
    let fields = record! { "spec" => spec, "status" => status };
    let failed = "failed to create poddisruptionbudgets: ";
    make(call, args, Made { kind: Kind::PodDisruptionBudget, name: &name, fields, failed })
}

fn class(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create priorityclass")?.to_owned();
    let value = args.get("value").unwrap_or("0").parse::<i64>().unwrap_or(0);
    let fields = record! {
        "description" => args.get("description").filter(|d| !d.is_empty()).map(str::to_owned),
        "globalDefault" => args.has("global-default").then_some(true),
        "preemptionPolicy" => args.get("preemption-policy").unwrap_or("PreemptLowerPriority").to_owned(),
        "value" => value,
    };
    make(
        call,
        args,
        Made { kind: Kind::PriorityClass, name: &name, fields, failed: "failed to create priorityclass: " },
    )
}
