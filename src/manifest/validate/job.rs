//! Jobs. Models pkg/apis/batch/validation/validation.go.

use super::{Errors, invalid, names, not_negative, one_of, or_empty, pod, required, selector, text};
use crate::api::{Map, Value};
use crate::manifest::field::{FieldError, Path};

/// ValidateJob.
pub(super) fn create(job: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let spec = job.get("spec");
    generated_selector(spec, &path, errors);
    whole_spec(job, &path, errors);
    if let (Some(count), Some("Indexed")) =
        (spec.get("completions").as_int().filter(|n| *n > 0), spec.get("completionMode").as_str())
    {
        let name = job.at("metadata.name");
        let host = format!("{}-{}", text(name), count - 1);
        if !names::label(&host).is_empty() {
            let detail = format!("will not able to create pod with invalid DNS label: {host}");
            invalid(name, &detail, &root.field("metadata").field("name"), errors);
        }
    }
}

/// A selector that nobody has asked to manage is made by the server. Models validateGeneratedSelector.
fn generated_selector(spec: &Value, path: &Path, errors: &mut Errors) {
    let wanted = spec.get("selector");
    if spec.get("manualSelector").as_bool() == Some(true) || selector::is_empty(wanted) {
        return;
    }
    let made =
        ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"];
    let labels = spec.at("template.metadata.labels");
    let generated = labels.fields().filter(|(name, _)| made.contains(&&***name));
    let generated = generated.map(|(name, value)| (name.clone(), value.clone())).collect::<Map>();
    if !selector::matches(wanted, &generated.into()) {
        let detail = "`selector` not auto-generated";
        errors.push(FieldError::invalid_as(&path.field("selector"), "LabelSelector", wanted, detail));
    }
}

/// ValidateJobSpec.
pub(super) fn whole_spec(job: &Value, path: &Path, errors: &mut Errors) {
    let spec = job.get("spec");
    job_spec(spec, path, errors);
    counts_fit(spec, path, errors);
    let (wanted, labels) = (spec.get("selector"), spec.at("template.metadata.labels"));
    let manual = spec.get("manualSelector").as_bool() == Some(true);
    let template = path.field("template");
    if wanted.is_null() && manual {
        required("", &path.field("selector"), errors);
    }
    selector::check(wanted, &path.field("selector"), errors);
    // Without a selector nothing matches.
    if (manual || !wanted.is_null()) && (wanted.is_null() || !selector::matches(wanted, labels)) {
        let detail = "`selector` does not match template `labels`";
        invalid(labels, detail, &template.field("metadata").field("labels"), errors);
    }
    // The server makes this label of the Job's name.
    let name = job.at("metadata.name");
    if !manual && text(name).len() > 63 {
        names::check(name, names::label_value, &template.field("labels"), errors);
    }
}

/// Podium's own limit on parallelism.
pub(super) fn counts_fit(spec: &Value, path: &Path, errors: &mut Errors) {
    super::fits(spec.get("parallelism"), &path.field("parallelism"), errors);
}

/// validateJobSpec, as for Jobs and the templates of CronJobs.
pub(super) fn job_spec(spec: &Value, path: &Path, errors: &mut Errors) {
    const COUNTS: [&str; 7] = [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ];
    for name in COUNTS {
        not_negative(spec.get(name), &path.field(name), errors);
    }
    if spec.get("backoffLimitPerIndex").is_null() && !spec.get("maxFailedIndexes").is_null() {
        required("when maxFailedIndexes is specified", &path.field("backoffLimitPerIndex"), errors);
    }
    if !spec.get("managedBy").is_null() {
        managed_by(spec.get("managedBy"), &path.field("managedBy"), errors);
    }
    completion_mode(spec, path, errors);
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

/// How many indexes a Job may have, and how many pods at a time.
const INDEXES_MAX: i64 = 100_000;
/// The same for retries per index with more completions than that.
const HIGH_MAX: i64 = 10_000;

fn completion_mode(spec: &Value, path: &Path, errors: &mut Errors) {
    let mode = spec.get("completionMode");
    one_of(mode, &["NonIndexed", "Indexed"], &path.field("completionMode"), errors);
    let (limit, failed) = (spec.get("backoffLimitPerIndex"), spec.get("maxFailedIndexes"));
    if matches!(mode.as_str(), None | Some("NonIndexed")) {
        for name in ["backoffLimitPerIndex", "maxFailedIndexes"] {
            if !spec.get(name).is_null() {
                invalid(spec.get(name), "requires indexed completion mode", &path.field(name), errors);
            }
        }
    }
    if mode.as_str() != Some("Indexed") {
        return;
    }
    let (completions, parallelism) = (spec.get("completions"), spec.get("parallelism"));
    if completions.is_null() {
        required("when completion mode is Indexed", &path.field("completions"), errors);
    }
    let over = |value: &Value, most: i64| value.as_int().is_some_and(|n| n > most);
    let (parallelism_at, failed_at) = (path.field("parallelism"), path.field("maxFailedIndexes"));
    let at_most = |n: i64| format!("must be less than or equal to {n}");
    if over(parallelism, INDEXES_MAX) {
        let detail = at_most(INDEXES_MAX) + " when completion mode is Indexed";
        invalid(parallelism, &detail, &parallelism_at, errors);
    }
    if completions.as_int().is_some_and(|all| over(failed, all)) {
        invalid(failed, "must be less than or equal to completions", &failed_at, errors);
    }
    if over(failed, INDEXES_MAX) {
        invalid(failed, &at_most(INDEXES_MAX), &failed_at, errors);
    }
    if over(completions, INDEXES_MAX) && !limit.is_null() {
        if failed.is_null() {
            let detail = format!("must be specified when completions is above {INDEXES_MAX}");
            required(&detail, &failed_at, errors);
        }
        let detail = at_most(HIGH_MAX);
        let detail = detail
            + &format!(" when completions are above {INDEXES_MAX} and used with backoff limit per index");
        for (value, at) in [(parallelism, &parallelism_at), (failed, &failed_at)] {
            if over(value, HIGH_MAX) {
                invalid(value, &detail, at, errors);
            }
        }
    }
}

fn managed_by(value: &Value, path: &Path, errors: &mut Errors) {
    domain_prefixed(value, path, errors);
    if text(value).len() > 63 {
        errors.push(FieldError::too_long(path, 63));
    }
}

/// IsDomainPrefixedPath.
pub(super) fn domain_prefixed(value: &Value, path: &Path, errors: &mut Errors) {
    let by = text(value);
    match by.split_once('/') {
        _ if by.is_empty() => required("", path, errors),
        Some((host, rest)) if !host.is_empty() && !rest.is_empty() => {
            let host = Value::from(host.to_owned());
            names::check(&host, names::subdomain, path, errors);
            names::check(&Value::from(rest.to_owned()), names::http_path, path, errors);
        }
        _ => invalid(value, "must be a domain-prefixed path (such as \"acme.io/foo\")", path, errors),
    }
}

/// validatePodFailurePolicy.
fn failure_policy(spec: &Value, path: &Path, errors: &mut Errors) {
    let rules = path.field("rules");
    let count = spec.at("podFailurePolicy.rules").items().len();
    if count > RULES_MAX {
        errors.push(FieldError::too_many(&rules, count, RULES_MAX));
    }
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
        if conditions.items().len() > RULES_MAX {
            errors.push(FieldError::too_many(&list, conditions.items().len(), RULES_MAX));
        }
        for (j, pattern) in conditions.items().iter().enumerate() {
            let pattern_at = list.index(j);
            names::check(&or_empty(pattern.get("type")), names::qualified, &pattern_at.field("type"), errors);
            let status_at = pattern_at.field("status");
            if text(pattern.get("status")).is_empty() {
                required("valid values: [\"False\" \"True\" \"Unknown\"]", &status_at, errors);
            } else {
                one_of(pattern.get("status"), &["False", "True", "Unknown"], &status_at, errors);
            }
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

/// How many rules a policy may have, and a rule conditions.
const RULES_MAX: usize = 20;
/// How many exit codes a rule may name.
const EXIT_CODES_MAX: usize = 255;

fn exit_codes(spec: &Value, codes: &Value, path: &Path, errors: &mut Errors) {
    let operator = codes.get("operator");
    if text(operator).is_empty() {
        required("valid values: [\"In\" \"NotIn\"]", &path.field("operator"), errors);
    } else {
        one_of(operator, &["In", "NotIn"], &path.field("operator"), errors);
    }
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
        errors.push(FieldError::too_many(&at, values.len(), EXIT_CODES_MAX));
    }
    for (i, value) in values.iter().enumerate().take(EXIT_CODES_MAX) {
        if text(operator) == "In" && value.as_int() == Some(0) {
            errors.push(FieldError::invalid(&at.index(i), value, "must not be 0 for the In operator"));
        }
        if values[..i].contains(value) {
            errors.push(FieldError::duplicate(&at.index(i), value));
        }
    }
    if values.windows(2).any(|pair| pair[0].as_int() > pair[1].as_int()) {
        invalid(codes.get("values"), "must be ordered", &at, errors);
    }
}

/// validateSuccessPolicy.
fn success_policy(spec: &Value, path: &Path, errors: &mut Errors) {
    let at = path.field("successPolicy");
    if spec.get("completionMode").as_str() != Some("Indexed") {
        let policy = spec.get("successPolicy");
        errors.push(FieldError::invalid_as(&at, "SuccessPolicy", policy, "requires indexed completion mode"));
        return;
    }
    let rules = spec.at("successPolicy.rules").items();
    let list = at.field("rules");
    if rules.is_empty() {
        let detail = "at least one rules must be specified when the successPolicy is specified";
        errors.push(FieldError::required(&list, detail));
    }
    if rules.len() > RULES_MAX {
        errors.push(FieldError::too_many(&list, rules.len(), RULES_MAX));
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
        let mut total = i64::MAX;
        if let Some(list) = indexes.as_str() {
            let at = at.field("succeededIndexes");
            if list.len() > INDEX_LIST_BYTES_MAX {
                errors.push(FieldError::too_long(&at, INDEX_LIST_BYTES_MAX));
            }
            let parsed = index_list(list, completions);
            total = *parsed.as_ref().unwrap_or(&0);
            if let Err(why) = parsed {
                invalid(indexes, &format!("error parsing succeededIndexes: {why}"), &at, errors);
            }
        }
        let at = at.field("succeededCount");
        not_negative(count, &at, errors);
        for (most, of) in [
            (completions, "the number of specified completions"),
            (total, "the number of indexes in the specified succeededIndexes field"),
        ] {
            if count.as_int().is_some_and(|n| n > most) {
                invalid(count, &format!("must be less than or equal to {most} ({of})"), &at, errors);
            }
        }
    }
}

/// How long a list of indexes may be.
const INDEX_LIST_BYTES_MAX: usize = 64 << 10;

/// validateIndexesFormat: how many indexes a list names.
fn index_list(list: &str, completions: i64) -> Result<i64, String> {
    let (mut last, mut total): (Option<i64>, i64) = (None, 0);
    let number = |word: &str| match word.parse::<i64>() {
        Err(_) => Err(format!("cannot convert string to integer for index: \"{word}\"")),
        Ok(n) if n >= completions => Err(format!("too large index: \"{word}\"")),
        Ok(n) => Ok(n),
    };
    let order = |before: i64, now: i64| match before >= now {
        true => Err(format!("non-increasing order, previous: {before}, current: {now}")),
        false => Ok(()),
    };
    for interval in list.split(',').filter(|_| !list.is_empty()) {
        let mut ends = interval.split('-');
        if ends.clone().count() > 2 {
            return Err(format!(
                "the fragment \"{interval}\" violates the requirement that an index interval can have at most two parts \
                 separated by '-'"
            ));
        }
        let first = number(ends.next().unwrap_or(""))?;
        let mut end = first;
        if let Some(word) = ends.next() {
            end = number(word)?;
            order(first, end)?;
        }
        if let Some(last) = last {
            order(last, first)?;
        }
        total += end - first + 1;
        last = Some(end);
    }
    Ok(total)
}
