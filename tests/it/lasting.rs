//! Commands that last: what they print while time goes on, back and forth.

use podium::api::duration;
use podium::kubectl::{self, Context, Edit, Files, Running};
use podium::sim::{Config, Timeline};
use std::collections::BTreeMap;
use std::path::Path;

/// Files by name.
#[derive(Default)]
struct Texts(BTreeMap<String, String>);

impl Files for Texts {
    fn read(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// Somebody at a terminal: a command a line, `@TIME` where time goes there, on or back, and what must be printed behind
/// `> `. `%` ends what runs, as Ctrl+C does.
struct Seat {
    timeline: Timeline,
    context: Context,
    files: Texts,
    running: Vec<(String, Running)>,
    /// What is in the editor, and the text as it stands there.
    editor: Option<(Edit, String)>,
    printed: String,
}

impl Seat {
    fn new() -> Seat {
        Seat {
            timeline: Timeline::new(Config::default()),
            context: Context::default(),
            files: Texts::default(),
            running: Vec::new(),
            editor: None,
            printed: String::new(),
        }
    }
    /// Time goes on or back, as on the page: a look after each event, and at each instant that was asked for.
    fn go(&mut self, to: &str) {
        let to = self.timeline.start() + duration(to).expect("a time");
        if to < self.timeline.now() {
            self.timeline.seek(to);
            return self.look();
        }
        loop {
            self.look();
            let asked = self.running.iter().filter_map(|(_, running)| running.next_look()).min();
            let until = asked.map_or(to, |at| at.min(to));
            if !self.timeline.advance(until) && self.timeline.now() >= to {
                return self.look();
            }
        }
    }
    fn look(&mut self) {
        let mut left = Vec::new();
        for (name, mut running) in std::mem::take(&mut self.running) {
            let look = running.look(&mut self.timeline, &mut self.context, &self.files);
            self.show(look.screen.as_deref(), look.stdout + &look.stderr);
            match look.exit {
                Some(exit) => self.printed += &format!("[{name}: exit {exit}]\n"),
                None => left.push((name, running)),
            }
        }
        self.running = left;
    }
    fn show(&mut self, screen: Option<&str>, lines: String) {
        if let Some(screen) = screen {
            self.printed += &format!("[screen]\n{screen}");
        }
        self.printed += &lines;
    }
    /// The editor shows a text: of it, the comments and what differs are printed.
    fn open(&mut self, edit: Edit) {
        self.printed += &format!("[editor: {}]\n", edit.title);
        let comments = edit.text.lines().filter(|line| line.starts_with('#')).skip(4);
        comments.for_each(|line| self.printed += &format!("{line}\n"));
        let text = edit.text.clone();
        self.editor = Some((edit, text));
    }
    fn save(&mut self) {
        let (edit, text) = self.editor.take().expect("an editor");
        let edited = kubectl::edited(&mut self.timeline, &mut self.context, &self.files, edit, &text);
        self.printed += &(edited.output.stdout + &edited.output.stderr);
        if let Some((name, text)) = edited.kept {
            self.printed += "[kept]\n";
            self.files.0.insert(name, text);
        }
        edited.again.into_iter().for_each(|edit| self.open(edit));
    }
    fn line(&mut self, line: &str) {
        if let Some(change) = line.strip_prefix("EDIT ") {
            let (from, to) = change.split_once(" => ").expect("EDIT TEXT => TEXT");
            let (_, text) = self.editor.as_mut().expect("an editor");
            assert!(text.contains(from), "{from} is not in\n{text}");
            *text = text.replace(from, &to.replace("\\n", "\n"));
            return;
        }
        if line == "SAVE" {
            return self.save();
        }
        if line == "%" {
            for (_, running) in std::mem::take(&mut self.running) {
                let last = running.interrupt(&mut self.timeline, &mut self.context, &self.files);
                self.printed += &format!("{}{}[exit {}]\n", last.stdout, last.stderr, last.exit);
            }
            return;
        }
        let started = kubectl::start(&mut self.timeline, &mut self.context, &self.files, line);
        self.show(started.screen.as_deref(), started.output.stdout + &started.output.stderr);
        started.edit.into_iter().for_each(|edit| self.open(edit));
        match started.running {
            Some(running) => {
                self.running.push((line.split(' ').next().unwrap_or_default().to_owned(), running))
            }
            None if started.output.exit != 0 => self.printed += &format!("[exit {}]\n", started.output.exit),
            None => {}
        }
    }
}

/// Plays a session, and holds what it prints to what stands behind `> `; with `UPDATE` set, that is written anew.
/// A line `FILE NAME` begins a file, whose lines stand behind `| `.
fn check(path: &Path) {
    let session = std::fs::read_to_string(path).expect("a session");
    let (mut seat, mut is, mut file) = (Seat::new(), String::new(), String::new());
    for line in session.lines().filter(|line| !line.starts_with('>')) {
        is += &format!("{line}\n");
        if let Some(name) = line.strip_prefix("FILE ") {
            file = name.to_owned();
            seat.files.0.insert(file.clone(), String::new());
        } else if let Some(text) = line.strip_prefix('|') {
            *seat.files.0.entry(file.clone()).or_default() +=
                &(text.strip_prefix(' ').unwrap_or(text).to_owned() + "\n");
        } else if let Some(time) = line.strip_prefix('@') {
            seat.go(time);
        } else if !line.is_empty() && !line.starts_with('#') {
            seat.line(line);
        }
        let printed = std::mem::take(&mut seat.printed);
        is.extend(printed.lines().map(|line| format!("> {}\n", unlucky(line)).replace(" \n", "\n")));
    }
    if is == session {
        return;
    }
    assert!(std::env::var_os("UPDATE").is_some(), "{}: it says now\n{is}", path.display());
    std::fs::write(path, is).expect("the suite can be written");
}

/// A line without what is chance: the ends of names.
fn unlucky(line: &str) -> String {
    const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";
    let is_end = |part: &str| part.len() == 5 && part.chars().all(|c| LETTERS.contains(c));
    let words = line.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let mut out = String::new();
    for word in words {
        let part = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let masked = if out.ends_with('-') && is_end(part) { "xxxxx" } else { part };
        out += &(masked.to_owned() + &word[part.len()..]);
    }
    // Kept texts have names of chance.
    match out.split_once("kubectl-edit-") {
        Some((before, after)) => {
            format!("{before}kubectl-edit-1{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => out,
    }
}

#[test]
fn what_lasts_prints_while_time_goes_on() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/lasting");
    let mut paths: Vec<_> = folder.read_dir().expect("a suite").flatten().map(|e| e.path()).collect();
    paths.sort();
    assert!(paths.len() >= 4, "the suite is there");
    paths.iter().for_each(|path| check(path));
}

#[test]
fn a_scripts_watch_goes_on_until_its_next_command() {
    let text = "@0s kubectl get cm -w -n x --no-headers | cut -d' ' -f1\n@0s kubectl create namespace x\n@1s kubectl get cm \
                -w -n x --no-headers | cut -d' ' -f1\n@2s kubectl create cm a -n x\n@3s kubectl get cm -n x -o name\n\
                @4s kubectl edit cm a -n x\n@5s kubectl wait --for=delete cm a -n x --timeout=2s";
    let script = podium::cli::Script::parse(text).expect("a script");
    let mut all = Vec::new();
    podium::cli::play(&script, None, &Texts::default(), |_, output| all.push(output.clone()));
    let said: Vec<(i32, &str)> = all.iter().map(|o| (o.exit, o.stdout.as_str())).collect();
    let names = "configmap/a\nconfigmap/kube-root-ca.crt\n";
    let wanted = [
        (0, ""),
        (0, "namespace/x created\n"),
        (0, "kube-root-ca.crt\n"),
        (0, "configmap/a created\n"),
        (0, names),
    ];
    assert_eq!(said[..5], wanted);
    assert_eq!((said[5], all[5].stderr.as_str()), ((1, ""), "error: unable to launch the editor \"vi\"\n"));
    assert_eq!(said[6].0, 1, "it was waited for, and did not come");
}
