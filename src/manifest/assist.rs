//! What an editor offers: the fields and words that may stand at a place, and what a field means.

use super::context::{self, Context, Known, OF_EVERY_OBJECT};
use super::diagnostic::{Lines, TextSpan};
use super::live::{self, Live};
use super::schema::{self, Type};
use super::set_defaults;
use super::{facts, skeleton};
use crate::api::{Kind, Shape, Value, order};

/// One thing that may be written at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is offered.
    pub label: String,
    /// What takes the place of `replaces`.
    pub insert: String,
    /// What is being replaced.
    pub replaces: TextSpan,
    /// The type, in words.
    pub detail: String,
    /// What it does; empty if nothing is said of it.
    pub doc: &'static str,
    /// Does the simulation act on it?
    pub simulated: bool,
    /// Must it be there?
    pub required: bool,
}

/// What there is to say of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The key or value that it is about.
    pub span: TextSpan,
    /// The field, such as `spec.template.spec.containers.image`.
    pub path: String,
    /// The type, in words.
    pub detail: String,
    /// What it does; empty if nothing is said of it.
    pub doc: &'static str,
    /// The words that may stand there; empty if it is not one of a few words.
    pub words: Vec<&'static str>,
    /// What the API server fills in, as JSON.
    pub default: Option<String>,
    /// Does the simulation act on it?
    pub simulated: bool,
    /// What there is to say of the value.
    pub facts: Vec<String>,
}

/// What may be written at a line and column, both counted from 1. What must be there comes first, then what the
/// simulation acts on.
pub fn complete(text: &str, line: u32, column: u32, live: &dyn Live) -> Vec<Completion> {
    let lines = Lines::new(text);
    let at = context::find(&lines, line, column);
    if at.is_text {
        return Vec::new();
    }
    let mut all = live::offers(&at, &lines, line, live);
    all.append(&mut if at.in_value { values(&at) } else { fields(&at) });
    all.append(&mut skeletons(&at));
    let typed = at.prefix.to_ascii_lowercase();
    all.retain(|c| c.label.to_ascii_lowercase().starts_with(&typed));
    // Fields come by name, words in the order of the API.
    order::sort_by_key(&mut all, |c| (!c.required, !c.simulated));
    all
}

/// What the field at a line and column means, both counted from 1.
pub fn hover(text: &str, line: u32, column: u32, live: &dyn Live) -> Option<Hover> {
    let lines = Lines::new(text);
    let at = context::find(&lines, line, column);
    let kind = at.kind?;
    let mut names = at.above.clone();
    if at.key.is_empty() {
        return None;
    }
    names.push(at.key.clone());
    let known = context::known(kind, &names)?;
    let path = names.join(".");
    Some(Hover {
        facts: facts::of(&at, known.ty, &lines, line, live),
        span: at.span,
        detail: known.ty.words(),
        doc: known.said.says,
        words: words(&known),
        default: default_of(kind, &names),
        simulated: known.acted,
        path,
    })
}

/// The words that may stand as a field's value; those that the simulation reads in the order of the API.
fn words(known: &Known) -> Vec<&'static str> {
    match (known.shape, known.ty) {
        (Shape::Enum(words), _) => words.to_vec(),
        (_, Type::Bool) => vec!["true", "false"],
        _ => known.said.words.split(' ').filter(|w| !w.is_empty()).collect(),
    }
}

impl Context {
    /// Something that may stand here; it gets the quotes that it needs.
    pub(super) fn offer(&self, label: &str, detail: String) -> Completion {
        let quotes = self.in_value && !self.in_quotes && label.starts_with(['*', '@', '-', '%', '&', '!']);
        let insert = if quotes { format!("\"{label}\"") } else { label.to_owned() };
        let (label, replaces) = (label.to_owned(), self.span);
        Completion { label, insert, replaces, detail, doc: "", simulated: true, required: false }
    }
}

/// Whole manifests, where there is nothing yet but perhaps the kind.
fn skeletons(at: &Context) -> Vec<Completion> {
    let begun = |b: &String| matches!(b.as_str(), "apiVersion" | "kind") || *b == at.key;
    if at.in_value || !at.above.is_empty() || !at.beside.iter().all(begun) {
        return Vec::new();
    }
    let offer =
        |label: &str, insert: String| Completion { insert, ..at.offer(label, "a whole manifest".to_owned()) };
    match at.kind {
        Some(kind) => {
            skeleton::body(kind).map(|body| offer("metadata …", body.to_owned())).into_iter().collect()
        }
        None if at.beside.iter().any(|b| *b != at.key) => Vec::new(),
        None => skeleton::all().map(|(kind, text)| offer(kind.info().name, text)).collect(),
    }
}

fn values(at: &Context) -> Vec<Completion> {
    let offer = |label: &str, detail: &str, simulated: bool| Completion {
        simulated,
        ..at.offer(label, detail.to_owned())
    };
    if at.above.is_empty() && at.key == "kind" {
        let fits = |k: &&Kind| at.api_version.is_empty() || k.info().api_version() == at.api_version;
        let kinds = Kind::ALL.iter().filter(fits).map(|k| k.info());
        return kinds.map(|info| offer(info.name, &info.api_version(), info.simulated)).collect();
    }
    if at.above.is_empty() && at.key == "apiVersion" {
        let mut versions: Vec<(String, bool)> = Vec::new();
        for info in Kind::ALL.iter().map(|k| k.info()) {
            match versions.iter_mut().find(|(v, _)| *v == info.api_version()) {
                Some((_, simulated)) => *simulated |= info.simulated,
                None => versions.push((info.api_version(), info.simulated)),
            }
        }
        return versions.iter().map(|(v, simulated)| offer(v, "", *simulated)).collect();
    }
    let Some(kind) = at.kind else { return Vec::new() };
    let mut names = at.above.clone();
    names.push(at.key.clone());
    let Some(known) = context::known(kind, &names) else { return Vec::new() };
    words(&known).into_iter().map(|w| offer(w, "", known.acted)).collect()
}

fn fields(at: &Context) -> Vec<Completion> {
    let above = match at.kind {
        Some(kind) => context::known(kind, &at.above),
        // Before there is a kind, offer what every object has.
        None if at.above.is_empty() => context::known(Kind::Pod, &[]),
        None => None,
    };
    let Some(above) = above else { return Vec::new() };
    let mut ty = above.ty;
    while let Type::List(item) = ty {
        ty = Type::of(item);
    }
    let Type::Struct(of) = ty else { return Vec::new() };
    let top = at.above.is_empty();
    let wanted = |name: &str| name != "status" && !at.beside.iter().any(|b| b == name && *b != at.key);
    let all = schema::fields(of).iter().filter(|f| wanted(f.name));
    all.map(|f| {
        let known = context::step(above, f.name);
        Completion {
            label: f.name.to_owned(),
            insert: if at.has_colon {
                f.name.to_owned()
            } else if matches!(f.ty, Type::Struct(_) | Type::Map(_) | Type::List(_)) {
                format!("{}:", f.name)
            } else {
                format!("{}: ", f.name)
            },
            replaces: at.span,
            detail: f.ty.words(),
            doc: known.map_or("", |k| k.said.says),
            simulated: known.is_some_and(|k| k.acted) || (top && OF_EVERY_OBJECT.contains(&f.name)),
            required: f.required || (top && matches!(f.name, "apiVersion" | "kind" | "metadata" | "spec")),
        }
    })
    .collect()
}

/// What the API server fills in at a path, found by letting it: an object is made that has nothing but the way there.
fn default_of(kind: Kind, names: &[String]) -> Option<String> {
    let (last, above) = names.split_last()?;
    let root = context::known(kind, &[])?;
    let mut types = vec![root.ty];
    for name in above {
        types.push(context::step(Known { ty: *types.last()?, ..root }, name)?.ty);
    }
    let mut value = Value::from(crate::api::Map::new());
    for (name, ty) in above.iter().zip(&types[1..]).rev() {
        if matches!(ty, Type::List(_)) {
            value = vec![value].into();
        }
        let mut outer = crate::api::Map::new();
        outer.insert(name.clone().into(), value);
        value = outer.into();
    }
    set_defaults(kind, &mut value);
    for (name, ty) in above.iter().zip(&types[1..]) {
        value = value.get(name).clone();
        if matches!(ty, Type::List(_)) {
            value = value.items().first()?.clone();
        }
    }
    let found = value.get(last);
    let plain = !matches!(found, Value::Null | Value::Map(_) | Value::List(_));
    plain.then(|| found.to_json())
}

#[cfg(test)]
#[path = "assist_tests.rs"]
mod tests;
