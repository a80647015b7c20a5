//! `kubectl create serviceaccount|role|clusterrole|rolebinding|clusterrolebinding`: who may do what.
//!
//! Models kubectl pkg/cmd/create/{create_serviceaccount,create_role,create_rolebinding}.go. The simulation keeps these
//! objects and does not act on them.

use super::{Made, make, one_name};
use crate::api::{Kind, Map, Value};
use crate::kubectl::args::{self, Args, Flag, value};
use crate::kubectl::failure::Failure;
use crate::kubectl::resource::Resource;
use crate::kubectl::{Call, Verb, Words};
use crate::record;

const RULE: &[Flag] = &[value("verb", ' '), value("resource", ' '), value("resource-name", ' ')];
const CLUSTER_RULE: &[Flag] = &[value("non-resource-url", ' '), value("aggregation-rule", ' ')];
const BINDING: &[Flag] =
    &[value("clusterrole", ' '), value("user", ' '), value("group", ' '), value("serviceaccount", ' ')];

/// `kubectl create serviceaccount NAME`.
pub(in crate::kubectl) const SERVICE_ACCOUNT: Verb = Verb {
    name: "create serviceaccount",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE],
    run: service_account,
};
/// `kubectl create role NAME --verb=VERB --resource=RESOURCE [--resource-name=NAME]`.
pub(in crate::kubectl) const ROLE: Verb = Verb {
    name: "create role",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, RULE],
    run: |call, args| role(call, args, Kind::Role),
};
/// `kubectl create clusterrole NAME …`.
pub(in crate::kubectl) const CLUSTER_ROLE: Verb = Verb {
    name: "create clusterrole",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, RULE, CLUSTER_RULE],
    run: |call, args| role(call, args, Kind::ClusterRole),
};
/// `kubectl create rolebinding NAME (--role=NAME | --clusterrole=NAME) [--user=U] [--group=G] [--serviceaccount=NS:NAME]`.
pub(in crate::kubectl) const ROLE_BINDING: Verb = Verb {
    name: "create rolebinding",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, BINDING, &[value("role", ' ')]],
    run: |call, args| binding(call, args, Kind::RoleBinding),
};
/// `kubectl create clusterrolebinding NAME …`.
pub(in crate::kubectl) const CLUSTER_ROLE_BINDING: Verb = Verb {
    name: "create clusterrolebinding",
    takes: Words::Nothing,
    flags: &[args::CHANGE, args::MAKE, BINDING],
    run: |call, args| binding(call, args, Kind::ClusterRoleBinding),
};

fn service_account(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let name = one_name(args, "create serviceaccount")?.to_owned();
    let failed = "failed to create serviceaccount: ";
    make(call, args, Made { kind: Kind::ServiceAccount, name: &name, fields: Map::new().into(), failed })
}

/// Every value of a flag, each once and those joined by commas apart.
fn list(args: &Args, flag: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for value in args.all(flag).flat_map(|v| v.split(',')) {
        if !all.iter().any(|other| other == value) {
            all.push(value.to_owned());
        }
    }
    all
}

const VERBS: &[&str] = &[
    "*",
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
];
const URL_VERBS: &[&str] = &["*", "get", "post", "put", "delete", "patch", "head", "options"];

/// Models create_role.go and create_clusterrole.go: Validate.
fn role(call: &mut Call, args: &Args, kind: Kind) -> Result<(), Failure> {
    let verb = if kind == Kind::Role { "create role" } else { "create clusterrole" };
    let name = one_name(args, verb)?.to_owned();
    let (mut verbs, urls, names) =
        (list(args, "verb"), list(args, "non-resource-url"), list(args, "resource-name"));
    if verbs.iter().any(|v| v == "*") {
        verbs = vec!["*".to_owned()];
    }
    if let Some(labels) = args.get("aggregation-rule") {
        if !verbs.is_empty() || !urls.is_empty() || !names.is_empty() || args.get("resource").is_some() {
            let why = "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames";
            return Err(Failure::error(why));
        }
        let labels = labels.split(',').filter_map(|pair| pair.split_once('='));
        let labels: Map = labels.map(|(k, v)| (k.to_owned().into(), v.to_owned().into())).collect();
        let selectors = vec![record! { "matchLabels" => labels }];
        let rule = record! { "clusterRoleSelectors" => selectors };
        let mut fields = record! { "aggregationRule" => rule };
        fields.map_mut().insert("rules".into(), Value::Null);
        return make(call, args, Made { kind, name: &name, fields, failed: "" });
    }
    if verbs.is_empty() {
        return Err(Failure::error("at least one verb must be specified"));
    }
    if args.get("resource").is_none() && urls.is_empty() {
        return Err(Failure::error(match kind {
            Kind::Role => "at least one resource must be specified",
            _ => "one of resource or nonResourceURL must be specified",
        }));
    }
    if args.get("resource").is_some() {
        for verb in verbs.iter().filter(|v| !VERBS.contains(&v.as_str())) {
            call.complain(&format!("Warning: '{verb}' is not a standard resource verb"));
        }
    }
    let mut groups = resources(args)?;
    groups.sort();
    if !urls.is_empty() {
        check_urls(&verbs, &urls)?;
    }
    let mut rules: Vec<Value> = groups.into_iter().map(|(group, resources)| {
        let names = (!names.is_empty()).then(|| names.clone());
        record! { "apiGroups" => vec![group], "resourceNames" => names, "resources" => resources, "verbs" => verbs.clone() }
    }).collect();
    if !urls.is_empty() {
        rules.push(record! { "nonResourceURLs" => urls, "verbs" => verbs });
    }
    make(call, args, Made { kind, name: &name, fields: record! { "rules" => rules }, failed: "" })
}

fn check_urls(verbs: &[String], urls: &[String]) -> Result<(), Failure> {
    if let Some(verb) = verbs.iter().find(|v| !URL_VERBS.contains(&v.as_str())) {
        return Err(Failure::error(format!("invalid verb: '{verb}' for nonResourceURL")));
    }
    for url in urls.iter().filter(|url| *url != "*") {
        if !url.starts_with('/') {
            return Err(Failure::error("nonResourceURL should start with /"));
        }
        if url[..url.len() - 1].contains('*') {
            let why = "nonResourceURL only supports wildcard matches when '*' is at the end";
            return Err(Failure::error(why));
        }
    }
    Ok(())
}

/// The resources by API group: those of one share a rule. Models create_role.go: generateResourcePolicyRules.
fn resources(args: &Args) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for word in list(args, "resource") {
        let (word, sub) = word.split_once('/').unwrap_or((&word, ""));
        let (group, plural) = match (word, Resource::from_word(word)) {
            ("*", _) => ("", "*"),
            ("", _) => {
                let why = "resource must be specified if apiGroup/subresource specified";
                return Err(Failure::error(why));
            }
            (_, found) => {
                let info = found?[0].info();
                (info.group, info.plural)
            }
        };
        let slash = if sub.is_empty() { "" } else { "/" };
        let resource = format!("{plural}{slash}{sub}");
        match groups.iter_mut().find(|(other, _)| other == group) {
            Some((_, all)) if all.contains(&resource) => {}
            Some((_, all)) => all.push(resource),
            None => groups.push((group.to_owned(), vec![resource])),
        }
    }
    Ok(groups)
}

fn binding(call: &mut Call, args: &Args, kind: Kind) -> Result<(), Failure> {
    if kind == Kind::ClusterRoleBinding && args.get("clusterrole").is_none() {
        return Err(Failure::required("clusterrole"));
    }
    let verb = if kind == Kind::RoleBinding { "create rolebinding" } else { "create clusterrolebinding" };
    let name = one_name(args, verb)?.to_owned();
    let role = match (args.get("role"), args.get("clusterrole")) {
        (Some(role), None) => ("Role", role),
        (None, Some(role)) => ("ClusterRole", role),
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
        if namespace.is_empty() || name.is_empty() || name.contains(':') {
            return Err(wrong());
        }
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
