//! What `kubectl describe` prints, against what the real kubectl printed of the same objects at the same time.

use crate::artefacts::Differing;
use crate::json::tell;
use crate::shell::{Shell, cluster};
use podium::api::{Kind, Span, Time};
use podium::kubectl::Files;
use podium::record;
use podium::sim::{Request, Timeline};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many of the texts must agree; none is ever lost.
const AGREE_MIN: usize = 135;
/// By how many seconds two times may differ: 1.5, and what is lost where they are cut to whole ones.
const TOLERANCE_S: i64 = 2;

pub fn recordings() -> Option<PathBuf> {
    let folder = std::env::var_os("PODIUM_CONFORMANCE").map(PathBuf::from);
    let folder =
        folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"));
    let there = folder.join("scenarios").is_dir();
    if !there {
        println!("skipped: there are no recorded scenarios");
    }
    there.then_some(folder)
}

/// A command of a recording with what it printed.
pub struct Recorded {
    /// Seconds since the manifest was applied.
    pub at: f64,
    pub line: String,
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
    /// Its exit code.
    pub exit: i32,
}

/// Every command of a scenario, in the order of time.
pub fn recorded(folder: &Path) -> Vec<Recorded> {
    let mut all = Vec::new();
    for entry in folder.join("outputs").read_dir().expect("a scenario has outputs").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a text");
        let mut lines = text.splitn(3, '\n');
        let (first, second) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
        let at = first.strip_prefix("# t=").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let (Some(at), Some(line)) = (at, second.strip_prefix("$ ")) else { continue };
        let exit = first.rsplit_once("exit=").and_then(|(_, code)| code.parse().ok()).unwrap_or(0);
        let rest = lines.next().unwrap_or("");
        let (stdout, stderr) = rest.split_once("--- stderr\n").unwrap_or((rest, ""));
        let (stdout, stderr) = (stdout.to_owned(), stderr.to_owned());
        all.push(Recorded { at, line: line.to_owned(), stdout, stderr, exit });
    }
    all.sort_by(|a, b| a.at.total_cmp(&b.at));
    all
}

pub struct Folder(pub PathBuf);
impl Files for Folder {
    fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.0.join(name)).ok().map(|text| with_our_annotation(&text))
    }
}

/// The kind that a command describes.
fn described(line: &str) -> Option<Kind> {
    let word = line.strip_prefix("kubectl describe ")?.split(' ').next()?;
    Kind::from_word(word)
}

/// The recordings' kubelet took what a container does from an annotation of its own; it is Podium's here.
pub fn with_our_annotation(text: &str) -> String {
    let mut text = text.replace("fake/run", "podium/behaviour").replace(",job-fail-times=", " fail-times=");
    text = text.replace(",exit=", " exit=");
    // Which indexes fail was an annotation of its own; here it is said in the same one.
    while let Some(at) = text.find("fake/fail-index") {
        let end = at + text[at..].find(['\n', '}']).unwrap_or(text.len() - at);
        let end = text[at..end].find(",\"podium").map_or(end, |comma| at + comma + 1);
        let digits = text[at..end].split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
        let list = digits.collect::<Vec<_>>().join("+");
        let rest = text[end..].trim_start_matches(['\n', ' ']);
        if rest.trim_start_matches('"').starts_with("podium") {
            // What follows takes its place.
            text = text[..at].trim_end_matches('"').to_owned() + rest;
        } else {
            let start = text[..at].rfind('\n').unwrap_or(at);
            text.replace_range(start..end, "");
        }
        for mark in ['"', '\n'] {
            text = text.replace(&format!("dur=3{mark}"), &format!("dur=3 fail-index={list}{mark}"));
        }
    }
    while let Some(at) = text.find("dur=") {
        let digits = text[at + 4..].find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        text.insert(at + 4 + digits, 's');
        // What ran there was process 1, and had no handler.
        text.replace_range(at..at + 3, "sigterm=ignore duration");
    }
    text
}

/// A text without what the cluster's certificates are, and without the ConfigMap that the publisher of the recorded
/// distribution publishes beside them.
pub fn without_certificates(text: &str) -> String {
    let mut inside = false;
    let stays = |line: &&str| {
        let line = line.trim();
        let (begins, ends) = (line.starts_with("-----BEGIN"), line.starts_with("-----END"));
        let out = inside || begins || line.contains("openshift-service-ca.crt");
        inside = (inside || begins) && !ends;
        !out
    };
    text.split_inclusive('\n').filter(stays).collect()
}

/// How many texts agree, of how many.
#[derive(Default)]
struct Count {
    agree: usize,
    all: usize,
}

#[test]
fn descriptions_agree_with_the_recorded_ones() {
    let Some(folder) = recordings() else { return };
    let mut names: Vec<PathBuf> =
        folder.join("scenarios").read_dir().expect("a folder").flatten().map(|e| e.path()).collect();
    names.sort();
    let (mut simulated, mut kept) = (Count::default(), Count::default());
    let mut differing = Differing::default();
    for path in names {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let start = start_of(&path);
        let mut timeline = Timeline::new(cluster(&name, start));
        let namespace = record! {
            "apiVersion" => "v1", "kind" => "Namespace", "metadata" => record! { "name" => name.clone() },
        };
        timeline.call(Request::Create(namespace)).expect("a namespace is taken");
        let mut shell = Shell::new(&path, &name);
        for command in recorded(&path) {
            timeline.seek(start + Span((command.at * 1e6) as i64));
            let kind = described(&command.line).filter(|_| !command.stdout.is_empty());
            if kind.is_none() && command.line.starts_with("kubectl get ") {
                continue;
            }
            let output = shell.run(&mut timeline, &command.line);
            let Some(kind) = kind else { continue };
            let count = if kind.info().simulated { &mut simulated } else { &mut kept };
            count.all += 1;
            let (mut want, mut is) = (with_our_annotation(&command.stdout), output.stdout);
            if kind == Kind::Node {
                (want, is) = (of_a_node(&want), of_a_node(&is));
            }
            match difference(&without_certificates(&want), &without_certificates(&is)) {
                None => count.agree += 1,
                Some(why) => differing.count(&name, command.at, &command.line, &why),
            }
        }
    }
    tell(&format!("{} of {} describe texts agree", simulated.agree, simulated.all));
    tell(&format!("of those that do not, {}", differing.told()));
    tell(&format!("{} of {} describe texts of kinds that are only kept agree", kept.agree, kept.all));
    assert!(simulated.agree + kept.agree >= AGREE_MIN, "{AGREE_MIN} texts did agree");
}

/// The text of a node without its age and as far as its pods: in the recordings, many scenarios shared the nodes.
fn of_a_node(text: &str) -> String {
    let mut text = text.split("Non-terminated Pods:").next().unwrap_or("").to_owned();
    while let Some((at, _)) = find_date(&text) {
        text.replace_range(at..at + DATE_LENGTH, "SOME TIME");
    }
    text
}

/// When the manifest was applied.
pub fn start_of(scenario: &Path) -> Time {
    let actions = std::fs::read_to_string(scenario.join("actions.json")).expect("a scenario has actions");
    let rest = actions.split("\"t0_unix\": ").nth(1).expect("a start");
    let seconds: f64 = rest.split(',').next().and_then(|n| n.trim().parse().ok()).expect("a number");
    Time((seconds * 1e6) as i64)
}

/// The first difference of two outputs, whatever the order of the objects in them.
fn difference(want: &str, is: &str) -> Option<String> {
    let texts = |output: &str| -> Vec<Vec<Line>> { output.split("\n\n\nName:").map(lines).collect() };
    let (want, is) = (texts(want), texts(is));
    if want.len() != is.len() {
        return Some(format!("{} objects, not {}", is.len(), want.len()));
    }
    let (mut want, mut is) = unmatched(want, is, |a, b| first_apart(a, b).is_none());
    if want.is_empty() { None } else { first_apart(&want.remove(0), &is.remove(0)) }
}

/// The first difference of two objects. Events of one instant stand in any order, and so do the rows of other tables that
/// chance has a part in.
fn first_apart(want: &[Line], is: &[Line]) -> Option<String> {
    let show = |l: Option<&Line>| l.map_or("the end".to_owned(), |l| l.fixed.clone());
    let told = |a, b| Some(format!("\n    want {}\n    is   {}", show(a), show(b)));
    let start = |all: &[Line]| all.iter().position(|l| l.loose).unwrap_or(all.len());
    let (want, want_rows) = want.split_at(start(want));
    let (is, is_rows) = is.split_at(start(is));
    for i in 0..want.len().max(is.len()) {
        let (a, b) = (want.get(i), is.get(i));
        if !a.zip(b).is_some_and(|(a, b)| a.agrees(b)) {
            return told(a, b);
        }
    }
    let (want_rows, is_rows) = (want_rows.iter().collect(), is_rows.iter().collect());
    let (want, is) = unmatched(want_rows, is_rows, |a: &&Line, b: &&Line| a.agrees(b));
    if want.is_empty() && is.is_empty() { None } else { told(want.first().copied(), is.first().copied()) }
}

/// What is left on both sides when each is paired with another that agrees with it, in whatever order they stand.
pub fn unmatched<T>(want: Vec<T>, mut is: Vec<T>, agree: impl Fn(&T, &T) -> bool) -> (Vec<T>, Vec<T>) {
    let mut left = Vec::new();
    for one in want {
        match is.iter().position(|other| agree(&one, other)) {
            Some(at) => drop(is.remove(at)),
            None => left.push(one),
        }
    }
    (left, is)
}

/// A line without what differs from run to run, and its times beside it.
struct Line {
    fixed: String,
    /// Seconds: instants and ages.
    times: Vec<i64>,
    /// Is it a row of a table whose columns are as wide as what chance has put into them?
    loose: bool,
}

impl Line {
    fn agrees(&self, other: &Line) -> bool {
        let near = |(a, b): (&i64, &i64)| (a - b).abs() <= TOLERANCE_S;
        self.fixed == other.fixed
            && self.times.len() == other.times.len()
            && self.times.iter().zip(&other.times).all(near)
    }
}

fn lines(text: &str) -> Vec<Line> {
    // Columns of these tables are as wide as what chance has put into them.
    let mut loose = false;
    let mut all = Vec::new();
    for line in text.trim_end_matches('\n').split('\n') {
        loose = match line.split(':').next() {
            Some("Events" | "Non-terminated Pods") => true,
            Some("Allocated resources") => false,
            _ => loose,
        };
        all.push(read_line(line, loose));
    }
    all
}

fn read_line(line: &str, loose: bool) -> Line {
    let mut times = Vec::new();
    let mut line = line.to_owned();
    while let Some((at, secs)) = find_date(&line) {
        times.push(secs);
        line.replace_range(at..at + DATE_LENGTH, "DATE");
    }
    let timed = loose || line.starts_with("Duration:");
    let mut fixed = String::new();
    for (i, word) in line.split(' ').enumerate() {
        if loose && word.is_empty() {
            continue;
        }
        if i > 0 {
            fixed.push(' ');
        }
        let bare = word.trim_end_matches(')');
        if let Some(at) = Time::parse(bare) {
            times.push(at.unix());
            fixed += "TIME";
            continue;
        }
        match age(bare).filter(|_| timed) {
            Some(secs) => {
                times.push(secs);
                fixed += "AGE";
                fixed += &word[bare.len()..];
            }
            None => fixed += &without_chance(word),
        }
    }
    Line { fixed, times, loose }
}

/// `Tue, 24 Nov 2026 00:40:56 +0000`
pub const DATE_LENGTH: usize = 31;

pub fn find_date(line: &str) -> Option<(usize, i64)> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let end = line.find(" +0000")? + 6;
    let start = end.checked_sub(DATE_LENGTH)?;
    let text = line.get(start..end)?;
    let month = MONTHS.iter().position(|m| *m == &text[8..11])? + 1;
    let iso = format!("{}-{month:02}-{}T{}Z", &text[12..16], &text[5..7], &text[17..25]);
    Some((start, Time::parse(&iso)?.unix()))
}

/// `5m31s` in seconds.
pub fn age(word: &str) -> Option<i64> {
    let (mut secs, mut number) = (0, None);
    for c in word.chars() {
        match c.to_digit(10) {
            Some(digit) => number = Some(number.unwrap_or(0) * 10 + i64::from(digit)),
            None => {
                let unit = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
                secs += number.take()? * unit.iter().find(|(letter, _)| *letter == c)?.1;
            }
        }
    }
    (number.is_none() && !word.is_empty()).then_some(secs)
}

/// A word with names in place of what chance has made.
pub fn without_chance(word: &str) -> String {
    let mut parts = BTreeMap::new();
    // Words are taken apart at what never stands inside of a name.
    let mut start = 0;
    for (i, c) in word.char_indices().chain([(word.len(), '=')]) {
        if matches!(c, '=' | '/' | ',' | ':' | '"' | '(' | ')' | '_' | '@') {
            parts.insert(start, &word[start..i]);
            start = i + c.len_utf8();
        }
    }
    let mut out = word.to_owned();
    for (start, part) in parts.into_iter().rev() {
        if let Some(name) = chance(part) {
            out.replace_range(start..start + part.len(), &name);
        }
    }
    out
}

fn chance(part: &str) -> Option<String> {
    let hex = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let lengths: Vec<usize> = part.split('-').map(str::len).collect();
    if lengths == [8, 4, 4, 4, 12] && part.split('-').all(hex) {
        return Some("UID".to_owned());
    }
    if matches!(part.len(), 32 | 64) && hex(part) {
        return Some("DIGEST".to_owned());
    }
    let numbers: Vec<&str> = part.split('.').collect();
    if numbers.len() == 4 && numbers.iter().all(|n| n.parse::<u8>().is_ok()) {
        return Some("ADDRESS".to_owned());
    }
    if part.len() == 5 && part.starts_with('3') && part.parse::<u16>().is_ok() {
        return Some("NODEPORT".to_owned());
    }
    // Which node a pod is put on is drawn among those that are as good.
    if part.strip_prefix("node-").is_some_and(|n| n.parse::<u8>().is_ok()) {
        return Some("node-#".to_owned());
    }
    let letters = |s: &str| s.bytes().all(|b| b"bcdfghjklmnpqrstvwxz2456789".contains(&b));
    // The Jobs of a CronJob are numbered by the minute, which is not chance.
    let hash = |s: &str| (8..=10).contains(&s.len()) && !s.bytes().all(|b| b.is_ascii_digit());
    let drawn = |s: &str| letters(s) && (s.len() == 5 || hash(s));
    let words: Vec<&str> = part.split('-').collect();
    let named = words.iter().enumerate().map(|(i, word)| match drawn(word) && (i > 0 || word.len() > 5) {
        true => "#",
        false => word,
    });
    let name = named.collect::<Vec<_>>().join("-");
    (name != part).then_some(name)
}

/// What `kubectl explain` says of kinds and fields is Podium's own: upstream's sentences belong to upstream, and say
/// nothing of what the simulation does. All else of its layout is compared.
fn without_sentences(text: &str) -> String {
    let (mut kept, mut within) = (String::new(), false);
    for line in text.split_inclusive('\n') {
        within = line == "DESCRIPTION:\n" || (within && line.starts_with("    "));
        if !within || line == "DESCRIPTION:\n" {
            kept += line;
        }
    }
    kept
}

/// What of a command's text can be compared.
pub fn comparable(line: &str, text: &str) -> String {
    if line.starts_with("kubectl explain") { without_sentences(text) } else { without_certificates(text) }
}
