//! What sets of pods do that no recording shows: scripts, and what they print.

use podium::api::{Kind, Span};
use podium::{cli, view};
use std::fs;
use std::path::PathBuf;

/// Plays every script of `tests/suite/sets` and compares what it prints with the text beside it. `UPDATE=1` writes the
/// texts anew, to be read before they are kept.
#[test]
fn scripts_print_what_they_did() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/sets");
    let mut wrong = Vec::new();
    let mut played = 0;
    for entry in fs::read_dir(&folder).expect("the suite is there") {
        let script = entry.expect("a file").path();
        if script.extension().is_none_or(|e| e != "script") {
            continue;
        }
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let args = ["run".to_owned(), script.display().to_string()];
        cli::main(&args, &mut out, &mut err).expect("memory takes everything");
        let is = String::from_utf8([out, err].concat()).expect("text");
        let text = script.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&text, &is).expect("the suite can be written");
        }
        let want = fs::read_to_string(&text).unwrap_or_default();
        if is != want {
            let differs = is.lines().zip(want.lines()).find(|(a, b)| a != b);
            let (a, b) = differs.unwrap_or(("more, or fewer lines", ""));
            wrong.push(format!("{}: {a:?} instead of {b:?}", script.display()));
        }
        played += 1;
    }
    assert!(played > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the cards on the stage and the inspector say of sets of pods.
#[test]
fn sets_are_told_on_the_stage() {
    let read = |name: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/sets").join(name);
        fs::read_to_string(path).expect("the suite is there")
    };
    let cases = [
        (
            "db.yaml",
            3,
            Kind::StatefulSet,
            "db",
            "StatefulSet db: Progressing | 1 of 3 ready",
            "Progressing 1",
        ),
        ("db.yaml", 20, Kind::StatefulSet, "db", "StatefulSet db: Ready | 3 of 3 ready", "Ready 3"),
        (
            "agent.yaml",
            9,
            Kind::DaemonSet,
            "agent",
            "DaemonSet agent: Ready | 3 of 3 nodes have a ready pod",
            "Ready 3",
        ),
        (
            "set.yaml",
            3,
            Kind::ReplicaSet,
            "free",
            "ReplicaSet free: Progressing | 2 of 2 ready",
            "Progressing 2",
        ),
        (
            "web.yaml",
            9,
            Kind::Deployment,
            "web",
            "Deployment web: Available | 10 of 10 ready",
            "Available 10",
        ),
    ];
    for (file, secs, kind, name, card, inspector) in cases {
        let mut timeline = crate::hashes::applied(&read(file), 1);
        timeline.seek(timeline.start() + Span::secs(secs));
        let world = timeline.world();
        let options = view::Options { size: (900.0, 600.0), selected: None, pace: 1.0, motion: false };
        let said: Vec<String> =
            view::stage(world, &options).said.iter().map(|s| s.text.to_string()).collect();
        let told = said.join(" | ");
        assert!(told.contains(card), "{file} after {secs} s: {told}");
        let uid = world.store.lookup(kind, "default", name).expect("it was applied").meta().uid;
        let seen = view::inspect(world, uid).expect("it is there");
        let ready = seen.facts.iter().find(|f| f.name == "ready").map_or("", |f| f.value.as_str());
        assert_eq!(format!("{} {ready}", seen.word), inspector, "{file} after {secs} s");
    }
}
