//! What to do about an error of validation, for those that learners meet most.

use super::field::Fault;
use super::{FieldError, suggest};
use crate::api::Kind;

/// A sentence that helps with an error, if there is one.
pub(super) fn for_error(kind: Kind, error: &FieldError) -> Option<String> {
    let last = error.field.rsplit('.').next().unwrap_or("");
    if error.fault == Fault::NotSupported {
        let words = || error.detail.split('"').skip(1).step_by(2);
        let written = error.value.as_deref().unwrap_or("").trim_matches('"');
        return suggest::nearest(written, words()).map(|near| format!("Did you mean \"{near}\"?"));
    }
    let hint = match (last, error.fault) {
        ("restartPolicy", Fault::Required) => {
            "The pods of a Job end, so it must say what happens then: add restartPolicy: Never (or OnFailure)."
        }
        ("containers", Fault::Required) => "A pod needs at least one container with a name and an image.",
        ("image", Fault::Required) => "Say which image the container runs, such as nginx or busybox:1.36.",
        ("labels", Fault::Invalid) if error.detail.contains("selector") => {
            "The template's labels must hold every label that the selector asks for."
        }
        ("name", Fault::Invalid) if error.detail.contains("RFC 1123") => {
            "Use lower case letters, digits and '-' only."
        }
        ("schedule", _) if kind == Kind::CronJob => {
            "A schedule has five fields: minute, hour, day of month, month, day of week."
        }
        (_, Fault::Forbidden) if error.detail.starts_with("exceeded quota: podium") => {
            "Podium runs in a browser tab: it holds at most 150,000 pods. Write a smaller number."
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
