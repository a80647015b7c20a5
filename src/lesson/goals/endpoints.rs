//! `endpoints: SERVICE`, `ready: COUNT`: a service has pods behind it that may be sent traffic.

use super::{Kind, Manner, counted, named, place};
use crate::api::{Service, Value};
use crate::sim::World;
use crate::sim::network::{slices_of, why_no_endpoints};

pub(super) const KIND: Kind = Kind {
    name: "endpoints",
    fields: &["ready"],
    manner: Manner::Once,
    check: |fields| named(fields, "endpoints").and(counted(fields, "ready")),
    holds,
};

fn holds(world: &World, fields: &Value) -> Result<(), String> {
    let (namespace, name) = place(fields.get("endpoints"));
    let want = fields.get("ready").as_int().unwrap_or(1);
    let found = world.store.lookup(crate::api::Kind::Service, namespace, name);
    let Some(service) = found.and_then(|o| o.as_ref::<Service>()) else {
        return Err(format!("there is no service {name} in the namespace {namespace}"));
    };
    let ready = slices_of(world, service).flat_map(|slice| slice.endpoints.iter()).filter(|e| e.ready);
    match ready.count() {
        count if count as i64 == want => Ok(()),
        0 => Err(format!("the service {name} has no endpoint: {}", why_no_endpoints(world, service))),
        count => Err(format!("the service {name} has {count} ready endpoints, not {want}")),
    }
}
