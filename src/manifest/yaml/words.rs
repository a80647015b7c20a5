//! A syntax error in words for somebody who is learning YAML, and in kubectl's.

use super::{Chunk, Failure, mend};

/// What is wrong at a line (counted from 1 in the whole text) and byte, given the parser's own words.
pub(super) fn explain(chunk: &Chunk, line: u32, byte: u32, parser: &str) -> Failure {
    let mistake = find(chunk, line, parser);
    let own_line = line - chunk.first_line + 1;
    let (message, hint, at) = match &mistake {
        Mistake::Tab(line) => (
            "a tab character cannot be used for indentation".to_owned(),
            "YAML wants spaces: put two of them in place of the tab.".to_owned(),
            *line,
        ),
        Mistake::Quote(line, quote) => (
            format!("the text that begins with {quote} here never ends"),
            format!("Add the missing {quote} at the end of the text."),
            *line,
        ),
        Mistake::Bracket(line, open, close) => (
            format!("the '{open}' that is opened here is never closed"),
            format!("Add the missing '{close}', or a ',' between two entries."),
            *line,
        ),
        Mistake::NoSpace(line, key) => (
            format!("\"{key}:\" and its value run together"),
            "Put a space after the colon.".to_owned(),
            *line,
        ),
        Mistake::NoColon(line, word) => (
            format!("after \"{word}\" a colon is missing"),
            "A field is written as name, colon, space, value.".to_owned(),
            *line,
        ),
        Mistake::TwoColons(line) => (
            "a second ': ' in one line".to_owned(),
            "Put the value in quotes if the colon belongs to it; else begin a new line.".to_owned(),
            *line,
        ),
        Mistake::Indent(line) => (
            "this line is indented unlike its neighbours".to_owned(),
            "Fields of one map begin in the same column; what belongs to a field is indented further."
                .to_owned(),
            *line,
        ),
        Mistake::Dash(line) => (
            "a list item ('-') stands where a field is expected".to_owned(),
            "Put the list below its field, with every '-' in the same column.".to_owned(),
            *line,
        ),
        Mistake::Reserved(line, c) => {
            (format!("a value cannot begin with '{c}'"), "Put the value in quotes.".to_owned(), *line)
        }
        Mistake::Alias(line) => (
            "there is no anchor of that name".to_owned(),
            "'*' begins an alias: put the value in quotes if it is text, such as \"*/5 * * * *\".".to_owned(),
            *line,
        ),
        Mistake::Trailing(line) => (
            "after the closing quote something more stands".to_owned(),
            "Put the whole value into the quotes, or begin a new line.".to_owned(),
            *line,
        ),
        Mistake::Other => (sentence(parser), String::new(), line),
    };
    let kubectl = go_words(chunk, &mistake, own_line, parser);
    let text = chunk.line(at);
    let start = if at == line { byte } else { chunk.lines.byte(at, 1) };
    let end = chunk.lines.byte(at, u32::MAX);
    let indent = (text.len() - text.trim_start().len()) as u32;
    let bytes = match mistake {
        Mistake::Other => (start, end.max(start)),
        _ => (chunk.lines.byte(at, 1) + indent, end),
    };
    let fixes = mend::fixes(chunk, &mistake);
    Failure { bytes, message, hint: Some(hint).filter(|h| !h.is_empty()), kubectl, fixes }
}

/// The usual mistakes, each with the line where it was made.
pub(super) enum Mistake {
    Tab(u32),
    Quote(u32, char),
    Bracket(u32, char, char),
    NoSpace(u32, String),
    NoColon(u32, String),
    TwoColons(u32),
    Indent(u32),
    Dash(u32),
    Reserved(u32, char),
    Alias(u32),
    Trailing(u32),
    Other,
}

fn find(chunk: &Chunk, line: u32, parser: &str) -> Mistake {
    let here = chunk.line(line);
    let first = chunk.first_line;
    let before = (first..line).rev().find(|l| !is_blank(chunk.line(*l)));
    let indent_has_tab = |l: u32| chunk.line(l).chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t');
    if let Some(l) = [Some(line), before, Some(line + 1)].into_iter().flatten().find(|l| indent_has_tab(*l)) {
        return Mistake::Tab(l);
    }
    if parser.contains("tab") {
        return Mistake::Tab(line);
    }
    if parser.contains("quoted scalar") && !parser.contains("escape") && !parser.contains("trailing") {
        let opened = (first..=line).rev().find_map(|l| open_quote(chunk.line(l)).map(|q| (l, q)));
        if let Some((l, quote)) = opened {
            return Mistake::Quote(l, quote);
        }
    }
    if parser.contains("trailing content") {
        let at = before.filter(|_| bare(here).contains(": "));
        return match open_bracket(chunk, at.unwrap_or(line)) {
            Some((l, open, close)) => Mistake::Bracket(l, open, close),
            None => Mistake::Trailing(line),
        };
    }
    let in_flow = parser.contains("flow") || parser.contains("',' or '") || parser.contains("bracket");
    if let Some((l, open, close)) = open_bracket(chunk, line).filter(|_| in_flow) {
        return Mistake::Bracket(l, open, close);
    }
    if parser.contains("unknown anchor") {
        return Mistake::Alias(line);
    }
    if let Some(c) = parser.strip_prefix("unexpected character: `").and_then(|r| r.chars().next()) {
        return Mistake::Reserved(line, c);
    }
    if parser.contains("block sequence entries") {
        return Mistake::Dash(line);
    }
    if parser.contains("mapping values are not allowed") {
        return match before {
            Some(l) if indent(here) > indent(chunk.line(l)) && value_of(chunk.line(l)).is_some() => {
                Mistake::Indent(line)
            }
            Some(l) => no_space(chunk.line(l)).map_or(Mistake::TwoColons(line), |k| Mistake::NoSpace(l, k)),
            None => Mistake::TwoColons(line),
        };
    }
    // A key that never came: look at this line and the one above for a field without its colon or its space.
    for l in [before, Some(line)].into_iter().flatten() {
        if let Some(key) = no_space(chunk.line(l)) {
            return Mistake::NoSpace(l, key);
        }
        let text = bare(chunk.line(l));
        if parser.contains("simple key") && !text.is_empty() && !text.contains(':') && !text.contains(' ') {
            return Mistake::NoColon(l, text.to_owned());
        }
    }
    let odd = parser.contains("did not find expected key")
        || parser.contains("block collection")
        || parser.contains("indentation")
        || parser.contains("expected '-'")
        || parser.contains("<block end>");
    if odd {
        if bare(here).starts_with('-') && before.is_some_and(|l| !chunk.line(l).trim_start().starts_with('-'))
        {
            return Mistake::Dash(line);
        }
        return Mistake::Indent(line);
    }
    Mistake::Other
}

fn is_blank(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
/// A line without its indentation and list dashes.
fn bare(line: &str) -> &str {
    line.trim().trim_start_matches("- ").trim()
}
/// What stands after the colon of a field.
fn value_of(line: &str) -> Option<&str> {
    let (_, value) = bare(line).split_once(": ")?;
    Some(value.trim()).filter(|v| !v.is_empty() && !v.starts_with(['#', '|', '>', '&']))
}
/// The key of a line such as `name:web`.
fn no_space(line: &str) -> Option<String> {
    let (key, value) = bare(line).split_once(':')?;
    let is_word = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let runs_on = value.chars().next().is_some_and(|c| !c.is_whitespace());
    (is_word && runs_on && !value.starts_with("//")).then(|| key.to_owned())
}
/// The quote that is open at the end of a line which begins outside of quotes.
fn open_quote(line: &str) -> Option<char> {
    let mut open = None;
    let mut before = ' ';
    for c in line.chars() {
        match (open, c) {
            (None, '#') if before == ' ' => break,
            (None, '"' | '\'') if matches!(before, ' ' | '[' | '{' | ',' | ':') => open = Some(c),
            (Some(q), c) if c == q && !(q == '"' && before == '\\') => open = None,
            _ => {}
        }
        before = c;
    }
    open
}
/// The last bracket up to a line that is still open there.
fn open_bracket(chunk: &Chunk, line: u32) -> Option<(u32, char, char)> {
    let mut open = Vec::new();
    for l in chunk.first_line..=line {
        let text = chunk.line(l).split(" #").next().unwrap_or("");
        for c in text.chars() {
            match c {
                '[' => open.push((l, '[', ']')),
                '{' => open.push((l, '{', '}')),
                ']' | '}' => {
                    open.pop();
                }
                _ => {}
            }
        }
    }
    open.pop()
}

/// The parser's words as a sentence of its own.
fn sentence(parser: &str) -> String {
    let text = parser.trim();
    let text = text.strip_prefix("while parsing ").map_or(text.to_owned(), |rest| format!("in {rest}"));
    format!("this is not YAML: {text}")
}

/// What kubectl says. Models go.yaml.in/yaml/v2: its scanner counts lines from 1, its parser from 0.
fn go_words(chunk: &Chunk, mistake: &Mistake, line: u32, parser: &str) -> String {
    let last = chunk.line_count();
    let by_parser = line.min(last + 1) - 1;
    let (line, words) = match mistake {
        Mistake::Tab(at) => (at - chunk.first_line + 1, "found character that cannot start any token"),
        Mistake::Quote(..) => (last + 1, "found unexpected end of stream"),
        Mistake::Bracket(_, '{', _) => (by_parser, "did not find expected ',' or '}'"),
        Mistake::Bracket(..) => (by_parser, "did not find expected ',' or ']'"),
        Mistake::TwoColons(_) => (line, "mapping values are not allowed in this context"),
        Mistake::Dash(_) => (line, "block sequence entries are not allowed in this context"),
        Mistake::Reserved(..) => (line, "found character that cannot start any token"),
        Mistake::Alias(at) => match alias_name(chunk.line(*at)) {
            "" => (line, "did not find expected alphabetic or numeric character"),
            name => return format!("yaml: unknown anchor '{name}' referenced"),
        },
        Mistake::NoSpace(at, _) if *at == chunk.first_line => {
            (line, "mapping values are not allowed in this context")
        }
        Mistake::NoColon(..) | Mistake::NoSpace(..) => (line, "could not find expected ':'"),
        Mistake::Indent(_) if parser.contains("mapping values") => {
            (line, "mapping values are not allowed in this context")
        }
        Mistake::Trailing(_) | Mistake::Indent(_) | Mistake::Other => {
            match parser.find("did not find expected") {
                Some(at) => (by_parser, &parser[at..]),
                None => (by_parser, "did not find expected key"),
            }
        }
    };
    format!("yaml: line {line}: {words}")
}

/// The name of the alias in a line.
fn alias_name(line: &str) -> &str {
    let rest = line.split(['*']).nth(1).unwrap_or("");
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    &rest[..end.unwrap_or(rest.len())]
}
