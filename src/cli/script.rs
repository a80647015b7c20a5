//! [`Script`]: timed commands, one a line, and the cluster on which they are played.

use crate::api::{Span, duration};
use crate::kubectl;
use crate::sim::Config;

/// A script that was understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    /// The cluster.
    pub config: Config,
    /// The commands, in order of time.
    pub commands: Vec<Command>,
}

/// One command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Command {
    /// The line on which it stands, from 1.
    pub number: usize,
    /// The time as it is written: `1m30s`.
    pub time: String,
    /// How long after the start of the cluster.
    pub at: Span,
    /// The command.
    pub line: String,
}

/// What is wrong with a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Script {
    /// Reads a script; every mistake in it is told at once.
    pub fn parse(text: &str) -> Result<Script, Vec<Mistake>> {
        let mut script = Script { config: Config::default(), commands: Vec::new() };
        let mut mistakes = Vec::new();
        for (i, line) in text.lines().enumerate() {
            let read = match line.trim() {
                "" => Ok(()),
                comment if comment.starts_with('#') => script.read_comment(&comment[1..]),
                command => script.read_command(i + 1, command),
            };
            if let Err(message) = read {
                mistakes.push(Mistake { line: i + 1, message });
            }
        }
        if mistakes.is_empty() { Ok(script) } else { Err(mistakes) }
    }
    /// A comment may declare the cluster.
    fn read_comment(&mut self, comment: &str) -> Result<(), String> {
        let Some(settings) = comment.trim_start().strip_prefix("cluster:") else { return Ok(()) };
        self.config = Config::parse(settings)?;
        Ok(())
    }
    fn read_command(&mut self, number: usize, line: &str) -> Result<(), String> {
        let example = "write @TIME COMMAND, such as \"@5s kubectl get pods\"";
        let timed = line.strip_prefix('@').ok_or_else(|| format!("a time is missing: {example}"))?;
        let (time, command) = timed
            .split_once(char::is_whitespace)
            .ok_or_else(|| format!("a command is missing: {example}"))?;
        let at = duration(time).filter(|span| *span >= Span::ZERO);
        let at = at.ok_or_else(|| format!("the time {time:?} cannot be read: write 0s, 5s, 1m30s or 2h"))?;
        if let Some(last) = self.commands.last().filter(|last| at < last.at) {
            return Err(format!("@{time} comes before @{} of line {}", last.time, last.number));
        }
        let words = kubectl::split(command).map_err(|_| "a quote is not closed".to_owned())?;
        match words.first().map(String::as_str) {
            Some("kubectl" | "watch") => {}
            Some("sandbox") if kubectl::sandbox::is_question(&words[1..]) => {}
            Some("sandbox") => {
                kubectl::sandbox::parse(&words[1..], &kubectl::Context::default())?;
            }
            other => {
                let other = other.unwrap_or_default();
                return Err(format!("commands are \"kubectl …\" and \"sandbox …\", not {other:?}"));
            }
        }
        let (time, line) = (time.to_owned(), uncommented(command.trim()).to_owned());
        self.commands.push(Command { number, time, at, line });
        Ok(())
    }
}

/// A line without the comment at its end: a `#` that begins a word outside of quotes.
fn uncommented(line: &str) -> &str {
    let begins = |(at, c): &(usize, char)| *c == '#' && line[..*at].ends_with([' ', '\t']);
    kubectl::bare(line).find(begins).map_or(line, |(at, _)| line[..at].trim_end())
}
