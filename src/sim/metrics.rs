//! What containers use of CPU and memory, as the add-on metrics-server would report it.
//!
//! Nothing is measured, as nothing runs: what a container uses follows from its image, from what its process does and
//! from the requests that it has answered lately. The annotation `podium/behaviour` says it where that is not enough.

use super::controllers;
use super::kubelet::{Cell, CellState};
use super::record::Actor;
use super::workload::{Load, load_of};
use super::world::World;
use crate::api::{Container, ContainerState, Pod, Span, Text, Time};

/// How often metrics-server asks the kubelets, and over how long it takes the average.
/// Models sigs.k8s.io/metrics-server: metric-resolution.
pub const WINDOW: Span = Span::secs(15);
/// A container is told of once it has run for so long. Models metrics-server pkg/storage/pod.go: freshContainerMinMetricsResolution.
const FRESH: Span = Span::secs(10);
/// What a process uses that never waits.
const BUSY_MILLIS: i64 = 1_000;
/// What a node's own system uses.
pub(super) const SYSTEM: (i64, i64) = (60, 400 << 20);

/// What one container uses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Usage {
    /// The container.
    pub container: Text,
    /// Thousandths of a CPU.
    pub cpu_millis: i64,
    /// Bytes.
    pub memory: i64,
}

/// One round of metrics-server.
pub struct Sample<'a> {
    world: &'a World,
    /// When the kubelets were asked.
    pub at: Time,
}

/// The latest round; none without metrics-server.
pub fn sample(world: &World) -> Option<Sample<'_>> {
    if world.is_off(Actor::Controller(controllers::row("metrics-server"))) {
        return None;
    }
    let age = world.age();
    let at = world.config().start + Span(age.0 - age.0 % WINDOW.0);
    Some(Sample { world, at })
}

/// What a container uses of memory. The kernel gives no more than the limit.
pub(super) fn memory(container: &Container, cell: &Cell) -> i64 {
    let known = match &cell.state {
        CellState::Alive(process, ..) => process.memory(),
        _ => None,
    };
    let limit = container.resources.limits.memory.as_ref().map_or(i64::MAX, |q| q.amount);
    known.unwrap_or_else(|| load_of(container).memory).min(limit)
}

impl Sample<'_> {
    /// What a pod's containers use; none if it is not known yet, or not any more.
    pub fn pod(&self, pod: &Pod) -> Option<Vec<Usage>> {
        let runtime = self.world.runtime(pod.meta.uid)?;
        let containers = &pod.spec.containers;
        let cells = &runtime.cells[runtime.cells.len().checked_sub(containers.len())?..];
        let mut all = Vec::new();
        for ((container, cell), status) in containers.iter().zip(cells).zip(pod.status.containers.iter()) {
            let ContainerState::Running { started } = status.state else { continue };
            if started + FRESH > self.at {
                return None;
            }
            all.push(self.container(pod, container, cell));
        }
        (!all.is_empty()).then_some(all)
    }
    fn container(&self, pod: &Pod, container: &Container, cell: &Cell) -> Usage {
        let load = load_of(container);
        let mut cpu = load.cpu_millis + self.answering(pod, container, &load);
        if let CellState::Alive(process, ..) = &cell.state {
            if process.limit().is_some() {
                cpu = cpu.max(BUSY_MILLIS);
            }
            let said = process.behaviour();
            cpu = said.and_then(|b| b.cpu.as_ref()).map_or(cpu, |q| q.millis);
        }
        let limit = container.resources.limits.cpu.as_ref().map_or(i64::MAX, |q| q.millis);
        Usage {
            container: container.name.clone(),
            cpu_millis: cpu.min(limit),
            memory: memory(container, cell),
        }
    }
    /// What it takes to answer the requests of the window; the first container that can is taken to have done it.
    fn answering(&self, pod: &Pod, container: &Container, load: &Load) -> i64 {
        let until = (self.at - self.world.config().start).whole_secs();
        let count = self.world.traffic.answered(pod.meta.uid, until - WINDOW.whole_secs()..until);
        let first = pod.spec.containers.iter().find(|c| load_of(c).request_micros > 0);
        if first.is_some_and(|c| c.name != container.name) {
            return 0;
        }
        (count as i64 * load.request_micros + WINDOW.0 / 2_000) / (WINDOW.0 / 1_000)
    }
    /// What a node uses: its pods, and its own system.
    pub fn node(&self, name: &Text) -> (i64, i64) {
        let mut sum = SYSTEM;
        for usage in self.world.store.pods_on(name).filter_map(|pod| self.pod(pod)).flatten() {
            sum = (sum.0 + usage.cpu_millis, sum.1 + usage.memory);
        }
        sum
    }
}
