//! The cloud's service controller: gives each LoadBalancer service an address, after a while.
//!
//! Models staging k8s.io/cloud-provider/controllers/service/controller.go.

use super::{Controller, Wakes};
use crate::api::{Kind, Object, Service, ServiceType, Uid};
use crate::sim::plan::Plan;
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "service-lb",
    source: "service-controller",
    kinds: &[Kind::Service],
    watches,
    reconcile,
};

fn watches(_: &Store, change: &Change, wakes: &mut Wakes) {
    if let Object::Service(service) = &change.new
        && change.verb != Verb::Deleted
        && service.spec.kind == ServiceType::LoadBalancer
        && service.load_balancer_ip == 0
    {
        wakes.now(change.uid());
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let service = world.store.get_as::<Service>(uid);
    let Some(service) =
        service.filter(|s| s.spec.kind == ServiceType::LoadBalancer && s.load_balancer_ip == 0)
    else {
        return plan;
    };
    // Without a cloud the address never comes: `<pending>` for ever.
    let Some(takes) = world.config().load_balancer_after else {
        return plan;
    };
    let asked = world.events.of(uid).find(|(_, e)| e.reason == "EnsuringLoadBalancer").map(|(_, e)| e.first);
    let Some(asked) = asked else {
        plan.say(uid, "EnsuringLoadBalancer", "Ensuring load balancer");
        plan.again_after(takes);
        return plan;
    };
    let left = asked + takes - world.now();
    if left > crate::api::Span::ZERO {
        plan.again_after(left);
        return plan;
    }
    let mut new = Service::clone(service);
    new.load_balancer_ip = world.addresses.next_load_balancer();
    plan.caption = format!("{} gets {}", service.meta.name, crate::api::dotted(new.load_balancer_ip)).into();
    plan.update(new, Because::of(uid, "spec.type", "the cloud has made a load balancer"));
    plan.say(uid, "EnsuredLoadBalancer", "Ensured load balancer");
    plan
}
