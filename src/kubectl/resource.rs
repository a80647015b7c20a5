//! [`Resource`]: what a type on the command line stands for: a kind that the store has, or what is made up on request.

use super::columns;
use super::failure::Failure;
use crate::api::{EndpointSlice, Kind, KindInfo, Map, Time, Value};
use crate::manifest::Refusal;
use crate::record;
use crate::sim::{ClusterEvent, World};

/// A type of objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Resource {
    /// Objects of the store.
    Kind(Kind),
    /// What the control plane said.
    Event,
    /// The old form of EndpointSlices.
    Endpoints,
}

static EVENT: KindInfo = KindInfo {
    name: "Event",
    group: "",
    version: "v1",
    plural: "events",
    singular: "event",
    short: &["ev"],
    namespaced: true,
    simulated: true,
};
static ENDPOINTS: KindInfo = KindInfo {
    name: "Endpoints",
    group: "",
    version: "v1",
    plural: "endpoints",
    singular: "endpoints",
    short: &["ep"],
    namespaced: true,
    simulated: true,
};

/// What `all` stands for. Models the `all` category of the API server's discovery.
const ALL: &[Kind] = &[
    Kind::Pod,
    Kind::Service,
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::StatefulSet,
    Kind::HorizontalPodAutoscaler,
    Kind::CronJob,
    Kind::Job,
];

impl Resource {
    /// What a word means. Full names are taken in any case, short ones only as they are written.
    pub fn from_word(word: &str) -> Result<Vec<Resource>, Failure> {
        if word == "all" {
            return Ok(ALL.iter().map(|k| Resource::Kind(*k)).collect());
        }
        for made in [Resource::Event, Resource::Endpoints] {
            let info = made.info();
            let lower = word.to_lowercase();
            if info.plural == lower || info.singular == lower || info.short.contains(&word) {
                return Ok(vec![made]);
            }
        }
        let short = |k: &Kind| {
            let name = word.split('.').next().unwrap_or_default();
            k.info().short.contains(&name.to_lowercase().as_str()) && name != name.to_lowercase()
        };
        let kind = Kind::from_word(word).filter(|k| !short(k));
        let unknown = || Failure::error(format!("the server doesn't have a resource type {word:?}"));
        kind.map(|k| vec![Resource::Kind(k)]).ok_or_else(unknown)
    }
    /// What discovery says of it.
    pub fn info(self) -> &'static KindInfo {
        match self {
            Resource::Kind(kind) => kind.info(),
            Resource::Event => &EVENT,
            Resource::Endpoints => &ENDPOINTS,
        }
    }
    /// How it is printed.
    pub fn printed(self) -> &'static columns::Printed {
        columns::of(self.info().name)
    }
    /// There is no such object.
    pub fn not_found(self, name: &str) -> Refusal {
        match self {
            Resource::Kind(kind) => Refusal::not_found(kind, name),
            // Both are of the core group, so that the words are those of a kind of it.
            made => {
                let mut refusal = Refusal::not_found(Kind::Pod, name);
                refusal.message = format!("{} {name:?} not found", made.info().plural);
                refusal
            }
        }
    }
    /// What is not in the store is made up from what is.
    pub fn made_up(self, world: &World, namespace: Option<&str>) -> Vec<Value> {
        match self {
            Resource::Kind(_) => Vec::new(),
            Resource::Event => events(world, namespace),
            Resource::Endpoints => endpoints(world, namespace),
        }
    }
}

/// Events as the API serves them, sorted by namespace and name as it lists everything.
fn events(world: &World, namespace: Option<&str>) -> Vec<Value> {
    let of_namespace = |(_, event): &(u64, &ClusterEvent)| namespace.is_none_or(|n| *event.namespace == *n);
    let all = world.events.iter().filter(of_namespace).map(|(number, event)| event_value(number, event));
    let mut all: Vec<Value> = all.collect();
    let key = |value: &Value| {
        let text = |path| value.at(path).as_str().unwrap_or_default().to_owned();
        (text("metadata.namespace"), text("metadata.name"))
    };
    all.sort_by_cached_key(key);
    all
}

/// An event as the API serves it.
pub(super) fn event_value(number: u64, event: &ClusterEvent) -> Value {
    // Real names end in the nanosecond at which the event was first said.
    let name = format!("{}.{:x}", event.name, event.first.0 * 1000 + number as i64 % 1000);
    let object = record! {
        "apiVersion" => event.object.info().api_version(),
        "fieldPath" => (!event.field_path.is_empty()).then(|| event.field_path.clone()),
        "kind" => event.object.info().name,
        "name" => event.name.clone(),
        "namespace" => event.namespace.clone(),
        "uid" => event.uid.to_string(),
    };
    let metadata = record! {
        "creationTimestamp" => event.first,
        "name" => name.clone(),
        "namespace" => event.namespace.clone(),
    };
    let source = record! { "component" => event.source };
    record! {
        "apiVersion" => "v1",
        "count" => event.count,
        "firstTimestamp" => event.first,
        "involvedObject" => object,
        "kind" => "Event",
        "lastTimestamp" => event.last,
        "message" => event.message.clone(),
        "metadata" => metadata,
        "reason" => event.reason,
        "reportingComponent" => event.source,
        "source" => source,
        "type" => match event.kind {
            crate::sim::EventType::Normal => "Normal",
            crate::sim::EventType::Warning => "Warning",
        },
    }
}

/// One Endpoints object for each service that has slices. Models pkg/controller/endpoint/endpoints_controller.go.
fn endpoints(world: &World, namespace: Option<&str>) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for slice in world.store.list_as::<EndpointSlice>(namespace) {
        let Some(service) = slice.meta.labels.get(crate::api::SERVICE_NAME_LABEL) else { continue };
        let mut subset = Map::new();
        let of = |ready: bool| {
            let fits = slice.endpoints.iter().filter(move |e| e.ready == ready && !e.terminating);
            let mut ips: Vec<u32> = fits.map(|e| e.ip).collect();
            ips.sort_unstable();
            ips.into_iter().map(|ip| record! { "ip" => crate::api::dotted(ip) }).collect::<Vec<Value>>()
        };
        for (name, addresses) in [("addresses", of(true)), ("notReadyAddresses", of(false))] {
            if !addresses.is_empty() {
                subset.insert(name.into(), addresses.into());
            }
        }
        if !subset.is_empty() {
            let port = |p: &crate::api::EndpointPort| {
                record! { "name" => p.name.clone(), "port" => p.port, "protocol" => p.protocol.word() }
            };
            let ports: Vec<Value> = slice.ports.iter().map(port).collect();
            subset.insert("ports".into(), ports.into());
        }
        let metadata = record! {
            "creationTimestamp" => slice.meta.created,
            "name" => service.clone(),
            "namespace" => slice.meta.namespace.clone(),
        };
        let subsets = (!subset.is_empty()).then(|| vec![Value::from(subset)]);
        all.push(record! {
            "apiVersion" => "v1", "kind" => "Endpoints", "metadata" => metadata, "subsets" => subsets,
        });
    }
    all.sort_by_key(|v| v.at("metadata.name").to_json());
    all
}

/// The instant that a field of an object names.
pub(super) fn time(value: &Value) -> Option<Time> {
    value.as_str().and_then(Time::parse)
}
