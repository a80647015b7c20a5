//! The commands that are the shell itself. One row each in [`Run::builtin`].

use super::frame::{Frame, Wait};
use super::machine::Run;
use super::state::Source;
use crate::api::{Text, make_mut};
use crate::sim::workload::tools;
use std::rc::Rc;

/// The status to go on with, or none if the command has put its own frames on the stack.
type Done = Option<i32>;

impl Run<'_> {
    /// Runs a builtin; none if the word is not one.
    pub fn builtin(&mut self, argv: &Rc<[Text]>) -> Option<Done> {
        let args = &argv[1..];
        let number = |default: i32| args.first().and_then(|text| text.parse::<i32>().ok()).unwrap_or(default);
        let status = self.t.shell.status;
        Some(match &*argv[0] {
            ":" | "alias" | "unalias" | "hash" | "ulimit" | "umask" | "jobs" | "bg" | "disown" | "shopt" => {
                Some(0)
            }
            "exit" => {
                self.exit(number(status));
                None
            }
            "return" => {
                self.leave_function(number(status));
                None
            }
            word @ ("break" | "continue") => {
                self.leave_loop(number(1).max(1) as usize, word == "continue");
                None
            }
            "cd" => Some(self.cd(args)),
            "pwd" => {
                let line = self.t.shell.directory.clone();
                let out = self.t.fds.out.clone();
                self.write(&out, tools::Chunk::Line(line));
                Some(0)
            }
            word @ ("export" | "readonly" | "local" | "declare" | "typeset") => {
                Some(self.declare(word, args))
            }
            "unset" => {
                for name in args.iter().filter(|name| !name.starts_with('-')) {
                    self.t.shell.var(name).value = None;
                    make_mut(&mut self.t.shell.functions).remove(name);
                }
                Some(0)
            }
            "set" => Some(self.set(args)),
            "shift" => {
                let n = number(1).max(0) as usize;
                let enough = n <= self.t.shell.params.len();
                if enough {
                    self.t.shell.params = self.t.shell.params[n..].into();
                }
                Some(i32::from(!enough))
            }
            "trap" => Some(self.set_trap(args)),
            "read" => Some(self.read(args)),
            "eval" => {
                let script = args.iter().map(|arg| arg.as_str()).collect::<Vec<_>>().join(" ");
                self.t.shell.status = 0;
                self.script(&script);
                None
            }
            "." | "source" => return Some(self.source(args)),
            "exec" => self.exec(args),
            "wait" => self.wait_for(args),
            "command" | "builtin" if args.first().is_some_and(|arg| !arg.starts_with('-')) => {
                let inner: Rc<[Text]> = args.into();
                match self.builtin(&inner) {
                    Some(done) => done,
                    None => {
                        self.t.frames.push(Frame::Program { argv: inner, phase: 0, memo: Text::default() });
                        None
                    }
                }
            }
            "command" | "type" => Some(self.describe(args)),
            "let" => {
                let script = args.iter().map(|arg| format!("(({arg}))")).collect::<Vec<_>>().join("; ");
                self.script(&script);
                None
            }
            _ => return None,
        })
    }
    fn cd(&mut self, args: &[Text]) -> i32 {
        let to = match args.first().map(|arg| arg.as_str()) {
            None => self.t.shell.get("HOME").map_or("/root".to_owned(), |home| home.to_string()),
            Some("-") => self.t.shell.get("OLDPWD").map_or("/".to_owned(), |old| old.to_string()),
            Some(to) => to.to_owned(),
        };
        let path = self.t.shell.path(&to);
        if !tools::is_directory(&self.core.files, &path) {
            self.complain(&format!("cd: can't cd to {to}: No such file or directory"));
            return 2;
        }
        let old = std::mem::replace(&mut self.t.shell.directory, path.into());
        self.t.shell.set("OLDPWD", old);
        0
    }
    fn declare(&mut self, word: &str, args: &[Text]) -> i32 {
        for arg in args.iter().filter(|arg| !arg.starts_with('-')) {
            let (name, value) =
                arg.split_once('=').map_or((&**arg, None), |(name, value)| (name, Some(value)));
            if !super::parse::is_name(name) {
                self.complain(&format!("{word}: {arg}: bad variable name"));
                return 2;
            }
            if word != "export" && word != "readonly" {
                let old = self.t.shell.vars.get(name).cloned();
                let call = self.t.frames.iter_mut().rev().find_map(|frame| match frame {
                    Frame::Call { locals, .. } => Some(locals),
                    _ => None,
                });
                if let Some(locals) = call {
                    locals.push((name.to_owned().into(), old));
                    self.t.shell.set(name, Text::default());
                }
            }
            if let Some(value) = value {
                self.t.shell.set(name, value.to_owned().into());
            }
            if word == "export" || args.iter().any(|arg| &**arg == "-x") {
                self.t.shell.var(name).exported = true;
            }
        }
        0
    }
    fn set(&mut self, args: &[Text]) -> i32 {
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut flags = arg.chars();
            match flags.next() {
                _ if &**arg == "--" => {
                    self.t.shell.params = args.cloned().collect();
                    return 0;
                }
                Some(sign @ ('-' | '+')) if arg.len() > 1 => {
                    for flag in flags {
                        if flag == 'o' {
                            let on = sign == '-';
                            match args.next().map(|name| name.as_str()) {
                                Some("errexit") => self.t.shell.options.errexit = on,
                                Some("nounset") => self.t.shell.options.nounset = on,
                                Some("xtrace") => self.t.shell.options.xtrace = on,
                                Some("pipefail") => self.t.shell.options.pipefail = on,
                                _ => {}
                            }
                        } else if !self.t.shell.option(flag, sign == '-') {
                            self.fatal(&format!("set: illegal option {sign}{flag}"));
                            return 2;
                        }
                    }
                }
                _ => {
                    self.t.shell.params = std::iter::once(arg).chain(args).cloned().collect();
                    return 0;
                }
            }
        }
        0
    }
    fn set_trap(&mut self, args: &[Text]) -> i32 {
        let args = if args.first().is_some_and(|arg| &**arg == "--") { &args[1..] } else { args };
        let Some((script, signals)) = args.split_first() else { return 0 };
        let (script, signals) = if signals.is_empty() { (None, args) } else { (Some(script), signals) };
        for signal in signals {
            let Some(name) = signal_name(signal) else {
                self.complain(&format!("trap: {signal}: invalid signal specification"));
                return 1;
            };
            let traps = make_mut(&mut self.t.shell.traps);
            match script {
                Some(script) if &**script != "-" => traps.insert(name.into(), script.clone()),
                _ => traps.remove(name),
            };
        }
        0
    }
    /// `read a b`: one line of the input; 1 at its end.
    fn read(&mut self, args: &[Text]) -> i32 {
        let Source::Buffer(n) = self.t.fds.input else { return 1 };
        let Some((text, at)) = self.t.buffers.get_mut(n) else { return 1 };
        let rest = &text[*at..];
        let Some(line) = rest.split_inclusive('\n').next() else { return 1 };
        *at += line.len();
        let ended = line.ends_with('\n');
        let line = line.trim_end_matches('\n').to_owned();
        self.spend(1 + (line.len() / 64) as u32);
        let array = args.iter().position(|arg| &**arg == "-a").and_then(|i| args.get(i + 1));
        if let Some(array) = array {
            let items: Rc<[Text]> = line.split_whitespace().map(|word| Text::from(word.to_owned())).collect();
            let var = self.t.shell.var(array);
            (var.value, var.items) = (items.first().cloned(), Some(items));
            return 0;
        }
        let names: Vec<&Text> = args.iter().filter(|arg| super::parse::is_name(arg)).collect();
        let ifs = self.t.shell.get("IFS").cloned().unwrap_or(Text::Static(" \t\n"));
        let blank = |c: char| ifs.contains(c) && c.is_whitespace();
        let mut rest = line.trim_matches(blank);
        for (i, name) in names.iter().enumerate() {
            let last = i + 1 == names.len();
            let end = if last { rest.len() } else { rest.find(|c| ifs.contains(c)).unwrap_or(rest.len()) };
            self.t.shell.set(name, rest[..end].to_owned().into());
            let after = rest[end..].trim_start_matches(blank);
            let sign = after.chars().next().filter(|c| ifs.contains(*c));
            rest = &after[sign.map_or(0, char::len_utf8)..];
        }
        if names.is_empty() {
            self.t.shell.set("REPLY", line.into());
        }
        i32::from(!ended)
    }
    fn source(&mut self, args: &[Text]) -> Done {
        let Some(path) = args.first() else { return Some(2) };
        match self.read_file(path) {
            Some(script) => {
                self.script(&script);
                None
            }
            None => {
                self.complain(&format!("{path}: No such file or directory"));
                Some(1)
            }
        }
    }
    fn exec(&mut self, args: &[Text]) -> Done {
        if args.is_empty() {
            return Some(0);
        }
        // The shell is gone: nothing of it is left to do, and its traps with it.
        let subshell = self.t.frames.iter().rposition(|f| matches!(f, Frame::Subshell(_)));
        let keep = subshell.map_or(0, |at| at + 1);
        let fds = self.t.fds.clone();
        self.unwind_to(keep);
        self.t.shell.traps = Rc::default();
        self.t.fds = fds;
        self.t.frames.push(Frame::Program { argv: args.into(), phase: 0, memo: Text::default() });
        None
    }
    /// `wait`, `wait PID`.
    pub fn wait_for(&mut self, args: &[Text]) -> Done {
        let pid = args.first().and_then(|arg| arg.trim_start_matches('%').parse::<u32>().ok());
        match pid {
            Some(pid) => {
                if let Some(code) = self.core.ended.remove(&pid) {
                    return Some(code);
                }
                if !self.core.running.contains(&pid) {
                    return Some(127);
                }
                self.t.wait = Wait::Children(pid);
            }
            None if self.core.running.is_empty() => return Some(0),
            None => self.t.wait = Wait::Children(0),
        }
        None
    }
    /// `command -v`, `type`.
    fn describe(&mut self, args: &[Text]) -> i32 {
        let mut status = 0;
        let out = self.t.fds.out.clone();
        for name in args.iter().filter(|arg| !arg.starts_with('-')) {
            let inner = self.t.shell.functions.contains_key(name) || IS_BUILTIN.contains(&&**name);
            let found = if inner {
                Some(name.clone())
            } else {
                self.core.image.program(name).map(|_| format!("/bin/{name}").into())
            };
            match found {
                Some(line) => self.write(&out, tools::Chunk::Line(line)),
                None => status = 127,
            }
        }
        status
    }
}

/// What `command -v` answers without a path.
const IS_BUILTIN: [&str; 14] = [
    ":", ".", "cd", "exit", "export", "set", "trap", "read", "eval", "exec", "wait", "shift", "unset",
    "local",
];

/// The bare name of a signal that may be trapped.
pub(in super::super) fn signal_name(signal: &str) -> Option<&'static str> {
    let bare = signal.strip_prefix("SIG").unwrap_or(signal);
    let names = [
        ("0", "EXIT"),
        ("1", "HUP"),
        ("2", "INT"),
        ("3", "QUIT"),
        ("9", "KILL"),
        ("10", "USR1"),
        ("12", "USR2"),
        ("15", "TERM"),
    ];
    let found = names.into_iter().find(|(number, name)| *number == bare || name.eq_ignore_ascii_case(bare));
    found.map(|(_, name)| name).or(["ERR", "DEBUG"].into_iter().find(|name| *name == bare))
}
