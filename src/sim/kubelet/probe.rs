//! Probes: startup, liveness, readiness. Models pkg/kubelet/prober: worker.doProbe, prober.probe.

use super::cell::Halt;
use super::handler::Handler;
use super::{CellState, Sync};
use crate::api::{Container, Probe, RestartPolicy, Span, Text, Time};
use crate::sim::EventType;
use std::rc::Rc;

/// What a probe is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Purpose {
    Startup,
    Liveness,
    Readiness,
}

/// A probe at work.
#[derive(Clone, Debug, Hash)]
pub(super) struct Watch {
    purpose: Purpose,
    /// When it probes next; none: not until something happens.
    at: Option<Time>,
    /// An answer that is under way: when it comes, and what is wrong.
    answer: Option<(Time, Option<Text>)>,
    /// So many results in a row were the same.
    run: i64,
    last: bool,
    /// The result that counts; none: there is none yet.
    good: Option<bool>,
}

impl Watch {
    pub fn due(&self) -> Option<Time> {
        self.answer.as_ref().map(|a| a.0).or(self.at)
    }
}

impl Purpose {
    const ALL: [Purpose; 3] = [Purpose::Startup, Purpose::Liveness, Purpose::Readiness];
    fn spec(self, container: &Container) -> Option<&Rc<Probe>> {
        match self {
            Purpose::Startup => container.startup_probe.as_ref(),
            Purpose::Liveness => container.liveness_probe.as_ref(),
            Purpose::Readiness => container.readiness_probe.as_ref(),
        }
    }
    const fn word(self) -> &'static str {
        match self {
            Purpose::Startup => "Startup",
            Purpose::Liveness => "Liveness",
            Purpose::Readiness => "Readiness",
        }
    }
}

impl Sync<'_> {
    /// A container runs: its probes begin, those for its startup before the others.
    pub(super) fn begin_probes(&mut self, i: usize) {
        let spec = Rc::clone(&self.pod.spec);
        let container = spec.container(i);
        let starts = container.startup_probe.is_some();
        let mut watches = Vec::new();
        for purpose in Purpose::ALL {
            if let Some(probe) = purpose.spec(container) {
                let waits = starts && purpose != Purpose::Startup;
                let at = (!waits).then(|| self.first_probe(i, purpose, probe));
                let good = (purpose != Purpose::Startup).then_some(purpose == Purpose::Liveness);
                watches.push(Watch { purpose, at, answer: None, run: 0, last: false, good });
            }
        }
        if !watches.is_empty() {
            self.runtime.cells[i].care().watches = watches;
        }
    }
    /// A probe's clock ticks from when the kubelet took up the pod; those that decide whether a container has started or
    /// is ready tick from when they could first be asked. Before the delay is over, a tick does nothing.
    fn first_probe(&self, i: usize, purpose: Purpose, probe: &Probe) -> Time {
        let period = Span::secs(probe.period_seconds.max(1));
        let mut at = self.now;
        if purpose == Purpose::Liveness {
            let from = self.pod.status.started.unwrap_or(self.now);
            at = from + period * ((self.now - from).0 / period.0 + 1);
        }
        let started = match &self.runtime.cells[i].state {
            CellState::Alive(_, started, _) => *started,
            _ => self.now,
        };
        let lacks = (started + Span::secs(probe.initial_delay_seconds) - at).0.max(0);
        at + period * ((lacks + period.0 - 1) / period.0)
    }
    /// Does the probe of that purpose, if there is one, find the container well?
    fn finds_good(&self, i: usize, purpose: Purpose) -> bool {
        let care = self.runtime.cells[i].care.as_ref();
        let watch = care.and_then(|c| c.watches.iter().find(|w| w.purpose == purpose));
        watch.is_none_or(|w| w.good == Some(true))
    }
    /// Does it run, and has its startup probe said so, if it has one?
    pub(super) fn is_started(&self, i: usize) -> bool {
        let running =
            matches!(self.pod.status.container(i).state, crate::api::ContainerState::Running { .. });
        running && self.finds_good(i, Purpose::Startup)
    }
    pub(super) fn is_ready(&self, i: usize) -> bool {
        self.is_started(i) && self.finds_good(i, Purpose::Readiness)
    }

    /// Probes, or takes the answer.
    pub(super) fn probe(&mut self, i: usize, p: usize) {
        let spec = Rc::clone(&self.pod.spec);
        let container = spec.container(i);
        let watch = &mut self.runtime.cells[i].care().watches[p];
        let (purpose, now) = (watch.purpose, self.now);
        let Some(probe) = purpose.spec(container) else { return };
        if let Some((_, wrong)) = watch.answer.take() {
            return self.take(i, p, probe, wrong);
        }
        let period = Span::secs(probe.period_seconds.max(1));
        let asked = watch.at.unwrap_or(now);
        let outcome = self.handle(i, Handler::of_probe(probe), Span::secs(probe.timeout_seconds.max(1)));
        // Ticks that pass while it is busy, or while its node is down, are lost, but for one.
        let lost = (now - asked).0 / period.0 + (outcome.took.0 / period.0).max(1);
        let watch = &mut self.runtime.cells[i].care().watches[p];
        watch.at = Some(asked + period * lost);
        if outcome.errored {
            let word = purpose.word();
            let says = format!("{word} probe errored and resulted in unknown state: {}", outcome.says);
            return self.say(i, EventType::Warning, "Unhealthy", says);
        }
        let wrong = (!outcome.good).then(|| Text::from(outcome.says));
        if outcome.took > Span::millis(10) {
            watch.answer = Some((now + outcome.took, wrong));
            return;
        }
        self.take(i, p, probe, wrong);
    }
    /// Takes a result; so many in a row decide.
    fn take(&mut self, i: usize, p: usize, probe: &Probe, wrong: Option<Text>) {
        let good = wrong.is_none();
        let purpose = self.runtime.cells[i].care().watches[p].purpose;
        if let Some(says) = wrong {
            let says = format!("{} probe failed: {}", purpose.word(), says.trim_end());
            self.say(i, EventType::Warning, "Unhealthy", says);
        }
        let watch = &mut self.runtime.cells[i].care().watches[p];
        watch.run = if watch.last == good { watch.run + 1 } else { 1 };
        watch.last = good;
        let threshold = if good { probe.success_threshold } else { probe.failure_threshold };
        if watch.run < threshold.max(1) {
            return;
        }
        let before = watch.good.replace(good);
        match (purpose, good) {
            (Purpose::Startup, true) => {
                watch.at = None;
                self.start_other_probes(i);
            }
            (Purpose::Startup | Purpose::Liveness, false) => self.fail(i, purpose, probe),
            _ => {}
        }
        if before != Some(good) {
            let name = &self.pod.spec.container(i).name;
            let caption = format!("{} probe of container {name}", purpose.word());
            self.because = crate::sim::record::Because::of(self.pod.meta.uid, "spec.containers", caption);
        }
    }
    fn start_other_probes(&mut self, i: usize) {
        let spec = Rc::clone(&self.pod.spec);
        for p in 0..self.runtime.cells[i].care().watches.len() {
            let purpose = self.runtime.cells[i].care().watches[p].purpose;
            if purpose != Purpose::Startup
                && let Some(probe) = purpose.spec(spec.container(i))
            {
                let at = self.first_probe(i, purpose, probe);
                self.runtime.cells[i].care().watches[p].at = Some(at);
            }
        }
    }
    /// The container is killed, and started again unless the policy forbids it.
    /// Models pkg/kubelet/kuberuntime/kuberuntime_manager.go: computePodActions.
    fn fail(&mut self, i: usize, purpose: Purpose, probe: &Probe) {
        let container = self.pod.spec.container(i);
        let policy = container.restart_policy.unwrap_or(self.pod.spec.restart_policy);
        let restarts = policy != RestartPolicy::Never;
        let init = i < self.pod.spec.init_containers.len();
        let (who, again) = match (init, restarts) {
            (true, _) => ("Init container", ""),
            (false, true) => ("Container", ", will be restarted"),
            (false, false) => ("Container", ""),
        };
        let what = purpose.word().to_ascii_lowercase();
        let message = format!("{who} {} failed {what} probe{again}", container.name);
        let grace = probe.termination_grace_period_seconds.unwrap_or(self.pod.spec.grace_secs());
        let by = self.now + Span::secs(grace);
        self.halt(i, message, by, Halt { term: by, waits: false, told: false, kill: by, restarts });
    }
}
