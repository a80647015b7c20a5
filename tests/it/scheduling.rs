//! Where pods go: each case is a small cluster, some pods, and the node or the message that comes of the last of them.

use podium::api::{Object, Pod, Span};
use podium::kubectl::{self, Context, Files};
use podium::sim::{Config, Timeline};
use std::rc::Rc;

struct NoFiles;
impl Files for NoFiles {
    fn read(&self, _: &str) -> Option<String> {
        None
    }
}

/// Nodes by what kubectl does to them, pods by their specs: `NAME[LABELS]: FIELDS`, one after another.
fn place(commands: &[&str], pods: &[&str]) -> (Timeline, Vec<Rc<Pod>>) {
    let mut timeline = Timeline::new(Config::default());
    let mut context = Context::default();
    let go_on = |t: &mut Timeline| t.seek(t.now() + Span::secs(3));
    for command in commands {
        let output = kubectl::run(&mut timeline, &mut context, &NoFiles, command);
        assert_eq!(output.exit, 0, "{command}: {}", output.stderr);
        go_on(&mut timeline);
    }
    let mut names = Vec::new();
    for pod in pods {
        let (head, fields) = pod.split_once("]: ").expect("NAME[LABELS]: FIELDS");
        let (name, labels) = head.split_once('[').expect("NAME[LABELS]");
        let containers = match fields.contains("containers:") {
            true => String::new(),
            false => ", containers: [{name: c, image: 'nginx:1.25'}]".to_owned(),
        };
        let fields = if fields == "-" { "restartPolicy: Always" } else { fields };
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n\
             spec: {{{fields}{containers}}}\n"
        );
        for applied in kubectl::apply_text(&mut timeline, &context, "pod.yaml", &text) {
            assert!(applied.taken, "{pod}: {}", applied.text);
        }
        names.push(name.to_owned());
        go_on(&mut timeline);
    }
    let store = &timeline.world().store;
    let pod = |name: &String| store.lookup(podium::api::Kind::Pod, "default", name);
    let pods = names.iter().filter_map(pod).filter_map(Object::as_ref::<Pod>).cloned().collect();
    (timeline, pods)
}

/// The node of the last pod (several: one of them), or why it has none, without what is said of preemption.
fn check(commands: &[&str], pods: &[&str], expect: &str) {
    let (_, placed) = place(commands, pods);
    let last = placed.last().expect("a pod");
    if expect.starts_with("node-") {
        assert!(expect.split(' ').any(|node| last.node == node), "{pods:?}: {} for {expect}", last.node);
        return;
    }
    let condition = last.status.conditions.get("PodScheduled");
    let message = condition.map_or("", |c| c.message.as_str());
    let told = message.split(" no new claims").next().unwrap_or("");
    assert_eq!(told.strip_prefix("0/3 nodes are available: ").unwrap_or(told), expect, "{pods:?}");
}

const ZONES: &[&str] = &[
    "kubectl label node node-1 zone=a",
    "kubectl label node node-2 zone=a",
    "kubectl label node node-3 zone=b",
];
const ON_3: &str = "nodeSelector: {kubernetes.io/hostname: node-3}";

fn asks(what: &str) -> String {
    format!("p[]: containers: [{{name: c, image: 'nginx:1.25', resources: {{requests: {{{what}}}}}}}]")
}

#[test]
fn filters_say_why() {
    let node_1 = "nodeName: node-1";
    check(&[], &[&asks("cpu: 5")], "3 Insufficient cpu.");
    check(&[], &[&asks("cpu: 16, memory: 64Gi")], "3 Insufficient cpu, 3 Insufficient memory.");
    check(&[], &[&asks("ephemeral-storage: 200Gi")], "3 Insufficient ephemeral-storage.");
    check(&[], &[&asks("cpu: 4, memory: 8Gi")], "node-1 node-2 node-3");
    check(&[], &["p[]: nodeSelector: {a: b}"], "3 node(s) didn't match Pod's node affinity/selector.");
    check(
        &["kubectl cordon node-1", "kubectl taint node node-2 a=b:NoSchedule"],
        &["p[]: nodeSelector: {kubernetes.io/hostname: node-3, x: z}"],
        "1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), \
         1 node(s) were unschedulable.",
    );
    check(&["kubectl cordon node-1 node-2"], &["p[]: -"], "node-3");
    check(
        &["kubectl cordon node-1 node-2 node-3"],
        &["p[]: tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists}]"],
        "node-1 node-2 node-3",
    );
    check(&["kubectl taint nodes --all a=b:PreferNoSchedule"], &["p[]: -"], "node-1 node-2 node-3");
    check(&["kubectl taint nodes node-1 node-3 a=b:PreferNoSchedule"], &["p[]: -"], "node-2");
    let port = "containers: [{name: c, image: 'nginx:1.25', ports: [{containerPort: 80, hostPort: 80}]}]";
    let ports: Vec<String> = (0..4).map(|i| format!("p{i}[]: {port}")).collect();
    let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
    check(&[], &ports[..3], "node-1 node-2 node-3");
    check(&[], &ports, "3 node(s) didn't have free ports for the requested pod ports.");
    check(&[], &[&format!("p[]: {node_1}")], "node-1");
    check(
        &[],
        &["p[]: volumes: [{name: v, persistentVolumeClaim: {claimName: missing}}]"],
        "persistentvolumeclaim \"missing\" not found. not found",
    );
}

#[test]
fn affinity_to_nodes_and_pods() {
    let node = |how: &str| format!("p[]: affinity: {{nodeAffinity: {{{how}}}}}");
    let required = |terms: &str| {
        node(&format!("requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}"))
    };
    let zone_b = "{matchExpressions: [{key: zone, operator: In, values: [b]}]}";
    check(ZONES, &[&required(zone_b)], "node-3");
    check(
        ZONES,
        &[&required(
            "{matchExpressions: [{key: zone, operator: NotIn, values: [a]}, {key: zone, operator: Exists}]}",
        )],
        "node-3",
    );
    check(
        ZONES,
        &[&required("{matchFields: [{key: metadata.name, operator: In, values: [node-2]}]}")],
        "node-2",
    );
    check(
        &["kubectl cordon node-2"],
        &[&required("{matchFields: [{key: metadata.name, operator: In, values: [node-2]}]}")],
        "1 node(s) were unschedulable, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
    let preferred = node(&format!(
        "preferredDuringSchedulingIgnoredDuringExecution: [{{weight: 5, preference: {zone_b}}}]"
    ));
    check(ZONES, &[&preferred], "node-3");

    let pods = |what: &str, app: &str, key: &str| {
        let term = format!("{{labelSelector: {{matchLabels: {{app: {app}}}}}, topologyKey: {key}}}");
        format!("affinity: {{{what}: {{requiredDuringSchedulingIgnoredDuringExecution: [{term}]}}}}")
    };
    let host = "kubernetes.io/hostname";
    let first = &format!("a[app: a]: {ON_3}");
    check(&[], &[first, &format!("p[]: {}", pods("podAffinity", "a", host))], "node-3");
    check(
        &[],
        &[&format!("p[]: {}", pods("podAffinity", "a", host))],
        "3 node(s) didn't match pod affinity rules.",
    );
    // The first of its kind may be anywhere.
    check(&[], &[&format!("p[app: a]: {}", pods("podAffinity", "a", host))], "node-1 node-2 node-3");
    check(ZONES, &[first, &format!("p[]: {}", pods("podAntiAffinity", "a", "zone"))], "node-1 node-2");
    let loner = pods("podAntiAffinity", "a", host);
    let loners: Vec<String> = (0..4).map(|i| format!("p{i}[app: a]: {loner}")).collect();
    let loners: Vec<&str> = loners.iter().map(String::as_str).collect();
    check(&[], &loners[..3], "node-1 node-2 node-3");
    check(&[], &loners, "3 node(s) didn't match pod anti-affinity rules.");
    // Who is there already may not want the newcomer.
    let guard = format!("g[]: {}", pods("podAntiAffinity", "a", "zone"));
    check(ZONES, &[&guard.replace("]: ", "]: nodeName: node-3, "), "p[app: a]: -"], "node-1 node-2");
    check(
        &["kubectl label nodes --all zone=a"],
        &[&guard, "p[app: a]: -"],
        "3 node(s) didn't satisfy existing pods anti-affinity rules.",
    );
    let wish = "affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, \
                podAffinityTerm: {labelSelector: {matchLabels: {app: a}}, topologyKey: zone}}]}}";
    check(ZONES, &[first, &format!("p[]: {wish}")], "node-3");
    check(
        ZONES,
        &[first, &format!("p[]: {}", wish.replace("podAffinity:", "podAntiAffinity:"))],
        "node-1 node-2",
    );
}

#[test]
fn pods_are_spread() {
    let spread = |fields: &str| {
        format!(
            "topologySpreadConstraints: [{{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, \
             labelSelector: {{matchLabels: {{app: a}}}}{fields}}}]"
        )
    };
    let on = |node: &str, i: usize| format!("q{i}[app: a]: nodeName: {node}");
    let p = |fields: &str| format!("p[app: a]: {}", spread(fields));
    let missing = "3 node(s) didn't match pod topology spread constraints (missing required label).";
    check(&[], &[&p("")], missing);
    check(ZONES, &[&on("node-1", 1), &p("")], "node-3");
    check(ZONES, &[&on("node-3", 1), &on("node-3", 2), &p("")], "node-1 node-2");
    check(
        &[ZONES, &["kubectl cordon node-3"]].concat(),
        &[&on("node-1", 1), &p("")],
        "1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread constraints.",
    );
    // Domains that are missing count as empty.
    check(
        ZONES,
        &[&on("node-1", 1), &on("node-3", 2), &p(", minDomains: 3")],
        "3 node(s) didn't match pod topology spread constraints.",
    );
    // A tainted zone that is left out of the count does not hold the others back.
    let tainted = [ZONES, &["kubectl taint node node-3 a=b:NoSchedule"]].concat();
    check(&tainted, &[&on("node-1", 1), &p(", nodeTaintsPolicy: Honor")], "node-1 node-2");
    check(
        &tainted,
        &[&on("node-1", 1), &p("")],
        "1 node(s) had untolerated taint(s), 2 node(s) didn't match pod topology spread constraints.",
    );
    let soft = p("").replace("DoNotSchedule", "ScheduleAnyway");
    check(ZONES, &[&on("node-1", 1), &soft], "node-3");
    // Pods of a revision are counted apart from those of another.
    let keyed = spread(", matchLabelKeys: [rev]");
    let old = "q1[app: a, rev: '1']: nodeName: node-1";
    check(ZONES, &[old, &format!("p[app: a, rev: '1']: {keyed}")], "node-3");
    // What a service selects is spread by itself.
    let service = ["kubectl create deployment x --image=nginx:1.25 --replicas=3"];
    let (timeline, _) = place(&service, &["p[]: -"]);
    let nodes = ["node-1", "node-2", "node-3"].map(|n| timeline.world().store.pod_count_on(&n.into()));
    assert!(nodes.iter().all(|n| *n >= 1), "three replicas on three nodes: {nodes:?}");
}

#[test]
fn important_pods_make_room() {
    let class = |name: &str, value: i64, more: &str| {
        format!(
            "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {{name: {name}}}\nvalue: {value}\n{more}"
        )
    };
    let all =
        [class("low", 10, ""), class("high", 1000, ""), class("polite", 1000, "preemptionPolicy: Never\n")];
    let mut timeline = Timeline::new(Config::default());
    let context = Context::default();
    for text in &all {
        kubectl::apply_text(&mut timeline, &context, "class.yaml", text);
    }
    let apply = |timeline: &mut Timeline, name: &str, class: &str, cpu: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{priorityClassName: {class}, containers: \
             [{{name: c, image: 'nginx:1.25', resources: {{requests: {{cpu: {cpu}}}}}}}]}}\n"
        );
        for applied in kubectl::apply_text(timeline, &context, "pod.yaml", &text) {
            assert!(applied.taken, "{}", applied.text);
        }
        timeline.seek(timeline.now() + Span::secs(2));
    };
    for i in 1..=3 {
        apply(&mut timeline, &format!("low-{i}"), "low", "3");
    }
    let find = |timeline: &Timeline, name: &str| {
        let found = timeline.world().store.lookup(podium::api::Kind::Pod, "default", name);
        found.and_then(Object::as_ref::<Pod>).cloned()
    };
    apply(&mut timeline, "polite", "polite", "2");
    let told = find(&timeline, "polite").expect("it waits");
    let message = told.status.conditions.get("PodScheduled").expect("it was tried").message.clone();
    let want = "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: not eligible due \
                to preemptionPolicy=Never.";
    assert_eq!(message, want);
    apply(&mut timeline, "high", "high", "2");
    let high = find(&timeline, "high").expect("it is there");
    let said: Vec<String> = timeline
        .world()
        .events
        .of(high.meta.uid)
        .map(|(_, e)| format!("{}: {}", e.reason, e.message))
        .collect();
    assert_eq!(said[0], "FailedScheduling: 0/3 nodes are available: 3 Insufficient cpu.");
    assert!(!high.node.is_empty() && high.status.nominated.is_empty(), "{said:?}");
    let gone: Vec<usize> = (1..=3).filter(|i| find(&timeline, &format!("low-{i}")).is_none()).collect();
    assert_eq!(gone.len(), 1, "one makes room, and no more");
    apply(&mut timeline, "low-4", "low", "3");
    let message = find(&timeline, "low-4")
        .expect("it waits")
        .status
        .conditions
        .get("PodScheduled")
        .map(|c| c.message.clone());
    let want = "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are \
                available: 3 No preemption victims found for incoming pod.";
    assert_eq!(message.as_deref(), Some(want));
    let attempt = timeline.world().last_attempt(high.meta.uid).expect("it is remembered");
    assert_eq!(attempt.chosen, high.node);
}
