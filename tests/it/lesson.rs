//! Lessons: every one that is there keeps its word, and one that does not is found out.

use podium::lesson::{self, Content};
use podium::manifest::Severity;
use std::path::PathBuf;

fn lessons() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("static/lessons");
    let mut files: Vec<PathBuf> = folder.read_dir().expect("a folder").flatten().map(|e| e.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "md"));
    files.sort();
    let read = |path: PathBuf| (path.display().to_string(), std::fs::read_to_string(path).expect("a text"));
    files.into_iter().map(read).collect()
}

fn of(name: &str) -> String {
    let found = lessons().into_iter().find(|(path, _)| path.ends_with(name));
    found.unwrap_or_else(|| panic!("there is no lesson {name}")).1
}

/// What is wrong with a lesson: its errors, or else what came out when it was played.
fn failures(text: &str) -> Vec<String> {
    let (lesson, diagnostics) = lesson::read(text);
    let errors: Vec<String> =
        diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.to_string()).collect();
    if errors.is_empty() { lesson::check(&lesson).failures() } else { errors }
}

#[test]
fn every_lesson_keeps_its_word() {
    let all = lessons();
    assert!(all.len() >= 2, "the lessons are lost");
    for (path, text) in all {
        assert_eq!(failures(&text), Vec::<String>::new(), "{path}");
        let (lesson, _) = lesson::read(&text);
        assert!(lesson.goals().count() > 0, "{path} has no goal");
        let report = lesson::check(&lesson);
        assert!(report.start.iter().any(|goal| !goal.met), "{path}: there is nothing to do");
        assert!(report.solved.iter().all(|goal| goal.met), "{path}");
    }
}

/// A lesson with one thing changed, and what must be said of it.
#[track_caller]
fn check(lesson: &str, from: &str, to: &str, want: &str) {
    let text = of(lesson);
    assert!(text.contains(from), "{lesson} does not say {from:?}");
    let said = failures(&text.replace(from, to)).join("\n");
    assert!(said.contains(want), "{from:?} → {to:?}: {want:?} is not in:\n{said}");
}

#[test]
fn a_lesson_that_breaks_its_word_is_found_out() {
    // The solution does not solve.
    check(
        "deadline.md",
        "activeDeadlineSeconds: 60",
        "activeDeadlineSeconds: 12",
        "failed: DeadlineExceeded",
    );
    check(
        "deadline.md",
        "say: All five tasks are done within 90 seconds.\ncomplete: task\nwithin: 90s",
        "say: x\ncomplete: task\nwithin: 20s",
        "of 5 completions",
    );
    check(
        "first-job.md",
        "command: [\"echo\", \"Hello from a Job\"]\n",
        "command: [\"false\"]\n",
        "does not meet the goal",
    );
    check(
        "first-job.md",
        "      restartPolicy: Never\n```",
        "      restartPolicy: Always\n```",
        "restartPolicy",
    );
    // The solution uses more pods at the same time than it may.
    check("deadline.md", "active-at-most: 2", "active-at-most: 1", "2 pods of the Job task are active");
    // The start meets the goals.
    check(
        "deadline.md",
        "activeDeadlineSeconds: 10",
        "activeDeadlineSeconds: 600",
        "the start meets all goals already",
    );
    // A prediction is not what happens.
    check("deadline.md", "answer: DeadlineExceeded", "answer: Complete", "it is \"DeadlineExceeded\"");
    check("first-job.md", "answer: Succeeded", "answer: Running", "it is \"Succeeded\"");
    // A goal about something that is never there.
    check("first-job.md", "complete: hello", "complete: other", "there is no Job other");
    check("first-job.md", "complete: hello", "endpoints: web", "there is no service web");
    check("first-job.md", "complete: hello", "request: http://web", "is not answered");
}

#[test]
fn mistakes_in_a_lesson_have_places() {
    let cases = [
        ("# no front matter\n", "1:1 error: the front matter is missing"),
        ("---\ntitle: a\n---\n", "2:1 error: a lesson needs a summary"),
        ("---\ntitle: a\nsummary: b\nlevel: easy\n---\n", "4:8 error: level is one of"),
        ("---\ntitle: a\nsummary: b\ncluster: pigs=3\n---\n", "4:10 error: pigs: no such setting"),
        ("---\ntitle: a\nsummary: b\n---\n```goal\nsay: x\n```\n", "error: a goal has exactly one of"),
        (
            "---\ntitle: a\nsummary: b\n---\n```goal\nsay: x\ncomplete: j\nwithin: soon\n```\n",
            "8:9 error: \"soon\" is no time",
        ),
        (
            "---\ntitle: a\nsummary: b\n---\n```goal\nsay: x\ncomplete: j\nfoo: 1\n```\n",
            "8:6 error: a goal \"complete\" has no field",
        ),
        (
            "---\ntitle: a\nsummary: b\n---\n```goal\nsay: x\ncomplete: j\n```\n",
            "error: the lesson has goals, but no solution",
        ),
        ("---\ntitle: a\nsummary: b\n---\n```seek\nnow\n```\n", "6:1 error: \"now\" is no time"),
        (
            "---\ntitle: a\nsummary: b\n---\n```kubectl\nrm -rf /\n```\n",
            "6:1 error: \"rm -rf /\" is no kubectl command",
        ),
        (
            "---\ntitle: a\nsummary: b\n---\n```predict\nask: x\nchoices: [1]\nanswer: 2\nreveal: kubectl get pods\n```\n",
            "8:9 error: the answer \"2\" is not among the choices",
        ),
        (
            "---\ntitle: a\nsummary: b\n---\n```goals\nx\n```\n",
            "5:1 warning: a block \"goals\" is shown as it is",
        ),
        ("---\ntitle: a\nsummary: b\n---\n```solution\nkind: Job\n", "6:1 error:"),
    ];
    for (text, want) in cases {
        let (_, diagnostics) = lesson::read(text);
        let said: Vec<String> = diagnostics.iter().map(|d| d.to_string()).collect();
        assert!(said.iter().any(|d| d.contains(want)), "{text:?}: {want:?} is not in {said:?}");
    }
}

#[test]
fn what_is_not_known_stays_text() {
    let text = "---\ntitle: a\nsummary: b\n---\n<script>alert(1)</script>\n```html\n<img onerror=x>\n```\n";
    let (lesson, diagnostics) = lesson::read(text);
    assert!(diagnostics.iter().all(|d| d.severity != Severity::Error));
    assert!(lesson.blocks.iter().all(|block| matches!(block.content, Content::Prose(_))));
    let long = format!("{text}{}", "x".repeat(lesson::LESSON_BYTES_MAX));
    assert!(lesson::read(&long).1.iter().any(|d| d.message.contains("too long")));
}
