//! What a class of pods asks of nodes and of other pods, read once for all pods of the class.

use super::nodes::{HostPort, NodeInfo, host_ports, weighed};
use crate::api::*;
use crate::sim::persistent::Sequence;
use crate::sim::store::Store;
use crate::sim::world::World;
use std::rc::Rc;

/// Where a spread is by nodes.
pub const HOSTNAME: &str = "kubernetes.io/hostname";
/// The constraints of pods that have none of their own: topology and skew.
/// Models podtopologyspread/plugin.go: systemDefaultConstraints.
const DEFAULT_SPREAD: [(&str, i64); 2] = [(HOSTNAME, 3), ("topology.kubernetes.io/zone", 5)];

/// What a class of pods asks for.
pub struct Asked {
    /// One of them, for what they have in common.
    pub pod: Rc<Pod>,
    /// Cpu and memory.
    pub request: Resources,
    /// The same, at least a little.
    pub weighed: Resources,
    /// All else, by name.
    pub others: Vec<(Text, i64)>,
    /// Ports of the node.
    pub ports: Vec<HostPort>,
    /// The only nodes that are looked at, if the pod names them.
    pub named: Option<Vec<Text>>,
    /// How they are to be spread.
    pub spread: Vec<Spread>,
    /// Must a node have all topologies of the spread to be scored by it?
    pub whole: bool,
    /// Other pods near and far.
    pub terms: Terms,
    /// Why each node cannot have their volumes; empty where they have no claims.
    pub volumes: Vec<Option<&'static str>>,
}

/// A spread constraint.
pub struct Spread {
    /// Must it be kept?
    pub hard: bool,
    /// By how much two domains may differ.
    pub skew: i64,
    /// The topology.
    pub key: Text,
    /// With fewer domains the least is taken to be 0.
    pub min_domains: usize,
    /// Does a pod of the class count itself? 1 or 0.
    pub itself: i64,
    /// Are the pods of each node counted?
    pub counted: Vec<bool>,
    /// Which pods are counted; none counts nothing.
    selector: Option<Selector>,
}

impl Spread {
    /// Is a pod with these labels counted?
    pub fn counts(&self, labels: &Labels) -> bool {
        // What selects everything counts nothing: so it is upstream.
        self.selector.as_ref().is_some_and(|s| !s.is_empty() && s.matches(labels))
    }
}

/// Some other pods, in some topology.
pub struct Term {
    /// The topology.
    pub key: Text,
    selector: Option<Selector>,
    namespaces: Vec<Text>,
    namespace_selector: Option<Selector>,
}

/// What a pod says of other pods.
#[derive(Default)]
pub struct Terms {
    /// They must be near.
    pub near: Vec<Term>,
    /// They must be far.
    pub far: Vec<Term>,
    /// They would be welcome near, or with a negative weight, far.
    pub wishes: Vec<(i64, Term)>,
}

impl Term {
    fn of(pod: &Pod, term: &PodTerm) -> Term {
        let labels = &pod.meta.labels;
        let mut selector = term.selector.clone();
        if let Some(selector) = &mut selector {
            with_label_keys(selector, labels, &term.match_label_keys, Operator::In);
            with_label_keys(selector, labels, &term.mismatch_label_keys, Operator::NotIn);
        }
        let own = term.namespaces.is_empty() && term.namespace_selector.is_none();
        Term {
            key: term.topology_key.clone(),
            selector,
            namespaces: if own { vec![pod.meta.namespace.clone()] } else { term.namespaces.clone() },
            namespace_selector: term.namespace_selector.clone(),
        }
    }
    /// Is that pod one of those? Models kube-scheduler framework: AffinityTerm.Matches.
    pub fn answered_by(&self, store: &Store, pod: &Pod) -> bool {
        let namespace = &pod.meta.namespace;
        let by_labels = |selector: &Selector| {
            let found = store.lookup(Kind::Namespace, "", namespace);
            found.is_some_and(|n| selector.matches(&n.meta().labels))
        };
        self.selector.as_ref().is_some_and(|s| s.matches(&pod.meta.labels))
            && (self.namespaces.contains(namespace)
                || self.namespace_selector.as_ref().is_some_and(by_labels))
    }
}

impl Terms {
    /// Reads what a pod says.
    pub fn of(pod: &Pod) -> Terms {
        let Some(affinity) = &pod.spec.affinity else { return Terms::default() };
        let all = |terms: &[PodTerm]| terms.iter().map(|t| Term::of(pod, t)).collect();
        let wish = |sign: i64| move |t: &WeightedPodTerm| (sign * t.weight, Term::of(pod, &t.term));
        let welcome = affinity.near.preferred.iter().map(wish(1));
        Terms {
            near: all(&affinity.near.required),
            far: all(&affinity.far.required),
            wishes: welcome.chain(affinity.far.preferred.iter().map(wish(-1))).collect(),
        }
    }
    /// Must all pods be looked at, as each could be meant?
    pub fn is_empty(&self) -> bool {
        self.near.is_empty() && self.far.is_empty() && self.wishes.is_empty()
    }
}

impl Asked {
    /// Reads what pods like this one ask for.
    pub fn of(world: &World, nodes: &Sequence<NodeInfo>, pod: &Rc<Pod>) -> Asked {
        let request = pod.spec.requests();
        let own = !pod.spec.topology_spread.is_empty();
        Asked {
            request,
            weighed: weighed(request),
            others: pod.spec.other_requests(),
            ports: host_ports(pod).collect(),
            named: named(pod),
            spread: if own { own_spread(nodes, pod) } else { default_spread(world, nodes, pod) },
            whole: own,
            terms: Terms::of(pod),
            volumes: super::plugins::volume_refusals(world, nodes, pod),
            pod: Rc::clone(pod),
        }
    }
}

/// The nodes that the pod's affinity names, if each of its terms names some.
/// Models nodeaffinity/node_affinity.go: PreFilter.
fn named(pod: &Pod) -> Option<Vec<Text>> {
    let terms = &pod.spec.affinity.as_ref()?.nodes.required.as_ref()?.terms;
    let mut all = Vec::new();
    for term in terms {
        all.extend(term.named()?.into_iter().cloned());
    }
    (!terms.is_empty()).then_some(all)
}

/// Models podtopologyspread/common.go: filterTopologySpreadConstraints, matchNodeInclusionPolicies.
fn own_spread(nodes: &Sequence<NodeInfo>, pod: &Pod) -> Vec<Spread> {
    let all = &pod.spec.topology_spread;
    let has_all = |info: &NodeInfo, when: WhenUnsatisfiable| {
        let same = all.iter().filter(|c| c.when == when);
        same.into_iter().all(|c| info.node.meta.labels.get(&c.topology_key).is_some())
    };
    let read = |c: &SpreadConstraint| {
        let mut selector = c.selector.clone();
        if let Some(selector) = &mut selector {
            with_label_keys(selector, &pod.meta.labels, &c.match_label_keys, Operator::In);
        }
        let counted = |info: &NodeInfo| {
            has_all(info, c.when)
                && (c.node_affinity_policy == "Ignore" || pod.spec.wants_node(&info.node))
                && (c.node_taints_policy != "Honor" || super::plugins::repelled(pod, &info.node).is_none())
        };
        let hard = c.when == WhenUnsatisfiable::DoNotSchedule;
        Spread {
            hard,
            skew: c.max_skew,
            key: c.topology_key.clone(),
            min_domains: c.min_domains.unwrap_or(1) as usize,
            itself: i64::from(selector.as_ref().is_some_and(|s| s.matches(&pod.meta.labels))),
            counted: nodes
                .iter()
                .map(|info| (!hard && c.topology_key == HOSTNAME) || counted(info))
                .collect(),
            selector,
        }
    };
    all.iter().map(read).collect()
}

/// Pods that a service or a controller selects are spread over nodes and zones, as far as may be.
/// Models podtopologyspread/common.go: buildDefaultConstraints.
fn default_spread(world: &World, nodes: &Sequence<NodeInfo>, pod: &Pod) -> Vec<Spread> {
    let selector = default_selector(world, pod);
    if selector.is_empty() {
        return Vec::new();
    }
    let spread = |(key, skew): (&'static str, i64)| Spread {
        hard: false,
        skew,
        key: key.into(),
        min_domains: 1,
        itself: 0,
        counted: nodes.iter().map(|info| key == HOSTNAME || pod.spec.wants_node(&info.node)).collect(),
        selector: Some(selector.clone()),
    };
    DEFAULT_SPREAD.into_iter().map(spread).collect()
}

/// What selects the pod together with its like. Models pkg/scheduler/framework/plugins/helper/spread.go: DefaultSelector.
fn default_selector(world: &World, pod: &Pod) -> Selector {
    let mut selector = Selector::default();
    for service in world.store.list_as::<Service>(Some(&pod.meta.namespace)) {
        let own = &service.spec.selector;
        if !own.0.is_empty() && own.0.iter().all(|(k, v)| pod.meta.labels.get(k) == Some(v)) {
            own.0.iter().for_each(|(k, v)| selector.match_labels.insert(k.clone(), v.clone()));
        }
    }
    let owner = pod.meta.controller().filter(|o| matches!(o.kind, Kind::ReplicaSet | Kind::StatefulSet));
    if let Some(object) = owner.and_then(|o| world.store.get(o.uid)) {
        let own = Selector::decode(object.body().at("spec.selector"));
        own.match_labels.0.iter().for_each(|(k, v)| selector.match_labels.insert(k.clone(), v.clone()));
        selector.match_expressions.extend(own.match_expressions);
    }
    selector
}
