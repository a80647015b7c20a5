//! What stands in a terminal: each line that was entered, with what it printed.

use crate::api::Span;
use std::rc::Rc;

/// How many lines that were entered are kept, and how much of the text of one, in bytes.
const ENTRIES_MAX: usize = 200;
const TEXT_MAX: usize = 200_000;

/// Where a text came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// What was asked for.
    Out,
    /// A complaint.
    Err,
    /// The terminal's own remark.
    Note,
}

/// A stretch of what was printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Where it came from.
    pub stream: Stream,
    /// The text, with its line breaks.
    pub text: String,
}

/// A line that was entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its number, never used twice.
    pub id: u64,
    /// What stood before it.
    pub prompt: String,
    /// What was typed.
    pub typed: String,
    /// How long after the start of the cluster that was.
    pub since: Span,
    /// What it printed, in order.
    pub parts: Vec<Part>,
    /// What takes the place of all that, as of `watch`.
    pub screen: Option<String>,
    /// How it ended; none: it has not.
    pub exit: Option<i32>,
}

/// All entries, the newest last; a copy shares what did not change.
#[derive(Default)]
pub(super) struct Entries {
    all: Rc<Vec<Rc<Entry>>>,
    next_id: u64,
}

impl Entries {
    pub(super) fn all(&self) -> &Rc<Vec<Rc<Entry>>> {
        &self.all
    }
    pub(super) fn open(&mut self, prompt: String, typed: String, since: Span) {
        let id = self.next_id;
        self.next_id += 1;
        let entry = Entry { id, prompt, typed, since, parts: Vec::new(), screen: None, exit: None };
        let all = Rc::make_mut(&mut self.all);
        all.push(Rc::new(entry));
        if all.len() > ENTRIES_MAX {
            all.remove(0);
        }
    }
    pub(super) fn last_id(&self) -> u64 {
        self.all.last().map_or(0, |e| e.id)
    }
    /// Changes an entry; none: the last. One that is gone is left alone.
    fn change(&mut self, id: Option<u64>, how: impl FnOnce(&mut Entry)) {
        let id = id.unwrap_or(self.last_id());
        let found = Rc::make_mut(&mut self.all).iter_mut().rfind(|e| e.id == id);
        if let Some(entry) = found {
            how(Rc::make_mut(entry));
        }
    }
    pub(super) fn print(&mut self, id: Option<u64>, stream: Stream, text: &str) {
        if text.is_empty() {
            return;
        }
        self.change(id, |entry| {
            match entry.parts.last_mut().filter(|p| p.stream == stream) {
                Some(part) => part.text.push_str(text),
                None => entry.parts.push(Part { stream, text: text.to_owned() }),
            }
            shorten(&mut entry.parts);
        });
    }
    pub(super) fn show(&mut self, id: u64, screen: String) {
        self.change(Some(id), |entry| entry.screen = Some(screen));
    }
    pub(super) fn end(&mut self, id: u64, exit: i32) {
        self.change(Some(id), |entry| entry.exit = Some(exit));
    }
    pub(super) fn end_last(&mut self, exit: i32) {
        self.change(None, |entry| entry.exit = Some(exit));
    }
    pub(super) fn clear(&mut self) {
        self.all = Rc::default();
    }
}

/// Of a long text the end is kept, from the beginning of a line.
fn shorten(parts: &mut Vec<Part>) {
    let mut too_much = parts.iter().map(|p| p.text.len()).sum::<usize>().saturating_sub(TEXT_MAX);
    while too_much > 0 && !parts.is_empty() {
        if parts[0].text.len() <= too_much && parts.len() > 1 {
            too_much -= parts.remove(0).text.len();
            continue;
        }
        let text = &mut parts[0].text;
        let cut = text.ceil_char_boundary(too_much.min(text.len()));
        let cut = text[cut..].find('\n').map_or(cut, |at| cut + at + 1);
        text.drain(..cut);
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_much_the_end_is_kept() {
        let mut entries = Entries::default();
        entries.open("$".into(), "get pods -w".into(), Span::ZERO);
        for i in 0..40_000 {
            entries.print(None, if i < 5 { Stream::Err } else { Stream::Out }, &format!("line {i}\n"));
        }
        let entry = &entries.all()[0];
        let text: String = entry.parts.iter().map(|p| p.text.as_str()).collect();
        assert!(text.len() <= TEXT_MAX && text.len() > TEXT_MAX - 20, "{}", text.len());
        assert!(text.starts_with("line ") && text.ends_with("line 39999\n"));
    }
}
