//! `active-at-most: COUNT`, `job: JOB`: never more pods of a Job at the same time.

use super::{Kind, Manner, counted, named, place};
use crate::api::{Job, Value};
use crate::sim::{Class, World};

pub(super) const KIND: Kind = Kind {
    name: "active-at-most",
    fields: &["job"],
    manner: Manner::Always,
    check: |fields| counted(fields, "active-at-most").and(named(fields, "job")),
    holds,
};

fn holds(world: &World, fields: &Value) -> Result<(), String> {
    let (namespace, name) = place(fields.get("job"));
    let most = fields.get("active-at-most").as_int().unwrap_or(0);
    let found = world.store.lookup(crate::api::Kind::Job, namespace, name);
    let Some(job) = found.and_then(|o| o.as_ref::<Job>()) else {
        return Ok(());
    };
    let active = world.store.owned_pods(job.meta.uid, Class::Starting..=Class::Ready).count();
    if active as i64 <= most {
        return Ok(());
    }
    Err(format!("{active} pods of the Job {name} are active at the same time, at most {most} may be"))
}
