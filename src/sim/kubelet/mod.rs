//! The kubelets: each makes, watches and stops the containers of the pods that are bound to its node.
//!
//! A kubelet never writes to the store itself and never knows who made a pod. Its latencies are those of the recorded
//! kubelet model: 1.0 s to make a sandbox, 0.5 s until an exit is seen, twice 0.7 s from the last exit to the phase.

mod cell;
mod deadline;
mod exit;
mod handler;
mod images;
mod order;
mod pressure;
mod probe;
mod start;
mod status;
mod stop;
mod volumes;

pub use cell::{Cell, CellState, End, Runtime, Stage};
pub(super) use handler::exec;
pub(super) use images::size as image_size;
pub(super) use pressure::{WEIGHS, weigh};
pub(super) use stop::crash;
pub(super) use volumes::shows;

use super::plan::{Action, Plan};
use super::record::{Because, Change, Verb};
use super::world::World;
use crate::api::{Object, Pod, Span, Time, Uid};
use crate::sim::EventType;
use cell::Task;
use std::rc::Rc;

/// From the bind until the kubelet has seen the pod.
const SEES: Span = Span::millis(60);
/// From seeing a pod until its sandbox and network are there.
const SANDBOX: Span = Span::millis(1_000);
/// From a container's exit until it is seen.
const EXIT_SEEN: Span = Span::millis(500);
/// The same while the pod is being stopped, when the kubelet is waiting for just that.
const EXIT_SEEN_STOPPING: Span = Span::millis(270);
/// From the last exit seen to the sandbox's end, and from there to the terminal phase.
const TEARDOWN: Span = Span::millis(700);
/// The same while the pod is being stopped.
const TEARDOWN_STOPPING: Span = Span::millis(450);
/// From the terminal phase of a pod that is being deleted until it is gone.
const GONE: Span = Span::millis(200);
/// What a process that was killed exits with: 128 and the number of SIGKILL.
const KILLED: i32 = 137;
/// The wait after a container could not be started, and what chance adds to it.
/// Models pkg/kubelet/kubelet.go: backOffPeriod, pkg/kubelet/pod_workers.go: workerBackOffPeriodJitterFactor.
const RESYNC: Span = Span::secs(10);
const RESYNC_JITTER_MS: u64 = 5_000;

/// Is a change something for the kubelet, and how soon does it see it?
pub(super) fn watch(change: &Change) -> Option<Span> {
    let Object::Pod(pod) = &change.new else {
        return None;
    };
    if pod.node.is_empty() || change.verb == Verb::Deleted {
        return None;
    }
    let old = change.old.as_ref().and_then(Object::as_ref::<Pod>);
    let bound = old.is_none_or(|o| o.node.is_empty());
    let deleted = old.is_some_and(|o| o.meta.deletion != pod.meta.deletion);
    // Of a pod that runs, only its images may be changed, and little else.
    let changed = old.is_some_and(|o| o.meta.generation != pod.meta.generation);
    let evicted = old.is_some_and(|o| o.status.reason != pod.status.reason && pressure::is_evicted(pod));
    (bound || deleted || changed || evicted).then_some(SEES)
}

/// Looks at one pod and does what is due. Models pkg/kubelet/kubelet.go: SyncPod.
pub(super) fn sync(world: &World, uid: Uid) -> Plan {
    let Some(pod) = world.store.get_as::<Pod>(uid) else {
        return Plan::nothing();
    };
    if !world.is_alive(&pod.node) {
        return Plan::nothing();
    }
    let Some(runtime) = world.runtime(uid) else {
        return start::first_sight(world, pod);
    };
    let mut sync = Sync::of(world, pod, Runtime::clone(runtime));
    sync.run();
    sync.finish(pod)
}

/// One look at one pod: what was read, and what is being written.
struct Sync<'a> {
    world: &'a World,
    now: Time,
    pod: Pod,
    runtime: Runtime,
    plan: Plan,
    because: Because,
}

impl<'a> Sync<'a> {
    fn of(world: &'a World, pod: &Pod, runtime: Runtime) -> Sync<'a> {
        let (plan, because) = (Plan::roomy(), Because::default());
        Sync { world, now: world.now(), pod: pod.clone(), runtime, plan, because }
    }
}

impl Sync<'_> {
    fn run(&mut self) {
        self.look_at_deletion();
        self.look_at_deadline();
        self.look_at_pressure();
        self.look_at_images();
        self.refresh_waiting();
        let stage_due = self.runtime.due.is_some_and(|at| at <= self.now);
        match self.runtime.stage {
            Stage::Creating if stage_due => self.make_sandbox(),
            Stage::Ended if stage_due => self.tear_down(),
            Stage::TornDown if stage_due => self.write_phase(),
            Stage::Terminal if stage_due => {
                let because = Because::of(
                    self.pod.meta.uid,
                    "metadata.deletionTimestamp",
                    "its containers have stopped",
                );
                self.runtime.due = None;
                self.plan.actions.push(Action::Delete(self.pod.meta.uid, Some(0), because));
            }
            _ => {}
        }
        while matches!(self.runtime.stage, Stage::Running | Stage::Stopping) {
            for i in 0..self.runtime.cells.len() {
                self.advance(i);
            }
            // One container's end or readiness may be another's turn.
            if !self.settle() {
                break;
            }
        }
    }

    /// Does what is due in one container.
    fn advance(&mut self, i: usize) {
        while let Some((_, task)) = self.runtime.cells[i].next().filter(|(at, _)| *at <= self.now) {
            match task {
                Task::State => self.go_on(i),
                Task::Term => self.terminate(i),
                Task::Kill => self.kill(i, "Error"),
                Task::OutOfMemory => self.kill(i, "OOMKilled"),
                Task::Hook => self.end_hook(i),
                Task::Probe(p) => self.probe(i, p),
            }
        }
    }
    fn go_on(&mut self, i: usize) {
        let failed_pull = self.runtime.cells[i].care.as_ref().is_some_and(|c| !c.pull_error.is_empty());
        match self.runtime.cells[i].state.clone() {
            CellState::Waiting(_, false) if failed_pull => self.note_pull_backoff(i),
            CellState::Waiting(_, false) => self.note_crash_loop(i),
            CellState::Waiting(_, true) => self.start(i),
            CellState::Pulling(_) => self.pulled(i),
            CellState::Alive(process, started, Some((_, reply))) => self.resume(i, process, started, reply),
            CellState::Dying(started, at, code) => self.ends(i, started, at, code),
            CellState::Exited(end) => self.see_exit(i, end),
            CellState::Alive(_, _, None) | CellState::Idle | CellState::Done => {}
        }
    }

    /// Says something of a container.
    fn say(&mut self, i: usize, kind: EventType, reason: &'static str, message: impl Into<crate::api::Text>) {
        let init = i < self.pod.spec.init_containers.len();
        let list = if init { "spec.initContainers" } else { "spec.containers" };
        let path = format!("{list}{{{}}}", self.pod.spec.container(i).name);
        self.plan.say_of(self.pod.meta.uid, kind, reason, message, path);
    }
    /// `name_namespace(uid)`. Models pkg/kubelet/util/format: Pod.
    fn pod_words(&self) -> String {
        let meta = &self.pod.meta;
        format!("{}_{}({})", meta.name, meta.namespace, meta.uid)
    }

    /// Puts what was decided into a plan; writes the pod only if its status changed.
    fn finish(mut self, before: &Rc<Pod>) -> Plan {
        self.set_status();
        let active = matches!(self.runtime.stage, Stage::Running | Stage::Stopping);
        let cells = self.runtime.cells.iter().filter_map(Cell::next).map(|(at, _)| at);
        let next = cells.filter(|_| active).chain(self.runtime.due).chain(self.deadline()).min();
        let Sync { mut plan, pod, because, runtime, now, .. } = self;
        plan.again = next.map(|at| at - now);
        plan.actions.push(Action::Run(pod.meta.uid, Rc::new(runtime)));
        if pod.status != before.status {
            plan.actions.insert(0, Action::Update(pod.into(), because));
        }
        plan
    }
}
