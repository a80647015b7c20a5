//! Nodes that are lost, drained, tainted and taken away, and commands that wait: scripts, and what they must print.

use podium::api::{Span, Time};
use podium::kubectl::{self, Context, Files};
use podium::sim::{Config, Timeline};

struct One<'a>(&'a str);
impl Files for One<'_> {
    fn read(&self, name: &str) -> Option<String> {
        (name == "-" || name == "m.yaml").then(|| self.0.to_owned())
    }
}

/// Runs commands at their seconds; each must print this, without trailing white space, or with `…` before it, contain it.
fn check(nodes: u32, manifest: &str, script: &[(i64, &str, &str)]) -> Timeline {
    let mut timeline = Timeline::new(Config { nodes, ..Config::default() });
    let mut context = Context::default();
    for (at, command, expect) in script {
        let at: Time = timeline.start() + Span::secs(*at);
        timeline.seek(at.max(timeline.now()));
        let output = kubectl::run(&mut timeline, &mut context, &One(manifest), command);
        let said = format!("{}{}", output.stdout, output.stderr);
        let said: Vec<String> =
            said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let said = said.join("\n");
        match expect.strip_prefix('…') {
            Some(part) => assert!(said.contains(part), "{command}:\n{said}\nshould contain {part}"),
            None => assert_eq!(said, *expect, "{command}"),
        }
    }
    timeline
}

/// Pods that leave a lost node after 15 s.
const WEB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 15}]
      containers: [{name: c, image: 'nginx:1.25'}]
---
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec: {nodeName: node-1, containers: [{name: c, image: 'nginx:1.25'}]}
";
const TAINTS: &str = "kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name}:{range .spec.taints[*]} {.effect}{end} {end}'";
const PHASE: &str =
    "kubectl get pod bare -o jsonpath='{.status.phase} {.status.conditions[?(@.type==\"Ready\")].status}'";

#[test]
fn a_lost_node_is_marked_and_left() {
    check(
        3,
        WEB,
        &[
            (0, "kubectl apply -f m.yaml", "deployment.apps/web created\npod/bare created"),
            (10, "sandbox node-down node-1", "node-1 is down"),
            (55, "kubectl get node node-1 --no-headers", "…node-1 Ready"),
            (57, "kubectl get node node-1 --no-headers", "…node-1 NotReady"),
            (57, PHASE, "Running False"),
            (
                57,
                "kubectl get events --field-selector involvedObject.name=bare",
                "…Warning NodeNotReady pod/bare Node is not ready",
            ),
            (58, TAINTS, "node-1: NoSchedule NoExecute node-2: node-3:"),
            (58, "kubectl get pods --no-headers", "…Running"),
            (80, "kubectl get pods --no-headers", "…Terminating"),
            (80, "kubectl get events", "…TaintManagerEviction"),
            (80, "kubectl get deployment web --no-headers", "…web 3/3"),
            (100, "sandbox node-up node-1", "node-1 is up"),
            (100, "kubectl get node node-1 --no-headers", "…node-1 Ready"),
            (107, TAINTS, "node-1: node-2: node-3:"),
            (107, PHASE, "Running True"),
            (
                140,
                "kubectl get pods --no-headers -o custom-columns=P:.status.phase",
                "Running\nRunning\nRunning\nRunning",
            ),
        ],
    );
}

#[test]
fn pods_of_lost_nodes_go_one_node_after_another() {
    let down = |n: &'static str| (10, n, "…is down");
    check(
        5,
        "",
        &[
            down("sandbox node-down node-1"),
            down("sandbox node-down node-2"),
            (57, TAINTS, "node-1: NoSchedule NoExecute node-2: NoSchedule node-3: node-4: node-5:"),
            (68, TAINTS, "node-1: NoSchedule NoExecute node-2: NoSchedule NoExecute node-3: node-4: node-5:"),
        ],
    );
    // Most of a small zone is lost: no more pods are told to go.
    let most: Vec<(i64, &str, &str)> = ["1", "2", "3"]
        .iter()
        .map(|n| match *n {
            "1" => down("sandbox node-down node-1"),
            "2" => down("sandbox node-down node-2"),
            _ => down("sandbox node-down node-3"),
        })
        .chain([(90, TAINTS, "node-1: NoSchedule node-2: NoSchedule node-3: NoSchedule node-4: node-5:")])
        .collect();
    check(5, "", &most[..]);
    // All are lost: it is the control plane that cannot hear them.
    check(1, "", &[(10, "sandbox node-down node-1", "node-1 is down"), (90, TAINTS, "node-1: NoSchedule")]);
}

#[test]
fn pods_of_a_node_that_is_taken_away_are_collected() {
    check(
        3,
        WEB,
        &[
            (0, "kubectl apply -f m.yaml", "deployment.apps/web created\npod/bare created"),
            (25, "kubectl delete node node-1", "node \"node-1\" deleted"),
            (70, "kubectl get pod bare --no-headers", "…bare 1/1 Running"),
            (81, "kubectl get pod bare", "Error from server (NotFound): pods \"bare\" not found"),
            (95, "kubectl get deployment web --no-headers", "…web 3/3"),
        ],
    );
}

#[test]
fn a_drain_waits_and_tries_again() {
    let guarded = format!(
        "{WEB}---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: web}}\n\
         spec: {{minAvailable: 3, selector: {{matchLabels: {{app: web}}}}}}\n"
    );
    let pods = "kubectl get pods -l app=web -o jsonpath='{.items[*].spec.nodeName}'";
    let timeline = check(
        3,
        &guarded,
        &[
            (0, "kubectl cordon node-2 node-3", "node/node-2 cordoned\nnode/node-3 cordoned"),
            (1, "kubectl apply -f m.yaml", "…poddisruptionbudget.policy/web created"),
            (8, pods, "node-1 node-1 node-1"),
            (
                8,
                "kubectl drain node-1",
                "…cannot delete Pods that declare no controller (use --force to override): default/bare",
            ),
            (9, "kubectl uncordon node-2", "node/node-2 uncordoned"),
            (
                10,
                "kubectl drain node-1 --force --timeout=12s",
                "…(will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.",
            ),
            (10, pods, "node-1 node-1 node-1"),
            (
                30,
                "kubectl patch pdb web --type=merge -p '{\"spec\":{\"minAvailable\":2}}'",
                "poddisruptionbudget.policy/web patched",
            ),
            (31, "kubectl drain node-1", "…node/node-1 drained"),
            (31, pods, "node-2 node-2 node-2"),
            (31, "kubectl get node node-1 --no-headers", "…Ready,SchedulingDisabled"),
        ],
    );
    assert!(timeline.now() > timeline.start() + Span::secs(40), "it has waited for the budget");
}

#[test]
fn wait_lets_time_go_on() {
    let timeline = check(
        3,
        WEB,
        &[
            (0, "kubectl apply -f m.yaml", "deployment.apps/web created\npod/bare created"),
            (
                0,
                "kubectl wait --for=condition=Ready pod/bare --timeout=0",
                "error: condition not met for pods/bare",
            ),
            (0, "kubectl wait --for=condition=Ready pod/bare", "pod/bare condition met"),
            (0, "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/bare", "pod/bare condition met"),
            (
                0,
                "kubectl wait --for=condition=Available deployment --all",
                "deployment.apps/web condition met",
            ),
            (
                0,
                "kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/bare --timeout=3s",
                "error: timed out waiting for the condition on pods/bare",
            ),
            (0, "kubectl delete pod bare --wait=false", "…deleted"),
            (0, "kubectl wait --for=delete pod/bare", "pod/bare condition met"),
            (
                0,
                "kubectl wait --for=create pod/bare --timeout=2s",
                "error: timed out waiting for the condition",
            ),
            (0, "kubectl wait pod/bare", "error: unrecognized condition: []"),
        ],
    );
    let waited = (timeline.now() - timeline.start()).as_secs_f64();
    assert!((6.0..10.0).contains(&waited), "{waited}");
}
