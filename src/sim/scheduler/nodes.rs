//! What the scheduler remembers of each node: the node, and what its pods take of it.

use crate::api::{ContainerPort, Node, Pod, Protocol, Resources, Text, make_mut};
use std::rc::Rc;

/// A port of the node's own that a pod claims: protocol, address (empty: all of them), number.
pub type HostPort = (Protocol, Text, i32);

/// A node and what its pods ask for.
#[derive(Clone, Hash)]
pub struct NodeInfo {
    /// The node.
    pub node: Rc<Node>,
    /// What its pods ask for.
    pub load: Resources,
    /// The same, a pod that asks for nothing counting as a little. Models pkg/scheduler/util: DefaultMilliCPURequest.
    pub weighed: Resources,
    /// What they ask for beside cpu and memory, by name.
    pub others: Rc<Vec<(Text, i64)>>,
    /// The ports of the node that they claim.
    pub ports: Rc<Vec<HostPort>>,
    /// Differs after each change that a filter or a score could see.
    pub version: u64,
}

impl NodeInfo {
    /// A node without pods.
    pub fn new(node: &Rc<Node>) -> NodeInfo {
        NodeInfo {
            node: Rc::clone(node),
            load: Resources::default(),
            weighed: Resources::default(),
            others: Rc::default(),
            ports: Rc::default(),
            version: 0,
        }
    }
    /// Adds a pod to the node (1), or takes it away (-1).
    pub fn weigh(&mut self, pod: &Pod, sign: i64) {
        let request = pod.spec.requests();
        for (sum, part) in [(&mut self.load, request), (&mut self.weighed, weighed(request))] {
            sum.cpu_millis += sign * part.cpu_millis;
            sum.memory += sign * part.memory;
            sum.pods += sign;
        }
        for (name, amount) in pod.spec.other_requests() {
            let others = make_mut(&mut self.others);
            match others.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += sign * amount,
                None => others.push((name, sign * amount)),
            }
        }
        for port in host_ports(pod) {
            let ports = make_mut(&mut self.ports);
            match ports.iter().position(|p| *p == port).filter(|_| sign < 0) {
                Some(place) => drop(ports.remove(place)),
                None => ports.push(port),
            }
        }
    }
}

/// A pod that asks for nothing still counts for a little, so that such pods spread too.
/// Models pkg/scheduler/util/pod_resources.go: DefaultMilliCPURequest, DefaultMemoryRequest.
pub fn weighed(request: Resources) -> Resources {
    let or = |n: i64, least: i64| if n == 0 { least } else { n };
    Resources {
        cpu_millis: or(request.cpu_millis, 100),
        memory: or(request.memory, 200 << 20),
        pods: request.pods,
    }
}

/// The ports of the node that a pod claims. Models pkg/scheduler/util/utils.go: GetHostPorts.
pub fn host_ports(pod: &Pod) -> impl Iterator<Item = HostPort> {
    let ports = pod.spec.containers.iter().flat_map(|c| &c.ports).filter(|p| p.host_port > 0);
    ports.map(|p: &ContainerPort| {
        let everywhere = p.host_ip == "0.0.0.0";
        (p.protocol, if everywhere { Text::default() } else { p.host_ip.clone() }, p.host_port)
    })
}
