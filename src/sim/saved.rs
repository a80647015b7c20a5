//! A timeline as plain data, and back: a seed, a cluster and inputs are all that it is.
//!
//! What is read may come from anybody, in a link: it is checked whole before anything is made of it.

use super::config::{Config, NODES_MAX, PODS_MAX};
use super::server::{Exec, Propagation, Request, Sandbox};
use super::timeline::{Input, Timeline};
use crate::api::{Key, Kind, Resources, Span, Text, Time, Value};
use crate::record;

/// The version of the form. A later one reads all earlier ones.
const VERSION: i64 = 1;
/// How many inputs are read.
const INPUTS_MAX: usize = 20_000;
/// How long a run may be.
const RUN_MAX: Span = Span::secs(100 * 366 * 86_400);
/// The most that one node may offer: processors in thousandths, bytes, pods.
const NODE_MAX: Resources = Resources { cpu_millis: 1_000_000_000, memory: 1 << 50, pods: 100_000 };

/// A timeline as plain data. What lies ahead of the present instant is in it too.
pub fn write(timeline: &Timeline) -> Value {
    let config = timeline.world().config();
    let start = config.start;
    let cluster = record! {
        "nodes" => config.nodes,
        "cpu" => config.node.cpu_millis,
        "memory" => config.node.memory,
        "pods" => config.node.pods,
        "podsMax" => config.pods_max as i64,
        "start" => start.0,
        // A number of 64 bits without a sign does not fit into one with it.
        "seed" => format!("{:x}", config.seed),
        "cloud" => config.load_balancer_after.map(|span| Value::from(span.0)).unwrap_or_default(),
        "metrics" => config.metrics_server,
    };
    let inputs: Vec<Value> = timeline
        .inputs()
        .map(|(at, input)| {
            let mut words = input_to_words(input);
            words.insert(0, Value::from((*at - start).0));
            Value::from(words)
        })
        .collect();
    record! {
        "podium" => VERSION,
        "cluster" => cluster,
        "inputs" => inputs,
        "at" => (timeline.now() - start).0,
        "end" => (timeline.end() - start).0,
    }
}

/// What was written, for [`Timeline::of`]; or what is wrong with it.
pub fn read(value: &Value) -> Result<Saved, String> {
    match value.get("podium").as_int() {
        Some(VERSION) => {}
        Some(other) => {
            return Err(format!("it was made by a later Podium (form {other}, this one reads {VERSION})"));
        }
        None => return Err("it is not one of Podium's".to_owned()),
    }
    let config = config_of(value.get("cluster"))?;
    let start = config.start;
    let length = |name: &str| {
        let span = value.get(name).as_int().map(Span).filter(|s| *s >= Span::ZERO && *s <= RUN_MAX);
        span.ok_or_else(|| format!("its {name} is not a time"))
    };
    let (at, end) = (start + length("at")?, start + length("end")?);
    let list = value.get("inputs").items();
    if list.len() > INPUTS_MAX {
        return Err(format!("it has {} inputs, at most {INPUTS_MAX} are read", list.len()));
    }
    let mut inputs: Vec<(Time, Input)> = Vec::new();
    for (i, item) in list.iter().enumerate() {
        let bad = || format!("its input {} cannot be read", i + 1);
        let (first, words) = item.items().split_first().ok_or_else(bad)?;
        let since = first.as_int().map(Span).filter(|s| *s >= Span::ZERO && *s <= RUN_MAX).ok_or_else(bad)?;
        if inputs.last().is_some_and(|(last, _)| *last > start + since) {
            return Err(format!("its input {} comes before the one before it", i + 1));
        }
        inputs.push((start + since, words_to_input(words).ok_or_else(bad)?));
    }
    Ok(Saved { config, inputs, at, end: end.max(at) })
}

/// A timeline that was read and checked.
pub struct Saved {
    /// The cluster.
    pub config: Config,
    /// Its inputs, in order of time.
    pub inputs: Vec<(Time, Input)>,
    /// The instant at which it was left.
    pub at: Time,
    /// The latest instant that was lived.
    pub end: Time,
}

fn config_of(value: &Value) -> Result<Config, String> {
    let default = Config::default();
    let number = |name: &str, least: i64, most: i64| {
        let found = value.get(name).as_int().filter(|n| (least..=most).contains(n));
        found.ok_or_else(|| format!("its cluster's {name} is not a number from {least} to {most}"))
    };
    let seed = value.get("seed").as_str().and_then(|s| u64::from_str_radix(s, 16).ok());
    let cloud = value.get("cloud");
    Ok(Config {
        nodes: number("nodes", 0, NODES_MAX as i64)? as u32,
        node: Resources {
            cpu_millis: number("cpu", 0, NODE_MAX.cpu_millis)?,
            memory: number("memory", 0, NODE_MAX.memory)?,
            pods: number("pods", 0, NODE_MAX.pods)?,
        },
        start: Time(number("start", 0, Time::from_unix(4_102_444_800).0)?),
        seed: seed.ok_or("its seed cannot be read")?,
        pods_max: number("podsMax", 0, PODS_MAX as i64)? as usize,
        load_balancer_after: if cloud.is_null() { None } else { Some(Span(number("cloud", 0, RUN_MAX.0)?)) },
        metrics_server: value.get("metrics").as_bool().unwrap_or(default.metrics_server),
    })
}

fn key_to_value(key: &Key) -> Value {
    let words: [Text; 3] = [key.kind.info().name.into(), key.namespace.clone(), key.name.clone()];
    words.into_iter().map(Value::Str).collect::<Vec<_>>().into()
}

fn value_to_key(value: &Value) -> Option<Key> {
    let [kind, namespace, name] = value.items() else { return None };
    let kind = Kind::ALL.iter().find(|k| Some(k.info().name) == kind.as_str())?;
    Some(Key::new(*kind, text(namespace)?, text(name)?))
}

fn text(value: &Value) -> Option<Text> {
    match value {
        Value::Str(text) => Some(text.clone()),
        _ => None,
    }
}

const PROPAGATIONS: [(&str, Propagation); 3] = [
    ("Background", Propagation::Background),
    ("Foreground", Propagation::Foreground),
    ("Orphan", Propagation::Orphan),
];

fn input_to_words(input: &Input) -> Vec<Value> {
    let grace = |grace: &Option<i64>| grace.map(Value::from).unwrap_or_default();
    let say = |name: &'static str, words: &[&Text]| {
        let words = words.iter().map(|word| Value::Str((*word).clone()));
        std::iter::once(Value::from(name)).chain(words).collect()
    };
    match input {
        Input::Api(Request::Create(value)) => vec!["create".into(), value.clone()],
        Input::Api(Request::Replace(value)) => vec!["replace".into(), value.clone()],
        Input::Api(Request::Patch(key, patch)) => vec!["patch".into(), key_to_value(key), patch.clone()],
        Input::Api(Request::Delete(key, how, after)) => {
            let name = PROPAGATIONS.iter().find(|(_, p)| p == how).map_or("", |(name, _)| name);
            vec!["delete".into(), key_to_value(key), name.into(), grace(after)]
        }
        Input::Api(Request::Evict(key, after)) => vec!["evict".into(), key_to_value(key), grace(after)],
        Input::Sandbox(act) => match act {
            Sandbox::NodeDown(node) => say("node-down", &[node]),
            Sandbox::NodeUp(node) => say("node-up", &[node]),
            Sandbox::Crash(namespace, name) => say("crash", &[namespace, name]),
            Sandbox::ControllerDown(name) => say("controller-down", &[name]),
            Sandbox::ControllerUp(name) => say("controller-up", &[name]),
            Sandbox::Send(from, url) => say("send", &[from, url]),
            Sandbox::Traffic(from, url, rate) => {
                let mut words: Vec<Value> = say("traffic", &[from, url]);
                words.push(Value::from(*rate as i64));
                words
            }
            Sandbox::Exec(exec) => {
                let all = [&exec.namespace, &exec.pod, &exec.container];
                say("exec", &all.into_iter().chain(&exec.words).collect::<Vec<_>>())
            }
        },
    }
}

fn words_to_input(words: &[Value]) -> Option<Input> {
    let (name, rest) = words.split_first()?;
    let api = |request: Request| Some(Input::Api(request));
    let grace = |value: &Value| match value {
        Value::Null => Some(None),
        value => value.as_int().map(Some),
    };
    let name = name.as_str()?;
    match (name, rest) {
        ("create", [value @ Value::Map(_)]) => return api(Request::Create(value.clone())),
        ("replace", [value @ Value::Map(_)]) => return api(Request::Replace(value.clone())),
        ("patch", [key, patch @ Value::Map(_)]) => {
            return api(Request::Patch(value_to_key(key)?, patch.clone()));
        }
        ("delete", [key, how, after]) => {
            let how = PROPAGATIONS.iter().find(|(name, _)| Some(*name) == how.as_str())?.1;
            return api(Request::Delete(value_to_key(key)?, how, grace(after)?));
        }
        ("evict", [key, after]) => return api(Request::Evict(value_to_key(key)?, grace(after)?)),
        ("traffic", [from, url, rate]) => {
            let rate = u64::try_from(rate.as_int()?).ok()?;
            return Some(Input::Sandbox(Sandbox::Traffic(text(from)?, text(url)?, rate)));
        }
        _ => {}
    }
    let rest: Option<Vec<Text>> = rest.iter().map(text).collect();
    let rest = rest?;
    Some(Input::Sandbox(match (name, rest.as_slice()) {
        ("node-down", [node]) => Sandbox::NodeDown(node.clone()),
        ("node-up", [node]) => Sandbox::NodeUp(node.clone()),
        ("crash", [namespace, name]) => Sandbox::Crash(namespace.clone(), name.clone()),
        ("controller-down", [name]) => Sandbox::ControllerDown(name.clone()),
        ("controller-up", [name]) => Sandbox::ControllerUp(name.clone()),
        ("send", [from, url]) => Sandbox::Send(from.clone(), url.clone()),
        ("exec", [namespace, pod, container, words @ ..]) => Sandbox::Exec(Exec {
            namespace: namespace.clone(),
            pod: pod.clone(),
            container: container.clone(),
            words: words.to_vec(),
        }),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;

    /// Data, as it comes out of a link.
    fn data(json: &str) -> Value {
        manifest::parse(json).documents.into_iter().next().map(|d| d.value).unwrap_or_default()
    }

    fn lived() -> Timeline {
        let mut timeline = Timeline::new(Config { nodes: 4, seed: u64::MAX, ..Config::default() });
        let text = crate::examples::find("demo-cronjob").expect("in the menu").manifest;
        for document in manifest::parse(text).documents {
            timeline.call(Request::Create(document.value)).expect("taken");
        }
        let start = timeline.start();
        let node = |n: &'static str| Text::from(n);
        let key = Key::new(Kind::CronJob, "default", "demo-cronjob");
        let patch = record! { "spec" => record! { "suspend" => true } };
        timeline.seek(start + Span::secs(130));
        timeline.interfere(Sandbox::NodeDown(node("node-2"))).expect("a node");
        timeline.seek(start + Span::secs(400));
        timeline.call(Request::Patch(key.clone(), patch)).expect("taken");
        timeline.interfere(Sandbox::Traffic(Text::default(), node("http://web/"), 20_000)).expect("traffic");
        timeline.seek(start + Span::secs(500));
        timeline.call(Request::Delete(key, Propagation::Foreground, Some(3))).expect("deleted");
        timeline.seek(start + Span::secs(700));
        timeline.seek(start + Span::secs(450));
        timeline
    }

    #[test]
    fn what_was_written_is_lived_again() {
        let timeline = lived();
        let written = write(&timeline).to_json();
        let saved = read(&data(&written)).expect("what was written is read");
        let (at, end) = (saved.at, saved.end);
        assert_eq!((at, end), (timeline.now(), timeline.end()));
        let mut again = Timeline::of(saved);
        assert!(again.is_in_the_past());
        again.seek(at);
        assert_eq!(again.world().hash(), timeline.world().hash());
        assert_eq!(write(&again).to_json(), written);
        again.seek(end);
        let mut there = timeline;
        there.seek(end);
        assert_eq!(again.world().hash(), there.world().hash());
    }

    #[test]
    fn what_cannot_be_right_is_refused_with_a_reason() {
        let good = write(&lived()).to_json();
        let cases: &[(&str, &str, &str)] = &[
            ("\"podium\":1", "\"podium\":2", "it was made by a later Podium (form 2, this one reads 1)"),
            ("\"podium\":1", "\"x\":1", "it is not one of Podium's"),
            ("\"nodes\":4", "\"nodes\":5001", "its cluster's nodes is not a number from 0 to 5000"),
            ("\"nodes\":4", "\"nodes\":\"4\"", "its cluster's nodes is not a number from 0 to 5000"),
            ("\"seed\":\"f", "\"seed\":\"-", "its seed cannot be read"),
            ("\"at\":450000000", "\"at\":-1", "its at is not a time"),
            ("[130000000,", "[999000000,", "its input 3 comes before the one before it"),
            ("\"node-down\"", "\"format-disk\"", "its input 2 cannot be read"),
            ("\"Foreground\"", "\"Sideways\"", "its input 5 cannot be read"),
        ];
        for (from, to, why) in cases {
            assert!(good.contains(from), "{from} is in {good}");
            assert_eq!(read(&data(&good.replacen(from, to, 1))).err().as_deref(), Some(*why));
        }
    }
}
