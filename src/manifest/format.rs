//! [`format`]: a text with its lines indented as is usual: two spaces a level. Nothing else of a line changes, so that
//! comments, quotes and blocks of text stay as they were written.

use super::diagnostic::{Lines, Severity};
use super::edit::Edit;
use super::fix::Fix;
use super::yaml;

/// A list or a map that is open: the column in which its lines began, and the one in which they begin now.
#[derive(Clone, Copy)]
struct Level {
    old: usize,
    new: usize,
    is_list: bool,
}

/// What changes in the text, or why it cannot be formatted.
pub fn format(text: &str) -> Result<Vec<Edit>, String> {
    let lines = Lines::new(text);
    let before = values(&lines)?;
    let edits = Walk::new(&lines).edits();
    let fix = Fix { title: String::new(), edits };
    // This is held by tests with many texts; where they missed something, the text stays as it is.
    match values(&Lines::new(&fix.applied(text))) {
        Ok(after) if after == before => Ok(fix.edits),
        _ => Err("Formatting would change what this text says, so it was left as it is.".to_owned()),
    }
}

/// What the documents of a text say.
fn values(lines: &Lines) -> Result<Vec<crate::api::Value>, String> {
    let mut said = Vec::new();
    if lines.text().len() > yaml::TEXT_BYTES_MAX {
        return Err("The text is too long to be formatted.".to_owned());
    }
    let all = yaml::read(lines, &mut said);
    if all.iter().any(|read| read.failure.is_some()) {
        let first = said.iter().find(|d| d.severity == Severity::Error);
        let (line, why) = first.map_or((1, "this is not YAML"), |d| (d.span.start.line, d.message.as_str()));
        return Err(format!("Line {line}: {why}. Mend that first, then it can be formatted."));
    }
    Ok(all.into_iter().map(|read| read.value).collect())
}

struct Walk<'a> {
    lines: &'a Lines,
    /// The levels that are open, from the outermost.
    open: Vec<Level>,
    /// Do the dashes of lists stand further to the right than the field? Whoever wrote the first list decides.
    lists_indented: Option<bool>,
    /// Comments whose line is not known yet: line and column.
    comments: Vec<(u32, usize)>,
    edits: Vec<Edit>,
}

impl<'a> Walk<'a> {
    fn new(lines: &'a Lines) -> Walk<'a> {
        Walk { lines, open: Vec::new(), lists_indented: None, comments: Vec::new(), edits: Vec::new() }
    }
    fn edits(mut self) -> Vec<Edit> {
        let inside = inside(self.lines);
        // How far the lines of the value that is open move.
        let mut shift = 0;
        for line in 1..=self.lines.count() {
            let text = self.lines.line(line);
            let old = indent(text);
            let rest = &text[old..];
            if inside.get(line as usize).copied().unwrap_or(false) {
                if !rest.trim().is_empty() {
                    self.replace(line, (0, old), " ".repeat((old as isize + shift).max(0) as usize));
                }
            } else if rest.trim().is_empty() {
                self.replace(line, (0, text.len()), String::new());
            } else if rest.starts_with('#') {
                self.comments.push((line, old));
            } else if old == 0
                && (rest.starts_with("---") || rest.starts_with("...") || rest.starts_with('%'))
            {
                self.place_comments(None);
                self.open.clear();
            } else {
                shift = self.place_line(line, text);
            }
        }
        self.place_comments(None);
        self.edits.sort_by_key(|(span, _)| span.start.byte);
        self.edits
    }
    /// A line that begins a field or an item; returns how far its value moves.
    fn place_line(&mut self, line: u32, text: &str) -> isize {
        let before = self.open.clone();
        let mut old = indent(text);
        let mut first = None;
        let mut prefix = String::new();
        loop {
            let rest = &text[old..];
            let is_list = rest == "-" || rest.starts_with("- ");
            let same_line = (!prefix.is_empty()).then_some(prefix.len());
            let new = self.level(old, is_list, same_line);
            first = first.or(Some((old, new)));
            prefix.extend(std::iter::repeat_n(' ', new.saturating_sub(prefix.len())));
            let behind = if is_list { rest[1..].len() - rest[1..].trim_start().len() } else { 0 };
            if is_list && rest[1..].trim().is_empty() {
                prefix.push('-');
                self.replace(line, (0, text.len()), prefix);
                break;
            }
            if !is_list || rest[1 + behind..].starts_with('#') {
                self.replace(line, (0, old), prefix);
                break;
            }
            prefix.push_str("- ");
            old += 1 + behind;
        }
        let open = std::mem::replace(&mut self.open, before);
        self.place_comments(first);
        self.open = open;
        self.open.last().map_or(0, |l| l.new as isize - l.old as isize)
    }
    /// The column for what begins in a column; behind a dash in the same line it is given.
    fn level(&mut self, old: usize, is_list: bool, same_line: Option<usize>) -> usize {
        while self.open.pop_if(|top| top.old > old || (top.old == old && top.is_list && !is_list)).is_some() {
        }
        let top = self.open.last().copied();
        if let Some(top) = top.filter(|top| top.old == old && top.is_list == is_list) {
            return top.new;
        }
        let new = match (same_line, top) {
            (Some(column), _) => column,
            (None, None) => 0,
            (None, Some(top)) if is_list && !top.is_list => {
                let further = *self.lists_indented.get_or_insert(old > top.old);
                top.new + if further { 2 } else { 0 }
            }
            (None, Some(top)) => top.new + 2,
        };
        self.open.push(Level { old, new, is_list });
        new
    }
    /// Comments go with the line that follows, but for those that stand deeper: they belong to what is above.
    fn place_comments(&mut self, next: Option<(usize, usize)>) {
        for (line, old) in std::mem::take(&mut self.comments) {
            let above = || self.open.iter().rev().find(|l| l.old <= old).map_or(0, |l| l.new);
            let new = match next {
                Some((next_old, next_new)) if old <= next_old => next_new,
                _ => above(),
            };
            self.replace(line, (0, old), " ".repeat(new));
        }
    }
    fn replace(&mut self, line: u32, (from, to): (usize, usize), text: String) {
        if self.lines.line(line)[from..to] == text {
            return;
        }
        let start = self.lines.byte(line, 1);
        self.edits.push((self.lines.span((start + from as u32, start + to as u32)), text));
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Where a value begins: of a block of text, the sign before it.
fn head(text: &str, start: u32) -> u32 {
    let before = text[..start as usize].trim_end();
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let line = line.split(" #").next().unwrap_or("").trim_end();
    let sign = line.rsplit(' ').next().unwrap_or("");
    if sign.starts_with(['|', '>']) { before.len() as u32 } else { start }
}

/// Which lines, counted from 1, go on with a value that began in a line before.
fn inside(lines: &Lines) -> Vec<bool> {
    let mut inside = vec![false; lines.count() as usize + 2];
    for read in yaml::read(lines, &mut Vec::new()) {
        for (start, end) in read.places.solid(lines.text()) {
            let first = lines.mark(head(lines.text(), start)).line + 1;
            let last = lines.mark(lines.text()[..end as usize].trim_end().len() as u32).line;
            (first..=last).for_each(|line| inside[line as usize] = true);
        }
    }
    inside
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
