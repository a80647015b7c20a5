//! `kubectl … | grep … | wc -l`: what stands behind a pipe is run by the shell that containers have, with its tools.

use super::words::Unfinished;
use super::{Context, Files, Output};
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
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in line.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, c) {
            (Some('"') | None, '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if line[..at].ends_with([' ', '\t']) => return None,
            (None, '|') => return (!line[at + 1..].starts_with('|')).then_some(at),
            _ => {}
        }
    }
    None
}

/// Carries out both sides of a pipe.
pub(super) fn run(
    timeline: &mut Timeline,
    context: &mut Context,
    files: &dyn Files,
    (left, right): (&str, &str),
) -> Result<Output, Unfinished> {
    super::split(right)?;
    let left = left.trim_end();
    if left.is_empty() {
        return Ok(complaint("Syntax error: \"|\" unexpected"));
    }
    let (left, both) = match left.strip_suffix("2>&1") {
        Some(left) => (left, true),
        None => (left, false),
    };
    let mut first = super::run(timeline, context, files, left);
    if both {
        first.stdout += &std::mem::take(&mut first.stderr);
    }
    let piped = through(timeline, &first.stdout, right);
    Ok(Output { stderr: first.stderr + &piped.stderr, ..piped })
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
