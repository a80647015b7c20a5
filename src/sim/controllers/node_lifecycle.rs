//! The node lifecycle controller: a node that is not heard of any more is marked, tainted, and its pods with it.
//!
//! Models pkg/controller/nodelifecycle/node_lifecycle_controller.go. Heartbeats are not simulated one by one: a node that
//! runs has renewed its lease at its times, and one that does not has renewed it for the last time before it went down.

use super::{Controller, Wakes};
use crate::api::*;
use crate::record;
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "node-lifecycle",
    source: "node-controller",
    kinds: &[Kind::Node],
    watches,
    reconcile,
};

/// How often a kubelet renews its lease, and when first. Models pkg/kubelet/kubelet.go: nodeLeaseRenewIntervalFraction.
const HEARTBEAT: Span = Span::secs(10);
const FIRST_HEARTBEAT: Span = Span::secs(2);
/// How often the controller looks at all nodes, and when first.
const MONITOR: Span = Span::secs(5);
const FIRST_MONITOR: Span = Span::secs(1);
/// So long after its last heartbeat was seen a node is taken for lost.
/// Models config/v1alpha1/defaults.go: NodeMonitorGracePeriod.
const GRACE: Span = Span::secs(50);
/// From one node that is tainted so that its pods go to the next of its zone; in a large zone of which most is lost.
/// Models nodeEvictionRate, secondaryNodeEvictionRate and largeClusterSizeThreshold.
const EVICTION: Span = Span::secs(10);
const EVICTION_SLOW: Span = Span::secs(100);
const LARGE_ZONE: usize = 50;

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const CORDONED: &str = "node.kubernetes.io/unschedulable";
/// Conditions that, if true, keep new pods away.
const PRESSURES: [(&str, &str); 4] = [
    ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "node.kubernetes.io/disk-pressure"),
    ("PIDPressure", "node.kubernetes.io/pid-pressure"),
    ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
];
/// What a kubelet says of a node on which all is well.
const HEALTHY: [(&str, &str, &str); 3] = [
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
];

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    let Object::Node(node) = &change.new else { return };
    if change.verb == Verb::Deleted {
        return;
    }
    if !is_settled(node) {
        wakes.now(change.uid());
    }
    let old = change.old.as_ref().and_then(Object::as_ref::<Node>);
    if old.is_some_and(|old| old.is_ready() != node.is_ready()) {
        // How many of a zone are lost decides about each of them.
        let lost = store.list_as::<Node>(None).filter(|n| !n.is_ready());
        lost.for_each(|n| wakes.now(n.meta.uid));
    }
}

/// What a kubelet says when all is well.
pub(in crate::sim) fn set_healthy(conditions: &mut Conditions, now: Time) {
    for (name, reason, message) in HEALTHY {
        conditions.set(name, false, reason, message, now);
    }
    conditions.set("Ready", true, "KubeletReady", "kubelet is posting ready status", now);
}

/// A node whose power is back says that it is ready, if it was taken for lost.
/// Models pkg/kubelet/nodestatus/setters.go: ReadyCondition.
pub(in crate::sim) fn comes_back(world: &World, node: &Node) -> Plan {
    let mut plan = Plan::nothing();
    if !node.is_ready() {
        let uid = node.meta.uid;
        let mut back = Node::clone(node);
        set_healthy(&mut back.conditions, world.now());
        plan.update(back, Because::of(uid, "", "its kubelet is heard of again"));
        plan.say(uid, "NodeReady", format!("Node {} status is now: NodeReady", node.meta.name));
    }
    plan
}

/// The first time from some instant on that comes again and again.
fn next(start: Time, every: Span, from: Time) -> Time {
    let past = (from - start).0.max(0);
    start + Span((past + every.0 - 1) / every.0 * every.0)
}

/// When a node is taken for lost that went down then.
/// Models tryUpdateNodeHealth: the grace begins when the monitor sees the last heartbeat.
pub(in crate::sim) fn lost_at(start: Time, down: Time) -> Time {
    let first = start + FIRST_HEARTBEAT;
    let last = if down < first { start } else { next(first, HEARTBEAT, down - HEARTBEAT + Span(1)) };
    let seen = next(start + FIRST_MONITOR, MONITOR, last);
    next(start + FIRST_MONITOR, MONITOR, seen + GRACE)
}

/// The taint by which a node's pods are told to go.
fn evicting(node: &Node) -> Option<&'static str> {
    match node.conditions.get("Ready")?.status {
        Truth::True => None,
        Truth::False => Some(NOT_READY),
        Truth::Unknown => Some(UNREACHABLE),
    }
}

/// The taints by which new pods are kept away. Models doNoScheduleTaintingPass.
fn repelling(node: &Node) -> Vec<&'static str> {
    let pressed = PRESSURES.into_iter().filter(|(name, _)| node.conditions.is_true(name));
    let mut keys: Vec<&'static str> = pressed.map(|(_, key)| key).collect();
    keys.extend(evicting(node));
    keys.extend(node.spec.unschedulable.then_some(CORDONED));
    keys
}

fn is_own(key: &str) -> bool {
    [NOT_READY, UNREACHABLE, CORDONED].contains(&key) || PRESSURES.iter().any(|(_, own)| *own == key)
}

fn has(node: &Node, key: &str, effect: Effect) -> bool {
    node.spec.taints.iter().any(|t| t.key == key && t.effect == effect)
}

/// Is there nothing to do about its taints?
fn is_settled(node: &Node) -> bool {
    let wanted = repelling(node);
    let own = node.spec.taints.iter().filter(|t| is_own(&t.key));
    let mut fits = own.clone().all(|t| match t.effect {
        Effect::NoSchedule => wanted.contains(&t.key.as_str()),
        Effect::NoExecute => evicting(node) == Some(t.key.as_str()) || t.key == CORDONED,
        Effect::PreferNoSchedule => true,
    });
    fits &= wanted.iter().all(|key| has(node, key, Effect::NoSchedule));
    fits && evicting(node).is_none_or(|key| has(node, key, Effect::NoExecute))
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(node) = world.store.get_as::<Node>(uid) else { return plan };
    let (now, start) = (world.now(), world.config().start);
    let mut new = Node::clone(node);
    let mut because = Because::of(uid, "spec.unschedulable", "its taints follow its conditions");
    if let Some(down) = world.down_since(&node.meta.name).filter(|_| node.is_ready()) {
        let lost = lost_at(start, down);
        if now < lost {
            plan.again_after(lost - now);
        } else {
            because = Because::of(uid, "status.conditions", "its kubelet is not heard of any more");
            let why = "Kubelet stopped posting node status.";
            for name in HEALTHY.iter().map(|(name, ..)| *name).chain(["Ready"]) {
                new.conditions.set(name, Truth::Unknown, "NodeStatusUnknown", why, now);
            }
        }
    }
    swap_no_schedule(&mut new, now);
    // The monitor alone taints so that pods go, or takes such a taint away.
    let stale = |n: &Node| {
        [NOT_READY, UNREACHABLE].into_iter().filter(|key| has(n, key, Effect::NoExecute)).collect::<Vec<_>>()
    };
    let wanted = evicting(&new).filter(|_| !all_lost(world, &new));
    let gone: Vec<&str> = stale(&new).into_iter().filter(|key| wanted != Some(key)).collect();
    if !gone.is_empty() {
        let tick = next(start + FIRST_MONITOR, MONITOR, now);
        if tick == now || wanted.is_some() {
            change_taints(&mut new, |taints| taints.retain(|t| !is(t, &gone, "NoExecute")));
        } else {
            plan.again_after(tick - now);
        }
    }
    if let Some(key) = wanted.filter(|key| !has(&new, key, Effect::NoExecute)) {
        match slot(world, &new) {
            Some(slot) if slot <= now => add_taint(&mut new, key, "NoExecute", now),
            Some(slot) => plan.again_after(slot - now),
            None => {}
        }
    }
    let lost = node.is_ready() && !new.is_ready();
    if new != **node {
        plan.update(new, because);
    }
    if lost {
        let name = &node.meta.name;
        plan.caption = format!("{name} has not been heard of for {GRACE_SECS} s: it is not ready").into();
        plan.say(uid, "NodeNotReady", format!("Node {name} status is now: NodeNotReady"));
        mark_pods(world, node, &mut plan);
    }
    plan
}

const GRACE_SECS: i64 = GRACE.0 / 1_000_000;

/// Models pkg/controller/util/node/controller_utils.go: MarkPodsNotReady.
fn mark_pods(world: &World, node: &Node, plan: &mut Plan) {
    for pod in world.store.pods_on(&node.meta.name).filter(|p| p.is_ready()) {
        let mut marked = Pod::clone(pod);
        let ready = pod.status.conditions.get("Ready").expect("it is ready").clone();
        marked.status.conditions.set("Ready", false, ready.reason, ready.message, world.now());
        let caption = format!("its node {} is not ready", node.meta.name);
        plan.update(marked, Because::of(node.meta.uid, "status.conditions", caption));
        plan.warn(pod.meta.uid, "NodeNotReady", "Node is not ready");
    }
}

fn is(taint: &Value, keys: &[&str], effect: &str) -> bool {
    taint.get("effect").as_str() == Some(effect)
        && taint.get("key").as_str().is_some_and(|k| keys.contains(&k))
}

fn change_taints(node: &mut Node, change: impl FnOnce(&mut Vec<Value>)) {
    let mut taints = node.spec.raw().get("taints").items().to_vec();
    change(&mut taints);
    node.spec.edit(|raw| {
        if taints.is_empty() {
            raw.map_mut().remove("taints");
        } else {
            raw.set("taints", taints);
        }
    });
}

fn add_taint(node: &mut Node, key: &'static str, effect: &'static str, now: Time) {
    let taint = record! { "effect" => effect, "key" => key, "timeAdded" => now };
    change_taints(node, |taints| taints.push(taint));
}

/// Models doNoScheduleTaintingPass.
fn swap_no_schedule(node: &mut Node, now: Time) {
    let wanted = repelling(node);
    let stale =
        node.spec.taints.iter().filter(|t| {
            t.effect == Effect::NoSchedule && is_own(&t.key) && !wanted.contains(&t.key.as_str())
        });
    let stale: Vec<Text> = stale.map(|t| t.key.clone()).collect();
    if !stale.is_empty() {
        let keys: Vec<&str> = stale.iter().map(|k| k.as_str()).collect();
        change_taints(node, |taints| taints.retain(|t| !is(t, &keys, "NoSchedule")));
    }
    for key in wanted {
        if !has(node, key, Effect::NoSchedule) {
            add_taint(node, key, "NoSchedule", now);
        }
    }
}

/// Models k8s.io/component-helpers/node/topology: GetZoneKey.
fn zone(node: &Node) -> (Option<&Text>, Option<&Text>) {
    let label = |name: &str| node.meta.labels.get(name);
    (label("topology.kubernetes.io/region"), label("topology.kubernetes.io/zone"))
}

/// Is no node ready? Then it is the control plane that cannot hear, and no pod is told to go.
/// Models handleDisruption: master disruption mode.
fn all_lost(world: &World, node: &Node) -> bool {
    let others = world.store.list_as::<Node>(None).filter(|n| n.meta.uid != node.meta.uid);
    !node.is_ready() && others.into_iter().all(|n| is_lost(world, n))
}

/// Is it not ready, or about to be found so in the same round?
fn is_lost(world: &World, node: &Node) -> bool {
    let found = |down| lost_at(world.config().start, down) <= world.now();
    !node.is_ready() || world.down_since(&node.meta.name).is_some_and(found)
}

/// When the next node of a zone may be tainted; none: too much of it is lost.
/// Models ComputeZoneState, setLimiterInZone and doNoExecuteTaintingPass.
fn slot(world: &World, node: &Node) -> Option<Time> {
    let (mut size, mut lost, mut last) = (1, 1, Time(i64::MIN / 2));
    for other in world.store.list_as::<Node>(None).filter(|n| n.meta.uid != node.meta.uid) {
        if zone(other) != zone(node) {
            continue;
        }
        size += 1;
        lost += usize::from(is_lost(world, other));
        let own = other.spec.raw().get("taints").items().iter();
        let times = own.filter(|t| is(t, &[NOT_READY, UNREACHABLE], "NoExecute"));
        let times = times.filter_map(|t| t.get("timeAdded").as_str().and_then(Time::parse));
        last = times.chain([last]).max()?;
    }
    let partial = lost < size && lost > 2 && lost * 100 >= size * 55;
    match (partial, size > LARGE_ZONE) {
        (true, false) => None,
        (true, true) => Some(last + EVICTION_SLOW),
        (false, _) => Some(last + EVICTION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_lost_when_its_last_heartbeat_is_too_old() {
        // Down at; lost at, in seconds since the start.
        for (down, lost) in [(0, 51), (2, 56), (10, 56), (11, 56), (12, 66), (21, 66), (100, 146)] {
            let at = lost_at(Time(0), Time(0) + Span::secs(down));
            assert_eq!((at - Time(0)).whole_secs(), lost, "down at {down}");
        }
    }
}
