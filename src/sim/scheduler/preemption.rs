//! DefaultPreemption: a pod that fits nowhere may drive less important ones from a node.

use super::class::Class;
use super::message::fit_error;
use super::nodes::NodeInfo;
use super::plugins::{self, Refused};
use super::tally::Place;
use super::{Queue, nominated_fit};
use crate::api::{Decode, Kind};
use crate::api::{Object, Pod, Selector, Text, Value, order};
use crate::sim::EventType;
use crate::sim::Said;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::Because;
use crate::sim::world::World;
use std::rc::Rc;

/// Of many nodes only so many are tried. Models apis/config/v1/defaults.go: minCandidateNodesAbsolute, -Percentage.
const CANDIDATES_MIN: usize = 100;
const CANDIDATES_PERCENT: usize = 10;
const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";

/// What came of it.
pub enum Preemption {
    /// Nothing, and why.
    None(String),
    /// On that node these pods go.
    Room(Text, Vec<Rc<Pod>>),
}

/// A node, who would go there, and how many of them against a budget.
struct Candidate {
    node: Text,
    victims: Vec<Rc<Pod>>,
    violations: usize,
}

/// Looks for room. Models pkg/scheduler/framework/preemption/preemption.go: Evaluator.Preempt.
pub fn preempt(world: &World, queue: &Queue, class: &Class, refusals: &[(usize, Rc<Refused>)]) -> Preemption {
    let pod = &class.asked.pod;
    let total = queue.nodes.len();
    if pod.priority.waits {
        return Preemption::None("preemption: not eligible due to preemptionPolicy=Never.".to_owned());
    }
    if is_making_room(world, queue, pod, refusals) {
        let why = "preemption: not eligible due to a terminating pod on the nominated node.";
        return Preemption::None(why.to_owned());
    }
    let potential: Vec<usize> =
        refusals.iter().filter(|(_, r)| !r.unresolvable).map(|(place, _)| *place).collect();
    let wanted = (potential.len() * CANDIDATES_PERCENT / 100).max(CANDIDATES_MIN).min(potential.len());
    let from =
        if potential.is_empty() { 0 } else { world.draw(pod.meta.uid, "preempt") as usize % potential.len() };
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut failed: Vec<Rc<Refused>> = Vec::new();
    let budgets: Vec<Object> = world.store.list(Kind::PodDisruptionBudget, None).cloned().collect();
    let helpless = queue.least_priority().is_none_or(|least| least >= pod.priority.value);
    for i in 0..potential.len() {
        let place = potential[(from + i) % potential.len()];
        if helpless {
            failed.extend(no_victims().map(Rc::new));
            continue;
        }
        match victims_on(world, queue, class, place, &budgets) {
            Ok(candidate) => candidates.push(candidate),
            Err(refused) => failed.push(Rc::new(refused)),
        }
        if candidates.iter().any(|c| c.violations == 0) && candidates.len() >= wanted {
            break;
        }
    }
    match best(candidates) {
        Some(best) => Preemption::Room(best.node, best.victims),
        None => Preemption::None(format!("preemption: {}", fit_error(total, &failed, NOT_HELPFUL))),
    }
}

fn no_victims() -> Option<Refused> {
    Refused::for_good("No preemption victims found for incoming pod")
}

/// Is somebody going already for this pod? Models default_preemption.go: PodEligibleToPreemptOthers.
fn is_making_room(world: &World, queue: &Queue, pod: &Pod, refusals: &[(usize, Rc<Refused>)]) -> bool {
    let node = &pod.status.nominated;
    let Some(place) = queue.number.get(node).copied().filter(|_| !node.is_empty()) else { return false };
    let hopeless = refusals.iter().any(|(p, r)| *p == place && r.unresolvable);
    let goes = |p: &&Rc<Pod>| {
        let target = p.status.conditions.get("DisruptionTarget");
        p.priority.value < pod.priority.value
            && p.meta.is_terminating()
            && target.is_some_and(|c| c.reason == "PreemptionByScheduler")
    };
    !hopeless && world.store.pods_on(node).filter(|p| !p.is_terminal()).any(|p| goes(&p))
}

/// A node as it would be without some of its pods.
struct Trial<'a> {
    world: &'a World,
    queue: &'a Queue,
    class: Class,
    info: NodeInfo,
    place: usize,
}

impl Trial<'_> {
    fn add(&mut self, pod: &Pod, sign: i64) {
        self.info.weigh(pod, sign);
        let asked = Rc::clone(&self.class.asked);
        let at = Place { store: &self.world.store, nodes: &self.queue.nodes, node: self.place };
        self.class.tallies.note_terms(&asked, &at, pod, sign);
        if !pod.meta.is_terminating() {
            self.class.tallies.note_spread(&asked, pod, self.place, sign);
        }
    }
    fn refusal(&mut self) -> Option<Refused> {
        self.class.begin();
        let refused = plugins::first_refusal(&self.class, self.place, &self.info, None);
        refused.or_else(|| nominated_fit(self.world, self.queue, &self.class, self.place, &self.info))
    }
}

/// Who must go from a node; those that matter most are spared first.
/// Models default_preemption.go: SelectVictimsOnNode.
fn victims_on(
    world: &World,
    queue: &Queue,
    class: &Class,
    place: usize,
    budgets: &[Object],
) -> Result<Candidate, Refused> {
    let info = queue.nodes[place].clone();
    let node = info.node.meta.name.clone();
    let lesser = |p: &&Rc<Pod>| p.priority.value < class.asked.pod.priority.value && !p.is_terminal();
    let mut potential: Vec<Rc<Pod>> = world.store.pods_on(&node).filter(lesser).cloned().collect();
    if potential.is_empty() {
        return Err(no_victims().expect("it is a reason"));
    }
    let mut trial = Trial { world, queue, class: class.clone(), info, place };
    potential.iter().for_each(|pod| trial.add(pod, -1));
    if let Some(refused) = trial.refusal() {
        return Err(refused);
    }
    order::sort_by(&mut potential, |a, b| importance(a).cmp(&importance(b)));
    let (guarded, free) = split_by_budgets(potential, budgets);
    let mut victims = Vec::new();
    let mut violations = 0;
    for (pod, is_guarded) in
        guarded.into_iter().map(|p| (p, true)).chain(free.into_iter().map(|p| (p, false)))
    {
        trial.add(&pod, 1);
        if trial.refusal().is_some() {
            trial.add(&pod, -1);
            violations += usize::from(is_guarded);
            victims.push(pod);
        }
    }
    order::sort_by(&mut victims, |a, b| importance(a).cmp(&importance(b)));
    Ok(Candidate { node, victims, violations })
}

/// The least is the most important. Models pkg/scheduler/util/utils.go: MoreImportantPod.
fn importance(pod: &Pod) -> (i64, crate::api::Time) {
    (-i64::from(pod.priority.value), pod.status.started.unwrap_or(pod.meta.created))
}

/// Those whose end would break a budget, and the others.
/// Models default_preemption.go: filterPodsWithPDBViolation.
fn split_by_budgets(pods: Vec<Rc<Pod>>, budgets: &[Object]) -> (Vec<Rc<Pod>>, Vec<Rc<Pod>>) {
    let bodies: Vec<Value> = budgets.iter().map(Object::body).collect();
    let mut left: Vec<i64> =
        bodies.iter().map(|b| b.at("status.disruptionsAllowed").as_int().unwrap_or(0)).collect();
    pods.into_iter().partition(|pod| {
        let mut violates = false;
        for ((budget, body), left) in budgets.iter().zip(&bodies).zip(&mut left) {
            let selector = Selector::decode(body.at("spec.selector"));
            let guards = budget.meta().namespace == pod.meta.namespace
                && !selector.is_empty()
                && selector.matches(&pod.meta.labels);
            if guards && body.at("status.disruptedPods").get(&pod.meta.name).is_null() {
                *left -= 1;
                violates |= *left < 0;
            }
        }
        violates
    })
}

/// The node where least is lost. Models preemption.go: pickOneNodeForPreemption.
fn best(candidates: Vec<Candidate>) -> Option<Candidate> {
    let cost = |c: &Candidate| {
        let priority = |p: &Rc<Pod>| i64::from(p.priority.value);
        let highest = c.victims.iter().map(priority).max().unwrap_or(i64::MIN);
        let sum: i64 = c.victims.iter().map(|p| priority(p) + i64::from(i32::MAX) + 1).sum();
        let start = |p: &&Rc<Pod>| p.status.started.unwrap_or(p.meta.created);
        let top = c.victims.iter().filter(|p| priority(p) == highest);
        let earliest = top.map(|p| start(&p)).min().map_or(0, |t| t.0);
        (c.violations, highest, sum, c.victims.len(), -earliest)
    };
    candidates.into_iter().min_by_key(cost)
}

/// Tells the victims to go. Models pkg/scheduler/framework/preemption/executor.go: PreemptPod.
pub fn drive_out(world: &World, pod: &Pod, node: &Text, victims: &[Rc<Pod>], plan: &mut Plan) {
    for victim in victims.iter().filter(|v| !v.meta.is_terminating()) {
        let uid = victim.meta.uid;
        let because = Because::of(
            pod.meta.uid,
            "spec.priorityClassName",
            format!("{} makes room for {}", victim.meta.name, pod.meta.name),
        );
        let mut told = Pod::clone(victim);
        let why = "default-scheduler: preempting to accommodate a higher priority pod";
        told.status.conditions.set("DisruptionTarget", true, "PreemptionByScheduler", why, world.now());
        plan.update(told, because.clone());
        plan.delete(uid, because);
        let message = format!("Preempted by pod {} on node {node}", pod.meta.uid);
        plan.actions.push(Action::Say(Said::new(uid, EventType::Normal, "Preempted", message)));
    }
}
