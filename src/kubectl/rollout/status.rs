//! `kubectl rollout status`: the cluster's time goes on until a rollout is done, and every step of it is told.
//!
//! Models kubectl pkg/cmd/rollout/rollout_status.go and pkg/polymorphichelpers/rollout_status.go.

use super::super::lasting::{Lasting, Next};
use super::super::wait::timeout;
use super::{Args, Call, Failure, REVISION, revision_flag};
use crate::api::{Kind, Object, Span, Time, Uid, Value};

/// How a rollout stands, and whether it is done.
struct Status {
    said: String,
    done: bool,
}

fn done(said: String) -> Status {
    Status { said, done: true }
}
fn under_way(said: String) -> Status {
    Status { said, done: false }
}

/// Tells how it stands whenever the object is written, until it is done.
pub(super) fn wait(call: &mut Call, args: &Args, object: &Object) -> Result<(), Failure> {
    let patience = args.get("timeout").map_or(Ok(Span::ZERO), |text| timeout("rollout status", text))?;
    let watch = args.get("watch") != Some("false");
    let pinned = revision_flag(args, "revision");
    let uid = object.meta().uid;
    call.lasts(Rollout { uid, pinned, watch, patience, end: None, seen: None });
    Ok(())
}

/// A rollout that is followed.
struct Rollout {
    uid: Uid,
    pinned: i64,
    watch: bool,
    patience: Span,
    /// When it ends, if ever; known once it has begun, after the rollouts before it.
    end: Option<Time>,
    /// The revision that was told.
    seen: Option<u64>,
}

impl Lasting for Rollout {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        let Some(object) = call.world().store.get(self.uid) else {
            return Err(Failure::error("object has been deleted"));
        };
        let now = call.world().now();
        if self.end.is_none() && self.patience > Span::ZERO {
            self.end = Some(now + self.patience);
        }
        let revision = Some(object.meta().revision);
        if self.seen != revision {
            let status = of(object, self.pinned)?;
            self.seen = revision;
            call.say(&status.said);
            if status.done || !self.watch {
                return Ok(Next::Over);
            }
        }
        match self.end {
            Some(end) if now >= end => Err(Failure::error("timed out waiting for the condition")),
            Some(end) => Ok(Next::At(end)),
            None => Ok(Next::Event),
        }
    }
    fn rewind(&mut self, _: &mut Call) {
        self.seen = None;
    }
}

fn of(object: &Object, pinned: i64) -> Result<Status, Failure> {
    let whole = object.to_value();
    match object.kind() {
        Kind::Deployment => deployment(&whole, pinned),
        Kind::DaemonSet | Kind::StatefulSet
            if whole.at("spec.updateStrategy.type").as_str() != Some("RollingUpdate") =>
        {
            Err(Failure::error("rollout status is only available for RollingUpdate strategy type"))
        }
        Kind::DaemonSet => Ok(daemon_set(&whole)),
        Kind::StatefulSet => Ok(stateful_set(&whole)),
        kind => {
            Err(Failure::error(format!("no status viewer has been implemented for {}", kind.info().name)))
        }
    }
}

fn number(object: &Value, path: &str) -> i64 {
    object.at(path).as_int().unwrap_or(0)
}
fn name_of(object: &Value) -> &str {
    object.at("metadata.name").as_str().unwrap_or("")
}
fn is_observed(object: &Value) -> bool {
    number(object, "metadata.generation") <= number(object, "status.observedGeneration")
}

/// Models pkg/polymorphichelpers/rollout_status.go: DeploymentStatusViewer.Status.
fn deployment(object: &Value, pinned: i64) -> Result<Status, Failure> {
    let name = name_of(object);
    let wanted = object.at("spec.replicas").as_int().unwrap_or(1);
    let status = |field: &str| number(object.get("status"), field);
    let (updated, all, available) =
        (status("updatedReplicas"), status("replicas"), status("availableReplicas"));
    if pinned > 0 {
        let running = object.at("metadata.annotations").get(REVISION).as_str().unwrap_or("0").to_owned();
        if running.parse() != Ok(pinned) {
            return Err(Failure::error(format!(
                "desired revision ({pinned}) is different from the running revision ({running})"
            )));
        }
    }
    if !is_observed(object) {
        return Ok(under_way("Waiting for deployment spec update to be observed...".to_owned()));
    }
    let conditions = object.at("status.conditions").items();
    let progressing = conditions.iter().find(|c| c.get("type").as_str() == Some("Progressing"));
    if progressing.is_some_and(|c| c.get("reason").as_str() == Some("ProgressDeadlineExceeded")) {
        return Err(Failure::error(format!("deployment {name:?} exceeded its progress deadline")));
    }
    let waiting = format!("Waiting for deployment {name:?} rollout to finish:");
    Ok(under_way(match () {
        () if updated < wanted => {
            format!("{waiting} {updated} out of {wanted} new replicas have been updated...")
        }
        () if all > updated => format!("{waiting} {} old replicas are pending termination...", all - updated),
        () if available < updated => {
            format!("{waiting} {available} of {updated} updated replicas are available...")
        }
        () => return Ok(done(format!("deployment {name:?} successfully rolled out"))),
    }))
}

/// Models rollout_status.go: DaemonSetStatusViewer.Status.
fn daemon_set(object: &Value) -> Status {
    let (name, status) = (name_of(object), |field: &str| number(object.get("status"), field));
    let wanted = status("desiredNumberScheduled");
    let (updated, available) = (status("updatedNumberScheduled"), status("numberAvailable"));
    let waiting = format!("Waiting for daemon set {name:?} rollout to finish:");
    under_way(match () {
        () if !is_observed(object) => "Waiting for daemon set spec update to be observed...".to_owned(),
        () if updated < wanted => {
            format!("{waiting} {updated} out of {wanted} new pods have been updated...")
        }
        () if available < wanted => {
            format!("{waiting} {available} of {wanted} updated pods are available...")
        }
        () => return done(format!("daemon set {name:?} successfully rolled out")),
    })
}

/// Models rollout_status.go: StatefulSetStatusViewer.Status.
fn stateful_set(object: &Value) -> Status {
    let status = |field: &str| number(object.get("status"), field);
    let (wanted, ready, updated) =
        (number(object, "spec.replicas"), status("readyReplicas"), status("updatedReplicas"));
    let partition = object.at("spec.updateStrategy.rollingUpdate.partition");
    let revision = |field: &str| object.get("status").get(field).as_str().unwrap_or("").to_owned();
    let (current, update) = (revision("currentRevision"), revision("updateRevision"));
    if !is_observed(object) {
        return under_way("Waiting for statefulset spec update to be observed...".to_owned());
    }
    if ready < wanted {
        return under_way(format!("Waiting for {} pods to be ready...", wanted - ready));
    }
    if let Some(partition) = partition.as_int() {
        let due = wanted - partition;
        if updated < due {
            let said = "Waiting for partitioned roll out to finish:";
            return under_way(format!("{said} {updated} out of {due} new pods have been updated..."));
        }
        return done(format!("partitioned roll out complete: {updated} new pods have been updated..."));
    }
    if current != update {
        return under_way(format!(
            "waiting for statefulset rolling update to complete {updated} pods at revision {update}..."
        ));
    }
    let done = status("currentReplicas");
    self::done(format!("statefulset rolling update complete {done} pods at revision {current}..."))
}
