//! `kubectl create cronjob`: a CronJob out of an image, a schedule and a command.
//!
//! Models kubectl pkg/cmd/create/create_cronjob.go.

use super::{Made, make, one_name};
use crate::api::{Kind, Map, Value};
use crate::kubectl::args::{self, Args, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words};
use crate::record;

/// `kubectl create cronjob NAME --image=IMAGE --schedule='* * * * *' [--restart=POLICY] [-- COMMAND…]`.
pub(in crate::kubectl) const CRONJOB: Verb = Verb {
    name: "create cronjob",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, &[value("image", ' '), value("schedule", ' '), value("restart", ' ')]],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let missing: Vec<&str> = ["image", "schedule"].into_iter().filter(|f| args.get(f).is_none()).collect();
    if !missing.is_empty() {
        return Err(Failure::required(&missing.join("\", \"")));
    }
    let name = one_name(args, "create cronjob")?.to_owned();
    let command = args.after.clone().filter(|words| !words.is_empty());
    let text = |flag: &str, default: &str| Value::from(args.get(flag).unwrap_or(default).to_owned());
    let container = record! {
        "command" => command,
        "image" => text("image", ""),
        "name" => name.clone(),
        "resources" => Map::new(),
    };
    let pod = record! { "containers" => vec![container], "restartPolicy" => text("restart", "OnFailure") };
    let template = record! { "metadata" => Map::new(), "spec" => pod };
    let job = record! { "metadata" => record! { "name" => name.clone() }, "spec" => record! { "template" => template } };
    let fields = record! {
        "spec" => record! { "jobTemplate" => job, "schedule" => text("schedule", "") },
        "status" => Map::new(),
    };
    make(call, args, Made { kind: Kind::CronJob, name: &name, fields, failed: "failed to create cronjob: " })
}
