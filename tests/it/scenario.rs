//! The recorded scenarios: what a real control plane did, against what the simulation does.

use crate::json::{self, recording, tell};
use crate::shell::{Shell, cluster};
use crate::story::{self, Comparison, text};
use podium::api::{Kind, Object, Span, Time, Uid, Value};
use podium::record;
use podium::sim::{Request, Timeline};
use std::collections::BTreeMap;

/// The scenarios that do not agree yet: every other one must. One that begins to agree is taken out, and none is ever added.
const DIFFER: &[&str] = &["v-cordon-drain", "z2-kubectl-misc"];

/// Where the recorded kubelet was late: it took up to 1.7 s to start a pod where its model says 1.0 s, and in these each
/// step waits for the one before. ARCHITECTURE.md says so, too.
///
/// In the scenario of the quota, it was chance how often a controller was refused before it waited: each write's latency
/// decides whether its twelfth or its eleventh wait, of 10.2 s or 5.1 s, is the one at whose end there is room.
const SLOW: &[(&str, f64)] = &[("p-deploy-rolling-undo", 0.5), ("q3-deploy-quota", 4.0)];

/// Every scenario, with what agrees and the first difference of those that do not agree.
#[test]
fn recorded_scenarios_agree() {
    let (mut agree, mut all) = (Vec::new(), 0);
    for name in NAMES {
        let Some(actions) = recording(&format!("scenarios/{name}/actions.json")) else { return };
        all += 1;
        let result = check(name, &json::parse(&actions));
        match result.first() {
            None => {
                agree.push(*name);
                tell(&format!("agrees  {name}: {}", result.counts()));
            }
            Some(first) => tell(&format!("differs {name}: {}; first: {first}", result.counts())),
        }
    }
    tell(&format!("{} of {all} scenarios agree", agree.len()));
    let lost: Vec<_> = NAMES.iter().filter(|name| !DIFFER.contains(name) && !agree.contains(name)).collect();
    assert!(lost.is_empty(), "no longer agree: {lost:?}");
    let found: Vec<_> = agree.iter().filter(|name| DIFFER.contains(name)).collect();
    assert!(found.is_empty(), "agree now, take them out of DIFFER: {found:?}");
}

const NAMES: &[&str] = &[
    "a-job-echo",
    "b-job-par3-comp3",
    "c-job-par3-comp5",
    "d-job-comp5-par2-deadline60",
    "e-job-deadline10",
    "f-job-fail-never-bl3",
    "f2-job-fail-never-bl6",
    "f4-job-fail-then-ok",
    "f5-job-bl0",
    "g-job-fail-onfailure-bl3",
    "h-job-indexed-bpi",
    "h3-job-indexed-ok",
    "i-job-pfp-failjob",
    "i2-job-pfp-ignore-disruption",
    "j-job-successpolicy",
    "k-job-suspend-resume",
    "l-job-ttl5",
    "m-cron-allow",
    "m-cron-forbid",
    "m-cron-replace",
    "m5-cron-history-failed",
    "m6-cron-suspend-deadline",
    "n-job-parallelism-change",
    "n3-job-par0",
    "o-job-delete-cascade",
    "o2-job-delete-orphan",
    "o4-pod-of-job-deleted",
    "p-deploy-rolling-undo",
    "p2-deploy-recreate",
    "p3-deploy-badimage",
    "q-deploy-scale",
    "q3-deploy-quota",
    "r-sts-ordered",
    "s-daemonset",
    "t-unschedulable",
    "t3-taints",
    "u-node-notready",
    "v-cordon-drain",
    "w-services",
    "w2-netpol-describe",
    "x-hpa",
    "x2-pdb",
    "y-cron-create-from",
    "z2-kubectl-misc",
];

/// Plays one scenario and compares what happened.
fn check(name: &str, actions: &Value) -> Comparison {
    let read = |file: &str| recording(&format!("scenarios/{name}/{file}")).expect("a scenario is complete");
    let duration = seconds(actions.get("duration"));
    let mut recorded: Vec<Value> = read("trace.jsonl").lines().map(json::parse).collect();
    // The recorder went on while the last commands ran.
    recorded.retain(|line| seconds(line.get("t")) <= duration);
    let mut play = Play::new(name, seconds(actions.get("t0_unix")));
    // The manifest was taken when the first of its objects was seen.
    play.run_until(recorded.first().map_or(0.0, |line| seconds(line.get("t"))));
    play.shell.run(&mut play.timeline, "kubectl apply -f manifest.yaml");
    play.look();
    let mut ran: Vec<(f64, &str)> = Vec::new();
    for action in actions.at("planned.actions").items() {
        let command = action.items()[1].as_str().unwrap_or("");
        ran.push((carried_out(actions, command, seconds(&action.items()[0])), command));
    }
    ran.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (at, command) in ran {
        play.run_until(at);
        play.act(command, &recorded, at);
    }
    play.run_until(duration);
    if std::env::var_os("SHOW").is_some_and(|n| n == name) {
        play.lines.iter().for_each(|l| println!("{}", l.to_json()));
    }
    let slack = SLOW.iter().find(|(slow, _)| *slow == name).map_or(0.0, |(_, slack)| *slack);
    story::compare(&story::tell(&recorded), &story::tell(&play.lines), slack)
}

/// When a planned command reached the API server: at its end, unless it went on watching, or waited for what it deletes.
fn carried_out(actions: &Value, command: &str, planned: f64) -> f64 {
    let own = |r: &&Value| {
        text(r, "cmd").trim() == command.trim_start_matches('&').trim() && seconds(r.get("t")) >= planned
    };
    let ran = actions.get("ran").items().iter().find(own);
    match ran {
        // What waits has reached it at its beginning.
        Some(ran) if command.starts_with("kubectl drain") => seconds(ran.get("t")) + 0.3,
        Some(ran) if command.starts_with("kubectl delete") => {
            (seconds(ran.get("end")) - 0.02).min(seconds(ran.get("t")) + 0.8)
        }
        Some(ran) if !command.starts_with('&') => seconds(ran.get("end")) - 0.02,
        _ => planned,
    }
}

fn seconds(value: &Value) -> f64 {
    match value {
        Value::Int(n) => *n as f64,
        Value::Float(x) => *x,
        other => panic!("no number: {other:?}"),
    }
}

/// A run that is watched, as the recordings were.
struct Play {
    timeline: Timeline,
    shell: Shell,
    namespace: String,
    lines: Vec<Value>,
    /// The revision up to which changes were seen.
    seen: u64,
    /// How often each event was seen.
    events: BTreeMap<u64, u32>,
    names: BTreeMap<Uid, (Kind, String)>,
}

impl Play {
    fn new(namespace: &str, start_unix: f64) -> Play {
        let start = Time((start_unix * 1e6) as i64);
        let mut timeline = Timeline::new(cluster(namespace, start));
        let value = record! {
            "apiVersion" => "v1", "kind" => "Namespace",
            "metadata" => record! { "name" => namespace.to_owned() },
        };
        timeline.call(Request::Create(value)).expect("a namespace is taken");
        let seen = timeline.world().store.revision();
        Play {
            timeline,
            shell: Shell::of(namespace),
            namespace: namespace.to_owned(),
            lines: Vec::new(),
            seen,
            events: BTreeMap::new(),
            names: BTreeMap::new(),
        }
    }
    fn run_until(&mut self, secs: f64) {
        let to = self.timeline.start() + Span((secs * 1e6) as i64);
        while self.timeline.advance(to) {
            self.look();
        }
    }
    fn since_start(&self, at: Time) -> Value {
        Value::Float((at - self.timeline.start()).as_secs_f64())
    }
    /// Notes what has changed since the last look.
    fn look(&mut self) {
        let world = self.timeline.world();
        let t = self.since_start(world.now());
        let mut lines = Vec::new();
        let changes: Vec<(Uid, Kind, bool)> = world
            .records
            .since(self.seen + 1)
            .map(|r| (r.uid, r.kind, r.verb == podium::sim::Verb::Deleted))
            .collect();
        for (uid, kind, deleted) in changes {
            let verb = match (deleted, self.names.contains_key(&uid)) {
                (true, _) => "DELETED",
                (false, true) => "MODIFIED",
                (false, false) => "ADDED",
            };
            let mut line = record! { "t" => t.clone(), "verb" => verb, "kind" => kind.info().name };
            if deleted {
                let Some((_, name)) = self.names.get(&uid) else { continue };
                line.set("name", name.clone());
            } else {
                // What was written and removed in one step was seen by nobody.
                let Some(object) = world.store.get(uid) else { continue };
                if object.meta().namespace != self.namespace.as_str() {
                    continue;
                }
                self.names.insert(uid, (kind, object.meta().name.to_string()));
                self.show(object, &mut line);
            }
            lines.push(line);
        }
        let mut repeated = Vec::new();
        for (number, event) in world.events.iter().filter(|(_, e)| e.namespace == self.namespace.as_str()) {
            let known = self.events.insert(number, event.count).unwrap_or(0);
            // A recorder that counts says so at each time.
            if event.count > known {
                let line = record! {
                    "t" => self.since_start(event.last), "verb" => "ADDED", "kind" => "Event",
                    "type" => format!("{:?}", event.kind), "reason" => event.reason, "msg" => event.message.clone(),
                    "src" => event.source, "obj" => format!("{}/{}", event.object.info().name, event.name),
                };
                // The order in which new events were said is known; what was only counted is taken to be later.
                if known == 0 { lines.push(line) } else { repeated.push(line) }
            }
        }
        lines.extend(repeated);
        self.seen = world.store.revision();
        self.lines.extend(lines);
    }
    /// Writes what the API shows of an object in the recordings' form.
    fn show(&self, object: &Object, line: &mut Value) {
        let value = object.to_value();
        let meta = object.meta();
        line.set("name", meta.name.clone());
        let owner = |o: &podium::api::Owner| Value::from(format!("{}/{}", o.kind.info().name, o.name));
        line.set("owner", meta.owners.iter().map(owner).collect::<Vec<_>>());
        if let Some(deletion) = meta.deletion {
            line.set("deletion", self.since_start(deletion.asked));
            line.set("grace", deletion.grace_secs);
        }
        let status = value.get("status");
        let part = |c: &Value, name| c.get(name).clone();
        let conditions = status.get("conditions").items().iter().map(|c| {
            let message = if c.get("message").is_null() { "".into() } else { part(c, "message") };
            Value::from(vec![part(c, "type"), part(c, "status"), part(c, "reason"), message])
        });
        line.set("conds", conditions.collect::<Vec<_>>());
        let time = |path: &str| match value.at(path).as_str().and_then(Time::parse) {
            Some(at) => self.since_start(at),
            None => Value::Null,
        };
        match object.kind() {
            Kind::Pod => {
                line.set("phase", status.get("phase").clone());
                let states = status.get("containerStatuses").items().iter().map(container_state);
                line.set("cs", states.collect::<Vec<_>>());
            }
            Kind::CronJob => {
                let names = status.get("active").items().iter().map(|a| a.get("name").clone());
                line.set("active", names.collect::<Vec<_>>());
                line.set("lastSchedule", time("status.lastScheduleTime"));
                line.set("lastSuccess", time("status.lastSuccessfulTime"));
            }
            Kind::EndpointSlice => {
                let endpoints = value.get("endpoints").items().iter();
                let shown = endpoints.map(|e| Value::from(vec![Value::Null, e.get("conditions").clone()]));
                line.set("eps", shown.collect::<Vec<_>>());
                line.set("ports", value.get("ports").clone());
            }
            _ => {
                line.set("st", status.clone());
                line.set("start", time("status.startTime"));
                line.set("completion", time("status.completionTime"));
                if object.kind() != Kind::Job {
                    line.set("replicas", value.at("spec.replicas").clone());
                }
            }
        }
    }

    /// Carries out a recorded command. What is refused is recorded as refused, too; the stories must agree all the same.
    fn act(&mut self, command: &str, recorded: &[Value], at: f64) {
        self.shell.first_pod = command.contains("head -1").then(|| self.chosen(recorded, at)).flatten();
        let before = self.timeline.now();
        self.shell.run(&mut self.timeline, command);
        // While a command waited, time went on: what happened is looked at as it happened.
        let after = self.timeline.now();
        self.timeline.seek(before);
        self.look();
        while self.timeline.advance(after) {
            self.look();
        }
    }
    /// The pod of the same number as the one that was stopped in the recording: names are made by chance.
    fn chosen(&self, recorded: &[Value], at: f64) -> Option<String> {
        let pods: Vec<&Value> = recorded.iter().filter(|l| text(l, "kind") == "Pod").collect();
        let told = pods.iter().find(|l| !l.get("deletion").is_null() && seconds(l.get("t")) >= at);
        let name = text(told?, "name");
        let mut order = pods.iter().filter(|l| text(l, "verb") == "ADDED");
        let number = order.position(|l| text(l, "name") == name)?;
        let own = |(kind, _): &&(Kind, String)| *kind == Kind::Pod;
        self.names.values().filter(own).nth(number).map(|(_, name)| name.clone())
    }
}

/// A container's state in the recordings' form.
fn container_state(status: &Value) -> Value {
    let state = status.get("state");
    let said = if !state.get("running").is_null() {
        "running".to_owned()
    } else if !state.get("terminated").is_null() {
        let ended = state.get("terminated");
        format!("terminated:{}/{}", ended.get("exitCode").to_json(), text(ended, "reason"))
    } else {
        let waiting = state.get("waiting");
        match text(waiting, "message") {
            "" => format!("waiting:{}", text(waiting, "reason")),
            message => format!("waiting:{} | {message}", text(waiting, "reason")),
        }
    };
    record! { "name" => text(status, "name").to_owned(), "rc" => status.get("restartCount").clone(), "state" => said }
}
