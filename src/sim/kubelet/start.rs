//! Starting: first sight of a pod, its sandbox, its containers and their postStart hooks.

use super::cell::{End, Halt};
use super::handler::Handler;
use super::{Cell, CellState, Runtime, SANDBOX, Stage, Sync};
use crate::api::{
    Container, ContainerState, ContainerStatus, Job, Phase, Pod, Quantity, Span, Text, Time, make_mut,
};
use crate::sim::network;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::Because;
use crate::sim::workload::{Process, Reply, Setting, Turn};
use crate::sim::world::World;
use crate::sim::{EventType, Said};
use std::rc::Rc;

/// How many lines a container's log keeps.
const LOG_LINES_MAX: usize = 2_000;
/// A process that needs more memory than it may have takes so long until it has used it up.
const FILLS_MEMORY: Span = Span::millis(400);

/// The kubelet sees a pod for the first time.
pub(super) fn first_sight(world: &World, pod: &Rc<Pod>) -> Plan {
    let (now, uid) = (world.now(), pod.meta.uid);
    let plan = Plan::nothing();
    if pod.is_terminal() {
        return plan;
    }
    let cells = pod.spec.all_containers().map(|_| Cell::idle()).collect();
    let mut sync = Sync::of(world, pod, Runtime::new(cells));
    sync.because = Because::of(uid, "spec.nodeName", format!("{} takes the pod up", pod.node));
    let (init, count) = (pod.spec.init_containers.len(), pod.spec.containers.len());
    // Models pkg/kubelet/kubelet_pods.go: convertToAPIContainerStatuses.
    let reason = if init > 0 { "PodInitializing" } else { "ContainerCreating" };
    let waiting = ContainerStatus {
        state: ContainerState::Waiting { reason: reason.into(), message: Text::default() },
        last: None,
        ready: false,
        started: false,
        restarts: 0,
    };
    let status = &mut sync.pod.status;
    if init > 0 {
        status.init_containers = Rc::new(vec![waiting.clone(); init]);
    }
    status.containers = Rc::new(vec![waiting; count]);
    status.started = Some(now.floor_sec());
    status.phase = Phase::Pending;
    status.conditions.set("PodReadyToStartContainers", false, "", "", now);
    if pod.meta.is_terminating() {
        // It is never started, and still it must end: whoever holds it by a finalizer waits for its phase.
        // Models pkg/kubelet/status/status_manager.go: TerminatePod.
        sync.runtime.stage = Stage::TornDown;
        sync.runtime.due = Some(now);
        return sync.finish(pod);
    }
    sync.runtime.due = Some(now + SANDBOX);
    sync.mount_volumes();
    sync.finish(pod)
}

impl Sync<'_> {
    /// The sandbox is there: the pod has an address, and its containers start.
    pub(super) fn make_sandbox(&mut self) {
        if self.runtime.failed_mounts > 0 && !self.mount_volumes() {
            return;
        }
        if self.runtime.failed_mounts > 0 {
            self.runtime.failed_mounts = 0;
            self.runtime.due = Some(self.now + SANDBOX);
            return;
        }
        let node = self.pod.node.clone();
        let range = network::pod_range_of(self.world, &node);
        self.pod.status.ip = self.world.addresses.next_pod_ip(&node, range);
        self.pod.status.conditions.set("PodReadyToStartContainers", true, "", "", self.now);
        self.runtime.stage = Stage::Running;
        self.runtime.due = None;
    }

    /// Makes one container, whose image is there, and starts it.
    pub(super) fn create(&mut self, i: usize) {
        let spec = Rc::clone(&self.pod.spec);
        let container = spec.container(i);
        if self.runtime.cells[i].care.is_some() {
            self.runtime.cells[i].care().pulls = 0;
        }
        let env = network::environment(self.world, &self.pod, container);
        let env = env.and_then(|env| self.may_run(container).map(|()| env));
        let env = match env {
            Ok(env) => env,
            Err(why) => return self.cannot_start(i, "CreateContainerConfigError", why.clone(), &why),
        };
        self.say(i, EventType::Normal, "Created", "Container created");
        self.forget_last_run(i);
        let uid = self.pod.meta.uid;
        let run = self.runtime.cells[i].runs - 1;
        // Luck is numbered as if there were no init containers, so that one more does not change that of the others.
        let init = spec.init_containers.len();
        let purpose = if i < init { format!("init {i} {run}") } else { format!("run {} {run}", i - init) };
        let setting = Setting {
            image: &container.image,
            command: &container.command,
            args: &container.args,
            env,
            hostname: hostname(&self.pod),
            behaviour: self
                .pod
                .meta
                .annotations
                .get("podium/behaviour")
                .filter(|_| i >= init)
                .map(|t| t.as_str()),
            luck: self.world.draw(uid, &purpose),
            run: run + failed_before(self.world, &self.pod),
        };
        match Process::start(&setting) {
            Ok(process) => self.begin(i, container, process),
            Err(error) => {
                self.say(i, EventType::Warning, "Failed", format!("Error: {}", error.message));
                let (at, code) = (self.now, error.exit_code);
                let end =
                    End { started: at, at, code, seen: at, reason: "StartError", message: error.message };
                self.see_exit(i, end);
            }
        }
    }
    /// A new run: the former one is the last, and its log the previous one.
    fn forget_last_run(&mut self, i: usize) {
        let cell = &mut self.runtime.cells[i];
        cell.runs += 1;
        if cell.runs < 2 {
            return;
        }
        cell.previous_log = std::mem::take(&mut cell.log);
        let status = self.pod.status.container_mut(i);
        if let ContainerState::Terminated(ended) = &status.state {
            status.last = Some(ended.clone());
        }
        status.restarts += 1;
    }
    /// Models pkg/kubelet/kuberuntime/security_context_others.go: verifyRunAsNonRoot.
    fn may_run(&self, container: &Container) -> Result<(), String> {
        let pod = &self.pod.spec.security_context;
        let of = |name: &str| {
            let own = container.security_context.get(name);
            if own.is_null() { pod.get(name) } else { own }
        };
        if of("runAsNonRoot").as_bool() != Some(true) {
            return Ok(());
        }
        let why = match of("runAsUser").as_int() {
            Some(0) => "container's runAsUser breaks non-root policy",
            None if !container.image.contains("unprivileged") => {
                "container has runAsNonRoot and image will run as root"
            }
            _ => return Ok(()),
        };
        Err(format!("{why} (pod: \"{}\", container: {})", self.pod_words(), container.name))
    }
    fn begin(&mut self, i: usize, container: &Container, mut process: Process) {
        self.mount_into(i, &mut process);
        if !container.working_dir.is_empty() {
            process.set_directory(&container.working_dir);
        }
        self.say(i, EventType::Normal, "Started", "Container started");
        let caption = format!("container {} started", container.name);
        self.because = Because::of(self.pod.meta.uid, "spec.containers", caption);
        let limit = container.resources.limits.memory.as_ref();
        if process.memory().zip(limit).is_some_and(|(used, limit): (i64, &Quantity)| used > limit.amount) {
            self.runtime.cells[i].care().oom = Some(self.now + FILLS_MEMORY);
        }
        if process.memory().is_some() {
            self.weighs();
        }
        self.resume(i, Rc::new(process), self.now, Reply::Waited);
        self.look_for_its_port(i);
        let hook = &container.lifecycle.post_start;
        if hook.is_null() || !self.runtime.cells[i].is_alive() {
            return self.runs(i, self.now);
        }
        // Until the hook has ended, the kubelet does not say that the container runs.
        let handler = Handler::of_hook(hook);
        let done = self.handle(i, handler, Span::secs(i64::from(i32::MAX)));
        let wrong =
            (!done.good).then(|| handler.failure(&container.name, &self.pod_words(), &done.says).into());
        self.runtime.cells[i].care().hook = Some((self.now + done.took, wrong));
    }
    /// The containers of a pod share one network: a port that another one listens on cannot be had.
    fn look_for_its_port(&mut self, i: usize) {
        let ports = |cell: &Cell| match &cell.state {
            CellState::Alive(process, ..) => process.ports().to_vec(),
            _ => Vec::new(),
        };
        let own = ports(&self.runtime.cells[i]);
        let others = self.runtime.cells.iter().enumerate().filter(|(j, _)| *j != i);
        let taken: Vec<u16> = others.flat_map(|(_, cell)| ports(cell)).collect();
        let Some(port) = own.into_iter().find(|port| taken.contains(port)) else { return };
        let line = format!("bind() to 0.0.0.0:{port} failed (98: Address already in use)");
        self.runtime.cells[i].log.push_back((self.now, line.into()));
        self.ends(i, self.now, self.now, 1);
    }
    fn runs(&mut self, i: usize, started: Time) {
        self.pod.status.container_mut(i).state = ContainerState::Running { started };
        if self.runtime.cells[i].is_alive() {
            self.begin_probes(i);
        }
    }
    /// The postStart hook has ended.
    /// Models pkg/kubelet/kuberuntime/kuberuntime_container.go: startContainer.
    pub(super) fn end_hook(&mut self, i: usize) {
        let hook = self.runtime.cells[i].care().hook.take();
        let CellState::Alive(_, started, _) = self.runtime.cells[i].state else { return };
        let Some(wrong) = hook.and_then(|(_, wrong)| wrong) else { return self.runs(i, started) };
        self.say(i, EventType::Warning, "FailedPostStartHook", "PostStartHook failed");
        self.waits(i, "PostStartHookError", wrong);
        let by = self.now + Span::secs(self.pod.spec.grace_secs());
        let halt = Halt { term: by, waits: false, told: false, kill: by, restarts: false };
        self.halt(i, "FailedPostStartHook", by, halt);
    }

    /// Lets a process go on until it waits, asks or ends.
    pub(super) fn resume(&mut self, i: usize, process: Rc<Process>, started: Time, reply: Reply) {
        let mut process = process;
        let mut lines = Vec::new();
        self.refresh_volumes(i, &mut process);
        let files = process.files().clone();
        let turn = make_mut(&mut process).resume(reply, &mut lines, self.now);
        let wrote = !process.files().is_same(&files);
        let cell = &mut self.runtime.cells[i];
        for line in lines {
            cell.log.push_back((self.now, line));
            if cell.log.len() > LOG_LINES_MAX {
                cell.log.pop_front();
            }
        }
        let wake = match &turn {
            Turn::Sleep(span) => Some((self.now + (*span).max(Span(1)), Reply::Waited)),
            Turn::Ask(question) => {
                let (answer, after, flight) = network::ask(self.world, &self.pod, question);
                self.plan.actions.extend(flight.map(Action::Fly));
                Some((self.now + after.max(Span(1)), Reply::Answer(answer)))
            }
            Turn::Serve | Turn::Exit(_) | Turn::Busy => None,
        };
        self.runtime.cells[i].state = CellState::Alive(process, started, wake);
        if wrote {
            self.share_files(i);
        }
        match turn {
            Turn::Exit(code) => self.ends(i, started, self.now, code),
            Turn::Busy => self.note_endless_loop(i),
            Turn::Sleep(_) | Turn::Ask(_) | Turn::Serve => {}
        }
    }

    /// A real cluster would say nothing of a loop that never waits; the learner should hear of it all the same, by an
    /// event, and by the pod itself.
    fn note_endless_loop(&mut self, i: usize) {
        if let CellState::Alive(process, ..) = &self.runtime.cells[i].state
            && process.limit().is_some_and(|why| why.contains("load on its CPU"))
        {
            // That is what it is there for.
            return;
        }
        let name = &self.pod.spec.container(i).name;
        let message: Text = format!(
            "Container {name} runs commands without ever waiting: it keeps running, burning a core, until it is stopped. Podium does not follow its commands any further."
        )
        .into();
        self.pod.status.message = message.clone();
        self.plan.actions.push(Action::Say(Said {
            field_path: format!("spec.containers{{{name}}}").into(),
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
