//! Pods of one class: made from one template by one owner, so that what is found out for one of them holds for the next.
//!
//! Nothing here decides anything that a fresh look would not: what is kept of each node is forgotten when the node or
//! what is counted changes, so a cluster with and without these notes places each pod alike.

use super::asked::Asked;
use super::nodes::NodeInfo;
use super::plugins::{self, Normal, Refused, SCORE_MAX, SCORES};
use super::tally::{Place, Tallies};
use crate::api::{Pod, Text, Uid, make_mut};
use crate::sim::persistent::{Map, Sequence, Set};
use crate::sim::world::World;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// How many classes are kept in mind.
const CLASSES_MAX: usize = 8;

/// A class of pods, and what is known of each node for it.
#[derive(Clone)]
pub struct Class {
    /// What its pods ask for.
    pub asked: Rc<Asked>,
    /// What is counted of other pods.
    pub tallies: Tallies,
    /// What holds for one cycle.
    pub scratch: Scratch,
    /// The images of its pods.
    pub images: Vec<Image>,
    rows: Sequence<Row>,
}

/// An image, and where it is.
#[derive(Clone)]
pub struct Image {
    name: Text,
    /// Its size in bytes.
    pub size: i64,
    /// Which nodes have it.
    pub on: Vec<bool>,
}

fn images(world: &World, nodes: &Sequence<NodeInfo>, pod: &Pod) -> Vec<Image> {
    let all = pod.spec.containers.iter().chain(&pod.spec.init_containers);
    let there = |image: &Text| {
        let has = |info: &NodeInfo| world.pulled.contains(&(info.node.meta.name.clone(), image.clone()));
        nodes.iter().map(has).collect()
    };
    let image = |name: &Text| Image {
        name: name.clone(),
        size: crate::sim::kubelet::image_size(name) as i64,
        on: there(name),
    };
    all.map(|c| image(&c.image)).collect()
}

/// What holds for one cycle.
#[derive(Clone, Default)]
pub struct Scratch {
    /// The least count of each spread constraint.
    pub least: Vec<i64>,
    /// How much each spread constraint weighs.
    pub weights: Vec<f64>,
    /// Does the pod answer to its own affinity terms?
    pub answers_itself: bool,
}

/// What is known of one node as it was at one time, as far as the node alone decides it.
#[derive(Clone, Default)]
struct Row {
    version: u64,
    refused: Option<Rc<Refused>>,
    raw: [i64; SCORES],
}

/// The scores of a node by plugin, and their weighted sum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Scores {
    /// By each plugin that scores, from 0 to 100, in the order of the table.
    pub by_plugin: [u8; SCORES],
    /// The weighted sum.
    pub total: i64,
}

impl Class {
    /// Looks at a class of pods for the first time.
    pub fn of(world: &World, known: &Known, pod: &Rc<Pod>) -> Class {
        let nodes = known.nodes;
        let asked = Asked::of(world, nodes, pod);
        let mut tallies = Tallies::new(&asked, nodes);
        let store = &world.store;
        let place = |pod: &Pod| known.number.get(&pod.node).copied().filter(|_| !pod.is_terminal());
        if !asked.spread.is_empty() {
            let own = store.list_as::<Pod>(Some(&pod.meta.namespace));
            for (other, node) in own.filter_map(|p| Some((p, place(p)?))) {
                if !other.meta.is_terminating() {
                    tallies.note_spread(&asked, other, node, 1);
                }
            }
        }
        let mut note = |other: &Pod| {
            if let Some(node) = place(other) {
                tallies.note_terms(&asked, &Place { store, nodes, node }, other, 1);
            }
        };
        if asked.terms.is_empty() {
            known.minding.iter().filter_map(|uid| store.get_as::<Pod>(*uid)).for_each(|p| note(p));
        } else {
            store.list_as::<Pod>(None).for_each(|p| note(p));
        }
        let terms = &asked.terms.near;
        let answers_itself = !terms.is_empty() && terms.iter().all(|t| t.answered_by(store, pod));
        let scratch = Scratch { answers_itself, ..Scratch::default() };
        let images = images(world, nodes, pod);
        Class { asked: Rc::new(asked), tallies, scratch, images, rows: blank(nodes.len()) }
    }
    /// In small clusters and debug builds, what was noted is held to what a fresh look finds.
    #[cfg(debug_assertions)]
    fn agrees_with_a_fresh_look(&self, world: &World, known: &Known, pod: &Rc<Pod>) {
        if known.nodes.len() > 8 || world.store.pod_count() > 60 {
            return;
        }
        let fresh = Class::of(world, known, pod);
        assert_eq!(self.tallies.told(), fresh.tallies.told(), "what is counted for {}", pod.meta.name);
        for (place, info) in known.nodes.iter().enumerate() {
            let row = &self.rows[place];
            if row.version == info.version {
                let refused = plugins::first_refusal(&fresh, place, info, Some(false));
                assert_eq!(row.refused.as_deref(), refused.as_ref(), "{}", info.node.meta.name);
            }
        }
    }
    /// Gets ready for a cycle.
    pub fn begin(&mut self) {
        self.scratch.least.clear();
        let least = (0..self.asked.spread.len())
            .map(|i| if self.asked.spread[i].hard { plugins::least(self, i) } else { 0 })
            .collect();
        self.scratch.least = least;
    }
    /// Why the node is refused; none: it is feasible.
    pub fn refusal(&mut self, place: usize, info: &NodeInfo) -> Option<Rc<Refused>> {
        if self.rows[place].version != info.version {
            let refused = plugins::first_refusal(self, place, info, Some(false)).map(Rc::new);
            let mut raw = [0; SCORES];
            if refused.is_none() {
                for (raw, (plugin, score)) in raw.iter_mut().zip(plugins::scoring()) {
                    *raw = if plugin.looks_beyond { 0 } else { (score.raw)(self, place, info) };
                }
            }
            self.rows[place] = Row { version: info.version, refused, raw };
        }
        if let Some(refused) = &self.rows[place].refused {
            return Some(Rc::clone(refused));
        }
        if self.looks_beyond() {
            return plugins::first_refusal(self, place, info, Some(true)).map(Rc::new);
        }
        None
    }
    /// Could pods on other nodes matter?
    fn looks_beyond(&self) -> bool {
        let tallies = &self.tallies;
        self.asked.spread.iter().any(|s| s.hard)
            || !(tallies.near.is_empty() && tallies.far.is_empty() && tallies.against.is_empty())
    }
    /// The scores of feasible nodes. Models pkg/scheduler/framework/runtime/framework.go: RunScorePlugins.
    pub fn scores(&mut self, nodes: &Sequence<NodeInfo>, feasible: &[usize]) -> Vec<Scores> {
        plugins::prepare_spread(self, feasible);
        let mut table = [(0, Normal::Is); SCORES];
        let mut beyond: Vec<(usize, Raw)> = Vec::new();
        for (i, (plugin, score)) in plugins::scoring().enumerate() {
            let spread = score.normal == Normal::Spread;
            let matters = if spread {
                self.asked.spread.iter().any(|s| !s.hard)
            } else {
                !self.tallies.wishes.is_empty()
            };
            table[i] = (score.weight, score.normal);
            if plugin.looks_beyond && matters {
                beyond.push((i, score.raw));
            } else if plugin.looks_beyond {
                table[i].1 = Normal::Is;
            }
        }
        let mut extremes = [(i64::MAX, i64::MIN); SCORES];
        let mut raws: Vec<[i64; SCORES]> = Vec::with_capacity(feasible.len());
        for place in feasible {
            let mut raw = self.rows[*place].raw;
            for (i, score) in &beyond {
                raw[*i] = score(self, *place, &nodes[*place]);
            }
            for (i, (least, most)) in extremes.iter_mut().enumerate() {
                if table[i].1 == Normal::Is {
                    continue;
                }
                // What the spread does not score is no extreme of its scores.
                if raw[i] >= 0 || table[i].1 != Normal::Spread {
                    *least = raw[i].min(*least);
                }
                *most = raw[i].max(*most);
            }
            raws.push(raw);
        }
        let scored = raws.into_iter().map(|raw| {
            let mut scores = Scores::default();
            for (i, (weight, normal)) in table.iter().enumerate() {
                let points = normalize(*normal, raw[i], extremes[i]);
                scores.by_plugin[i] = points as u8;
                scores.total += weight * points;
            }
            scores
        });
        scored.collect()
    }
}

type Raw = fn(&Class, usize, &NodeInfo) -> i64;

fn blank(nodes: usize) -> Sequence<Row> {
    (0..nodes).map(|_| Row::default()).collect()
}

fn normalize(how: Normal, raw: i64, (least, most): (i64, i64)) -> i64 {
    match how {
        Normal::Is => raw,
        Normal::Share if most == 0 => 0,
        Normal::Share => SCORE_MAX * raw / most,
        Normal::Reversed if most == 0 => SCORE_MAX,
        Normal::Reversed => SCORE_MAX - SCORE_MAX * raw / most,
        Normal::Range if most == least => 0,
        Normal::Range => SCORE_MAX * (raw - least) / (most - least),
        Normal::Spread if raw < 0 => 0,
        Normal::Spread if most <= 0 => SCORE_MAX,
        Normal::Spread => SCORE_MAX * (most + least - raw) / most,
    }
}

/// What the scheduler knows of the cluster.
pub struct Known<'a> {
    /// All nodes.
    pub nodes: &'a Sequence<NodeInfo>,
    /// Their places by their names.
    pub number: &'a Map<Text, usize>,
    /// The pods on nodes that say something of other pods.
    pub minding: &'a Set<Uid>,
}

/// The classes that are kept in mind, the one of the last pod first. They are no part of the world's hash, as they only
/// repeat what is known.
#[derive(Clone, Default)]
pub struct Classes(Vec<Rc<Class>>);

impl Hash for Classes {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Classes {
    /// Takes out the class of a pod, to be put back.
    pub fn take(&mut self, world: &World, known: &Known, pod: &Rc<Pod>) -> Rc<Class> {
        match self.0.iter().position(|class| is_of(class, pod)) {
            Some(place) => {
                let class = self.0.remove(place);
                #[cfg(debug_assertions)]
                class.agrees_with_a_fresh_look(world, known, pod);
                class
            }
            None => Rc::new(Class::of(world, known, pod)),
        }
    }
    /// Puts a class back.
    pub fn put(&mut self, class: Rc<Class>) {
        self.0.truncate(CLASSES_MAX - 1);
        self.0.insert(0, class);
    }
    /// Something has changed that each class has noted.
    pub fn forget(&mut self) {
        self.0.clear();
    }
    /// A pod has come or gone.
    pub fn each(&mut self, mut note: impl FnMut(&Asked, &mut Tallies)) {
        for class in &mut self.0 {
            let class = make_mut(class);
            note(&class.asked, &mut class.tallies);
        }
    }
    /// A node has got an image.
    pub fn image_pulled(&mut self, place: usize, image: &str) {
        for class in self.0.iter_mut().filter(|c| c.images.iter().any(|i| i.name == image)) {
            let class = make_mut(class);
            class.images.iter_mut().filter(|i| i.name == image).for_each(|i| i.on[place] = true);
            class.rows = blank(class.rows.len());
        }
    }
}

fn is_of(class: &Class, pod: &Pod) -> bool {
    let own = &class.asked.pod;
    own.meta.namespace == pod.meta.namespace
        && own.meta.labels == pod.meta.labels
        && own.meta.controller().map(|o| o.uid) == pod.meta.controller().map(|o| o.uid)
        && (Rc::ptr_eq(&own.spec, &pod.spec) || own.spec == pod.spec)
        && own.priority == pod.priority
        // The names of its own claims are made of its own name.
        && (class.asked.volumes.is_empty() || own.meta.uid == pod.meta.uid)
}
