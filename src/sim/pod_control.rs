//! How controllers make and delete their pods: what they say about it, and how many they dare at once.
//!
//! Models pkg/controller/controller_utils.go: RealPodControl.

use super::events::{EventType, Said};
use super::record::{Actor, Because};
use super::world::World;
use crate::api::{Kind, Pod, Span, Text, Uid};

/// How long until a controller makes the next of many pods that may be refused.
pub(super) const SLOW_START: Span = Span::millis(20);

impl World {
    /// How many pods a controller makes at once. Where a quota may refuse them, it begins with one and makes as many more
    /// each time as there are already, so that those who want pods at the same time share what there is.
    /// Models pkg/controller/controller_utils.go: slowStartBatch.
    pub(super) fn batch(&self, pod: &Pod, about: Uid) -> u32 {
        let namespace = pod.meta.namespace.as_str();
        let may_refuse = self.store.has_any(Kind::ResourceQuota)
            && self.store.list(Kind::ResourceQuota, Some(namespace)).next().is_some();
        if may_refuse { self.store.tally(about)[..2].iter().sum::<u32>().max(1) } else { u32::MAX }
    }
    /// Creates a pod for its controller and says so about the controller; gives the words of a refusal.
    /// Models pkg/controller/controller_utils.go: RealPodControl.CreatePods.
    pub(super) fn create_pod(&mut self, pod: Pod, by: Actor, cause: u64, because: Because) -> Option<Text> {
        let owner = pod.meta.controller().map(|o| o.uid);
        let stateful = in_stateful_set(&pod);
        let name = pod.meta.name.clone();
        let result = self.create(pod.into(), by, cause, because);
        let refused = result.as_ref().err().map(|refusal| refusal.message.clone().into());
        let (kind, reason, message) = match result {
            Ok(pod) => {
                let said = match stateful {
                    Some(set) => format!("Create Pod {name} in StatefulSet {set} successful"),
                    None => format!("Created pod: {}", pod.meta().name),
                };
                (EventType::Normal, "SuccessfulCreate", said)
            }
            Err(refusal) => {
                let why = refusal.message;
                let said = match stateful {
                    Some(set) => format!("Create Pod {name} in StatefulSet {set} failed error: {why}"),
                    None => format!("Error creating: {why}"),
                };
                (EventType::Warning, "FailedCreate", said)
            }
        };
        self.say_about(owner, by, kind, reason, message);
        refused
    }
    /// Deletes a pod for its controller and says so about the controller.
    /// Models pkg/controller/controller_utils.go: RealPodControl.DeletePod.
    pub(super) fn delete_pod(&mut self, uid: Uid, by: Actor, cause: u64, because: Because) {
        let Some(pod) = self.store.get_as::<Pod>(uid) else {
            return;
        };
        let owner = pod.meta.controller().map(|o| o.uid);
        let message = match in_stateful_set(pod) {
            Some(set) => format!("Delete Pod {} in StatefulSet {set} successful", pod.meta.name),
            None => format!("Deleted pod: {}", pod.meta.name),
        };
        self.delete(uid, None, by, cause, because);
        self.say_about(owner, by, EventType::Normal, "SuccessfulDelete", message);
    }
    fn say_about(
        &mut self,
        uid: Option<Uid>,
        by: Actor,
        kind: EventType,
        reason: &'static str,
        message: String,
    ) {
        if let Some(uid) = uid {
            let said = Said::new(uid, kind, reason, message);
            self.say(by, said);
        }
    }
}

/// The StatefulSet that a pod belongs to: its controller says the same in other words.
/// Models pkg/controller/statefulset/stateful_pod_control.go: recordPodEvent.
fn in_stateful_set(pod: &Pod) -> Option<Text> {
    pod.meta.controller().filter(|o| o.kind == Kind::StatefulSet).map(|o| o.name.clone())
}
