//! `kubectl describe`: everything there is to say about an object, in one text.
//!
//! A kind is one file here and one row in [`TEXTS`]. A text is written out of the object as the API server shows it,
//! never out of what only the simulation knows. Models kubectl pkg/describe/describe.go.

mod access;
mod autoscaler;
mod claim;
mod classes;
mod configmap;
mod containers;
mod cronjob;
mod daemonset;
mod deployment;
mod disruption;
mod endpoints;
mod endpointslice;
mod environment;
mod events;
mod generic;
mod ingress;
mod job;
mod limits;
mod namespace;
mod networkpolicy;
mod node;
mod page;
mod pod;
mod probe;
mod quota;
mod replicaset;
mod secret;
mod selector;
mod service;
mod serviceaccount;
mod statefulset;
mod template;
mod verb;
mod volumes;

pub(super) use verb::VERB;

use super::resource::Resource;
use crate::api::{Kind, Object, Value};
use crate::sim::World;
use page::Page;

/// What a text is written from.
struct Seen<'a> {
    /// The cluster around the object.
    world: &'a World,
    /// The object.
    object: &'a Object,
    /// The object as the API server shows it.
    value: Value,
}

impl Seen<'_> {
    /// A field of the object, by its path.
    fn at(&self, path: &str) -> &Value {
        self.value.at(path)
    }
}

/// What stands at the end of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// What was said about the object lately.
    Events,
    /// Nothing.
    Nothing,
}

/// The text of one kind.
struct Row {
    kind: Kind,
    text: fn(&Seen, &mut Page),
    ending: Ending,
}

const fn row(kind: Kind, text: fn(&Seen, &mut Page), ending: Ending) -> Row {
    Row { kind, text, ending }
}

/// Every kind that has a text of its own.
const TEXTS: &[Row] = &[
    row(Kind::Pod, pod::describe, Ending::Events),
    row(Kind::Job, job::describe, Ending::Events),
    row(Kind::CronJob, cronjob::describe, Ending::Events),
    row(Kind::Deployment, deployment::describe, Ending::Events),
    row(Kind::ReplicaSet, replicaset::describe, Ending::Events),
    row(Kind::StatefulSet, statefulset::describe, Ending::Events),
    row(Kind::DaemonSet, daemonset::describe, Ending::Events),
    row(Kind::Service, service::describe, Ending::Events),
    row(Kind::EndpointSlice, endpointslice::describe, Ending::Events),
    row(Kind::Node, node::describe, Ending::Events),
    row(Kind::Namespace, namespace::describe, Ending::Nothing),
    row(Kind::ConfigMap, configmap::describe, Ending::Events),
    row(Kind::Secret, secret::describe, Ending::Nothing),
    row(Kind::NetworkPolicy, networkpolicy::describe, Ending::Nothing),
    row(Kind::ServiceAccount, serviceaccount::describe, Ending::Events),
    row(Kind::PersistentVolumeClaim, claim::describe, Ending::Events),
    row(Kind::ResourceQuota, quota::describe, Ending::Nothing),
    row(Kind::LimitRange, limits::describe, Ending::Nothing),
    row(Kind::Ingress, ingress::describe, Ending::Events),
    row(Kind::HorizontalPodAutoscaler, autoscaler::describe, Ending::Events),
    row(Kind::PodDisruptionBudget, disruption::describe, Ending::Events),
    row(Kind::PersistentVolume, claim::volume, Ending::Events),
    row(Kind::StorageClass, classes::storage, Ending::Events),
    row(Kind::PriorityClass, classes::priority, Ending::Events),
    row(Kind::IngressClass, classes::ingress, Ending::Events),
    row(Kind::Role, access::role, Ending::Nothing),
    row(Kind::ClusterRole, access::role, Ending::Nothing),
    row(Kind::RoleBinding, access::binding, Ending::Nothing),
    row(Kind::ClusterRoleBinding, access::binding, Ending::Nothing),
];

/// What `kubectl describe` prints of one object, its events included.
pub fn describe(world: &World, object: &Object) -> String {
    write(world, object, true_ending(object.kind()))
}

/// What `kubectl describe` prints of each of several objects: their events would be too much.
pub fn describe_briefly(world: &World, object: &Object) -> String {
    write(world, object, Ending::Nothing)
}

/// What is not in the store: Endpoints have a text of their own, Events have not.
fn made_up(resource: Resource, value: &Value) -> String {
    let mut page = Page::default();
    match resource {
        Resource::Endpoints => endpoints::describe(value, &mut page),
        _ => generic::write(value, &mut page),
    }
    page.line(0, "Events:\t<none>");
    page.finish()
}

/// A pod template as `kubectl rollout history --revision` prints it: with its tabs.
pub fn template_text(template: &Value) -> String {
    let mut page = Page::default();
    template::write(&mut page, template);
    page.raw()
}

fn find(kind: Kind) -> Option<&'static Row> {
    TEXTS.iter().find(|row| row.kind == kind)
}

fn true_ending(kind: Kind) -> Ending {
    find(kind).map_or(Ending::Events, |row| row.ending)
}

fn write(world: &World, object: &Object, ending: Ending) -> String {
    let seen = Seen { world, object, value: object.to_value() };
    let mut page = Page::default();
    find(object.kind()).map_or(generic::describe as fn(&Seen, &mut Page), |row| row.text)(&seen, &mut page);
    if ending == Ending::Events {
        events::table(&seen, &mut page);
    }
    page.finish()
}
