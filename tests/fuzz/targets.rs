//! What reads texts that may come from anybody: a row each.

use super::Target;
use podium::api::{Span, Text};
use podium::examples;
use podium::kubectl::{self, Context, Files};
use podium::manifest;
use podium::sim::workload::{Process, Reply, Setting, Turn};
use podium::sim::{Config, Timeline, saved};

fn examples() -> Vec<String> {
    examples::ALL.iter().map(|e| e.manifest.to_owned()).collect()
}

/// Only what is looked at by a person at once: a text is read, completed and explained at its end and in its middle.
pub const MANIFEST: Target = Target {
    name: "manifests",
    seeds: examples,
    words: &[
        "apiVersion: v1\n",
        "kind: List\nitems:\n",
        "metadata:\n",
        "spec:\n",
        "&a [*a]",
        "<<: *a",
        "? x\n: y\n",
        "!!binary ",
        "|+2\n",
        ">-\n",
        "0x7fffffffffffffff",
        "1_000",
        "2001-12-14t21:59:43.10-05:00",
        "[[[[[[[[",
        "{{{{",
        "- - - - ",
        "\"\\x41\\u0000\"",
    ],
    read: |text| {
        let parsed = manifest::parse(text);
        for document in parsed.documents {
            if let Some(kind) = document.kind.filter(|_| document.undecoded.is_none()) {
                let mut value = document.value.clone();
                manifest::set_defaults(kind, &mut value);
                manifest::validate(kind, &value, None);
                manifest::warnings(kind, &value);
            }
        }
        let lines = text.lines().count() as u32;
        let timeline = Timeline::new(Config::default());
        let known = kubectl::Known(timeline.world());
        for line in [1, lines / 2, lines] {
            manifest::complete(text, line, 9, &known);
            manifest::hover(text, line, 5, &known);
        }
        for fix in parsed.diagnostics.iter().flat_map(|d| &d.fixes) {
            fix.applied(text);
        }
        let _ = manifest::format(text);
    },
};

/// What a container would be told to do. It may run for ever, but then it lets time pass.
pub const SHELL: Target = Target {
    name: "shell",
    seeds: || {
        let own = [
            "for i in 1 2 3; do echo \"$i\"; sleep 1; done && exit 3",
            "while true; do date; sleep 5; done",
            "x=$(seq 1 10 | wc -l); if [ \"$x\" -gt 5 ]; then echo yes; else echo no; fi",
            "case $HOSTNAME in web-*) echo web;; *) exit $((1+2*3%4));; esac",
            "f() { echo \"${1:-none}\"; return 4; }; f a || f; trap 'echo bye' TERM; wait",
            "echo a,b | sed 's/,/\\n/g' | sort -r | head -n1 > /tmp/x; cat /tmp/x; until false; do break; done",
            "set -eu; printf '%05d %s\\n' 42 \"${PATH%%:*}\"; echo $((0x1f << 2)) ${#HOME}",
        ];
        own.map(str::to_owned).to_vec()
    },
    words: &[
        "$(",
        "$((",
        "))",
        "`",
        "${x:-${y}}",
        "${x#*/}",
        "done",
        "do",
        "fi",
        "esac",
        ";;",
        "&&",
        "||",
        "|",
        "> /dev/null 2>&1",
        "<<EOF\n",
        "\nEOF\n",
        "while :; do :; done",
        "sleep 1e9",
        "seq 1 99999999",
        "yes",
        "1/0",
        "9223372036854775807+1",
        "* * *",
        "set -x",
        "exec ",
        "eval ",
        "$*",
        "\"$@\"",
        "grep -E '(a*)*b'",
        "sed ':a;ba'",
        "awk '{print $1}'",
        "head -c 99999999 /dev/zero",
        "tr a-z A-Z",
    ],
    read: |text| {
        let command: [Text; 3] = ["sh".into(), "-c".into(), text.to_owned().into()];
        let setting = Setting { image: "busybox", command: &command, luck: 7, ..Setting::default() };
        let Ok(mut process) = Process::start(&setting) else { return };
        let (mut log, mut now) = (Vec::new(), Config::default().start);
        for _ in 0..200 {
            log.clear();
            match process.resume(Reply::Waited, &mut log, now) {
                Turn::Sleep(span) => now += span.max(Span::ZERO),
                Turn::Busy => {}
                Turn::Exit(_) | Turn::Ask(_) | Turn::Serve => return,
            }
        }
    },
};

struct One;

impl Files for One {
    fn read(&self, name: &str) -> Option<String> {
        examples::find(name.trim_end_matches(".yaml")).map(|e| e.manifest.to_owned())
    }
}

/// A line at the prompt of a cluster in which something runs: it is taken apart, completed and carried out.
pub const KUBECTL: Target = Target {
    name: "kubectl",
    seeds: || {
        let own = [
            "kubectl get pods -o wide --sort-by=.metadata.name",
            "kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}{\"\\t\"}{.status.phase}{\"\\n\"}{end}'",
            "kubectl get deploy,rs,po -A -o custom-columns=NAME:.metadata.name,X:.spec.containers[*].image",
            "kubectl describe pod -l app=web",
            "kubectl patch deploy web --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":2}]'",
            "kubectl create job x --image=busybox -- sh -c 'echo hi; exit 1'",
            "kubectl run p --image=nginx --port=80 --labels=a=b,c=d --dry-run=client -o yaml > p.yaml",
            "kubectl create cronjob c --image=busybox --schedule='*/2 * * * *' -- date",
            "kubectl rollout undo deploy/web --to-revision=1 && kubectl scale deploy web --replicas 3; kubectl get rs",
            "kubectl logs -l app=web --all-containers --prefix --tail=3 --since=10m --timestamps | grep -v x | sort | head -2",
            "kubectl label node node-1 a=b --overwrite; kubectl taint node node-1 k=v:NoSchedule-; kubectl drain node-2 --force",
            "kubectl set env deploy/web A=b C-; kubectl set image deploy web *=nginx:1; kubectl wait --for=condition=Ready pod --all",
            "kubectl expose deploy web --port=80 --target-port=http --type=NodePort; kubectl delete svc web --now",
            "sandbox request outside http://web.default.svc/x?y; sandbox traffic outside http://web 20/s",
            "kubectl apply -f parallel-3-of-5.yaml -n default; kubectl replace --force -f parallel-3-of-5.yaml; kubectl diff -f parallel-3-of-5.yaml",
        ];
        own.map(str::to_owned).to_vec()
    },
    words: &[
        "--all-namespaces",
        "-n",
        "-o",
        "json",
        "yaml",
        "go-template={{range .items}}{{.}}{{end}}",
        "jsonpath={..[*]}",
        "{range",
        "{end}",
        "--field-selector=",
        "status.phase!=Running",
        "-l",
        "a in (b,c),!d",
        "all",
        "pods,svc",
        "pod/",
        "/",
        "--replicas=-1",
        "--replicas=99999999999",
        "--grace-period=0",
        "--force",
        "--cascade=orphan",
        "--dry-run=server",
        "--from=cronjob/x",
        "explain pods.spec",
        "--help",
        "config set-context --current --namespace=x",
        "exec",
        "--",
        "-it",
        "cordon",
        "top",
        "auth can-i",
        "events",
        "api-resources",
        "| grep -E '(a*)*b'",
        "| wc -l",
        "'",
        "<<E\nx\nE",
    ],
    read: |line| {
        thread_local! {
            static BEGUN: Timeline = {
                let mut timeline = Timeline::new(Config::default());
                let mut context = Context::default();
                for line in ["create deploy web --image=nginx --replicas=2", "apply -f parallel-3-of-5.yaml"] {
                    kubectl::run(&mut timeline, &mut context, &One, line);
                }
                timeline.seek(timeline.now() + Span::secs(5));
                timeline
            };
        }
        let mut timeline = BEGUN.with(Timeline::clone);
        let mut context = Context::default();
        for cursor in [line.len(), line.len() / 2] {
            kubectl::complete(timeline.world(), &context, &["parallel-3-of-5.yaml"], line, cursor);
        }
        let Ok(Ok(steps)) = kubectl::line::read(line) else { return };
        for step in steps.iter().take(4) {
            kubectl::run(&mut timeline, &mut context, &One, &step.command);
        }
        timeline.seek(timeline.now() + Span::secs(1));
    },
};

/// What a link holds once it is unpacked, lived for as long as the page would at first.
pub const LINK: Target = Target {
    name: "links",
    seeds: || {
        let mut timeline = Timeline::new(Config::default());
        let mut context = Context::default();
        let lines = [
            "apply -f parallel-3-of-5.yaml",
            "create deploy web --image=nginx",
            "scale deploy web --replicas=3",
            "sandbox node-down node-1",
            "delete job --all",
            "sandbox traffic outside http://web 5/s",
            "drain node-2 --force --ignore-daemonsets",
            "create namespace x",
        ];
        for line in lines {
            kubectl::run(&mut timeline, &mut context, &One, line);
            timeline.seek(timeline.now() + Span::secs(3));
        }
        vec![saved::write(&timeline).to_json()]
    },
    words: &[
        "\"podium\":1",
        "\"inputs\":[",
        "[0,\"create\",{}]",
        "[1,\"delete\",[\"Pod\",\"default\",\"x\"],\"Background\",null]",
        "99999999999999999999",
        "-1",
        "1e300",
        "null",
        "\"\"",
        "\"patch\"",
        "{}",
        "[]",
        "\"evict\"",
        "\"exec\"",
        "\"nodes\":5000",
        "\"pods\":0",
        "\"kind\":\"Node\"",
        "true",
    ],
    read: |text| {
        let Some(document) = manifest::parse(text).documents.into_iter().next() else { return };
        let Ok(saved) = saved::read(&document.value) else { return };
        // A great cluster is a great cluster, whoever asks for it; here it would only be slow.
        if saved.config.nodes > 50 {
            return;
        }
        let mut timeline = Timeline::of(saved);
        let until = timeline.start() + Span::secs(60);
        for _ in 0..3_000 {
            if !timeline.advance(until) {
                break;
            }
        }
    },
};
