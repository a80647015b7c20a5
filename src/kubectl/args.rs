//! Flags and arguments, read as kubectl reads them: flags anywhere, values after `=` or as the next word, short flags
//! joined, everything after `--` apart. Models spf13/pflag.

use super::failure::Failure;
use crate::api::Kind;

/// What a flag is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Takes {
    /// A value, always.
    Value,
    /// A truth value after `=`, or nothing, which means true.
    Truth,
    /// A value after `=`, or nothing, which means this.
    Maybe(&'static str),
}

/// A flag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flag {
    /// `namespace`.
    pub name: &'static str,
    /// `n`, or a space where it has no short form.
    pub short: char,
    /// What it is given.
    pub takes: Takes,
}

/// A flag with a value.
pub(super) const fn value(name: &'static str, short: char) -> Flag {
    Flag { name, short, takes: Takes::Value }
}
/// A flag that is there or not.
pub(super) const fn truth(name: &'static str, short: char) -> Flag {
    Flag { name, short, takes: Takes::Truth }
}
/// A flag with a value that may be left out.
pub(super) const fn maybe(name: &'static str, default: &'static str) -> Flag {
    Flag { name, short: ' ', takes: Takes::Maybe(default) }
}

/// The flags that every verb knows.
pub(super) const GLOBAL: &[Flag] = &[
    value("namespace", 'n'),
    value("context", ' '),
    value("kubeconfig", ' '),
    value("cluster", ' '),
    value("user", ' '),
    value("server", 's'),
    value("request-timeout", ' '),
    value("as", ' '),
    value("as-group", ' '),
    value("as-uid", ' '),
    value("cache-dir", ' '),
    value("certificate-authority", ' '),
    value("client-certificate", ' '),
    value("client-key", ' '),
    value("kuberc", ' '),
    value("password", ' '),
    value("profile", ' '),
    value("profile-output", ' '),
    value("tls-server-name", ' '),
    value("token", ' '),
    value("username", ' '),
    truth("disable-compression", ' '),
    truth("match-server-version", ' '),
    value("v", 'v'),
    truth("warnings-as-errors", ' '),
    truth("insecure-skip-tls-verify", ' '),
];

/// The flags by which files are named.
pub(super) const FILES: &[Flag] = &[value("filename", 'f'), truth("recursive", 'R'), value("kustomize", 'k')];
/// The flags by which objects are chosen.
pub(super) const CHOICE: &[Flag] = &[
    value("selector", 'l'),
    value("field-selector", ' '),
    truth("all-namespaces", 'A'),
    truth("ignore-not-found", ' '),
];
/// The flags that say how a change is made known.
pub(super) const CHANGE: &[Flag] = &[
    value("output", 'o'),
    maybe("dry-run", "unchanged"),
    value("field-manager", ' '),
    value("template", ' '),
    truth("show-managed-fields", ' '),
    truth("allow-missing-template-keys", ' '),
];
/// The flags of what makes an object out of words.
pub(super) const MAKE: &[Flag] = &[truth("save-config", ' '), maybe("validate", "strict")];

/// What the words of a verb name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Words {
    /// Nothing that is there already.
    Nothing,
    /// `TYPE NAME…`, `TYPE1,TYPE2` or `TYPE/NAME…`, of these kinds; of all, where none is named.
    Objects(&'static [Kind]),
    /// Objects of a kind, by their names alone.
    Names(Kind),
    /// A pod by its name alone, or `TYPE/NAME` of a kind that has or chooses pods.
    Pods(&'static [Kind]),
    /// `TYPE.FIELD.FIELD`.
    Fields,
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// What one may do, and to what.
    Permission,
}

impl Words {
    /// What can be scaled.
    pub const SCALED: Words = Words::Objects(&[Kind::Deployment, Kind::ReplicaSet, Kind::StatefulSet]);
    /// What has a history of its template.
    pub const ROLLED: Words = Words::Objects(&[Kind::DaemonSet, Kind::Deployment, Kind::StatefulSet]);
    /// What can stand behind a service.
    pub const EXPOSED: Words =
        Words::Objects(&[Kind::Deployment, Kind::Pod, Kind::ReplicaSet, Kind::Service]);
    /// What is or has a template of pods.
    pub const TEMPLATED: Words = Words::Objects(&[
        Kind::CronJob,
        Kind::DaemonSet,
        Kind::Deployment,
        Kind::Job,
        Kind::Pod,
        Kind::ReplicaSet,
        Kind::StatefulSet,
    ]);
    /// A pod, or what has pods.
    pub const WITH_PODS: Words = Words::Pods(&[
        Kind::DaemonSet,
        Kind::Deployment,
        Kind::Job,
        Kind::Pod,
        Kind::ReplicaSet,
        Kind::Service,
        Kind::StatefulSet,
    ]);
}

/// The flags that change what was made out of words.
pub(super) const OVERRIDES: &[Flag] = &[value("overrides", ' '), value("override-type", ' ')];

/// What was said on the line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Args {
    /// What is not a flag, in order.
    pub words: Vec<String>,
    /// What stands after `--`.
    pub after: Option<Vec<String>>,
    pub(super) flags: Vec<(&'static str, String)>,
}

impl Args {
    /// The value of a flag; of one that is given several times, the last.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).last()
    }
    /// Every value of a flag.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.flags.iter().filter(move |(n, _)| *n == name).map(|(_, v)| v.as_str())
    }
    /// Is the flag set, and not to false?
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| v != "false")
    }
}

/// The place of the first word that is neither a flag nor the value of one of [`GLOBAL`].
pub(super) fn first_word(words: &[String]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if !word.starts_with('-') {
            return Some(at);
        }
        let name = word.trim_start_matches('-');
        let valued = |f: &&Flag| f.name == name || (name.len() == 1 && name.starts_with(f.short));
        let takes = GLOBAL.iter().find(valued).map(|f| f.takes);
        at += if takes == Some(Takes::Value) { 2 } else { 1 };
    }
    None
}

/// Reads the words after the verb.
pub(super) fn parse(verb: &str, known: &[&[Flag]], words: &[String]) -> Result<Args, Failure> {
    let flags = || known.iter().copied().chain([GLOBAL]).flatten();
    let mut args = Args::default();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            args.after = Some(rest.cloned().collect());
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, given) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            let flag = flags().find(|f| f.name == name);
            let flag = flag.ok_or_else(|| Failure::flag(verb, format!("unknown flag: --{name}")))?;
            let value = match (given, flag.takes) {
                (Some(value), Takes::Truth) => truth_of(verb, flag, &format!("--{name}"), value)?,
                (Some(value), _) => value,
                (None, Takes::Truth) => "true".to_owned(),
                (None, Takes::Maybe(default)) => default.to_owned(),
                (None, Takes::Value) => rest
                    .next()
                    .cloned()
                    .ok_or_else(|| Failure::flag(verb, format!("flag needs an argument: --{name}")))?,
            };
            typed(verb, flag, &value)?;
            args.flags.push((flag.name, value));
        } else if word.len() > 1 && word.starts_with('-') {
            shorts(verb, &word[1..], flags, &mut rest, &mut args)?;
        } else {
            args.words.push(word.clone());
        }
    }
    Ok(args)
}

/// Reads `-Aowide`, `-o=wide`, `-o wide`.
fn shorts<'a, F: Iterator<Item = &'a Flag>>(
    verb: &str,
    letters: &str,
    flags: impl Fn() -> F,
    rest: &mut std::slice::Iter<String>,
    args: &mut Args,
) -> Result<(), Failure> {
    for (at, letter) in letters.char_indices() {
        let flag = flags().find(|f| f.short == letter && letter != ' ');
        let flag = flag.ok_or_else(|| {
            Failure::flag(verb, format!("unknown shorthand flag: '{letter}' in -{letters}"))
        })?;
        let after = &letters[at + letter.len_utf8()..];
        match (flag.takes, after.strip_prefix('=')) {
            (Takes::Truth, Some(value)) => {
                let value = truth_of(verb, flag, &format!("-{letter}, --{}", flag.name), value.to_owned())?;
                args.flags.push((flag.name, value));
                return Ok(());
            }
            (Takes::Truth, None) => args.flags.push((flag.name, "true".to_owned())),
            (_, given) => {
                let missing =
                    || Failure::flag(verb, format!("flag needs an argument: '{letter}' in -{letters}"));
                let value = match given {
                    Some(value) => value.to_owned(),
                    None if !after.is_empty() => after.to_owned(),
                    None => rest.next().cloned().ok_or_else(missing)?,
                };
                typed(verb, flag, &value)?;
                args.flags.push((flag.name, value));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The flags that take a whole number.
const NUMBERS: &[&str] = &[
    "chunk-size",
    "concurrency",
    "cpu-percent",
    "current-replicas",
    "grace-period",
    "limit-bytes",
    "max",
    "max-log-requests",
    "min",
    "node-port",
    "replicas",
    "revision",
    "skip-wait-for-delete-timeout",
    "tail",
    "to-revision",
    "value",
];
/// The flags that take a length of time.
const PERIODS: &[&str] = &["duration", "pod-running-timeout", "since", "timeout"];

/// Refuses a value that is not of its flag's type. Models spf13/pflag: int.go, duration.go.
fn typed(verb: &str, flag: &Flag, value: &str) -> Result<(), Failure> {
    let number = NUMBERS.contains(&flag.name) || (flag.name == "port" && verb == "create deployment");
    let why = match flag.name {
        _ if number => match value.parse::<i64>() {
            Ok(_) => return Ok(()),
            Err(_) => {
                let digits = value.trim_start_matches(['-', '+']);
                let many = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                let why = if many { "value out of range" } else { "invalid syntax" };
                format!("strconv.ParseInt: parsing {value:?}: {why}")
            }
        },
        name if PERIODS.contains(&name) => match value {
            "0" => return Ok(()),
            _ if crate::api::duration(value.trim_start_matches(['-', '+'])).is_some() => return Ok(()),
            _ => no_period(value),
        },
        _ => return Ok(()),
    };
    let said = if flag.short == ' ' { String::new() } else { format!("-{}, ", flag.short) };
    let said = format!("{said}--{}", flag.name);
    Err(Failure::flag(verb, format!("invalid argument {value:?} for {said:?} flag: {why}")))
}

/// Why a text is no length of time. Models Go's time.ParseDuration.
fn no_period(text: &str) -> String {
    let (mut rest, invalid) =
        (text.trim_start_matches(['-', '+']), format!("time: invalid duration {text:?}"));
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        if number == 0 {
            return invalid;
        }
        let after = &rest[number..];
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let unit = &after[..end];
        if unit.is_empty() {
            return format!("time: missing unit in duration {text:?}");
        }
        if !matches!(unit, "ns" | "us" | "µs" | "ms" | "s" | "m" | "h") {
            return format!("time: unknown unit {unit:?} in duration {text:?}");
        }
        rest = &after[end..];
    }
    invalid
}

/// A truth value as Go's strconv.ParseBool reads it.
fn truth_of(verb: &str, flag: &Flag, said: &str, value: String) -> Result<String, Failure> {
    match value.as_str() {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok("true".into()),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok("false".into()),
        _ => {
            let said =
                if flag.short == ' ' { said.to_owned() } else { format!("-{}, --{}", flag.short, flag.name) };
            let why = format!("strconv.ParseBool: parsing {value:?}: invalid syntax");
            Err(Failure::flag(verb, format!("invalid argument {value:?} for {said:?} flag: {why}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_stand_anywhere_and_in_every_form() {
        const FLAGS: &[Flag] =
            &[value("output", 'o'), truth("all-namespaces", 'A'), maybe("dry-run", "unchanged")];
        let read = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            parse("get", &[FLAGS], &words)
        };
        let args = read("pods -Aowide -n=x p --dry-run --output=name --output json -- -c d").unwrap();
        assert_eq!(args.words, ["pods", "p"]);
        assert_eq!(args.all("output").collect::<Vec<_>>(), ["wide", "name", "json"]);
        assert_eq!((args.get("namespace"), args.get("dry-run")), (Some("x"), Some("unchanged")));
        assert!(args.has("all-namespaces"));
        assert_eq!(args.after, Some(vec!["-c".into(), "d".into()]));
        let said = |line| read(line).unwrap_err().alone;
        assert_eq!(said("--nope"), "error: unknown flag: --nope\nSee 'kubectl get --help' for usage.");
        assert!(said("-z").starts_with("error: unknown shorthand flag: 'z' in -z\n"));
        assert!(said("pods -o").starts_with("error: flag needs an argument: 'o' in -o\n"));
        assert!(said("--output").starts_with("error: flag needs an argument: --output\n"));
    }

    #[test]
    fn values_are_of_their_flags_types() {
        const FLAGS: &[Flag] = &[value("replicas", 'r'), value("timeout", ' '), value("port", ' ')];
        let read = |verb: &str, line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            parse(verb, &[FLAGS], &words).map_or_else(|f| f.among, |_| String::new())
        };
        let cases = [
            ("scale", "-r 3 --timeout 1m30s --port http --timeout=0", ""),
            (
                "scale",
                "-r=x",
                "\"x\" for \"-r, --replicas\" flag: strconv.ParseInt: parsing \"x\": invalid syntax",
            ),
            (
                "scale",
                "--replicas 99999999999999999999",
                "parsing \"99999999999999999999\": value out of range",
            ),
            ("create deployment", "--port http", "\"http\" for \"--port\" flag: strconv.ParseInt"),
            ("wait", "--timeout 5", "\"5\" for \"--timeout\" flag: time: missing unit in duration \"5\""),
            ("wait", "--timeout 5x", "time: unknown unit \"x\" in duration \"5x\""),
            ("wait", "--timeout x", "time: invalid duration \"x\""),
        ];
        for (verb, line, want) in cases {
            let is = read(verb, line);
            assert!(is.contains(want) && is.is_empty() == want.is_empty(), "{line}: {is}");
        }
    }
}
