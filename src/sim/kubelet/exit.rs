//! Ends: what the kubelet makes of a container that has ended, and how long it waits before it starts it again.

use super::{Cell, CellState, EXIT_SEEN, EXIT_SEEN_STOPPING, End, Stage, Sync, TEARDOWN, TEARDOWN_STOPPING};
use crate::api::{Container, ContainerState, Ended, Pod, RestartPolicy, Span, Text, Time, Value, make_mut};
use crate::sim::EventType;
use crate::sim::record::Because;

/// From a crash seen until the status says that the container waits.
const CRASH_NOTED: Span = Span::millis(500);
/// From the first crash seen until the container is started again.
const FIRST_RESTART: Span = Span::millis(400);
/// The first and the longest wait before a container that crashed is started again.
/// Models pkg/kubelet/kubelet.go: backOffPeriod, MaxCrashLoopBackOff.
const CRASH_BACKOFF: Span = Span::secs(10);
const CRASH_BACKOFF_MAX: Span = Span::secs(300);
/// A container that ran for so long has its crashes forgotten. Models client-go util/flowcontrol: twice the longest wait.
const CRASHES_FORGOTTEN: Span = Span::secs(600);
/// How much of a log stands for what a container says of its end.
/// Models pkg/kubelet/container: MaxContainerTerminationMessageLogLines, MaxContainerTerminationMessageLogLength.
const LAST_WORDS_LINES: usize = 80;
const LAST_WORDS_BYTES: usize = 2048;
const MESSAGE_BYTES: usize = 4096;

/// Is a container that ended with that code started again?
/// Models pkg/api/v1/pod/util.go: ContainerShouldRestart.
pub(super) fn restarts(pod: &Pod, container: &Container, init: bool, code: i32) -> bool {
    let fits = |rule: &&Value| {
        let codes = rule.get("exitCodes");
        let listed = codes.get("values").items().iter().any(|v| v.as_int() == Some(code.into()));
        listed == (codes.get("operator").as_str() == Some("In"))
    };
    if container.restart_policy_rules.iter().any(|rule| fits(&rule)) {
        return true;
    }
    match container.restart_policy.unwrap_or(pod.spec.restart_policy) {
        RestartPolicy::Never => false,
        // An init container that has done its work is not needed again, unless it is a sidecar.
        RestartPolicy::Always => !init || container.is_sidecar() || code != 0,
        RestartPolicy::OnFailure => code != 0,
    }
}

impl Sync<'_> {
    /// A process has ended; the kubelet sees it a little later.
    pub(super) fn ends(&mut self, i: usize, started: Time, at: Time, code: i32) {
        let stopping = self.runtime.stage == Stage::Stopping;
        let seen = at + if stopping { EXIT_SEEN_STOPPING } else { EXIT_SEEN };
        let message = self.last_words(i, code);
        self.runtime.cells[i].state = CellState::Exited(End { started, at, code, seen, reason: "", message });
    }
    /// What the container says of its end: in a file, or else by the last lines of its log.
    /// Models pkg/kubelet/kuberuntime/kuberuntime_container.go: getTerminationMessage.
    fn last_words(&self, i: usize, code: i32) -> Text {
        let (cell, spec) = (&self.runtime.cells[i], self.pod.spec.container(i));
        if let CellState::Alive(process, ..) = &cell.state
            && let Some(text) = process.files().read(&spec.termination_message_path)
            && !text.is_empty()
        {
            return cut(text, MESSAGE_BYTES);
        }
        if code == 0 || spec.termination_message_policy != *"FallbackToLogsOnError" {
            return Text::default();
        }
        let skip = cell.log.len().saturating_sub(LAST_WORDS_LINES);
        let lines: String = cell.log.iter().skip(skip).map(|(_, line)| format!("{line}\n")).collect();
        cut(&lines[lines.ceil_char_boundary(lines.len().saturating_sub(LAST_WORDS_BYTES))..], MESSAGE_BYTES)
    }

    /// The kubelet sees that a container has ended, and decides whether to start it again.
    pub(super) fn see_exit(&mut self, i: usize, end: End) {
        let name = self.pod.spec.container(i).name.clone();
        let init = i < self.pod.spec.init_containers.len();
        let reason = match (end.reason, end.code) {
            ("", 0) => "Completed",
            ("", _) => "Error",
            (reason, _) => reason,
        };
        let ended = Ended {
            exit_code: end.code,
            reason: reason.into(),
            message: end.message.clone(),
            started: if reason == "StartError" { Time::from_unix(0) } else { end.started },
            finished: end.at,
        };
        let because = format!("container {name} ended with exit code {}", end.code);
        self.because = Because::of(self.pod.meta.uid, "spec.restartPolicy", because);
        let cell = &mut self.runtime.cells[i];
        let forced = cell.halt().is_some_and(|h| h.restarts);
        if let Some(care) = &mut cell.care {
            let care = make_mut(care);
            *care = super::cell::Care { pulls: care.pulls, ..Default::default() };
        }
        if end.at - end.started >= CRASHES_FORGOTTEN {
            cell.crashes = 0;
        }
        let goes_on = self.runtime.stage == Stage::Running && !self.is_over();
        let again = goes_on && (forced || restarts(&self.pod, self.pod.spec.container(i), init, end.code));
        let status = self.pod.status.container_mut(i);
        let hook = matches!(&status.state, ContainerState::Waiting { reason, .. } if *reason == *"PostStartHookError");
        match (again, reason) {
            // What could not be started waits, and its status goes on saying why.
            (true, "StartError") => {
                status.last = Some(ended);
                status.state =
                    ContainerState::Waiting { reason: "RunContainerError".into(), message: end.message };
            }
            (true, _) if hook => status.last = Some(ended),
            _ => status.state = ContainerState::Terminated(ended),
        }
        let cell = &mut self.runtime.cells[i];
        if !again {
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
        let message = format!("Back-off restarting failed container {name} in pod {}", self.pod_words());
        self.say(i, EventType::Warning, "BackOff", message);
    }
    /// Have all containers but the sidecars ended for good?
    fn is_over(&self) -> bool {
        self.runtime.main(&self.pod).iter().all(Cell::is_done)
    }

    pub(super) fn note_crash_loop(&mut self, i: usize) {
        let doublings = self.runtime.cells[i].crashes.saturating_sub(2).min(10);
        let backoff = (CRASH_BACKOFF * (1 << doublings)).min(CRASH_BACKOFF_MAX);
        let message = format!(
            "back-off {} restarting failed container={} pod={}",
            minutes(backoff),
            self.pod.spec.container(i).name,
            self.pod_words()
        );
        let status = self.pod.status.container_mut(i);
        if let ContainerState::Terminated(ended) = &status.state {
            status.last = Some(ended.clone());
        }
        status.state = ContainerState::Waiting { reason: "CrashLoopBackOff".into(), message: message.into() };
        let ended = status.last.as_ref().map_or(self.now, |e| e.finished);
        self.runtime.cells[i].state = CellState::Waiting(ended + backoff, true);
    }

    /// When every container has ended for good, the pod's own end begins. Returns whether anybody's turn has come.
    pub(super) fn settle(&mut self) -> bool {
        if self.runtime.cells.iter().all(Cell::is_done) {
            let stopping = self.runtime.stage == Stage::Stopping;
            // A pod that is being stopped loses its sandbox together with its phase.
            self.runtime.stage = if stopping { Stage::TornDown } else { Stage::Ended };
            self.runtime.due = Some(self.now + if stopping { TEARDOWN_STOPPING } else { TEARDOWN });
            return false;
        }
        if self.runtime.stage == Stage::Running && self.let_start() {
            return true;
        }
        self.let_stop()
    }
}

fn cut(text: &str, bytes: usize) -> Text {
    text[..text.floor_char_boundary(bytes)].to_owned().into()
}

/// A span as Go prints it: `10s`, `1m20s`, `5m0s`.
fn minutes(span: Span) -> String {
    let secs = span.whole_secs();
    match secs / 60 {
        0 => format!("{secs}s"),
        m => format!("{m}m{}s", secs % 60),
    }
}
