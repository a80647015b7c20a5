//! What in the recordings is an artefact of how they were made, each with its reason: the one table of them.
//!
//! A row is about the commands of one scenario in a few seconds, or of the session, that hold these words. A text that
//! agrees is never looked up here, and a row that no text needs any more is a mistake.

use std::collections::BTreeMap;

/// Scenario, from and to (seconds), words of the command, reason.
type Row = (&'static str, f64, f64, &'static str, &'static str);

const STARTING: &str = "was asked while pods started, which the recordings' kubelet did up to 0.7 s late";
const MAP: &str = "names stand in the order of a Go map";
const HASHES: &str = "ports stand in the order of hashes of Go's own";
const STALE: &str = "the CronJob controller saw its own status late, and said once more what it had said";
const QUEUE: &str = "how many writes of a Job its CronJob's controller saw one by one hangs on milliseconds";
const QUOTA: &str =
    "how long the ReplicaSet controller waited hangs on the latency of writes: 5.1 s or 10.2 s";
const SHARED: &str = "shows what other scenarios had left in the same cluster";
const CHANCE: &str = "hangs on the node or the name that chance has given a pod";
const CONTEXT: &str = "names the recorded cluster, its address and its context";

const ARTEFACTS: &[Row] = &[
    ("m-cron-forbid", 150.0, 351.0, "kubectl describe cronjob cron", STALE),
    ("m5-cron-history-failed", 320.0, 321.0, "kubectl describe cronjob cron", STALE),
    ("p-deploy-rolling-undo", 1.0, 1.3, "kubectl ", STARTING),
    ("p-deploy-rolling-undo", 28.0, 28.5, "kubectl ", STARTING),
    ("p2-deploy-recreate", 9.0, 9.3, "kubectl ", STARTING),
    ("q-deploy-scale", 7.1, 7.3, "kubectl ", STARTING),
    ("q3-deploy-quota", 20.0, 20.5, "kubectl ", QUOTA),
    ("q3-deploy-quota", 30.0, 30.7, "kubectl get ", QUOTA),
    ("w-services", 1.3, 1.5, "kubectl get endpoint", STARTING),
    ("w-services", 7.4, 7.5, "endpointslices", HASHES),
    ("w-services", 30.3, 30.4, "kubectl describe endpointslices", HASHES),
    ("x-hpa", 100.1, 110.2, "hpa", MAP),
    ("x-hpa", 110.1, 110.2, "kubectl get events", MAP),
    ("x2-pdb", 9.9, 10.0, "pdb", STARTING),
    ("y-cron-create-from", 6.2, 6.3, "kubectl describe cronjob", QUEUE),
    ("z2-kubectl-misc", 5.8, 5.9, "kubectl get pods -A", SHARED),
    ("z2-kubectl-misc", 8.3, 8.7, "node", SHARED),
    ("z2-kubectl-misc", 8.6, 8.7, "kubectl get ns", SHARED),
    ("z2-kubectl-misc", 7.7, 7.8, "kubectl cluster-info", CONTEXT),
    ("session", 0.0, 0.0, "kubectl get pods -o jsonpath='{range", CHANCE),
    ("session", 0.0, 0.0, "kubectl get pods --field-selector=spec.nodeName", CHANCE),
    ("session", 0.0, 0.0, "kubectl drain node-1 --dry-run=client", CHANCE),
    ("session", 0.0, 0.0, "kubectl config ", CONTEXT),
    ("session", 0.0, 0.0, "kubectl cluster-info", CONTEXT),
];

/// Why a text of the recordings need not agree.
fn reason(scenario: &str, at: f64, line: &str) -> Option<(usize, &'static str)> {
    let fits = |row: &&Row| row.0 == scenario && (row.1..=row.2).contains(&at) && line.contains(row.3);
    let at = ARTEFACTS.iter().position(|row| fits(&row))?;
    Some((at, ARTEFACTS[at].4))
}

/// How many texts do not agree, and why not.
#[derive(Default)]
pub struct Differing {
    used: Vec<usize>,
    reasons: BTreeMap<&'static str, usize>,
}

impl Differing {
    /// Counts a text that does not agree; one without a reason is told.
    pub fn count(&mut self, scenario: &str, at: f64, line: &str, why: &str) {
        match reason(scenario, at, line) {
            Some((row, reason)) => {
                self.used.push(row);
                *self.reasons.entry(reason).or_default() += 1;
            }
            None => println!("{scenario} at {at} s, {line}: {why}"),
        }
    }
    /// How many are artefacts, by their reasons.
    pub fn told(&self) -> String {
        let all: usize = self.reasons.values().sum();
        let reasons: Vec<String> = self.reasons.iter().map(|(why, n)| format!("{n}: {why}")).collect();
        format!("{all} are artefacts ({})", reasons.join("; "))
    }
    /// Every row about these scenarios is still needed.
    pub fn all_are_needed(&self, about: fn(&str) -> bool) {
        for (i, row) in ARTEFACTS.iter().enumerate().filter(|(_, row)| about(row.0)) {
            assert!(self.used.contains(&i), "the artefact {:?} of {} agrees by now", row.3, row.0);
        }
    }
}
