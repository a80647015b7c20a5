//! What containers and pods ask for. Models pkg/apis/core/validation/validation.go: validateResourceRequirements.

use super::{Errors, Seen, forbidden, invalid, names, needs, not_supported, required, text};
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};
use crate::manifest::quantity;

const BILLION: i128 = 1_000_000_000;

/// ValidateContainerResourceRequirements; `spec` is the pod's.
pub(super) fn container(resources: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    requirements(resources, container_name, path, errors);
    claims(resources.get("claims").items(), spec, &path.field("claims"), errors);
}

/// What a pod asks for as a whole. Models validatePodResources.
pub(super) fn pod(spec: &Value, path: &Path, errors: &mut Errors) {
    let resources = spec.get("resources");
    if resources.is_null() {
        return;
    }
    if text(spec.at("os.name")) == "windows" {
        return forbidden("may not be set for a windows pod", path, errors);
    }
    if !resources.get("claims").is_null() {
        forbidden("claims may not be set for Resources at pod-level", &path.field("claims"), errors);
    }
    requirements(resources, pod_name, path, errors);
    consistent(spec, path, errors);
}

/// validatePodResourceConsistency: the whole is no less than its parts.
fn consistent(spec: &Value, path: &Path, errors: &mut Errors) {
    let (resources, containers) = (spec.get("resources"), spec.get("containers").items());
    let asked = |c: &Value, name: &str| nanos(c.at("resources.requests").get(name)).unwrap_or(0);
    for (name, amount) in resources.get("requests").fields() {
        let mut sum: i128 = containers.iter().map(|c| asked(c, name)).sum();
        let (mut beside, mut most) = (0, 0);
        for c in spec.get("initContainers").items() {
            let own = asked(c, name);
            let sidecar = c.get("restartPolicy").as_str() == Some("Always");
            beside += if sidecar { own } else { 0 };
            most = most.max(if sidecar { beside } else { beside + own });
        }
        sum = (sum + beside).max(most);
        if nanos(amount).is_some_and(|n| n < sum) {
            let unit = format!("{}m", sum / 1_000_000);
            let sum = quantity::canonical(&unit, 1_000_000).unwrap_or(unit);
            let detail = format!("must be greater than or equal to aggregate container requests of {sum}");
            invalid(amount, &detail, &path.field("requests").key(name), errors);
        }
    }
    let list = path.field("containers");
    for (i, c) in containers.iter().enumerate() {
        for (name, limit) in c.at("resources.limits").fields() {
            let most = resources.get("limits").get(name);
            if !most.is_null() && nanos(limit) > nanos(most) {
                let detail = format!("must be less than or equal to pod limits of {}", text(most));
                invalid(limit, &detail, &list.index(i).key(name).field("limits"), errors);
            }
        }
    }
}

type NameRule = fn(&str, &Path, &mut Errors);

/// validateResourceRequirements.
fn requirements(resources: &Value, name_rule: NameRule, path: &Path, errors: &mut Errors) {
    let (requests, limits) = (resources.get("requests"), resources.get("limits"));
    let (mut computes, mut huge) = (false, false);
    for (list, amounts) in [("limits", limits), ("requests", requests)] {
        let at = path.field(list);
        for (name, amount) in amounts.fields() {
            let here = at.key(name);
            name_rule(name, &here, errors);
            quantity_value(name, amount, &here, errors);
            let limit = limits.get(name);
            let overcommit = is_native(name) && !name.starts_with("hugepages-");
            if list == "requests" && limit.is_null() {
                if !overcommit {
                    let detail = "Limit must be set for non overcommitable resources";
                    required(detail, &path.field("limits"), errors);
                }
            } else if list == "requests" {
                let (want, most) = (nanos(amount), nanos(limit));
                let what = match (want == most, want > most) {
                    (false, _) if !overcommit => "equal to",
                    (_, true) => "less than or equal to",
                    _ => "",
                };
                if !what.is_empty() {
                    let detail = format!("must be {what} {name} limit of {}", text(limit));
                    invalid(amount, &detail, &at, errors);
                }
            }
            if let Some(size) = name.strip_prefix("hugepages-") {
                huge = true;
                let (size, whole) = (quantity::nanos(size).unwrap_or(0), nanos(amount).unwrap_or(0));
                if size <= 0 || whole % size != 0 {
                    let detail = format!("{} is not positive integer multiple of {name}", text(amount));
                    invalid(amount, &detail, &here, errors);
                }
            }
            computes |= matches!(name.as_str(), "cpu" | "memory");
        }
    }
    if huge && !computes {
        forbidden("HugePages require cpu or memory", path, errors);
    }
}

/// validateResourceClaimNames.
fn claims(claims: &[Value], spec: &Value, path: &Path, errors: &mut Errors) {
    let mut known: Vec<&str> =
        spec.get("resourceClaims").items().iter().map(|c| text(c.get("name"))).collect();
    known.retain(|name| !name.is_empty());
    known.sort_unstable();
    let mut seen = Seen::default();
    for (i, claim) in claims.iter().enumerate() {
        let (at, name) = (path.index(i), claim.get("name"));
        if !needs(name, &at, errors) {
            continue;
        }
        let request = text(claim.get("request"));
        if !request.is_empty() {
            names::check(claim.get("request"), names::label, &at.field("request"), errors);
        }
        let key =
            if request.is_empty() { text(name).to_owned() } else { format!("{}/{request}", text(name)) };
        if seen.contains(text(name)) || !seen.insert(&key) {
            errors.push(FieldError::duplicate(&at, &Value::from(key)));
        }
        if !known.contains(&text(name)) {
            let mut error = FieldError::not_found(&at, name);
            error.detail = "must be one of the names in pod.spec.resourceClaims".into();
            error.detail += &match known.is_empty() {
                true => " which is empty".to_owned(),
                false => format!(": {}", known.join(", ")),
            };
            errors.push(error);
        }
    }
}

/// ValidateResourceQuantityValue.
pub(super) fn quantity_value(name: &str, amount: &Value, path: &Path, errors: &mut Errors) {
    let size = nanos(amount).unwrap_or(0);
    if size < 0 {
        invalid(amount, "must be greater than or equal to 0", path, errors);
    }
    if is_counted(name) && size % BILLION != 0 {
        invalid(amount, "must be an integer", path, errors);
    }
}

/// What there is only whole. Models pkg/apis/core/helper: IsIntegerResourceName.
fn is_counted(name: &str) -> bool {
    COUNTS.contains(&name) || is_extended(name)
}

/// What is counted by quotas.
pub(super) const COUNTS: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
/// What quotas add up besides.
pub(super) const AMOUNTS: [&str; 10] = [
    "cpu",
    "memory",
    "requests.cpu",
    "requests.memory",
    "limits.cpu",
    "limits.memory",
    "ephemeral-storage",
    "requests.ephemeral-storage",
    "limits.ephemeral-storage",
    "requests.storage",
];

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// IsExtendedResourceName.
fn is_extended(name: &str) -> bool {
    !is_native(name)
        && !name.starts_with("requests.")
        && names::qualified(&format!("requests.{name}")).is_empty()
}

fn is_huge(name: &str) -> bool {
    name.starts_with("hugepages-") || name.starts_with("requests.hugepages-")
}

/// validateResourceName. Is it one?
pub(super) fn name(name: &str, path: &Path, errors: &mut Errors) -> bool {
    let value = Value::from(name.to_owned());
    let before = errors.len();
    names::check(&value, names::qualified, path, errors);
    let standard = name == "storage" || COUNTS.contains(&name) || AMOUNTS.contains(&name) || is_huge(name);
    if errors.len() == before && !name.contains('/') && !standard {
        invalid(&value, "must be a standard resource type or fully qualified", path, errors);
    }
    errors.len() == before
}

/// validateContainerResourceName.
pub(super) fn container_name(name: &str, path: &Path, errors: &mut Errors) {
    self::name(name, path, errors);
    let standard = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
    let detail = match name.contains('/') {
        false if !standard => "must be a standard resource for containers",
        true if !is_native(name) && !is_extended(name) => "doesn't follow extended resource name standard",
        _ => return,
    };
    invalid(&Value::from(name.to_owned()), detail, path, errors);
}

/// validatePodResourceName.
fn pod_name(name: &str, path: &Path, errors: &mut Errors) {
    if self::name(name, path, errors) && !matches!(name, "cpu" | "memory") && !name.starts_with("hugepages-")
    {
        not_supported(&Value::from(name.to_owned()), &["cpu", "memory"], path, errors);
    }
}

/// ValidateResourceQuotaResourceName.
pub(super) fn quota_name(name: &str, path: &Path, errors: &mut Errors) {
    self::name(name, path, errors);
    if !name.contains('/') && !COUNTS.contains(&name) && !AMOUNTS.contains(&name) && !is_huge(name) {
        invalid(&Value::from(name.to_owned()), "must be a standard resource for quota", path, errors);
    }
}

/// An amount in billionths.
pub(super) fn nanos(amount: &Value) -> Option<i128> {
    quantity::nanos(text(amount))
}
