//! Lists and maps in brackets whose lines are indented less than the block around them.

/// The text with all lines of the bracket around a character joined into one, so that its indentation matters no more.
/// Every character keeps its place. None if no bracket is open there.
pub(super) fn joined(text: &str, index: usize) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    let (mut open, mut first) = (0u32, 0);
    let mut quote = None;
    let mut line_starts = true;
    let mut i = 0;
    let mut breaks: Vec<usize> = Vec::new();
    while i < chars.len() {
        let c = chars[i];
        let before = if i == 0 { ' ' } else { chars[i - 1] };
        match (quote, c) {
            (Some('"'), '\\') => i += 1,
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '#') if before.is_whitespace() => {
                while i < chars.len() && chars[i] != '\n' {
                    if open > 0 {
                        breaks.push(i);
                    }
                    i += 1;
                }
                continue;
            }
            // In a block, a quote or a bracket counts only where a value begins.
            (None, '"' | '\'') if open > 0 || begins_value(before, line_starts) => quote = Some(c),
            (None, '[' | '{') if open > 0 || begins_value(before, line_starts) => {
                if open == 0 {
                    (first, breaks) = (i, Vec::new());
                }
                open += 1;
            }
            (None, ']' | '}') if open > 0 => {
                open -= 1;
                if open == 0 && (first..=i).contains(&index) {
                    break;
                }
            }
            (None, '\n' | '\r') if open > 0 => breaks.push(i),
            _ => {}
        }
        line_starts = c == '\n' || (line_starts && (c == ' ' || c == '-'));
        i += 1;
    }
    let holds = first <= index && i >= index && !breaks.is_empty();
    if !holds {
        return None;
    }
    for at in breaks {
        chars[at] = ' ';
    }
    Some(chars.into_iter().collect())
}

fn begins_value(before: char, line_starts: bool) -> bool {
    before == ' ' || line_starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_brackets_are_joined_and_nothing_moves() {
        let text = "a:\n  b: [ # why\n  \"x\n y\",\n  z\n  ]\nc: 1\n";
        let index = text.find(']').expect("it is there");
        let want = "a:\n  b: [         \"x\n y\",   z   ]\nc: 1\n";
        assert_eq!(joined(text, index).as_deref(), Some(want));
        assert_eq!(joined("a: 1\nb: 2\n", 5), None);
    }
}
