//! What a cluster is made of when it starts.

use crate::api::{Cpu, Quantity, Resources, Span, Text, Time};

/// The most pods that a cluster may hold: Kubernetes' own published limit.
pub const PODS_MAX: usize = 150_000;
/// The most nodes that a cluster may have: Kubernetes' own published limit.
pub const NODES_MAX: usize = 5_000;
/// The most objects of all kinds together.
pub const OBJECTS_MAX: usize = 400_000;

/// A cluster before anything was applied to it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Config {
    /// How many nodes, named `node-1` and so on.
    pub nodes: u32,
    /// What each node offers.
    pub node: Resources,
    /// When the cluster starts.
    pub start: Time,
    /// The seed of all chance.
    pub seed: u64,
    /// How many pods the cluster holds; [`PODS_MAX`] at most.
    pub pods_max: usize,
    /// How long a cloud takes to hand out a load balancer's address; none: there is no cloud, and it never comes, nor
    /// does the cluster have a default StorageClass.
    pub load_balancer_after: Option<Span>,
    /// Does the add-on metrics-server run from the start?
    pub metrics_server: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            nodes: 3,
            node: Resources { cpu_millis: 4_000, memory: 8 << 30, pods: 110 },
            // 2026-01-05T00:00:00Z, a Monday.
            start: Time::from_unix(1_767_571_200),
            seed: 1,
            pods_max: PODS_MAX,
            load_balancer_after: Some(Span::secs(2)),
            metrics_server: true,
        }
    }
}

impl Config {
    /// Reads `nodes=5000 cpu=32 memory=256Gi pods=110 start=2026-03-29T00:50:00Z`, any of them, in any order.
    pub fn parse(line: &str) -> Result<Config, String> {
        let mut config = Config::default();
        for word in line.split_whitespace() {
            let (name, value) = word.split_once('=').ok_or_else(|| format!("{word:?}: write NAME=VALUE"))?;
            let bad = || format!("{name}: {value:?} cannot be read");
            match name {
                "nodes" => config.nodes = value.parse().map_err(|_| bad())?,
                "cpu" => config.node.cpu_millis = Cpu::parse(value).ok_or_else(bad)?.millis,
                "memory" => config.node.memory = Quantity::parse(value).ok_or_else(bad)?.amount,
                "pods" => config.node.pods = value.parse().map_err(|_| bad())?,
                "start" => config.start = Time::parse(value).ok_or_else(bad)?,
                "seed" => config.seed = value.parse().map_err(|_| bad())?,
                "metrics" => config.metrics_server = value == "on",
                _ => {
                    return Err(format!(
                        "{name}: no such setting (nodes, cpu, memory, pods, start, seed, metrics)"
                    ));
                }
            }
        }
        if config.nodes as usize > NODES_MAX {
            return Err(format!("nodes: at most {NODES_MAX}, Kubernetes' own published limit"));
        }
        Ok(config)
    }
    /// The name of the node with that number, from 0.
    pub fn node_name(number: u32) -> Text {
        format!("node-{}", number + 1).into()
    }
}
