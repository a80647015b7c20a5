//! python: `-m http.server`, and small programs given by `-c`.

use super::web::Site;
use crate::sim::workload::Stop;
use crate::sim::workload::tools::{Act, Call, Server};

/// `python -m http.server [PORT]`, `python -c PROGRAM`, `python --version`.
pub(super) fn python(call: &mut Call) -> Act {
    let args: Vec<String> = call
        .args()
        .iter()
        .filter(|arg| !matches!(**arg, "-u" | "-B" | "-I"))
        .map(|arg| (*arg).to_owned())
        .collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["-m", "http.server", ref rest @ ..] => {
            let port = rest.iter().find_map(|arg| arg.parse().ok()).unwrap_or(8000);
            call.line(format!("Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ..."));
            // Python sets no handler for SIGTERM, and as process 1 it is not ended by it.
            let site = Site::Root(call.shell.directory.clone(), "<title>Directory listing for /</title>\n");
            Act::Serve(Server { stop: Stop::Ignores, ..Server::graceful(&[port], site) })
        }
        ["--version" | "-V", ..] => {
            call.line("Python 3.13.1");
            Act::Done(0)
        }
        [] => Act::Done(0),
        _ => Act::Serve(Server::unknown()),
    }
}
