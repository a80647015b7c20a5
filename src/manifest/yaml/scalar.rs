//! What a plain scalar means: YAML 1.1 as kubectl reads it, where `no` is false and `0777` is a number.
//! Models sigs.k8s.io/yaml on go.yaml.in/yaml/v2: resolve.go.

use crate::api::{Text, Value};

/// The value of a plain scalar without a tag.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        // JSON has no word for these; the API refuses them in every field.
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    number(text).unwrap_or_else(|| string(text))
}

/// Is a text itself, if it is written without quotes as a field's value?
pub(in crate::manifest) fn is_plain_text(text: &str) -> bool {
    let is_simple = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(is_simple)
        && resolve(text).as_str().is_some()
}

/// The value of a scalar with a tag, or what is wrong.
pub(super) fn tagged(tag: &str, text: &str) -> Result<Value, String> {
    let plain = resolve(text);
    match (tag, plain) {
        ("str" | "binary" | "timestamp", _) => Ok(string(text)),
        ("bool", v @ Value::Bool(_)) => Ok(v),
        ("int", v @ Value::Int(_)) => Ok(v),
        ("float", Value::Int(n)) => Ok(Value::Float(n as f64)),
        ("float", v @ Value::Float(_)) => Ok(v),
        ("null", v @ Value::Null) => Ok(v),
        ("bool" | "int" | "float" | "null", other) => {
            Err(format!("cannot decode !!{} `{text}` as a !!{tag}", tag_of(&other)))
        }
        _ => Ok(string(text)),
    }
}

/// The name of a mapping's key: whatever it is, JSON knows only strings.
pub(super) fn key(value: &Value) -> Text {
    match value {
        Value::Str(s) => s.clone(),
        Value::Null => "null".into(),
        other => other.to_json().into(),
    }
}

fn string(text: &str) -> Value {
    Value::Str(text.to_owned().into())
}

fn tag_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "str",
        Value::List(_) => "seq",
        Value::Map(_) => "map",
    }
}

fn number(text: &str) -> Option<Value> {
    let first = text.bytes().next()?;
    if first == b'.' {
        return if is_float(text) { text.parse().ok().map(Value::Float) } else { None };
    }
    if !first.is_ascii_digit() && first != b'+' && first != b'-' {
        return None;
    }
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    if let Some(n) = integer(&plain) {
        // What does not fit into 64 bits is a float, as it is once it has passed through JSON.
        return Some(i64::try_from(n).map_or(Value::Float(n as f64), Value::Int));
    }
    if is_float(&plain) {
        return plain.parse().ok().filter(|x: &f64| x.is_finite()).map(Value::Float);
    }
    None
}

/// Go's `strconv.ParseInt(s, 0, 64)`, then `ParseUint`: decimal, `0x`, `0b`, `0o` and `0` for octal.
fn integer(plain: &str) -> Option<i128> {
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -size } else { size };
    let most = if negative || plain.starts_with('+') { i64::MAX as i128 } else { u64::MAX as i128 };
    (i64::MIN as i128..=most).contains(&value).then_some(value)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let good = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    good && exponent.is_none_or(|e| !e.is_empty() && digits(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_those_of_yaml_1_1() {
        let cases = [
            ("yes", "true"),
            ("y", "true"),
            ("No", "false"),
            ("off", "false"),
            ("~", "null"),
            ("", "null"),
            ("nULL", "\"nULL\""),
            ("0777", "511"),
            ("0o777", "511"),
            ("0x1F", "31"),
            ("0b101", "5"),
            ("-0b11", "-3"),
            ("1_000", "1000"),
            ("+5", "5"),
            ("08", "8"),
            ("1.5", "1.5"),
            ("1e3", "1000"),
            ("99999999999999999999", "100000000000000000000"),
            ("2024-01-01", "\"2024-01-01\""),
            ("12:30:45", "\"12:30:45\""),
            ("1.2.3.4", "\"1.2.3.4\""),
            ("500m", "\"500m\""),
            ("-", "\"-\""),
            (".", "\".\""),
            (".5", "0.5"),
            ("*/2 * * * *", "\"*/2 * * * *\""),
        ];
        for (text, want) in cases {
            assert_eq!(resolve(text).to_json(), want, "{text}");
        }
    }
}
