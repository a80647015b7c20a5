//! Controllers: each is one file here and one row in [`ALL`].
//!
//! A controller never writes and never waits: it is told of changes, names the objects to look at, and for one object
//! at a time turns what it reads into a [`Plan`].

mod autoscaler;
mod claim;
mod cronjob;
pub mod daemonset;
pub mod deployment;
mod disruption;
pub mod endpointslice;
mod garbage;
mod job;
mod namespace;
mod node_lifecycle;
mod pod_gc;
mod quota;
mod replicaset;
mod revisions;
pub mod root_ca;
mod service_lb;
pub mod serviceaccount;
mod statefulset;
mod taint_eviction;
mod ttl;
pub mod volume;

pub(super) use node_lifecycle::{comes_back, lost_at, set_healthy};

pub use super::agenda::Wakes;

use super::plan::Plan;
use super::record::Change;
use super::store::Store;
use super::world::World;
#[cfg(debug_assertions)]
use crate::api::Span;
use crate::api::{Kind, Uid};

/// A controller.
pub struct Controller {
    /// Its name on the stage and for `sandbox controller-down NAME`.
    pub name: &'static str,
    /// The name by which it signs events.
    pub source: &'static str,
    /// The kinds of whose changes it is told.
    pub kinds: &'static [Kind],
    /// Names the objects that it must look at because of a change.
    pub watches: fn(&Store, &Change, &mut Wakes),
    /// Decides what to do about one object.
    pub reconcile: fn(&World, Uid) -> Plan,
}

/// Every controller.
pub static ALL: &[Controller] = &[
    job::CONTROLLER,
    cronjob::CONTROLLER,
    deployment::CONTROLLER,
    replicaset::CONTROLLER,
    statefulset::CONTROLLER,
    daemonset::CONTROLLER,
    endpointslice::CONTROLLER,
    service_lb::CONTROLLER,
    garbage::CONTROLLER,
    ttl::CONTROLLER,
    node_lifecycle::CONTROLLER,
    taint_eviction::CONTROLLER,
    pod_gc::CONTROLLER,
    quota::CONTROLLER,
    disruption::CONTROLLER,
    volume::CONTROLLER,
    autoscaler::CONTROLLER,
    autoscaler::METRICS_SERVER,
    namespace::CONTROLLER,
    serviceaccount::CONTROLLER,
    root_ca::CONTROLLER,
];

/// By kind, the rows of those who are told of its changes, a bit each.
static WATCHING: [u32; Kind::ALL.len()] = {
    let mut watching = [0; Kind::ALL.len()];
    let mut row = 0;
    while row < ALL.len() {
        let mut i = 0;
        while i < ALL[row].kinds.len() {
            watching[ALL[row].kinds[i] as usize] |= 1 << row;
            i += 1;
        }
        row += 1;
    }
    watching
};

/// The rows of those who are told of changes of that kind.
pub(super) fn watching(kind: Kind) -> impl Iterator<Item = u8> {
    let mut left = WATCHING[kind as usize];
    std::iter::from_fn(move || {
        let row = left.trailing_zeros() as u8;
        left &= left.wrapping_sub(1);
        (row < 32).then_some(row)
    })
}

/// Whoever is not told of a kind must have nothing to do with it.
#[cfg(debug_assertions)]
pub(super) fn others_do_not_care(store: &Store, change: &Change) {
    for controller in ALL.iter().filter(|c| !c.kinds.contains(&change.kind())) {
        let mut agenda = super::agenda::Agenda::default();
        let mut wakes = Wakes::of(&mut agenda, change.at, 0, Span::ZERO, 0);
        (controller.watches)(store, change, &mut wakes);
        assert!(agenda.next().is_none(), "{} is not told of {:?}", controller.name, change.kind());
    }
}

/// The row of the controller of that name.
pub fn row(name: &str) -> u8 {
    let found = ALL.iter().position(|c| c.name == name);
    found.expect("a controller knows its own name") as u8
}
