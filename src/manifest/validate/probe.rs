//! Probes and lifecycle handlers. Models pkg/apis/core/validation/validation.go: validateProbe, validateHandler.

use super::{
    Errors, forbidden, in_range, invalid, names, needs, not_negative, not_supported, or_empty, required, text,
};
use crate::api::Value;
use crate::manifest::field::Path;

const HANDLERS: [&str; 5] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

/// All three probes and the hooks of a container.
pub(super) fn all(c: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    let grace = spec.get("terminationGracePeriodSeconds");
    let (hooks, at) = (c.get("lifecycle"), path.field("lifecycle"));
    for name in ["postStart", "preStop"] {
        if !hooks.get(name).is_null() {
            handler(hooks.get(name), grace, &at.field(name), errors);
        }
    }
    stop_signal(hooks.get("stopSignal"), spec.at("os.name"), &at.field("stopSignal"), errors);
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let (probe, at) = (c.get(name), path.field(name));
        if probe.is_null() {
            continue;
        }
        check(probe, grace, &at, errors);
        let (threshold, own_grace) = (probe.get("successThreshold"), "terminationGracePeriodSeconds");
        if name != "readinessProbe" {
            if threshold.as_int() != Some(1) {
                invalid(threshold, "must be 1", &at.field("successThreshold"), errors);
            }
        } else if !probe.get(own_grace).is_null() {
            invalid(
                probe.get(own_grace),
                "must not be set for readinessProbes",
                &at.field(own_grace),
                errors,
            );
        }
    }
}

fn check(probe: &Value, grace: &Value, path: &Path, errors: &mut Errors) {
    handler(probe, grace, path, errors);
    for name in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        not_negative(probe.get(name), &path.field(name), errors);
    }
    let own = probe.get("terminationGracePeriodSeconds");
    if own.as_int().is_some_and(|n| n <= 0) {
        invalid(own, "must be greater than 0", &path.field("terminationGracePeriodSeconds"), errors);
    }
}

fn handler(value: &Value, grace: &Value, path: &Path, errors: &mut Errors) {
    let mut count = 0;
    for name in HANDLERS {
        let inner = value.get(name);
        if inner.is_null() {
            continue;
        }
        let at = path.field(name);
        count += 1;
        if count > 1 {
            forbidden("may not specify more than 1 handler type", &at, errors);
            continue;
        }
        match name {
            "exec" if inner.get("command").items().is_empty() => required("", &at.field("command"), errors),
            "httpGet" => http_get(inner, &at, errors),
            "tcpSocket" => port(inner.get("port"), &at.field("port"), errors),
            "grpc" => {
                let number = Value::Int(inner.get("port").as_int().unwrap_or(0));
                in_range(&number, 1, 65535, &at.field("port"), errors);
            }
            "sleep" => {
                let seconds = inner.get("seconds").as_int().unwrap_or(0);
                if let Some(most) = grace.as_int().filter(|most| seconds < 0 || seconds > *most) {
                    let detail =
                        format!("must be non-negative and less than terminationGracePeriodSeconds ({most})");
                    invalid(&Value::Int(seconds), &detail, &at, errors);
                }
            }
            _ => {}
        }
    }
    if count == 0 {
        required("must specify a handler type", path, errors);
    }
}

/// validateHTTPGetAction.
fn http_get(get: &Value, path: &Path, errors: &mut Errors) {
    needs(get.get("path"), &path.field("path"), errors);
    port(get.get("port"), &path.field("port"), errors);
    let scheme = or_empty(get.get("scheme"));
    super::one_of(&scheme, &["HTTP", "HTTPS"], &path.field("scheme"), errors);
    for header in get.get("httpHeaders").items() {
        names::check(&or_empty(header.get("name")), names::http_header, &path.field("httpHeaders"), errors);
    }
}

/// ValidatePortNumOrName.
pub(super) fn port(value: &Value, path: &Path, errors: &mut Errors) {
    match value {
        Value::Str(_) => names::check(value, names::port_name, path, errors),
        Value::Int(_) => in_range(value, 1, 65535, path, errors),
        _ => in_range(&Value::Int(0), 1, 65535, path, errors),
    }
}

/// The signals that Linux knows, without their SIG, in order.
const SIGNALS: &str = "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT RTMAX RTMAX-1 RTMAX-10 \
    RTMAX-11 RTMAX-12 RTMAX-13 RTMAX-14 RTMAX-2 RTMAX-3 RTMAX-4 RTMAX-5 RTMAX-6 RTMAX-7 RTMAX-8 RTMAX-9 RTMIN RTMIN+1 \
    RTMIN+10 RTMIN+11 RTMIN+12 RTMIN+13 RTMIN+14 RTMIN+15 RTMIN+2 RTMIN+3 RTMIN+4 RTMIN+5 RTMIN+6 RTMIN+7 RTMIN+8 RTMIN+9 SEGV \
    STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ";

/// validateStopSignal.
fn stop_signal(signal: &Value, os: &Value, path: &Path, errors: &mut Errors) {
    let known = match (signal.as_str(), text(os)) {
        (None, _) => return,
        (_, "") => return forbidden("may not be set for containers with empty `spec.os.name`", path, errors),
        (_, "linux") => SIGNALS,
        _ => "KILL TERM",
    };
    let known: Vec<String> = known.split_whitespace().map(|name| format!("SIG{name}")).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if !known.contains(&text(signal)) {
        not_supported(signal, &known, path, errors);
    }
}
