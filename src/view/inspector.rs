//! One object looked at closely: what it is now, why, what was said about it, and what can be done to it.

use super::nodes::part_done;
use super::owners::job_word;
use super::panels::{EventRow, events};
use super::scene::Ink;
use super::services::{behind, endpoints_line, ports_line};
use super::why_node::{Placement, placement};
use super::words::{about, count, stamp, state_word};
use crate::api::{
    ContainerState, CronJob, Job, Key, Kind, Node, Object, Pod, Service, Span, Text, Uid, dotted, format_cpu,
    format_memory,
};
use crate::sim::{Actor, Record, State, Verb, World, pod_state};

/// Something that is so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// What.
    pub name: &'static str,
    /// How.
    pub value: String,
    /// The object that is meant, to be followed.
    pub uid: Option<Uid>,
}

/// A link of the chain of causes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What was decided or written.
    pub title: String,
    /// Who did it, when, and the field that decided.
    pub detail: String,
    /// The object that was written.
    pub uid: Option<Uid>,
    /// The field that decided, to be lit in the manifest; empty if none did.
    pub field: &'static str,
    /// Did it go wrong here?
    pub bad: bool,
}

/// What can be done to an object with one click.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Asks the API server to delete it.
    Delete(Key),
    /// Crashes a pod's containers: namespace and name.
    Crash(Text, Text),
    /// Marks a node unschedulable, or schedulable again.
    Cordon(Key, bool),
    /// Takes a node's power, or gives it back.
    Power(Text, bool),
    /// Suspends a Job or CronJob, or resumes it.
    Suspend(Key, bool),
    /// Sets the number of replicas.
    Scale(Key, i32),
}

impl Action {
    /// The word on its button.
    pub fn label(&self) -> String {
        match self {
            Action::Delete(_) => "Delete".to_owned(),
            Action::Crash(..) => "Crash it".to_owned(),
            Action::Cordon(_, true) => "Cordon".to_owned(),
            Action::Cordon(_, false) => "Uncordon".to_owned(),
            Action::Power(_, false) => "Cut its power".to_owned(),
            Action::Power(_, true) => "Give it power".to_owned(),
            Action::Suspend(_, true) => "Suspend".to_owned(),
            Action::Suspend(_, false) => "Resume".to_owned(),
            Action::Scale(_, n) => format!("Scale to {n}"),
        }
    }
}

/// An object looked at closely.
#[derive(Clone, PartialEq, Debug)]
pub struct Inspector {
    /// Its identity.
    pub uid: Uid,
    /// Its place.
    pub key: Key,
    /// The word for how it is.
    pub word: String,
    /// And its colour.
    pub ink: Ink,
    /// What there is to add in half a sentence.
    pub remark: String,
    /// The chain of causes, the first cause first.
    pub why: Vec<Step>,
    /// Of a pod: every node's verdict or score when it was last placed.
    pub placement: Option<Placement>,
    /// What is so.
    pub facts: Vec<Fact>,
    /// What was said about it, newest first.
    pub events: Vec<EventRow>,
    /// What can be done to it.
    pub actions: Vec<Action>,
}

/// Looks closely at an object; none if it is gone.
pub fn inspect(world: &World, uid: Uid) -> Option<Inspector> {
    let object = world.store.get(uid)?;
    let (word, ink, remark) = state(world, object);
    Some(Inspector {
        uid,
        key: object.key(),
        word,
        ink,
        remark,
        why: why(world, uid),
        placement: placement(world, uid),
        facts: facts(world, object),
        events: events(world, Some(uid), 20),
        actions: actions(world, object),
    })
}

fn state(world: &World, object: &Object) -> (String, Ink, String) {
    match object {
        Object::Pod(pod) => {
            let state = pod_state(pod);
            (state_word(state).to_owned(), Ink::State(state), pod_remark(world, pod, state))
        }
        Object::Job(job) => {
            let (word, ink) = job_word(world, job);
            let end = job.status.conditions.iter().rfind(|c| !c.message.is_empty());
            (word, ink, end.map_or(String::new(), |c| c.message.to_string()))
        }
        Object::Node(node) if !world.is_alive(&node.meta.name) => {
            ("No power".to_owned(), Ink::Bad, String::new())
        }
        Object::Node(node) if !node.is_ready() => ("NotReady".to_owned(), Ink::Bad, String::new()),
        Object::Node(node) if node.spec.unschedulable => {
            ("Cordoned".to_owned(), Ink::Warn, "takes no new pods".to_owned())
        }
        Object::Node(_) => ("Ready".to_owned(), Ink::Good, String::new()),
        Object::Service(service) => {
            let (line, ink) = endpoints_line(world, service);
            (service.spec.kind.word().to_owned(), ink, line)
        }
        Object::CronJob(cron) if cron.spec.suspend => {
            ("Suspended".to_owned(), Ink::State(State::Suspended), String::new())
        }
        Object::CronJob(cron) => {
            ("Scheduled".to_owned(), Ink::Muted, count(cron.status.active.len(), "active job"))
        }
        set if let Some(stand) = super::sets::stand(set) => {
            let said = match stand.trouble.is_empty() {
                true => format!("{} of {} available", stand.available, stand.wanted),
                false => stand.trouble.to_string(),
            };
            (stand.word.to_owned(), stand.ink, said)
        }
        other if !other.kind().info().simulated => {
            ("Kept".to_owned(), Ink::Muted, "accepted and kept, but not simulated yet".to_owned())
        }
        _ => (object.kind().info().name.to_owned(), Ink::Muted, String::new()),
    }
}

fn pod_remark(world: &World, pod: &Pod, state: State) -> String {
    let place = if pod.node.is_empty() { String::new() } else { format!("on {}", pod.node) };
    if let Some(deletion) = pod.meta.deletion.filter(|_| state == State::Terminating) {
        let left = deletion.asked + Span::secs(deletion.grace_secs) - world.now();
        return format!("{place} · {} of grace left", about(Span(left.0.max(0))));
    }
    let unbound = pod.status.conditions.get("PodScheduled").filter(|_| state == State::Pending);
    if let Some(condition) = unbound {
        return condition.message.to_string();
    }
    match part_done(world, pod, state) {
        Some(part) if state == State::CrashLoop => {
            format!("{place} · back-off, {} % of it left", (part * 100.0) as u32)
        }
        Some(part) => format!("{place} · {} % of what it waits for", (part * 100.0) as u32),
        None => place,
    }
}

/// The chain of causes of the last write to an object. One cause that shows in many writes is told once.
fn why(world: &World, uid: Uid) -> Vec<Step> {
    const STEPS_MAX: usize = 9;
    let Some(last) = world.records.of(uid).next_back() else {
        return Vec::new();
    };
    let mut steps: Vec<Step> = Vec::new();
    let chain = world.records.causes(last.revision);
    for record in chain.into_iter().rev() {
        let step = step(world, record);
        match steps.last_mut() {
            Some(before) if before.title == step.title => *before = step,
            _ => steps.push(step),
        }
    }
    let surplus = steps.len().saturating_sub(STEPS_MAX);
    // The first cause is kept, however long the chain.
    steps.drain(usize::from(surplus > 0)..surplus + usize::from(surplus > 0));
    steps
}

fn step(world: &World, record: &Record) -> Step {
    let name = world.store.get(record.uid).map(|o| o.meta().name.clone());
    let name = name.or_else(|| world.history.of(record.uid).map(|t| t.key.name.clone())).unwrap_or_default();
    let kind = record.kind.info().name;
    let verb = match record.verb {
        Verb::Added => "created",
        Verb::Modified => "written",
        Verb::Deleted => "deleted",
    };
    let caption = &record.because.caption;
    let title = match (caption.is_empty(), record.by) {
        (true, _) => format!("{kind} {name} was {verb}"),
        (_, Actor::User | Actor::Bootstrap) => format!("{kind} {name} {caption}"),
        _ => caption.to_string(),
    };
    let mut detail = format!("{} · {}", record.by.name(), stamp(record.at - world.config().start));
    let field = record.because.field;
    if !field.is_empty() {
        let owner = world.store.get(record.because.owner);
        let value = owner.map(|o| o.to_value().at(field).clone()).filter(|v| !v.is_null());
        let value = value.map(|v| v.to_json()).filter(|v| v.len() < 40);
        let last = field.rsplit('.').next().unwrap_or(field);
        detail = match value {
            Some(value) => format!("{last}: {value} · {detail}"),
            None => format!("{last} · {detail}"),
        };
    }
    let bad = ["ailed", "xceeded", "crash", "error"].iter().any(|w| title.contains(w));
    Step { title, detail, uid: Some(record.uid), field, bad }
}

fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    Fact { name, value: value.into(), uid: None }
}

fn facts(world: &World, object: &Object) -> Vec<Fact> {
    let mut facts = Vec::new();
    let meta = object.meta();
    if let Some(owner) = meta.controller() {
        let value = format!("{} {}", owner.kind.info().name, owner.name);
        facts.push(Fact { name: "owner", value, uid: Some(owner.uid) });
    }
    match object {
        Object::Pod(pod) => pod_facts(world, pod, &mut facts),
        Object::Job(job) => job_facts(job, &mut facts),
        Object::CronJob(cron) => cron_facts(world, cron, &mut facts),
        Object::Service(service) => service_facts(world, service, &mut facts),
        Object::Node(node) => node_facts(world, node, &mut facts),
        set => set_facts(set, &mut facts),
    }
    if kind_has_namespace(object.kind()) && meta.namespace != "default" {
        facts.push(fact("namespace", meta.namespace.to_string()));
    }
    let labels: Vec<String> = meta
        .labels
        .0
        .iter()
        .filter(|(k, _)| !k.contains("controller-uid"))
        .take(6)
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    if !labels.is_empty() && object.kind() != Kind::Node {
        facts.push(fact("labels", labels.join(", ")));
    }
    facts.push(fact("age", about(world.now() - meta.created)));
    facts
}

fn kind_has_namespace(kind: Kind) -> bool {
    kind.info().namespaced
}

fn pod_facts(world: &World, pod: &Pod, facts: &mut Vec<Fact>) {
    facts.push(fact("phase", pod.status.phase.word()));
    if let Some(node) = world.store.lookup(Kind::Node, "", &pod.node) {
        facts.push(Fact { name: "node", value: pod.node.to_string(), uid: Some(node.meta().uid) });
    }
    if pod.status.ip != 0 {
        facts.push(fact("address", dotted(pod.status.ip)));
    }
    if !pod.status.message.is_empty() {
        facts.push(fact("message", pod.status.message.to_string()));
    }
    let mut statuses = pod.status.init_containers.iter().chain(pod.status.containers.iter());
    for (i, container) in pod.spec.all_containers().enumerate() {
        let status = statuses.next();
        let role = match (i < pod.spec.init_containers.len(), container.is_sidecar()) {
            (true, true) => "sidecar",
            (true, false) => "init container",
            (false, _) => "container",
        };
        let state = match status.map(|s| &s.state) {
            Some(ContainerState::Running { started }) => {
                format!("running for {}", about(world.now() - *started))
            }
            Some(ContainerState::Terminated(e)) => {
                format!("ended with exit code {} ({})", e.exit_code, e.reason)
            }
            Some(ContainerState::Waiting { reason, .. }) if !reason.is_empty() => {
                format!("waiting: {reason}")
            }
            _ => "not started".to_owned(),
        };
        facts.push(fact(role, format!("{}: {state}", container.name)));
        facts.push(fact("image", container.image.to_string()));
        let words: Vec<&str> = container.command.iter().chain(&container.args).map(|w| w.as_str()).collect();
        if !words.is_empty() {
            facts.push(fact("command", words.join(" ")));
        }
        if let Some(n) = status.map(|s| s.restarts).filter(|n| *n > 0) {
            facts.push(fact("restarts", n.to_string()));
        }
    }
}

fn job_facts(job: &Job, facts: &mut Vec<Fact>) {
    let (spec, status) = (&job.spec, &job.status);
    let completions = spec.completions.map_or("any success".to_owned(), |n| n.to_string());
    facts.push(fact("completions", format!("{} of {completions}", status.succeeded)));
    facts.push(fact("parallelism", spec.parallelism().to_string()));
    let limit = match spec.backoff_limit_per_index {
        Some(n) => format!("backoffLimitPerIndex {n}"),
        None => format!("backoffLimit {}", spec.backoff_limit()),
    };
    facts.push(fact("failed", format!("{} ({limit})", status.failed)));
    for (name, list) in [("done", Some(&status.completed_indexes)), ("lost", status.failed_indexes.as_ref())]
    {
        if let Some(list) = list.filter(|list| !list.is_empty()) {
            facts.push(fact(name, format!("indexes {list}")));
        }
    }
    if let Some(limit) = spec.active_deadline_seconds {
        facts.push(fact("deadline", about(Span::secs(limit))));
    }
    if let (Some(from), Some(to)) = (status.started, job.finished().map(|c| c.since)) {
        facts.push(fact("took", about(to - from)));
    }
}

fn cron_facts(world: &World, cron: &CronJob, facts: &mut Vec<Fact>) {
    facts.push(fact("schedule", cron.spec.schedule.to_string()));
    facts.push(fact("concurrency", cron.spec.concurrency_policy.word()));
    let start = world.config().start;
    if let Some(at) = cron.status.last_schedule {
        facts.push(fact("last run", stamp(at - start)));
    }
    if let Some(at) = cron.status.last_successful {
        facts.push(fact("last success", stamp(at - start)));
    }
}

fn set_facts(object: &Object, facts: &mut Vec<Fact>) {
    let Some(stand) = super::sets::stand(object) else { return };
    facts.push(fact("wanted", stand.wanted.to_string()));
    if let Some(updated) = stand.updated {
        facts.push(fact("updated", updated.to_string()));
    }
    facts.push(fact("ready", stand.ready.to_string()));
    if !stand.strategy.is_empty() {
        facts.push(fact("strategy", stand.strategy));
    }
    if let Object::DaemonSet(set) = object
        && set.status.misscheduled > 0
    {
        facts.push(fact("misplaced", set.status.misscheduled.to_string()));
    }
    if let Object::StatefulSet(set) = object {
        facts.push(fact("pods start", set.spec.pod_management_policy.word()));
    }
}

fn service_facts(world: &World, service: &Service, facts: &mut Vec<Fact>) {
    let spec = &service.spec;
    facts.push(fact(
        "DNS name",
        format!("{}.{}.svc.cluster.local", service.meta.name, service.meta.namespace),
    ));
    if !spec.cluster_ip.is_empty() {
        facts.push(fact("cluster IP", spec.cluster_ip.to_string()));
    }
    if !spec.external_name.is_empty() {
        facts.push(fact("CNAME", spec.external_name.to_string()));
    }
    if service.load_balancer_ip != 0 {
        facts.push(fact("load balancer", dotted(service.load_balancer_ip)));
    }
    if !spec.ports.is_empty() {
        facts.push(fact("ports", ports_line(service)));
    }
    if !spec.selector.0.is_empty() {
        let labels: Vec<String> = spec.selector.0.iter().map(|(k, v)| format!("{k}={v}")).collect();
        facts.push(fact("selector", labels.join(", ")));
    }
    for uid in behind(world, service).ready.into_iter().take(8) {
        if let Some(Object::Pod(pod)) = world.store.get(uid) {
            let value = format!("{} {}", pod.meta.name, dotted(pod.status.ip));
            facts.push(Fact { name: "endpoint", value, uid: Some(uid) });
        }
    }
}

fn node_facts(world: &World, node: &Node, facts: &mut Vec<Fact>) {
    let (load, all) = (world.store.load(&node.meta.name), &node.allocatable);
    facts.push(fact("address", dotted(node.address)));
    facts.push(fact("pods", format!("{} of {}", load.pods, all.pods)));
    facts.push(fact(
        "cpu asked for",
        format!("{} of {}", format_cpu(load.cpu_millis), format_cpu(all.cpu_millis)),
    ));
    facts.push(fact(
        "memory asked for",
        format!("{} of {}", format_memory(load.memory), format_memory(all.memory)),
    ));
    for taint in &node.spec.taints {
        facts.push(fact("taint", format!("{}:{}", taint.key, taint.effect.word())));
    }
}

fn actions(world: &World, object: &Object) -> Vec<Action> {
    let key = object.key();
    let mut actions = Vec::new();
    match object {
        Object::Pod(pod) if !pod.is_terminal() && !pod.node.is_empty() => {
            actions.push(Action::Crash(key.namespace.clone(), key.name.clone()));
        }
        Object::Job(job) if job.finished().is_none() => {
            actions.push(Action::Suspend(key.clone(), !job.spec.suspend))
        }
        Object::CronJob(cron) => actions.push(Action::Suspend(key.clone(), !cron.spec.suspend)),
        Object::Deployment(d) => scale(&key, d.replicas(), &mut actions),
        Object::StatefulSet(s) => scale(&key, s.replicas(), &mut actions),
        Object::ReplicaSet(r) if r.meta.controller().is_none() => scale(&key, r.replicas(), &mut actions),
        Object::Node(node) => {
            actions.push(Action::Cordon(key.clone(), !node.spec.unschedulable));
            actions.push(Action::Power(key.name, !world.is_alive(&node.meta.name)));
            return actions;
        }
        _ => {}
    }
    actions.push(Action::Delete(key));
    actions
}

fn scale(key: &Key, now: i32, actions: &mut Vec<Action>) {
    if now > 0 {
        actions.push(Action::Scale(key.clone(), now - 1));
    }
    actions.push(Action::Scale(key.clone(), now + 1));
}
