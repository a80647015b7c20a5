//! [`check`]: does a lesson keep its word? It is played twice, headlessly: once without its solution, once with it.

use super::goals::Manner;
use super::{Content, Goal, Lesson, Predict, Work};
use crate::api::{Span, Text, Time};
use crate::kubectl::{self, Context, Files};
use crate::sim::{Timeline, World};

/// How many events one playing of a lesson may take.
const STEPS_MAX: u64 = 3_000_000;
/// The name under which a lesson's manifests are applied.
const FILE: &str = "lesson.yaml";

/// What came out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    /// Its goals, if nothing is done for them. At least one must not be met.
    pub start: Vec<Judged>,
    /// Its goals, once the solution was given. All must be met.
    pub solved: Vec<Judged>,
    /// Its questions.
    pub predictions: Vec<Predicted>,
    /// What else went wrong.
    pub complaints: Vec<String>,
}

/// A goal and what became of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Judged {
    /// The sentence of the goal.
    pub say: Text,
    /// Was it met?
    pub met: bool,
    /// If not: why not.
    pub why: String,
}

/// A question, the answer that the lesson gives, and that of the run.
#[derive(Clone, PartialEq, Debug)]
pub struct Predicted {
    /// The question.
    pub ask: String,
    /// What the lesson says.
    pub answer: String,
    /// What happened.
    pub happened: String,
}

impl Report {
    /// Does the lesson keep its word?
    pub fn passed(&self) -> bool {
        self.failures().is_empty()
    }
    /// Everything that is not as it should be, a sentence each.
    pub fn failures(&self) -> Vec<String> {
        let mut failures = self.complaints.clone();
        if !self.start.is_empty() && self.start.iter().all(|goal| goal.met) {
            failures.push("the start meets all goals already, so there is nothing to do".to_owned());
        }
        for goal in self.solved.iter().filter(|goal| !goal.met) {
            failures.push(format!("the solution does not meet the goal \"{}\": {}", goal.say, goal.why));
        }
        for question in self.predictions.iter().filter(|p| p.answer != p.happened) {
            let Predicted { ask, answer, happened } = question;
            failures.push(format!("the answer to \"{ask}\" is given as {answer:?}, but it is {happened:?}"));
        }
        failures
    }
}

/// Plays a lesson, and tells what came out.
pub fn check(lesson: &Lesson) -> Report {
    let start = play(lesson, Way::Start);
    let solved = play(lesson, Way::Solved);
    let mut complaints = start.complaints;
    for complaint in solved.complaints {
        if !complaints.contains(&complaint) {
            complaints.push(complaint);
        }
    }
    Report {
        start: start.watch.judged(),
        solved: solved.watch.judged(),
        predictions: solved.predictions,
        complaints,
    }
}

/// With or without the solution.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Start,
    Solved,
}

fn play(lesson: &Lesson, way: Way) -> Play<'_> {
    let mut play = Play {
        timeline: Timeline::new(lesson.front.config()),
        context: Context::default(),
        watch: Watch { goals: lesson.goals().map(Watched::new).collect(), since: None },
        predictions: Vec::new(),
        complaints: Vec::new(),
    };
    for block in &lesson.blocks {
        let line = block.line;
        match &block.content {
            Content::Manifest { text, .. } => play.apply(text, line),
            Content::Commands(commands) => commands.iter().for_each(|c| drop(play.run(c))),
            Content::Seek(span) => play.go(*span),
            Content::Predict(predict) if way == Way::Solved => play.predict(predict),
            Content::Solution(work) => {
                // From here on the learner works, with or without this solution.
                play.watch.since.get_or_insert(play.timeline.now());
                match work {
                    Work::Apply(text) if way == Way::Solved => play.apply(text, line),
                    Work::Commands(commands) if way == Way::Solved => play.solve(commands, line),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    play.finish();
    play
}

struct Play<'a> {
    timeline: Timeline,
    context: Context,
    watch: Watch<'a>,
    predictions: Vec<Predicted>,
    complaints: Vec<String>,
}

/// The one file that a lesson has.
struct OneFile<'a>(&'a str);
impl Files for OneFile<'_> {
    fn read(&self, name: &str) -> Option<String> {
        (name == FILE).then(|| self.0.to_owned())
    }
}

impl Play<'_> {
    fn run(&mut self, command: &str) -> kubectl::Output {
        kubectl::run(&mut self.timeline, &mut self.context, &OneFile(""), command)
    }
    fn apply(&mut self, text: &str, line: u32) {
        let command = format!("kubectl apply -f {FILE}");
        let output = kubectl::run(&mut self.timeline, &mut self.context, &OneFile(text), &command);
        if output.exit != 0 {
            self.complain(line, &output.stderr);
        }
    }
    fn solve(&mut self, commands: &[String], line: u32) {
        for command in commands {
            let output = self.run(command);
            if output.exit != 0 {
                self.complain(line, &format!("{command}: {}", output.stderr));
            }
        }
    }
    fn complain(&mut self, line: u32, what: &str) {
        self.complaints.push(format!("line {line}: {}", what.trim_end()));
    }
    /// Lets time go on, and watches.
    fn go(&mut self, span: Span) {
        self.go_to(self.timeline.now() + span);
    }
    fn go_to(&mut self, to: Time) {
        self.watch.look(self.timeline.world());
        let mut seen = self.timeline.now();
        while self.timeline.advance(to) {
            // What happens at one instant is judged when it is over.
            if self.timeline.now() != seen {
                seen = self.timeline.now();
                self.watch.look(self.timeline.world());
            }
            if self.timeline.world().steps() > STEPS_MAX {
                let why = format!("more than {STEPS_MAX} events happen; it is not played further");
                if !self.complaints.contains(&why) {
                    self.complaints.push(why);
                }
                return;
            }
        }
        self.watch.look(self.timeline.world());
    }
    /// Looks into the future of a copy, so that the lesson itself goes on from here.
    fn predict(&mut self, predict: &Predict) {
        let mut future = self.timeline.fork();
        future.seek(future.now() + predict.after);
        let output = kubectl::run(&mut future, &mut self.context, &OneFile(""), &predict.reveal);
        let said = if output.exit == 0 { output.stdout } else { output.stderr };
        let (ask, answer) = (predict.ask.clone(), predict.answer.clone());
        self.predictions.push(Predicted { ask, answer, happened: said.trim().to_owned() });
    }
    /// Waits as long as the goals allow.
    fn finish(&mut self) {
        let since = *self.watch.since.get_or_insert(self.timeline.now());
        let longest = self.watch.goals.iter().map(|w| w.goal.within).max();
        if let Some(longest) = longest {
            self.go_to((since + longest).max(self.timeline.now()));
        }
    }
}

/// All goals, watched from when the learner begins.
struct Watch<'a> {
    goals: Vec<Watched<'a>>,
    since: Option<Time>,
}

/// A goal while it is watched.
struct Watched<'a> {
    goal: &'a Goal,
    /// Did it hold once, or fail to hold where it always must?
    held: bool,
    failed: bool,
    why: String,
}

impl<'a> Watched<'a> {
    fn new(goal: &'a Goal) -> Watched<'a> {
        Watched { goal, held: false, failed: false, why: String::new() }
    }
    fn met(&self) -> bool {
        match self.goal.manner() {
            Manner::Once => self.held,
            Manner::Always => !self.failed,
        }
    }
}

impl Watch<'_> {
    fn look(&mut self, world: &World) {
        let Some(since) = self.since else { return };
        for watched in &mut self.goals {
            let decided = match watched.goal.manner() {
                Manner::Once => watched.held,
                Manner::Always => watched.failed,
            };
            if decided || world.now() > since + watched.goal.within {
                continue;
            }
            match watched.goal.holds(world) {
                Ok(()) => watched.held = true,
                Err(why) => {
                    watched.failed = true;
                    watched.why = why;
                }
            }
        }
    }
    fn judged(&self) -> Vec<Judged> {
        let judge = |w: &Watched| {
            let met = w.met();
            Judged { say: w.goal.say.clone(), met, why: if met { String::new() } else { w.why.clone() } }
        };
        self.goals.iter().map(judge).collect()
    }
}
