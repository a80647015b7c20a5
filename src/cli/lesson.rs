//! `podium lesson check FILE...`: does each lesson keep its word?

use crate::lesson;
use crate::manifest::Severity;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Checks every file; the exit code is 0 if all lessons keep their word, 1 if not, and 2 if a file cannot be read.
pub(super) fn check(paths: &[PathBuf], out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let mut worst = 0;
    for path in paths {
        match std::fs::read_to_string(path) {
            Ok(text) => worst = worst.max(u8::from(!one(path, &text, out)?)),
            Err(why) => {
                writeln!(err, "podium: {}: {why}", path.display())?;
                worst = 2;
            }
        }
    }
    Ok(worst)
}

fn one(path: &Path, text: &str, out: &mut dyn Write) -> io::Result<bool> {
    let file = path.display();
    let (lesson, diagnostics) = lesson::read(text);
    for diagnostic in &diagnostics {
        writeln!(out, "{file}:{diagnostic}")?;
    }
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        writeln!(out, "{file}: broken")?;
        return Ok(false);
    }
    let report = lesson::check(&lesson);
    let failures = report.failures();
    for failure in &failures {
        writeln!(out, "{file}: {failure}")?;
    }
    let (goals, questions) = (report.solved.len(), report.predictions.len());
    let verdict = if failures.is_empty() { "ok" } else { "failed" };
    writeln!(out, "{file}: {verdict} ({goals} goals, {questions} questions)")?;
    Ok(failures.is_empty())
}
