//! Jobs. Models pkg/apis/batch/validation/validation.go.

use super::{Errors, immutable, names, not_negative, one_of, pod, selector, text};
use crate::api::Value;
use crate::manifest::field::{Fault, FieldError, Path};

/// ValidateJob.
pub(super) fn create(job: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = job.get("spec");
    job_spec(spec, &path, errors);
    counts_fit(spec, &path, errors);
    let manual = spec.get("manualSelector").as_bool() == Some(true);
    let labels = spec.at("template.metadata.labels");
    if manual && !spec.get("selector").is_null() && !selector::matches(spec.get("selector"), labels) {
        let detail = "`selector` does not match template `labels`";
        let template = path.field("template");
        let metadata = template.field("metadata");
        errors.push(FieldError::invalid(&metadata.field("labels"), labels, detail));
    }
    // The server makes this label of the Job's name.
    let name = job.at("metadata.name");
    if !manual && text(name).len() > 63 {
        let template = path.field("template");
        names::check(name, names::label_value, &template.field("labels"), errors);
    }
}

/// Podium's own limit on parallelism.
pub(super) fn counts_fit(spec: &Value, path: &Path, errors: &mut Errors) {
    super::fits(spec.get("parallelism"), &path.field("parallelism"), errors);
}

/// validateJobSpec, as for Jobs and the templates of CronJobs.
pub(super) fn job_spec(spec: &Value, path: &Path, errors: &mut Errors) {
    for name in
        ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"]
    {
        not_negative(spec.get(name), &path.field(name), errors);
    }
    per_index(spec, path, errors);
    completion_mode(spec, path, errors);
    if let Some(by) = spec.get("managedBy").as_str() {
        managed_by(spec.get("managedBy"), by, &path.field("managedBy"), errors);
    }
    if !spec.get("podFailurePolicy").is_null() {
        failure_policy(spec, &path.field("podFailurePolicy"), errors);
    }
    if !spec.get("successPolicy").is_null() {
        success_policy(spec, path, errors);
    }
    let replacement = spec.get("podReplacementPolicy");
    let words: &[&str] = match spec.get("podFailurePolicy").is_null() {
        true => &["Failed", "TerminatingOrFailed"],
        false => &["Failed"],
    };
    one_of(replacement, words, &path.field("podReplacementPolicy"), errors);
    let template = spec.get("template");
    let at = path.field("template");
    pod::template(template, &at, errors);
    restart_policy(template.get("spec"), &at.field("spec"), spec, errors);
}

fn restart_policy(spec: &Value, path: &Path, job: &Value, errors: &mut Errors) {
    let at = path.field("restartPolicy");
    match text(spec.get("restartPolicy")) {
        // The default is Always, so saying nothing is the same mistake.
        "" | "Always" => errors.push(FieldError::required(&at, "valid values: \"OnFailure\", \"Never\"")),
        "OnFailure" if !job.get("podFailurePolicy").is_null() => {
            let detail = "only \"Never\" is supported when podFailurePolicy is specified";
            errors.push(FieldError::invalid(&at, spec.get("restartPolicy"), detail));
        }
        "OnFailure" | "Never" => {}
        _ => errors.push(FieldError::not_supported(&at, spec.get("restartPolicy"), &["OnFailure", "Never"])),
    }
}

fn per_index(spec: &Value, path: &Path, errors: &mut Errors) {
    let (limit, failed) = (spec.get("backoffLimitPerIndex"), spec.get("maxFailedIndexes"));
    not_negative(limit, &path.field("backoffLimitPerIndex"), errors);
    not_negative(failed, &path.field("maxFailedIndexes"), errors);
    if limit.is_null() && !failed.is_null() {
        let detail = "when maxFailedIndexes is specified";
        errors.push(FieldError::required(&path.field("backoffLimitPerIndex"), detail));
    }
    let indexed = spec.get("completionMode").as_str() == Some("Indexed");
    if !indexed {
        for name in ["backoffLimitPerIndex", "maxFailedIndexes"] {
            if !spec.get(name).is_null() {
                let detail = "requires indexed completion mode";
                errors.push(FieldError::invalid(&path.field(name), spec.get(name), detail));
            }
        }
        return;
    }
    if let (Some(most), Some(all)) = (failed.as_int(), spec.get("completions").as_int())
        && most > all
    {
        let detail = "must be less than or equal to completions";
        errors.push(FieldError::invalid(&path.field("maxFailedIndexes"), failed, detail));
    }
}

fn completion_mode(spec: &Value, path: &Path, errors: &mut Errors) {
    let mode = spec.get("completionMode");
    one_of(mode, &["NonIndexed", "Indexed"], &path.field("completionMode"), errors);
    if mode.as_str() != Some("Indexed") {
        return;
    }
    if spec.get("completions").is_null() {
        errors.push(FieldError::required(&path.field("completions"), "when completion mode is Indexed"));
    }
    let parallelism = spec.get("parallelism");
    if parallelism.as_int().is_some_and(|n| n > 100_000) {
        let detail = "must be less than or equal to 100000 when completion mode is Indexed";
        errors.push(FieldError::invalid(&path.field("parallelism"), parallelism, detail));
    }
}

fn managed_by(value: &Value, by: &str, path: &Path, errors: &mut Errors) {
    let good = by
        .split_once('/')
        .is_some_and(|(prefix, name)| names::subdomain(prefix).is_empty() && !name.is_empty());
    if !good {
        let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
        errors.push(FieldError::invalid(path, value, detail));
    }
}

/// validatePodFailurePolicy.
fn failure_policy(spec: &Value, path: &Path, errors: &mut Errors) {
    let rules = path.field("rules");
    for (i, rule) in spec.at("podFailurePolicy.rules").items().iter().enumerate() {
        let at = rules.index(i);
        let action = rule.get("action");
        let words = ["Count", "FailIndex", "FailJob", "Ignore"];
        if text(action).is_empty() {
            let all: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
            let detail = format!("valid values: [{}]", all.join(" "));
            errors.push(FieldError::required(&at.field("action"), &detail));
        } else if text(action) == "FailIndex" && spec.get("backoffLimitPerIndex").is_null() {
            errors.push(FieldError::invalid(
                &at.field("action"),
                action,
                "requires the backoffLimitPerIndex to be set",
            ));
        }
        one_of(action, &words, &at.field("action"), errors);
        let (codes, conditions) = (rule.get("onExitCodes"), rule.get("onPodConditions"));
        if !codes.is_null() {
            exit_codes(spec, codes, &at.field("onExitCodes"), errors);
        }
        let list = at.field("onPodConditions");
        for (j, pattern) in conditions.items().iter().enumerate() {
            let pattern_at = list.index(j);
            if !text(pattern.get("type")).is_empty() {
                names::check(pattern.get("type"), names::qualified, &pattern_at.field("type"), errors);
            }
            one_of(pattern.get("status"), &["False", "True", "Unknown"], &pattern_at.field("status"), errors);
        }
        let both = !codes.is_null() && !conditions.items().is_empty();
        let neither = codes.is_null() && conditions.items().is_empty();
        if both || neither {
            let detail = if both {
                "specifying both OnExitCodes and OnPodConditions is not supported"
            } else {
                "specifying one of OnExitCodes and OnPodConditions is required"
            };
            let mut error = FieldError::invalid(&at, &Value::Null, detail);
            // The server shows no value here.
            error.value = None;
            errors.push(error);
        }
    }
}

/// How many exit codes a rule may name.
const EXIT_CODES_MAX: usize = 255;

fn exit_codes(spec: &Value, codes: &Value, path: &Path, errors: &mut Errors) {
    let operator = codes.get("operator");
    if text(operator).is_empty() {
        errors.push(FieldError::required(&path.field("operator"), "valid values: [\"In\" \"NotIn\"]"));
    }
    one_of(operator, &["In", "NotIn"], &path.field("operator"), errors);
    if let Some(name) = codes.get("containerName").as_str() {
        let pod = spec.at("template.spec");
        let mut all = pod.get("containers").items().iter().chain(pod.get("initContainers").items());
        if !all.any(|c| c.get("name").as_str() == Some(name)) {
            let detail = "must be one of the container or initContainer names in the pod template";
            errors.push(FieldError::invalid(
                &path.field("containerName"),
                codes.get("containerName"),
                detail,
            ));
        }
    }
    let values = codes.get("values").items();
    let at = path.field("values");
    if values.is_empty() {
        errors.push(FieldError::invalid(&at, codes.get("values"), "at least one value is required"));
    } else if values.len() > EXIT_CODES_MAX {
        let (fault, value) = (Fault::TooMany, Some(values.len().to_string()));
        let detail = format!("must have at most {EXIT_CODES_MAX} items");
        errors.push(FieldError { field: at.to_string(), fault, value, detail });
    }
    for (i, value) in values.iter().enumerate().take(EXIT_CODES_MAX) {
        if text(operator) == "In" && value.as_int() == Some(0) {
            errors.push(FieldError::invalid(&at.index(i), value, "must not be 0 for the In operator"));
        }
        if values[..i].contains(value) {
            errors.push(FieldError::duplicate(&at.index(i), value));
        }
    }
}

/// validateSuccessPolicy.
fn success_policy(spec: &Value, path: &Path, errors: &mut Errors) {
    let at = path.field("successPolicy");
    if spec.get("completionMode").as_str() != Some("Indexed") {
        errors.push(FieldError::invalid(&at, spec.get("successPolicy"), "requires indexed completion mode"));
        return;
    }
    let rules = spec.at("successPolicy.rules").items();
    let list = at.field("rules");
    if rules.is_empty() {
        let detail = "at least one rules must be specified when the successPolicy is specified";
        errors.push(FieldError::required(&list, detail));
    }
    let completions = spec.get("completions").as_int().unwrap_or(0);
    for (i, rule) in rules.iter().enumerate() {
        let at = list.index(i);
        let (indexes, count) = (rule.get("succeededIndexes"), rule.get("succeededCount"));
        if indexes.is_null() && count.is_null() {
            errors.push(FieldError::required(
                &at,
                "at least one of succeededCount or succeededIndexes must be specified",
            ));
        }
        if let Some(list) = indexes.as_str()
            && let Err(why) = index_list(list, completions)
        {
            let detail = format!("error parsing succeededIndexes: {why}");
            errors.push(FieldError::invalid(&at.field("succeededIndexes"), indexes, &detail));
        }
        not_negative(count, &at.field("succeededCount"), errors);
        if count.as_int().is_some_and(|n| n > completions) {
            let detail =
                format!("must be less than or equal to {completions} (the number of specified completions)");
            errors.push(FieldError::invalid(&at.field("succeededCount"), count, &detail));
        }
    }
}

/// validateIndexesFormat.
fn index_list(list: &str, completions: i64) -> Result<(), String> {
    let mut last: Option<i64> = None;
    for interval in list.split(',').filter(|_| !list.is_empty()) {
        let mut ends = Vec::new();
        for word in interval.split('-') {
            let number: i64 = word
                .parse()
                .map_err(|_| format!("cannot convert string to integer for index: \"{word}\""))?;
            if number >= completions {
                return Err(format!("too large index: \"{word}\""));
            }
            if last.is_some_and(|l| l >= number) {
                return Err(format!(
                    "non-increasing order, previous: {}, current: {number}",
                    last.unwrap_or(0)
                ));
            }
            last = Some(number);
            ends.push(number);
        }
        if ends.len() > 2 {
            return Err(format!(
                "the fragment \"{interval}\" violates the requirement that an index interval can have at most two parts separated by '-'"
            ));
        }
    }
    Ok(())
}

/// ValidateJobUpdate.
pub(super) fn update(job: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (new, old) = (job.get("spec"), old.get("spec"));
    job_spec(new, &path, errors);
    counts_fit(new, &path, errors);
    // completions may follow parallelism in an indexed Job.
    let elastic = new.get("completionMode").as_str() == Some("Indexed")
        && new.get("completions") == new.get("parallelism")
        && !new.get("completions").is_null();
    if !elastic {
        immutable(new.get("completions"), old.get("completions"), &path.field("completions"), errors);
    }
    immutable(new.get("selector"), old.get("selector"), &path.field("selector"), errors);
    immutable(new.get("template"), old.get("template"), &path.field("template"), errors);
    for name in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] {
        immutable(new.get(name), old.get(name), &path.field(name), errors);
    }
}
