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

use super::plan::Plan;
use super::record::Change;
use super::store::Store;
use super::world::World;
use crate::api::{Span, Uid};

/// A controller.
pub struct Controller {
    /// Its name on the stage and for `sandbox controller-down NAME`.
    pub name: &'static str,
    /// The name by which it signs events.
    pub source: &'static str,
    /// Names the objects that it must look at because of a change.
    pub watches: fn(&Store, &Change, &mut Wakes),
    /// Decides what to do about one object.
    pub reconcile: fn(&World, Uid) -> Plan,
}

/// The objects that a controller must look at, and after how long.
#[derive(Default)]
pub struct Wakes(Vec<(Uid, Span)>);

impl Wakes {
    /// At once.
    pub fn now(&mut self, uid: Uid) {
        self.after(uid, Span::ZERO);
    }
    /// After so long, unless it is looked at earlier anyway.
    pub fn after(&mut self, uid: Uid, span: Span) {
        self.0.push((uid, span));
    }
    pub(super) fn drain(&mut self) -> std::vec::Drain<'_, (Uid, Span)> {
        self.0.drain(..)
    }
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

/// The row of the controller of that name.
pub fn row(name: &str) -> u8 {
    let found = ALL.iter().position(|c| c.name == name);
    found.expect("a controller knows its own name") as u8
}
