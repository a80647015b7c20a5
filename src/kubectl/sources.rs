//! `-f FILE`: the documents of the files that a command names.

use super::Call;
use super::args::Args;
use super::failure::Failure;
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
