//! LimitRanges. Models describeLimitRange.

use super::Seen;
use super::page::{Page, text, text_or};
use crate::api::Value;
use std::collections::BTreeSet;

/// The titles of the table of limits.
pub(super) const HEADER: &str =
    "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio";
/// The line below them.
pub(super) const RULE: &str =
    "----\t--------\t---\t---\t---------------\t-------------\t-----------------------";

/// The text of a LimitRange.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    page.field(0, "Name", text(seen.at("metadata.name")));
    page.field(0, "Namespace", text(seen.at("metadata.namespace")));
    page.line(0, HEADER);
    page.line(0, RULE);
    rows(page, &seen.value, "");
}

/// Writes a line for each resource of each limit. Models describeLimitRangeSpec, whose order is that of chance.
pub(super) fn rows(page: &mut Page, range: &Value, prefix: &str) {
    const COLUMNS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
    for limit in range.at("spec.limits").items() {
        let names = COLUMNS.iter().flat_map(|column| limit.get(column).fields().map(|(name, _)| name));
        for name in names.collect::<BTreeSet<_>>() {
            let cells = COLUMNS.map(|column| text_or(limit.get(column).get(name), "-"));
            page.line(0, format_args!("{prefix}{}\t{name}\t{}", text(limit.get("type")), cells.join("\t")));
        }
    }
}
