//! `kubectl version`: which Kubernetes this is a model of.

use super::Verb;
use super::args::{truth, value};

/// `kubectl version`.
pub(super) const VERB: Verb = Verb {
    name: "version",
    flags: &[&[truth("client", ' '), value("output", 'o')]],
    run: |call, args| {
        call.say("Client Version: v1.36.2");
        call.say("Kustomize Version: v5.8.1");
        if !args.has("client") {
            call.say("Server Version: v1.36.2");
        }
        Ok(())
    },
};
