//! The control plane's strip: who acts now, and what was decided last.

use super::scene::*;
use crate::api::{Span, Time};
use crate::sim::{Actor, World, controllers};

/// How long an actor stays lit after it acted.
const LIT: Span = Span::millis(800);

/// Below this width there is no room for everybody, in CSS pixels.
const NARROW: f32 = 560.0;

/// Those who are shown from the start; the others come once they have had something to do.
const ALWAYS: [&str; 8] =
    ["api server", "job", "cronjob", "deployment", "replicaset", "endpointslice", "scheduler", "kubelets"];

/// Where the actors of the control plane stand.
pub struct Strip {
    /// The lower edge.
    pub bottom: f32,
    /// Where the scheduler stands: new pods pass it on their way.
    pub scheduler: (f32, f32),
}

struct Chip {
    name: &'static str,
    at: Option<Time>,
    off: bool,
}

/// Draws the strip. `pace` is world seconds per second of the viewer: what is lit stays lit long enough to be seen.
pub fn draw(scene: &mut Scene, world: &World, area: Rect, pace: f32) -> Strip {
    let mut chips = chips(world);
    // A phone has room only for those who have had something to do.
    let always = |chip: &Chip| area.w >= NARROW && ALWAYS.contains(&chip.name);
    chips.retain(|chip| chip.at.is_some() || chip.off || always(chip));
    let lit_for = Span((LIT.0 as f32 * pace.max(1.0).sqrt()) as i64);
    let (caption, by) = last_decision(world, lit_for);
    let mut x = area.x + 16.0;
    let mut y = area.y + 25.0;
    let mut scheduler = (x, y);
    let mut drawn = Vec::new();
    for chip in &chips {
        let w = text_width(chip.name, 12.0, Face::Bold) + 36.0;
        if x + w > area.right() - 8.0 {
            x = area.x + 16.0;
            y += 26.0;
        }
        if chip.name == "scheduler" {
            scheduler = (x + 6.0, y - 4.0);
        }
        drawn.push((x, y, chip));
        x += w;
    }
    // Where the caption stands depends on the width alone, so that nothing below ever jumps.
    let beside = area.right() - x > 230.0;
    let height = y - area.y + if beside { 17.0 } else { 40.0 };
    scene.ground(Rect::new(area.x, area.y, area.w, height), 10.0, Ink::Soft, 1.0);
    for (x, y, chip) in drawn {
        let lit = chip.at.is_some_and(|at| world.now() - at < lit_for) && !chip.off;
        let middle = (x + 6.0, y - 4.0);
        let dot = Rect::new(middle.0 - 5.0, middle.1 - 5.0, 10.0, 10.0);
        scene.ground(dot, 5.0, if lit { Ink::Accent } else { Ink::Line }, 1.0);
        if lit {
            scene.rings.push(RingItem { at: middle, radius: 8.0, width: 1.5, part: 1.0, ink: Ink::Accent });
        }
        let (face, ink) = if lit { (Face::Bold, Ink::Text) } else { (Face::Plain, Ink::Muted) };
        scene.text((x + 19.0, y), chip.name, 12.0, face, ink);
        if chip.off {
            let end = x + 19.0 + text_width(chip.name, 12.0, Face::Plain);
            scene.lines.push(LineItem {
                from: (x, y - 4.0),
                to: (end, y - 4.0),
                curved: false,
                dashed: false,
                width: 1.5,
                ink: Ink::Bad,
                alpha: 1.0,
            });
        }
    }
    let place = if beside { (area.right() - 16.0, y) } else { (area.right() - 16.0, y + 23.0) };
    let room = if beside { area.right() - x - 24.0 } else { area.w - 32.0 };
    let text = fit(&caption, room, 12.0, Face::Bold);
    scene.text_to(place, text, 12.0, Face::Bold, Ink::Accent, Align::Right);
    if !caption.is_empty() {
        scene.say(None, 0, format!("Control plane, {by}: {caption}"));
    }
    Strip { bottom: area.y + height, scheduler }
}

fn chips(world: &World) -> Vec<Chip> {
    let written = world.records.last().map(|r| r.at);
    let mut chips = vec![Chip { name: "api server", at: written, off: false }];
    for (row, controller) in controllers::ALL.iter().enumerate() {
        let actor = Actor::Controller(row as u8);
        let at = world.act(actor).map(|a| a.at);
        chips.push(Chip { name: controller.name, at, off: world.is_off(actor) });
    }
    for (name, actor) in [("scheduler", Actor::Scheduler), ("kubelets", Actor::Kubelet)] {
        chips.push(Chip { name, at: world.act(actor).map(|a| a.at), off: false });
    }
    chips
}

/// The newest decision that is still lit, and whose it was. Controllers come before scheduler and kubelets.
fn last_decision(world: &World, lit_for: Span) -> (String, &'static str) {
    let rows = (0..controllers::ALL.len() as u8).map(Actor::Controller);
    let all = rows.chain([Actor::Scheduler, Actor::Kubelet]);
    let acts = all.filter_map(|actor| world.act(actor).map(|act| (actor, act)));
    let lit = acts.filter(|(_, act)| world.now() - act.at < lit_for && !act.caption.is_empty());
    let newest = lit.max_by_key(|(actor, act)| (matches!(actor, Actor::Controller(_)), act.at));
    let Some((actor, act)) = newest else {
        return (String::new(), "");
    };
    let name = match actor {
        Actor::Controller(row) => controllers::ALL[row as usize].name,
        Actor::Scheduler => "scheduler",
        _ => "kubelet",
    };
    (act.caption.to_string(), name)
}
