//! [`Player`]: the viewer's time becomes world time, in slices that leave the page free to answer.

use crate::api::{Span, Time};
use crate::sim::Timeline;

/// How much world time passes in a second of the viewer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speed {
    /// So many seconds.
    Times(u32),
    /// As fast as the machine can.
    Max,
}

impl Speed {
    /// All speeds that the page offers.
    pub const ALL: [Speed; 5] =
        [Speed::Times(1), Speed::Times(10), Speed::Times(60), Speed::Times(600), Speed::Max];
    /// World seconds per second of the viewer, for what is shown longer at a higher pace.
    pub fn pace(self) -> f32 {
        match self {
            Speed::Times(n) => n as f32,
            Speed::Max => 3600.0,
        }
    }
    /// Its name.
    pub fn label(self) -> String {
        match self {
            Speed::Times(n) => format!("{n}×"),
            Speed::Max => "max".to_owned(),
        }
    }
}

/// How much script time of a frame what was asked for may take, and a world at full speed, in milliseconds.
const SLICE_MS: f64 = 8.0;
/// How much script time a frame shall take with its picture when the world moves by itself, in milliseconds: motion stays
/// smooth while much is going on, and a misjudged frame still ends within 8 ms.
const FRAME_MS: f64 = 6.5;
/// The least that the simulation has of a frame, in milliseconds.
const SLICE_MS_MIN: f64 = 1.5;
/// A frame that comes later than this was not watched: the tab was hidden. In milliseconds.
const FRAME_MS_MAX: f64 = 250.0;
/// At full speed, so much world time passes in one frame at most: a night takes a second or two.
const LEAP: Span = Span::secs(1200);
/// How many events are carried out between two looks at the clock. One alone, a turn of a busy shell, may take long.
const BETWEEN_LOOKS: u32 = 2;

/// Somebody who looks at the world after each of its steps: a command that lasts.
pub trait Onlooker {
    /// The world has moved.
    fn look(&mut self, timeline: &mut Timeline);
    /// The instant at which it wants to look although nothing has moved.
    fn next_look(&self) -> Option<Time>;
}

/// Plays a timeline.
pub struct Player {
    /// Is it playing?
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// Where it is going: the timeline is here or on its way here.
    target: Time,
    /// Is it going somewhere by itself, whatever the speed?
    going: bool,
    /// How long pictures take of late, in milliseconds.
    drawing_ms: f64,
    last_frame: Option<f64>,
}

impl Player {
    /// A player at the start of a timeline, playing.
    pub fn new(timeline: &Timeline, speed: Speed) -> Player {
        Player {
            playing: true,
            speed,
            target: timeline.now(),
            going: false,
            drawing_ms: 0.0,
            last_frame: None,
        }
    }
    /// Goes to an instant, in slices if it takes long.
    pub fn go_to(
        &mut self,
        timeline: &mut Timeline,
        to: Time,
        now_ms: fn() -> f64,
        onlooker: &mut dyn Onlooker,
    ) {
        self.target = to.max(timeline.start());
        timeline.leap(self.target);
        self.going = true;
        self.slice(timeline, now_ms, SLICE_MS, onlooker);
    }
    /// A picture was drawn, which took so many milliseconds. A costly one is expected to come again.
    pub fn drew(&mut self, took_ms: f64) {
        self.drawing_ms = took_ms.max(self.drawing_ms * 0.9);
    }
    /// The timeline was moved by somebody else: from here it goes on.
    pub fn stay(&mut self, timeline: &Timeline) {
        self.target = timeline.now();
        self.going = false;
    }
    /// Is it on its way to an instant that was asked for?
    pub fn is_going(&self) -> bool {
        self.going
    }
    /// Is it on its way to an instant that it has not reached?
    fn is_behind(&self, timeline: &Timeline) -> bool {
        timeline.now() < self.target
    }
    /// One animation frame. Returns whether the timeline moved.
    pub fn frame(
        &mut self,
        timeline: &mut Timeline,
        at_ms: f64,
        now_ms: fn() -> f64,
        onlooker: &mut dyn Onlooker,
    ) -> bool {
        let passed =
            self.last_frame.replace(at_ms).map_or(0.0, |last| (at_ms - last).clamp(0.0, FRAME_MS_MAX));
        if self.going {
            self.slice(timeline, now_ms, SLICE_MS, onlooker);
            return true;
        }
        if !self.playing {
            return false;
        }
        let (wanted, slice_ms) = match self.speed {
            Speed::Times(n) => {
                (Span((passed * 1000.0 * n as f64) as i64), (FRAME_MS - self.drawing_ms).max(SLICE_MS_MIN))
            }
            Speed::Max => (LEAP, SLICE_MS),
        };
        // A world that cannot keep up is not driven further ahead of itself.
        if !self.is_behind(timeline) {
            self.target = timeline.now() + wanted;
        }
        self.slice(timeline, now_ms, slice_ms, onlooker);
        true
    }
    fn slice(
        &mut self,
        timeline: &mut Timeline,
        now_ms: fn() -> f64,
        slice_ms: f64,
        onlooker: &mut dyn Onlooker,
    ) {
        let began = now_ms();
        loop {
            for _ in 0..BETWEEN_LOOKS {
                let next = onlooker.next_look().filter(|at| *at > timeline.now());
                let moved = timeline.advance(next.map_or(self.target, |at| at.min(self.target)));
                onlooker.look(timeline);
                if !moved && timeline.now() >= self.target {
                    self.going = false;
                    return;
                }
            }
            if now_ms() - began > slice_ms {
                return;
            }
        }
    }
}
