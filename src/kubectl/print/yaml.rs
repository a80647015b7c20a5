//! YAML, as kubectl writes it.
//!
//! Models sigs.k8s.io/yaml and the emitter beneath it (goyaml.v2): sorted keys, lists not indented, strings plain where
//! they would be read back as strings, in double quotes where not, and as literal blocks where they have several lines.

use crate::api::{Map, Text, Value, write_json_str};
use std::cmp::Ordering;
use std::fmt::Write;

/// Plain and single-quoted text is broken at the first space after this column.
const WIDTH_BEST: usize = 80;

/// An object as YAML, with a line break at the end.
pub(in super::super) fn yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Map(map) if !map.is_empty() => fields(map, 0, &mut out),
        Value::List(list) if !list.is_empty() => items(list, 0, &mut out),
        scalar => {
            write_scalar(scalar, 0, &mut out);
            out.push('\n');
        }
    }
    out
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', depth));
}

fn fields(map: &Map, depth: usize, out: &mut String) {
    let mut all: Vec<(&Text, &Value)> = map.iter().collect();
    all.sort_by(|a, b| natural(a.0, b.0));
    for (i, (name, value)) in all.into_iter().enumerate() {
        if i > 0 {
            indent(depth, out);
        }
        write_string(name, depth, out);
        out.push(':');
        field_value(value, depth, out);
    }
}

fn field_value(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            out.push('\n');
            indent(depth + 2, out);
            fields(map, depth + 2, out);
        }
        Value::List(list) if !list.is_empty() => {
            out.push('\n');
            indent(depth, out);
            items(list, depth, out);
        }
        scalar => {
            out.push(' ');
            write_scalar(scalar, depth + 2, out);
            out.push('\n');
        }
    }
}

fn items(list: &[Value], depth: usize, out: &mut String) {
    for (i, item) in list.iter().enumerate() {
        if i > 0 {
            indent(depth, out);
        }
        out.push_str("- ");
        match item {
            Value::Map(map) if !map.is_empty() => fields(map, depth + 2, out),
            Value::List(inner) if !inner.is_empty() => items(inner, depth + 2, out),
            scalar => {
                write_scalar(scalar, depth + 2, out);
                out.push('\n');
            }
        }
    }
}

fn write_scalar(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Str(text) => write_string(text, depth, out),
        Value::Map(_) => out.push_str("{}"),
        Value::List(_) => out.push_str("[]"),
        other => out.push_str(&other.to_json()),
    }
}

fn write_string(text: &str, depth: usize, out: &mut String) {
    if text.contains('\n') && text.chars().all(|c| is_printable(c) || c == '\n' || c == '\t') {
        return literal(text, depth, out);
    }
    let odd = text.chars().any(|c| !is_printable(c));
    if odd || is_not_a_string(text) {
        return double_quoted(text, out);
    }
    let column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    if is_plain(text) {
        folded(text, depth, column, out);
    } else {
        out.push('\'');
        folded(&text.replace('\'', "''"), depth, column + 1, out);
        out.push('\'');
    }
}

/// Breaks long text at single spaces, as the emitter does.
fn folded(text: &str, depth: usize, mut column: usize, out: &mut String) {
    let chars: Vec<char> = text.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let inside = i > 0 && i + 1 < chars.len();
        let single = inside && chars[i - 1] != ' ' && chars[i + 1] != ' ';
        if *c == ' ' && single && column > WIDTH_BEST {
            out.push('\n');
            indent(depth, out);
            column = depth;
        } else {
            out.push(*c);
            column += 1;
        }
    }
}

fn literal(text: &str, depth: usize, out: &mut String) {
    out.push('|');
    // A block that begins with a space must say how far it is indented.
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    let depth = depth.max(2);
    let body = text.trim_end_matches('\n');
    match text.len() - body.len() {
        0 => out.push('-'),
        1 if !body.is_empty() => {}
        _ => out.push('+'),
    }
    let lines = text.strip_suffix('\n').unwrap_or(text);
    for line in lines.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(depth, out);
            out.push_str(line);
        }
    }
}

fn double_quoted(text: &str, out: &mut String) {
    if text.chars().all(is_printable) && !text.contains(['"', '\\']) {
        let _ = write!(out, "\"{text}\"");
        return;
    }
    let mut json = String::new();
    write_json_str(text, &mut json);
    // JSON as Go writes it escapes signs that YAML leaves alone.
    out.push_str(&json.replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&"));
}

fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && c != '\u{feff}'
}

/// Would it be read back as something else than a string? Asks the reader itself, and its rules for YAML 1.1.
fn is_not_a_string(text: &str) -> bool {
    if text.is_empty() || text == "<<" || text == "~" {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let words =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", "+.inf", "-.inf", ".nan"];
    if words.contains(&lower.as_str()) {
        return true;
    }
    let first = text.as_bytes()[0];
    (first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) && (is_number(text) || is_date(text))
}

/// Whole numbers in all bases, with underscores; floats; and the sexagesimal numbers of YAML 1.1.
fn is_number(text: &str) -> bool {
    let plain = text.replace('_', "");
    let digits = plain.trim_start_matches(['+', '-']);
    let all = |s: &str, radix: u32| !s.is_empty() && s.chars().all(|c| c.is_digit(radix));
    let based = [("0x", 16), ("0o", 8), ("0b", 2)];
    if based.iter().any(|(prefix, radix)| digits.strip_prefix(prefix).is_some_and(|d| all(d, *radix))) {
        return true;
    }
    if all(digits, 10) {
        return true;
    }
    if text.contains(':') && digits.split(':').all(|part| all(part.trim_end_matches('.'), 10)) {
        return true;
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let exponent_fits = exponent.is_none_or(|e| all(e.trim_start_matches(['+', '-']), 10));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    exponent_fits && mantissa.bytes().any(|b| b.is_ascii_digit()) && fits(whole) && fits(fraction)
}

/// `2026-01-05`, with or without a time of day.
fn is_date(text: &str) -> bool {
    let b = text.as_bytes();
    let digits = |r: std::ops::Range<usize>| b.get(r).is_some_and(|s| s.iter().all(u8::is_ascii_digit));
    let date =
        digits(0..4) && b.get(4) == Some(&b'-') && digits(5..7) && b.get(7) == Some(&b'-') && digits(8..10);
    date && match b.get(10) {
        None => true,
        Some(b'T' | b't' | b' ') => digits(11..13) && b.get(13) == Some(&b':'),
        Some(_) => false,
    }
}

/// May it stand without quotes in a block? Models the emitter's analysis of a scalar.
fn is_plain(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let second = text.chars().nth(1);
    let alone = second.is_none_or(|c| c == ' ');
    if matches!(
        first,
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' | ' '
    ) || matches!(first, '-' | '?' | ':') && alone
        || text.starts_with("---")
        || text.starts_with("...")
        || text.ends_with(' ')
    {
        return false;
    }
    let chars: Vec<char> = text.chars().collect();
    chars.iter().enumerate().all(|(i, c)| match c {
        ':' => i == 0 || chars.get(i + 1).is_some_and(|next| *next != ' '),
        '#' => i == 0 || chars[i - 1] != ' ',
        _ => true,
    })
}

/// The order of keys: letters after all else, numbers by their worth. Models goyaml's keyList.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = (0..a.len().min(b.len())).find(|i| a[*i] != b[*i]) else {
        return a.len().cmp(&b.len());
    };
    let letters = (a[at].is_alphabetic(), b[at].is_alphabetic());
    match letters {
        (true, true) => return a[at].cmp(&b[at]),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let digits = |s: &[char]| s[at..].iter().take_while(|c| c.is_ascii_digit()).collect::<String>();
    let (x, y) = (digits(&a), digits(&b));
    let worth = |s: &str| s.trim_start_matches('0').to_owned();
    let by_worth = (worth(&x).len(), worth(&x)).cmp(&(worth(&y).len(), worth(&y)));
    by_worth.then(x.len().cmp(&y.len())).then(a[at].cmp(&b[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_where_they_must_be() {
        let cases = [
            ("echo", "echo"),
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("true", "\"true\""),
            ("5", "\"5\""),
            ("1e3", "\"1e3\""),
            ("0x1f", "\"0x1f\""),
            ("1:20", "\"1:20\""),
            ("10.0.0.1", "10.0.0.1"),
            ("2026-01-05T00:00:00Z", "\"2026-01-05T00:00:00Z\""),
            ("500m", "500m"),
            ("0 * * * *", "0 * * * *"),
            ("*/5 * * * *", "'*/5 * * * *'"),
            ("a: b", "'a: b'"),
            ("it's: so", "'it''s: so'"),
            ("a #b", "'a #b'"),
            ("-c", "-c"),
            ("- c", "'- c'"),
            ("{}", "'{}'"),
            ("busybox:1.36", "busybox:1.36"),
            ("a\nb\n", "|\n  a\n  b"),
            ("a\nb", "|-\n  a\n  b"),
            ("a\tb", "\"a\\tb\""),
        ];
        for (text, want) in cases {
            let mut out = String::new();
            write_string(text, 0, &mut out);
            assert_eq!(out, want, "{text:?}");
        }
    }
}
