//! What was typed before: walked with the arrows, searched with Ctrl+R.

/// How many lines are remembered.
const LINES_MAX: usize = 500;

/// What was typed before.
#[derive(Clone, Default, Debug)]
pub struct History {
    lines: Vec<String>,
    /// Where a walk is; none: at the line that is being typed.
    at: Option<usize>,
    /// What was being typed when the walk began.
    draft: String,
    /// The search that is open.
    pub search: Option<Search>,
}

/// A search backwards.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Search {
    /// What is searched for.
    pub needle: String,
    /// The line that was found.
    at: Option<usize>,
}

impl History {
    /// The lines of an earlier visit.
    pub fn of(text: &str) -> History {
        let lines = text.lines().map(|l| l.replace('\u{1}', "\n")).collect();
        History { lines, ..History::default() }
    }
    /// All lines as one text, to be kept for another visit.
    pub fn text(&self) -> String {
        self.lines.iter().map(|l| l.replace('\n', "\u{1}") + "\n").collect()
    }
    /// All lines, the oldest first.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
    /// Something was entered.
    pub fn add(&mut self, line: &str) {
        self.at = None;
        self.search = None;
        let line = line.trim_end();
        if line.is_empty() || self.lines.last().is_some_and(|l| l == line) {
            return;
        }
        self.lines.push(line.to_owned());
        if self.lines.len() > LINES_MAX {
            self.lines.remove(0);
        }
    }
    /// The line before this one; none if there is none.
    pub fn back(&mut self, typed: &str) -> Option<&str> {
        if self.at.is_none() {
            self.draft = typed.to_owned();
        }
        let at = self.at.unwrap_or(self.lines.len()).checked_sub(1)?;
        self.at = Some(at);
        self.lines.get(at).map(String::as_str)
    }
    /// The line after this one; at the end, what was being typed.
    pub fn forth(&mut self) -> Option<&str> {
        let at = self.at? + 1;
        self.at = (at < self.lines.len()).then_some(at);
        Some(self.lines.get(at).unwrap_or(&self.draft))
    }
    /// Ctrl+R: a search begins, or goes on to what lies further back.
    pub fn search_further(&mut self) {
        let search = self.search.get_or_insert_default();
        let before = search.at;
        self.find(before);
    }
    /// Another text is searched for.
    pub fn search_for(&mut self, needle: &str) {
        self.search = Some(Search { needle: needle.to_owned(), at: None });
        self.find(None);
    }
    fn find(&mut self, before: Option<usize>) {
        let Some(search) = &mut self.search else { return };
        let end = before.unwrap_or(self.lines.len());
        let found = self.lines[..end].iter().rposition(|l| l.contains(&search.needle));
        if !search.needle.is_empty() && (found.is_some() || before.is_none()) {
            search.at = found;
        }
    }
    /// What was found; none: nothing.
    pub fn found(&self) -> Option<&str> {
        let at = self.search.as_ref()?.at?;
        self.lines.get(at).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_is_walked_and_comes_back_to_what_is_typed() {
        let mut history = History::of("a\nb\u{1}c\n");
        assert_eq!(history.back("typed"), Some("b\nc"));
        assert_eq!(history.back("b\nc"), Some("a"));
        assert_eq!(history.back("a"), None);
        assert_eq!(history.forth(), Some("b\nc"));
        assert_eq!(history.forth(), Some("typed"));
        assert_eq!(history.forth(), None);
        history.add("d");
        history.add("d");
        history.add("  ");
        assert_eq!(history.text(), "a\nb\u{1}c\nd\n");
    }

    #[test]
    fn a_search_goes_back_and_stays_at_the_last() {
        let mut history = History::of("get pods\nget jobs\ndescribe pod a\n");
        history.search_for("get");
        assert_eq!(history.found(), Some("get jobs"));
        history.search_further();
        assert_eq!(history.found(), Some("get pods"));
        history.search_further();
        assert_eq!(history.found(), Some("get pods"), "there is nothing further back");
        history.search_for("nope");
        assert_eq!(history.found(), None);
        history.search_for("");
        assert_eq!(history.found(), None);
    }
}
