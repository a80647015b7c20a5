//! What containers ask for, and what that makes of their pod.

use super::{Container, Cpu, Decode, PodSpec, Quantity, Resources, Shape, Text, Value};
use crate::reads;

/// Amounts of cpu, memory and whatever else nodes offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResourceList {
    /// Cores.
    pub cpu: Option<Cpu>,
    /// Bytes.
    pub memory: Option<Quantity>,
    /// All else by name, such as `ephemeral-storage` and `nvidia.com/gpu`.
    pub others: Vec<(Text, i64)>,
}

impl Decode for ResourceList {
    fn shape() -> Shape {
        Shape::Map(|| Shape::Quantity)
    }
    fn decode(value: &Value) -> Self {
        let mut list = ResourceList::default();
        for (name, amount) in value.fields() {
            match name.as_str() {
                "cpu" => list.cpu = Some(Cpu::decode(amount)),
                "memory" => list.memory = Some(Quantity::decode(amount)),
                _ => list.others.push((name.clone(), Quantity::decode(amount).amount)),
            }
        }
        list
    }
}

reads! {
    /// What a container needs and what it may use.
    pub struct ResourceRequirements {
        /// What the scheduler sets aside for it.
        pub requests: ResourceList = "requests",
        /// What it may not exceed.
        pub limits: ResourceList = "limits",
    }
}
impl PodSpec {
    /// What the scheduler must set aside: the sum over containers, or the largest init container if that is more.
    /// Models staging k8s.io/component-helpers/resource/helpers.go: PodRequests.
    pub fn requests(&self) -> Resources {
        let plus = |a: (i64, i64), b: (i64, i64)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
        let most = |a: (i64, i64), b: (i64, i64)| (a.0.max(b.0), a.1.max(b.1));
        let mut sum = self.containers.iter().map(Container::requests).fold((0, 0), plus);
        // Sidecars run beside the others, and beside the init containers that come after them.
        let (mut sidecars, mut initial) = ((0, 0), (0, 0));
        for container in &self.init_containers {
            let here = plus(container.requests(), sidecars);
            if container.is_sidecar() {
                sum = plus(sum, container.requests());
                sidecars = here;
            }
            initial = most(initial, here);
        }
        sum = most(sum, initial);
        let (cpu, memory) = (&self.overhead.cpu, &self.overhead.memory);
        sum.0 = sum.0.saturating_add(cpu.as_ref().map_or(0, |q| q.millis));
        sum.1 = sum.1.saturating_add(memory.as_ref().map_or(0, |q| q.amount));
        Resources { cpu_millis: sum.0, memory: sum.1, pods: 1 }
    }
    /// What it asks for beside cpu and memory, by name. Models PodRequests in the same file.
    pub fn other_requests(&self) -> Vec<(Text, i64)> {
        let mut sum: Vec<(Text, i64)> = Vec::new();
        let mut count = |list: &[(Text, i64)], join: fn(i64, i64) -> i64| {
            for (name, amount) in list {
                match sum.iter_mut().find(|(known, _)| known == name) {
                    Some((_, total)) => *total = join(*total, *amount),
                    None => sum.push((name.clone(), *amount)),
                }
            }
        };
        let own = |c: &Container| {
            // Of an extended resource the limit is the request.
            let ResourceRequirements { requests, limits, .. } = &c.resources;
            let unsaid = |(name, _): &&(Text, i64)| !requests.others.iter().any(|(known, _)| known == name);
            requests.others.iter().chain(limits.others.iter().filter(unsaid)).cloned().collect::<Vec<_>>()
        };
        self.containers.iter().for_each(|c| count(&own(c), i64::saturating_add));
        self.init_containers.iter().for_each(|c| count(&own(c), i64::max));
        count(&self.overhead.others, i64::saturating_add);
        sum
    }
    /// The quality of service. Models pkg/apis/core/v1/helper/qos: ComputePodQOS.
    pub fn qos_class(&self) -> &'static str {
        let all = || self.containers.iter().chain(&self.init_containers);
        let asks = |r: &ResourceList| r.cpu.is_some() || r.memory.is_some();
        if !all().any(|c| asks(&c.resources.requests) || asks(&c.resources.limits)) {
            return "BestEffort";
        }
        let exact = |c: &Container| {
            let (r, l) = (&c.resources.requests, &c.resources.limits);
            l.cpu.is_some()
                && l.memory.is_some()
                && (r.cpu.is_none() || r.cpu == l.cpu)
                && (r.memory.is_none() || r.memory == l.memory)
        };
        if all().all(exact) { "Guaranteed" } else { "Burstable" }
    }
}
