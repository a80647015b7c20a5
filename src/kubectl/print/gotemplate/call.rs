//! The functions of templates, and how Go prints values. Models text/template/funcs.go, and fmt.

use crate::api::Value;
use std::cmp::Ordering;

/// Every function.
pub(super) const NAMES: &[&str] = &[
    "and",
    "base64decode",
    "eq",
    "exists",
    "ge",
    "gt",
    "index",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "slice",
];

/// Calls a function.
pub(super) fn call(name: &str, args: &[Value]) -> Result<Value, String> {
    let wrong = |why: String| format!("<{name}>: error calling {name}: {why}");
    let least = match name {
        "print" | "println" => 0,
        "eq" | "exists" | "ge" | "gt" | "le" | "lt" | "ne" => 2,
        _ => 1,
    };
    if args.len() < least {
        return Err(format!(
            "<{name}>: wrong number of args for {name}: want at least {least} got {}",
            args.len()
        ));
    }
    Ok(match name {
        "and" => args.iter().find(|v| !truth(v)).or(args.last()).cloned().unwrap_or_default(),
        "or" => args.iter().find(|v| truth(v)).or(args.last()).cloned().unwrap_or_default(),
        "not" => Value::Bool(!truth(&args[0])),
        "len" => Value::Int(length(&args[0]).map_err(wrong)?),
        "index" => index(args).map_err(wrong)?,
        "slice" => slice(args).map_err(wrong)?,
        "exists" => Value::Bool(index(args).is_ok_and(|v| !v.is_null())),
        "base64decode" => {
            let bytes = args[0].as_str().and_then(crate::api::from_base64);
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            let text = text
                .ok_or_else(|| wrong("base64 decode failed: illegal base64 data at input byte 0".into()))?;
            Value::Str(text.into())
        }
        "print" => Value::Str(print(args).into()),
        "println" => {
            let words: Vec<String> = args.iter().map(text).collect();
            Value::Str((words.join(" ") + "\n").into())
        }
        "printf" => Value::Str(printf(&text(&args[0]), &args[1..]).into()),
        "eq" => {
            let mut any = false;
            for other in &args[1..] {
                any |= compare(&args[0], other).map_err(wrong)? == Ordering::Equal;
            }
            Value::Bool(any)
        }
        "ne" => Value::Bool(compare(&args[0], &args[1]).map_err(wrong)? != Ordering::Equal),
        ordered => {
            let is = compare(&args[0], &args[1]).map_err(wrong)?;
            Value::Bool(match ordered {
                "lt" => is.is_lt(),
                "le" => is.is_le(),
                "gt" => is.is_gt(),
                _ => is.is_ge(),
            })
        }
    })
}

/// Is it more than nothing?
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Int(n) => *n != 0,
        Value::Float(x) => *x != 0.0,
        Value::Str(s) => !s.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
    }
}

/// The type as Go's messages name it.
pub(super) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

/// A value as `%v` prints it, and templates do.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => "<no value>".to_owned(),
        other => inner(other),
    }
}

fn inner(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => number(*x),
        Value::Str(s) => s.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(inner).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let pairs: Vec<String> = map.iter().map(|(k, v)| format!("{k}:{}", inner(v))).collect();
            format!("map[{}]", pairs.join(" "))
        }
    }
}

/// A float64 as `%v` prints it: its shortest form, with an exponent from 1e+21 on.
fn number(x: f64) -> String {
    if x.abs() < 1e21 {
        return x.to_string();
    }
    let text = format!("{x:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{digits}e+{exponent}")
}

fn length(value: &Value) -> Result<i64, String> {
    Ok(match value {
        Value::Str(s) => s.len(),
        Value::List(items) => items.len(),
        Value::Map(map) => map.len(),
        Value::Null => return Err("len of nil pointer".to_owned()),
        other => return Err(format!("len of type {}", go_type(other))),
    } as i64)
}

fn index(args: &[Value]) -> Result<Value, String> {
    let mut value = args[0].clone();
    for key in &args[1..] {
        value = match (&value, key) {
            (Value::Map(map), Value::Str(name)) => map.get(name).cloned().unwrap_or_default(),
            (Value::List(items), Value::Int(at)) => {
                let found = usize::try_from(*at).ok().and_then(|at| items.get(at));
                found.cloned().ok_or_else(|| format!("index out of range: {at}"))?
            }
            (Value::List(_), other) => {
                return Err(format!("cannot index slice/array with type {}", go_type(other)));
            }
            (Value::Map(_), other) => {
                return Err(format!("value has type {}; should be string", go_type(other)));
            }
            (Value::Null, _) => return Err("index of untyped nil".to_owned()),
            (other, _) => return Err(format!("can't index item of type {}", go_type(other))),
        };
    }
    Ok(value)
}

fn slice(args: &[Value]) -> Result<Value, String> {
    let whole = length(&args[0])?;
    let bound = |i: usize, default: i64| args.get(i).map_or(Some(default), Value::as_int);
    let (Some(from), Some(to)) = (bound(1, 0), bound(2, whole)) else {
        return Err("cannot index slice/array with type float64".to_owned());
    };
    if from < 0 || to > whole || from > to {
        return Err(format!("index out of range: {to}"));
    }
    let (from, to) = (from as usize, to as usize);
    match &args[0] {
        Value::Str(s) => match s.get(from..to) {
            Some(part) => Ok(Value::Str(part.to_owned().into())),
            None => Err(format!("index out of range: {from}")),
        },
        Value::List(items) => Ok(items[from..to].to_vec().into()),
        other => Err(format!("can't slice item of type {}", go_type(other))),
    }
}

fn compare(a: &Value, b: &Value) -> Result<Ordering, String> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Ok(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Ok(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => Ok(a.total_cmp(b)),
        (Value::Null, Value::Null) => Ok(Ordering::Equal),
        // Nothing is equal to nothing else, and no error.
        (Value::Null, _) => Ok(Ordering::Less),
        (_, Value::Null) => Ok(Ordering::Greater),
        (Value::List(_) | Value::Map(_), _) | (_, Value::List(_) | Value::Map(_)) => {
            Err("non-comparable type".to_owned())
        }
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

/// A space stands between two of which neither is a text.
fn print(args: &[Value]) -> String {
    let mut out = String::new();
    for (i, arg) in args.iter().enumerate() {
        let texts = |v: &Value| matches!(v, Value::Str(_));
        if i > 0 && !texts(arg) && !texts(&args[i - 1]) {
            out.push(' ');
        }
        out += &text(arg);
    }
    out
}

/// `%s %v %q %d %t %f %x` with a sign, a width and a precision.
fn printf(format: &str, args: &[Value]) -> String {
    let (mut out, mut rest, mut next) = (String::new(), format, 0);
    while let Some(at) = rest.find('%') {
        out += &rest[..at];
        let verb = rest[at + 1..].find(|c: char| !matches!(c, '-' | '+' | '0'..='9' | '.' | ' ' | '#'));
        let Some(end) = verb.map(|verb| at + 1 + verb) else {
            return out + "%!(NOVERB)";
        };
        let letter = rest[end..].chars().next().unwrap_or('%');
        let spec = &rest[at + 1..end];
        rest = &rest[end + letter.len_utf8()..];
        if letter == '%' {
            out.push('%');
            continue;
        }
        let Some(arg) = args.get(next) else {
            out += &format!("%!{letter}(MISSING)");
            continue;
        };
        next += 1;
        out += &one(letter, spec, arg);
    }
    out += rest;
    if let Some(extra) = args.get(next..).filter(|extra| !extra.is_empty()) {
        let said: Vec<String> = extra.iter().map(|v| format!("{}={}", go_type(v), inner(v))).collect();
        out += &format!("%!(EXTRA {})", said.join(", "));
    }
    out
}

fn one(letter: char, spec: &str, arg: &Value) -> String {
    let (flags, rest) = spec.split_at(spec.find(|c: char| !"-+ #0".contains(c)).unwrap_or(spec.len()));
    let (width, precision) = rest.split_once('.').map_or((rest, None), |(w, p)| (w, Some(p)));
    let (width, precision) =
        (width.parse().unwrap_or(0).min(1000), precision.map(|p| p.parse().unwrap_or(0)));
    let body = match (letter, arg) {
        ('v', _) | ('s', Value::Str(_) | Value::List(_) | Value::Map(_)) => match precision {
            Some(most) if letter == 's' => inner(arg).chars().take(most).collect(),
            _ => inner(arg),
        },
        ('q', Value::Str(text)) => format!("{:?}", text.as_str()),
        ('d', Value::Int(n)) => n.to_string(),
        ('x', Value::Int(n)) => format!("{n:x}"),
        ('t', Value::Bool(b)) => b.to_string(),
        ('f' | 'F', Value::Float(x)) => format!("{x:.*}", precision.unwrap_or(6).min(100)),
        ('g', Value::Float(x)) => number(*x),
        (letter, Value::Null) => format!("%!{letter}(<nil>)"),
        (letter, arg) => format!("%!{letter}({}={})", go_type(arg), inner(arg)),
    };
    let missing = usize::saturating_sub(width, body.chars().count());
    match (flags.contains('-'), flags.contains('0') && letter != 's') {
        (true, _) => body + &" ".repeat(missing),
        (false, true) => "0".repeat(missing) + &body,
        (false, false) => " ".repeat(missing) + &body,
    }
}
