//! The HorizontalPodAutoscaler controller: as many pods as their load needs.
//!
//! Models pkg/controller/podautoscaler/horizontal.go.

mod limits;
mod metric;
mod replicas;

use super::{Controller, Wakes};
use crate::api::{Decode, Kind, Object, Pod, Selector, Span, Text, Time, Uid, Value};
use crate::manifest::Refusal;
use crate::record;
use crate::sim::plan::{Action, Memo, Plan, Scaling};
use crate::sim::record::{Actor, Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "horizontal-pod-autoscaler",
    source: "horizontal-pod-autoscaler",
    kinds: &[Kind::HorizontalPodAutoscaler],
    watches,
    reconcile,
};
/// The add-on that says what pods use. It does nothing by itself; without it nobody knows.
pub const METRICS_SERVER: Controller = Controller {
    name: "metrics-server",
    source: "metrics-server",
    kinds: &[],
    watches: |_, _, _| {},
    reconcile: |_, _| Plan::nothing(),
};

/// From one look to the next, and from the creation to the first. Models --horizontal-pod-autoscaler-sync-period.
const PERIOD: Span = Span::secs(15);

fn watches(_: &Store, change: &Change, wakes: &mut Wakes) {
    if change.kind() == Kind::HorizontalPodAutoscaler && change.verb == Verb::Added {
        wakes.after(change.uid(), PERIOD);
    }
}

fn actor() -> Actor {
    Actor::Controller(super::row(CONTROLLER.name))
}

/// One look at one autoscaler.
struct Sync<'a> {
    world: &'a World,
    hpa: &'a Object,
    now: Time,
    /// What is remembered of it.
    memo: Scaling,
    /// The conditions as they will be written.
    conditions: Vec<Value>,
    /// What each metric is now.
    metrics: Value,
    plan: Plan,
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let found = world.store.get(uid).filter(|o| o.kind() == Kind::HorizontalPodAutoscaler);
    let Some(hpa) = found else { return Plan::nothing() };
    let memo = match world.memo(actor(), uid) {
        Some(Memo::Autoscaler(memo)) => Scaling::clone(memo),
        _ => Scaling::default(),
    };
    let conditions = hpa.raw("status.conditions").items().to_vec();
    let (now, metrics) = (world.now(), Value::Null);
    let mut sync = Sync { world, hpa, now, memo, conditions, metrics, plan: Plan::nothing() };
    let mut status = hpa.raw("status").clone();
    sync.run(&mut status);
    let Sync { memo, conditions, mut plan, .. } = sync;
    if !conditions.is_empty() {
        status.set("conditions", conditions);
    }
    if status != *hpa.raw("status") {
        let number = |field| status.get(field).as_int().unwrap_or(0);
        let caption = format!("{} replicas, {} wanted", number("currentReplicas"), number("desiredReplicas"));
        plan.update(hpa.with_status(status), Because::of(uid, "spec", caption));
    }
    plan.actions.push(Action::Remember(uid, Memo::Autoscaler(Rc::new(memo))));
    plan.again_after(PERIOD);
    plan
}

/// What is scaled.
struct Scale {
    object: Object,
    replicas: i64,
    selector: Option<Selector>,
}

impl Sync<'_> {
    fn spec(&self, field: &str) -> &Value {
        self.hpa.raw("spec").get(field)
    }
    /// Models reconcileAutoscaler.
    fn run(&mut self, status: &mut Value) {
        let scale = match self.target() {
            Ok(scale) => scale,
            Err(why) => {
                self.plan.warn(self.hpa.meta().uid, "FailedGetScale", why.clone());
                let said = format!("the HPA controller was unable to get the target's current scale: {why}");
                self.condition("AbleToScale", "False", "FailedGetScale", said);
                return;
            }
        };
        let said = "the HPA controller was able to get the target's current scale";
        self.condition("AbleToScale", "True", "SucceededGetScale", said);
        let current = scale.replicas;
        if self.memo.recommended.is_empty() {
            self.memo.recommended.push((current, self.now));
        }
        let decided = self.decide(&scale);
        status.set("currentReplicas", current);
        status.map_mut().insert("currentMetrics".into(), self.metrics.clone());
        let Ok((desired, why)) = decided else { return };
        status.set("desiredReplicas", desired);
        if desired == current {
            return;
        }
        self.rescale(&scale, desired, &why);
        status.set("lastScaleTime", self.now);
    }
    /// How many replicas there should be, and why; on failure all is said already.
    fn decide(&mut self, scale: &Scale) -> Result<(i64, String), ()> {
        let current = scale.replicas;
        let least = self.spec("minReplicas").as_int().unwrap_or(1);
        let most = self.spec("maxReplicas").as_int().unwrap_or(1);
        if current == 0 {
            let said = "scaling is disabled since the replica count of the target is zero";
            self.condition("ScalingActive", "False", "ScalingDisabled", said);
            return Ok((0, String::new()));
        }
        if current > most {
            return Ok((most, "Current number of replicas above Spec.MaxReplicas".to_owned()));
        }
        if current < least {
            return Ok((least, "Current number of replicas below Spec.MinReplicas".to_owned()));
        }
        let (wanted, metric) = match self.of_all_metrics(scale) {
            Ok(found) => found,
            Err(why) => {
                self.plan.warn(self.hpa.meta().uid, "FailedComputeMetricsReplicas", why);
                return Err(());
            }
        };
        let desired = self.within_limits(current, wanted, least, most);
        let why = match wanted.cmp(&current) {
            std::cmp::Ordering::Greater => format!("{metric} above target"),
            std::cmp::Ordering::Less => "All metrics below target".to_owned(),
            std::cmp::Ordering::Equal => String::new(),
        };
        Ok((desired, why))
    }
    fn rescale(&mut self, scale: &Scale, desired: i64, why: &str) {
        let uid = self.hpa.meta().uid;
        let current = scale.replicas;
        let name = scale.object.meta().name.clone();
        let caption = format!("{name}: {desired} replicas instead of {current}: {why}");
        self.plan.caption = caption.clone().into();
        self.plan.update(with_replicas(&scale.object, desired), Because::of(uid, "spec.metrics", caption));
        let said = format!("the HPA controller was able to update the target scale to {desired}");
        self.condition("AbleToScale", "True", "SucceededRescale", said);
        self.plan.say(uid, "SuccessfulRescale", format!("New size: {desired}; reason: {why}"));
        self.note_scaling(current, desired);
    }
    /// Sets a condition; the time moves only with the status. Models setConditionInList.
    fn condition(
        &mut self,
        name: &'static str,
        status: &'static str,
        reason: &'static str,
        message: impl Into<Text>,
    ) {
        let is = |v: &Value, field: &str, word: &str| v.get(field).as_str() == Some(word);
        let place = self.conditions.iter().position(|c| is(c, "type", name));
        let old = place.map(|i| &self.conditions[i]).filter(|c| is(c, "status", status));
        let since = old.map_or(self.now.into(), |c| c.get("lastTransitionTime").clone());
        let message: Text = message.into();
        let new = record! {
            "lastTransitionTime" => since, "message" => message, "reason" => reason, "status" => status, "type" => name,
        };
        match place {
            Some(i) => self.conditions[i] = new,
            None => self.conditions.push(new),
        }
    }
    /// Models scaleForResourceMappings.
    fn target(&self) -> Result<Scale, String> {
        let reference = self.spec("scaleTargetRef");
        let text = |field: &str| reference.get(field).as_str().unwrap_or("").to_owned();
        let (version, word, name) = (text("apiVersion"), text("kind"), text("name"));
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let fits = |k: &&Kind| k.info().name == word && k.info().group == group;
        let kind = Kind::ALL.iter().find(fits);
        let kind = *kind.ok_or_else(|| format!("no matches for kind {word:?} in group {group:?}"))?;
        if !matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet) {
            return Err("the server could not find the requested resource".to_owned());
        }
        let found = self.world.store.lookup(kind, &self.hpa.meta().namespace, &name);
        let object = found.ok_or_else(|| Refusal::not_found(kind, &name).message)?.clone();
        let body = object.body();
        let selector = body.at("spec.selector");
        Ok(Scale {
            replicas: body.at("spec.replicas").as_int().unwrap_or(1),
            selector: (!selector.is_null()).then(|| Selector::decode(selector)),
            object,
        })
    }
    /// The pods that are scaled, unless another autoscaler scales them too. Models validateAndParseSelector.
    fn pods(&mut self, scale: &Scale) -> Result<Vec<Rc<Pod>>, String> {
        let Some(selector) = scale.selector.clone() else { return Err("selector is required".to_owned()) };
        let place = &self.hpa.meta().namespace;
        let pods: Vec<Rc<Pod>> = self
            .world
            .store
            .list_as::<Pod>(Some(place))
            .filter(|p| selector.matches(&p.meta.labels))
            .cloned()
            .collect();
        let own = self.hpa.meta().uid;
        let selects = |hpa: &&Object| {
            let uid = hpa.meta().uid;
            let theirs = match self.world.memo(actor(), uid) {
                Some(Memo::Autoscaler(memo)) if uid != own => memo.selector.clone(),
                _ => None,
            };
            let theirs = if uid == own { Some(selector.clone()) } else { theirs };
            theirs.is_some_and(|s| pods.iter().any(|p| s.matches(&p.meta.labels)))
        };
        let all = self.world.store.list(Kind::HorizontalPodAutoscaler, Some(place)).filter(selects);
        let names: Vec<String> = all.map(|h| format!("{place}/{}", h.meta().name)).collect();
        let said =
            format!("pods by selector {selector} are controlled by multiple HPAs: [{}]", names.join(" "));
        self.memo.selector = Some(selector);
        if names.len() > 1 {
            self.plan.warn(own, "AmbiguousSelector", said.clone());
            self.condition("ScalingActive", "False", "AmbiguousSelector", said.clone());
            return Err(said);
        }
        Ok(pods)
    }
    /// The largest of what the metrics ask for, and which asks for it. Models computeReplicasForMetrics.
    fn of_all_metrics(&mut self, scale: &Scale) -> Result<(i64, String), String> {
        let pods = self.pods(scale)?;
        let wanted = self.spec("metrics").items().to_vec();
        let (mut statuses, mut best) = (Vec::new(), (0, String::new()));
        let mut invalid = Vec::new();
        for metric in &wanted {
            match metric::compute(self.world, self.hpa, metric, scale.replicas, &pods) {
                Ok(found) => {
                    statuses.push(found.status);
                    if best.0 == 0 || found.replicas > best.0 {
                        best = (found.replicas, found.name);
                    }
                }
                Err(failed) => {
                    self.plan.warn(self.hpa.meta().uid, failed.reason, failed.event.clone());
                    statuses.push(record! { "type" => "" });
                    invalid.push(failed);
                }
            }
        }
        self.metrics = statuses.into();
        let (bad, all) = (invalid.len(), wanted.len());
        if let Some(first) = invalid.into_iter().next()
            && (bad >= all || best.0 < scale.replicas)
        {
            let said = format!("the HPA was unable to compute the replica count: {}", first.event);
            self.condition("ScalingActive", "False", first.reason, said);
            return Err(format!(
                "invalid metrics ({bad} invalid out of {all}), first error is: {}",
                first.error
            ));
        }
        let said = format!("the HPA was able to successfully calculate a replica count from {}", best.1);
        self.condition("ScalingActive", "True", "ValidMetricFound", said);
        Ok(best)
    }
}

/// The object with another number of replicas, as the scale subresource writes it.
fn with_replicas(object: &Object, replicas: i64) -> Object {
    let mut value = object.to_value();
    value.set("spec.replicas", replicas);
    let mut new = Object::read(object.kind(), &value);
    new.keep_status(object);
    *new.meta_mut() = object.meta().clone();
    new
}
