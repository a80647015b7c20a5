//! The API server's front door: a person's request, checked, defaulted and written, or refused in its own words.

use super::agenda::{Event, Wakes};
use super::controllers;
use super::plan::Plan;
use super::record::{Actor, Because, Change, Verb};
use super::world::World;
use crate::api::{Key, Kind, Meta, Node, Object, Owner, Span, Text, Uid, Value, make_mut};
use crate::manifest::{self, Refusal};
use std::rc::Rc;

/// What happens to the dependents of a deleted object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Propagation {
    /// They are deleted afterwards.
    #[default]
    Background,
    /// They are deleted first.
    Foreground,
    /// They are left alone.
    Orphan,
}

/// A request to the API server.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Request {
    /// POST: a new object.
    Create(Value),
    /// PUT: an object in place of the one that is there. A resource version in it must be the present one.
    Replace(Value),
    /// PATCH: a JSON merge patch.
    Patch(Key, Value),
    /// DELETE, with the grace period in seconds if one was asked for.
    Delete(Key, Propagation, Option<i64>),
    /// POST to a pod's `eviction`, with the grace period in seconds if one was asked for.
    Evict(Key, Option<i64>),
}

/// What no kubectl can do to a cluster.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Sandbox {
    /// A node's machine loses its power.
    NodeDown(Text),
    /// And gets it back.
    NodeUp(Text),
    /// A pod's containers crash: namespace and name.
    Crash(Text, Text),
    /// A controller is switched off.
    ControllerDown(Text),
    /// And on again.
    ControllerUp(Text),
    /// A command is run in a container, as `kubectl exec` does.
    Exec(Exec),
    /// A request is sent: from a pod (`NAMESPACE/NAME`), or from outside (empty), to a URL.
    Send(Text, Text),
    /// Requests are sent from now on: from a pod or outside, to a URL, so many in a thousand seconds; none stops them, and
    /// without a URL all that there are.
    Traffic(Text, Text, u64),
}

/// A command for a container.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Exec {
    /// The pod's namespace.
    pub namespace: Text,
    /// The pod's name.
    pub pod: Text,
    /// The container's name.
    pub container: Text,
    /// The command's words.
    pub words: Vec<Text>,
}

/// What came of a command that was run in a container.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Executed {
    /// Its exit code; none if it does not end by itself.
    pub code: Option<i32>,
    /// What it printed, a line each, with how long after its start.
    pub lines: Vec<(Span, String)>,
    /// How long it took.
    pub took: Span,
}

/// Namespaces that the cluster cannot do without. Models apiserver pkg/admission/plugin/namespace/lifecycle.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

impl World {
    /// Carries out a request of a person.
    pub fn handle(&mut self, request: &Request) -> Result<Object, Refusal> {
        match request {
            Request::Create(value) => {
                super::admission::namespace_is_there(self, kind_of(value)?, value)?;
                let (kind, value) = self.prepared(value, None)?;
                let mut object = Object::read(kind, &value);
                object.meta_mut().owners = self.owners_of(&value);
                let because = by_hand(Uid(0), "was created");
                self.create(object, Actor::User, 0, because)
            }
            Request::Replace(value) => {
                let kind = kind_of(value)?;
                let key = self.key_of(kind, &Meta::read(value.get("metadata")));
                let old = self.existing(&key)?.clone();
                let asked = value.at("metadata.resourceVersion").as_str();
                if asked.is_some_and(|rv| rv != old.meta().revision.to_string()) {
                    return Err(Refusal::conflict(kind, &key.name));
                }
                self.write_over(&old, value)
            }
            Request::Patch(key, patch) => {
                let old = self.existing(key)?.clone();
                let mut value = old.to_value();
                value.merge(patch);
                self.write_over(&old, &value)
            }
            Request::Delete(key, propagation, grace) => {
                let object = self.existing(key)?.clone();
                if key.kind == Kind::Namespace && IMMORTAL.contains(&key.name.as_str()) {
                    let why = "this namespace may not be deleted";
                    return Err(Refusal::forbidden(key.kind, &key.name, why));
                }
                self.delete_by_hand(object.clone(), *propagation, *grace);
                Ok(object)
            }
            Request::Evict(key, grace) => self.evict(key, *grace),
        }
    }

    fn existing(&self, key: &Key) -> Result<&Object, Refusal> {
        let found = self.store.find(key).and_then(|uid| self.store.get(uid));
        found.ok_or_else(|| Refusal::not_found(key.kind, &key.name))
    }
    fn key_of(&self, kind: Kind, meta: &Meta) -> Key {
        let namespace = if kind.info().namespaced { namespace_of(meta) } else { Text::default() };
        Key::new(kind, namespace, meta.name.clone())
    }
    /// Defaults and checks what a person sent.
    fn prepared(&self, value: &Value, old: Option<&Value>) -> Result<(Kind, Value), Refusal> {
        let kind = kind_of(value)?;
        let mut value = value.clone();
        if kind.info().namespaced {
            value.default_to("metadata.namespace", "default");
        } else if !value.at("metadata.namespace").is_null() {
            value.map_mut().get_mut("metadata").expect("just seen").map_mut().remove("namespace");
        }
        manifest::set_defaults(kind, &mut value);
        let errors = manifest::validate(kind, &value, old);
        if errors.is_empty() {
            return Ok((kind, value));
        }
        let name = value.at("metadata.name").as_str().unwrap_or("");
        Err(Refusal::invalid(kind, name, errors))
    }
    /// The owners that a person names. One that is not there is collected with its object by the garbage collector.
    fn owners_of(&self, value: &Value) -> Rc<[Owner]> {
        let namespace = value.at("metadata.namespace").as_str().unwrap_or("");
        let owner = |reference: &Value| {
            let text = |name: &str| reference.get(name).as_str().unwrap_or("");
            let kind = Kind::find(text("apiVersion"), text("kind"))?;
            let namespace = if kind.info().namespaced { namespace } else { "" };
            let found = self.store.lookup(kind, namespace, text("name")).map(|o| o.meta().uid);
            let uid = found.filter(|uid| uid.to_string() == text("uid")).unwrap_or(Uid(u64::MAX));
            let controller = reference.get("controller").as_bool() == Some(true);
            Some(Owner { kind, name: text("name").to_owned().into(), uid, controller })
        };
        value.at("metadata.ownerReferences").items().iter().filter_map(owner).collect()
    }
    fn write_over(&mut self, old: &Object, value: &Value) -> Result<Object, Refusal> {
        let before = old.to_value();
        let mut value = value.clone();
        if old.kind() == Kind::Service {
            super::admission::drop_what_the_type_has_not(&mut value, &before);
        }
        let (kind, value) = self.prepared(&value, Some(&before))?;
        let mut new = Object::read(kind, &value);
        new.keep_status(old);
        // The server owns the identity; a person may change only labels, annotations and finalizers.
        let read = new.meta().clone();
        *new.meta_mut() = Meta {
            labels: read.labels,
            annotations: read.annotations,
            finalizers: read.finalizers,
            ..old.meta().clone()
        };
        if let (Object::Service(new), Object::Service(old)) = (&mut new, old) {
            super::admission::prepare_service(self, make_mut(new), Some(old))?;
        }
        if matches!(old.kind(), Kind::Service | Kind::PersistentVolumeClaim) {
            for quota in super::quota::charge(self, &new, Some(old))? {
                self.update(quota, Actor::User, 0, by_hand(old.meta().uid, "counts against it"));
            }
        }
        if let (Object::DaemonSet(new), Object::DaemonSet(old)) = (&mut new, old) {
            super::admission::count_templates(make_mut(new), Some(old));
        }
        if new.same_spec(old) && new.meta() == old.meta() && new.body() == old.body() {
            return Ok(old.clone());
        }
        // Of a Deployment, other annotations count as another spec.
        // Models pkg/registry/apps/deployment/strategy.go: PrepareForUpdate.
        let noted = new.meta().annotations != old.meta().annotations;
        if noted && old.kind() == Kind::Deployment && new.same_spec(old) {
            new.meta_mut().generation += 1;
        }
        let because = by_hand(old.meta().uid, "was changed");
        let written = self.update(new, Actor::User, 0, because);
        Ok(written.unwrap_or_else(|| old.clone()))
    }

    /// Models staging k8s.io/apiserver pkg/registry/generic/registry/store.go: deletionFinalizersForGarbageCollection.
    fn delete_by_hand(&mut self, mut object: Object, propagation: Propagation, grace: Option<i64>) {
        let uid = object.meta().uid;
        let finalizer = match propagation {
            Propagation::Background => None,
            Propagation::Foreground => Some("foregroundDeletion"),
            Propagation::Orphan => Some("orphan"),
        };
        let because = || by_hand(uid, "was deleted");
        if let Some(name) = finalizer.filter(|n| !object.meta().has_finalizer(n)) {
            let mut all = object.meta().finalizers.to_vec();
            all.push(name.into());
            object.meta_mut().finalizers = all.into();
            self.update(object, Actor::User, 0, because());
        }
        self.delete(uid, grace, Actor::User, 0, because());
    }

    /// A controller that starts anew is told of everything that is there, as if it had just been made.
    /// Models client-go tools/cache: the first list of a reflector.
    fn start_controller(&mut self, row: u8) {
        let now = self.now();
        let mut wakes = Wakes::of(&mut self.agenda, now, row, crate::api::Span::ZERO, 0);
        let controller = &controllers::ALL[row as usize];
        for object in self.store.iter().filter(|object| controller.kinds.contains(&object.kind())) {
            // Some look at what is new, others at what has changed: it is both to somebody who sees it first.
            for (verb, old) in [(Verb::Added, None), (Verb::Modified, Some(object.clone()))] {
                let (revision, new) = (object.meta().revision, object.clone());
                let change = Change { at: now, revision, verb, old, new };
                (controller.watches)(&self.store, &change, &mut wakes);
            }
        }
    }
    /// Does what no kubectl can do. Returns what there is to say about it.
    pub fn interfere(&mut self, act: &Sandbox) -> Result<String, String> {
        match act {
            Sandbox::NodeDown(name) | Sandbox::NodeUp(name) => {
                let node = self.store.lookup(Kind::Node, "", name).and_then(Object::as_ref::<Node>);
                let node = node.cloned().ok_or_else(|| format!("there is no node {name}"))?;
                if matches!(act, Sandbox::NodeDown(_)) {
                    self.lose(&node);
                    return Ok(format!("{name} is down"));
                }
                self.dead_nodes.remove(name);
                let plan = super::controllers::comes_back(self, &node);
                self.carry_out(plan, Actor::Kubelet, node.meta.uid, 0);
                let pods: Vec<Uid> = self.store.pods_on(name).map(|p| p.meta.uid).collect();
                for uid in pods {
                    self.wake(Event::Kubelet(uid), self.now(), 0);
                }
                Ok(format!("{name} is up"))
            }
            Sandbox::Crash(namespace, name) => {
                let pod = self.store.lookup(Kind::Pod, namespace, name).map(|p| p.meta().uid);
                let uid = pod.ok_or_else(|| format!("there is no pod {namespace}/{name}"))?;
                let mut plan = Plan::nothing();
                if !super::kubelet::crash(self, uid, &mut plan) {
                    return Err(format!("nothing runs in pod {name}"));
                }
                self.carry_out(plan, Actor::Kubelet, uid, 0);
                self.wake(Event::Kubelet(uid), self.now(), 0);
                Ok(format!("pod/{name} crashed"))
            }
            Sandbox::ControllerDown(name) | Sandbox::ControllerUp(name) => {
                let row = super::controllers::ALL.iter().position(|c| c.name == name.as_str());
                let row = row.ok_or_else(|| format!("there is no controller {name}"))? as u8;
                if matches!(act, Sandbox::ControllerDown(_)) {
                    self.switched_off |= 1 << row;
                    return Ok(format!("controller {name} is off"));
                }
                self.switched_off &= !(1 << row);
                self.start_controller(row);
                Ok(format!("controller {name} is on"))
            }
            Sandbox::Exec(exec) => {
                self.exec(exec).map(|done| done.lines.iter().map(|(_, line)| format!("{line}\n")).collect())
            }
            Sandbox::Traffic(from, url, rate) => {
                let (said, number) = super::network::traffic::set_rate(self, from, url, *rate)?;
                if let Some(number) = number {
                    self.wake(Event::Traffic(number), self.now(), 0);
                }
                Ok(said)
            }
            Sandbox::Send(from, url) => {
                let (said, plan) = super::network::send(self, from, url)?;
                self.carry_out(plan, Actor::User, Uid(0), 0);
                Ok(said)
            }
        }
    }
}

impl World {
    /// Runs a command in a container.
    pub fn exec(&mut self, exec: &Exec) -> Result<Executed, String> {
        let pod = self.store.lookup(Kind::Pod, &exec.namespace, &exec.pod).map(|p| p.meta().uid);
        let uid = pod.ok_or_else(|| format!("pods \"{}\" not found", exec.pod))?;
        let (done, plan) = super::kubelet::exec(self, uid, &exec.container, &exec.words)?;
        self.carry_out(plan, Actor::Kubelet, uid, 0);
        Ok(done)
    }
    /// A node goes down: nothing more is heard of it, which its controller sees in time.
    fn lose(&mut self, node: &Node) {
        let (name, now) = (&node.meta.name, self.now());
        if self.is_alive(name) {
            self.dead_nodes.insert(name.clone(), now);
        }
        let row = super::controllers::row("node-lifecycle");
        if !self.is_off(Actor::Controller(row)) {
            let at = super::controllers::lost_at(self.config().start, now);
            self.wake(Event::Reconcile(row, node.meta.uid), at, 0);
        }
    }
}

/// The kind that a value says it is.
fn kind_of(value: &Value) -> Result<Kind, Refusal> {
    let (version, kind) = (value.get("apiVersion").as_str(), value.get("kind").as_str());
    let (version, kind) = (version.unwrap_or(""), kind.unwrap_or(""));
    Kind::find(version, kind).ok_or_else(|| Refusal::no_match(version, kind))
}

fn namespace_of(meta: &Meta) -> Text {
    if meta.namespace.is_empty() { "default".into() } else { meta.namespace.clone() }
}

fn by_hand(uid: Uid, what: &'static str) -> Because {
    Because::of(uid, "", what)
}
