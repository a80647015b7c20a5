//! CronJobs. Models pkg/apis/batch/validation/validation.go: ValidateCronJobCreate, ValidateCronJobUpdate.

use super::{Errors, invalid, job, needs, not_negative, one_of, text};
use crate::api::{Schedule, Value, Zone};
use crate::manifest::field::{FieldError, Path};

pub(super) fn create(object: &Value, errors: &mut Errors) {
    spec(object, Value::nothing(), errors);
    // A Job's name adds eleven characters, and must fit into a label.
    let name = object.at("metadata.name");
    if text(name).len() > 52 {
        let root = Path::ROOT;
        let metadata = root.field("metadata");
        errors.push(FieldError::invalid(&metadata.field("name"), name, "must be no more than 52 characters"));
    }
}

pub(super) fn update(object: &Value, old: &Value, errors: &mut Errors) {
    spec(object, old.get("spec"), errors);
}

/// validateCronJobSpec; what was taken once is taken again.
fn spec(object: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    let schedule = spec.get("schedule");
    let at = path.field("schedule");
    let line = text(schedule);
    if needs(schedule, &at, errors) {
        let zoned = line.contains("TZ");
        if !zoned && let Err(why) = Schedule::parse(line) {
            invalid(schedule, &why, &at, errors);
        }
        let allowed = text(old.get("schedule")).contains("TZ");
        if zoned && allowed && !spec.get("timeZone").is_null() {
            invalid(schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule", &at, errors);
        } else if zoned && !allowed {
            let detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
            invalid(schedule, detail, &at, errors);
        }
    }
    not_negative(spec.get("startingDeadlineSeconds"), &path.field("startingDeadlineSeconds"), errors);
    if old.is_null() || spec.get("timeZone") != old.get("timeZone") {
        time_zone(spec.get("timeZone"), &path.field("timeZone"), errors);
    }
    let policy = spec.get("concurrencyPolicy");
    one_of(policy, &["Allow", "Forbid", "Replace"], &path.field("concurrencyPolicy"), errors);
    job_template(spec.at("jobTemplate.spec"), &path.field("jobTemplate").field("spec"), errors);
    for name in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        not_negative(spec.get(name), &path.field(name), errors);
    }
}

/// ValidateJobTemplateSpec.
fn job_template(job: &Value, path: &Path, errors: &mut Errors) {
    job::job_spec(job, path, errors);
    job::counts_fit(job, path, errors);
    let (selector, at) = (job.get("selector"), path.field("selector"));
    if !selector.is_null() {
        let detail = "`selector` will be auto-generated";
        errors.push(FieldError::invalid_as(&at, "LabelSelector", selector, detail));
    }
    let manual = job.get("manualSelector");
    if manual.as_bool() == Some(true) {
        errors.push(FieldError::not_supported(&path.field("manualSelector"), manual, &["nil", "false"]));
    }
}

/// Time zones have names such as `Europe/Berlin`.
fn time_zone(zone: &Value, path: &Path, errors: &mut Errors) {
    let Some(name) = zone.as_str() else { return };
    // Models validTimeZoneCharacters, by parts.
    let part = |part: &str| {
        let good = part.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_+".contains(&b));
        good && (1..=14).contains(&part.len()) && !matches!(part, "." | "..") && !part.starts_with('-')
    };
    if name.is_empty() {
        invalid(zone, "timeZone must be nil or non-empty string", path, errors);
    } else if !name.split('/').all(part) {
        invalid(zone, &format!("unknown time zone {name}"), path, errors);
    } else if name.eq_ignore_ascii_case("Local") {
        let detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        invalid(zone, detail, path, errors);
        if name != "Local" {
            invalid(zone, &format!("unknown time zone {name}"), path, errors);
        }
    } else if Zone::find(name).is_none() {
        invalid(zone, &format!("unknown time zone {name}"), path, errors);
    }
}
