//! Tools that only print: `echo`, `printf`, `seq`, `expr` …

use super::{Act, Call};
use crate::api::Text;

/// Bytes that one tool may print at once.
const OUTPUT_BYTES_MAX: usize = 256 * 1024;

/// `echo [-n] [-e] WORD...`
pub(super) fn echo(call: &mut Call) -> Act {
    let mut words = &call.argv[1..];
    let (mut newline, mut escapes) = (true, false);
    // dash knows -n alone, and always reads escapes.
    let dash = call.shell.dialect == super::Dialect::Dash;
    while let Some((first, rest)) = words.split_first() {
        let flags = first.strip_prefix('-').unwrap_or_default();
        let known =
            if dash { flags == "n" } else { !flags.is_empty() && flags.chars().all(|c| "neE".contains(c)) };
        if !known {
            break;
        }
        newline &= !flags.contains('n');
        escapes |= flags.contains('e');
        words = rest;
    }
    if let ([word], true, false) = (words, newline, escapes || dash) {
        let word = word.clone();
        if !word.contains('\n') {
            call.line(word);
            return Act::Done(0);
        }
    }
    let text = words.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(" ");
    let (mut text, stop) = if escapes || dash { unescape(&text) } else { (text, false) };
    if newline && !stop {
        text.push('\n');
    }
    call.raw(text);
    Act::Done(0)
}

/// Replaces `\n`, `\t`, `\0101`, `\x41` and the like; true if `\c` ends the output.
pub(in super::super) fn unescape(text: &str) -> (String, bool) {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        let (skip, radix, most) = match c {
            '0' => (1, 8, 3),
            '1'..='7' => (0, 8, 3),
            'x' => (1, 16, 2),
            'c' => return (out, true),
            _ => (0, 0, 0),
        };
        if radix > 0 {
            rest = &rest[skip..];
            let digits = rest.chars().take(most).take_while(|c| c.is_digit(radix)).count();
            let code = u32::from_str_radix(&rest[..digits], radix).unwrap_or(0);
            out.extend(char::from_u32(code));
            rest = &rest[digits..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'e' => out.push('\u{1b}'),
            '\\' | '\'' | '"' => out.push(c),
            other => out.extend(['\\', other]),
        }
    }
    out.push_str(rest);
    (out, false)
}

/// `printf FORMAT WORD...`: the format is used again until the words are used up.
pub(super) fn printf(call: &mut Call) -> Act {
    let Some(format) = call.argv.get(1).cloned() else { return Act::Done(1) };
    let (format, _) = unescape(&format.replace("%%", "%\u{1}"));
    let args: Vec<Text> = call.argv[2..].to_vec();
    let mut rest = args.iter();
    let mut out = String::new();
    loop {
        let before = rest.len();
        formatted(&format, &mut rest, &mut out);
        if rest.len() == 0 || rest.len() == before || out.len() > OUTPUT_BYTES_MAX {
            break;
        }
    }
    call.cost += (out.len() / 64) as u32;
    call.raw(out);
    Act::Done(0)
}

fn formatted<'a>(format: &str, args: &mut impl Iterator<Item = &'a Text>, out: &mut String) {
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        if chars.peek() == Some(&'\u{1}') {
            chars.next();
            out.push('%');
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = chars.next_if(|c| "-+ 0#".contains(*c)) {
            flags.push(flag);
        }
        let mut size = String::new();
        while let Some(c) = chars.next_if(|c| c.is_ascii_digit() || *c == '.' || *c == '*') {
            if c == '*' {
                size.push_str(args.next().map_or("", |arg| arg.as_str()));
            } else {
                size.push(c);
            }
        }
        let (width, precision) = size.split_once('.').map_or((&*size, None), |(w, p)| (w, Some(p)));
        let width = width.parse::<usize>().unwrap_or(0).min(1000);
        let precision = precision.map(|p| p.parse::<usize>().unwrap_or(0).min(1000));
        let Some(kind) = chars.next() else { break };
        let arg = args.next().map_or("", |arg| arg.as_str());
        let whole = || integer(arg);
        let text = match kind {
            'd' | 'i' => {
                let n = whole();
                if flags.contains('+') && n >= 0 { format!("+{n}") } else { n.to_string() }
            }
            'u' => (whole() as u64).to_string(),
            'x' => format!("{:x}", whole()),
            'X' => format!("{:X}", whole()),
            'o' => format!("{:o}", whole()),
            'c' => arg.chars().take(1).collect(),
            'f' | 'g' | 'e' => {
                format!("{:.*}", precision.unwrap_or(6), arg.trim().parse::<f64>().unwrap_or(0.0))
            }
            'b' => unescape(arg).0,
            'q' => format!("'{arg}'"),
            _ => arg.chars().take(precision.unwrap_or(usize::MAX)).collect(),
        };
        let zeros = flags.contains('0') && "dixXouf".contains(kind) && !flags.contains('-');
        if flags.contains('-') {
            out.push_str(&format!("{text:<width$}"));
        } else if zeros {
            let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |digits| ("-", digits));
            out.push_str(&format!("{sign}{digits:0>w$}", w = width.saturating_sub(sign.len())));
        } else {
            out.push_str(&format!("{text:>width$}"));
        }
    }
}

fn integer(text: &str) -> i64 {
    let text = text.trim();
    match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).unwrap_or(0),
        None => text.parse().unwrap_or(0),
    }
}

/// `seq [FIRST [STEP]] LAST`.
pub(super) fn seq(call: &mut Call) -> Act {
    let numbers: Vec<f64> = call.args().iter().filter_map(|arg| arg.parse().ok()).collect();
    let (first, step, last) = match numbers[..] {
        [last] => (1.0, 1.0, last),
        [first, last] => (first, 1.0, last),
        [first, step, last] => (first, step, last),
        _ => return call.fail(1, "missing operand"),
    };
    if step == 0.0 || !(first.is_finite() && step.is_finite() && last.is_finite()) {
        return call.fail(1, "increment must not be 0");
    }
    let count = ((last - first) / step + 1e-9).floor();
    let decimals =
        call.args().iter().filter_map(|arg| arg.split_once('.')).map(|(_, d)| d.len()).max().unwrap_or(0);
    let mut out = String::new();
    let mut i = 0.0;
    while i <= count && out.len() < OUTPUT_BYTES_MAX {
        out.push_str(&format!("{:.*}\n", decimals.min(20), first + i * step));
        i += 1.0;
    }
    call.cost += (out.len() / 8) as u32;
    call.raw(out);
    Act::Done(0)
}

/// `yes`: prints without end, so it is not followed.
pub(super) fn yes(_: &mut Call) -> Act {
    Act::Burn("it prints lines without ever waiting")
}

/// `expr A + B`, `expr A = B`, `expr length S`: one operation after the other, from the left.
pub(super) fn expr(call: &mut Call) -> Act {
    let args = call.args();
    let number = |text: &str| text.parse::<i64>().ok();
    let value = match args[..] {
        [value] => Some(value.to_owned()),
        ["length", text] => Some(text.chars().count().to_string()),
        _ => {
            let mut words = args.iter();
            let mut value = words.next().map(|word| (*word).to_owned());
            while let (Some(left), Some(op)) = (value.clone(), words.next()) {
                let right = words.next().copied().unwrap_or_default();
                let truth = |found: bool| Some(i64::from(found).to_string());
                let compared = match number(&left).zip(number(right)) {
                    Some((a, b)) => a.cmp(&b),
                    None => left.as_str().cmp(right),
                };
                let calculated = number(&left).zip(number(right)).and_then(|(a, b)| match *op {
                    "+" => a.checked_add(b),
                    "-" => a.checked_sub(b),
                    "*" => a.checked_mul(b),
                    "/" => a.checked_div(b),
                    "%" => a.checked_rem(b),
                    _ => None,
                });
                value = match *op {
                    "=" => truth(compared.is_eq()),
                    "!=" => truth(compared.is_ne()),
                    "<" => truth(compared.is_lt()),
                    "<=" => truth(compared.is_le()),
                    ">" => truth(compared.is_gt()),
                    ">=" => truth(compared.is_ge()),
                    _ => calculated.map(|n| n.to_string()),
                };
            }
            value
        }
    };
    match value {
        Some(value) => {
            let empty = value == "0" || value.is_empty();
            call.line(value);
            Act::Done(i32::from(empty))
        }
        None => call.fail(2, "syntax error"),
    }
}

/// `basename PATH [SUFFIX]`.
pub(super) fn basename(call: &mut Call) -> Act {
    let args = call.args();
    let path = args.first().copied().unwrap_or_default().trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or(path);
    let name =
        args.get(1).and_then(|suffix| name.strip_suffix(suffix)).filter(|n| !n.is_empty()).unwrap_or(name);
    let name = name.to_owned();
    call.line(name);
    Act::Done(0)
}

/// `dirname PATH`.
pub(super) fn dirname(call: &mut Call) -> Act {
    let args = call.args();
    let path = args.first().copied().unwrap_or_default().trim_end_matches('/');
    let directory = match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((directory, _)) => directory,
        None => ".",
    };
    let directory = directory.to_owned();
    call.line(directory);
    Act::Done(0)
}
