//! What the scheduler learns of changes: of nodes, of pods that come and go, and who may try again because of it.

use super::Queue;
use super::hints::{Happened, is_worth_it};
use super::nodes::NodeInfo;
use super::plugins::bit;
use super::tally::Place;
use crate::api::{Kind, Node, Object, Pod, Time};
use crate::sim::record::{Change, Verb};
use crate::sim::store::Store;
use std::rc::Rc;

impl Queue {
    /// Learns of a change; returns whether there is something to do.
    pub(in crate::sim) fn watch(&mut self, now: Time, store: &Store, change: &Change) -> bool {
        let old = change.old.as_ref();
        match &change.new {
            Object::Node(node) => {
                let old = old.and_then(Object::as_ref::<Node>);
                self.node_changed(store, old, node, change.verb)
            }
            Object::Pod(pod) => {
                let gone = change.verb == Verb::Deleted;
                self.pod_changed(now, store, old.and_then(Object::as_ref::<Pod>), pod, gone)
            }
            // What selects pods for the default spread.
            Object::Service(_) if change.spec_changed() || change.verb != Verb::Modified => {
                self.classes.forget();
                false
            }
            other => match other.kind() {
                Kind::PersistentVolumeClaim | Kind::PersistentVolume | Kind::StorageClass => {
                    self.classes.forget();
                    self.happened(store, &Happened::Volume)
                }
                Kind::Namespace => {
                    self.classes.forget();
                    false
                }
                _ => false,
            },
        }
    }

    /// Gives those another chance who may fit now.
    /// Models scheduling_queue.go: MoveAllToActiveOrBackoffQueue.
    fn happened(&mut self, store: &Store, happened: &Happened) -> bool {
        let mut except = 0;
        let mut moved = false;
        if matches!(happened, Happened::Gone(_)) {
            // Any pod that leaves leaves room, so nobody whom room was refused needs to be asked.
            except = bit("NodeResourcesFit");
            moved = self.waiting.move_all(except);
        }
        let worth = |uid, by| {
            let pod = store.get_as::<Pod>(uid);
            pod.is_some_and(|pod| is_worth_it(store, by, pod, happened))
        };
        self.waiting.move_some(except, worth) || moved
    }

    fn node_changed(&mut self, store: &Store, old: Option<&Rc<Node>>, node: &Rc<Node>, verb: Verb) -> bool {
        let name = &node.meta.name;
        let place = self.number.get(name).copied();
        match (place, verb) {
            (Some(i), Verb::Deleted) => {
                let mut left: Vec<NodeInfo> = self.nodes.iter().cloned().collect();
                left.remove(i);
                self.number = Default::default();
                for (i, info) in left.iter().enumerate() {
                    self.number.insert(info.node.meta.name.clone(), i);
                }
                self.nodes = left.into_iter().collect();
                self.next_node = 0;
                self.attempts.forget();
                self.classes.forget();
                return self.happened(store, &Happened::Relabelled);
            }
            (Some(i), _) => {
                self.nodes[i].node = Rc::clone(node);
                let same = |old: &Rc<Node>| {
                    old.spec == node.spec
                        && old.meta.labels == node.meta.labels
                        && old.allocatable == node.allocatable
                        && old.others == node.others
                };
                if old.is_some_and(same) {
                    return false;
                }
                self.touch(i);
            }
            (None, Verb::Deleted) => return false,
            (None, _) => {
                self.number.insert(name.clone(), self.nodes.len());
                let mut info = NodeInfo::new(node);
                store.pods_on(name).filter(|p| !p.is_terminal()).for_each(|p| info.weigh(p, 1));
                self.nodes.push_back(info);
                self.touch(self.nodes.len() - 1);
            }
        }
        self.classes.forget();
        self.happened(store, &Happened::Node(old.filter(|_| place.is_some()).map(|n| &**n), node))
    }
    /// What was found out about the node holds no longer.
    fn touch(&mut self, place: usize) {
        self.versions += 1;
        self.nodes[place].version = self.versions;
    }

    fn pod_changed(
        &mut self,
        now: Time,
        store: &Store,
        old: Option<&Rc<Pod>>,
        pod: &Rc<Pod>,
        gone: bool,
    ) -> bool {
        let new = Some(pod).filter(|_| !gone);
        let on_node = |p: &&Rc<Pod>| !p.node.is_empty() && !p.is_terminal();
        let (before, after) = (old.filter(on_node), new.filter(on_node));
        self.count(store, before, after);
        self.nominate(old, new);
        let waits = |p: &&Rc<Pod>| is_ours(p);
        match (old.filter(waits), new.filter(waits)) {
            (None, Some(pod)) => {
                self.waiting.add(now, pod.meta.uid, pod.priority.value);
                return true;
            }
            (Some(old), None) => {
                self.waiting.forget(pod.meta.uid);
                if gone && !old.status.nominated.is_empty() {
                    return self.happened(store, &Happened::Gone(old));
                }
            }
            (Some(old), Some(pod)) if old.spec != pod.spec || old.meta.labels != pod.meta.labels => {
                let uid = pod.meta.uid;
                let worth = |other, by| other == uid && is_worth_it(store, by, pod, &Happened::Own);
                return self.waiting.refused_by(uid).is_some() && self.waiting.move_some(0, worth);
            }
            _ => {}
        }
        match (before, after) {
            (None, Some(pod)) => self.happened(store, &Happened::Bound(pod)),
            (Some(old), None) => self.happened(store, &Happened::Gone(old)),
            (Some(old), Some(new)) if old.meta.labels != new.meta.labels => {
                self.happened(store, &Happened::Relabelled)
            }
            _ => false,
        }
    }

    /// Keeps each node's load, and what the classes count, up to date.
    fn count(&mut self, store: &Store, before: Option<&Rc<Pod>>, after: Option<&Rc<Pod>>) {
        let relabelled = before.zip(after).is_some_and(|(old, new)| old.meta.labels != new.meta.labels);
        let stays = |p: &&Rc<Pod>| !p.meta.is_terminating();
        let same = before.zip(after).is_some_and(|(old, new)| stays(&old) == stays(&new));
        if (same && !relabelled) || (before.is_none() && after.is_none()) {
            return;
        }
        for (pod, other, sign) in [(before, after, -1), (after, before, 1)] {
            let Some(pod) = pod else { continue };
            let Some(node) = self.number.get(&pod.node).copied() else { continue };
            if other.is_none() {
                self.nodes[node].weigh(pod, sign);
                self.touch(node);
                let same = self.priorities.get_or_default(pod.priority.value);
                *same += sign;
                if *same == 0 {
                    self.priorities.remove(&pod.priority.value);
                }
                if pod.spec.minds_pods() {
                    match sign {
                        1 => self.minding.insert(pod.meta.uid),
                        _ => drop(self.minding.remove(&pod.meta.uid)),
                    }
                }
            }
            let at = Place { store, nodes: &self.nodes, node };
            let spread = stays(&pod) && (relabelled || !other.is_some_and(|o| stays(&o)));
            let terms = relabelled || other.is_none();
            if spread || terms {
                self.classes.each(|asked, tallies| {
                    if spread {
                        tallies.note_spread(asked, pod, node, sign);
                    }
                    if terms {
                        tallies.note_terms(asked, &at, pod, sign);
                    }
                });
            }
        }
    }

    /// Remembers for which pods room is being made, and where.
    fn nominate(&mut self, old: Option<&Rc<Pod>>, new: Option<&Rc<Pod>>) {
        let place = |p: &Rc<Pod>| (p.status.nominated.clone(), p.meta.uid);
        let is_nominated = |p: &&Rc<Pod>| p.node.is_empty() && !p.status.nominated.is_empty();
        let (before, after) = (old.filter(is_nominated).map(place), new.filter(is_nominated).map(place));
        if before == after {
            return;
        }
        if let Some(place) = before {
            self.nominated.remove(&place);
        }
        if let Some(place) = after {
            self.nominated.insert(place);
        }
    }
    /// A node has got an image that it had not.
    pub(in crate::sim) fn image_pulled(&mut self, node: &str, image: &str) {
        if let Some(place) = self.number.get(node) {
            self.classes.image_pulled(*place, image);
        }
    }
}

/// Is the pod one that waits for this scheduler? One with gates waits for somebody to open them.
/// Models plugins/schedulinggates/scheduling_gates.go: PreEnqueue.
pub(super) fn is_ours(pod: &Pod) -> bool {
    pod.node.is_empty()
        && !pod.meta.is_terminating()
        && !pod.is_terminal()
        && pod.spec.scheduling_gates.is_empty()
        && ["", "default-scheduler"].contains(&pod.spec.scheduler_name.as_str())
}
