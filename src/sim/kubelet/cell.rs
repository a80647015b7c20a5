//! What runs inside a pod: its containers' processes, what they printed, and what is due for each of them.

use super::probe::Watch;
use crate::api::{Pod, Text, Time, make_mut};
use crate::sim::persistent::Sequence;
use crate::sim::workload::{Files, Process, Reply};
use std::rc::Rc;

/// What runs inside a pod.
#[derive(Clone, Debug, Hash)]
pub struct Runtime {
    /// The containers in the order of the spec, the init containers first.
    pub cells: Vec<Cell>,
    /// How far the pod is.
    pub stage: Stage,
    /// When the next stage begins.
    pub due: Option<Time>,
    /// Was the pod active for longer than it may be?
    pub(super) exceeded: bool,
    /// The volumes that live as long as the pod does, by their names, once something was written to them.
    pub(super) disks: Option<Rc<Vec<(Text, Files)>>>,
    /// How often its volumes could not be mounted.
    pub(super) failed_mounts: u32,
}

/// How far a pod is in the kubelet's hands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// Its volumes are being mounted and its sandbox is being made.
    Creating,
    /// Its containers run, or wait to run again.
    Running,
    /// It is being stopped.
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
    /// A hash of the image that it was last to be started from.
    pub(super) image: u32,
    /// What few containers need.
    pub(super) care: Option<Rc<Care>>,
}

/// What a container is doing, as the machine knows it; the status follows a little later.
#[derive(Clone, Debug, Hash)]
pub enum CellState {
    /// It is not its turn yet.
    Idle,
    /// To be started at that time; the flag: the status already says why it waits.
    Waiting(Time, bool),
    /// Its image is being pulled until that time.
    Pulling(Time),
    /// Alive. It goes on at that time with that reply; none: it waits for ever.
    Alive(Rc<Process>, Time, Option<(Time, Reply)>),
    /// It will end at that time with that code: it was told to stop.
    Dying(Time, Time, i32),
    /// It has ended, and the kubelet has not seen it yet.
    Exited(End),
    /// Ended for good.
    Done,
}

/// How a process ended.
#[derive(Clone, Debug, Hash)]
pub struct End {
    /// When it began.
    pub started: Time,
    /// When it ended.
    pub at: Time,
    /// Its exit code.
    pub code: i32,
    /// When the kubelet sees it.
    pub seen: Time,
    /// One word, if it is not what follows from the code.
    pub(super) reason: &'static str,
    /// What it said of its end.
    pub(super) message: Text,
}

/// What a container needs that is watched, hindered or being stopped.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Care {
    /// Its probes.
    pub watches: Vec<Watch>,
    /// How often in a row its image could not be pulled, and what the last attempt said.
    pub pulls: u32,
    pub pull_error: Text,
    /// How it is being stopped.
    pub halt: Option<Halt>,
    /// When its postStart hook ends, and what went wrong with it.
    pub hook: Option<(Time, Option<Text>)>,
    /// When it has used up its memory.
    pub oom: Option<Time>,
}

/// How a container is being stopped.
#[derive(Clone, Debug, Hash)]
pub(super) struct Halt {
    /// When it is sent SIGTERM.
    pub term: Time,
    /// Others must be gone before that.
    pub waits: bool,
    /// Was it sent SIGTERM?
    pub told: bool,
    /// When it is killed.
    pub kill: Time,
    /// Is it started again, whatever its exit code?
    pub restarts: bool,
}

/// What can be due for a container.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Task {
    State,
    Term,
    Kill,
    OutOfMemory,
    Hook,
    Probe(usize),
}

impl Runtime {
    pub(super) fn new(cells: Vec<Cell>) -> Runtime {
        let stage = Stage::Creating;
        Runtime { cells, stage, due: None, exceeded: false, disks: None, failed_mounts: 0 }
    }
    /// The containers that are not init containers.
    pub fn main(&self, pod: &Pod) -> &[Cell] {
        &self.cells[pod.spec.init_containers.len().min(self.cells.len())..]
    }
}

impl Cell {
    pub(super) fn idle() -> Cell {
        Cell {
            state: CellState::Idle,
            log: Sequence::default(),
            previous_log: Sequence::default(),
            runs: 0,
            crashes: 0,
            image: 0,
            care: None,
        }
    }
    /// Does its process live?
    pub fn is_alive(&self) -> bool {
        matches!(self.state, CellState::Alive(..) | CellState::Dying(..))
    }
    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, CellState::Done)
    }
    pub(super) fn care(&mut self) -> &mut Care {
        make_mut(self.care.get_or_insert_with(Rc::default))
    }
    pub(super) fn halt(&self) -> Option<&Halt> {
        self.care.as_ref()?.halt.as_ref()
    }
    /// What is due next, and when; of what is due at once, its own doing comes first.
    pub(super) fn next(&self) -> Option<(Time, Task)> {
        let state = match &self.state {
            CellState::Waiting(at, _) | CellState::Pulling(at) | CellState::Dying(_, at, _) => Some(*at),
            CellState::Alive(_, _, wake) => wake.as_ref().map(|w| w.0),
            CellState::Exited(end) => Some(end.seen),
            CellState::Idle | CellState::Done => None,
        };
        let mut first = state.map(|at| (at, Task::State));
        let Some(care) = self.care.as_ref().filter(|_| self.is_alive()) else { return first };
        let mut also = |at: Time, task| {
            if first.is_none_or(|f| at < f.0) {
                first = Some((at, task));
            }
        };
        if let Some(halt) = &care.halt {
            also(halt.kill, Task::Kill);
            if !halt.told && !halt.waits {
                also(halt.term, Task::Term);
            }
        }
        if let Some(at) = care.oom {
            also(at, Task::OutOfMemory);
        }
        if let Some((at, _)) = care.hook {
            also(at, Task::Hook);
        }
        for (p, watch) in care.watches.iter().enumerate().filter(|_| care.halt.is_none()) {
            if let Some(at) = watch.due() {
                also(at, Task::Probe(p));
            }
        }
        first
    }
}
