//! perl: the example of the Job documentation, which prints π.

use crate::api::{Span, Text};
use crate::sim::workload::tools::{Act, Call, Server};

/// How long 2000 digits take, as they do on a common machine.
const PI_TIME: Span = Span::secs(5);

/// The digits of π, the 3 first, without the point.
static PI: &str = include_str!("pi.txt");

/// `perl -Mbignum=bpi -wle 'print bpi(2000)'`; `-e 'print "text"'`, `-e 'exit N'`, `-e 'sleep N'`. Other programs run for
/// ever.
pub(super) fn perl(call: &mut Call) -> Act {
    let args = call.args();
    let code = args
        .iter()
        .position(|arg| arg.starts_with('-') && arg.ends_with('e'))
        .and_then(|at| args.get(at + 1));
    let Some(code) = code.map(|code| code.trim().trim_end_matches(';').to_owned()) else {
        let version = args.iter().any(|arg| *arg == "-v" || *arg == "--version");
        if version {
            call.line("This is perl 5, version 40, subversion 0 (v5.40.0) built for x86_64-linux-gnu");
        }
        // The debugger, as the image starts it, ends at once where there is no terminal.
        return Act::Done(0);
    };
    let newline = args.iter().any(|arg| arg.starts_with('-') && !arg.starts_with("-M") && arg.contains('l'));
    let number = |name: &str| {
        let rest = code.strip_prefix(name)?.trim_matches(|c: char| " ()".contains(c));
        rest.parse::<i64>().ok()
    };
    if let Some(count) = number("print bpi") {
        if call.phase == 0 {
            let time = Span(PI_TIME.0 / 2000 * count.clamp(200, 20_000));
            return Act::Sleep(time);
        }
        call.line(pi(count.clamp(1, 2000) as usize));
        return Act::Done(0);
    }
    if let Some(secs) = number("sleep") {
        return if call.phase == 0 { Act::Sleep(Span::secs(secs.clamp(0, 1 << 31))) } else { Act::Done(0) };
    }
    if let Some(status) = number("exit") {
        return Act::Done((status & 0xff) as i32);
    }
    if let Some(text) =
        code.strip_prefix("print").map(str::trim).and_then(|text| text.strip_prefix('"')?.strip_suffix('"'))
    {
        let text = super::super::tools::unescape(text).0;
        call.raw(if newline { format!("{text}\n") } else { text });
        return Act::Done(0);
    }
    Act::Serve(Server::unknown())
}

/// π with so many significant digits, the last one rounded.
fn pi(count: usize) -> Text {
    let mut digits: Vec<u8> = PI.as_bytes()[..count].to_vec();
    if PI.as_bytes()[count] >= b'5' {
        for digit in digits.iter_mut().rev() {
            if *digit != b'9' {
                *digit += 1;
                break;
            }
            *digit = b'0';
        }
    }
    let digits: String = digits.into_iter().map(char::from).collect();
    let (whole, fraction) = digits.split_at(1);
    if fraction.is_empty() { whole.to_owned().into() } else { format!("{whole}.{fraction}").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_the_last_digit() {
        assert_eq!((&*pi(1), &*pi(5), &*pi(6)), ("3", "3.1416", "3.14159"));
        assert_eq!(pi(2000).len(), 2001);
    }
}
