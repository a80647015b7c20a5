//! Tools that read lines and print some of them: `grep`, `head`, `sort`, `cut` …

use super::{Act, Call, Regex};
use crate::api::mix;
use crate::api::order;

/// The flags and operands of a command line: letters that take a value are named by the caller.
pub(in super::super) struct Options {
    /// Letters that stood alone.
    pub flags: String,
    /// Letters with their values.
    pub values: Vec<(char, String)>,
    /// What is not an option.
    pub operands: Vec<String>,
}

impl Options {
    /// Reads the words after the first. Long options are kept as operands of their first letter's kind by no one: they
    /// are dropped.
    pub fn of(args: &[&str], with_value: &str) -> Options {
        let mut found = Options { flags: String::new(), values: Vec::new(), operands: Vec::new() };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if *arg == "--" {
                found.operands.extend(args.map(|arg| (*arg).to_owned()));
                break;
            }
            let Some(letters) = arg.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
                found.operands.push((*arg).to_owned());
                continue;
            };
            if letters.starts_with('-') {
                continue;
            }
            for (at, letter) in letters.char_indices() {
                if !with_value.contains(letter) {
                    found.flags.push(letter);
                    continue;
                }
                let rest = &letters[at + letter.len_utf8()..];
                let value = if rest.is_empty() { args.next().copied().unwrap_or_default() } else { rest };
                found.values.push((letter, value.to_owned()));
                break;
            }
        }
        found
    }
    /// Whether a letter was given.
    pub fn has(&self, letter: char) -> bool {
        self.flags.contains(letter)
    }
    /// The last value of a letter.
    pub fn value(&self, letter: char) -> Option<&str> {
        self.values.iter().rev().find(|(other, _)| *other == letter).map(|(_, value)| value.as_str())
    }
    /// The operands as words.
    pub fn operands(&self) -> Vec<&str> {
        self.operands.iter().map(String::as_str).collect()
    }
}

fn lines_of(text: &str) -> Vec<&str> {
    text.lines().collect()
}
fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// `head [-n N] [-c N] [FILE...]`.
pub(super) fn head(call: &mut Call) -> Act {
    let args = call.args();
    let old_style = args.first().and_then(|arg| arg.strip_prefix('-')).and_then(|n| n.parse::<usize>().ok());
    let options = Options::of(if old_style.is_some() { &args[1..] } else { &args }, "nc");
    let count = options.value('n').and_then(|n| n.parse().ok()).or(old_style).unwrap_or(10);
    let (text, status) = call.read_all(&options.operands());
    match options.value('c').and_then(|n| n.parse().ok()) {
        Some(bytes) => call.raw(text.chars().take(bytes).collect()),
        None => call.raw(text.split_inclusive('\n').take(count).collect()),
    }
    Act::Done(status)
}

/// `wc [-l] [-w] [-c] [FILE...]`.
pub(super) fn wc(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let (text, status) = call.read_all(&options.operands());
    let counts =
        [('l', text.matches('\n').count()), ('w', text.split_whitespace().count()), ('c', text.len())];
    let chosen: Vec<String> = counts
        .iter()
        .filter(|(letter, _)| {
            options.flags.is_empty() || options.has(*letter) || (*letter == 'c' && options.has('m'))
        })
        .map(|(_, count)| count.to_string())
        .collect();
    let mut line = if chosen.len() == 1 {
        chosen.concat()
    } else {
        chosen.iter().map(|count| format!("{count:>9}")).collect::<Vec<_>>().join(" ")
    };
    if let [name] = &options.operands[..] {
        line = format!("{line} {name}");
    }
    call.line(line);
    Act::Done(status)
}

/// `sort [-n] [-r] [-u] [-k N] [-t C] [FILE...]`.
pub(super) fn sort(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "ktoT");
    let (text, status) = call.read_all(&options.operands());
    let mut lines = lines_of(&text);
    let column = options.value('k').and_then(|k| k.split([',', '.', 'n']).next()?.parse::<usize>().ok());
    let key = |line: &str| -> String {
        let field = column.map(|n| match options.value('t') {
            Some(sign) => line.split(sign).nth(n.saturating_sub(1)).unwrap_or_default(),
            None => line.split_whitespace().nth(n.saturating_sub(1)).unwrap_or_default(),
        });
        field.unwrap_or(line).to_owned()
    };
    let numeric = options.has('n') || options.has('h') || options.value('k').is_some_and(|k| k.contains('n'));
    let number = |text: &str| {
        let end = text.trim_start().find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'));
        let text = text.trim_start();
        text[..end.unwrap_or(text.len())].parse::<f64>().unwrap_or(0.0)
    };
    order::sort_by(&mut lines, |a, b| {
        let (x, y) = (key(a), key(b));
        let order = if numeric { number(&x).total_cmp(&number(&y)) } else { x.cmp(&y) };
        order.then_with(|| a.cmp(b))
    });
    if options.has('r') {
        lines.reverse();
    }
    if options.has('u') {
        lines.dedup();
    }
    call.cost += (text.len() / 16) as u32;
    call.raw(joined(&lines));
    Act::Done(status)
}

/// `uniq [-c] [-d]`.
pub(super) fn uniq(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let (text, status) = call.read_all(&options.operands());
    let mut groups: Vec<(usize, &str)> = Vec::new();
    for line in text.lines() {
        match groups.last_mut() {
            Some((count, last)) if *last == line => *count += 1,
            _ => groups.push((1, line)),
        }
    }
    let mut out = String::new();
    for (count, line) in groups.into_iter().filter(|(count, _)| !options.has('d') || *count > 1) {
        let shown = if options.has('c') { format!("{count:>7} {line}\n") } else { format!("{line}\n") };
        out.push_str(&shown);
    }
    call.raw(out);
    Act::Done(status)
}

/// `cut -d C -f LIST`, `cut -c LIST`.
pub(super) fn cut(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "dfcb");
    let (text, status) = call.read_all(&options.operands());
    let by_char = options.value('c').or(options.value('b'));
    let Some(list) = options.value('f').or(by_char) else {
        return call.fail(1, "expected a list of bytes, characters, or fields");
    };
    let ranges: Vec<(usize, usize)> = list
        .split(',')
        .filter_map(|range| match range.split_once('-') {
            None => range.parse().ok().map(|n| (n, n)),
            Some((from, to)) => Some((from.parse().unwrap_or(1), to.parse().unwrap_or(usize::MAX))),
        })
        .collect();
    let wanted = |i: usize| ranges.iter().any(|(from, to)| (*from..=*to).contains(&(i + 1)));
    let mut out = String::new();
    let sign = options.value('d').unwrap_or("\t");
    for line in text.lines() {
        if by_char.is_some() {
            out.extend(line.chars().enumerate().filter(|(i, _)| wanted(*i)).map(|(_, c)| c));
        } else if !sign.is_empty() && line.contains(sign) {
            let fields = line.split(sign).enumerate().filter(|(i, _)| wanted(*i));
            out.push_str(&fields.map(|(_, field)| field).collect::<Vec<_>>().join(sign));
        } else if !options.has('s') {
            out.push_str(line);
        }
        out.push('\n');
    }
    call.raw(out);
    Act::Done(status)
}

/// `tr [-d] [-s] [-c] FROM [TO]`.
pub(super) fn tr(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "");
    let set =
        |n: usize| options.operands.get(n).map(|text| spread(&super::unescape(text).0)).unwrap_or_default();
    let (from, to) = (set(0), set(1));
    let complement = options.has('c') || options.has('C');
    let mut out = String::new();
    let mut last = None;
    for c in call.rest_of_input().chars() {
        let found = from.iter().position(|other| *other == c);
        let index = if complement { found.is_none().then_some(usize::MAX) } else { found };
        let mapped = match index {
            Some(_) if options.has('d') => continue,
            Some(at) if !to.is_empty() => to.get(at).or(to.last()).copied().unwrap_or(c),
            _ => c,
        };
        if options.has('s') && index.is_some() && last == Some(mapped) {
            continue;
        }
        last = index.map(|_| mapped);
        out.push(mapped);
    }
    call.raw(out);
    Act::Done(0)
}

/// `a-z`, `[:upper:]` as their characters.
fn spread(set: &str) -> Vec<char> {
    let classes = [
        ("[:lower:]", "a-z"),
        ("[:upper:]", "A-Z"),
        ("[:digit:]", "0-9"),
        ("[:space:]", " \t\n\r"),
        ("[:alpha:]", "a-zA-Z"),
        ("[:alnum:]", "a-zA-Z0-9"),
    ];
    let set = classes.iter().fold(set.to_owned(), |set, (class, chars)| set.replace(class, chars));
    let chars: Vec<char> = set.chars().collect();
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        match chars.get(i + 1..i + 3) {
            Some(['-', high]) if (chars[i]..=*high).count() < 1000 => {
                out.extend(chars[i]..=*high);
                i += 3;
            }
            _ => {
                out.push(chars[i]);
                i += 1;
            }
        }
    }
    out
}

/// `grep [-v] [-i] [-c] [-q] [-n] [-o] [-w] [-E] [-F] [-l] PATTERN [FILE...]`.
pub(super) fn grep(call: &mut Call) -> Act {
    let options = Options::of(&call.args(), "emABC");
    let mut operands = options.operands();
    let pattern = match options.value('e') {
        Some(pattern) => pattern.to_owned(),
        None if operands.is_empty() => return call.fail(2, "no pattern"),
        None => operands.remove(0).to_owned(),
    };
    let name = call.name();
    let fixed = options.has('F') || name == "fgrep";
    let source = if fixed { escaped(&pattern) } else { pattern };
    let source = if options.has('x') { format!("^{source}$") } else { source };
    let extended = fixed || options.has('E') || options.has('P') || name == "egrep";
    let regex = if extended { Regex::extended(&source) } else { Regex::basic(&source) };
    let Some(regex) = regex else { return call.fail(2, &format!("bad regex '{source}'")) };
    let regex = if options.has('i') { regex.ignoring_case() } else { regex };
    let (mut count, mut status) = (0, 0);
    let many = operands.len() > 1;
    let files: Vec<&str> = if operands.is_empty() { vec!["-"] } else { operands };
    let mut out = String::new();
    for file in files {
        let Some(text) = call.read(file) else {
            if !options.has('s') {
                call.not_there(file);
            }
            status = 2;
            continue;
        };
        let before = count;
        let most = options.value('m').and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
        for (i, line) in text.lines().enumerate() {
            let chars: Vec<char> = line.chars().collect();
            let found = found_in(&regex, &chars, options.has('w'), &mut call.cost);
            if found.is_empty() != options.has('v') || count - before >= most {
                continue;
            }
            count += 1;
            let mut prefix = if many && !options.has('h') { format!("{file}:") } else { String::new() };
            if options.has('n') {
                prefix = format!("{prefix}{}:", i + 1);
            }
            if options.has('c') || options.has('q') || options.has('l') {
                continue;
            } else if options.has('o') {
                for (from, to) in found {
                    out.push_str(&format!("{prefix}{}\n", chars[from..to].iter().collect::<String>()));
                }
            } else {
                out.push_str(&format!("{prefix}{line}\n"));
            }
        }
        if options.has('c') {
            out.push_str(&if many {
                format!("{file}:{}\n", count - before)
            } else {
                format!("{}\n", count - before)
            });
        } else if options.has('l') && count > before {
            out.push_str(&format!("{file}\n"));
        }
    }
    if !options.has('q') {
        call.raw(out);
    }
    Act::Done(if count > 0 { 0 } else { status.max(1) })
}

fn found_in(regex: &Regex, chars: &[char], whole_words: bool, cost: &mut u32) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut at = 0;
    let word = |i: usize| chars.get(i).is_some_and(|c| c.is_alphanumeric() || *c == '_');
    while let Some((from, to)) = regex.find_from(chars, at, cost).and_then(|found| found[0]) {
        if !whole_words || !((from > 0 && word(from - 1)) || word(to)) {
            all.push((from, to));
        }
        at = to.max(from + 1);
        if at > chars.len() {
            break;
        }
    }
    all
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if !c.is_alphanumeric() && c != ' ' && c != '_' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// `sha256sum`, `md5sum`: a number of the right length that is the same for the same content, and not the real sum.
pub(super) fn sum(call: &mut Call) -> Act {
    let length = if call.name() == "md5sum" { 32 } else { 64 };
    let args = call.args();
    let name = args.iter().find(|arg| !arg.starts_with('-')).map_or("-", |name| name).to_owned();
    let Some(text) = call.read(&name) else {
        call.not_there(&name);
        return Act::Done(1);
    };
    let mut state = text.bytes().fold(length as u64, |state, byte| mix(state ^ u64::from(byte)));
    let mut digits = String::new();
    while digits.len() < length {
        state = mix(state);
        digits.push_str(&format!("{state:016x}"));
    }
    call.line(format!("{digits}  {name}"));
    Act::Done(0)
}
