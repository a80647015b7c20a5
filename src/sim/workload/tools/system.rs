//! Tools around processes: `sleep`, `env`, `kill`, `sh`, `timeout` …

use super::{Act, Call, Server, Start};
use crate::api::{Span, Text};
use crate::sim::workload::shell::dialect_of;
use std::rc::Rc;

/// `sleep N[s|m|h|d]...`, or `infinity`.
pub(super) fn sleep(call: &mut Call) -> Act {
    if call.phase > 0 {
        return Act::Done(0);
    }
    if call.argv.len() == 1 {
        return call.fail(1, "missing operand");
    }
    let mut total = 0.0;
    for arg in call.args() {
        match seconds(arg) {
            Some(secs) => total += secs,
            None => {
                let message = format!("invalid number '{arg}'");
                return call.fail(1, &message);
            }
        }
    }
    // A century is for ever: the calendar of the simulation need not hold it.
    if total > 3.2e9 { Act::Serve(Server::idle()) } else { Act::Sleep(Span((total * 1e6) as i64)) }
}

/// Seconds, with the units that sleep and timeout take.
fn seconds(text: &str) -> Option<f64> {
    if matches!(text, "infinity" | "inf") {
        return Some(f64::INFINITY);
    }
    let (number, scale) = match text.chars().last()? {
        's' => (&text[..text.len() - 1], 1.0),
        'm' => (&text[..text.len() - 1], 60.0),
        'h' => (&text[..text.len() - 1], 3600.0),
        'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    if !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    number.parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| n * scale)
}

/// `env [NAME=VALUE...] [COMMAND...]`.
pub(super) fn env(call: &mut Call) -> Act {
    let mut rest = &call.argv[1..];
    while let Some((first, more)) = rest.split_first() {
        let Some((name, value)) = first.split_once('=').filter(|_| !first.starts_with('-')) else { break };
        call.shell.set(name, value.to_owned().into());
        call.shell.var(name).exported = true;
        rest = more;
    }
    if !rest.is_empty() {
        return Act::Then([Rc::from(rest)].into());
    }
    for (name, value) in call.shell.exported() {
        call.line(format!("{name}={value}"));
    }
    Act::Done(0)
}
/// `printenv [NAME...]`.
pub(super) fn printenv(call: &mut Call) -> Act {
    if call.argv.len() == 1 {
        return env(call);
    }
    let (seen, mut status) = (call.shell.exported(), 0);
    for name in call.argv.iter().skip(1) {
        match seen.iter().find(|(other, _)| other == name) {
            Some((_, value)) => call.line(value.clone()),
            None => status = 1,
        }
    }
    Act::Done(status)
}
/// `hostname`.
pub(super) fn hostname(call: &mut Call) -> Act {
    let name = call.hostname.clone();
    call.line(name);
    Act::Done(0)
}
/// `id [-u] [-g] [-n]`: always root, as in most images.
pub(super) fn id(call: &mut Call) -> Act {
    let flags = call.args().concat();
    call.line(match () {
        () if flags.contains('n') => "root",
        () if flags.contains('u') || flags.contains('g') => "0",
        () => "uid=0(root) gid=0(root) groups=0(root)",
    });
    Act::Done(0)
}
/// `whoami`.
pub(super) fn whoami(call: &mut Call) -> Act {
    call.line("root");
    Act::Done(0)
}
/// `uname [-a] [-n] [-m] [-r]`.
pub(super) fn uname(call: &mut Call) -> Act {
    let (flags, host) = (call.args().concat(), call.hostname.clone());
    call.line(match () {
        () if flags.contains('a') => format!("Linux {host} 6.12.0 #1 SMP x86_64 GNU/Linux"),
        () if flags.contains('n') => host.to_string(),
        () if flags.contains('m') => "x86_64".to_owned(),
        () if flags.contains('r') => "6.12.0".to_owned(),
        () => "Linux".to_owned(),
    });
    Act::Done(0)
}
/// `nproc`.
pub(super) fn nproc(call: &mut Call) -> Act {
    call.line("4");
    Act::Done(0)
}
/// `ps`: the shell alone.
pub(super) fn ps(call: &mut Call) -> Act {
    call.line("PID   USER     TIME  COMMAND");
    let line = format!("    1 root      0:00 {}", call.shell.name);
    call.line(line);
    Act::Done(0)
}
/// `kill [-SIGNAL] PID...`.
pub(super) fn kill(call: &mut Call) -> Act {
    let args: Vec<String> = call.args().iter().map(|arg| (*arg).to_owned()).collect();
    let (mut signal, mut words) = (15, args.as_slice());
    if let [first, rest @ ..] = words
        && let Some(name) = first.strip_prefix('-')
    {
        let (name, rest) = if name == "s" {
            (rest.first().map_or("", |w| w), rest.get(1..).unwrap_or(&[]))
        } else {
            (name, rest)
        };
        signal = match name.trim_start_matches("SIG") {
            "0" => 0,
            "HUP" | "1" => 1,
            "INT" | "2" => 2,
            "QUIT" | "3" => 3,
            "KILL" | "9" => 9,
            "USR1" | "10" => 10,
            "USR2" | "12" => 12,
            "TERM" | "15" => 15,
            _ => return call.fail(1, &format!("bad signal name '{name}'")),
        };
        words = rest;
    }
    if words.is_empty() {
        return call.fail(1, "you need to specify whom to kill");
    }
    for word in words {
        match word.trim_start_matches('%').parse() {
            Ok(pid) => call.signals.push((pid, signal)),
            Err(_) => return call.fail(1, &format!("invalid number '{word}'")),
        }
    }
    Act::Done(0)
}
/// `timeout [-s SIGNAL] [-k N] SECONDS COMMAND...`: busybox ends with 143 when it cuts off, Debian with 124.
pub(super) fn timeout(call: &mut Call) -> Act {
    let mut words = &call.argv[1..];
    while let [first, rest @ ..] = words {
        if !first.starts_with('-') {
            break;
        }
        let takes_value = matches!(&**first, "-s" | "-k" | "-t");
        words = if takes_value && &**first != "-t" { rest.get(1..).unwrap_or(&[]) } else { rest };
    }
    let [limit, command @ ..] = words else { return call.fail(1, "missing operand") };
    let Some(secs) = seconds(limit).filter(|_| !command.is_empty()) else {
        return call.fail(1, &format!("invalid number '{limit}'"));
    };
    let code = if call.shell.dialect == super::Dialect::Ash { 143 } else { 124 };
    Act::Within(Span((secs.min(1e9) * 1e6) as i64), code, command.into())
}
/// `nohup`, `nice`, `time`: the command itself.
pub(super) fn wrapper(call: &mut Call) -> Act {
    let mut words = &call.argv[1..];
    while let [first, rest @ ..] = words {
        if !first.starts_with('-') {
            break;
        }
        words = if &**first == "-n" { rest.get(1..).unwrap_or(&[]) } else { rest };
    }
    if words.is_empty() { Act::Done(0) } else { Act::Then([Rc::from(words)].into()) }
}
/// `xargs [-n N] [-I X] [-r] COMMAND...`.
pub(super) fn xargs(call: &mut Call) -> Act {
    let input = call.rest_of_input();
    let mut words = call.argv[1..].to_vec();
    let (mut at_once, mut place) = (usize::MAX, None);
    while let Some(first) = words.first().filter(|first| first.starts_with('-')).cloned() {
        words.remove(0);
        let (letter, glued) = first.split_at(first.len().min(2));
        let value = |words: &mut Vec<Text>| -> Text {
            if !glued.is_empty() {
                glued.to_owned().into()
            } else if words.is_empty() {
                Text::default()
            } else {
                words.remove(0)
            }
        };
        match letter {
            "-n" | "-L" => at_once = value(&mut words).parse().unwrap_or(1).max(1),
            "-I" => place = Some(value(&mut words)),
            "-P" => drop(value(&mut words)),
            _ => {}
        }
    }
    if words.is_empty() {
        words.push("echo".into());
    }
    let commands: Vec<Rc<[Text]>> = match place {
        Some(place) if !place.is_empty() => {
            let filled =
                |line: &str| words.iter().map(|word| Text::from(word.replace(&*place, line))).collect();
            input.lines().filter(|line| !line.trim().is_empty()).map(filled).collect()
        }
        _ => {
            let items: Vec<Text> = input.split_whitespace().map(|word| Text::from(word.to_owned())).collect();
            let groups = items.chunks(at_once.min(1000));
            groups.map(|items| words.iter().chain(items).cloned().collect()).collect()
        }
    };
    call.cost += commands.len() as u32;
    if commands.is_empty() { Act::Done(0) } else { Act::Then(commands.into()) }
}
/// `sh [-eux] [-c SCRIPT [NAME [WORD...]]]`, `sh FILE`. Without a terminal and without input it ends at once.
pub(super) fn sh(call: &mut Call) -> Act {
    let shell = call.argv.first().cloned().unwrap_or_default();
    let dialect = dialect_of(&shell, call.shell.dialect);
    let (mut flags, mut pipefail, mut command) = (String::new(), false, false);
    let mut words = &call.argv[1..];
    while let [first, rest @ ..] = words {
        let Some(letters) = first.strip_prefix(['-', '+']).filter(|letters| !letters.is_empty()) else {
            break;
        };
        words = rest;
        if letters == "-" {
            break;
        }
        if letters.starts_with('-') {
            continue;
        }
        command |= letters.contains('c');
        flags.extend(letters.chars().filter(|letter| "eux".contains(*letter)));
        if letters.ends_with('o') {
            match words.first().map(|word| word.as_str()) {
                Some("pipefail") => pipefail = true,
                Some("errexit") => flags.push('e'),
                Some("nounset") => flags.push('u'),
                Some("xtrace") => flags.push('x'),
                _ => {}
            }
            words = words.get(1..).unwrap_or(&[]);
        }
    }
    let start = |name: Text, script: Text, params: &[Text]| {
        Act::Shell(Start { name, dialect, script, params: params.into(), flags: flags.clone(), pipefail })
    };
    match words {
        [] if command => {
            let message = "-c requires an argument";
            call.error(format!("{shell}: {message}"));
            Act::Done(2)
        }
        [script, rest @ ..] if command => {
            let name = rest.first().cloned().unwrap_or(shell);
            start(name, script.clone(), rest.get(1..).unwrap_or(&[]))
        }
        [path, rest @ ..] => match call.read(path) {
            Some(script) => start(path.clone(), script, rest),
            None => {
                let (message, code) = match dialect {
                    super::Dialect::Bash => (format!("{shell}: {path}: No such file or directory"), 127),
                    super::Dialect::Dash => (format!("{shell}: 0: cannot open {path}: No such file"), 2),
                    super::Dialect::Ash => {
                        (format!("{shell}: can't open '{path}': No such file or directory"), 2)
                    }
                };
                call.error(message);
                Act::Done(code)
            }
        },
        [] => {
            let script = call.rest_of_input();
            start(shell, script, &[])
        }
    }
}
