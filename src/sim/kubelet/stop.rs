//! Stopping: SIGTERM, the grace period, SIGKILL.

use super::{CellState, EXIT_SEEN_STOPPING, Stage, Sync};
use crate::api::{ContainerState, Ended, Span};
use crate::sim::EventType;
use crate::sim::record::Because;
use crate::sim::workload::Stop;
use std::rc::Rc;

/// What a process that was killed exits with: 128 and the number of SIGKILL.
const KILLED: i32 = 137;

impl Sync<'_> {
    /// The pod's deletion was asked for: every container is sent SIGTERM.
    /// Models pkg/kubelet/kuberuntime/kuberuntime_container.go: killContainer.
    pub(super) fn begin_stop(&mut self) {
        let deletion = self.pod.meta.deletion.expect("only called for a deletion");
        let uid = self.pod.meta.uid;
        self.because = Because::of(uid, "metadata.deletionTimestamp", "the pod is being stopped");
        let deadline = deletion.asked + Span::secs(deletion.grace_secs);
        for i in 0..self.runtime.cells.len() {
            let name = &self.pod.spec.containers[i].name;
            let cell = &mut self.runtime.cells[i];
            match &cell.state {
                CellState::Alive(process, started, _) => {
                    let said = format!("Stopping container {name}");
                    let path = format!("spec.containers{{{name}}}");
                    self.plan.say_of(uid, EventType::Normal, "Killing", said, path);
                    if let Stop::Exits { after, code } = process.on_sigterm()
                        && self.now + after < deadline
                    {
                        cell.state = CellState::Dying(*started, self.now + after, code);
                    }
                }
                CellState::Waiting(..) => {
                    cell.state = CellState::Done;
                }
                _ => {}
            }
        }
        self.runtime.stage = Stage::Stopping;
        self.runtime.due = Some(deadline);
    }
    /// A container that waited to be started will not be: its last end is its end. Its status says so with the phase.
    pub(super) fn forget_waiting(&mut self, i: usize) {
        let now = self.now;
        let status = &mut Rc::make_mut(&mut self.pod.status.containers)[i];
        if let ContainerState::Waiting { .. } = status.state {
            let never = Ended {
                exit_code: KILLED,
                reason: "ContainerStatusUnknown".into(),
                message: "The container could not be located when the pod was terminated".into(),
                started: now,
                finished: now,
            };
            status.state = ContainerState::Terminated(status.last.take().unwrap_or(never));
        }
    }
    /// The grace period is over: what still runs is killed.
    pub(super) fn kill(&mut self) {
        self.runtime.due = None;
        for cell in &mut self.runtime.cells {
            if let CellState::Alive(_, started, _) | CellState::Dying(started, ..) = cell.state {
                cell.state = CellState::Exited(started, self.now, KILLED, self.now + EXIT_SEEN_STOPPING);
            }
        }
    }
}

/// Kills what runs in a pod, as a fault would. Returns whether anything ran.
pub(in crate::sim) fn crash(
    world: &crate::sim::World,
    uid: crate::api::Uid,
    plan: &mut crate::sim::Plan,
) -> bool {
    let Some(runtime) = world.runtime(uid) else {
        return false;
    };
    let mut runtime = super::Runtime::clone(runtime);
    let now = world.now();
    let mut any = false;
    for cell in &mut runtime.cells {
        if let CellState::Alive(_, started, _) = cell.state {
            cell.state = CellState::Exited(started, now, KILLED, now + super::EXIT_SEEN);
            any = true;
        }
    }
    plan.actions.push(crate::sim::Action::Run(uid, Rc::new(runtime)));
    any
}
