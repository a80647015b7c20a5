//! Changes of pods. Models pkg/apis/core/validation/validation.go: ValidatePodUpdate.

use super::{Errors, pod};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

const ALLOWED: &str = "pod updates may not change fields other than `spec.containers[*].image`,\
    `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
    `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

pub(super) fn update(new: &Value, old: &Value, errors: &mut Errors) {
    let root = Path::ROOT;
    let path = root.field("spec");
    let (new, old) = (new.get("spec"), old.get("spec"));
    pod::spec(new, &path, errors);
    for name in ["containers", "initContainers"] {
        if new.get(name).items().len() != old.get(name).items().len() {
            errors.push(FieldError::forbidden(
                &path.field(name),
                "pod updates may not add or remove containers",
            ));
            return;
        }
    }
    deadline(new, old, &path, errors);
    tolerations(new, old, &path, errors);
    gates(new, old, &path, errors);
    if given(new, old) != *old {
        errors.push(FieldError::forbidden(&path, ALLOWED));
    }
}

/// The new spec with what may change put back, and with what the server had filled in.
fn given(new: &Value, old: &Value) -> Value {
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
    // As long as it is held back, a pod may become more particular about its node.
    let particular = !old.get("schedulingGates").is_null()
        && old.get("nodeSelector").fields().all(|(k, v)| new.get("nodeSelector").get(k) == v);
    let free = ["activeDeadlineSeconds", "tolerations", "schedulingGates"];
    for name in free.into_iter().chain(particular.then_some("nodeSelector")) {
        let was = old.get(name).clone();
        if was.is_null() {
            spec.map_mut().remove(name);
        } else {
            spec.set(name, was);
        }
    }
    spec
}

/// Models validateOnlyDeletedSchedulingGates.
fn gates(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let was = old.get("schedulingGates").items();
    for gate in new.get("schedulingGates").items().iter().filter(|gate| !was.contains(gate)) {
        let name = gate.get("name").as_str().unwrap_or("");
        let detail = format!("only deletion is allowed, but found new scheduling gate '{name}'");
        errors.push(FieldError::forbidden(&path.field("schedulingGates"), &detail));
    }
}

fn deadline(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let at = path.field("activeDeadlineSeconds");
    let (new, old) = (new.get("activeDeadlineSeconds"), old.get("activeDeadlineSeconds"));
    match (new.as_int(), old.as_int()) {
        (Some(now), Some(was)) if now > was => {
            errors.push(FieldError::invalid(&at, new, "must be less than or equal to previous value"));
        }
        (None, Some(_)) => {
            let detail = "must not update from a positive integer to nil value";
            errors.push(FieldError::invalid(&at, new, detail));
        }
        _ => {}
    }
}

fn tolerations(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let (now, was) = (new.get("tolerations").items(), old.get("tolerations").items());
    if !was.iter().all(|t| now.contains(t)) {
        let detail = "existing toleration can not be modified except its tolerationSeconds";
        errors.push(FieldError::forbidden(&path.field("tolerations"), detail));
    }
}
