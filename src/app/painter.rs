//! Scene → canvas, in batches by colour: one path for all that look the same.

use super::palette::Palette;
use crate::api::order;
use crate::sim::State;
use crate::view::{Align, BoxItem, Face, Ink, LineItem, PodItem, RingItem, Scene, TextItem};
use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, TAU};
use web_sys::CanvasRenderingContext2d as Canvas;

/// Below this edge a pod is a mere cell without a sign, in CSS pixels.
const SIGNED_FROM: f32 = 11.0;

/// What is so near to what is seen is drawn as well, in CSS pixels: nothing is larger than it seems by more.
const SLACK: f32 = 40.0;
/// Below this edge a pod has no round corners, in CSS pixels.
const ROUND_FROM: f32 = 7.0;

/// Draws a picture on a canvas that was already scaled to the screen: the part between two heights that can be seen.
pub fn paint(canvas: &Canvas, palette: &Palette, scene: &Scene, seen: (f32, f32)) {
    canvas.clear_rect(0.0, 0.0, scene.size.0 as f64, scene.size.1 as f64);
    let painter = Painter { canvas, palette };
    let shows = |top: f32, bottom: f32| bottom >= seen.0 - SLACK && top <= seen.1 + SLACK;
    let boxes: Vec<BoxItem> = scene.boxes.iter().filter(|b| shows(b.at.y, b.at.bottom())).copied().collect();
    painter.boxes(&boxes);
    painter.lines(&scene.lines);
    painter.rings(&scene.rings);
    painter.texts(scene.texts.iter().filter(|t| shows(t.at.1, t.at.1)).collect());
    let pods: Vec<PodItem> = scene.pods.iter().filter(|p| shows(p.at.1, p.at.1)).copied().collect();
    painter.pods(&pods);
    for packet in &scene.packets {
        painter.fill(packet.ink);
        painter.path(|| painter.circle(packet.at, 5.5));
        canvas.fill();
    }
    canvas.set_global_alpha(1.0);
}

struct Painter<'a> {
    canvas: &'a Canvas,
    palette: &'a Palette,
}

/// Puts what looks the same together, keeping the order in which looks first appear.
fn batches<T: Copy, K: Ord + Copy>(
    items: impl Iterator<Item = T>,
    look: impl Fn(&T) -> K,
) -> Vec<(K, Vec<T>)> {
    let mut order: BTreeMap<K, usize> = BTreeMap::new();
    let mut all: Vec<(K, Vec<T>)> = Vec::new();
    for item in items {
        let key = look(&item);
        let next = all.len();
        let place = *order.entry(key).or_insert(next);
        if place == next {
            all.push((key, Vec::new()));
        }
        all[place].1.push(item);
    }
    all
}

/// A strength in steps that nobody tells apart, so that it can be part of a look.
fn step(alpha: f32) -> u8 {
    (alpha.clamp(0.0, 1.0) * 40.0) as u8
}

impl Painter<'_> {
    fn fill(&self, ink: Ink) {
        self.canvas.set_fill_style_str(self.palette.of(ink));
    }
    fn stroke(&self, ink: Ink, width: f32) {
        self.canvas.set_stroke_style_str(self.palette.of(ink));
        self.canvas.set_line_width(width as f64);
    }
    fn alpha(&self, step: u8) {
        self.canvas.set_global_alpha(step as f64 / 40.0);
    }
    fn path(&self, draw: impl FnOnce()) {
        self.canvas.begin_path();
        draw();
    }
    fn circle(&self, at: (f32, f32), radius: f32) {
        self.canvas.move_to((at.0 + radius) as f64, at.1 as f64);
        let _ = self.canvas.arc(at.0 as f64, at.1 as f64, radius as f64, 0.0, TAU);
    }
    /// A part of a ring, from a share of the turn to another, beginning at the top.
    fn arc(&self, at: (f32, f32), radius: f32, from: f64, to: f64) {
        let (a, b) = (from * TAU - FRAC_PI_2, to * TAU - FRAC_PI_2);
        let (x, y, r) = (at.0 as f64, at.1 as f64, radius as f64);
        self.canvas.move_to(x + r * a.cos(), y + r * a.sin());
        let _ = self.canvas.arc(x, y, r, a, b);
    }
    fn rounded(&self, x: f32, y: f32, w: f32, h: f32, radius: f32) {
        let (x, y, w, h) = (x as f64, y as f64, w as f64, h as f64);
        if radius < 1.0 {
            self.canvas.rect(x, y, w, h);
        } else {
            let _ = self.canvas.round_rect_with_f64(x, y, w, h, radius as f64);
        }
    }
    fn dashes(&self, on: bool) {
        self.dash(if on { &[4.0, 4.0] } else { &[] });
    }
    fn dash(&self, lengths: &[f32]) {
        let list = js_sys::Array::new();
        for length in lengths {
            list.push(&(*length).into());
        }
        let _ = self.canvas.set_line_dash(&list);
    }

    fn boxes(&self, boxes: &[BoxItem]) {
        // Grounds lie on one another in their order, so only neighbours of one look are drawn together.
        let mut rest = boxes;
        while let Some(first) = rest.first() {
            let look = |b: &BoxItem| (b.fill, b.stroke, b.dashed, step(b.alpha));
            let same = rest.iter().take_while(|b| look(b) == look(first)).count();
            let (batch, after) = rest.split_at(same);
            rest = after;
            self.alpha(step(first.alpha));
            // Borders stand on half pixels, so that a line of one pixel is one pixel.
            let half = if first.stroke.is_some() { 0.5 } else { 0.0 };
            self.path(|| {
                for b in batch {
                    let at = b.at;
                    let (x, y) =
                        if half > 0.0 { (at.x.round() + half, at.y.round() + half) } else { (at.x, at.y) };
                    self.rounded(x, y, at.w, at.h, b.radius);
                }
            });
            if let Some(ink) = first.fill {
                self.fill(ink);
                self.canvas.fill();
            }
            if let Some(ink) = first.stroke {
                self.dashes(first.dashed);
                self.stroke(ink, if ink == Ink::Line { 1.0 } else { 1.5 });
                self.canvas.stroke();
                self.dashes(false);
            }
        }
    }

    fn lines(&self, lines: &[LineItem]) {
        let look = |l: &LineItem| (l.ink, l.dashed, step(l.alpha), (l.width * 10.0) as u32);
        for ((ink, dashed, alpha, _), batch) in batches(lines.iter().copied(), look) {
            self.alpha(alpha);
            self.dashes(dashed);
            self.stroke(ink, batch[0].width);
            self.path(|| {
                for line in &batch {
                    self.line(line);
                }
            });
            self.canvas.stroke();
        }
        self.dashes(false);
    }
    fn line(&self, line: &LineItem) {
        let ((ax, ay), (bx, by)) = (line.from, line.to);
        let whole = !line.curved && ax == bx;
        let (ax, bx) = if whole { (ax.round() + 0.5, bx.round() + 0.5) } else { (ax, bx) };
        self.canvas.move_to(ax as f64, ay as f64);
        if line.curved {
            let bend = ((bx - ax) / 2.0) as f64;
            let (ax, ay, bx, by) = (ax as f64, ay as f64, bx as f64, by as f64);
            self.canvas.bezier_curve_to(ax + bend, ay, bx - bend, by, bx, by);
        } else {
            self.canvas.line_to(bx as f64, by as f64);
        }
    }

    fn rings(&self, rings: &[RingItem]) {
        self.alpha(40);
        self.canvas.set_line_cap("round");
        for ring in rings {
            if ring.part < 1.0 {
                self.stroke(Ink::Soft, ring.width);
                self.path(|| self.circle(ring.at, ring.radius));
                self.canvas.stroke();
            }
            if ring.part > 0.0 {
                self.stroke(ring.ink, ring.width);
                self.path(|| self.arc(ring.at, ring.radius, 0.0, ring.part.min(1.0) as f64));
                self.canvas.stroke();
            }
        }
        self.canvas.set_line_cap("butt");
    }

    fn texts(&self, mut all: Vec<&TextItem>) {
        self.alpha(40);
        let look = |t: &TextItem| ((t.size * 10.0) as u32, t.face, t.ink, t.align as u8);
        order::sort_by_key(&mut all, |t| look(t));
        let mut before = None;
        for text in all {
            if before != Some(look(text)) {
                before = Some(look(text));
                self.set_text(text);
            }
            let _ = self.canvas.fill_text(&text.text, text.at.0 as f64, text.at.1 as f64);
        }
    }
    fn set_text(&self, text: &TextItem) {
        let (weight, font) = match text.face {
            Face::Plain => (400, &self.palette.fonts[0]),
            Face::Bold => (640, &self.palette.fonts[0]),
            Face::Mono => (400, &self.palette.fonts[1]),
        };
        self.canvas.set_font(&format!("{weight} {}px {font}", text.size));
        self.fill(text.ink);
        self.canvas.set_text_align(match text.align {
            Align::Left => "left",
            Align::Middle => "center",
            Align::Right => "right",
        });
    }

    fn pods(&self, pods: &[PodItem]) {
        let look = |p: &PodItem| (p.state, step(p.alpha), (p.size * 4.0) as u32);
        for ((state, alpha, _), batch) in batches(pods.iter().copied(), look) {
            self.alpha(alpha);
            self.shapes(state, &batch);
            if let (Some(state), true) = (state, batch[0].size >= SIGNED_FROM) {
                self.signs(state, &batch);
            }
        }
        self.alpha(40);
        for pod in pods.iter().filter(|p| p.selected) {
            let half = pod.size / 2.0 + 4.0;
            self.stroke(Ink::Accent, 2.0);
            self.path(|| self.rounded(pod.at.0 - half, pod.at.1 - half, half * 2.0, half * 2.0, half * 0.45));
            self.canvas.stroke();
        }
    }
    /// The grounds of pods of one state and size: hollow where nothing runs yet or any more, solid else.
    fn shapes(&self, state: Option<State>, batch: &[PodItem]) {
        let size = batch[0].size;
        let hollow = matches!(
            state,
            None | Some(State::Pending | State::Creating | State::CrashLoop | State::Unknown | State::Stuck)
        ) && size >= ROUND_FROM;
        let ink = state.map_or(Ink::Line, Ink::State);
        if size < ROUND_FROM {
            return self.cells(ink, batch);
        }
        let inset = if hollow { 1.0 } else { 0.0 };
        self.path(|| {
            for pod in batch {
                let half = size / 2.0 - inset;
                self.rounded(pod.at.0 - half, pod.at.1 - half, half * 2.0, half * 2.0, size * 0.24);
            }
        });
        if hollow {
            self.fill(Ink::Panel);
            self.canvas.fill();
            self.stroke(ink, if size >= 18.0 { 2.0 } else { 1.4 });
            self.canvas.stroke();
        } else {
            self.fill(ink);
            self.canvas.fill();
        }
    }
    /// Cells too small for corners: an unbroken row of them is one dashed line, some hundred calls in place of thousands.
    fn cells(&self, ink: Ink, batch: &[PodItem]) {
        let size = batch[0].size;
        let beside = |a: &PodItem, b: &PodItem| (a.at.1 == b.at.1).then_some(b.at.0 - a.at.0);
        let steps = batch.windows(2).filter_map(|two| beside(&two[0], &two[1]));
        let pitch = steps.filter(|step| *step >= size).fold(f32::INFINITY, f32::min);
        self.dash(&[size, if pitch.is_finite() { pitch - size } else { size }]);
        self.stroke(ink, size);
        let adjoins = |a: &PodItem, b: &PodItem| beside(a, b).is_some_and(|step| (step - pitch).abs() < 0.01);
        self.path(|| {
            for row in batch.chunk_by(adjoins) {
                let (first, last) = (row[0].at, row[row.len() - 1].at);
                let half = size / 2.0;
                self.canvas.move_to((first.0 - half) as f64, first.1 as f64);
                self.canvas.line_to((last.0 + half) as f64, last.1 as f64);
            }
        });
        self.canvas.stroke();
        self.dash(&[]);
    }
    /// What tells a state without its colour.
    fn signs(&self, state: State, batch: &[PodItem]) {
        let size = batch[0].size;
        let width = (size * 0.1).clamp(1.5, 3.2);
        let hollow = matches!(
            state,
            State::CrashLoop | State::Stuck | State::Unknown | State::Creating | State::Pending
        );
        self.canvas.set_line_cap("round");
        self.canvas.set_line_join("round");
        if hollow {
            self.stroke(Ink::State(state), width);
        } else {
            self.canvas.set_stroke_style_str(&self.palette.sign);
            self.canvas.set_line_width(width as f64);
        }
        self.path(|| {
            for pod in batch {
                self.sign(state, pod);
            }
        });
        self.canvas.stroke();
        self.canvas.set_line_cap("butt");
        if matches!(state, State::Running | State::Ready | State::Terminating) {
            self.tracks(batch, width);
        }
    }
    /// The faint whole of a ring of progress.
    fn tracks(&self, batch: &[PodItem], width: f32) {
        self.canvas.set_line_width(width as f64);
        let before = self.canvas.global_alpha();
        self.canvas.set_global_alpha(before * 0.32);
        self.path(|| {
            for pod in batch.iter().filter(|p| p.part.is_some()) {
                self.circle(pod.at, pod.size * 0.26);
            }
        });
        self.canvas.stroke();
        self.canvas.set_global_alpha(before);
    }
    fn sign(&self, state: State, pod: &PodItem) {
        let (x, y, r) = (pod.at.0 as f64, pod.at.1 as f64, pod.size as f64);
        let line = |points: &[(f64, f64)]| {
            for (i, (dx, dy)) in points.iter().enumerate() {
                let (x, y) = (x + dx * r, y + dy * r);
                if i == 0 { self.canvas.move_to(x, y) } else { self.canvas.line_to(x, y) }
            }
        };
        let cross = |d: f64| {
            line(&[(-d, -d), (d, d)]);
            line(&[(-d, d), (d, -d)]);
        };
        match state {
            State::Succeeded => line(&[(-0.2, 0.02), (-0.06, 0.17), (0.22, -0.16)]),
            State::Failed | State::Failing => cross(0.18),
            State::CrashLoop => {
                cross(0.13);
                if let Some(part) = pod.part {
                    self.arc(pod.at, pod.size * 0.62, 0.0, part as f64);
                }
            }
            State::Creating => {
                let from = pod.part.unwrap_or(0.0) as f64;
                self.arc(pod.at, pod.size * 0.22, from, from + 0.3);
            }
            State::Running | State::Ready | State::Terminating => match pod.part {
                Some(part) => self.arc(pod.at, pod.size * 0.26, 0.0, part as f64),
                None if state == State::Terminating => line(&[(-0.18, 0.0), (0.18, 0.0)]),
                None => self.circle(pod.at, pod.size * 0.06),
            },
            State::Stuck => {
                line(&[(0.0, -0.2), (0.0, 0.05)]);
                line(&[(0.0, 0.2), (0.0, 0.201)]);
            }
            State::Suspended => {
                line(&[(-0.1, -0.16), (-0.1, 0.16)]);
                line(&[(0.1, -0.16), (0.1, 0.16)]);
            }
            State::Unknown => {
                self.arc((pod.at.0, pod.at.1 - pod.size * 0.08), pod.size * 0.11, 0.72, 1.5);
                line(&[(0.0, 0.03), (0.0, 0.08)]);
                line(&[(0.0, 0.22), (0.0, 0.221)]);
            }
            State::Pending => {}
        }
    }
}
