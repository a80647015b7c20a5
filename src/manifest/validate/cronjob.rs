//! CronJobs. Models pkg/apis/batch/validation/validation.go: ValidateCronJobCreate, ValidateCronJobUpdate.

use super::{Errors, job, not_negative, one_of, text};
use crate::api::{Schedule, Value, Zone};
use crate::manifest::field::{FieldError, Path};

pub(super) fn create(object: &Value, errors: &mut Errors) {
    spec(object, errors);
    // A Job's name adds eleven characters, and must fit into a label.
    let name = object.at("metadata.name");
    if text(name).len() > 52 {
        let root = Path::ROOT;
        let metadata = root.field("metadata");
        errors.push(FieldError::invalid(&metadata.field("name"), name, "must be no more than 52 characters"));
    }
}

pub(super) fn update(object: &Value, _: &Value, errors: &mut Errors) {
    spec(object, errors);
}

fn spec(object: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = object.get("spec");
    let schedule = spec.get("schedule");
    let at = path.field("schedule");
    match text(schedule) {
        "" => errors.push(FieldError::required(&at, "")),
        line if line.contains("TZ") => {
            let detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
            errors.push(FieldError::invalid(&at, schedule, detail));
        }
        line => {
            if let Err(why) = Schedule::parse(line) {
                errors.push(FieldError::invalid(&at, schedule, &why));
            }
        }
    }
    not_negative(spec.get("startingDeadlineSeconds"), &path.field("startingDeadlineSeconds"), errors);
    time_zone(spec.get("timeZone"), &path.field("timeZone"), errors);
    let policy = spec.get("concurrencyPolicy");
    one_of(policy, &["Allow", "Forbid", "Replace"], &path.field("concurrencyPolicy"), errors);
    for name in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        not_negative(spec.get(name), &path.field(name), errors);
    }
    let template = path.field("jobTemplate");
    let at = template.field("spec");
    let job = spec.at("jobTemplate.spec");
    job::job_spec(job, &at, errors);
    job::counts_fit(job, &at, errors);
}

/// Time zones have names such as `Europe/Berlin`.
fn time_zone(zone: &Value, path: &Path, errors: &mut Errors) {
    let Some(name) = zone.as_str() else { return };
    if name.is_empty() {
        errors.push(FieldError::invalid(path, zone, "timeZone must be nil or non-empty string"));
    } else if name.eq_ignore_ascii_case("Local") {
        errors.push(FieldError::invalid(
            path,
            zone,
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
        ));
    } else if Zone::find(name).is_none() {
        errors.push(FieldError::invalid(path, zone, &format!("unknown time zone {name}")));
    }
}
