//! Splitting a line into words, as a POSIX shell does: quotes, backslashes and comments; nothing is expanded.

/// A quote that is not closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unfinished;

/// The words of a line.
pub fn split(line: &str) -> Result<Vec<String>, Unfinished> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '#' if word.is_none() => {
                // A comment ends with its line.
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or(Unfinished)? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or(Unfinished)? {
                        '"' => break,
                        '\\' => match chars.next().ok_or(Unfinished)? {
                            '\n' => {}
                            c @ ('$' | '`' | '"' | '\\') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(c) => word.get_or_insert_default().push(c),
                None => word.get_or_insert_default().push('\\'),
            },
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// The letters of a line that stand outside of quotes and behind no backslash, with their places.
pub fn bare(line: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quote, mut escaped) = (None, false);
    line.char_indices().filter(move |(_, c)| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match (quote, *c) {
            (Some('"') | None, '\\') => escaped = true,
            (Some(open), c) => quote = (c != open).then_some(open),
            (None, open @ ('\'' | '"')) => quote = Some(open),
            (None, _) => return true,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        let cases: &[(&str, &[&str])] = &[
            ("get pods  -o\twide", &["get", "pods", "-o", "wide"]),
            ("a 'b c' \"d 'e'\" f\\ g", &["a", "b c", "d 'e'", "f g"]),
            (r#"-p '{"a":"b"}' --x="y z""#, &["-p", r#"{"a":"b"}"#, "--x=y z"]),
            (r#"a"b"'c'\d "\$x \n""#, &["abcd", r"$x \n"]),
            ("a '' # a comment", &["a", ""]),
            ("a#b", &["a#b"]),
            ("a \\\n b", &["a", "b"]),
        ];
        for (line, want) in cases {
            assert_eq!(split(line).as_deref(), Ok(want.map_to_owned().as_slice()), "{line}");
        }
        assert_eq!(split("a 'b"), Err(Unfinished));
        assert_eq!(split("a \"b"), Err(Unfinished));
    }

    trait MapToOwned {
        fn map_to_owned(&self) -> Vec<String>;
    }
    impl MapToOwned for &[&str] {
        fn map_to_owned(&self) -> Vec<String> {
            self.iter().map(|s| (*s).to_owned()).collect()
        }
    }
}
