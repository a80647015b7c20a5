//! KYAML: YAML in braces, where every text is quoted and nothing hangs on indentation. Models sigs.k8s.io/yaml/kyaml.

use crate::api::{Value, write_json_str};

/// An object as KYAML, with a line break at the end.
pub(super) fn kyaml(value: &Value) -> String {
    let mut out = "---\n".to_owned();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Map(map) if !map.is_empty() => {
            out.push('{');
            for (name, value) in map.iter() {
                line(out, depth + 1);
                key(name, out);
                out.push_str(": ");
                write(value, depth + 1, out);
                out.push(',');
            }
            line(out, depth);
            out.push('}');
        }
        Value::List(items) if !items.is_empty() => {
            // Braces stand beside brackets.
            let cuddled = items.iter().all(|item| matches!(item, Value::Map(_) | Value::List(_)));
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                match cuddled {
                    true => out.push_str(if i > 0 { ", " } else { "" }),
                    false => line(out, depth + 1),
                }
                write(item, if cuddled { depth } else { depth + 1 }, out);
                out.push_str(if cuddled { "" } else { "," });
            }
            if !cuddled {
                line(out, depth);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_json()),
    }
}

/// A name is quoted where it could be read as something else.
fn key(name: &str, out: &mut String) {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let other = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let safe = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(plain)
        && !other.contains(&name.to_ascii_lowercase().as_str());
    if safe { out.push_str(name) } else { write_json_str(name, out) }
}
