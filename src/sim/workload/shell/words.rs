//! Commands with words: they are expanded, redirected, and carried out.

use super::ast::{Node, Redirect, Target, Word};
use super::dialect::Dialect;
use super::expand::{Expander, Halt};
use super::frame::Frame;
use super::machine::Run;
use super::state::{Sink, Source, Var};
use crate::api::Text;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Run<'_> {
    /// Begins a node that has words to expand; a command substitution among them runs first.
    pub(super) fn with_words(&mut self, node: Rc<Node>, results: Vec<Text>) {
        // The state before is kept only where it may be needed: a second owner makes every change of a variable a copy.
        let before = node.substitutes().then(|| (self.t.shell.clone(), self.core.luck));
        let mut expander = Expander {
            shell: &mut self.t.shell,
            files: &self.core.files,
            luck: &mut self.core.luck,
            pid: 1,
            results: &results,
            used: 0,
            cost: 0,
        };
        let prepared = Prepared::of(&node, &mut expander);
        let cost = expander.cost;
        self.spend(cost);
        match prepared {
            Ok(prepared) => self.carry_out(node, prepared, !results.is_empty()),
            Err(Halt::Need(body)) => {
                if let Some(before) = before {
                    (self.t.shell, self.core.luck) = before;
                }
                let saved = Box::new(self.t.shell.clone());
                self.t.frames.push(Frame::Substitute { node, results, fds: self.t.fds.clone() });
                self.t.frames.extend([Frame::Subshell(saved), Frame::Run(body)]);
                self.t.fds.out = Sink::Capture(self.t.captures.len());
                self.t.captures.push(String::new());
            }
            Err(Halt::Fatal(message)) => self.fatal(&message),
        }
    }
    fn carry_out(&mut self, node: Rc<Node>, prepared: Prepared, substituted: bool) {
        match (&*node, prepared) {
            (Node::Simple { assigns, line, .. }, Prepared::Command { argv, redirects, vars }) => {
                self.t.shell.line = *line;
                if self.t.shell.options.xtrace {
                    self.trace(assigns, &argv);
                }
                let plain_exec = argv.len() == 1 && &*argv[0] == "exec";
                if !redirects.is_empty() && !plain_exec {
                    self.t
                        .frames
                        .push(Frame::Restore { fds: self.t.fds.clone(), buffers: self.t.buffers.len() });
                }
                if let Err(message) = self.redirect(&redirects) {
                    self.complain(&message);
                    self.t.shell.status = 1;
                    return self.check_errexit();
                }
                if argv.is_empty() {
                    // The status of `x=$(false)` is that of the substitution.
                    self.t.shell.status = if substituted { self.t.shell.status } else { 0 };
                    return self.check_errexit();
                }
                self.t.frames.extend(vars.map(Frame::Vars));
                self.t.frames.push(Frame::Words(argv.into()));
            }
            (Node::Redirected { body, .. }, Prepared::Command { redirects, .. }) => {
                self.t.frames.push(Frame::Restore { fds: self.t.fds.clone(), buffers: self.t.buffers.len() });
                match self.redirect(&redirects) {
                    Ok(()) => self.t.frames.push(Frame::Run(body.clone())),
                    Err(message) => {
                        self.complain(&message);
                        self.t.shell.status = 1;
                        self.check_errexit();
                    }
                }
            }
            (_, Prepared::Items(items)) => {
                self.t.frames.push(Frame::For { node, items: items.into(), at: 0 })
            }
            (Node::Case { arms, .. }, Prepared::Arm(arm)) => {
                self.t.shell.status = 0;
                self.t.frames.extend(arm.map(|arm| Frame::Run(arms[arm].1.clone())));
            }
            (_, Prepared::Status(status)) => {
                self.t.shell.status = status;
                self.check_errexit();
            }
            _ => {}
        }
    }
    fn trace(&mut self, assigns: &[super::ast::Assign], argv: &[Text]) {
        let assigned = assigns.iter().map(|assign| {
            format!("{}={}", assign.name, self.t.shell.get(&assign.name).cloned().unwrap_or_default())
        });
        let quoted = |word: &Text| {
            let plain =
                !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "_-./:=,%+@".contains(c));
            if plain { word.to_string() } else { format!("'{word}'") }
        };
        let words: Vec<String> = assigned.chain(argv.iter().map(quoted)).collect();
        self.write_err(&format!("+ {}\n", words.join(" ")));
    }
    fn redirect(&mut self, redirects: &[(u8, Open)]) -> Result<(), String> {
        for (fd, open) in redirects {
            let sink = match open {
                Open::Text(text) => {
                    self.t.fds.input = Source::Buffer(self.t.buffers.len());
                    self.t.buffers.push((text.clone(), 0));
                    continue;
                }
                Open::Read(path) => {
                    let text = self.read_file(path).ok_or_else(|| match self.t.shell.dialect {
                        Dialect::Ash => format!("can't open {path}: no such file"),
                        Dialect::Dash => format!("cannot open {path}: No such file"),
                        Dialect::Bash => format!("{path}: No such file or directory"),
                    })?;
                    self.t.fds.input = Source::Buffer(self.t.buffers.len());
                    self.t.buffers.push((text, 0));
                    continue;
                }
                Open::Write(path, append) => self.open(path, *append)?,
                Open::Same(0 | 1) => self.t.fds.out.clone(),
                Open::Same(_) => self.t.fds.err.clone(),
                Open::Close => Sink::Null,
            };
            match fd {
                0 => self.t.fds.input = Source::Null,
                1 => self.t.fds.out = sink,
                2 => self.t.fds.err = sink,
                _ => (self.t.fds.out, self.t.fds.err) = (sink.clone(), sink),
            }
        }
        Ok(())
    }
    fn open(&mut self, path: &str, append: bool) -> Result<Sink, String> {
        let absolute = self.t.shell.path(path);
        match absolute.as_str() {
            "/dev/null" => return Ok(Sink::Null),
            "/dev/stdout" | "/proc/self/fd/1" => return Ok(self.t.fds.out.clone()),
            // PID 1's descriptors are the container's log, wherever this command's own output goes.
            "/proc/1/fd/1" | "/proc/1/fd/2" => return Ok(Sink::Log),
            "/dev/stderr" | "/proc/self/fd/2" => return Ok(self.t.fds.err.clone()),
            _ => {}
        }
        let fresh = !append || self.core.files.read(&absolute).is_none();
        if fresh && !self.core.files.write(&absolute, Text::default()) {
            return Err(format!("can't create {path}: No space left on device"));
        }
        Ok(Sink::File(absolute.into()))
    }
    /// A file's content, or that of the few that every Linux system has.
    pub fn read_file(&mut self, path: &str) -> Option<Text> {
        let absolute = self.t.shell.path(path);
        match absolute.as_str() {
            "/dev/null" => Some(Text::default()),
            "/dev/stdin" | "/proc/self/fd/0" => match self.t.fds.input {
                Source::Null => Some(Text::default()),
                Source::Buffer(n) => self.t.buffers.get(n).map(|(text, at)| text[*at..].to_owned().into()),
            },
            "/etc/hostname" => Some(format!("{}\n", self.core.hostname).into()),
            path => self.core.files.read(path).cloned(),
        }
    }
}

/// A node's words, expanded.
enum Prepared {
    Command {
        argv: Vec<Text>,
        redirects: Vec<(u8, Open)>,
        vars: Option<Rc<BTreeMap<Text, Var>>>,
    },
    Items(Vec<Text>),
    /// The arm of a `case`.
    Arm(Option<usize>),
    Status(i32),
}

/// A redirection's target, expanded.
enum Open {
    Read(Text),
    Write(Text, bool),
    Text(Text),
    Same(u8),
    Close,
}

impl Prepared {
    fn of(node: &Node, x: &mut Expander) -> Result<Prepared, Halt> {
        Ok(match node {
            Node::Simple { assigns, words, redirects, .. } => {
                let argv = x.fields(words)?;
                let redirects = opens(redirects, x)?;
                let vars = (!argv.is_empty() && !assigns.is_empty()).then(|| x.shell.vars.clone());
                for assign in assigns {
                    x.assign(assign)?;
                    if !argv.is_empty() {
                        x.shell.var(&assign.name).exported = true;
                    }
                }
                Prepared::Command { argv, redirects, vars }
            }
            Node::Redirected { redirects, .. } => {
                Prepared::Command { argv: Vec::new(), redirects: opens(redirects, x)?, vars: None }
            }
            Node::For { words: Some(words), .. } => Prepared::Items(x.fields(words)?),
            Node::For { words: None, .. } => Prepared::Items(x.shell.params.to_vec()),
            Node::Case { word, arms } => {
                let text: Vec<char> = x.single(word)?.chars().collect();
                for (i, (patterns, _)) in arms.iter().enumerate() {
                    for pattern in patterns {
                        let pattern: Vec<char> = x.pattern(pattern)?.chars().collect();
                        x.cost = x.cost.saturating_add((pattern.len() * text.len() / 64) as u32);
                        if super::pattern::fits(&pattern, &text) {
                            return Ok(Prepared::Arm(Some(i)));
                        }
                    }
                }
                Prepared::Arm(None)
            }
            Node::Test(words) => Prepared::Status(super::control::double_bracket(words, x)?),
            Node::Arith(expr) => {
                let text = x.single(expr)?;
                let value = super::arith::evaluate(&text, x).map_err(|m| Halt::Fatal(m.into()))?;
                Prepared::Status(i32::from(value == 0))
            }
            _ => Prepared::Status(0),
        })
    }
}

fn opens(redirects: &[Redirect], x: &mut Expander) -> Result<Vec<(u8, Open)>, Halt> {
    let one = |redirect: &Redirect, x: &mut Expander| -> Result<(u8, Open), Halt> {
        let mut text = |word: &Word| x.single(word);
        let open = match &redirect.to {
            Target::Read(word) => Open::Read(text(word)?),
            Target::Write(word) => Open::Write(text(word)?, false),
            Target::Append(word) => Open::Write(text(word)?, true),
            Target::Here(word) => Open::Text(text(word)?),
            Target::Same(word) => match &*text(word)? {
                "-" => Open::Close,
                fd => match fd.parse::<u8>() {
                    Ok(fd) => Open::Same(fd),
                    // `>&file` of bash.
                    Err(_) => return Ok((3, Open::Write(fd.to_owned().into(), false))),
                },
            },
        };
        Ok((redirect.fd, open))
    };
    redirects.iter().map(|redirect| one(redirect, x)).collect()
}
