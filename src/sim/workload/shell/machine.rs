//! The machine: a stack of frames, and one step at a time.

use super::ast::Node;
use super::frame::{Core, Frame, Thread, Wait};
use super::state::{Fds, Sink, Source};
use crate::api::{Span, Text, make_mut};
use crate::sim::workload::tools::Server;
use std::rc::Rc;

/// Steps that a container may take without waiting, before it counts as an endless loop.
pub(in super::super) const STEPS_MAX: u32 = 100_000;
/// Steps that a second of virtual time pays for.
pub(in super::super) const STEPS_PER_SECOND: i64 = 100_000;
/// Steps of one turn; then [`SLICE`] passes, as commands take time too.
const TURN_STEPS_MAX: u32 = 20_000;
/// What so many steps take.
const SLICE: Span = Span::millis(20);
/// Frames of one thread: deeper, and a real shell has long died of its stack.
const FRAMES_MAX: usize = 1_000;
/// Threads of one container.
const THREADS_MAX: usize = 32;

/// One thread at work.
pub(crate) struct Run<'a> {
    pub core: &'a mut Core,
    pub t: &'a mut Thread,
    pub log: &'a mut Vec<Text>,
}

impl Run<'_> {
    /// Runs until the thread waits or ends, or the container's steps are used up.
    pub fn go(&mut self) {
        while self.t.wait == Wait::Ready && self.core.limit.is_none() {
            self.spend(1);
            if self.core.turn_steps > TURN_STEPS_MAX {
                self.t.wait = Wait::Until(self.core.now + SLICE);
                return;
            }
            let busy = matches!(self.t.frames.last(), Some(Frame::Program { .. }));
            if !busy && let Some(signal) = self.t.signal.take() {
                self.trap(&signal);
            } else if let Some(frame) = self.t.frames.pop() {
                self.step(frame);
            } else if let Some(script) = self.take_exit_trap() {
                self.t.frames.push(Frame::Finish(self.t.shell.status));
                self.script(&script);
            } else {
                self.t.wait = Wait::Done(self.t.shell.status);
            }
            if self.t.frames.len() > FRAMES_MAX {
                // What the kernel sends to a shell that has used up its stack.
                self.t.frames.clear();
                self.t.wait = Wait::Done(139);
            }
        }
    }
    fn take_exit_trap(&mut self) -> Option<Text> {
        if !self.t.shell.traps.contains_key("EXIT") {
            return None;
        }
        make_mut(&mut self.t.shell.traps).remove("EXIT").filter(|script| !script.is_empty())
    }
    fn trap(&mut self, signal: &str) {
        if let Some(script) = self.t.shell.traps.get(signal).cloned().filter(|script| !script.is_empty()) {
            self.t.frames.push(Frame::Trapped(self.t.shell.status));
            self.script(&script);
        }
    }
    /// Counts work.
    pub fn spend(&mut self, steps: u32) {
        self.core.steps = self.core.steps.saturating_add(steps);
        self.core.turn_steps = self.core.turn_steps.saturating_add(steps);
        if self.core.steps > STEPS_MAX && self.core.limit.is_none() {
            self.core.limit =
                Some(format!("it ran more than {STEPS_MAX} steps of commands without ever waiting").into());
        }
    }

    fn step(&mut self, frame: Frame) {
        let status = self.t.shell.status;
        let push = |t: &mut Thread, frame| t.frames.push(frame);
        match frame {
            Frame::Run(node) => self.execute(node, Vec::new()),
            Frame::Seq(node, at) => {
                let Node::Seq(nodes) = &*node else { return };
                let Some(next) = nodes.get(at).cloned() else { return };
                // The last command is reached with nothing of the list left behind, as a shell that calls exec.
                if at + 1 < nodes.len() {
                    push(self.t, Frame::Seq(node, at + 1));
                }
                push(self.t, Frame::Run(next));
            }
            Frame::AndOr(node, at) => self.and_or(node, at),
            Frame::Not => self.t.shell.status = i32::from(status == 0),
            Frame::If(node) => {
                let Node::If { then, otherwise, .. } = &*node else { return };
                self.t.shell.status = 0;
                match (status, otherwise) {
                    (0, _) => push(self.t, Frame::Run(then.clone())),
                    (_, Some(otherwise)) => push(self.t, Frame::Run(otherwise.clone())),
                    _ => {}
                }
            }
            Frame::While(..) | Frame::Body(_) | Frame::For { .. } => self.step_loop(frame, status),
            Frame::Words(argv) => self.dispatch(argv),
            Frame::Program { argv, phase, memo } => self.program(argv, phase, memo),
            Frame::Commands(commands, at) => {
                if let Some(argv) = commands.get(at).cloned() {
                    push(self.t, Frame::Commands(commands, at + 1));
                    push(self.t, Frame::Program { argv, phase: 0, memo: Text::default() });
                }
            }
            Frame::Pipe { node, at, fds, buffers, failed } => self.next_stage(node, at, fds, buffers, failed),
            Frame::Substitute { node, mut results, fds } => {
                self.t.fds = fds;
                let mut text = self.t.captures.pop().unwrap_or_default();
                text.truncate(text.trim_end_matches('\n').len());
                results.push(text.into());
                self.execute(node, results);
            }
            Frame::Stand(true) => self.t.shell.status = 0,
            Frame::Stand(false) => {
                push(self.t, Frame::Stand(true));
                match self.core.stand {
                    Some(span) if span.0 < i64::MAX => self.t.wait = Wait::Until(self.core.now + span),
                    _ => self.t.wait = Wait::Server(Server::idle()),
                }
            }
            Frame::Finish(code) => {
                self.t.frames.clear();
                self.t.wait = Wait::Done(code);
            }
            Frame::Subshell(_) => {
                self.undo(frame);
                // What a pipe or a substitution ends with is for those to judge.
                if !matches!(self.t.frames.last(), Some(Frame::Substitute { .. } | Frame::Pipe { .. })) {
                    self.check_errexit();
                }
            }
            frame => self.undo(frame),
        }
    }
    /// One turn of a loop: judge its condition, or run its body once more.
    fn step_loop(&mut self, frame: Frame, status: i32) {
        let push = |t: &mut Thread, frame| t.frames.push(frame);
        match frame {
            Frame::While(node, last) => {
                let Node::While { body, until, .. } = &*node else { return };
                if (status == 0) == *until {
                    self.t.shell.status = last;
                    return;
                }
                let body = body.clone();
                push(self.t, Frame::Body(node));
                push(self.t, Frame::Run(body));
            }
            Frame::Body(node) => {
                let Node::While { condition, .. } = &*node else { return };
                let condition = condition.clone();
                push(self.t, Frame::While(node, status));
                push(self.t, Frame::Run(condition));
            }
            Frame::For { node, items, at } => {
                let Node::For { name, body, .. } = &*node else { return };
                let Some(item) = items.get(at).cloned() else { return };
                self.t.shell.set(name, item);
                let body = body.clone();
                push(self.t, Frame::For { node, items, at: at + 1 });
                push(self.t, Frame::Run(body));
            }
            _ => unreachable!("only loops come here"),
        }
    }
    /// Takes back what a frame has changed.
    pub fn undo(&mut self, frame: Frame) {
        match frame {
            Frame::Call { params, locals } => {
                self.t.shell.params = params;
                for (name, var) in locals.into_iter().rev() {
                    let vars = make_mut(&mut self.t.shell.vars);
                    match var {
                        Some(var) => vars.insert(name, var),
                        None => vars.remove(&name),
                    };
                }
            }
            Frame::Restore { fds, buffers } => {
                self.t.fds = fds;
                self.t.buffers.truncate(buffers);
            }
            Frame::Vars(vars) => self.t.shell.vars = vars,
            Frame::Subshell(shell) => {
                let status = self.t.shell.status;
                self.t.shell = *shell;
                self.t.shell.status = status;
            }
            Frame::Trapped(status) => self.t.shell.status = status,
            Frame::Substitute { fds, .. } => {
                self.t.fds = fds;
                self.t.captures.pop();
            }
            Frame::Pipe { node, at, fds, buffers, .. } => {
                self.t.fds = fds;
                self.t.buffers.truncate(buffers);
                if matches!(&*node, Node::Pipe(stages) if at + 1 < stages.len()) {
                    self.t.captures.pop();
                }
            }
            _ => {}
        }
    }
    fn and_or(&mut self, node: Rc<Node>, at: usize) {
        let Node::AndOr { rest, .. } = &*node else { return };
        let fine = self.t.shell.status == 0;
        let next = (at..rest.len()).find(|i| rest[*i].0 == fine);
        if let Some(i) = next {
            let run = rest[i].1.clone();
            if i + 1 < rest.len() {
                self.t.frames.push(Frame::AndOr(node, i + 1));
            }
            self.t.frames.push(Frame::Run(run));
        }
    }

    /// Begins a node. `results` are the outputs of those of its command substitutions that have run.
    fn execute(&mut self, node: Rc<Node>, results: Vec<Text>) {
        match &*node {
            Node::Seq(_) => self.t.frames.push(Frame::Seq(node, 0)),
            Node::AndOr { first, .. } => {
                let first = first.clone();
                self.t.frames.extend([Frame::AndOr(node, 0), Frame::Run(first)]);
            }
            Node::Not(inner) => self.t.frames.extend([Frame::Not, Frame::Run(inner.clone())]),
            Node::If { condition, .. } => {
                let condition = condition.clone();
                self.t.frames.extend([Frame::If(node), Frame::Run(condition)]);
            }
            Node::While { condition, .. } => {
                let condition = condition.clone();
                self.t.frames.extend([Frame::While(node, 0), Frame::Run(condition)]);
            }
            Node::Subshell(body) => {
                let shell = Box::new(self.t.shell.clone());
                self.t.frames.extend([Frame::Subshell(shell), Frame::Run(body.clone())]);
            }
            Node::Function { name, body } => {
                make_mut(&mut self.t.shell.functions).insert(name.clone(), body.clone());
                self.t.shell.status = 0;
            }
            Node::Background(body) => self.background(body.clone()),
            Node::Pipe(_) => {
                let (fds, buffers) = (self.t.fds.clone(), self.t.buffers.len());
                self.stage(node, 0, fds, buffers, 0);
            }
            _ => self.with_words(node, results),
        }
    }
    fn background(&mut self, body: Rc<Node>) {
        if self.core.running.len() + 1 >= THREADS_MAX {
            return self.fatal("can't fork: Resource temporarily unavailable");
        }
        let pid = self.core.next_pid;
        self.core.next_pid += 1;
        let mut shell = self.t.shell.clone();
        shell.traps = Rc::default();
        let mut child = Thread::new(pid, shell, vec![Frame::Run(body)]);
        // A background job may outlive the pipe or the `$(…)` that it was begun in, so its output never goes there.
        let open = |sink: &Sink| if let Sink::Capture(_) = sink { Sink::Null } else { sink.clone() };
        child.fds = Fds { input: Source::Null, out: open(&self.t.fds.out), err: open(&self.t.fds.err) };
        self.core.running.push(pid);
        self.core.births.push(child);
        self.t.shell.background = pid;
        self.t.shell.status = 0;
    }
    fn stage(&mut self, node: Rc<Node>, at: usize, fds: Fds, buffers: usize, failed: i32) {
        let Node::Pipe(stages) = &*node else { return };
        let stage = stages[at].clone();
        if at + 1 < stages.len() {
            self.t.fds.out = Sink::Capture(self.t.captures.len());
            self.t.captures.push(String::new());
        } else {
            self.t.fds.out = fds.out.clone();
        }
        let shell = Box::new(self.t.shell.clone());
        self.t.frames.extend([
            Frame::Pipe { node, at, fds, buffers, failed },
            Frame::Subshell(shell),
            Frame::Run(stage),
        ]);
    }
    fn next_stage(&mut self, node: Rc<Node>, at: usize, fds: Fds, buffers: usize, failed: i32) {
        let Node::Pipe(stages) = &*node else { return };
        let status = self.t.shell.status;
        let failed = if status != 0 { status } else { failed };
        if at + 1 < stages.len() {
            let text = self.t.captures.pop().unwrap_or_default();
            self.t.fds.input = Source::Buffer(self.t.buffers.len());
            self.t.buffers.push((text.into(), 0));
            return self.stage(node, at + 1, fds, buffers, failed);
        }
        self.t.fds = fds;
        self.t.buffers.truncate(buffers);
        if self.t.shell.options.pipefail {
            self.t.shell.status = failed;
        }
        self.check_errexit();
    }
}
