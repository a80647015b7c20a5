//! A node that runs out of memory: its kubelet says so, and evicts pods until there is enough.
//!
//! Models pkg/kubelet/eviction: eviction_manager.go and helpers.go, with the default hard threshold. It is looked at when a
//! container begins whose memory is known to matter, and every ten seconds for as long as there is pressure.

use super::{Stage, Sync};
use crate::api::{Container, Kind, Node, Pod, Span, Text, Uid, format_memory};
use crate::sim::EventType;
use crate::sim::metrics;
use crate::sim::plan::{Action, Memo, Plan};
use crate::sim::record::Because;
use crate::sim::world::World;
use std::cmp::Reverse;

/// How often the kubelet weighs its pods. Models pkg/kubelet/kubelet.go: evictionMonitoringPeriod.
pub const WEIGHS: Span = Span::secs(10);
/// So much must be left. Models pkg/kubelet/eviction/defaults_linux.go: DefaultEvictionHard.
const THRESHOLD: i64 = 100 << 20;
/// How long a node says that there is pressure after there was some.
/// Models config/v1beta1/defaults.go: EvictionPressureTransitionPeriod.
const TRANSITION: Span = Span::secs(300);
/// Pods of at least this priority are never evicted. Models pkg/apis/scheduling: SystemCriticalPriority.
const CRITICAL: i32 = 2_000_000_000;
/// The reason of an evicted pod.
const REASON: &str = "Evicted";
/// How long an evicted pod has. Models eviction_manager.go: immediateEvictionGracePeriodSeconds.
const GRACE: Span = Span::secs(1);

/// What a node's own system and its pods leave of its memory.
fn available(world: &World, node: &Node) -> i64 {
    let pods = world.store.pods_on(&node.meta.name);
    let used: i64 = pods.map(|pod| memory(world, pod)).sum();
    (node.allocatable.memory - metrics::SYSTEM.1 - used).max(0)
}
fn memory(world: &World, pod: &Pod) -> i64 {
    parts(world, pod).iter().map(|(_, used)| used).sum()
}
/// What each of a pod's containers that live uses.
fn parts<'p>(world: &World, pod: &'p Pod) -> Vec<(&'p Container, i64)> {
    let Some(runtime) = world.runtime(pod.meta.uid) else { return Vec::new() };
    let all = pod.spec.all_containers().zip(&runtime.cells);
    all.filter(|(_, cell)| cell.is_alive()).map(|(c, cell)| (c, metrics::memory(c, cell))).collect()
}
fn request(container: &Container) -> i64 {
    container.resources.requests.memory.as_ref().map_or(0, |q| q.amount)
}

/// Looks at a node. Models eviction_manager.go: synchronize.
pub(in crate::sim) fn weigh(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(node) = world.store.get_as::<Node>(uid).filter(|n| world.is_alive(&n.meta.name)) else {
        return plan;
    };
    let left = available(world, node);
    let pressed = left < THRESHOLD;
    let since = match world.memo(crate::sim::Actor::Kubelet, uid) {
        Some(Memo::Pressure(at)) => Some(*at),
        _ => None,
    };
    if pressed {
        plan.actions.push(Action::Remember(uid, Memo::Pressure(world.now())));
    }
    let still = pressed || since.is_some_and(|at| world.now() - at < TRANSITION);
    tell(world, node, still, &mut plan);
    if still {
        plan.again_after(WEIGHS);
    }
    if pressed {
        plan.warn(uid, "EvictionThresholdMet", "Attempting to reclaim memory");
        if let Some(pod) = first_to_go(world, node) {
            evict(world, pod, left, &mut plan);
        }
    }
    plan
}

/// Was the pod told to go?
pub(super) fn is_evicted(pod: &Pod) -> bool {
    pod.status.reason == *REASON
}

impl Sync<'_> {
    /// An evicted pod is stopped at once.
    pub(super) fn look_at_pressure(&mut self) {
        if is_evicted(&self.pod) && self.runtime.stage < Stage::Stopping {
            self.because = Because::of(self.pod.meta.uid, "status.reason", "its node is out of memory");
            self.begin_stop(self.now + GRACE);
        }
    }
    /// A container has begun whose memory matters to the node.
    pub(super) fn weighs(&mut self) {
        let node = self.world.store.lookup(Kind::Node, "", &self.pod.node);
        self.plan.actions.extend(node.map(|node| Action::Weigh(node.meta().uid)));
    }
}

/// Writes the node's condition where it has changed. Models pkg/kubelet/nodestatus/setters.go: MemoryPressureCondition.
fn tell(world: &World, node: &Node, pressed: bool, plan: &mut Plan) {
    if node.conditions.is_true("MemoryPressure") == pressed {
        return;
    }
    let (reason, message, event) = match pressed {
        true => (
            "KubeletHasInsufficientMemory",
            "kubelet has insufficient memory available",
            "NodeHasInsufficientMemory",
        ),
        false => (
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
            "NodeHasSufficientMemory",
        ),
    };
    let mut new = Node::clone(node);
    new.conditions.set("MemoryPressure", pressed, reason, message, world.now());
    let name = &node.meta.name;
    plan.update(new, Because::of(node.meta.uid, "status.conditions", message));
    plan.say(node.meta.uid, event, format!("Node {name} status is now: {event}"));
}

/// The pod that is evicted next: those that use more than they asked for come first, then those of low priority, then those
/// that use the most beyond what they asked for. Models helpers.go: rankMemoryPressure.
fn first_to_go<'w>(world: &'w World, node: &Node) -> Option<&'w Pod> {
    let active = |pod: &&std::rc::Rc<Pod>| {
        pod.is_active()
            && world.runtime(pod.meta.uid).is_some_and(|r| r.stage == Stage::Running)
            && pod.priority.value < CRITICAL
    };
    let rank = |pod: &&std::rc::Rc<Pod>| {
        let asked: i64 = pod.spec.requests().memory;
        let beyond = memory(world, pod) - asked;
        (Reverse(beyond > 0), pod.priority.value, Reverse(beyond), pod.meta.uid)
    };
    world.store.pods_on(&node.meta.name).filter(active).min_by_key(rank).map(|pod| &**pod)
}

/// Models eviction_manager.go: evictPod, and helpers.go: evictionMessage.
fn evict(world: &World, pod: &Pod, left: i64, plan: &mut Plan) {
    let (threshold, left) = (format_memory(THRESHOLD), format_memory(left));
    let mut message =
        format!("The node was low on resource: memory. Threshold quantity: {threshold}, available: {left}. ");
    for (container, used) in parts(world, pod).into_iter().filter(|(c, used)| *used > request(c)) {
        let asked = container.resources.requests.memory.as_ref().map_or("0", |q| q.text.as_str());
        message += &format!(
            "Container {} was using {}, request is {asked}, has larger consumption of memory. ",
            container.name,
            format_memory(used)
        );
    }
    let uid = pod.meta.uid;
    plan.say_of(uid, EventType::Warning, REASON, message.clone(), "");
    plan.caption = format!("{} runs out of memory: pod {} is evicted", pod.node, pod.meta.name).into();
    let mut new = pod.clone();
    new.status.reason = REASON.into();
    new.status.message = Text::from(message.clone());
    new.status.conditions.set("DisruptionTarget", true, "TerminationByKubelet", message, world.now());
    plan.update(new, Because::of(uid, "spec.containers.resources", "its node is out of memory"));
}
