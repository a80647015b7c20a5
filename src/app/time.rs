//! Moves in time that somebody asks for.

use super::page::{App, Msg, now_ms};
use super::player::Onlooker;
use super::terminal::AtPrompt;
use crate::api::{Span, Time};
use crate::view;

/// How far ⏭ looks ahead for something to be said.
const NEXT_WITHIN: Span = Span::secs(400 * 86_400);
/// How long ⏭ may look before it gives the page back, in milliseconds.
const NEXT_MS_MAX: f64 = 80.0;

impl App {
    /// Carries out what the buttons of the clock ask for.
    pub(super) fn move_in_time(&mut self, msg: Msg) {
        match msg {
            Msg::PlayOrPause => self.player.playing = !self.player.playing,
            Msg::Speed(speed) => {
                self.player.speed = speed;
                self.player.playing = true;
            }
            Msg::ToStart => self.go_to(self.timeline.start()),
            Msg::Step => {
                self.player.playing = false;
                if let Some(at) = self.timeline.next_instant() {
                    self.go_to(at);
                }
            }
            Msg::StepBack => {
                self.player.playing = false;
                let before = view::previous_moment(self.timeline.world());
                self.go_to(before.unwrap_or(self.timeline.start()));
            }
            Msg::NextMoment => {
                self.player.playing = false;
                let until = now_ms() + NEXT_MS_MAX;
                let mut prompt = AtPrompt(&mut self.terminal, &mut self.tabs);
                view::next_moment(&mut self.timeline, NEXT_WITHIN, |timeline| {
                    prompt.look(timeline);
                    now_ms() < until
                });
                self.player.stay(&self.timeline);
            }
            Msg::Scrub(secs) => self.go_to(self.timeline.start() + Span((secs * 1e6) as i64)),
            _ => {}
        }
    }
    fn go_to(&mut self, at: Time) {
        let mut prompt = AtPrompt(&mut self.terminal, &mut self.tabs);
        self.player.go_to(&mut self.timeline, at, now_ms, &mut prompt);
    }
    /// The world goes on by as much as the frame gives it; returns whether it has moved.
    pub(super) fn go_on(&mut self, at_ms: f64) -> bool {
        let mut prompt = AtPrompt(&mut self.terminal, &mut self.tabs);
        self.player.frame(&mut self.timeline, at_ms, now_ms, &mut prompt)
    }
    /// Somebody has pressed the timeline: a name is selected, an instant is gone to.
    pub(super) fn timeline_pressed(&mut self, x: f32, y: f32) {
        let (from, to) = self.gantt.across;
        if x < from {
            return self.select(self.gantt.scene.find(x, y));
        }
        if x <= to + 6.0 {
            if let Some(uid) = self.gantt.scene.find(x, y) {
                self.selected = Some(uid);
            }
            self.go_to(self.gantt.instant_at(x));
        }
    }
}
