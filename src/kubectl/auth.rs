//! `kubectl auth`: who one is, and what one may do. Here everybody is the cluster's administrator.
//!
//! Models kubectl pkg/cmd/auth.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::get::lay_out;
use super::{Call, Verb, Words};

/// `kubectl auth can-i VERB TYPE[/NAME]`.
pub(super) const CAN_I: Verb = Verb {
    name: "auth can-i",
    takes: Words::Permission,
    flags: &[&[
        truth("all-namespaces", 'A'),
        truth("quiet", 'q'),
        value("subresource", ' '),
        truth("list", ' '),
    ]],
    run: can_i,
};
/// `kubectl auth whoami`.
pub(super) const WHO_AM_I: Verb =
    Verb { name: "auth whoami", takes: Words::Nothing, flags: &[args::CHANGE], run: who_am_i };

fn can_i(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.words.len() < 2 && !args.has("list") {
        let why = "you must specify two arguments: verb resource or verb resource/resourceName.";
        return Err(Failure::usage("auth can-i", why));
    }
    if !args.has("quiet") {
        call.say("yes");
    }
    Ok(())
}

fn who_am_i(call: &mut Call, _: &Args) -> Result<(), Failure> {
    let rows = [
        ["ATTRIBUTE", "VALUE"],
        ["Username", "kubernetes-admin"],
        ["UID", "admin"],
        ["Groups", "[system:masters system:authenticated]"],
    ];
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
    call.output.stdout.push_str(&lay_out(&rows));
    Ok(())
}
