//! The EndpointSlice controller: keeps the list of the pods behind each service.
//!
//! Models pkg/controller/endpointslice and staging k8s.io/endpointslice/reconciler.go, as one slice a service.

use super::{Controller, Wakes};
use crate::api::{
    Endpoint, EndpointPort, EndpointSlice, Kind, Labels, Meta, Object, Owner, Pod, PortRef,
    SERVICE_NAME_LABEL, Service, ServiceType, Uid,
};
use crate::sim::plan::{Action, Memo, Plan};
use crate::sim::record::{Actor, Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "endpointslice",
    source: "endpointslice-controller",
    kinds: &[Kind::Service, Kind::Pod],
    watches,
    reconcile,
};

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match &change.new {
        Object::Service(_) if change.verb != Verb::Deleted => wakes.now(change.uid()),
        Object::Pod(pod) => {
            let old = change.old.as_ref().and_then(Object::as_ref::<Pod>);
            // Without an address it was nobody's endpoint, and is none now.
            if pod.status.ip == 0 && old.is_none_or(|old| old.status.ip == 0) {
                return;
            }
            if old.is_some_and(|old| change.verb == Verb::Modified && same_endpoint(old, pod)) {
                return;
            }
            for service in store.list_as::<Service>(Some(&pod.meta.namespace)) {
                let selects = |labels: &Labels| selects(service, labels);
                if selects(&pod.meta.labels) || old.is_some_and(|o| selects(&o.meta.labels)) {
                    wakes.now(service.meta.uid);
                }
            }
        }
        _ => {}
    }
}

/// Does a service with a selector choose pods with these labels?
pub fn selects(service: &Service, labels: &Labels) -> bool {
    let selector = &service.spec.selector.0;
    service.spec.kind != ServiceType::ExternalName
        && !selector.is_empty()
        && selector.iter().all(|(k, v)| labels.get(k) == Some(v))
}

fn same_endpoint(old: &Pod, new: &Pod) -> bool {
    let facts = |p: &Pod| (p.status.ip, p.is_ready(), p.is_terminal(), p.meta.is_terminating());
    facts(old) == facts(new) && old.meta.labels == new.meta.labels
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(service) = world.store.get_as::<Service>(uid) else {
        return plan;
    };
    if service.spec.selector.0.is_empty() || service.spec.kind == ServiceType::ExternalName {
        return plan;
    }
    let slice = world.store.dependents(uid).find_map(Object::as_ref::<EndpointSlice>);
    let endpoints = Rc::new(endpoints_of(world, service));
    let ports = Rc::new(if endpoints.is_empty() { Vec::new() } else { ports_of(world, service) });
    let caption =
        format!("{}: {} endpoints", service.meta.name, endpoints.iter().filter(|e| e.ready).count());
    let because = Because::of(uid, "spec.selector", caption.clone());
    match slice {
        Some(slice) if slice.endpoints == endpoints && slice.ports == ports => return plan,
        Some(slice) => {
            let meta = with_trigger(world, service, slice.meta.clone());
            plan.update(EndpointSlice { meta, endpoints, ports }, because);
        }
        None => {
            let meta = with_trigger(world, service, slice_meta(service));
            plan.create(EndpointSlice { meta, endpoints, ports }, because);
        }
    }
    plan.actions.push(Action::Remember(uid, Memo::Synced(world.now())));
    plan.caption = caption.into();
    plan
}

/// Notes what has changed first since the slice was written last: the service that was made, or a pod that became ready or
/// was ready no longer.
/// Models staging k8s.io/endpointslice/trigger_time_tracker.go: ComputeEndpointLastChangeTriggerTime.
fn with_trigger(world: &World, service: &Service, mut meta: Meta) -> Meta {
    const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";
    let actor = Actor::Controller(super::row(CONTROLLER.name));
    let first = match world.memo(actor, service.meta.uid) {
        Some(Memo::Synced(before)) => {
            let pods = world.store.pods_labelled(&service.meta.namespace, &service.spec.selector);
            let readiness = pods.filter_map(|pod| pod.status.conditions.get("Ready"));
            readiness.map(|ready| ready.since).filter(|since| since > before).min()
        }
        _ => Some(service.meta.created),
    };
    match first {
        Some(at) => meta.annotations.insert(TRIGGER, at.floor_sec().to_string()),
        None => meta.annotations.remove(TRIGGER),
    }
    meta
}

fn slice_meta(service: &Service) -> Meta {
    let owner = Owner {
        kind: Kind::Service,
        name: service.meta.name.clone(),
        uid: service.meta.uid,
        controller: true,
    };
    let mut meta = Meta {
        generate_name: format!("{}-", service.meta.name).into(),
        namespace: service.meta.namespace.clone(),
        owners: [owner].into(),
        ..Meta::default()
    };
    meta.labels = service.meta.labels.clone();
    meta.labels.insert("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");
    meta.labels.insert(SERVICE_NAME_LABEL, service.meta.name.clone());
    if service.is_headless() {
        meta.labels.insert("service.kubernetes.io/headless", "");
    }
    meta
}

/// The pods behind a service. Models staging k8s.io/endpointslice/utils.go: podToEndpoint, and
/// util/controller_utils.go: ShouldPodBeInEndpoints.
pub fn endpoints_of(world: &World, service: &Service) -> Vec<Endpoint> {
    let pods = world.store.pods_labelled(&service.meta.namespace, &service.spec.selector);
    let there = pods.filter(|p| p.status.ip != 0 && !p.is_terminal());
    let endpoint = |pod: &Rc<Pod>| {
        let serving = pod.is_ready();
        let terminating = pod.meta.is_terminating();
        Endpoint {
            ip: pod.status.ip,
            node: pod.node.clone(),
            pod: pod.meta.name.clone(),
            hostname: match pod.spec.subdomain == service.meta.name {
                true => pod.spec.hostname.clone(),
                false => Default::default(),
            },
            uid: pod.meta.uid,
            ready: service.spec.publish_not_ready_addresses || (serving && !terminating),
            serving,
            terminating,
        }
    };
    there.map(endpoint).collect()
}

/// The pods' ports behind a service. A port that is named in no pod is left out; without
/// endpoints there are no ports either, as in upstream's placeholder slice.
fn ports_of(world: &World, service: &Service) -> Vec<EndpointPort> {
    let mut pods = world.store.pods_labelled(&service.meta.namespace, &service.spec.selector);
    let first = pods.next();
    let resolve = |target: &PortRef, port: i32| match target {
        PortRef::Number(0) => Some(port),
        PortRef::Number(n) => Some(*n),
        PortRef::Name(name) => named_port(first?, name),
    };
    let ports = service.spec.ports.iter().filter_map(|p| {
        let port = resolve(&p.target_port, p.port)?;
        Some(EndpointPort { name: p.name.clone(), port, protocol: p.protocol })
    });
    ports.collect()
}

/// The number of a pod's port of that name.
pub fn named_port(pod: &Pod, name: &str) -> Option<i32> {
    let mut ports = pod.spec.containers.iter().flat_map(|c| &c.ports);
    ports.find(|p| p.name == name).map(|p| p.container_port)
}

/// The identity of a service's slice; for tests and the page.
pub fn slice_of(store: &Store, service: Uid) -> Option<&Rc<EndpointSlice>> {
    store.dependents(service).find_map(Object::as_ref::<EndpointSlice>)
}
