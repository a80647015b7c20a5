//! What makes YAML of a text that is none, where there is no doubt about it.

use super::Chunk;
use super::words::Mistake;
use crate::manifest::{Edit, Fix};

/// What mends a mistake.
pub(super) fn fixes(chunk: &Chunk, mistake: &Mistake) -> Vec<Fix> {
    let edit = |line: u32, from: usize, to: usize, text: String| -> Edit {
        let start = chunk.lines.byte(line, 1);
        (chunk.lines.span((start + from as u32, start + to as u32)), text)
    };
    let (title, edits) = match mistake {
        Mistake::Tab(_) => {
            let lines = chunk.first_line..=chunk.first_line + chunk.line_count();
            let one = |line: u32| {
                let text = chunk.line(line);
                let indent = text.len() - text.trim_start_matches(['\t', ' ']).len();
                let spaces = text[..indent].replace('\t', "  ");
                text[..indent].contains('\t').then(|| edit(line, 0, indent, spaces))
            };
            ("Put spaces in place of tabs".to_owned(), lines.filter_map(one).collect())
        }
        Mistake::NoSpace(line, key) => {
            let text = chunk.line(*line);
            let Some(at) = text.find(&format!("{key}:")).map(|at| at + key.len() + 1) else {
                return Vec::new();
            };
            ("Put a space after the colon".to_owned(), vec![edit(*line, at, at, " ".to_owned())])
        }
        Mistake::Quote(line, quote) => {
            let end = chunk.line(*line).trim_end().len();
            (format!("Add the missing {quote}"), vec![edit(*line, end, end, quote.to_string())])
        }
        Mistake::Alias(line) | Mistake::Reserved(line, _) | Mistake::TwoColons(line) => {
            let text = chunk.line(*line);
            let Some(at) = text.find(": ").map(|at| text.len() - text[at + 1..].trim_start().len()) else {
                return Vec::new();
            };
            let value = text[at..].trim_end();
            if value.is_empty()
                || value.contains(['"', '\\'])
                || value.contains(" #")
                || value.starts_with('\'')
            {
                return Vec::new();
            }
            let quoted = format!("\"{value}\"");
            ("Put the value in quotes".to_owned(), vec![edit(*line, at, at + value.len(), quoted)])
        }
        _ => return Vec::new(),
    };
    if edits.is_empty() { Vec::new() } else { vec![Fix { title, edits }] }
}
