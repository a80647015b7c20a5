//! VolumeBinding and VolumeZone, as far as claims and volumes say it: a pod goes where its volumes can be.

use super::{Plugin, Refused, any_node};
use crate::api::{Decode, Kind, NodeTerms, Object, Pod, Value};
use crate::sim::persistent::Sequence;
use crate::sim::scheduler::hints::Happened;
use crate::sim::scheduler::nodes::NodeInfo;
use crate::sim::world::World;

const ZONES: [&str; 2] = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/// Models pkg/scheduler/framework/plugins/volumebinding and volumezone.
pub(super) const PLUGIN: Plugin = Plugin {
    name: "VolumeBinding",
    filter: Some(|class, place, _| class.asked.volumes.get(place)?.and_then(Refused::for_good)),
    score: None,
    looks_beyond: false,
    hint: |_, _, happened| matches!(happened, Happened::Volume) || any_node(happened),
};

/// The claims of a pod by their names.
fn claims(pod: &Pod) -> impl Iterator<Item = String> {
    let volumes = pod.spec.raw().get("volumes").items().iter();
    volumes.filter_map(|volume| {
        let named = volume.at("persistentVolumeClaim.claimName").as_str();
        let own = || format!("{}-{}", pod.meta.name, volume.get("name").as_str().unwrap_or(""));
        named.map(str::to_owned).or_else(|| (!volume.get("ephemeral").is_null()).then(own))
    })
}

fn body(object: Option<&Object>) -> Option<Value> {
    object.map(Object::body)
}

/// What is wrong with the pod's claims wherever it goes. Models volumebinding/volume_binding.go: PreFilter.
pub(in crate::sim::scheduler) fn pre_filter(world: &World, pod: &Pod) -> Option<String> {
    let mut unbound = false;
    for name in claims(pod) {
        let found = world.store.lookup(Kind::PersistentVolumeClaim, &pod.meta.namespace, &name);
        let Some(claim) = found else {
            return Some(format!("persistentvolumeclaim {name:?} not found"));
        };
        let value = claim.body();
        if value.at("status.phase").as_str() == Some("Lost") {
            let volume = value.at("spec.volumeName").as_str().unwrap_or("");
            return Some(format!(
                "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"
            ));
        }
        if claim.meta().is_terminating() {
            return Some(format!("persistentvolumeclaim {name:?} is being deleted"));
        }
        unbound |= !is_bound(&value) && !waits_for_consumer(world, &value);
    }
    unbound.then(|| "pod has unbound immediate PersistentVolumeClaims".to_owned())
}

fn is_bound(claim: &Value) -> bool {
    claim.at("spec.volumeName").as_str().is_some_and(|v| !v.is_empty())
        && claim.at("status.phase").as_str() == Some("Bound")
}

fn class_of(world: &World, claim: &Value) -> Option<Value> {
    let name = claim.at("spec.storageClassName").as_str()?;
    body(world.store.lookup(Kind::StorageClass, "", name))
}

fn waits_for_consumer(world: &World, claim: &Value) -> bool {
    let class = class_of(world, claim);
    class.is_some_and(|c| c.get("volumeBindingMode").as_str() == Some("WaitForFirstConsumer"))
}

/// Why each node cannot have the pod's volumes; nothing where the pod has no claims.
/// Models volumebinding/volume_binding.go: Filter, and volumezone/volume_zone.go: Filter.
pub(in crate::sim::scheduler) fn refusals(
    world: &World,
    nodes: &Sequence<NodeInfo>,
    pod: &Pod,
) -> Vec<Option<&'static str>> {
    let mut all: Vec<Option<&'static str>> = Vec::new();
    for name in claims(pod) {
        all.resize(nodes.len(), None);
        let found = world.store.lookup(Kind::PersistentVolumeClaim, &pod.meta.namespace, &name);
        let Some(claim) = body(found) else { continue };
        for (info, known) in nodes.iter().zip(&mut all).filter(|(_, known)| known.is_none()) {
            *known = refusal(world, info, &claim);
        }
    }
    all
}

fn refusal(world: &World, info: &NodeInfo, claim: &Value) -> Option<&'static str> {
    let fits = |volume: &Value| {
        let terms = volume.at("spec.nodeAffinity.required");
        terms.is_null() || NodeTerms::decode(terms).terms.iter().any(|t| t.matches(&info.node))
    };
    if !is_bound(claim) {
        // A provisioner makes one wherever it is wanted; without one, a volume must be there that nobody has.
        let made = class_of(world, claim)
            .is_some_and(|c| c.get("provisioner").as_str() != Some("kubernetes.io/no-provisioner"));
        let class = claim.at("spec.storageClassName");
        let volumes = world.store.list(Kind::PersistentVolume, None).map(Object::body);
        let free = |v: &Value| {
            v.at("status.phase").as_str() == Some("Available") && v.at("spec.storageClassName") == class
        };
        let there = made || volumes.into_iter().any(|v| free(&v) && fits(&v));
        return (!there).then_some("node(s) didn't find available persistent volumes to bind");
    }
    let name = claim.at("spec.volumeName").as_str().unwrap_or("");
    let Some(volume) = world.store.lookup(Kind::PersistentVolume, "", name) else {
        return Some("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
    };
    if !fits(&volume.body()) {
        return Some("node(s) didn't match PersistentVolume's node affinity");
    }
    let strange = |zone: &str| {
        let (of_volume, of_node) = (volume.meta().labels.get(zone), info.node.meta.labels.get(zone));
        of_volume.is_some_and(|zones| !of_node.is_some_and(|own| zones.split("__").any(|z| own == z)))
    };
    ZONES.into_iter().any(strange).then_some("node(s) had no available volume zone")
}
