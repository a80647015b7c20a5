//! The unified form in which differences of two texts are shown, however their lines were told apart.

use std::ops::Range;

/// A line with its sign: ` ` in both texts, `-` in the first alone, `+` in the second alone.
pub type Edit<'a> = (char, &'a str);

/// So many lines that are in both are shown around a difference.
const CONTEXT: usize = 3;

/// The stretches that hold a difference, with the lines around it.
pub fn hunks(edits: &[Edit]) -> Vec<Range<usize>> {
    let changed: Vec<usize> = (0..edits.len()).filter(|i| edits[*i].0 != ' ').collect();
    let mut all = Vec::new();
    let mut next = 0;
    while let Some(first) = changed.get(next) {
        let mut last = *first;
        while let Some(more) = changed.get(next).filter(|i| **i <= last + 2 * CONTEXT + 1) {
            last = *more;
            next += 1;
        }
        all.push(first.saturating_sub(CONTEXT)..(last + CONTEXT + 1).min(edits.len()));
    }
    all
}

/// The hunks one below the other, each line with a line break; empty, if both texts are equal.
pub fn unified(edits: &[Edit]) -> String {
    let mut out = String::new();
    for hunk in hunks(edits) {
        let count = |range: &[Edit], own: char| range.iter().filter(|(c, _)| *c == ' ' || *c == own).count();
        let place = |own: char| {
            let (before, lines) = (count(&edits[..hunk.start], own), count(&edits[hunk.clone()], own));
            match lines {
                1 => format!("{}", before + 1),
                0 => format!("{before},0"),
                n => format!("{},{n}", before + 1),
            }
        };
        out += &format!("@@ -{} +{} @@\n", place('-'), place('+'));
        for (sign, line) in &edits[hunk] {
            out.push(*sign);
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
