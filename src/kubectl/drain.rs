//! `kubectl drain`: a node is closed, and its pods are told to go, within what their disruption budgets allow.
//!
//! Models kubectl pkg/cmd/drain/drain.go and pkg/drain. It lasts until all are gone.

use super::args::{self, Args, truth, value};
use super::cordon::{DRAINING, mark};
use super::failure::Failure;
use super::lasting::{Lasting, Next};
use super::save::Mode;
use super::selector::LabelSelector;
use super::{Call, Verb, Words, save, wait};
use crate::api::{Kind, Phase, Pod, Span, Time, Uid};
use crate::sim::{Propagation, Request};
use std::collections::VecDeque;
use std::rc::Rc;

/// `kubectl drain NODE…`.
pub(super) const VERB: Verb = Verb {
    name: "drain",
    takes: Words::Names(Kind::Node),
    flags: &[
        args::CHANGE,
        &[value("selector", 'l'), value("pod-selector", ' '), value("timeout", ' ')],
        &[value("grace-period", ' '), value("skip-wait-for-delete-timeout", ' '), value("chunk-size", ' ')],
        &[truth("force", ' '), truth("ignore-daemonsets", ' '), truth("delete-emptydir-data", ' ')],
        &[truth("delete-local-data", ' '), truth("disable-eviction", ' ')],
    ],
    run,
};

/// How often it is looked whether a pod is gone, and after how long an eviction is tried again.
const POLL: Span = Span::secs(1);
const RETRY: Span = Span::secs(5);

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if !args.words.is_empty() && args.get("selector").is_some() {
        let why = "error: cannot specify both a node name and a --selector option";
        return Err(Failure::usage("drain", why));
    }
    let pods = LabelSelector::parse(args.get("pod-selector").unwrap_or(""))
        .map_err(|_| Failure::error("--pod-selector=<pod_selector> must be a valid label selector"))?;
    let timeout = match args.get("timeout") {
        Some(text) => wait::timeout("drain", text)?,
        None => Span::ZERO,
    };
    let grace = args.get("grace-period").and_then(|n| n.parse().ok()).filter(|n: &i64| *n >= 0);
    let skip = args.get("skip-wait-for-delete-timeout").and_then(|n| n.parse().ok()).unwrap_or(0);
    let mode = Mode::of(args)?;
    let nodes = mark(call, args, &DRAINING)?.into();
    let drain = Drain { args: args.clone(), mode, pods, timeout, grace, skip };
    let now = call.world().now();
    call.lasts(Draining {
        drain,
        nodes,
        fatal: Vec::new(),
        remaining: String::new(),
        clearing: None,
        next: now,
    });
    Ok(())
}

/// Nodes that are drained, one after another.
struct Draining {
    drain: Drain,
    /// Those that are left, the present one first.
    nodes: VecDeque<String>,
    fatal: Vec<String>,
    remaining: String,
    clearing: Option<Clearing>,
    /// When it looks again.
    next: Time,
}

/// Pods of a node that are on their way.
struct Clearing {
    start: Time,
    going: Vec<Going>,
    errors: Vec<String>,
}

impl Lasting for Draining {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        while let Some(node) = self.nodes.front().cloned() {
            let now = call.world().now();
            if self.clearing.is_some() && now < self.next {
                return Ok(Next::At(self.next));
            }
            match self.work(call, &node) {
                Ok(false) => {
                    self.next = now + POLL;
                    return Ok(Next::At(self.next));
                }
                Ok(true) => call.say(&save::line(Kind::Node, &node, "drained", self.drain.mode)),
                Err(errors) => {
                    let told = aggregate(&errors);
                    call.complain(&format!(
                        "error: unable to drain node {node:?} due to error: {told}, continuing command..."
                    ));
                    self.fatal.extend(errors);
                    self.remaining += &format!("\n {node}");
                }
            }
            self.nodes.pop_front();
            self.clearing = None;
        }
        if self.fatal.is_empty() {
            return Ok(Next::Over);
        }
        call.complain(&format!("There are pending nodes to be drained:{}", self.remaining));
        Err(Failure::plain(self.fatal.join("\n")))
    }
    fn rewind(&mut self, call: &mut Call) {
        let now = call.world().now();
        self.next = now;
        for going in self.clearing.iter_mut().flat_map(|clearing| &mut clearing.going) {
            going.at = going.at.map(|at| at.min(now + RETRY));
        }
    }
}

impl Draining {
    /// Does what can be done now. Is the node drained? Models drain.go: deleteOrEvictPodsSimple.
    fn work(&mut self, call: &mut Call, node: &str) -> Result<bool, Vec<String>> {
        let now = call.world().now();
        let clearing = match &mut self.clearing {
            Some(clearing) => clearing,
            None => {
                let (pods, warnings) = self.drain.chosen(call, node)?;
                if !warnings.is_empty() {
                    call.complain(&format!("Warning: {}", warnings.join("; ")));
                }
                if self.drain.mode != Mode::Write {
                    for pod in pods {
                        call.say(&format!("evicting pod {}{}", place(&pod), self.drain.mode.note()));
                    }
                    return Ok(true);
                }
                let going = pods.into_iter().map(|pod| Going { pod, at: Some(now) }).collect();
                self.clearing.insert(Clearing { start: now, going, errors: Vec::new() })
            }
        };
        if !self.drain.clear(call, clearing) {
            return Ok(false);
        }
        if clearing.errors.is_empty() {
            return Ok(true);
        }
        let error = aggregate(&clearing.errors);
        let pending = self.drain.chosen(call, node).map_or(Vec::new(), |(pods, _)| pods);
        if !pending.is_empty() {
            let what = format!("There are pending pods in node {node:?} when an error occurred");
            call.complain(&format!("{what}: {error}"));
            pending.iter().for_each(|pod| call.complain(&format!("pod/{}", pod.meta.name)));
        }
        Err(vec![error])
    }
}

/// Models apimachinery pkg/util/errors: aggregate.Error.
fn aggregate(errors: &[String]) -> String {
    match errors {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

struct Drain {
    args: Args,
    mode: Mode,
    pods: LabelSelector,
    timeout: Span,
    grace: Option<i64>,
    skip: i64,
}

/// What is to become of a pod. Models pkg/drain/filters.go: PodDeleteStatus.
enum Fate {
    Goes,
    GoesWith(String),
    Skipped,
    StaysWith(String),
    Fails(String),
}

/// A pod that is on its way.
struct Going {
    pod: Rc<Pod>,
    /// When its eviction is tried; none: it was taken, and its end is awaited.
    at: Option<Time>,
}

impl Drain {
    /// The pods that go, and what is said about it. Models pkg/drain/drain.go: GetPodsForDeletion.
    #[allow(clippy::type_complexity)]
    fn chosen(&self, call: &Call, node: &str) -> Result<(Vec<Rc<Pod>>, Vec<String>), Vec<String>> {
        let node = node.to_owned().into();
        let on_node = call.world().store.pods_on(&node).filter(|p| self.pods.matches(&p.meta.labels));
        let mut all: Vec<Rc<Pod>> = on_node.cloned().collect();
        all.sort_by(|a, b| (&a.meta.namespace, &a.meta.name).cmp(&(&b.meta.namespace, &b.meta.name)));
        let mut goes = Vec::new();
        let (mut warnings, mut errors) = (Groups::default(), Groups::default());
        for pod in all {
            match self.fate(call, &pod) {
                Fate::Goes => goes.push(pod),
                Fate::GoesWith(why) => {
                    warnings.add(why, &pod);
                    goes.push(pod);
                }
                Fate::Skipped => {}
                Fate::StaysWith(why) => warnings.add(why, &pod),
                Fate::Fails(why) => errors.add(format!("cannot delete {why}"), &pod),
            }
        }
        let errors = errors.lines();
        if errors.is_empty() { Ok((goes, warnings.lines())) } else { Err(errors) }
    }
    /// Models pkg/drain/filters.go, where the last filter that lets a pod go has the last word.
    fn fate(&self, call: &Call, pod: &Pod) -> Fate {
        if self.is_skipped(call, pod) {
            return Fate::Skipped;
        }
        let ended = matches!(pod.status.phase, Phase::Succeeded | Phase::Failed);
        let owner = pod.meta.controller();
        let force = self.args.has("force");
        if let Some(owner) = owner.filter(|o| o.kind == Kind::DaemonSet && !ended) {
            let there =
                call.world().store.lookup(Kind::DaemonSet, &pod.meta.namespace, &owner.name).is_some();
            if !there && !force {
                return Fate::Fails(format!("daemonsets.apps {:?} not found", owner.name.as_str()));
            }
            if there && !self.args.has("ignore-daemonsets") {
                return Fate::Fails("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)".to_owned());
            }
            if there {
                return Fate::StaysWith("ignoring DaemonSet-managed Pods".to_owned());
            }
        }
        if pod.meta.annotations.get("kubernetes.io/config.mirror").is_some() {
            return Fate::Skipped;
        }
        let local = pod.spec.raw().get("volumes").items().iter().any(|v| !v.get("emptyDir").is_null());
        let may_go = self.args.has("delete-emptydir-data") || self.args.has("delete-local-data");
        if local && !ended && !may_go {
            let why = "Pods with local storage (use --delete-emptydir-data to override)";
            return Fate::Fails(why.to_owned());
        }
        match owner {
            None if !ended && force => Fate::GoesWith("deleting Pods that declare no controller".to_owned()),
            None if !ended => {
                Fate::Fails("Pods that declare no controller (use --force to override)".to_owned())
            }
            _ => Fate::Goes,
        }
    }
    /// Models filters.go: shouldSkipPod.
    fn is_skipped(&self, call: &Call, pod: &Pod) -> bool {
        let due = pod.meta.deletion.map(|d| d.asked + Span::secs(d.grace_secs));
        self.skip > 0 && due.is_some_and(|due| (call.world().now() - due).whole_secs() > self.skip)
    }

    /// Evicts pods, and sees whether all are gone, or will not be in time.
    /// Models pkg/drain/drain.go: evictPods and waitForDelete.
    fn clear(&self, call: &mut Call, clearing: &mut Clearing) -> bool {
        let going = std::mem::take(&mut clearing.going);
        clearing.going = self.turn(call, going, &mut clearing.errors);
        let waited = call.world().now() - clearing.start;
        let late = self.timeout > Span::ZERO && waited >= self.timeout;
        if late {
            let told = wait::go(self.timeout);
            clearing.errors.extend(clearing.going.iter().map(|g| out_of_time(g, &told)));
        }
        late || clearing.going.is_empty()
    }
    /// Tries what is due, and sees who is gone. Returns those that are still on their way.
    fn turn(&self, call: &mut Call, going: Vec<Going>, errors: &mut Vec<String>) -> Vec<Going> {
        let mut left = Vec::new();
        let deletes = self.args.has("disable-eviction");
        for Going { pod, mut at } in going {
            let now = call.world().now();
            if at.is_some_and(|at| at <= now) {
                call.say(&format!("evicting pod {}", place(&pod)));
                let key = crate::api::Key::new(Kind::Pod, pod.meta.namespace.clone(), pod.meta.name.clone());
                let request = match deletes {
                    true => Request::Delete(key, Propagation::Background, self.grace),
                    false => Request::Evict(key, self.grace),
                };
                let which = format!("pods/{:?} -n {:?}", pod.meta.name.as_str(), pod.meta.namespace.as_str());
                match call.timeline.call(request) {
                    Ok(_) => at = None,
                    Err(refusal) if refusal.code == 404 => continue,
                    Err(refusal) if refusal.code == 429 => {
                        call.complain(&format!(
                            "error when evicting {which} (will retry after 5s): {}",
                            refusal.message
                        ));
                        at = Some(now + RETRY);
                    }
                    Err(refusal) => {
                        errors.push(format!("error when evicting {which}: {}", refusal.message));
                        continue;
                    }
                }
            }
            if at.is_none() && is_gone(call, pod.meta.uid) {
                let done = if deletes { "deleted" } else { "evicted" };
                call.say(&format!("pod/{} {done}", pod.meta.name));
            } else if at.is_none() && self.is_skipped_now(call, pod.meta.uid) {
                call.say(&format!(
                    "pod {:?} has DeletionTimestamp older than {} seconds, skipping",
                    pod.meta.name.as_str(),
                    self.skip
                ));
            } else {
                left.push(Going { pod, at });
            }
        }
        left
    }
    fn is_skipped_now(&self, call: &Call, uid: Uid) -> bool {
        call.world().store.get_as::<Pod>(uid).is_some_and(|pod| self.is_skipped(call, pod))
    }
}

fn is_gone(call: &Call, uid: Uid) -> bool {
    call.world().store.get(uid).is_none()
}

fn place(pod: &Pod) -> String {
    format!("{}/{}", pod.meta.namespace, pod.meta.name)
}

fn out_of_time(going: &Going, timeout: &str) -> String {
    let (name, namespace) = (going.pod.meta.name.as_str(), going.pod.meta.namespace.as_str());
    match going.at {
        Some(_) => {
            format!("error when evicting pods/{name:?} -n {namespace:?}: global timeout reached: {timeout}")
        }
        None => format!(
            "error when waiting for pod {name:?} in namespace {namespace:?} to terminate: context deadline exceeded"
        ),
    }
}

/// Pods by what is said of them, in the order in which it was first said.
#[derive(Default)]
struct Groups(Vec<(String, Vec<String>)>);

impl Groups {
    fn add(&mut self, why: String, pod: &Pod) {
        let place = place(pod);
        match self.0.iter_mut().find(|(known, _)| *known == why) {
            Some((_, pods)) => pods.push(place),
            None => self.0.push((why, vec![place])),
        }
    }
    fn lines(&self) -> Vec<String> {
        self.0.iter().map(|(why, pods)| format!("{why}: {}", pods.join(", "))).collect()
    }
}
