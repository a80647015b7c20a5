//! Jobs and CronJobs. Models printers.go: printJob, printCronJob.

use super::{Printed, col, containers, created, holds, name, number, or_none, selector, since, text, wide};
use crate::api::{Time, Value};
use crate::kubectl::duration;

pub(super) const JOB: Printed = Printed {
    kind: "Job",
    columns: &[
        col("Name"),
        col("Status"),
        col("Completions"),
        col("Duration"),
        col("Age"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: job,
};

pub(super) const CRON_JOB: Printed = Printed {
    kind: "CronJob",
    columns: &[
        col("Name"),
        col("Schedule"),
        col("Timezone"),
        col("Suspend"),
        col("Active"),
        col("Last Schedule"),
        col("Age"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: cron_job,
};

fn job(job: &Value, now: Time) -> Vec<String> {
    let succeeded = number(job.at("status.succeeded"));
    let parallelism = job.at("spec.parallelism").as_int().unwrap_or(0);
    let completions = match job.at("spec.completions").as_int() {
        Some(wanted) => format!("{succeeded}/{wanted}"),
        None if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        None => format!("{succeeded}/1"),
    };
    let time = |field| job.get("status").get(field).as_str().and_then(Time::parse);
    let duration = match (time("startTime"), time("completionTime")) {
        (None, _) => String::new(),
        (Some(start), end) => duration::human(end.unwrap_or(now) - start),
    };
    let [names, images] = containers(job.at("spec.template.spec"));
    let status = status(job).to_owned();
    let own = selector(job.at("spec.selector"));
    vec![name(job), status, completions, duration, created(job, now), names, images, own]
}

fn status(job: &Value) -> &'static str {
    match () {
        () if holds(job, "Complete") => "Complete",
        () if holds(job, "Failed") => "Failed",
        () if !job.at("metadata.deletionTimestamp").is_null() => "Terminating",
        () if holds(job, "Suspended") => "Suspended",
        () if holds(job, "FailureTarget") => "FailureTarget",
        () if holds(job, "SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
}

fn cron_job(cron: &Value, now: Time) -> Vec<String> {
    let last = match cron.at("status.lastScheduleTime") {
        Value::Null => "<none>".to_owned(),
        at => since(at, now),
    };
    let suspend = match cron.at("spec.suspend").as_bool() {
        None => "<unset>",
        Some(true) => "True",
        Some(false) => "False",
    };
    let template = cron.at("spec.jobTemplate.spec");
    let [names, images] = containers(template.at("template.spec"));
    vec![
        name(cron),
        text(cron.at("spec.schedule")),
        or_none(text(cron.at("spec.timeZone"))),
        suspend.to_owned(),
        cron.at("status.active").items().len().to_string(),
        last,
        created(cron, now),
        names,
        images,
        selector(template.get("selector")),
    ]
}
