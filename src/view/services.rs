//! Services with what stands behind them, and what reaches them from outside.

use super::nodes::{Nodes, Place};
use super::scene::*;
use super::words::count;
use crate::api::{EndpointSlice, Kind, Node, PortRef, SERVICE_NAME_LABEL, Service, ServiceType, Uid, dotted};
use crate::sim::{State, World};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many services are drawn.
const SERVICES_MAX: usize = 24;
/// How many links a service has before they are drawn fainter.
const LINKS_STRONG: usize = 12;
const LINKS_MAX: usize = 60;
const HEIGHT: f32 = 70.0;
const GAP: f32 = 10.0;

/// The services that the stage shows: all but the API server's own.
pub fn shown(world: &World) -> Vec<&Rc<Service>> {
    let own = |s: &&Rc<Service>| !(s.meta.namespace == "default" && s.meta.name == "kubernetes");
    world.store.list_as::<Service>(None).filter(own).take(SERVICES_MAX + 1).collect()
}

/// Where the columns stand.
pub struct Columns {
    /// What is outside the cluster.
    pub outside: Rect,
    /// The services.
    pub services: Rect,
}

/// How many endpoints a service has, and how many of them are ready.
pub struct Behind {
    /// Ready endpoints.
    pub ready: Vec<Uid>,
    /// All of them.
    pub all: usize,
}

/// What stands behind a service.
pub fn behind(world: &World, service: &Service) -> Behind {
    let slices = world.store.list_as::<EndpointSlice>(Some(&service.meta.namespace));
    let own = slices.filter(|s| s.meta.labels.get(SERVICE_NAME_LABEL) == Some(&service.meta.name));
    let mut found = Behind { ready: Vec::new(), all: 0 };
    for endpoint in own.flat_map(|s| s.endpoints.iter()) {
        found.all += 1;
        if endpoint.ready {
            found.ready.push(endpoint.uid);
        }
    }
    found
}

/// What there is to say about a service's endpoints, and whether that is good.
pub fn endpoints_line(world: &World, service: &Service) -> (String, Ink) {
    let spec = &service.spec;
    if spec.kind == ServiceType::ExternalName {
        return (format!("its DNS name is an alias of {}", spec.external_name), Ink::Muted);
    }
    let behind = behind(world, service);
    if !behind.ready.is_empty() {
        return (count(behind.ready.len(), "endpoint"), Ink::Good);
    }
    if spec.selector.0.is_empty() {
        return ("no endpoints: the service has no selector".to_owned(), Ink::Warn);
    }
    let pods = world.store.pods_labelled(&service.meta.namespace, &spec.selector);
    let matching = pods.take(1000).count();
    let labels: Vec<String> = spec.selector.0.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let text = match matching {
        0 => format!("no endpoints: no pod has {}", labels.join(", ")),
        n => format!("no endpoints: {} selected, none ready", count(n, "pod")),
    };
    (text, Ink::Warn)
}

/// `:80 → 8080`, `:80 on every node's :30001`.
pub fn ports_line(service: &Service) -> String {
    let port = |p: &crate::api::ServicePort| {
        let target = match &p.target_port {
            PortRef::Number(0) => String::new(),
            PortRef::Number(n) if *n == p.port => String::new(),
            PortRef::Number(n) => format!("→{n}"),
            PortRef::Name(name) => format!("→{name}"),
        };
        let node = if p.node_port != 0 { format!(" node:{}", p.node_port) } else { String::new() };
        format!(":{}{target}{node}", p.port)
    };
    service.spec.ports.iter().take(3).map(port).collect::<Vec<_>>().join(" ")
}

/// The way that a packet takes through a service's ports, in the room of a card: `:30001→80→8080`.
fn way_line(service: &Service) -> String {
    let way = |p: &crate::api::ServicePort| {
        let node = if p.node_port != 0 { format!("{}→", p.node_port) } else { String::new() };
        let target = match &p.target_port {
            PortRef::Number(n) if *n == 0 || *n == p.port => String::new(),
            PortRef::Number(n) => format!("→{n}"),
            PortRef::Name(name) => format!("→{name}"),
        };
        format!(":{node}{}{target}", p.port)
    };
    service.spec.ports.iter().take(3).map(way).collect::<Vec<_>>().join(" ")
}

/// Draws the columns and their links to the pods; returns the lower edge.
pub fn draw(
    scene: &mut Scene,
    world: &World,
    columns: &Columns,
    nodes: &Nodes,
    selected: Option<Uid>,
) -> f32 {
    let services = shown(world);
    let mut places: BTreeMap<Uid, Place> = BTreeMap::new();
    places.extend(nodes.pods.iter().map(|pod| (pod.uid, pod.place)));
    let mut y = columns.services.y;
    for service in services.iter().take(SERVICES_MAX) {
        let at = Rect::new(columns.services.x, y, columns.services.w, HEIGHT);
        let uid = service.meta.uid;
        scene.card(at, selected == Some(uid));
        scene.hit(at, uid);
        let room = at.w - 26.0;
        let name = fit(&service.meta.name, room, 13.0, Face::Bold);
        scene.text((at.x + 13.0, y + 20.0), name, 13.0, Face::Bold, Ink::Text);
        let kind = format!("{} {}", service.spec.kind.word(), ports_line(service));
        let way = format!("{} {}", service.spec.kind.word(), way_line(service));
        scene.text((at.x + 13.0, y + 36.0), fit(&way, room, 10.5, Face::Mono), 10.5, Face::Mono, Ink::Muted);
        let (line, ink) = endpoints_line(world, service);
        for (i, part) in wrap(&line, room, 11.0, Face::Plain, 2).into_iter().enumerate() {
            let face = if ink == Ink::Muted { Face::Plain } else { Face::Bold };
            let part = fit(&part, room, 11.0, face);
            scene.text((at.x + 13.0, y + 51.0 + i as f32 * 13.0), part, 11.0, face, ink);
        }
        scene.say(Some(uid), 0, format!("Service {}: {kind}, {line}", service.meta.name));
        outside(scene, world, service, columns.outside, at);
        links(scene, world, service, at, &places, selected == Some(uid));
        y += HEIGHT + GAP;
    }
    if services.len() > SERVICES_MAX {
        scene.text((columns.services.x, y + 12.0), "and more services", 11.0, Face::Plain, Ink::Muted);
        y += 24.0;
    }
    y - GAP
}

/// What reaches a service from outside, or what it points to there.
fn outside(scene: &mut Scene, world: &World, service: &Service, column: Rect, at: Rect) {
    if column.w <= 0.0 {
        return;
    }
    let spec = &service.spec;
    let port = spec.ports.first().map_or(0, |p| p.node_port);
    let (title, detail, dashed) = match spec.kind {
        ServiceType::ClusterIP => return,
        ServiceType::ExternalName => (spec.external_name.to_string(), "outside, by DNS".to_owned(), true),
        ServiceType::NodePort => (node_address(world), format!("any node, port {port}"), false),
        ServiceType::LoadBalancer if service.load_balancer_ip == 0 => {
            ("pending".to_owned(), "load balancer".to_owned(), true)
        }
        ServiceType::LoadBalancer => (dotted(service.load_balancer_ip), "load balancer".to_owned(), false),
    };
    let card = Rect::new(column.x, at.y + 8.0, column.w, HEIGHT - 16.0);
    scene.boxes.push(BoxItem {
        at: card,
        radius: 10.0,
        fill: Some(Ink::Panel),
        stroke: Some(Ink::Line),
        dashed,
        alpha: 1.0,
    });
    let room = card.w - 20.0;
    scene.text(
        (card.x + 11.0, card.y + 23.0),
        fit(&title, room, 12.0, Face::Bold),
        12.0,
        Face::Bold,
        Ink::Text,
    );
    scene.text(
        (card.x + 11.0, card.y + 40.0),
        fit(&detail, room, 10.5, Face::Plain),
        10.5,
        Face::Plain,
        Ink::Muted,
    );
    scene.say(None, 1, format!("from outside: {title}, {detail}"));
    let (a, b) = ((card.right(), card.y + card.h / 2.0), (at.x, at.y + HEIGHT / 2.0));
    let (from, to) = if dashed { (b, a) } else { (a, b) };
    scene.lines.push(LineItem { from, to, curved: true, dashed, width: 1.5, ink: Ink::Line, alpha: 1.0 });
}

fn node_address(world: &World) -> String {
    let first = world.store.list_as::<Node>(None).next();
    let more = world.store.list(Kind::Node, None).nth(1).is_some();
    first.map_or("no node".to_owned(), |n| format!("{}{}", dotted(n.address), if more { " …" } else { "" }))
}

fn links(
    scene: &mut Scene,
    world: &World,
    service: &Service,
    at: Rect,
    places: &BTreeMap<Uid, Place>,
    strong: bool,
) {
    let behind = behind(world, service);
    let crowded = behind.ready.len() > LINKS_STRONG;
    for uid in behind.ready.iter().take(LINKS_MAX) {
        let Some(place) = places.get(uid) else { continue };
        let to = (place.at.0 - place.size / 2.0 - 1.0, place.at.1);
        let ink = if strong { Ink::Accent } else { Ink::State(State::Running) };
        let alpha = if crowded && !strong { 0.2 } else { 0.55 };
        scene.lines.push(LineItem {
            from: (at.right(), at.y + HEIGHT / 2.0),
            to,
            curved: true,
            dashed: false,
            width: 1.4,
            ink,
            alpha,
        });
    }
}
