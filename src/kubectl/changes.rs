//! What applying a text would change, document by document: what `kubectl diff` finds, without what the server counts up
//! by itself.

use super::apply::{self, LAST_APPLIED, Place};
use super::{Context, diff, print};
use crate::api::{Object, Value};
use crate::manifest;
use crate::sim::Timeline;

/// What would become of one document.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// `deployment.apps/web`; of what cannot be read, the line where it begins.
    pub name: String,
    /// What would happen.
    pub what: What,
}

/// What applying a document would do.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// There is no such object yet.
    New,
    /// The object is as the document says.
    Unchanged,
    /// Lines of the object, with what stands around them: ` ` stays, `-` goes, `+` comes, `@` is a gap.
    Changed(Vec<(char, String)>),
    /// It would be refused, in these words.
    Refused(String),
}

/// What would become of each document. Each is tried in the world that those before it would have made.
pub fn changes(timeline: &Timeline, context: &Context, file: &str, text: &str) -> Vec<Change> {
    let mut trial = timeline.clone();
    let place = Place { file, namespace: &context.namespace, must_be: false };
    let mut all = Vec::new();
    for document in &manifest::parse(text).documents {
        let named = document.value.at("metadata.name").as_str().unwrap_or_default();
        let name = match document.kind {
            Some(kind) => format!("{}/{named}", kind.info().qualified()),
            None => format!("line {}", document.span.start.line),
        };
        let what = match apply::tried(&mut trial, document, &place) {
            Err(failure) => What::Refused(failure.alone),
            Ok((None, _)) => What::New,
            Ok((Some(now), then)) => compare(&now, &then),
        };
        all.push(Change { name, what });
    }
    all
}

fn compare(now: &Object, then: &Value) -> What {
    let (before, after) = (said(now.to_value()), said(then.clone()));
    let lines = diff::hunks(&before, &after);
    if lines.is_empty() { What::Unchanged } else { What::Changed(lines) }
}

/// An object in YAML, without what is the server's.
fn said(mut value: Value) -> String {
    value.map_mut().remove("status");
    if let Some(metadata) = value.map_mut().get_mut("metadata") {
        let metadata = metadata.map_mut();
        for name in ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"] {
            metadata.remove(name);
        }
        if let Some(annotations) = metadata.get_mut("annotations") {
            annotations.map_mut().remove(LAST_APPLIED);
            if annotations.fields().next().is_none() {
                metadata.remove("annotations");
            }
        }
    }
    print::yaml(&value)
}
