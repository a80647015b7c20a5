//! Nodes with what they carry, at a level of detail that fits: characters, cells, or tiles.

use super::scene::*;
use super::words::{count, state_word};
use crate::api::{ContainerState, ContainerStatus, Node, Pod, Span, Text, Time, Uid, order};
use crate::sim::kubelet::CellState;
use crate::sim::{Glance, State, World, pod_state};
use std::rc::Rc;

const GAP: f32 = 10.0;
/// Above so many nodes each is a tile without its pods.
const TILES_FROM: usize = 400;
/// The smallest cell of a pod.
const CELL_MIN: f32 = 3.5;
/// The head of a node: its name and bars.
const HEAD: f32 = 34.0;

/// Where a pod stands on its node.
#[derive(Clone, Copy)]
pub struct Place {
    /// Its middle.
    pub at: (f32, f32),
    /// Its edge.
    pub size: f32,
}

/// A pod at its place.
#[derive(Clone, Copy)]
pub struct Standing {
    /// Which.
    pub uid: Uid,
    /// What is seen of it.
    pub seen: Glance,
    /// Where.
    pub place: Place,
}

/// The nodes as they were drawn.
pub struct Nodes {
    /// The lower edge.
    pub bottom: f32,
    /// Each pod with its place, to be drawn by whoever knows how it travels.
    pub pods: Vec<Standing>,
}

/// How the nodes are laid out.
struct Grid {
    columns: usize,
    w: f32,
    h: f32,
    cell: f32,
    /// Is there room for a label below each pod?
    labels: bool,
}

/// Draws the nodes into an area and says them.
pub fn draw(scene: &mut Scene, world: &World, area: Rect, selected: Option<Uid>) -> Nodes {
    let nodes: Vec<&Rc<Node>> = world.store.list_as::<Node>(None).collect();
    let mut nodes = nodes;
    // node-10 comes after node-9.
    order::sort_by_key(&mut nodes, |n| n.meta.uid);
    if nodes.is_empty() {
        scene.text((area.x, area.y + 20.0), "no nodes: nothing can run", 13.0, Face::Plain, Ink::Muted);
        return Nodes { bottom: area.y + 30.0, pods: Vec::new() };
    }
    if nodes.len() > TILES_FROM {
        return tiles(scene, world, &nodes, area);
    }
    let fullest = nodes.iter().map(|n| world.store.pod_count_on(&n.meta.name)).max().unwrap_or(0);
    let grid = choose_grid(nodes.len(), fullest, area);
    let mut drawn = Nodes { bottom: area.y, pods: Vec::new() };
    for (i, node) in nodes.iter().enumerate() {
        let x = area.x + (i % grid.columns) as f32 * (grid.w + GAP);
        let y = area.y + (i / grid.columns) as f32 * (grid.h + GAP);
        let at = Rect::new(x, y, grid.w, grid.h);
        scene.card(at, selected == Some(node.meta.uid));
        scene.hit(at, node.meta.uid);
        head(scene, world, node, at);
        place_pods(world, node, at, &grid, &mut drawn);
        drawn.bottom = at.bottom();
    }
    say(scene, world, &nodes);
    drawn
}

/// The number of columns that gives pods the most room; of equals, the one that leaves no holes.
fn choose_grid(nodes: usize, fullest: usize, area: Rect) -> Grid {
    // Room for steps of pods, so that the grid does not change with every pod.
    let steps = [8, 14, 24, 40, 64, 110, 160, 256, 512, usize::MAX];
    let room_for = *steps.iter().find(|s| **s >= fullest).expect("the last is the largest");
    let room_for = room_for.min(fullest.max(8) * 2);
    let mut best: Option<(i32, Grid)> = None;
    for columns in 1..=nodes.min(25) {
        let rows = nodes.div_ceil(columns);
        let w = (area.w - GAP * (columns - 1) as f32) / columns as f32;
        let fair = (area.h - GAP * (rows - 1) as f32) / rows as f32;
        let (least, most) = (if nodes > 40 { 40.0 } else { 84.0 }, 232.0);
        if columns > 1 && w < if nodes > 40 { 56.0 } else { 128.0 } {
            break;
        }
        // Where a fair share of the height is too little for the pods, nodes grow and the stage scrolls.
        let h = fair.clamp(least, most).max(height_for(room_for, w));
        let cell = cell_size(room_for, w, h);
        let holes = rows * columns - nodes;
        let shape = (w / h / 2.6).ln().abs();
        // What must be scrolled to is worse than what is small.
        let beyond = (rows as f32 * (h + GAP) - GAP - area.h).max(0.0);
        let score = (cell.min(46.0) * 12.0) as i32
            - holes as i32 * 40
            - (shape * 30.0) as i32
            - (beyond * 4.0) as i32;
        if best.as_ref().is_none_or(|(s, _)| score > *s) {
            best = Some((score, Grid { columns, w, h, cell, labels: cell >= 34.0 }));
        }
    }
    best.expect("one column always goes").1
}

/// The largest edge of a cell with which so many fit under the head of a node.
fn cell_size(pods: usize, w: f32, h: f32) -> f32 {
    let head = if w < 120.0 { 18.0 } else { HEAD };
    let (w, h) = (w - 20.0, h - head - 8.0);
    let sizes =
        [46.0, 42.0, 38.0, 34.0, 30.0, 26.0, 22.0, 19.0, 16.0, 13.0, 11.0, 9.0, 7.0, 5.5, 4.5, CELL_MIN];
    let holds = |s: f32| {
        let tall = if s >= 34.0 { s + 15.0 } else { s };
        (w / s).floor() as usize * ((h / tall).floor() as usize)
    };
    sizes.into_iter().find(|s| holds(*s) >= pods).unwrap_or(CELL_MIN)
}

/// The least height with which so many pods can still be told apart.
fn height_for(pods: usize, w: f32) -> f32 {
    let (head, in_a_row) = (if w < 120.0 { 18.0 } else { HEAD }, (((w - 20.0) / CELL_MIN) as usize).max(1));
    head + 8.0 + pods.div_ceil(in_a_row) as f32 * CELL_MIN + 0.5
}

fn head(scene: &mut Scene, world: &World, node: &Node, at: Rect) {
    let (alive, ready) = (world.is_alive(&node.meta.name), node.is_ready());
    let (word, ink) = match (alive, ready, node.spec.unschedulable) {
        (false, true, _) => ("no power", Ink::Bad),
        (_, false, _) => ("NotReady", Ink::Bad),
        (_, _, true) => ("cordoned", Ink::Warn),
        _ => ("Ready", Ink::Good),
    };
    let small = at.w < 190.0;
    let size = if at.w < 120.0 { 9.5 } else { 13.5 };
    let y = at.y + if at.w < 120.0 { 13.0 } else { 22.0 };
    let name = fit(&node.meta.name, at.w - 24.0, size, Face::Bold);
    let w = scene.text((at.x + if at.w < 120.0 { 7.0 } else { 14.0 }, y), name, size, Face::Bold, Ink::Text);
    if at.w >= 120.0 {
        scene.text((at.x + 14.0 + w + 9.0, y), word, 11.0, Face::Bold, ink);
    } else if word != "Ready" {
        scene.ground(Rect::new(at.right() - 13.0, at.y + 6.0, 7.0, 7.0), 3.5, ink, 1.0);
    }
    if small {
        return;
    }
    let load = world.store.load(&node.meta.name);
    let bars = [
        (
            "cpu",
            load.cpu_millis as f32 / node.allocatable.cpu_millis.max(1) as f32,
            Ink::State(State::Running),
        ),
        ("mem", load.memory as f32 / node.allocatable.memory.max(1) as f32, Ink::State(State::Succeeded)),
    ];
    let length = if at.w > 330.0 { 96.0 } else { 48.0 };
    for (i, (name, share, ink)) in bars.into_iter().enumerate() {
        let (x, y) = (at.right() - 14.0 - length, at.y + 12.0 + i as f32 * 11.0);
        scene.text_to((x - 6.0, y + 5.5), name, 10.0, Face::Plain, Ink::Muted, Align::Right);
        scene.ground(Rect::new(x, y, length, 5.0), 2.5, Ink::Soft, 1.0);
        let filled = length * share.clamp(0.0, 1.0);
        if filled > 0.5 {
            scene.ground(Rect::new(x, y, filled.max(5.0), 5.0), 2.5, ink, 1.0);
        }
    }
}

fn place_pods(world: &World, node: &Node, at: Rect, grid: &Grid, drawn: &mut Nodes) {
    let (cell, tall) = (grid.cell, if grid.labels { grid.cell + 15.0 } else { grid.cell });
    let columns = (((at.w - 20.0) / cell).floor() as usize).max(1);
    let head = if at.w < 120.0 { 18.0 } else { HEAD };
    let size = if grid.labels { cell - 14.0 } else { cell * 0.86 };
    for (i, (uid, seen)) in world.store.glances_on(&node.meta.name).enumerate() {
        let x = at.x + 10.0 + (i % columns) as f32 * cell + cell / 2.0;
        let y = at.y + head + 4.0 + (i / columns) as f32 * tall + cell / 2.0;
        if y + size / 2.0 > at.bottom() - 2.0 {
            break;
        }
        let place = Place { at: (x, y), size };
        drawn.pods.push(Standing { uid, seen, place });
    }
}

/// Thousands of nodes: each a tile, the fuller the stronger.
fn tiles(scene: &mut Scene, world: &World, nodes: &[&Rc<Node>], area: Rect) -> Nodes {
    let side = ((area.w * area.h.max(240.0) / nodes.len() as f32).sqrt() * 0.97).clamp(3.0, 26.0);
    let columns = ((area.w / side).floor() as usize).max(1);
    let mut pods = 0;
    for (i, node) in nodes.iter().enumerate() {
        let (x, y) = ((i % columns) as f32 * side, (i / columns) as f32 * side);
        let at = Rect::new(area.x + x, area.y + y, side - 1.0, side - 1.0);
        let load = world.store.load(&node.meta.name);
        pods += load.pods;
        let bad = !node.is_ready() || !world.is_alive(&node.meta.name);
        scene.ground(at, 1.5, Ink::Soft, 1.0);
        let share = load.pods as f32 / node.allocatable.pods.max(1) as f32;
        // Seven strengths are drawn in seven batches; more would be seen by nobody.
        let strength = (share.clamp(0.0, 1.0) * 6.0).ceil() / 6.0;
        if bad || strength > 0.0 {
            let ink = if bad { Ink::State(State::Failed) } else { Ink::State(State::Running) };
            scene.ground(at, 1.5, ink, if bad { 1.0 } else { 0.15 + strength * 0.85 });
        }
        scene.hit(at, node.meta.uid);
    }
    let rows = nodes.len().div_ceil(columns);
    let bottom = area.y + rows as f32 * side;
    let text = format!("{} nodes, {pods} pods: each tile a node, the fuller the stronger", nodes.len());
    scene.text((area.x, bottom + 16.0), text.clone(), 11.5, Face::Plain, Ink::Muted);
    scene.say(None, 0, text);
    Nodes { bottom: bottom + 22.0, pods: Vec::new() }
}

/// How far a running pod is, where that is known: the way to the end of what it waits for, or to its next restart.
pub fn part_done(world: &World, pod: &Pod, state: State) -> Option<f32> {
    let share = |from: Time, to: Time| {
        let whole = (to - from).0.max(1) as f32;
        Some(((world.now() - from).0 as f32 / whole).clamp(0.0, 1.0))
    };
    if state == State::Terminating {
        let deletion = pod.meta.deletion?;
        return share(deletion.asked, deletion.asked + Span::secs(deletion.grace_secs.max(1)));
    }
    let runtime = world.runtime(pod.meta.uid)?;
    match (&runtime.main(pod).first()?.state, state) {
        (CellState::Alive(_, started, Some((wake, _))), State::Running | State::Ready) => {
            share(*started, *wake)
        }
        (CellState::Waiting(at, true), State::CrashLoop) => {
            let last = pod.status.containers.first().and_then(|c| c.last.as_ref());
            let from = last.map_or(world.now(), |e| e.finished);
            share(from, *at).map(|done| 1.0 - done)
        }
        _ => None,
    }
}

/// Containers that are only not up yet wait for these reasons.
fn is_usual(reason: &str) -> bool {
    matches!(reason, "ContainerCreating" | "PodInitializing")
}

/// One line about a pod: its state, with what is known about why.
pub fn pod_line(world: &World, pod: &Pod, state: State) -> String {
    let mut line = format!("Pod {}: {}", pod.meta.name, state_word(state));
    if !pod.node.is_empty() {
        line += &format!(" on {}", pod.node);
    }
    let status = &pod.status;
    let waits = |s: &ContainerStatus| match &s.state {
        ContainerState::Waiting { reason, .. } if !is_usual(reason) => Some(reason.clone()),
        _ => None,
    };
    let stuck = status.init_containers.iter().chain(status.containers.iter()).find_map(waits);
    if let Some(reason) = stuck.filter(|_| state == State::Stuck) {
        line += &format!(", {reason}");
    } else if let Some(ContainerState::Terminated(ended)) = status.containers.first().map(|s| &s.state) {
        line += &format!(", exit code {}", ended.exit_code);
    }
    if !status.message.is_empty() {
        line += &format!(". {}", status.message);
    }
    if let Some(part) =
        part_done(world, pod, state).filter(|_| matches!(state, State::Running | State::Ready))
    {
        line += &format!(", {} %", (part * 100.0) as u32);
    }
    line
}

/// The label below a pod: what tells it from its siblings.
pub fn short_name(pod: &Pod) -> &str {
    match pod.meta.controller() {
        Some(_) => pod.meta.name.rsplit('-').next().unwrap_or(&pod.meta.name),
        None => &pod.meta.name,
    }
}

fn say(scene: &mut Scene, world: &World, nodes: &[&Rc<Node>]) {
    /// Beyond so many pods the twin counts them instead of naming each.
    const NAMED_MAX: usize = 60;
    let total: usize = world.store.pod_count();
    for node in nodes.iter().take(100) {
        let name: &Text = &node.meta.name;
        let n = world.store.pod_count_on(name);
        let ready = if node.is_ready() { "Ready" } else { "NotReady" };
        scene.say(Some(node.meta.uid), 0, format!("Node {name}: {ready}, {}", count(n, "pod")));
        if total > NAMED_MAX {
            continue;
        }
        for pod in world.store.pods_on(name) {
            let line = pod_line(world, pod, pod_state(pod));
            scene.say(Some(pod.meta.uid), 1, line);
        }
    }
}
