//! [`FieldError`]: what the API server says of one field. Models apimachinery pkg/util/validation/field/errors.go.

use crate::api::Value;
use std::fmt;

/// The sort of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Fault {
    Required,
    Invalid,
    NotSupported,
    Duplicate,
    NotFound,
    Forbidden,
    TooLong,
    TooMany,
}

impl Fault {
    /// The words in a message.
    pub const fn words(self) -> &'static str {
        match self {
            Fault::Required => "Required value",
            Fault::Invalid => "Invalid value",
            Fault::NotSupported => "Unsupported value",
            Fault::Duplicate => "Duplicate value",
            Fault::NotFound => "Not found",
            Fault::Forbidden => "Forbidden",
            Fault::TooLong => "Too long",
            Fault::TooMany => "Too many",
        }
    }
    /// The reason in a `StatusCause`.
    pub const fn reason(self) -> &'static str {
        match self {
            Fault::Required => "FieldValueRequired",
            Fault::Invalid => "FieldValueInvalid",
            Fault::NotSupported => "FieldValueNotSupported",
            Fault::Duplicate => "FieldValueDuplicate",
            Fault::NotFound => "FieldValueNotFound",
            Fault::Forbidden => "FieldValueForbidden",
            Fault::TooLong => "FieldValueTooLong",
            Fault::TooMany => "FieldValueTooMany",
        }
    }
}

/// One error about one field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldError {
    /// The field, such as `spec.ports[0].port`.
    pub field: String,
    /// The sort of error.
    pub fault: Fault,
    /// The value as the message shows it; none where it shows none.
    pub value: Option<String>,
    /// What is asked for.
    pub detail: String,
}

impl FieldError {
    /// A value that must be there is not.
    #[inline(never)]
    pub fn required(field: &Path, detail: &str) -> FieldError {
        FieldError {
            field: field.to_string(),
            fault: Fault::Required,
            value: None,
            detail: detail.to_owned(),
        }
    }
    /// A value that cannot be.
    #[inline(never)]
    pub fn invalid(field: &Path, value: &Value, detail: &str) -> FieldError {
        let value = Some(shown(value));
        FieldError { field: field.to_string(), fault: Fault::Invalid, value, detail: detail.to_owned() }
    }
    /// A value that cannot be, shown as the server's own struct of a type.
    #[inline(never)]
    pub(super) fn invalid_as(field: &Path, ty: &'static str, value: &Value, detail: &str) -> FieldError {
        let value = Some(super::internal::dump(ty, value));
        FieldError { field: field.to_string(), fault: Fault::Invalid, value, detail: detail.to_owned() }
    }
    /// A word that is none of those that may stand here.
    #[inline(never)]
    pub fn not_supported(field: &Path, value: &Value, words: &[&str]) -> FieldError {
        let quoted: Vec<String> = words.iter().map(|w| quoted(w)).collect();
        let detail = format!("supported values: {}", quoted.join(", "));
        FieldError { field: field.to_string(), fault: Fault::NotSupported, value: Some(shown(value)), detail }
    }
    /// The same for a struct of the server's own.
    #[inline(never)]
    pub(super) fn not_supported_as(
        field: &Path,
        ty: &'static str,
        value: &Value,
        words: &[&str],
    ) -> FieldError {
        let value = Some(super::internal::dump(ty, value));
        FieldError { value, ..FieldError::not_supported(field, &Value::Null, words) }
    }
    /// A value that stands there twice.
    #[inline(never)]
    pub fn duplicate(field: &Path, value: &Value) -> FieldError {
        let value = Some(shown(value));
        FieldError { field: field.to_string(), fault: Fault::Duplicate, value, detail: String::new() }
    }
    /// A name that names nothing.
    #[inline(never)]
    pub fn not_found(field: &Path, value: &Value) -> FieldError {
        let value = Some(shown(value));
        FieldError { field: field.to_string(), fault: Fault::NotFound, value, detail: String::new() }
    }
    /// A field that may not be set.
    #[inline(never)]
    pub fn forbidden(field: &Path, detail: &str) -> FieldError {
        FieldError {
            field: field.to_string(),
            fault: Fault::Forbidden,
            value: None,
            detail: detail.to_owned(),
        }
    }
    /// A text that is too long, which is not shown.
    #[inline(never)]
    pub fn too_long(field: &Path, bytes_max: usize) -> FieldError {
        let detail = format!("may not be more than {bytes_max} bytes");
        FieldError { field: field.to_string(), fault: Fault::TooLong, value: None, detail }
    }
    /// A list that is too long.
    #[inline(never)]
    pub fn too_many(field: &Path, count: usize, most: usize) -> FieldError {
        let (value, items) = (Some(count.to_string()), if most == 1 { "item" } else { "items" });
        let detail = format!("must have at most {most} {items}");
        FieldError { field: field.to_string(), fault: Fault::TooMany, value, detail }
    }
    /// The message without the field, as in a `StatusCause`.
    pub fn body(&self) -> String {
        let mut text = self.fault.words().to_owned();
        if let Some(value) = &self.value {
            text += ": ";
            text += value;
        }
        if !self.detail.is_empty() {
            text += ": ";
            text += &self.detail;
        }
        text
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.body())
    }
}

/// A value as messages show it: strings as Go quotes them, the rest as JSON.
#[inline(never)]
fn shown(value: &Value) -> String {
    match value {
        Value::Str(s) => quoted(s),
        other => other.to_json(),
    }
}

/// A string in quotes as Go's `%q` writes it.
#[inline(never)]
pub(super) fn quoted(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The way to a field, kept as a list of links so that a walk that finds no error writes no text.
#[derive(Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// The object itself.
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Root };
    /// A field of this.
    pub fn field(&'a self, name: &'a str) -> Path<'a> {
        Path { parent: Some(self), step: Step::Field(name) }
    }
    /// An item of this list.
    pub fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), step: Step::Index(index) }
    }
    /// An entry of this map.
    pub fn key(&'a self, key: &'a str) -> Path<'a> {
        Path { parent: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        let first = self.parent.is_none_or(|p| matches!(p.step, Step::Root));
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) if first => f.write_str(name),
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[{key}]"),
        }
    }
}
