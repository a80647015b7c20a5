//! [`Failure`]: why a command ends with a complaint, in kubectl's own words.

use crate::api::Kind;
use crate::manifest::Refusal;

/// What goes to the standard error, without a line break at its end, and the exit code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Failure {
    pub exit: i32,
    pub text: String,
}

impl Failure {
    /// `error: WHY`. Models kubectl pkg/cmd/util/helpers.go: StandardErrorMessage and checkErr.
    pub fn error(why: impl std::fmt::Display) -> Failure {
        Failure { exit: 1, text: format!("error: {why}") }
    }
    /// A text as it is.
    pub fn plain(text: impl Into<String>) -> Failure {
        Failure { exit: 1, text: text.into() }
    }
    /// There is no such flag, or it lacks its value. Models spf13/pflag and cobra's FlagErrorFunc of kubectl.
    pub fn flag(verb: &str, why: impl std::fmt::Display) -> Failure {
        Failure::error(format!("{why}\nSee 'kubectl {verb} --help' for usage."))
    }
    /// The API server refused.
    pub fn refused(refusal: &Refusal) -> Failure {
        Failure::plain(refusal.for_kubectl(""))
    }
    /// There is no such object.
    pub fn not_found(kind: Kind, name: &str) -> Failure {
        Failure::refused(&Refusal::not_found(kind, name))
    }
    /// The line has no verb.
    pub fn no_verb() -> Failure {
        Failure::plain("kubectl controls the Kubernetes cluster manager.\n\nUse \"kubectl VERB\".")
    }
    /// There is no such verb.
    pub fn unknown_verb(verb: &str) -> Failure {
        Failure::error(format!("unknown command \"{verb}\" for \"kubectl\""))
    }
}
