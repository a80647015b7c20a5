//! The differences of two texts, as the API server shows those of two structs.
//!
//! Models apimachinery pkg/util/diff: Diff, and the go-difflib behind it, which is Python's difflib.

use super::unified::{self, Edit};

/// In longer texts, lines that stand there often are not looked for.
const LONG: usize = 200;

/// A stretch of both texts that is the same, or is not: where it begins and ends in each.
type Stretch = (bool, [usize; 4]);

/// The unified difference, each line with a line break.
pub(super) fn unified(a: &[String], b: &[String]) -> String {
    let mut edits: Vec<Edit> = Vec::new();
    for (same, [i, j, k, l]) in stretches(a, b) {
        let gone = if same { ' ' } else { '-' };
        edits.extend(a[i..j].iter().map(|line| (gone, line.as_str())));
        if !same {
            edits.extend(b[k..l].iter().map(|line| ('+', line.as_str())));
        }
    }
    unified::unified(&edits)
}

/// Models GetMatchingBlocks and GetOpCodes.
fn stretches(a: &[String], b: &[String]) -> Vec<Stretch> {
    let often = |line: &String| b.iter().filter(|l| *l == line).count() > b.len() / 100 + 1;
    let dull: Vec<bool> = b.iter().map(|line| b.len() >= LONG && often(line)).collect();
    let mut blocks = Vec::new();
    let mut open = vec![[0, a.len(), 0, b.len()]];
    while let Some([i, j, k, l]) = open.pop() {
        let (x, y, size) = longest(a, b, &dull, [i, j, k, l]);
        if size > 0 {
            blocks.push((x, y, size));
            open.push([i, x, k, y]);
            open.push([x + size, j, y + size, l]);
        }
    }
    crate::api::order::sort_by_key(&mut blocks, |block| *block);
    blocks.push((a.len(), b.len(), 0));
    let mut all: Vec<Stretch> = Vec::new();
    let (mut i, mut k) = (0, 0);
    for (x, y, size) in blocks {
        if i < x || k < y {
            all.push((false, [i, x, k, y]));
        }
        match all.last_mut() {
            // Two blocks that touch are one.
            Some((true, [_, j, _, l])) if *j == x && *l == y => (*j, *l) = (x + size, y + size),
            _ if size > 0 => all.push((true, [x, x + size, y, y + size])),
            _ => {}
        }
        (i, k) = (x + size, y + size);
    }
    all
}

/// Models findLongestMatch: the longest stretch that both have, the earliest of those.
fn longest(
    a: &[String],
    b: &[String],
    dull: &[bool],
    [from, to, low, high]: [usize; 4],
) -> (usize, usize, usize) {
    let (mut x, mut y, mut size) = (from, low, 0);
    // How long a stretch ends at a line of the one and at each line of the other, the first of which is before the first.
    let mut lengths = vec![0; b.len() + 1];
    for (i, line) in a.iter().enumerate().take(to).skip(from) {
        for j in (low..high).rev() {
            let length = if !dull[j] && *line == b[j] { lengths[j] + 1 } else { 0 };
            lengths[j + 1] = length;
            if length > size || (length == size && length > 0 && i + 1 - length == x && j + 1 - length < y) {
                (x, y, size) = (i + 1 - length, j + 1 - length, length);
            }
        }
    }
    while x > from && y > low && a[x - 1] == b[y - 1] {
        (x, y, size) = (x - 1, y - 1, size + 1);
    }
    while x + size < to && y + size < high && a[x + size] == b[y + size] {
        size += 1;
    }
    (x, y, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &str, b: &str, want: &str) {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(unified(&lines(a), &lines(b)).replace('\n', " ").trim_end(), want, "{a} / {b}");
    }

    #[test]
    fn differences_are_shown_with_three_lines_around() {
        check("a b c d e f g h", "a b c d x f g h", "@@ -2,7 +2,7 @@  b  c  d -e +x  f  g  h");
        check("1 2", "1 2", "");
        check(
            "a 1 2 3 4 5 6 7 b",
            "x 1 2 3 4 5 6 7 y",
            "@@ -1,4 +1,4 @@ -a +x  1  2  3 @@ -6,4 +6,4 @@  5  6  7 -b +y",
        );
        check("a 1 2 3 4 5 6 b", "x 1 2 3 4 5 6 y", "@@ -1,8 +1,8 @@ -a +x  1  2  3  4  5  6 -b +y");
        check("a", "a b", "@@ -1 +1,2 @@  a +b");
    }
}
