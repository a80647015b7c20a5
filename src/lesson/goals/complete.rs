//! `complete: JOB`: a Job completes.

use super::{Kind, Manner, named, place};
use crate::api::{Job, Value};
use crate::sim::World;

pub(super) const KIND: Kind = Kind {
    name: "complete",
    fields: &[],
    manner: Manner::Once,
    check: |fields| named(fields, "complete"),
    holds,
};

fn holds(world: &World, fields: &Value) -> Result<(), String> {
    let (namespace, name) = place(fields.get("complete"));
    let found = world.store.lookup(crate::api::Kind::Job, namespace, name);
    let Some(job) = found.and_then(|o| o.as_ref::<Job>()) else {
        return Err(format!("there is no Job {name} in the namespace {namespace}"));
    };
    let status = &job.status;
    match job.finished() {
        Some(end) if end.name == "Complete" => Ok(()),
        Some(end) => Err(format!("the Job {name} failed: {}", end.reason)),
        None => {
            let of = job.spec.completions.map_or("any".to_owned(), |n| n.to_string());
            Err(format!("the Job {name} has {} of {of} completions", status.succeeded))
        }
    }
}
