//! `kubectl exec`: a command in a container that runs.
//!
//! Models kubectl pkg/cmd/exec/exec.go. Whatever the command waits for, its whole output is there at once.

use super::args::{Args, truth, value};
use super::failure::Failure;
use super::{Call, Verb, Words, logs};
use crate::manifest::Refusal;
use crate::sim::{Exec, Executed};

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
    let Executed { code, printed } = call.timeline.exec(exec).map_err(Failure::error)?;
    call.output.stdout.push_str(&printed);
    if code != 0 {
        call.complain(&format!("command terminated with exit code {code}"));
        call.output.exit = code;
    }
    Ok(())
}
