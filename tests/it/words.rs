//! What kubectl answers, word for word: each file of `tests/suite/kubectl/` is a session, a command with its answer below.
//!
//! All are typed 20 s after `web.yaml` was applied, a second apart. What is complained about stands after what is
//! printed, and a code that is not 0 before both. `UPDATE=1` writes the answers anew; what they say was compared with
//! kubectl's source.

use crate::describe;
use crate::json::{self, recording, tell};
use podium::api::{Span, Time, Value};
use podium::kubectl::{self, Context, Files};
use podium::manifest;
use podium::sim::{Config, Timeline};
use std::fs;
use std::path::{Path, PathBuf};

/// The files that lie beside the sessions, and none else.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.0.join(name)).ok()
    }
}

#[test]
fn commands_are_answered_word_for_word() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/kubectl");
    let entries = fs::read_dir(&folder).expect("the sessions are there").flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "txt"));
    paths.sort();
    let mut wrong = Vec::new();
    for path in &paths {
        wrong.extend(check(path, &Folder(folder.clone())));
    }
    assert!(wrong.is_empty() && !paths.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Plays a session; tells the first answer that differs.
fn check(path: &Path, files: &Folder) -> Option<String> {
    let text = fs::read_to_string(path).expect("a session is a text");
    let mut timeline = Timeline::new(Config { metrics_server: false, ..Config::default() });
    let mut context = Context::default();
    let mut run = |timeline: &mut Timeline, line: &str| {
        let output = kubectl::run(timeline, &mut context, files, line);
        let code = if output.exit == 0 { String::new() } else { format!("({})\n", output.exit) };
        let broken = if output.stdout.is_empty() || output.stdout.ends_with('\n') { "" } else { "\n" };
        let all = format!("{code}{}{broken}{}", output.stdout, output.stderr);
        all.lines().map(|line| plain(line) + "\n").collect::<String>()
    };
    for line in ["create namespace cli", "config set-context --current --namespace=cli", "apply -f web.yaml"]
    {
        run(&mut timeline, line);
    }
    let mut at = timeline.start() + Span::secs(20);
    let (mut anew, mut wrong) = (String::new(), None);
    for (line, want) in answers(&text) {
        timeline.seek(at.max(timeline.now()));
        at += Span::secs(1);
        let is = run(&mut timeline, line);
        if wrong.is_none() && is != want {
            let name = path.file_stem().expect("it has a name").to_string_lossy();
            wrong = Some(format!("{name}: {line}\n--- want\n{want}--- is\n{is}"));
        }
        anew += &format!("$ {line}\n{is}");
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, anew).expect("a session can be written");
        return None;
    }
    wrong
}

/// The commands of a session, each with its answer.
fn answers(text: &str) -> Vec<(&str, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), all.last_mut()) {
            (Some(command), _) => all.push((command, String::new())),
            (None, Some((_, answer))) => *answer += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    all
}

/// A line without what chance decides.
fn plain(line: &str) -> String {
    line.split(' ').map(describe::without_chance).collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

/// Cases of the collection whose object is not that of upstream's test: it should be ten years old.
const MISTAKEN: &[&str] = &["Job TestPrintJob[2]"];

/// The tables of `get`, object by object, as Kubernetes' own tests have them.
#[test]
fn cells_agree_with_the_upstream_tests() {
    let Some(cases) = recording("printer_cases.json") else { return };
    let cases = json::parse(&cases);
    let (mut agree, mut all) = (0, 0);
    for case in cases.get("cases").items() {
        let text = |name: &str| case.get(name).as_str().unwrap_or("").to_owned();
        let object = manifest::parse(&text("object")).documents.remove(0).value;
        let now = Time::parse(&text("now")).expect("a time");
        let cells = kubectl::cells(&object, now);
        let titles = case.get("columns").items().iter();
        let wanted = titles.zip(case.get("cells_text").items());
        let differs = wanted.clone().find(|(title, want)| {
            let title = title.as_str().unwrap_or("");
            let cell = cells.iter().find(|(t, _)| *t == title).map(|(_, c)| c.as_str());
            cell != Value::as_str(want)
        });
        if MISTAKEN.contains(&text("name").as_str()) {
            continue;
        }
        all += 1;
        match differs {
            None => agree += 1,
            Some((title, want)) => println!("{}: {title:?} should be {want:?}: {cells:?}", text("name")),
        }
    }
    tell(&format!("{agree} of {all} printer_cases agree"));
    assert_eq!(agree, all, "rows of upstream's own tests");
}
