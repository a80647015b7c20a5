//! `kubectl`, `kubectl help [VERB]`, `VERB --help` and `kubectl options`, in the order in which kubectl tells these things.
//!
//! Which verbs and flags there are is said by their rows; what they are for by the table `help.txt`. There a line that
//! begins with `--` is a flag, its default behind a sign, and its sentence, which holds wherever the flag is; `@` opens
//! a group of commands; any other line in the first column is a command, its usage and its sentence, and the lines below
//! it, indented by one space, are its examples.

use super::args::{Flag, GLOBAL, Takes};
use super::{Call, VERBS, Verb, by_own_name};
use crate::api::order;

const TEXT: &str = include_str!("help.txt");
const ABOUT: &str = "kubectl controls the Kubernetes cluster manager.\n\n Find more information at: \
                     https://kubernetes.io/docs/reference/kubectl/\n";
const OPTIONS: &str =
    "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n";

/// What there is to say of a command.
#[derive(Clone, Copy)]
struct Command {
    name: &'static str,
    usage: &'static str,
    says: &'static str,
    /// Its examples, each line indented by one space.
    examples: &'static str,
}

/// Every command, and the titles of groups, as `Err`, between them.
fn commands() -> Vec<Result<Command, &'static str>> {
    let mut all = Vec::new();
    let mut at = 0;
    for line in TEXT.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        if line.starts_with([' ', '-']) {
            continue;
        }
        if let Some(title) = line.strip_prefix('@') {
            all.push(Err(title));
            continue;
        }
        let after = &TEXT[start + line.len() + 1..];
        let mut length = 0;
        for example in after.split_inclusive('\n').take_while(|l| l.starts_with(' ')) {
            length += example.len();
        }
        let (name, rest) = line.split_once('|').unwrap_or((line, ""));
        let (usage, says) = rest.rsplit_once('|').unwrap_or(("", rest));
        all.push(Ok(Command { name, usage, says, examples: &after[..length] }));
    }
    all
}

/// A flag's default and sentence.
fn said(name: &str) -> (&'static str, &'static str) {
    let line = TEXT.lines().find_map(|line| {
        let rest = line.strip_prefix("--")?.strip_prefix(name)?;
        rest.starts_with([' ', '=']).then_some(rest)
    });
    let (default, says) = line.unwrap_or_default().split_once(' ').unwrap_or_default();
    (default.trim_start_matches('='), says)
}

/// Answers a line that asks for help, if it does; returns whether it did.
pub(super) fn answer(call: &mut Call, words: &[String]) -> bool {
    // What stands after `--` is somebody else's.
    let own: Vec<String> = words.iter().take_while(|w| *w != "--").cloned().collect();
    let asks = own.iter().any(|w| w == "--help" || w == "-h");
    let plain: Vec<String> = own.into_iter().take_while(|w| !w.starts_with('-')).collect();
    let topic: &[String] = match plain.split_first() {
        None if !words.is_empty() && !asks => return false,
        None => &[],
        Some((first, rest)) if first == "help" => rest,
        Some((first, [])) if first == "options" => {
            call.say("The following options can be passed to any command:\n");
            list_flags(&mut call.output.stdout, &mut GLOBAL.iter().collect());
            return true;
        }
        // A group says which commands it has, and that it is none itself.
        Some((first, [])) if !asks && is_group(first) && words.len() == 1 => {
            call.output.exit = 1;
            &plain[..]
        }
        _ if !asks => return false,
        _ => &plain[..],
    };
    if topic.is_empty() {
        call.output.stdout += ABOUT;
        root(&mut call.output.stdout);
        return true;
    }
    let mut topic = by_own_name(topic);
    let all = commands();
    while !topic.is_empty() {
        let name = topic.join(" ");
        if let Some(command) = all.iter().flatten().find(|c| c.name == name) {
            tell(&mut call.output.stdout, command, &all);
            return true;
        }
        topic.pop();
    }
    if plain[0] != "help" {
        return false;
    }
    call.complain(&format!("Unknown help topic [`{}`]\n", plain[1..].join(" ")));
    root(&mut call.output.stderr);
    true
}

/// Is it the first word of commands, and no command itself?
fn is_group(word: &str) -> bool {
    let begins = |v: &Verb| v.name.split(' ').next() == Some(word);
    VERBS.iter().any(begins) && !VERBS.iter().any(|v| v.name == word)
}

/// All commands, by their groups.
fn root(out: &mut String) {
    for row in commands() {
        match row {
            Err(title) => *out += &format!("\n{title}:\n"),
            Ok(command) if command.name.contains(' ') => {}
            Ok(command) => *out += &format!("  {:<16}{}\n", command.name, command.says),
        }
    }
    *out += "\nUsage:\n  kubectl [flags] [options]\n\n\
             Use \"kubectl <command> --help\" for more information about a given command.\n";
    *out += OPTIONS;
}

/// One command: what it does, examples, the commands below it, its flags, its usage.
fn tell(out: &mut String, command: &Command, all: &[Result<Command, &'static str>]) {
    let name = command.name;
    *out += &format!("{}.\n", command.says);
    if !command.examples.is_empty() {
        *out += "\nExamples:\n";
        for (i, line) in command.examples.lines().enumerate() {
            // An empty line stands before what is explained.
            if i > 0 && line.starts_with(" #") {
                *out += "  \n";
            }
            *out += &format!(" {line}\n");
        }
    }
    let below = |c: &&Command| c.name.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
    let below: Vec<&Command> = all.iter().flatten().filter(below).collect();
    let last = |c: &Command| c.name[name.len() + 1..].to_owned();
    if !below.is_empty() {
        *out += "\nAvailable Commands:\n";
        let width = below.iter().map(|c| last(c).len()).max().unwrap_or(0).max(11) + 3;
        for c in &below {
            *out += &format!("  {:<width$}{}\n", last(c), c.says);
        }
    }
    let verb = VERBS.iter().find(|v| v.name == name);
    if let Some(verb) = verb.filter(|v| v.flags.iter().any(|flags| !flags.is_empty())) {
        *out += "\nOptions:\n";
        list_flags(out, &mut verb.flags.iter().copied().flatten().collect());
    }
    let space = if command.usage.is_empty() { "" } else { " " };
    let end = if out.ends_with("\n\n") { "" } else { "\n" };
    *out += &format!("{end}Usage:\n  kubectl {name}{space}{} [options]\n\n", command.usage);
    if !below.is_empty() {
        *out +=
            &format!("Use \"kubectl {name} <command> --help\" for more information about a given command.\n");
    }
    *out += OPTIONS;
}

/// `    -o, --output='':`, and the sentence below it.
fn list_flags(out: &mut String, flags: &mut Vec<&Flag>) {
    order::sort_by_key(flags, |flag| flag.name);
    for flag in flags.iter() {
        let (default, says) = said(flag.name);
        let plain = |text: &str| {
            let number = text.trim_end_matches(['s', 'm', 'h']).parse::<i64>().is_ok();
            number || text.starts_with('[') || matches!(text, "true" | "false" | "1m0s")
        };
        let default = match (flag.takes, default) {
            (Takes::Truth, "") => "false".to_owned(),
            (_, text) if plain(text) => text.to_owned(),
            (_, text) => format!("'{text}'"),
        };
        let short = if flag.short == ' ' { String::new() } else { format!("-{}, ", flag.short) };
        *out += &format!("    {short}--{}={default}:\n\t{says}\n\n", flag.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_and_flag_is_told_of_and_no_other() {
        let all = commands();
        let mut missing = Vec::new();
        for verb in VERBS {
            let command = all.iter().flatten().find(|c| c.name == verb.name);
            if command.is_none_or(|c| c.says.is_empty() || c.examples.is_empty()) {
                missing.push(verb.name.to_owned());
            }
            let flags = verb.flags.iter().copied().flatten().filter(|flag| said(flag.name).1.is_empty());
            missing.extend(flags.map(|flag| format!("--{} of {}", flag.name, verb.name)));
        }
        assert_eq!(missing, Vec::<String>::new(), "help.txt says nothing of them");
        for command in all.iter().flatten() {
            let is = VERBS.iter().any(|v| v.name == command.name) || is_group(command.name);
            assert!(is, "there is no {}", command.name);
        }
        for line in TEXT.lines().filter_map(|line| line.strip_prefix("--")) {
            let name = line.split([' ', '=']).next().expect("a name");
            let own = VERBS.iter().flat_map(|v| v.flags.iter().copied().flatten());
            let is = name == "help" || own.chain(GLOBAL).any(|flag| flag.name == name);
            assert!(is, "there is no --{name}");
        }
        for flag in GLOBAL {
            assert!(!said(flag.name).1.is_empty(), "help.txt says nothing of --{}", flag.name);
        }
    }
}
