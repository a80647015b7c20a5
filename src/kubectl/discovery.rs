//! `kubectl api-resources`, `api-versions` and `cluster-info`: what the API server says of itself.
//!
//! Models kubectl pkg/cmd/apiresources and pkg/cmd/clusterinfo.

use super::args::{Args, truth, value};
use super::failure::Failure;
use super::get::lay_out;
use super::resource::Resource;
use super::{Call, Verb, Words};
use crate::api::{Kind, KindInfo};

/// `kubectl api-resources [--namespaced=BOOL] [--api-group=GROUP] [-o name|wide]`.
pub(super) const RESOURCES: Verb = Verb {
    name: "api-resources",
    takes: Words::Nothing,
    flags: &[&[
        value("api-group", ' '),
        truth("namespaced", ' '),
        value("output", 'o'),
        truth("no-headers", ' '),
        value("sort-by", ' '),
        value("verbs", ' '),
        value("categories", ' '),
        truth("cached", ' '),
    ]],
    run: resources,
};
/// `kubectl api-versions`.
pub(super) const VERSIONS: Verb =
    Verb { name: "api-versions", takes: Words::Nothing, flags: &[], run: versions };
/// `kubectl cluster-info`.
pub(super) const CLUSTER: Verb = Verb {
    name: "cluster-info",
    takes: Words::Nothing,
    flags: &[],
    run: |call, _| {
        call.say("Kubernetes control plane is running at https://127.0.0.1:6443");
        call.say("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
        Ok(())
    },
};

/// Every resource, the core group first, then by group and name.
fn all() -> Vec<&'static KindInfo> {
    let made_up = [Resource::Event, Resource::Endpoints].map(Resource::info);
    let mut all: Vec<_> = Kind::ALL.iter().map(|k| k.info()).chain(made_up).collect();
    all.sort_by_key(|info| (info.group, info.plural));
    all
}

fn resources(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let titles = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"];
    let mut rows: Vec<Vec<String>> = Vec::new();
    if !args.has("no-headers") && args.get("output") != Some("name") {
        rows.push(titles.map(str::to_owned).to_vec());
    }
    let namespaced = args.get("namespaced").map(|v| v == "true");
    for info in all() {
        let fits = namespaced.is_none_or(|n| n == info.namespaced)
            && args.get("api-group").is_none_or(|group| group == info.group);
        if !fits {
            continue;
        }
        if args.get("output") == Some("name") {
            let dot = if info.group.is_empty() { "" } else { "." };
            call.say(&format!("{}{dot}{}", info.plural, info.group));
            continue;
        }
        let short = info.short.join(",");
        let cells = [
            info.plural,
            &short,
            &info.api_version(),
            if info.namespaced { "true" } else { "false" },
            info.name,
        ];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    call.output.stdout.push_str(&lay_out(&rows));
    Ok(())
}

fn versions(call: &mut Call, _: &Args) -> Result<(), Failure> {
    let mut versions: Vec<String> = all().iter().map(|info| info.api_version().to_string()).collect();
    versions.sort();
    versions.dedup();
    versions.iter().for_each(|v| call.say(v));
    Ok(())
}
