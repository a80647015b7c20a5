//! The scheduler's plugins: each is one file here and one row in [`ALL`], by its upstream name.
//!
//! A plugin decides purely, from what a class of pods asks for and what is known of a node.

mod balanced_allocation;
mod image_locality;
mod inter_pod_affinity;
mod node_affinity;
mod node_name;
mod node_ports;
mod node_unschedulable;
mod resources_fit;
mod taint_toleration;
mod topology_spread;
mod volume_binding;

use super::class::Class;
use super::hints::Happened;
use super::nodes::NodeInfo;
use crate::api::{Pod, Text};
use crate::sim::store::Store;

pub(super) use taint_toleration::repelled;
pub(super) use topology_spread::{least, prepare as prepare_spread};
pub(super) use volume_binding::{pre_filter, refusals as volume_refusals};

/// The best score of a node by one plugin.
pub const SCORE_MAX: i64 = 100;

/// Why a node was refused.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Refused {
    /// The plugin that refused it.
    pub by: &'static str,
    /// The reasons, in the scheduler's own words.
    pub reasons: Vec<Text>,
    /// Would it be refused even if all other pods were gone?
    pub unresolvable: bool,
}

impl Refused {
    pub(super) fn for_good(reason: &'static str) -> Option<Refused> {
        Some(Refused { by: "", reasons: vec![reason.into()], unresolvable: true })
    }
    pub(super) fn for_now(reason: &'static str) -> Option<Refused> {
        Some(Refused { by: "", reasons: vec![reason.into()], unresolvable: false })
    }
}

/// How raw scores become scores from 0 to 100.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Normal {
    /// They are such already.
    Is,
    /// As a share of the most. Models plugins/helper/normalize_score.go: DefaultNormalizeScore.
    Share,
    /// The same, reversed.
    Reversed,
    /// From the least to the most.
    Range,
    /// As the spread does it: the least is best, and -1 is not scored.
    Spread,
}

/// Says why a node, by its place, is refused.
pub type Filter = fn(&Class, usize, &NodeInfo) -> Option<Refused>;

/// A plugin.
pub struct Plugin {
    /// Its name.
    pub name: &'static str,
    /// Why the node is refused; none: it is not.
    pub filter: Option<Filter>,
    /// The weight of its score, and the raw score.
    pub score: Option<Score>,
    /// Does it look at pods on other nodes as well?
    pub looks_beyond: bool,
    /// Could a pod that it has refused fit after that?
    pub hint: fn(&Store, &Pod, &Happened) -> bool,
}

/// How a plugin scores.
pub struct Score {
    /// The weight in the sum.
    pub weight: i64,
    /// The raw score.
    pub raw: fn(&Class, usize, &NodeInfo) -> i64,
    /// How it becomes one from 0 to 100.
    pub normal: Normal,
}

/// All plugins, in the order in which they are asked. Models pkg/scheduler/apis/config/v1/default_plugins.go.
pub static ALL: &[Plugin] = &[
    node_unschedulable::PLUGIN,
    node_name::PLUGIN,
    taint_toleration::PLUGIN,
    node_affinity::PLUGIN,
    node_ports::PLUGIN,
    resources_fit::PLUGIN,
    volume_binding::PLUGIN,
    topology_spread::PLUGIN,
    inter_pod_affinity::PLUGIN,
    balanced_allocation::PLUGIN,
    image_locality::PLUGIN,
];
/// How many of them score.
pub const SCORES: usize = 7;

/// A set of plugins, one bit for each row.
pub type Bits = u16;

/// The bit of the plugin of that name.
pub fn bit(name: &str) -> Bits {
    let row = ALL.iter().position(|p| p.name == name);
    row.map_or(0, |row| 1 << row)
}

/// Those that score, in order.
pub fn scoring() -> impl Iterator<Item = (&'static Plugin, &'static Score)> {
    ALL.iter().filter_map(|p| p.score.as_ref().map(|score| (p, score)))
}

/// The first refusal, as the scheduler stops there.
pub fn first_refusal(class: &Class, place: usize, info: &NodeInfo, beyond: Option<bool>) -> Option<Refused> {
    let asked = ALL.iter().filter(|p| beyond.is_none_or(|b| b == p.looks_beyond));
    asked.into_iter().find_map(|plugin| {
        let refused = plugin.filter?(class, place, info)?;
        Some(Refused { by: plugin.name, ..refused })
    })
}

/// Whatever happens to a node, it is worth another try.
/// Models pkg/scheduler/scheduler.go: buildQueueingHintMap, which listens to taints for all who listen to new nodes.
fn any_node(happened: &Happened) -> bool {
    match happened {
        Happened::Node(None, _) => true,
        Happened::Node(Some(old), new) => {
            old.spec.taints != new.spec.taints || (old.spec.unschedulable && !new.spec.unschedulable)
        }
        _ => false,
    }
}
