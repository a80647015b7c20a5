//! `kubectl exec`: a command in a container that runs.
//!
//! Models kubectl pkg/cmd/exec/exec.go. What it prints comes when it prints it, and the
//! command lasts as long as it takes; what it changes it has changed at its start.

use super::args::{Args, truth, value};
use super::failure::Failure;
use super::lasting::{Lasting, Next};
use super::{Call, Verb, Words, logs};
use crate::api::{Pod, Span, Time, Uid};
use crate::manifest::Refusal;
use crate::sim::{Exec, Executed};
use std::collections::VecDeque;

/// `kubectl exec (POD | TYPE/NAME) [-c CONTAINER] [-it] -- COMMAND [WORDS…]`.
pub(super) const VERB: Verb = Verb {
    name: "exec",
    takes: Words::WITH_PODS,
    flags: &[
        &[value("container", 'c'), truth("stdin", 'i'), truth("tty", 't'), truth("quiet", 'q')],
        &[value("pod-running-timeout", ' ')],
    ],
    run,
};

const OF_EXEC: logs::OnePod = logs::OnePod { cannot: "cannot attach to", missing: |failure, _| failure };

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let command = args.after.clone().unwrap_or_default();
    if args.after.is_none() && args.words.len() > 1 {
        let why = "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead";
        return Err(Failure::usage("exec", why));
    }
    let Some(name) = args.words.first() else {
        return Err(Failure::error("pod, type/name or --filename must be specified"));
    };
    if command.is_empty() {
        return Err(Failure::error("you must specify at least one command for the container"));
    }
    let pods = logs::named(call, args, name, &OF_EXEC)?;
    let Some(pod) = pods.first() else { return Ok(()) };
    if pod.is_terminal() {
        let phase = pod.status.phase.word();
        let why = format!("cannot exec into a container in a completed pod; current phase is {phase}");
        return Err(Failure::error(why));
    }
    if pod.node.is_empty() {
        let why = format!("pod {} does not have a host assigned", pod.meta.name);
        return Err(Failure::refused(&Refusal::bad_request(why), ""));
    }
    let chosen = logs::chosen(call, args, pod, args.get("container"))?;
    let Some((_, container)) = chosen.into_iter().next() else { return Ok(()) };
    let exec = Exec {
        namespace: pod.meta.namespace.clone(),
        pod: pod.meta.name.clone(),
        container: container.name,
        words: command.iter().map(|w| w.clone().into()).collect(),
    };
    let uid = pod.meta.uid;
    let Executed { code, lines, took } = call.timeline.exec(exec).map_err(Failure::error)?;
    let start = call.world().now();
    call.lasts(Executing { uid, lines: lines.into(), start, end: start + took, code });
    Ok(())
}

/// A command that runs in a container.
struct Executing {
    uid: Uid,
    /// What it has still to print, each after how long.
    lines: VecDeque<(Span, String)>,
    start: Time,
    end: Time,
    /// Its exit code; none if it does not end by itself.
    code: Option<i32>,
}

impl Lasting for Executing {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        let now = call.world().now();
        while let Some((_, line)) = self.lines.pop_front_if(|(after, _)| self.start + *after <= now) {
            call.say(&line);
        }
        // Its container may be stopped before it is done.
        let pod = call.world().store.get_as::<Pod>(self.uid);
        let stopped = pod.is_none_or(|pod| pod.is_terminal());
        let code = match self.code.filter(|_| now >= self.end) {
            Some(code) => code,
            None if stopped => 137,
            None => {
                let next = self.lines.front().map(|(after, _)| self.start + *after);
                let end = self.code.map(|_| self.end);
                return Ok(next.or(end).map_or(Next::Event, Next::At));
            }
        };
        if code != 0 {
            call.complain(&format!("command terminated with exit code {code}"));
            call.output.exit = code;
        }
        Ok(Next::Over)
    }
    fn ends(&self) -> bool {
        self.code.is_some()
    }
}
