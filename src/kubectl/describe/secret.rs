//! Secrets: their keys and lengths, never what they hold. Models describeSecret.

use super::Seen;
use super::page::{Page, text};

/// The text of a secret.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let meta = seen.at("metadata");
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.line(0, "");
    page.field(0, "Type", text(seen.at("type")));
    page.line(0, "\nData\n====");
    let (data, plain) = (seen.at("data"), seen.at("stringData"));
    let mut lengths: Vec<(&str, usize)> =
        data.fields().map(|(k, v)| (k.as_str(), decoded_length(&text(v)))).collect();
    // What is written as plain text takes the place of what is encoded.
    for (key, value) in plain.fields() {
        lengths.retain(|(k, _)| *k != key.as_str());
        lengths.push((key, text(value).len()));
    }
    lengths.sort();
    for (key, length) in lengths {
        page.field(0, key, format_args!("{length} bytes"));
    }
}

/// How many bytes a base64 text stands for.
pub(super) fn decoded_length(encoded: &str) -> usize {
    let letters = encoded.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=').count();
    letters * 6 / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_measured() {
        for (text, length) in [("", 0), ("YQ==", 1), ("YWI=", 2), ("YWJj", 3), ("YWJj\nZA==", 4)] {
            assert_eq!(decoded_length(text), length, "{text}");
        }
    }
}
