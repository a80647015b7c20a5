//! `kubectl create serviceaccount|role|clusterrole|rolebinding|clusterrolebinding`: who may do what.
//!
//! Models kubectl pkg/cmd/create/{create_serviceaccount,create_role,create_rolebinding}.go. The simulation keeps these
//! objects and does not act on them.

use super::{Made, make, one_name};
use crate::api::{Kind, Map, Value};
use crate::kubectl::args::{self, Args, Flag, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::{Call, Verb, Words};
use crate::record;

const RULE: &[Flag] = &[
    value("verb", ' '),
    value("resource", ' '),
    value("resource-name", ' '),
    value("non-resource-url", ' '),
];
const BINDING: &[Flag] = &[
    value("role", ' '),
    value("clusterrole", ' '),
    value("user", ' '),
    value("group", ' '),
    value("serviceaccount", ' '),
];

/// `kubectl create serviceaccount NAME`.
pub(in crate::kubectl) const SERVICE_ACCOUNT: Verb = Verb {
    name: "create serviceaccount",
    takes: Words::Nothing,
    flags: &[args::CHANGE],
    run: service_account,
};
/// `kubectl create role NAME --verb=VERB --resource=RESOURCE [--resource-name=NAME]`.
pub(in crate::kubectl) const ROLE: Verb = Verb {
    name: "create role",
    takes: Words::Nothing,
    flags: &[args::CHANGE, RULE],
    run: |call, args| role(call, args, Kind::Role),
};
/// `kubectl create clusterrole NAME …`.
pub(in crate::kubectl) const CLUSTER_ROLE: Verb = Verb {
    name: "create clusterrole",
    takes: Words::Nothing,
    flags: &[args::CHANGE, RULE],
    run: |call, args| role(call, args, Kind::ClusterRole),
};
/// `kubectl create rolebinding NAME (--role=NAME | --clusterrole=NAME) [--user=U] [--group=G] [--serviceaccount=NS:NAME]`.
pub(in crate::kubectl) const ROLE_BINDING: Verb = Verb {
    name: "create rolebinding",
    takes: Words::Nothing,
    flags: &[args::CHANGE, BINDING],
    run: |call, args| binding(call, args, Kind::RoleBinding),
};
/// `kubectl create clusterrolebinding NAME …`.
pub(in crate::kubectl) const CLUSTER_ROLE_BINDING: Verb = Verb {
    name: "create clusterrolebinding",
    takes: Words::Nothing,
    flags: &[args::CHANGE, BINDING],
    run: |call, args| binding(call, args, Kind::ClusterRoleBinding),
};

fn service_account(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create serviceaccount")?.to_owned();
    let failed = "failed to create serviceaccount: ";
    make(call, args, Made { kind: Kind::ServiceAccount, name: &name, fields: Map::new().into(), failed })
}

/// Every value of a flag, those joined by commas apart.
fn list(args: &Args, flag: &str) -> Vec<Value> {
    args.all(flag).flat_map(|v| v.split(',')).map(|v| v.to_owned().into()).collect()
}

fn role(call: &mut Call, args: &Args, kind: Kind) -> Result<(), Failure> {
    let name =
        one_name(args, if kind == Kind::Role { "create role" } else { "create clusterrole" })?.to_owned();
    let verbs = list(args, "verb");
    if verbs.is_empty() {
        return Err(Failure::error("at least one verb must be specified"));
    }
    let urls = list(args, "non-resource-url");
    // The resources of one API group share a rule.
    let mut groups: Vec<(&'static str, Vec<Value>)> = Vec::new();
    for word in args.all("resource").flat_map(|v| v.split(',')) {
        let (word, sub) = word.split_once('/').unwrap_or((word, ""));
        let unknown = || Failure::error(format!("the server doesn't have a resource type {word:?}"));
        let info = Kind::from_word(word).ok_or_else(unknown)?.info();
        let slash = if sub.is_empty() { "" } else { "/" };
        let resource = format!("{}{slash}{sub}", info.plural).into();
        match groups.iter_mut().find(|(group, _)| *group == info.group) {
            Some((_, all)) => all.push(resource),
            None => groups.push((info.group, vec![resource])),
        }
    }
    if groups.is_empty() && urls.is_empty() {
        return Err(Failure::error("at least one resource must be specified"));
    }
    let names = list(args, "resource-name");
    let mut rules: Vec<Value> = groups.into_iter().map(|(group, resources)| {
        let names = (!names.is_empty()).then(|| names.clone());
        record! { "apiGroups" => vec![group.to_owned()], "resourceNames" => names, "resources" => resources, "verbs" => verbs.clone() }
    }).collect();
    if !urls.is_empty() {
        rules.push(record! { "nonResourceURLs" => urls, "verbs" => verbs });
    }
    make(call, args, Made { kind, name: &name, fields: record! { "rules" => rules }, failed: "" })
}

fn binding(call: &mut Call, args: &Args, kind: Kind) -> Result<(), Failure> {
    let name = one_name(args, "create rolebinding")?.to_owned();
    let role = match (args.get("role"), args.get("clusterrole")) {
        (Some(role), None) if kind == Kind::RoleBinding => ("Role", role),
        (None, Some(role)) => ("ClusterRole", role),
        _ if kind == Kind::ClusterRoleBinding => return Err(Failure::required("clusterrole")),
        _ => return Err(Failure::error("exactly one of clusterrole or role must be specified")),
    };
    const GROUP: &str = "rbac.authorization.k8s.io";
    let mut subjects = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        subjects.extend(
            list(args, flag)
                .into_iter()
                .map(|name| record! { "apiGroup" => GROUP, "kind" => kind, "name" => name }),
        );
    }
    for account in args.all("serviceaccount") {
        let wrong = || Failure::error("serviceaccount must be <namespace>:<name>");
        let (namespace, name) = account.split_once(':').ok_or_else(wrong)?;
        subjects.push(record! { "kind" => "ServiceAccount", "name" => name.to_owned(), "namespace" => namespace.to_owned() });
    }
    let role = record! { "apiGroup" => GROUP, "kind" => role.0, "name" => role.1.to_owned() };
    let subjects = (!subjects.is_empty()).then_some(subjects);
    let fields = record! { "roleRef" => role, "subjects" => subjects };
    let failed = if kind == Kind::RoleBinding {
        "failed to create rolebinding: "
    } else {
        "failed to create clusterrolebinding: "
    };
    make(call, args, Made { kind, name: &name, fields, failed })
}
