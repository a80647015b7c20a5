//! [`Page`]: the text of one object while it is written, and the pieces that all kinds share.

use super::super::{duration, tabs};
use crate::api::{Time, Value};
use std::fmt::Display;

/// Longer annotations get lines of their own.
const ANNOTATION_MAX: usize = 140;
/// What `kubectl apply` remembers is not shown.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Lines with tabs, which are aligned at the end.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// The text with its tabs.
    pub fn raw(self) -> String {
        self.text
    }
    /// Writes a piece of a line. What would drive a terminal is made visible.
    /// Models cli-runtime pkg/printers/terminal.go: WriteEscaped.
    pub fn put(&mut self, piece: impl Display) {
        use std::fmt::Write;
        let start = self.text.len();
        write!(self.text, "{piece}").expect("a string takes everything");
        if self.text[start..].contains(['\u{1b}', '\r']) {
            let tame = self.text[start..].replace('\u{1b}', "^[").replace('\r', "\\r");
            self.text.replace_range(start.., &tame);
        }
    }
    /// Writes a line, two spaces further in for each level.
    pub fn line(&mut self, level: usize, line: impl Display) {
        self.put("  ".repeat(level));
        self.put(line);
        self.put('\n');
    }
    /// Writes a name and a value.
    pub fn field(&mut self, level: usize, name: impl Display, value: impl Display) {
        self.line(level, format_args!("{name}:\t{value}"));
    }
    /// Writes a name and a value, if there is a value.
    pub fn field_if(&mut self, level: usize, name: &str, value: &Value) {
        if !value.is_null() {
            self.field(level, name, text(value));
        }
    }
    /// Writes a title and below it the object that is referred to, if one is.
    pub fn reference(&mut self, title: &str, object: &Value) {
        if !object.is_null() {
            self.line(0, format_args!("{title}:"));
            self.field_if(1, "APIGroup", object.get("apiGroup"));
            self.field(1, "Kind", text(object.get("kind")));
            self.field(1, "Name", text(object.get("name")));
        }
    }
    /// Writes a title and one entry a line beside it.
    pub fn entries<T: Display>(&mut self, title: &str, entries: impl IntoIterator<Item = T>) {
        let mut any = false;
        for entry in entries {
            let start = if any { "" } else { title };
            let colon = if any { "" } else { ":" };
            self.line(0, format_args!("{start}{colon}\t{entry}"));
            any = true;
        }
        if !any {
            self.field(0, title, "<none>");
        }
    }
    /// Writes labels, or whatever else is a map of strings. Models printLabelsMultiline.
    pub fn labels(&mut self, title: &str, labels: &Value) {
        self.entries(title, labels.fields().map(|(k, v)| format!("{k}={}", text(v))));
    }
    /// Writes annotations; long ones get lines of their own. Models printAnnotationsMultiline.
    pub fn annotations(&mut self, title: &str, annotations: &Value) {
        let mut lines = Vec::new();
        for (key, value) in annotations.fields().filter(|(k, _)| *k != LAST_APPLIED) {
            let whole = text(value);
            let value = whole.strip_suffix('\n').unwrap_or(&whole);
            if value.len() + key.len() + 2 > ANNOTATION_MAX || value.contains('\n') {
                lines.push(format!("{key}:"));
                lines.extend(value.split('\n').map(|line| format!("  {}", shortened(line))));
            } else {
                lines.push(format!("{key}: {value}"));
            }
        }
        self.entries(title, lines);
    }
    /// The finished text.
    pub fn finish(self) -> String {
        tabs::align(&self.text, 0, 2)
    }
}

fn shortened(line: &str) -> String {
    let max = ANNOTATION_MAX - 2;
    if line.len() <= max {
        return line.to_owned();
    }
    // kubectl cuts bytes; here a letter is never cut in two.
    let end = (0..=max).rev().find(|i| line.is_char_boundary(*i)).unwrap_or(0);
    format!("{}...", &line[..end])
}

/// A scalar as Go prints it; null is nothing.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Str(s) => s.to_string(),
        other => other.to_json(),
    }
}

/// A scalar, or these words in its place.
pub(super) fn text_or(value: &Value, instead: &str) -> String {
    if value.is_null() { instead.to_owned() } else { text(value) }
}

/// A whole number; absent counts as 0, as it does in Go.
pub(super) fn number(value: &Value) -> i64 {
    value.as_int().unwrap_or(0)
}

/// `True` or `False`.
pub(super) const fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Texts with something between them.
pub(super) fn joined(values: &[Value], between: &str) -> String {
    let texts: Vec<String> = values.iter().map(text).collect();
    texts.join(between)
}

/// `k=v,k2=v2`. Models apimachinery pkg/labels: FormatLabels.
pub(super) fn labels_in_line(labels: &Value) -> String {
    let pairs: Vec<String> = labels.fields().map(|(k, v)| format!("{k}={}", text(v))).collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

/// An instant that the API shows, in the form of RFC 1123: `Mon, 05 Jan 2026 00:00:00 +0000`.
pub(super) fn date(value: &Value) -> String {
    value.as_str().and_then(Time::parse).map_or_else(|| text(value), rfc1123)
}

/// `Mon, 05 Jan 2026 00:00:00 +0000`.
pub(super) fn rfc1123(at: Time) -> String {
    let (year, _, day, hour, minute, second) = at.civil();
    let (weekday, month) = at.day_and_month();
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000")
}

/// How long ago an instant was that the API shows. Models translateTimestampSince.
pub(super) fn since(now: Time, value: &Value) -> String {
    match value.as_str().and_then(Time::parse) {
        Some(at) => duration::human(now - at),
        None => "<unknown>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    #[test]
    fn long_annotations_get_lines_of_their_own() {
        let long = "x".repeat(150);
        let map = record! { "a" => "b", "long" => long, "two" => "1\n2\n", LAST_APPLIED => "{}" };
        let mut page = Page::default();
        page.annotations("Annotations", &map);
        page.field(0, "IP", "");
        let cut = "x".repeat(138);
        let want = format!(
            "Annotations:  a: b\n              long:\n                {cut}...\n              two:\n                1\n                \
             2\nIP:           \n"
        );
        assert_eq!(page.finish(), want);
    }

    #[test]
    fn terminals_are_not_driven() {
        let mut page = Page::default();
        page.field(0, "a", "b\u{1b}[2J\r");
        assert_eq!(page.finish(), "a:  b^[[2J\\r\n");
    }

    #[test]
    fn dates_are_those_of_rfc_1123() {
        assert_eq!(rfc1123(Time::from_unix(1_767_571_200)), "Mon, 05 Jan 2026 00:00:00 +0000");
    }
}
