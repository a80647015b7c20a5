//! A Markdown text → its front matter, and stretches of prose and fenced blocks with their lines.
//!
//! Models the CommonMark specification, "Fenced code blocks": a fence is at least three backticks or tildes after at most
//! three spaces; it is closed by one of the same kind that is at least as long, or by the end.

/// A stretch of a lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Raw<'a> {
    /// The line at which its text begins, counted from 1.
    pub line: u32,
    /// What stands behind the opening fence; none: it is prose.
    pub info: Option<&'a str>,
    /// The text between the fences.
    pub text: String,
}

/// A lesson taken apart.
pub(super) struct Parts<'a> {
    /// The text between the first two lines of three dashes, and the line at which it begins.
    pub front: Option<(u32, String)>,
    /// The rest.
    pub stretches: Vec<Raw<'a>>,
}

/// Takes a lesson apart.
pub(super) fn split(text: &str) -> Parts<'_> {
    let mut lines = (1u32..).zip(text.lines()).peekable();
    let mut front = None;
    if lines.next_if(|(_, line)| line.trim_end() == "---").is_some() {
        let mut inside = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| line.trim_end() != "---") {
            push_line(&mut inside, line);
        }
        front = Some((2, inside));
    }
    let mut stretches = Vec::new();
    let mut prose = Raw { line: lines.peek().map_or(1, |(n, _)| *n), info: None, text: String::new() };
    while let Some((number, line)) = lines.next() {
        let Some(fence) = Fence::open(line) else {
            push_line(&mut prose.text, line);
            continue;
        };
        let after = number + 1;
        let mut block = Raw { line: after, info: Some(fence.info), text: String::new() };
        let mut end = after;
        for (number, line) in lines.by_ref() {
            end = number + 1;
            if fence.closes(line) {
                break;
            }
            push_line(&mut block.text, fence.without_indent(line));
        }
        let next = Raw { line: end, info: None, text: String::new() };
        stretches.push(std::mem::replace(&mut prose, next));
        stretches.push(block);
    }
    stretches.push(prose);
    stretches.retain(|raw| raw.info.is_some() || !raw.text.trim().is_empty());
    Parts { front, stretches }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

struct Fence<'a> {
    indent: usize,
    letter: char,
    length: usize,
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn open(line: &'a str) -> Option<Fence<'a>> {
        let rest = line.trim_start_matches(' ');
        let indent = line.len() - rest.len();
        let letter = rest.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = rest.trim_start_matches(letter);
        let length = rest.len() - info.len();
        // Backticks behind backticks are code within a line.
        let good = indent <= 3 && length >= 3 && !(letter == '`' && info.contains('`'));
        good.then(|| Fence { indent, letter, length, info: info.trim() })
    }
    fn closes(&self, line: &str) -> bool {
        let rest = line.trim_start_matches(' ');
        let length = rest.len() - rest.trim_start_matches(self.letter).len();
        line.len() - rest.len() <= 3
            && length >= self.length
            && rest.trim_start_matches(self.letter).trim().is_empty()
    }
    fn without_indent<'l>(&self, line: &'l str) -> &'l str {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        &line[spaces.min(self.indent)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_taken_apart() {
        let text = "---\ntitle: x\n---\n# One\n\n```yaml edit\na: b\n```\ntwo\n\n~~~~hint\n~~~\n```\n~~~~\n   ```seek\n   5s\n";
        let parts = split(text);
        assert_eq!(parts.front, Some((2, "title: x\n".to_owned())));
        let got: Vec<_> = parts.stretches.iter().map(|r| (r.line, r.info, r.text.as_str())).collect();
        let want = [
            (4, None, "# One\n\n"),
            (7, Some("yaml edit"), "a: b\n"),
            (9, None, "two\n\n"),
            (12, Some("hint"), "~~~\n```\n"),
            (16, Some("seek"), "5s\n"),
        ];
        assert_eq!(got, want);
    }

    #[test]
    fn backticks_in_a_line_open_nothing() {
        let parts = split("a\n``` b ``` c\nd");
        assert!(parts.front.is_none());
        assert_eq!(parts.stretches.len(), 1);
    }
}
