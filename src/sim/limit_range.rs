//! LimitRanges: what a container gets that says nothing of itself, and what it may not say.
//!
//! Models plugin/pkg/admission/limitranger/admission.go.

use super::quota::total;
use super::world::World;
use crate::api::{Kind, Map, Object, Pod, Value, make_mut};
use crate::manifest::quantity::nanos;
use crate::manifest::{self, Refusal};

/// The annotation that says what was filled in.
const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// Fills in what the limit ranges of its namespace say, and refuses what they do not allow.
pub(super) fn admit(world: &World, object: &mut Object) -> Result<(), Refusal> {
    let kind = object.kind();
    let limited = matches!(kind, Kind::Pod | Kind::PersistentVolumeClaim);
    if !limited || !world.store.has_any(Kind::LimitRange) {
        return Ok(());
    }
    let ranges: Vec<Object> =
        world.store.list(Kind::LimitRange, Some(&object.meta().namespace)).cloned().collect();
    if let Object::Pod(pod) = object {
        for range in &ranges {
            fill_in(range, make_mut(pod));
        }
    }
    // What was filled in is checked as if a person had written it, before the ranges are held against it.
    if let Object::Pod(_) = object {
        let errors = manifest::validate(kind, &object.to_value(), None);
        if !errors.is_empty() {
            return Err(Refusal::invalid(kind, &object.meta().name, errors));
        }
    }
    for range in &ranges {
        let errors = match &*object {
            Object::Pod(pod) => broken_by_pod(range, pod.spec.raw()),
            claim => broken_by_claim(range, &claim.body()),
        };
        let why = match errors.as_slice() {
            [] => continue,
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        return Err(Refusal::forbidden(kind, &object.meta().name, &why));
    }
    Ok(())
}

/// Models defaultContainerResourceRequirements and mergePodResourceRequirements.
fn fill_in(range: &Object, pod: &mut Pod) {
    let mut defaults = [("requests", Map::new()), ("limits", Map::new())];
    for limit in of_type(range, "Container") {
        for ((_, to), name) in defaults.iter_mut().zip(["defaultRequest", "default"]) {
            to.extend(limit.get(name).fields().map(|(k, v)| (k.clone(), v.clone())));
        }
    }
    if defaults.iter().all(|(_, map)| map.is_empty()) {
        return;
    }
    let mut notes = Vec::new();
    let mut raw = pod.spec.raw().clone();
    for (list, what) in [("containers", "container"), ("initContainers", "init container")] {
        if raw.get(list).items().is_empty() {
            continue;
        }
        for container in raw.map_mut().get_mut(list).expect("just seen").list_mut() {
            for (field, amounts) in &defaults {
                let missing: Vec<_> = amounts
                    .iter()
                    .filter(|(k, _)| container.get("resources").get(field).get(k).is_null())
                    .collect();
                if missing.is_empty() {
                    continue;
                }
                let names: Vec<&str> = missing.iter().map(|(k, _)| k.as_str()).collect();
                let name = container.get("name").as_str().unwrap_or("");
                let singular = field.trim_end_matches('s');
                notes.push(format!("{} {singular} for {what} {name}", names.join(", ")));
                for (key, amount) in missing {
                    let resources = container.map_mut().entry("resources".into()).or_default();
                    let to = resources.map_mut().entry((*field).into()).or_default().map_mut();
                    to.insert(key.clone(), amount.clone());
                }
            }
        }
    }
    if !notes.is_empty() {
        make_mut(&mut pod.spec).edit(|spec| *spec = raw);
        pod.meta.annotations.insert(ANNOTATION, format!("LimitRanger plugin set: {}", notes.join("; ")));
    }
}

fn of_type<'a>(range: &'a Object, name: &'a str) -> impl Iterator<Item = &'a Value> {
    range.raw("spec.limits").items().iter().filter(move |l| l.get("type").as_str() == Some(name))
}

/// Models PodValidateLimitFunc.
fn broken_by_pod(range: &Object, spec: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    for limit in range.raw("spec.limits").items() {
        match limit.get("type").as_str() {
            Some("Container") => {
                for list in ["containers", "initContainers"] {
                    for container in spec.get(list).items() {
                        let resources = container.get("resources");
                        check(limit, resources.get("requests"), resources.get("limits"), &mut errors);
                    }
                }
            }
            Some("Pod") => {
                let [requests, limits] = ["requests", "limits"].map(|list| total(spec, list).into());
                check(limit, &requests, &limits, &mut errors);
            }
            _ => {}
        }
    }
    errors
}

/// Models PersistentVolumeClaimValidateLimitFunc.
fn broken_by_claim(range: &Object, body: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    let requests = body.at("spec.resources.requests");
    for limit in of_type(range, "PersistentVolumeClaim") {
        // What a claim may not exceed is its request; it has no limits.
        check(limit, requests, requests, &mut errors);
    }
    for error in &mut errors {
        *error = error.replace("but limit is", "but request is").replace("No limit is", "No request is");
    }
    errors.dedup();
    errors
}

/// Models minConstraint, maxConstraint and limitRequestRatioConstraint.
fn check(limit: &Value, requests: &Value, limits: &Value, errors: &mut Vec<String>) {
    let kind = limit.get("type").as_str().unwrap_or("");
    let amount = |v: &Value| v.as_str().and_then(nanos);
    let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
    for (word, bound, first, second) in [
        ("minimum", "min", ("request", requests), ("limit", limits)),
        ("maximum", "max", ("limit", limits), ("request", requests)),
    ] {
        for (name, enforced) in limit.get(bound).fields() {
            let head = format!("{word} {name} usage per {kind} is {}", text(enforced));
            let breaks = |v: &Value| match bound {
                "min" => !v.is_null() && amount(v) < amount(enforced),
                _ => amount(v) > amount(enforced),
            };
            if first.1.get(name).is_null() {
                errors.push(format!("{head}.  No {} is specified", first.0));
            } else if let Some((what, of)) = [first, second].iter().find(|(_, of)| breaks(of.get(name))) {
                errors.push(format!("{head}, but {what} is {}", text(of.get(name))));
            }
        }
    }
    for (name, enforced) in limit.get("maxLimitRequestRatio").fields() {
        let head = format!("{name} max limit to request ratio per {kind} is {}", text(enforced));
        let size = |list: &Value| amount(list.get(name)).unwrap_or(0);
        let lacks = |what: &str| format!("{head}, but no {what} is specified or {what} is 0");
        match (size(requests), size(limits)) {
            (0, _) => errors.push(lacks("request")),
            (_, 0) => errors.push(lacks("limit")),
            (request, most) => {
                let ratio = most as f64 / request as f64;
                if ratio * 1e9 > amount(enforced).unwrap_or(0) as f64 {
                    errors.push(format!("{head}, but provided ratio is {ratio:.6}"));
                }
            }
        }
    }
}
