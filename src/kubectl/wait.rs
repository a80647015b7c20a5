//! `kubectl wait`: the cluster's time goes on until something is so.
//!
//! Models kubectl pkg/cmd/wait.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::print::jsonpath;
use super::resource::Resource;
use super::target::{self, Asked, Found};
use super::{Call, Verb, Words};
use crate::api::{Span, Time, Value};

/// `kubectl wait TYPE/NAME… --for=…`.
pub(super) const VERB: Verb = Verb {
    name: "wait",
    takes: Words::Objects(&[]),
    flags: &[
        args::FILES,
        args::CHOICE,
        &[value("for", ' '), value("timeout", ' '), value("output", 'o'), truth("all", ' ')],
    ],
    run,
};

/// However patient a command is, so long it waits at most.
pub(super) const LIMIT: Span = Span::secs(3_600);
pub(super) const LIMIT_WORDS: &str =
    "interrupted: no command waits for more than an hour of the cluster's time";
const DEFAULT_TIMEOUT: Span = Span::secs(30);
/// How often it is looked whether something was created.
const POLL: Span = Span::millis(500);

/// What is waited for.
enum Condition {
    Create,
    Delete,
    Is { name: String, status: String },
    Path { path: jsonpath::Template, value: Option<String> },
}

/// A flag's length of time. A negative one means a week.
pub(super) fn timeout(verb: &str, text: &str) -> Result<Span, Failure> {
    let positive = text.strip_prefix('-');
    let span = match text {
        "0" => Some(Span::ZERO),
        _ => crate::api::duration(positive.unwrap_or(text)),
    };
    let span = span.ok_or_else(|| {
        let why = format!("time: invalid duration {text:?}");
        Failure::flag(verb, format!("invalid argument {text:?} for \"--timeout\" flag: {why}"))
    })?;
    Ok(if positive.is_some() { Span::secs(604_800) } else { span })
}

/// A length of time as Go prints it: `60s` is `1m0s`.
pub(super) fn go(span: Span) -> String {
    let secs = span.whole_secs();
    match (secs / 3600, secs / 60 % 60, secs % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s}s"),
        (h, m, s) => format!("{h}h{m}m{s}s"),
    }
}

fn read(text: &str) -> Result<Condition, Failure> {
    if text.eq_ignore_ascii_case("delete") {
        return Ok(Condition::Delete);
    }
    if text.eq_ignore_ascii_case("create") {
        return Ok(Condition::Create);
    }
    if let Some(rest) = text.strip_prefix("condition=") {
        let (name, status) = rest.split_once('=').unwrap_or((rest, "true"));
        return Ok(Condition::Is { name: name.to_owned(), status: status.to_owned() });
    }
    let Some(rest) = text.strip_prefix("jsonpath=") else {
        return Err(Failure::error(format!("unrecognized condition: {text:?}")));
    };
    // Of equal signs, only a single one outside the expression divides.
    let bytes = rest.as_bytes();
    let single =
        |i: &usize| bytes[*i] == b'=' && bytes.get(i + 1) != Some(&b'=') && (*i == 0 || bytes[i - 1] != b'=');
    let cuts: Vec<usize> = (0..bytes.len()).filter(single).collect();
    let (path, value) = match cuts.as_slice() {
        [] => (rest, None),
        [cut] => (&rest[..*cut], Some(rest[cut + 1..].trim_matches(['\'', '"']).to_owned())),
        _ => {
            return Err(Failure::error(
                "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or \
                 --for=jsonpath='{.status.readyReplicas}'",
            ));
        }
    };
    if value.as_deref() == Some("") {
        return Err(Failure::error(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
        ));
    }
    let path = jsonpath::parse(&jsonpath::relaxed(path)).map_err(Failure::error)?;
    Ok(Condition::Path { path, value })
}

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let all: Vec<&str> = args.all("for").collect();
    let conditions: Vec<Condition> = all.iter().map(|text| read(text)).collect::<Result<_, _>>()?;
    if conditions.is_empty() {
        return Err(Failure::error("unrecognized condition: []"));
    }
    let timeout = args.get("timeout").map_or(Ok(DEFAULT_TIMEOUT), |text| timeout("wait", text))?;
    let end = call.world().now() + timeout.min(LIMIT);
    if conditions.iter().any(|c| matches!(c, Condition::Create)) {
        until_created(call, args, end)?;
    }
    let mut search = target::search(call, args, "wait")?;
    let for_delete = conditions.iter().any(|c| matches!(c, Condition::Delete));
    if for_delete {
        search.missing.clear();
    }
    if let Some(missing) = search.missing.into_iter().next() {
        return Err(missing);
    }
    if search.found.is_empty() && !for_delete {
        let named = search.asked.iter().any(|asked: &Asked| asked.name.is_some());
        let why = if named || !search.asked.is_empty() {
            "no matching resources found"
        } else {
            "You must specify one or more resources by argument or filename."
        };
        return Err(Failure::error(why));
    }
    for found in &search.found {
        for condition in &conditions {
            until(call, found, condition, (timeout, end))?;
            call.say(&format!("{} condition met", found_name(found)));
        }
    }
    Ok(())
}

/// `job.batch/j`.
fn found_name(found: &Found) -> String {
    let name = found.value().at("metadata.name").as_str().unwrap_or("").to_owned();
    format!("{}/{name}", found.resource.info().qualified())
}

fn until_created(call: &mut Call, args: &Args, end: Time) -> Result<(), Failure> {
    loop {
        let search = target::search(call, args, "wait")?;
        if search.missing.is_empty() && !search.found.is_empty() {
            return Ok(());
        }
        let now = call.world().now();
        if now >= end {
            return Err(Failure::error("timed out waiting for the condition"));
        }
        call.timeline.seek((now + POLL).min(end));
    }
}

/// Models condition.go: getObjAndCheckCondition, and delete.go: IsDeleted.
fn until(
    call: &mut Call,
    found: &Found,
    condition: &Condition,
    (timeout, end): (Span, Time),
) -> Result<(), Failure> {
    let (uid, info) = match (&found.object, found.resource) {
        (Some(object), Resource::Kind(kind)) => (object.meta().uid, kind.info()),
        _ => return Err(Failure::no_such_request()),
    };
    let name = found.object.as_ref().map_or(String::new(), |o| o.meta().name.to_string());
    let mut seen = None;
    loop {
        let object = call.world().store.get(uid).cloned();
        let revision = object.as_ref().map(|o| o.meta().revision);
        if seen != Some(revision) {
            seen = Some(revision);
            let value = object.map(|o| o.to_value());
            if is_met(condition, value.as_ref())? {
                return Ok(());
            }
        }
        if timeout == Span::ZERO {
            return Err(Failure::error(format!("condition not met for {}/{name}", info.plural)));
        }
        if !call.timeline.advance(end) {
            let why = format!("timed out waiting for the condition on {}/{name}", info.plural);
            return Err(Failure::error(why));
        }
    }
}

fn is_met(condition: &Condition, object: Option<&Value>) -> Result<bool, Failure> {
    let Some(object) = object else { return Ok(matches!(condition, Condition::Delete)) };
    match condition {
        Condition::Create => Ok(true),
        Condition::Delete => Ok(false),
        Condition::Is { name, status } => Ok(has_condition(object, name, status)),
        Condition::Path { path, value } => {
            let found = path.find(object);
            let [only] = found.as_slice() else {
                if found.is_empty() {
                    return Ok(false);
                }
                return Err(Failure::error("given jsonpath expression matches more than one value"));
            };
            let Some(wanted) = value else { return Ok(true) };
            if matches!(only, Value::Map(_) | Value::List(_)) {
                let why = "jsonpath leads to a nested object or list which is not supported";
                return Err(Failure::error(why));
            }
            Ok(jsonpath::text(only).trim() == wanted.trim())
        }
    }
}

/// Models condition.go: checkCondition.
fn has_condition(object: &Value, name: &str, status: &str) -> bool {
    let all = object.at("status.conditions").items();
    let own = |c: &&Value| c.get("type").as_str().is_some_and(|t| t.eq_ignore_ascii_case(name));
    let Some(condition) = all.iter().find(own) else { return false };
    let generation = object.at("metadata.generation").as_int().unwrap_or(0);
    let observed = condition.get("observedGeneration").as_int();
    let observed = observed.or(object.at("status.observedGeneration").as_int());
    observed.is_none_or(|observed| observed >= generation)
        && condition.get("status").as_str().is_some_and(|s| s.eq_ignore_ascii_case(status))
}
