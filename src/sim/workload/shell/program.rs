//! Programs: they are called, wait, and print.

use super::dialect::Dialect;
use super::frame::{Frame, Wait};
use super::machine::Run;
use super::state::{Sink, Source};
use crate::api::{Span, Text, Time};
use crate::sim::workload::Files;
use crate::sim::workload::tools::{Act, Call, Chunk, Server};
use std::rc::Rc;

/// Lines that a container may print in one turn.
const LINES_MAX: u32 = 2_000;
/// The least time that starting a program that waits takes.
const WAIT_MIN: Span = Span::millis(1);

impl Run<'_> {
    /// Runs a program of the image, or goes on with one that waited.
    pub(super) fn program(&mut self, argv: Rc<[Text]>, phase: u32, mut memo: Text) {
        let Some(tool) = argv.first().and_then(|name| self.core.image.program(name)) else {
            let Some(name) = argv.first() else { return };
            if self.core.image.is_known() {
                let message = self.t.shell.dialect.not_found(&self.t.shell.name, self.t.shell.line, name);
                self.write_err(&format!("{message}\n"));
                self.t.shell.status = 127;
                return self.check_errexit();
            }
            // An image that nobody knows may well have it; what it does cannot be worked out.
            self.t.wait = Wait::Server(Server::unknown());
            self.t.frames.push(Frame::Program { argv, phase, memo });
            return;
        };
        let input = match self.t.fds.input {
            Source::Buffer(n) => self.t.buffers.get_mut(n),
            Source::Null => None,
        };
        let mut call = Call {
            argv: &argv,
            phase,
            memo: &mut memo,
            answer: self.t.answer.take(),
            input,
            shell: &mut self.t.shell,
            files: &mut self.core.files,
            hostname: &self.core.hostname,
            luck: &mut self.core.luck,
            signals: &mut self.core.signals,
            now: self.core.now,
            output: Vec::new(),
            cost: 0,
        };
        let act = tool(&mut call);
        let (output, cost) = (call.output, call.cost);
        self.spend(cost);
        for (err, chunk) in output {
            let sink = if err { self.t.fds.err.clone() } else { self.t.fds.out.clone() };
            self.write(&sink, chunk);
        }
        let again = Frame::Program { argv, phase: phase + 1, memo };
        match act {
            Act::Done(status) => {
                self.t.shell.status = status;
                self.check_errexit();
            }
            Act::Sleep(span) => {
                self.t.frames.push(again);
                self.sleep(span);
            }
            Act::Ask(question) => {
                self.t.frames.push(again);
                self.t.wait = Wait::Network(question);
            }
            Act::Serve(server) => {
                self.t.frames.push(again);
                self.t.wait = Wait::Server(server);
                if let Some(until) = self.deadline() {
                    self.t.wait = Wait::Until(until);
                }
            }
            Act::Burn(why) => {
                self.t.frames.push(again);
                self.core.limit = Some(why.into());
            }
            Act::Then(commands) => self.t.frames.push(Frame::Commands(commands, 0)),
            Act::Shell(start) => self.subshell(start),
            Act::Within(span, code, argv) => {
                self.t.frames.push(Frame::Timeout(self.core.now + span, code));
                self.t.frames.push(Frame::Program { argv, phase: 0, memo: Text::default() });
            }
        }
    }
    fn sleep(&mut self, span: Span) {
        let until = self.core.now + span.max(WAIT_MIN);
        self.t.wait = Wait::Until(self.deadline().map_or(until, |deadline| deadline.min(until)));
    }
    fn deadline(&self) -> Option<Time> {
        self.t
            .frames
            .iter()
            .filter_map(|f| if let Frame::Timeout(at, _) = f { Some(*at) } else { None })
            .min()
    }
    /// Wakes a thread whose time has come; `timeout` cuts off what has not ended by then.
    pub fn wake(&mut self) {
        self.t.wait = Wait::Ready;
        let now = self.core.now;
        let cut = self.t.frames.iter().position(|f| matches!(f, Frame::Timeout(at, _) if *at <= now));
        if let Some(at) = cut {
            let Frame::Timeout(_, code) = self.t.frames[at] else { return };
            self.unwind_to(at);
            self.t.shell.status = code;
            self.check_errexit();
        }
    }

    /// Writes to a descriptor's target.
    pub fn write(&mut self, sink: &Sink, chunk: Chunk) {
        let text = match (&chunk, sink) {
            (Chunk::Line(line), Sink::Log) if self.core.partial.is_empty() => {
                return self.print(line.clone());
            }
            (Chunk::Line(line), _) => format!("{line}\n"),
            (Chunk::Raw(text), _) => text.clone(),
        };
        self.spend((text.len() / 64) as u32);
        match sink {
            Sink::Null => {}
            Sink::Log => {
                for piece in text.split_inclusive('\n') {
                    self.core.partial.push_str(piece);
                    if piece.ends_with('\n') {
                        let line = std::mem::take(&mut self.core.partial);
                        self.print(line.trim_end_matches('\n').to_owned().into());
                    }
                }
                let partial = &mut self.core.partial;
                if partial.len() > super::expand::VALUE_BYTES_MAX {
                    let line = std::mem::take(partial);
                    self.print(line.into());
                }
            }
            Sink::File(path) => {
                let old = self.core.files.read(path).cloned().unwrap_or_default();
                self.spend((old.len() / 256) as u32);
                self.core.files.write(path, format!("{old}{text}").into());
            }
            Sink::Capture(n) => {
                if let Some(capture) = self.t.captures.get_mut(*n) {
                    capture.push_str(&text);
                    if capture.len() > Files::BYTES_MAX {
                        self.core.limit = Some("it sends more through a pipe than Podium can hold".into());
                    }
                }
            }
        }
    }
    fn print(&mut self, line: Text) {
        self.core.printed += 1;
        if self.core.printed > LINES_MAX {
            self.core.limit.get_or_insert(Text::Static("it prints lines without ever waiting"));
            return;
        }
        self.log.push(line);
    }
    /// Writes to standard error.
    pub fn write_err(&mut self, text: &str) {
        let sink = self.t.fds.err.clone();
        self.write(&sink, Chunk::Raw(text.to_owned()));
    }
    /// Says what is wrong, in the shell's own words.
    pub fn complain(&mut self, message: &str) {
        let message = self.t.shell.dialect.complaint(&self.t.shell.name, self.t.shell.line, message);
        self.write_err(&format!("{message}\n"));
    }
    /// Ends the shell with a message, as an error in an expansion does.
    pub fn fatal(&mut self, message: &str) {
        self.complain(message);
        let code = if self.t.shell.dialect == Dialect::Bash { 1 } else { 2 };
        self.exit(code);
    }
}
