//! The API server's own structs, which some of its messages show: fields in Go's order and with Go's names, all of them.
//!
//! Models pkg/apis/*/types.go. The table `internal.txt` has a type a line, a field a word: its name, `=` and its name in
//! JSON where that is not the same in small letters, `:` and its type. `s`, `i`, `b`, `p` and `q` are a text, a number, a truth
//! value, a number or percentage and an amount; without a type, and after `*` or `[]`, a field that is not set is null. `@` is a
//! struct whose fields stand here, `?` a field that is left out where it is not set, `^` one that manifests have a level up.

use crate::api::{Value, write_json_str};

/// The fields of a type.
fn fields(ty: &str) -> Option<impl Iterator<Item = &'static str>> {
    let line = include_str!("internal.txt").lines().find_map(|l| l.strip_prefix(ty)?.strip_prefix(' '))?;
    Some(line.split(' '))
}

/// A value as the JSON of the server's own struct of a type.
pub(super) fn dump(ty: &'static str, value: &Value) -> String {
    let mut out = String::new();
    write(ty, value, Value::nothing(), &mut out);
    out
}

fn write(ty: &'static str, value: &Value, above: &Value, out: &mut String) {
    let (pointer, inner) = match ty.strip_prefix('*') {
        Some(inner) => (true, inner),
        None => (false, ty),
    };
    if let (Some(item), Value::List(items)) = (ty.strip_prefix("[]"), value) {
        out.push('[');
        for (i, value) in items.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write(item, value, Value::nothing(), out);
        }
        out.push(']');
        return;
    }
    if value.is_null() && (pointer || ty.is_empty() || ty.starts_with("[]")) {
        return out.push_str("null");
    }
    if fields(inner).is_none() {
        return out.push_str(&match (value, inner) {
            (Value::Null, "s") => "\"\"".to_owned(),
            (Value::Null, "i" | "p") => "0".to_owned(),
            (Value::Null, "q") => "\"0\"".to_owned(),
            (Value::Null, "b") => "false".to_owned(),
            _ => value.to_json(),
        });
    }
    out.push('{');
    members(inner, value, above, out);
    out.push('}');
}

fn members(ty: &'static str, value: &Value, above: &Value, out: &mut String) {
    for word in fields(ty).into_iter().flatten() {
        if let Some(embedded) = word.strip_prefix('@') {
            // Metadata is the one that has a level of its own in manifests.
            let value = if embedded == "ObjectMeta" { value.get("metadata") } else { value };
            members(embedded, value, above, out);
            continue;
        }
        let (name, ty) = word.split_once(':').unwrap_or((word, ""));
        let (name, json) = name.split_once('=').map_or((name, None), |(name, json)| (name, Some(json)));
        let source = if name.starts_with('^') { above } else { value };
        let optional = name.starts_with('?');
        let name = name.trim_start_matches(['^', '?']);
        let json = json.map_or_else(|| small(name), str::to_owned);
        let inner = source.get(&json);
        if optional && inner.is_null() {
            continue;
        }
        if !out.ends_with('{') {
            out.push(',');
        }
        write_json_str(name, out);
        out.push(':');
        write(ty, inner, value, out);
    }
}

/// `DNSPolicy` is `dnsPolicy` in JSON, `HostPID` is `hostPID`, `OS` is `os`.
fn small(name: &str) -> String {
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let followed = name.len() > capitals && capitals > 1;
    let cut = if followed { capitals - 1 } else { capitals };
    name[..cut].to_ascii_lowercase() + &name[cut..]
}

/// Compact JSON in lines, each level one space further in. Models Go's encoding/json: MarshalIndent.
pub(super) fn lines(json: &str) -> Vec<String> {
    let (mut all, mut line) = (Vec::new(), String::new());
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    let mut open = |line: &mut String, depth: usize| {
        all.push(std::mem::replace(line, " ".repeat(depth)));
    };
    let mut before = ' ';
    for c in json.chars() {
        let closes = matches!(c, '}' | ']') && !in_text;
        // What is empty stays in its line.
        if matches!(before, '{' | '[') && !in_text && !closes {
            depth += 1;
            open(&mut line, depth);
        }
        if closes && !matches!(before, '{' | '[') {
            depth = depth.saturating_sub(1);
            open(&mut line, depth);
        }
        line.push(c);
        match c {
            '"' if !escaped => in_text = !in_text,
            ',' if !in_text => open(&mut line, depth),
            ':' if !in_text => line.push(' '),
            _ => {}
        }
        escaped = in_text && c == '\\' && !escaped;
        before = if in_text || c == '"' { ' ' } else { c };
    }
    all.push(line);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_in_the_table_or_plain() {
        for line in include_str!("internal.txt").lines() {
            for word in line.split(' ').skip(1) {
                let ty = word.rsplit_once(':').map_or("", |(_, ty)| ty);
                let ty = word.strip_prefix('@').unwrap_or(ty.trim_start_matches(['*', '[', ']']));
                assert!(ty.is_empty() || "sibpq".contains(ty) || fields(ty).is_some(), "{line}: {word}");
            }
        }
    }

    #[test]
    fn json_is_put_in_lines() {
        let is = lines(r#"{"A":[],"B":{"C":"a:{\","},"D":[1,{}]}"#).join("\n");
        let want = "{\n \"A\": [],\n \"B\": {\n  \"C\": \"a:{\\\",\"\n },\n \"D\": [\n  1,\n  {}\n ]\n}";
        assert_eq!(is, want);
    }
}
