//! `kubectl logs`: what containers printed.
//!
//! Models kubectl pkg/cmd/logs/logs.go and pkg/polymorphichelpers/logsforobject.go.

pub(super) mod follow;

use super::args::{self, Args, maybe, truth, value};
use super::failure::Failure;
use super::selector::LabelSelector;
use super::{Call, Verb, Words, target};
use crate::api::{Container, Decode, Labels, Object, Pod, Selector, Span, Text, Time};
use crate::manifest::Refusal;
use std::rc::Rc;

/// `kubectl logs (POD | TYPE/NAME | -l SELECTOR) [-c CONTAINER] …`.
pub(super) const VERB: Verb = Verb {
    name: "logs",
    takes: Words::WITH_PODS,
    flags: &[
        args::CHOICE,
        &[value("container", 'c'), truth("previous", 'p'), value("tail", ' '), truth("timestamps", ' ')],
        &[value("since", ' '), value("since-time", ' '), truth("all-containers", ' '), truth("prefix", ' ')],
        &[truth("follow", 'f'), value("limit-bytes", ' '), value("max-log-requests", ' ')],
        &[truth("all-pods", ' '), maybe("ignore-errors", "true"), value("pod-running-timeout", ' ')],
        &[maybe("insecure-skip-tls-verify-backend", "true")],
    ],
    run,
};

/// How much of a log is shown, and how.
#[derive(Default)]
pub(super) struct Look {
    previous: bool,
    tail: Option<usize>,
    since: Option<Time>,
    timestamps: bool,
    prefix: bool,
    bytes: Option<usize>,
}

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let expected = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument \
                    for the logs command";
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    let by_label = args.get("selector");
    let (name, container) = match (words.as_slice(), by_label) {
        ([], None) => return Err(Failure::usage("logs", expected)),
        ([], Some(_)) => (None, None),
        ([_, ..], Some(_)) => {
            return Err(Failure::usage("logs", "only a selector (-l) or a POD name is allowed"));
        }
        ([name], None) => (Some(*name), None),
        ([name, container], None) => (Some(*name), Some(*container)),
        _ => return Err(Failure::usage("logs", expected)),
    };
    check(args, container)?;
    let container = args.get("container").or(container);
    let pods = match name {
        None => selected(call, args, by_label.unwrap_or_default())?,
        Some(name) => named(call, args, name, &OF_LOGS)?,
    };
    if pods.is_empty() && name.is_none() {
        let namespace = target::namespace(call, args);
        call.complain(&format!("No resources found in {namespace} namespace."));
    }
    let pods = match pods.as_slice() {
        [first, _, ..] if name.is_some() && !args.has("all-pods") => {
            call.complain(&format!("Found {} pods, using pod/{}", pods.len(), first.meta.name));
            vec![first.clone()]
        }
        _ => pods,
    };
    let look = look_of(call, args, by_label.is_some())?;
    let mut streams = Vec::new();
    for pod in pods {
        for (i, container) in chosen(call, args, &pod, container)? {
            let text = read(call, &pod, i, &container, &look)?;
            call.output.stdout.push_str(&text);
            if args.has("follow") && !look.previous {
                streams.extend(follow::Stream::of(call, &pod, (i, &container.name), false));
            }
        }
    }
    let most = args.get("max-log-requests").and_then(|n| n.parse().ok()).unwrap_or(5);
    if streams.len() > most {
        call.output.stdout.clear();
        return Err(Failure::error(format!(
            "you are attempting to follow {} log streams, but maximum allowed concurrency is {most}, use \
             --max-log-requests to increase the limit",
            streams.len()
        )));
    }
    // So many bytes are no stream.
    if !streams.is_empty() && look.bytes.is_none() {
        call.lasts(follow::Following { streams, look });
    }
    Ok(())
}

/// Models logs.go: Validate.
fn check(args: &Args, inline: Option<&str>) -> Result<(), Failure> {
    let given = |flag: &str| args.get(flag).filter(|v| !v.is_empty());
    let container = given("container").or(inline);
    let number = |flag: &str| given(flag).and_then(|n| n.parse::<i64>().ok());
    let why = if given("since-time").is_some() && given("since").is_some() {
        "at most one of `sinceTime` or `sinceSeconds` may be specified".to_owned()
    } else if let Some(name) = container.filter(|_| args.has("all-containers")) {
        format!("--all-containers=true should not be specified with container name {name}")
    } else if args.get("container").is_some() && inline.is_some() {
        "only one of -c or an inline [CONTAINER] arg is allowed".to_owned()
    } else if number("limit-bytes").is_some_and(|n| n < 0) {
        "--limit-bytes must be greater than 0".to_owned()
    } else if given("since").is_some_and(|s| s.starts_with('-')) {
        "--since must be greater than 0".to_owned()
    } else if number("tail").is_some_and(|n| n < -1) {
        "--tail must be greater than or equal to -1".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::error(why))
}

/// How a verb that works on one pod of an object speaks of what it cannot use.
pub(super) struct OnePod {
    /// Before the kind of an object that has no pods.
    pub cannot: &'static str,
    /// What is said of an object that is not there.
    pub missing: fn(Failure, &str) -> Failure,
}
const OF_LOGS: OnePod = OnePod {
    cannot: "cannot get the logs from",
    missing: |failure, namespace| {
        let why = failure.among.strip_prefix("Error from server (NotFound): ").unwrap_or(&failure.among);
        Failure::error(format!("error from server (NotFound): {why} in namespace {namespace:?}"))
    },
};

fn look_of(call: &Call, args: &Args, by_label: bool) -> Result<Look, Failure> {
    let tail = match args.get("tail").and_then(|text| text.parse::<i64>().ok()) {
        None if by_label => Some(10),
        None | Some(-1) => None,
        Some(n) => Some(n as usize),
    };
    let since = match (args.get("since"), args.get("since-time")) {
        (Some(text), _) => Some(call.world().now() - crate::api::duration(text).unwrap_or(Span::ZERO)),
        (None, Some(text)) => Some(Time::parse(text).ok_or_else(|| {
            Failure::error(format!(
                "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?} as \"2006\""
            ))
        })?),
        (None, None) => None,
    };
    Ok(Look {
        previous: args.has("previous"),
        tail,
        since,
        timestamps: args.has("timestamps"),
        prefix: args.has("prefix") || args.has("all-pods"),
        bytes: args.get("limit-bytes").and_then(|n| n.parse().ok()).filter(|n| *n > 0),
    })
}

fn selected(call: &Call, args: &Args, selector: &str) -> Result<Vec<Rc<Pod>>, Failure> {
    let labels = LabelSelector::parse(selector).map_err(Failure::error)?;
    let namespace = target::namespace(call, args);
    let all = call.world().store.list_as::<Pod>(Some(&namespace));
    Ok(all.filter(|p| labels.matches(&p.meta.labels)).cloned().collect())
}

/// The pod of that name, or those that belong to what is named, the one that is most at work first.
pub(super) fn named(call: &Call, args: &Args, name: &str, one: &OnePod) -> Result<Vec<Rc<Pod>>, Failure> {
    let word = if name.contains('/') { name.to_owned() } else { format!("pod/{name}") };
    let search = target::find(call, args, "logs", target::asked(&[word])?)?;
    if let Some(failure) = search.missing.into_iter().next() {
        return Err((one.missing)(failure, &target::namespace(call, args)));
    }
    let Some(found) = search.found.first() else { return Ok(Vec::new()) };
    let object = found.stored()?.clone();
    if let Object::Pod(pod) = &object {
        return Ok(vec![pod.clone()]);
    }
    let mut pods = behind(call, &object, one)?;
    // Ready before starting, older before younger.
    pods.sort_by_key(|p| (!p.is_active(), !p.is_ready(), p.meta.created, p.meta.name.clone()));
    if pods.is_empty() {
        return Err(Failure::error("timed out waiting for the condition"));
    }
    Ok(pods)
}

fn behind(call: &Call, object: &Object, one: &OnePod) -> Result<Vec<Rc<Pod>>, Failure> {
    let store = &call.world().store;
    let body = object.body();
    let labels = match (object, body.at("spec.selector")) {
        (Object::Service(service), _) => Selector::of_labels(Labels::clone(&service.spec.selector)),
        (_, selector) if !selector.is_null() => Selector::decode(selector),
        _ => {
            let kind = format!("*v1.{}", object.kind().info().name);
            let why = format!("{} {kind}: selector for {kind} not implemented", one.cannot);
            return Err(Failure::error(why));
        }
    };
    let all = store.list_as::<Pod>(Some(&object.meta().namespace));
    Ok(all.filter(|p| labels.matches(&p.meta.labels)).cloned().collect())
}

/// Which containers of a pod are meant, with their places among all of them.
pub(super) fn chosen(
    call: &mut Call,
    args: &Args,
    pod: &Pod,
    wanted: Option<&str>,
) -> Result<Vec<(usize, Container)>, Failure> {
    // The kubelet keeps init containers first.
    let (init, main) = (&pod.spec.init_containers, &pod.spec.containers);
    let all: Vec<(usize, &Container)> = init.iter().chain(main.iter()).enumerate().collect();
    let owned = |(i, c): &(usize, &Container)| (*i, (*c).clone());
    if args.has("all-containers") {
        return Ok(all.iter().map(owned).collect());
    }
    let names = || {
        let name = |c: &Container, note: &str| format!("{}{note}", c.name);
        let names = main.iter().map(|c| name(c, "")).chain(init.iter().map(|c| name(c, " (init)")));
        names.collect::<Vec<_>>().join(", ")
    };
    let default = pod.meta.annotations.get("kubectl.kubernetes.io/default-container").map(|d| d.as_str());
    if let Some(name) = wanted.or(default) {
        let found = all.iter().find(|(_, c)| c.name == *name).map(owned);
        let why = || format!("container {name} is not valid for pod {} out of: {}", pod.meta.name, names());
        return found.map(|c| vec![c]).ok_or_else(|| Failure::error(why()));
    }
    let Some(first) = all.get(init.len()) else { return Ok(Vec::new()) };
    if all.len() > 1 && !args.has("all-pods") {
        call.complain(&format!("Defaulted container {:?} out of: {}", first.1.name.as_str(), names()));
    }
    Ok(vec![owned(first)])
}

fn read(call: &Call, pod: &Pod, place: usize, container: &Container, look: &Look) -> Result<String, Failure> {
    let (pod_name, name) = (&pod.meta.name, &container.name);
    let bad = |why: String| Err(Failure::refused(&Refusal::bad_request(why), ""));
    let cell = call.world().runtime(pod.meta.uid).and_then(|r| r.cells.get(place));
    let Some(cell) = cell.filter(|c| c.runs > 0) else {
        if pod.node.is_empty() {
            return Ok(String::new());
        }
        let why = waits_for(pod, place);
        return bad(format!("container {name:?} in pod {pod_name:?} is waiting to start: {why}"));
    };
    if look.previous && cell.runs < 2 {
        return bad(format!("previous terminated container {name:?} in pod {pod_name:?} not found"));
    }
    let log = if look.previous { &cell.previous_log } else { &cell.log };
    let now = call.world().now();
    let lines: Vec<&(Time, Text)> =
        log.iter().filter(|(at, _)| *at <= now && look.since.is_none_or(|since| *at >= since)).collect();
    let skipped = look.tail.map_or(0, |n| lines.len().saturating_sub(n));
    let mut out = String::new();
    for (at, text) in &lines[skipped..] {
        out += &line((pod_name, name), (*at, text), look);
    }
    if let Some(bytes) = look.bytes.filter(|bytes| *bytes < out.len()) {
        out.truncate((0..=bytes).rev().find(|at| out.is_char_boundary(*at)).unwrap_or(0));
    }
    Ok(out)
}

/// A line of a container, with what is asked for before it.
fn line((pod, container): (&Text, &Text), (at, text): (Time, &Text), look: &Look) -> String {
    let prefix = if look.prefix { format!("[pod/{pod}/{container}] ") } else { String::new() };
    let time = if look.timestamps { format!("{} ", nanoseconds(at)) } else { String::new() };
    format!("{prefix}{time}{text}\n")
}

/// One word on why a container has not started.
fn waits_for(pod: &Pod, place: usize) -> Text {
    let init = pod.status.init_containers.len();
    let status = match place.checked_sub(init) {
        Some(i) => pod.status.containers.get(i),
        None => pod.status.init_containers.get(place),
    };
    match status.map(|s| &s.state) {
        Some(crate::api::ContainerState::Waiting { reason, .. }) if *reason == *"ErrImagePull" => {
            "image can't be pulled".into()
        }
        Some(crate::api::ContainerState::Waiting { reason, .. }) if *reason == *"ImagePullBackOff" => {
            "trying and failing to pull image".into()
        }
        Some(crate::api::ContainerState::Waiting { reason, .. }) => reason.clone(),
        _ => "ContainerCreating".into(),
    }
}

/// RFC 3339 with nine digits of a second, as the container runtime stamps lines.
fn nanoseconds(at: Time) -> String {
    let whole = at.to_string();
    let rest = at - at.floor_sec();
    format!("{}.{:09}Z", whole.trim_end_matches('Z'), Span(rest.0).0 * 1000)
}
