//! ServiceAccounts. Models describeServiceAccount.

use super::Seen;
use super::page::{Page, text};

/// The text of a ServiceAccount.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let meta = seen.at("metadata");
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    let secrets = seen.at("imagePullSecrets").items();
    page.entries("Image pull secrets", secrets.iter().map(|secret| text(secret.get("name"))));
}
