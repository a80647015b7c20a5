//! Which ReplicaSet has the present template, and the count of templates.
//!
//! Models pkg/controller/deployment/sync.go: getNewReplicaSet, and util/deployment_util.go.

use super::super::claim;
use super::Sync;
use crate::api::{Deployment, Kind, Labels, Meta, ReplicaSet, ReplicaSetStatus, Spec, Text, Value, make_mut};
use crate::sim::hash::StableHasher;
use crate::sim::record::Because;
use std::rc::Rc;

/// The label that ties pods to the ReplicaSet of one template.
pub const HASH_LABEL: &str = "pod-template-hash";
/// The annotation that counts a Deployment's templates.
pub const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// What the Deployment asked for when the ReplicaSet was last scaled.
pub(super) const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
/// And how many pods it allowed.
pub(super) const MAX: &str = "deployment.kubernetes.io/max-replicas";
/// What a ReplicaSet does not take over from its Deployment. Models annotationsToSkip.
const NOT_COPIED: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    HISTORY,
    DESIRED,
    MAX,
    "deprecated.deployment.rollback.to",
];
const HISTORY_CHARS_MAX: usize = 2000;
const NAME_MAX: usize = 253;

/// The revision that a ReplicaSet is annotated with; 0 if none.
pub fn of(meta: &Meta) -> i64 {
    number(meta, REVISION).unwrap_or(0)
}

pub(super) fn number(meta: &Meta, annotation: &str) -> Option<i64> {
    meta.annotations.get(annotation)?.parse().ok()
}

/// Models util/deployment_util.go: EqualIgnoreHash.
pub(super) fn has_template_of(set: &ReplicaSet, deployment: &Deployment) -> bool {
    let (own, wanted) = (set.spec.raw().get("template"), deployment.spec.raw().get("template"));
    own.get("spec") == wanted.get("spec") && {
        let without_hash = |template: &Value| {
            let mut meta = template.get("metadata").clone();
            if !meta.at("labels.pod-template-hash").is_null() {
                let mut labels = meta.get("labels").clone();
                labels.map_mut().remove(HASH_LABEL);
                meta.set("labels", labels);
            }
            meta
        };
        without_hash(own) == without_hash(wanted)
    }
}

impl Sync<'_> {
    /// Keeps the annotations of the ReplicaSet with the present template, and the Deployment's revision.
    pub(super) fn sync_revision(&mut self) {
        let Some(current) = self.current else { return };
        let mut set = ReplicaSet::clone(&self.sets[current]);
        let least = self.new.spec.min_ready_seconds;
        if set.spec.min_ready_seconds != least {
            make_mut(&mut set.spec).edit(|raw| raw.set("minReadySeconds", least));
        }
        annotate(&mut set.meta, &self.new.meta, self.next_revision());
        if set.meta != self.sets[current].meta || set.spec != self.sets[current].spec {
            self.write(current, set, "the template that is wanted now");
        }
        self.note_revision(of(&self.sets[current].meta));
        if self.has_deadline() && self.new.status.conditions.get("Progressing").is_none() {
            let said = format!("Found new replica set \"{}\"", self.sets[current].meta.name);
            self.new.status.conditions.set_last("Progressing", true, "FoundNewReplicaSet", said, self.now);
        }
    }
    /// One more than that of any old ReplicaSet.
    fn next_revision(&self) -> i64 {
        let old = self.sets.iter().enumerate().filter(|(i, _)| Some(*i) != self.current);
        old.map(|(_, s)| of(&s.meta)).max().unwrap_or(0).max(0) + 1
    }
    fn note_revision(&mut self, revision: i64) {
        let said = revision.to_string();
        if self.new.meta.annotations.get(REVISION).is_none_or(|r| *r != said.as_str()) {
            self.new.meta.annotations.insert(REVISION, said);
        }
    }
    /// Makes the ReplicaSet of a template that has none. False: its name is taken, so another hash is tried next time.
    pub(super) fn create_set(&mut self) -> bool {
        let collisions = self.new.status.collisions;
        let hash = hash_of(self.new.spec.raw().get("template"), collisions.unwrap_or(0));
        let first = self.wanted_of_new(0);
        let revision = self.next_revision();
        let mut set = new_set(&self.new, hash, first);
        annotate(&mut set.meta, &self.new.meta, revision);
        self.annotate_size(&mut set.meta);
        let name = set.meta.name.clone();
        if self.world.store.lookup(Kind::ReplicaSet, &set.meta.namespace, &name).is_some() {
            self.new.status.collisions = Some(collisions.unwrap_or(0) + 1);
            return false;
        }
        let said = format!("Scaled up replica set {name} from 0 to {first}");
        self.plan.caption = said.clone().into();
        self.plan.create(set.clone(), Because::of(self.uid, "spec.template", said.clone()));
        if first > 0 {
            self.plan.say(self.uid, "ScalingReplicaSet", said);
        }
        self.current = Some(self.sets.len());
        self.sets.push(Rc::new(set));
        self.note_revision(revision);
        if self.has_deadline() {
            let said = format!("Created new replica set \"{name}\"");
            self.new.status.conditions.set_last("Progressing", true, "NewReplicaSetCreated", said, self.now);
        }
        true
    }
}

/// Gives a ReplicaSet its Deployment's annotations and its place in the history. One that comes back gets a new place, and
/// remembers the former. Models SetNewReplicaSetAnnotations.
fn annotate(set: &mut Meta, deployment: &Meta, next: i64) {
    for (name, value) in deployment.annotations.0.iter().filter(|(n, _)| !NOT_COPIED.contains(&n.as_str())) {
        if set.annotations.get(name) != Some(value) {
            set.annotations.insert(name.clone(), value.clone());
        }
    }
    let old = set.annotations.get(REVISION).cloned();
    let Ok(known) = old.as_ref().map_or(Ok(0), |r| r.parse::<i64>()) else { return };
    if known >= next {
        return;
    }
    set.annotations.insert(REVISION, next.to_string());
    let Some(old) = old else { return };
    let former = set.annotations.get(HISTORY).cloned().unwrap_or_default();
    let mut all: Vec<&str> = former.split(',').filter(|r| !r.is_empty()).collect();
    all.push(&old);
    while all.len() > 1 && all.iter().map(|r| r.len() + 1).sum::<usize>() > HISTORY_CHARS_MAX + 1 {
        all.remove(0);
    }
    set.annotations.insert(HISTORY, all.join(","));
}

/// A short hash of a pod template, in letters that form no words.
/// Models pkg/controller/controller_utils.go: ComputeHash, and rand.SafeEncodeString.
pub fn hash_of(template: &Value, collisions: i32) -> Text {
    let hash = StableHasher::of(&(template, collisions)) as u32;
    let letter = |digit: char| b"456789bcdf"[digit as usize - '0' as usize] as char;
    hash.to_string().chars().map(letter).collect::<String>().into()
}

fn new_set(deployment: &Deployment, hash: Text, replicas: i32) -> ReplicaSet {
    let own = &deployment.meta;
    let mut labels: Labels = deployment.spec.template.metadata.labels.clone();
    labels.insert(HASH_LABEL, hash.clone());
    let mut name = own.name.to_string();
    name.truncate(NAME_MAX - 1 - hash.len());
    let meta = Meta {
        labels,
        owners: [claim::owner(Kind::Deployment, own)].into(),
        ..Meta::named(own.namespace.clone(), format!("{name}-{hash}"))
    };
    let least = deployment.spec.min_ready_seconds;
    let mut spec = crate::record! {
        "minReadySeconds" => (least > 0).then_some(least),
        "replicas" => replicas,
        "selector" => deployment.spec.raw().get("selector").clone(),
        "template" => deployment.spec.raw().get("template").clone(),
    };
    spec.set("selector.matchLabels.pod-template-hash", hash.clone());
    spec.set("template.metadata.labels.pod-template-hash", hash);
    ReplicaSet { meta, spec: Rc::new(Spec::new(spec)), status: ReplicaSetStatus::default() }
}
