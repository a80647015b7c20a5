//! The headless face: `podium run SCRIPT` plays timed commands against a fresh cluster, `podium lesson check` proves lessons.
//!
//! This room never knows the page, and never reads a clock: a script's time is the cluster's own. It is the only room
//! but the page's that touches anything outside: it reads the script and the files that the script names.

mod lesson;
mod script;

pub use script::{Command, Mistake, Script};

use crate::api::{Value, write_json_str};
use crate::kubectl::{self, Context, Files, Output};
use crate::sim::Timeline;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How the program is called.
pub const USAGE: &str = "\
podium: a Kubernetes cluster without a cluster

usage: podium run SCRIPT [--json] [--seed N]
       podium lesson check FILE...

  run SCRIPT   plays a script of timed commands against a fresh cluster
  --json       prints one JSON object a command: t, command, exit, stdout, stderr
  --seed N     the seed of all chance (1)
  lesson check plays each lesson: its start must fail its goals, its solution must meet them

A script has one command a line, in order of time; # starts a comment; files are relative to the script:

  # cluster: nodes=3 cpu=4 memory=8Gi pods=110 start=2026-01-05T00:00:00Z
  @0s    kubectl apply -f job.yaml
  @5s    kubectl get pods -o wide
  @1m30s sandbox node-down node-2
";

/// What the command line asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Order {
    Help,
    Run { script: PathBuf, form: Form, seed: Option<u64> },
    CheckLessons(Vec<PathBuf>),
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Text,
    Json,
}

/// Carries out a command line, without the program's own name; returns the exit code.
pub fn main(args: &[String], out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    match order(args) {
        Ok(Order::Help) => {
            out.write_all(USAGE.as_bytes())?;
            Ok(0)
        }
        Ok(Order::CheckLessons(paths)) => lesson::check(&paths, out, err),
        Ok(Order::Run { script, form, seed }) => run(&script, form, seed, out, err),
        Err(why) => {
            write!(err, "podium: {why}\n\n{USAGE}")?;
            Ok(2)
        }
    }
}

fn order(args: &[String]) -> Result<Order, String> {
    let mut words = args.iter().map(String::as_str);
    match words.next() {
        Some("run") => {}
        Some("lesson") => return lessons(words),
        Some("help" | "--help" | "-h") => return Ok(Order::Help),
        Some(other) => return Err(format!("there is no command {other:?}")),
        None => return Err("a command is missing".to_owned()),
    }
    let (mut script, mut form, mut seed) = (None, Form::Text, None);
    while let Some(word) = words.next() {
        match word {
            "--json" => form = Form::Json,
            "--help" | "-h" => return Ok(Order::Help),
            "--seed" => seed = Some(number(words.next().unwrap_or_default())?),
            _ if word.starts_with("--seed=") => seed = Some(number(&word["--seed=".len()..])?),
            _ if word.starts_with('-') && word.len() > 1 => return Err(format!("there is no flag {word}")),
            _ if script.is_none() => script = Some(PathBuf::from(word)),
            _ => return Err(format!("one script at a time; what is {word:?}?")),
        }
    }
    let script = script.ok_or("run: which SCRIPT?")?;
    Ok(Order::Run { script, form, seed })
}

fn lessons<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Order, String> {
    match words.next() {
        Some("check") => {}
        Some(other) => return Err(format!("lesson: there is no command {other:?}")),
        None => return Err("lesson: a command is missing".to_owned()),
    }
    let paths: Vec<PathBuf> = words.map(PathBuf::from).collect();
    if paths.is_empty() {
        Err("lesson check: which FILE?".to_owned())
    } else {
        Ok(Order::CheckLessons(paths))
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("--seed: {text:?} is no whole number"))
}

fn run(
    path: &Path,
    form: Form,
    seed: Option<u64>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) => {
            writeln!(err, "podium: {}: {why}", path.display())?;
            return Ok(2);
        }
    };
    let script = match Script::parse(&text) {
        Ok(script) => script,
        Err(mistakes) => {
            for mistake in mistakes {
                writeln!(err, "{}:{}: {}", path.display(), mistake.line, mistake.message)?;
            }
            return Ok(2);
        }
    };
    let folder = Folder(path.parent().map(Path::to_owned).unwrap_or_default());
    let mut written = Ok(());
    play(&script, seed, &folder, |command, output| {
        if written.is_ok() {
            written = match form {
                Form::Text => {
                    write!(out, "@{} $ {}\n{}{}", command.time, command.line, output.stdout, output.stderr)
                }
                Form::Json => writeln!(out, "{}", json(command, output)),
            };
        }
    });
    written?;
    out.flush()?;
    Ok(0)
}

/// Plays a script; each command and what it printed is handed over in turn. A watch (`get -w`, `logs -f`, `events -w`,
/// `port-forward`) goes on in the background until the time of the next command, and its output belongs to its own.
pub fn play(script: &Script, seed: Option<u64>, files: &dyn Files, mut each: impl FnMut(&Command, &Output)) {
    let mut config = script.config.clone();
    config.seed = seed.unwrap_or(config.seed);
    let mut timeline = Timeline::new(config);
    let mut context = Context::default();
    let after = script.commands.iter().skip(1).map(|command| Some(command.at)).chain([None]);
    for (command, after) in script.commands.iter().zip(after) {
        let start = timeline.start();
        // A command that waits holds up those after it, as in a shell.
        timeline.seek((start + command.at).max(timeline.now()));
        let started = kubectl::start(&mut timeline, &mut context, files, &command.line);
        // One that only watches goes on in the background until the next one's time, and is ended without a word.
        let next = after.map_or(timeline.now(), |after| (start + after).max(timeline.now()));
        let output = started.until(next, &mut timeline, &mut context, files);
        each(command, &output);
    }
}

/// One result as a line of JSON.
fn json(command: &Command, output: &Output) -> String {
    let text = |s: &str| {
        let mut out = String::new();
        write_json_str(s, &mut out);
        out
    };
    let seconds = command.at.as_secs_f64();
    let seconds =
        if seconds.fract() == 0.0 { format!("{seconds:.1}") } else { Value::Float(seconds).to_json() };
    format!(
        "{{\"t\": {seconds}, \"command\": {}, \"exit\": {}, \"stdout\": {}, \"stderr\": {}}}",
        text(&command.line),
        output.exit,
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// The folder in which a script lies.
pub struct Folder(pub PathBuf);

impl Files for Folder {
    fn read(&self, name: &str) -> Option<String> {
        let path = self.0.join(name);
        if !path.is_dir() {
            return std::fs::read_to_string(path).ok();
        }
        // Of a folder, all its manifests, in the order of their names.
        let manifest = |path: &PathBuf| {
            let ending = path.extension().and_then(|e| e.to_str());
            ending.is_some_and(|e| ["yaml", "yml", "json"].contains(&e))
        };
        let mut paths: Vec<PathBuf> =
            path.read_dir().ok()?.flatten().map(|e| e.path()).filter(manifest).collect();
        paths.sort();
        let texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
        Some(texts.collect::<Vec<_>>().join("\n---\n"))
    }
}
