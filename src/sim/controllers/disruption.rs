//! The disruption controller: how many pods of a PodDisruptionBudget may be taken away now.
//!
//! Models pkg/controller/disruption/disruption.go.

use super::{Controller, Wakes};
use crate::api::{
    Decode, IntOrPercent, Kind, Object, Owner, Pod, ReplicaSet, Selector, Span, Text, Time, Uid, Value,
};
use crate::record;
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "disruption",
    source: "controllermanager",
    kinds: &[Kind::PodDisruptionBudget, Kind::Pod],
    watches,
    reconcile,
};

/// How long an eviction may take until the pod is taken to have stayed. Models DeletionTimeout.
const DELETION_TIMEOUT: Span = Span::secs(120);
/// The documents of a manifest are sent one after another: the pods of one that stands before a budget are there when
/// the budget is first looked at.
const FIRST_LOOK: Span = Span::millis(100);

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match &change.new {
        budget if budget.kind() == Kind::PodDisruptionBudget => match change.verb {
            Verb::Added => wakes.after(change.uid(), FIRST_LOOK),
            Verb::Modified => wakes.now(change.uid()),
            Verb::Deleted => {}
        },
        Object::Pod(pod) if matters(change, pod) && store.has_any(Kind::PodDisruptionBudget) => {
            let old = change.old.as_ref().map(|o| &o.meta().labels);
            for budget in store.list(Kind::PodDisruptionBudget, Some(&pod.meta.namespace)) {
                let selector = Selector::decode(budget.raw("spec.selector"));
                if selector.matches(&pod.meta.labels) || old.is_some_and(|labels| selector.matches(labels)) {
                    wakes.now(budget.meta().uid);
                }
            }
        }
        _ => {}
    }
}

/// Of a pod, only what is counted matters.
fn matters(change: &Change, pod: &Pod) -> bool {
    let seen = |p: &Pod| (p.is_ready(), p.meta.is_terminating(), p.meta.labels.clone());
    match change.old.as_ref().and_then(Object::as_ref::<Pod>) {
        Some(old) if change.verb == Verb::Modified => seen(old) != seen(pod),
        _ => true,
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(budget) = world.store.get(uid).filter(|b| !b.meta().is_terminating()) else { return plan };
    let pods = pods_of(world, budget);
    if pods.is_empty() {
        plan.say(uid, "NoPods", "No matching pods found");
    }
    let status = match expected(world, budget, &pods, &mut plan) {
        Ok((expected, desired)) => counted(world, budget, &pods, expected, desired, &mut plan),
        Err(why) => {
            let said = format!("Failed to calculate the number of expected pods: {why}");
            plan.warn(uid, "CalculateExpectedPodCountFailed", said);
            let mut status = budget.raw("status").clone();
            status.set("disruptionsAllowed", 0);
            with_condition(budget, status, "SyncFailed", why.into(), world.now())
        }
    };
    if status != *budget.raw("status") {
        let number = |field| status.get(field).as_int().unwrap_or(0);
        let caption = format!(
            "{} of {} pods healthy, {} needed: {} may be disrupted",
            number("currentHealthy"),
            number("expectedPods"),
            number("desiredHealthy"),
            number("disruptionsAllowed"),
        );
        plan.caption = caption.clone().into();
        plan.update(budget.with_status(status), Because::of(uid, "spec", caption));
    }
    plan
}

fn pods_of(world: &World, budget: &Object) -> Vec<Rc<Pod>> {
    let selector = budget.raw("spec.selector");
    if selector.is_null() {
        return Vec::new();
    }
    let selector = Selector::decode(selector);
    let all = world.store.list_as::<Pod>(Some(&budget.meta().namespace));
    all.filter(|p| selector.matches(&p.meta.labels)).cloned().collect()
}

/// How many pods there should be, and how many must be healthy. Models getExpectedPodCount.
fn expected(world: &World, budget: &Object, pods: &[Rc<Pod>], plan: &mut Plan) -> Result<(i64, i64), String> {
    let (least, most) = (budget.raw("spec.minAvailable"), budget.raw("spec.maxUnavailable"));
    if let (true, Some(least)) = (most.is_null(), least.as_int()) {
        return Ok((pods.len() as i64, least));
    }
    if most.is_null() && least.is_null() {
        return Ok((0, 0));
    }
    let count = scale_of(world, budget, pods, plan)?;
    let share = |v: &Value| i64::from(IntOrPercent::decode(v).of(count as i32, true));
    Ok((count, if most.is_null() { share(least) } else { (count - share(most)).max(0) }))
}

/// How many pods those that made these pods want. Models getExpectedScale.
fn scale_of(world: &World, budget: &Object, pods: &[Rc<Pod>], plan: &mut Plan) -> Result<i64, String> {
    let mut makers: Vec<(Uid, i64)> = Vec::new();
    let mut unmanaged = false;
    for pod in pods {
        let Some(owner) = pod.meta.controller() else {
            unmanaged = true;
            continue;
        };
        let lost = || format!("found no controllers for pod {:?}", pod.meta.name.as_str());
        let found = maker(world, owner)?.ok_or_else(lost)?;
        if !makers.iter().any(|(uid, _)| *uid == found.0) {
            makers.push(found);
        }
    }
    if unmanaged {
        let selector = Selector::decode(budget.raw("spec.selector"));
        let said = format!(
            "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the \
             status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for \
             these pods please set \".spec.minAvailable\" field of the PDB to an integer value.",
            go_selector(&selector)
        );
        plan.warn(budget.meta().uid, "UnmanagedPods", said);
    }
    Ok(makers.iter().map(|(_, scale)| scale).sum())
}

/// A selector as Go prints a pointer to one.
pub(super) fn go_selector(selector: &Selector) -> String {
    let labels: Vec<String> = selector.match_labels.0.iter().map(|(k, v)| format!("{k}: {v},")).collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{}}},MatchExpressions:[]LabelSelectorRequirement{{}},}}",
        labels.join("")
    )
}

/// Who decides how many pods there are: a ReplicaSet's Deployment before itself.
fn maker(world: &World, owner: &Owner) -> Result<Option<(Uid, i64)>, String> {
    let Some(object) = world.store.get(owner.uid) else { return Ok(None) };
    if let Some(set) = object.as_ref::<ReplicaSet>()
        && let Some(above) = set.meta.controller().filter(|o| o.kind == Kind::Deployment)
    {
        return maker(world, above);
    }
    if !matches!(owner.kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet) {
        let info = owner.kind.info();
        return Err(format!("{}.{} does not implement the scale subresource", info.plural, info.group));
    }
    Ok(Some((owner.uid, object.body().at("spec.replicas").as_int().unwrap_or(1))))
}

/// Models buildDisruptedPodMap, countHealthyPods and updatePdbStatus.
fn counted(
    world: &World,
    budget: &Object,
    pods: &[Rc<Pod>],
    expected: i64,
    desired: i64,
    plan: &mut Plan,
) -> Value {
    let now = world.now();
    let mut disrupted = crate::api::Map::new();
    let mut healthy = 0;
    for pod in pods.iter().filter(|p| !p.meta.is_terminating()) {
        let name = &pod.meta.name;
        let noted = budget.raw("status.disruptedPods").get(name);
        match noted.as_str().and_then(Time::parse).map(|at| at + DELETION_TIMEOUT - now) {
            Some(left) if left >= Span::ZERO => {
                plan.again_after(left + Span(1));
                disrupted.insert(name.clone(), noted.clone());
            }
            Some(_) => {
                let place = &budget.meta().namespace;
                let said = format!("Pod was expected by PDB {place}/{place} to be deleted but it wasn't");
                plan.warn(pod.meta.uid, "NotDeleted", said);
                healthy += i64::from(pod.is_ready());
            }
            None => healthy += i64::from(pod.is_ready()),
        }
    }
    let allowed = if expected <= 0 { 0 } else { (healthy - desired).max(0) };
    let status = record! {
        "conditions" => budget.raw("status.conditions").clone(),
        "currentHealthy" => healthy,
        "desiredHealthy" => desired,
        "disruptedPods" => (!disrupted.is_empty()).then_some(disrupted),
        "disruptionsAllowed" => allowed,
        "expectedPods" => expected,
        "observedGeneration" => budget.meta().generation,
    };
    let reason = if allowed > 0 { "SufficientPods" } else { "InsufficientPods" };
    with_condition(budget, status, reason, Text::default(), now)
}

/// Models pkg/apis/policy: UpdateDisruptionAllowedCondition, and apimachinery's SetStatusCondition.
fn with_condition(
    budget: &Object,
    mut status: Value,
    reason: &'static str,
    message: Text,
    now: Time,
) -> Value {
    let word = if reason == "SufficientPods" { "True" } else { "False" };
    let old = status.get("conditions").items().first().cloned().unwrap_or_default();
    let since = match old.get("status").as_str() {
        Some(before) if before == word => old.get("lastTransitionTime").clone(),
        _ => now.into(),
    };
    let condition = record! {
        "lastTransitionTime" => since,
        "message" => message,
        "observedGeneration" => budget.meta().generation,
        "reason" => reason,
        "status" => word,
        "type" => "DisruptionAllowed",
    };
    status.set("conditions", vec![condition]);
    status
}
