//! Words that are no verb: groups of verbs by themselves, and what might have been meant instead.
//!
//! Models spf13/cobra's Command: SuggestionsFor, and kubectl pkg/cmd/util/helpers.go: DefaultSubCommandRun.

use super::failure::Failure;
use super::{Call, help};

/// Groups whose verbs need a second word.
const GROUPS: &[&str] = &["auth", "config", "create secret", "create service", "rollout", "set", "top"];

/// kubectl's commands, with the other words for which they are suggested.
const COMMANDS: &[(&str, &[&str])] = &[
    ("annotate", &[]),
    ("api-resources", &[]),
    ("api-versions", &[]),
    ("apply", &[]),
    ("attach", &[]),
    ("auth", &[]),
    ("autoscale", &[]),
    ("certificate", &[]),
    ("cluster-info", &[]),
    ("completion", &[]),
    ("config", &[]),
    ("cordon", &[]),
    ("cp", &[]),
    ("create", &[]),
    ("debug", &[]),
    ("delete", &["rm", "remove"]),
    ("describe", &["inspect"]),
    ("diff", &[]),
    ("drain", &[]),
    ("edit", &[]),
    ("events", &[]),
    ("exec", &[]),
    ("explain", &[]),
    ("expose", &[]),
    ("get", &["list", "ls"]),
    ("help", &[]),
    ("kustomize", &[]),
    ("label", &[]),
    ("logs", &[]),
    ("options", &[]),
    ("patch", &[]),
    ("plugin", &[]),
    ("port-forward", &[]),
    ("proxy", &[]),
    ("replace", &[]),
    ("rollout", &[]),
    ("run", &[]),
    ("scale", &[]),
    ("set", &[]),
    ("taint", &[]),
    ("top", &["stats"]),
    ("uncordon", &[]),
    ("version", &[]),
    ("wait", &[]),
];

/// A group of verbs without one of them: by itself it shows its help and fails, with another word it refuses that.
pub(super) fn group(call: &mut Call, words: &[&str]) -> Option<Failure> {
    let length = |name: &str| name.split(' ').count();
    let begins = |name: &&&str| name.split(' ').eq(words.iter().take(length(name)).copied());
    let group = GROUPS.iter().find(begins)?;
    let rest: Vec<&str> = words[length(group)..].iter().copied().filter(|w| !w.starts_with('-')).collect();
    if rest.is_empty() {
        let topic = std::iter::once("help").chain(group.split(' '));
        let topic: Vec<String> = topic.map(str::to_owned).collect();
        help::answer(call, &topic);
        return Some(Failure::plain(""));
    }
    Some(Failure::usage(group, format!("unknown command {:?}", rest.join(" "))))
}

/// There is no such command.
pub(super) fn command(said: &str) -> Failure {
    let near = |(name, others): &&(&str, &[&str])| {
        let said = said.to_lowercase();
        distance(&said, name) <= 2
            || name.starts_with(&said)
            || others.iter().any(|other| other.eq_ignore_ascii_case(&said))
    };
    let mut why = format!("unknown command {said:?} for \"kubectl\"");
    let all: Vec<String> = COMMANDS.iter().filter(near).map(|(name, _)| format!("\n\t{name}")).collect();
    if !all.is_empty() {
        why += "\n\nDid you mean this?";
        why += &all.concat();
    }
    Failure::error(why)
}

/// How many letters must be put in, taken out or changed to make one word another.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_meant_is_told() {
        let cases = [
            ("frobnicate", ""),
            ("gett", "\n\nDid you mean this?\n\tget\n\tset"),
            ("list", "\n\nDid you mean this?\n\tget"),
            ("rm", "\n\nDid you mean this?\n\tcp\n\tdelete\n\trun"),
            ("desc", "\n\nDid you mean this?\n\tdescribe"),
            ("appply", "\n\nDid you mean this?\n\tapply"),
        ];
        for (said, want) in cases {
            let want = format!("error: unknown command {said:?} for \"kubectl\"{want}");
            assert_eq!(command(said).alone, want, "{said}");
        }
    }
}
