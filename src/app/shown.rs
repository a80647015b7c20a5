//! [`Shown`]: what the panels show of an instant, as plain data.

use super::page::{App, Tab};
use crate::api::Object;
use crate::manifest;
use crate::view::{self, EventRow, Inspector, LogRow, MarkRow, Said};
use std::rc::Rc;

/// What the panels show; made anew a few times a second, compared before it is drawn.
#[derive(Clone, PartialEq, Default)]
pub struct Shown {
    /// `t+00:00:10`.
    pub stamp: String,
    /// `Mon 5 Jan 2026 00:00:10 UTC`.
    pub clock: String,
    /// Seconds since the start.
    pub at_secs: f64,
    /// How many seconds the scrubber spans.
    pub horizon_secs: f64,
    /// How many of them were lived.
    pub lived_secs: f64,
    /// Marks on the scrubber.
    pub marks: Rc<Vec<MarkRow>>,
    /// Rows of events.
    pub events: Rc<Vec<EventRow>>,
    /// How many events there are.
    pub events_count: usize,
    /// Lines of logs.
    pub logs: Rc<Vec<LogRow>>,
    /// What is looked at closely.
    pub inspector: Option<Rc<Inspector>>,
    /// The stage in words.
    pub said: Rc<Vec<Said>>,
    /// The height of the timeline's rows.
    pub gantt_height: f32,
    /// The line of the manifest that decided what is looked at, and what it decided.
    pub decided: Option<(u32, String)>,
}

impl App {
    /// Makes what the panels show anew; returns whether anything is different.
    pub(super) fn refresh(&mut self) -> bool {
        const EVENTS_MAX: usize = 200;
        const LOGS_MAX: usize = 400;
        let world = self.timeline.world();
        *self.seen.borrow_mut() = world.clone();
        let (start, now) = (self.timeline.start(), world.now());
        let lived = self.timeline.end() - start;
        let horizon = view::horizon(lived);
        let keep = |tab: Tab| self.tab == tab;
        let inspector = self.selected.and_then(|uid| view::inspect(world, uid)).map(Rc::new);
        let new = Shown {
            stamp: view::stamp(now - start),
            clock: view::clock(now),
            at_secs: (now - start).as_secs_f64(),
            horizon_secs: horizon.as_secs_f64(),
            lived_secs: lived.as_secs_f64(),
            marks: Rc::new(view::marks(&self.timeline, &self.latest, horizon)),
            events: if keep(Tab::Events) {
                Rc::new(view::events(world, None, EVENTS_MAX))
            } else {
                Rc::default()
            },
            events_count: world.events.len(),
            logs: if keep(Tab::Logs) {
                Rc::new(view::logs(world, self.selected, LOGS_MAX))
            } else {
                Rc::default()
            },
            decided: inspector.as_ref().and_then(|i| self.decided(i)),
            inspector,
            said: Rc::new(self.scene.said.clone()),
            gantt_height: self.gantt.height,
        };
        if new == self.shown {
            return false;
        }
        if new.decided != self.shown.decided {
            self.editor.light(new.decided.as_ref().map_or(0, |d| d.0));
        }
        self.shown = new;
        true
    }

    /// The line of the manifest whose field decided what is looked at.
    fn decided(&self, inspector: &Inspector) -> Option<(u32, String)> {
        let step = inspector.why.iter().rfind(|s| s.field.starts_with("spec."))?;
        let world = self.timeline.world();
        let record = world.records.of(step.uid?).rfind(|r| r.because.field == step.field)?;
        let owner = world.store.get(record.because.owner)?;
        // A Job of a CronJob stands in the manifest as the CronJob's template.
        let (name, kind, path) = match (owner.meta().controller(), owner) {
            (Some(cron), Object::Job(_)) => {
                (cron.name.clone(), cron.kind, format!("spec.jobTemplate.{}", step.field))
            }
            _ => (owner.meta().name.clone(), owner.kind(), step.field.to_owned()),
        };
        let is_it = |d: &&manifest::Document| {
            d.kind == Some(kind) && d.value.at("metadata.name").as_str() == Some(name.as_str())
        };
        let document = self.desk.documents.iter().find(is_it)?;
        if document.value.at(&path).is_null() {
            return None;
        }
        Some((document.key_span_of(&path).start.line, step.title.clone()))
    }
}
