//! `kubectl`, `kubectl help [VERB]` and `VERB --help`: the verbs that there are, and their flags.

use super::args::{Flag, Takes};
use super::{Call, VERBS, Verb};

/// Answers a line that asks for help, if it does; returns whether it did.
pub(super) fn answer(call: &mut Call, words: &[String]) -> bool {
    let topic: Vec<&str> = match words {
        [] => Vec::new(),
        [first, rest @ ..] if first == "help" => rest.iter().map(String::as_str).collect(),
        words => {
            // What stands after `--` is somebody else's.
            let own = || words.iter().map(String::as_str).take_while(|w| *w != "--");
            if !own().any(|w| w == "--help" || w == "-h") {
                return false;
            }
            own().take_while(|w| !w.starts_with('-')).collect()
        }
    };
    let fits = |v: &&Verb| {
        let name: Vec<&str> = v.name.split(' ').collect();
        topic.starts_with(&name)
    };
    let group: Vec<&Verb> =
        VERBS.iter().filter(|v| v.name.split(' ').next() == topic.first().copied()).collect();
    match (VERBS.iter().find(fits), group.as_slice()) {
        (Some(verb), _) => one(call, verb),
        (None, [_, ..]) => {
            call.say("Available Commands:");
            list(call, &group);
        }
        (None, []) if topic.is_empty() => {
            call.say("kubectl controls the Kubernetes cluster manager.\n\nAvailable Commands:");
            list(call, &VERBS.iter().collect::<Vec<_>>());
        }
        (None, []) => call.complain(&format!("Unknown help topic [`{}`]", topic.join(" "))),
    }
    true
}

fn list(call: &mut Call, verbs: &[&Verb]) {
    for verb in verbs {
        call.say(&format!("  kubectl {}", verb.name));
    }
    call.say("\nUse \"kubectl <command> --help\" for more information about a given command.");
}

fn one(call: &mut Call, verb: &Verb) {
    call.say(&format!("Usage:\n  kubectl {} [flags]\n\nOptions:", verb.name));
    for flag in verb.flags.iter().copied().flatten() {
        call.say(&line(flag));
    }
}

/// `    -o, --output=''`.
fn line(flag: &Flag) -> String {
    let short = if flag.short == ' ' { "    ".to_owned() } else { format!("-{}, ", flag.short) };
    let takes = match flag.takes {
        Takes::Value => "=''".to_owned(),
        Takes::Truth => "=false".to_owned(),
        Takes::Maybe(default) => format!("='{default}'"),
    };
    format!("    {short}--{}{takes}", flag.name)
}
