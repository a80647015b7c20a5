//! One run of one container: its threads, and what wakes them.

use super::images::{Image, Site};
use super::shell::{Core, Frame, Run, STEPS_MAX, STEPS_PER_SECOND, Shell, Thread, Wait};
use super::{Answer, Behaviour, Files, Reply, Setting, StartError, Stop, Turn};
use crate::api::{Span, Text, Time};
use std::rc::Rc;

/// Rounds and steps that [`Process::known_length`] looks ahead.
const AHEAD_TURNS: usize = 64;
const AHEAD_STEPS: u32 = 5_000;
/// Bytes of one argument, as Linux limits them (MAX_ARG_STRLEN).
const ARGUMENT_BYTES_MAX: usize = 128 * 1024;
/// The least time that an answer from the network takes.
const ANSWER_MIN: Span = Span::millis(1);

/// One run of one container. It is plain data: a copy goes on by itself, and equal copies go on alike.
#[derive(Clone, Debug, Hash)]
pub struct Process {
    core: Core,
    /// The first is process 1; the others were put into the background.
    threads: Vec<Thread>,
    /// The process that asked the network, and when.
    asked: Option<(u32, Time)>,
    /// What the pod's annotation says.
    behaviour: Option<Rc<Behaviour>>,
    luck: u64,
    run: u32,
    /// The memory that it uses, where that is known, in bytes.
    memory: Option<i64>,
    /// The exit code, once it has ended.
    over: Option<i32>,
}

impl Process {
    /// Starts a container.
    pub fn start(setting: &Setting) -> Result<Process, StartError> {
        let image = Image::of(setting.image);
        let index =
            setting.env.iter().find(|(name, _)| name == "JOB_COMPLETION_INDEX").map(|(_, n)| n.as_str());
        let behaviour = setting.behaviour.and_then(|text| Behaviour::parse(text).ok());
        let behaviour = behaviour.map(|b| Rc::new(b.at_index(index)));
        let expand =
            |words: &[Text]| words.iter().map(|word| expanded(word, &setting.env)).collect::<Vec<_>>();
        let words = image.words(&expand(setting.command), &expand(setting.args));
        let replaced = behaviour.as_ref().is_some_and(|behaviour| behaviour.duration.is_some());
        if !replaced {
            check(image, &words)?;
        }
        let path = Text::Static("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        let own = [(Text::Static("PATH"), path), (Text::Static("HOSTNAME"), setting.hostname.clone())];
        let env: Rc<[(Text, Text)]> = own.into_iter().chain(setting.env.iter().cloned()).collect();
        let said = behaviour.as_ref().and_then(|b| b.memory.as_ref()).map(|m| m.amount);
        let memory = said.or_else(|| super::images::memory(&words));
        let mut process = Process { memory, ..Process::with(image, words.into(), env, setting) };
        if replaced {
            process.threads[0].frames = vec![Frame::Stand(false)];
            process.core.stand = behaviour.as_ref().and_then(|behaviour| behaviour.duration);
        }
        process.behaviour = behaviour;
        Ok(process)
    }
    fn with(image: Image, words: Rc<[Text]>, env: Rc<[(Text, Text)]>, setting: &Setting) -> Process {
        let shell = Shell::new("sh".into(), image.dialect(), env);
        let frames = vec![Frame::Program { argv: words, phase: 0, memo: Text::default() }];
        Process {
            core: Core::new(image, setting.hostname.clone(), setting.luck),
            threads: vec![Thread::new(1, shell, frames)],
            asked: None,
            behaviour: None,
            luck: setting.luck,
            run: setting.run,
            memory: None,
            over: None,
        }
    }
    /// When it last went on.
    pub fn now(&self) -> Time {
        self.core.now
    }
    /// The memory that it uses, where that is known, in bytes.
    pub fn memory(&self) -> Option<i64> {
        self.memory
    }
    /// What lies in its file system: what it has written, and what it was given.
    pub fn files(&self) -> &Files {
        &self.core.files
    }
    /// Gives it a file system: volumes, or what another container has written to one.
    pub fn set_files(&mut self, files: Files) {
        self.core.files = files;
    }
    /// Sets its working directory, before it first runs.
    pub fn set_directory(&mut self, directory: &str) {
        self.threads[0].shell.directory = directory.to_owned().into();
    }
    /// A further process in the same container, as `kubectl exec` and exec probes start it. It sees the files as they are
    /// now; what it writes reaches the container by [`Process::set_files`].
    pub fn exec(&self, command: &[Text]) -> Result<Process, StartError> {
        let image = self.core.image;
        check(image, command)?;
        let setting =
            Setting { hostname: self.core.hostname.clone(), luck: self.core.luck, ..Setting::default() };
        let main = &self.threads[0].shell;
        let mut process = Process::with(image, command.into(), main.env.clone(), &setting);
        process.core.files = self.core.files.clone();
        process.core.now = self.core.now;
        Ok(process)
    }

    /// Goes on until it waits, asks or ends. Complete lines of output are added to the log.
    pub fn resume(&mut self, reply: Reply, log: &mut Vec<Text>, now: Time) -> Turn {
        if let Some(code) = self.over {
            return Turn::Exit(code);
        }
        self.begin(now, log);
        match reply {
            Reply::Waited => {}
            Reply::Answer(answer) => self.answered(answer),
            Reply::Sigterm => {
                self.core.steps = 0;
                self.core.limit = None;
                self.signalled(1, 15);
            }
        }
        if self.core.limit.is_some() {
            return Turn::Busy;
        }
        for i in 0..self.threads.len() {
            if matches!(self.threads[i].wait, Wait::Until(at) if at <= now) {
                self.at_work(i, log).wake();
            }
        }
        self.rounds(log);
        self.turn(log)
    }
    fn begin(&mut self, now: Time, log: &mut Vec<Text>) {
        if self.core.now == Time::default() {
            // The first turn: the lines of the annotation come before all others.
            log.extend(self.behaviour.iter().flat_map(|behaviour| behaviour.log.iter().cloned()));
        }
        // Time pays for steps, so that a loop with short sleeps may go on for ever, and one without may not.
        let elapsed = (now - self.core.now).0.clamp(0, 1_000_000_000);
        let paid = elapsed * STEPS_PER_SECOND / 1_000_000;
        self.core.steps = self.core.steps.saturating_sub(paid as u32);
        self.core.now = now;
        self.core.printed = 0;
        self.core.turn_steps = 0;
    }
    fn answered(&mut self, answer: Answer) {
        let Some((pid, since)) = self.asked.take() else { return };
        let now = self.core.now;
        if let Some(thread) = self.threads.iter_mut().find(|thread| thread.pid == pid) {
            thread.answer = Some(answer);
            let soonest = since + ANSWER_MIN;
            thread.wait = if soonest > now { Wait::Until(soonest) } else { Wait::Ready };
        }
    }
    fn at_work<'a>(&'a mut self, i: usize, log: &'a mut Vec<Text>) -> Run<'a> {
        Run { core: &mut self.core, t: &mut self.threads[i], log }
    }
    /// Runs every thread that is ready, until none is.
    fn rounds(&mut self, log: &mut Vec<Text>) {
        while self.core.limit.is_none() && self.threads[0].wait_code().is_none() {
            let Some(i) = self.threads.iter().position(|thread| thread.wait == Wait::Ready) else { return };
            self.at_work(i, log).go();
            let births = std::mem::take(&mut self.core.births);
            self.threads.extend(births);
            if i > 0
                && let Some(code) = self.threads[i].wait_code()
            {
                self.ended(i, code);
            }
            for (pid, signal) in std::mem::take(&mut self.core.signals) {
                self.signalled(pid, signal);
            }
        }
    }
    /// A background thread has ended: whoever waits for it goes on.
    fn ended(&mut self, i: usize, code: i32) {
        let pid = self.threads.remove(i).pid;
        self.core.running.retain(|other| *other != pid);
        let idle = self.core.running.is_empty();
        let mut seen = false;
        for thread in &mut self.threads {
            let status = match thread.wait {
                Wait::Children(other) if other == pid => code,
                Wait::Children(0) if idle => 0,
                _ => continue,
            };
            thread.shell.status = status;
            thread.wait = Wait::Ready;
            seen = true;
        }
        if !seen {
            self.core.ended.insert(pid, code);
        }
    }
    /// A signal reaches a thread. Process 1 is protected by the kernel from those that it has no handler for.
    fn signalled(&mut self, pid: u32, signal: i32) {
        let Some(i) = self.threads.iter().position(|thread| thread.pid == pid) else { return };
        let name = super::shell::signal_name(&signal.to_string()).unwrap_or_default();
        let thread = &mut self.threads[i];
        if signal != 9 && thread.shell.traps.contains_key(name) {
            thread.signal = Some(name.into());
            if let Wait::Children(_) = thread.wait {
                thread.shell.status = 128 + signal;
                thread.wait = Wait::Ready;
            }
        } else if pid > 1 && !matches!(signal, 0) {
            thread.wait = Wait::Done(128 + signal);
            self.ended(i, 128 + signal);
        }
    }
    /// What the whole container waits for.
    fn turn(&mut self, log: &mut Vec<Text>) -> Turn {
        if let Some(code) = self.threads[0].wait_code() {
            if !self.core.partial.is_empty() {
                log.push(std::mem::take(&mut self.core.partial).into());
            }
            let code = self.behaviour.as_ref().map_or(code, |b| b.outcome(code, self.luck, self.run));
            self.over = Some(code);
            return Turn::Exit(code);
        }
        if self.core.limit.is_some() {
            return Turn::Busy;
        }
        // A question comes before all sleeps; a sleep that ends meanwhile ends when the answer is there.
        let asks = self.threads.iter().find_map(|thread| match &thread.wait {
            Wait::Network(question) => Some((thread.pid, question.clone())),
            _ => None,
        });
        if let Some((pid, question)) = asks {
            self.asked = Some((pid, self.core.now));
            return Turn::Ask(question);
        }
        match self.wakes_at() {
            Some(at) => Turn::Sleep(at - self.core.now),
            None => Turn::Serve,
        }
    }
    fn wakes_at(&self) -> Option<Time> {
        let times = self.threads.iter().filter_map(|thread| match thread.wait {
            Wait::Until(at) => Some(at),
            _ => None,
        });
        times.min()
    }

    /// What SIGTERM does now.
    pub fn on_sigterm(&self) -> Stop {
        let main = &self.threads[0];
        if main.shell.traps.get("TERM").is_some() {
            return Stop::Traps;
        }
        match &main.wait {
            // What stands in for a command behaves like most programs.
            _ if self.behaviour.as_ref().is_some_and(|b| b.deaf) => Stop::Ignores,
            Wait::Until(_) | Wait::Server(_) if matches!(main.frames.last(), Some(Frame::Stand(_))) => {
                Stop::Exits { after: Span::millis(100), code: 143 }
            }
            Wait::Server(server) if main.replaced() => server.stop,
            _ => Stop::Ignores,
        }
    }
    fn servers(&self) -> impl Iterator<Item = &super::tools::Server> {
        self.threads.iter().filter_map(|thread| match &thread.wait {
            Wait::Server(server) => Some(server),
            _ => None,
        })
    }
    /// What it listens on now.
    pub fn ports(&self) -> &[u16] {
        self.servers().map(|server| &*server.ports).find(|ports| !ports.is_empty()).unwrap_or(&[])
    }
    /// Status and body of its answer to GET; status 0 if it does not speak HTTP.
    pub fn serve(&self, path: &str, now: Time) -> (u16, Text) {
        let site = self
            .servers()
            .find(|server| !server.ports.is_empty())
            .map_or(&Site::Silent, |server| &server.site);
        site.answer(path, &self.core.hostname, &self.core.files, now)
    }
    /// How long the run still takes, if that is certain: it neither asks nor serves, and ends before long.
    pub fn known_length(&self) -> Option<Span> {
        let mut ahead = self.clone();
        let (mut log, mut total) = (Vec::new(), Span::ZERO);
        let now = self.core.now;
        if self.over.is_none() && self.asked.is_some() {
            return None;
        }
        ahead.core.steps = STEPS_MAX - AHEAD_STEPS;
        if let Some(at) = self.wakes_at() {
            total = at - now;
        }
        for _ in 0..AHEAD_TURNS {
            // Looking ahead earns no steps: the budget is for the whole of it.
            ahead.core.now = now + total;
            match ahead.resume(Reply::Waited, &mut log, now + total) {
                Turn::Sleep(span) => total = total + span,
                Turn::Exit(_) => return Some(total),
                Turn::Ask(_) | Turn::Serve | Turn::Busy => return None,
            }
        }
        None
    }
    /// Why Podium follows it no further, or cannot tell what it does; a sentence about the container.
    pub fn limit(&self) -> Option<Text> {
        let unknown = self.servers().any(|server| server.site == Site::Unknown);
        let text = Text::Static("what it does is not known to Podium, so it runs for ever");
        self.core.limit.clone().or(unknown.then_some(text))
    }
    /// What the pod's annotation says, where it can be read.
    pub fn behaviour(&self) -> Option<&Behaviour> {
        self.behaviour.as_deref()
    }
}

/// Whether a container can be started at all. Models runc: libcontainer/standard_init_linux.go, over exec.LookPath.
fn check(image: Image, words: &[Text]) -> Result<(), StartError> {
    let Some(first) = words.first() else {
        return Err(StartError::new("no command specified"));
    };
    if words.iter().any(|word| word.len() > ARGUMENT_BYTES_MAX) {
        return Err(StartError::new(&format!("exec {first}: argument list too long")));
    }
    if !image.is_known() || image.program(first).is_some() {
        return Ok(());
    }
    let quoted = format!("exec: {:?}", first.as_str());
    Err(StartError::new(&match first.contains('/') {
        true => format!("{quoted}: stat {first}: no such file or directory"),
        false => format!("{quoted}: executable file not found in $PATH"),
    }))
}

/// Replaces `$(NAME)` by the environment's value; `$$` is one `$`, and a name that is not there stays.
/// Models third_party/forked/golang/expansion: Expand.
fn expanded(word: &Text, env: &[(Text, Text)]) -> Text {
    if !word.contains('$') {
        return word.clone();
    }
    let (mut out, mut rest) = (String::new(), word.as_str());
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match env.iter().rev().find(|(key, _)| **key == *name) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&format!("$({name})")),
            }
            rest = after;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    out.into()
}
