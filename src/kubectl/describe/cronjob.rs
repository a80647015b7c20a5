//! CronJobs. Models describeCronJob.

use super::page::{Page, date, joined, text, text_or, truth};
use super::{Seen, selector, template};
use crate::api::Value;

/// The text of a CronJob.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    let (meta, spec, status) = (seen.at("metadata"), seen.at("spec"), seen.at("status"));
    let or_unset = |name: &str| text_or(spec.get(name), "<unset>");
    page.field(0, "Name", text(meta.get("name")));
    page.field(0, "Namespace", text(meta.get("namespace")));
    page.labels("Labels", meta.get("labels"));
    page.annotations("Annotations", meta.get("annotations"));
    page.field(0, "Schedule", text(spec.get("schedule")));
    page.field(0, "Concurrency Policy", text(spec.get("concurrencyPolicy")));
    page.field(0, "Suspend", spec.get("suspend").as_bool().map_or("<unset>", truth));
    page.field(0, "Time Zone", or_unset("timeZone"));
    page.field(0, "Successful Job History Limit", or_unset("successfulJobsHistoryLimit"));
    page.field(0, "Failed Job History Limit", or_unset("failedJobsHistoryLimit"));
    let seconds = |v: &Value| v.as_int().map_or("<unset>".to_owned(), |n| format!("{n}s"));
    page.field(0, "Starting Deadline Seconds", seconds(spec.get("startingDeadlineSeconds")));
    let job = spec.at("jobTemplate.spec");
    match job.get("selector") {
        Value::Null => page.field(0, "Selector", "<unset>"),
        chosen => page.field(0, "Selector", selector::line(chosen)),
    }
    page.field(0, "Parallelism", text_or(job.get("parallelism"), "<unset>"));
    page.field(0, "Completions", text_or(job.get("completions"), "<unset>"));
    if !job.get("activeDeadlineSeconds").is_null() {
        page.field(0, "Active Deadline Seconds", seconds(job.get("activeDeadlineSeconds")));
    }
    template::write(page, job.get("template"));
    match status.get("lastScheduleTime") {
        Value::Null => page.field(0, "Last Schedule Time", "<unset>"),
        time => page.field(0, "Last Schedule Time", date(time)),
    }
    let names: Vec<Value> = status.get("active").items().iter().map(|job| job.get("name").clone()).collect();
    let active = if names.is_empty() { "<none>".to_owned() } else { joined(&names, ", ") };
    page.field(0, "Active Jobs", active);
}
