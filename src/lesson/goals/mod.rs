//! Goals: what a learner must bring about, judged by what the cluster does and never by what merely stands in it.
//!
//! A kind of goal is one file here and one row in [`KINDS`].

mod active;
mod complete;
mod endpoints;
mod request;

use crate::api::{Span, Text, Value, duration};
use crate::lesson::WAIT_MAX;
use crate::sim::World;

/// When a goal must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Manner {
    /// At some moment, within a time.
    Once,
    /// At every moment, for a time.
    Always,
}

/// A kind of goal.
#[derive(Debug)]
pub(super) struct Kind {
    /// The field by which a goal says that it is of this kind.
    pub name: &'static str,
    /// Further fields that it knows, beside those that all goals know.
    fields: &'static [&'static str],
    pub manner: Manner,
    /// Is what is written in it understandable?
    check: fn(&Value) -> Result<(), String>,
    /// Does it hold now? If not, why not.
    pub holds: fn(&World, &Value) -> Result<(), String>,
}

/// Every kind.
const KINDS: &[Kind] = &[complete::KIND, active::KIND, endpoints::KIND, request::KIND];

/// The fields that all goals know: the sentence, and how long it may take or must hold.
const FIELDS: [&str; 2] = ["say", "within"];
/// How long a goal may take where it does not say.
const WITHIN: Span = Span::secs(60);

/// A goal of a lesson.
#[derive(Clone, Debug)]
pub struct Goal {
    /// The sentence that the learner reads.
    pub say: Text,
    /// How long it may take to be reached, or must hold, from when the learner begins.
    pub within: Span,
    kind: &'static Kind,
    fields: Value,
}

impl PartialEq for Goal {
    fn eq(&self, other: &Goal) -> bool {
        (&self.say, self.within, self.kind.name, &self.fields)
            == (&other.say, other.within, other.kind.name, &other.fields)
    }
}

impl Goal {
    /// Reads a goal. Of a mistake, the field and what is wrong with it.
    pub(super) fn read(fields: &Value) -> Result<Goal, (String, String)> {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let found: Vec<&Kind> = KINDS.iter().filter(|kind| !fields.get(kind.name).is_null()).collect();
        let [kind] = found.as_slice() else {
            return Err((String::new(), format!("a goal has exactly one of {}", names.join(", "))));
        };
        for (name, _) in fields.fields() {
            let known = [kind.name].into_iter().chain(FIELDS).chain(kind.fields.iter().copied());
            let known: Vec<&str> = known.collect();
            if !known.contains(&name.as_str()) {
                let why =
                    format!("a goal {:?} has no field {name:?}; it has {}", kind.name, known.join(", "));
                return Err((name.to_string(), why));
            }
        }
        let within = match fields.get("within") {
            Value::Null => WITHIN,
            Value::Str(text) => duration(text)
                .filter(|span| (Span::ZERO..=WAIT_MAX).contains(span))
                .ok_or_else(|| ("within".to_owned(), format!("{text:?} is no time such as 30s or 5m")))?,
            other => {
                let why = format!("within is a time such as 30s, not {}", other.to_json());
                return Err(("within".to_owned(), why));
            }
        };
        (kind.check)(fields).map_err(|why| (kind.name.to_owned(), why))?;
        let say = match fields.get("say").as_str() {
            Some(say) if !say.trim().is_empty() => say.to_owned(),
            _ => return Err(("say".to_owned(), "a goal needs a sentence for the learner: say".to_owned())),
        };
        Ok(Goal { say: say.into(), within, kind, fields: fields.clone() })
    }
    /// Does it hold now? If not, why not.
    pub fn holds(&self, world: &World) -> Result<(), String> {
        (self.kind.holds)(world, &self.fields)
    }
    /// Must it hold all the time, or once?
    pub(super) fn manner(&self) -> Manner {
        self.kind.manner
    }
}

/// `NAME` or `NAMESPACE/NAME`.
fn place(value: &Value) -> (&str, &str) {
    let text = value.as_str().unwrap_or("");
    text.split_once('/').unwrap_or(("default", text))
}

/// A field that must be a name.
fn named(fields: &Value, field: &str) -> Result<(), String> {
    match fields.get(field).as_str() {
        Some(name) if !name.is_empty() => Ok(()),
        _ => Err(format!("{field} is a name, or NAMESPACE/NAME")),
    }
}

/// A field that may be a whole number.
fn counted(fields: &Value, field: &str) -> Result<(), String> {
    match fields.get(field) {
        Value::Null => Ok(()),
        Value::Int(n) if *n >= 0 => Ok(()),
        other => Err(format!("{field} is a whole number, not {}", other.to_json())),
    }
}
