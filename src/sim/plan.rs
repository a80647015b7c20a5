//! [`Plan`]: what an actor has decided. Actors read the world and return a plan; the world alone writes.

use super::events::{EventType, Said};
use super::kubelet::Runtime;
use super::network::Flight;
use super::network::traffic::Generator;
use super::record::Because;
use super::workload::Files;
use crate::api::{Object, Pod, Span, Text, Time, Uid};
use std::rc::Rc;

/// One step of a plan.
#[derive(Clone, Debug)]
pub enum Action {
    /// Creates an object.
    Create(Object, Because),
    /// Creates a pod for its controller, and says so about the controller.
    CreatePod(Box<Pod>, Because),
    /// Deletes a pod for its controller, and says so about the controller.
    DeletePod(Uid, Because),
    /// Writes an object that exists. A spec that differs raises its generation.
    Update(Object, Because),
    /// Takes a finalizer away, whatever else was written to the object meanwhile.
    Release(Uid, &'static str, Because),
    /// Asks for a deletion: gracefully for a pod that runs, at once otherwise. None: the object's own grace period.
    Delete(Uid, Option<i64>, Because),
    /// Says something about an object.
    Say(Said),
    /// Keeps a note that only this actor reads, until the object is gone.
    Remember(Uid, Memo),
    /// Keeps what runs inside a pod.
    Run(Uid, Rc<Runtime>),
    /// Keeps the files of a volume that outlives its pods.
    Keep(Text, Files),
    /// Notes that a node now has an image.
    Pulled(Text, Text),
    /// Has a kubelet weigh the pods of its node when it next does so.
    Weigh(Uid),
    /// Shows something on its way over the network.
    Fly(Flight),
    /// Counts requests to a pod that are not shown: how many, and how many of them it has answered.
    Asked(Uid, u64, u64),
    /// Keeps what somebody who sends requests has become.
    Sent(u32, Rc<Generator>),
}

/// What an actor must remember about an object that the API has no field for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Memo {
    /// The Job controller's back-off record. Models pkg/controller/job/backoff_utils.go: backoffRecord.
    JobBackoff {
        /// Failures since the last success.
        failures: u32,
        /// When the last of them ended.
        last_failure: Option<Time>,
    },
    /// Since when a pod is to leave its tainted node, and when it will; none: it stays after all.
    Eviction(Option<(Time, Time)>),
    /// When a controller last wrote for an object.
    Synced(Time),
    /// When a node's kubelet last saw too little memory.
    Pressure(Time),
    /// The autoscaler's record. Models pkg/controller/podautoscaler/horizontal.go: recommendations, scaleUpEvents,
    /// scaleDownEvents, hpaSelectors.
    Autoscaler(Rc<Scaling>),
}

/// What the autoscaler remembers of one HorizontalPodAutoscaler.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Scaling {
    /// How many replicas were recommended lately, and when.
    pub recommended: Vec<(i64, Time)>,
    /// By how many replicas it has scaled up, and when.
    pub ups: Vec<(i64, Time)>,
    /// And down.
    pub downs: Vec<(i64, Time)>,
    /// Whose pods it scales, once it has looked at them.
    pub selector: Option<crate::api::Selector>,
}

/// What an actor has decided to do, in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The steps.
    pub actions: Vec<Action>,
    /// When to look at the same object again, at the latest.
    pub again: Option<Span>,
    /// The decision in a sentence, for the stage.
    pub caption: Text,
}

impl Plan {
    /// A plan to do nothing.
    pub fn nothing() -> Plan {
        Plan::default()
    }
    /// A plan with room for a few steps.
    pub(super) fn roomy() -> Plan {
        Plan { actions: Vec::with_capacity(8), ..Plan::default() }
    }
    /// Adds a creation.
    pub fn create(&mut self, object: impl Into<Object>, because: Because) {
        self.actions.push(Action::Create(object.into(), because));
    }
    /// How many objects it creates so far.
    pub fn creations(&self) -> usize {
        let creates = |a: &&Action| matches!(a, Action::Create(..) | Action::CreatePod(..));
        self.actions.iter().filter(creates).count()
    }
    /// How many objects it creates, writes and deletes so far.
    pub fn writes(&self) -> u64 {
        let silent = |a: &&Action| matches!(a, Action::Say(_) | Action::Remember(..));
        (self.actions.len() - self.actions.iter().filter(silent).count()) as u64
    }
    /// Adds a write.
    pub fn update(&mut self, object: impl Into<Object>, because: Because) {
        self.actions.push(Action::Update(object.into(), because));
    }
    /// Adds a deletion with the object's own grace period.
    pub fn delete(&mut self, uid: Uid, because: Because) {
        self.actions.push(Action::Delete(uid, None, because));
    }
    /// Says that something normal happened.
    pub fn say(&mut self, uid: Uid, reason: &'static str, message: impl Into<Text>) {
        self.say_of(uid, EventType::Normal, reason, message, "");
    }
    /// Says that something went wrong.
    pub fn warn(&mut self, uid: Uid, reason: &'static str, message: impl Into<Text>) {
        self.say_of(uid, EventType::Warning, reason, message, "");
    }
    /// Says something of a part of an object, such as `spec.containers{main}`.
    pub fn say_of(
        &mut self,
        uid: Uid,
        kind: EventType,
        reason: &'static str,
        message: impl Into<Text>,
        field_path: impl Into<Text>,
    ) {
        self.actions.push(Action::Say(Said {
            field_path: field_path.into(),
            ..Said::new(uid, kind, reason, message)
        }));
    }
    /// Looks again after so long, or earlier if that was already planned.
    pub fn again_after(&mut self, span: Span) {
        let span = span.max(Span::ZERO);
        self.again = Some(self.again.map_or(span, |s| s.min(span)));
    }
}
