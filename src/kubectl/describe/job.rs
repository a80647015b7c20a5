//! Jobs. Models describeJob.

use super::super::duration;
use super::page::{Page, date, number, text, text_or};
use super::{Seen, pod, selector, template};
use crate::api::Time;

/// How many letters of a list of indexes are shown.
const INDEXES_MAX: usize = 50;

/// The text of a Job.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.field(0, "Selector", selector::line(spec.get("selector")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    if let Some(owner) = pod::controller(meta) {
        page.field(0, "Controlled By", owner);
    }
    page.field_if(0, "Parallelism", spec.get("parallelism"));
    page.field(0, "Completions", text_or(spec.get("completions"), "<unset>"));
    page.field_if(0, "Completion Mode", spec.get("completionMode"));
    page.field_if(0, "Suspend", spec.get("suspend"));
    page.field_if(0, "Backoff Limit", spec.get("backoffLimit"));
    page.field_if(0, "TTL Seconds After Finished", spec.get("ttlSecondsAfterFinished"));
    let (start, end) = (status.get("startTime"), status.get("completionTime"));
    for (title, time) in [("Start Time", start), ("Completed At", end)] {
        if !time.is_null() {
            page.field(0, title, date(time));
        }
    }
    let instant = |v: &crate::api::Value| v.as_str().and_then(Time::parse);
    if let (Some(start), Some(end)) = (instant(start), instant(end)) {
        page.field(0, "Duration", duration::human(end - start));
    }
    if let Some(limit) = spec.get("activeDeadlineSeconds").as_int() {
        page.field(0, "Active Deadline Seconds", format_args!("{limit}s"));
    }
    let count = |name: &str| number(status.get(name));
    let ready = status.get("ready").as_int().map_or(String::new(), |n| format!(" ({n} Ready)"));
    let (active, succeeded, failed) = (count("active"), count("succeeded"), count("failed"));
    page.field(
        0,
        "Pods Statuses",
        format_args!("{active} Active{ready} / {succeeded} Succeeded / {failed} Failed"),
    );
    if spec.get("completionMode").as_str() == Some("Indexed") {
        page.field(0, "Completed Indexes", indexes(&text(status.get("completedIndexes"))));
    }
    template::write(page, spec.get("template"));
}

/// A long list ends at the first comma after so many letters. Models capIndexesListOrNone.
fn indexes(list: &str) -> String {
    if list.is_empty() {
        return "<none>".to_owned();
    }
    let comma = list.get(INDEXES_MAX..).and_then(|rest| rest.find(','));
    match comma {
        Some(at) => format!("{}...", &list[..=INDEXES_MAX + at]),
        None => list.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_of_indexes_are_cut() {
        let long = (10..40).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(indexes(""), "<none>");
        assert_eq!(indexes("0-2,5"), "0-2,5");
        assert_eq!(indexes(&long), "10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,...");
    }
}
