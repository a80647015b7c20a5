//! `kubectl run -i`: what the pod prints, until it ends.
//!
//! Models kubectl pkg/cmd/run/run.go: handleAttachPod and what follows, and pkg/cmd/attach/attach.go. Nobody types.

use super::super::lasting::{Lasting, Next};
use super::super::logs::Look;
use super::super::logs::follow::Stream;
use super::{Args, Call, Failure, save};
use crate::api::{ContainerState, Key, Pod, Span, Time, Uid};
use crate::sim::{Propagation, Request};
use std::rc::Rc;

/// How long a pod is waited for until it runs.
const TIMEOUT: Span = Span::secs(60);

/// A pod that is attached to.
pub(super) struct Attached {
    key: Key,
    uid: Uid,
    args: Args,
    /// Until when it must run.
    end: Time,
    stream: Option<Stream>,
}

impl Attached {
    pub fn new(call: &Call, args: &Args, key: Key, uid: Uid) -> Attached {
        let timeout = args.get("pod-running-timeout").and_then(crate::api::duration).unwrap_or(TIMEOUT);
        Attached { key, uid, args: args.clone(), end: call.world().now() + timeout, stream: None }
    }
    fn pod(&self, call: &Call) -> Option<Rc<Pod>> {
        call.world().store.get_as::<Pod>(self.uid).cloned()
    }
    /// With `--rm`, nothing is left of it.
    fn clean(&self, call: &mut Call) {
        if !self.args.has("rm") {
            return;
        }
        let request = Request::Delete(self.key.clone(), Propagation::Background, None);
        let _ = save::send(call.timeline, request, save::Mode::Write);
        if !self.args.has("quiet") {
            let (name, namespace) = (self.key.name.as_str(), &self.key.namespace);
            call.say(&format!("pod {name:?} deleted from {namespace} namespace"));
        }
    }
    fn begin(&mut self, call: &mut Call, pod: &Pod) {
        if !pod.is_terminal() && !self.args.has("quiet") {
            call.complain(
                "All commands and output from this session will be recorded in container logs, including credentials \
                 and sensitive information passed through the command prompt.",
            );
            call.complain("If you don't see a command prompt, try pressing enter.");
        }
        let place = pod.spec.init_containers.len();
        let container = pod.spec.containers.first().map(|container| container.name.clone());
        self.stream = Stream::of(call, pod, (place, &container.unwrap_or_default()), true);
    }
    /// Its exit code, once it has ended.
    fn ended(&self, call: &mut Call, pod: &Pod) -> Result<Next, Failure> {
        let name = format!("{}/{}", pod.meta.namespace, pod.meta.name);
        match pod.status.containers.first().map(|c| &c.state) {
            Some(ContainerState::Terminated(end)) if end.exit_code == 0 => Ok(Next::Over),
            Some(ContainerState::Terminated(end)) => {
                call.complain(&format!("pod {name} terminated ({})", end.reason));
                call.output.exit = end.exit_code;
                Ok(Next::Over)
            }
            _ => Err(Failure::error(format!("pod {name} failed with unknown exit code"))),
        }
    }
    fn step(&mut self, call: &mut Call) -> Result<Next, Failure> {
        let Some(pod) = self.pod(call) else { return Ok(Next::Over) };
        if self.stream.is_none() {
            if !pod.is_terminal() && !pod.is_ready() {
                if call.world().now() >= self.end {
                    return Err(Failure::error("timed out waiting for the condition"));
                }
                return Ok(Next::At(self.end));
            }
            self.begin(call, &pod);
        }
        let over = self.stream.as_mut().is_none_or(|stream| stream.pass(call, &Look::default()));
        if !matches!(self.args.get("restart"), Some("Never" | "OnFailure")) {
            if over && self.args.has("tty") && !self.args.has("quiet") {
                call.complain(&format!(
                    "Session ended, resume using 'kubectl attach {0} -c {0} -i -t' command when the pod is running",
                    self.key.name
                ));
            }
            return Ok(if over { Next::Over } else { Next::Event });
        }
        if pod.is_terminal() { self.ended(call, &pod) } else { Ok(Next::Event) }
    }
}

impl Lasting for Attached {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        let next = self.step(call);
        if matches!(next, Ok(Next::Over) | Err(_)) {
            self.clean(call);
        }
        next
    }
    fn rewind(&mut self, call: &mut Call) {
        if let Some(stream) = &mut self.stream {
            stream.rewind(call);
        }
    }
    fn interrupt(&mut self, call: &mut Call) {
        self.clean(call);
    }
}
