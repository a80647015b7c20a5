//! `sed` and `awk`, as far as examples use them.

use super::filter::Options;
use super::{Act, Call, Regex};

enum Address {
    All,
    Line(usize),
    Lines(usize, usize),
    Last,
    Fits(Regex),
}
enum Deed {
    Replace { regex: Regex, with: String, all: bool, print: bool },
    Delete,
    Print,
    Quit,
}

/// `sed [-n] [-E] [-i] [-e] 's/A/B/g; /C/d; 2,3p' [FILE...]`.
pub(super) fn sed(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "e");
    let mut operands = options.operands();
    let mut scripts: Vec<&str> =
        options.values.iter().filter(|(letter, _)| *letter == 'e').map(|(_, value)| value.as_str()).collect();
    if scripts.is_empty() && !operands.is_empty() {
        scripts.push(operands.remove(0));
    }
    let mut commands = Vec::new();
    for script in scripts {
        match read_script(script, options.has('E') || options.has('r')) {
            Some(more) => commands.extend(more),
            None => return call.fail(1, &format!("unsupported command {script}")),
        }
    }
    let in_place = options.has('i');
    let inputs: Vec<Option<&str>> =
        if in_place { operands.iter().map(|o| Some(*o)).collect() } else { vec![None] };
    let mut status = 0;
    for input in inputs {
        let (text, missing) = match input {
            Some(path) => call.read_all(&[path]),
            None => call.read_all(&operands),
        };
        status = status.max(missing);
        let out = edited(&text, &commands, options.has('n'), &mut call.cost);
        match input {
            Some(path) if missing == 0 => {
                let path = call.shell.path(path);
                call.files.write(&path, out.into());
            }
            _ => call.raw(out),
        }
    }
    Act::Done(status)
}

fn edited(text: &str, commands: &[(Address, Deed)], quiet: bool, cost: &mut u32) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    'lines: for (i, line) in lines.iter().enumerate() {
        let mut line = (*line).to_owned();
        let mut quits = false;
        for (address, deed) in commands {
            let here = match address {
                Address::All => true,
                Address::Line(n) => i + 1 == *n,
                Address::Lines(from, to) => (*from..=*to).contains(&(i + 1)),
                Address::Last => i + 1 == lines.len(),
                Address::Fits(regex) => regex.find(&line, cost).is_some(),
            };
            match deed {
                _ if !here => {}
                Deed::Delete => continue 'lines,
                Deed::Print => out.push_str(&format!("{line}\n")),
                Deed::Quit => quits = true,
                Deed::Replace { regex, with, all, print } => {
                    let (new, changed) = replaced(regex, &line, with, *all, cost);
                    line = new;
                    if changed && *print {
                        out.push_str(&format!("{line}\n"));
                    }
                }
            }
        }
        if !quiet {
            out.push_str(&format!("{line}\n"));
        }
        if quits {
            break;
        }
    }
    if !text.ends_with('\n') {
        // A last line without an end keeps none.
        out.truncate(out.trim_end_matches('\n').len());
    }
    out
}

fn replaced(regex: &Regex, line: &str, with: &str, all: bool, cost: &mut u32) -> (String, bool) {
    let chars: Vec<char> = line.chars().collect();
    let (mut out, mut at, mut changed) = (String::new(), 0, false);
    while at <= chars.len() && (all || !changed) {
        let Some(found) = regex.find_from(&chars, at, cost) else { break };
        let Some((from, to)) = found[0] else { break };
        out.extend(&chars[at..from]);
        let mut signs = with.chars();
        while let Some(c) = signs.next() {
            let group = match c {
                '&' => Some(0),
                '\\' => match signs.next() {
                    Some('n') => {
                        out.push('\n');
                        continue;
                    }
                    Some(digit) if digit.is_ascii_digit() => digit.to_digit(10),
                    Some(other) => {
                        out.push(other);
                        continue;
                    }
                    None => None,
                },
                other => {
                    out.push(other);
                    continue;
                }
            };
            if let Some((from, to)) = group.and_then(|n| found.get(n as usize).copied().flatten()) {
                out.extend(&chars[from..to]);
            }
        }
        changed = true;
        at = to;
        if to == from {
            // A match of nothing: the next character stays, and the search goes on behind it.
            out.extend(chars.get(at));
            at += 1;
        }
    }
    out.extend(&chars[at.min(chars.len())..]);
    (out, changed)
}

fn read_script(script: &str, extended: bool) -> Option<Vec<(Address, Deed)>> {
    let compile = |text: &str| if extended { Regex::extended(text) } else { Regex::basic(text) };
    let mut commands = Vec::new();
    let mut rest = script.trim_start_matches([' ', ';', '\n']);
    while !rest.is_empty() {
        let mut address = Address::All;
        if let Some(after) = rest.strip_prefix('/') {
            let (pattern, after) = delimited(after, '/')?;
            address = Address::Fits(compile(&pattern)?);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('$') {
            address = Address::Last;
            rest = after;
        } else if rest.starts_with(|c: char| c.is_ascii_digit()) {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '$'))?;
            address = match rest[..end].split_once(',') {
                None => Address::Line(rest[..end].parse().ok()?),
                Some((from, "$")) => Address::Lines(from.parse().ok()?, usize::MAX),
                Some((from, to)) => Address::Lines(from.parse().ok()?, to.parse().ok()?),
            };
            rest = &rest[end..];
        }
        rest = rest.trim_start();
        let sign = rest.chars().next()?;
        rest = &rest[sign.len_utf8()..];
        let deed = match sign {
            'd' => Deed::Delete,
            'p' => Deed::Print,
            'q' => Deed::Quit,
            's' => {
                let delimiter = rest.chars().next()?;
                let (pattern, after) = delimited(&rest[delimiter.len_utf8()..], delimiter)?;
                let (with, after) = delimited(after, delimiter)?;
                let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
                let flags = &after[..end];
                rest = &after[end..];
                let regex = compile(&pattern)?;
                let regex = if flags.contains(['i', 'I']) { regex.ignoring_case() } else { regex };
                Deed::Replace { regex, with, all: flags.contains('g'), print: flags.contains('p') }
            }
            _ => return None,
        };
        commands.push((address, deed));
        let next = rest.trim_start_matches([' ', ';', '\n']);
        if next.len() == rest.len() && !rest.is_empty() {
            return None;
        }
        rest = next;
    }
    Some(commands)
}

/// The text before the next delimiter that has no backslash, and what follows.
fn delimited(text: &str, delimiter: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == delimiter {
            return Some((out, &text[at + c.len_utf8()..]));
        }
        out.push(c);
        if c == '\\' {
            let (_, escaped) = chars.next()?;
            if escaped == delimiter {
                out.pop();
            }
            out.push(escaped);
        }
    }
    None
}

/// `awk [-F C] '[/RE/ | NR==N | NR>N] {print $1, "x" $2}' [FILE...]`: nothing more of the language is known.
pub(super) fn awk(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "Fv");
    let mut operands = options.operands();
    if operands.is_empty() {
        return call.fail(2, "no program");
    }
    let program = operands.remove(0).trim().to_owned();
    let (condition, body) = match program.split_once('{') {
        Some((condition, body)) => (condition.trim(), body.trim_end().strip_suffix('}')),
        None => (program.as_str(), Some("print")),
    };
    let print =
        body.map(|body| body.trim().trim_end_matches(';')).and_then(|body| body.strip_prefix("print"));
    let regex = condition.strip_prefix('/').and_then(|c| c.strip_suffix('/')).map(Regex::extended);
    let number = |sign: &str| {
        condition
            .strip_prefix("NR")
            .and_then(|c| c.trim().strip_prefix(sign))
            .and_then(|n| n.trim().parse::<usize>().ok())
    };
    let known = matches!(regex, Some(Some(_)))
        || condition.is_empty()
        || number("==").is_some()
        || number(">").is_some();
    let fields = print.and_then(read_print);
    let (Some(fields), true) = (fields, known) else {
        return call.fail(2, "Podium's awk knows only print, with /pattern/ or NR before it");
    };
    let (text, status) = call.read_all(&operands);
    let sign = options.value('F').map(|sign| super::unescape(sign).0);
    let mut out = String::new();
    for (i, line) in text.lines().enumerate() {
        let fits = match &regex {
            Some(Some(regex)) => regex.find(line, &mut call.cost).is_some(),
            _ => number("==").is_none_or(|n| i + 1 == n) && number(">").is_none_or(|n| i + 1 > n),
        };
        if !fits {
            continue;
        }
        let columns: Vec<&str> = match &sign {
            Some(sign) if sign != " " && !sign.is_empty() => line.split(sign.as_str()).collect(),
            _ => line.split_whitespace().collect(),
        };
        for piece in &fields {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Column(0) => out.push_str(line),
                Piece::Column(n) => out.push_str(columns.get(n - 1).copied().unwrap_or_default()),
                Piece::Last => out.push_str(columns.last().copied().unwrap_or_default()),
                Piece::LineNumber => out.push_str(&(i + 1).to_string()),
                Piece::ColumnCount => out.push_str(&columns.len().to_string()),
            }
        }
        out.push('\n');
    }
    call.cost += (text.len() / 32) as u32;
    call.raw(out);
    Act::Done(status)
}

enum Piece {
    Text(String),
    Column(usize),
    Last,
    LineNumber,
    ColumnCount,
}

fn read_print(text: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Some(vec![Piece::Column(0)]);
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('"') {
            let (text, after) = delimited(after, '"')?;
            pieces.push(Piece::Text(super::unescape(&text).0));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("$NF") {
            pieces.push(Piece::Last);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('$') {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            pieces.push(Piece::Column(after[..end].parse().ok()?));
            rest = &after[end..];
        } else if let Some(after) = rest.strip_prefix("NR") {
            pieces.push(Piece::LineNumber);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("NF") {
            pieces.push(Piece::ColumnCount);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(',') {
            pieces.push(Piece::Text(" ".to_owned()));
            rest = after;
        } else {
            return None;
        }
        rest = rest.trim_start();
    }
    Some(pieces)
}
