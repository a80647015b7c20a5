//! The scheduler: takes one pod at a time, filters the nodes, scores what is left, binds.
//!
//! The scheduler never looks at all pods: it keeps what it needs to know as it is told of changes, and what it found out
//! for one pod it uses for the next of the same class. Models pkg/scheduler/schedule_one.go. A plugin is one row in
//! [`plugins::ALL`].

mod asked;
mod class;
mod hints;
mod message;
mod nodes;
pub mod plugins;
mod preemption;
mod priority;
mod queue;
mod table;
mod tally;
mod watch;

use super::persistent::{Map, Sequence, Set};
use super::plan::Plan;
use super::record::Because;
use super::world::World;
use crate::api::{Pod, Span, Text, Uid, make_mut};
use class::{Class, Classes, Known, Scores};
use nodes::NodeInfo;
use plugins::Refused;
use preemption::Preemption;
use queue::Waiting;
use std::rc::Rc;
use tally::Place;

pub(super) use priority::prepare_pod;
pub use table::{Attempt, Verdict};

/// Below so many nodes all are looked at. Models schedule_one.go: minFeasibleNodesToFind.
const NODES_FEASIBLE_MIN: usize = 100;

/// The pods that wait, and what the scheduler knows of the nodes.
#[derive(Clone, Default, Hash)]
pub struct Queue {
    waiting: Waiting,
    nodes: Sequence<NodeInfo>,
    number: Map<Text, usize>,
    next_node: usize,
    versions: u64,
    /// How many pods on nodes have each priority.
    priorities: Map<i32, i64>,
    /// The pods on nodes that say something of other pods.
    minding: Set<Uid>,
    /// The pods for which room is being made, by node.
    nominated: Set<(Text, Uid)>,
    classes: Classes,
    attempts: table::Attempts,
}

/// What one cycle has decided.
pub struct Cycle {
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
        self.waiting.len()
    }
    /// Does nobody wait?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }
    /// Pods that fit nowhere.
    pub fn unschedulable(&self) -> usize {
        self.waiting.unschedulable()
    }
    /// What came of the last attempt to place a pod, if it is still remembered.
    pub fn last_attempt(&self, pod: Uid) -> Option<&Attempt> {
        self.attempts.of(pod)
    }
    /// The name of the node in that place.
    pub fn node_name(&self, place: u32) -> &Text {
        &self.nodes[place as usize].node.meta.name
    }
    fn least_priority(&self) -> Option<i32> {
        self.priorities.get_min().map(|(priority, _)| *priority)
    }
}

/// Takes the next pod that is ready and decides about it.
pub fn cycle(world: &World, queue: &mut Queue) -> Cycle {
    let mut cycle = Cycle { pod: Uid(0), plan: Plan::nothing(), again: None };
    while let Some(uid) = queue.waiting.next(world.now()) {
        if let Some(pod) = world.store.get_as::<Pod>(uid).filter(|p| watch::is_ours(p)) {
            cycle.pod = uid;
            cycle.plan = decide(world, queue, pod);
            break;
        }
    }
    cycle.again = queue.waiting.wait(world.now());
    cycle
}

fn decide(world: &World, queue: &mut Queue, pod: &Rc<Pod>) -> Plan {
    if queue.nodes.is_empty() {
        let message = "no nodes available to schedule pods".to_owned();
        return refuse(world, queue, pod, plugins::Bits::MAX, message, None);
    }
    if let Some(why) = plugins::pre_filter(world, pod) {
        // The plugin that is asked next has not seen the pod, and says just that.
        let message = format!("0/{} nodes are available: {why}. not found", queue.nodes.len());
        return refuse(world, queue, pod, plugins::bit("VolumeBinding"), message, None);
    }
    let mut classes = std::mem::take(&mut queue.classes);
    let known = Known { nodes: &queue.nodes, number: &queue.number, minding: &queue.minding };
    let mut shared = classes.take(world, &known, pod);
    let class = make_mut(&mut shared);
    class.begin();
    let plan = place(world, queue, pod, class);
    classes.put(shared);
    queue.classes = classes;
    plan
}

/// The nodes that were looked at.
struct Looked {
    feasible: Vec<usize>,
    refusals: Vec<(usize, Rc<Refused>)>,
    count: usize,
}

/// Models schedule_one.go: findNodesThatFitPod.
fn look(world: &World, queue: &Queue, pod: &Pod, class: &mut Class) -> Looked {
    let total = queue.nodes.len();
    let mut looked = Looked { feasible: Vec::new(), refusals: Vec::new(), count: 0 };
    let nominated = queue.number.get(&pod.status.nominated).copied();
    if let Some(place) = nominated.filter(|place| refusal(world, queue, class, *place).is_none()) {
        looked.feasible.push(place);
        return looked;
    }
    let named: Option<Vec<usize>> = class
        .asked
        .named
        .as_ref()
        .map(|all| all.iter().filter_map(|n| queue.number.get(n).copied()).collect());
    let (from, among, enough) = match &named {
        Some(places) => (0, places.len(), places.len()),
        None => (queue.next_node, total, feasible_enough(total)),
    };
    for i in 0..among {
        let place = named.as_ref().map_or_else(|| (from + i) % total, |places| places[i]);
        looked.count += 1;
        match refusal(world, queue, class, place) {
            None => looked.feasible.push(place),
            Some(refused) => looked.refusals.push((place, refused)),
        }
        if looked.feasible.len() >= enough {
            break;
        }
    }
    looked
}

fn refusal(world: &World, queue: &Queue, class: &mut Class, place: usize) -> Option<Rc<Refused>> {
    let info = &queue.nodes[place];
    let refused = class.refusal(place, info);
    refused.or_else(|| nominated_fit(world, queue, class, place, info).map(Rc::new))
}

/// Pods for which room is being made count as if they were there, unless they matter less.
/// Models pkg/scheduler/framework/runtime/framework.go: RunFilterPluginsWithNominatedPods.
fn nominated_fit(
    world: &World,
    queue: &Queue,
    class: &Class,
    place: usize,
    info: &NodeInfo,
) -> Option<Refused> {
    if queue.nominated.is_empty() {
        return None;
    }
    let (pod, node) = (&class.asked.pod, &info.node.meta.name);
    let here = queue.nominated.range((node.clone(), Uid(0))..=(node.clone(), Uid(u64::MAX)));
    let others = here.filter_map(|(_, uid)| world.store.get_as::<Pod>(*uid));
    let others: Vec<&Rc<Pod>> = others
        .filter(|p| p.priority.value >= pod.priority.value && p.meta.uid != pod.meta.uid && p.node.is_empty())
        .collect();
    if others.is_empty() {
        return None;
    }
    let (mut info, mut class) = (info.clone(), class.clone());
    let asked = Rc::clone(&class.asked);
    for other in others {
        info.weigh(other, 1);
        let at = Place { store: &world.store, nodes: &queue.nodes, node: place };
        class.tallies.note_terms(&asked, &at, other, 1);
        class.tallies.note_spread(&asked, other, place, 1);
    }
    plugins::first_refusal(&class, place, &info, None)
}

/// How many feasible nodes are enough. Models schedule_one.go: numFeasibleNodesToFind.
fn feasible_enough(nodes: usize) -> usize {
    if nodes < NODES_FEASIBLE_MIN {
        return nodes.max(1);
    }
    let percent = (50 - nodes as i64 / 125).max(5) as usize;
    (nodes * percent / 100).max(NODES_FEASIBLE_MIN)
}

fn place(world: &World, queue: &mut Queue, pod: &Rc<Pod>, class: &mut Class) -> Plan {
    let total = queue.nodes.len();
    let looked = look(world, queue, pod, class);
    if looked.feasible.is_empty() {
        return give_up(world, queue, pod, class, looked);
    }
    let scores = class.scores(&queue.nodes, &looked.feasible);
    let best = scores.iter().map(|s| s.total).max().unwrap_or(0);
    let ties: Vec<usize> = (0..scores.len()).filter(|i| scores[*i].total == best).collect();
    let uid = pod.meta.uid;
    let lot = ties[(world.draw(uid, "node") % ties.len() as u64) as usize];
    let name = queue.nodes[looked.feasible[lot]].node.meta.name.clone();
    let caption: Text = format!(
        "{} → {name}: score {best}, {} of {total} nodes feasible{}",
        pod.meta.name,
        looked.feasible.len(),
        if ties.len() > 1 { ", chosen by lot among equals" } else { "" }
    )
    .into();
    note_attempt(world, queue, uid, &looked, &scores, Some(lot));
    let mut bound = Pod::clone(pod);
    bound.node = name.clone();
    bound.status.nominated = Text::default();
    bound.status.conditions.set("PodScheduled", true, "", "", world.now());
    let mut plan = Plan::nothing();
    plan.caption = caption.clone();
    plan.update(bound, Because::of(uid, "", caption));
    let said = format!("Successfully assigned {}/{} to {name}", pod.meta.namespace, pod.meta.name);
    plan.say(uid, "Scheduled", said);
    queue.next_node = (queue.next_node + looked.count) % total;
    plan
}

fn note_attempt(
    world: &World,
    queue: &mut Queue,
    uid: Uid,
    looked: &Looked,
    scores: &[Scores],
    chosen: Option<usize>,
) {
    let verdict = |i: usize| Verdict { place: looked.feasible[i] as u32, refused: None, scores: scores[i] };
    let feasible = (0..scores.len()).filter(|i| Some(*i) != chosen).map(verdict);
    let refused = looked.refusals.iter().map(|(place, refused)| Verdict {
        place: *place as u32,
        refused: Some(Rc::clone(refused)),
        scores: Scores::default(),
    });
    let name = chosen.map(|i| queue.nodes[looked.feasible[i]].node.meta.name.clone());
    let first = chosen.map(verdict);
    let nodes = queue.nodes.len();
    let attempt = Attempt::new(world.now(), name.unwrap_or_default(), nodes, first, feasible.chain(refused));
    queue.attempts.note(uid, attempt);
}

/// Nothing fits: can less important pods make room? Models schedule_one.go: schedulingCycle, handleSchedulingFailure.
fn give_up(world: &World, queue: &mut Queue, pod: &Rc<Pod>, class: &Class, looked: Looked) -> Plan {
    let total = queue.nodes.len();
    let refusals: Vec<Rc<Refused>> = looked.refusals.iter().map(|(_, r)| Rc::clone(r)).collect();
    let absent = "node(s) didn't satisfy plugin(s) [NodeAffinity]";
    let mut message = message::fit_error(total, &refusals, absent);
    let mut by = refusals.iter().fold(0, |bits, r| bits | plugins::bit(r.by));
    if refusals.len() < total {
        by |= plugins::bit("NodeAffinity");
    }
    note_attempt(world, queue, pod.meta.uid, &looked, &[], None);
    let mut room = None;
    match preemption::preempt(world, queue, class, &looked.refusals) {
        Preemption::None(why) => message += &format!(" no new claims to deallocate, {why}"),
        Preemption::Room(node, victims) => room = Some((node, victims)),
    }
    refuse(world, queue, pod, by, message, room)
}

/// Says why a pod fits nowhere, and where room is made for it.
fn refuse(
    world: &World,
    queue: &mut Queue,
    pod: &Rc<Pod>,
    by: plugins::Bits,
    message: String,
    room: Option<(Text, Vec<Rc<Pod>>)>,
) -> Plan {
    let mut plan = Plan::nothing();
    let uid = pod.meta.uid;
    queue.waiting.refused(world.now(), uid, pod.priority.value, by);
    let mut waiting = Pod::clone(pod);
    let conditions = &mut waiting.status.conditions;
    let mut changed = conditions.set("PodScheduled", false, "Unschedulable", message.clone(), world.now());
    if let Some((node, victims)) = &room {
        preemption::drive_out(world, pod, node, victims, &mut plan);
        changed |= waiting.status.nominated != *node;
        waiting.status.nominated = node.clone();
    }
    plan.warn(uid, "FailedScheduling", message.clone());
    if changed {
        plan.update(waiting, Because::of(uid, "spec", message.clone()));
    }
    plan.caption = format!("{}: {message}", pod.meta.name).into();
    plan
}
