//! Lines with the cursor at `|`, and what is offered there.

use super::*;
use crate::kubectl::{self, Files};
use crate::sim::{Config, Timeline};

struct One;
impl Files for One {
    fn read(&self, _: &str) -> Option<String> {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: two\n  labels: {app: web, tier: front}\nspec:\n  \
                   initContainers:\n  - {name: first, image: busybox, command: [\"true\"]}\n  containers:\n  - {name: main, \
                   image: nginx}\n  - {name: side, image: nginx}\n";
        Some(pod.to_owned())
    }
}

/// A cluster in which there is something to name.
fn world() -> Timeline {
    let mut timeline = Timeline::new(Config::default());
    let mut context = Context::default();
    for line in [
        "kubectl create deployment web --image=nginx --replicas=2",
        "kubectl create cronjob nightly --image=busybox --schedule='0 0 * * *'",
        "kubectl create cronjob noon --image=busybox --schedule='0 12 * * *'",
        "kubectl create ns stage",
        "kubectl create job once --image=busybox -n stage",
        "kubectl apply -f pod.yaml",
        "kubectl expose deployment web --port=80",
    ] {
        let output = kubectl::run(&mut timeline, &mut context, &One, line);
        assert_eq!(output.exit, 0, "{line}: {}", output.stderr);
    }
    timeline.seek(timeline.now() + crate::api::Span::secs(20));
    timeline
}

/// Each line with what is offered, a word each; `…` at the end stands for others behind.
const CASES: &[(&str, &str)] = &[
    ("|", "clear curl help history kubectl sandbox watch"),
    ("ku|", "kubectl"),
    ("kubectl ro|", "rollout"),
    ("kubectl rollout |", "history pause restart resume status undo"),
    ("kubectl create se|", "secret service serviceaccount"),
    ("kubectl create secret |", "docker-registry generic tls"),
    ("kubectl create svc |", "clusterip externalname loadbalancer nodeport"),
    ("kubectl config |", "current-context get-contexts set-context use-context view"),
    ("kubectl help rollout |", "history pause restart resume status undo"),
    ("kubectl get po|", "po poddisruptionbudgets pods"),
    ("kubectl get deploy|", "deploy deployments"),
    ("kubectl get pods,serv|", "serviceaccounts services"),
    ("kubectl get jobs |", ""),
    ("kubectl get jobs -n stage |", "once"),
    ("kubectl -n stage get jobs |", "once"),
    ("kubectl get jobs --namespace=st|", "stage"),
    ("kubectl get pods -n |", "default kube-node-lease kube-public kube-system stage"),
    ("kubectl get cronjob/n|", "nightly noon"),
    ("kubectl get cj nightly |", "noon"),
    ("get cj ni|", "nightly"),
    ("kubectl delete deploy,svc w|", "web"),
    ("kubectl get svc kub|", "kubernetes"),
    ("kubectl cordon |", "node-1 node-2 node-3"),
    ("kubectl drain node-1 |", "node-2 node-3"),
    ("kubectl taint |", "nodes"),
    ("kubectl rollout restart |", "daemonsets deployments statefulsets"),
    ("kubectl rollout restart deploy/|", "web"),
    ("kubectl scale |", "deployments replicasets statefulsets"),
    ("kubectl logs t|", "two"),
    ("kubectl logs dep|", "deployments/"),
    ("kubectl logs two -c |", "first main side"),
    ("kubectl logs pod/two -c m|", "main"),
    ("kubectl exec two --container=s|", "side"),
    ("kubectl exec two -- l|", ""),
    ("kubectl set image deploy/web |", "nginx="),
    ("kubectl get pods -l |", "app= pod-template-hash= tier="),
    ("kubectl get pods -l tier=front,app=|", "web"),
    ("kubectl get nodes --selector=kubernetes.io/h|", "kubernetes.io/hostname="),
    ("kubectl get pods --field-selector status.p|", "status.phase= status.podIP= status.podIPs="),
    ("kubectl get pods --field-selector=status.phase=R|", "Running"),
    ("kubectl get pods -o j|", "json jsonpath-as-json= jsonpath-file= jsonpath="),
    ("kubectl get pods -oj|", "json jsonpath-as-json= jsonpath-file= jsonpath="),
    ("kubectl version -o |", "json yaml"),
    ("kubectl get pods --sort-by=.metadata.na|", "name namespace"),
    ("kubectl get pods --sort-by .st|", "status."),
    ("kubectl get pods --show-|", "--show-kind --show-labels --show-managed-fields"),
    ("kubectl get pods --names|", "--namespace="),
    ("kubectl version -|", "--client --help --output= -h -o"),
    ("kubectl wait job/once --for=|", "condition= create delete jsonpath="),
    ("kubectl wait job/once --for=condition=S|", "SuccessCriteriaMet Suspended"),
    ("kubectl create job x --from=|", "cronjob/"),
    ("kubectl create job x --from=cronjob/|", "nightly noon"),
    ("kubectl delete pod two --cascade=|", "background foreground orphan"),
    ("kubectl apply -f a|", "a.yaml"),
    ("kubectl apply -f my|", "my\\ file.yaml"),
    ("kubectl patch deploy web --type=|", "json merge strategic"),
    ("kubectl expose deploy web --type=N|", "NodePort"),
    ("kubectl config set-context --current --namespace=s|", "stage"),
    ("kubectl auth can-i g|", "get"),
    ("kubectl auth can-i get daemon|", "daemonsets"),
    ("kubectl top node node-1|", "node-1"),
    ("kubectl get pods | t|", "tac tail tee tr"),
    ("kubectl get pods | grep |", ""),
    ("kubectl get pods | grep x | s|", "sed sort"),
    ("watch kubectl get cj no|", "noon"),
    ("watch -n 5 kubectl get cj no|", "noon"),
    ("sandbox node-d|", "node-down"),
    ("sandbox node-down |", "node-1 node-2 node-3"),
    ("sandbox controller-down cron|", "cronjob"),
    ("sandbox request ou|", "outside"),
    ("sandbox request outside http://w|", "http://web"),
    ("kubectl explain deploy|", "deploy deployments"),
    ("kubectl explain job.spec.back|", "backoffLimit backoffLimitPerIndex"),
    ("kubectl explain pod.spec.containers.li|", "lifecycle livenessProbe"),
    ("kubectl nonsense |", ""),
    ("kubectl get nonsense |", ""),
    ("kubectl get 'cronjob/n|", "cronjob/nightly cronjob/noon"),
    ("kubectl get c| pods", "clusterrolebindings clusterroles configmaps controllerrevisions cronjobs"),
];

#[test]
fn what_may_stand_at_the_cursor_is_offered() {
    let timeline = world();
    let files = ["a.yaml", "my file.yaml"];
    for (line, want) in CASES {
        let at = line.find('|').expect("a cursor");
        let at = if line[at + 1..].contains('|') { line.rfind('|').expect("a cursor") } else { at };
        let (before, after) = (&line[..at], &line[at + 1..]);
        let (whole, context) = (format!("{before}{after}"), Context::default());
        let got = complete(timeline.world(), &context, &files, &whole, at);
        let options: Vec<&str> = got.options.iter().map(|o| o.trim_end_matches(' ')).collect();
        assert_eq!(options.join(" "), *want, "{line}");
        assert!(got.from <= at, "{line}");
    }
}

#[test]
fn what_stays_of_a_word_is_not_written_again() {
    let timeline = world();
    for (line, from) in [
        ("kubectl get po", 12),
        ("kubectl get pods,se", 17),
        ("kubectl get cj/n", 15),
        ("kubectl get po -l app=w", 22),
        ("kubectl get po --namespace=st", 27),
        ("kubectl get 'po", 12),
    ] {
        let got = complete(timeline.world(), &Context::default(), &[], line, line.len());
        assert_eq!(got.from, from, "{line}");
        assert!(!got.options.is_empty(), "{line}");
    }
}

#[test]
fn no_cursor_makes_it_panic() {
    let timeline = world();
    let odd = [
        "kubectl gét pöds 'ä | ü -o=x --=é -é \"",
        "kubectl -",
        "--",
        "-n",
        "kubectl get / , -l = , -l !=",
        "|||",
    ];
    for line in CASES.iter().map(|(line, _)| *line).chain(odd) {
        for cursor in 0..line.len() + 3 {
            let got = complete(timeline.world(), &Context::default(), &["ö"], line, cursor);
            assert!(line.is_char_boundary(got.from) && got.from <= cursor, "{line}");
        }
    }
}

#[test]
fn every_tool_that_is_offered_is_there() {
    let mut timeline = world();
    for tool in TOOLS {
        let line = format!("kubectl version | {tool} true");
        let output = kubectl::run(&mut timeline, &mut Context::default(), &One, &line);
        assert_ne!(output.exit, 127, "{tool}: {}", output.stdout);
    }
}
