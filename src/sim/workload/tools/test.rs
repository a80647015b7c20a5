//! `test`, `[`: conditions over files, strings and numbers.

use super::{Act, Call, is_directory};
use crate::api::Text;
use crate::sim::workload::Files;
use crate::sim::workload::shell::Shell;

/// `test EXPRESSION`, `[ EXPRESSION ]`.
pub(super) fn program(call: &mut Call) -> Act {
    let mut args = &call.argv[1..];
    if call.name() == "[" {
        match args.split_last() {
            Some((last, rest)) if &**last == "]" => args = rest,
            _ => return call.fail(2, "missing ]"),
        }
    }
    match test(args, call.shell, call.files) {
        Ok(found) => Act::Done(i32::from(!found)),
        Err(message) => {
            let line = format!("{}: {message}", call.shell.name);
            call.error(line);
            Act::Done(2)
        }
    }
}

/// Decides a condition; the error is busybox's message.
pub(in super::super) fn test(args: &[Text], shell: &Shell, files: &Files) -> Result<bool, String> {
    if args.is_empty() {
        return Ok(false);
    }
    // `-o` is looser than `-a`: split at the loosest first. Neither is an operator as the only word.
    for (sign, any) in [("-o", true), ("-a", false)] {
        if args.len() > 3 && args[1..].iter().any(|arg| &**arg == sign) {
            let parts = args.split(|arg| &**arg == sign);
            let mut found = !any;
            for part in parts {
                let part = test(part, shell, files)?;
                found = if any { found || part } else { found && part };
            }
            return Ok(found);
        }
    }
    let mut args = args;
    let mut negated = false;
    while args.len() > 1 && &*args[0] == "!" && !(args.len() == 3 && binary(&args[1])) {
        negated = !negated;
        args = &args[1..];
    }
    if args.len() > 2 && &*args[0] == "(" && &*args[args.len() - 1] == ")" {
        args = &args[1..args.len() - 1];
    }
    let found = match args {
        [] => false,
        [word] => !word.is_empty(),
        [sign, operand] => unary(sign, operand, shell, files)?,
        [left, sign, right] => compare(left, sign, right)?,
        [word, ..] => return Err(format!("{word}: unknown operand")),
    };
    Ok(found != negated)
}

fn binary(sign: &str) -> bool {
    matches!(sign, "=" | "==" | "!=" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "<" | ">")
}

fn unary(sign: &str, operand: &str, shell: &Shell, files: &Files) -> Result<bool, String> {
    let path = shell.path(operand);
    let device = matches!(path.as_str(), "/dev/null" | "/dev/stdin" | "/dev/stdout" | "/dev/stderr");
    let file = files.read(&path).is_some() || path == "/etc/hostname";
    Ok(match sign {
        "-z" => operand.is_empty(),
        "-n" => !operand.is_empty(),
        "-f" => file,
        "-d" => is_directory(files, &path),
        "-e" | "-r" | "-w" => file || device || is_directory(files, &path),
        "-x" => is_directory(files, &path) || path.starts_with("/bin/") || path.starts_with("/usr/bin/"),
        "-s" => files.read(&path).is_some_and(|content| !content.is_empty()) || path == "/etc/hostname",
        "-v" => shell.get(operand).is_some(),
        "-t" | "-L" | "-h" | "-p" | "-S" | "-b" | "-u" | "-g" => false,
        "-c" => device,
        _ => return Err(format!("{sign}: unknown operand")),
    })
}

fn compare(left: &str, sign: &str, right: &str) -> Result<bool, String> {
    match sign {
        "=" | "==" => return Ok(left == right),
        "!=" => return Ok(left != right),
        "<" => return Ok(left < right),
        ">" => return Ok(left > right),
        _ if !binary(sign) => return Err(format!("{sign}: unknown operand")),
        _ => {}
    }
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("bad number: '{text}'"));
    let (left, right) = (number(left)?, number(right)?);
    Ok(match sign {
        "-eq" => left == right,
        "-ne" => left != right,
        "-lt" => left < right,
        "-le" => left <= right,
        "-gt" => left > right,
        _ => left >= right,
    })
}
