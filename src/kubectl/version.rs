//! `kubectl version`: which Kubernetes this is a model of.

use super::args::{Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, print};
use crate::api::Value;
use crate::record;

/// `kubectl version [--client] [-o yaml|json]`.
pub(super) const VERB: Verb = Verb {
    name: "version",
    takes: Words::Nothing,
    flags: &[&[truth("client", ' '), value("output", 'o')]],
    run,
};

const VERSION: &str = "v1.36.2";
const KUSTOMIZE: &str = "v5.8.1";

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let server = !args.has("client");
    let of = || -> Value {
        record! { "gitVersion" => VERSION, "major" => "1", "minor" => "36" }
    };
    let all = record! {
        "clientVersion" => of(),
        "kustomizeVersion" => KUSTOMIZE,
        "serverVersion" => server.then(of),
    };
    match args.get("output") {
        None | Some("") => {
            call.say(&format!("Client Version: {VERSION}"));
            call.say(&format!("Kustomize Version: {KUSTOMIZE}"));
            if server {
                call.say(&format!("Server Version: {VERSION}"));
            }
        }
        Some("yaml") => call.output.stdout.push_str(&print::yaml(&all)),
        Some("json") => call.output.stdout.push_str(&print::json(&all)),
        Some(_) => return Err(Failure::error("--output must be 'yaml' or 'json'")),
    }
    Ok(())
}
