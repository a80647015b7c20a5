//! Commands that last: a watch, a wait, what follows a log. Each is a step that looks at the world again and again while
//! somebody else lets time pass: the page's player, or [`super::run`] for what ends by itself.

use super::edit::{Edit, NO_EDITOR};
use super::failure::Failure;
use super::pipe::Filter;
use super::{Call, Context, Files, Output};
use crate::api::{Span, Time};
use crate::sim::Timeline;
use std::collections::VecDeque;
use std::ops::Range;

/// However patient a command is, so long a script lets it wait.
const LIMIT: Span = Span::secs(3_600);
const LIMIT_WORDS: &str = "error: interrupted: no command waits for more than an hour of the cluster's time";

/// How a command that lasts goes on. It prints through its call, as all verbs do.
pub(super) trait Lasting {
    /// Looks at the world again. It is asked after every event, so it must see cheaply that nothing has changed.
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure>;
    /// Time went backwards: what is there now is what it starts from.
    fn rewind(&mut self, _call: &mut Call) {}
    /// Ctrl+C: it leaves nothing behind.
    fn interrupt(&mut self, _call: &mut Call) {}
    /// Does a script let time go on until it is over? For what watches, it does not.
    fn ends(&self) -> bool {
        true
    }
}

/// When a command that lasts looks again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// Never: it has ended.
    Over,
    /// After the next event.
    Event,
    /// After the next event, and at that instant at the latest.
    At(Time),
}

/// A command that was begun.
#[derive(Default)]
pub struct Started {
    /// What could be answered at once.
    pub output: Output,
    /// What takes the whole terminal's place.
    pub screen: Option<String>,
    /// What goes on.
    pub running: Option<Running>,
    /// What is to be edited: the text goes to [`super::edited`].
    pub edit: Option<Edit>,
}

impl From<Output> for Started {
    fn from(output: Output) -> Started {
        Started { output, ..Started::default() }
    }
}

/// A command that watches or waits.
pub struct Running {
    /// The steps that are left: each begins when the one before it is over.
    steps: VecDeque<Box<dyn Lasting>>,
    /// What has failed so far; it is told at the end.
    failures: Vec<Failure>,
    next: Option<Time>,
    /// The instant and the revision at its last look.
    seen: (Time, u64),
    filter: Option<Filter>,
}

/// What a look at the world has brought.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Look {
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
    /// What takes the whole terminal's place: `watch` shows a screen, and no lines.
    pub screen: Option<String>,
    /// The parts of that screen that are to be marked, by their bytes.
    pub changed: Vec<Range<usize>>,
    /// Its exit code, once it has ended.
    pub exit: Option<i32>,
}

impl Running {
    pub(super) fn new(
        steps: VecDeque<Box<dyn Lasting>>,
        failure: Option<Failure>,
        timeline: &Timeline,
    ) -> Running {
        Running {
            steps,
            failures: failure.into_iter().collect(),
            next: None,
            seen: seen(timeline),
            filter: None,
        }
    }
    /// What it prints goes through a pipe.
    pub(super) fn filtered(mut self, filter: Filter) -> Running {
        self.filter = Some(filter);
        self
    }
    /// Looks at the world again; to be called after each of its steps and seeks, and at [`Running::next_look`].
    pub fn look(&mut self, timeline: &mut Timeline, context: &mut Context, files: &dyn Files) -> Look {
        let now = seen(timeline);
        let before = std::mem::replace(&mut self.seen, now);
        let mut call = Call::new(timeline, context, files);
        if let Some(step) = self.steps.front_mut().filter(|_| now.0 < before.0 || now.1 < before.1) {
            step.rewind(&mut call);
        }
        let next = self.step(&mut call);
        let (screen, changed) = (call.screen.take(), std::mem::take(&mut call.changed));
        let Output { exit, stdout, stderr } = call.output;
        // What it has written itself is no news to it.
        self.seen = seen(timeline);
        self.next = if let Next::At(at) = next { Some(at) } else { None };
        let exit = (next == Next::Over).then_some(exit);
        let look = Look { stdout, stderr, screen, changed, exit };
        match &mut self.filter {
            Some(filter) => filter.look(timeline, look),
            None => look,
        }
    }
    /// Does what can be done now, of all steps.
    fn step(&mut self, call: &mut Call) -> Next {
        while let Some(step) = self.steps.front_mut() {
            match step.look(call) {
                Ok(Next::Over) => {}
                Ok(next) => return next,
                Err(failure) => self.failures.push(failure),
            }
            self.steps.pop_front();
        }
        if let Err(failure) = call.finish(std::mem::take(&mut self.failures)) {
            call.complain(&failure.alone);
            call.output.exit = 1;
        }
        Next::Over
    }
    /// The instant at which it wants to look even if nothing has changed: a timeout, a retry, the next tick of `watch`.
    pub fn next_look(&self) -> Option<Time> {
        self.next
    }
    /// Ctrl+C: what it prints as its last.
    pub fn interrupt(mut self, timeline: &mut Timeline, context: &mut Context, files: &dyn Files) -> Output {
        let mut call = Call::new(timeline, context, files);
        if let Some(step) = self.steps.front_mut() {
            step.interrupt(&mut call);
        }
        let Output { stdout, stderr, .. } = call.output;
        let look = Look { stdout, stderr, exit: Some(130), ..Look::default() };
        let look = match &mut self.filter {
            Some(filter) => filter.look(timeline, look),
            None => look,
        };
        Output { exit: 130, stdout: look.stdout, stderr: look.stderr }
    }
    /// Does a script let time go on until it is over, as for a wait, and not for a watch?
    pub fn ends(&self) -> bool {
        self.steps.iter().all(|step| step.ends())
    }
}

fn seen(timeline: &Timeline) -> (Time, u64) {
    (timeline.now(), timeline.world().store.revision())
}

impl Started {
    /// A command that goes on, unless it is over at its first look.
    pub(super) fn of(
        mut output: Output,
        mut running: Running,
        timeline: &mut Timeline,
        context: &mut Context,
        files: &dyn Files,
    ) -> Started {
        let look = running.look(timeline, context, files);
        output.stdout += &look.stdout;
        output.stderr += &look.stderr;
        output.exit = look.exit.unwrap_or(0);
        Started { output, screen: look.screen, running: look.exit.is_none().then_some(running), edit: None }
    }
    /// Lets time go on until it is over: what ends by itself, for an hour at most; of a watch, what there is to see now.
    pub(super) fn finish(self, timeline: &mut Timeline, context: &mut Context, files: &dyn Files) -> Output {
        self.until(timeline.now(), timeline, context, files)
    }
    /// Lets time go on until it is over, for an hour at most; what only watches is ended at that instant, without a word.
    pub fn until(
        self,
        end: Time,
        timeline: &mut Timeline,
        context: &mut Context,
        files: &dyn Files,
    ) -> Output {
        let Started { mut output, running, edit, mut screen } = self;
        if edit.is_some() {
            output.stderr += NO_EDITOR;
            output.exit = 1;
        }
        let Some(mut running) = running else { return output };
        let end = if running.ends() { timeline.now() + LIMIT } else { end };
        loop {
            let next = running.next_look().map_or(end, |at| at.min(end));
            let there = !timeline.advance(next) && timeline.now() >= end;
            let look = running.look(timeline, context, files);
            output.stdout += &look.stdout;
            output.stderr += &look.stderr;
            screen = look.screen.or(screen);
            if let Some(exit) = look.exit {
                output.exit = exit;
                return output;
            }
            if there {
                break;
            }
        }
        output.stdout += &screen.unwrap_or_default();
        let ends = running.ends();
        let last = running.interrupt(timeline, context, files);
        output.stdout += &last.stdout;
        output.stderr += &last.stderr;
        if ends {
            output.stderr += LIMIT_WORDS;
            output.stderr += "\n";
            output.exit = 1;
        }
        output
    }
}
