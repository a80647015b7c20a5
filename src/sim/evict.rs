//! The eviction subresource: a pod is deleted only if its disruption budget allows it.
//!
//! Models pkg/registry/core/pod/storage/eviction.go.

use super::record::{Actor, Because};
use super::world::World;
use crate::api::{Decode, Key, Kind, Object, Phase, Pod, Selector, Time, Value, make_mut};
use crate::manifest::Refusal;
use crate::record;

/// So many evictions of one budget may be under way. Models eviction.go: MaxDisruptedPodSize.
const DISRUPTED_MAX: usize = 2_000;

impl World {
    /// Evicts a pod, or says why not. Models eviction.go: EvictionREST.Create.
    pub(super) fn evict(&mut self, key: &Key, grace: Option<i64>) -> Result<Object, Refusal> {
        let found = self.store.find(key).and_then(|uid| self.store.get_as::<Pod>(uid)).cloned();
        let pod = found.ok_or_else(|| Refusal::not_found(Kind::Pod, &key.name))?;
        let uid = pod.meta.uid;
        let because = Because::of(uid, "", "was evicted");
        if !is_free(&pod) {
            let budgets: Vec<Object> = budgets_of(self, &pod);
            match budgets.as_slice() {
                [] => {}
                [budget] => {
                    if let Some(budget) = charge(budget, &pod, self.now())? {
                        self.update(budget, Actor::User, 0, because.clone());
                    }
                }
                _ => return Err(Refusal::many_budgets()),
            }
            let mut evicted = Pod::clone(&pod);
            let (reason, message) = ("EvictionByEvictionAPI", "Eviction API: evicting");
            if evicted.status.conditions.set("DisruptionTarget", true, reason, message, self.now()) {
                self.update(evicted.into(), Actor::User, 0, because.clone());
            }
        }
        self.delete(uid, grace, Actor::User, 0, because);
        Ok(Object::Pod(pod))
    }
}

/// Nothing is disrupted by taking a pod that does not run. Models eviction.go: canIgnorePDB.
fn is_free(pod: &Pod) -> bool {
    pod.is_terminal() || pod.status.phase == Phase::Pending || pod.meta.is_terminating()
}

/// The budgets that select a pod. A budget that selects by nothing selects all; one without a selector, none.
pub(super) fn budgets_of(world: &World, pod: &Pod) -> Vec<Object> {
    let selects = |budget: &&Object| {
        let body = budget.body();
        let selector = body.at("spec.selector");
        !selector.is_null() && Selector::decode(selector).matches(&pod.meta.labels)
    };
    let all = world.store.list(Kind::PodDisruptionBudget, Some(&pod.meta.namespace));
    all.filter(selects).cloned().collect()
}

/// Takes one disruption from a budget; none: nothing is taken, as the pod is not healthy anyway.
/// Models eviction.go: checkAndDecrement.
fn charge(budget: &Object, pod: &Pod, now: Time) -> Result<Option<Object>, Refusal> {
    let name = budget.meta().name.clone();
    let body = budget.body();
    let status = body.get("status");
    let number = |field: &str| status.get(field).as_int().unwrap_or(0);
    let (healthy, desired) = (number("currentHealthy"), number("desiredHealthy"));
    if !pod.is_ready() {
        let always = body.at("spec.unhealthyPodEvictionPolicy").as_str() == Some("AlwaysAllow");
        if always || (desired > 0 && healthy >= desired) {
            return Ok(None);
        }
    }
    if number("observedGeneration") < budget.meta().generation {
        return Err(Refusal::over_budget());
    }
    let allowed = number("disruptionsAllowed");
    let disrupted = status.get("disruptedPods");
    let forbidden = |why| Err(Refusal::forbidden(Kind::PodDisruptionBudget, &name, why));
    match allowed {
        0 => return Err(Refusal::over_budget()),
        n if n < 0 => return forbidden("pdb disruptions allowed is negative"),
        _ if disrupted.fields().count() > DISRUPTED_MAX => {
            return forbidden(
                "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
            );
        }
        _ => {}
    }
    let mut status = status.clone();
    status.set("disruptionsAllowed", allowed - 1);
    let mut disrupted = disrupted.clone();
    disrupted.map_mut().insert(pod.meta.name.clone(), now.into());
    status.set("disruptedPods", disrupted);
    if allowed == 1 {
        no_more(&mut status, now);
    }
    Ok(Some(with_status(budget, status)))
}

/// Models pkg/apis/policy: UpdateDisruptionAllowedCondition.
fn no_more(status: &mut Value, now: Time) {
    if status.get("conditions").is_null() {
        return;
    }
    let mut conditions = status.get("conditions").clone();
    let own = |c: &&mut Value| c.get("type").as_str() == Some("DisruptionAllowed");
    if let Some(condition) = conditions.list_mut().iter_mut().find(own) {
        let now =
            record! { "lastTransitionTime" => now, "reason" => "InsufficientPods", "status" => "False" };
        condition.merge(&now);
    }
    status.set("conditions", conditions);
}

fn with_status(budget: &Object, status: Value) -> Object {
    let mut budget = budget.clone();
    if let Object::Kept(kept) = &mut budget {
        make_mut(kept).body.set("status", status);
    }
    budget
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Meta, Resource};

    /// What is left of a budget with that status when a pod is evicted, or the refusal.
    fn check(ready: bool, policy: Option<&'static str>, status: Value, expect: Result<Option<i64>, &str>) {
        let spec = record! { "unhealthyPodEvictionPolicy" => policy };
        let value =
            record! { "metadata" => record! { "name" => "b" }, "spec" => spec, "status" => status.clone() };
        let mut budget = Object::read(Kind::PodDisruptionBudget, &value);
        budget.meta_mut().generation = 1;
        if let Object::Kept(kept) = &mut budget {
            make_mut(kept).body.set("status", status.clone());
        }
        let mut pod = Pod::read(Meta::named("default", "p"), &Value::Null);
        pod.status.conditions.set("Ready", ready, "", "", Time(0));
        let left = charge(&budget, &pod, Time(0));
        let left = left.map(|b| b.map(|b| b.body().at("status.disruptionsAllowed").as_int().unwrap_or(-1)));
        assert_eq!(left.map_err(|refusal| refusal.message), expect.map_err(str::to_owned), "{status:?}");
    }
    fn status(observed: i64, allowed: i64, healthy: i64, desired: i64) -> Value {
        record! {
            "currentHealthy" => healthy, "desiredHealthy" => desired,
            "disruptionsAllowed" => allowed, "observedGeneration" => observed,
        }
    }

    #[test]
    fn a_budget_is_charged_or_refuses() {
        let over = Err("Cannot evict pod as it would violate the pod's disruption budget.");
        check(true, None, status(1, 2, 3, 1), Ok(Some(1)));
        check(true, None, status(1, 1, 3, 2), Ok(Some(0)));
        check(true, None, status(1, 0, 2, 2), over);
        // The controller has not seen the budget yet.
        check(true, None, Value::Null, over);
        check(true, None, status(0, 1, 3, 2), over);
        let negative = "poddisruptionbudgets.policy \"b\" is forbidden: pdb disruptions allowed is negative";
        check(true, None, status(1, -1, 3, 2), Err(negative));
        // A pod that is not ready is free where enough others are, or where the budget says so.
        check(false, None, status(1, 0, 2, 2), Ok(None));
        check(false, None, status(1, 0, 1, 2), over);
        check(false, None, status(1, 0, 0, 0), over);
        check(false, Some("AlwaysAllow"), status(1, 0, 1, 2), Ok(None));
    }
}
