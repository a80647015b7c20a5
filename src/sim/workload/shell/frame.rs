//! What the machine works on: frames, threads, and what the threads of a container share.

use super::ast::Node;
use super::state::{Fds, Shell, Sink, Source, Var};
use crate::api::{Span, Text, Time};
use crate::sim::workload::images::Image;
use crate::sim::workload::tools::Server;
use crate::sim::workload::{Answer, Files, Question};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What all the threads of a container share.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Core {
    pub image: Image,
    pub hostname: Text,
    pub files: Files,
    /// The state of the random draws.
    pub luck: u64,
    /// Output that has not yet come to the end of its line.
    pub partial: String,
    /// Lines printed in this turn.
    pub printed: u32,
    /// Steps taken lately: time pays them off.
    pub steps: u32,
    /// Steps taken in this turn.
    pub turn_steps: u32,
    /// Why the container is not followed any further.
    pub limit: Option<Text>,
    /// How long the pod's annotation lets it run in place of its command.
    pub stand: Option<Span>,
    pub now: Time,
    /// The number of the next process.
    pub next_pid: u32,
    /// Threads that were begun in this round.
    pub births: Vec<Thread>,
    /// How background threads ended that nobody has waited for.
    pub ended: BTreeMap<u32, i32>,
    /// The background threads that still run.
    pub running: Vec<u32>,
    /// Signals sent in this round: to whom, and which.
    pub signals: Vec<(u32, i32)>,
}

/// What a thread waits for.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) enum Wait {
    Ready,
    Until(Time),
    Network(Question),
    Server(Server),
    /// One background thread, or (0) all of them.
    Children(u32),
    Done(i32),
}

/// A process of the container: its first one, or one that was put into the background.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Thread {
    pub pid: u32,
    pub wait: Wait,
    pub frames: Vec<Frame>,
    pub shell: Shell,
    pub fds: Fds,
    pub captures: Vec<String>,
    /// Inputs, and how far each has been read.
    pub buffers: Vec<(Text, usize)>,
    /// What the network said, for the program that asked.
    pub answer: Option<Answer>,
    /// A trapped signal that waits for the command in the foreground to end.
    pub signal: Option<Text>,
}

/// What is still to be done, the next thing last.
#[derive(Clone, Hash, Debug)]
pub(crate) enum Frame {
    Run(Rc<Node>),
    Seq(Rc<Node>, usize),
    AndOr(Rc<Node>, usize),
    Not,
    If(Rc<Node>),
    /// After a loop's condition.
    While(Rc<Node>, i32),
    /// After a loop's body.
    Body(Rc<Node>),
    For {
        node: Rc<Node>,
        items: Rc<[Text]>,
        at: usize,
    },
    /// The end of a function: the caller's parameters, and what `local` hid.
    Call {
        params: Rc<[Text]>,
        locals: Vec<(Text, Option<Var>)>,
    },
    /// The end of a redirection.
    Restore {
        fds: Fds,
        buffers: usize,
    },
    /// The end of `x=1 command`.
    Vars(Rc<BTreeMap<Text, Var>>),
    /// The end of a subshell.
    Subshell(Box<Shell>),
    /// The end of a command substitution.
    Substitute {
        node: Rc<Node>,
        results: Vec<Text>,
        fds: Fds,
    },
    Pipe {
        node: Rc<Node>,
        at: usize,
        fds: Fds,
        buffers: usize,
        failed: i32,
    },
    /// A command with its words: a function, a builtin or a program.
    Words(Rc<[Text]>),
    Program {
        argv: Rc<[Text]>,
        phase: u32,
        memo: Text,
    },
    /// `timeout`: until when, and the exit code if it is cut off.
    Timeout(Time, i32),
    /// The end of a trap's script: the status before it.
    Trapped(i32),
    /// Commands one after the other, as `xargs` makes them.
    Commands(Rc<[Rc<[Text]>]>, usize),
    /// The end of the shell, after its EXIT trap.
    Finish(i32),
    /// What the pod's annotation says in place of the command: it waits, and (true) has waited.
    Stand(bool),
}

impl Core {
    /// The state of a container that has not run yet.
    pub fn new(image: Image, hostname: Text, luck: u64) -> Core {
        Core {
            image,
            hostname,
            files: Files::default(),
            luck,
            partial: String::new(),
            printed: 0,
            steps: 0,
            turn_steps: 0,
            limit: None,
            stand: None,
            now: Time::default(),
            next_pid: 7,
            births: Vec::new(),
            ended: BTreeMap::new(),
            running: Vec::new(),
            signals: Vec::new(),
        }
    }
}

impl Thread {
    /// A thread that has these things to do.
    pub fn new(pid: u32, shell: Shell, frames: Vec<Frame>) -> Thread {
        Thread {
            pid,
            wait: Wait::Ready,
            frames,
            shell,
            fds: Fds { input: Source::Null, out: Sink::Log, err: Sink::Log },
            captures: Vec::new(),
            buffers: Vec::new(),
            answer: None,
            signal: None,
        }
    }
    /// The exit code, if it has ended.
    pub fn wait_code(&self) -> Option<i32> {
        if let Wait::Done(code) = self.wait { Some(code) } else { None }
    }
    /// Whether the shell has nothing left to do after the program that runs now, and so has become that program.
    pub fn replaced(&self) -> bool {
        let (program, rest) = match self.frames.split_last() {
            Some(split) => split,
            None => return false,
        };
        let idle = |f: &Frame| matches!(f, Frame::Restore { .. } | Frame::Vars(_));
        matches!(program, Frame::Program { .. }) && self.shell.traps.is_empty() && rest.iter().all(idle)
    }
}
