//! What keeps pods there: how Deployments, ReplicaSets, StatefulSets and DaemonSets stand, and their cards.

use super::owners::{Card, Held};
use super::scene::*;
use crate::api::{Conditions, Object, ReplicaSet, SetUpdate, StrategyType, Text};
use std::rc::Rc;

/// How a set of pods stands.
pub(super) struct Stand {
    pub wanted: i32,
    pub ready: i32,
    pub available: i32,
    /// How many pods have the newest template; a ReplicaSet has but one.
    pub updated: Option<i32>,
    /// How pods get a new template.
    pub strategy: &'static str,
    pub word: &'static str,
    pub ink: Ink,
    /// What keeps it from what is wanted, in the control plane's words.
    pub trouble: Text,
}

/// How an object stands, if it is such a set.
pub(super) fn stand(object: &Object) -> Option<Stand> {
    let none = Conditions::default();
    let (wanted, ready, available, updated, strategy, conditions) = match object {
        Object::Deployment(o) => {
            let (s, kind) = (&o.status, o.spec.strategy.kind);
            (o.replicas(), s.ready, s.available, Some(s.updated), kind.word(), &s.conditions)
        }
        Object::ReplicaSet(o) => {
            let s = &o.status;
            (o.replicas(), s.ready, s.available, None, "", &s.conditions)
        }
        Object::StatefulSet(o) => {
            let (s, kind) = (&o.status, o.spec.update_strategy.kind);
            (o.replicas(), s.ready, s.available, Some(s.updated), kind.word(), &none)
        }
        Object::DaemonSet(o) => {
            let (s, kind) = (&o.status, o.spec.update_strategy.kind);
            (s.desired, s.ready, s.available, Some(s.updated), kind.word(), &none)
        }
        _ => return None,
    };
    let refused = conditions.get("ReplicaFailure");
    let late = conditions.get("Progressing").filter(|c| c.reason == "ProgressDeadlineExceeded");
    let paused = matches!(object, Object::Deployment(o) if o.spec.paused);
    let (word, ink) = match () {
        () if refused.is_some() => ("Pods refused", Ink::Bad),
        () if late.is_some() => ("Deadline passed", Ink::Bad),
        () if paused => ("Paused", Ink::Warn),
        () if rolls(object) => ("Rolling out", Ink::Accent),
        () if available < wanted => ("Progressing", Ink::Accent),
        () if matches!(object, Object::Deployment(_)) => ("Available", Ink::Good),
        () => ("Ready", Ink::Good),
    };
    let trouble = refused.or(late).map_or_else(Text::default, |c| c.message.clone());
    Some(Stand { wanted, ready, available, updated, strategy, word, ink, trouble })
}

/// Is a new template taking the place of an old one?
fn rolls(object: &Object) -> bool {
    match object {
        Object::Deployment(o) => {
            let s = &o.status;
            let recreates = o.spec.strategy.kind == StrategyType::Recreate && s.terminating > 0;
            s.updated < o.replicas() || s.replicas > s.updated || recreates && s.replicas == 0
        }
        Object::StatefulSet(o) => {
            let (s, strategy) = (&o.status, &o.spec.update_strategy);
            let partition = strategy.rolling_update.as_ref().map_or(0, |r| r.partition);
            let old = s.current_revision != s.update_revision && s.updated < o.replicas() - partition;
            old && strategy.kind == SetUpdate::RollingUpdate
        }
        Object::DaemonSet(o) => {
            let rolling = o.spec.update_strategy.kind == SetUpdate::RollingUpdate;
            rolling && o.status.updated < o.status.current
        }
        _ => false,
    }
}

impl Card<'_, '_> {
    /// The card of a set of pods.
    pub(super) fn set(&mut self, object: &Object) {
        let Some(stand) = stand(object) else { return };
        let kind = object.kind().info().name;
        self.head(kind, &object.meta().name, stand.word, stand.ink);
        let below = self.world.store.dependents(self.uid);
        let sets: Vec<&Rc<ReplicaSet>> = below.filter_map(Object::as_ref::<ReplicaSet>).collect();
        let mut have = Held::default();
        have.add(self.world, self.uid);
        sets.iter().for_each(|set| have.add(self.world, set.meta.uid));
        let (wanted, ready) = (stand.wanted.max(0) as usize, stand.ready.max(0) as usize);
        let of = if kind == "DaemonSet" { "nodes have a ready pod" } else { "ready" };
        self.places(wanted, &have, ready, &format!("{ready} of {wanted} {of}"));
        let live = sets.iter().filter(|s| s.status.replicas > 0 || s.replicas() > 0);
        let mut lines: Vec<String> = live
            .map(|s| {
                let hash = s.meta.name.rsplit('-').next().unwrap_or("").to_owned();
                format!("{hash}  {}/{}", s.status.ready, s.replicas())
            })
            .collect();
        for line in &lines {
            self.scene.say(None, 1, format!("ReplicaSet {line} ready"));
        }
        if let Some(updated) = stand.updated.filter(|_| lines.is_empty() && rolls(object)) {
            let line = format!("{updated} of {wanted} updated");
            self.scene.say(None, 1, line.clone());
            lines.push(line);
        }
        if !stand.trouble.is_empty() {
            self.scene.say(None, 1, stand.trouble.to_string());
        }
        if self.x + 120.0 < self.at.right() - if self.wide { 120.0 } else { 8.0 } {
            for (i, line) in lines.into_iter().take(2).enumerate() {
                let y = self.line() - 3.0 + i as f32 * 17.0;
                self.scene.text((self.x, y), line, 11.0, Face::Mono, Ink::Muted);
            }
        }
    }
}
