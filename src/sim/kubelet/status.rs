//! The pod's phase and conditions, worked out from its containers.

use super::exit::restarts;
use super::{Stage, Sync};
use crate::api::{ContainerState, ContainerStatus, Phase, Pod, Text};

impl Sync<'_> {
    /// Everything that follows from the states of the containers.
    pub(super) fn set_status(&mut self) {
        self.set_readiness();
        if matches!(self.runtime.stage, Stage::Running | Stage::Stopping) {
            let phase = phase_of(&self.pod);
            // The end is written when the sandbox is gone.
            if !matches!(phase, Phase::Succeeded | Phase::Failed) {
                self.pod.status.phase = phase;
            }
        }
        self.set_conditions();
    }
    /// Models pkg/kubelet/prober/prober_manager.go: UpdatePodStatus.
    fn set_readiness(&mut self) {
        let init = self.pod.spec.init_containers.len();
        for i in 0..self.runtime.cells.len() {
            let (mut started, mut ready) = (self.is_started(i), self.is_ready(i));
            let status = self.pod.status.container(i);
            if i < init && !self.pod.spec.container(i).is_sidecar() {
                ready = matches!(&status.state, ContainerState::Terminated(ended) if ended.exit_code == 0);
                started = started && !ready;
            }
            if (status.started, status.ready) != (started, ready) {
                let status = self.pod.status.container_mut(i);
                (status.started, status.ready) = (started, ready);
            }
        }
    }

    /// Models pkg/kubelet/status/generate.go: GeneratePodReadyCondition and its neighbours.
    fn set_conditions(&mut self) {
        let now = self.now;
        let over = self.runtime.stage >= Stage::Ended;
        let stopped = self.is_failed().then_some(Phase::Failed);
        let ended = if over { Some(self.final_phase()) } else { stopped };
        let (spec, status) = (&self.pod.spec, &mut self.pod.status);
        let unready =
            names(&self.pod.spec.init_containers, &status.init_containers, |c, s| c.is_sidecar() && !s.ready)
                .chain(names(&spec.containers, &status.containers, |_, s| !s.ready));
        let unready: Vec<&str> = unready.collect();
        let (ready, reason, message): (bool, Text, Text) = match ended {
            Some(Phase::Succeeded) => (false, "PodCompleted".into(), Text::default()),
            Some(_) => (false, "PodFailed".into(), Text::default()),
            None if unready.is_empty() => (true, Text::default(), Text::default()),
            None => {
                let message = format!("containers with unready status: [{}]", unready.join(" "));
                (false, "ContainersNotReady".into(), message.into())
            }
        };
        let begun = status.containers.iter().any(has_begun);
        let incomplete = names(&spec.init_containers, &status.init_containers, |c, s| {
            if c.is_sidecar() { !s.started } else { !s.ready }
        });
        let incomplete: Vec<&str> = incomplete.filter(|_| !begun).collect();
        let conditions = &mut status.conditions;
        if ended == Some(Phase::Succeeded) {
            conditions.set("Initialized", true, "PodCompleted", "", now);
        } else if incomplete.is_empty() {
            conditions.set("Initialized", true, "", "", now);
        } else {
            let message = format!("containers with incomplete status: [{}]", incomplete.join(" "));
            conditions.set("Initialized", false, "ContainersNotInitialized", message, now);
        }
        conditions.set("ContainersReady", ready, reason.clone(), message.clone(), now);
        let gates = if ready { closed_gates(&self.pod) } else { String::new() };
        let conditions = &mut self.pod.status.conditions;
        if gates.is_empty() {
            conditions.set("Ready", ready, reason, message, now);
        } else {
            conditions.set("Ready", false, "ReadinessGatesNotReady", gates, now);
        }
        conditions.sort_as(&[
            "PodReadyToStartContainers",
            "Initialized",
            "Ready",
            "ContainersReady",
            "PodScheduled",
        ]);
    }

    /// Has the kubelet itself made an end of the pod?
    fn is_failed(&self) -> bool {
        self.runtime.exceeded || super::pressure::is_evicted(&self.pod)
    }
    /// The phase once no container will be started any more.
    pub(super) fn final_phase(&self) -> Phase {
        let failed = |s: &ContainerStatus| !matches!(end_of(s), Some(0));
        let status = &self.pod.status;
        let any = status.containers.iter().any(failed);
        if any || self.is_failed() { Phase::Failed } else { Phase::Succeeded }
    }
}

fn names<'a>(
    containers: &'a [crate::api::Container],
    statuses: &'a [ContainerStatus],
    which: impl Fn(&crate::api::Container, &ContainerStatus) -> bool + 'a,
) -> impl Iterator<Item = &'a str> {
    let all = containers.iter().zip(statuses);
    all.filter(move |(c, s)| which(c, s)).map(|(c, _)| c.name.as_str())
}

fn closed_gates(pod: &Pod) -> String {
    let closed = |gate: &crate::api::Value| {
        let name = gate.get("conditionType").as_str().unwrap_or("").to_owned();
        match pod.status.conditions.get(&name) {
            None => Some(format!("corresponding condition of pod readiness gate {name:?} does not exist.")),
            Some(c) if c.status == crate::api::Truth::True => None,
            Some(c) => Some(format!(
                "the status of pod readiness gate {name:?} is not \"True\", but {}",
                c.status.word()
            )),
        }
    };
    let all: Vec<String> = pod.spec.readiness_gates.iter().filter_map(closed).collect();
    all.join(", ")
}

fn has_begun(status: &ContainerStatus) -> bool {
    status.last.is_some() || !matches!(status.state, ContainerState::Waiting { .. })
}

/// The exit code of a container that does not run: while it waits to be started again, that of its last run.
fn end_of(status: &ContainerStatus) -> Option<i32> {
    match &status.state {
        ContainerState::Running { .. } => None,
        ContainerState::Waiting { .. } => status.last.as_ref().map(|e| e.exit_code),
        ContainerState::Terminated(ended) => Some(ended.exit_code),
    }
}

/// Models pkg/kubelet/kubelet_pods.go: getPhase.
fn phase_of(pod: &Pod) -> Phase {
    let (spec, status) = (&pod.spec, &pod.status);
    let running = |s: &ContainerStatus| matches!(s.state, ContainerState::Running { .. });
    let begun = status.containers.iter().any(has_begun);
    let mut pending = false;
    for (c, s) in spec.init_containers.iter().zip(status.init_containers.iter()) {
        if c.is_sidecar() {
            pending |= !begun && if running(s) { !s.started } else { end_of(s).is_none() };
            continue;
        }
        match end_of(s) {
            None => pending = true,
            Some(0) => {}
            Some(code) if !restarts(pod, c, true, code) => return Phase::Failed,
            Some(_) => {}
        }
    }
    let all = || status.containers.iter();
    if pending || all().any(|s| !running(s) && end_of(s).is_none()) {
        return Phase::Pending;
    }
    let again = |(c, s): (&crate::api::Container, &ContainerStatus)| {
        end_of(s).is_some_and(|code| restarts(pod, c, false, code))
    };
    if all().any(running) || spec.containers.iter().zip(all()).any(again) {
        return Phase::Running;
    }
    if all().all(|s| end_of(s) == Some(0)) { Phase::Succeeded } else { Phase::Failed }
}
