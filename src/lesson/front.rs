//! The front matter: what a lesson is called, how long it takes, and which cluster it needs.

use crate::api::{Text, Value};
use crate::sim::Config;

/// What stands between the first two lines of three dashes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Front {
    /// `title`: its name.
    pub title: Text,
    /// `summary`: what it is about, in one sentence.
    pub summary: Text,
    /// `minutes`: how long it takes.
    pub minutes: u32,
    /// `level`: for whom it is.
    pub level: Text,
    /// `seed`: the seed of all chance.
    pub seed: u64,
    /// `cluster`: as in the comment line of a script, `nodes=5 cpu=2`.
    pub cluster: Text,
    /// `prerequisites`: names of lessons that should come before.
    pub prerequisites: Vec<Text>,
}

/// Every field, in the order in which the template has them.
pub(super) const FIELDS: &[&str] =
    &["title", "summary", "minutes", "level", "seed", "cluster", "prerequisites"];
/// What `level` may say.
pub(super) const LEVELS: &[&str] = &["beginner", "intermediate", "advanced"];

/// A mistake: the field, and what is wrong with it.
pub(super) type Mistake = (String, String);

/// Reads the front matter, and everything that is wrong with it.
pub(super) fn read(value: &Value) -> (Front, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    for (name, _) in value.fields().filter(|(name, _)| !FIELDS.contains(&name.as_str())) {
        mistakes
            .push((name.to_string(), format!("there is no field {name:?}; there are {}", FIELDS.join(", "))));
    }
    let mut wrong = |field: &str, what: String| mistakes.push((field.to_owned(), what));
    let text = |field: &str| match value.get(field) {
        Value::Str(text) => text.clone(),
        Value::Null => Text::default(),
        other => other.to_json().into(),
    };
    let mut number = |field: &'static str, least: i64, otherwise: i64| match value.get(field) {
        Value::Null => otherwise,
        Value::Int(n) if *n >= least => *n,
        other => {
            wrong(field, format!("{field} is a whole number from {least}, not {}", other.to_json()));
            otherwise
        }
    };
    let (minutes, seed) = (number("minutes", 1, 5), number("seed", 0, 1));
    let front = Front {
        title: text("title"),
        summary: text("summary"),
        minutes: minutes.min(600) as u32,
        level: if value.get("level").is_null() { "beginner".into() } else { text("level") },
        seed: seed as u64,
        cluster: text("cluster"),
        prerequisites: value
            .get("prerequisites")
            .items()
            .iter()
            .filter_map(|v| v.as_str().map(|s| s.to_owned().into()))
            .collect(),
    };
    for field in ["title", "summary"] {
        if text(field).trim().is_empty() {
            wrong(field, format!("a lesson needs a {field}"));
        }
    }
    if !LEVELS.contains(&front.level.as_str()) {
        wrong("level", format!("level is one of {}, not {:?}", LEVELS.join(", "), front.level));
    }
    if let Err(why) = Config::parse(&front.cluster) {
        wrong("cluster", why);
    }
    (front, mistakes)
}

impl Front {
    /// The cluster that the lesson begins with.
    pub fn config(&self) -> Config {
        let config = Config::parse(&self.cluster).unwrap_or_default();
        Config { seed: self.seed, ..config }
    }
}
