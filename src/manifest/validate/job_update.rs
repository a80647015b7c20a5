//! Changes of Jobs. Models pkg/apis/batch/validation/validation.go: ValidateJobUpdate.

use super::{Errors, immutable, immutable_as, invalid, job};
use crate::api::Value;
use crate::manifest::field::Path;

/// ValidateJobUpdate.
pub(super) fn update(object: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    job::whole_spec(object, &path, errors);
    let suspended = old.at("spec.suspend").as_bool() == Some(true);
    let idle = suspended && old.at("status.startTime").is_null();
    let (new, old) = (object.get("spec"), old.get("spec"));
    completions(new, old, &path.field("completions"), errors);
    immutable_as("LabelSelector", new.get("selector"), old.get("selector"), &path.field("selector"), errors);
    template_update(new.get("template"), old.get("template"), suspended, idle, &path, errors);
    immutable(new.get("completionMode"), old.get("completionMode"), &path.field("completionMode"), errors);
    for (name, ty) in [
        ("podFailurePolicy", "*PodFailurePolicy"),
        ("backoffLimitPerIndex", ""),
        ("managedBy", ""),
        ("successPolicy", "*SuccessPolicy"),
    ] {
        immutable_as(ty, new.get(name), old.get(name), &path.field(name), errors);
    }
}

/// validateCompletions: those of an Indexed Job follow its parallelism.
fn completions(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let (now, was) = (new.get("completions"), old.get("completions"));
    if new.get("completionMode").as_str() != Some("Indexed") {
        immutable(now, was, path, errors);
    } else if now != was && !now.is_null() && now != new.get("parallelism") {
        invalid(now, "can only be modified in tandem with spec.parallelism", path, errors);
    }
}

/// validatePodTemplateUpdate: of a Job that waits for its start, where its pods may go and what they ask for may change.
fn template_update(new: &Value, old: &Value, suspended: bool, idle: bool, path: &Path, errors: &mut Errors) {
    let (at, mut old) = (path.field("template"), old.clone());
    if idle {
        for name in [
            "metadata.annotations",
            "metadata.labels",
            "spec.nodeSelector",
            "spec.tolerations",
            "spec.schedulingGates",
            "spec.affinity.nodeAffinity",
        ] {
            take_over(&mut old, new, name);
        }
    }
    if !suspended || !idle {
        return immutable_as("PodTemplateSpec", new, &old, &at, errors);
    }
    let (new, mut old) = (new.get("spec"), old.get("spec").clone());
    for list in ["containers", "initContainers"] {
        let now = new.get(list).items();
        if now.is_empty() || now.len() != old.get(list).items().len() {
            continue;
        }
        let was = old.map_mut().get_mut(list).expect("just counted").list_mut();
        for (was, now) in was.iter_mut().zip(now).filter(|(was, now)| was.get("name") == now.get("name")) {
            was.set("resources", now.get("resources").clone());
        }
    }
    immutable_as("PodSpec", new, &old, &at.field("spec"), errors);
}

/// Puts a field as the one has it into the other.
fn take_over(into: &mut Value, from: &Value, path: &'static str) {
    let (above, name) = path.rsplit_once('.').expect("a field of a field");
    if from.at(path).is_null() {
        let mut parent = into.at(above).clone();
        if !parent.is_null() {
            parent.map_mut().remove(name);
            into.set(above, parent);
        }
    } else {
        into.set(path, from.at(path).clone());
    }
    // An affinity that says nothing is none.
    if into.at(above).fields().next().is_none() && above == "spec.affinity" && from.at(above).is_null() {
        into.map_mut().get_mut("spec").expect("a template has one").map_mut().remove("affinity");
    }
}
