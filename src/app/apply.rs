//! Apply: every document of the text becomes a request; what became of each is told line by line.

use crate::api::{Key, Kind, Meta, Text};
use crate::manifest::{self, Diagnostic, Severity};
use crate::sim::{Request, Timeline};

/// What became of one document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Was it taken?
    pub taken: bool,
    /// What kubectl would print.
    pub text: String,
}

/// Sends every document that can be understood.
pub fn apply(timeline: &mut Timeline, text: &str) -> Vec<Outcome> {
    let parsed = manifest::parse(text);
    if parsed.documents.is_empty() {
        let first = parsed.diagnostics.iter().find(|d| d.severity == Severity::Error);
        let why = first.map_or("error: no objects passed to apply".to_owned(), line_of);
        return vec![Outcome { taken: false, text: why }];
    }
    let mut outcomes = Vec::new();
    for document in &parsed.documents {
        let outcome = match (&document.undecoded, document.kind) {
            (Some(why), _) => Outcome { taken: false, text: why.for_kubectl("manifest.yaml") },
            (None, Some(kind)) => send(timeline, kind, &document.value),
            (None, None) => continue,
        };
        outcomes.push(outcome);
    }
    outcomes
}

fn line_of(diagnostic: &Diagnostic) -> String {
    format!("error: line {}: {}", diagnostic.span.start.line, diagnostic.message)
}

fn send(timeline: &mut Timeline, kind: Kind, value: &crate::api::Value) -> Outcome {
    let meta = Meta::read(value.get("metadata"));
    let namespace = match (kind.info().namespaced, meta.namespace.is_empty()) {
        (false, _) => Text::default(),
        (true, true) => "default".into(),
        (true, false) => meta.namespace.clone(),
    };
    let key = Key::new(kind, namespace, meta.name.clone());
    let before = timeline.world().store.find(&key).and_then(|uid| timeline.world().store.get(uid));
    let before = before.map(|o| o.meta().revision);
    let request = match before {
        None => Request::Create(value.clone()),
        Some(_) => Request::Patch(key.clone(), value.clone()),
    };
    let name = format!("{}/{}", kind.info().qualified(), meta.name);
    match timeline.call(request) {
        Ok(object) => {
            let verb = match before {
                None => "created",
                Some(revision) if revision == object.meta().revision => "unchanged",
                Some(_) => "configured",
            };
            Outcome { taken: true, text: format!("{name} {verb}") }
        }
        Err(refusal) => {
            Outcome { taken: false, text: refusal.for_kubectl("error when applying \"manifest.yaml\"") }
        }
    }
}
