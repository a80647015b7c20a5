//! How a change is sent and told: in earnest, or as a dry run of kubectl's or of the API server's.

use super::Call;
use super::args::Args;
use super::failure::Failure;
use super::print;
use crate::api::{Kind, Object, Value};
use crate::manifest::Refusal;
use crate::sim::{Request, Timeline, World};

/// How a change is meant. Models kubectl pkg/cmd/util/helpers.go: GetDryRunStrategy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// In earnest.
    Write,
    /// kubectl says what it would send.
    DryClient,
    /// The API server says what it would do.
    DryServer,
}

impl Mode {
    /// What the flags of a command say.
    pub fn of(args: &Args) -> Result<Mode, Failure> {
        match args.get("dry-run") {
            None | Some("none" | "false") => Ok(Mode::Write),
            Some("client") => Ok(Mode::DryClient),
            Some("server") => Ok(Mode::DryServer),
            Some("unchanged" | "true") => {
                let why = "--dry-run flag without a value was specified. A value must be set: \"none\", \"server\", or \
                           \"client\".";
                Err(Failure::error(why))
            }
            Some(other) => {
                let why = "Must be \"none\", \"server\", or \"client\".";
                Err(Failure::error(format!("Invalid dry-run value ({other}). {why}")))
            }
        }
    }
    /// What is added to what is told.
    pub fn note(self) -> &'static str {
        match self {
            Mode::Write => "",
            Mode::DryClient => " (dry run)",
            Mode::DryServer => " (server dry run)",
        }
    }
}

/// Sends a request. A dry run is carried out on a copy of the world, which costs nothing, and forgotten.
pub(super) fn send(timeline: &mut Timeline, request: Request, mode: Mode) -> Result<Object, Refusal> {
    match (mode, &request) {
        (Mode::Write, _) => timeline.call(request),
        // kubectl says so without asking.
        (Mode::DryClient, Request::Create(value)) => {
            let kind = value.get("kind").as_str().unwrap_or_default();
            let kind = Kind::find(value.get("apiVersion").as_str().unwrap_or_default(), kind);
            Ok(Object::read(kind.expect("it was decoded"), value))
        }
        _ => World::handle(&mut timeline.world().clone(), &request),
    }
}

/// `deployment.apps/web created (dry run)`.
pub(super) fn line(kind: Kind, name: &str, verb: &str, mode: Mode) -> String {
    format!("{}/{name} {verb}{}", kind.info().qualified(), mode.note())
}

/// Prints the line, or the object, if `-o` asks for it.
pub(super) fn tell(call: &mut Call, args: &Args, object: &Value, line: &str) -> Result<(), Failure> {
    match args.get("output") {
        None | Some("") => call.say(line),
        Some(_) => print::object(call, args, object)?,
    }
    Ok(())
}
