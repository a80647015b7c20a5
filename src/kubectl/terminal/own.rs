//! What a terminal answers itself: a handful of the commands that a shell has.

use super::{Drive, Terminal};
use crate::kubectl::line::Step;
use crate::kubectl::{Output, split};
use crate::sim::Timeline;

/// A command of the terminal's own.
struct Own {
    name: &'static str,
    says: &'static str,
    run: fn(&mut Terminal, &[String], &mut Timeline, &dyn Drive) -> Output,
}

const ALL: &[Own] = &[
    Own { name: "cat", says: "FILE…   prints open files", run: cat },
    Own { name: "clear", says: "        empties the terminal (Ctrl+L)", run: clear },
    Own { name: "date", says: "        the cluster's clock", run: date },
    Own { name: "echo", says: "WORD…   prints words", run: echo },
    Own { name: "help", says: "        this", run: help },
    Own { name: "history", says: "     what was typed before (↑ ↓, Ctrl+R searches)", run: history },
    Own { name: "jobs", says: "        what runs beside the prompt", run: jobs },
    Own { name: "kill", says: "        stops all of it", run: kill },
    Own { name: "ls", says: "        the names of the open files", run: ls },
];

const HELP: &str = "\
kubectl …       as the real one; k is short for it; kubectl help lists its verbs
sandbox …       what no kubectl can do: node-down, crash, request, traffic …
watch COMMAND   a command again and again
curl URL        a request from outside, or to an open port-forward
";
const HELP_END: &str = "
Tab completes, Ctrl+C ends what runs, and COMMAND & lets it run beside the prompt.
COMMAND > FILE opens what it prints as a file; | grep, sort, head … work on it; -f - reads << END.
";

/// Answers a step that is the terminal's own matter; none: it is not.
pub(super) fn answer(
    terminal: &mut Terminal,
    step: &Step,
    timeline: &mut Timeline,
    drive: &dyn Drive,
) -> Option<Output> {
    let words = split(&step.command).ok()?;
    let (first, rest) = words.split_first()?;
    let own = ALL.iter().find(|own| own.name == first)?;
    // With a pipe it is a pipeline of the shell that containers have, which has most of these, too.
    if words.iter().any(|word| word == "|") {
        return Some(failed(1, format!("sh: {first}: only kubectl and sandbox can stand before a pipe")));
    }
    Some((own.run)(terminal, rest, timeline, drive))
}

/// A command as kubectl's room reads it: `k` is short for kubectl, and `curl` is a request from outside.
pub(super) fn plain(command: &str) -> std::borrow::Cow<'_, str> {
    let (first, rest) = command.split_once([' ', '\t']).unwrap_or((command, ""));
    match first {
        "k" => format!("kubectl {rest}").into(),
        "curl" | "wget" => format!("sandbox request outside {rest}").into(),
        _ => command.into(),
    }
}

fn said(stdout: String) -> Output {
    Output { exit: 0, stdout, stderr: String::new() }
}

fn failed(exit: i32, why: String) -> Output {
    Output { exit, stdout: String::new(), stderr: why + "\n" }
}

fn lines(all: impl IntoIterator<Item = String>) -> Output {
    said(all.into_iter().map(|line| line + "\n").collect())
}

fn cat(_: &mut Terminal, words: &[String], _: &mut Timeline, drive: &dyn Drive) -> Output {
    let mut output = Output::default();
    for name in words {
        match drive.read(name) {
            Some(text) => output.stdout += &text,
            None => {
                output.stderr += &format!("cat: {name}: No such file or directory\n");
                output.exit = 1;
            }
        }
    }
    output
}

fn clear(terminal: &mut Terminal, _: &[String], _: &mut Timeline, _: &dyn Drive) -> Output {
    terminal.clear();
    Output::default()
}

fn date(_: &mut Terminal, _: &[String], timeline: &mut Timeline, _: &dyn Drive) -> Output {
    lines([timeline.now().to_string()])
}

fn echo(_: &mut Terminal, words: &[String], _: &mut Timeline, _: &dyn Drive) -> Output {
    lines([words.join(" ")])
}

fn help(_: &mut Terminal, _: &[String], _: &mut Timeline, _: &dyn Drive) -> Output {
    let own: String = ALL.iter().map(|own| format!("{:<8}{}\n", own.name, own.says)).collect();
    said(format!("{HELP}{own}{HELP_END}"))
}

fn history(terminal: &mut Terminal, _: &[String], _: &mut Timeline, _: &dyn Drive) -> Output {
    lines(terminal.history.lines().iter().enumerate().map(|(i, line)| format!("{:5}  {line}", i + 1)))
}

fn jobs(terminal: &mut Terminal, _: &[String], _: &mut Timeline, _: &dyn Drive) -> Output {
    lines(terminal.beside.iter().enumerate().map(|(i, job)| format!("[{}] {}", i + 1, job.step.command)))
}

fn kill(terminal: &mut Terminal, _: &[String], timeline: &mut Timeline, drive: &dyn Drive) -> Output {
    terminal.interrupt_beside(timeline, drive);
    Output::default()
}

fn ls(_: &mut Terminal, _: &[String], _: &mut Timeline, drive: &dyn Drive) -> Output {
    lines(drive.names())
}
