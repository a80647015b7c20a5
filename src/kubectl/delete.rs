//! `kubectl delete`: objects by name, by selector, by file, or all of a type.
//!
//! Models kubectl pkg/cmd/delete/delete.go. It lasts until the objects are gone, unless
//! `--wait=false` says that it need not.

use super::args::{self, Args, maybe, truth, value};
use super::failure::Failure;
use super::lasting::{Lasting, Next};
use super::save::Mode;
use super::target::Found;
use super::{Call, Verb, Words, target, wait};
use crate::api::{Span, Text, Time, Uid};
use crate::sim::{Propagation, Request};
use std::collections::VecDeque;

/// `kubectl delete (-f FILE | TYPE NAME… | TYPE/NAME… | TYPE --all | TYPE -l SELECTOR)`.
pub(super) const VERB: Verb = Verb {
    name: "delete",
    takes: Words::Objects(&[]),
    flags: &[
        args::CHOICE,
        args::FILES,
        args::CHANGE,
        &[truth("all", ' '), truth("now", ' '), truth("force", ' '), value("grace-period", ' ')],
        &[maybe("cascade", "background"), truth("wait", ' '), value("timeout", ' ')],
        &[truth("interactive", 'i'), value("raw", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.words.is_empty() && args.get("filename").is_none() {
        return Err(Failure::error(target::NOTHING_NAMED));
    }
    let propagation = match args.get("cascade").unwrap_or("background") {
        "background" | "true" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" | "false" => Propagation::Orphan,
        other => {
            let why = "Must be \"background\", \"foreground\", or \"orphan\"";
            return Err(Failure::error(format!("invalid cascade value ({other}). {why}")));
        }
    };
    let grace = grace_of(args)?;
    let mode = Mode::of(args)?;
    let mut search = target::search(call, args, "delete")?;
    let chosen = args.has("all") || args.get("selector").is_some() || args.get("field-selector").is_some();
    target::must_be_chosen(args, &search)?;
    check(args, grace)?;
    let force = args.has("force") && grace == Some(0);
    if force {
        call.complain(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been \
             terminated. The resource may continue to run on the cluster indefinitely.",
        );
    }
    let mut failures = std::mem::take(&mut search.missing);
    if args.has("interactive") && !search.found.is_empty() {
        ask(call, &search.found);
        return Ok(());
    }
    if mode == Mode::DryClient && args.get("filename").is_none() {
        // Nobody is asked, so that a name is enough.
        failures.clear();
        told_by_name(call, args, &search.asked, force);
    }
    let timeout = args.get("timeout").map_or(Ok(Span::ZERO), |text| wait::timeout("delete", text))?;
    let waits = mode == Mode::Write && args.get("wait") != Some("false");
    let mut going = VecDeque::new();
    let mut warned = args.get("namespace").is_none() || args.has("all-namespaces");
    for found in &search.found {
        if !found.resource.info().namespaced && !std::mem::replace(&mut warned, true) {
            call.complain("Warning: deleting cluster-scoped resources, not scoped to the provided namespace");
        }
        if mode == Mode::DryClient && args.get("filename").is_none() && !chosen {
            continue;
        }
        let object = found.stored()?;
        let request = Request::Delete(object.key(), propagation, grace);
        let doing = found.file.as_ref().map_or(String::new(), |f| format!("error when deleting {f:?}"));
        // A client's dry run asks nobody.
        let asks = mode != Mode::DryClient;
        match asks.then(|| super::save::send(call.timeline, request, mode)).transpose() {
            Ok(_) => {
                let line = told(found, args, force, mode);
                call.say(&line);
                going
                    .extend(waits.then(|| (object.meta().uid, found.resource.info().plural, name_of(found))));
            }
            Err(refusal) => failures.push(Failure::refused(&refusal, &doing)),
        }
    }
    if search.found.is_empty() && failures.is_empty() && chosen {
        call.say("No resources found");
    }
    let store = &call.world().store;
    going.retain(|(uid, ..)| store.get(*uid).is_some());
    // What was refused is told before what is waited for.
    if failures.is_empty() && !going.is_empty() {
        let end = (timeout > Span::ZERO).then(|| call.world().now() + timeout);
        call.lasts(Going { all: going, end });
    }
    call.finish(failures)
}

fn name_of(found: &Found) -> Text {
    found.object.as_ref().map(|object| object.meta().name.clone()).unwrap_or_default()
}

/// Objects that are on their way out. Models delete.go: DeleteResult, and pkg/cmd/wait/delete.go: IsDeleted.
struct Going {
    all: VecDeque<(Uid, &'static str, Text)>,
    end: Option<Time>,
}

impl Lasting for Going {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        // One after another, so that it costs nothing to be asked after every event.
        let store = &call.world().store;
        while self.all.front().is_some_and(|(uid, ..)| store.get(*uid).is_none()) {
            self.all.pop_front();
        }
        let Some((_, plural, name)) = self.all.front() else { return Ok(Next::Over) };
        match self.end {
            Some(end) if call.world().now() >= end => {
                Err(Failure::error(format!("timed out waiting for the condition on {plural}/{name}")))
            }
            Some(end) => Ok(Next::At(end)),
            None => Ok(Next::Event),
        }
    }
    /// A script's times are its own: what comes after a deletion is often there to see what it does.
    fn ends(&self) -> bool {
        false
    }
}

/// Models delete.go: Validate.
fn check(args: &Args, grace: Option<i64>) -> Result<(), Failure> {
    let given = |flag: &str| args.get(flag).filter(|v| !v.is_empty());
    let why = match given("output") {
        Some(other) if other != "name" => {
            format!("unexpected -o output mode: {other}. We only support '-o name'")
        }
        _ if args.has("all") && given("selector").is_some() => {
            "cannot set --all and --selector at the same time".to_owned()
        }
        _ if args.has("all") && given("field-selector").is_some() => {
            "cannot set --all and --field-selector at the same time".to_owned()
        }
        _ if args.has("force") && grace.is_some_and(|secs| secs > 0) => {
            "--force and --grace-period greater than 0 cannot be specified together".to_owned()
        }
        _ => return Ok(()),
    };
    Err(Failure::error(why))
}

/// Nobody is there to answer, which means no. Models delete.go: confirmation.
fn ask(call: &mut Call, all: &[Found]) {
    call.say(&format!("You are about to delete the following {} resource(s):", all.len()));
    for found in all {
        let name = found.value().at("metadata.name").as_str().unwrap_or_default().to_owned();
        call.say(&format!("{}/{name}", found.resource.info().qualified()));
    }
    call.say("Do you want to continue? (y/N): deletion is cancelled");
}

/// What a client's dry run says of names, whether there are such objects or not.
fn told_by_name(call: &mut Call, args: &Args, asked: &[target::Asked], force: bool) {
    let own = target::namespace(call, args);
    for asked in asked {
        let (Some(name), info) = (&asked.name, asked.resource.info()) else { continue };
        let how = if force { "force deleted" } else { "deleted" };
        let place = if info.namespaced { format!(" from {own} namespace") } else { String::new() };
        let note = Mode::DryClient.note();
        call.say(&match args.get("output") {
            Some("name") => format!("{}/{name}", info.qualified()),
            _ => format!("{} {name:?} {how}{place}{note}", info.qualified()),
        });
    }
}

fn grace_of(args: &Args) -> Result<Option<i64>, Failure> {
    if args.has("now") {
        return match args.get("grace-period").filter(|secs| *secs != "-1") {
            Some(_) => Err(Failure::error("--now and --grace-period cannot be specified together")),
            None => Ok(Some(1)),
        };
    }
    let Some(secs) = args.get("grace-period").and_then(|text| text.parse::<i64>().ok()) else {
        return Ok(args.has("force").then_some(0));
    };
    // Without force, kubectl asks for one second and waits.
    Ok(match secs {
        0 if !args.has("force") => Some(1),
        n if n < 0 => None,
        n => Some(n),
    })
}

fn told(found: &Found, args: &Args, force: bool, mode: Mode) -> String {
    let info = found.resource.info();
    let value = found.value();
    let name = value.at("metadata.name").as_str().unwrap_or_default();
    if args.get("output") == Some("name") {
        return format!("{}/{name}", info.qualified());
    }
    let place =
        value.at("metadata.namespace").as_str().map_or(String::new(), |n| format!(" from {n} namespace"));
    let how = if force { "force deleted" } else { "deleted" };
    format!("{} {name:?} {how}{place}{}", info.qualified(), mode.note())
}
