//! `kubectl top`: what nodes and pods use, as metrics-server says.
//!
//! Models kubectl pkg/cmd/top and pkg/metricsutil/metrics_printer.go.

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, tabs, target};
use crate::api::{Kind, Node, Object, Span, order};
use crate::sim::metrics;

/// `kubectl top node [NAME | -l SELECTOR]`.
pub(super) const NODE: Verb =
    Verb { name: "top node", takes: Words::Names(Kind::Node), flags: FLAGS, run: nodes };
/// `kubectl top pod [NAME | -l SELECTOR] [--containers] [--sum] [-A]`.
pub(super) const POD: Verb =
    Verb { name: "top pod", takes: Words::Names(Kind::Pod), flags: FLAGS, run: pods };

const FLAGS: &[&[args::Flag]] = &[
    args::CHOICE,
    &[value("sort-by", ' '), truth("no-headers", ' '), truth("containers", ' '), truth("sum", ' ')],
    &[truth("show-capacity", ' '), truth("use-protocol-buffers", ' '), truth("show-swap", ' ')],
];
/// After so long, a pod of which nothing is known is worth a complaint. Models metricsCreationDelay.
const DELAY: Span = Span::secs(120);

/// One row, and by what it is sorted.
struct Row {
    cells: String,
    cpu: i64,
    memory: i64,
}

fn api(call: &Call) -> Result<(), Failure> {
    let there = metrics::sample(call.world()).is_some();
    if there { Ok(()) } else { Err(Failure::error("Metrics API not available")) }
}

fn mebibytes(bytes: i64) -> i64 {
    bytes >> 20
}

/// Models the sorters: by name, or by what is used most.
fn sorted(mut rows: Vec<Row>, args: &Args) -> Result<Vec<Row>, Failure> {
    match args.get("sort-by") {
        None | Some("") => {}
        Some("cpu") => order::sort_by_key(&mut rows, |r| -r.cpu),
        Some("memory") => order::sort_by_key(&mut rows, |r| -r.memory),
        Some(_) => return Err(Failure::error("--sort-by accepts only cpu or memory")),
    }
    Ok(rows)
}

/// The objects that a command means: one by name, or those that are selected.
fn objects(call: &Call, args: &Args, word: &str) -> Result<(Vec<Object>, Vec<Failure>), Failure> {
    if args.words.len() > 1 {
        return Err(Failure::error(format!(
            "{word} [NAME | -l label]\nSee 'kubectl top {word} -h' for help and examples"
        )));
    }
    let words: Vec<String> = [word.to_owned()].into_iter().chain(args.words.iter().cloned()).collect();
    let found = target::find(call, args, "top", target::asked(&words)?)?;
    let objects: Result<Vec<Object>, Failure> = found.found.iter().map(|f| f.stored().cloned()).collect();
    Ok((objects?, found.missing))
}

fn nodes(call: &mut Call, args: &Args) -> Result<(), Failure> {
    api(call)?;
    let (objects, missing) = objects(call, args, "node")?;
    if !missing.is_empty() {
        return call.finish(missing);
    }
    let world = call.world();
    let sample = metrics::sample(world).expect("just asked");
    if sample.at <= world.config().start {
        return Err(Failure::error("metrics not available yet"));
    }
    let mut rows = Vec::new();
    for node in objects.iter().filter_map(Object::as_ref::<Node>) {
        let share = |n: i64, of: i64| if of == 0 { 0 } else { n * 100 / of };
        let name = node.meta.name.clone();
        if !world.is_alive(&name) {
            rows.push(Row {
                cells: format!("{name}\t<unknown>\t<unknown>\t<unknown>\t<unknown>\t\n"),
                cpu: 0,
                memory: 0,
            });
            continue;
        }
        let (cpu, memory) = sample.node(&name);
        let (cores, bytes) =
            (share(cpu, node.allocatable.cpu_millis), share(memory, node.allocatable.memory));
        let cells = format!("{name}\t{cpu}m\t{cores}%\t{}Mi\t{bytes}%\t\n", mebibytes(memory));
        rows.push(Row { cells, cpu, memory });
    }
    let head = "NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t\n";
    let rows = sorted(rows, args)?;
    print(call, args, head, &rows, "");
    Ok(())
}

fn pods(call: &mut Call, args: &Args) -> Result<(), Failure> {
    api(call)?;
    let (objects, missing) = objects(call, args, "pod")?;
    let world = call.world();
    let sample = metrics::sample(world).expect("just asked");
    let (everywhere, each) = (args.has("all-namespaces"), args.has("containers"));
    let own = target::namespace(call, args);
    if let Some(name) = args.words.first()
        && (!missing.is_empty() || objects.iter().filter_map(Object::as_ref).all(|p| sample.pod(p).is_none()))
    {
        let why =
            format!("Error from server (NotFound): podmetrics.metrics.k8s.io \"{own}/{name}\" not found");
        return Err(Failure::plain(why));
    }
    let (mut rows, mut total) = (Vec::new(), (0, 0));
    let mut waits = None;
    for pod in objects.iter().filter_map(Object::as_ref::<crate::api::Pod>) {
        let Some(used) = sample.pod(pod) else {
            waits = waits.or(Some(pod));
            continue;
        };
        let (place, name) = (&pod.meta.namespace, &pod.meta.name);
        let place = if everywhere { format!("{place}\t") } else { String::new() };
        let sum = used.iter().fold((0, 0), |s, u| (s.0 + u.cpu_millis, s.1 + u.memory));
        total = (total.0 + sum.0, total.1 + sum.1);
        let mut row = |cells: String, cpu: i64, memory: i64| {
            let cells = format!("{place}{cells}\t{cpu}m\t{}Mi\t\n", mebibytes(memory));
            rows.push(Row { cells, cpu, memory });
        };
        if each {
            used.iter().for_each(|u| row(format!("{name}\t{}", u.container), u.cpu_millis, u.memory));
        } else {
            row(name.to_string(), sum.0, sum.1);
        }
    }
    if rows.is_empty() {
        return Err(match waits {
            None if everywhere => Failure::plain("No resources found"),
            None => Failure::plain(format!("No resources found in {own} namespace.")),
            Some(pod) if world.now() - pod.meta.created > DELAY => {
                let (place, name) = (&pod.meta.namespace, &pod.meta.name);
                let age = super::duration::human(world.now() - pod.meta.created);
                Failure::error(format!("Metrics not available for pod {place}/{name}, age: {age}"))
            }
            Some(_) => Failure::error("metrics not available yet"),
        });
    }
    let mut head = String::new();
    let mut gap = "\t".repeat(usize::from(everywhere) + usize::from(each));
    head += if everywhere { "NAMESPACE\t" } else { "" };
    head += if each { "POD\t" } else { "" };
    head += "NAME\tCPU(cores)\tMEMORY(bytes)\t\n";
    if args.has("sum") {
        gap = format!("{gap}\t________\t________\t\n{gap}\t{}m\t{}Mi\t\n", total.0, mebibytes(total.1));
    } else {
        gap.clear();
    }
    let rows = sorted(rows, args)?;
    print(call, args, &head, &rows, &gap);
    Ok(())
}

fn print(call: &mut Call, args: &Args, head: &str, rows: &[Row], end: &str) {
    let mut text = if args.has("no-headers") { String::new() } else { head.to_owned() };
    rows.iter().for_each(|row| text.push_str(&row.cells));
    text.push_str(end);
    let text = tabs::align(&text, 6, 3);
    call.output.stdout.push_str(&text);
}
