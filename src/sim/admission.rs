//! What the API server adds to each new object, and the cluster before anything was applied to it.
//!
//! Models the `PrepareForCreate` of pkg/registry/*/strategy.go and the service allocators.

use super::config::{NODES_MAX, OBJECTS_MAX};
use super::controllers::{self, volume};
use super::network::{Addresses, SERVICE_RANGE};
use super::record::{Actor, Because};
use super::world::World;
use super::{limit_range, pod_security, priority};
use crate::api::*;
use crate::manifest::{self, Refusal};
use crate::record;
use std::rc::Rc;

/// The note by which a StorageClass is the default one.
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
/// How long the server looks for a new namespace's account. Models plugin/pkg/admission/serviceaccount: getServiceAccount.
const ACCOUNT_WAIT: Span = Span::millis(1_500);

/// Gives a new object its identity, name, time and addresses, or refuses it. Nothing is written on refusal.
pub(super) fn admit(world: &mut World, mut object: Object) -> Result<Object, Refusal> {
    limits(world, &object)?;
    let kind = object.kind();
    if object.meta().name.is_empty() {
        let name = generated_name(world, &object);
        object.meta_mut().name = name;
    }
    let meta = object.meta();
    if world.store.find(&object.key()).is_some() {
        return Err(Refusal::already_exists(kind, &meta.name));
    }
    if kind.info().namespaced {
        let key = Key::new(Kind::Namespace, "", meta.namespace.clone());
        match world.store.find(&key).and_then(|uid| world.store.get(uid)) {
            None => return Err(Refusal::not_found(Kind::Namespace, &meta.namespace)),
            Some(n) if n.meta().is_terminating() => {
                return Err(Refusal::namespace_terminating(kind, &meta.name, &meta.namespace));
            }
            Some(_) => {}
        }
    }
    let uid = world.store.next_uid();
    let now = world.now();
    let meta = object.meta_mut();
    meta.uid = uid;
    meta.created = now;
    meta.deletion = None;
    // Models the strategies of pkg/registry: those of the workloads and some others count the changes of a spec.
    meta.generation = match kind.info().group {
        "apps" if kind != Kind::ControllerRevision => 1,
        "batch" | "policy" | "discovery.k8s.io" | "networking.k8s.io" | "scheduling.k8s.io" => 1,
        _ => i64::from(kind == Kind::Pod),
    };
    priority::admit(world, &object)?;
    limit_range::admit(world, &mut object)?;
    pod_security::admit(world, &object)?;
    match &mut object {
        Object::Job(job) => prepare_job(make_mut(job)),
        Object::Pod(pod) => {
            account_is_there(world, pod)?;
            super::scheduler::prepare_pod(world, make_mut(pod))?;
        }
        Object::DaemonSet(set) => count_templates(make_mut(set), None),
        Object::Kept(_) => object = claim_is_protected(world, with_first_status(object)),
        Object::Service(service) => prepare_service(world, make_mut(service), None)?,
        _ => {}
    }
    Ok(object)
}

/// A DaemonSet's templates are counted in an annotation.
/// Models pkg/registry/apps/daemonset/strategy.go: PrepareForCreate and PrepareForUpdate.
pub(super) fn count_templates(set: &mut DaemonSet, old: Option<&DaemonSet>) {
    const COUNT: &str = super::controllers::daemonset::GENERATION;
    let known = old.and_then(|o| o.meta.annotations.get(COUNT)?.parse::<i64>().ok()).unwrap_or(0);
    let same = old.is_some_and(|o| o.spec.raw().get("template") == set.spec.raw().get("template"));
    set.meta.annotations.insert(COUNT, (known + i64::from(!same)).to_string());
}

/// Nothing is made in a namespace that is not there; this is said before anything else that is wrong.
/// Models staging k8s.io/apiserver pkg/admission/plugin/namespace/lifecycle: Admit.
pub(super) fn namespace_is_there(world: &World, kind: Kind, value: &Value) -> Result<(), Refusal> {
    let name = value.at("metadata.namespace").as_str().unwrap_or("default");
    let missing = world.store.lookup(Kind::Namespace, "", name).is_none();
    if kind.info().namespaced && missing {
        return Err(Refusal::not_found(Kind::Namespace, name));
    }
    Ok(())
}

/// A pod may name a service account only if it exists. Models plugin/pkg/admission/serviceaccount: Admit.
fn account_is_there(world: &World, pod: &Pod) -> Result<(), Refusal> {
    let (spec, meta) = (pod.spec.raw(), &pod.meta);
    let account =
        spec.get("serviceAccountName").as_str().filter(|name| !name.is_empty()).unwrap_or("default");
    if world.store.lookup(Kind::ServiceAccount, &meta.namespace, account).is_some() {
        return Ok(());
    }
    // The server waits for the account that its controller is about to make.
    let namespace = world.store.lookup(Kind::Namespace, "", &meta.namespace);
    if account == "default" && namespace.is_some_and(|n| world.now() - n.meta().created < ACCOUNT_WAIT) {
        return Ok(());
    }
    let which = format!("{}/{account}", meta.namespace);
    let why = format!("error looking up service account {which}: serviceaccount \"{account}\" not found");
    Err(Refusal::forbidden(Kind::Pod, &meta.name, &why))
}

/// What the API shows of a status that nobody has written yet, where Go's types have no way to leave it out.
fn with_first_status(object: Object) -> Object {
    let status = match object.kind() {
        Kind::HorizontalPodAutoscaler => {
            let mut status = record! { "desiredReplicas" => 0 };
            status.map_mut().insert("currentMetrics".into(), Value::Null);
            status
        }
        Kind::PodDisruptionBudget => {
            record! { "currentHealthy" => 0, "desiredHealthy" => 0, "disruptionsAllowed" => 0, "expectedPods" => 0 }
        }
        Kind::ResourceQuota => Map::new().into(),
        Kind::PersistentVolumeClaim | Kind::PersistentVolume => record! { "phase" => "Pending" },
        _ => return object,
    };
    object.with_status(status)
}

/// A claim has the default class where it names none, and stays while a pod uses it.
/// Models plugin/pkg/admission/storage/storageclass/setdefault and storageobjectinuseprotection: Admit.
fn claim_is_protected(world: &World, mut object: Object) -> Object {
    if object.kind() != Kind::PersistentVolumeClaim {
        return object;
    }
    let is_default = |c: &&Object| {
        let note = c.meta().annotations.get(DEFAULT_CLASS);
        note.is_some_and(|note| *note == *"true")
    };
    let class = world.store.list(Kind::StorageClass, None).find(is_default).map(|c| c.meta().name.clone());
    if let (Object::Kept(claim), Some(class)) = (&mut object, class) {
        make_mut(claim).body.default_to("spec.storageClassName", class);
    }
    let meta = object.meta_mut();
    if !meta.has_finalizer(volume::PROTECTION) {
        meta.finalizers = meta.finalizers.iter().cloned().chain([volume::PROTECTION.into()]).collect();
    }
    object
}

/// A service that changes its type loses what only its former type had, unless the user has set it anew.
/// Models pkg/registry/core/service/strategy.go: dropTypeDependentFields.
pub(super) fn drop_what_the_type_has_not(value: &mut Value, old: &Value) {
    let kind_of = |v: &Value| v.at("spec.type").as_str().unwrap_or("ClusterIP").to_owned();
    let (new_type, old_type) = (kind_of(value), kind_of(old));
    let spec = value.map_mut().entry("spec".into()).or_default();
    if new_type == "ExternalName" && old_type != "ExternalName" {
        for name in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            if spec.get(name) == old.get("spec").get(name) {
                spec.map_mut().remove(name);
            }
        }
    }
    let has_ports = |t: &str| matches!(t, "NodePort" | "LoadBalancer");
    if has_ports(&old_type) && !has_ports(&new_type) && !spec.get("ports").is_null() {
        let former = old.at("spec.ports").items();
        for (i, port) in field(spec, "ports").list_mut().iter_mut().enumerate() {
            let same = former.get(i).is_some_and(|f| f.get("nodePort") == port.get("nodePort"));
            if same && !port.is_null() {
                port.map_mut().remove("nodePort");
            }
        }
    }
}

/// Podium's own limits. A real cluster has them too, only less clearly.
fn limits(world: &World, object: &Object) -> Result<(), Refusal> {
    let store = &world.store;
    let full = match object.kind() {
        Kind::Pod if store.pod_count() >= world.config().pods_max => {
            format!("{} pods", world.config().pods_max)
        }
        Kind::Node if world.scheduler.nodes() >= NODES_MAX => {
            format!("{NODES_MAX} nodes")
        }
        _ if store.len() >= OBJECTS_MAX => format!("{OBJECTS_MAX} objects"),
        _ => return Ok(()),
    };
    let message = format!("this cluster holds at most {full}, and they are all there");
    Err(Refusal::forbidden(object.kind(), &object.meta().name, &message))
}

/// Models staging k8s.io/apiserver pkg/storage/names: a prefix cut to 58 letters and five letters or digits.
fn generated_name(world: &World, object: &Object) -> Text {
    let meta = object.meta();
    let mut prefix = meta.generate_name.as_str();
    if let Some((end, _)) = prefix.char_indices().nth(58) {
        prefix = &prefix[..end];
    }
    // A name that a quota has refused is not tried again.
    let refused = if world.store.has_any(Kind::ResourceQuota) { world.steps() << 32 } else { 0 };
    let seed = StableName { seed: world.config().seed, revision: world.store.revision() ^ refused, prefix };
    (0u64..)
        .map(|attempt| Text::from(format!("{prefix}{}", suffix(seed.draw(attempt), 5))))
        .find(|name| {
            let key = Key::new(object.kind(), meta.namespace.clone(), name.clone());
            world.store.find(&key).is_none()
        })
        .expect("there are 14 million names")
}

struct StableName<'a> {
    seed: u64,
    revision: u64,
    prefix: &'a str,
}
impl StableName<'_> {
    fn draw(&self, attempt: u64) -> u64 {
        super::StableHasher::of(&(self.seed, self.revision, self.prefix, attempt))
    }
}

/// Gives a Job its selector and its pods the labels that it selects by.
/// Models pkg/registry/batch/job/strategy.go: generateSelector.
fn prepare_job(job: &mut Job) {
    let spec = make_mut(&mut job.spec);
    if spec.manual_selector {
        return;
    }
    let uid = job.meta.uid.to_string();
    let name = job.meta.name.clone();
    spec.edit(|raw| {
        raw.set("manualSelector", false);
        let labels = [
            ("batch.kubernetes.io/controller-uid", Text::from(uid.clone())),
            ("batch.kubernetes.io/job-name", name.clone()),
            ("controller-uid", uid.clone().into()),
            ("job-name", name),
        ];
        let template = field(field(raw, "template"), "metadata");
        for (key, value) in labels {
            field(template, "labels").map_mut().insert(key.into(), value.into());
        }
        let selector = field(field(raw, "selector"), "matchLabels");
        selector.map_mut().insert("batch.kubernetes.io/controller-uid".into(), uid.into());
    });
    // The API server shows the labels on the Job as well.
    for (key, value) in spec.template.metadata.labels.0.iter() {
        if job.meta.labels.0.is_empty() || job.meta.labels.get(key).is_none() {
            job.meta.labels.insert(key.clone(), value.clone());
        }
    }
}

fn field<'a>(value: &'a mut Value, name: &'static str) -> &'a mut Value {
    value.map_mut().entry(name.into()).or_default()
}

/// Gives a service its virtual address and node ports, or refuses those that it asks for.
/// Models pkg/registry/core/service/storage/alloc.go.
pub(super) fn prepare_service(
    world: &mut World,
    service: &mut Service,
    old: Option<&Service>,
) -> Result<(), Refusal> {
    let uid = service.meta.uid;
    let name = service.meta.name.clone();
    let kind = service.spec.kind;
    let spec = make_mut(&mut service.spec);
    if kind == ServiceType::ExternalName {
        return Ok(());
    }
    let draw = world.draw(uid, "service");
    let asked = spec.cluster_ip.clone();
    let ip: Text = match asked.as_str() {
        "None" => asked,
        "" => match old.map(|o| o.spec.cluster_ip.clone()).filter(|ip| !ip.is_empty()) {
            Some(ip) => ip,
            None => {
                let ip = world.addresses.take_cluster_ip(uid, draw);
                let ip = ip.ok_or_else(|| {
                    Refusal::forbidden(Kind::Service, &name, "the range of virtual addresses is used up")
                })?;
                dotted(ip).into()
            }
        },
        text => {
            let parsed = text.parse::<std::net::Ipv4Addr>().map(u32::from).ok();
            let claimed = parsed
                .is_some_and(|ip| Addresses::is_service_ip(ip) && world.addresses.claim_cluster_ip(ip, uid));
            if !claimed {
                return Err(Refusal::cluster_ip(&name, text));
            }
            asked
        }
    };
    let wants_ports = matches!(kind, ServiceType::NodePort | ServiceType::LoadBalancer);
    let mut ports = spec.raw().get("ports").clone();
    for (i, port) in spec.ports.iter().enumerate().filter(|_| wants_ports) {
        let kept = old.and_then(|o| o.spec.ports.get(i)).map_or(0, |p| p.node_port);
        let number = match (port.node_port, kept) {
            (0, 0) => {
                let free = world.addresses.take_node_port(uid, draw.rotate_left(i as u32 * 7 + 13));
                free.ok_or_else(|| {
                    Refusal::forbidden(Kind::Service, &name, "the range of node ports is used up")
                })?
            }
            (0, kept) => kept,
            (asked, _) if world.addresses.claim_node_port(asked, uid) => asked,
            (asked, _) => return Err(Refusal::node_port(&name, i, asked)),
        };
        ports.list_mut()[i].set("nodePort", number);
    }
    spec.edit(|raw| {
        raw.set("clusterIP", ip.clone());
        raw.set("clusterIPs", vec![ip]);
        raw.default_to("ipFamilies", vec!["IPv4"]);
        raw.default_to("ipFamilyPolicy", "SingleStack");
        raw.set("ports", ports);
    });
    Ok(())
}

/// Makes what every cluster has: its namespaces, its nodes, and the API server's own service.
pub(super) fn bootstrap(world: &mut World) {
    let because = || Because::of(Uid(0), "", "the cluster starts");
    let add = |world: &mut World, object: Object| {
        let made = world.create(object, Actor::Bootstrap, 0, because());
        made.expect("the empty cluster takes what it is made of")
    };
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        let mut meta = Meta::named("", name);
        meta.labels.insert("kubernetes.io/metadata.name", name);
        add(world, Namespace::read(meta, &Value::Null).into());
        add(world, controllers::serviceaccount::first(name));
        add(world, controllers::root_ca::published(name));
    }
    for (name, value, description) in priority::SYSTEM {
        let value = record! {
            "description" => description, "metadata" => record! { "name" => name },
            "preemptionPolicy" => "PreemptLowerPriority", "value" => value,
        };
        add(world, Object::read(Kind::PriorityClass, &value));
    }
    let (nodes, resources) = (world.config().nodes, world.config().node);
    for number in 0..nodes {
        let node = new_node(number, resources, world.now());
        add(world, node.into());
    }
    if world.config().load_balancer_after.is_some() {
        let notes = record! { DEFAULT_CLASS => "true" };
        let value = record! {
            "metadata" => record! { "annotations" => notes, "name" => "standard" },
            "provisioner" => volume::LOCAL,
            "reclaimPolicy" => "Delete",
            "volumeBindingMode" => "WaitForFirstConsumer",
        };
        add(world, Object::read(Kind::StorageClass, &value));
    }
    let port = record! { "name" => "https", "port" => 443, "targetPort" => 6443 };
    let spec = record! { "clusterIP" => dotted(SERVICE_RANGE + 1), "ports" => vec![port] };
    let mut value = record! { "metadata" => record! { "name" => "kubernetes", "namespace" => "default" }, "spec" => spec };
    manifest::set_defaults(Kind::Service, &mut value);
    let mut service = Object::read(Kind::Service, &value);
    service.meta_mut().labels.insert("component", "apiserver");
    service.meta_mut().labels.insert("provider", "kubernetes");
    add(world, service);
    let mut meta = Meta::named("default", "kubernetes");
    meta.labels.insert(SERVICE_NAME_LABEL, "kubernetes");
    let (ip, port) =
        (dotted(Addresses::of_node(0)), record! { "name" => "https", "port" => 6443, "protocol" => "TCP" });
    let endpoint = record! { "addresses" => vec![ip], "conditions" => record! { "ready" => true } };
    let value = record! { "endpoints" => vec![endpoint], "ports" => vec![port] };
    add(world, EndpointSlice::read(meta, &value).into());
}

fn new_node(number: u32, resources: Resources, now: Time) -> Node {
    let name = super::Config::node_name(number);
    let mut meta = Meta::named("", name.clone());
    for (key, value) in [
        ("beta.kubernetes.io/arch", Text::from("amd64")),
        ("beta.kubernetes.io/os", "linux".into()),
        ("kubernetes.io/arch", "amd64".into()),
        ("kubernetes.io/hostname", name),
        ("kubernetes.io/os", "linux".into()),
    ] {
        meta.labels.insert(key, value);
    }
    meta.annotations.insert("node.alpha.kubernetes.io/ttl", "0");
    meta.annotations.insert("volumes.kubernetes.io/controller-managed-attach-detach", "true");
    let range = dotted(Addresses::pod_range(number + 1));
    let spec = record! { "podCIDR" => format!("{range}/24"), "podCIDRs" => vec![format!("{range}/24")] };
    let mut conditions = Conditions::default();
    super::controllers::set_healthy(&mut conditions, now);
    Node {
        meta,
        spec: Spec::new(spec),
        allocatable: resources,
        others: Rc::default(),
        conditions,
        address: Addresses::of_node(number + 1),
    }
}
