//! A lesson's text → the lesson, and everything that is wrong with it, by place.

use super::blocks::{self, Raw};
use super::{
    BLOCKS_MAX, Block, Content, Front, Goal, LESSON_BYTES_MAX, Lesson, Predict, WAIT_MAX, Work, front,
};
use crate::api::{Span, Value, duration};
use crate::manifest::{self, Diagnostic, Document, Mark, Severity, TextSpan, Undecoded};

/// What may stand behind a fence; any other block is prose.
const WORDS: [&str; 8] =
    ["yaml", "predict", "goal", "hint", "solution", "kubectl", "seek", "note for the teacher"];
const PREDICT_FIELDS: [&str; 5] = ["ask", "choices", "answer", "reveal", "after"];

/// Reads a lesson. What is broken is left out of it and said in the diagnostics.
pub fn read(text: &str) -> (Lesson, Vec<Diagnostic>) {
    let mut reader = Reader { starts: line_starts(text), length: text.len(), said: Vec::new() };
    let mut lesson = Lesson { front: Front::default(), blocks: Vec::new() };
    if text.len() > LESSON_BYTES_MAX {
        let why = format!("the lesson is too long: {} bytes, at most {LESSON_BYTES_MAX}", text.len());
        reader.say(1, Severity::Error, why, "Split it in two.");
        return (lesson, reader.said);
    }
    let parts = blocks::split(text);
    match &parts.front {
        Some((line, inside)) => lesson.front = reader.front(*line, inside),
        None => reader.say(
            1,
            Severity::Error,
            "the front matter is missing".to_owned(),
            "Begin with a line ---, then title: and summary:, then a line ---.",
        ),
    }
    for raw in &parts.stretches {
        if lesson.blocks.len() == BLOCKS_MAX {
            let why = format!("there are more than {BLOCKS_MAX} blocks; the rest is not read");
            reader.say(raw.line, Severity::Error, why, "Split the lesson in two.");
            break;
        }
        if let Some(content) = reader.block(raw) {
            lesson.blocks.push(Block { line: raw.line, content });
        }
    }
    reader.whole(&lesson);
    reader.said.sort_by_key(|d| d.span.start);
    (lesson, reader.said)
}

fn line_starts(text: &str) -> Vec<usize> {
    let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
    std::iter::once(0).chain(ends).collect()
}

struct Reader {
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
    length: usize,
    said: Vec<Diagnostic>,
}

impl Reader {
    fn say(&mut self, line: u32, severity: Severity, message: String, hint: &str) {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.said.push(Diagnostic::new(severity, self.line(line), message, hint));
    }
    fn wrong(&mut self, span: TextSpan, message: String) {
        self.said.push(Diagnostic::new(Severity::Error, span, message, None));
    }
    /// The stretch of a whole line, counted from 1.
    fn line(&self, line: u32) -> TextSpan {
        let at = |line: u32| self.starts.get(line as usize - 1).copied().unwrap_or(self.length) as u32;
        let mark = |line: u32| Mark { line, column: 1, byte: at(line) };
        TextSpan { start: mark(line), end: mark(line + 1) }
    }
    /// A stretch of a block, in the whole text.
    fn shifted(&self, span: TextSpan, first_line: u32) -> TextSpan {
        let start = self.starts.get(first_line as usize - 1).copied().unwrap_or(self.length) as u32;
        let mark = |m: Mark| Mark { line: m.line + first_line - 1, column: m.column, byte: m.byte + start };
        TextSpan { start: mark(span.start), end: mark(span.end) }
    }

    /// The data in a block: its first document, if it can be read at all.
    fn data(&mut self, first_line: u32, text: &str) -> Option<Document> {
        let parsed = manifest::parse(text);
        let broken = |d: &Document| matches!(d.undecoded, Some(Undecoded::Syntax(_)));
        let Some(document) = parsed.documents.into_iter().next() else {
            self.say(first_line, Severity::Error, "there is nothing in this block".to_owned(), "");
            return None;
        };
        if broken(&document) {
            for diagnostic in parsed.diagnostics {
                let span = self.shifted(diagnostic.span, first_line);
                self.said.push(Diagnostic { span, ..diagnostic });
            }
            return None;
        }
        Some(document)
    }

    fn front(&mut self, line: u32, text: &str) -> Front {
        let Some(document) = self.data(line, text) else { return Front::default() };
        let (front, mistakes) = front::read(&document.value);
        for (field, why) in mistakes {
            self.wrong(self.shifted(document.span_of(&field), line), why);
        }
        front
    }

    fn block(&mut self, raw: &Raw) -> Option<Content> {
        let Some(info) = raw.info else { return Some(Content::Prose(raw.text.clone())) };
        let text = || raw.text.clone();
        Some(match info {
            "yaml" | "yaml edit" => {
                self.manifest(raw, Severity::Warning);
                Content::Manifest { text: text(), editable: info == "yaml edit" }
            }
            "hint" => Content::Hint(text()),
            "note for the teacher" => Content::TeacherNote(text()),
            "predict" => Content::Predict(self.predict(raw)?),
            "goal" => Content::Goal(self.goal(raw)?),
            "kubectl" => Content::Commands(self.commands(raw)),
            "seek" => Content::Seek(self.seek(raw)?),
            "solution" if begins_with_command(&raw.text) => {
                Content::Solution(Work::Commands(self.commands(raw)))
            }
            "solution" => {
                self.manifest(raw, Severity::Error);
                Content::Solution(Work::Apply(text()))
            }
            other => {
                let lower = other.to_lowercase();
                if let Some(meant) = WORDS.iter().find(|w| lower.trim_end_matches('s') == **w) {
                    let why = format!("a block {other:?} is shown as it is; {meant:?} was probably meant");
                    self.say(raw.line - 1, Severity::Warning, why, "");
                }
                Content::Prose(format!("~~~~{other}\n{}~~~~\n", raw.text))
            }
        })
    }

    /// Says what is wrong with a manifest; where a mistake may be the point of the lesson, not as an error.
    fn manifest(&mut self, raw: &Raw, at_most: Severity) {
        for diagnostic in manifest::parse(&raw.text).diagnostics {
            let (span, severity) =
                (self.shifted(diagnostic.span, raw.line), diagnostic.severity.max(at_most));
            self.said.push(Diagnostic { span, severity, ..diagnostic });
        }
    }

    fn commands(&mut self, raw: &Raw) -> Vec<String> {
        let mut commands = Vec::new();
        for (number, line) in (raw.line..).zip(raw.text.lines()) {
            let line = line.trim();
            if line.starts_with("kubectl ") {
                commands.push(line.to_owned());
            } else if !line.is_empty() && !line.starts_with('#') {
                let why = format!("{line:?} is no kubectl command");
                self.say(
                    number,
                    Severity::Error,
                    why,
                    "Write one command a line, each with the word kubectl.",
                );
            }
        }
        commands
    }

    fn seek(&mut self, raw: &Raw) -> Option<Span> {
        let text = raw.text.trim();
        let span = duration(text).filter(|span| (Span::ZERO..=WAIT_MAX).contains(span));
        if span.is_none() {
            let why = format!("{text:?} is no time such as 30s or 1h");
            self.say(raw.line, Severity::Error, why, "Time goes on by so much.");
        }
        span
    }

    fn goal(&mut self, raw: &Raw) -> Option<Goal> {
        let document = self.data(raw.line, &raw.text)?;
        match Goal::read(&document.value) {
            Ok(goal) => Some(goal),
            Err((field, why)) => {
                self.wrong(self.shifted(document.span_of(&field), raw.line), why);
                None
            }
        }
    }

    fn predict(&mut self, raw: &Raw) -> Option<Predict> {
        let document = self.data(raw.line, &raw.text)?;
        match predict(&document.value) {
            Ok(predict) => Some(predict),
            Err((field, why)) => {
                self.wrong(self.shifted(document.span_of(&field), raw.line), why);
                None
            }
        }
    }

    /// What can only be said of the lesson as a whole.
    fn whole(&mut self, lesson: &Lesson) {
        let solved = lesson.blocks.iter().any(|b| matches!(b.content, Content::Solution(_)));
        match (lesson.goals().count(), solved) {
            (0, _) => {
                let why = "the lesson has no goal, so nobody can tell whether it was understood".to_owned();
                self.say(1, Severity::Information, why, "Add a block goal.");
            }
            (_, false) => {
                let why = "the lesson has goals, but no solution that proves that they can be met".to_owned();
                self.say(1, Severity::Error, why, "Add a block solution.");
            }
            _ => {}
        }
    }
}

fn begins_with_command(text: &str) -> bool {
    let said = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    said.is_some_and(|line| line.starts_with("kubectl"))
}

/// Reads a question. Of a mistake, the field and what is wrong with it.
fn predict(value: &Value) -> Result<Predict, (String, String)> {
    let wrong = |field: &str, why: String| (field.to_owned(), why);
    if let Some((name, _)) = value.fields().find(|(name, _)| !PREDICT_FIELDS.contains(&name.as_str())) {
        let known = PREDICT_FIELDS.join(", ");
        return Err(wrong(name, format!("a question has no field {name:?}; it has {known}")));
    }
    let scalar = |value: &Value| match value {
        Value::Str(text) => text.to_string(),
        Value::Null => String::new(),
        other => other.to_json(),
    };
    let needed = |field: &str| match scalar(value.get(field)) {
        text if text.trim().is_empty() => Err(wrong(field, format!("a question needs {field}"))),
        text => Ok(text),
    };
    let (ask, answer, reveal) = (needed("ask")?, needed("answer")?, needed("reveal")?);
    if !reveal.starts_with("kubectl ") {
        return Err(wrong("reveal", format!("{reveal:?} is no kubectl command")));
    }
    let choices: Vec<String> = value.get("choices").items().iter().map(scalar).collect();
    if !choices.is_empty() && !choices.contains(&answer) {
        return Err(wrong("answer", format!("the answer {answer:?} is not among the choices")));
    }
    let after = match value.get("after") {
        Value::Null => Span::ZERO,
        other => duration(&scalar(other))
            .filter(|span| (Span::ZERO..=WAIT_MAX).contains(span))
            .ok_or_else(|| wrong("after", format!("{} is no time such as 30s", other.to_json())))?,
    };
    Ok(Predict { ask, choices, answer, reveal, after })
}
