//! Nodes.

use super::*;
use crate::{reads, record, words};
use std::rc::Rc;

words! {
    /// What a taint does to pods that do not tolerate it.
    pub enum Effect { NoSchedule = "NoSchedule", PreferNoSchedule = "PreferNoSchedule", NoExecute = "NoExecute", }
}
reads! {
    /// A mark on a node that repels pods.
    pub struct Taint {
        /// Its key.
        pub key: Text = "key",
        /// Its value.
        pub value: Text = "value",
        /// What it does.
        pub effect: Effect = "effect",
    }
}
reads! {
    /// `NodeSpec`, as far as it is read.
    pub struct NodeSpec {
        /// The range from which pods of the node get their addresses.
        pub pod_cidr: Text = "podCIDR",
        /// Marks that repel pods.
        pub taints: Vec<Taint> = "taints",
        /// Set by `kubectl cordon`: no new pods.
        pub unschedulable: bool = "unschedulable",
    }
}

/// What a node offers, or pods ask for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Resources {
    /// Thousandths of a core.
    pub cpu_millis: i64,
    /// Bytes.
    pub memory: i64,
    /// A count of pods.
    pub pods: i64,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Node {
    /// Its metadata.
    pub meta: Meta,
    /// Taints and the like.
    pub spec: Spec<NodeSpec>,
    /// What is to be shared out among pods.
    pub allocatable: Resources,
    /// What it offers beside cpu, memory and places for pods, by name.
    pub others: Rc<[(Text, i64)]>,
    /// Ready, and the pressures.
    pub conditions: Conditions,
    /// Its own address, the last number of 192.0.2.x counted on.
    pub address: u32,
}

impl Node {
    /// What a manifest may say beside its metadata.
    pub fn body_shape() -> Shape {
        Shape::Struct(&[Field { name: "spec", shape: NodeSpec::shape }])
    }
    /// How much it offers of something that is neither cpu nor memory.
    pub fn offers(&self, name: &str) -> i64 {
        let own = self.others.iter().find(|(known, _)| known == name).map(|(_, amount)| *amount);
        own.unwrap_or(if name == "ephemeral-storage" { EPHEMERAL_STORAGE } else { 0 })
    }
    /// Is it `Ready`?
    pub fn is_ready(&self) -> bool {
        self.conditions.is_true("Ready")
    }
}

/// What each node has of it, in bytes.
const EPHEMERAL_STORAGE: i64 = 100 << 30;

/// An IPv4 address in dotted form.
pub fn dotted(ip: u32) -> String {
    std::net::Ipv4Addr::from(ip).to_string()
}

impl Resource for Node {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, value: &Value) -> Self {
        let capacity = value.at("status.capacity");
        Node {
            meta,
            spec: Spec::new(value.get("spec").clone()),
            allocatable: Resources {
                cpu_millis: Cpu::decode(capacity.get("cpu")).millis,
                memory: Quantity::decode(capacity.get("memory")).amount,
                pods: Quantity::decode(capacity.get("pods")).amount,
            },
            others: ResourceList::decode(capacity).others.into(),
            conditions: Conditions::default(),
            address: 0,
        }
    }
    fn keep_status(&mut self, old: &Self) {
        self.allocatable = old.allocatable;
        self.others = old.others.clone();
        self.conditions = old.conditions.clone();
        self.address = old.address;
    }
    fn same_spec(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
    fn body(&self) -> Value {
        let mut amounts = record! {
            "cpu" => format_cpu(self.allocatable.cpu_millis),
            "ephemeral-storage" => "100Gi",
            "hugepages-1Gi" => "0",
            "hugepages-2Mi" => "0",
            "memory" => format_memory(self.allocatable.memory),
            "pods" => self.allocatable.pods.to_string(),
        };
        for (name, amount) in self.others.iter() {
            amounts.map_mut().insert(name.clone(), amount.to_string().into());
        }
        let address = |kind: &'static str, address: String| record! { "address" => address, "type" => kind };
        let addresses = vec![
            address("InternalIP", dotted(self.address)),
            address("Hostname", self.meta.name.to_string()),
        ];
        record! {
            "spec" => self.spec.raw().clone(),
            "status" => record! {
                "addresses" => addresses,
                "allocatable" => amounts.clone(),
                "capacity" => amounts,
                "conditions" => self.conditions.to_value(Some("lastHeartbeatTime")),
                "nodeInfo" => self.info(),
            },
        }
    }
}

impl Node {
    /// `NodeSystemInfo`: the machine that all nodes are, each with identities of its own.
    fn info(&self) -> Value {
        let machine = self.meta.uid.to_string();
        record! {
            "architecture" => "amd64",
            "bootID" => Uid(mix(self.meta.uid.0)).to_string(),
            "containerRuntimeVersion" => "containerd://2.1.3",
            "kernelVersion" => "6.8.0-45-generic",
            "kubeProxyVersion" => "",
            "kubeletVersion" => "v1.36.2",
            "machineID" => machine.replace('-', ""),
            "operatingSystem" => "linux",
            "osImage" => "Debian GNU/Linux 12 (bookworm)",
            "systemUUID" => machine,
        }
    }
}

/// CPU in its shortest form: `4`, `1500m`.
pub fn format_cpu(millis: i64) -> String {
    if millis % 1000 == 0 { (millis / 1000).to_string() } else { format!("{millis}m") }
}

/// Memory in the largest binary unit that loses nothing: `8Gi`, `100Mi`.
pub fn format_memory(bytes: i64) -> String {
    let units = [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)];
    let whole = |(_, shift): &(&str, i32)| bytes != 0 && bytes % (1i64 << shift) == 0;
    match units.into_iter().find(|u| whole(u)) {
        Some((unit, shift)) => format!("{}{unit}", bytes >> shift),
        None => bytes.to_string(),
    }
}
