//! kubectl: a line → words → a verb with its flags → [`Output`].
//!
//! This room knows no file system, no clock and no page: files are handed in by name, and time is the timeline's own.
//! It reads the world, and never writes it: whatever a verb changes is a request to the API server through
//! [`Timeline::call`], so that it is an input like any other, to be replayed and undone. A verb is one file and one
//! row in [`VERBS`]; a table of `get` and a text of `describe` are one file and one row each in theirs.

mod apply;
mod args;
mod auth;
mod autoscale;
mod changes;
mod columns;
mod complete;
mod config;
mod cordon;
mod create;
mod delete;
pub mod describe;
mod diff;
mod discovery;
mod drain;
mod duration;
mod edit;
mod events;
mod exec;
mod explain;
mod expose;
mod failure;
mod get;
mod help;
mod label;
mod lasting;
pub mod line;
mod live;
mod logs;
mod merge;
mod patch;
mod pipe;
mod portforward;
mod print;
mod raw;
mod replace;
mod resource;
mod rollout;
mod run;
pub mod sandbox;
mod save;
mod scale;
mod screen;
mod selector;
mod set;
mod sources;
mod tabs;
mod target;
pub mod terminal;
mod top;
mod traffic;
mod unknown;
mod version;
mod wait;
mod watch;
mod words;

use crate::api::Text;
use crate::sim::{Timeline, World};
use args::{Args, Flag, Words};
use failure::Failure;
use lasting::Lasting;
use std::collections::VecDeque;
use std::ops::Range;

pub use apply::{Applied, apply_text};
pub use changes::{Change, What, changes};
pub use columns::cells;
pub use complete::{Completions, complete};
pub use edit::{Edit, Edited, edited};
pub use lasting::{Look, Running, Started};
pub use live::Known;
pub use portforward::Forward;
pub use words::{Unfinished, bare, split};

/// What a command has printed, and how it ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Output {
    /// The exit code: 0 where all went well.
    pub exit: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// Where `-f NAME` finds its text.
pub trait Files {
    /// The text of a file, or none if there is no such file.
    fn read(&self, name: &str) -> Option<String>;
}

/// What kubectl remembers between two commands: its kubeconfig, as far as it matters.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Context {
    /// The namespace that is meant where none is named.
    pub namespace: Text,
    /// The ports that are open on one's own machine.
    pub forwards: Vec<Forward>,
}

impl Default for Context {
    fn default() -> Self {
        Context { namespace: "default".into(), forwards: Vec::new() }
    }
}

/// A verb of the command line.
struct Verb {
    /// `get`; of a verb of two words, both: `create job`.
    name: &'static str,
    /// What its words name.
    takes: Words,
    /// The flags that it knows beside those that all verbs know.
    flags: &'static [&'static [Flag]],
    /// Does it.
    run: fn(&mut Call, &Args) -> Result<(), Failure>,
}

/// Every verb. Those of two words stand before those of one.
const VERBS: &[Verb] = &[
    config::SET_CONTEXT,
    config::CURRENT_CONTEXT,
    config::USE_CONTEXT,
    config::GET_CONTEXTS,
    config::VIEW,
    auth::CAN_I,
    auth::WHO_AM_I,
    create::NAMESPACE,
    create::JOB,
    create::DEPLOYMENT,
    create::CRONJOB,
    create::CONFIGMAP,
    create::SECRET,
    create::TLS,
    create::REGISTRY,
    create::CLUSTER_IP,
    create::NODE_PORT,
    create::LOAD_BALANCER,
    create::EXTERNAL_NAME,
    create::INGRESS,
    create::SERVICE_ACCOUNT,
    create::ROLE,
    create::CLUSTER_ROLE,
    create::ROLE_BINDING,
    create::CLUSTER_ROLE_BINDING,
    create::QUOTA,
    create::PDB,
    create::PRIORITY_CLASS,
    create::FILE,
    rollout::STATUS,
    rollout::HISTORY,
    rollout::UNDO,
    rollout::RESTART,
    rollout::PAUSE,
    rollout::RESUME,
    set::IMAGE,
    set::ENV,
    set::RESOURCES,
    set::SERVICE_ACCOUNT,
    set::SELECTOR,
    set::SUBJECT,
    top::NODE,
    top::POD,
    apply::VIEW_LAST,
    apply::SET_LAST,
    apply::VERB,
    autoscale::VERB,
    delete::VERB,
    cordon::CORDON,
    cordon::UNCORDON,
    cordon::TAINT,
    drain::VERB,
    describe::VERB,
    diff::VERB,
    edit::VERB,
    events::VERB,
    exec::VERB,
    explain::VERB,
    expose::VERB,
    get::VERB,
    label::LABEL,
    label::ANNOTATE,
    logs::VERB,
    patch::VERB,
    portforward::VERB,
    replace::VERB,
    run::VERB,
    discovery::RESOURCES,
    discovery::VERSIONS,
    discovery::CLUSTER,
    scale::VERB,
    version::VERB,
    wait::VERB,
];

/// Other names of verbs of two words.
const ALIASES: &[(&str, &str)] = &[
    ("config use", "config use-context"),
    ("create ns", "create namespace"),
    ("create deploy", "create deployment"),
    ("create cj", "create cronjob"),
    ("create cm", "create configmap"),
    ("create svc", "create service"),
    ("create ing", "create ingress"),
    ("create sa", "create serviceaccount"),
    ("create resourcequota", "create quota"),
    ("create pdb", "create poddisruptionbudget"),
    ("create pc", "create priorityclass"),
    ("set sa", "set serviceaccount"),
    ("top nodes", "top node"),
    ("top no", "top node"),
    ("top pods", "top pod"),
    ("top po", "top pod"),
];

/// A command that is being carried out.
struct Call<'a> {
    timeline: &'a mut Timeline,
    context: &'a mut Context,
    files: &'a dyn Files,
    output: Output,
    /// What takes the terminal's place.
    screen: Option<String>,
    /// Which parts of it are to be marked.
    changed: Vec<Range<usize>>,
    /// What is to be edited.
    edit: Option<Edit>,
    /// A verb that is not done when it returns leaves here how it goes on, one step after another.
    lasting: VecDeque<Box<dyn Lasting>>,
}

impl<'a> Call<'a> {
    fn new(timeline: &'a mut Timeline, context: &'a mut Context, files: &'a dyn Files) -> Call<'a> {
        Call {
            timeline,
            context,
            files,
            output: Output::default(),
            screen: None,
            changed: Vec::new(),
            edit: None,
            lasting: VecDeque::new(),
        }
    }
    fn world(&self) -> &World {
        self.timeline.world()
    }
    /// Prints a line.
    fn say(&mut self, line: &str) {
        self.output.stdout.push_str(line);
        self.output.stdout.push('\n');
    }
    /// Prints a line to the standard error.
    fn complain(&mut self, line: &str) {
        self.output.stderr.push_str(line);
        self.output.stderr.push('\n');
    }
    /// The verb is not done: this is how it goes on.
    fn lasts(&mut self, step: impl Lasting + 'static) {
        self.lasting.push_back(Box::new(step));
    }
    /// Ends a command that went on after its failures.
    fn finish(&mut self, failures: Vec<Failure>) -> Result<(), Failure> {
        match failures.as_slice() {
            [] => Ok(()),
            [one] => Err(one.clone()),
            many => {
                let lines: Vec<&str> = many.iter().map(|f| f.among.as_str()).collect();
                Err(Failure::plain(lines.join("\n")))
            }
        }
    }
}

/// Carries out one line: `sandbox …`, or a verb of kubectl with or without the word `kubectl` before it. What waits has
/// its time at once, an hour at most; of what only watches, what there is to see now is all.
pub fn run(timeline: &mut Timeline, context: &mut Context, files: &dyn Files, line: &str) -> Output {
    start(timeline, context, files, line).finish(timeline, context, files)
}

/// Carries out a command that is split into words already, as [`run`] does.
pub fn run_words(
    timeline: &mut Timeline,
    context: &mut Context,
    files: &dyn Files,
    words: &[String],
) -> Output {
    start_words(timeline, context, files, words).finish(timeline, context, files)
}

/// Begins a line. What can be answered at once is answered; what watches or waits goes on as [`Started::running`], while
/// whoever has called lets time pass.
pub fn start(timeline: &mut Timeline, context: &mut Context, files: &dyn Files, line: &str) -> Started {
    let piped =
        pipe::place(line).map(|at| pipe::start(timeline, context, files, (&line[..at], &line[at + 1..])));
    if let Some(Ok(started)) = piped {
        return started;
    }
    match split(line) {
        Ok(words) if piped.is_none() => start_words(timeline, context, files, &words),
        _ => {
            let stderr = "sh: 1: Syntax error: Unterminated quoted string\n".to_owned();
            Output { exit: 2, stdout: String::new(), stderr }.into()
        }
    }
}

fn start_words(
    timeline: &mut Timeline,
    context: &mut Context,
    files: &dyn Files,
    words: &[String],
) -> Started {
    let words = match words {
        [first, rest @ ..] if first == "sandbox" => return sandbox::run(timeline, context, rest).into(),
        [first, rest @ ..] if first == "kubectl" => rest,
        words => words,
    };
    let mut call = Call::new(timeline, context, files);
    let failure = match words {
        [first, rest @ ..] if first == "watch" => screen::begin(&mut call, rest).err(),
        words => dispatch(&mut call, words).err(),
    };
    let (steps, edit) = (std::mem::take(&mut call.lasting), call.edit.take());
    let mut output = call.output;
    if steps.is_empty() {
        if let Some(failure) = failure {
            // One that has said all by itself says no more.
            if !failure.alone.is_empty() {
                output.stderr += &failure.alone;
                output.stderr.push('\n');
            }
            output.exit = 1;
        }
        return Started { edit, ..output.into() };
    }
    let running = Running::new(steps, failure, timeline);
    Started::of(output, running, timeline, context, files)
}

fn dispatch(call: &mut Call, words: &[String]) -> Result<(), Failure> {
    if help::answer(call, words) {
        return Ok(());
    }
    if let Some(at) = args::first_word(words) {
        // A verb of two words is none of them by itself, except for `create`, which makes what a file says.
        let whole = verb_of(&words[at..]).is_some_and(|(verb, _)| verb.name != "create");
        if let Some(failure) = (!whole).then(|| unknown::group(call, &by_own_name(&words[at..]))).flatten() {
            return Err(failure);
        }
    }
    let (verb, rest) = find(words)?;
    let args = args::parse(verb.name, verb.flags, &rest)?;
    (verb.run)(call, &args)
}

/// The verb that the words begin with, and the words without it. Flags that stand before the verb are left in place.
fn find(words: &[String]) -> Result<(&'static Verb, Vec<String>), Failure> {
    let at = args::first_word(words).ok_or_else(Failure::no_verb)?;
    let said = words[at].as_str();
    let (verb, length) = verb_of(&words[at..]).ok_or_else(|| unknown::command(said))?;
    let mut rest = words.to_vec();
    rest.drain(at..at + length);
    Ok((verb, rest))
}

/// The verb that words begin with, by whichever of its names, and how many of them name it.
fn verb_of(words: &[String]) -> Option<(&'static Verb, usize)> {
    let words = by_own_name(words);
    let length = |name: &str| name.split(' ').count();
    let begins = |name: &str| name.split(' ').eq(words.iter().take(length(name)).copied());
    let verb = VERBS.iter().find(|v| begins(v.name))?;
    Some((verb, length(verb.name)))
}

/// The words with the verb's own name in place of another, which has as many words.
fn by_own_name(words: &[String]) -> Vec<&str> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    let alias = ALIASES.iter().find(|(alias, _)| alias.split(' ').eq(words.iter().take(2).copied()));
    if let Some((_, name)) = alias {
        words.splice(..2, name.split(' '));
    }
    words
}
