//! Images: are they on the node, can they be had, and how long does it take to get them?

use super::cell::Halt;
use super::{CellState, RESYNC, RESYNC_JITTER_MS, Stage, Sync};
use crate::api::{Container, ContainerState, Pod, PullPolicy, Span, Text, image_name};
use crate::sim::EventType::{Normal, Warning};
use crate::sim::plan::Action;
use crate::sim::workload;
use crate::sim::world::World;
use std::rc::Rc;

/// The first and the longest wait before an image is pulled again.
/// Models pkg/kubelet/kubelet.go: imageBackOffPeriod, MaxImageBackOff.
const PULL_BACKOFF: Span = Span::secs(10);
const PULL_BACKOFF_MAX: Span = Span::secs(300);
/// From a pull that failed until the status says that it is put off.
const BACKOFF_NOTED: Span = Span::millis(1_200);
/// What a registry takes to say no.
const REFUSES: Span = Span::millis(100);

/// What must happen before a container can be made.
enum Wanted {
    /// Nothing: the node has the image.
    Present,
    /// The image is fetched, which takes so long.
    Pull(Span),
    /// It will never be there: the status' reason, the event's, and the message of both.
    Never(&'static str, &'static str, String),
}

/// Images with a tag are on every node from the start, as on a cluster that has been in use; `latest` is asked for each
/// time, which is slow at first and quick once the layers are there.
/// Models pkg/kubelet/images/image_manager.go: EnsureImageExists.
fn wanted(world: &World, pod: &Pod, container: &Container) -> Wanted {
    let image = &container.image;
    if let Some(why) = workload::invalid_name(image) {
        let message = format!(
            "Failed to apply default image tag {image:?}: couldn't parse image name {image:?}: {why}"
        );
        return Wanted::Never("InvalidImageName", "InspectFailed", message);
    }
    let policy = container.image_pull_policy.unwrap_or(default_policy(image));
    let pulled = world.pulled.contains(&(pod.node.clone(), image.clone()));
    let missing = || workload::missing(image);
    match policy {
        PullPolicy::Never if !pulled && (missing() || !workload::is_known(image)) => {
            let message = format!("Container image {image:?} is not present with pull policy of Never");
            Wanted::Never("ErrImageNeverPull", "ErrImageNeverPull", message)
        }
        // What could be pulled once is there.
        PullPolicy::Always | PullPolicy::IfNotPresent if !pulled && missing() => Wanted::Pull(REFUSES),
        PullPolicy::Always => Wanted::Pull(pull_span(world, pod, image, pulled)),
        _ => Wanted::Present,
    }
}

fn pull_span(world: &World, pod: &Pod, image: &str, pulled: bool) -> Span {
    let (least, spread) = if pulled { (300, 200) } else { (900, 700) };
    Span::millis(least + (world.draw(pod.meta.uid, image) % spread) as i64)
}

/// Models pkg/apis/core/v1/defaults.go: SetDefaults_Container.
fn default_policy(image: &str) -> PullPolicy {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        None | Some((_, "latest")) if !image.contains('@') => PullPolicy::Always,
        _ => PullPolicy::IfNotPresent,
    }
}

/// A plausible size in bytes: the same for the same name.
pub(in crate::sim) fn size(image: &str) -> u64 {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split(':').next().unwrap_or(name) {
        "busybox" => 2_223_686,
        "nginx" => 72_324_501,
        "alpine" => 3_653_068,
        other => 20_000_000 + crate::sim::StableHasher::of(other) % 80_000_000,
    }
}

/// What tells images apart.
fn mark(image: &str) -> u32 {
    crate::sim::StableHasher::of(image) as u32
}

impl Sync<'_> {
    /// A container whose image was changed is started anew.
    /// Models pkg/kubelet/kuberuntime/kuberuntime_manager.go: containerChanged, computePodActions.
    pub(super) fn look_at_images(&mut self) {
        if self.pod.meta.generation < 2 || self.runtime.stage != Stage::Running {
            return;
        }
        let (spec, init) = (Rc::clone(&self.pod.spec), self.pod.spec.init_containers.len());
        for (i, container) in spec.all_containers().enumerate() {
            let cell = &mut self.runtime.cells[i];
            let changed = cell.image != mark(&container.image) && cell.halt().is_none();
            match cell.state {
                // What could not be pulled is tried at once.
                CellState::Waiting(_, true) if changed && cell.runs == 0 => {
                    cell.state = CellState::Waiting(self.now, true);
                }
                CellState::Alive(..) if changed && (i >= init || container.is_sidecar()) => {
                    let by = self.now + Span::secs(spec.grace_secs());
                    let halt = Halt { term: by, waits: false, told: false, kill: by, restarts: true };
                    let (who, again) = match i < init {
                        true => ("Init container", ""),
                        false => ("Container", ", will be restarted"),
                    };
                    self.halt(i, format!("{who} {} definition changed{again}", container.name), by, halt);
                }
                _ => {}
            }
        }
    }
    /// A container is to be started, for the first time or again: its image comes first.
    pub(super) fn start(&mut self, i: usize) {
        let spec = Rc::clone(&self.pod.spec);
        let image = &spec.container(i).image;
        self.runtime.cells[i].image = mark(image);
        match wanted(self.world, &self.pod, spec.container(i)) {
            Wanted::Present => {
                let said = format!(
                    "Container image \"{image}\" already present on machine and can be accessed by the pod"
                );
                self.say(i, Normal, "Pulled", said);
                self.create(i);
            }
            Wanted::Pull(span) => {
                self.say(i, Normal, "Pulling", format!("Pulling image \"{image}\""));
                self.runtime.cells[i].state = CellState::Pulling(self.now + span);
            }
            Wanted::Never(reason, event, message) => {
                self.say(i, Warning, event, message.clone());
                self.cannot_start(i, reason, message, reason);
            }
        }
    }
    /// The registry has answered.
    pub(super) fn pulled(&mut self, i: usize) {
        let spec = Rc::clone(&self.pod.spec);
        let image = &spec.container(i).image;
        let pulled = self.world.pulled.contains(&(self.pod.node.clone(), image.clone()));
        if pulled || !workload::missing(image) {
            let ms = pull_span(self.world, &self.pod, image, pulled).0 / 1000;
            let took = if ms < 1000 { format!("{ms}ms") } else { format!("{}s", ms as f64 / 1000.0) };
            let bytes = size(image);
            let said = format!(
                "Successfully pulled image \"{image}\" in {took} ({took} including waiting). Image size: {bytes} bytes."
            );
            self.say(i, Normal, "Pulled", said);
            if !pulled {
                self.plan.actions.push(Action::Pulled(self.pod.node.clone(), image.clone()));
            }
            return self.create(i);
        }
        let whole = image_name(image);
        let why: Text = format!(
            "failed to pull and unpack image \"{whole}\": failed to resolve reference \"{whole}\": pull access denied, \
             repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
        )
        .into();
        self.say(i, Warning, "Failed", format!("Failed to pull image \"{image}\": {why}"));
        self.say(i, Warning, "Failed", "Error: ErrImagePull");
        self.waits(i, "ErrImagePull", why.clone());
        let cell = &mut self.runtime.cells[i];
        cell.state = CellState::Waiting(self.now + BACKOFF_NOTED, false);
        let care = cell.care();
        care.pulls += 1;
        care.pull_error = why;
    }
    /// It is tried again, each time after twice as long.
    pub(super) fn note_pull_backoff(&mut self, i: usize) {
        let said = format!("Back-off pulling image \"{}\"", self.pod.spec.container(i).image);
        self.say(i, Normal, "BackOff", said.clone());
        self.say(i, Warning, "Failed", "Error: ImagePullBackOff");
        let care = self.runtime.cells[i].care();
        let error = std::mem::take(&mut care.pull_error);
        let wait = (PULL_BACKOFF * (1 << (care.pulls - 1).min(10))).min(PULL_BACKOFF_MAX);
        self.waits(i, "ImagePullBackOff", format!("{said}: ErrImagePull: {error}"));
        self.runtime.cells[i].state = CellState::Waiting(self.now - BACKOFF_NOTED + wait, true);
    }
    /// A container cannot be made now; it is tried again a little later.
    pub(super) fn cannot_start(&mut self, i: usize, reason: &'static str, message: String, says: &str) {
        self.say(i, Warning, "Failed", format!("Error: {says}"));
        self.waits(i, reason, message);
        let jitter = self.world.draw(self.pod.meta.uid, "resync") % RESYNC_JITTER_MS;
        let again = self.now + RESYNC + Span::millis(jitter as i64);
        self.runtime.cells[i].state = CellState::Waiting(again, true);
    }
    pub(super) fn waits(&mut self, i: usize, reason: &'static str, message: impl Into<Text>) {
        let status = self.pod.status.container_mut(i);
        if let ContainerState::Terminated(ended) = &status.state {
            status.last = Some(ended.clone());
        }
        status.state = ContainerState::Waiting { reason: reason.into(), message: message.into() };
    }
}
