//! ResourceQuotas: what objects use, and whether their namespace may use so much more.
//!
//! Models staging k8s.io/apiserver pkg/admission/plugin/resourcequota/controller.go: CheckRequest, and
//! pkg/quota/v1/evaluator/core. Lists of resources are maps from a resource's name to a quantity.

use super::world::World;
use crate::api::{Kind, Map, Object, Pod, Requirement, Text, Time, Value};
use crate::manifest::Refusal;
use crate::manifest::quantity::{nanos, sum};
use crate::record;
use std::collections::BTreeSet;

/// What a quota may limit of pods.
const POD_RESOURCES: &[&str] = &[
    "count/pods",
    "pods",
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
];
/// What each container must say of itself where a quota limits it.
const MUST_SPECIFY: &[&str] =
    &["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
/// Where the name of a storage class ends in the name of a resource.
const BY_CLASS: &str = ".storageclass.storage.k8s.io/";

/// Charges a new object to the quotas of its namespace: gives them as they will be, or the refusal. `old` is what the
/// object was before, if it is changed.
pub(super) fn charge(world: &World, object: &Object, old: Option<&Object>) -> Result<Vec<Object>, Refusal> {
    let (kind, meta) = (object.kind(), object.meta());
    let mut charged = Vec::new();
    if !kind.info().namespaced || !world.store.has_any(Kind::ResourceQuota) {
        return Ok(charged);
    }
    let forbidden = |why: &str| Refusal::forbidden(kind, &meta.name, why);
    let more = usage(object, old, world.now());
    for quota in world.store.list(Kind::ResourceQuota, Some(&meta.namespace)) {
        let name = &quota.meta().name;
        let (hard, used) = counted(world, quota);
        let limited: Vec<&Text> = hard.fields().map(|(n, _)| n).filter(|n| limits(kind, n)).collect();
        if limited.is_empty() || !in_scope(quota, object) {
            continue;
        }
        if let Object::Pod(pod) = object
            && let Some(missing) = unspecified(pod, &limited)
        {
            return Err(forbidden(&format!("failed quota: {name}: must specify {missing}")));
        }
        let mut now = used.clone();
        let mut exceeded = [Vec::new(), Vec::new(), Vec::new()];
        for resource in limited {
            let Some(amount) = more.get(resource) else { continue };
            let total = sum(text(used.get(resource)), text(amount));
            let most = text(hard.get(resource));
            if nanos(&total) > nanos(most) {
                for (list, amount) in exceeded.iter_mut().zip([text(amount), text(used.get(resource)), most])
                {
                    list.push(format!("{resource}={}", if amount.is_empty() { "0" } else { amount }));
                }
            }
            now.map_mut().insert(resource.clone(), total.into());
        }
        if !exceeded[0].is_empty() {
            let [requested, used, limited] = exceeded.map(|list| list.join(","));
            let why =
                format!("exceeded quota: {name}, requested: {requested}, used: {used}, limited: {limited}");
            return Err(forbidden(&why));
        }
        if now != used {
            charged.push(quota.with_status(record! { "hard" => hard, "used" => now }));
        }
    }
    Ok(charged)
}

/// What a quota limits and what is used of it. One that its controller has not seen yet is counted on the spot, as
/// between two documents of one manifest there is time for it.
fn counted(world: &World, quota: &Object) -> (Value, Value) {
    match quota.raw("status.hard") {
        Value::Null => (quota.raw("spec.hard").clone(), measure(world, quota)),
        hard => (hard.clone(), quota.raw("status.used").clone()),
    }
}

/// What the objects in a quota's namespace use of what it limits. Models pkg/quota/v1/resources.go: CalculateUsage.
pub(super) fn measure(world: &World, quota: &Object) -> Value {
    let hard = quota.raw("spec.hard");
    let mut used = Map::new();
    for kind in Kind::ALL.iter().filter(|k| k.info().namespaced) {
        let limited: Vec<&Text> = hard.fields().map(|(n, _)| n).filter(|n| limits(*kind, n)).collect();
        if limited.is_empty() {
            continue;
        }
        for name in &limited {
            used.insert((*name).clone(), "0".into());
        }
        let namespace = &quota.meta().namespace;
        for object in world.store.list(*kind, Some(namespace)).filter(|o| in_scope(quota, o)) {
            let own = usage(object, None, world.now());
            for name in &limited {
                if let Some(amount) = own.get(*name) {
                    add(&mut used, name, text(amount));
                }
            }
        }
    }
    used.into()
}

/// Does a quota for that resource limit objects of that kind? Models the MatchingResources of each evaluator.
pub(super) fn limits(kind: Kind, resource: &str) -> bool {
    let info = kind.info();
    let counts = || resource.strip_prefix("count/").is_some_and(|of| of == qualified(kind));
    match kind {
        Kind::Pod => {
            let requested = resource.strip_prefix("requests.").unwrap_or(resource);
            POD_RESOURCES.contains(&resource)
                || requested.starts_with("hugepages-")
                || (requested.len() < resource.len() && requested.contains('/'))
        }
        Kind::Service => {
            matches!(resource, "services" | "services.nodeports" | "services.loadbalancers") || counts()
        }
        Kind::PersistentVolumeClaim => {
            let storage = matches!(resource, "persistentvolumeclaims" | "requests.storage");
            storage || counts() || resource.contains(BY_CLASS)
        }
        Kind::ConfigMap | Kind::Secret | Kind::ResourceQuota => resource == info.plural || counts(),
        _ => counts(),
    }
}

/// `jobs.batch`, or `pods` in the core group.
fn qualified(kind: Kind) -> String {
    let info = kind.info();
    let dot = if info.group.is_empty() { "" } else { "." };
    format!("{}{dot}{}", info.plural, info.group)
}

/// What an object uses, less what it did before. Nothing is ever given back this way.
fn usage(object: &Object, old: Option<&Object>, now: Time) -> Map {
    let mut used = used_by(object, now);
    let before = old.map(|o| used_by(o, now)).unwrap_or_default();
    for (name, amount) in &before {
        if let Some(own) = used.get_mut(name.as_str()) {
            *own = sum(text(own), &format!("-{}", text(amount))).into();
        }
    }
    used.retain(|_, amount| nanos(text(amount)).is_some_and(|n| n > 0));
    used
}

/// Models the Usage of each evaluator.
fn used_by(object: &Object, now: Time) -> Map {
    let kind = object.kind();
    let mut used = Map::new();
    used.insert(format!("count/{}", qualified(kind)).into(), "1".into());
    match object {
        Object::Pod(pod) if !weighs(pod, now) => {}
        Object::Pod(pod) => used_by_pod(pod, &mut used),
        Object::Service(service) => {
            let nodes = service.spec.raw().get("allocateLoadBalancerNodePorts").as_bool() != Some(false);
            let ports = service.spec.ports.len().to_string();
            used.insert("services".into(), "1".into());
            match service.spec.kind.word() {
                "NodePort" => {
                    used.insert("services.nodeports".into(), ports.into());
                }
                "LoadBalancer" => {
                    used.insert("services.nodeports".into(), if nodes { ports } else { "0".into() }.into());
                    used.insert("services.loadbalancers".into(), "1".into());
                }
                _ => {}
            }
        }
        other if kind == Kind::PersistentVolumeClaim => {
            let body = other.body();
            let storage = text(body.at("spec.resources.requests.storage")).to_owned();
            let class = text(body.at("spec.storageClassName")).to_owned();
            for (name, amount) in [("persistentvolumeclaims", "1"), ("requests.storage", &storage)] {
                used.insert(name.into(), amount.to_owned().into());
                if !class.is_empty() {
                    used.insert(format!("{class}{BY_CLASS}{name}").into(), amount.to_owned().into());
                }
            }
        }
        _ => {
            used.insert(kind.info().plural.into(), "1".into());
        }
    }
    used
}

/// Does a pod still count? Models evaluator/core/pods.go: QuotaV1Pod.
pub(super) fn weighs(pod: &Pod, now: Time) -> bool {
    let over = |d: crate::api::Deletion| now > d.asked + crate::api::Span::secs(2 * d.grace_secs);
    !pod.is_terminal() && !pod.meta.deletion.is_some_and(over)
}

/// Models evaluator/core/pods.go: podComputeUsageHelper.
fn used_by_pod(pod: &Pod, used: &mut Map) {
    used.insert("pods".into(), "1".into());
    for (name, amount) in total(pod.spec.raw(), "requests") {
        let native =
            matches!(&*name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
        if native || name.contains('/') {
            used.insert(format!("requests.{name}").into(), amount.clone());
        }
        if native {
            used.insert(name, amount);
        }
    }
    for (name, amount) in total(pod.spec.raw(), "limits") {
        used.insert(format!("limits.{name}").into(), amount);
    }
}

/// What the containers of a pod ask for together, or the largest init container if that is more; `list` is `requests` or
/// `limits`. Models staging k8s.io/component-helpers/resource/helpers.go: PodRequests, PodLimits.
pub(super) fn total(spec: &Value, list: &str) -> Map {
    let (mut all, mut sidecars, mut most) = (Map::new(), Map::new(), Map::new());
    let plus =
        |to: &mut Map, own: &Value| own.fields().for_each(|(name, amount)| add(to, name, text(amount)));
    for container in spec.get("containers").items() {
        plus(&mut all, container.get("resources").get(list));
    }
    for container in spec.get("initContainers").items() {
        let own = container.get("resources").get(list);
        let mut together = sidecars.clone();
        plus(&mut together, own);
        if text(container.get("restartPolicy")) == "Always" {
            plus(&mut all, own);
            sidecars = together.clone();
        }
        raise(&mut most, together);
    }
    raise(&mut all, most);
    for (name, amount) in spec.get("resources").get(list).fields() {
        all.insert(name.clone(), amount.clone());
    }
    all
}

fn add(to: &mut Map, name: &Text, amount: &str) {
    let own = to.entry(name.clone()).or_default();
    *own = sum(text(own), amount).into();
}

fn raise(to: &mut Map, least: Map) {
    for (name, amount) in least {
        let own = to.entry(name).or_default();
        if nanos(text(&amount)) > nanos(text(own)) {
            *own = amount;
        }
    }
}

fn text(amount: &Value) -> &str {
    amount.as_str().unwrap_or("")
}

/// Which containers do not say what a quota limits. Models evaluator/core/pods.go: Constraints.
fn unspecified(pod: &Pod, limited: &[&Text]) -> Option<String> {
    let spec = pod.spec.raw();
    if !spec.get("resources").is_null() {
        return None;
    }
    let containers = || spec.get("containers").items().iter().chain(spec.get("initContainers").items());
    let mut missing = Vec::new();
    for name in limited.iter().filter(|n| MUST_SPECIFY.contains(&n.as_str())) {
        let (list, resource) = name.split_once('.').unwrap_or(("requests", name));
        let lacks = |c: &&Value| c.get("resources").get(list).get(resource).is_null();
        let names: BTreeSet<&str> = containers().filter(lacks).map(|c| text(c.get("name"))).collect();
        if !names.is_empty() {
            missing.push(format!("{name} for: {}", names.into_iter().collect::<Vec<_>>().join(",")));
        }
    }
    (!missing.is_empty()).then(|| missing.join("; "))
}

/// Is an object among those that a quota is about? Models pkg/quota/v1/generic: Matches, and podMatchesScopeFunc.
pub(super) fn in_scope(quota: &Object, object: &Object) -> bool {
    let scopes = quota.raw("spec.scopes").items();
    let selectors = quota.raw("spec.scopeSelector.matchExpressions").items();
    let Object::Pod(pod) = object else { return scopes.is_empty() && selectors.is_empty() };
    let selected = |s: &Value| {
        let scope = text(s.get("scopeName"));
        match scope {
            "PriorityClass" => of_class(pod, s),
            // The others can only be asked for with Exists.
            _ => has_scope(pod, scope),
        }
    };
    scopes.iter().all(|s| has_scope(pod, text(s))) && selectors.iter().all(selected)
}

fn has_scope(pod: &Pod, scope: &str) -> bool {
    let best_effort = || pod.spec.qos_class() == "BestEffort";
    match scope {
        "Terminating" => pod.spec.active_deadline_seconds.is_some(),
        "NotTerminating" => pod.spec.active_deadline_seconds.is_none(),
        "BestEffort" => best_effort(),
        "NotBestEffort" => !best_effort(),
        "PriorityClass" => !text(pod.spec.raw().get("priorityClassName")).is_empty(),
        "CrossNamespacePodAffinity" => crosses_namespaces(pod),
        _ => false,
    }
}

fn of_class(pod: &Pod, selector: &Value) -> bool {
    let mut requirement = selector.clone();
    requirement.set("key", "PriorityClass");
    let requirement: Requirement = crate::api::Decode::decode(&requirement);
    let mut labels = crate::api::Labels::default();
    let class = text(pod.spec.raw().get("priorityClassName"));
    if !class.is_empty() {
        labels.insert("PriorityClass", class.to_owned());
    }
    requirement.matches(&labels)
}

/// Models evaluator/core/pods.go: usesCrossNamespacePodAffinity.
fn crosses_namespaces(pod: &Pod) -> bool {
    let crosses =
        |term: &Value| !term.get("namespaces").items().is_empty() || !term.get("namespaceSelector").is_null();
    let affinity = pod.spec.raw().get("affinity");
    [affinity.get("podAffinity"), affinity.get("podAntiAffinity")].iter().any(|rules| {
        rules.get("requiredDuringSchedulingIgnoredDuringExecution").items().iter().any(crosses)
            || rules
                .get("preferredDuringSchedulingIgnoredDuringExecution")
                .items()
                .iter()
                .any(|t| crosses(t.get("podAffinityTerm")))
    })
}
