//! [`World`]: the clock, the queue of what is due, and the one place where anything is written.

use super::agenda::{Agenda, Event, Wakes};
use super::config::Config;
use super::controllers;
use super::events::{Events, Said};
use super::hash::StableHasher;
use super::history::History;
use super::kubelet::{self, Runtime};
use super::network::{Addresses, Flight, Links, Traffic};
use super::persistent::{Map, Sequence, Set};
use super::plan::{Action, Memo, Plan};
use super::record::{Actor, Because, Change, Record, Records, Verb};
use super::scheduler;
use super::store::Store;
use super::workload::Files;
use crate::api::{Deletion, Job, Kind, Object, Pod, Span, Text, Time, Uid, make_mut};
use crate::manifest::Refusal;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// How long it takes until a write is seen by those who watch.
pub const WATCH_LATENCY: Span = Span::millis(10);
/// The first and the longest wait of a controller that was refused.
const RETRY: Span = Span::millis(5);
const RETRY_MAX: Span = Span::secs(1_000);
/// The same of the Job controller. Models pkg/controller/job: DefaultJobApiBackOff and MaxJobApiBackOff.
const JOB_RETRY: (Span, Span) = (Span::secs(1), Span::secs(60));

/// What an actor last did, for the stage to light it up.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Act {
    /// When.
    pub at: Time,
    /// What it decided, in a sentence.
    pub caption: Text,
    /// The object it looked at.
    pub about: Uid,
}

/// A cluster at one instant. A clone costs next to nothing.
#[derive(Clone)]
pub struct World {
    /// Every object.
    pub store: Store,
    /// What the control plane said.
    pub events: Events,
    /// Who wrote what, and why.
    pub records: Records,
    /// What became of each pod and owner over time.
    pub history: History,
    /// What is on its way over the network, or was lately.
    pub flights: Sequence<Flight>,
    /// Who sends requests again and again, and what pods have answered lately.
    pub traffic: Traffic,
    pub(super) scheduler: scheduler::Queue,
    pub(super) addresses: Addresses,
    pub(super) links: Links,
    /// The rows of the controllers that are switched off, a bit each.
    pub(super) switched_off: u32,
    pub(super) dead_nodes: Map<Text, Time>,
    pub(super) pulled: Set<(Text, Text)>,
    /// What lies on volumes that outlive pods: directories of nodes, and persistent volumes.
    pub(super) disks: Map<Text, Files>,
    config: Rc<Config>,
    now: Time,
    pub(super) agenda: Agenda,
    steps: u64,
    memos: Map<(Uid, Actor), Memo>,
    runtimes: Map<Uid, Rc<Runtime>>,
    acts: Map<Actor, Act>,
    /// How often in a row the API server has refused what a controller wanted for an object, and its words.
    refusals: Map<Event, (u32, Text)>,
}

impl World {
    /// A fresh cluster: namespaces, nodes, and the API server's own service.
    pub fn new(config: Config) -> World {
        let mut world = World {
            store: Store::default(),
            events: Events::default(),
            records: Records::default(),
            history: History::default(),
            flights: Sequence::default(),
            traffic: Traffic::default(),
            scheduler: scheduler::Queue::default(),
            addresses: Addresses::default(),
            links: Links::default(),
            switched_off: 0,
            dead_nodes: Map::default(),
            pulled: Set::default(),
            disks: Map::default(),
            now: config.start,
            config: Rc::new(config),
            agenda: Agenda::default(),
            steps: 0,
            memos: Map::default(),
            runtimes: Map::default(),
            acts: Map::default(),
            refusals: Map::default(),
        };
        if !world.config.metrics_server {
            world.switched_off |= 1 << controllers::row("metrics-server");
        }
        super::admission::bootstrap(&mut world);
        world
    }
    /// What the cluster was made of.
    pub fn config(&self) -> &Config {
        &self.config
    }
    /// The present instant.
    pub fn now(&self) -> Time {
        self.now
    }
    /// How long the cluster has been there.
    pub fn age(&self) -> Span {
        self.now - self.config.start
    }
    /// How many events were carried out.
    pub fn steps(&self) -> u64 {
        self.steps
    }
    /// When the next event is due, and which it is.
    pub fn next_due(&self) -> Option<(Time, Event)> {
        self.agenda.next()
    }
    /// When that event is due, if it is.
    pub fn due(&self, event: Event) -> Option<Time> {
        self.agenda.due(event)
    }
    /// What runs inside a pod.
    pub fn runtime(&self, pod: Uid) -> Option<&Rc<Runtime>> {
        self.runtimes.get(&pod)
    }
    /// What a controller remembers about an object.
    pub fn memo(&self, actor: Actor, uid: Uid) -> Option<&Memo> {
        self.memos.get(&(uid, actor))
    }
    /// What an actor last did.
    pub fn act(&self, actor: Actor) -> Option<&Act> {
        self.acts.get(&actor)
    }
    /// The identity that the next object will get, after so many others of the same plan.
    pub fn next_identity(&self, others: usize) -> Uid {
        Uid(self.store.last_uid().0 + 1 + others as u64)
    }
    /// A number that depends on nothing but the seed, an object and a purpose.
    pub fn draw(&self, uid: Uid, purpose: &str) -> u64 {
        StableHasher::of(&(self.config.seed, uid, purpose))
    }
    /// With which words the API server has refused the pods that a controller wanted at its last look at an object.
    pub fn refusal(&self, row: u8, uid: Uid) -> Option<&Text> {
        self.refusals.get(&Event::Reconcile(row, uid)).map(|(_, words)| words)
    }
    /// Is the actor switched off?
    pub fn is_off(&self, actor: Actor) -> bool {
        matches!(actor, Actor::Controller(row) if self.switched_off >> row & 1 == 1)
    }
    /// Does the node's machine run?
    pub fn is_alive(&self, node: &str) -> bool {
        !self.dead_nodes.contains_key(node)
    }
    /// Since when the node's machine has not run, if it does not.
    pub fn down_since(&self, node: &str) -> Option<Time> {
        self.dead_nodes.get(node).copied()
    }
    /// What came of the last attempt to place a pod, if it is still remembered.
    pub fn last_attempt(&self, pod: Uid) -> Option<&scheduler::Attempt> {
        self.scheduler.last_attempt(pod)
    }
    /// The name of the node of a verdict.
    pub fn judged_node(&self, verdict: &scheduler::Verdict) -> &Text {
        self.scheduler.node_name(verdict.place)
    }

    /// A hash of everything that the world knows: what decides the future, and what is shown of the past. The same
    /// natively and in wasm.
    pub fn hash(&self) -> u64 {
        // Taken apart, so that a new field cannot be forgotten here.
        let World {
            store,
            events,
            records,
            history,
            flights,
            traffic,
            scheduler,
            addresses,
            links,
            switched_off,
            dead_nodes,
            pulled,
            disks,
            config,
            now,
            agenda,
            steps,
            memos,
            runtimes,
            acts,
            refusals,
        } = self;
        let mut hasher = StableHasher::default();
        (config, now, steps).hash(&mut hasher);
        (store, events, records, history, flights, traffic).hash(&mut hasher);
        (agenda, memos, runtimes, acts, refusals).hash(&mut hasher);
        (scheduler, addresses, links, switched_off, dead_nodes, pulled, disks).hash(&mut hasher);
        hasher.finish()
    }

    /// Carries out the next event. Returns false if nothing is due.
    pub fn step(&mut self) -> bool {
        let Some((at, event, cause)) = self.agenda.take() else {
            return false;
        };
        self.now = at;
        self.steps += 1;
        let (mut plan, by, about) = match event {
            Event::Reconcile(row, uid) => {
                ((controllers::ALL[row as usize].reconcile)(self, uid), Actor::Controller(row), uid)
            }
            Event::Schedule => {
                let mut queue = std::mem::take(&mut self.scheduler);
                let cycle = scheduler::cycle(self, &mut queue);
                self.scheduler = queue;
                (Plan { again: cycle.again, ..cycle.plan }, Actor::Scheduler, cycle.pod)
            }
            Event::Kubelet(uid) => (kubelet::sync(self, uid), Actor::Kubelet, uid),
            Event::Weigh(uid) => (kubelet::weigh(self, uid), Actor::Kubelet, uid),
            Event::Traffic(number) => (super::network::traffic::tick(self, number), Actor::User, Uid(0)),
        };
        let again = plan.again.take();
        let refused = self.carry_out(plan, by, about, cause);
        self.look_again(event, again, cause);
        if matches!(event, Event::Reconcile(..)) {
            self.try_again(event, refused, cause);
        }
        true
    }
    /// Carries out all that is due up to and at that instant, and then moves the clock there.
    pub fn run_until(&mut self, until: Time) {
        while self.next_due().is_some_and(|(at, _)| at <= until) {
            self.step();
        }
        self.now = self.now.max(until);
    }

    /// Whoever was refused tries again, each time after twice as long.
    /// Models client-go util/workqueue: DefaultTypedControllerRateLimiter.
    fn try_again(&mut self, event: Event, refused: Option<Text>, cause: u64) {
        let Some(words) = refused else {
            self.refusals.remove(&event);
            return;
        };
        let about = |uid| self.store.get(uid).map(Object::kind);
        let jobs = matches!(event, Event::Reconcile(_, uid) if about(uid) == Some(Kind::Job));
        let (first, most) = if jobs { JOB_RETRY } else { (RETRY, RETRY_MAX) };
        let (times, said) = self.refusals.get_or_default(event);
        *times += 1;
        *said = words;
        let wait = (first * (1 << (*times - 1).min(18))).min(most);
        self.look_again(event, Some(wait), cause);
    }
    fn look_again(&mut self, event: Event, again: Option<Span>, cause: u64) {
        if let Some(span) = again {
            self.wake(event, self.now + span, cause);
        }
    }
    /// Makes an event due at that time, unless it is due earlier already.
    pub(super) fn wake(&mut self, event: Event, at: Time, cause: u64) {
        self.agenda.wake(self.now, event, at, cause);
    }

    /// Writes what an actor has decided; gives the API server's words where it refused a pod. `about` is the object that
    /// the actor looked at, `cause` the write that woke it.
    pub(super) fn carry_out(&mut self, plan: Plan, by: Actor, about: Uid, cause: u64) -> Option<Text> {
        let mut refused = None;
        let mut room = None;
        let mut absent = 0;
        if !plan.caption.is_empty() {
            let act = Act { at: self.now, caption: plan.caption, about };
            self.acts.insert(by, act);
        }
        for action in plan.actions {
            match action {
                Action::Create(object, because) => {
                    // A controller that is refused says so itself, by looking at the limits before it plans.
                    let _ = self.create(object, by, cause, because);
                }
                // After a refusal the others would only be refused as well.
                Action::CreatePod(pod, because) if refused.is_none() => {
                    let left = room.get_or_insert_with(|| self.batch(&pod, about));
                    if *left > 0 {
                        *left -= 1;
                        refused = self.create_pod(*pod, by, cause, because);
                        absent += i32::from(refused.is_some());
                    } else if let Actor::Controller(row) = by {
                        absent += 1;
                        self.wake(
                            Event::Reconcile(row, about),
                            self.now + super::pod_control::SLOW_START,
                            cause,
                        );
                    }
                }
                Action::CreatePod(..) => absent += 1,
                Action::DeletePod(uid, because) => self.delete_pod(uid, by, cause, because),
                Action::Update(mut object, because) => {
                    if let (Object::Job(job), 1..) = (&mut object, absent)
                        && !self.without_absent(job, absent)
                    {
                        continue;
                    }
                    self.update(object, by, cause, because);
                }
                Action::Release(uid, finalizer, because) => {
                    if let Some(mut object) = self.store.get(uid).cloned() {
                        object.meta_mut().remove_finalizer(finalizer);
                        self.update(object, by, cause, because);
                    }
                }
                Action::Delete(uid, grace, because) => self.delete(uid, grace, by, cause, because),
                Action::Say(said) => self.say(by, said),
                Action::Remember(uid, memo) => {
                    self.memos.insert((uid, by), memo);
                }
                Action::Run(uid, runtime) => {
                    self.runtimes.insert(uid, runtime);
                }
                Action::Keep(volume, files) if files.iter().next().is_none() => {
                    self.disks.remove(&volume);
                }
                Action::Keep(volume, files) => {
                    self.disks.insert(volume, files);
                }
                Action::Pulled(node, image) => {
                    let has = (node, image);
                    if !self.pulled.contains(&has) {
                        self.scheduler.image_pulled(&has.0, &has.1);
                        self.pulled.insert(has);
                    }
                }
                Action::Weigh(node) => {
                    self.wake(Event::Weigh(node), self.now + kubelet::WEIGHS, cause);
                }
                Action::Asked(pod, all, answered) => self.traffic.note(pod, self.age(), all, answered),
                Action::Sent(number, generator) => self.traffic.keep(number, generator),
                Action::Fly(flight) => self.fly(flight),
            }
        }
        refused
    }

    /// A Job counts the pods that it has asked for as active; those that were not made are not. Is there still anything
    /// to write? Models pkg/controller/job/job_controller.go: manageJob.
    fn without_absent(&self, job: &mut Rc<Job>, absent: i32) -> bool {
        let job = make_mut(job);
        job.status.active = (job.status.active - absent).max(0);
        self.store.get_as::<Job>(job.meta.uid).is_none_or(|old| old.status != job.status)
    }

    /// Says something about an object.
    pub(super) fn say(&mut self, by: Actor, said: Said) {
        if let Some(about) = self.store.get(said.uid) {
            let source = said.source.unwrap_or_else(|| by.name());
            self.events.say(self.now, source, about, said);
        }
    }

    /// Creates an object: admission gives it its identity, name and addresses, or refuses it.
    pub(super) fn create(
        &mut self,
        object: Object,
        by: Actor,
        cause: u64,
        because: Because,
    ) -> Result<Object, Refusal> {
        let object = super::admission::admit(self, object)?;
        let quotas =
            super::quota::charge(self, &object, None).inspect_err(|_| self.addresses.release(&object))?;
        for quota in quotas {
            let caption = format!("{} counts against it", object.meta().name);
            self.update(quota, by, cause, Because::of(object.meta().uid, "spec.hard", caption));
        }
        let (new, _) = self.store.put(object);
        self.committed(Verb::Added, None, new.clone(), by, cause, because);
        Ok(new)
    }
    /// Writes an object that exists. Without it, nothing happens: it was deleted meanwhile.
    pub(super) fn update(
        &mut self,
        mut object: Object,
        by: Actor,
        cause: u64,
        because: Because,
    ) -> Option<Object> {
        let uid = object.meta().uid;
        let old = self.store.get(uid)?;
        // Some kinds have no generation at all.
        if !object.same_spec(old) && old.meta().generation > 0 {
            object.meta_mut().generation += 1;
        }
        let meta = object.meta();
        let gone = meta.deletion.is_some_and(|d| d.grace_secs == 0) && meta.finalizers.is_empty();
        let gone = gone && !object.is_held();
        let (new, old) = self.store.put(object);
        self.committed(Verb::Modified, old, new.clone(), by, cause, because.clone());
        if gone {
            self.remove(uid, by, cause, because);
        }
        Some(new)
    }
    /// Asks for a deletion. Models staging k8s.io/apiserver pkg/registry/generic/registry/store.go: Delete, and
    /// pkg/registry/core/pod/strategy.go: CheckGracefulDelete.
    pub(super) fn delete(&mut self, uid: Uid, grace: Option<i64>, by: Actor, cause: u64, because: Because) {
        let Some(object) = self.store.get(uid) else {
            return;
        };
        let wanted = match object {
            Object::Pod(pod) if pod.node.is_empty() || pod.is_terminal() => 0,
            Object::Pod(pod) => grace.unwrap_or_else(|| pod.spec.grace_secs()),
            _ => 0,
        };
        let meta = object.meta();
        if wanted == 0 && meta.finalizers.is_empty() && !object.is_held() {
            return self.remove(uid, by, cause, because);
        }
        // A second deletion can only shorten the grace of the first.
        if meta.deletion.is_some_and(|d| d.grace_secs <= wanted) {
            return;
        }
        let mut object = object.clone();
        let asked = object.meta().deletion.map_or(self.now, |d| d.asked);
        let meta = object.meta_mut();
        meta.deletion = Some(Deletion { asked, grace_secs: wanted });
        meta.generation += i64::from(meta.generation > 0);
        let (new, old) = self.store.put(object);
        self.committed(Verb::Modified, old, new, by, cause, because);
    }
    fn remove(&mut self, uid: Uid, by: Actor, cause: u64, because: Because) {
        let Some(old) = self.store.take(uid) else {
            return;
        };
        self.runtimes.remove(&uid);
        self.traffic.forget(uid);
        let from = (uid, Actor::User)..=(uid, Actor::Controller(u8::MAX));
        let notes: Vec<_> = self.memos.range(from).map(|(key, _)| *key).collect();
        for key in notes {
            self.memos.remove(&key);
        }
        self.addresses.release(&old);
        self.committed(Verb::Deleted, Some(old.clone()), old, by, cause, because);
    }

    /// Tells everybody who watches.
    fn committed(
        &mut self,
        verb: Verb,
        old: Option<Object>,
        new: Object,
        by: Actor,
        cause: u64,
        because: Because,
    ) {
        let revision = self.store.revision();
        let change = Change { at: self.now, revision, verb, old, new };
        if let Object::Pod(pod) = &change.new {
            let had = change.old.as_ref().and_then(Object::as_ref::<Pod>).map_or(0, |p| p.status.ip);
            if had == 0 && pod.status.ip != 0 {
                self.addresses.note_pod_ip(&pod.node, pod.status.ip, pod.meta.uid);
            }
        }
        if let Object::Service(service) = &change.new
            && service.load_balancer_ip != 0
            && verb != Verb::Deleted
        {
            self.addresses.note_load_balancer(service.load_balancer_ip, service.meta.uid);
        }
        self.links.note(&change);
        self.history.note(self.now, &change);
        self.records.push(Record {
            revision,
            at: self.now,
            by,
            verb,
            uid: change.uid(),
            kind: change.kind(),
            cause,
            because,
        });
        #[cfg(debug_assertions)]
        controllers::others_do_not_care(&self.store, &change);
        for row in controllers::watching(change.kind()) {
            if !self.is_off(Actor::Controller(row)) {
                let mut wakes = Wakes::of(&mut self.agenda, self.now, row, WATCH_LATENCY, revision);
                (controllers::ALL[row as usize].watches)(&self.store, &change, &mut wakes);
            }
        }
        if self.scheduler.watch(self.now, &self.store, &change) {
            self.wake(Event::Schedule, self.now + WATCH_LATENCY, revision);
        }
        if let Some(after) = kubelet::watch(&change) {
            self.wake(Event::Kubelet(change.uid()), self.now + after, revision);
        }
        for (pod, after) in kubelet::shows(&self.store, &change) {
            self.wake(Event::Kubelet(pod), self.now + after, revision);
        }
    }
}
