//! Tools that ask the network: `wget`, `curl`, `nc`, `nslookup`.

use super::{Act, Call};
use crate::api::{Span, Text};
use crate::sim::workload::{Answer, Question};

/// The parts of a URL.
struct Url {
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

fn url(text: &str) -> Option<Url> {
    let (secure, rest) = match text.split_once("://") {
        Some(("http", rest)) => (false, rest),
        Some(("https", rest)) => (true, rest),
        Some(_) => return None,
        None => (false, text),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    let (host, port) = host_and_port(authority, if secure { 443 } else { 80 })?;
    let path = path.split('#').next().unwrap_or_default();
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Some(Url { secure, host, port, path })
}

/// `host`, `host:port`, `[v6]:port`.
pub(in super::super) fn host_and_port(text: &str, default: u16) -> Option<(String, u16)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        let port = port.strip_prefix(':').map_or(Some(default), |port| port.parse().ok())?;
        return Some((host.to_owned(), port));
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => Some((host.to_owned(), port.parse().ok()?)),
        _ => Some((text.to_owned(), default)),
    }
    .filter(|(host, _)| !host.is_empty())
}

fn span(text: &str) -> Option<Span> {
    let text = text.trim_end_matches('s');
    text.parse::<f64>().ok().filter(|secs| *secs > 0.0 && *secs < 1e9).map(|secs| Span((secs * 1e6) as i64))
}

/// `wget [-q] [-O FILE] [-S] [-T SECS | --timeout=SECS] [--spider] [--post-data=X] URL`, in busybox's words.
pub(super) fn wget(call: &mut Call) -> Act {
    let args: Vec<String> = call.args().iter().map(|arg| (*arg).to_owned()).collect();
    let (mut quiet, mut spider, mut output, mut timeout, mut target, mut method) =
        (false, false, None, None, None, "GET");
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if let Some(letters) =
            arg.strip_prefix('-').filter(|letters| !letters.is_empty() && !letters.starts_with('-'))
        {
            for (at, letter) in letters.char_indices() {
                let glued = &letters[at + letter.len_utf8()..];
                let takes_value = "OTtUPo".contains(letter);
                let value =
                    if !takes_value || !glued.is_empty() { glued } else { rest.next().map_or("", |v| v) };
                match letter {
                    'q' => quiet = true,
                    'O' => output = Some(value.to_owned()),
                    'T' => timeout = span(value),
                    _ => {}
                }
                if takes_value {
                    break;
                }
            }
        } else if let Some(long) = arg.strip_prefix("--") {
            match long.split_once('=').unwrap_or((long, "")) {
                ("spider", _) => spider = true,
                ("quiet", _) => quiet = true,
                ("timeout", value) => timeout = span(value),
                ("post-data" | "post-file", _) => method = "POST",
                ("output-document", value) => output = Some(value.to_owned()),
                _ => {}
            }
        } else {
            target = url(arg).map(|url| (arg.clone(), url));
            if target.is_none() {
                return call.fail(1, &format!("not an http or ftp url: {arg}"));
            }
        }
    }
    let Some((written, url)) = target else { return call.fail(1, "missing URL") };
    let method = if spider { "HEAD" } else { method };
    let Some(answer) = call.answer.take() else { return ask(method, &url, timeout) };
    let address = match &answer {
        Answer::Http { address, .. } | Answer::Refused { address } | Answer::TimedOut { address } => {
            address.clone()
        }
        _ => Text::default(),
    };
    if !quiet && !address.is_empty() {
        let (host, port) = (&url.host, url.port);
        call.error(format!("Connecting to {host} ({address}:{port})"));
    }
    match answer {
        Answer::Http { status, body, .. } if status < 400 => {
            received(call, &body, output.as_deref(), &url.path, quiet, spider);
            Act::Done(0)
        }
        Answer::Http { status, .. } => {
            call.fail(1, &format!("server returned error: HTTP/1.1 {status} {}", phrase(status)))
        }
        Answer::Refused { .. } => {
            call.fail(1, &format!("can't connect to remote host ({address}): Connection refused"))
        }
        Answer::TimedOut { .. } if timeout.is_some() => call.fail(1, "download timed out"),
        Answer::TimedOut { .. } => {
            call.fail(1, &format!("can't connect to remote host ({address}): Operation timed out"))
        }
        _ => {
            let host = url.host;
            let shown = if written.contains(&host) { host } else { written };
            call.fail(1, &format!("bad address '{shown}'"))
        }
    }
}
fn received(call: &mut Call, body: &str, output: Option<&str>, path: &str, quiet: bool, spider: bool) {
    if spider {
        if !quiet {
            call.error("remote file exists");
        }
        return;
    }
    let base = path.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let name = output.unwrap_or(if base.is_empty() { "index.html" } else { base }).to_owned();
    let bar = format!("{name:<20} 100% |{}| {:>5}  0:00:00 ETA", "*".repeat(32), body.len());
    let to_stdout = name == "-" || name == "/dev/stdout";
    let (before, after) = if to_stdout {
        ("writing to stdout".to_owned(), "written to stdout".to_owned())
    } else {
        (format!("saving to '{name}'"), format!("'{name}' saved"))
    };
    if !quiet {
        call.error(before);
    }
    if to_stdout {
        call.raw(body.to_owned());
    } else if name != "/dev/null" {
        let target = call.shell.path(&name);
        call.files.write(&target, body.to_owned().into());
    }
    if !quiet {
        call.error(bar);
        call.error(after);
    }
}
fn ask(method: &str, url: &Url, timeout: Option<Span>) -> Act {
    Act::Ask(Question::Http {
        method: method.to_owned().into(),
        secure: url.secure,
        host: url.host.clone().into(),
        port: url.port,
        path: url.path.clone().into(),
        timeout,
    })
}
fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

/// What a call of curl asks for.
#[derive(Default)]
struct Curl {
    /// Every flag without a value, by its short letter.
    flags: String,
    output: Option<String>,
    timeout: Option<Span>,
    format: Option<String>,
    method: Option<String>,
    target: Option<String>,
}

impl Curl {
    fn of(args: &[&str]) -> Curl {
        let mut curl = Curl::default();
        let mut rest = args.iter().map(|arg| (*arg).to_owned());
        while let Some(arg) = rest.next() {
            if let Some(long) = arg.strip_prefix("--") {
                match Curl::short(long) {
                    (letter, true) => curl.set(letter, rest.next().unwrap_or_default()),
                    (letter, false) => curl.flags.push(letter),
                }
            } else if let Some(letters) = arg.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                curl.letters(letters, &mut rest);
            } else {
                curl.target = Some(arg);
            }
        }
        curl
    }
    /// The letter of a long option, and whether it takes a value.
    fn short(long: &str) -> (char, bool) {
        match long {
            "silent" => ('s', false),
            "show-error" => ('S', false),
            "fail" | "fail-with-body" => ('f', false),
            "head" => ('I', false),
            "include" => ('i', false),
            "output" => ('o', true),
            "max-time" | "connect-timeout" => ('m', true),
            "write-out" => ('w', true),
            "request" => ('X', true),
            "data" | "data-raw" | "data-binary" | "json" => ('d', true),
            "header" | "user" | "retry" | "retry-delay" | "resolve" | "cacert" | "cert" | "key"
            | "user-agent" | "retry-max-time" => ('H', true),
            _ => ('-', false),
        }
    }
    /// Letters behind one dash; the value of the last one may be glued to it or follow.
    fn letters(&mut self, letters: &str, rest: &mut impl Iterator<Item = String>) {
        for (at, letter) in letters.char_indices() {
            if !"omwXdHuAebcFTxr".contains(letter) {
                self.flags.push(letter);
                continue;
            }
            let glued = &letters[at + letter.len_utf8()..];
            let value = if glued.is_empty() { rest.next().unwrap_or_default() } else { glued.to_owned() };
            return self.set(letter, value);
        }
    }
    fn set(&mut self, letter: char, value: String) {
        match letter {
            'o' => self.output = Some(value),
            'm' => self.timeout = span(&value),
            'w' => self.format = Some(value),
            'X' => self.method = Some(value),
            'd' => self.method = self.method.take().or(Some("POST".to_owned())),
            _ => {}
        }
    }
    fn has(&self, letter: char) -> bool {
        self.flags.contains(letter)
    }
    fn method(&self) -> &str {
        if self.has('I') { "HEAD" } else { self.method.as_deref().unwrap_or("GET") }
    }
    /// Prints or keeps what came.
    fn deliver(&self, call: &mut Call, status: u16, body: &str) {
        let mut text = String::new();
        if self.has('I') || self.has('i') {
            let length = body.len();
            text = format!("HTTP/1.1 {status} {}\r\nContent-Length: {length}\r\n\r\n", phrase(status));
        }
        if !self.has('I') {
            text.push_str(body);
        }
        match self.output.as_deref() {
            Some("/dev/null") => {}
            Some(path) if path != "-" => {
                let path = call.shell.path(path);
                call.files.write(&path, text.into());
            }
            _ => call.raw(text),
        }
    }
}

/// `curl [-s] [-S] [-f] [-I] [-i] [-L] [-k] [-o FILE] [-X M] [-m SECS | --max-time | --connect-timeout] [-w FORMAT]
/// [--retry N] URL`. The progress meter is never printed.
pub(super) fn curl(call: &mut Call) -> Act {
    let curl = Curl::of(&call.args());
    let Some(target) = &curl.target else { return call.fail(2, "no URL specified") };
    let Some(url) = url(target) else {
        return call.fail(3, "(3) URL rejected: Malformed input to a URL function");
    };
    let Some(answer) = call.answer.take() else {
        *call.memo = call.now.0.to_string().into();
        return ask(curl.method(), &url, curl.timeout);
    };
    let waited = (call.now.0 - call.memo.parse().unwrap_or(call.now.0)) / 1000;
    let mut shown = 0;
    let (host, port) = (&url.host, url.port);
    let failure = match answer {
        Answer::Http { status, body, .. } => {
            shown = status;
            let failed = curl.has('f') && status >= 400;
            if !failed {
                curl.deliver(call, status, &body);
            }
            failed.then(|| (22, format!("The requested URL returned error: {status}")))
        }
        Answer::Refused { .. } => Some((
            7,
            format!("Failed to connect to {host} port {port} after {waited} ms: Could not connect to server"),
        )),
        Answer::TimedOut { .. } => Some((28, format!("Connection timed out after {waited} milliseconds"))),
        Answer::NoNameServer => Some((28, format!("Resolving timed out after {waited} milliseconds"))),
        _ => Some((6, format!("Could not resolve host: {host}"))),
    };
    if let Some((code, message)) = &failure
        && (!curl.has('s') || curl.has('S'))
    {
        call.error(format!("curl: ({code}) {message}"));
    }
    if let Some(format) = &curl.format {
        let text = super::unescape(format).0;
        let text = text.replace("%{http_code}", &format!("{shown:03}"));
        let text = text.replace("%{response_code}", &format!("{shown:03}"));
        call.raw(text.replace("%{time_total}", &format!("{:.6}", waited as f64 / 1000.0)));
    }
    Act::Done(failure.map_or(0, |(code, _)| code))
}

/// `nc [-z] [-v] [-w SECS] HOST PORT`; `nc -l -p PORT` listens.
pub(super) fn nc(call: &mut Call) -> Act {
    let options = super::filter::Options::of(&call.args(), "wps");
    if options.has('l') {
        let port =
            options.value('p').or(options.operands.last().map(String::as_str)).and_then(|p| p.parse().ok());
        let ports: Vec<u16> = port.into_iter().collect();
        return Act::Serve(super::Server { ports: ports.into(), ..super::Server::idle() });
    }
    let [host, port] = &options.operands[..] else {
        return call.fail(1, "usage: nc [-zv] [-w SEC] HOST PORT");
    };
    let Ok(number) = port.parse::<u16>() else { return call.fail(1, &format!("bad port '{port}'")) };
    let timeout = options.value('w').and_then(span);
    let Some(answer) = call.answer.take() else {
        return Act::Ask(Question::Tcp { host: host.clone().into(), port: number, timeout });
    };
    let shown = |address: &str| format!("{host} ({address}:{port})");
    match answer {
        Answer::Connected { address } | Answer::Http { address, .. } => {
            if options.has('v') {
                call.error(format!("{} open", shown(&address)));
            }
            Act::Done(0)
        }
        Answer::Refused { address } => {
            if options.has('v') || !options.has('z') {
                call.error(format!("nc: {}: Connection refused", shown(&address)));
            }
            Act::Done(1)
        }
        Answer::TimedOut { .. } if timeout.is_some() => call.fail(1, "timed out"),
        Answer::TimedOut { address } => call.fail(1, &format!("{}: Operation timed out", shown(&address))),
        _ => call.fail(1, &format!("bad address '{host}'")),
    }
}

/// `nslookup NAME`.
pub(super) fn nslookup(call: &mut Call) -> Act {
    let args = call.args();
    let Some(name) = args.iter().find(|arg| !arg.starts_with('-')).map(|name| (*name).to_owned()) else {
        return call.fail(1, "usage: nslookup HOST");
    };
    let Some(answer) = call.answer.take() else { return Act::Ask(Question::Lookup { name: name.into() }) };
    match answer {
        Answer::Found { server, name, canonical, addresses } => {
            call.line(format!("Server:\t\t{server}"));
            call.line(format!("Address:\t{server}:53"));
            call.line("");
            let mut shown = name.clone();
            if let Some(canonical) = canonical {
                call.line(format!("{name}\tcanonical name = {canonical}"));
                shown = canonical;
            }
            for address in addresses {
                call.line(format!("Name:\t{shown}"));
                call.line(format!("Address: {address}"));
            }
            call.line("");
            Act::Done(0)
        }
        Answer::NoSuchName => {
            call.line(format!("** server can't find {name}: NXDOMAIN"));
            call.line("");
            Act::Done(1)
        }
        _ => {
            call.line(";; connection timed out; no servers could be reached");
            call.line("");
            Act::Done(1)
        }
    }
}

/// `ping [-c N] HOST`: the simulated network carries TCP alone, so it is as if ICMP were dropped.
pub(super) fn ping(call: &mut Call) -> Act {
    let options = super::filter::Options::of(&call.args(), "cWwi");
    let Some(host) = options.operands.first().cloned() else { return call.fail(1, "usage: ping HOST") };
    let count = options.value('c').and_then(|n| n.parse::<i64>().ok()).unwrap_or(4).clamp(1, 100);
    match (call.phase, call.answer.take()) {
        (0, _) => Act::Ask(Question::Lookup { name: host.into() }),
        (1, Some(Answer::Found { addresses, .. })) => {
            let address = addresses.first().cloned().unwrap_or_else(|| host.clone().into());
            call.line(format!("PING {host} ({address}): 56 data bytes"));
            Act::Sleep(Span::secs(count))
        }
        (1, _) => call.fail(1, &format!("bad address '{host}'")),
        _ => {
            call.line("");
            call.line(format!("--- {host} ping statistics ---"));
            call.line(format!("{count} packets transmitted, 0 packets received, 100% packet loss"));
            Act::Done(1)
        }
    }
}
