//! The scheduler: takes one pod at a time, filters the nodes, scores what is left, binds.
//!
//! The scheduler never looks at all pods: it keeps each node's load as it is told of changes.
//! Models pkg/scheduler/schedule_one.go. A filter is one row in [`filters::ALL`], a score one row in [`scores::ALL`].

pub mod filters;
mod priority;
pub mod scores;

use super::persistent::{Map, Sequence, Set};
use super::plan::Plan;
use super::record::{Because, Change, Verb};
use super::world::World;
use crate::api::{Node, Object, Pod, Resources, Span, Text, Time, Uid, order};
use filters::Refused;
pub(super) use priority::prepare_pod;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How long one cycle takes.
const CYCLE: Span = Span::millis(1);
/// The first and the longest wait of a pod that did not fit. Models pkg/scheduler/backend/queue: podInitialBackoff,
/// podMaxBackoff.
const BACKOFF: Span = Span::secs(1);
const BACKOFF_MAX: Span = Span::secs(10);
/// Sets of pods that wait to be tried again are joined up to so many, so that there are never many sets.
const MOVED_TOGETHER_MAX: usize = 4_000;
/// Below so many nodes all are looked at. Models schedule_one.go: minFeasibleNodesToFind.
const NODES_FEASIBLE_MIN: usize = 100;

/// A node and what its pods ask for, as the scheduler remembers it.
#[derive(Clone, Hash)]
pub struct NodeInfo {
    /// The node.
    pub node: Rc<Node>,
    /// What its pods ask for.
    pub load: Resources,
    /// The same, a pod that asks for nothing counting as a little. Models pkg/scheduler/util: DefaultMilliCPURequest.
    pub weighed: Resources,
}

/// A node's verdict and score, kept for "why this node?".
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Verdict {
    /// The node.
    pub node: Text,
    /// Why it was refused; none: it was feasible.
    pub refused: Option<Refused>,
    /// The sum of its weighted scores.
    pub score: i64,
}

/// The pods that wait, and what the scheduler knows of the nodes.
#[derive(Clone, Default, Hash)]
pub struct Queue {
    ready: Set<(Time, Uid)>,
    /// Pods that fitted nowhere, by when they may be tried again, once something has changed.
    unschedulable: Set<(Time, Uid)>,
    /// The same after something has changed: whole sets, so that a change costs the same however many pods wait.
    moved: Map<u64, Set<(Time, Uid)>>,
    attempts: Map<Uid, Attempts>,
    nodes: Sequence<NodeInfo>,
    number: Map<Text, usize>,
    next_node: usize,
}

#[derive(Clone, Copy, Default, Hash)]
struct Attempts {
    count: u32,
    last: Time,
}

/// What one cycle has decided.
pub struct Cycle {
    /// The queue afterwards.
    pub queue: Queue,
    /// The pod that was taken; 0 if none was ready.
    pub pod: Uid,
    /// The writes.
    pub plan: Plan,
    /// When to take the next pod; none: nobody waits.
    pub again: Option<Span>,
}

impl Queue {
    /// Pods that wait for a cycle.
    pub fn len(&self) -> usize {
        self.ready.len() + self.moved.values().map(|set| set.len()).sum::<usize>()
    }
    /// Does nobody wait?
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.moved.is_empty()
    }
    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }
    /// Pods that fit nowhere.
    pub fn unschedulable(&self) -> usize {
        self.unschedulable.len()
    }

    /// Learns of a change; returns whether there is something to do.
    pub(super) fn watch(&mut self, now: Time, change: &Change) -> bool {
        match &change.new {
            Object::Node(node) => self.node_changed(node, change.verb),
            Object::Pod(pod) => self.pod_changed(now, change, pod),
            _ => false,
        }
    }
    fn node_changed(&mut self, node: &Rc<Node>, verb: Verb) -> bool {
        let name = &node.meta.name;
        match (self.number.get(name).copied(), verb) {
            (Some(i), Verb::Deleted) => {
                let mut left = std::mem::take(&mut self.nodes).iter().cloned().collect::<Vec<_>>();
                left.remove(i);
                self.number = Map::default();
                for (i, node) in left.iter().enumerate() {
                    self.number.insert(node.node.meta.name.clone(), i);
                }
                self.nodes = left.into_iter().collect();
                return false;
            }
            (Some(i), _) => self.nodes[i].node = Rc::clone(node),
            (None, _) => {
                self.number.insert(name.clone(), self.nodes.len());
                self.nodes.push_back(NodeInfo {
                    node: Rc::clone(node),
                    load: Resources::default(),
                    weighed: Resources::default(),
                });
            }
        }
        self.flush()
    }
    fn pod_changed(&mut self, now: Time, change: &Change, pod: &Rc<Pod>) -> bool {
        let old = change.old.as_ref().and_then(Object::as_ref::<Pod>);
        let weighs = |p: &&Rc<Pod>| !p.node.is_empty() && !p.is_terminal();
        let before = old.filter(weighs);
        let after = Some(pod).filter(|p| change.verb != Verb::Deleted && weighs(p));
        match (before, after) {
            (None, Some(pod)) => self.weigh(pod, 1),
            (Some(pod), None) => {
                self.weigh(pod, -1);
                // Room was made: what fitted nowhere may fit now.
                return self.flush();
            }
            _ => {}
        }
        let uid = pod.meta.uid;
        let waits = pod.node.is_empty() && !pod.meta.is_terminating() && change.verb != Verb::Deleted;
        if !waits {
            if old.is_some_and(|p| p.node.is_empty()) {
                self.forget(uid);
            }
            return false;
        }
        if change.verb == Verb::Added {
            self.ready.insert((now, uid));
            return true;
        }
        false
    }
    fn forget(&mut self, uid: Uid) {
        if let Some(attempts) = self.attempts.remove(&uid) {
            self.unschedulable.remove(&(attempts.again(), uid));
        }
        // A pod that is deleted while it waits is dropped when its turn comes.
    }
    fn weigh(&mut self, pod: &Pod, sign: i64) {
        let Some(i) = self.number.get(&pod.node).copied() else {
            return;
        };
        let info = &mut self.nodes[i];
        let request = pod.spec.requests();
        for (sum, part) in [(&mut info.load, request), (&mut info.weighed, scores::weighed(request))] {
            sum.cpu_millis += sign * part.cpu_millis;
            sum.memory += sign * part.memory;
            sum.pods += sign;
        }
    }
    /// Gives every pod that fitted nowhere another chance, after its back-off.
    /// Models pkg/scheduler/backend/queue: MoveAllToActiveOrBackoffQueue.
    fn flush(&mut self) -> bool {
        let mut moved = std::mem::take(&mut self.unschedulable);
        if moved.is_empty() {
            return false;
        }
        while let Some((number, last)) = self.moved.get_max()
            && last.len() <= moved.len()
            && last.len() + moved.len() <= MOVED_TOGETHER_MAX
        {
            last.iter().for_each(|entry| moved.insert(*entry));
            let number = *number;
            self.moved.remove(&number);
        }
        let number = self.moved.get_max().map_or(0, |(last, _)| last + 1);
        self.moved.insert(number, moved);
        true
    }
    /// The pod that waits for its turn longest, when its turn comes, and which set it is in; none: that of new pods.
    fn first(&self) -> Option<(Time, Uid, Option<u64>)> {
        let new = self.ready.get_min().map(|(at, uid)| (*at, *uid, None));
        let heads = self
            .moved
            .iter()
            .filter_map(|(number, set)| set.get_min().map(|(at, uid)| (*at, *uid, Some(*number))));
        heads.chain(new).min()
    }
    fn take(&mut self, at: Time, uid: Uid, set: Option<u64>) {
        let Some(number) = set else {
            self.ready.remove(&(at, uid));
            return;
        };
        let Some(set) = self.moved.get_mut(&number) else { return };
        set.remove(&(at, uid));
        if set.is_empty() {
            self.moved.remove(&number);
        }
    }
}

impl Attempts {
    /// When the pod may be tried again. Models pkg/scheduler/backend/queue: calculateBackoffDuration.
    fn again(self) -> Time {
        let doublings = self.count.saturating_sub(1).min(10);
        self.last + (BACKOFF * (1 << doublings)).min(BACKOFF_MAX)
    }
}

/// Takes the next pod that is ready and decides about it.
pub fn cycle(world: &World) -> Cycle {
    let mut queue = world.scheduler.clone();
    let mut cycle = Cycle { pod: Uid(0), plan: Plan::nothing(), again: None, queue: Queue::default() };
    while let Some((at, uid, set)) = queue.first() {
        if at > world.now() {
            cycle.again = Some(at - world.now());
            break;
        }
        queue.take(at, uid, set);
        let waits = |p: &&Rc<Pod>| p.node.is_empty() && !p.meta.is_terminating();
        if let Some(pod) = world.store.get_as::<Pod>(uid).filter(waits) {
            cycle.pod = uid;
            cycle.plan = decide(world, &mut queue, pod);
            cycle.again = (!queue.is_empty()).then_some(CYCLE);
            break;
        }
    }
    cycle.queue = queue;
    cycle
}

fn decide(world: &World, queue: &mut Queue, pod: &Rc<Pod>) -> Plan {
    let mut plan = Plan::nothing();
    let total = queue.nodes.len();
    let enough = feasible_enough(total);
    let mut feasible: Vec<(&NodeInfo, i64)> = Vec::new();
    let mut refusals: Vec<Refused> = Vec::new();
    let mut seen = 0;
    let request = pod.spec.requests();
    for i in 0..total {
        let info = &queue.nodes[(queue.next_node + i) % total];
        seen += 1;
        match filters::first_refusal(pod, &request, info) {
            None => feasible.push((info, scores::total(pod, &request, info))),
            Some(refused) => refusals.push(refused),
        }
        if feasible.len() >= enough {
            break;
        }
    }
    let uid = pod.meta.uid;
    let best = feasible.iter().map(|(_, score)| *score).max();
    let Some(best) = best else {
        refuse(world, queue, pod, refusals, total, &mut plan);
        return plan;
    };
    let ties: Vec<&NodeInfo> = feasible.iter().filter(|(_, s)| *s == best).map(|(n, _)| *n).collect();
    let chosen = ties[(world.draw(uid, "node") % ties.len() as u64) as usize];
    let name = chosen.node.meta.name.clone();
    let caption: Text = format!(
        "{} → {name}: score {best}, {} of {total} nodes feasible{}",
        pod.meta.name,
        feasible.len(),
        if ties.len() > 1 { ", chosen by lot among equals" } else { "" }
    )
    .into();
    let mut bound = Pod::clone(pod);
    bound.node = name.clone();
    bound.status.conditions.set("PodScheduled", true, "", "", world.now());
    plan.caption = caption.clone();
    plan.update(bound, Because::of(uid, "", caption));
    let said = format!("Successfully assigned {}/{} to {name}", pod.meta.namespace, pod.meta.name);
    plan.say(uid, "Scheduled", said);
    if total > 0 {
        queue.next_node = (queue.next_node + seen) % total;
    }
    queue.forget(uid);
    plan
}

/// How many feasible nodes are enough. Models schedule_one.go: numFeasibleNodesToFind.
fn feasible_enough(nodes: usize) -> usize {
    if nodes < NODES_FEASIBLE_MIN {
        return nodes.max(1);
    }
    let percent = (50 - nodes as i64 / 125).max(5) as usize;
    (nodes * percent / 100).max(NODES_FEASIBLE_MIN)
}

/// Says why a pod fits nowhere. Models pkg/scheduler/framework/types.go: FitError.Error, and preemption's own words.
fn refuse(
    world: &World,
    queue: &mut Queue,
    pod: &Rc<Pod>,
    refusals: Vec<Refused>,
    total: usize,
    plan: &mut Plan,
) {
    let message = refusal_message(&refusals, total);
    let uid = pod.meta.uid;
    let attempts = queue.attempts.get_or_default(uid);
    attempts.count += 1;
    attempts.last = world.now();
    let attempts = *attempts;
    queue.unschedulable.insert((attempts.again(), uid));
    let mut waiting = Pod::clone(pod);
    let conditions = &mut waiting.status.conditions;
    if conditions.set("PodScheduled", false, "Unschedulable", message.clone(), world.now()) {
        plan.update(waiting, Because::of(uid, "spec", message.clone()));
    }
    plan.warn(uid, "FailedScheduling", message.clone());
    plan.caption = format!("{}: {message}", pod.meta.name).into();
}

fn refusal_message(refusals: &[Refused], total: usize) -> String {
    if total == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in refusals.iter().flat_map(|r| &r.reasons) {
        *counts.entry(reason).or_default() += 1;
    }
    let mut parts: Vec<String> = counts.into_iter().map(|(reason, n)| format!("{n} {reason}")).collect();
    order::sort_by(&mut parts, Ord::cmp);
    let helpless = refusals.iter().filter(|r| r.unresolvable).count();
    let victims = refusals.len() - helpless;
    let mut preemption = Vec::new();
    if victims > 0 {
        preemption.push(format!("{victims} No preemption victims found for incoming pod"));
    }
    if helpless > 0 {
        preemption.push(format!("{helpless} Preemption is not helpful for scheduling"));
    }
    format!(
        "0/{total} nodes are available: {}. no new claims to deallocate, preemption: 0/{total} nodes are available: {}.",
        parts.join(", "),
        preemption.join(", ")
    )
}

/// Every node's verdict and score for a pod, as things are now.
pub fn verdicts(world: &World, pod: &Pod) -> Vec<Verdict> {
    let request = pod.spec.requests();
    let verdict = |info: &NodeInfo| Verdict {
        node: info.node.meta.name.clone(),
        refused: filters::first_refusal(pod, &request, info),
        score: scores::total(pod, &request, info),
    };
    world.scheduler.nodes.iter().map(verdict).collect()
}
