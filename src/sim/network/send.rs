//! A person's own request: `sandbox request FROM URL`, and the button on the page.

use super::route::{Client, route};
use super::trace::{Flight, Outcome, Trace};
use crate::api::{Kind, Pod, Text};
use crate::sim::plan::{Action, Plan};
use crate::sim::workload::{Answer, Question};
use crate::sim::world::World;
use std::rc::Rc;

/// How many flights are kept to be seen.
const FLIGHTS_MAX: usize = 2_000;

impl World {
    /// Keeps what is on its way for a while, to be seen, and counts it.
    pub(in crate::sim) fn fly(&mut self, flight: Flight) {
        self.traffic.note_flight(&flight, self.age());
        self.flights.push_back(flight);
        if self.flights.len() > FLIGHTS_MAX {
            self.flights.pop_front();
        }
    }
}

/// Sends a request from a pod (`NAMESPACE/NAME`, or a name in `default`) or, if that is empty or `outside`, from outside
/// the cluster. Says the whole way and the answer.
///
/// The URL is `http://HOST[:PORT][/PATH]`, `https://…`, `tcp://HOST:PORT`, or `dns://NAME` for a look-up alone.
pub fn send(world: &World, from: &str, url: &str) -> Result<(String, Plan), String> {
    let trace = route(world, client(world, from)?, &question(url)?);
    let said = told(&trace);
    let mut plan = Plan::nothing();
    plan.actions.push(Action::Fly(Flight { sent: world.now(), trace: Rc::new(trace) }));
    Ok((said, plan))
}

/// How a sender begins who is outside, and whose request a forwarded port takes into a pod.
pub const FORWARDED: &str = "port-forward:";

/// Who sends: a pod in which something runs, or somebody outside.
pub(super) fn client<'w>(world: &'w World, from: &str) -> Result<Client<'w>, String> {
    if matches!(from, "" | "outside") {
        return Ok(Client::Outside);
    }
    let (from, forwarded) = match from.strip_prefix(FORWARDED) {
        Some(pod) => (pod, true),
        None => (from, false),
    };
    let (namespace, name) = from.split_once('/').unwrap_or(("default", from));
    let found = world.store.lookup(Kind::Pod, namespace, name);
    let pod = found.and_then(|o| o.as_ref::<Pod>()).ok_or_else(|| format!("there is no pod {from}"))?;
    if forwarded {
        return Ok(Client::Forwarded(pod));
    }
    if !world.runtime(pod.meta.uid).is_some_and(|r| r.cells.iter().any(|c| c.is_alive())) {
        return Err(format!("nothing runs in pod {from}, so nothing can be sent from it"));
    }
    Ok(Client::Pod(pod))
}

pub(super) fn question(url: &str) -> Result<Question, String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let number = |default: Option<u16>| match port {
        "" => default.ok_or_else(|| format!("{url} names no port")),
        _ => port.parse::<u16>().map_err(|_| format!("{port} is not a port")),
    };
    if host.is_empty() {
        return Err(format!("{url} names no host"));
    }
    let host: Text = host.to_owned().into();
    match scheme {
        "dns" => Ok(Question::Lookup { name: host }),
        "tcp" => Ok(Question::Tcp { host, port: number(None)?, timeout: None }),
        "http" | "https" => {
            let secure = scheme == "https";
            let port = number(Some(if secure { 443 } else { 80 }))?;
            let path = path.to_owned().into();
            Ok(Question::Http { method: "GET".into(), secure, host, port, path, timeout: None })
        }
        _ => Err(format!("{scheme}:// is not known; there are http://, https://, tcp:// and dns://")),
    }
}

/// The way and the answer, a line each.
fn told(trace: &Trace) -> String {
    let mut lines: Vec<String> = trace.hops.iter().map(|hop| hop.note.to_string()).collect();
    lines.push(match (&trace.answer, trace.outcome) {
        (Answer::Http { status, body, .. }, _) => {
            let first = body.lines().next().unwrap_or("");
            format!("HTTP {status}: {first}")
        }
        (Answer::Connected { .. }, _) => "connected".to_owned(),
        (Answer::Found { .. }, _) => return lines.join("\n"),
        (_, Outcome::Lost) => "no answer: the client waits until it gives up".to_owned(),
        (Answer::NoSuchName, _) => "the name cannot be resolved".to_owned(),
        _ => "connection refused".to_owned(),
    });
    lines.join("\n")
}
