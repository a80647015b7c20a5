//! `kubectl replace -f FILE`: an object in place of the one that is there.
//!
//! Models kubectl pkg/cmd/replace/replace.go.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::sources::{self, Sent};
use super::{Call, Verb, Words, save};
use crate::api::Kind;
use crate::sim::{Propagation, Request};

/// `kubectl replace -f FILE… [--force]`.
pub(super) const VERB: Verb = Verb {
    name: "replace",
    takes: Words::Nothing,
    flags: &[
        args::FILES,
        args::CHANGE,
        &[
            truth("force", ' '),
            truth("save-config", ' '),
            args::maybe("validate", "strict"),
            value("grace-period", ' '),
        ],
        &[value("cascade", ' '), value("timeout", ' '), truth("wait", ' '), value("subresource", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    sources::each(call, args, ("replace", "replacing"), replace)
}

fn replace(call: &mut Call, args: &Args, sent: Sent) -> Result<(), Failure> {
    let Sent { key, value, mode, doing } = sent;
    let refused = |refusal| Failure::refused(&refusal, &doing);
    if args.has("force") && mode == save::Mode::Write {
        // Whatever is there goes first, at once; that there is nothing is no mistake.
        let _ = call.timeline.call(Request::Delete(key.clone(), Propagation::Background, Some(0)));
        if key.kind != Kind::Namespace && call.world().store.find(&key).is_none() {
            let place = if key.namespace.is_empty() {
                String::new()
            } else {
                format!(" from {} namespace", key.namespace)
            };
            call.say(&format!("{} {:?} deleted{place}", key.kind.info().qualified(), key.name.as_str()));
            let object = call.timeline.call(Request::Create(value)).map_err(refused)?;
            call.say(&save::line(key.kind, &object.meta().name, "replaced", mode));
            return Ok(());
        }
    }
    let object = save::send(call.timeline, Request::Replace(value), mode).map_err(refused)?;
    let line = save::line(key.kind, &object.meta().name, "replaced", mode);
    save::tell(call, args, &object.to_value(), &line)
}
