//! agnhost, the image of Kubernetes' own tests, and the pause container.
//! Models test/images/agnhost: connect, netexec, pause, serve-hostname.

use super::web::Site;
use crate::api::Span;
use crate::sim::workload::tools::{Act, Call, Server, Tool, host_and_port};
use crate::sim::workload::{Answer, Question, Stop};

/// A Go program without a handler ends at SIGTERM with 2, even as process 1.
const GO_STOP: Stop = Stop::Exits { after: Span::millis(100), code: 2 };

/// The programs of this file.
pub(super) fn program(name: &str) -> Option<Tool> {
    Some(match name {
        "agnhost" => agnhost,
        "serve-hostname" | "serve_hostname" => serve_hostname,
        "netexec" => netexec,
        _ => return None,
    })
}

/// `/pause` and `agnhost pause`.
pub(super) fn pause(_: &mut Call) -> Act {
    Act::Serve(Server::graceful(&[], Site::Silent))
}

fn agnhost(call: &mut Call) -> Act {
    match call.args().first().copied() {
        Some("connect") => connect(call),
        Some("netexec") => netexec(call),
        Some("serve-hostname") => serve_hostname(call),
        Some("liveness") => {
            Act::Serve(Server { stop: GO_STOP, ..Server::graceful(&[8080], Site::Ailing(call.now)) })
        }
        Some("grpc-health-checking") => {
            let port = flag(call, "port").and_then(|port| port.parse().ok()).unwrap_or(5000);
            Act::Serve(Server { stop: GO_STOP, ..Server::graceful(&[port], Site::Silent) })
        }
        Some("pause") => {
            call.line("Paused");
            pause(call)
        }
        Some("help" | "--help") => {
            call.line("Available commands that Podium knows: connect, grpc-health-checking, liveness, netexec, pause, serve-hostname");
            Act::Done(0)
        }
        Some(other) => {
            let line = format!("Error: unknown command \"{other}\" for \"app\"");
            call.error(line);
            Act::Done(1)
        }
        None => Act::Done(0),
    }
}

/// The value of `--name=value` or `--name value`.
fn flag(call: &Call, name: &str) -> Option<String> {
    let args = call.args();
    args.iter().enumerate().find_map(|(i, arg)| {
        let rest = arg.trim_start_matches('-').strip_prefix(name)?;
        let value =
            rest.strip_prefix('=').or(if rest.is_empty() { args.get(i + 1).copied() } else { None })?;
        Some(value.to_owned())
    })
}

fn connect(call: &mut Call) -> Act {
    let target =
        call.args().iter().skip(1).find(|arg| !arg.starts_with('-')).and_then(|arg| host_and_port(arg, 80));
    let Some((host, port)) = target else {
        call.error("Error: accepts 1 arg(s), received 0");
        return Act::Done(1);
    };
    let timeout = flag(call, "timeout").and_then(|text| {
        let (number, scale) = match text.strip_suffix("ms") {
            Some(number) => (number.to_owned(), 1e3),
            None => (text.trim_end_matches('s').to_owned(), 1e6),
        };
        number.parse::<f64>().ok().filter(|n| *n > 0.0 && *n < 1e6).map(|n| Span((n * scale) as i64))
    });
    let word = match call.answer.take() {
        None => return Act::Ask(Question::Tcp { host: host.into(), port, timeout }),
        Some(Answer::Connected { .. } | Answer::Http { .. }) => return Act::Done(0),
        Some(Answer::Refused { .. }) => "REFUSED".to_owned(),
        Some(Answer::TimedOut { .. }) => "TIMEOUT".to_owned(),
        Some(_) => format!("DNS: lookup {host}: no such host"),
    };
    call.error(word);
    Act::Done(1)
}

fn netexec(call: &mut Call) -> Act {
    let port = flag(call, "http-port").and_then(|port| port.parse().ok()).unwrap_or(8080);
    call.line(format!("Started HTTP server on port {port}"));
    let delay = flag(call, "delay-shutdown").and_then(|secs| secs.parse().ok()).unwrap_or(0);
    let mut server = Server::graceful(&[port], Site::Netexec);
    if delay > 0 {
        server.stop = Stop::Exits { after: Span::secs(delay), code: 0 };
    }
    Act::Serve(server)
}

fn serve_hostname(call: &mut Call) -> Act {
    let port = flag(call, "port").and_then(|port| port.parse().ok()).unwrap_or(9376);
    call.line(format!("Serving on port {port}."));
    Act::Serve(Server::graceful(&[port], Site::Hostname))
}
