//! Where in a manifest a cursor stands, found by indentation: while somebody types, the text is seldom whole YAML.

use super::diagnostic::{Lines, TextSpan};
use super::docs::{self, Said};
use super::schema::{self, Type};
use crate::api::{Kind, Shape};

/// What is at the cursor.
pub(super) struct Context {
    /// The kind of the document, if it says one that is known.
    pub(super) kind: Option<Kind>,
    /// The document's `apiVersion`, as written.
    pub(super) api_version: String,
    /// The names of the fields above, from the top.
    pub(super) above: Vec<String>,
    /// The key in this line; what is written of it, if the cursor is in it.
    pub(super) key: String,
    /// Is the cursor behind the key's colon?
    pub(super) in_value: bool,
    /// What of the word lies before the cursor.
    pub(super) prefix: String,
    /// The key or value at the cursor, whole.
    pub(super) span: TextSpan,
    /// The keys beside it that are written already.
    pub(super) beside: Vec<String>,
    /// The value in this line, without quotes.
    pub(super) value: String,
    /// Does a quote stand before what is being written?
    pub(super) in_quotes: bool,
    /// Does the key have its colon?
    pub(super) has_colon: bool,
    /// Is this a comment or a block of text, where no fields are?
    pub(super) is_text: bool,
}

/// A line as far as indentation goes: where its innermost dash is, where its key begins, and the key.
pub(super) struct Line<'a> {
    pub(super) dash: Option<usize>,
    pub(super) column: usize,
    pub(super) key: &'a str,
    /// Where the key ends, quotes included.
    pub(super) end: usize,
    /// Has it nothing behind its colon?
    opens: bool,
}

pub(super) fn take_apart(text: &str) -> Option<Line<'_>> {
    let mut column = text.len() - text.trim_start().len();
    let mut dash = None;
    while text[column..].starts_with("- ") || &text[column..] == "-" {
        dash = Some(column);
        let rest = &text[column + 1..];
        column += 1 + rest.len() - rest.trim_start().len();
    }
    let rest = &text[column..];
    if rest.starts_with('#') || (rest.is_empty() && dash.is_none()) {
        return None;
    }
    let end = rest.find(": ").or_else(|| rest.strip_suffix(':').map(str::len)).unwrap_or(rest.len());
    let behind = rest.get(end + 1..).unwrap_or("").trim();
    let opens = end < rest.len() && (behind.is_empty() || behind.starts_with('#'));
    let key = rest[..end].trim_matches(['"', '\'']);
    Some(Line { dash, column, key, end: column + end, opens })
}

/// The context at a line and column, both counted from 1.
pub(super) fn find(lines: &Lines, line: u32, column: u32) -> Context {
    let here = lines.line(line);
    let cut = here.char_indices().nth(column.saturating_sub(1) as usize).map_or(here.len(), |(i, _)| i);
    let first = (1..line).rev().find(|l| lines.line(*l).starts_with("---")).map_or(1, |l| l + 1);
    let last = (line..).take_while(|l| *l == line || !lines.line(*l).starts_with("---"));
    let last = last.take_while(|l| lines.byte(*l, 1) < lines.text().len() as u32).last().unwrap_or(line);
    let top = |name: &str| {
        let values = (first..=last).filter_map(|l| lines.line(l).strip_prefix(name)?.strip_prefix(':'));
        values.map(|v| v.trim().trim_matches(['"', '\'']).to_owned()).next().unwrap_or_default()
    };
    let (api_version, kind) = (top("apiVersion"), top("kind"));
    // An empty line's indentation is where the cursor is.
    let blank = Line { dash: None, column: cut, key: "", end: cut, opens: false };
    let own = take_apart(here).unwrap_or(blank);
    let behind_colon = own.end;
    let in_value = cut > behind_colon && here[behind_colon..].starts_with(':');
    let start = if in_value { value_start(here, behind_colon) } else { own.column };
    let in_quotes = in_value && here[..start].ends_with(['"', '\'']);
    let value = here.get(own.end + 1..).map_or("", super::outline::bare);
    let end = if in_value { start + value.len().min(here.len() - start) } else { behind_colon };
    let is_text = here[..cut].trim_start().starts_with('#')
        || here[..cut].contains(" #")
        || in_block(lines, first, line, own.column);
    let prefix = here.get(start..cut.max(start)).unwrap_or("").trim_matches(['"', '\'']).to_owned();
    let base = lines.byte(line, 1);
    let span = lines.span((base + start as u32, base + end.max(start) as u32));
    let (above, beside) = climb(lines, (first, line, last), &own);
    let kind = Kind::find(&api_version, &kind);
    let (key, value) = (own.key.to_owned(), value.to_owned());
    let has_colon = here[behind_colon..].starts_with(':');
    Context {
        has_colon,
        kind,
        api_version,
        above,
        key,
        in_value,
        prefix,
        span,
        beside,
        value,
        in_quotes,
        is_text,
    }
}

/// Does a line belong to a block of text that a `|` or `>` above has begun?
fn in_block(lines: &Lines, first: u32, line: u32, mut column: usize) -> bool {
    for l in (first..line).rev() {
        let text = lines.line(l);
        let indent = text.len() - text.trim_start().len();
        if text.trim().is_empty() || indent >= column {
            continue;
        }
        let last = text.trim_end().rsplit(' ').next().unwrap_or("");
        if matches!(last.trim_end_matches(['+', '-', '1', '2', '3', '4']), "|" | ">") {
            return true;
        }
        column = indent;
    }
    false
}

fn value_start(line: &str, colon: usize) -> usize {
    let rest = &line[colon..];
    let value = rest.trim_start_matches([':', ' ']);
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    colon + rest.len() - value.len()
}

/// The names above a line, from the top, and the keys beside it.
fn climb(lines: &Lines, (first, line, last): (u32, u32, u32), own: &Line) -> (Vec<String>, Vec<String>) {
    let mut above = Vec::new();
    let mut beside = Vec::new();
    // In a list item the parent may begin in the dash's own column.
    let (mut column, mut dash) = (own.column, own.dash);
    let mut direct = true;
    for l in (first..line).rev() {
        let Some(other) = take_apart(lines.line(l)) else { continue };
        let is_parent = match dash {
            Some(d) => other.opens && other.column <= d,
            None => other.opens && other.column < column,
        };
        if is_parent {
            above.push(other.key.to_owned());
            (column, dash, direct) = (other.column, other.dash, false);
        } else if dash.is_none() && other.column == column {
            if direct {
                beside.push(other.key.to_owned());
            }
            dash = other.dash;
        }
    }
    for l in line + 1..=last {
        let Some(other) = take_apart(lines.line(l)) else { continue };
        if other.column < own.column || other.dash.is_some_and(|d| d < own.column) {
            break;
        }
        if other.column == own.column {
            beside.push(other.key.to_owned());
        }
    }
    above.reverse();
    (above, beside)
}

/// A field of the API, with what there is to say of it.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) ty: Type,
    /// What it is for.
    pub(super) said: Said,
    /// Does the simulation act on it?
    pub(super) acted: bool,
    /// What it holds, as far as the simulation reads it.
    pub(super) shape: Shape,
}

/// The fields that every object has, whether its kind reads more or not.
pub(super) const OF_EVERY_OBJECT: &[&str] = &["apiVersion", "kind", "metadata", "status"];

/// Follows names from the top of a kind.
pub(super) fn known(kind: Kind, names: &[String]) -> Option<Known> {
    let ty = Type::Struct(schema::kind_type(kind));
    let mut here = Known { ty, said: Said::default(), acted: kind.info().simulated, shape: kind.shape() };
    for (depth, name) in names.iter().enumerate() {
        here = step(here, name)?;
        if depth == 0 && OF_EVERY_OBJECT.contains(&name.as_str()) {
            here.acted = true;
        }
    }
    Some(here)
}

/// One field below another.
pub(super) fn step(from: Known, name: &str) -> Option<Known> {
    let (mut ty, mut shape) = (from.ty, from.shape);
    while let Type::List(item) = ty {
        ty = Type::of(item);
        if let Shape::List(item) = shape {
            shape = item();
        }
    }
    match ty {
        Type::Struct(of) => {
            let field = schema::field(of, name)?;
            // Where nothing is said of single fields, they are as what holds them.
            let (read, shape) = match shape {
                Shape::Struct(fields) => match fields.iter().find(|f| f.name == name) {
                    Some(field) => (true, (field.shape)()),
                    None => (false, Shape::Any),
                },
                _ => (true, Shape::Any),
            };
            let said = docs::of_field(of, name);
            Some(Known { ty: field.ty, said, acted: from.acted && read, shape })
        }
        Type::Map(entry) => Some(Known { ty: Type::of(entry), shape: Shape::Any, ..from }),
        Type::Any => Some(Known { ty: Type::Any, shape: Shape::Any, ..from }),
        _ => None,
    }
}
