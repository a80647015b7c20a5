//! What sets of pods do that no recording shows: scripts, and what they print.

use podium::cli;
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
