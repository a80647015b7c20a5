//! Namespaces, with the quotas and limits in them. Models describeNamespace.

use super::page::{Page, date, text};
use super::{Seen, limits, quota};
use crate::api::{Kind, Value};

/// The text of a namespace.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let meta = seen.at("metadata");
    page.field(0, "Name", text(meta.get("name")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "Status", text(seen.at("status.phase")));
    let conditions = seen.at("status.conditions").items();
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
        page.line(1, "----\t------\t------------------\t------\t-------");
    }
    for condition in conditions {
        let cell = |name: &str| text(condition.get(name));
        let since = date(condition.get("lastTransitionTime"));
        let (kind, status) = (cell("type"), cell("status"));
        page.line(1, format_args!("{kind}\t{status}\t{since}\t{}\t{}", cell("reason"), cell("message")));
    }
    let inside = |kind: Kind| -> Vec<Value> {
        seen.world.store.list(kind, Some(&seen.object.meta().name)).map(|o| o.to_value()).collect()
    };
    page.line(0, "");
    let quotas = inside(Kind::ResourceQuota);
    page.line(0, if quotas.is_empty() { "No resource quota." } else { "Resource Quotas" });
    for one in &quotas {
        page.field(1, "Name", text(one.at("metadata.name")));
        quota::scopes(page, one, 1, "* ");
        page.line(1, "Resource\tUsed\tHard");
        page.line(1, "--------\t---\t---");
        quota::amounts(page, one, 1);
    }
    page.line(0, "");
    let ranges = inside(Kind::LimitRange);
    if ranges.is_empty() {
        page.line(0, "No LimitRange resource.");
        return;
    }
    page.line(0, "Resource Limits");
    page.line(0, format_args!(" {}", limits::HEADER));
    page.line(0, format_args!(" {}", limits::RULE));
    for range in &ranges {
        limits::rows(page, range, " ");
    }
}
