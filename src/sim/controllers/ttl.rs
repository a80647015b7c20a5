//! The TTL-after-finished controller: deletes Jobs some time after they have finished.
//!
//! Models pkg/controller/ttlafterfinished/ttlafterfinished_controller.go.

use super::{Controller, Wakes};
use crate::api::{Job, Kind, Object, Span, Uid};
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "ttl-after-finished",
    source: "ttl-after-finished-controller",
    kinds: &[Kind::Job],
    watches,
    reconcile,
};

fn watches(_: &Store, change: &Change, wakes: &mut Wakes) {
    if let Object::Job(job) = &change.new
        && change.verb != Verb::Deleted
        && ttl(job).is_some()
    {
        wakes.now(change.uid());
    }
}

/// How long the Job is kept after its end, once it has ended.
fn ttl(job: &Job) -> Option<i64> {
    let secs = job.spec.raw().get("ttlSecondsAfterFinished").as_int()?;
    (job.finished().is_some() && !job.meta.is_terminating()).then_some(secs)
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(job) = world.store.get_as::<Job>(uid) else {
        return plan;
    };
    let (Some(secs), Some(end)) = (ttl(job), job.finished()) else {
        return plan;
    };
    let left = end.since.floor_sec() + Span::secs(secs) - world.now();
    if left > Span::ZERO {
        plan.again_after(left);
        return plan;
    }
    let caption = format!("{} ended {secs} s ago: it is deleted", job.meta.name);
    plan.caption = caption.clone().into();
    plan.delete(uid, Because::of(uid, "spec.ttlSecondsAfterFinished", caption));
    plan
}
