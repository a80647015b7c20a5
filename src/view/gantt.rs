//! The timeline: one row a pod, below its owner; the cursor is the stage's now.

use super::nodes::part_done;
use super::scene::*;
use crate::api::{Kind, Object, Span, Time, Uid};
use crate::sim::kubelet::CellState;
use crate::sim::{State, Track, World};

/// The height of a row.
pub const GANTT_ROW: f32 = 25.0;
const AXIS: f32 = 24.0;
/// The longest stretch of time that is shown at once.
const WINDOW_MAX: Span = Span::secs(600);
/// How many rows are looked at.
const ROWS_MAX: usize = 400;

/// The timeline's picture.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Gantt {
    /// What is seen of it.
    pub scene: Scene,
    /// How tall all its rows are together.
    pub height: f32,
    /// From when to when it reaches.
    pub window: (Time, Time),
    /// From where to where on the screen that is.
    pub across: (f32, f32),
}

impl Gantt {
    /// The instant at a place on the screen.
    pub fn instant_at(&self, x: f32) -> Time {
        let share = ((x - self.across.0) / (self.across.1 - self.across.0).max(1.0)).clamp(0.0, 1.0);
        let whole = (self.window.1 - self.window.0).0;
        self.window.0 + Span((whole as f64 * share as f64) as i64)
    }
}

struct Row<'a> {
    uid: Uid,
    track: &'a Track,
    depth: usize,
}

/// Draws the timeline of `latest`, the furthest that was lived, as seen from `world`'s now, scrolled by so many pixels.
pub fn gantt(world: &World, latest: &World, size: (f32, f32), scroll: f32, selected: Option<Uid>) -> Gantt {
    let mut scene = Scene::sized(size);
    let window = window(world.now(), latest);
    let label = if size.0 < 560.0 { 116.0 } else { 196.0 };
    let across = (label, size.0 - 18.0);
    let x_of = |at: Time| {
        let share = (at - window.0).0 as f32 / (window.1 - window.0).0.max(1) as f32;
        across.0 + share * (across.1 - across.0)
    };
    let rows = rows(latest, window);
    axis(&mut scene, world.config().start, window, across, size.1);
    for (i, row) in rows.iter().enumerate() {
        let y = AXIS + i as f32 * GANTT_ROW - scroll;
        if y < AXIS - 4.0 || y > size.1 {
            continue;
        }
        let line = Line { world, latest, row, y, across, x_of: &x_of };
        line.draw(&mut scene, selected);
    }
    if rows.len() >= ROWS_MAX {
        let at = (10.0, AXIS + ROWS_MAX as f32 * GANTT_ROW - scroll + 16.5);
        let more = format!("… and more: {ROWS_MAX} rows are shown");
        scene.text(at, more, 11.0, Face::Plain, Ink::Muted);
    }
    if rows.is_empty() {
        let at = (across.0 + 12.0, AXIS + 26.0);
        scene.text(at, "Nothing has run yet. Apply a manifest.", 12.5, Face::Plain, Ink::Muted);
    }
    let x = x_of(world.now());
    if (across.0..=across.1 + 1.0).contains(&x) {
        let line = |from, to, width| LineItem {
            from,
            to,
            curved: false,
            dashed: false,
            width,
            ink: Ink::Accent,
            alpha: 1.0,
        };
        scene.lines.push(line((x, 14.0), (x, size.1), 2.0));
    }
    Gantt { scene, height: AXIS + rows.len() as f32 * GANTT_ROW + 32.0, window, across }
}

/// Everything, as long as that is short; then a window that goes with the present.
fn window(now: Time, latest: &World) -> (Time, Time) {
    const STEPS: [i64; 12] = [15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600];
    let start = latest.config().start;
    let lived = latest.now() - start;
    let wanted = Span(lived.0 + lived.0 / 8);
    if let Some(secs) = STEPS.iter().find(|s| Span::secs(**s) >= wanted) {
        return (start, start + Span::secs(*secs));
    }
    let from = (now - Span(WINDOW_MAX.0 / 20 * 17)).max(start);
    // Whole tens of seconds, so that the scale does not swim.
    let from = Time(from.0 - from.0.rem_euclid(1_000_000));
    (from, from + WINDOW_MAX)
}

fn rows(latest: &World, window: (Time, Time)) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    collect(latest, None, 0, window, &mut rows);
    rows
}

fn collect<'a>(
    latest: &'a World,
    owner: Option<Uid>,
    depth: usize,
    window: (Time, Time),
    rows: &mut Vec<Row<'a>>,
) {
    // The newest run of a schedule is the one that is looked for.
    let newest_first =
        owner.and_then(|uid| latest.history.of(uid)).is_some_and(|t| t.key.kind == Kind::CronJob);
    let mut owned = latest.history.owned(owner);
    while let Some((uid, track)) = if newest_first { owned.next_back() } else { owned.next() } {
        if rows.len() >= ROWS_MAX {
            return;
        }
        let over = track.gone.is_some_and(|gone| gone < window.0);
        if over || track.born > window.1 {
            continue;
        }
        // A job that ended before the window and whose pods did too says nothing here.
        let last = track.marks.last();
        let idle =
            last.is_some_and(|m| m.at < window.0 && matches!(m.state, State::Succeeded | State::Failed));
        if idle && depth > 0 {
            continue;
        }
        rows.push(Row { uid, track, depth });
        if track.key.kind != Kind::Pod {
            collect(latest, Some(uid), depth + 1, window, rows);
        }
    }
}

fn axis(scene: &mut Scene, start: Time, window: (Time, Time), across: (f32, f32), height: f32) {
    const STEPS: [i64; 11] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800];
    let length = window.1 - window.0;
    let room = across.1 - across.0;
    let fits = |s: &&i64| length.as_secs_f64() as f32 / **s as f32 * 58.0 <= room;
    let step = STEPS.iter().find(fits).copied().unwrap_or(3600);
    let first = (window.0 - start).whole_secs().div_euclid(step) * step;
    let mut at = first;
    while start + Span::secs(at) <= window.1 {
        let share = (start + Span::secs(at) - window.0).0 as f32 / length.0.max(1) as f32;
        let x = across.0 + share * room;
        if x >= across.0 - 1.0 {
            // A ground and no line, so that the rows are drawn over it.
            scene.ground(Rect::new(x.round(), AXIS - 4.0, 1.0, height), 0.0, Ink::Line, 0.7);
            scene.text_to((x, 14.0), tick(at, step), 10.5, Face::Plain, Ink::Muted, Align::Middle);
        }
        at += step;
    }
}

fn tick(secs: i64, step: i64) -> String {
    let (h, m, s) = (secs / 3600, secs / 60 % 60, secs % 60);
    match (secs < 60 || step < 60, h) {
        (true, _) if secs < 60 => format!("{secs}s"),
        (true, 0) => format!("{m}:{s:02}"),
        (true, h) => format!("{h}:{m:02}:{s:02}"),
        (false, 0) => format!("{m}m"),
        (false, h) => format!("{h}h{m:02}"),
    }
}

/// One row while it is drawn.
struct Line<'a> {
    world: &'a World,
    latest: &'a World,
    row: &'a Row<'a>,
    y: f32,
    across: (f32, f32),
    x_of: &'a dyn Fn(Time) -> f32,
}

impl Line<'_> {
    fn draw(&self, scene: &mut Scene, selected: Option<Uid>) {
        let (row, y) = (self.row, self.y);
        let pod = row.track.key.kind == Kind::Pod;
        let indent = 10.0 + row.depth as f32 * 12.0;
        if selected == Some(row.uid) {
            let at = Rect::new(4.0, y + 1.0, self.across.1 + 8.0, GANTT_ROW - 2.0);
            scene.ground(at, 6.0, Ink::AccentSoft, 1.0);
        }
        let (face, size) = if pod { (Face::Mono, 11.0) } else { (Face::Bold, 12.0) };
        let kind = if pod { String::new() } else { format!("{} ", row.track.key.kind.info().name) };
        let room = self.across.0 - indent - 8.0 - text_width(&kind, size, face);
        // Siblings begin alike: what tells them apart stands at the end of their names.
        let cut = if row.depth > 0 { fit_end } else { fit };
        let name = format!("{kind}{}", cut(&row.track.key.name, room, size, face));
        scene.text((indent, y + 16.5), name, size, face, Ink::Text);
        scene.hit(Rect::new(0.0, y, self.across.1, GANTT_ROW), row.uid);
        let track = row.track;
        let end = track.gone.unwrap_or(self.latest.now());
        let marks: Vec<_> = track.marks.iter().copied().collect();
        for (i, mark) in marks.iter().enumerate() {
            let until = marks.get(i + 1).map_or(end, |m| m.at);
            self.stretch(scene, mark.state, mark.at, until, pod);
        }
        self.ahead(scene, pod);
        let words = marks.last().map_or(String::new(), |m| super::words::state_word(m.state).to_owned());
        scene.say(
            Some(row.uid),
            row.depth.min(5) as u8,
            format!("{} {}: {words}", row.track.key.kind.info().name, row.track.key.name),
        );
    }
    /// A stretch of one state: what lies after the cursor is lived future and drawn faintly.
    fn stretch(&self, scene: &mut Scene, state: State, from: Time, until: Time, pod: bool) {
        let now = self.world.now();
        for (a, b, lived) in [(from, until.min(now), true), (from.max(now), until, false)] {
            if a >= b && !(lived && a == b) {
                continue;
            }
            let (xa, xb) = ((self.x_of)(a).max(self.across.0), (self.x_of)(b).min(self.across.1));
            if xb < xa {
                continue;
            }
            let over = matches!(state, State::Succeeded | State::Failed);
            let faint = if lived { 1.0 } else { 0.4 };
            let (top, tall, alpha) = match (pod, over) {
                (true, false) => (5.0, 15.0, 1.0),
                (true, true) => (10.5, 4.0, 0.8),
                (false, false) => (4.0, 17.0, 0.22),
                (false, true) => (4.0, 17.0, 0.45),
            };
            let at = Rect::new(xa, self.y + top, (xb - xa - 0.7).max(1.5), tall);
            scene.ground(at, (tall / 2.0).min(4.0), Ink::State(state), alpha * faint);
            if lived || from >= now {
                self.label(scene, state, at, pod);
            }
        }
    }
    fn label(&self, scene: &mut Scene, state: State, at: Rect, pod: bool) {
        let text = match (pod, state) {
            (true, State::Terminating) => "terminating".to_owned(),
            (true, State::CrashLoop) => "back-off".to_owned(),
            (false, State::Succeeded) => "Complete".to_owned(),
            (false, State::Failing) => "FailureTarget".to_owned(),
            (false, State::Failed) => format!("Failed{}", self.reason()),
            (false, State::Suspended) => "Suspended".to_owned(),
            _ => return,
        };
        let (size, face) = if pod { (10.0, Face::Plain) } else { (10.5, Face::Bold) };
        if text_width(&text, size, face) + 12.0 < at.w {
            scene.text((at.x + 7.0, self.y + 16.0), text, size, face, Ink::Text);
        }
    }
    fn reason(&self) -> String {
        let job = match self.latest.store.get(self.row.uid) {
            Some(Object::Job(job)) => job,
            _ => return String::new(),
        };
        job.finished().map_or(String::new(), |c| format!(": {}", c.reason))
    }
    /// What is already due after the latest instant is drawn dashed: when a running pod will wake.
    fn ahead(&self, scene: &mut Scene, pod: bool) {
        let runtime = self.latest.runtime(self.row.uid).filter(|_| pod && self.row.track.gone.is_none());
        let state = self.row.track.marks.last().map(|m| m.state);
        let Some((runtime, state)) = runtime.zip(state) else {
            return;
        };
        let Some(Object::Pod(p)) = self.latest.store.get(self.row.uid) else { return };
        let wake = match runtime.main(p).first().map(|c| &c.state) {
            Some(CellState::Alive(_, _, Some((wake, _)))) => *wake,
            Some(CellState::Waiting(at, true)) if state == State::CrashLoop => *at,
            _ => return,
        };
        let (xa, xb) = ((self.x_of)(self.latest.now()), (self.x_of)(wake).min(self.across.1));
        if xb - xa > 4.0 && xa >= self.across.0 {
            let at = Rect::new(xa + 1.5, self.y + 6.0, xb - xa - 2.0, 13.0);
            scene.boxes.push(BoxItem {
                at,
                radius: 4.0,
                fill: None,
                stroke: Some(Ink::State(state)),
                dashed: true,
                alpha: 0.8,
            });
        }
        // The twin says it in words where the picture shows it.
        if let Some(part) = part_done(self.latest, p, state) {
            scene.say(Some(self.row.uid), 5, format!("{} % done", (part * 100.0) as u32));
        }
    }
}
