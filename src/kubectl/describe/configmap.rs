//! ConfigMaps. Models ConfigMapDescriber.

use super::Seen;
use super::page::{Page, text};

/// The text of a ConfigMap.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let meta = seen.at("metadata");
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.line(0, "\nData\n====");
    for (key, value) in seen.at("data").fields() {
        page.line(0, format_args!("{key}:\n----\n{}\n", text(value)));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in seen.at("binaryData").fields() {
        page.line(0, format_args!("{key}: {} bytes", super::secret::decoded_length(&text(value))));
    }
    page.line(0, "");
}
