//! The pod's conditions, worked out from its containers.

use super::{Stage, Sync};
use crate::api::{Phase, Text};

impl Sync<'_> {
    /// Models pkg/kubelet/status/generate.go: GeneratePodReadyCondition and its neighbours.
    pub(super) fn set_conditions(&mut self) {
        let now = self.now;
        let over = self.runtime.stage >= Stage::Ended;
        let ended = over.then(|| self.final_phase());
        let status = &mut self.pod.status;
        let (ready, reason, message): (bool, Text, Text) = match ended {
            Some(Phase::Succeeded) => (false, "PodCompleted".into(), Text::default()),
            Some(_) => (false, "PodFailed".into(), Text::default()),
            None => {
                let unready: Vec<&str> = self
                    .pod
                    .spec
                    .containers
                    .iter()
                    .zip(status.containers.iter())
                    .filter(|(_, s)| !s.ready)
                    .map(|(c, _)| c.name.as_str())
                    .collect();
                if unready.is_empty() {
                    (true, Text::default(), Text::default())
                } else {
                    let message = format!("containers with unready status: [{}]", unready.join(" "));
                    (false, "ContainersNotReady".into(), message.into())
                }
            }
        };
        let conditions = &mut status.conditions;
        if ended == Some(Phase::Succeeded) {
            conditions.set("Initialized", true, "PodCompleted", "", now);
        }
        conditions.set("Ready", ready, reason.clone(), message.clone(), now);
        conditions.set("ContainersReady", ready, reason, message, now);
        conditions.sort_as(&[
            "PodReadyToStartContainers",
            "Initialized",
            "Ready",
            "ContainersReady",
            "PodScheduled",
        ]);
    }
}
