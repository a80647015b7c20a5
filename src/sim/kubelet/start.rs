//! Starting: first sight of a pod, its sandbox, its images, its containers.

use super::images::{self, Pull};
use super::{Cell, CellState, EXIT_SEEN, Runtime, SANDBOX, Stage, Sync};
use crate::api::{ContainerState, ContainerStatus, Ended, Job, Phase, Pod, Span, Text, Time};
use crate::sim::network;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::Because;
use crate::sim::workload::{Process, Reply, Setting, Turn};
use crate::sim::world::World;
use crate::sim::{EventType, Said};
use std::rc::Rc;

/// How many lines a container's log keeps.
const LOG_LINES_MAX: usize = 2_000;

/// The kubelet sees a pod for the first time.
pub(super) fn first_sight(world: &World, pod: &Rc<Pod>) -> Plan {
    let (now, uid) = (world.now(), pod.meta.uid);
    let mut plan = Plan::nothing();
    if pod.is_terminal() {
        return plan;
    }
    if pod.meta.is_terminating() {
        let because = Because::of(uid, "metadata.deletionTimestamp", "it was never started");
        plan.actions.push(Action::Delete(uid, Some(0), because));
        return plan;
    }
    let mut sync = Sync {
        world,
        now,
        pod: Pod::clone(pod),
        runtime: Runtime { cells: Vec::new(), stage: Stage::Creating, due: None },
        plan,
        because: Because::of(uid, "spec.nodeName", format!("{} takes the pod up", pod.node)),
    };
    let waiting = ContainerStatus {
        state: ContainerState::Waiting { reason: "ContainerCreating".into(), message: Text::default() },
        last: None,
        ready: false,
        restarts: 0,
    };
    let count = pod.spec.containers.len();
    sync.pod.status.containers = Rc::new(vec![waiting; count]);
    sync.pod.status.started = Some(now.floor_sec());
    sync.pod.status.phase = Phase::Pending;
    // Images are pulled one after another once the sandbox is there.
    let mut ready = now + SANDBOX;
    for container in &pod.spec.containers {
        sync.runtime.cells.push(Cell::new(ready));
        if let Pull::Takes(span) = images::pull(world, pod, container) {
            let said = format!("Pulling image \"{}\"", container.image);
            let path = path_of(&container.name);
            sync.plan.say_of(uid, EventType::Normal, "Pulling", said, path);
            ready += span;
        }
    }
    sync.runtime.due = Some(ready);
    let conditions = &mut sync.pod.status.conditions;
    conditions.set("PodReadyToStartContainers", false, "", "", now);
    conditions.set("Initialized", true, "", "", now);
    sync.finish(pod)
}

fn path_of(container: &str) -> String {
    format!("spec.containers{{{container}}}")
}

impl Sync<'_> {
    /// The sandbox is there: the pod has an address, and its containers start.
    pub(super) fn sandbox_ready(&mut self) {
        let node = self.pod.node.clone();
        let range = network::pod_range_of(self.world, &node);
        self.pod.status.ip = self.world.addresses.next_pod_ip(&node, range);
        self.pod.status.conditions.set("PodReadyToStartContainers", true, "", "", self.now);
        self.runtime.stage = Stage::Running;
        self.runtime.due = None;
        self.pod.status.phase = Phase::Running;
        for i in 0..self.runtime.cells.len() {
            self.runtime.cells[i].state = CellState::Waiting(self.now, true);
        }
    }

    /// Starts one container, for the first time or again.
    pub(super) fn start(&mut self, i: usize) {
        let uid = self.pod.meta.uid;
        let container = self.pod.spec.containers[i].clone();
        let path = path_of(&container.name);
        let mut say = |reason, message: String| {
            self.plan.say_of(uid, EventType::Normal, reason, message, path.clone());
        };
        match images::pull(self.world, &self.pod, &container) {
            Pull::Present => say(
                "Pulled",
                format!(
                    "Container image \"{}\" already present on machine and can be accessed by the pod",
                    container.image
                ),
            ),
            Pull::Takes(span) => say("Pulled", images::pulled_message(&container.image, span)),
        }
        say("Created", "Container created".to_owned());
        let cell = &mut self.runtime.cells[i];
        let status = &mut Rc::make_mut(&mut self.pod.status.containers)[i];
        if cell.runs > 0 {
            if let ContainerState::Terminated(ended) = &status.state {
                status.last = Some(ended.clone());
            }
            status.restarts += 1;
            cell.previous_log = std::mem::take(&mut cell.log);
        }
        let run = cell.runs;
        cell.runs += 1;
        let setting = Setting {
            image: &container.image,
            command: &container.command,
            args: &container.args,
            env: network::environment(self.world, &self.pod, &container),
            hostname: hostname(&self.pod),
            behaviour: self.pod.meta.annotations.get("podium/behaviour").map(|t| t.as_str()),
            luck: self.world.draw(uid, &format!("run {i} {run}")),
            run: run + failed_before(self.world, &self.pod),
        };
        self.plan.actions.push(Action::Pulled(self.pod.node.clone(), container.image.clone()));
        match Process::start(&setting) {
            Ok(process) => {
                let status = &mut Rc::make_mut(&mut self.pod.status.containers)[i];
                status.state = ContainerState::Running { started: self.now };
                status.ready = true;
                self.plan.say_of(uid, EventType::Normal, "Started", "Container started", path);
                self.because =
                    Because::of(uid, "spec.containers", format!("container {} started", container.name));
                self.resume(i, Rc::new(process), self.now, Reply::Waited);
            }
            Err(error) => {
                let message = format!("Error: {}", error.message);
                self.plan.say_of(uid, EventType::Warning, "Failed", message, path);
                let status = &mut Rc::make_mut(&mut self.pod.status.containers)[i];
                status.state = ContainerState::Terminated(Ended {
                    exit_code: error.exit_code,
                    reason: "StartError".into(),
                    message: error.message.clone(),
                    started: Time::from_unix(0),
                    finished: self.now,
                });
                let cell = &mut self.runtime.cells[i];
                cell.state = CellState::Exited(self.now, self.now, error.exit_code, self.now + EXIT_SEEN);
            }
        }
    }

    /// Lets a process go on until it waits, asks or ends.
    pub(super) fn resume(&mut self, i: usize, process: Rc<Process>, started: Time, reply: Reply) {
        let mut process = process;
        let mut lines = Vec::new();
        let turn = Rc::make_mut(&mut process).resume(reply, &mut lines, self.now);
        let cell = &mut self.runtime.cells[i];
        for line in lines {
            cell.log.push_back((self.now, line));
            if cell.log.len() > LOG_LINES_MAX {
                cell.log.pop_front();
            }
        }
        let alive = |wake| CellState::Alive(process, started, wake);
        let state = match turn {
            Turn::Sleep(span) => alive(Some((self.now + span.max(Span(1)), Reply::Waited))),
            Turn::Serve => alive(None),
            Turn::Exit(code) => CellState::Exited(started, self.now, code, self.now + EXIT_SEEN),
            Turn::Ask(question) => {
                let (answer, after, flight) = network::ask(self.world, &self.pod, &question);
                self.plan.actions.extend(flight.map(Action::Fly));
                alive(Some((self.now + after.max(Span(1)), Reply::Answer(answer))))
            }
            Turn::Busy => {
                self.note_endless_loop(i);
                alive(None)
            }
        };
        self.runtime.cells[i].state = state;
    }

    /// A real cluster would say nothing of a loop that never waits; the learner should hear of it all the same.
    fn note_endless_loop(&mut self, i: usize) {
        let name = &self.pod.spec.containers[i].name;
        let message = format!(
            "Container {name} runs commands without ever waiting: it keeps running, burning a core, until it is stopped. Podium does not follow its commands any further."
        );
        self.plan.actions.push(Action::Say(Said {
            field_path: path_of(name).into(),
            source: Some("podium"),
            ..Said::new(self.pod.meta.uid, EventType::Warning, "EndlessLoop", message)
        }));
    }
}

/// How many pods of the same Job have failed before: to the Job, this run is one more try.
fn failed_before(world: &World, pod: &Pod) -> u32 {
    let job = pod.meta.controller().and_then(|o| world.store.get_as::<Job>(o.uid));
    job.map_or(0, |job| job.status.failed.max(0) as u32)
}

/// The pod's host name. Models pkg/kubelet/kubelet_pods.go: GeneratePodHostNameAndDomain.
fn hostname(pod: &Pod) -> Text {
    if pod.spec.host_network {
        return pod.node.clone();
    }
    let name = if pod.spec.hostname.is_empty() { &pod.meta.name } else { &pod.spec.hostname };
    match name.char_indices().nth(63) {
        Some((end, _)) => name[..end].trim_end_matches(['-', '.']).to_owned().into(),
        None => name.clone(),
    }
}
