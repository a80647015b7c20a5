//! As much of a shell as the recorded commands need: what stands around `kubectl` in them.

use crate::describe::{Folder, recordings};
use crate::json;
use podium::api::Time;
use podium::kubectl::{self, Context, Files, Output};
use podium::sim::{Config, Timeline};
use std::collections::BTreeMap;
use std::path::Path;

/// One file, whatever its name.
pub struct Only<'a>(pub &'a str);

impl Files for Only<'_> {
    fn read(&self, _: &str) -> Option<String> {
        Some(self.0.to_owned())
    }
}

/// Scenarios in which it counts what chance has put where, and seeds under which it is as it was recorded: as many pods of
/// each owner lie on the node that is lost.
const SEEDS: &[(&str, u64)] = &[("u-node-notready", 5)];

/// The cluster on which a scenario is played.
pub fn cluster(scenario: &str, start: Time) -> Config {
    let seed = SEEDS.iter().find(|(name, _)| *name == scenario).map_or(1, |(_, seed)| *seed);
    Config { start, load_balancer_after: None, metrics_server: false, seed, ..Config::default() }
}

/// Where a scenario's commands are typed.
pub struct Shell {
    context: Context,
    folder: Folder,
    /// Files that the commands have written.
    written: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    /// The node whose kubelet `touch PATH` stops.
    node: String,
    /// The pod that stands for the first of `kubectl get pods -o name`: names are made by chance, and so is their order.
    pub first_pod: Option<String>,
}

impl Files for Shell {
    fn read(&self, name: &str) -> Option<String> {
        self.written.get(name).cloned().or_else(|| self.folder.read(name))
    }
}

impl Shell {
    /// The shell of a recorded scenario.
    pub fn of(scenario: &str) -> Shell {
        let folder = recordings().expect("there are recordings").join("scenarios").join(scenario);
        Shell::new(&folder, scenario)
    }
    /// A shell in a folder, whose kubectl speaks of that namespace.
    pub fn new(folder: &Path, namespace: &str) -> Shell {
        let variables = BTreeMap::from([("NS".to_owned(), namespace.to_owned())]);
        let actions = std::fs::read_to_string(folder.join("actions.json")).map(|text| json::parse(&text));
        let doc = actions.ok().and_then(|a| a.get("doc").as_str().map(str::to_owned)).unwrap_or_default();
        let node = doc.split(' ').find(|w| w.starts_with("node-")).unwrap_or("").to_owned();
        Shell {
            context: Context { namespace: namespace.to_owned().into(), ..Context::default() },
            folder: Folder(folder.to_owned()),
            written: BTreeMap::new(),
            variables,
            node,
            first_pod: None,
        }
    }
    /// Carries out a recorded line; what its last command printed and how it ended is the line's own end.
    pub fn run(&mut self, timeline: &mut Timeline, line: &str) -> Output {
        let line = line.trim_start_matches('&').trim();
        if let Some(rest) = line.strip_prefix("for P in ") {
            let (list, rest) = rest.split_once("; do ").expect("a loop");
            let body = rest.strip_suffix("; done").expect("the loop's end");
            let mut all = Output::default();
            for item in self.expand(timeline, list).split_whitespace() {
                self.variables.insert("P".to_owned(), item.to_owned());
                let one = self.run(timeline, body);
                all.stdout += &one.stdout;
                all.stderr += &one.stderr;
                all.exit = one.exit;
            }
            return all;
        }
        let mut last = Output::default();
        for command in line.split("; ") {
            last = self.command(timeline, command);
        }
        last
    }
    fn command(&mut self, timeline: &mut Timeline, command: &str) -> Output {
        let line = self.expand(timeline, command);
        let (line, to) = match line.rsplit_once(" > ") {
            Some((line, file)) => (line.to_owned(), Some(file.to_owned())),
            None => (line, None),
        };
        if let Some(("P", value)) = line.split_once('=') {
            self.variables.insert("P".to_owned(), value.to_owned());
            return Output::default();
        }
        if let Some((line, "/dev/null")) = line.split_once(" < ") {
            self.written.insert("-".to_owned(), String::new());
            return self.command(timeline, line.trim());
        }
        let words = kubectl::split(&line).unwrap_or_default();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let line = match words[..] {
            ["touch", "PATH"] => format!("sandbox node-down {}", self.node),
            ["rm", "-f", "PATH"] => format!("sandbox node-up {}", self.node),
            ["printf", form, ref values @ ..] => {
                let text = values.iter().fold(form.to_owned(), |text, v| text.replacen("%s", v, 1));
                self.written.insert(to.expect("it is written to a file"), text);
                return Output::default();
            }
            ["sed", edit, file] => {
                let [_, from, into, _] = edit.split('/').collect::<Vec<_>>()[..] else { panic!("{edit}") };
                let text = self.read(file).expect("there is the file").replace(from, into);
                self.written.insert(to.expect("it is written to a file"), text);
                return Output::default();
            }
            _ => line,
        };
        let mut context = self.context.clone();
        let output = kubectl::run(timeline, &mut context, self, &line);
        self.context = context;
        // What stands for a command of the system's says nothing.
        if words.contains(&"PATH") { Output::default() } else { output }
    }
    /// A line with its `$(…)` carried out and its variables filled in.
    fn expand(&mut self, timeline: &mut Timeline, line: &str) -> String {
        let mut line = line.to_owned();
        while let Some(start) = line.find("$(") {
            let end = start + line[start..].find(')').expect("it is closed");
            let text = self.pipe(timeline, &line[start + 2..end]);
            line.replace_range(start..=end, text.trim_end());
        }
        for (name, value) in &self.variables {
            line = line.replace(&format!("${name}"), value);
        }
        line
    }
    fn pipe(&mut self, timeline: &mut Timeline, line: &str) -> String {
        let mut parts = line.split(" | ");
        let mut text = self.command(timeline, parts.next().unwrap_or("")).stdout;
        for part in parts {
            text = match part {
                "head -1" => {
                    let first = self.first_pod.as_ref().map(|name| format!("pod/{name}"));
                    first.unwrap_or_else(|| text.lines().next().unwrap_or("").to_owned())
                }
                "cut -d/ -f2" => {
                    text.lines().map(|l| l.split('/').nth(1).unwrap_or(l)).collect::<Vec<_>>().join("\n")
                }
                other => panic!("{other:?} is beyond this shell"),
            };
        }
        text
    }
}
