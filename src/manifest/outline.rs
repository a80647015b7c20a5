//! [`outline`]: the fields of a text with their values as far as indentation tells; it need not be whole YAML.

use super::context::take_apart;
use super::diagnostic::Lines;

/// One field with a value in its own line.
pub(super) struct Written {
    /// The names from the top, without indices: `spec.containers.name`.
    pub(super) path: String,
    /// The value without quotes.
    pub(super) value: String,
    /// Its line, counted from 1.
    pub(super) line: u32,
}

/// The fields of each document.
pub(super) fn outline(lines: &Lines) -> Vec<Vec<Written>> {
    let mut all = vec![Vec::new()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut path = String::new();
    for number in 1..=lines.count() {
        let text = lines.line(number);
        if text.starts_with("---") {
            all.push(Vec::new());
            open.clear();
            path.clear();
            continue;
        }
        let Some(line) = take_apart(text) else { continue };
        // What a dash begins may stand in the column of the field that holds it.
        let inside = |column: usize| line.dash.map_or(column < line.column, |dash| column <= dash);
        while open.pop_if(|(column, _)| !inside(*column)).is_some() {}
        path.truncate(open.last().map_or(0, |(_, length)| *length));
        let Some(behind) = text.get(line.end..).and_then(|rest| rest.strip_prefix(':')) else { continue };
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(line.key);
        open.push((line.column, path.len()));
        let value = bare(behind);
        if !value.is_empty() {
            let documents = all.last_mut().expect("there is one");
            documents.push(Written { path: path.clone(), value: value.to_owned(), line: number });
        }
    }
    all
}

/// A value without its comment and its quotes.
pub(super) fn bare(value: &str) -> &str {
    let value = value.trim();
    let end = match value.chars().next() {
        Some('#') => 0,
        Some(quote @ ('"' | '\'')) => value[1..].find(quote).map_or(value.len(), |at| at + 2),
        _ => value.find(" #").unwrap_or(value.len()),
    };
    value[..end].trim().trim_matches(['"', '\''])
}
