//! Addresses: of nodes, pods and services.

use crate::api::{Object, Text, Uid};
use crate::sim::persistent::Map;

/// The first address of the services' range, 10.96.0.0/16. `kubernetes` has .1, the cluster's DNS .10.
pub const SERVICE_RANGE: u32 = u32::from_be_bytes([10, 96, 0, 0]);
/// How many addresses that range has.
const SERVICE_RANGE_SIZE: u32 = 1 << 16;
/// The first node port, and how many there are.
pub const NODE_PORTS: std::ops::Range<i32> = 30_000..32_768;
/// Load balancers' addresses: 203.0.113.0/24, kept for documentation.
const LOAD_BALANCER_RANGE: u32 = u32::from_be_bytes([203, 0, 113, 0]);
/// Nodes' addresses begin at 192.0.2.11, kept for documentation.
const NODE_RANGE: u32 = u32::from_be_bytes([192, 0, 2, 10]);

/// Who has which address.
#[derive(Clone, Default, Hash)]
pub struct Addresses {
    cluster_ips: Map<u32, Uid>,
    node_ports: Map<i32, Uid>,
    pod_cursor: Map<Text, u32>,
    pods: Map<u32, Uid>,
    load_balancers: Map<u32, Uid>,
}

impl Addresses {
    /// The address of the node with that number, from 1.
    pub fn of_node(number: u32) -> u32 {
        NODE_RANGE + number
    }
    /// The range of pods on the node with that number, from 1, as its first address: 10.244.1.0 and so on.
    pub fn pod_range(number: u32) -> u32 {
        u32::from_be_bytes([10, 244, 0, 0]).wrapping_add(number << 8)
    }
    /// The next free address on a node. Models the host-local allocator: round robin over the node's range.
    pub fn next_pod_ip(&self, node: &Text, range: u32) -> u32 {
        let mut last = self.pod_cursor.get(node).copied().unwrap_or(1);
        for _ in 0..253 {
            last = if last >= 254 { 2 } else { last + 1 };
            if !self.pods.contains_key(&(range + last)) {
                break;
            }
        }
        range + last
    }
    /// Notes that a pod on a node has an address.
    pub fn note_pod_ip(&mut self, node: &Text, ip: u32, uid: Uid) {
        self.pod_cursor.insert(node.clone(), ip & 0xff);
        self.pods.insert(ip, uid);
    }
    /// The pod that has an address.
    pub fn pod_at(&self, ip: u32) -> Option<Uid> {
        self.pods.get(&ip).copied()
    }
    /// A free virtual address, the search beginning at a number drawn by chance. None: the range is used up.
    pub fn take_cluster_ip(&mut self, uid: Uid, draw: u64) -> Option<u32> {
        // The lower part of the range is left for addresses chosen by hand (KEP-3070).
        let reserved = 256;
        let open = SERVICE_RANGE_SIZE - 1 - reserved;
        (0..open).find_map(|i| {
            let ip = SERVICE_RANGE + reserved + (draw as u32 % open + i) % open;
            self.claim_cluster_ip(ip, uid).then_some(ip)
        })
    }
    /// Claims one virtual address. False: somebody else has it.
    pub fn claim_cluster_ip(&mut self, ip: u32, uid: Uid) -> bool {
        let free = self.cluster_ips.get(&ip).is_none_or(|owner| *owner == uid);
        if free {
            self.cluster_ips.insert(ip, uid);
        }
        free
    }
    /// Is it an address for services?
    pub fn is_service_ip(ip: u32) -> bool {
        (SERVICE_RANGE..SERVICE_RANGE + SERVICE_RANGE_SIZE).contains(&ip)
    }
    /// A free node port, the search beginning at a number drawn by chance. None: the range is used up.
    pub fn take_node_port(&mut self, uid: Uid, draw: u64) -> Option<i32> {
        let size = NODE_PORTS.end - NODE_PORTS.start;
        (0..size).find_map(|i| {
            let port = NODE_PORTS.start + ((draw % size as u64) as i32 + i) % size;
            let free = !self.node_ports.contains_key(&port);
            (free && self.claim_node_port(port, uid)).then_some(port)
        })
    }
    /// Claims one node port. False: another service has it.
    pub fn claim_node_port(&mut self, port: i32, uid: Uid) -> bool {
        if !NODE_PORTS.contains(&port) {
            return false;
        }
        let free = self.node_ports.get(&port).is_none_or(|owner| *owner == uid);
        if free {
            self.node_ports.insert(port, uid);
        }
        free
    }
    /// The service that has a virtual address.
    pub fn service_at(&self, ip: u32) -> Option<Uid> {
        self.cluster_ips.get(&ip).copied()
    }
    /// The service that has a node port.
    pub fn service_on_port(&self, port: i32) -> Option<Uid> {
        self.node_ports.get(&port).copied()
    }
    /// The next address of a load balancer.
    pub fn next_load_balancer(&self) -> u32 {
        let last = self.load_balancers.get_max().map_or(LOAD_BALANCER_RANGE + 9, |(ip, _)| *ip);
        last + 1
    }
    /// Notes that a service has the address of a load balancer.
    pub fn note_load_balancer(&mut self, ip: u32, uid: Uid) {
        self.load_balancers.insert(ip, uid);
    }
    /// The service behind the address of a load balancer.
    pub fn balanced_at(&self, ip: u32) -> Option<Uid> {
        self.load_balancers.get(&ip).copied()
    }
    /// Takes back what a deleted object had.
    pub fn release(&mut self, object: &Object) {
        match object {
            Object::Pod(pod) => {
                self.pods.remove(&pod.status.ip);
            }
            Object::Service(service) => {
                self.load_balancers.remove(&service.load_balancer_ip);
                let ip = service.spec.cluster_ip.parse::<std::net::Ipv4Addr>();
                if let Ok(ip) = ip {
                    self.cluster_ips.remove(&u32::from(ip));
                }
                for port in service.spec.ports.iter().filter(|p| p.node_port != 0) {
                    self.node_ports.remove(&port.node_port);
                }
            }
            _ => {}
        }
    }
}
