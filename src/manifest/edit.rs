//! Small changes to the text of a document that leave everything else as it was written: comments, quotes and all.

use super::diagnostic::TextSpan;
use super::document::Document;

/// A stretch of the text, and what takes its place.
pub type Edit = (TextSpan, String);

/// Where a field stands: bytes of its key and of its value.
type Place = ((u32, u32), (u32, u32));

impl Document {
    fn bytes(&self, (start, end): (u32, u32)) -> &str {
        // Of what could not be read, a place may lie within a letter.
        self.text().get(start as usize..end as usize).unwrap_or_default()
    }
    fn edit(&self, bytes: (u32, u32), text: impl Into<String>) -> Edit {
        (self.lines().span(bytes), text.into())
    }
    /// The very field, if it stands in the text.
    fn place(&self, path: &str) -> Option<Place> {
        self.places().find(self.root(), path).filter(|f| f.2).map(|(key, value, _)| (key, value))
    }
    /// The column of a byte, counted from 0 in bytes.
    fn column(&self, byte: u32) -> usize {
        let before = self.text().get(..byte as usize).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |at| at + 1)
    }
    /// The end of the line in which what ends at a byte has its last letter.
    fn line_end(&self, byte: u32) -> u32 {
        let last = self.text().get(..byte as usize).unwrap_or_default().trim_end().len();
        last as u32 + self.text()[last..].find('\n').unwrap_or(self.text().len() - last) as u32
    }
    fn is_flow(&self, (start, end): (u32, u32)) -> bool {
        self.bytes((start, end)).starts_with(['{', '['])
    }
    /// What is written as a field's value.
    pub(super) fn written(&self, path: &str) -> Option<&str> {
        self.place(path).map(|(_, value)| self.bytes(value))
    }
    /// Another value for a field that is written in one line.
    pub(super) fn replace_value(&self, path: &str, text: &str) -> Option<Edit> {
        let (_, value) = self.place(path)?;
        let plain = !self.is_flow(value) && value.0 < value.1 && !self.bytes(value).contains('\n');
        plain.then(|| self.edit(value, text))
    }
    /// Another name for a field.
    pub(super) fn replace_key(&self, path: &str, name: &str) -> Option<Edit> {
        self.place(path).map(|(key, _)| self.edit(key, name))
    }
    /// One more field below another; `entry` is written as in the first column, and may have several lines. What is
    /// missing on the way is made, but for items of lists.
    pub(super) fn insert(&self, parent: &str, entry: &str) -> Option<Edit> {
        let Some((key, value)) = self.place(parent) else {
            let (above, name) = parent.rsplit_once('.').unwrap_or(("", parent));
            let nested = format!("{name}:\n{}", indented(entry, 2));
            return if name.contains('[') { None } else { self.insert(above, nested.trim_end()) };
        };
        if self.is_flow(value) {
            let inner = self.bytes((value.0, value.1 - 1)).trim_end().len() as u32 + value.0;
            let comma = if inner > value.0 + 1 { ", " } else { "" };
            return (!entry.contains('\n')).then(|| self.edit((inner, inner), format!("{comma}{entry}")));
        }
        let (column, end) = match self.places().first(self.root(), parent) {
            Some(first) => (self.column(first), self.line_end(value.1)),
            None if value.0 < value.1 => return None,
            // A field without a value.
            None => (self.column(key.0) + 2, self.line_end(key.1)),
        };
        Some(self.edit((end, end), format!("\n{}", indented(entry, column).trim_end())))
    }
    /// Lines before all others of the document.
    pub(super) fn prepend(&self, lines: &str) -> Option<Edit> {
        let first = self.places().first(self.root(), "")?;
        let behind = self.text().get(first as usize..)?;
        (self.column(first) == 0 && !behind.starts_with(['{', '['])).then(|| self.edit((first, first), lines))
    }
    /// The lines of a field that has lines of its own, without their last line break.
    fn own_lines(&self, path: &str) -> Option<(u32, u32)> {
        let (key, value) = self.place(path)?;
        let start = key.0 - self.column(key.0) as u32;
        let end = if value.0 < value.1 { value.1 } else { key.1 };
        let is_first = self.bytes((start, key.0)).trim().is_empty();
        is_first.then(|| (start, self.line_end(end)))
    }
    /// Moves a field below another.
    pub(super) fn relocate(&self, path: &str, parent: &str) -> Option<Vec<Edit>> {
        let (start, end) = self.own_lines(path)?;
        let column = self.column(self.place(path)?.0.0);
        let entry: Vec<&str> =
            self.bytes((start, end)).lines().map(|l| l.get(column..).unwrap_or("")).collect();
        let (at, text) = self.insert(parent, &entry.join("\n"))?;
        // Where it moves to its own end, its lines only change their indentation.
        if at.start.byte == end {
            return Some(vec![self.edit((start, end), text.trim_start_matches('\n'))]);
        }
        let whole = (start, (end + 1).min(self.text().len() as u32));
        let mut edits = vec![self.edit(whole, ""), (at, text)];
        edits.sort_by_key(|(span, _)| span.start.byte);
        Some(edits)
    }
}

/// Every line that says something so much further to the right.
fn indented(text: &str, columns: usize) -> String {
    let one = |line: &str| match line.trim().is_empty() {
        true => "\n".to_owned(),
        false => format!("{}{line}\n", " ".repeat(columns)),
    };
    text.lines().map(one).collect()
}
