//! What happens in random worlds: what is applied, and what is done to it.

use proptest::prelude::*;

/// Something that happens to a cluster: a line of a script, or a manifest that is applied.
#[derive(Clone, Debug)]
pub enum Act {
    Apply(String),
    Line(String),
    /// A line about the pod of that number, whatever its name.
    OfPod(&'static str, usize),
}

/// A line of a script.
pub fn line(text: String) -> Act {
    Act::Line(text)
}

fn pod_spec(restart: &'static str) -> impl Strategy<Value = String> {
    let command =
        prop_oneof!["sleep [0-9]", "sleep 2; exit 1", "exit 3", "true", "sleep [1-9]0", "sleep 10000"];
    let cpu = prop_oneof!["50m", "900m", "3"];
    // What few pods have: of the container (eight spaces), and of the pod (six).
    let more = prop_oneof![
        4 => Just(""),
        1 => Just("        livenessProbe: {exec: {command: [sh, -c, 'exit 1']}, periodSeconds: 3, failureThreshold: 2}\n"),
        1 => Just("        readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 2}\n        startupProbe: {exec: {command: [sleep, '1']}, timeoutSeconds: 2}\n"),
        1 => Just("        lifecycle: {postStart: {exec: {command: [sleep, '3']}}, preStop: {sleep: {seconds: 4}}}\n"),
        1 => Just("        lifecycle: {postStart: {exec: {command: ['false']}}}\n      activeDeadlineSeconds: 20\n"),
        1 => Just("      initContainers: [{name: first, image: busybox, command: [sh, -c, 'sleep 1; exit 1']}]\n"),
        1 => Just("      initContainers: [{name: side, image: 'nginx:1.25', restartPolicy: Always}, {name: first, image: busybox, command: [sleep, '1']}]\n"),
        1 => Just("        volumeMounts: [{name: v, mountPath: /v}]\n      volumes: [{name: v, configMap: {name: none}}]\n"),
        1 => Just("        envFrom: [{secretRef: {name: none}}]\n"),
        1 => Just("      initContainers: [{name: gone, image: 'ngnix:1'}]\n"),
    ];
    (command, cpu, 0u8..20, more).prop_map(move |(command, cpu, grace, more)| {
        format!(
            "      restartPolicy: {restart}\n      terminationGracePeriodSeconds: {grace}\n      containers:\n      - name: main\n        image: busybox\n        command: [sh, -c, '{command}']\n        resources: {{requests: {{cpu: {cpu}, memory: 64Mi}}}}\n{more}"
        )
    })
}

/// A field that is there or not.
fn field(name: &'static str, values: std::ops::Range<u32>) -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), values.prop_map(move |value| format!("  {name}: {value}\n")),]
}

fn job_spec() -> impl Strategy<Value = String> {
    let limits = (
        field("parallelism", 0..5),
        field("completions", 1..6),
        field("backoffLimit", 0..4),
        field("activeDeadlineSeconds", 1..90),
        field("ttlSecondsAfterFinished", 0..60),
    );
    let modes = prop_oneof![
        Just(""),
        Just("  suspend: true\n"),
        Just("  completionMode: Indexed\n  completions: 4\n"),
        Just(
            "  completionMode: Indexed\n  completions: 3\n  backoffLimitPerIndex: 1\n  maxFailedIndexes: 1\n"
        ),
        Just(
            "  completionMode: Indexed\n  completions: 4\n  successPolicy: {rules: [{succeededCount: 2}]}\n"
        ),
        Just(
            "  completionMode: Indexed\n  completions: 3\n  backoffLimitPerIndex: 2\n  podFailurePolicy:\n    rules:\n    - action: FailIndex\n      onExitCodes: {operator: In, values: [3]}\n"
        ),
        Just("  podReplacementPolicy: Failed\n"),
        Just(
            "  podFailurePolicy:\n    rules:\n    - action: Ignore\n      onPodConditions: [{type: DisruptionTarget}]\n"
        ),
        Just(
            "  podFailurePolicy:\n    rules:\n    - action: FailJob\n      onExitCodes: {operator: In, values: [3]}\n"
        ),
    ];
    let pod = prop_oneof![3 => pod_spec("Never").boxed(), 1 => pod_spec("OnFailure").boxed()];
    (limits, modes, pod).prop_map(|((parallelism, completions, retries, deadline, ttl), mode, pod)| {
        let completions = if mode.contains("completions") { String::new() } else { completions };
        format!("{parallelism}{completions}{retries}{deadline}{ttl}{mode}  template:\n    spec:\n{pod}")
    })
}

fn manifest() -> impl Strategy<Value = String> {
    let head = |version: &str, kind: &str, name: String| {
        format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n")
    };
    let job =
        (0u8..3, job_spec()).prop_map(move |(n, spec)| head("batch/v1", "Job", format!("job-{n}")) + &spec);
    let policy = prop_oneof!["Allow", "Forbid", "Replace"];
    let cron = (0u8..2, 1u8..4, policy, job_spec()).prop_map(move |(n, every, policy, spec)| {
        let spec: String = spec.lines().map(|l| format!("    {l}\n")).collect();
        let own = format!("  schedule: '*/{every} * * * *'\n  concurrencyPolicy: {policy}\n  jobTemplate:\n    spec:\n{spec}");
        head("batch/v1", "CronJob", format!("cron-{n}")) + &own
    });
    let web = |kind: &'static str, own: &'static str| {
        (0u8..2, 0u8..6, pod_spec("Always")).prop_map(move |(n, replicas, pod)| {
            let replicas = if kind == "DaemonSet" { String::new() } else { format!("  replicas: {replicas}\n") };
            let labels = format!("{{app: w{n}}}");
            let spec = format!("{replicas}{own}  selector: {{matchLabels: {labels}}}\n  template:\n    metadata: {{labels: {labels}}}\n    spec:\n{pod}");
            head("apps/v1", kind, format!("web-{n}")) + &spec
        })
    };
    let one = |version: &'static str, kind: &'static str, spec: &'static str| {
        (0u8..2)
            .prop_map(move |n| head(version, kind, format!("web-{n}")) + &spec.replace("{n}", &n.to_string()))
    };
    let deployment = prop_oneof![
        3 => web("Deployment", "").boxed(),
        1 => web("Deployment", "  strategy: {type: Recreate}\n").boxed(),
        1 => web("Deployment", "  progressDeadlineSeconds: 30\n  minReadySeconds: 5\n  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 2}}\n").boxed(),
    ];
    let stateful = prop_oneof![
        web("StatefulSet", "  serviceName: web-0\n").boxed(),
        web("StatefulSet", "  serviceName: web-0\n  podManagementPolicy: Parallel\n").boxed(),
        web("StatefulSet", "  serviceName: web-0\n  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\n").boxed(),
    ];
    let daemon = prop_oneof![
        web("DaemonSet", "").boxed(),
        web("DaemonSet", "  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}\n").boxed(),
    ];
    let rest = prop_oneof![
        2 => one("v1", "Service", "  selector: {app: 'w{n}'}\n  ports: [{port: 80}]\n"),
        1 => one("policy/v1", "PodDisruptionBudget", "  selector: {matchLabels: {app: 'w{n}'}}\n  maxUnavailable: 1\n"),
        1 => one("v1", "ResourceQuota", "  hard: {pods: 6}\n"),
        1 => one("autoscaling/v2", "HorizontalPodAutoscaler", "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: 'web-{n}'}\n  minReplicas: 2\n  maxReplicas: 5\n"),
    ];
    prop_oneof![8 => job, 4 => cron, 4 => deployment, 2 => web("ReplicaSet", ""), 2 => stateful, 2 => daemon, 3 => rest]
}

/// Anything that may happen.
pub fn act() -> impl Strategy<Value = Act> {
    let owner = prop_oneof![
        "job/job-[0-2]",
        "cronjob/cron-[01]",
        "deployment/web-[01]",
        "replicaset/web-[01]",
        "statefulset/web-[01]",
        "daemonset/web-[01]",
        "(service|pdb|quota|hpa)/web-[01]"
    ];
    let cascade = prop_oneof!["background", "orphan", "foreground"];
    let all: Vec<&str> = podium::sim::controllers::ALL.iter().map(|c| c.name).collect();
    let controller = proptest::sample::select(all);
    let of_pod = prop_oneof![
        Just("sandbox crash {}"),
        Just("kubectl delete pod {}"),
        Just("kubectl delete pod {} --grace-period=0 --force"),
        Just("kubectl label pod {} app=other --overwrite"),
        Just("kubectl label pod {} app=w0 --overwrite"),
    ];
    prop_oneof![
        8 => manifest().prop_map(Act::Apply),
        2 => (owner, cascade).prop_map(|(o, c)| line(format!("kubectl delete {o} --cascade={c} --wait=false"))),
        2 => ("[01]", 0u8..8).prop_map(|(n, r)| line(format!("kubectl scale deployment/web-{n} --replicas={r}"))),
        1 => ("[0-2]", 0u8..5).prop_map(|(n, p)| line(format!("kubectl patch job job-{n} -p '{{\"spec\":{{\"parallelism\":{p}}}}}'"))),
        1 => ("[0-2]", any::<bool>()).prop_map(|(n, s)| line(format!("kubectl patch job job-{n} -p '{{\"spec\":{{\"suspend\":{s}}}}}'"))),
        1 => "kubectl scale statefulset/web-[01] --replicas=[0-5]".prop_map(line),
        1 => "kubectl rollout (restart|undo|pause|resume) deployment/web-[01]".prop_map(line),
        1 => "kubectl rollout (restart|undo) (statefulset|daemonset)/web-[01]".prop_map(line),
        1 => "kubectl set image (deployment|statefulset|daemonset)/web-[01] main=(busybox:1\\.3[67]|nginx|ngnix)".prop_map(line),
        1 => "kubectl taint node node-[1-3] (key=on:NoSchedule|key=on:NoExecute|key-)".prop_map(line),
        1 => "kubectl (cordon|uncordon) node-[1-3]".prop_map(line),
        1 => "kubectl drain node-[1-3] --force --timeout=40s".prop_map(line),
        2 => "sandbox node-(down|up) node-[1-3]".prop_map(line),
        1 => (controller, prop_oneof!["up", "down"]).prop_map(|(c, d)| line(format!("sandbox controller-{d} {c}"))),
        3 => (of_pod, any::<usize>()).prop_map(|(what, n)| Act::OfPod(what, n)),
    ]
}
