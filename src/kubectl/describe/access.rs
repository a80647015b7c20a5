//! Roles and their bindings. Models RoleDescriber, ClusterRoleDescriber, RoleBindingDescriber and
//! ClusterRoleBindingDescriber.

use super::Seen;
use super::page::{Page, text};
use crate::api::Value;

/// A rule that is about one resource or one URL: what it is about, and what may be done.
struct Rule {
    group: String,
    resource: String,
    name: Option<String>,
    url: Option<String>,
    verbs: Vec<String>,
}

impl Rule {
    /// What rules are sorted by: how Go prints them.
    fn order(&self) -> String {
        let list = |one: &Option<String>| one.as_deref().unwrap_or("").to_owned();
        let (group, resource) = (&self.group, &self.resource);
        let verbs = self.verbs.join(" ");
        format!("{verbs}],[{group}],[{resource}],[{}],[{}]", list(&self.name), list(&self.url))
    }
    fn about(&self, other: &Rule) -> bool {
        let apart = |r: &Rule| (r.group.clone(), r.resource.clone(), r.name.clone(), r.url.clone());
        self.url.is_none() && apart(self) == apart(other)
    }
}

/// The text of a Role or a ClusterRole.
pub(super) fn role(seen: &Seen, page: &mut Page) {
    top(seen, page);
    page.line(0, "PolicyRule:");
    page.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    page.line(1, "---------\t-----------------\t--------------\t-----");
    let mut rules: Vec<Rule> = Vec::new();
    for rule in seen.at("rules").items().iter().flat_map(apart) {
        match rules.iter_mut().find(|other| other.about(&rule)) {
            Some(other) => {
                let new: Vec<String> = rule.verbs.into_iter().filter(|v| !other.verbs.contains(v)).collect();
                other.verbs.extend(new);
            }
            None => rules.push(rule),
        }
    }
    crate::api::order::sort_by_key(&mut rules, Rule::order);
    for rule in rules {
        let list = |one: Option<String>| one.unwrap_or_default();
        let (resource, sub) = rule.resource.split_once('/').unwrap_or((&rule.resource, ""));
        let dot = if rule.group.is_empty() { "" } else { "." };
        let slash = if sub.is_empty() { "" } else { "/" };
        let what = format!("{resource}{dot}{}{slash}{sub}", rule.group);
        let (url, name) = (list(rule.url), list(rule.name));
        page.line(1, format_args!("{what}\t[{url}]\t[{name}]\t[{}]", rule.verbs.join(" ")));
    }
}

/// A rule for each verb on each resource. Models kubectl pkg/util/rbac/rbac.go: BreakdownRule.
fn apart(rule: &Value) -> Vec<Rule> {
    let list = |field: &str| -> Vec<String> { rule.get(field).items().iter().map(text).collect() };
    let names: Vec<Option<String>> = match list("resourceNames") {
        none if none.is_empty() => vec![None],
        names => names.into_iter().map(Some).collect(),
    };
    let mut all = Vec::new();
    for group in list("apiGroups") {
        for resource in list("resources") {
            for verb in list("verbs") {
                all.extend(names.iter().map(|name| Rule {
                    group: group.clone(),
                    resource: resource.clone(),
                    name: name.clone(),
                    url: None,
                    verbs: vec![verb.clone()],
                }));
            }
        }
    }
    for url in list("nonResourceURLs") {
        all.extend(list("verbs").into_iter().map(|verb| Rule {
            group: String::new(),
            resource: String::new(),
            name: None,
            url: Some(url.clone()),
            verbs: vec![verb],
        }));
    }
    all
}

/// The text of a RoleBinding or a ClusterRoleBinding.
pub(super) fn binding(seen: &Seen, page: &mut Page) {
    top(seen, page);
    page.line(0, "Role:");
    page.field(1, "Kind", text(seen.at("roleRef.kind")));
    page.field(1, "Name", text(seen.at("roleRef.name")));
    page.line(0, "Subjects:");
    page.line(1, "Kind\tName\tNamespace");
    page.line(1, "----\t----\t---------");
    for subject in seen.at("subjects").items() {
        let [kind, name, namespace] = ["kind", "name", "namespace"].map(|f| text(subject.get(f)));
        page.line(1, format_args!("{kind}\t{name}\t{namespace}"));
    }
}

fn top(seen: &Seen, page: &mut Page) {
    page.field(0, "Name", text(seen.at("metadata.name")));
    page.labels("Labels", seen.at("metadata.labels"));
    page.annotations("Annotations", seen.at("metadata.annotations"));
}
