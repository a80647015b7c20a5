//! What probes and hooks do to a container: run a command in it, ask it over the network, or wait.

use super::{CellState, Sync};
use crate::api::{Container, Pod, Probe, Span, Text, Uid, Value, dotted, make_mut};
use crate::sim::network;
use crate::sim::plan::{Action, Plan};
use crate::sim::server::Executed;
use crate::sim::workload::{Process, Reply, StartError, Turn};
use crate::sim::world::World;
use std::rc::Rc;

/// How often a command may wait or ask.
const TURNS_MAX: usize = 1_000;
/// What an answer over the network takes.
const NEAR: Span = Span::millis(2);

/// What is to be done: one of these is set.
#[derive(Clone, Copy)]
pub(super) struct Handler<'a> {
    exec: &'a Value,
    http: &'a Value,
    tcp: &'a Value,
    grpc: &'a Value,
    sleep: &'a Value,
}

/// A command that was run.
struct Ran {
    /// Its exit code; none: it did not end in time.
    code: Option<i32>,
    lines: Vec<String>,
    /// For each line, after how long it was printed.
    times: Vec<Span>,
    took: Span,
}

/// What came of it.
pub(super) struct Outcome {
    /// Did it go well?
    pub good: bool,
    /// Could it not even be tried?
    pub errored: bool,
    /// What there is to say about it.
    pub says: String,
    /// How long it took.
    pub took: Span,
}

impl Outcome {
    fn of(result: Result<(), String>, took: Span) -> Outcome {
        Outcome { good: result.is_ok(), errored: false, says: result.err().unwrap_or_default(), took }
    }
    fn errored(says: String) -> Outcome {
        Outcome { good: false, errored: true, says, took: Span::ZERO }
    }
}

impl<'a> Handler<'a> {
    pub fn of_probe(probe: &'a Probe) -> Handler<'a> {
        let (exec, http) = (&probe.exec, &probe.http_get);
        Handler { exec, http, tcp: &probe.tcp_socket, grpc: &probe.grpc, sleep: &Value::Null }
    }
    pub fn of_hook(hook: &'a Value) -> Handler<'a> {
        let (exec, http) = (hook.get("exec"), hook.get("httpGet"));
        Handler { exec, http, tcp: hook.get("tcpSocket"), grpc: &Value::Null, sleep: hook.get("sleep") }
    }
    /// What a failed hook is called in the container's status.
    /// Models pkg/kubelet/lifecycle/handlers.go: handlerRunner.Run.
    pub fn failure(&self, container: &str, pod: &str, says: &str) -> String {
        let (kind, what) = match (self.exec, self.http) {
            (Value::Null, http) => ("HTTP", http.get("path").as_str().unwrap_or("").to_owned()),
            (exec, _) => ("Exec", format!("[{}]", words(exec).join(" "))),
        };
        format!(
            "{kind} lifecycle hook ({what}) for Container {container:?} in Pod {pod:?} failed - error: {says}"
        )
    }
}

fn words(exec: &Value) -> Vec<Text> {
    let word = |w: &Value| w.as_str().map_or(Text::default(), |w| w.to_owned().into());
    exec.get("command").items().iter().map(word).collect()
}

/// Models pkg/probe/util.go: ResolveContainerPort.
fn port_of(container: &Container, port: &Value) -> Option<u16> {
    match port {
        Value::Int(n) => (*n).try_into().ok(),
        Value::Str(name) => {
            let named = container.ports.iter().find(|p| p.name == *name).map(|p| p.container_port);
            named.and_then(|n| n.try_into().ok()).or_else(|| name.parse().ok())
        }
        _ => None,
    }
}

impl Sync<'_> {
    /// Does it now, and says how it ends and when. Whatever it writes is there at once.
    pub(super) fn handle(&mut self, i: usize, handler: Handler, limit: Span) -> Outcome {
        if !handler.exec.is_null() {
            return self.exec(i, &words(handler.exec), limit);
        }
        if let Some(secs) = handler.sleep.get("seconds").as_int() {
            return Outcome { good: true, errored: false, says: String::new(), took: Span::secs(secs) };
        }
        let (kind, target) = [("http", handler.http), ("tcp", handler.tcp), ("grpc", handler.grpc)]
            .into_iter()
            .find(|(_, v)| !v.is_null())
            .unwrap_or(("http", handler.http));
        let Some(port) = port_of(self.pod.spec.container(i), target.get("port")) else {
            let name = target.get("port").as_str().unwrap_or("");
            return Outcome::errored(format!("port {name} not found"));
        };
        let address = format!("{}:{port}", dotted(self.pod.status.ip));
        let result = match kind {
            "tcp" if self.listens(port) => Ok(()),
            "tcp" => Err(format!("dial tcp {address}: connect: connection refused")),
            "grpc" => self.ask_grpc(port, &address, limit),
            _ => self.ask_http(port, &address, target),
        };
        let refused = kind == "grpc" && !self.listens(port);
        Outcome::of(result, if refused { limit } else { NEAR })
    }

    /// Models pkg/probe/http/http.go: DoHTTPProbe.
    fn ask_http(&self, port: u16, address: &str, get: &Value) -> Result<(), String> {
        let path = get.get("path").as_str().unwrap_or("/");
        let scheme = get.get("scheme").as_str().unwrap_or("HTTP").to_ascii_lowercase();
        let slash = if path.starts_with('/') { "" } else { "/" };
        let url = format!("{scheme}://{address}{slash}{path}");
        let Some(process) = self.listener(port) else {
            // An image that Podium does not know answers where its manifest says.
            let refused = format!("Get {url:?}: dial tcp {address}: connect: connection refused");
            return if self.listens(port) { Ok(()) } else { Err(refused) };
        };
        match process.serve(&format!("{slash}{path}"), self.now) {
            (0, _) => Err(format!(
                "Get {url:?}: net/http: HTTP/1.x transport connection broken: malformed HTTP response"
            )),
            (200..400, _) => Ok(()),
            (status, _) => Err(format!("HTTP probe failed with statuscode: {status}")),
        }
    }
    /// Models pkg/probe/grpc/grpc.go: Probe.
    fn ask_grpc(&self, port: u16, address: &str, limit: Span) -> Result<(), String> {
        let http = self.listener(port).is_some_and(|process| process.serve("/", self.now).0 != 0);
        if !self.listens(port) || http {
            let secs = limit.whole_secs();
            return Err(format!(
                "timeout: failed to connect service {address:?} within {secs}s: context deadline exceeded"
            ));
        }
        Ok(())
    }
    fn listener(&self, port: u16) -> Option<&Process> {
        self.runtime.cells.iter().find_map(|cell| match &cell.state {
            CellState::Alive(process, ..) if process.ports().contains(&port) => Some(&**process),
            _ => None,
        })
    }
    fn listens(&self, port: u16) -> bool {
        let said = |(cell, spec): (&super::Cell, &Container)| {
            let CellState::Alive(process, ..) = &cell.state else { return false };
            let declared = spec.ports.iter().any(|p| p.container_port == i32::from(port));
            declared && process.ports().is_empty() && process.limit().is_some()
        };
        self.listener(port).is_some()
            || self.runtime.cells.iter().zip(self.pod.spec.all_containers()).any(said)
    }

    /// Models pkg/probe/exec/exec.go: Probe, and cri-client pkg/remote_runtime.go: ExecSync.
    fn exec(&mut self, i: usize, command: &[Text], limit: Span) -> Outcome {
        let Ran { code, lines, took, .. } = match self.run_in(i, command, limit) {
            Ok(ran) => ran,
            Err(why) => return Outcome::errored(format!("rpc error: code = Unknown desc = {why}")),
        };
        match code.filter(|_| took < limit) {
            Some(code) => Outcome { good: code == 0, errored: false, says: lines.join("\n"), took },
            None => {
                let words: Vec<&str> = command.iter().map(|w| w.as_str()).collect();
                let (words, secs) = (words.join(" "), limit.whole_secs());
                let says = format!("command timed out: {words:?} timed out after {secs}s");
                Outcome { good: false, errored: false, says, took: limit }
            }
        }
    }
    /// Runs a command in a container to its end, or for as long as it may take.
    fn run_in(&mut self, i: usize, command: &[Text], limit: Span) -> Result<Ran, String> {
        let CellState::Alive(main, ..) = &self.runtime.cells[i].state else {
            return Err("container not running".to_owned());
        };
        let started = main.exec(command).map_err(|StartError { message, .. }| {
            let cause = message.split("error during container init: ").last().unwrap_or("");
            format!(
                "failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start \
                 container process: {cause}"
            )
        });
        let mut process = started?;
        let (mut reply, mut lines, mut took) = (Reply::Waited, Vec::new(), Span::ZERO);
        let (mut code, mut times) = (None, Vec::new());
        for _ in 0..TURNS_MAX {
            let turn = process.resume(reply, &mut lines, self.now + took);
            times.resize(lines.len(), took);
            match turn {
                Turn::Exit(exit) => {
                    code = Some(exit);
                    break;
                }
                Turn::Sleep(span) => (took, reply) = (took + span, Reply::Waited),
                Turn::Ask(question) => {
                    let (answer, after, flight) = network::ask(self.world, &self.pod, &question);
                    self.plan.actions.extend(flight.map(Action::Fly));
                    (took, reply) = (took + after, Reply::Answer(answer));
                }
                Turn::Serve | Turn::Busy => break,
            }
            if took >= limit {
                break;
            }
        }
        let files = process.files().clone();
        self.keep_files(i, files);
        let lines = lines.iter().map(|line| line.to_string()).collect();
        Ok(Ran { code, lines, times, took })
    }
    /// What a command has written is there for the container too.
    fn keep_files(&mut self, i: usize, files: crate::sim::workload::Files) {
        if let CellState::Alive(main, ..) = &mut self.runtime.cells[i].state
            && !main.files().is_same(&files)
        {
            make_mut(main).set_files(files);
            self.share_files(i);
        }
    }
}

/// How long a person waits for a command at most.
const PATIENCE: Span = Span::secs(3_600);

/// Runs a command in a container for a person: what came of it, and what it changed.
pub(in crate::sim) fn exec(
    world: &World,
    uid: Uid,
    container: &str,
    command: &[Text],
) -> Result<(Executed, Plan), String> {
    let (Some(pod), Some(runtime)) = (world.store.get_as::<Pod>(uid), world.runtime(uid)) else {
        return Err(format!("unable to upgrade connection: container not found (\"{container}\")"));
    };
    if !world.is_alive(&pod.node) {
        return Err(format!(
            "error dialing backend: dial tcp: node {} does not answer: i/o timeout",
            pod.node
        ));
    }
    let place = pod.spec.all_containers().position(|c| c.name == *container);
    let Some(i) = place.filter(|i| matches!(runtime.cells[*i].state, CellState::Alive(..))) else {
        return Err(format!("unable to upgrade connection: container not found (\"{container}\")"));
    };
    let mut sync = Sync::of(world, pod, super::Runtime::clone(runtime));
    let ran = sync.run_in(i, command, PATIENCE).map_err(|why| {
        format!(
            "Internal error occurred: Internal error occurred: error executing command in container: {why}"
        )
    })?;
    sync.plan.actions.push(Action::Run(uid, Rc::new(sync.runtime)));
    let lines = ran.times.into_iter().zip(ran.lines).collect();
    Ok((Executed { code: ran.code, lines, took: ran.took }, sync.plan))
}
