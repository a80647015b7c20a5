//! What the API says of the field under the pointer.

use crate::api::{Kind, Shape};
use crate::manifest;
use crate::record;

/// Texts longer than this are not read for a hover, in bytes.
const TEXT_MAX: usize = 200_000;

/// The documentation of the field at an offset in UTF-16 units, in the editor's JSON; none if there is none.
pub fn hover(text: String, offset: u32) -> Option<String> {
    if text.len() > TEXT_MAX {
        return None;
    }
    let before: String =
        String::from_utf16_lossy(&text.encode_utf16().take(offset as usize).collect::<Vec<_>>());
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    let parsed = manifest::parse(&text);
    let inside = |d: &&manifest::Document| d.span.start.line <= line && line <= d.span.end.line;
    let document = parsed.documents.iter().find(inside)?;
    let path = document.path_at(line, column);
    let (title, doc) = describe(document.kind?, &path)?;
    let row = text.lines().nth(line as usize - 1)?;
    let indent = row.len() - row.trim_start_matches([' ', '-']).len();
    let start = offset - (column - 1) + row[..indent].chars().count() as u32;
    let end = offset - (column - 1) + row.encode_utf16().count() as u32;
    let answer = record! { "from" => start as i64, "to" => end as i64, "title" => title, "text" => doc };
    Some(answer.to_json())
}

/// Walks down the shape of a kind along a path.
fn describe(kind: Kind, path: &str) -> Option<(String, &'static str)> {
    let mut shape = kind.shape();
    let mut doc = "";
    for name in path.split('.').filter(|n| !n.is_empty()) {
        let name = name.split('[').next().unwrap_or(name);
        while let Shape::List(item) = shape {
            shape = item();
        }
        match shape {
            Shape::Struct(fields) => {
                let field = fields.iter().find(|f| f.name == name)?;
                doc = field.doc.trim();
                shape = (field.shape)();
            }
            _ => return None,
        }
    }
    (!doc.is_empty()).then(|| (path.to_owned(), doc))
}
