//! The StatefulSet controller: pods with names that stay, made and replaced one after another.
//!
//! Models pkg/controller/statefulset: stateful_set_control.go, stateful_set_utils.go, stateful_pod_control.go.

use super::claim::{claim, owner, wake_owners};
use super::revisions::{self, POD_HASH, Revision};
use super::{Controller, Wakes};
use crate::api::{
    Decode, Kind, Labels, Meta, Object, Owner, Phase, Pod, PodManagement, PodTemplate, Retention, SetUpdate,
    Span, StatefulSet, StatefulSetStatus, Text, Time, Uid, Value, make_mut, order,
};
use crate::record;
use crate::sim::plan::{Action, Plan};
use crate::sim::record::{Because, Change, Verb};
use crate::sim::store::{Class, Store};
use crate::sim::world::World;
use std::rc::Rc;

/// Its row.
pub const CONTROLLER: Controller = Controller {
    name: "statefulset",
    source: "statefulset-controller",
    kinds: &[Kind::StatefulSet, Kind::Pod],
    watches,
    reconcile,
};

/// How long until a claim that must go first is looked at again.
const CLAIM_GONE: Span = Span::secs(1);

fn watches(store: &Store, change: &Change, wakes: &mut Wakes) {
    match change.kind() {
        Kind::StatefulSet if change.verb != Verb::Deleted => wakes.now(change.uid()),
        Kind::Pod => wake_owners(store, change, Kind::StatefulSet, wakes),
        _ => {}
    }
}

fn reconcile(world: &World, uid: Uid) -> Plan {
    let mut plan = Plan::nothing();
    let Some(object) = world.store.get(uid) else { return plan };
    let Object::StatefulSet(set) = object else { return plan };
    if claim(world, object, Kind::Pod, &mut plan) {
        return plan;
    }
    let known = revisions::of(world, uid);
    let update = revisions::present(world, object, set.spec.raw().get("template"), &known, &mut plan);
    let current = known.iter().find(|r| r.name == set.status.current_revision).unwrap_or(&update).clone();
    let mut sync = Sync {
        world,
        now: world.now(),
        set,
        plan,
        current,
        update,
        replicas: Vec::new(),
        condemned: Vec::new(),
    };
    sync.sort_pods();
    let deleted = if set.meta.is_terminating() { 0 } else { sync.run() };
    let status = sync.status(deleted);
    let mut plan = std::mem::take(&mut sync.plan);
    let in_use = |r: &Revision| {
        let made = sync.pods().any(|p| p.meta.labels.get(POD_HASH) == Some(&r.name));
        made || r.name == sync.current.name || r.name == sync.update.name
    };
    let limit = set.spec.revision_history_limit.unwrap_or(10);
    revisions::truncate(uid, &known, in_use, limit, &mut plan);
    if status != set.status {
        let caption = format!("{} of {} pods ready", status.ready, set.replicas());
        let new = StatefulSet { status, ..StatefulSet::clone(set) };
        plan.update(new, Because::of(uid, "spec.replicas", caption));
    }
    plan
}

/// The number of a pod in a StatefulSet of that name, if it is named so. Models getParentNameAndOrdinal.
pub(super) fn ordinal(set: &str, pod: &str) -> Option<i32> {
    let digits = pod.strip_prefix(set)?.strip_prefix('-')?;
    let numbered = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    numbered.then(|| digits.parse().ok()).flatten()
}

/// One look at a StatefulSet.
struct Sync<'a> {
    world: &'a World,
    now: Time,
    set: &'a Rc<StatefulSet>,
    plan: Plan,
    /// The template that pods have, and the one that they are to have.
    current: Revision,
    update: Revision,
    /// A place for each pod that there should be.
    replicas: Vec<Option<&'a Rc<Pod>>>,
    /// Pods that there should not be, the highest number first.
    condemned: Vec<&'a Rc<Pod>>,
}

impl<'a> Sync<'a> {
    fn sort_pods(&mut self) {
        let (set, start) = (self.set, self.set.spec.ordinals.start);
        self.replicas = vec![None; set.replicas().max(0) as usize];
        for pod in self.world.store.owned_pods(set.meta.uid, Class::Starting..=Class::Failed) {
            let Some(number) = ordinal(&set.meta.name, &pod.meta.name) else { continue };
            match self.replicas.get_mut(number.wrapping_sub(start) as usize) {
                Some(place) => *place = Some(pod),
                None => self.condemned.push(pod),
            }
        }
        order::sort_by_key(&mut self.condemned, |p| -ordinal(&set.meta.name, &p.meta.name).unwrap_or(0));
    }
    fn pods(&self) -> impl Iterator<Item = &'a Rc<Pod>> {
        self.replicas.iter().flatten().chain(&self.condemned).copied()
    }
    /// Do pods wait for each other?
    fn is_ordered(&self) -> bool {
        self.set.spec.pod_management_policy == PodManagement::OrderedReady
    }
    /// Models updateStatefulSet. Returns how many pods of the current template it deletes.
    fn run(&mut self) -> i32 {
        for i in 0..self.replicas.len() {
            if self.process(i) && self.is_ordered() {
                return 0;
            }
        }
        for pod in self.condemned.clone() {
            let number = ordinal(&self.set.meta.name, &pod.meta.name).unwrap_or(0);
            self.keep_claims(number, pod);
        }
        if self.condemn() && self.is_ordered() {
            return 0;
        }
        match self.set.spec.update_strategy.kind {
            SetUpdate::OnDelete => 0,
            SetUpdate::RollingUpdate => self.roll(),
        }
    }
    /// Makes what is missing at a place, and says whether others have to wait for it. Models processReplica.
    fn process(&mut self, i: usize) -> bool {
        let number = self.set.spec.ordinals.start + i as i32;
        let Some(pod) = self.replicas[i] else {
            self.create(number);
            return true;
        };
        if pod.is_terminal() {
            if !pod.meta.is_terminating() {
                self.delete(pod, "status.phase", "a pod that has ended is made anew");
            }
            return true;
        }
        if pod.status.phase == Phase::Pending {
            let _ = self.make_claims(number, &pod.meta.name);
        }
        if self.is_unavailable(pod) {
            return true;
        }
        self.keep_claims(number, pod);
        false
    }
    /// Deletes pods that there should not be, the highest number first. Models processCondemned.
    fn condemn(&mut self) -> bool {
        let ordered = self.is_ordered();
        let first = self.condemned.iter().rposition(|p| self.is_unavailable(p));
        for (i, pod) in self.condemned.clone().into_iter().enumerate() {
            if pod.meta.is_terminating() {
                if ordered {
                    return true;
                }
                continue;
            }
            if ordered && self.is_unavailable(pod) && Some(i) != first {
                return true;
            }
            self.delete(pod, "spec.replicas", "fewer pods are wanted");
            if ordered {
                return true;
            }
        }
        false
    }
    /// Replaces the pod of the highest number that has not the newest template, once those above it are available.
    fn roll(&mut self) -> i32 {
        let partition = self.set.spec.update_strategy.rolling_update.as_ref().map_or(0, |r| r.partition);
        for i in (partition.max(0) as usize..self.replicas.len()).rev() {
            // One that is made just now has the newest template, and is waited for.
            let Some(pod) = self.replicas[i] else { return 0 };
            let updated = pod.meta.labels.get(POD_HASH) == Some(&self.update.name);
            if !updated && !pod.meta.is_terminating() {
                self.delete(pod, "spec.template", "the pod has an earlier template");
                return 1;
            }
            if self.is_unavailable(pod) {
                return 0;
            }
        }
        0
    }
    fn is_unavailable(&self, pod: &Pod) -> bool {
        pod.meta.is_terminating() || self.waits(pod) != Some(Span::ZERO)
    }
    /// How long until a pod has been ready for long enough; none: it is not ready.
    fn waits(&self, pod: &Pod) -> Option<Span> {
        let since = pod.status.conditions.get("Ready").filter(|_| pod.is_ready())?.since.floor_sec();
        let least = Span::secs(self.set.spec.min_ready_seconds.into());
        Some(if least == Span::ZERO { least } else { (since + least - self.now).max(Span::ZERO) })
    }
    fn delete(&mut self, pod: &Pod, field: &'static str, why: &'static str) {
        self.plan.caption = format!("deletes {}: {why}", pod.meta.name).into();
        self.plan.actions.push(Action::DeletePod(pod.meta.uid, Because::of(self.set.meta.uid, field, why)));
    }

    /// Models newVersionedStatefulSetPod and CreateStatefulPod.
    fn create(&mut self, number: i32) {
        let (set, spec) = (self.set, &self.set.spec);
        let name: Text = format!("{}-{number}", set.meta.name).into();
        if let Err(why) = self.make_claims(number, &name) {
            let said = format!("Create Pod {name} in StatefulSet {} failed error: {why}", set.meta.name);
            self.plan.warn(set.meta.uid, "FailedCreate", said);
            return self.plan.again_after(CLAIM_GONE);
        }
        let old = match (&spec.update_strategy.kind, &spec.update_strategy.rolling_update) {
            (SetUpdate::OnDelete, _) => 0,
            (_, Some(rolling)) => rolling.partition,
            (_, None) => set.status.current,
        };
        let revision = if number < spec.ordinals.start + old { &self.current } else { &self.update };
        let template = match revision.name == self.update.name {
            true => spec.template.clone(),
            false => PodTemplate::decode(&revision.template()),
        };
        let mut labels = template.metadata.labels.clone();
        labels.insert("statefulset.kubernetes.io/pod-name", name.clone());
        labels.insert("apps.kubernetes.io/pod-index", number.to_string());
        labels.insert(POD_HASH, revision.name.clone());
        let meta = Meta {
            labels,
            annotations: template.metadata.annotations.clone(),
            owners: [owner(Kind::StatefulSet, &set.meta)].into(),
            ..Meta::named(set.meta.namespace.clone(), name.clone())
        };
        let mut pod = Pod::from_template(meta, &template);
        let claims = self.claim_names(number);
        make_mut(&mut pod.spec).edit(|raw| {
            raw.set("hostname", name.clone());
            if !spec.service_name.is_empty() {
                raw.set("subdomain", spec.service_name.clone());
            }
            if !claims.is_empty() {
                raw.set("volumes", volumes(raw.get("volumes"), &claims));
            }
        });
        let why = format!("{name} is missing");
        self.plan.caption = why.clone().into();
        self.plan
            .actions
            .push(Action::CreatePod(Box::new(pod), Because::of(set.meta.uid, "spec.replicas", why)));
    }

    /// The names of the claim templates, and of the claims that a pod has by them.
    fn claim_names(&self, number: i32) -> Vec<(Text, Text)> {
        let name = |template: &Value| {
            let own = template.at("metadata.name").as_str().unwrap_or("").to_owned();
            let claim = format!("{own}-{}-{number}", self.set.meta.name);
            (own.into(), claim.into())
        };
        self.set.spec.volume_claim_templates.iter().map(name).collect()
    }
    fn claim(&self, name: &str) -> Option<&'a Object> {
        self.world.store.lookup(Kind::PersistentVolumeClaim, &self.set.meta.namespace, name)
    }
    /// Makes the claims that a pod lacks; says why it cannot have them. Models createPersistentVolumeClaims.
    fn make_claims(&mut self, number: i32, pod: &str) -> Result<(), String> {
        let set = self.set;
        for ((_, name), template) in
            self.claim_names(number).into_iter().zip(&set.spec.volume_claim_templates)
        {
            if let Some(claim) = self.claim(&name) {
                let left_by = claim.meta().owners.iter().any(|o| o.kind == Kind::Pod && o.name == pod);
                let stale = left_by && self.set.spec.claim_retention.when_scaled == Retention::Delete;
                if claim.meta().is_terminating() || stale && !self.is_there(pod) {
                    return Err(format!("pvc {name} is being deleted"));
                }
                continue;
            }
            let mut labels = Labels::read(template.at("metadata.labels"));
            for (key, value) in set.spec.selector.match_labels.0.iter() {
                labels.insert(key.clone(), value.clone());
            }
            let owners: Vec<Owner> = self.claim_owner(true, None).into_iter().collect();
            let meta = Meta {
                labels,
                annotations: Labels::read(template.at("metadata.annotations")),
                owners: owners.into(),
                ..Meta::named(set.meta.namespace.clone(), name.clone())
            };
            let mut claim = Object::read(Kind::PersistentVolumeClaim, template);
            *claim.meta_mut() = meta;
            let why = format!("{pod} needs the claim {name}");
            self.plan.create(claim, Because::of(set.meta.uid, "spec.volumeClaimTemplates", why));
            let said = format!("Create Claim {name} Pod {pod} in StatefulSet {} success", set.meta.name);
            self.plan.say(set.meta.uid, "SuccessfulCreate", said);
        }
        Ok(())
    }
    fn is_there(&self, pod: &str) -> bool {
        self.pods().any(|p| p.meta.name == pod)
    }
    /// Who takes a pod's claims along when it goes. Models updateClaimOwnerRefForSetAndPod.
    fn claim_owner(&self, wanted: bool, pod: Option<&Pod>) -> Option<Owner> {
        let policy = &self.set.spec.claim_retention;
        match pod.filter(|_| !wanted && policy.when_scaled == Retention::Delete) {
            Some(pod) => Some(owner(Kind::Pod, &pod.meta)),
            None if policy.when_deleted == Retention::Delete => {
                Some(owner(Kind::StatefulSet, &self.set.meta))
            }
            None => None,
        }
    }
    fn keep_claims(&mut self, number: i32, pod: &Pod) {
        let place = number.wrapping_sub(self.set.spec.ordinals.start) as usize;
        let wanted = self.claim_owner(place < self.replicas.len(), Some(pod));
        for (_, name) in self.claim_names(number) {
            let Some(claim) = self.claim(&name) else { continue };
            let ours = |o: &&Owner| o.uid == self.set.meta.uid || o.uid == pod.meta.uid;
            let own: Vec<&Owner> = claim.meta().owners.iter().filter(ours).collect();
            let foreign = claim.meta().controller().is_some_and(|o| !ours(&o));
            if foreign || own == wanted.iter().collect::<Vec<_>>() {
                continue;
            }
            let mut changed = claim.clone();
            let others = claim.meta().owners.iter().filter(|o| !ours(o)).cloned();
            changed.meta_mut().owners = others.chain(wanted.clone()).collect();
            let because = Because::of(
                self.set.meta.uid,
                "spec.persistentVolumeClaimRetentionPolicy",
                "whose the claim is",
            );
            self.plan.update(changed, because);
        }
    }

    /// Models updateStatus and completeRollingUpdate.
    fn status(&mut self, deleted: i32) -> StatefulSetStatus {
        let mut status = StatefulSetStatus {
            current_revision: self.current.name.clone(),
            update_revision: self.update.name.clone(),
            observed_generation: self.set.meta.generation,
            current: -deleted,
            ..StatefulSetStatus::default()
        };
        let mut soon = Span(i64::MAX);
        for pod in self.pods() {
            status.replicas += 1;
            if let Some(left) = self.waits(pod).filter(|_| pod.status.phase == Phase::Running) {
                status.ready += 1;
                status.available += i32::from(left == Span::ZERO);
                soon = if left > Span::ZERO { soon.min(left) } else { soon };
            }
            let of =
                |r: &Revision| pod.meta.labels.get(POD_HASH) == Some(&r.name) && !pod.meta.is_terminating();
            status.current += i32::from(of(&self.current));
            status.updated += i32::from(of(&self.update));
        }
        if soon < Span(i64::MAX) {
            self.plan.again_after(soon);
        }
        let wanted = self.set.replicas();
        let rolling = self.set.spec.update_strategy.kind == SetUpdate::RollingUpdate;
        if rolling && [status.updated, status.ready, status.replicas] == [wanted; 3] {
            status.current = status.updated;
            status.current_revision = status.update_revision.clone();
        }
        status
    }
}

/// A pod's volumes: its claims, and what the template has beside them. Models updateStorage.
fn volumes(own: &Value, claims: &[(Text, Text)]) -> Value {
    let volume = |(name, claim): &(Text, Text)| {
        let source = record! { "claimName" => claim.clone() };
        record! { "name" => name.clone(), "persistentVolumeClaim" => source }
    };
    let named = |v: &&Value| !claims.iter().any(|(name, _)| v.get("name").as_str() == Some(name.as_str()));
    let all: Vec<Value> =
        claims.iter().map(volume).chain(own.items().iter().filter(named).cloned()).collect();
    all.into()
}
