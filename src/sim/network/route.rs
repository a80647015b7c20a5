//! The way of a request: from a name to an address, through a service to a pod, or to where it is stopped.
//!
//! Nothing here changes the world. Models what kube-proxy's rules (pkg/proxy/iptables/proxier.go) do to a connection.

use super::trace::{Hop, Outcome, Place, Trace};
use super::{Addresses, dns, slices_of};
use crate::api::{
    EndpointSlice, Kind, Node, Phase, Pod, Protocol, Service, ServicePort, ServiceType, Span, Text, dotted,
};
use crate::sim::kubelet::CellState;
use crate::sim::workload::{Answer, Process, Question};
use crate::sim::world::World;
use std::net::Ipv4Addr;
use std::rc::Rc;

/// One question to a DNS server and its answer.
const DNS_TAKES: Span = Span::millis(1);
/// A connection inside the cluster, and to the world outside.
const NEAR: Span = Span(400);
const FAR: Span = Span::millis(20);
/// What a server takes for its answer.
const SERVES: Span = Span::millis(1);
/// How long a client tries to connect if it was not told. Linux's tcp_syn_retries = 6.
const GIVES_UP: Span = Span::secs(127);

/// Who asks.
#[derive(Clone, Copy)]
pub enum Client<'w> {
    /// A pod.
    Pod(&'w Pod),
    /// The person at the screen, outside the cluster.
    Outside,
    /// The same person, by a forwarded port: the kubelet connects inside the pod.
    Forwarded(&'w Pod),
}

impl Client<'_> {
    /// Where that is.
    fn place(self) -> Place {
        match self {
            Client::Pod(pod) => Place::Pod(pod.meta.uid),
            Client::Outside | Client::Forwarded(_) => Place::Outside(Text::default()),
        }
    }
    fn namespace(&self) -> &str {
        match self {
            Client::Pod(pod) | Client::Forwarded(pod) => &pod.meta.namespace,
            Client::Outside => "default",
        }
    }
}

/// Who is at the end of the way.
enum Peer<'w> {
    Process(&'w Process),
    /// A pod whose image Podium does not know: it listens where its manifest says.
    Unknown,
    ApiServer,
    Outside,
    Refuses,
    Silent,
}

/// Answers a question, and says every step of the way.
pub fn route(world: &World, client: Client, question: &Question) -> Trace {
    route_with(world, client, question, 0)
}

/// The same of one of many requests of an instant, each with its own luck where there is a choice.
pub fn route_with(world: &World, client: Client, question: &Question, luck: i64) -> Trace {
    let mut walk = Walk { world, client, luck, hops: Vec::new(), took: Span::ZERO };
    let (answer, outcome) = match question {
        Question::Lookup { name } => walk.look_up(name),
        Question::Http { host, port, path, timeout, .. } => walk.ask(host, *port, Some(path), *timeout),
        Question::Tcp { host, port, timeout } => walk.ask(host, *port, None, *timeout),
    };
    Trace { from: client.place(), hops: walk.hops, outcome, answer, took: walk.took }
}

struct Walk<'w> {
    world: &'w World,
    client: Client<'w>,
    luck: i64,
    hops: Vec<Hop>,
    took: Span,
}

impl<'w> Walk<'w> {
    fn hop(&mut self, to: Place, note: impl Into<Text>) {
        self.hops.push(Hop { to, note: note.into() });
    }

    fn look_up(&mut self, name: &str) -> (Answer, Outcome) {
        let found = dns::look_up(self.world, self.client.namespace(), name);
        self.took = self.took + Span(DNS_TAKES.0 * found.questions);
        if found.name.is_empty() {
            self.hop(Place::Dns, format!("DNS: no such name as {name}"));
            return (Answer::NoSuchName, Outcome::Refused);
        }
        let addresses: Vec<Text> = found.addresses.iter().map(|ip| dotted(*ip).into()).collect();
        let list = if addresses.is_empty() { "no address".to_owned() } else { texts(&addresses) };
        let note = match &found.canonical {
            Some(target) => format!("DNS: {} is an alias (CNAME) of {target}, {list}", found.name),
            None => format!("DNS: {} is {list}", found.name),
        };
        self.hop(Place::Dns, note);
        let (server, canonical) = (dotted(dns::SERVER).into(), found.canonical);
        (Answer::Found { server, name: found.name, canonical, addresses }, Outcome::Answered)
    }

    /// Connects, and asks for a path if there is one.
    fn ask(
        &mut self,
        host: &Text,
        port: u16,
        path: Option<&Text>,
        timeout: Option<Span>,
    ) -> (Answer, Outcome) {
        let (ip, outside) = match self.address_of(host) {
            Ok(found) => found,
            Err(end) => return end,
        };
        let address: Text = dotted(ip).into();
        let peer = self.connect(ip, port, outside);
        self.took = self.took + if matches!(peer, Peer::Outside) { FAR } else { NEAR };
        let (status, body) = match peer {
            Peer::Refuses => return (Answer::Refused { address }, Outcome::Refused),
            Peer::Silent => {
                self.took = self.took + timeout.unwrap_or(GIVES_UP);
                return (Answer::TimedOut { address }, Outcome::Lost);
            }
            _ if path.is_none() => return (Answer::Connected { address }, Outcome::Answered),
            Peer::Process(process) => process.serve(path.map_or("/", |p| p.as_str()), self.world.now()),
            Peer::ApiServer => (403, Text::from("forbidden: the API server knows no anonymous users\n")),
            Peer::Unknown => (200, Text::from("Podium does not know what this image answers.\n")),
            Peer::Outside => (200, format!("{host}: an answer from outside the cluster\n").into()),
        };
        self.took = self.took + SERVES;
        if status == 0 {
            return (Answer::Connected { address }, Outcome::Answered);
        }
        (Answer::Http { address, status, body }, Outcome::Answered)
    }

    /// The address of a host, and its name if it is outside the cluster.
    fn address_of(&mut self, host: &Text) -> Result<(u32, Text), (Answer, Outcome)> {
        if let Ok(ip) = host.parse::<Ipv4Addr>() {
            return Ok((ip.into(), host.clone()));
        }
        if host == "localhost" {
            return Ok((Ipv4Addr::LOCALHOST.into(), host.clone()));
        }
        // The person at the screen is not served by the cluster's DNS, but knows the nodes by name.
        if matches!(self.client, Client::Outside) {
            let node = self.world.store.lookup(Kind::Node, "", host).and_then(|n| n.as_ref::<Node>());
            if let Some(node) = node {
                return Ok((node.address, host.clone()));
            }
            let inside = dns::look_up(self.world, "default", host);
            if inside.name.ends_with(".cluster.local") {
                let note = format!("{host} is a name in the cluster's DNS: nobody outside can look it up");
                self.hop(Place::Nowhere, note);
                return Err((Answer::NoSuchName, Outcome::Refused));
            }
        }
        let (answer, outcome) = self.look_up(host);
        match answer {
            Answer::Found { addresses, canonical, name, .. } if !addresses.is_empty() => {
                // A headless service answers with all its pods; clients take the first.
                let ip = addresses[0].parse::<Ipv4Addr>().map_or(0, u32::from);
                Ok((ip, canonical.unwrap_or(name)))
            }
            Answer::Found { .. } => Err((Answer::NoSuchName, Outcome::Refused)),
            other => Err((other, outcome)),
        }
    }

    fn connect(&mut self, ip: u32, port: u16, name: Text) -> Peer<'w> {
        let world = self.world;
        let addresses = &world.addresses;
        if ip == u32::from(Ipv4Addr::LOCALHOST) {
            return match self.client {
                Client::Pod(pod) => self.pod(pod, port),
                Client::Forwarded(pod) => {
                    let node = &pod.node;
                    self.hop(
                        Place::Node(node.clone()),
                        format!("port-forward: the kubelet of {node} connects inside the pod"),
                    );
                    self.pod(pod, port)
                }
                Client::Outside => self.refused(Place::Nowhere, "nothing listens on your own machine"),
            };
        }
        if let Some(service) = addresses.balanced_at(ip).and_then(|uid| world.store.get_as::<Service>(uid)) {
            return self.service(service, port, |p| i32::from(port) == p.port);
        }
        if Addresses::is_service_ip(ip) {
            return self.virtual_ip(ip, port);
        }
        if let Some(pod) = addresses.pod_at(ip).and_then(|uid| world.store.get_as::<Pod>(uid)) {
            if matches!(self.client, Client::Outside) {
                let place = Place::Pod(pod.meta.uid);
                return self
                    .lost(place, "pods' addresses are the cluster's own: no way leads there from outside");
            }
            return self.pod(pod, port);
        }
        if ip == Addresses::of_node(0) {
            self.hop(Place::ApiServer, "the API server answers");
            return Peer::ApiServer;
        }
        let node = world.store.list_as::<Node>(None).find(|n| n.address == ip);
        if let Some(node) = node {
            return self.node(node, port);
        }
        if Ipv4Addr::from(ip).is_private() {
            return self.lost(Place::Nowhere, format!("no machine has the address {}", dotted(ip)));
        }
        self.hop(Place::Outside(name.clone()), format!("{name} is outside the cluster, and answers"));
        Peer::Outside
    }

    fn virtual_ip(&mut self, ip: u32, port: u16) -> Peer<'w> {
        let service = self.world.addresses.service_at(ip);
        let service = service.and_then(|uid| self.world.store.get_as::<Service>(uid));
        if matches!(self.client, Client::Outside) {
            let place = service.map_or(Place::Nowhere, |s| Place::Service(s.meta.uid));
            return self
                .lost(place, "a cluster IP exists only inside the cluster: no way leads there from outside");
        }
        if ip == dns::SERVER {
            self.hop(Place::Dns, "the cluster's DNS server listens here");
            return if port == 53 { Peer::Unknown } else { Peer::Silent };
        }
        match service {
            Some(service) => self.service(service, port, |p| i32::from(port) == p.port),
            None => self.lost(Place::Nowhere, format!("no service has the address {}", dotted(ip))),
        }
    }

    fn node(&mut self, node: &'w Node, port: u16) -> Peer<'w> {
        let world = self.world;
        let place = Place::Node(node.meta.name.clone());
        if !world.is_alive(&node.meta.name) {
            return self.lost(place, format!("{} is down", node.meta.name));
        }
        let service = world.addresses.service_on_port(i32::from(port));
        if let Some(service) = service.and_then(|uid| world.store.get_as::<Service>(uid)) {
            let name = &service.meta.name;
            self.hop(place, format!("node port {port} of {} belongs to Service {name}", node.meta.name));
            return self.service(service, port, |p| i32::from(port) == p.node_port);
        }
        let claims = |pod: &&Rc<Pod>| {
            let mut ports = pod.spec.containers.iter().flat_map(|c| &c.ports);
            ports.any(|p| p.host_port == i32::from(port))
        };
        if let Some(pod) = world.store.pods_on(&node.meta.name).find(claims) {
            self.hop(place, format!("host port {port} of {} leads to pod {}", node.meta.name, pod.meta.name));
            return self.pod(pod, port);
        }
        self.refused(place, format!("no service has the node port {port}"))
    }

    /// Chooses an endpoint. Models pkg/proxy/topology.go: CategorizeEndpoints, without traffic policies.
    fn service(
        &mut self,
        service: &'w Service,
        dialled: u16,
        fits: impl Fn(&ServicePort) -> bool,
    ) -> Peer<'w> {
        let (name, place) = (&service.meta.name, Place::Service(service.meta.uid));
        let port = service.spec.ports.iter().find(|p| p.protocol == Protocol::Tcp && fits(p));
        let Some(port) = port else {
            let own: Vec<Text> = service.spec.ports.iter().map(|p| p.port.to_string().into()).collect();
            return self.lost(place, format!("Service {name} has no port {dialled}, only {}", texts(&own)));
        };
        let endpoints = |serves: fn(&crate::api::Endpoint) -> bool| -> Vec<(u32, i32)> {
            let of = |slice: &'w Rc<EndpointSlice>| {
                let target = slice.ports.iter().find(|p| p.name == port.name).map(|p| p.port);
                slice.endpoints.iter().filter(move |e| serves(e)).filter_map(move |e| Some((e.ip, target?)))
            };
            slices_of(self.world, service).flat_map(of).collect()
        };
        let mut open = endpoints(|e| e.ready);
        if open.is_empty() {
            // While all pods are being stopped, those that still answer are better than none.
            open = endpoints(|e| e.serving && e.terminating);
        }
        if open.is_empty() {
            let why = why_no_endpoints(self.world, service);
            return self.refused(place, format!("Service {name} refuses: it has no endpoints: {why}"));
        }
        let draw = self.world.draw(service.meta.uid, &format!("endpoint {}", self.world.now().0 + self.luck));
        let (ip, target) = open[(draw % open.len() as u64) as usize];
        let chosen = format!("{}:{target}", dotted(ip));
        self.hop(place, format!("Service {name} chooses {chosen}, one of {} endpoints", open.len()));
        if ip == Addresses::of_node(0) {
            self.hop(Place::ApiServer, "the API server answers");
            return Peer::ApiServer;
        }
        match self.world.addresses.pod_at(ip).and_then(|uid| self.world.store.get_as::<Pod>(uid)) {
            Some(pod) => self.pod(pod, target as u16),
            None if Ipv4Addr::from(ip).is_private() => {
                self.lost(Place::Nowhere, format!("nobody is at {chosen}"))
            }
            None => {
                self.hop(
                    Place::Outside(dotted(ip).into()),
                    format!("{chosen} is outside the cluster, and answers"),
                );
                Peer::Outside
            }
        }
    }

    fn pod(&mut self, pod: &'w Pod, port: u16) -> Peer<'w> {
        let (name, place) = (&pod.meta.name, Place::Pod(pod.meta.uid));
        if pod.status.phase != Phase::Running || !self.world.is_alive(&pod.node) {
            return self.lost(place, format!("pod {name} does not run"));
        }
        let cells = self.world.runtime(pod.meta.uid).map_or(&[][..], |runtime| &runtime.cells);
        for (cell, container) in cells.iter().zip(pod.spec.all_containers()) {
            let CellState::Alive(process, ..) = &cell.state else { continue };
            if process.ports().contains(&port) {
                self.hop(place, format!("pod {name} answers on port {port}"));
                return Peer::Process(process);
            }
            let declared = || container.ports.iter().any(|p| p.container_port == i32::from(port));
            if process.ports().is_empty() && process.limit().is_some() && declared() {
                self.hop(place, format!("pod {name} is said to listen on port {port}"));
                return Peer::Unknown;
            }
        }
        self.refused(place, format!("pod {name} refuses: nothing in it listens on port {port}"))
    }

    fn refused(&mut self, at: Place, why: impl Into<Text>) -> Peer<'w> {
        self.hop(at, why);
        Peer::Refuses
    }
    fn lost(&mut self, at: Place, why: impl Into<Text>) -> Peer<'w> {
        self.hop(at, why);
        Peer::Silent
    }
}

/// Why a service has nobody behind it, in a sentence's end: what its author should look at first.
pub fn why_no_endpoints(world: &World, service: &Service) -> String {
    let spec = &service.spec;
    if spec.kind == ServiceType::ExternalName {
        return format!("it is a name for {}, and nothing more", spec.external_name);
    }
    if spec.selector.0.is_empty() {
        return "it has no selector, so nobody chooses pods for it".to_owned();
    }
    let labels: Vec<Text> = spec.selector.0.iter().map(|(k, v)| format!("{k}={v}").into()).collect();
    let (mut pods, mut alive) = (0, 0);
    for pod in world.store.pods_labelled(&service.meta.namespace, &spec.selector) {
        pods += 1;
        alive += usize::from(!pod.is_terminal());
    }
    match (pods, alive) {
        (0, _) => format!("no pod has the labels {}", texts(&labels)),
        (_, 0) => format!("every pod with {} has ended", texts(&labels)),
        (_, n) => format!("of {n} pods with {} none is ready", texts(&labels)),
    }
}

fn texts(all: &[Text]) -> String {
    all.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(", ")
}
