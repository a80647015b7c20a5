//! The kubelets: each makes, watches and stops the containers of the pods that are bound to its node.
//!
//! A kubelet never writes to the store itself and never knows who made a pod. Its latencies are those of the recorded
//! kubelet model: 1.0 s to make a sandbox, 0.5 s until an exit is seen, twice 0.7 s from the last exit to the phase.

mod images;
mod start;
mod status;
mod stop;

pub(super) use stop::crash;

use super::persistent::Sequence;
use super::plan::{Action, Plan};
use super::record::{Because, Change, Verb};
use super::workload::{Process, Reply};
use super::world::World;
use crate::api::{ContainerState, Ended, Object, Phase, Pod, RestartPolicy, Span, Text, Time, Uid};
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
/// From a crash seen until the status says that the container waits.
const CRASH_NOTED: Span = Span::millis(500);
/// From the first crash seen until the container is started again.
const FIRST_RESTART: Span = Span::millis(400);
/// The first and the longest wait before a container that crashed is started again.
/// Models pkg/kubelet/kubelet.go: baseBackOff (containerBackOffPeriod), MaxContainerBackOff.
const CRASH_BACKOFF: Span = Span::secs(10);
const CRASH_BACKOFF_MAX: Span = Span::secs(300);
/// A container that ran for so long has its crashes forgotten. Models client-go util/flowcontrol: twice the longest wait.
const CRASHES_FORGOTTEN: Span = Span::secs(600);

/// What runs inside a pod.
#[derive(Clone, Debug, Hash)]
pub struct Runtime {
    /// The containers, in the order of the spec.
    pub cells: Vec<Cell>,
    /// How far the pod is.
    pub stage: Stage,
    /// When the next stage begins.
    pub due: Option<Time>,
}

/// How far a pod is in the kubelet's hands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// Its sandbox is being made and its images pulled.
    Creating,
    /// Its containers run, or wait to run again.
    Running,
    /// It is being stopped; what still runs when this is due is killed.
    Stopping,
    /// All containers have ended for good; the sandbox goes next.
    Ended,
    /// The sandbox is gone; the phase is written next.
    TornDown,
    /// The phase is written.
    Terminal,
}

/// One container's process and what it printed.
#[derive(Clone, Debug, Hash)]
pub struct Cell {
    /// What it is doing.
    pub state: CellState,
    /// What it printed since it was last started.
    pub log: Sequence<(Time, Text)>,
    /// What it printed the time before.
    pub previous_log: Sequence<(Time, Text)>,
    /// How often it was started.
    pub runs: u32,
    /// Crashes that count towards its back-off.
    pub crashes: u32,
}

/// What a container is doing, as the machine knows it; the status follows a little later.
#[derive(Clone, Debug, Hash)]
pub enum CellState {
    /// To be started at that time; the flag: the status already says why it waits.
    Waiting(Time, bool),
    /// Alive. It goes on at that time with that reply; none: it waits for ever.
    Alive(Rc<Process>, Time, Option<(Time, Reply)>),
    /// It will end at that time with that code: it was told to stop.
    Dying(Time, Time, i32),
    /// It began and ended at these times with that code; the kubelet sees it at the last time.
    Exited(Time, Time, i32, Time),
    /// Ended for good.
    Done,
}

impl Cell {
    fn new(start: Time) -> Cell {
        Cell {
            state: CellState::Waiting(start, true),
            log: Sequence::default(),
            previous_log: Sequence::default(),
            runs: 0,
            crashes: 0,
        }
    }
    /// Does its process live?
    pub fn is_alive(&self) -> bool {
        matches!(self.state, CellState::Alive(..) | CellState::Dying(..))
    }
    fn due(&self) -> Option<Time> {
        match &self.state {
            CellState::Waiting(at, _) => Some(*at),
            CellState::Alive(_, _, wake) => wake.as_ref().map(|w| w.0),
            CellState::Dying(_, at, _) => Some(*at),
            CellState::Exited(_, _, _, seen) => Some(*seen),
            CellState::Done => None,
        }
    }
}

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
    (bound || deleted).then_some(SEES)
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
    let mut sync = Sync {
        world,
        now: world.now(),
        pod: Pod::clone(pod),
        runtime: Runtime::clone(runtime),
        plan: Plan::roomy(),
        because: Because::default(),
    };
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

impl Sync<'_> {
    fn run(&mut self) {
        if self.pod.meta.is_terminating() && self.runtime.stage < Stage::Stopping {
            self.begin_stop();
        }
        let stage_due = self.runtime.due.is_some_and(|at| at <= self.now);
        match self.runtime.stage {
            Stage::Creating if stage_due => self.sandbox_ready(),
            Stage::Stopping if stage_due => self.kill(),
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
        if matches!(self.runtime.stage, Stage::Running | Stage::Stopping) {
            for i in 0..self.runtime.cells.len() {
                self.advance(i);
            }
            self.settle();
        }
    }

    /// Does what is due in one container.
    fn advance(&mut self, i: usize) {
        loop {
            let cell = &self.runtime.cells[i];
            if cell.due().is_none_or(|at| at > self.now) {
                return;
            }
            match cell.state.clone() {
                CellState::Waiting(at, false) => {
                    self.runtime.cells[i].state = CellState::Waiting(self.restart_at(i, at), true);
                    self.note_crash_loop(i);
                    return;
                }
                CellState::Waiting(_, true) => self.start(i),
                CellState::Alive(process, started, Some((_, reply))) => {
                    self.resume(i, process, started, reply)
                }
                CellState::Dying(started, at, code) => {
                    let seen = at + EXIT_SEEN_STOPPING;
                    self.runtime.cells[i].state = CellState::Exited(started, at, code, seen);
                }
                CellState::Exited(started, at, code, _) => self.see_exit(i, started, at, code),
                CellState::Alive(_, _, None) | CellState::Done => return,
            }
        }
    }

    /// The kubelet sees that a container has ended, and decides whether to start it again.
    /// Models pkg/kubelet/container/helpers.go: ShouldContainerBeRestarted.
    fn see_exit(&mut self, i: usize, started: Time, at: Time, code: i32) {
        let spec = &self.pod.spec.containers[i];
        let name = spec.name.clone();
        let ended = Ended {
            exit_code: code,
            reason: if code == 0 { "Completed" } else { "Error" }.into(),
            message: Text::default(),
            started,
            finished: at,
        };
        self.because = Because::of(
            self.pod.meta.uid,
            "spec.restartPolicy",
            format!("container {name} ended with exit code {code}"),
        );
        let restarts = self.runtime.stage == Stage::Running
            && match self.pod.spec.restart_policy {
                RestartPolicy::Always => true,
                RestartPolicy::OnFailure => code != 0,
                RestartPolicy::Never => false,
            };
        let cell = &mut self.runtime.cells[i];
        if at - started >= CRASHES_FORGOTTEN {
            cell.crashes = 0;
        }
        let statuses = Rc::make_mut(&mut self.pod.status.containers);
        statuses[i].ready = false;
        statuses[i].state = ContainerState::Terminated(ended);
        if !restarts {
            cell.state = CellState::Done;
            return;
        }
        cell.crashes += 1;
        if cell.crashes == 1 {
            cell.state = CellState::Waiting(self.now + FIRST_RESTART, true);
            return;
        }
        // First the status says that it ended, a little later that it waits.
        cell.state = CellState::Waiting(self.now + CRASH_NOTED, false);
        let meta = &self.pod.meta;
        let message = format!(
            "Back-off restarting failed container {name} in pod {}_{}({})",
            meta.name, meta.namespace, meta.uid
        );
        let path = format!("spec.containers{{{name}}}");
        self.plan.say_of(meta.uid, super::EventType::Warning, "BackOff", message, path);
    }
    fn crash_backoff(&self, i: usize) -> Span {
        let doublings = self.runtime.cells[i].crashes.saturating_sub(2).min(10);
        (CRASH_BACKOFF * (1 << doublings)).min(CRASH_BACKOFF_MAX)
    }
    fn restart_at(&self, i: usize, fallback: Time) -> Time {
        match &self.pod.status.containers[i].state {
            ContainerState::Terminated(ended) => ended.finished + self.crash_backoff(i),
            _ => fallback,
        }
    }
    fn note_crash_loop(&mut self, i: usize) {
        let backoff = self.crash_backoff(i);
        let meta = &self.pod.meta;
        let message = format!(
            "back-off {} restarting failed container={} pod={}_{}({})",
            minutes(backoff),
            self.pod.spec.containers[i].name,
            meta.name,
            meta.namespace,
            meta.uid
        );
        let status = &mut Rc::make_mut(&mut self.pod.status.containers)[i];
        if let ContainerState::Terminated(ended) = &status.state {
            status.last = Some(ended.clone());
        }
        status.state = ContainerState::Waiting { reason: "CrashLoopBackOff".into(), message: message.into() };
    }

    /// When every container has ended for good, the pod's own end begins.
    fn settle(&mut self) {
        let done = |c: &Cell| matches!(c.state, CellState::Done);
        if !self.runtime.cells.iter().all(done) {
            return;
        }
        let stopping = self.runtime.stage == Stage::Stopping;
        // A pod that is being stopped loses its sandbox together with its phase.
        self.runtime.stage = if stopping { Stage::TornDown } else { Stage::Ended };
        self.runtime.due = Some(self.now + if stopping { TEARDOWN_STOPPING } else { TEARDOWN });
    }
    fn tear_down(&mut self) {
        let conditions = &mut self.pod.status.conditions;
        conditions.set("PodReadyToStartContainers", false, "", "", self.now);
        self.runtime.stage = Stage::TornDown;
        self.runtime.due = Some(self.now + TEARDOWN);
    }
    fn write_phase(&mut self) {
        for i in 0..self.runtime.cells.len() {
            self.forget_waiting(i);
        }
        self.pod.status.phase = self.final_phase();
        self.pod.status.conditions.set("PodReadyToStartContainers", false, "", "", self.now);
        self.runtime.stage = Stage::Terminal;
        self.runtime.due = self.pod.meta.is_terminating().then(|| self.now + GONE);
        let caption = format!("all containers have ended: {}", self.pod.status.phase.word());
        self.because = Because::of(self.pod.meta.uid, "spec.restartPolicy", caption);
    }
    fn final_phase(&self) -> Phase {
        let failed = |s: &crate::api::ContainerStatus| !matches!(&s.state, ContainerState::Terminated(e) if e.exit_code == 0);
        if self.pod.status.containers.iter().any(failed) { Phase::Failed } else { Phase::Succeeded }
    }

    /// Puts what was decided into a plan; writes the pod only if its status changed.
    fn finish(mut self, before: &Rc<Pod>) -> Plan {
        self.set_conditions();
        if self.pod.status != before.status {
            self.plan.actions.insert(0, Action::Update(self.pod.clone().into(), self.because));
        }
        let cells = self.runtime.cells.iter().filter_map(Cell::due);
        let active = matches!(self.runtime.stage, Stage::Running | Stage::Stopping);
        let next = cells.filter(|_| active).chain(self.runtime.due).min();
        self.plan.again = next.map(|at| at - self.now);
        self.plan.actions.push(Action::Run(self.pod.meta.uid, Rc::new(self.runtime)));
        self.plan
    }
}

/// A span as Go prints it: `10s`, `1m20s`, `5m0s`.
fn minutes(span: Span) -> String {
    let secs = span.whole_secs();
    match secs / 60 {
        0 => format!("{secs}s"),
        m => format!("{m}m{}s", secs % 60),
    }
}
