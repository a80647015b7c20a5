//! `kubectl replace -f FILE`: an object in place of the one that is there.
//!
//! Models kubectl pkg/cmd/replace/replace.go.

use super::apply::{self, Place};
use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, save, sources, target};
use crate::api::Kind;
use crate::sim::{Propagation, Request};

/// `kubectl replace -f FILE… [--force]`.
pub(super) const VERB: Verb = Verb {
    name: "replace",
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
    let mode = save::Mode::of(args)?;
    let namespace = target::namespace(call, args);
    let must_be = args.get("namespace").is_some();
    let sources = sources::read(call, args, "replace")?;
    if sources.is_empty() {
        return Err(Failure::error("no objects passed to replace"));
    }
    let mut failures = Vec::new();
    for source in sources {
        let doing = format!("error when replacing {:?}", source.file);
        if let Some(why) = &source.document.undecoded {
            failures.push(Failure::undecoded(why, &source.file, &doing));
            continue;
        }
        let kind = source.document.kind.expect("a document that can be sent has a kind");
        let mut value = source.document.value;
        let key =
            apply::settle(kind, &mut value, &Place { file: &source.file, namespace: &namespace, must_be })?;
        if args.has("force") && mode == save::Mode::Write {
            // Whatever is there goes first, at once; that there is nothing is no mistake.
            let _ = call.timeline.call(Request::Delete(key.clone(), Propagation::Background, Some(0)));
            if kind != Kind::Namespace && call.world().store.find(&key).is_none() {
                call.say(&format!("{} {:?} deleted", kind.info().qualified(), key.name.as_str()));
                match call.timeline.call(Request::Create(value)) {
                    Ok(object) => call.say(&save::line(kind, &object.meta().name, "replaced", mode)),
                    Err(refusal) => failures.push(Failure::refused(&refusal, &doing)),
                }
                continue;
            }
        }
        match save::send(call.timeline, Request::Replace(value), mode) {
            Ok(object) => {
                let line = save::line(kind, &object.meta().name, "replaced", mode);
                save::tell(call, args, &object.to_value(), &line)?;
            }
            Err(refusal) => failures.push(Failure::refused(&refusal, &doing)),
        }
    }
    call.finish(failures)
}
