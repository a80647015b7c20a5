//! PodDisruptionBudgets. Models describePodDisruptionBudgetV1.

use super::Seen;
use super::page::{Page, number, text};
use super::selector::line_or_none;
use crate::api::Value;

/// The text of a budget.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (spec, status) = (seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(seen.at("metadata.name")));
    page.field(0, "Namespace", text(seen.at("metadata.namespace")));
    match spec.get("minAvailable") {
        Value::Null => page.field_if(0, "Max unavailable", spec.get("maxUnavailable")),
        least => page.field(0, "Min available", text(least)),
    }
    match spec.get("selector") {
        Value::Null => page.field(0, "Selector", "<unset>"),
        selector => page.field(0, "Selector", line_or_none(selector)),
    }
    page.line(0, "Status:");
    for (title, name) in [
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ] {
        page.field(2, title, number(status.get(name)));
    }
}
