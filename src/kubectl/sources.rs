//! `-f FILE`: the documents of the files that a command names.

use super::apply::{self, Place};
use super::args::Args;
use super::failure::Failure;
use super::{Call, save, target};
use crate::api::{Key, Value};
use crate::manifest::{self, Document};

/// A document, and the file that it stands in.
pub(super) struct Source {
    pub file: String,
    pub document: Document,
}

/// Every document of every file, in order.
pub(super) fn read(call: &Call, args: &Args, verb: &str) -> Result<Vec<Source>, Failure> {
    let mut all = Vec::new();
    let names: Vec<&str> = args.all("filename").flat_map(|names| names.split(',')).collect();
    if names.is_empty() {
        return Err(Failure::error("must specify one of -f and -k"));
    }
    if let [extra, ..] = args.words.as_slice() {
        let _ = extra;
        return Err(Failure::usage(verb, format!("Unexpected args: [{}]", args.words.join(" "))));
    }
    for name in names {
        let text = call.files.read(name);
        let text = text.ok_or_else(|| Failure::error(format!("the path {name:?} does not exist")))?;
        let file = if name == "-" { "STDIN".to_owned() } else { name.to_owned() };
        let documents = manifest::parse(&text).documents.into_iter();
        all.extend(documents.map(|document| Source { file: file.clone(), document }));
    }
    Ok(all)
}

/// An object of a file, on its way to the API server.
pub(super) struct Sent {
    pub key: Key,
    pub value: Value,
    pub mode: save::Mode,
    /// What is said before the API server's refusal.
    pub doing: String,
}

/// Sends each document as the verb does; what is refused does not keep the others back.
pub(super) fn each(
    call: &mut Call,
    args: &Args,
    (verb, doing): (&str, &str),
    send: fn(&mut Call, &Args, Sent) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let namespace = target::namespace(call, args);
    let must_be = args.get("namespace").is_some();
    let sources = read(call, args, verb)?;
    if sources.is_empty() {
        return Err(Failure::error(format!("no objects passed to {verb}")));
    }
    let mut failures = Vec::new();
    for Source { file, document } in sources {
        let doing = format!("error when {doing} {file:?}");
        let place = Place { file: &file, namespace: &namespace, must_be };
        let done = match &document.undecoded {
            Some(why) => Err(Failure::undecoded(why, &file, &doing)),
            None => {
                let kind = document.kind.expect("a document that can be sent has a kind");
                let mut value = document.value;
                apply::settle(kind, &mut value, &place)
                    .and_then(|key| send(call, args, Sent { key, value, mode, doing }))
            }
        };
        failures.extend(done.err());
    }
    call.finish(failures)
}
