//! What the kubelets do with pods: each file of `tests/suite/pods/` is a manifest, a script, and what kubectl then shows.
//!
//! The three parts are separated by lines of `=====`; a document behind `--- # later.yaml` is a file of its own. `UPDATE=1` writes the last part anew; what it says was compared
//! with the kubelet's source, whose messages and reasons it shows.

use podium::cli;
use std::fs;
use std::path::{Path, PathBuf};

const BETWEEN: &str = "\n=====\n";

#[test]
fn pods_live_as_told() {
    cases("pods");
}

/// The same of quotas, limits, priorities, budgets, autoscalers, and of what is collected with its owner or namespace.
#[test]
fn policies_hold() {
    cases("policy");
}

fn cases(folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite").join(folder);
    let entries = fs::read_dir(&folder).expect("the cases are there").flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).collect();
    paths.sort();
    let wrong: Vec<String> = paths.iter().filter_map(|path| check(path)).collect();
    println!("{} of {} cases", paths.len() - wrong.len(), paths.len());
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Plays one case; returns its first line that differs.
fn check(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).expect("a case is a text");
    let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
    let parts: Vec<&str> = text.splitn(3, BETWEEN).collect();
    let [manifest, script, ..] = parts[..] else { return Some(format!("{name}: parts are missing")) };
    let is = play(&name, manifest, script);
    let want = parts.get(2).copied().unwrap_or("");
    if std::env::var_os("UPDATE").is_some() {
        let text = format!("{manifest}{BETWEEN}{script}{BETWEEN}{is}");
        fs::write(path, text).expect("a case can be written");
        return None;
    }
    let (mut lines, mut wanted) = (is.lines(), want.lines());
    loop {
        match (lines.next(), wanted.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => {
                return Some(format!("{name}:\n  is   {}\n  want {}", a.unwrap_or(""), b.unwrap_or("")));
            }
        }
    }
}

fn play(name: &str, manifest: &str, script: &str) -> String {
    let folder = std::env::temp_dir().join(format!("podium-pods-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let (first, later) = manifest.split_once("\n--- # later.yaml\n").unwrap_or((manifest, ""));
    fs::write(folder.join("pod.yaml"), first).expect("a file");
    fs::write(folder.join("later.yaml"), later).expect("a file");
    fs::write(folder.join("script"), script).expect("a file");
    let path = folder.join("script").display().to_string();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = cli::main(&["run".to_owned(), path], &mut out, &mut err).expect("memory takes everything");
    fs::remove_dir_all(&folder).expect("the folder is ours");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(out), text(err));
    assert_eq!((code, err.as_str()), (0, ""), "{name}: {out}");
    out.lines().map(|line| format!("{}\n", plain(line))).collect()
}

/// A line without what chance decides: identities, addresses, nodes, suffixes, and how long a pull took.
fn plain(line: &str) -> String {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_word = |c: char| c.is_ascii_alphanumeric() || ".:/@-".contains(c);
    let pull = line.contains("Successfully pulled");
    let (mut out, mut rest) = (String::new(), line.as_str());
    while !rest.is_empty() {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        // A colon at the end belongs to what follows.
        let (word, after) = rest.split_at(rest[..end].trim_end_matches(':').len());
        let suffix = word.rsplit_once('-').filter(|(_, last)| {
            last.len() == 5 && last.chars().all(|c| "bcdfghjklmnpqrstvwxz2456789".contains(c))
        });
        match () {
            () if word.starts_with("containerd://") => out += "ID",
            () if word.contains("/pvc-") => out += "persistentvolume/pvc-UID",
            () if word.contains("@sha256:") => out += word.split('@').next().unwrap_or(""),
            () if word.starts_with("pvc-") && word.len() == 40 => out += "pvc-UID",
            () if word.len() == 36 && word.matches('-').count() == 4 => out += "UID",
            () if word.starts_with("10.") || word.starts_with("http://10.") => {
                out += "ADDRESS";
                out += word
                    .trim_start_matches("http://")
                    .trim_start_matches(|c: char| ".0123456789".contains(c));
            }
            () if word.starts_with("node-") => out += "NODE",
            () if pull && word.ends_with('s') && word.starts_with(|c: char| c.is_ascii_digit()) => {
                out += "SPAN"
            }
            () => match suffix {
                Some((name, _)) => out += &format!("{name}-XXXXX"),
                None => out += word,
            },
        }
        let next = after.chars().next().map_or(0, char::len_utf8);
        out += &after[..next];
        rest = &after[next..];
    }
    out
}
