//! Style is a test: who may use whom, how long files and functions may be, what the core may not know, and that no file
//! lies about that nobody lists.

use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms each room may use, besides itself. ARCHITECTURE.md explains the order.
const LAYERS: &[(&str, &[&str])] = &[
    ("api", &[]),
    ("manifest", &["api"]),
    ("sim", &["api", "manifest"]),
    ("kubectl", &["api", "manifest", "sim"]),
    ("view", &["api", "sim"]),
    ("lesson", &["api", "manifest", "sim", "kubectl", "view"]),
    ("cli", &["api", "manifest", "sim", "kubectl", "view", "lesson", "examples"]),
    ("app", &["api", "manifest", "sim", "kubectl", "view", "lesson", "examples"]),
    ("examples", &[]),
];

/// Rooms that must give the same answer everywhere and at all times.
const CORE: &[&str] = &["api", "manifest", "sim", "kubectl", "view", "lesson"];

/// What the core must not know, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("std::time", "the clock is a field of the world"),
    ("std::env", "the core knows no environment"),
    ("std::fs", "the core knows no file"),
    ("std::thread", "the core is one thread"),
    ("HashMap", "iteration must have a fixed order"),
    ("HashSet", "iteration must have a fixed order"),
    ("RandomState", "chance is derived from the seed"),
    ("web_sys", "only the page knows the browser"),
    ("js_sys", "only the page knows the browser"),
    ("wasm_bindgen", "only the page knows the browser"),
    ("yew::", "only the page knows the browser"),
    ("println!", "the core says what it has to say by returning it"),
];

/// Names that say nothing.
const VAGUE: &[&str] = &["utils", "util", "helpers", "helper", "manager", "common", "misc"];

/// Files aim at 400 lines; a table or a match that is one thing may be a little longer.
const FILE_LINES_MAX: usize = 480;
/// Files that are longer for a reason; none may pass 800 lines.
const LONGER_FILES: &[(&str, usize, &str)] = &[
    (
        "src/api/pod.rs",
        500,
        "the largest kind: its spec, its status, and both ways between them and plain data",
    ),
    ("src/app/page.rs", 700, "one Msg and the one match over it"),
    ("src/sim/world.rs", 560, "the one place that writes"),
    ("src/sim/workload/shell/parse.rs", 500, "one grammar"),
    ("tests/it/story.rs", 520, "how a story is told and compared, by one code for recordings and runs"),
    ("src/sim/workload/tests.rs", 650, "a table of scripts with what they print"),
];
const FUNCTION_LINES_MAX: usize = 80;

/// What may lie at the top of the project.
const TOP: &[&str] = &[
    ".ci",
    ".git",
    ".gitignore",
    ".npmrc",
    "ARCHITECTURE.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "README.md",
    "Trunk.toml",
    "benches",
    "dist",
    "index.html",
    "node_modules",
    "package-lock.json",
    "package.json",
    "pictures",
    "rustfmt.toml",
    "src",
    "static",
    "target",
    "tests",
    "tools",
    "webdriver.json",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of that ending below a folder, in order, as paths from the root.
fn files(folder: &str, ending: &str) -> Vec<String> {
    fn walk(at: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(at) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    let short = |p: &PathBuf| p.strip_prefix(root()).expect("below the root").display().to_string();
    found.iter().map(short).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The room of a file of `src/`: its folder, or the file itself.
fn room(path: &str) -> &str {
    let rest = path.strip_prefix("src/").expect("a source file");
    rest.split('/').next().expect("a name").trim_end_matches(".rs")
}

/// Lines of code with their numbers: no comments, and nothing of the tests at the end of a file.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().take_while(|l| *l != "#[cfg(test)]").enumerate();
    lines.map(|(i, l)| (i + 1, l)).filter(|(_, l)| !l.trim_start().starts_with("//"))
}

/// Fails with everything that is wrong at once.
fn report(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn nobody_knows_what_is_to_his_right() {
    let mut wrong = Vec::new();
    for path in files("src", "rs") {
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == room(&path)) else {
            if !["src/lib.rs", "src/main.rs"].contains(&path.as_str()) {
                wrong.push(format!("{path}: a room that LAYERS does not name"));
            }
            continue;
        };
        for (number, line) in code(&read(&path)) {
            for used in line.split("crate::").skip(1) {
                let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
                let is_room = LAYERS.iter().any(|(name, _)| *name == used);
                if is_room && used != room(&path) && !allowed.contains(&used) {
                    wrong.push(format!("{path}:{number}: {} may not use {used}", room(&path)));
                }
            }
        }
    }
    report(wrong);
}

#[test]
fn the_core_knows_no_clock_no_chance_and_no_browser() {
    let mut wrong = Vec::new();
    for path in files("src", "rs").into_iter().filter(|p| CORE.contains(&room(p))) {
        for (number, line) in code(&read(&path)) {
            for (word, why) in FORBIDDEN.iter().filter(|(word, _)| line.contains(word)) {
                wrong.push(format!("{path}:{number}: {word}: {why}"));
            }
        }
    }
    report(wrong);
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    let all = ["src", "tests", "benches", "tools"].into_iter().flat_map(|f| files(f, "rs"));
    for path in all.filter(|p| !p.contains("/target/")) {
        let text = read(&path);
        let lines = text.lines().count();
        let listed = LONGER_FILES.iter().find(|(name, ..)| *name == path).map(|(_, most, _)| *most);
        let most = listed.unwrap_or(FILE_LINES_MAX);
        if lines > most.min(800) {
            wrong.push(format!("{path}: {lines} lines, at most {most}"));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{path}: begins with no sentence on what it is"));
        }
        let stem = Path::new(&path).file_stem().and_then(|s| s.to_str()).unwrap_or("");
        if VAGUE.contains(&stem) {
            wrong.push(format!("{path}: a name that says nothing"));
        }
    }
    for (path, ..) in LONGER_FILES {
        if !root().join(path).exists() {
            wrong.push(format!("{path}: is listed as a longer file and does not exist"));
        }
    }
    report(wrong);
}

#[test]
fn functions_fit_on_a_screen() {
    let mut wrong = Vec::new();
    for path in files("src", "rs").into_iter().filter(|p| !p.ends_with("/tests.rs")) {
        let text = read(&path);
        let mut open: Option<(usize, usize)> = None;
        for (number, line) in code(&text) {
            let indent = line.len() - line.trim_start().len();
            let starts = ["fn ", "pub fn ", "pub(super) fn ", "pub(crate) fn ", "const fn ", "pub const fn "];
            if open.is_none() && starts.iter().any(|s| line.trim_start().starts_with(s)) {
                open = (!line.ends_with(';') && !line.ends_with('}')).then_some((number, indent));
            } else if let Some((first, at)) = open.filter(|(_, at)| *at == indent)
                && (line.trim_start().starts_with('}') || line.ends_with(';'))
            {
                let _ = at;
                open = None;
                if number - first + 1 > FUNCTION_LINES_MAX {
                    wrong.push(format!("{path}:{first}: a function of {} lines", number - first + 1));
                }
            }
        }
    }
    report(wrong);
}

#[test]
fn nothing_lies_about() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root()).expect("the project's folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !TOP.contains(&name.as_str()) {
            wrong.push(format!("{name}: TOP does not list it"));
        }
    }
    let modules = read("tests/it/main.rs");
    for path in files("tests/it", "rs") {
        let name = Path::new(&path).file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
        let folder = path.trim_start_matches("tests/it/").contains('/');
        if !folder && name != "main" && !modules.contains(&format!("mod {name};")) {
            wrong.push(format!("{path}: tests/it/main.rs does not name it"));
        }
    }
    for path in files("static/examples", "yaml") {
        let name = Path::new(&path).file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
        if podium::examples::find(&name).is_none() {
            wrong.push(format!("{path}: src/examples.rs does not offer it"));
        }
    }
    report(wrong);
}
