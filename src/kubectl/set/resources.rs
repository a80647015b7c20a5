//! `kubectl set resources`: what the containers of a template ask for, and what they may use.
//!
//! Models kubectl pkg/cmd/set/set_resources.go.

use super::{Change, WHICH, containers, each};
use crate::api::{Map, Quantity, Value};
use crate::kubectl::args::{self, Args, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words, target};

/// `kubectl set resources (TYPE NAME | TYPE/NAME) [--limits=cpu=1,memory=1Gi] [--requests=…] [-c CONTAINER]`.
pub(in crate::kubectl) const RESOURCES: Verb = Verb {
    name: "set resources",
    takes: Words::TEMPLATED,
    flags: &[args::CHOICE, args::FILES, args::CHANGE, WHICH, &[value("limits", ' '), value("requests", ' ')]],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    // Objects are looked for before anything else is.
    let search = target::search(call, args, "set resources")?;
    target::must_be_named(args, &search)?;
    if let Some(missing) = search.missing.into_iter().next() {
        return Err(missing);
    }
    let mut wanted: Vec<(&'static str, Map)> = Vec::new();
    for field in ["limits", "requests"] {
        if let Some(text) = args.get(field) {
            wanted.push((field, amounts(text)?));
        }
    }
    if wanted.is_empty() {
        return Err(Failure::error(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let which = args.get("containers").unwrap_or("*");
    let change = |spec: &mut Value| {
        let named = containers(spec, which, |container| {
            for (field, amounts) in &wanted {
                let path = format!("resources.{field}");
                let mut now = container.at(&path).clone();
                for (name, amount) in amounts {
                    now.map_mut().insert(name.clone(), amount.clone());
                }
                container.set(&path, now);
            }
        });
        if named == 0 {
            return Err(Failure::plain(format!("error: unable to find container named {which}")));
        }
        Ok(())
    };
    let failed = "failed to patch resources update to pod template ";
    let done = "resource requirements updated";
    each(call, args, args.words.clone(), &Change { verb: "set resources", done, failed, change: &change })
}

/// `cpu=200m,memory=512Mi`. Models kubectl pkg/generate/versioned/run.go: populateResourceListV1.
fn amounts(text: &str) -> Result<Map, Failure> {
    let mut all = Map::new();
    for statement in text.split(',') {
        let wrong =
            || Failure::error(format!("Invalid argument syntax {statement}, expected <resource>=<value>"));
        let (name, amount) = statement.split_once('=').ok_or_else(wrong)?;
        if Quantity::parse(amount).is_none() {
            let form = "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
            return Err(Failure::error(format!("quantities must match the regular expression {form}")));
        }
        all.insert(name.to_owned().into(), amount.to_owned().into());
    }
    Ok(all)
}
