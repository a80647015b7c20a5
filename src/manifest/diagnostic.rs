//! [`Diagnostic`]: what is wrong with a text, where, and what to do about it.

use super::fix::Fix;

/// A place between two characters of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1 in characters.
    pub column: u32,
    /// The offset in bytes from the start of the text.
    pub byte: u32,
}

/// A stretch of a text; the end is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextSpan {
    /// Where it begins.
    pub start: Mark,
    /// Where it ends.
    pub end: Mark,
}

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The API server would refuse this.
    Error,
    /// It is taken, but probably not meant.
    Warning,
    /// It is taken; something about it is good to know.
    Information,
}

impl Severity {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
        }
    }
}

/// One thing to say about a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// The part of the text that it speaks of.
    pub span: TextSpan,
    /// What is the matter.
    pub message: String,
    /// What to do about it, if there is something to say.
    pub hint: Option<String>,
    /// The field, such as `spec.template.spec.containers[0].image`; empty if it concerns no field.
    pub path: String,
    /// What mends it for certain, if anything does.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// One that concerns no field, and that nothing mends for certain.
    pub fn new(severity: Severity, span: TextSpan, message: String, hint: Option<String>) -> Diagnostic {
        Diagnostic { severity, span, message, hint, path: String::new(), fixes: Vec::new() }
    }
}

impl std::fmt::Display for Diagnostic {
    /// `3:5 error: …`, with the hint in a second line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let start = self.span.start;
        write!(f, "{}:{} {}: {}", start.line, start.column, self.severity.word(), self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// The lines of a text, to turn offsets into lines and columns and back.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    text: std::rc::Rc<str>,
    starts: Vec<u32>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Lines {
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        Lines { text: text.into(), starts: std::iter::once(0).chain(ends).collect() }
    }
    pub(super) fn text(&self) -> &str {
        &self.text
    }
    /// How many lines there are.
    pub(super) fn count(&self) -> u32 {
        self.starts.len() as u32
    }
    /// The mark at a byte; what lies behind the end is the end.
    pub(super) fn mark(&self, byte: u32) -> Mark {
        let mut byte = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= byte);
        let start = self.starts[line - 1] as usize;
        let column = self.text[start..byte].chars().count() as u32 + 1;
        Mark { line: line as u32, column, byte: byte as u32 }
    }
    pub(super) fn span(&self, (start, end): (u32, u32)) -> TextSpan {
        TextSpan { start: self.mark(start), end: self.mark(end.max(start)) }
    }
    /// The byte at a line and column, both counted from 1; what lies behind the end of a line is its end.
    pub(super) fn byte(&self, line: u32, column: u32) -> u32 {
        let Some(start) = self.starts.get(line.saturating_sub(1) as usize) else {
            return self.text.len() as u32;
        };
        let rest = self.line(line);
        let offset =
            rest.char_indices().nth(column.saturating_sub(1) as usize).map_or(rest.len(), |(i, _)| i);
        start + offset as u32
    }
    /// The text of a line without its end, counted from 1; empty behind the end.
    pub(super) fn line(&self, line: u32) -> &str {
        let index = line.saturating_sub(1) as usize;
        let Some(start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |e| *e as usize);
        self.text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }
}
