//! The taint eviction controller: pods leave a node whose NoExecute taints they do not tolerate, or not for long.
//!
//! Models pkg/controller/tainteviction/taint_eviction.go.

use super::{Controller, Wakes};
use crate::api::*;
use crate::sim::plan::{Action, Memo, Plan};
use crate::sim::record::{Actor, Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "taint-eviction",
    source: "taint-eviction-controller",
    kinds: &[Kind::Node, Kind::Pod],
    watches,
    reconcile,
};

/// How long each pod tolerates a node that is lost, unless it says otherwise.
/// Models plugin/pkg/admission/defaulttolerationseconds.
const DEFAULT_SECS: i64 = 300;
const BORNE: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    if change.verb == Verb::Deleted {
        return;
    }
    let old = change.old.as_ref();
    match &change.new {
        Object::Node(node) => {
            let before = old.and_then(Object::as_ref::<Node>);
            let same = before.map_or(node.spec.taints.is_empty(), |old| expelling(old).eq(expelling(node)));
            if !same {
                store.pods_on(&node.meta.name).for_each(|pod| wakes.now(pod.meta.uid));
            }
        }
        Object::Pod(pod) if !pod.node.is_empty() => {
            let before = old.and_then(Object::as_ref::<Pod>);
            let same = before.is_some_and(|old| old.node == pod.node && Rc::ptr_eq(&old.spec, &pod.spec));
            let node = || store.lookup(Kind::Node, "", &pod.node).and_then(Object::as_ref::<Node>);
            if !same && node().is_some_and(|node| expelling(node).next().is_some()) {
                wakes.now(pod.meta.uid);
            }
        }
        _ => {}
    }
}

fn expelling(node: &Node) -> impl Iterator<Item = &Taint> {
    node.spec.taints.iter().filter(|t| t.effect == Effect::NoExecute)
}

/// How long a pod stays: for ever, or so long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stay {
    Ever,
    For(Span),
}

/// Models processPodOnNode and getMinTolerationTime.
fn stay(pod: &Pod, taints: &[&Taint]) -> Stay {
    let mut least: Option<i64> = None;
    for taint in taints {
        let own = pod.spec.tolerations.iter().find(|t| t.tolerates(taint));
        let secs = match own {
            Some(toleration) => toleration.toleration_seconds,
            None if BORNE.contains(&taint.key.as_str()) && !is_covered(pod, &taint.key) => Some(DEFAULT_SECS),
            None => return Stay::For(Span::ZERO),
        };
        least = secs.map_or(least, |secs| Some(least.map_or(secs, |l| l.min(secs))));
    }
    least.map_or(Stay::Ever, |secs| Stay::For(Span::secs(secs.max(0))))
}

/// Does the pod say itself how long it tolerates that?
fn is_covered(pod: &Pod, key: &str) -> bool {
    let own = |t: &Toleration| {
        (t.key.is_empty() || t.key == key) && t.effect.is_none_or(|e| e == Effect::NoExecute)
    };
    pod.spec.tolerations.iter().any(own)
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(pod) = world.store.get_as::<Pod>(uid) else { return plan };
    let node = world.store.lookup(Kind::Node, "", &pod.node).and_then(Object::as_ref::<Node>);
    let taints: Vec<&Taint> = node.iter().flat_map(|node| expelling(node)).collect();
    let actor = Actor::Controller(super::row(CONTROLLER.name));
    let marked = match world.memo(actor, uid) {
        Some(Memo::Eviction(marked)) => *marked,
        _ => None,
    };
    let now = world.now();
    // Once is enough; but a pod that somebody else has told to stop is marked all the same.
    if marked.is_some_and(|(_, at)| at <= now && pod.meta.is_terminating()) {
        return plan;
    }
    let stays = if taints.is_empty() { Stay::Ever } else { stay(pod, &taints) };
    let Stay::For(span) = stays else {
        if marked.is_some() {
            let message = format!("Cancelling deletion of Pod {}/{}", pod.meta.namespace, pod.meta.name);
            plan.say(uid, "TaintManagerEviction", message);
            plan.actions.push(Action::Remember(uid, Memo::Eviction(None)));
        }
        return plan;
    };
    // What is shortened counts from when the pod was first marked; nothing is ever prolonged.
    let (since, at) = match marked {
        Some((since, at)) => (since, at.min(since + span)),
        None => (now, now + span),
    };
    if at > now {
        plan.again_after(at - now);
        if marked != Some((since, at)) {
            plan.actions.push(Action::Remember(uid, Memo::Eviction(Some((since, at)))));
        }
        return plan;
    }
    evict(world, pod, &mut plan);
    plan.actions.push(Action::Remember(uid, Memo::Eviction(Some((since, at)))));
    plan
}

/// Models addConditionAndDeletePod.
fn evict(world: &World, pod: &Pod, plan: &mut Plan) {
    let uid = pod.meta.uid;
    let caption = format!("{} does not tolerate a taint of {} any longer", pod.meta.name, pod.node);
    plan.caption = caption.clone().into();
    let because = Because::of(uid, "spec.tolerations", caption);
    let message = format!("Marking for deletion Pod {}/{}", pod.meta.namespace, pod.meta.name);
    plan.say(uid, "TaintManagerEviction", message);
    let mut marked = Pod::clone(pod);
    let why = "Taint manager: deleting due to NoExecute taint";
    if marked.status.conditions.set("DisruptionTarget", true, "DeletionByTaintManager", why, world.now()) {
        plan.update(marked, because.clone());
    }
    plan.delete(uid, because);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    /// How long a pod with these tolerations stays where these NoExecute taints are; none: for ever.
    fn check(tolerations: Vec<Value>, keys: &[&'static str], expect: Option<i64>) {
        let value = record! { "spec" => record! { "tolerations" => tolerations.clone() } };
        let pod = Pod::read(Meta::named("default", "p"), &value);
        let taint = |key: &&'static str| Taint {
            key: (*key).into(),
            value: Text::default(),
            effect: Effect::NoExecute,
        };
        let taints: Vec<Taint> = keys.iter().map(taint).collect();
        let is = stay(&pod, &taints.iter().collect::<Vec<_>>());
        assert_eq!(is, expect.map_or(Stay::Ever, |s| Stay::For(Span::secs(s))), "{tolerations:?} {keys:?}");
    }
    fn bears(key: &'static str, secs: Option<i64>) -> Value {
        record! { "key" => key, "operator" => "Exists", "effect" => "NoExecute", "tolerationSeconds" => secs }
    }

    #[test]
    fn the_shortest_toleration_counts() {
        let [not_ready, unreachable] = BORNE;
        check(vec![], &["a"], Some(0));
        check(vec![], &[unreachable], Some(300));
        check(vec![bears(unreachable, Some(15))], &[unreachable], Some(15));
        check(vec![bears(unreachable, Some(15))], &[unreachable, not_ready], Some(15));
        check(vec![bears(unreachable, None)], &[unreachable], None);
        check(vec![bears(unreachable, None)], &[unreachable, "a"], Some(0));
        check(vec![bears("a", Some(5)), bears("b", Some(3))], &["a", "b"], Some(3));
        check(vec![bears("a", Some(-1))], &["a"], Some(0));
        check(vec![record! { "operator" => "Exists" }], &["a", unreachable], None);
    }
}
