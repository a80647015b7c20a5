//! Objects of kinds that kubectl knows nothing of: every field, with its name in words. Models genericDescriber.

use super::Seen;
use super::page::{Page, text};
use crate::api::Value;

/// Fields that are written at the top.
const SKIPPED: [&str; 4] =
    [".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"];

/// The text of any object.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    write(&seen.value, page);
}

/// The text of an object that the store may not have.
pub(super) fn write(value: &Value, page: &mut Page) {
    let meta = value.get("metadata");
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    fields(page, 0, value, "");
}

/// Models printUnstructuredContent.
fn fields(page: &mut Page, level: usize, value: &Value, path: &str) {
    for (name, value) in value.fields() {
        let path = format!("{path}.{name}");
        if SKIPPED.contains(&path.as_str()) {
            continue;
        }
        let title = in_words(name);
        match value {
            Value::Map(_) => {
                page.line(level, format_args!("{title}:"));
                fields(page, level + 1, value, &path);
            }
            Value::List(items) => {
                page.line(level, format_args!("{title}:"));
                for item in items.iter() {
                    match item {
                        Value::Map(_) => fields(page, level + 1, item, &path),
                        other => page.line(level + 1, scalar(other)),
                    }
                }
            }
            other => page.field(level, title, scalar(other)),
        }
    }
}

fn scalar(value: &Value) -> String {
    if value.is_null() { "<nil>".to_owned() } else { text(value) }
}

/// `apiVersion` becomes `API Version`. Models smartLabelFor.
fn in_words(name: &str) -> String {
    if name.contains(|c: char| !c.is_alphabetic() && c != '-') {
        return name.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut parts = camel_parts(name).into_iter().peekable();
    while let Some(mut part) = parts.next() {
        let shouts =
            part.chars().count() >= 2 && !part.chars().any(|c| c.is_alphabetic() && !c.is_uppercase());
        let starts_upper = |p: &String| p.starts_with(char::is_uppercase);
        if shouts && let Some(next) = parts.next_if(starts_upper) {
            part += &next;
        }
        if ["API", "URL", "UID", "GUID"].contains(&part.to_uppercase().as_str()) {
            part = part.to_uppercase();
        } else if part.to_lowercase() == part {
            let mut letters = part.chars();
            part = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        }
        words.push(part);
    }
    words.join(" ")
}

/// Runs of small letters, of capitals, and of anything else; a capital before small letters belongs to them.
/// Models github.com/fatih/camelcase: Split.
fn camel_parts(name: &str) -> Vec<String> {
    let class = |c: char| match c {
        c if c.is_lowercase() => 1,
        c if c.is_uppercase() => 2,
        _ => 3,
    };
    let mut parts: Vec<(u8, String)> = Vec::new();
    for c in name.chars() {
        match parts.last_mut() {
            Some((last, part)) if *last == class(c) => part.push(c),
            _ => parts.push((class(c), c.to_string())),
        }
    }
    for i in 1..parts.len() {
        if parts[i - 1].0 == 2
            && parts[i].0 == 1
            && let Some(capital) = parts[i - 1].1.pop()
        {
            parts[i].1.insert(0, capital);
        }
    }
    parts.into_iter().map(|(_, part)| part).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        let cases = [
            ("apiVersion", "API Version"),
            ("kind", "Kind"),
            ("creationTimestamp", "Creation Timestamp"),
            ("uid", "UID"),
            ("podCIDR", "Pod CIDR"),
            ("podCIDRs", "Pod CIDRs"),
            ("HTTPGet", "HTTPGet"),
            ("kubernetes.io/name", "kubernetes.io/name"),
        ];
        for (name, want) in cases {
            assert_eq!(in_words(name), want, "{name}");
        }
    }
}
