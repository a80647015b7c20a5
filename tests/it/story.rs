//! What happened to each object, as facts with times: told of a recording and of a run by the same code, and compared.

use podium::api::Value;
use std::collections::BTreeMap;

/// Something that happened, and when, in seconds since the manifest was applied.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// What.
    pub what: String,
    /// When.
    pub at: f64,
}

/// What happened, by the object that it happened to.
pub type Story = BTreeMap<String, Vec<Fact>>;

/// By how much two times may differ.
const TOLERANCE_S: f64 = 1.5;
/// What is said again within so long is said once.
const AGAIN_S: f64 = 0.1;
/// The same as a share of the time: each retry counts from a time that was cut to whole seconds, so they add up.
const DRIFT: f64 = 0.003;
/// How what is told as one of many begins.
const COMBINED: &str = "(combined from similar events): ";
/// Pods of one owner that were made within so long are interchangeable.
const BATCH_S: f64 = 0.6;

pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.at(path).as_str().unwrap_or("")
}

fn tolerance(at: f64) -> f64 {
    TOLERANCE_S.max(at * DRIFT)
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Int(n) => *n as f64,
        Value::Float(x) => *x,
        _ => 0.0,
    }
}

/// The kinds of facts, in the order in which they are counted.
const ASPECTS: [&str; 4] = ["lives", "conditions", "events", "statuses"];

/// What two stories have in common.
#[derive(Default)]
pub struct Comparison {
    /// For each aspect, how many facts agree and how many there are.
    counts: [(usize, usize); ASPECTS.len()],
    /// When the first difference is, and which.
    first: Option<(f64, String)>,
}

impl Comparison {
    /// The first difference in time; none: the stories agree.
    pub fn first(&self) -> Option<&str> {
        self.first.as_ref().map(|(_, said)| said.as_str())
    }
    /// `lives 20/20, conditions 2/2, events 14/15, statuses 1/1`
    pub fn counts(&self) -> String {
        let each =
            ASPECTS.iter().zip(&self.counts).map(|(name, (agree, all))| format!("{name} {agree}/{all}"));
        each.collect::<Vec<_>>().join(", ")
    }
    fn note(&mut self, at: f64, said: String) {
        if self.first.as_ref().is_none_or(|f| at < f.0) {
            self.first = Some((at, said));
        }
    }
}

/// The place of a key's aspect in [`ASPECTS`].
fn aspect(key: &str) -> usize {
    match key {
        _ if key.starts_with("condition ") => 1,
        _ if key.starts_with("events of ") => 2,
        _ if key.contains(" last ") => 3,
        _ => 0,
    }
}

/// Compares two stories fact by fact; times may differ by so many seconds more than usual.
pub fn compare(want: &Story, is: &Story, slack: f64) -> Comparison {
    let mut result = Comparison::default();
    let keys: std::collections::BTreeSet<&String> = want.keys().chain(is.keys()).collect();
    for key in keys {
        let (none, none_either) = (Vec::new(), Vec::new());
        let (want, is) = (want.get(key).unwrap_or(&none), is.get(key).unwrap_or(&none_either));
        let mut differs = false;
        for i in 0..want.len().max(is.len()) {
            let difference = apart(want.get(i), is.get(i), slack);
            let (agree, all) = &mut result.counts[aspect(key)];
            *all += 1;
            match difference {
                None => *agree += 1,
                // What follows the first difference of an object mostly follows from it.
                Some((at, said)) if !differs => {
                    differs = true;
                    result.note(at, format!("{key}: {said}"));
                }
                Some(_) => {}
            }
        }
    }
    result
}

/// How two facts differ, and when that shows.
fn apart(want: Option<&Fact>, is: Option<&Fact>, slack: f64) -> Option<(f64, String)> {
    match (want, is) {
        (Some(w), Some(s)) if w.what == s.what && (w.at - s.at).abs() <= tolerance(w.at) + slack => None,
        (Some(w), Some(s)) if w.what == s.what => {
            Some((w.at, format!("{} at {:.2}, recorded at {:.2}", w.what, s.at, w.at)))
        }
        (Some(w), Some(s)) => {
            let said = format!("{} at {:.2}, recorded: {} at {:.2}", s.what, s.at, w.what, w.at);
            Some((w.at.min(s.at), said))
        }
        (Some(w), None) => Some((w.at, format!("lacks {} at {:.2}", w.what, w.at))),
        (None, Some(s)) => Some((s.at, format!("should not have {} at {:.2}", s.what, s.at))),
        (None, None) => None,
    }
}

/// Tells a story from lines in the form of the recordings' `trace.jsonl`.
pub fn tell(lines: &[Value]) -> Story {
    let names = Names::of(lines);
    let mut teller = Teller { names, ..Teller::default() };
    for line in lines {
        match text(line, "kind") {
            // The recordings shared one cluster: a node that another scenario has stopped was heard of here.
            "Event" if text(line, "msg").starts_with("Cancelling deletion of Pod") => {}
            "Event" => teller.event(line),
            "Pod"
            | "Job"
            | "CronJob"
            | "Deployment"
            | "ReplicaSet"
            | "StatefulSet"
            | "DaemonSet"
            | "EndpointSlice"
            | "PodDisruptionBudget"
            | "HorizontalPodAutoscaler" => teller.object(line),
            _ => {}
        }
    }
    teller.end();
    teller.story
}

/// Names that chance has made, and what stands for them.
#[derive(Default)]
struct Names {
    made: BTreeMap<String, String>,
    /// Of pods that are told to stop: when, and what stands for them from then on.
    stopping: BTreeMap<String, (f64, String)>,
}

impl Names {
    fn of(lines: &[Value]) -> Names {
        let mut names = Names::default();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut batches: BTreeMap<String, Vec<(f64, String)>> = BTreeMap::new();
        // A pod may be heard of before its owner is.
        let is_pod = |l: &&Value| text(l, "kind") == "Pod";
        let added = || lines.iter().filter(|l| text(l, "verb") == "ADDED");
        for line in added().filter(|l| !is_pod(l)).chain(added().filter(is_pod)) {
            let Some(owner) = line.get("owner").items().first().and_then(Value::as_str) else { continue };
            let (kind, owner) = owner.split_once('/').expect("KIND/NAME");
            let owner = names.short(owner);
            let name = text(line, "name").to_owned();
            match text(line, "kind") {
                "Pod" => batches.entry(owner).or_default().push((number(line.get("t")), name)),
                // A CronJob names its Jobs by the time, not by chance.
                _ if kind == "CronJob" => {}
                _ => {
                    let count = counts.entry(owner.clone()).or_default();
                    *count += 1;
                    names.made.insert(name, format!("{owner}~{count}"));
                }
            }
        }
        for (owner, pods) in batches {
            names.number_pods(&owner, pods, lines);
        }
        names.number_stopping(lines);
        names
    }
    /// Numbers an owner's pods in the order of creation; of those made together, by what became of them.
    fn number_pods(&mut self, owner: &str, pods: Vec<(f64, String)>, lines: &[Value]) {
        for (i, (_, name)) in in_order(pods, lines).into_iter().enumerate() {
            self.made.insert(name, format!("{owner}~{:03}", i + 1));
        }
    }
    /// Which of its pods a ReplicaSet or a DaemonSet tells to stop follows from where the scheduler has put others, and so
    /// from chance: from then on a pod is known by the order in which they are told.
    fn number_stopping(&mut self, lines: &[Value]) {
        let mut stopping: BTreeMap<String, Vec<(f64, String)>> = BTreeMap::new();
        for line in lines.iter().filter(|l| text(l, "kind") == "Pod" && number(l.get("grace")) > 0.0) {
            let owner = line.get("owner").items().first().and_then(Value::as_str).unwrap_or("");
            let Some(("ReplicaSet" | "DaemonSet", owner)) = owner.split_once('/') else { continue };
            let own = stopping.entry(self.short(owner)).or_default();
            if own.iter().all(|(_, name)| name != text(line, "name")) {
                own.push((number(line.get("t")), text(line, "name").to_owned()));
            }
        }
        for (owner, pods) in stopping {
            for (i, (at, name)) in in_order(pods, lines).into_iter().enumerate() {
                self.stopping.insert(name, (at, format!("{owner}~s{:02}", i + 1)));
            }
        }
    }
    /// The name that stands for a pod at that time.
    fn at(&self, name: &str, at: f64) -> String {
        match self.stopping.get(name) {
            Some((told, number)) if at >= told - AGAIN_S => number.clone(),
            _ => self.short(name),
        }
    }
    fn short(&self, name: &str) -> String {
        self.made.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
    /// A refusal without the name of the pod that was not made: it ends in five letters of chance.
    fn refused(&self, message: &str) -> String {
        let quoted =
            message.split_once("pods \"").and_then(|(head, rest)| Some((head, rest.split_once('"')?)));
        match quoted.and_then(|(head, (name, rest))| Some((head, name.rsplit_once('-')?.0, rest))) {
            Some((head, owner, rest)) => format!("{head}pods \"{}~\"{rest}", self.short(owner)),
            None => message.to_owned(),
        }
    }
    /// A message without what chance has made. Pods lose their numbers too: those made together are alike.
    fn clean(&self, message: &str) -> String {
        // Which of several autoscalers is named first, chance decides.
        if let Some((head, list)) = message.split_once("multiple HPAs: [") {
            let mut names: Vec<&str> = list.trim_end_matches(']').split(' ').collect();
            names.sort_unstable();
            return format!("{head}multiple HPAs: [{}]", names.join(" "));
        }
        let word = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
        let mut out = String::new();
        let mut rest = message;
        while !rest.is_empty() {
            let end = rest.find(word).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            match self.made.get(name).and_then(|n| n.rsplit_once('~')) {
                Some((owner, number)) if number.len() == 3 => out += &format!("{owner}~"),
                Some((owner, number)) => out += &format!("{owner}~{number}"),
                None if name.len() == 36 && name.matches('-').count() == 4 => out += "UID",
                None => out += name,
            }
            let next = after.chars().next().map_or(0, char::len_utf8);
            out += &after[..next];
            rest = &after[next..];
        }
        out
    }
}

/// Pods in the order of time; those of one moment by what became of them, and when they were told to stop.
fn in_order(pods: Vec<(f64, String)>, lines: &[Value]) -> Vec<(f64, String)> {
    let mut pods: Vec<(f64, String, Vec<String>, f64)> = pods
        .into_iter()
        .map(|(t, name)| (t, name.clone(), life(&name, lines), stopped_at(&name, lines)))
        .collect();
    let mut start = 0;
    for i in 1..=pods.len() {
        if i == pods.len() || pods[i].0 - pods[i - 1].0 > BATCH_S {
            pods[start..i].sort_by(|a, b| a.2.cmp(&b.2).then(a.3.total_cmp(&b.3)));
            start = i;
        }
    }
    pods.into_iter().map(|(t, name, ..)| (t, name)).collect()
}

/// What became of a pod, without names and times, to tell it from those that were made together with it.
fn life(name: &str, lines: &[Value]) -> Vec<String> {
    let own = |l: &&Value| text(l, "kind") == "Pod" && text(l, "name") == name;
    let mut life: Vec<String> = lines
        .iter()
        .filter(own)
        .map(|l| {
            let told = number(l.get("grace")) > 0.0;
            // A pod of a lost node is told from its siblings by not being ready any more.
            let conditions = l.get("conds").items().iter().map(|c| c.items());
            let ready =
                conditions.into_iter().find(|c| c[0].as_str() == Some("Ready")).and_then(|c| c[1].as_str());
            let phase = text(l, "phase");
            format!("{phase} {told} {} {}", text(l, "verb") == "DELETED", ready.unwrap_or("False"))
        })
        .collect();
    life.dedup();
    life
}

/// When a pod was first told to stop; those alike are told apart by that.
fn stopped_at(name: &str, lines: &[Value]) -> f64 {
    let own =
        |l: &&Value| text(l, "kind") == "Pod" && text(l, "name") == name && number(l.get("grace")) > 0.0;
    lines.iter().find(own).map_or(0.0, |l| number(l.get("t")))
}

#[derive(Default)]
struct Teller {
    names: Names,
    story: Story,
    /// The facts that held of an object when it was last seen.
    last: BTreeMap<String, BTreeMap<&'static str, String>>,
    /// When each event was last said.
    said: BTreeMap<String, f64>,
}

impl Teller {
    fn note(&mut self, key: String, what: String, at: f64) {
        self.story.entry(key).or_default().push(Fact { what, at });
    }
    fn event(&mut self, line: &Value) {
        let at = number(line.get("t"));
        let (kind, name) = text(line, "obj").split_once('/').expect("KIND/NAME");
        const TOLD: [&str; 8] = [
            "Pod",
            "Job",
            "CronJob",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
            "DaemonSet",
            "HorizontalPodAutoscaler",
        ];
        if !TOLD.contains(&kind) {
            return;
        }
        let key = format!("events of {} about {kind}/{}", text(line, "src"), self.names.at(name, at));
        let mut message = self.names.clean(text(line, "msg"));
        if text(line, "reason") == "FailedCreate" {
            // How often a controller tries again depends on each write's latency, and each try has another name.
            message = self.names.refused(message.trim_start_matches("(combined from similar events): "));
            let key = format!("{} {name} {message}", text(line, "src"));
            if self.said.insert(key, 0.0).is_some() {
                return;
            }
        }
        if text(line, "reason") == "Scheduled" {
            // Of nodes that score alike, chance chooses.
            message.truncate(message.rfind(" to ").unwrap_or(message.len()));
        }
        // What was said before may be told by itself or among similar events: which of them are remembered is chance.
        let raw = text(line, "msg");
        let told_alone = |alone: &&str| self.said.contains_key(&format!("{key} {alone}"));
        if let Some(alone) = raw.strip_prefix(COMBINED).filter(told_alone) {
            message = self.names.clean(alone);
        }
        let what = format!("{} {}: {message}", text(line, "type"), text(line, "reason"));
        // How often a pod is tried again depends on the pods that the scenarios before have left in the same cluster.
        let last = self.story.get(&key).and_then(|facts| facts.last());
        if text(line, "reason") == "FailedScheduling" && last.is_some_and(|fact| fact.what == what) {
            return;
        }
        // Of several that are told as one of many at the same instant, only the last can be seen.
        if message.starts_with(COMBINED) && last.is_some_and(|f| f.what == what && at - f.at < BATCH_S) {
            return;
        }
        // A controller whose write met a conflict says the same again at once.
        let said = format!("{key} {raw}");
        if self.said.insert(said, at).is_none_or(|before| at - before >= AGAIN_S) {
            self.note(key, what, at);
        }
    }
    fn object(&mut self, line: &Value) {
        let kind = text(line, "kind");
        let at = number(line.get("t"));
        let id = format!("{kind}/{}", self.names.at(text(line, "name"), at));
        if text(line, "verb") == "DELETED" {
            self.note(id.clone(), "is gone".to_owned(), at);
            self.last.remove(&id);
            return;
        }
        let mut now: BTreeMap<&'static str, String> = BTreeMap::new();
        match kind {
            "Pod" => {
                // With no grace the pod is gone at once; the note that comes before is seen by nobody.
                let key = format!("{id} is told to stop");
                if number(line.get("grace")) > 0.0 && !self.story.contains_key(&key) {
                    self.note(key, "so it is".to_owned(), at);
                }
                self.pod(line, &mut now);
            }
            "EndpointSlice" => {
                let ready = |e: &&Value| e.items()[1].get("ready").as_bool() == Some(true);
                let eps = line.get("eps").items();
                now.insert(
                    "last endpoints",
                    format!("{} of {}", eps.iter().filter(ready).count(), eps.len()),
                );
                now.insert("last ports", line.get("ports").to_json());
            }
            "CronJob" => {
                let active: Vec<&str> = line.get("active").items().iter().filter_map(Value::as_str).collect();
                now.insert("active", active.join(" "));
                self.moment(&id, line, "lastSchedule");
                self.moment(&id, line, "lastSuccess");
            }
            _ => {
                if !line.get("replicas").is_null() {
                    now.insert("replicas", line.get("replicas").to_json());
                }
                now.insert("last status", status(line.get("st")));
                self.moment(&id, line, "start");
                self.moment(&id, line, "completion");
            }
        }
        if kind != "Pod" {
            self.conditions(&id, line, at);
        }
        let before = self.last.insert(id.clone(), now.clone()).unwrap_or_default();
        for (name, value) in &now {
            let changed = before.get(name) != Some(value);
            if changed && !value.is_empty() && !name.starts_with("last ") {
                // The recorded kubelet wrote a reason at once, and its message a moment later.
                let facts = self.story.entry(id.clone()).or_default();
                if facts
                    .last()
                    .is_some_and(|f| f.what.contains("waiting:ErrImagePull,") && at - f.at < AGAIN_S)
                {
                    facts.pop();
                }
                self.note(id.clone(), format!("{name} {value}"), at);
            }
        }
    }
    fn pod(&self, line: &Value, now: &mut BTreeMap<&'static str, String>) {
        now.insert("a phase", text(line, "phase").to_owned());
        let container = |c: &Value| {
            let state = self.names.clean(text(c, "state"));
            format!("{}: {state}, {} restarts", text(c, "name"), c.get("rc").to_json())
        };
        let all: Vec<String> = line.get("cs").items().iter().map(container).collect();
        // The recorded kubelet said no more of a container that had not started when its pod was stopped.
        // Models pkg/kubelet/status/status_manager.go: TerminatePod.
        if !all.iter().any(|c| c.contains("/ContainerStatusUnknown,")) {
            now.insert("b containers", all.join("; "));
        }
    }
    /// A time that is a field: what is compared is its value.
    fn moment(&mut self, id: &str, line: &Value, name: &'static str) {
        let value = line.get(name);
        if value.is_null() {
            return;
        }
        let key = format!("{id} {name}");
        let at = number(value);
        let known = self.story.get(&key).and_then(|f| f.last()).map(|f| f.at);
        if known != Some(at) {
            self.note(key, name.to_owned(), at);
        }
    }
    fn conditions(&mut self, id: &str, line: &Value, at: f64) {
        for condition in line.get("conds").items() {
            let part = |i: usize| condition.items().get(i).and_then(Value::as_str).unwrap_or("");
            let key = format!("condition {} of {id}", part(0));
            let mut message = self.names.clean(part(3));
            if part(2) == "FailedCreate" {
                message = self.names.refused(&message);
            }
            let what = format!("{} {}: {message}", part(1), part(2));
            if self.story.get(&key).and_then(|f| f.last()).is_none_or(|f| f.what != what) {
                self.note(key, what, at);
            }
        }
    }
    /// What is there at the end.
    fn end(&mut self) {
        for (id, facts) in std::mem::take(&mut self.last) {
            for (name, value) in facts.into_iter().filter(|(name, _)| name.starts_with("last ")) {
                self.note(format!("{id} {name}"), value, 1e6);
            }
        }
    }
}

/// A status without what is compared elsewhere or only shows between two writes.
fn status(value: &Value) -> String {
    let mut value = value.clone();
    for name in ["conditions", "startTime", "completionTime", "lastScaleTime", "uncountedTerminatedPods"] {
        value.map_mut().remove(name);
    }
    value.to_json()
}
