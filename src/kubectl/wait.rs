//! `kubectl wait`: the cluster's time goes on until something is so.
//!
//! Models kubectl pkg/cmd/wait.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::lasting::{Lasting, Next};
use super::print::jsonpath;
use super::target::{self, Found};
use super::{Call, Verb, Words};
use crate::api::{Object, Span, Time, Value};

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
    let for_creation = conditions.iter().any(|c| matches!(c, Condition::Create));
    let mut waiting = Waiting {
        args: args.clone(),
        end: call.world().now() + timeout,
        timeout,
        poll: for_creation.then(|| call.world().now()),
        conditions,
        found: Vec::new(),
        done: 0,
        seen: None,
    };
    if !for_creation {
        waiting.found = waiting.search(call)?;
    }
    call.lasts(waiting);
    Ok(())
}

/// `job.batch/j`.
fn found_name(found: &Found) -> String {
    let name = found.value().at("metadata.name").as_str().unwrap_or("").to_owned();
    format!("{}/{name}", found.resource.info().qualified())
}

/// Who waits, and for what.
struct Waiting {
    args: Args,
    timeout: Span,
    end: Time,
    conditions: Vec<Condition>,
    /// When it is looked again whether what is meant was created; none: it was, or that is not waited for.
    poll: Option<Time>,
    found: Vec<Found>,
    /// How many are met, of all conditions of all that was found.
    done: usize,
    /// The revision in which the present one was not met.
    seen: Option<u64>,
}

impl Lasting for Waiting {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        let now = call.world().now();
        if let Some(poll) = self.poll {
            if poll > now {
                return Ok(Next::At(poll));
            }
            let search = target::search(call, &self.args, "wait")?;
            if search.found.is_empty() || !search.missing.is_empty() {
                if now >= self.end {
                    return Err(Failure::error("timed out waiting for the condition"));
                }
                let next = (now + POLL).min(self.end);
                self.poll = Some(next);
                return Ok(Next::At(next));
            }
            self.poll = None;
            self.found = self.search(call)?;
        }
        while let Some(found) = self.found.get(self.done / self.conditions.len()) {
            if !self.is_met(call, found, &self.conditions[self.done % self.conditions.len()])? {
                return self.patience(call);
            }
            call.say(&format!("{} condition met", found_name(found)));
            self.done += 1;
            self.seen = None;
        }
        Ok(Next::Over)
    }
    fn rewind(&mut self, call: &mut Call) {
        let now = call.world().now();
        self.poll = self.poll.map(|_| now);
        self.seen = None;
    }
}

impl Waiting {
    /// What is waited for must be there.
    fn search(&self, call: &Call) -> Result<Vec<Found>, Failure> {
        let search = target::search(call, &self.args, "wait")?;
        let for_delete = self.conditions.iter().any(|c| matches!(c, Condition::Delete));
        if let Some(missing) = search.missing.into_iter().next().filter(|_| !for_delete) {
            return Err(missing);
        }
        if search.found.is_empty() && !for_delete {
            return Err(Failure::error(match search.asked.as_slice() {
                [] => "You must specify one or more resources by argument or filename.",
                _ => "no matching resources found",
            }));
        }
        Ok(search.found)
    }
    /// Models condition.go: getObjAndCheckCondition, and delete.go: IsDeleted.
    fn is_met(&self, call: &Call, found: &Found, condition: &Condition) -> Result<bool, Failure> {
        let object = call.world().store.get(found.stored()?.meta().uid);
        // It is asked after every event; what was not written since is as it was.
        if self.seen.is_some() && self.seen == object.map(|o| o.meta().revision) {
            return Ok(false);
        }
        is_met(condition, object.map(Object::to_value).as_ref())
    }
    /// It is not met yet: how long is there still time?
    fn patience(&mut self, call: &Call) -> Result<Next, Failure> {
        let object = self.found[self.done / self.conditions.len()].stored()?;
        let what = format!("{}/{}", object.kind().info().plural, object.meta().name);
        if self.timeout == Span::ZERO {
            return Err(Failure::error(format!("condition not met for {what}")));
        }
        if call.world().now() >= self.end {
            return Err(Failure::error(format!("timed out waiting for the condition on {what}")));
        }
        self.seen = call.world().store.get(object.meta().uid).map(|o| o.meta().revision);
        Ok(Next::At(self.end))
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
