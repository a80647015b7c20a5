//! Where a pod wants to be: affinity to nodes and to other pods, and how its like are to be spread.

use super::{Labels, Node, PodSpec, Requirement, Selector, Text};
use crate::{reads, words};

words! {
    /// What happens when a spread cannot be kept.
    pub enum WhenUnsatisfiable { DoNotSchedule = "DoNotSchedule", ScheduleAnyway = "ScheduleAnyway", }
}
reads! {
    /// One of several descriptions of a node: all that it says must hold.
    pub struct NodeTerm {
        /// Requirements on labels.
        pub match_expressions: Vec<Requirement> = "matchExpressions",
        /// Requirements on fields; `metadata.name` is the only one.
        pub match_fields: Vec<Requirement> = "matchFields",
    }
}
reads! {
    /// Descriptions of a node: one of them must hold.
    pub struct NodeTerms {
        /// The descriptions.
        pub terms: Vec<NodeTerm> = "nodeSelectorTerms",
    }
}
reads! {
    /// A node that would be welcome.
    pub struct PreferredNode {
        /// How welcome.
        pub weight: i64 = "weight",
        /// Which.
        pub preference: NodeTerm = "preference",
    }
}
reads! {
    /// Which nodes a pod wants.
    pub struct NodeAffinity {
        /// Those that it must have.
        pub required: Option<NodeTerms> = "requiredDuringSchedulingIgnoredDuringExecution",
        /// Those that it would rather have.
        pub preferred: Vec<PreferredNode> = "preferredDuringSchedulingIgnoredDuringExecution",
    }
}
reads! {
    /// Other pods, near or far in some topology.
    pub struct PodTerm {
        /// Their labels; none selects nothing.
        pub selector: Option<Selector> = "labelSelector",
        /// Their namespaces; none means the pod's own.
        pub namespaces: Vec<Text> = "namespaces",
        /// The labels of their namespaces.
        pub namespace_selector: Option<Selector> = "namespaceSelector",
        /// The node label that says what is near.
        pub topology_key: Text = "topologyKey",
        /// Labels in which they must be as the pod itself.
        pub match_label_keys: Vec<Text> = "matchLabelKeys",
        /// Labels in which they must differ from it.
        pub mismatch_label_keys: Vec<Text> = "mismatchLabelKeys",
    }
}
reads! {
    /// Other pods that would be welcome near, or far.
    pub struct WeightedPodTerm {
        /// How welcome.
        pub weight: i64 = "weight",
        /// Which.
        pub term: PodTerm = "podAffinityTerm",
    }
}
reads! {
    /// Which pods a pod wants near, or far.
    pub struct PodAffinity {
        /// Those that it must have so.
        pub required: Vec<PodTerm> = "requiredDuringSchedulingIgnoredDuringExecution",
        /// Those that it would rather have so.
        pub preferred: Vec<WeightedPodTerm> = "preferredDuringSchedulingIgnoredDuringExecution",
    }
}
reads! {
    /// Everything that a pod says of its neighbourhood.
    pub struct Affinity {
        /// Nodes.
        pub nodes: NodeAffinity = "nodeAffinity",
        /// Pods that it wants near.
        pub near: PodAffinity = "podAffinity",
        /// Pods that it wants far.
        pub far: PodAffinity = "podAntiAffinity",
    }
}
reads! {
    /// How pods of a kind are to be spread over a topology.
    pub struct SpreadConstraint {
        /// By how much two domains may differ.
        pub max_skew: i64 = "maxSkew",
        /// The node label whose values are the domains.
        pub topology_key: Text = "topologyKey",
        /// What happens when it cannot be kept.
        pub when: WhenUnsatisfiable = "whenUnsatisfiable",
        /// Which pods are counted; none counts nothing.
        pub selector: Option<Selector> = "labelSelector",
        /// With fewer domains the least is taken to be 0.
        pub min_domains: Option<i64> = "minDomains",
        /// Are nodes that the pod's node affinity rules out left out of the count? `Honor` if not said.
        pub node_affinity_policy: Text = "nodeAffinityPolicy",
        /// Are nodes with taints that it does not tolerate left out? `Ignore` if not said.
        pub node_taints_policy: Text = "nodeTaintsPolicy",
        /// Labels in which the counted pods must be as the pod itself.
        pub match_label_keys: Vec<Text> = "matchLabelKeys",
    }
}

impl NodeTerm {
    /// Does the node answer to it? What asks for nothing is answered by no node.
    /// Models staging k8s.io/component-helpers/scheduling/corev1/nodeaffinity: nodeSelectorTerm.match.
    pub fn matches(&self, node: &Node) -> bool {
        if self.match_expressions.is_empty() && self.match_fields.is_empty() {
            return false;
        }
        let named = || {
            let mut fields = Labels::default();
            fields.insert("metadata.name", node.meta.name.clone());
            fields
        };
        self.match_expressions.iter().all(|r| r.matches(&node.meta.labels))
            && (self.match_fields.is_empty() || self.match_fields.iter().all(|r| r.matches(&named())))
    }
    /// The nodes that it names; none: it names none. Models nodeaffinity/node_affinity.go: PreFilter.
    pub fn named(&self) -> Option<Vec<&Text>> {
        let by_name = |r: &&Requirement| r.key == "metadata.name" && r.operator == super::Operator::In;
        let mut lists = self.match_fields.iter().filter(by_name).map(|r| &r.values);
        let mut names: Vec<&Text> = lists.next()?.iter().collect();
        lists.for_each(|more| names.retain(|name| more.contains(name)));
        Some(names)
    }
}

impl PodSpec {
    /// Do the node selector and the required node affinity let the pod onto the node?
    /// Models component-helpers/scheduling/corev1/nodeaffinity: RequiredNodeAffinity.Match.
    pub fn wants_node(&self, node: &Node) -> bool {
        let labels = &node.meta.labels;
        let terms = self.affinity.as_ref().and_then(|a| a.nodes.required.as_ref());
        self.node_selector.0.iter().all(|(k, v)| labels.get(k) == Some(v))
            && terms.is_none_or(|all| all.terms.iter().any(|term| term.matches(node)))
    }
    /// Does the pod say anything of other pods?
    pub fn minds_pods(&self) -> bool {
        let says = |p: &PodAffinity| !p.required.is_empty() || !p.preferred.is_empty();
        self.affinity.as_ref().is_some_and(|a| says(&a.near) || says(&a.far))
    }
}

/// A selector with the labels of a pod added to it, by their keys, or ruled out by them.
pub fn with_label_keys(selector: &mut Selector, labels: &Labels, keys: &[Text], operator: super::Operator) {
    for key in keys {
        if let Some(value) = labels.get(key) {
            let values = vec![value.clone()];
            selector.match_expressions.push(Requirement { key: key.clone(), operator, values });
        }
    }
}
