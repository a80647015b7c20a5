//! `kubectl set subject`: whom a binding gives its role.
//!
//! Models kubectl pkg/cmd/set/set_subject.go.

use super::WHICH;
use crate::api::{Kind, Value};
use crate::kubectl::args::{self, Args, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words, save, target};
use crate::record;
use crate::sim::Request;

/// `kubectl set subject (TYPE NAME | TYPE/NAME) [--user=NAME] [--group=NAME] [--serviceaccount=NAMESPACE:NAME]`.
pub(in crate::kubectl) const SUBJECT: Verb = Verb {
    name: "set subject",
    takes: Words::Objects(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
    flags: &[
        args::CHOICE,
        args::FILES,
        args::CHANGE,
        WHICH,
        &[value("user", ' '), value("group", ' '), value("serviceaccount", ' ')],
    ],
    run,
};

const GROUP: &str = "rbac.authorization.k8s.io";

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let search = target::search(call, args, "set subject")?;
    target::must_be_named(args, &search)?;
    if let Some(missing) = search.missing.into_iter().next() {
        return Err(missing);
    }
    let cluster = |f: &target::Found| f.object.as_ref().is_some_and(|o| o.kind() == Kind::ClusterRoleBinding);
    let subjects = subjects(call, args, search.found.iter().any(cluster))?;
    let mut failures = Vec::new();
    for found in &search.found {
        let object = found.stored()?;
        let (kind, name) = (object.kind(), object.meta().name.clone());
        if !matches!(kind, Kind::RoleBinding | Kind::ClusterRoleBinding) {
            let plural = kind.info().plural;
            let why = "setting subjects is only supported for RoleBinding/ClusterRoleBinding";
            failures.push(Failure::plain(format!("error: {plural}/{name} {why}")));
            continue;
        }
        let mut value = object.to_value();
        let mut all = value.get("subjects").items().to_vec();
        let more: Vec<Value> = subjects.iter().filter(|s| !all.contains(s)).cloned().collect();
        if more.is_empty() {
            continue;
        }
        all.extend(more);
        value.set("subjects", all.clone());
        if mode != save::Mode::DryClient {
            let request = Request::Patch(object.key(), record! { "subjects" => all });
            match save::send(call.timeline, request, mode) {
                Ok(written) => value = written.to_value(),
                Err(refusal) => {
                    let why = format!("failed to patch subjects to rolebinding: {}", refusal.message);
                    failures.push(Failure::error(why));
                    continue;
                }
            }
        }
        save::tell(call, args, &value, &save::line(kind, &name, "subjects updated", mode))?;
    }
    call.finish(failures)
}

/// Users, groups and accounts, each in the order of their names.
fn subjects(call: &Call, args: &Args, cluster: bool) -> Result<Vec<Value>, Failure> {
    let sorted = |flag: &str| {
        let mut all: Vec<&str> = args.all(flag).collect();
        crate::api::order::sort_by_key(&mut all, |name| *name);
        all.dedup();
        all
    };
    let mut all = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        for name in sorted(flag) {
            all.push(record! { "apiGroup" => GROUP, "kind" => kind, "name" => name.to_owned() });
        }
    }
    for account in sorted("serviceaccount") {
        let wrong = "serviceaccount must be <namespace>:<name>";
        let (namespace, name) = account
            .split_once(':')
            .filter(|(_, name)| !name.is_empty() && !name.contains(':'))
            .ok_or_else(|| Failure::error(wrong))?;
        if namespace.is_empty() && cluster {
            return Err(Failure::error(format!("{wrong}, namespace must be specified")));
        }
        let place = match namespace {
            "" => target::namespace(call, args),
            named => named.to_owned().into(),
        };
        all.push(record! { "kind" => "ServiceAccount", "name" => name.to_owned(), "namespace" => place });
    }
    if all.is_empty() {
        let why = "you must specify at least one value of user, group or serviceaccount";
        return Err(Failure::error(why));
    }
    Ok(all)
}
