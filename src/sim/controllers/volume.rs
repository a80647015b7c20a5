//! The volume controllers: they bind claims to volumes, have volumes made where a class says by whom, and take them back.
//!
//! Models pkg/controller/volume/persistentvolume/pv_controller.go, pvcprotection, and an external provisioner. A claim
//! that waits for its first consumer is bound once that has a node, where the real scheduler binds both at once.

use super::{Controller, Wakes};
use crate::api::{Kind, Meta, Object, Pod, Quantity, Span, Uid, Value, make_mut};
use crate::record;
use crate::sim::events::{EventType, Said};
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::Store;
use crate::sim::workload::Files;
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "persistentvolume-binder",
    source: "persistentvolume-controller",
    kinds: &[Kind::PersistentVolumeClaim, Kind::PersistentVolume, Kind::StorageClass, Kind::Pod],
    watches,
    reconcile,
};

/// How often it looks at what is not bound. Models cmd/kube-controller-manager: PVClaimBinderSyncPeriod.
const RESYNC: Span = Span::secs(15);
/// What a provisioner takes.
const PROVISIONS: Span = Span::millis(1_200);
/// The finalizer by which a claim stays while a pod uses it.
pub const PROTECTION: &str = "kubernetes.io/pvc-protection";
const PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// The provisioner of the class that a cluster has from the start; its volumes lie on one node.
pub const LOCAL: &str = "rancher.io/local-path";

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    let gone = change.verb == Verb::Deleted;
    match (change.kind(), &change.new) {
        (Kind::PersistentVolumeClaim, claim) if gone => {
            let name = claim.raw("spec.volumeName").as_str().unwrap_or("");
            wakes_of(store.lookup(Kind::PersistentVolume, "", name), wakes);
        }
        (Kind::PersistentVolumeClaim, claim) => {
            // A note alone wakes nobody: the provisioner takes its time.
            let seen = |o: &Object| (o.raw("spec").clone(), o.raw("status").clone(), o.meta().deletion);
            if change.old.as_ref().is_none_or(|old| seen(old) != seen(claim)) {
                wakes.now(change.uid());
            }
        }
        (Kind::PersistentVolume | Kind::StorageClass, _) => {
            if !gone && change.kind() == Kind::PersistentVolume {
                wakes.now(change.uid());
            }
            for claim in store.list(Kind::PersistentVolumeClaim, None) {
                wakes.now(claim.meta().uid);
            }
        }
        (_, Object::Pod(pod)) if !pod.spec.volumes.is_empty() && matters(change, pod) => {
            for name in claims(pod) {
                wakes_of(store.lookup(Kind::PersistentVolumeClaim, &pod.meta.namespace, name), wakes);
            }
        }
        _ => {}
    }
}

fn wakes_of(object: Option<&Object>, wakes: &mut Wakes) {
    if let Some(object) = object {
        wakes.now(object.meta().uid);
    }
}

fn matters(change: &Change, pod: &Pod) -> bool {
    let seen = |p: &Pod| (p.node.clone(), p.is_terminal());
    match change.old.as_ref().and_then(Object::as_ref::<Pod>) {
        Some(old) if change.verb == Verb::Modified => seen(old) != seen(pod),
        _ => true,
    }
}

/// The names of a pod's claims.
fn claims(pod: &Pod) -> impl Iterator<Item = &str> {
    pod.spec.volumes.iter().filter_map(|v| v.at("persistentVolumeClaim.claimName").as_str())
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    match world.store.get(uid) {
        Some(claim) if claim.kind() == Kind::PersistentVolumeClaim => sync_claim(world, claim, &mut plan),
        Some(volume) if volume.kind() == Kind::PersistentVolume => sync_volume(world, volume, &mut plan),
        _ => {}
    }
    plan
}

/// The pods that use a claim and have not ended.
fn users<'w>(world: &'w World, claim: &'w Object) -> impl Iterator<Item = &'w Rc<Pod>> {
    let meta = claim.meta();
    let all = world.store.list_as::<Pod>(Some(&meta.namespace));
    all.filter(|p| !p.is_terminal() && claims(p).any(|name| name == meta.name.as_str()))
}

fn phase(object: &Object) -> &str {
    object.raw("status.phase").as_str().unwrap_or("")
}

fn sync_claim(world: &World, claim: &Object, plan: &mut Plan) {
    let uid = claim.meta().uid;
    if claim.meta().is_terminating() {
        if claim.meta().has_finalizer(PROTECTION) && users(world, claim).next().is_none() {
            let because = Because::of(uid, "metadata.finalizers", "no pod uses the claim any more");
            plan.actions.push(Action::Release(uid, PROTECTION, because));
        }
        return;
    }
    match phase(claim) {
        "Bound" => return lost(world, claim, plan),
        "Lost" => return,
        _ => {}
    }
    let class = claim.raw("spec.storageClassName").as_str().unwrap_or("");
    let found = world.store.lookup(Kind::StorageClass, "", class);
    let delayed = found.is_some_and(|c| c.raw("volumeBindingMode").as_str() == Some("WaitForFirstConsumer"));
    let named = claim.raw("spec.volumeName").as_str().is_some();
    let node = users(world, claim).map(|p| p.node.clone()).find(|node| !node.is_empty());
    plan.again = Some(RESYNC);
    if delayed && node.is_none() && !named {
        return wait(world, claim, plan);
    }
    if let Some(volume) = best_match(world, claim, class) {
        plan.again = None;
        return bind(claim, volume.clone(), plan);
    }
    if named {
        return;
    }
    match found {
        None if class.is_empty() => {
            let said = "no persistent volumes available for this claim and no storage class is set";
            plan.say(uid, "FailedBinding", said);
        }
        None => {
            let said = format!("storageclass.storage.k8s.io \"{class}\" not found");
            plan.warn(uid, "ProvisioningFailed", said);
        }
        Some(class) => provision(claim, class, node.as_deref().filter(|_| delayed), plan),
    }
}

/// Models pv_controller.go: emitEventForUnboundDelayBindingClaim.
fn wait(world: &World, claim: &Object, plan: &mut Plan) {
    let pods: Vec<&str> = users(world, claim).map(|p| p.meta.name.as_str()).collect();
    let (reason, said) = match pods[..] {
        [] => ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned()),
        [one] => ("WaitForPodScheduled", format!("waiting for pod {one} to be scheduled")),
        _ => ("WaitForPodScheduled", format!("waiting for pods {} to be scheduled", pods.join(","))),
    };
    plan.say(claim.meta().uid, reason, said);
}

fn lost(world: &World, claim: &Object, plan: &mut Plan) {
    let name = claim.raw("spec.volumeName").as_str().unwrap_or("");
    if world.store.lookup(Kind::PersistentVolume, "", name).is_some() {
        return;
    }
    let uid = claim.meta().uid;
    let said = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
    plan.warn(uid, "ClaimLost", said);
    plan.update(claim.with_status(record! { "phase" => "Lost" }), Because::of(uid, "spec.volumeName", said));
}

fn storage(value: &Value) -> i64 {
    value.as_str().and_then(Quantity::parse).map_or(0, |q| q.amount)
}

/// The smallest volume that fits. Models pkg/volume/util/storageclass.go: FindMatchingVolume.
fn best_match<'w>(world: &'w World, claim: &Object, class: &str) -> Option<&'w Object> {
    let meta = claim.meta();
    let wanted = storage(claim.raw("spec.resources.requests.storage"));
    let named = claim.raw("spec.volumeName").as_str();
    let fits = |volume: &&Object| {
        let owner = volume.raw("spec.claimRef");
        let own = owner.get("name").as_str() == Some(&meta.name)
            && owner.get("namespace").as_str() == Some(&meta.namespace);
        let modes = volume.raw("spec.accessModes").items();
        let selector = claim.raw("spec.selector.matchLabels");
        let label = |(key, value): (&crate::api::Text, &Value)| {
            volume.meta().labels.get(key).map(|v| v.as_str()) == value.as_str()
        };
        (own || owner.is_null())
            && named.is_none_or(|name| name == volume.meta().name.as_str())
            && volume.raw("spec.storageClassName").as_str().unwrap_or("") == class
            && storage(volume.raw("spec.capacity.storage")) >= wanted
            && claim.raw("spec.accessModes").items().iter().all(|mode| modes.contains(mode))
            && volume.raw("spec.volumeMode") == claim.raw("spec.volumeMode")
            && selector.fields().all(label)
            && !volume.meta().is_terminating()
    };
    let all = world.store.list(Kind::PersistentVolume, None).filter(fits);
    all.min_by_key(|v| storage(v.raw("spec.capacity.storage")))
}

fn change(object: &Object, change: impl FnOnce(&mut Value)) -> Object {
    let mut object = object.clone();
    if let Object::Kept(kept) = &mut object {
        change(&mut make_mut(kept).body);
    }
    object
}

fn claim_ref(claim: &Object) -> Value {
    let meta = claim.meta();
    record! {
        "apiVersion" => "v1",
        "kind" => "PersistentVolumeClaim",
        "name" => meta.name.clone(),
        "namespace" => meta.namespace.clone(),
        "resourceVersion" => meta.revision.to_string(),
        "uid" => meta.uid.to_string(),
    }
}

/// Binds a claim and a volume that is there.
fn bind(claim: &Object, volume: Object, plan: &mut Plan) {
    let caption = format!("{} is bound to {}", claim.meta().name, volume.meta().name);
    let mut bound = change(&volume, |body| {
        body.set("spec.claimRef", claim_ref(claim));
        body.set("status.phase", "Bound");
    });
    bound.meta_mut().annotations.insert("pv.kubernetes.io/bound-by-controller", "yes");
    plan.update(bound, Because::of(claim.meta().uid, "spec.resources", caption.clone()));
    bind_claim(claim, &volume, caption, plan);
}

fn bind_claim(claim: &Object, volume: &Object, caption: String, plan: &mut Plan) {
    let name = volume.meta().name.clone();
    let status = record! {
        "accessModes" => volume.raw("spec.accessModes").clone(),
        "capacity" => volume.raw("spec.capacity").clone(),
        "phase" => "Bound",
    };
    let mut bound = change(claim, |body| {
        body.set("spec.volumeName", name);
        body.set("status", status);
    });
    for note in ["pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"] {
        bound.meta_mut().annotations.insert(note, "yes");
    }
    plan.caption = caption.clone().into();
    plan.update(bound, Because::of(claim.meta().uid, "spec.volumeName", caption));
}

/// Asks for a volume, and a little later has it. Models pv_controller.go: provisionClaimOperationExternal, and
/// sigs.k8s.io/sig-storage-lib-external-provisioner.
fn provision(claim: &Object, class: &Object, node: Option<&str>, plan: &mut Plan) {
    let (uid, meta) = (claim.meta().uid, claim.meta());
    let by = class.raw("provisioner").as_str().unwrap_or("");
    if by == "kubernetes.io/no-provisioner" {
        return plan.say(
            uid,
            "FailedBinding",
            "no persistent volumes available for this claim and no storage class is set",
        );
    }
    let mut says = |reason, message: String| {
        let source = Some(if by == LOCAL { LOCAL } else { "external-provisioner" });
        let said = Said::new(uid, EventType::Normal, reason, message);
        plan.actions.push(Action::Say(Said { source, ..said }));
    };
    if meta.annotations.get(PROVISIONER).is_none() {
        let which = format!("{}/{}", meta.namespace, meta.name);
        says("Provisioning", format!("External provisioner is provisioning volume for claim \"{which}\""));
        plan.say(
            uid,
            "ExternalProvisioning",
            format!(
                "Waiting for a volume to be created either by the external provisioner '{by}' or manually by the system \
                 administrator. If volume creation is delayed, please verify that the provisioner is running and correctly \
                 registered."
            ),
        );
        let mut asked = claim.clone();
        for note in ["volume.beta.kubernetes.io/storage-provisioner", PROVISIONER] {
            asked.meta_mut().annotations.insert(note, by.to_owned());
        }
        if let Some(node) = node {
            asked.meta_mut().annotations.insert(SELECTED_NODE, node.to_owned());
        }
        plan.update(asked, Because::of(uid, "spec.storageClassName", format!("{by} is asked for a volume")));
        plan.again = Some(PROVISIONS);
        return;
    }
    let volume = new_volume(claim, class, by);
    let name = volume.meta().name.clone();
    says("ProvisioningSucceeded", format!("Successfully provisioned volume {name}"));
    plan.again = None;
    plan.create(volume.clone(), Because::of(uid, "spec.storageClassName", format!("{by} has made {name}")));
    bind_claim(claim, &volume, format!("{} is bound to {name}", meta.name), plan);
}

fn new_volume(claim: &Object, class: &Object, by: &str) -> Object {
    let meta = claim.meta();
    let name = format!("pvc-{}", meta.uid);
    let mut spec = record! {
        "accessModes" => claim.raw("spec.accessModes").clone(),
        "capacity" => record! { "storage" => claim.raw("spec.resources.requests.storage").clone() },
        "claimRef" => claim_ref(claim),
        "persistentVolumeReclaimPolicy" => class.raw("reclaimPolicy").as_str().unwrap_or("Delete").to_owned(),
        "storageClassName" => class.meta().name.clone(),
        "volumeMode" => claim.raw("spec.volumeMode").clone(),
    };
    if by == LOCAL {
        let path = format!("/opt/local-path-provisioner/{name}_{}_{}", meta.namespace, meta.name);
        spec.set("hostPath", record! { "path" => path, "type" => "DirectoryOrCreate" });
    } else {
        spec.set("csi", record! { "driver" => by.to_owned(), "volumeHandle" => name.clone() });
    }
    if let Some(node) = meta.annotations.get(SELECTED_NODE).filter(|_| by == LOCAL) {
        let here =
            record! { "key" => "kubernetes.io/hostname", "operator" => "In", "values" => vec![node.clone()] };
        let term = record! { "matchExpressions" => vec![here] };
        spec.set("nodeAffinity.required.nodeSelectorTerms", vec![term]);
    }
    let value = record! { "spec" => spec, "status" => record! { "phase" => "Bound" } };
    let mut volume = Object::read(Kind::PersistentVolume, &value);
    *volume.meta_mut() = Meta::named("", name);
    volume.meta_mut().annotations.insert("pv.kubernetes.io/provisioned-by", by.to_owned());
    volume
}

/// A volume whose claim is gone is taken back. Models pv_controller.go: syncVolume, reclaimVolume.
fn sync_volume(world: &World, volume: &Object, plan: &mut Plan) {
    let uid = volume.meta().uid;
    let owner = volume.raw("spec.claimRef");
    let mut write = |phase: &'static str| {
        let status = record! { "phase" => phase };
        plan.update(volume.with_status(status), Because::of(uid, "spec.claimRef", phase));
    };
    if owner.is_null() {
        if phase(volume) != "Available" {
            write("Available");
        }
        return;
    }
    let part = |name: &str| owner.get(name).as_str().unwrap_or("");
    let claim = world.store.lookup(Kind::PersistentVolumeClaim, part("namespace"), part("name"));
    let own = claim.is_some_and(|c| c.meta().uid.to_string() == part("uid"));
    if own && phase(volume) != "Bound" {
        write("Bound");
    }
    if own || part("uid").is_empty() {
        return;
    }
    if volume.raw("spec.persistentVolumeReclaimPolicy").as_str() != Some("Delete") {
        if phase(volume) != "Released" {
            write("Released");
        }
        return;
    }
    plan.actions.push(Action::Keep(format!("pv/{}", volume.meta().name).into(), Files::default()));
    plan.delete(uid, Because::of(uid, "spec.persistentVolumeReclaimPolicy", "its claim is gone"));
}
