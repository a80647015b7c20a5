//! `kubectl diff -f FILE`: what applying a manifest would change.
//!
//! Models kubectl pkg/cmd/diff/diff.go; the lines are told apart as `diff -u -N` does.

use super::apply;
use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, print, sources};
use crate::api::{Object, Time, Value};
use crate::manifest::unified::{self, Edit};
use crate::sim::StableHasher;

/// `kubectl diff -f FILE…`. It ends with 1 where there is a difference.
pub(super) const VERB: Verb = Verb {
    name: "diff",
    takes: Words::Nothing,
    flags: &[
        args::FILES,
        &[truth("server-side", ' '), truth("force-conflicts", ' '), value("field-manager", ' ')],
        &[value("selector", 'l'), truth("show-managed-fields", ' '), value("concurrency", ' ')],
    ],
    run,
};

/// Texts of more lines that differ are told apart as a whole.
const LINES_MAX: usize = 2_000;

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let sources = sources::read(call, args, "diff")?;
    let mut failures = Vec::new();
    for source in &sources {
        match apply::would_be(call, args, source) {
            Ok((now, then)) => tell(call, now.as_ref(), &then),
            Err(failure) => failures.push(failure),
        }
    }
    call.finish(failures)
}

fn tell(call: &mut Call, now: Option<&Object>, then: &Value) {
    // A dry run writes nothing, and so makes no new version.
    let version = now.map(|object| object.meta().revision.to_string());
    let text = |value: &Value| {
        let mut value = value.clone();
        if let Some(version) = &version {
            value.set("metadata.resourceVersion", version.clone());
        }
        print::yaml(&value)
    };
    let before = now.map_or(String::new(), |object| text(&object.to_value()));
    let hunks = unified(&before, &text(then));
    if hunks.is_empty() {
        return;
    }
    let meta = |field: &str| then.get("metadata").get(field).as_str().unwrap_or_default().to_owned();
    let version = then.get("apiVersion").as_str().unwrap_or_default().replace('/', ".");
    let kind = then.get("kind").as_str().unwrap_or_default();
    let name = format!("{version}.{kind}.{}.{}", meta("namespace"), meta("name"));
    let at = call.world().now();
    let folder =
        |which: &str| format!("/tmp/{which}-{}/{name}", StableHasher::of(&(at, which)) % 10_000_000_000);
    let (live, merged) = (folder("LIVE"), folder("MERGED"));
    call.say(&format!("diff -u -N {live} {merged}"));
    call.say(&format!("--- {live}\t{}\n+++ {merged}\t{}", stamp(at), stamp(at)));
    call.output.stdout.push_str(&hunks);
    call.output.exit = 1;
}

/// `2026-11-24 00:45:57.605806000 +0000`.
fn stamp(at: Time) -> String {
    let text = at.to_string().replace('T', " ");
    format!("{}.{:06}000 +0000", text.trim_end_matches('Z'), at.0.rem_euclid(1_000_000))
}

/// The hunks of `diff -u`; empty, if both texts are equal.
fn unified(from: &str, to: &str) -> String {
    unified::unified(&edits(&from.lines().collect::<Vec<_>>(), &to.lines().collect::<Vec<_>>()))
}

/// The lines that differ with those around them; `@` stands between two stretches.
pub(super) fn hunks(from: &str, to: &str) -> Vec<(char, String)> {
    let edits = edits(&from.lines().collect::<Vec<_>>(), &to.lines().collect::<Vec<_>>());
    let mut out = Vec::new();
    for hunk in unified::hunks(&edits) {
        if !out.is_empty() {
            out.push(('@', String::new()));
        }
        out.extend(edits[hunk].iter().map(|(sign, line)| (*sign, (*line).to_owned())));
    }
    out
}

/// Every line of both, in order, with a sign: ` ` in both, `-` in the first alone, `+` in the second alone.
fn edits<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<Edit<'a>> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (x, y) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let mut all: Vec<Edit> = a[..head].iter().map(|line| (' ', *line)).collect();
    let (mut i, mut j) = (0, 0);
    if x.len() <= LINES_MAX && y.len() <= LINES_MAX {
        let width = y.len() + 1;
        // The length of the longest common rest, from each pair of places on.
        let mut rest = vec![0u16; (x.len() + 1) * width];
        for i in (0..x.len()).rev() {
            for j in (0..y.len()).rev() {
                let (down, right) = (rest[(i + 1) * width + j], rest[i * width + j + 1]);
                let both = rest[(i + 1) * width + j + 1] + 1;
                rest[i * width + j] = if x[i] == y[j] { both } else { down.max(right) };
            }
        }
        while i < x.len() && j < y.len() {
            if x[i] == y[j] {
                all.push((' ', x[i]));
                (i, j) = (i + 1, j + 1);
            } else if rest[(i + 1) * width + j] >= rest[i * width + j + 1] {
                all.push(('-', x[i]));
                i += 1;
            } else {
                all.push(('+', y[j]));
                j += 1;
            }
        }
    }
    all.extend(x[i..].iter().map(|line| ('-', *line)));
    all.extend(y[j..].iter().map(|line| ('+', *line)));
    all.extend(a[a.len() - tail..].iter().map(|line| (' ', *line)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, expect: &str) {
        let lines = |text: &str| text.replace(' ', "\n");
        assert_eq!(unified(&lines(from), &lines(to)).replace('\n', "|"), expect, "{from} → {to}");
    }

    #[test]
    fn lines_are_told_apart_as_diff_does() {
        check("a b c", "a b c", "");
        check("a b c", "a x c", "@@ -1,3 +1,3 @@| a|-b|+x| c|");
        check("", "a b", "@@ -0,0 +1,2 @@|+a|+b|");
        check("a", "b", "@@ -1 +1 @@|-a|+b|");
        check("1 2 3 4 5 6 7 8 9", "1 2 3 4 x 5 6 7 8 9", "@@ -2,6 +2,7 @@| 2| 3| 4|+x| 5| 6| 7|");
        check(
            "a 1 2 3 4 5 6 7 8 b",
            "x 1 2 3 4 5 6 7 8 y",
            "@@ -1,4 +1,4 @@|-a|+x| 1| 2| 3|@@ -7,4 +7,4 @@| 6| 7| 8|-b|+y|",
        );
    }
}
