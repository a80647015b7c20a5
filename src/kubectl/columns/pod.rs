//! Pods. Models printers.go: printPod.

use super::{Printed, col, created, name, number, or_none, text, wide};
use crate::api::{Time, Value};
use crate::kubectl::duration;

pub(super) const POD: Printed = Printed {
    kind: "Pod",
    columns: &[
        col("Name"),
        col("Ready"),
        col("Status"),
        col("Restarts"),
        col("Age"),
        wide("IP"),
        wide("Node"),
        wide("Nominated Node"),
        wide("Readiness Gates"),
    ],
    cells,
};

/// What the containers say, added up.
#[derive(Default)]
struct Tally {
    ready: usize,
    restarts: i64,
    /// When a container was last seen to end before a restart.
    ended: Option<Time>,
    reason: String,
}

impl Tally {
    fn count_restarts(&mut self, status: &Value) {
        self.restarts += number(status.get("restartCount"));
        let ended = status.at("lastState.terminated.finishedAt").as_str().and_then(Time::parse);
        self.ended = self.ended.max(ended);
    }
}

fn cells(pod: &Value, now: Time) -> Vec<String> {
    let init = pod.at("spec.initContainers").items();
    let sidecars = init.iter().filter(|c| is_sidecar(c)).count();
    let total = pod.at("spec.containers").items().len() + sidecars;
    let tally = tally(pod);
    let restarts = match tally.ended {
        Some(at) if tally.restarts != 0 => format!("{} ({} ago)", tally.restarts, duration::human(now - at)),
        _ => tally.restarts.to_string(),
    };
    let ip = match pod.at("status.podIPs").items() {
        [first, ..] => text(first.get("ip")),
        [] => text(pod.at("status.podIP")),
    };
    vec![
        name(pod),
        format!("{}/{total}", tally.ready),
        tally.reason,
        restarts,
        created(pod, now),
        or_none(ip),
        or_none(text(pod.at("spec.nodeName"))),
        or_none(text(pod.at("status.nominatedNodeName"))),
        gates(pod),
    ]
}

fn tally(pod: &Value) -> Tally {
    let mut all = Tally { reason: text(pod.at("status.phase")), ..Tally::default() };
    if let Some(reason) = pod.at("status.reason").as_str().filter(|r| !r.is_empty()) {
        all.reason = reason.to_owned();
    }
    let scheduled = |c: &&Value| c.get("type").as_str() == Some("PodScheduled");
    let scheduled = pod.at("status.conditions").items().iter().find(scheduled);
    if scheduled.is_some_and(|c| c.get("reason").as_str() == Some("SchedulingGated")) {
        all.reason = "SchedulingGated".into();
    }
    let (initializing, sidecars) = tally_init(pod, &mut all);
    if !initializing || super::holds(pod, "Initialized") {
        all.restarts = sidecars.restarts;
        all.ended = sidecars.ended;
        tally_main(pod, &mut all);
    }
    let ended = matches!(pod.at("status.phase").as_str(), Some("Succeeded" | "Failed"));
    if !pod.at("metadata.deletionTimestamp").is_null() {
        if pod.at("status.reason").as_str() == Some("NodeLost") {
            all.reason = "Unknown".into();
        } else if !ended {
            all.reason = "Terminating".into();
        }
    }
    all
}

/// Looks at the init containers. Are they still at it? And how often were the sidecars among them restarted?
fn tally_init(pod: &Value, all: &mut Tally) -> (bool, Tally) {
    let specs = pod.at("spec.initContainers").items();
    let mut sidecars = Tally::default();
    for (i, status) in pod.at("status.initContainerStatuses").items().iter().enumerate() {
        all.count_restarts(status);
        let sidecar = specs.iter().any(|c| c.get("name") == status.get("name") && is_sidecar(c));
        if sidecar {
            sidecars.count_restarts(status);
        }
        let terminated = status.at("state.terminated");
        let waiting = text(status.at("state.waiting.reason"));
        if !terminated.is_null() && number(terminated.get("exitCode")) == 0 {
            continue;
        }
        if sidecar && status.get("started").as_bool() == Some(true) {
            all.ready += usize::from(status.get("ready").as_bool() == Some(true));
            continue;
        }
        all.reason = match () {
            () if !terminated.is_null() => format!("Init:{}", ending(terminated)),
            () if !waiting.is_empty() && waiting != "PodInitializing" => format!("Init:{waiting}"),
            () => format!("Init:{i}/{}", specs.len()),
        };
        return (true, sidecars);
    }
    (false, sidecars)
}

fn tally_main(pod: &Value, all: &mut Tally) {
    let mut running = false;
    for status in pod.at("status.containerStatuses").items().iter().rev() {
        all.count_restarts(status);
        let waiting = text(status.at("state.waiting.reason"));
        let terminated = status.at("state.terminated");
        let ready = status.get("ready").as_bool() == Some(true);
        if !waiting.is_empty() {
            all.reason = waiting;
        } else if !terminated.is_null() {
            all.reason = ending(terminated);
        } else if ready && !status.at("state.running").is_null() {
            running = true;
            all.ready += 1;
        }
    }
    // One container that still runs outweighs those that are done.
    if all.reason == "Completed" && running {
        all.reason = if super::holds(pod, "Ready") { "Running".into() } else { "NotReady".into() };
    }
}

/// How a container ended, in one word.
fn ending(terminated: &Value) -> String {
    match (text(terminated.get("reason")), number(terminated.get("signal"))) {
        (reason, _) if !reason.is_empty() => reason,
        (_, 0) => format!("ExitCode:{}", number(terminated.get("exitCode"))),
        (_, signal) => format!("Signal:{signal}"),
    }
}

fn is_sidecar(container: &Value) -> bool {
    container.get("restartPolicy").as_str() == Some("Always")
}

fn gates(pod: &Value) -> String {
    let gates = pod.at("spec.readinessGates").items();
    if gates.is_empty() {
        return "<none>".into();
    }
    let open = gates.iter().filter(|g| super::holds(pod, &text(g.get("conditionType")))).count();
    format!("{open}/{}", gates.len())
}
