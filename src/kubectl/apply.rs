//! `kubectl apply -f FILE`: what a manifest says becomes what the cluster holds.
//!
//! Models kubectl pkg/cmd/apply/apply.go and patcher.go.

mod last;

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::{Call, Context, Verb, Words, merge, save, sources, target};
use crate::api::{Key, Kind, Meta, Object, Text, Value};
use crate::manifest::{self, Document};
use crate::sim::{Request, Timeline};

pub(super) use last::{SET as SET_LAST, VIEW as VIEW_LAST};

/// `kubectl apply -f FILE… [-n NAMESPACE] [--server-side] [--dry-run=client|server]`.
pub(super) const VERB: Verb = Verb {
    name: "apply",
    takes: Words::Nothing,
    flags: &[
        args::FILES,
        args::CHANGE,
        &[truth("server-side", ' '), truth("force-conflicts", ' '), truth("overwrite", ' ')],
        &[args::maybe("validate", "strict"), truth("force", ' '), truth("wait", ' '), value("selector", 'l')],
    ],
    run,
};

/// The annotation in which `apply` remembers what it wrote.
pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What became of one document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// Did the cluster take it?
    pub taken: bool,
    /// What kubectl prints of it, warnings included, without a line break at the end.
    pub text: String,
}

/// Applies a text as `kubectl apply -f FILE` does, document by document.
pub fn apply_text(timeline: &mut Timeline, context: &Context, file: &str, text: &str) -> Vec<Applied> {
    let parsed = manifest::parse(text);
    let mut all: Vec<Applied> = Vec::new();
    for document in &parsed.documents {
        let mut said = Vec::new();
        let place = Place { file, namespace: &context.namespace, must_be: false };
        let done = apply(timeline, document, &place, save::Mode::Write, client_side, &mut said);
        let (taken, last) = match done {
            Ok(outcome) => (true, outcome.line),
            Err(failure) => (false, failure.alone),
        };
        said.push(last);
        all.push(Applied { taken, text: said.join("\n") });
    }
    if all.is_empty() {
        let first = parsed.diagnostics.iter().find(|d| d.severity == manifest::Severity::Error);
        let text = match first {
            Some(d) => format!("error: line {}: {}", d.span.start.line, d.message),
            None => nothing().alone,
        };
        all.push(Applied { taken: false, text });
    }
    all
}

fn nothing() -> Failure {
    Failure::error("no objects passed to apply")
}

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let mode = save::Mode::of(args)?;
    let way = way(args, mode)?;
    let sources = sources::read(call, args, "apply")?;
    if sources.is_empty() {
        return Err(nothing());
    }
    let namespace = target::namespace(call, args);
    let must_be = args.get("namespace").is_some();
    let mut failures = Vec::new();
    for source in &sources {
        let mut said = Vec::new();
        let place = Place { file: &source.file, namespace: &namespace, must_be };
        let done = apply(call.timeline, &source.document, &place, mode, way, &mut said);
        for line in said {
            call.complain(&line);
        }
        match done {
            Ok(outcome) => save::tell(call, args, &outcome.object, &outcome.line)?,
            Err(failure) => failures.push(failure),
        }
    }
    call.finish(failures)
}

/// An object as it is, if it is there, and as applying a document would make it.
pub(super) fn would_be(
    call: &mut Call,
    args: &Args,
    source: &sources::Source,
) -> Result<(Option<Object>, Value), Failure> {
    let namespace = target::namespace(call, args);
    let place = Place { file: &source.file, namespace: &namespace, must_be: args.get("namespace").is_some() };
    let way = if args.has("server-side") { server_side } else { unremembered };
    let mut said = Vec::new();
    let done = apply(call.timeline, &source.document, &place, save::Mode::DryServer, way, &mut said)?;
    for line in said {
        call.complain(&line);
    }
    let field = |field: &str| -> Text {
        done.object.at("metadata").get(field).as_str().unwrap_or_default().to_owned().into()
    };
    let kind = source.document.kind.expect("a document that can be sent has a kind");
    let now = stored(call.timeline, &Key::new(kind, field("namespace"), field("name")));
    Ok((now, done.object))
}

/// An object as it was, if it was there, and as applying a document has made it.
pub(super) fn tried(
    timeline: &mut Timeline,
    document: &Document,
    place: &Place,
) -> Result<(Option<Object>, Value), Failure> {
    let key = document.kind.map(|kind| settle(kind, &mut document.value.clone(), place)).transpose()?;
    let now = key.and_then(|key| stored(timeline, &key));
    let done = apply(timeline, document, place, save::Mode::Write, client_side, &mut Vec::new())?;
    Ok((now, done.object))
}

/// Where a document stands, and where its object belongs.
pub(super) struct Place<'a> {
    pub file: &'a str,
    /// The namespace of objects that do not name one.
    pub namespace: &'a Text,
    /// May the objects name another?
    pub must_be: bool,
}

struct Outcome {
    line: String,
    object: Value,
}

/// An object that is on its way to the server.
struct Sending<'a> {
    key: Key,
    value: Value,
    /// The file that it stands in.
    file: &'a str,
    mode: save::Mode,
}

/// Who works out what an object becomes; warnings are added to what is said.
type Way = fn(&mut Timeline, Sending, &mut Vec<String>) -> Result<Outcome, Failure>;

/// Models apply.go: Validate.
fn way(args: &Args, mode: save::Mode) -> Result<Way, Failure> {
    let why = match (args.has("server-side"), mode) {
        (false, _) if args.has("force-conflicts") => "--force-conflicts only works with --server-side",
        (false, _) => return Ok(client_side),
        (true, save::Mode::DryClient) => {
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)"
        }
        (true, _) if args.has("force") => "--force cannot be used with --server-side",
        (true, _) => return Ok(server_side),
    };
    Err(Failure::error(why))
}

/// Applies one document; warnings are added to what is said.
fn apply(
    timeline: &mut Timeline,
    document: &Document,
    place: &Place,
    mode: save::Mode,
    way: Way,
    said: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    let creating = format!("error when creating {:?}", place.file);
    if let Some(why) = &document.undecoded {
        return Err(Failure::undecoded(why, place.file, &creating));
    }
    let kind = document.kind.expect("a document that can be sent has a kind");
    let mut value = document.value.clone();
    let key = settle(kind, &mut value, place)?;
    if key.name.is_empty() {
        return Err(nameless(&key, &value, place.file));
    }
    way(timeline, Sending { key, value, file: place.file, mode }, said)
}

fn stored(timeline: &Timeline, key: &Key) -> Option<Object> {
    let store = &timeline.world().store;
    store.find(key).and_then(|uid| store.get(uid)).cloned()
}

/// What was written last time, if the object remembers it.
fn last_applied(now: &Value) -> Option<&str> {
    now.at("metadata").get("annotations").get(LAST_APPLIED).as_str()
}

/// What the object becomes after a manifest was applied over what was written last time.
fn merged(kind: Kind, last: Option<&str>, value: &Value, now: &Value) -> Value {
    let original = last.and_then(|text| manifest::parse(text).documents.pop()).map(|d| d.value);
    merge::three_way(kind, &original.unwrap_or_default(), value, now)
}

/// kubectl compares, remembers in an annotation what it wrote, and sends what differs.
fn client_side(
    timeline: &mut Timeline,
    mut sending: Sending,
    said: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    remember(&mut sending.value);
    let key = &sending.key;
    let now = stored(timeline, key).map(|object| object.to_value());
    if now.is_some_and(|now| last_applied(&now).is_none()) {
        said.push(format!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl \
             apply should only be used on resources created declaratively by either kubectl create --save-config or \
             kubectl apply. The missing annotation will be patched automatically.",
            key.kind.info().plural,
            key.name
        ));
    }
    send_difference(timeline, sending, said)
}

/// As `kubectl diff` finds out what would be: it remembers nothing. That there are annotations is said even where there are
/// none. Models kubectl pkg/util/apply.go: GetModifiedConfiguration.
fn unremembered(
    timeline: &mut Timeline,
    mut sending: Sending,
    said: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    sending.value.default_to("metadata.annotations", crate::api::Map::new());
    send_difference(timeline, sending, said)
}

/// Sends what differs.
fn send_difference(
    timeline: &mut Timeline,
    sending: Sending,
    said: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    let Sending { key, value, file, mode } = sending;
    let kind = key.kind;
    let Some(current) = stored(timeline, &key) else {
        let creating = format!("error when creating {:?}", file);
        let object = save::send(timeline, Request::Create(value.clone()), mode)
            .map_err(|refusal| Failure::refused(&refusal, &creating))?;
        warn(timeline, kind, value, said);
        return Ok(outcome(object, "created", mode));
    };
    let now = current.to_value();
    let merged = merged(kind, last_applied(&now), &value, &now);
    let patch = merge::difference(&now, &merged);
    if patch.fields().next().is_none() {
        return Ok(outcome(current, "unchanged", mode));
    }
    let applying =
        format!("error when applying patch:\n{}\nto:\n{}\nfor: {:?}", patch.to_json(), spelt(&key), file);
    let object = save::send(timeline, Request::Patch(key, patch), mode).map_err(|refusal| {
        Failure::refused(&refusal, &format!("{applying}: error when patching {:?}", file))
    })?;
    warn(timeline, kind, merged, said);
    Ok(outcome(object, "configured", mode))
}

/// The API server compares. It does not keep here who manages which field: so nothing is in conflict, and a field that
/// is not written any more goes only where client-side apply has left a memory of it, which is kept up to date.
/// Models apply.go: applyOneObject, and apiserver pkg/endpoints/handlers/fieldmanager: lastAppliedUpdater.
fn server_side(
    timeline: &mut Timeline,
    sending: Sending,
    said: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    let Sending { key, mut value, mode, .. } = sending;
    let (request, whole) = match stored(timeline, &key).map(|object| object.to_value()) {
        None => (Request::Create(value.clone()), value),
        Some(now) => {
            let last = last_applied(&now);
            if last.is_some() {
                remember(&mut value);
            }
            let merged = merged(key.kind, last, &value, &now);
            (Request::Patch(key.clone(), merge::difference(&now, &merged)), merged)
        }
    };
    let object = save::send(timeline, request, mode).map_err(|refusal| Failure::refused(&refusal, ""))?;
    warn(timeline, key.kind, whole, said);
    Ok(outcome(object, "serverside-applied", mode))
}

fn outcome(object: Object, verb: &str, mode: save::Mode) -> Outcome {
    Outcome { line: save::line(object.kind(), &object.meta().name, verb, mode), object: object.to_value() }
}

/// Gives an object the namespace in which it belongs. Models cli-runtime pkg/resource/visitor.go: SetNamespace and
/// RequireNamespace.
pub(super) fn settle(kind: Kind, value: &mut Value, place: &Place) -> Result<Key, Failure> {
    let own = Meta::read(value.get("metadata"));
    if !kind.info().namespaced {
        if !own.namespace.is_empty() {
            value.map_mut().get_mut("metadata").expect("it was read").map_mut().remove("namespace");
        }
        return Ok(Key::new(kind, Text::default(), own.name));
    }
    if own.namespace.is_empty() {
        value.set("metadata.namespace", place.namespace.clone());
        return Ok(Key::new(kind, place.namespace.clone(), own.name));
    }
    if place.must_be && own.namespace != *place.namespace {
        return Err(Failure::error(format!(
            "the namespace from the provided object {:?} does not match the namespace {:?}. You must pass \
             '--namespace={}' to perform this operation.",
            own.namespace, place.namespace, own.namespace
        )));
    }
    Ok(Key::new(kind, own.namespace, own.name))
}

/// Writes into an object what is being applied. Models kubectl pkg/util/apply.go: GetModifiedConfiguration.
fn remember(value: &mut Value) {
    let metadata = value.map_mut().entry("metadata".into()).or_default();
    let annotations = metadata.map_mut().entry("annotations".into()).or_default().map_mut();
    annotations.remove(LAST_APPLIED);
    let text = value.to_json() + "\n";
    let metadata = value.map_mut().get_mut("metadata").expect("just made").map_mut();
    metadata.get_mut("annotations").expect("just made").map_mut().insert(LAST_APPLIED.into(), text.into());
}

fn nameless(key: &Key, value: &Value, file: &str) -> Failure {
    if let Some(prefix) = value.at("metadata.generateName").as_str() {
        return Failure::error(format!("from {prefix}: cannot use generate name with apply"));
    }
    Failure::error(format!(
        "error when retrieving current configuration of:\n{}\nfrom server for: {file:?}: resource name may not be empty",
        spelt(key)
    ))
}

/// How kubectl spells out which object it means.
fn spelt(key: &Key) -> String {
    let info = key.kind.info();
    let slash = if info.group.is_empty() { "/" } else { "" };
    let version = info.api_version();
    format!(
        "Resource: \"{slash}{version}, Resource={}\", GroupVersionKind: \"{slash}{version}, Kind={}\"\nName: \"{}\", \
         Namespace: \"{}\"",
        info.plural, info.name, key.name, key.namespace
    )
}

/// What the API server warns about.
pub(super) fn warn(timeline: &Timeline, kind: Kind, mut value: Value, said: &mut Vec<String>) {
    manifest::set_defaults(kind, &mut value);
    said.extend(manifest::warnings(kind, &value).iter().map(|w| format!("Warning: {w}")));
    let namespace = value.at("metadata.namespace").as_str().unwrap_or("default");
    let insecure = crate::sim::pod_security::warning(timeline.world(), kind, namespace, &value);
    said.extend(insecure.map(|w| format!("Warning: {w}")));
}
