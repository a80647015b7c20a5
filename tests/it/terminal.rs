//! The terminal: what is typed, what it prints, and what runs while time passes.

use podium::api::Span;
use podium::kubectl::Files;
use podium::kubectl::terminal::{Drive, Stream, Terminal};
use podium::sim::{Config, Timeline};
use std::collections::BTreeMap;

/// Files in memory.
#[derive(Default)]
struct Memory(BTreeMap<String, String>);

impl Files for Memory {
    fn read(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

impl Drive for Memory {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
    fn write(&mut self, name: &str, text: String) -> Result<(), String> {
        if name.contains('/') {
            return Err(format!("{name}: no such folder"));
        }
        self.0.insert(name.to_owned(), text);
        Ok(())
    }
}

/// A terminal with its cluster.
struct Desk {
    terminal: Terminal,
    timeline: Timeline,
    files: Memory,
}

impl Desk {
    fn new() -> Desk {
        Desk {
            terminal: Terminal::default(),
            timeline: Timeline::new(Config::default()),
            files: Memory::default(),
        }
    }
    fn enter(&mut self, line: &str) -> String {
        self.terminal.enter(line, &mut self.timeline, &mut self.files);
        self.printed()
    }
    /// Lets time pass as the page does: a step, a look.
    fn pass(&mut self, secs: i64) {
        let end = self.timeline.now() + Span::secs(secs);
        loop {
            let now = self.timeline.now();
            let next = self.terminal.next_look().filter(|at| *at > now).map_or(end, |at| at.min(end));
            let moved = self.timeline.advance(next);
            self.terminal.look(&mut self.timeline, &mut self.files);
            if !moved && self.timeline.now() >= end {
                return;
            }
        }
    }
    /// What the last line has printed, complaints and remarks marked.
    fn printed(&self) -> String {
        let Some(entry) = self.terminal.entries().last() else { return String::new() };
        let mut out = entry.screen.clone().unwrap_or_default();
        for part in &entry.parts {
            match part.stream {
                Stream::Out => out += &part.text,
                Stream::Err => out += &format!("! {}", part.text),
                Stream::Note => out += &format!("# {}", part.text),
            }
        }
        out
    }
    fn exit(&self) -> Option<i32> {
        self.terminal.entries().last().and_then(|e| e.exit)
    }
}

#[test]
fn commands_are_run_one_after_the_other() {
    let mut desk = Desk::new();
    assert_eq!(
        desk.enter("k create ns shop && kubectl get ns shop -o name; false || echo no"),
        "namespace/shop created\nnamespace/shop\n! error: unknown command \"false\" for \"kubectl\"\nno\n"
    );
    assert_eq!(desk.exit(), Some(0));
    assert_eq!(
        desk.enter("kubectl create ns shop && echo yes"),
        "! Error from server (AlreadyExists): namespaces \"shop\" already exists\n"
    );
    assert_eq!(desk.exit(), Some(1));
    assert_eq!(desk.enter("a >"), "! sh: syntax error near unexpected token `newline'\n");
}

#[test]
fn files_are_written_and_read() {
    let mut desk = Desk::new();
    assert_eq!(desk.enter("kubectl create deploy web --image=nginx --dry-run=client -o yaml > web.yaml"), "");
    assert!(desk.files.0["web.yaml"].starts_with("apiVersion: apps/v1\nkind: Deployment\n"));
    assert_eq!(desk.enter("kubectl apply -f web.yaml; ls"), "deployment.apps/web created\nweb.yaml\n");
    desk.enter("echo '---' >> web.yaml");
    assert!(desk.files.0["web.yaml"].ends_with("---\n"));
    assert_eq!(desk.enter("echo x > /etc/y"), "! sh: /etc/y: no such folder\n");
    assert_eq!(
        desk.enter("kubectl apply -f - < nowhere.yaml"),
        "! sh: nowhere.yaml: No such file or directory\n"
    );
    // A text of several lines is open until its end.
    desk.enter("kubectl apply -f - <<EOF");
    assert!(desk.terminal.is_open());
    desk.enter("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}");
    assert_eq!(desk.enter("EOF"), "configmap/c created\n");
    assert!(!desk.terminal.is_open());
}

#[test]
fn a_watch_follows_the_world_until_it_is_stopped() {
    let mut desk = Desk::new();
    let first = desk.enter("kubectl get jobs -w; echo never");
    assert_eq!((first.as_str(), desk.exit()), ("", None));
    assert!(desk.terminal.is_busy());
    desk.pass(1);
    // Another pane of the page applies a manifest meanwhile.
    let mut context = podium::kubectl::Context::default();
    podium::kubectl::run(
        &mut desk.timeline,
        &mut context,
        &desk.files,
        "create job j --image=busybox -- sleep 3",
    );
    desk.pass(20);
    let text = desk.printed();
    let states: Vec<&str> = text.lines().skip(1).filter_map(|l| l.split_whitespace().nth(2)).collect();
    assert_eq!(states.first(), Some(&"0/1"), "{text}");
    assert_eq!(states.last(), Some(&"1/1"), "{text}");
    desk.terminal.interrupt(&mut desk.timeline, &mut desk.files);
    assert_eq!(desk.exit(), Some(130));
    assert!(desk.printed().ends_with("# ^C\n") && !desk.printed().contains("never"));
    assert!(!desk.terminal.is_running());
}

#[test]
fn a_wait_gives_the_prompt_back_and_what_follows_is_run() {
    let mut desk = Desk::new();
    desk.enter("kubectl create job j --image=busybox -- sleep 3");
    let waits = desk.enter("kubectl wait --for=condition=complete job/j && echo done");
    assert_eq!(waits, "");
    desk.pass(2);
    assert!(desk.terminal.is_busy(), "it does not jump ahead of the clock");
    desk.pass(10);
    assert_eq!(desk.printed(), "job.batch/j condition met\ndone\n");
    assert_eq!(desk.exit(), Some(0));
}

#[test]
fn a_command_beside_the_prompt_prints_at_its_own_line() {
    let mut desk = Desk::new();
    desk.enter("kubectl get pods -w &");
    assert!(!desk.terminal.is_busy() && desk.terminal.is_running());
    assert_eq!(desk.enter("kubectl run p --image=nginx"), "pod/p created\n");
    desk.pass(5);
    let first = &desk.terminal.entries()[0];
    assert!(first.parts.iter().any(|p| p.text.contains("Running")), "{first:?}");
    assert_eq!(desk.enter("jobs"), "[1] kubectl get pods -w\n");
    desk.enter("kill");
    assert!(!desk.terminal.is_running());
}

#[test]
fn what_is_edited_is_sent_when_it_is_saved() {
    let mut desk = Desk::new();
    desk.enter("kubectl create deploy web --image=nginx");
    assert_eq!(desk.enter("kubectl edit deploy web"), "");
    let edit = desk.terminal.take_edits().remove(0);
    let text = edit.text.replace("replicas: 1", "replicas: 2");
    desk.terminal.edited(&mut desk.timeline, &mut desk.files, edit, &text);
    assert_eq!(desk.printed(), "deployment.apps/web edited\n");
    assert!(desk.terminal.take_edits().is_empty());
    assert_eq!(desk.enter("kubectl get deploy web -o jsonpath={.spec.replicas}"), "2");
    desk.enter("kubectl edit deploy web");
    let edit = desk.terminal.take_edits().remove(0);
    let text = edit.text.replace("replicas: 2", "replicas: -2");
    desk.terminal.edited(&mut desk.timeline, &mut desk.files, edit, &text);
    let again = desk.terminal.take_edits().remove(0);
    assert!(again.text.contains("must be greater than or equal to 0"), "{}", again.text);
}

#[test]
fn a_watch_rests_while_the_past_is_shown() {
    let mut desk = Desk::new();
    desk.enter("kubectl create job j --image=busybox -- sleep 3");
    desk.enter("kubectl get pods -w");
    desk.pass(15);
    let (before, end) = (desk.printed(), desk.timeline.now());
    desk.timeline.seek(end - Span::secs(10));
    desk.pass(9);
    assert_eq!(desk.printed(), before, "nothing is told twice");
    desk.pass(5);
    desk.terminal.interrupt(&mut desk.timeline, &mut desk.files);
}
