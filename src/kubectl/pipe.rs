//! `kubectl … | grep … | wc -l`: what stands behind a pipe is run by the shell that containers have, with its tools.

use super::words::Unfinished;
use super::{Context, Files, Look, Output, Started};
use crate::api::Text;
use crate::sim::workload::{self, Process, Reply, Setting, Turn};
use crate::sim::{StableHasher, Timeline};

/// A file holds so much, and so a longer text is laid into several.
const PART_BYTES: usize = workload::Files::BYTES_MAX / 2;
/// How often a pipeline may wait.
const TURNS_MAX: usize = 1_000;
/// Where the text lies.
const FOLDER: &str = "/kubectl";

/// Where the first pipe of a line stands, outside of quotes.
pub(super) fn place(line: &str) -> Option<usize> {
    for (at, c) in super::bare(line) {
        match c {
            '#' if line[..at].ends_with([' ', '\t']) => return None,
            '|' => return (!line[at + 1..].starts_with('|')).then_some(at),
            _ => {}
        }
    }
    None
}

/// Begins both sides of a pipe.
pub(super) fn start(
    timeline: &mut Timeline,
    context: &mut Context,
    files: &dyn Files,
    (left, right): (&str, &str),
) -> Result<Started, Unfinished> {
    super::split(right)?;
    let left = left.trim_end();
    if left.is_empty() {
        return Ok(complaint("Syntax error: \"|\" unexpected").into());
    }
    let (left, both) = match left.strip_suffix("2>&1") {
        Some(left) => (left, true),
        None => (left, false),
    };
    let started = super::start(timeline, context, files, left);
    let held = (!goes_by_lines(right)).then(String::new);
    let mut filter = Filter { pipeline: right.to_owned(), both, held, exit: None };
    let Output { exit, stdout, stderr } = started.output;
    let over = started.running.is_none().then_some(exit);
    let Look { stdout, stderr, exit, .. } =
        filter.look(timeline, Look { stdout, stderr, exit: over, ..Look::default() });
    let output = Output { exit: exit.unwrap_or(0), stdout, stderr };
    let running = started.running.map(|running| running.filtered(filter));
    Ok(Started { output, running, ..Started::default() })
}

/// What stands behind the pipe of a command that lasts.
pub(super) struct Filter {
    pipeline: String,
    /// What is complained about goes through the pipe too.
    both: bool,
    /// What waits for the end, if the pipeline can't tell anything before it.
    held: Option<String>,
    /// The least exit code of its runs: `grep` has found something if it has once.
    exit: Option<i32>,
}

impl Filter {
    /// What the pipeline makes of what was printed since.
    pub fn look(&mut self, timeline: &Timeline, mut look: Look) -> Look {
        if self.both {
            look.stdout += &std::mem::take(&mut look.stderr);
        }
        let over = look.exit.is_some();
        let mut text = std::mem::take(&mut look.stdout);
        if let Some(held) = &mut self.held {
            held.push_str(&text);
            text = if over { std::mem::take(held) } else { String::new() };
        }
        if !text.is_empty() || (over && self.exit.is_none()) {
            let made = through(timeline, &text, &self.pipeline);
            look.stdout = made.stdout;
            look.stderr += &made.stderr;
            self.exit = Some(self.exit.map_or(made.exit, |exit| exit.min(made.exit)));
        }
        look.exit = look.exit.and(self.exit);
        look
    }
}

/// Does each line pass by itself, whatever stands before and behind it?
fn goes_by_lines(pipeline: &str) -> bool {
    let Ok(words) = super::split(&pipeline.replace('|', " | ")) else { return false };
    words.split(|word| word == "|").all(|command| {
        let [name, rest @ ..] = command else { return false };
        let counts = |word: &String| match name.as_str() {
            // Numbers of lines, and what ends early.
            "grep" => match word.strip_prefix("--") {
                Some(long) if long.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                    !["line-buffered", "invert-match", "ignore-case"].contains(&long)
                }
                _ => word.starts_with('-') && word.contains(['c', 'm', 'n', 'q', 'A', 'B', 'C', 'l']),
            },
            "sed" => word.starts_with(|c: char| c == '$' || c.is_ascii_digit()),
            "awk" => {
                word.contains("NR") || word.contains("END") || word.contains("BEGIN") || word.contains('=')
            }
            _ => false,
        };
        matches!(name.as_str(), "grep" | "sed" | "cut" | "tr" | "awk" | "cat") && !rest.iter().any(counts)
    })
}

fn complaint(why: &str) -> Output {
    Output { exit: 2, stdout: String::new(), stderr: format!("sh: 1: {why}\n") }
}

/// What a pipeline makes of a text.
fn through(timeline: &Timeline, text: &str, pipeline: &str) -> Output {
    let mut files = workload::Files::default();
    let mut paths = String::new();
    let mut rest = text;
    while !rest.is_empty() || paths.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(PART_BYTES));
        let path = format!("{FOLDER}/{}", paths.len());
        files.write(&path, part.to_owned().into());
        paths += &format!(" {path}");
        rest = after;
    }
    let command: [Text; 3] = ["sh".into(), "-c".into(), format!("cat{paths} | {pipeline}").into()];
    let luck = StableHasher::of(&timeline.now());
    let setting = Setting { image: "busybox", command: &command, luck, ..Setting::default() };
    let Ok(mut process) = Process::start(&setting) else { return complaint("cannot be run") };
    process.set_files(files);
    let (mut lines, mut now, mut code) = (Vec::new(), timeline.now(), None);
    for _ in 0..TURNS_MAX {
        match process.resume(Reply::Waited, &mut lines, now) {
            Turn::Exit(exit) => {
                code = Some(exit);
                break;
            }
            Turn::Sleep(span) => now += span,
            Turn::Ask(_) | Turn::Serve | Turn::Busy => break,
        }
    }
    let Some(exit) = code else { return complaint("no answer: this runs for ever, or asks the network") };
    let stdout = lines.iter().map(|line| format!("{line}\n")).collect();
    Output { exit, stdout, stderr: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_found_outside_of_quotes_alone() {
        for (line, at) in [
            ("kubectl get pods | wc -l", Some(17)),
            ("kubectl get pods", None),
            ("a 'b | c' d", None),
            ("a \"b \\\" | c\" | d", Some(13)),
            ("a \\| b | c", Some(7)),
            ("a || b", None),
            ("a # b | c", None),
        ] {
            assert_eq!(place(line), at, "{line}");
        }
    }
}
