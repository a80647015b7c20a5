//! Columns: text with tabs becomes text with spaces. Models Go's text/tabwriter, as kubectl uses it: no tab characters,
//! cells to the left.

/// Aligns a text. A column is a run of lines that all have a cell there which a tab ends; what stands behind a line's
/// last tab belongs to no column. A column is at least `width_min` wide, and `padding` wider than its widest cell.
pub(super) fn align(text: &str, width_min: usize, padding: usize) -> String {
    align_within(text, width_min, padding, None)
}

/// Aligns a text that goes on under others: a column is at least as wide as it has ever been.
/// Models liggitt/tabwriter: RememberWidths.
pub(super) fn align_on(text: &str, width_min: usize, padding: usize, widest: &mut Vec<usize>) -> String {
    align_within(text, width_min, padding, Some(widest))
}

fn align_within(text: &str, width_min: usize, padding: usize, widest: Option<&mut Vec<usize>>) -> String {
    let ends_with_break = text.ends_with('\n');
    let body = if ends_with_break { &text[..text.len() - 1] } else { text };
    let lines: Vec<Vec<&str>> = body.split('\n').map(|line| line.split('\t').collect()).collect();
    let mut columns = Columns { lines, width_min, padding, widths: Vec::new(), widest, out: String::new() };
    let count = columns.lines.len();
    columns.format(0, count);
    let mut out = columns.out;
    if !ends_with_break {
        out.pop();
    }
    out
}

struct Columns<'a> {
    lines: Vec<Vec<&'a str>>,
    width_min: usize,
    padding: usize,
    /// The widths of the columns to the left of the one that is looked at.
    widths: Vec<usize>,
    /// The widths that columns have had.
    widest: Option<&'a mut Vec<usize>>,
    out: String,
}

impl Columns<'_> {
    /// Writes some lines, whose columns so far are as wide as `widths` says.
    fn format(&mut self, mut from: usize, to: usize) {
        let column = self.widths.len();
        let mut line = from;
        while line < to {
            if !self.has_column(line, column) {
                line += 1;
                continue;
            }
            self.write(from, line);
            from = line;
            let mut width = self.width_min;
            while line < to && self.has_column(line, column) {
                width = width.max(self.lines[line][column].chars().count() + self.padding);
                line += 1;
            }
            if let Some(widest) = &mut self.widest {
                widest.resize(widest.len().max(column + 1), 0);
                width = width.max(widest[column]);
                widest[column] = width;
            }
            self.widths.push(width);
            self.format(from, line);
            self.widths.pop();
            from = line;
        }
        self.write(from, to);
    }
    /// The last cell of a line is in no column.
    fn has_column(&self, line: usize, column: usize) -> bool {
        column + 1 < self.lines[line].len()
    }
    fn write(&mut self, from: usize, to: usize) {
        for line in from..to {
            for (i, cell) in self.lines[line].iter().enumerate() {
                self.out.push_str(cell);
                if let Some(width) = self.widths.get(i) {
                    let missing = width.saturating_sub(cell.chars().count());
                    self.out.extend(std::iter::repeat_n(' ', missing));
                }
            }
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_runs_of_lines() {
        let cases = [
            ("a:\tb\nlong name:\tc\n", "a:          b\nlong name:  c\n"),
            ("a:\tb\nTitle:\n  x:\ty\nz\n", "a:  b\nTitle:\n  x:  y\nz\n"),
            ("a:\t\nbb:\t<none>\n", "a:   \nbb:  <none>\n"),
            ("n\t\tc\nname\t\td\n", "n       c\nname    d\n"),
            ("a\tb\tc\nx\tlonger\nq\tr\ts\n", "a  b  c\nx  longer\nq  r  s\n"),
            ("é\tb\nab\tc", "é   b\nab  c"),
            ("", ""),
            ("one line\n", "one line\n"),
        ];
        for (text, want) in cases {
            assert_eq!(align(text, 0, 2), want, "{text:?}");
        }
    }
}
