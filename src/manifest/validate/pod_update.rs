//! Changes of pods. Models pkg/apis/core/validation/validation.go: ValidatePodUpdate.

use super::{Errors, forbidden, invalid, needs, pod, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use crate::manifest::{difference, internal};

const ALLOWED: &str = "pod updates may not change fields other than `spec.containers[*].image`,\
    `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
    `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

pub(super) fn update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    pod::of_pod(new, &path, errors);
    let (new, old) = (new.get("spec"), old.get("spec"));
    for name in ["containers", "initContainers"] {
        let at = path.field(name);
        if new.get(name).items().len() != old.get(name).items().len() {
            return forbidden("pod updates may not add or remove containers", &at, errors);
        }
        for (i, container) in new.get(name).items().iter().enumerate() {
            needs(container.get("image"), &at.index(i).field("image"), errors);
        }
    }
    if deadline(new, old, &path, errors) {
        return;
    }
    tolerations(new, old, &path, errors);
    gates(new, old, &path, errors);
    let munged = munged(new, old, &path, errors);
    // What the server compares are its own structs, in which nothing and what is empty are the same.
    let (was, is) = (internal::dump("PodSpec", old), internal::dump("PodSpec", &munged));
    if was != is {
        let difference = difference::unified(&internal::lines(&was), &internal::lines(&is));
        forbidden(&format!("{ALLOWED}\n{difference}"), &path, errors);
    }
}

/// The new spec with what may change put back.
fn munged(new: &Value, old: &Value, path: &Path, errors: &mut Errors) -> Value {
    let mut spec = new.clone();
    for list in ["containers", "initContainers"] {
        let before = old.get(list).items();
        if before.is_empty() {
            continue;
        }
        for (c, was) in spec.map_mut().entry(list.into()).or_default().list_mut().iter_mut().zip(before) {
            c.set("image", was.get("image").clone());
        }
    }
    for name in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] {
        put_back(&mut spec, old, name);
    }
    let grace = "terminationGracePeriodSeconds";
    if old.get(grace).as_int().is_some_and(|n| n < 0) && new.get(grace).as_int() == Some(1) {
        put_back(&mut spec, old, grace);
    }
    // As long as it is held back, a pod may become more particular about its node.
    if !old.get("schedulingGates").items().is_empty() {
        let (now, was) = (new.get("nodeSelector"), old.get("nodeSelector"));
        if was.fields().any(|(k, v)| now.get(k) != v) {
            let detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
            invalid(now, detail, &path.field("nodeSelector"), errors);
        }
        put_back(&mut spec, old, "nodeSelector");
        node_affinity(&mut spec, old, path, errors);
    }
    spec
}

fn put_back(spec: &mut Value, old: &Value, name: &'static str) {
    let was = old.get(name).clone();
    if was.is_null() {
        spec.map_mut().remove(name);
    } else {
        spec.set(name, was);
    }
}

/// Models validateNodeAffinityMutation, and puts back the node's part of the affinity.
fn node_affinity(spec: &mut Value, old: &Value, path: &Path, errors: &mut Errors) {
    const TERMS: &str = "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
    let (now, was) = (spec.get("affinity").clone(), old.get("affinity"));
    let (new_terms, old_terms) = (now.at(TERMS), was.at(TERMS).items());
    let affinity = path.field("affinity");
    let at = affinity.field(TERMS);
    if !old_terms.is_empty() && old_terms.len() != new_terms.items().len() {
        let detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        errors.push(FieldError::invalid_as(&at, "[]NodeSelectorTerm", new_terms, detail));
    } else {
        for (i, (now, was)) in new_terms.items().iter().zip(old_terms).enumerate() {
            let grown = |list: &str| now.get(list).items().starts_with(was.get(list).items());
            let empty = |term: &Value| {
                term.get("matchExpressions").items().is_empty() && term.get("matchFields").items().is_empty()
            };
            if !grown("matchExpressions") || !grown("matchFields") || (empty(was) && !empty(now)) {
                let detail = "only additions are allowed (no mutations or deletions)";
                errors.push(FieldError::invalid_as(&at.index(i), "NodeSelectorTerm", now, detail));
            }
        }
    }
    let others = ["podAffinity", "podAntiAffinity"].iter().any(|name| !now.get(name).is_null());
    if was.is_null() && !others {
        spec.map_mut().remove("affinity");
    } else if was.get("nodeAffinity").is_null() {
        if !now.is_null() {
            spec.map_mut().entry("affinity".into()).or_default().map_mut().remove("nodeAffinity");
        }
    } else {
        spec.set("affinity.nodeAffinity", was.get("nodeAffinity").clone());
    }
}

/// Models validateOnlyDeletedSchedulingGates.
fn gates(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let was = old.get("schedulingGates").items();
    let at = path.field("schedulingGates");
    for (i, gate) in new.get("schedulingGates").items().iter().enumerate() {
        if !was.contains(gate) {
            let name = text(gate.get("name"));
            let detail = format!("only deletion is allowed, but found new scheduling gate '{name}'");
            forbidden(&detail, &at.index(i).field("name"), errors);
        }
    }
}

/// Has it changed in a way that ends the check?
fn deadline(new: &Value, old: &Value, path: &Path, errors: &mut Errors) -> bool {
    let at = path.field("activeDeadlineSeconds");
    let (new, old) = (new.get("activeDeadlineSeconds"), old.get("activeDeadlineSeconds"));
    match (new.as_int(), old.as_int()) {
        (Some(now), _) if !(0..=i32::MAX.into()).contains(&now) => {
            super::in_range(new, 0, i32::MAX.into(), &at, errors);
            true
        }
        (Some(now), Some(was)) if now > was => {
            invalid(new, "must be less than or equal to previous value", &at, errors);
            true
        }
        (None, Some(_)) => {
            invalid(new, "must not update from a positive integer to nil value", &at, errors);
            false
        }
        _ => false,
    }
}

/// Models validateOnlyAddedTolerations.
fn tolerations(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let same = |a: &Value, b: &Value| {
        ["key", "operator", "value", "effect"].iter().all(|name| text(a.get(name)) == text(b.get(name)))
    };
    let (now, was) = (new.get("tolerations").items(), old.get("tolerations").items());
    if !was.iter().all(|t| now.iter().any(|n| same(n, t))) {
        let detail = "existing toleration can not be modified except its tolerationSeconds";
        forbidden(detail, &path.field("tolerations"), errors);
    }
}
