//! `kubectl delete`: objects by name, by selector, by file, or all of a type.
//!
//! Models kubectl pkg/cmd/delete/delete.go. It does not wait until the objects are gone: time is the reader's.

use super::args::{self, Args, maybe, truth, value};
use super::failure::Failure;
use super::target::Found;
use super::{Call, Verb, Words, target};
use crate::sim::{Propagation, Request};

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
    ],
    run,
};

const NEITHER: &str = "You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'";

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.words.is_empty() && args.get("filename").is_none() {
        return Err(Failure::error(NEITHER));
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
    let mode = super::save::Mode::of(args)?;
    let mut search = target::search(call, args, "delete")?;
    let chosen = args.has("all") || args.get("selector").is_some() || args.get("field-selector").is_some();
    if search.asked.iter().any(|a| a.name.is_none()) && !chosen {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    let force = args.has("force") && grace == Some(0);
    if force {
        call.complain(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been \
             terminated. The resource may continue to run on the cluster indefinitely.",
        );
    }
    let mut failures = std::mem::take(&mut search.missing);
    for found in &search.found {
        let object = found.stored()?;
        let request = Request::Delete(object.key(), propagation, grace);
        let doing = found.file.as_ref().map_or(String::new(), |f| format!("error when deleting {f:?}"));
        // A client's dry run asks nobody.
        let asks = mode != super::save::Mode::DryClient;
        match asks.then(|| super::save::send(call.timeline, request, mode)).transpose() {
            Ok(_) => {
                let line = told(found, args, force, mode);
                call.say(&line);
            }
            Err(refusal) => failures.push(Failure::refused(&refusal, &doing)),
        }
    }
    if search.found.is_empty() && failures.is_empty() && !args.has("ignore-not-found") && chosen {
        call.say("No resources found");
    }
    call.finish(failures)
}

fn grace_of(args: &Args) -> Result<Option<i64>, Failure> {
    if args.has("now") {
        return match args.get("grace-period") {
            Some(_) => Err(Failure::error("--now and --grace-period cannot be specified together")),
            None => Ok(Some(1)),
        };
    }
    let Some(text) = args.get("grace-period") else {
        return Ok(args.has("force").then_some(0));
    };
    let wrong = || {
        let why = format!("strconv.ParseInt: parsing {text:?}: invalid syntax");
        Failure::flag("delete", format!("invalid argument {text:?} for \"--grace-period\" flag: {why}"))
    };
    let secs: i64 = text.parse().map_err(|_| wrong())?;
    // Without force, kubectl asks for one second and waits.
    Ok(match secs {
        0 if !args.has("force") => Some(1),
        n if n < 0 => None,
        n => Some(n),
    })
}

fn told(found: &Found, args: &Args, force: bool, mode: super::save::Mode) -> String {
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
