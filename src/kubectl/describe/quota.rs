//! ResourceQuotas. Models describeQuota.

use super::Seen;
use super::page::{Page, text};
use crate::api::Value;

/// The text of a quota.
pub(super) fn describe(seen: &Seen, page: &mut Page) {
    page.field(0, "Name", text(seen.at("metadata.name")));
    page.field(0, "Namespace", text(seen.at("metadata.namespace")));
    scopes(page, &seen.value, 0, " * ");
    page.line(0, "Resource\tUsed\tHard");
    page.line(0, "--------\t----\t----");
    amounts(page, &seen.value, 0);
}

/// Writes which pods a quota is about.
pub(super) fn scopes(page: &mut Page, quota: &Value, level: usize, bullet: &str) {
    let mut scopes: Vec<String> = quota.at("spec.scopes").items().iter().map(text).collect();
    if scopes.is_empty() {
        return;
    }
    scopes.sort();
    page.field(level, "Scopes", scopes.join(", "));
    for help in scopes.iter().filter_map(|scope| help(scope)) {
        page.line(level, format_args!("{bullet}{help}"));
    }
}

/// Models helpTextForResourceQuotaScope.
fn help(scope: &str) -> Option<&'static str> {
    Some(match scope {
        "Terminating" => {
            "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being \
             actively terminated by the system."
        }
        "NotTerminating" => {
            "Matches all pods that do not have an active deadline. These pods usually include long running pods whose \
             container command is not expected to terminate."
        }
        "BestEffort" => {
            "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service."
        }
        "NotBestEffort" => {
            "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed \
             quality of service."
        }
        _ => return None,
    })
}

/// Writes a line for each amount that is limited.
pub(super) fn amounts(page: &mut Page, quota: &Value, level: usize) {
    for (name, hard) in quota.at("status.hard").fields() {
        let used = text(quota.at("status.used").get(name));
        let used = if used.is_empty() { "0" } else { &used };
        page.line(level, format_args!("{name}\t{used}\t{}", text(hard)));
    }
}
