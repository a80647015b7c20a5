//! `kubectl port-forward`: a port of one's own machine that leads into a pod, for as long as the command runs.
//!
//! Models kubectl pkg/cmd/portforward/portforward.go and client-go tools/portforward. Requests are the page's and the
//! script's: what is asked of an open port on `localhost` goes through it.

use super::args::{Args, value};
use super::failure::Failure;
use super::lasting::{Lasting, Next};
use super::{Call, Context, Verb, Words, logs, target};
use crate::api::{Object, Phase, Pod, Protocol, Service, Text, Uid};
use crate::sim::network::{self, Client};
use crate::sim::{StableHasher, World, workload};

/// `kubectl port-forward (POD | TYPE/NAME) [LOCAL:]REMOTE…`.
pub(super) const VERB: Verb = Verb {
    name: "port-forward",
    takes: Words::WITH_PODS,
    flags: &[&[value("address", ' '), value("pod-running-timeout", ' ')]],
    run,
};

/// An open port of one's own machine.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Forward {
    /// The port on one's own machine.
    pub local: u16,
    /// The pod's namespace.
    pub namespace: Text,
    /// The pod.
    pub pod: Text,
    /// The port in the pod.
    pub remote: u16,
    /// How many connections were taken.
    pub taken: u32,
}

const OF_FORWARD: logs::OnePod = logs::OnePod { cannot: "cannot attach to", missing: |failure, _| failure };

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let [name, ports @ ..] = args.words.as_slice() else { return Err(too_few()) };
    if ports.is_empty() {
        return Err(too_few());
    }
    let pods = logs::named(call, args, name, &OF_FORWARD)?;
    let Some(pod) = pods.first().cloned() else { return Ok(()) };
    let service = service(call, args, name)?;
    let mut pairs = Vec::new();
    for text in ports {
        let (local, remote) = match &service {
            Some(service) => of_service(service, &pod, text)?,
            None => of_pod(&pod, text)?,
        };
        pairs.push((
            parsed("local", if local.is_empty() { "0" } else { &local })?,
            parsed("remote", &remote)?,
        ));
    }
    if pairs.iter().any(|(_, remote)| *remote == 0) {
        return Err(Failure::error("remote port must be > 0"));
    }
    if pod.status.phase != Phase::Running {
        let phase = pod.status.phase.word();
        return Err(Failure::error(format!(
            "unable to forward port because pod is not running. Current status={phase}"
        )));
    }
    let addresses = args.get("address").unwrap_or("localhost");
    let mut forwarding = Forwarding { pod: pod.meta.uid, open: Vec::new() };
    for (local, remote) in &pairs {
        let local = if *local == 0 { free_port(call, *remote) } else { *local };
        let forward = Forward {
            local,
            namespace: pod.meta.namespace.clone(),
            pod: pod.meta.name.clone(),
            remote: *remote,
            taken: 0,
        };
        if call.context.forwards.iter().any(|other| other.local == local) {
            call.complain(&format!("Unable to listen on port {local}: {}", in_use(local)));
            continue;
        }
        for address in addresses.split(',') {
            let own = if address == "localhost" { &["127.0.0.1", "[::1]"][..] } else { &[address] };
            own.iter().for_each(|ip| call.say(&format!("Forwarding from {ip}:{local} -> {remote}")));
        }
        call.context.forwards.push(forward);
        forwarding.open.push((local, *remote, 0));
    }
    if forwarding.open.is_empty() {
        let all: Vec<String> = pairs.iter().map(|(local, remote)| format!("{{{local} {remote}}}")).collect();
        let why = format!("unable to listen on any of the requested ports: [{}]", all.join(" "));
        return Err(Failure::error(why));
    }
    call.lasts(forwarding);
    Ok(())
}

fn too_few() -> Failure {
    Failure::usage("port-forward", "TYPE/NAME and list of ports are required for port-forward")
}

fn in_use(port: u16) -> String {
    let of = |net: &str, ip: &str| {
        format!("unable to create listener: Error listen {net} {ip}:{port}: bind: address already in use")
    };
    let all = format!("{} {}", of("tcp4", "127.0.0.1"), of("tcp6", "[::1]"));
    format!("Listeners failed to create with the following errors: [{all}]")
}

/// A port that nobody listens on.
fn free_port(call: &Call, remote: u16) -> u16 {
    let taken = |port: &u16| call.context.forwards.iter().any(|forward| forward.local == *port);
    let first = 32_768 + (StableHasher::of(&(call.world().now(), remote)) % 20_000) as u16;
    (first..).find(|port| !taken(port)).unwrap_or(first)
}

fn service(call: &Call, args: &Args, name: &str) -> Result<Option<std::rc::Rc<Service>>, Failure> {
    if !name.contains('/') {
        return Ok(None);
    }
    let search = target::find(call, args, "port-forward", target::asked(&[name.to_owned()])?)?;
    Ok(match search.found.first().and_then(|found| found.object.clone()) {
        Some(Object::Service(service)) => Some(service),
        _ => None,
    })
}

fn halves(text: &str) -> (&str, &str) {
    match text.split(':').collect::<Vec<_>>().as_slice() {
        [local, remote] => (local, remote),
        _ => (text, text),
    }
}

/// Models portforward.go: convertPodNamedPortToNumber.
fn of_pod(pod: &Pod, text: &str) -> Result<(String, String), Failure> {
    let (local, remote) = halves(text);
    if remote.is_empty() {
        return Err(Failure::error("remote port cannot be empty"));
    }
    let number = match remote.parse::<i32>() {
        Ok(_) => remote.to_owned(),
        Err(_) if remote.contains(':') => return Err(invalid(text)),
        Err(_) => port_named(pod, remote)?.to_string(),
    };
    let udp_only = {
        let mut same = pod.spec.containers.iter().flat_map(|c| &c.ports);
        let all: Vec<_> = same.by_ref().filter(|p| p.container_port.to_string() == number).collect();
        !all.is_empty() && all.iter().all(|p| p.protocol == Protocol::Udp)
    };
    if udp_only {
        return Err(Failure::error(format!("UDP protocol is not supported for {remote}")));
    }
    let local = if local == remote { number.clone() } else { local.to_owned() };
    Ok((local, number))
}

fn invalid(text: &str) -> Failure {
    Failure::error(format!("invalid port format '{text}'"))
}

/// Models kubectl pkg/util/pod_port.go: LookupContainerPortNumberByName.
fn port_named(pod: &Pod, name: &str) -> Result<i32, Failure> {
    let mut all = pod.spec.containers.iter().chain(pod.spec.init_containers.iter()).flat_map(|c| &c.ports);
    let port = all.find(|port| port.name == *name).map(|port| port.container_port);
    port.ok_or_else(|| Failure::error(format!("Pod '{}' does not have a named port '{name}'", pod.meta.name)))
}

/// Models portforward.go: translateServicePortToTargetPort, and kubectl pkg/util/service_port.go.
fn of_service(service: &Service, pod: &Pod, text: &str) -> Result<(String, String), Failure> {
    let (mut local, remote) = (halves(text).0.to_owned(), halves(text).1);
    let (name, ports) = (&service.meta.name, &service.spec.ports);
    let number = match remote.parse::<i32>() {
        Ok(number) => number,
        Err(_) => {
            let named = ports.iter().find(|port| port.name == *remote).map(|port| port.port);
            let number = named.ok_or_else(|| {
                Failure::error(format!("Service '{name}' does not have a named port '{remote}'"))
            })?;
            if local == remote {
                local = number.to_string();
            }
            number
        }
    };
    let port = ports.iter().find(|port| port.port == number);
    let port =
        port.ok_or_else(|| Failure::error(format!("Service {name} does not have a service port {number}")))?;
    if ports.iter().filter(|p| p.port == number).all(|p| p.protocol == Protocol::Udp) {
        return Err(Failure::error(format!("UDP protocol is not supported for {remote}")));
    }
    let body = Object::Service(std::rc::Rc::new(service.clone())).to_value();
    let target =
        body.at("spec.ports").items().iter().find(|p| p.get("port").as_int() == Some(port.port.into()));
    let target = target.map(|p| p.get("targetPort").clone()).unwrap_or_default();
    let headless = body.at("spec.clusterIP").as_str() == Some("None");
    let target = match (headless, target.as_int(), target.as_str()) {
        (false, Some(number), _) if number > 0 => number as i32,
        (false, _, Some(name)) => port_named(pod, name)?,
        _ => number,
    };
    Ok((local, target.to_string()))
}

/// Models client-go tools/portforward: parsePorts.
fn parsed(which: &str, text: &str) -> Result<u16, Failure> {
    text.parse::<u16>().map_err(|_| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let why = if digits { "value out of range" } else { "invalid syntax" };
        let why = format!("strconv.ParseUint: parsing {text:?}: {why}");
        Failure::error(format!("error parsing {which} port '{text}': {why}"))
    })
}

/// Where a request to one's own machine goes, if a port is open there: the pod from inside which it is sent, and the URL
/// there. The connection is counted.
pub(super) fn through(context: &mut Context, url: &str) -> Option<(Text, Text)> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    if !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        return None;
    }
    let port: u16 = port.parse().ok()?;
    let forward = context.forwards.iter_mut().find(|forward| forward.local == port)?;
    forward.taken += 1;
    let from = format!("{}{}/{}", network::FORWARDED, forward.namespace, forward.pod);
    Some((from.into(), format!("{scheme}://localhost:{}{path}", forward.remote).into()))
}

/// The ports that a command has opened, each with how many connections it has told.
struct Forwarding {
    pod: Uid,
    open: Vec<(u16, u16, u32)>,
}

impl Lasting for Forwarding {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        let mut broken = false;
        for (local, remote, told) in &mut self.open {
            let taken = call.context.forwards.iter().find(|f| f.local == *local).map_or(0, |f| f.taken);
            while *told < taken {
                *told += 1;
                call.say(&format!("Handling connection for {local}"));
                if !answers(call.world(), self.pod, *remote) {
                    broken = true;
                    call.complain(&format!(
                        "an error occurred forwarding {local} -> {remote}: error forwarding port {remote} to pod {}: \
                         failed to connect to localhost:{remote} inside namespace: dial tcp4 127.0.0.1:{remote}: \
                         connect: connection refused",
                        self.pod
                    ));
                }
            }
        }
        let pod = call.world().store.get_as::<Pod>(self.pod);
        let there =
            pod.is_some_and(|pod| pod.status.phase == Phase::Running && call.world().is_alive(&pod.node));
        if there && !broken {
            return Ok(Next::Event);
        }
        self.interrupt(call);
        Err(Failure::error("lost connection to pod"))
    }
    fn interrupt(&mut self, call: &mut Call) {
        call.context.forwards.retain(|forward| self.open.iter().all(|(local, ..)| *local != forward.local));
    }
    fn ends(&self) -> bool {
        false
    }
}

fn answers(world: &World, pod: Uid, port: u16) -> bool {
    let Some(pod) = world.store.get_as::<Pod>(pod) else { return false };
    let question = workload::Question::Tcp { host: "localhost".into(), port, timeout: None };
    let trace = network::route(world, Client::Forwarded(pod), &question);
    matches!(trace.answer, workload::Answer::Connected { .. })
}
