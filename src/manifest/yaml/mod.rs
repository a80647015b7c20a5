//! YAML text → plain data with the place of every field. JSON is YAML too.
//!
//! Reads as kubectl does: documents are split at `---` lines first, so that a mistake in one leaves the others alone;
//! scalars are those of YAML 1.1. Limits hold before anything is built: bytes, depth, and nodes with aliases resolved.

mod build;
mod flow;
mod mend;
mod places;
mod scalar;
mod words;

pub(super) use places::Places;
pub(super) use scalar::is_plain_text;

use super::Fix;
use super::diagnostic::{Diagnostic, Lines, Severity};
use crate::api::Value;
use build::Builder;
use saphyr_parser::{Parser, ScanError};
use std::borrow::Cow;

/// The longest text that is read, in bytes. The API server takes requests of 3 MiB.
pub const TEXT_BYTES_MAX: usize = 3 << 20;
/// How deep lists and maps may lie in each other.
pub const DEPTH_MAX: usize = 64;
/// How many scalars, lists and maps a text may hold once its aliases are resolved.
pub const NODES_MAX: usize = 100_000;

/// How many documents a text may have.
pub const DOCUMENTS_MAX: usize = 2_000;
/// How many brackets with an odd indentation a document may have.
const REPAIRS_MAX: u32 = 20;

/// One document of a text.
pub(super) struct Read {
    /// The data; null for an empty document.
    pub(super) value: Value,
    /// Where its fields are.
    pub(super) places: Places,
    /// What kubectl says if this cannot be read.
    pub(super) failure: Option<String>,
    /// The first and last byte.
    pub(super) bytes: (u32, u32),
}

/// What is said of a text that is too long to be read.
pub(super) fn too_long(bytes: usize, lines: &Lines, said: &mut Vec<Diagnostic>) -> Read {
    let message = format!("the text is too long: {bytes} bytes, at most {TEXT_BYTES_MAX} are read");
    let hint = Some("Split it into several files.".to_owned());
    let span = lines.span((0, 0));
    said.push(Diagnostic::new(Severity::Error, span, message, hint));
    let failure = Some("Request entity too large: limit is 3145728".to_owned());
    Read { value: Value::Null, places: Places::default(), failure, bytes: (0, 0) }
}

/// Reads all documents that are not empty. A document that cannot be read is in the result with its failure.
pub(super) fn read(lines: &Lines, said: &mut Vec<Diagnostic>) -> Vec<Read> {
    let text = lines.text();
    let mut nodes_left = NODES_MAX;
    let mut all = Vec::new();
    for (count, (first_line, start, end)) in chunks(text).into_iter().enumerate() {
        if count >= DOCUMENTS_MAX {
            let message = format!("there are more than {DOCUMENTS_MAX} documents; the rest is not read");
            let span = lines.span((start as u32, start as u32));
            said.push(Diagnostic::new(Severity::Error, span, message, None));
            break;
        }
        let chunk = Chunk::new(lines, first_line, start, &text[start..end]);
        match chunk.read(&mut nodes_left, said) {
            Ok(read) if read.value.is_null() => {}
            Ok(read) => all.push(read),
            Err(failure) => {
                let (value, places, bytes) = (Value::Null, Places::default(), (start as u32, end as u32));
                all.push(Read { value, places, failure: Some(failure), bytes });
            }
        }
    }
    all
}

/// The stretches between lines of three dashes: first line counted from 1, first byte, end.
/// Models apimachinery pkg/util/yaml/decoder.go: YAMLReader.
fn chunks(text: &str) -> Vec<(u32, usize, usize)> {
    let mut all = Vec::new();
    let (mut first_line, mut start, mut at) = (1, 0, 0);
    for (number, line) in (1u32..).zip(text.split_inclusive('\n')) {
        let rest = line.strip_prefix("---").map(str::trim);
        if rest.is_some_and(|r| r.is_empty() || r.starts_with('#')) {
            all.push((first_line, start, at));
            (first_line, start) = (number + 1, at + line.len());
        }
        at += line.len();
    }
    all.push((first_line, start, text.len()));
    all
}

/// One stretch of a text.
pub(super) struct Chunk<'a> {
    lines: &'a Lines,
    /// The byte at which it begins.
    start: usize,
    /// The line at which it begins, counted from 1.
    first_line: u32,
    text: &'a str,
    /// The byte of every 64th character; empty if each character is one byte.
    chars: Vec<u32>,
}

/// Why reading ended early: the place, the message, the hint, and kubectl's words.
pub(super) struct Failure {
    bytes: (u32, u32),
    message: String,
    hint: Option<String>,
    kubectl: String,
    fixes: Vec<Fix>,
}

impl<'a> Chunk<'a> {
    fn new(lines: &'a Lines, first_line: u32, start: usize, text: &'a str) -> Chunk<'a> {
        let every = |t: &str| t.char_indices().step_by(64).map(|(i, _)| i as u32).collect();
        let chars = if text.is_ascii() { Vec::new() } else { every(text) };
        Chunk { lines, start, first_line, text, chars }
    }
    fn read(&self, nodes_left: &mut usize, said: &mut Vec<Diagnostic>) -> Result<Read, String> {
        let built = self.build(nodes_left, said);
        built.map_err(|failure| {
            let span = self.lines.span(failure.bytes);
            let diagnostic = Diagnostic::new(Severity::Error, span, failure.message, failure.hint);
            said.push(Diagnostic { fixes: failure.fixes, ..diagnostic });
            failure.kubectl
        })
    }
    fn build(&self, nodes_left: &mut usize, said: &mut Vec<Diagnostic>) -> Result<Read, Failure> {
        let mut text = Cow::Borrowed(self.text);
        let mut repairs_left = REPAIRS_MAX;
        loop {
            let mut nodes = *nodes_left;
            let mut builder = Builder::new(self, &mut nodes);
            let Some(error) = self.feed(&text, &mut builder)? else {
                let (value, places, mut found) = builder.finish();
                *nodes_left = nodes;
                said.append(&mut found);
                let bytes = places.extent(0);
                return Ok(Read { value, places, failure: None, bytes });
            };
            // kubectl's parser does not mind how the inside of brackets is indented; this one does.
            let indented = error.info().contains("invalid indentation");
            let repaired =
                flow::joined(&text, error.marker().index()).filter(|_| indented && repairs_left > 0);
            text = Cow::Owned(repaired.ok_or_else(|| self.broken(&error))?);
            repairs_left -= 1;
        }
    }
    /// Gives the builder all events of one document; an error of the parser is returned.
    fn feed(&self, text: &str, builder: &mut Builder) -> Result<Option<ScanError>, Failure> {
        for next in Parser::new_from_str(text) {
            let (event, span) = match next {
                Ok(next) => next,
                Err(error) => return Ok(Some(error)),
            };
            if !builder.take(event, span)? {
                break;
            }
        }
        Ok(None)
    }
    /// The byte in the whole text at a place of the parser, which counts characters.
    fn byte(&self, mark: &saphyr_parser::Marker) -> u32 {
        let index = mark.index();
        let here = match self.chars.get(index / 64) {
            None if self.chars.is_empty() => index,
            None => self.text.len(),
            Some(from) => {
                let rest = &self.text[*from as usize..];
                let offset = rest.char_indices().nth(index % 64).map_or(rest.len(), |(i, _)| i);
                *from as usize + offset
            }
        };
        (self.start + here.min(self.text.len())) as u32
    }
    fn broken(&self, error: &ScanError) -> Failure {
        let byte = self.byte(error.marker());
        words::explain(self, self.lines.mark(byte).line, byte, error.info())
    }
    /// A line of this stretch, counted from 1 in the whole text.
    fn line(&self, line: u32) -> &str {
        self.lines.line(line)
    }
    fn line_count(&self) -> u32 {
        self.text.bytes().filter(|b| *b == b'\n').count() as u32
    }
}
