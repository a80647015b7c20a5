//! The store: every object, its revision, and the indexes by which it is found.
//!
//! The store never decides anything and never knows who writes. Nobody scans all pods: what is asked often has an index.

use super::history::{State, pod_state};
use super::persistent::{Map, Set};
use crate::api::{Key, Kind, Labels, Meta, Object, Phase, Pod, Resources, Text, Time, Typed, Uid};
use std::cmp::Ordering;
use std::rc::Rc;

/// How an owner sees a pod, in the order in which owners care.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// Active, but not ready.
    Starting,
    /// Active and ready.
    Ready,
    /// Being stopped, not yet ended.
    Stopping,
    /// Ended, but still held by the Job controller's tracking finalizer.
    Uncounted,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Not a pod.
    Other,
}

/// How many dependents of each class an owner has.
pub type Tally = [u32; 7];

/// The finalizer by which the Job controller makes sure that it counts each pod once.
pub const TRACKING_FINALIZER: &str = "batch.kubernetes.io/job-tracking";

/// The class of an object in its owner's eyes.
pub fn class_of(object: &Object) -> Class {
    let Object::Pod(pod) = object else {
        return Class::Other;
    };
    if pod.is_terminal() {
        return match pod.status.phase {
            _ if pod.meta.has_finalizer(TRACKING_FINALIZER) => Class::Uncounted,
            Phase::Succeeded => Class::Succeeded,
            _ => Class::Failed,
        };
    }
    match (pod.meta.is_terminating(), pod.is_ready()) {
        (true, _) => Class::Stopping,
        (false, true) => Class::Ready,
        (false, false) => Class::Starting,
    }
}

/// What is seen of a pod at a glance, kept where its node is: a picture of thousands looks at no pod itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Glance {
    /// What it is doing.
    pub state: State,
    /// When it was made.
    pub created: Time,
}

impl Glance {
    fn at(pod: &Pod) -> Glance {
        Glance { state: pod_state(pod), created: pod.meta.created }
    }
}

/// Every object of the cluster.
#[derive(Clone, Default, Hash)]
pub struct Store {
    objects: Map<Uid, Object>,
    names: Map<Key, Uid>,
    owned: Set<(Uid, Class, Uid)>,
    tallies: Map<Uid, Tally>,
    /// By controller, the objects whose labels were changed after they were made.
    relabelled: Set<(Uid, Uid)>,
    on_node: Map<(Text, Uid), Glance>,
    loads: Map<Text, Resources>,
    labelled: Set<(Text, Text, Text, Uid)>,
    revision: u64,
    last_uid: u64,
    pods: usize,
}

impl Store {
    /// The object with that identity.
    pub fn get(&self, uid: Uid) -> Option<&Object> {
        self.objects.get(&uid)
    }
    /// The object with that identity, if it is of that type.
    pub fn get_as<T: Typed>(&self, uid: Uid) -> Option<&Rc<T>>
    where
        for<'a> &'a Rc<T>: TryFrom<&'a Object>,
    {
        self.get(uid)?.as_ref::<T>()
    }
    /// The identity of the object in that place.
    pub fn find(&self, key: &Key) -> Option<Uid> {
        self.names.get(key).copied()
    }
    /// The object in that place.
    pub fn lookup(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Object> {
        let place = |key: &Key| (key.kind, &*key.namespace, &*key.name).cmp(&(kind, namespace, name));
        self.get(*self.names.find(place)?)
    }
    /// Is there any object of that kind? Costs nothing, for those who would else look for one at each write.
    pub fn has_any(&self, kind: Kind) -> bool {
        self.names.find(|key| key.kind.cmp(&kind)).is_some()
    }
    /// All objects of a kind, in one namespace or in all, sorted by namespace and name.
    pub fn list<'a>(
        &'a self,
        kind: Kind,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        let place = |key: &Key| {
            let within = |namespace: &str| (*key.namespace).cmp(namespace);
            key.kind.cmp(&kind).then_with(|| namespace.map_or(Ordering::Equal, within))
        };
        self.names.equal(place).filter_map(|(_, uid)| self.get(*uid))
    }
    /// All objects of a type, in one namespace or in all.
    pub fn list_as<'a, T: Typed>(
        &'a self,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &'a Rc<T>> + use<'a, T>
    where
        for<'b> &'b Rc<T>: TryFrom<&'b Object>,
    {
        self.list(T::KIND, namespace).filter_map(Object::as_ref::<T>)
    }
    /// What an owner owns, of these classes, oldest first within a class.
    pub fn owned(
        &self,
        owner: Uid,
        classes: std::ops::RangeInclusive<Class>,
    ) -> impl DoubleEndedIterator<Item = &Object> {
        let (first, last) = classes.into_inner();
        self.owned
            .range((owner, first, Uid(0))..=(owner, last, Uid(u64::MAX)))
            .filter_map(|(_, _, uid)| self.get(*uid))
    }
    /// The pods that an owner owns, of these classes.
    pub fn owned_pods(
        &self,
        owner: Uid,
        classes: std::ops::RangeInclusive<Class>,
    ) -> impl DoubleEndedIterator<Item = &Rc<Pod>> {
        self.owned(owner, classes).filter_map(Object::as_ref::<Pod>)
    }
    /// Everything that an owner owns. What a controller could take in, and none has, is owned by nobody: `Uid(0)`.
    pub fn dependents(&self, owner: Uid) -> impl Iterator<Item = &Object> {
        self.owned(owner, Class::Starting..=Class::Other)
    }
    /// What a controller owns whose labels are not those that it was made with: only these can cease to fit it.
    pub fn relabelled(&self, controller: Uid) -> impl Iterator<Item = &Object> {
        let range = self.relabelled.range((controller, Uid(0))..=(controller, Uid(u64::MAX)));
        range.filter_map(|(_, uid)| self.get(*uid))
    }
    /// Does it own anything?
    pub fn has_dependents(&self, owner: Uid) -> bool {
        self.tallies.contains_key(&owner)
    }
    /// How many dependents of each class an owner has.
    pub fn tally(&self, owner: Uid) -> Tally {
        self.tallies.get(&owner).copied().unwrap_or_default()
    }
    /// The pods bound to a node.
    pub fn pods_on(&self, node: &Text) -> impl Iterator<Item = &Rc<Pod>> {
        self.on_node
            .range((node.clone(), Uid(0))..=(node.clone(), Uid(u64::MAX)))
            .filter_map(|((_, uid), _)| self.get_as::<Pod>(*uid))
    }
    /// The pods bound to a node, at a glance.
    pub fn glances_on(&self, node: &Text) -> impl ExactSizeIterator<Item = (Uid, Glance)> {
        let range = self.on_node.range((node.clone(), Uid(0))..=(node.clone(), Uid(u64::MAX)));
        range.map(|((_, uid), glance)| (*uid, *glance))
    }
    /// How many pods are bound to a node, those that have ended too.
    pub fn pod_count_on(&self, node: &Text) -> usize {
        self.glances_on(node).len()
    }
    /// What the pods on a node that have not ended ask for.
    pub fn load(&self, node: &str) -> Resources {
        self.loads.get(node).copied().unwrap_or_default()
    }
    /// The pods of a namespace that have all these labels; with no labels, none.
    pub fn pods_labelled<'a>(
        &'a self,
        namespace: &'a Text,
        labels: &'a Labels,
    ) -> impl Iterator<Item = &'a Rc<Pod>> {
        let indexed = labels.0.iter().find(|(k, _)| is_indexed(k));
        let by_index = indexed.into_iter().flat_map(move |(k, v)| {
            let low = (namespace.clone(), k.clone(), v.clone(), Uid(0));
            let high = (namespace.clone(), k.clone(), v.clone(), Uid(u64::MAX));
            let range = self.labelled.range(low..=high);
            range.filter_map(|entry| self.get_as::<Pod>(entry.3))
        });
        // A selector of nothing but controllers' labels is rare enough to look at the whole namespace.
        let scanned = labels.0.iter().next().filter(|_| indexed.is_none());
        let by_scan = scanned.into_iter().flat_map(move |_| self.list_as::<Pod>(Some(namespace)));
        by_index.chain(by_scan).filter(move |pod| {
            let has = |(k, v): (&Text, &Text)| pod.meta.labels.get(k) == Some(v);
            labels.0.iter().all(has)
        })
    }
    /// Every object, by identity.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }
    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }
    /// Is there nothing at all?
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
    /// How many pods there are.
    pub fn pod_count(&self) -> usize {
        self.pods
    }
    /// The revision of the last write.
    pub fn revision(&self) -> u64 {
        self.revision
    }
    /// The identity that was given out last.
    pub fn last_uid(&self) -> Uid {
        Uid(self.last_uid)
    }
    /// An identity that nobody has had.
    pub(super) fn next_uid(&mut self) -> Uid {
        self.last_uid += 1;
        Uid(self.last_uid)
    }

    /// Writes an object under a new revision; returns it as written, and what was there before.
    pub(super) fn put(&mut self, mut object: Object) -> (Object, Option<Object>) {
        self.revision += 1;
        object.meta_mut().revision = self.revision;
        let uid = object.meta().uid;
        let old = self.objects.insert(uid, object.clone());
        self.reindex(uid, old.as_ref(), Some(&object));
        (object, old)
    }
    /// Takes an object away under a new revision.
    pub(super) fn take(&mut self, uid: Uid) -> Option<Object> {
        let old = self.objects.remove(&uid)?;
        self.revision += 1;
        self.reindex(uid, Some(&old), None);
        Some(old)
    }

    fn reindex(&mut self, uid: Uid, old: Option<&Object>, new: Option<&Object>) {
        match (old, new) {
            (None, Some(new)) => {
                self.names.insert(new.key(), uid);
                self.pods += usize::from(new.kind() == Kind::Pod);
            }
            (Some(old), None) => {
                self.names.remove(&old.key());
                self.pods -= usize::from(old.kind() == Kind::Pod);
            }
            _ => {}
        }
        self.reindex_owners(uid, old, new);
        self.reindex_relabelled(uid, old, new);
        let old = old.and_then(Object::as_ref::<Pod>);
        let new = new.and_then(Object::as_ref::<Pod>);
        self.reindex_node(uid, old, new);
        if old.map(|p| &p.meta.labels) != new.map(|p| &p.meta.labels) {
            if let Some(pod) = old {
                label_entries(pod, |entry| {
                    self.labelled.remove(&entry);
                });
            }
            if let Some(pod) = new {
                label_entries(pod, |entry| {
                    self.labelled.insert(entry);
                });
            }
        }
    }

    fn reindex_owners(&mut self, uid: Uid, old: Option<&Object>, new: Option<&Object>) {
        let classes = (old.map(class_of), new.map(class_of));
        if classes.0 == classes.1 && old.map(|o| &o.meta().owners) == new.map(|o| &o.meta().owners) {
            return;
        }
        for owner in old.into_iter().flat_map(owners) {
            let class = classes.0.expect("there was an object");
            self.owned.remove(&(owner, class, uid));
            let tally = self.tallies.get_or_default(owner);
            tally[class as usize] -= 1;
            if *tally == Tally::default() {
                self.tallies.remove(&owner);
            }
        }
        for owner in new.into_iter().flat_map(owners) {
            let class = classes.1.expect("there is an object");
            self.owned.insert((owner, class, uid));
            self.tallies.get_or_default(owner)[class as usize] += 1;
        }
    }
    fn reindex_relabelled(&mut self, uid: Uid, old: Option<&Object>, new: Option<&Object>) {
        let Some(old) = old.map(Object::meta) else { return };
        let controller = |meta: &Meta| meta.controller().map(|o| o.uid);
        let (was, is) = (controller(old), new.map(Object::meta).and_then(controller));
        if let Some(was) = was.filter(|_| was != is) {
            self.relabelled.remove(&(was, uid));
        }
        if let Some(is) = is.filter(|_| was != is || new.is_some_and(|new| new.meta().labels != old.labels)) {
            self.relabelled.insert((is, uid));
        }
    }

    fn reindex_node(&mut self, uid: Uid, old: Option<&Rc<Pod>>, new: Option<&Rc<Pod>>) {
        let bound = |p: &&Rc<Pod>| !p.node.is_empty();
        let (before, after) = (old.filter(bound), new.filter(bound));
        if let Some(pod) = before.filter(|p| after.is_none_or(|new| new.node != p.node)) {
            self.on_node.remove(&(pod.node.clone(), uid));
        }
        let known = before.filter(|p| after.is_some_and(|new| new.node == p.node)).map(|p| Glance::at(p));
        if let Some((pod, glance)) = after.map(|p| (p, Glance::at(p))).filter(|(_, new)| known != Some(*new))
        {
            self.on_node.insert((pod.node.clone(), uid), glance);
        }
        // A pod that has ended gives back what it asked for.
        let weighs = |p: &&Rc<Pod>| !p.node.is_empty() && !p.is_terminal();
        let (old, new) = (old.filter(weighs), new.filter(weighs));
        if old.is_some() == new.is_some() {
            return;
        }
        for (pod, sign) in [(old, -1), (new, 1)] {
            let Some(pod) = pod else { continue };
            let request = pod.spec.requests();
            let load = self.loads.get_or_default(pod.node.clone());
            load.cpu_millis += sign * request.cpu_millis;
            load.memory += sign * request.memory;
            load.pods += sign;
        }
    }
}

/// By whom an object is to be found: its owners, or nobody if a controller could take it in.
fn owners(object: &Object) -> impl Iterator<Item = Uid> {
    let meta = object.meta();
    let claimable = matches!(object.kind(), Kind::Pod | Kind::ReplicaSet | Kind::ControllerRevision);
    let free = (claimable && meta.controller().is_none()).then_some(Uid(0));
    meta.owners.iter().map(|o| o.uid).chain(free)
}

/// Labels that controllers make are found through the owner, so they need no index of their own.
fn is_indexed(label: &str) -> bool {
    !matches!(label, "controller-uid" | "job-name" | "pod-template-hash" | "controller-revision-hash")
        && !label.starts_with("batch.kubernetes.io/")
}

fn label_entries(pod: &Pod, mut each: impl FnMut((Text, Text, Text, Uid))) {
    let meta = &pod.meta;
    for (key, value) in meta.labels.0.iter().filter(|(k, _)| is_indexed(k)) {
        each((meta.namespace.clone(), key.clone(), value.clone(), meta.uid));
    }
}
