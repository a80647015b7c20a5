//! File-name patterns: `*`, `?`, `[a-z]`.

/// Stands before a character that was quoted, and so means itself in a pattern.
pub(super) const QUOTE: char = '\u{1}';

/// Whether the whole text fits the pattern. Never takes longer than the product of the lengths.
pub(in super::super) fn fits(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, t));
            p += 1;
        } else if let Some(next) = one(&pattern[p..], text[t]) {
            p += next;
            t += 1;
        } else if let Some((after, from)) = star {
            star = Some((after, from + 1));
            (p, t) = (after, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// The length of the longest beginning of the text that fits the pattern. Never takes longer than the product of the lengths.
pub(super) fn longest(pattern: &[char], text: &[char]) -> Option<usize> {
    // The places in the pattern that may be reached after so many characters.
    let mut here = vec![false; pattern.len() + 1];
    here[0] = true;
    let mut found = None;
    for at in 0..=text.len() {
        for p in 0..pattern.len() {
            // A star may stand for nothing; one that was quoted is never reached, since its mark steps over it.
            here[p + 1] |= here[p] && pattern[p] == '*';
        }
        if here[pattern.len()] {
            found = Some(at);
        }
        let Some(c) = text.get(at) else { break };
        let mut next = vec![false; pattern.len() + 1];
        for p in (0..pattern.len()).filter(|p| here[*p]) {
            if pattern[p] == '*' {
                next[p] = true;
            } else if let Some(length) = one(&pattern[p..], *c) {
                next[p + length] = true;
            }
        }
        here = next;
        if !here.contains(&true) {
            break;
        }
    }
    found
}

/// How many characters of the pattern stand for this one character, if they do.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match *pattern {
        [QUOTE, literal, ..] => (literal == c).then_some(2),
        ['?', ..] => Some(1),
        ['[', ..] => match set(pattern, c) {
            Some((holds, length)) => holds.then_some(length),
            None => (c == '[').then_some(1),
        },
        [literal, ..] => (literal == c).then_some(1),
        [] => None,
    }
}

/// A bracket expression: whether it holds the character, and its length; none if it is not closed.
pub(in super::super) fn set(pattern: &[char], c: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let first = 1 + usize::from(negated);
    let (mut i, mut holds) = (first, false);
    loop {
        let low = *pattern.get(i)?;
        if low == ']' && i > first {
            return Some((holds != negated, i + 1));
        }
        if low == '[' && pattern.get(i + 1) == Some(&':') {
            let end = pattern[i + 2..].iter().position(|c| *c == ':')? + i + 2;
            holds |= class(&pattern[i + 2..end], c);
            i = end + 2;
            continue;
        }
        if low == QUOTE {
            holds |= pattern.get(i + 1) == Some(&c);
            i += 2;
            continue;
        }
        match (pattern.get(i + 1), pattern.get(i + 2)) {
            (Some('-'), Some(high)) if *high != ']' => {
                holds |= low <= c && c <= *high;
                i += 3;
            }
            _ => {
                holds |= low == c;
                i += 1;
            }
        }
    }
}

fn class(name: &[char], c: char) -> bool {
    match name.iter().collect::<String>().as_str() {
        "digit" => c.is_ascii_digit(),
        "alpha" => c.is_alphabetic(),
        "alnum" => c.is_alphanumeric(),
        "space" => c.is_whitespace(),
        "blank" => c == ' ' || c == '\t',
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "punct" => c.is_ascii_punctuation(),
        "xdigit" => c.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("?[0-9]", "x7", true),
            ("[!a-c]x", "bx", false),
            ("[[:digit:]]*", "7up", true),
            ("[", "[", true),
            ("\u{1}*", "a", false),
            ("*a*b*c*", "xxaxxbxxc", true),
        ] {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            assert_eq!(fits(&chars(pattern), &chars(text)), expected, "{pattern} {text}");
            let whole = longest(&chars(pattern), &chars(text)) == Some(chars(text).len());
            assert_eq!(whole, expected, "{pattern} {text}");
        }
    }
}
