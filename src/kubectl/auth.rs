//! `kubectl auth`: who one is, and what one may do. Here everybody is the cluster's administrator.
//!
//! Models kubectl pkg/cmd/auth.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::get::lay_out;
use super::resource::Resource;
use super::{Call, Verb, Words};

/// `kubectl auth can-i VERB TYPE[/NAME]`.
pub(super) const CAN_I: Verb = Verb {
    name: "auth can-i",
    takes: Words::Permission,
    flags: &[&[
        truth("all-namespaces", 'A'),
        truth("quiet", 'q'),
        value("subresource", ' '),
        truth("list", ' '),
        truth("no-headers", ' '),
    ]],
    run: can_i,
};
/// `kubectl auth whoami`.
pub(super) const WHO_AM_I: Verb =
    Verb { name: "auth whoami", takes: Words::Nothing, flags: &[args::CHANGE], run: who_am_i };

/// Models auth/cani.go: Complete, Validate and Run.
fn can_i(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.has("list") {
        return list(call, args);
    }
    let [verb, what] = args.words.as_slice() else {
        return Err(Failure::error(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for \
             help and examples.",
        ));
    };
    let known = |verbs: &[&str]| verbs.contains(&verb.as_str());
    if what.starts_with('/') {
        if args.get("subresource").is_some_and(|s| !s.is_empty()) {
            return Err(Failure::error("--subresource can not be used with NonResourceURL"));
        }
        if !known(URL_VERBS) {
            warn(call, &format!("verb '{verb}' is not a known verb"));
        }
    } else {
        let word = what.split('/').next().unwrap_or(what);
        match Resource::from_word(word).ok().and_then(|all| all.first().copied()) {
            None => {
                let (plural, group) = word.split_once('.').unwrap_or((word, ""));
                let group = if group.is_empty() { String::new() } else { format!(" in group '{group}'") };
                warn(call, &format!("the server doesn't have a resource type '{plural}'{group}"));
            }
            Some(found) if !found.info().namespaced && !args.has("all-namespaces") => {
                let info = found.info();
                let group =
                    if info.group.is_empty() { String::new() } else { format!(" in group '{}'", info.group) };
                warn(call, &format!("resource '{}' is not namespace scoped{group}", info.plural));
            }
            Some(_) => {}
        }
        if !args.has("all-namespaces") && !known(VERBS) {
            warn(call, &format!("verb '{verb}' is not a known verb"));
        }
    }
    if !args.has("quiet") {
        call.say("yes");
    }
    Ok(())
}

const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
const URL_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];

/// kubectl ends the sentence itself, so that an empty line follows.
fn warn(call: &mut Call, why: &str) {
    call.complain(&format!("Warning: {why}\n"));
}

/// What an administrator may do, and everybody.
fn list(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if !args.words.is_empty() {
        return Err(Failure::error("list option must be specified with no arguments"));
    }
    if args.has("quiet") || args.has("all-namespaces") || args.get("subresource").is_some() {
        let why = "list option can't be specified with neither quiet, all-namespaces nor subresource options";
        return Err(Failure::error(why));
    }
    let row = |resource: &str, url: &str, verb: &str| [resource, url, "[]", verb].map(str::to_owned).to_vec();
    let titles = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"].map(str::to_owned).to_vec();
    let mut rows = if args.has("no-headers") { Vec::new() } else { vec![titles] };
    rows.push(row("*.*", "[]", "[*]"));
    rows.push(row("", "[*]", "[*]"));
    for own in [
        "selfsubjectreviews.authentication.k8s.io",
        "selfsubjectaccessreviews.authorization.k8s.io",
        "selfsubjectrulesreviews.authorization.k8s.io",
    ] {
        rows.push(row(own, "[]", "[create]"));
    }
    const PATHS: [&str; 16] = [
        "/api/*",
        "/api",
        "/apis/*",
        "/apis",
        "/healthz",
        "/healthz",
        "/livez",
        "/livez",
        "/openapi/*",
        "/openapi",
        "/readyz",
        "/readyz",
        "/version/",
        "/version/",
        "/version",
        "/version",
    ];
    rows.extend(PATHS.iter().map(|path| row("", &format!("[{path}]"), "[get]")));
    call.output.stdout.push_str(&lay_out(&rows));
    Ok(())
}

fn who_am_i(call: &mut Call, _: &Args) -> Result<(), Failure> {
    let rows = [
        ["ATTRIBUTE", "VALUE"],
        ["Username", "kubernetes-admin"],
        ["UID", "admin"],
        ["Groups", "[system:masters system:authenticated]"],
    ];
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
    call.output.stdout.push_str(&lay_out(&rows));
    Ok(())
}
