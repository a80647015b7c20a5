//! What the editor asks of the manifest room: completions and documentation, in JSON with UTF-16 offsets.

use super::editor::Units;
use crate::api::Value;
use crate::kubectl::Known;
use crate::manifest;
use crate::record;
use crate::sim::World;

/// Texts longer than this are neither completed nor explained, in bytes.
const TEXT_MAX: usize = 200_000;

/// The line and column, both counted from 1, of an offset in UTF-16 units.
fn place(text: &str, offset: u32) -> (u32, u32) {
    let (mut line, mut column, mut units) = (1, 1, 0);
    for c in text.chars() {
        if units >= offset {
            break;
        }
        units += c.len_utf16() as u32;
        (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    (line, column)
}

/// What may stand at an offset; none if there is nothing to offer.
pub fn complete(text: String, offset: u32, world: &World) -> Option<String> {
    if text.len() > TEXT_MAX {
        return None;
    }
    let (line, column) = place(&text, offset);
    let offers = manifest::complete(&text, line, column, &Known(world));
    let (units, replaces) = (Units::of(&text), offers.first()?.replaces);
    let (from, to) = (units.at(replaces.start.byte), units.at(replaces.end.byte).max(offset));
    let one = |c: &manifest::Completion| {
        let doc = if c.simulated { c.doc.to_owned() } else { format!("Kept, not simulated. {}", c.doc) };
        record! {
            "label" => c.label.clone(),
            "apply" => c.insert.clone(),
            "detail" => c.detail.clone(),
            "info" => (!doc.is_empty()).then_some(doc),
            "boost" => if c.required { 2 } else { i64::from(c.simulated) },
        }
    };
    let options: Vec<Value> = offers.iter().map(one).collect();
    Some(record! { "from" => from as i64, "to" => to as i64, "options" => options }.to_json())
}

/// The documentation of the field at an offset; none if there is none.
pub fn hover(text: String, offset: u32, world: &World) -> Option<String> {
    if text.len() > TEXT_MAX {
        return None;
    }
    let (line, column) = place(&text, offset);
    let found = manifest::hover(&text, line, column, &Known(world))?;
    let mut lines = vec![found.doc.to_owned()];
    lines.extend(found.facts);
    if !found.words.is_empty() {
        lines.push(format!("One of: {}.", found.words.join(", ")));
    }
    if let Some(default) = &found.default {
        lines.push(format!("Default: {default}."));
    }
    if !found.simulated {
        lines.push("Podium keeps it, but does not simulate it.".to_owned());
    }
    lines.retain(|l| !l.is_empty());
    let units = Units::of(&text);
    let span = |byte| units.at(byte) as i64;
    let answer = record! {
        "from" => span(found.span.start.byte),
        "to" => span(found.span.end.byte),
        "title" => found.path,
        "detail" => found.detail,
        "text" => lines.join("\n"),
    };
    Some(answer.to_json())
}
