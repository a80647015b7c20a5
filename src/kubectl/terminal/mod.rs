//! [`Terminal`]: a prompt with what was typed there, what it printed, and what is still running.
//!
//! A command that lasts lives at the front of time: it rests while the clock shows an instant before the last at which
//! it has looked, and goes on from there.

mod entry;
mod history;
mod own;

pub use entry::{Entry, Part, Stream};
pub use history::{History, Search};

use super::line::{self, Redirect, Stdin, Step, When};
use super::{Completions, Context, Edit, Files, Output, Running};
use crate::api::Time;
use crate::sim::Timeline;
use entry::Entries;
use std::collections::VecDeque;
use std::rc::Rc;

/// Files that can be written, too.
pub trait Drive: Files {
    /// The names of all files.
    fn names(&self) -> Vec<String>;
    /// Puts a text into a file, which is made if there is none; or says why not.
    fn write(&mut self, name: &str, text: String) -> Result<(), String>;
}

/// How much what goes to a file may be, in bytes; beyond, the command is stopped.
const REDIRECTED_MAX: usize = 4 << 20;
/// How many commands may run beside the prompt.
const BESIDE_MAX: usize = 8;

/// A prompt.
#[derive(Default)]
pub struct Terminal {
    context: Context,
    entries: Entries,
    /// What was typed before.
    pub history: History,
    /// What is typed so far of a command that goes on in the next line.
    open: String,
    /// What comes after the command that runs now.
    steps: VecDeque<Step>,
    front: Option<Job>,
    beside: Vec<Job>,
    /// How the last command ended.
    exit: i32,
    /// What is to be edited.
    edits: Vec<Edit>,
}

/// A command that is not over.
struct Job {
    running: Running,
    step: Step,
    entry: u64,
    /// What goes to a file when it is over.
    held: String,
    /// The instant of its last look.
    seen: Time,
}

/// The drive as a command sees it that has something to read from `-`.
struct Fed<'a> {
    drive: &'a dyn Drive,
    stdin: Option<String>,
}

impl Files for Fed<'_> {
    fn read(&self, name: &str) -> Option<String> {
        match (name, &self.stdin) {
            ("-", Some(text)) => Some(text.clone()),
            ("-", None) => Some(String::new()),
            _ => self.drive.read(name),
        }
    }
}

impl Terminal {
    /// Everything that was typed, with what it printed.
    pub fn entries(&self) -> &Rc<Vec<Rc<Entry>>> {
        self.entries.all()
    }
    /// The namespace that is meant where none is named.
    pub fn namespace(&self) -> &str {
        &self.context.namespace
    }
    /// Does a command run that has the prompt?
    pub fn is_busy(&self) -> bool {
        self.front.is_some()
    }
    /// Does any command run?
    pub fn is_running(&self) -> bool {
        self.front.is_some() || !self.beside.is_empty()
    }
    /// Does what was typed go on in the next line?
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
    /// What is to be edited, once: the text goes to [`Terminal::edited`].
    pub fn take_edits(&mut self) -> Vec<Edit> {
        std::mem::take(&mut self.edits)
    }
    /// A text comes out of the editor. Where the cluster finds it invalid, it is to be edited again.
    pub fn edited(&mut self, timeline: &mut Timeline, drive: &mut dyn Drive, edit: Edit, text: &str) {
        let fed = Fed { drive, stdin: None };
        let done = super::edited(timeline, &mut self.context, &fed, edit, text);
        self.say(&done.output);
        self.edits.extend(done.again);
        if let Some((name, text)) = done.kept {
            let name = name.rsplit('/').next().unwrap_or(&name);
            if let Err(why) = drive.write(name, text) {
                self.entries.print(None, Stream::Err, &format!("sh: {why}\n"));
            }
        }
    }
    /// The cluster is a fresh one: what ran in the old one is over.
    pub fn moved_away(&mut self) {
        self.steps.clear();
        for job in self.front.take().into_iter().chain(std::mem::take(&mut self.beside)) {
            self.entries.end(job.entry, 130);
        }
        self.context = Context::default();
    }

    /// A line was entered.
    pub fn enter(&mut self, typed: &str, timeline: &mut Timeline, drive: &mut dyn Drive) {
        let text = if self.open.is_empty() { typed.to_owned() } else { format!("{}\n{typed}", self.open) };
        let read = line::read(&text);
        let Ok(read) = read else {
            self.open = text;
            return;
        };
        self.open.clear();
        self.history.add(&text);
        let since = timeline.now() - timeline.start();
        self.entries.open(self.prompt(), text, since);
        match read {
            Err(why) => {
                self.entries.print(None, Stream::Err, &format!("{why}\n"));
                self.entries.end_last(2);
                self.exit = 2;
            }
            Ok(steps) => {
                self.steps.extend(steps);
                self.go_on(timeline, drive);
            }
        }
    }
    /// What stands before what is typed.
    pub fn prompt(&self) -> String {
        if *self.context.namespace == *"default" {
            "$".into()
        } else {
            format!("{} $", self.context.namespace)
        }
    }

    /// Carries out what is to be carried out until something lasts.
    fn go_on(&mut self, timeline: &mut Timeline, drive: &mut dyn Drive) {
        while self.front.is_none() {
            let Some(step) = self.steps.pop_front() else {
                let exit = self.exit;
                self.entries.end_last(exit);
                return;
            };
            let wanted = match step.when {
                When::Always => true,
                When::Succeeded => self.exit == 0,
                When::Failed => self.exit != 0,
            };
            if wanted {
                self.begin(step, timeline, drive);
            }
        }
    }
    fn begin(&mut self, step: Step, timeline: &mut Timeline, drive: &mut dyn Drive) {
        if let Some(output) = own::answer(self, &step, timeline, drive) {
            let mut held = String::new();
            self.print(None, &step, output.clone(), &mut held);
            return self.finish(&step, held, output.exit, drive);
        }
        let stdin = match &step.stdin {
            Some(Stdin::Text(text)) => Some(text.clone()),
            Some(Stdin::File(name)) => match drive.read(name) {
                Some(text) => Some(text),
                None => {
                    self.entries.print(
                        None,
                        Stream::Err,
                        &format!("sh: {name}: No such file or directory\n"),
                    );
                    self.exit = 1;
                    return;
                }
            },
            None => None,
        };
        let fed = Fed { drive, stdin };
        let started = super::start(timeline, &mut self.context, &fed, &own::plain(&step.command));
        self.edits.extend(started.edit);
        let (exit, mut held) = (started.output.exit, String::new());
        self.print(None, &step, started.output, &mut held);
        if let Some(screen) = started.screen {
            self.entries.show(self.entries.last_id(), screen);
        }
        let Some(running) = started.running else { return self.finish(&step, held, exit, drive) };
        let job = Job { running, entry: self.entries.last_id(), held, seen: timeline.now(), step };
        if !job.step.background {
            self.front = Some(job);
        } else if self.beside.len() < BESIDE_MAX {
            self.entries.print(
                None,
                Stream::Note,
                &format!("[{}] runs beside the prompt\n", self.beside.len() + 1),
            );
            self.beside.push(job);
            self.exit = 0;
        } else {
            self.entries.print(None, Stream::Err, "sh: too many commands run beside the prompt\n");
            self.exit = 1;
        }
    }
    fn print(&mut self, entry: Option<u64>, step: &Step, output: Output, held: &mut String) {
        if step.stdout.is_some() {
            held.push_str(&output.stdout);
        } else {
            self.entries.print(entry, Stream::Out, &output.stdout);
        }
        if !step.silent {
            self.entries.print(entry, Stream::Err, &output.stderr);
        }
    }
    /// A command is over: what it printed for a file goes there.
    fn finish(&mut self, step: &Step, held: String, exit: i32, drive: &mut dyn Drive) {
        self.exit = exit;
        if let Some(Redirect { file, append }) = &step.stdout
            && file != "/dev/null"
        {
            let before = if *append { drive.read(file).unwrap_or_default() } else { String::new() };
            if let Err(why) = drive.write(file, before + &held) {
                self.entries.print(None, Stream::Err, &format!("sh: {why}\n"));
                self.exit = 1;
            }
        }
    }

    /// Looks at the world for every command that lasts; to be called after each step of the world.
    pub fn look(&mut self, timeline: &mut Timeline, drive: &mut dyn Drive) {
        if let Some(mut job) = self.front.take() {
            match self.look_with(&mut job, timeline, drive) {
                None => self.front = Some(job),
                Some(exit) => {
                    self.finish(&job.step, job.held, exit, drive);
                    self.go_on(timeline, drive);
                }
            }
        }
        let mut at = 0;
        while at < self.beside.len() {
            let mut job = self.beside.remove(at);
            match self.look_with(&mut job, timeline, drive) {
                None => {
                    self.beside.insert(at, job);
                    at += 1;
                }
                Some(exit) => {
                    let was = self.exit;
                    self.entries.print(Some(job.entry), Stream::Note, &format!("[{}] is over\n", at + 1));
                    self.finish(&job.step, job.held, exit, drive);
                    self.exit = was;
                }
            }
        }
    }
    fn look_with(&mut self, job: &mut Job, timeline: &mut Timeline, drive: &dyn Drive) -> Option<i32> {
        if timeline.now() < job.seen {
            return None;
        }
        job.seen = timeline.now();
        let look = job.running.look(timeline, &mut self.context, &Fed { drive, stdin: None });
        if let Some(screen) = look.screen {
            self.entries.show(job.entry, screen);
        }
        let output = Output { exit: 0, stdout: look.stdout, stderr: look.stderr };
        self.print(Some(job.entry), &job.step, output, &mut job.held);
        if job.held.len() > REDIRECTED_MAX {
            self.entries.print(Some(job.entry), Stream::Err, "sh: the file would be too large\n");
            return Some(1);
        }
        look.exit
    }
    /// The next instant at which a command wants to look although nothing has changed.
    pub fn next_look(&self) -> Option<Time> {
        self.front.iter().chain(&self.beside).filter_map(|job| job.running.next_look()).min()
    }

    /// Ctrl+C: the command that has the prompt is over, and nothing comes after it.
    pub fn interrupt(&mut self, timeline: &mut Timeline, drive: &mut dyn Drive) {
        self.steps.clear();
        if let Some(job) = self.front.take() {
            let output = job.running.interrupt(timeline, &mut self.context, &Fed { drive, stdin: None });
            let mut held = job.held;
            self.print(Some(job.entry), &job.step, output, &mut held);
            self.entries.print(Some(job.entry), Stream::Note, "^C\n");
            self.finish(&job.step, held, 130, drive);
            self.entries.end(job.entry, 130);
        }
        self.open.clear();
    }
    /// The commands that run beside the prompt are over.
    pub fn interrupt_beside(&mut self, timeline: &mut Timeline, drive: &dyn Drive) {
        for job in std::mem::take(&mut self.beside) {
            let output = job.running.interrupt(timeline, &mut self.context, &Fed { drive, stdin: None });
            self.print(Some(job.entry), &job.step, output, &mut String::new());
            self.entries.print(Some(job.entry), Stream::Note, "stopped\n");
        }
    }
    /// What an editor was opened for is done, or given up.
    pub fn say(&mut self, output: &Output) {
        self.entries.print(None, Stream::Out, &output.stdout);
        self.entries.print(None, Stream::Err, &output.stderr);
        self.entries.end_last(output.exit);
        self.exit = output.exit;
    }
    /// Forgets what was printed.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
    /// What may be typed at a place of the line, in bytes.
    pub fn complete(&self, timeline: &Timeline, drive: &dyn Drive, line: &str, cursor: usize) -> Completions {
        let names = drive.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        super::complete(timeline.world(), &self.context, &names, line, cursor)
    }
}
