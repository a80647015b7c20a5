//! Tab completion: what may stand where the cursor is. `kubectl get po|` → `pods `, `kubectl logs -n web |` → the pods
//! of that namespace.
//!
//! What a verb's words are is said by its row alone, and which flags it has too; what a flag is given stands in
//! [`values`].

mod values;

use super::args::{self, Flag, Takes, Words};
use super::resource::Resource;
use super::{Context, VERBS, Verb, by_own_name, split, verb_of};
use crate::api::{Kind, Value, order};
use crate::manifest::fields_below;
use crate::sim::{World, controllers};

/// What may take the place of a part of a line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completions {
    /// The byte of the line at which that part begins; it ends at the cursor.
    pub from: usize,
    /// What may stand there instead, sorted. What is whole ends with a space, what goes on with a sign.
    pub options: Vec<String>,
}

/// So many are offered at most.
const OPTIONS_MAX: usize = 500;
/// What the terminal runs.
const PROGRAMS: &[&str] = &["clear", "curl", "help", "history", "kubectl", "sandbox", "watch"];
/// What stands behind a pipe.
const TOOLS: &[&str] = &[
    "awk", "cat", "cut", "egrep", "grep", "head", "rev", "sed", "sort", "tac", "tail", "tee", "tr", "uniq",
    "wc", "xargs",
];

/// What may stand before the cursor, which is a byte of the line.
pub fn complete(world: &World, context: &Context, files: &[&str], line: &str, cursor: usize) -> Completions {
    let line = &line[..line.floor_char_boundary(cursor)];
    let (command, from, piped) = open_word(line);
    let words = split(&line[command..from]).unwrap_or_default();
    let typed: String = line[from..].chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
    let mut place = Place { world, files, namespace: context.namespace.to_string(), flags: Vec::new() };
    let mut offer = if piped {
        if words.is_empty() { Offer::of(TOOLS) } else { Offer::default() }
    } else {
        of_line(&mut place, &words, &typed)
    };
    let rest = &typed[offer.kept..];
    offer.options.retain(|option| option.starts_with(rest));
    order::sort_by(&mut offer.options, |a, b| a.cmp(b));
    offer.options.dedup();
    offer.options.truncate(OPTIONS_MAX);
    // Where there are quotes, the whole word is written anew.
    if typed.len() == line.len() - from {
        return Completions { from: from + offer.kept, options: offer.options };
    }
    let whole = |option: String| format!("{}{option}", &typed[..offer.kept]);
    Completions { from, options: offer.options.into_iter().map(whole).collect() }
}

/// Where the last command of a pipeline begins, where its last word begins, and whether it stands behind a pipe.
fn open_word(line: &str) -> (usize, usize, bool) {
    let (mut command, mut word, mut piped) = (0, 0, false);
    for (at, c) in super::bare(line) {
        match c {
            '|' => (command, word, piped) = (at + 1, at + 1, true),
            ' ' | '\t' | '\n' => word = at + 1,
            _ => {}
        }
    }
    (command, word, piped)
}

/// What is offered at a place.
#[derive(Default)]
struct Offer {
    /// So many bytes of what is typed stay as they are.
    kept: usize,
    options: Vec<String>,
}

impl Offer {
    /// One of a few whole words.
    fn of(words: &[&str]) -> Offer {
        Offer { kept: 0, options: words.iter().map(|w| format!("{w} ")).collect() }
    }
    /// The same behind a part that stays.
    fn after(self, kept: usize) -> Offer {
        Offer { kept: self.kept + kept, ..self }
    }
}

/// What is known of the place where the cursor is.
struct Place<'a> {
    world: &'a World,
    files: &'a [&'a str],
    /// The namespace that is meant.
    namespace: String,
    /// The flags that have been given.
    flags: Vec<(&'static str, String)>,
}

impl Place<'_> {
    /// The objects of a type that are in reach.
    fn objects(&self, resource: Resource) -> Vec<Value> {
        let within = resource.info().namespaced.then_some(self.namespace.as_str());
        match resource {
            Resource::Kind(kind) => self.world.store.list(kind, within).map(|o| o.to_value()).collect(),
            made => made.made_up(self.world, within),
        }
    }
    /// Their names, each with a sign behind it.
    fn names(&self, resource: Resource, sign: &str) -> Vec<String> {
        let within = resource.info().namespaced.then_some(self.namespace.as_str());
        match resource {
            Resource::Kind(kind) => {
                self.world.store.list(kind, within).map(|o| format!("{}{sign}", o.meta().name)).collect()
            }
            made => {
                let name =
                    |v: &Value| format!("{}{sign}", v.at("metadata.name").as_str().unwrap_or_default());
                made.made_up(self.world, within).iter().map(name).collect()
            }
        }
    }
}

/// Completes a command from its first word on.
fn of_line(place: &mut Place, words: &[String], typed: &str) -> Offer {
    match words.split_first() {
        None => Offer::of(PROGRAMS),
        Some((first, rest)) => match first.as_str() {
            "kubectl" => of_kubectl(place, rest, typed),
            "sandbox" => of_sandbox(place, rest, typed),
            // Whatever stands between `watch` and its command is for itself.
            "watch" => match rest.iter().position(|word| word == "kubectl") {
                Some(at) => of_kubectl(place, &rest[at + 1..], typed),
                None => Offer::of(&["kubectl"]),
            },
            "help" => of_help(rest),
            "clear" | "curl" | "history" => Offer::default(),
            _ => of_kubectl(place, words, typed),
        },
    }
}

/// The words by which verbs go on behind these.
fn next_words(said: &[&str]) -> Vec<String> {
    let own: Vec<&str> = said.to_vec();
    let next = |verb: &Verb| {
        let mut words = verb.name.split(' ');
        let begins = own.iter().all(|word| words.next() == Some(word));
        words.next().filter(|_| begins).map(|word| format!("{word} "))
    };
    VERBS.iter().filter_map(next).collect()
}

fn of_help(words: &[String]) -> Offer {
    let said: Vec<&str> = words.iter().map(String::as_str).filter(|w| *w != "kubectl").collect();
    Offer { kept: 0, options: next_words(&said) }
}

/// Completes what stands behind the word kubectl.
fn of_kubectl(place: &mut Place, words: &[String], typed: &str) -> Offer {
    let at = args::first_word(words).unwrap_or(words.len());
    if words.get(at).is_some_and(|w| w == "help") {
        return of_help(&words[at + 1..]);
    }
    let own = by_own_name(&words[at..]);
    let found = verb_of(&words[at..]);
    let length = found.map_or(own.len(), |(_, length)| length);
    let flags = found.map_or(&[][..], |(verb, _)| verb.flags);
    let before = words[..at].iter();
    let behind = words.iter().skip(at + length);
    let read = Read::of(before.chain(behind), flags);
    place.flags = read.given;
    if let Some((_, name)) = place.flags.iter().rev().find(|(flag, _)| *flag == "namespace") {
        place.namespace = name.clone();
    }
    let verb = found.map(|(verb, _)| verb);
    let target = Target { verb, words: &read.words };
    if read.after {
        return Offer::default();
    }
    if let Some(flag) = read.pending {
        return values::of(place, &target, flag.name, typed);
    }
    if let Some(rest) = typed.strip_prefix('-') {
        return of_flags(place, &target, flags, rest);
    }
    let mut offer = match verb {
        Some(verb) => of_words(place, verb, &read.words, typed),
        None => Offer::default(),
    };
    if offer.kept == 0 {
        offer.options.extend(next_words(&own));
        if own.is_empty() {
            offer.options.push("help ".to_owned());
        }
    }
    offer
}

/// A verb, and the words that have been given it.
struct Target<'a> {
    verb: Option<&'static Verb>,
    words: &'a [String],
}

impl Target<'_> {
    /// The types of the objects that are meant.
    fn resources(&self) -> Vec<Resource> {
        match (self.verb.map(|v| v.takes), self.words.first()) {
            (Some(Words::Names(kind)), _) => vec![Resource::Kind(kind)],
            (Some(Words::Pods(_)), Some(word)) if word.contains('/') => types(word),
            (Some(Words::Pods(_)), _) => vec![Resource::Kind(Kind::Pod)],
            (_, Some(word)) => types(word),
            (_, None) => Vec::new(),
        }
    }
}

/// The types that a word means: `pods`, `deploy,svc`, `pod/web`.
fn types(word: &str) -> Vec<Resource> {
    let word = word.split('/').next().unwrap_or_default();
    word.split(',').filter_map(|one| Resource::from_word(one).ok()).flatten().collect()
}

/// Words that have been read as far as they go.
#[derive(Default)]
struct Read {
    words: Vec<String>,
    given: Vec<(&'static str, String)>,
    /// A flag that still lacks its value.
    pending: Option<&'static Flag>,
    /// Has `--` been said?
    after: bool,
}

impl Read {
    fn of<'a>(words: impl Iterator<Item = &'a String>, flags: &'static [&'static [Flag]]) -> Read {
        let mut read = Read::default();
        for word in words {
            if let Some(flag) = read.pending.take() {
                read.given.push((flag.name, word.clone()));
            } else if read.after || word == "--" {
                read.after = true;
            } else if let Some((flag, value)) = flag_of(word, flags) {
                match value {
                    Some(at) => read.given.push((flag.name, word[at..].to_owned())),
                    None if matches!(flag.takes, Takes::Value) => read.pending = Some(flag),
                    None => {}
                }
            } else if !word.starts_with('-') {
                read.words.push(word.clone());
            }
        }
        read
    }
}

/// The flag that a word names, and where its value begins, if it holds one.
fn flag_of(word: &str, flags: &'static [&'static [Flag]]) -> Option<(&'static Flag, Option<usize>)> {
    let all = || flags.iter().copied().flatten().chain(args::GLOBAL);
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.find('=') {
            Some(at) => (&long[..at], Some(at + 3)),
            None => (long, None),
        };
        return all().find(|f| f.name == name).map(|flag| (flag, value));
    }
    for (at, letter) in word.strip_prefix('-')?.char_indices() {
        let flag = all().find(|f| f.short == letter && letter != ' ')?;
        if matches!(flag.takes, Takes::Value) {
            let rest = 1 + at + letter.len_utf8();
            let skipped = usize::from(word[rest..].starts_with('='));
            return Some((flag, (rest < word.len()).then_some(rest + skipped)));
        }
    }
    None
}

/// Completes a flag, or its value where that is joined to it.
fn of_flags(place: &Place, target: &Target, flags: &'static [&'static [Flag]], rest: &str) -> Offer {
    let word = format!("-{rest}");
    if let Some((flag, Some(at))) = flag_of(&word, flags) {
        return values::of(place, target, flag.name, &word[at..]).after(at);
    }
    let own = flags.iter().copied().flatten();
    let long = |flag: &Flag| match flag.takes {
        Takes::Truth => format!("--{} ", flag.name),
        _ => format!("--{}=", flag.name),
    };
    let mut options: Vec<String> = own.clone().map(long).collect();
    options.push("--help ".to_owned());
    if rest.starts_with('-') {
        options.extend(args::GLOBAL.iter().map(long));
    } else {
        options.extend(own.filter(|f| f.short != ' ').map(|f| format!("-{} ", f.short)));
        options.push("-h ".to_owned());
    }
    Offer { kept: 0, options }
}

/// Completes one of a verb's own words.
fn of_words(place: &Place, verb: &Verb, words: &[String], typed: &str) -> Offer {
    let first = words.first().map(String::as_str);
    match (verb.takes, first) {
        (Words::Objects(_) | Words::Pods(_), _) if typed.contains('/') => of_slash(place, typed),
        (Words::Objects(kinds), None) => of_types(kinds, typed),
        (Words::Objects(kinds), Some(first)) => {
            let containers = verb.name == "set image" && (words.len() > 1 || first.contains('/'));
            if containers {
                let target = Target { verb: None, words };
                return Offer { kept: 0, options: values::containers(place, &target, "=") };
            }
            if first.contains('/') {
                return of_slashed_types(kinds);
            }
            let mut options: Vec<String> =
                types(first).into_iter().flat_map(|resource| place.names(resource, " ")).collect();
            options.retain(|name| !words.iter().any(|word| *word == name.trim_end()));
            Offer { kept: 0, options }
        }
        (Words::Names(kind), _) => {
            let mut options = place.names(Resource::Kind(kind), " ");
            options.retain(|name| !words.iter().any(|word| *word == name.trim_end()));
            Offer { kept: 0, options }
        }
        (Words::Pods(kinds), None) => {
            let mut offer = of_slashed_types(kinds);
            offer.options.extend(place.names(Resource::Kind(Kind::Pod), " "));
            offer
        }
        (Words::Fields, None) => of_fields(typed),
        (Words::OneOf(all), None) => Offer::of(all),
        (Words::Permission, None) => Offer::of(values::ACTIONS),
        (Words::Permission, Some(_)) if words.len() == 1 => of_types(&[], typed),
        _ => Offer::default(),
    }
}

/// `TYPE/|`: the names of a type's objects.
fn of_slash(place: &Place, typed: &str) -> Offer {
    let kept = typed.find('/').map_or(0, |at| at + 1);
    let options = types(typed).into_iter().flat_map(|resource| place.names(resource, " ")).collect();
    Offer { kept, options }
}

fn of_slashed_types(kinds: &'static [Kind]) -> Offer {
    let kinds = if kinds.is_empty() { Kind::ALL } else { kinds };
    Offer { kept: 0, options: kinds.iter().map(|kind| format!("{}/", kind.info().plural)).collect() }
}

/// The types that fit, by their whole names; a short one is whole once it is typed.
fn of_types(kinds: &'static [Kind], typed: &str) -> Offer {
    let kept = typed.rfind(',').map_or(0, |at| at + 1);
    let last = &typed[kept..];
    let made_up = [Resource::Event, Resource::Endpoints].into_iter().filter(|_| kinds.is_empty());
    let all = if kinds.is_empty() { Kind::ALL } else { kinds };
    let mut options = Vec::new();
    for info in all.iter().map(|kind| kind.info()).chain(made_up.map(Resource::info)) {
        options.push(format!("{} ", info.plural));
        let whole = info.singular == last || info.short.contains(&last);
        options.extend(whole.then(|| format!("{last} ")));
    }
    if kinds.is_empty() {
        options.push("all ".to_owned());
    }
    Offer { kept, options }
}

/// `pods.spec.res|`: the fields below a path; one that has fields of its own may go on.
fn of_fields(typed: &str) -> Offer {
    let Some(kept) = typed.rfind('.').map(|at| at + 1) else {
        let offer = of_types(&[], typed);
        return Offer { options: offer.options.into_iter().filter(|o| o != "all ").collect(), ..offer };
    };
    let mut path = typed[..kept].split('.').filter(|name| !name.is_empty());
    let resource = path.next().and_then(|word| Resource::from_word(word).ok());
    let Some(info) = resource.and_then(|all| all.first().map(|r| r.info())) else { return Offer::default() };
    let below = fields_below(info.name, info.version, &path.collect::<Vec<_>>()).into_iter();
    let options = below.map(|(name, goes_on)| format!("{name}{}", if goes_on { "" } else { " " }));
    Offer { kept, options: options.collect() }
}

/// What `sandbox` is told, and what each is told of.
const SANDBOX: &[(&str, &[Told])] = &[
    ("node-down", &[Told::Node]),
    ("node-up", &[Told::Node]),
    ("crash", &[Told::Pod]),
    ("controller-down", &[Told::Controller]),
    ("controller-up", &[Told::Controller]),
    ("request", &[Told::Source, Told::Url]),
    ("traffic", &[Told::Source, Told::Url]),
];

#[derive(Clone, Copy, PartialEq)]
enum Told {
    Node,
    Pod,
    Controller,
    Source,
    Url,
}

fn of_sandbox(place: &Place, words: &[String], typed: &str) -> Offer {
    let Some((first, rest)) = words.split_first() else {
        let names: Vec<&str> = SANDBOX.iter().map(|(name, _)| *name).collect();
        return Offer::of(&names);
    };
    let row = SANDBOX.iter().find(|(name, _)| name == first);
    let Some(told) = row.and_then(|(_, told)| told.get(rest.len())) else { return Offer::default() };
    let pods = || place.names(Resource::Kind(Kind::Pod), " ");
    let mut options = match told {
        Told::Node => place.names(Resource::Kind(Kind::Node), " "),
        Told::Pod => pods(),
        Told::Controller => controllers::ALL.iter().map(|c| format!("{} ", c.name)).collect(),
        Told::Source => {
            let mut all = pods();
            all.push("outside ".to_owned());
            all.extend((first == "traffic").then(|| "off ".to_owned()));
            all
        }
        Told::Url => {
            let services = place.names(Resource::Kind(Kind::Service), " ");
            services.iter().map(|name| format!("http://{name}")).collect()
        }
    };
    if let Some(slashed) = typed.strip_prefix("pod/").filter(|_| *told != Told::Url) {
        options.retain(|option| option.starts_with(slashed));
        return Offer { kept: typed.len() - slashed.len(), options };
    }
    Offer { kept: 0, options }
}

#[cfg(test)]
mod tests;
