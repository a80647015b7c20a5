//! The network: addresses, names, and the way of a request.
//!
//! A question never changes anything: the answer is a trace of hops, each with its reason. This room never knows who will
//! look at the trace.

mod addresses;
mod dns;
mod environment;
mod links;
mod route;
mod send;
mod trace;
pub mod traffic;

pub use addresses::{Addresses, SERVICE_RANGE};
pub use environment::{downward, entries, environment};
pub use links::Links;
pub use route::{Client, route, why_no_endpoints};
pub use send::{FORWARDED, send};
pub use trace::{Flight, Hop, Outcome, Place, Trace};
pub use traffic::Traffic;

use super::workload::{Answer, Question};
use super::world::World;
use crate::api::{EndpointSlice, Kind, Node, Pod, SERVICE_NAME_LABEL, Service, Span};
use std::rc::Rc;

/// The range of pods on a node, as its first address.
pub fn pod_range_of(world: &World, node: &str) -> u32 {
    let found = world.store.lookup(Kind::Node, "", node);
    let node = found.and_then(|n| n.as_ref::<Node>());
    let range = node.and_then(|n| n.spec.pod_cidr.split('/').next()?.parse::<std::net::Ipv4Addr>().ok());
    range.map_or(Addresses::pod_range(0), u32::from)
}

/// The slices of a service, whoever made them.
pub fn slices_of<'w>(world: &'w World, service: &'w Service) -> impl Iterator<Item = &'w Rc<EndpointSlice>> {
    let own =
        |slice: &&Rc<EndpointSlice>| slice.meta.labels.get(SERVICE_NAME_LABEL) == Some(&service.meta.name);
    world.store.list_as::<EndpointSlice>(Some(&service.meta.namespace)).filter(own)
}

/// What a process of a pod is answered, after how long, and what the stage shows of it.
pub fn ask(world: &World, pod: &Pod, question: &Question) -> (Answer, Span, Option<Flight>) {
    let trace = route(world, Client::Pod(pod), question);
    let (answer, took) = (trace.answer.clone(), trace.took);
    (answer, took, Some(Flight { sent: world.now(), trace: Rc::new(trace) }))
}
