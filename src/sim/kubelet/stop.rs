//! Stopping: the preStop hook, SIGTERM, the grace period, SIGKILL.

use super::cell::Halt;
use super::handler::Handler;
use super::{CellState, EXIT_SEEN, EXIT_SEEN_STOPPING, End, GONE, KILLED, Stage, Sync, TEARDOWN, deadline};
use crate::api::{ContainerState, Ended, Span, Text, Time};
use crate::sim::EventType;
use crate::sim::record::Because;
use crate::sim::workload::{Reply, Stop};
use std::rc::Rc;

/// Every container is given so long between SIGTERM and SIGKILL.
/// Models pkg/kubelet/kuberuntime/kuberuntime_container.go: minimumGracePeriodInSeconds.
pub(super) const LEAST_GRACE: Span = Span::secs(2);

impl Sync<'_> {
    /// Was the pod's deletion asked for? A second request can shorten the grace of the first.
    pub(super) fn look_at_deletion(&mut self) {
        let Some(deletion) = self.pod.meta.deletion else { return };
        let by = deletion.asked + Span::secs(deletion.grace_secs);
        if self.runtime.stage < Stage::Stopping {
            let uid = self.pod.meta.uid;
            self.because = Because::of(uid, "metadata.deletionTimestamp", "the pod is being stopped");
            // A kubelet that was away begins with the whole grace.
            let late = self.now - deletion.asked > LEAST_GRACE;
            self.begin_stop(if late { self.now + Span::secs(deletion.grace_secs) } else { by });
        } else if self.runtime.stage == Stage::Stopping {
            for cell in &mut self.runtime.cells {
                if cell.halt().is_some_and(|h| h.kill > by + LEAST_GRACE)
                    && let Some(halt) = &mut cell.care().halt
                {
                    halt.kill = by.max(self.now);
                }
            }
        }
    }
    /// Stops all containers by that time.
    pub(super) fn begin_stop(&mut self, by: Time) {
        self.runtime.stage = Stage::Stopping;
        self.runtime.due = None;
        for i in 0..self.runtime.cells.len() {
            match self.runtime.cells[i].state {
                CellState::Alive(..) => self.stop_with_pod(i, by),
                CellState::Idle | CellState::Waiting(..) | CellState::Pulling(_) => {
                    self.runtime.cells[i].state = CellState::Done;
                }
                _ => {}
            }
        }
    }
    /// Stops a container because its pod ends.
    pub(super) fn stop_with_pod(&mut self, i: usize, by: Time) {
        if let Some(halt) = self.runtime.cells[i].care().halt.as_mut() {
            halt.restarts = false;
            halt.kill = halt.kill.min(by);
            return;
        }
        let spec = self.pod.spec.container(i);
        let waits = i < self.pod.spec.init_containers.len() && spec.is_sidecar();
        let message = format!("Stopping container {}", spec.name);
        self.halt(i, message, by, Halt { term: by, waits, told: false, kill: by, restarts: false });
    }
    /// Runs the preStop hook of a container that is to be stopped, and notes when it is told.
    /// Models pkg/kubelet/kuberuntime/kuberuntime_container.go: killContainer.
    pub(super) fn halt(&mut self, i: usize, message: impl Into<Text>, by: Time, mut halt: Halt) {
        self.say(i, EventType::Normal, "Killing", message);
        halt.term = self.now;
        let spec = Rc::clone(&self.pod.spec);
        let hook = &spec.container(i).lifecycle.pre_stop;
        if !hook.is_null() && by > self.now {
            let grace = by - self.now;
            let done = self.handle(i, Handler::of_hook(hook), grace);
            if !done.good && done.took < grace {
                self.say(i, EventType::Warning, "FailedPreStopHook", "PreStopHook failed");
            }
            halt.term = self.now + done.took.min(grace);
        }
        halt.kill = by.max(halt.term + if halt.waits || halt.term >= by { LEAST_GRACE } else { Span::ZERO });
        self.runtime.cells[i].care().halt = Some(halt);
    }
    /// Sends SIGTERM.
    pub(super) fn terminate(&mut self, i: usize) {
        let cell = &mut self.runtime.cells[i];
        let Some(halt) = &mut cell.care().halt else { return };
        halt.told = true;
        let kill = halt.kill;
        let CellState::Alive(process, started, _) = cell.state.clone() else { return };
        match process.on_sigterm() {
            Stop::Exits { after, code } if self.now + after < kill => {
                cell.state = CellState::Dying(started, self.now + after, code);
            }
            Stop::Traps => self.resume(i, process, started, Reply::Sigterm),
            Stop::Exits { .. } | Stop::Ignores => {}
        }
    }
    /// Sends SIGKILL, or sees the kernel do so.
    pub(super) fn kill(&mut self, i: usize, reason: &'static str) {
        if let CellState::Alive(_, started, _) | CellState::Dying(started, ..) = self.runtime.cells[i].state {
            self.ends(i, started, self.now, KILLED);
            if let CellState::Exited(end) = &mut self.runtime.cells[i].state {
                end.reason = reason;
            }
        }
    }

    pub(super) fn tear_down(&mut self) {
        let conditions = &mut self.pod.status.conditions;
        conditions.set("PodReadyToStartContainers", false, "", "", self.now);
        self.runtime.stage = Stage::TornDown;
        self.runtime.due = Some(self.now + TEARDOWN);
    }
    pub(super) fn write_phase(&mut self) {
        for i in 0..self.runtime.cells.len() {
            self.forget_waiting(i);
        }
        let phase = self.final_phase();
        let status = &mut self.pod.status;
        if self.runtime.exceeded {
            (status.reason, status.message) = (deadline::REASON.into(), deadline::MESSAGE.into());
        }
        status.phase = phase;
        status.conditions.set("PodReadyToStartContainers", false, "", "", self.now);
        self.runtime.stage = Stage::Terminal;
        self.runtime.due = self.pod.meta.is_terminating().then(|| self.now + GONE);
        let caption = format!("all containers have ended: {}", phase.word());
        self.because = Because::of(self.pod.meta.uid, "spec.restartPolicy", caption);
    }
    /// A container that waited to be started will not be: its last end is its end. Its status says so with the phase.
    fn forget_waiting(&mut self, i: usize) {
        let now = self.now;
        let status = self.pod.status.container_mut(i);
        let ContainerState::Waiting { reason, .. } = &status.state else { return };
        let never = Ended {
            exit_code: KILLED,
            reason: "ContainerStatusUnknown".into(),
            message: "The container could not be located when the pod was terminated".into(),
            started: now,
            finished: now,
        };
        match status.last.take() {
            Some(last) => status.state = ContainerState::Terminated(last),
            None if *reason == *"ContainerCreating" => status.state = ContainerState::Terminated(never),
            None => {}
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
    let stopping = runtime.stage == Stage::Stopping;
    let seen = now + if stopping { EXIT_SEEN_STOPPING } else { EXIT_SEEN };
    for cell in &mut runtime.cells {
        if let CellState::Alive(_, started, _) = cell.state {
            let message = Text::default();
            cell.state = CellState::Exited(End { started, at: now, code: KILLED, seen, reason: "", message });
            any = true;
        }
    }
    plan.actions.push(crate::sim::Action::Run(uid, Rc::new(runtime)));
    any
}
