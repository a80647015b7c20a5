//! The programs that images bring: one function and one row each.
//!
//! A tool never knows threads, frames or the clock: it is called with its words, says what it prints, and answers what
//! comes next. One that waits is called again, with a higher [`Call::phase`].

mod client;
mod date;
mod files;
mod filter;
mod print;
mod regex;
mod sed;
mod system;
mod test;

pub(super) use client::host_and_port;
pub(super) use date::formatted;
pub(super) use filter::Options;
pub(super) use print::unescape;
pub(super) use regex::Regex;
pub(super) use test::test;

use super::images;
use super::shell::{Dialect, Shell};
use super::{Answer, Files, Question, Stop};
use crate::api::{Span, Text, Time};
use std::rc::Rc;

/// What a tool wants next.
pub(super) enum Act {
    /// It has ended.
    Done(i32),
    /// Call it again after so long.
    Sleep(Span),
    /// Call it again with the answer.
    Ask(Question),
    /// It waits for ever.
    Serve(Server),
    /// These programs run in its place, one after the other.
    Then(Rc<[Rc<[Text]>]>),
    /// A shell takes its place.
    Shell(Start),
    /// A program runs in its place, and is cut off after so long with this exit code.
    Within(Span, i32, Rc<[Text]>),
    /// It burns its CPU for ever, as this says.
    Burn(&'static str),
}

/// A shell that is to be started.
pub(super) struct Start {
    /// `$0`.
    pub name: Text,
    pub dialect: Dialect,
    pub script: Text,
    pub params: Rc<[Text]>,
    /// Letters as after `set -`.
    pub flags: String,
    pub pipefail: bool,
}

/// Output: a whole line, which may be a literal of the program, or any text.
pub(super) enum Chunk {
    Line(Text),
    Raw(String),
}

/// A program that waits for ever.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Server {
    /// What it listens on.
    pub ports: Rc<[u16]>,
    /// What SIGTERM does to it.
    pub stop: Stop,
    /// What it answers over HTTP.
    pub site: images::Site,
}

impl Server {
    /// A server that ends well 0.3 s after SIGTERM.
    pub fn graceful(ports: &[u16], site: images::Site) -> Server {
        Server { ports: ports.into(), stop: Stop::Exits { after: Span::millis(300), code: 0 }, site }
    }
    /// Something that only waits, and has no handler for SIGTERM.
    pub fn idle() -> Server {
        Server { ports: [].into(), stop: Stop::Ignores, site: images::Site::Silent }
    }
    /// A program that nothing is known of. Most end at SIGTERM with 143 or with 0; this takes the first.
    pub fn unknown() -> Server {
        let stop = Stop::Exits { after: Span::millis(100), code: 143 };
        Server { stop, site: images::Site::Unknown, ..Server::idle() }
    }
}

/// One call of a tool.
pub(super) struct Call<'a> {
    /// Its words, its name first.
    pub argv: &'a [Text],
    /// 0 at the first call, and one more after each wait.
    pub phase: u32,
    /// What it wants to remember over a wait.
    pub memo: &'a mut Text,
    /// The answer to what it asked.
    pub answer: Option<Answer>,
    /// Standard input and how far it has been read; none if there is nothing.
    pub input: Option<&'a mut (Text, usize)>,
    pub shell: &'a mut Shell,
    pub files: &'a mut Files,
    pub hostname: &'a Text,
    pub luck: &'a mut u64,
    /// Signals to send: to which process, and which.
    pub signals: &'a mut Vec<(u32, i32)>,
    pub now: Time,
    /// What it prints; the flag is true for standard error.
    pub output: Vec<(bool, Chunk)>,
    /// Work done, in the machine's steps.
    pub cost: u32,
}

impl Call<'_> {
    /// The name that it was called by, without its directory.
    pub fn name(&self) -> String {
        self.argv.first().map_or(String::new(), |name| name.rsplit('/').next().unwrap_or(name).to_owned())
    }
    /// Its words but for the first.
    pub fn args(&self) -> Vec<&str> {
        self.argv.iter().skip(1).map(|arg| arg.as_str()).collect()
    }
    /// Prints a line.
    pub fn line(&mut self, line: impl Into<Text>) {
        self.output.push((false, Chunk::Line(line.into())));
    }
    /// Prints text as it is.
    pub fn raw(&mut self, text: String) {
        self.output.push((false, Chunk::Raw(text)));
    }
    /// Prints a line to standard error.
    pub fn error(&mut self, line: impl Into<Text>) {
        self.output.push((true, Chunk::Line(line.into())));
    }
    /// Prints `tool: message` to standard error and ends.
    pub fn fail(&mut self, code: i32, message: &str) -> Act {
        let line = format!("{}: {message}", self.name());
        self.error(line);
        Act::Done(code)
    }
    /// What is left of standard input.
    pub fn rest_of_input(&mut self) -> Text {
        let Some((text, at)) = self.input.as_deref_mut() else { return Text::default() };
        let rest = if *at == 0 { text.clone() } else { text[*at..].to_owned().into() };
        *at = text.len();
        self.cost += (rest.len() / 64) as u32;
        rest
    }
    /// A file, `-` being standard input.
    pub fn read(&mut self, path: &str) -> Option<Text> {
        let absolute = self.shell.path(path);
        let text = match absolute.as_str() {
            _ if path == "-" => Some(self.rest_of_input()),
            "/dev/stdin" | "/proc/self/fd/0" => Some(self.rest_of_input()),
            "/dev/null" => Some(Text::default()),
            "/etc/hostname" => Some(format!("{}\n", self.hostname).into()),
            path => self.files.read(path).cloned(),
        };
        self.cost += text.as_ref().map_or(0, |text| (text.len() / 64) as u32);
        text
    }
    /// The text of all the files named, or of standard input where none is; says which are not there.
    pub fn read_all(&mut self, paths: &[&str]) -> (String, i32) {
        if paths.is_empty() {
            return (self.rest_of_input().to_string(), 0);
        }
        let (mut whole, mut status) = (String::new(), 0);
        for path in paths {
            match self.read(path) {
                Some(text) => whole.push_str(&text),
                None => {
                    self.not_there(path);
                    status = 1;
                }
            }
        }
        (whole, status)
    }
    /// Says that a file is not there.
    pub fn not_there(&mut self, path: &str) {
        let directory = is_directory(self.files, &self.shell.path(path));
        let why = if directory { "Is a directory" } else { "No such file or directory" };
        let name = self.name();
        self.error(match self.shell.dialect {
            Dialect::Ash if directory => format!("{name}: read error: {why}"),
            Dialect::Ash => format!("{name}: can't open '{path}': {why}"),
            _ => format!("{name}: {path}: {why}"),
        });
    }
}

/// Directories that every image has.
const DIRECTORIES: [&str; 22] = [
    "/",
    "/bin",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/local",
    "/var",
    "/var/lib",
    "/var/log",
    "/var/run",
];

/// Whether a path is a directory: one of every image, one that was made, or one that a file lies in.
pub(super) fn is_directory(files: &Files, path: &str) -> bool {
    let inside = format!("{}/", path.trim_end_matches('/'));
    DIRECTORIES.contains(&path) || files.iter().any(|(other, _)| other.starts_with(&inside))
}

/// A tool.
pub(super) type Tool = fn(&mut Call) -> Act;

/// Which images have a tool.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Where {
    /// busybox's and Debian's.
    Both,
    /// Only busybox's.
    Busybox,
    /// Only Debian's.
    Debian,
    /// Only those that name it.
    Named,
}

/// The tool of a name, and which images have it.
pub(super) fn find(name: &str) -> Option<(Where, Tool)> {
    use Where::{Both, Busybox, Debian, Named};
    let row: (Where, Tool) = match name {
        "echo" => (Both, print::echo),
        "printf" => (Both, print::printf),
        "seq" => (Both, print::seq),
        "yes" => (Both, print::yes),
        "true" => (Both, |_| Act::Done(0)),
        "false" => (Both, |_| Act::Done(1)),
        "test" | "[" => (Both, test::program),
        "expr" => (Both, print::expr),
        "basename" => (Both, print::basename),
        "dirname" => (Both, print::dirname),
        "date" => (Both, date::date),
        "sleep" => (Both, system::sleep),
        "env" => (Both, system::env),
        "printenv" => (Both, system::printenv),
        "hostname" => (Both, system::hostname),
        "id" => (Both, system::id),
        "whoami" => (Both, system::whoami),
        "uname" => (Both, system::uname),
        "nproc" => (Both, system::nproc),
        "ps" => (Busybox, system::ps),
        "kill" => (Both, system::kill),
        "killall" | "pkill" => (Busybox, |_| Act::Done(1)),
        "timeout" => (Both, system::timeout),
        "time" | "nohup" | "nice" | "exec" => (Both, system::wrapper),
        "xargs" => (Both, system::xargs),
        "sh" => (Both, system::sh),
        "ash" => (Busybox, system::sh),
        "bash" | "dash" => (Debian, system::sh),
        "sync" | "chmod" | "chown" | "ln" | "mknod" | "mkfifo" | "stty" | "clear" => (Both, |_| Act::Done(0)),
        "cat" => (Both, files::cat),
        "tac" => (Both, files::tac),
        "rev" => (Both, files::rev),
        "tee" => (Both, files::tee),
        "tail" => (Both, files::tail),
        "ls" => (Both, files::ls),
        "find" => (Both, files::find),
        "mkdir" => (Both, files::mkdir),
        "rmdir" | "rm" => (Both, files::rm),
        "touch" => (Both, files::touch),
        "cp" => (Both, files::cp),
        "mv" => (Both, files::mv),
        "du" => (Both, files::du),
        "mktemp" => (Both, files::mktemp),
        "tar" | "gzip" | "gunzip" | "zip" => (Both, files::archive),
        "head" => (Both, filter::head),
        "wc" => (Both, filter::wc),
        "sort" => (Both, filter::sort),
        "uniq" => (Both, filter::uniq),
        "cut" => (Both, filter::cut),
        "tr" => (Both, filter::tr),
        "grep" | "egrep" | "fgrep" => (Both, filter::grep),
        "sha256sum" | "md5sum" => (Both, filter::sum),
        "awk" => (Both, sed::awk),
        "sed" => (Both, sed::sed),
        "wget" => (Busybox, client::wget),
        "curl" => (Named, client::curl),
        "nc" => (Busybox, client::nc),
        "nslookup" => (Busybox, client::nslookup),
        "ping" => (Busybox, client::ping),
        _ => return images::program(name).map(|tool| (Named, tool)),
    };
    Some(row)
}
