//! Repairs that are certain: for a mistake, what an editor can do about it at one press.

use super::check::{Found, Mend};
use super::diagnostic::Diagnostic;
use super::document::Document;
use super::edit::Edit;
use super::field::Fault;
use super::schema::Type;
use super::{FieldError, suggest, validate};
use crate::api::{Kind, Value};

/// One way to mend a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: `Rename it to backoffLimit`.
    pub title: String,
    /// What changes in the text, from its beginning on; no two overlap.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// The text after it.
    pub fn applied(&self, text: &str) -> String {
        let mut out = String::new();
        let mut from = 0;
        for (span, new) in &self.edits {
            out.push_str(&text[from..span.start.byte as usize]);
            out.push_str(new);
            from = span.end.byte as usize;
        }
        out + &text[from..]
    }
    fn of(title: impl Into<String>, edits: Vec<Edit>) -> Vec<Fix> {
        vec![Fix { title: title.into(), edits }]
    }
}

/// What mends data that does not fit the fields of its kind.
pub(super) fn of_found(document: &Document, found: &Found) -> Vec<Fix> {
    let mend = match found.mend {
        Some(Mend::Rename(name)) => rename(document, &found.path, name),
        Some(Mend::Move(ref to)) => relocate(document, &found.path, to),
        Some(Mend::Retype(ty)) => retype(document, &found.path, ty),
        None => None,
    };
    mend.unwrap_or_default()
}

fn rename(document: &Document, path: &str, name: &str) -> Option<Vec<Fix>> {
    let above = parent(path);
    let taken = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
    if document.written(&taken).is_some() {
        return None;
    }
    Some(Fix::of(format!("Rename it to {name}"), vec![document.replace_key(path, name)?]))
}

/// A field at the wrong level goes where it belongs, if there is one such place and nothing stands in it.
fn relocate(document: &Document, path: &str, to: &str) -> Option<Vec<Fix>> {
    let name = to.rsplit('.').next().unwrap_or(to);
    let mut place = String::new();
    for step in parent(to).split('.').filter(|s| !s.is_empty()) {
        if !place.is_empty() {
            place.push('.');
        }
        place.push_str(step.trim_end_matches("[]"));
        if step.ends_with("[]") {
            if document.value.at(&place).items().len() != 1 {
                return None;
            }
            place.push_str("[0]");
        }
    }
    if document.written(&format!("{place}.{name}")).is_some() {
        return None;
    }
    Some(Fix::of(format!("Move it to {place}"), document.relocate(path, &place)?))
}

fn retype(document: &Document, path: &str, ty: Type) -> Option<Vec<Fix>> {
    let written = document.written(path)?;
    let bare = written.trim_matches(['"', '\'']);
    let is_quoted = bare.len() + 2 == written.len();
    let (title, text) = match ty {
        Type::Int32 | Type::Int64 if is_quoted && bare.parse::<i32>().is_ok() => {
            ("Remove the quotes", bare.to_owned())
        }
        Type::Bool if is_quoted && matches!(bare, "true" | "false") => ("Remove the quotes", bare.to_owned()),
        Type::Str | Type::Bytes if !is_quoted && !written.contains(['"', '\\', '{', '[']) => {
            ("Put it in quotes", format!("\"{written}\""))
        }
        Type::Struct(_) | Type::Map(_) if !is_quoted => {
            let (key, rest) = written.split_once(':')?;
            let is_word = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
            if !is_word || rest.is_empty() {
                return None;
            }
            ("Put a space after the colon", format!("{key}: {rest}"))
        }
        _ => return None,
    };
    Some(Fix::of(title, vec![document.replace_value(path, &text)?]))
}

/// What mends an object that breaks a rule.
pub(super) fn of_error(document: &Document, error: &FieldError) -> Vec<Fix> {
    let last = error.field.rsplit('.').next().unwrap_or("");
    let mend = match (last, error.fault) {
        ("restartPolicy", Fault::Required) => return restart_policy(document, &error.field),
        (_, Fault::NotSupported) => nearest(document, error),
        ("labels", Fault::Invalid) if error.detail.contains("`selector`") => {
            match_selector(document, &error.field)
        }
        ("selector", Fault::Required | Fault::Invalid) => select_template(document, &error.field),
        ("name", Fault::Invalid) if error.detail.contains("RFC 1123") => lower_case(document, error),
        _ => None,
    };
    mend.unwrap_or_default()
}

/// A Job's pods end: two words say what happens then.
fn restart_policy(document: &Document, path: &str) -> Vec<Fix> {
    let fix = |word: &str| {
        let edit = set(document, path, word)?;
        Some(Fix { title: format!("Set restartPolicy: {word}"), edits: vec![edit] })
    };
    ["Never", "OnFailure"].into_iter().filter_map(fix).collect()
}

fn set(document: &Document, path: &str, word: &str) -> Option<Edit> {
    if document.written(path).is_some_and(|w| !w.is_empty()) {
        return document.replace_value(path, word);
    }
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    document.insert(above, &format!("{name}: {word}"))
}

/// The one of the words that may stand here which is nearest to what does.
fn nearest(document: &Document, error: &FieldError) -> Option<Vec<Fix>> {
    let written = error.value.as_deref().unwrap_or("").trim_matches('"');
    let words = || error.detail.split('"').skip(1).step_by(2);
    let near = if words().count() == 1 { words().next() } else { suggest::nearest(written, words()) }?;
    Some(Fix::of(format!("Write {near}"), vec![document.replace_value(&error.field, near)?]))
}

/// The template gets every label that the selector asks for.
fn match_selector(document: &Document, path: &str) -> Option<Vec<Fix>> {
    let (wanted, has) = (document.value.at("spec.selector.matchLabels"), document.value.at(path));
    let mut edits = Vec::new();
    let mut missing = Vec::new();
    for (name, value) in wanted.fields().filter(|(name, value)| has.get(name) != *value) {
        match has.get(name) {
            Value::Null => missing.push(format!("{name}: {}", scalar(value))),
            _ => edits.push(document.replace_value(&format!("{path}[{name}]"), &scalar(value))?),
        }
    }
    if !missing.is_empty() {
        edits.push(document.insert(path, &missing.join("\n"))?);
    }
    edits.sort_by_key(|(span, _)| span.start.byte);
    (!edits.is_empty()).then(|| Fix::of("Give the template the selector's labels", edits))
}

/// An object that has no selector gets one that asks for its template's labels.
fn select_template(document: &Document, path: &str) -> Option<Vec<Fix>> {
    let labels = document.value.at("spec.template.metadata.labels");
    let is_written = !document.value.at(path).is_null();
    if path != "spec.selector" || is_written || labels.fields().next().is_none() {
        return None;
    }
    let lines: String =
        labels.fields().map(|(name, value)| format!("\n    {name}: {}", scalar(value))).collect();
    let entry = format!("selector:\n  matchLabels:{lines}");
    Some(Fix::of("Select the template's labels", vec![document.insert("spec", &entry)?]))
}

/// A value as it is written: in quotes where it would not be a text without.
fn scalar(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    match super::yaml::is_plain_text(text) {
        true => text.to_owned(),
        false => value.to_json(),
    }
}

/// A name in lower case, with dashes for what may not stand in it.
fn lower_case(document: &Document, error: &FieldError) -> Option<Vec<Fix>> {
    let written = document.written(&error.field)?;
    let name = written.trim_matches(['"', '\'']).to_ascii_lowercase().replace(['_', ' '], "-");
    let rule = if error.detail.contains("subdomain") { validate::subdomain } else { validate::label };
    let good = rule(&name).is_empty();
    good.then(|| {
        Some(Fix::of(format!("Call it {name}"), vec![document.replace_value(&error.field, &name)?]))
    })?
}

/// What mends a kind or a version that nobody knows.
pub(super) fn of_kind(document: &Document, path: &str, word: &str) -> Vec<Fix> {
    let edit = match document.written(path).is_some_and(|w| !w.is_empty()) {
        true => document.replace_value(path, word),
        false => document.prepend(&format!("{path}: {word}\n")),
    };
    edit.map_or(Vec::new(), |edit| Fix::of(format!("Write {path}: {word}"), vec![edit]))
}

/// The range from which Services get ports of the nodes.
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

/// A port of the nodes that no Service can have. The API server's answer hangs on how it was started, so that this is no
/// rule of validation; here it is started as it usually is.
pub(super) fn node_ports(document: &Document) -> Vec<Diagnostic> {
    let ports = document.value.at("spec.ports").items();
    let one = |(i, port): (usize, &Value)| {
        let wrong = port.get("nodePort").as_int().filter(|n| *n != 0 && !NODE_PORTS.contains(n))?;
        let path = format!("spec.ports[{i}].nodePort");
        let refusal = super::Refusal::node_port("", i, wrong as i32);
        let good = 30_000 + wrong.rem_euclid(2_768);
        let edit = document.replace_value(&path, &good.to_string());
        let fixes = edit.map_or(Vec::new(), |edit| Fix::of(format!("Take {good}"), vec![edit]));
        let hint = Some("Leave it out, and the cluster chooses one.".to_owned());
        let (severity, span) = (super::Severity::Error, document.span_of(&path));
        Some(Diagnostic { severity, span, message: refusal.causes[0].to_string(), hint, path, fixes })
    };
    if document.kind != Some(Kind::Service) {
        return Vec::new();
    }
    ports.iter().enumerate().filter_map(one).collect()
}

fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(above, _)| above)
}

#[cfg(test)]
#[path = "fix_tests.rs"]
mod tests;
