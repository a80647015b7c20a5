//! The whole stage: the strip, the owners, what is outside, the services and the nodes, one below and beside another.

use super::nodes::{self, Nodes, Place, Standing, part_done, short_name};
use super::scene::*;
use super::travel::{self, Way};
use super::words::count;
use super::{control, owners, services};
use crate::api::{Kind, Object, Pod, Time, Uid, order};
use crate::sim::{State, World};
use std::rc::Rc;

/// How the stage is looked at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Options {
    /// The room for it, in CSS pixels. The picture may be taller, never wider.
    pub size: (f32, f32),
    /// What is looked at more closely.
    pub selected: Option<Uid>,
    /// World seconds per second of the viewer: what is brief lasts longer at a higher pace.
    pub pace: f32,
    /// May things move by themselves?
    pub motion: bool,
}

const MARGIN: f32 = 16.0;
/// From this edge on a pod shows how far it is.
const SIGNED_FROM: f32 = 9.0;
/// From this edge on a pod has room for its name.
const LABELLED_FROM: f32 = 19.9;
/// Beyond so many pods nobody looks for those that have no node.
const SEARCHED_MAX: usize = 3_000;
/// How many waiting pods are drawn.
const WAITING_MAX: usize = 40;

/// Draws the stage.
pub fn stage(world: &World, options: &Options) -> Scene {
    let width = options.size.0.max(300.0);
    let mut scene = Scene::sized((width, options.size.1));
    let inner = width - 2.0 * MARGIN;
    let strip = Rect::new(MARGIN, 14.0, inner, 0.0);
    let strip = control::draw(&mut scene, world, strip, options.pace);
    let area = Rect::new(MARGIN, strip.bottom + 14.0, inner, 0.0);
    let owners = owners::draw(&mut scene, world, area, options.selected);
    let mut top = owners.bottom + if owners.doors.is_empty() { 0.0 } else { 14.0 };
    let waiting = waiting(world, options.pace);
    if !waiting.is_empty() {
        top = tray(&mut scene, world, &waiting, Rect::new(MARGIN, top, inner, 0.0), options) + 14.0;
    }
    let (columns, area) = columns(world, top, inner);
    headings(&mut scene, columns.as_ref(), area);
    let room = Rect::new(area.x, area.y, area.w, (options.size.1 - area.y - MARGIN).max(150.0));
    let drawn = nodes::draw(&mut scene, world, room, options.selected);
    let mut bottom = drawn.bottom;
    if let Some(columns) = &columns {
        bottom = bottom.max(services::draw(&mut scene, world, columns, &drawn, options.selected));
    }
    pods(&mut scene, world, &drawn, options, |pod| Way {
        from: owner_door(pod, &owners, strip.scheduler),
        past: strip.scheduler,
        to: (0.0, 0.0),
    });
    scene.size.1 = options.size.1.max(bottom + MARGIN);
    scene
}

fn owner_door(pod: &Pod, owners: &owners::Owners, other: (f32, f32)) -> (f32, f32) {
    let owner = pod.meta.controller().and_then(|o| owners.doors.get(&o.uid));
    owner.copied().unwrap_or((MARGIN + 20.0, other.1))
}

/// Where the columns of the outside and the services stand, if there are services; and where the nodes do.
fn columns(world: &World, top: f32, inner: f32) -> (Option<services::Columns>, Rect) {
    let shown = services::shown(world);
    let all = Rect::new(MARGIN, top + 22.0, inner, 0.0);
    if shown.is_empty() {
        return (None, all);
    }
    let reached = shown.iter().any(|s| s.spec.kind != crate::api::ServiceType::ClusterIP);
    let outside = match inner {
        w if !reached || w < 560.0 => 0.0,
        w if w < 700.0 => 132.0,
        _ => 164.0,
    };
    let gap = if inner >= 560.0 { 30.0 } else { 12.0 };
    let width = if inner >= 560.0 { 196.0 } else { (inner * 0.44).min(190.0) };
    let x = MARGIN + if outside > 0.0 { outside + gap } else { 0.0 };
    let columns = services::Columns {
        outside: Rect::new(MARGIN, all.y, outside, 0.0),
        services: Rect::new(x, all.y, width, 0.0),
    };
    let nodes = x + width + gap + 8.0;
    (Some(columns), Rect::new(nodes, all.y, MARGIN + inner - nodes, 0.0))
}

fn headings(scene: &mut Scene, columns: Option<&services::Columns>, nodes: Rect) {
    let mut heading = |x: f32, text: &str| {
        scene.text((x + 2.0, nodes.y - 9.0), text, 10.5, Face::Bold, Ink::Muted);
    };
    if let Some(columns) = columns {
        if columns.outside.w > 0.0 {
            heading(columns.outside.x, "OUTSIDE");
        }
        heading(columns.services.x, "SERVICES");
    }
    heading(nodes.x, "NODES");
}

/// Pods that wait for a node and no longer travel, oldest first.
fn waiting(world: &World, pace: f32) -> Vec<Rc<Pod>> {
    let bound: i64 = world.store.pod_count() as i64;
    if bound == 0 || world.store.pod_count() > SEARCHED_MAX {
        return Vec::new();
    }
    let idle = |p: &&Rc<Pod>| {
        p.node.is_empty() && !p.is_terminal() && travel::on_its_way(p, world.now(), pace).is_none()
    };
    let mut all: Vec<Rc<Pod>> = world.store.list_as::<Pod>(None).filter(idle).cloned().collect();
    order::sort_by_key(&mut all, |p| p.meta.uid);
    all
}

/// Draws the pods that have no node, with the scheduler's reason; returns the lower edge.
fn tray(scene: &mut Scene, world: &World, waiting: &[Rc<Pod>], area: Rect, options: &Options) -> f32 {
    let at = Rect::new(area.x, area.y, area.w, 58.0);
    scene.boxes.push(BoxItem {
        at,
        radius: 10.0,
        fill: None,
        stroke: Some(Ink::Warn),
        dashed: true,
        alpha: 1.0,
    });
    let title = format!("{} waiting for a node", count(waiting.len(), "pod"));
    scene.text((at.x + 14.0, at.y + 22.0), title.clone(), 12.5, Face::Bold, Ink::Text);
    let conditions = &waiting[0].status.conditions;
    let why = conditions.get("PodScheduled").map_or(String::new(), |c| c.message.to_string());
    let room = at.w - 28.0;
    scene.text((at.x + 14.0, at.y + 43.0), fit(&why, room, 11.5, Face::Plain), 11.5, Face::Plain, Ink::Warn);
    scene.say(None, 0, format!("{title}: {why}"));
    let from = at.x + 14.0 + text_width(&title, 12.5, Face::Bold) + 18.0;
    for (i, pod) in waiting.iter().take(WAITING_MAX).enumerate() {
        let x = from + i as f32 * 24.0 + 9.0;
        if x + 12.0 > at.right() {
            break;
        }
        let (uid, middle) = (pod.meta.uid, (x, at.y + 19.0));
        let selected = options.selected == Some(uid);
        scene.pods.push(PodItem {
            at: middle,
            size: 18.0,
            state: Some(State::Pending),
            alpha: 1.0,
            part: None,
            selected,
        });
        scene.hit(Rect::new(x - 11.0, at.y + 8.0, 22.0, 22.0), uid);
        scene.say(Some(uid), 1, nodes::pod_line(world, pod, State::Pending));
    }
    at.bottom()
}

fn pods(scene: &mut Scene, world: &World, drawn: &Nodes, options: &Options, way: impl Fn(&Pod) -> Way) {
    for pod in &drawn.pods {
        let Standing { uid, seen, place } = *pod;
        let selected = options.selected == Some(uid);
        let travels =
            if options.motion { travel::way_done(seen.created, world.now(), options.pace) } else { None };
        // Small cells show their state and nothing more, so that nobody looks at thousands of pods.
        let close = (place.size >= SIGNED_FROM || travels.is_some()).then(|| world.store.get_as::<Pod>(uid));
        let Some(pod) = close.flatten() else {
            draw_pod(scene, uid, place, seen.state, None, selected);
            continue;
        };
        let part = match seen.state {
            State::Creating => options.motion.then(|| spin(world.now())),
            state => part_done(world, pod, state),
        };
        if let Some(done) = travels {
            let way = Way { to: place.at, ..way(pod) };
            let shown = travel::travelling_state(seen.state);
            draw_pod(scene, uid, travel::on_way(&way, place, done), shown, part, selected);
            continue;
        }
        draw_pod(scene, uid, place, seen.state, part, selected);
        if place.size >= LABELLED_FROM {
            let label = fit(short_name(pod), place.size + 14.0, 9.5, Face::Mono);
            let below = (place.at.0, place.at.1 + place.size / 2.0 + 12.0);
            scene.text_to(below, label, 9.5, Face::Mono, Ink::Muted, Align::Middle);
        }
    }
    in_flight(scene, world, options, way);
}

/// New pods that have no node yet are on the first part of their way.
fn in_flight(scene: &mut Scene, world: &World, options: &Options, way: impl Fn(&Pod) -> Way) {
    if !options.motion || world.store.pod_count() > SEARCHED_MAX {
        return;
    }
    for object in world.store.list(Kind::Pod, None) {
        let Object::Pod(pod) = object else { continue };
        if !pod.node.is_empty() {
            continue;
        }
        if let Some(done) = travel::on_its_way(pod, world.now(), options.pace) {
            let way = way(pod);
            let place = Place { at: way.past, size: 18.0 };
            let at = travel::on_way(&Way { to: way.past, ..way }, place, done.min(0.4));
            let uid = pod.meta.uid;
            draw_pod(scene, uid, at, State::Pending, None, options.selected == Some(uid));
        }
    }
}

fn draw_pod(scene: &mut Scene, uid: Uid, place: Place, state: State, part: Option<f32>, selected: bool) {
    let alpha = travel::strength(state, part);
    let Place { at, size } = place;
    scene.pods.push(PodItem { at, size, state: Some(state), alpha, part, selected });
    let reach = size.max(6.0);
    scene.hit(Rect::new(at.0 - reach / 2.0, at.1 - reach / 2.0, reach, reach), uid);
}

/// How far the ring of a container that is being made has turned, in turns.
fn spin(now: Time) -> f32 {
    const TURN: i64 = 1_100_000;
    now.0.rem_euclid(TURN) as f32 / TURN as f32
}
