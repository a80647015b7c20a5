//! Roles and who has them. Models pkg/apis/rbac/validation/validation.go.

use super::{Errors, invalid, names, needs, not_supported, or_empty, required, selector, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

const GROUP: &str = "rbac.authorization.k8s.io";

/// ValidateRole.
pub(super) fn role(object: &Value, errors: &mut Errors) {
    rules(object, "namespaced rules cannot apply to non-resource URLs", errors);
}
pub(super) fn role_update(new: &Value, _: &Value, errors: &mut Errors) {
    role(new, errors);
}

/// ValidateClusterRole.
pub(super) fn cluster_role(object: &Value, errors: &mut Errors) {
    rules(object, "", errors);
    let root = Path::ROOT;
    let aggregation = object.get("aggregationRule");
    let path = root.field("aggregationRule");
    let list = path.field("clusterRoleSelectors");
    let selectors = aggregation.get("clusterRoleSelectors").items();
    if !aggregation.is_null() && selectors.is_empty() {
        let detail = "at least one clusterRoleSelector required if aggregationRule is non-nil";
        required(detail, &list, errors);
    }
    for (i, wanted) in selectors.iter().enumerate() {
        selector::check(wanted, &list.index(i), errors);
    }
}
pub(super) fn cluster_role_update(new: &Value, _: &Value, errors: &mut Errors) {
    cluster_role(new, errors);
}

/// ValidatePolicyRule of each; `no_urls` is said where there may be none.
fn rules(object: &Value, no_urls: &str, errors: &mut Errors) {
    let root = Path::ROOT;
    let list = root.field("rules");
    for (i, rule) in object.get("rules").items().iter().enumerate() {
        let at = list.index(i);
        let none = |name: &str| rule.get(name).items().is_empty();
        if none("verbs") {
            required("verbs must contain at least one value", &at.field("verbs"), errors);
        }
        let (urls, urls_at) = (rule.get("nonResourceURLs"), at.field("nonResourceURLs"));
        if !none("nonResourceURLs") {
            if !no_urls.is_empty() {
                invalid(urls, no_urls, &urls_at, errors);
            }
            if !["apiGroups", "resources", "resourceNames"].into_iter().all(none) {
                let detail = "rules cannot apply to both regular resources and non-resource URLs";
                invalid(urls, detail, &urls_at, errors);
            }
            continue;
        }
        for (name, what) in [("apiGroups", "api group"), ("resources", "resource")] {
            if none(name) {
                let detail = format!("resource rules must supply at least one {what}");
                required(&detail, &at.field(name), errors);
            }
        }
    }
}

/// ValidateRoleBinding.
pub(super) fn binding(object: &Value, errors: &mut Errors) {
    bound(object, &["Role", "ClusterRole"], errors);
}
/// ValidateClusterRoleBinding.
pub(super) fn cluster_binding(object: &Value, errors: &mut Errors) {
    bound(object, &["ClusterRole"], errors);
}

fn bound(object: &Value, kinds: &[&str], errors: &mut Errors) {
    let root = Path::ROOT;
    let (role, path) = (object.get("roleRef"), root.field("roleRef"));
    for (name, words) in [("apiGroup", &[GROUP] as &[&str]), ("kind", kinds)] {
        if !words.contains(&text(role.get(name))) {
            not_supported(&or_empty(role.get(name)), words, &path.field(name), errors);
        }
    }
    if needs(role.get("name"), &path.field("name"), errors) {
        names::check(role.get("name"), names::path_segment, &path.field("name"), errors);
    }
    let list = root.field("subjects");
    for (i, who) in object.get("subjects").items().iter().enumerate() {
        subject(who, kinds.len() > 1, &list.index(i), errors);
    }
}

/// ValidateRoleBindingSubject.
fn subject(who: &Value, namespaced: bool, path: &Path, errors: &mut Errors) {
    let (name, group) = (who.get("name"), or_empty(who.get("apiGroup")));
    let there = needs(name, &path.field("name"), errors);
    let group_at = path.field("apiGroup");
    match text(who.get("kind")) {
        "ServiceAccount" => {
            if there {
                names::check(name, names::subdomain, &path.field("name"), errors);
            }
            if !text(&group).is_empty() {
                not_supported(&group, &[""], &group_at, errors);
            }
            if !namespaced {
                needs(who.get("namespace"), &path.field("namespace"), errors);
            }
        }
        "User" | "Group" if text(&group) != GROUP => not_supported(&group, &[GROUP], &group_at, errors),
        "User" | "Group" => {}
        _ => {
            let kind = or_empty(who.get("kind"));
            not_supported(&kind, &["ServiceAccount", "User", "Group"], &path.field("kind"), errors);
        }
    }
}

/// ValidateRoleBindingUpdate.
pub(super) fn binding_update(new: &Value, old: &Value, errors: &mut Errors) {
    binding(new, errors);
    same_role(new, old, errors);
}
/// ValidateClusterRoleBindingUpdate.
pub(super) fn cluster_binding_update(new: &Value, old: &Value, errors: &mut Errors) {
    cluster_binding(new, errors);
    same_role(new, old, errors);
}

fn same_role(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    if new.get("roleRef") != old.get("roleRef") {
        let role = new.get("roleRef");
        errors.push(FieldError::invalid_as(&root.field("roleRef"), "RoleRef", role, "cannot change roleRef"));
    }
}
