//! [`Failure`]: why a command ends with a complaint, in kubectl's own words.
//!
//! Models kubectl pkg/cmd/util/helpers.go: checkErr. One failure is told in full; several are told a line each.

use crate::manifest::{Refusal, Undecoded};

/// Why a command fails, without a line break at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Failure {
    /// What is printed where it is the only one.
    pub alone: String,
    /// What is printed where there are others.
    pub among: String,
}

impl Failure {
    /// `error: WHY`.
    pub fn error(why: impl std::fmt::Display) -> Failure {
        let among = why.to_string();
        Failure { alone: format!("error: {among}"), among }
    }
    /// A text as it is.
    pub fn plain(text: impl Into<String>) -> Failure {
        let alone = text.into();
        Failure { among: alone.clone(), alone }
    }
    /// An argument is wrong: kubectl says where its help is.
    pub fn usage(verb: &str, why: impl std::fmt::Display) -> Failure {
        Failure::error(format!("{why}\nSee 'kubectl {verb} -h' for help and examples"))
    }
    /// There is no such flag, or it lacks its value. Models spf13/pflag, and kubectl's FlagErrorFunc.
    pub fn flag(verb: &str, why: impl std::fmt::Display) -> Failure {
        Failure::error(format!("{why}\nSee 'kubectl {verb} --help' for usage."))
    }
    /// A flag that must be there is not. Models spf13/cobra: ValidateRequiredFlags.
    pub fn required(flag: &str) -> Failure {
        Failure::error(format!("required flag(s) \"{flag}\" not set"))
    }
    /// The API server refused; `doing` is what kubectl was at.
    pub fn refused(refusal: &Refusal, doing: &str) -> Failure {
        let colon = if doing.is_empty() { "" } else { ": " };
        let among = format!("Error from server ({}): {doing}{colon}{}", refusal.reason, refusal.message);
        Failure { alone: refusal.for_kubectl(doing), among }
    }
    /// A document cannot be sent.
    pub fn undecoded(why: &Undecoded, file: &str, doing: &str) -> Failure {
        match why {
            Undecoded::Server(refusal) => Failure::refused(refusal, doing),
            why => {
                let alone = why.for_kubectl(file);
                let among = alone.strip_prefix("error: ").unwrap_or(&alone).to_owned();
                Failure { alone, among }
            }
        }
    }
    /// The resource does not take such a request.
    pub fn no_such_request() -> Failure {
        Failure::plain("Error from server (NotFound): the server could not find the requested resource")
    }
    /// The line has no verb.
    pub fn no_verb() -> Failure {
        Failure::plain("kubectl controls the Kubernetes cluster manager.\n\nUse \"kubectl VERB\".")
    }
}
