//! HTTP servers and caches: nginx, httpd, hello-app, http-echo, redis …

use crate::api::{Text, Time};
use crate::sim::workload::tools::{Act, Call, Server, Tool};
use crate::sim::workload::{Answer, Files, Question, Stop};

/// What a server answers over HTTP.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(in super::super) enum Site {
    /// It does not speak HTTP.
    Silent,
    /// Nobody knows what it does.
    Unknown,
    /// The files of a directory, and this page where it holds no index.
    Root(Text, &'static str),
    /// `/hostname`, `/echo?msg=`, `/healthz` …, as agnhost netexec.
    Netexec,
    /// The host name, whatever is asked.
    Hostname,
    /// hello-app of Google's samples.
    Hello(Text),
    /// The same text, whatever is asked.
    Same(Text),
    /// What was asked, sent back.
    Mirror,
    /// Well for ten seconds from then on, and ill ever after: agnhost liveness.
    Ailing(Time),
}

impl Site {
    /// Status and body of an answer to GET.
    pub fn answer(&self, path: &str, hostname: &str, files: &Files, now: Time) -> (u16, Text) {
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        match self {
            Site::Silent | Site::Unknown => (0, Text::default()),
            Site::Root(directory, page) => {
                let directory = directory.trim_end_matches('/');
                let index = if bare.ends_with('/') { "index.html" } else { "" };
                match files.read(&format!("{directory}{bare}{index}")) {
                    Some(text) => (200, text.clone()),
                    None if (bare == "/" || bare == "/index.html") && !page.is_empty() => {
                        (200, Text::Static(page))
                    }
                    None => (404, NOT_FOUND.into()),
                }
            }
            Site::Netexec => match bare {
                "/hostname" => (200, hostname.to_owned().into()),
                "/healthz" | "/readyz" => (200, Text::default()),
                "/echo" => {
                    let message =
                        query.split('&').find_map(|pair| pair.strip_prefix("msg=")).unwrap_or_default();
                    (200, message.replace("%20", " ").replace('+', " ").into())
                }
                "/" => (200, format!("NOW: {now}").into()),
                _ => (404, "404 page not found\n".into()),
            },
            Site::Hostname => (200, format!("{hostname}\n").into()),
            Site::Hello(version) => {
                (200, format!("Hello, world!\nVersion: {version}\nHostname: {hostname}\n").into())
            }
            Site::Same(text) => (200, text.clone()),
            Site::Ailing(since) if bare == "/healthz" => match (now - *since).whole_secs() {
                0..=10 => (200, "ok".into()),
                secs => (500, format!("error: {secs}").into()),
            },
            Site::Ailing(_) => (404, "404 page not found\n".into()),
            Site::Mirror => (200, format!("Hostname: {hostname}\n\nGET {path} HTTP/1.1\n").into()),
        }
    }
}

const NOT_FOUND: &str = "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n</body>\n</html>\n";

const WELCOME: &str = "<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>
<p><em>Thank you for using nginx.</em></p>
</body>
</html>
";

/// The programs of this file.
pub(super) fn program(name: &str) -> Option<Tool> {
    Some(match name {
        "nginx" => nginx,
        "httpd-foreground" | "httpd" | "apache2-foreground" => apache,
        "redis-server" | "memcached" | "rabbitmq-server" | "etcd" => cache,
        "redis-cli" => redis_cli,
        "hello-app" => hello,
        "http-echo" => echo,
        "whoami-server" | "echo-server" => mirror,
        _ => return None,
    })
}

fn nginx(call: &mut Call) -> Act {
    let args = call.args();
    if args.first() == Some(&"-s") {
        return Act::Done(0);
    }
    if args.contains(&"-v") || args.contains(&"-V") {
        call.error("nginx version: nginx/1.27.0");
        return Act::Done(0);
    }
    if args.contains(&"-t") {
        call.error("nginx: the configuration file /etc/nginx/nginx.conf syntax is ok");
        call.error("nginx: configuration file /etc/nginx/nginx.conf test is successful");
        return Act::Done(0);
    }
    let port = if args.contains(&"8080") { 8080 } else { 80 };
    call.error("/docker-entrypoint.sh: Configuration complete; ready for start up");
    let stamp = super::super::tools::formatted(call.now, "%Y/%m/%d %H:%M:%S");
    call.error(format!("{stamp} [notice] 1#1: start worker processes"));
    Act::Serve(Server::graceful(&[port], Site::Root("/usr/share/nginx/html".into(), WELCOME)))
}
fn apache(call: &mut Call) -> Act {
    let stamp = super::super::tools::formatted(call.now, "%a %b %d %H:%M:%S.000000 %Y");
    call.error(format!("[{stamp}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'"));
    let (root, page) = match call.name().as_str() {
        "apache2-foreground" => ("/var/www/html", "OK!"),
        _ => ("/usr/local/apache2/htdocs", "<html><body><h1>It works!</h1></body></html>\n"),
    };
    Act::Serve(Server::graceful(&[80], Site::Root(root.into(), page)))
}
fn cache(call: &mut Call) -> Act {
    let args = call.args();
    let given = args.iter().position(|arg| matches!(*arg, "--port" | "-p")).and_then(|at| args.get(at + 1));
    let given = given.and_then(|port| port.parse::<u16>().ok());
    match call.name().as_str() {
        "redis-server" => {
            let stamp = super::super::tools::formatted(call.now, "%d %b %Y %H:%M:%S.000");
            call.line(format!("1:M {stamp} * Ready to accept connections tcp"));
            Act::Serve(Server::graceful(&[given.unwrap_or(6379)], Site::Silent))
        }
        "etcd" => Act::Serve(Server::graceful(&[2379, 2380], Site::Silent)),
        "memcached" => Act::Serve(Server::graceful(&[given.unwrap_or(11211)], Site::Silent)),
        _ => Act::Serve(Server::graceful(&[5672], Site::Silent)),
    }
}
/// `redis-cli [-h HOST] [-p PORT] ping`: the data itself is not kept, so only `ping` is answered.
fn redis_cli(call: &mut Call) -> Act {
    let options = super::super::tools::Options::of(&call.args(), "hpanu");
    let host: Text = options.value('h').unwrap_or("127.0.0.1").to_owned().into();
    let port = options.value('p').and_then(|port| port.parse().ok()).unwrap_or(6379);
    match call.answer.take() {
        None => Act::Ask(Question::Tcp { host, port, timeout: None }),
        Some(Answer::Connected { .. }) => {
            if options.operands.first().is_some_and(|word| word.eq_ignore_ascii_case("ping")) {
                call.line("PONG");
            }
            Act::Done(0)
        }
        Some(answer) => {
            let why = match answer {
                Answer::Refused { .. } => "Connection refused",
                Answer::TimedOut { .. } => "Operation timed out",
                _ => "Name or service not known",
            };
            call.error(format!("Could not connect to Redis at {host}:{port}: {why}"));
            Act::Done(1)
        }
    }
}
fn hello(call: &mut Call) -> Act {
    let port = call.shell.get("PORT").and_then(|port| port.parse().ok()).unwrap_or(8080);
    call.error(format!(
        "{} Server listening on port {port}",
        super::super::tools::formatted(call.now, "%Y/%m/%d %H:%M:%S")
    ));
    // A Go program without a handler ends at SIGTERM with 2, even as process 1.
    let stop = Stop::Exits { after: crate::api::Span::millis(100), code: 2 };
    Act::Serve(Server { stop, ..Server::graceful(&[port], Site::Hello("1.0.0".into())) })
}
fn echo(call: &mut Call) -> Act {
    let args = call.args();
    let value = |name: &str| {
        args.iter().enumerate().find_map(|(i, arg)| {
            let rest = arg.trim_start_matches('-').strip_prefix(name)?;
            rest.strip_prefix('=').or(if rest.is_empty() { args.get(i + 1).copied() } else { None })
        })
    };
    let port = value("listen").and_then(|listen| listen.rsplit(':').next()?.parse().ok()).unwrap_or(5678);
    let Some(text) = value("text").map(str::to_owned) else { return call.fail(127, "Missing -text option!") };
    call.line(format!("server is listening on :{port}"));
    Act::Serve(Server::graceful(&[port], Site::Same(format!("{text}\n").into())))
}
fn mirror(call: &mut Call) -> Act {
    let port = if call.name() == "echo-server" { 8080 } else { 80 };
    let given = call.shell.get("PORT").and_then(|port| port.parse().ok());
    Act::Serve(Server::graceful(&[given.unwrap_or(port)], Site::Mirror))
}
