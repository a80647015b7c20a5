//! Strict decoding: does the data fit the fields of its kind? In the words of Go's JSON decoder, as the API server
//! answers. Models sigs.k8s.io/json and apimachinery pkg/runtime/serializer/json: strict decoding.

use super::diagnostic::Severity;
use super::field::{Path, quoted};
use super::schema::{self, Type};
use super::suggest;
use crate::api::{Kind, Quantity, Shape, Value};

/// Something found in the data, at a path.
pub(super) struct Found {
    pub(super) severity: Severity,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) sort: Sort,
    pub(super) mend: Option<Mend>,
}

/// What would make it right.
pub(super) enum Mend {
    /// Another name of the field.
    Rename(&'static str),
    /// Another place; a list on the way is written `containers[]`.
    Move(String),
    /// A value of this type.
    Retype(Type),
}

/// What follows from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// The data cannot be decoded at all.
    Type,
    /// The server's strict decoding refuses it.
    Unknown,
    /// Nothing: it is only said.
    Said,
}

/// At most so much is said of one document.
const FOUND_MAX: usize = 100;

/// For the first so many unknown fields it is looked up where they belong.
const SEARCHES_MAX: usize = 10;

/// All that is wrong, in the order in which Go comes across it: by sorted keys.
pub(super) fn check(kind: Kind, value: &Value) -> Vec<Found> {
    let mut walk = Walk { kind, found: Vec::new(), names: Vec::new() };
    walk.value(Type::Struct(schema::kind_type(kind)), "", value, &Path::ROOT, read_by(kind));
    walk.found
}

/// What the simulation reads of a kind; `Any` where there is nothing to say about single fields.
fn read_by(kind: Kind) -> Shape {
    kind.shape()
}

struct Walk<'a> {
    kind: Kind,
    found: Vec<Found>,
    /// The names of the fields on the way, as Go's messages give them: without indices.
    names: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    /// `owner` is the struct in which the value is, as Go's messages name it.
    fn value(&mut self, ty: Type, owner: &str, value: &'a Value, path: &Path, shape: Shape) {
        if self.found.len() >= FOUND_MAX {
            return;
        }
        match (ty, value) {
            (Type::Bytes, Value::Str(text)) => self.bytes(text, path),
            (_, Value::Null) | (Type::Any, _) | (Type::Str, Value::Str(_)) => {}
            (Type::Bool, Value::Bool(_)) | (Type::Double, Value::Int(_) | Value::Float(_)) => {}
            (Type::Int64, Value::Int(_)) | (Type::IntOrString, Value::Str(_)) => {}
            (Type::Int32 | Type::IntOrString, Value::Int(n)) if i32::try_from(*n).is_ok() => {}
            (Type::Quantity, value) => self.quantity(value, path),
            (Type::Time, Value::Str(text)) => self.time(text, path),
            (Type::List(item), Value::List(items)) => {
                let shape = match shape {
                    Shape::List(item) => item(),
                    _ => Shape::Any,
                };
                for (i, item_value) in items.iter().enumerate() {
                    self.value(Type::of(item), owner, item_value, &path.index(i), shape);
                }
            }
            (Type::Map(entry), Value::Map(map)) => {
                for (key, entry_value) in map.iter() {
                    self.value(Type::of(entry), owner, entry_value, &path.key(key), Shape::Any);
                }
            }
            (Type::Struct(name), Value::Map(map)) => {
                for (key, field_value) in map.iter() {
                    self.field(name, key, field_value, path, shape);
                }
            }
            (ty, value) => self.mismatch(ty, owner, value, path),
        }
    }

    fn field(&mut self, of: &'static str, key: &'a str, value: &'a Value, path: &Path, shape: Shape) {
        let here = path.field(key);
        let Some(field) = schema::field(of, key) else {
            return self.unknown(of, key, &here);
        };
        let top = self.names.is_empty();
        let inner = match shape {
            Shape::Struct(fields) => match fields.iter().find(|f| f.name == key) {
                Some(f) => (f.shape)(),
                None => {
                    let of_every_object = top && matches!(key, "apiVersion" | "kind" | "metadata" | "status");
                    if !of_every_object && !value.is_null() {
                        self.not_simulated(&here);
                    }
                    Shape::Any
                }
            },
            _ => Shape::Any,
        };
        self.names.push(key);
        let owner = of.rsplit('.').next().unwrap_or(of);
        self.value(field.ty, owner, value, &here, inner);
        self.names.pop();
    }

    fn unknown(&mut self, of: &str, key: &str, path: &Path) {
        if self.found.len() >= FOUND_MAX {
            return;
        }
        let known = schema::fields(of).iter().map(|f| f.name);
        let mend = match suggest::nearest(key, known) {
            Some(near) => Some(Mend::Rename(near)),
            None if self.found.len() > SEARCHES_MAX => None,
            None => schema::find_field(self.kind, key).map(Mend::Move),
        };
        let hint = match &mend {
            Some(Mend::Rename(near)) => Some(format!("Did you mean \"{near}\"?")),
            Some(Mend::Move(at)) => {
                Some(format!("\"{key}\" is a field of another level: {at}. Mind the indentation."))
            }
            _ => None,
        };
        let (path, severity) = (path.to_string(), Severity::Error);
        let message = format!("unknown field {}", quoted(&path));
        self.found.push(Found { severity, path, message, hint, sort: Sort::Unknown, mend });
    }

    fn not_simulated(&mut self, path: &Path) {
        let path = path.to_string();
        let message = format!("{path} is kept, not simulated");
        let hint = Some("Kubernetes knows this field; in this cluster nothing acts on it.".to_owned());
        let severity = Severity::Information;
        self.found.push(Found { severity, path, message, hint, sort: Sort::Said, mend: None });
    }

    fn wrong(&mut self, path: &Path, message: String, hint: String, ty: Type) {
        let (path, severity, hint) = (path.to_string(), Severity::Error, Some(hint));
        self.found.push(Found {
            severity,
            path,
            message,
            hint,
            sort: Sort::Type,
            mend: Some(Mend::Retype(ty)),
        });
    }

    fn mismatch(&mut self, ty: Type, owner: &str, value: &Value, path: &Path) {
        let literal = value.to_json();
        let whole = matches!(ty, Type::Int32 | Type::Int64 | Type::IntOrString);
        let got = match value {
            Value::Bool(_) => "bool".to_owned(),
            Value::Int(_) | Value::Float(_) if whole => format!("number {literal}"),
            Value::Int(_) | Value::Float(_) => "number".to_owned(),
            Value::Str(_) => "string".to_owned(),
            Value::List(_) => "array".to_owned(),
            Value::Map(_) | Value::Null => "object".to_owned(),
        };
        // These two unmarshal themselves, by way of a simpler type.
        let go = match ty {
            Type::IntOrString => "int32".to_owned(),
            Type::Time => "string".to_owned(),
            ty => ty.go(),
        };
        let place = match (owner, self.names.as_slice()) {
            ("", _) | (_, []) => "Go value".to_owned(),
            (_, ["metadata"]) => "Go struct field metadataOnlyObject.metadata".to_owned(),
            (owner, names) => format!("Go struct field {owner}.{}", names.join(".")),
        };
        let hint = match (ty, value) {
            (Type::Int32, Value::Int(_)) => "The number does not fit into 32 bits.".to_owned(),
            (Type::Str, Value::Bool(_)) => {
                "YAML reads yes, no, on, off, true and false as truth values: put the text in quotes."
                    .to_owned()
            }
            (Type::Str, Value::Map(_)) if self.names.last() == Some(&"selector") => {
                "This selector holds the labels themselves: leave out matchLabels.".to_owned()
            }
            (Type::Struct(_) | Type::Map(_) | Type::List(_), Value::Str(s)) => {
                run_together(s).unwrap_or(ty.advice())
            }
            (ty, _) => ty.advice(),
        };
        self.wrong(path, format!("json: cannot unmarshal {got} into {place} of type {go}"), hint, ty);
    }

    fn quantity(&mut self, value: &Value, path: &Path) {
        let text = match value {
            Value::Str(s) => s.trim().to_owned(),
            Value::Int(_) | Value::Float(_) => value.to_json(),
            _ => String::new(),
        };
        if text.is_empty() || Quantity::parse(&text).is_none() {
            let message = if has_quantity_form(&text) {
                "unable to parse quantity's suffix"
            } else {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            };
            let hint = "A quantity is a number with a unit: 500m, 0.5 or 2 of cpu; 64Mi or 1Gi of memory.";
            self.wrong(path, message.to_owned(), hint.to_owned(), Type::Quantity);
        }
    }

    fn bytes(&mut self, text: &str, path: &Path) {
        if let Some(at) = illegal_base64(text) {
            let hint = "Encode the text with base64, or write it as it is under stringData.";
            self.wrong(path, format!("illegal base64 data at input byte {at}"), hint.to_owned(), Type::Bytes);
        }
    }

    fn time(&mut self, text: &str, path: &Path) {
        if crate::api::Time::parse(text).is_none() {
            let shown = quoted(text);
            let message = format!(
                "parsing time {shown} as \"2006-01-02T15:04:05Z07:00\": cannot parse {shown} as \"2006\""
            );
            self.wrong(path, message, Type::Time.advice(), Type::Time);
        }
    }
}

/// A text where fields belong is often a field without its colon, or without the space behind it.
fn run_together(text: &str) -> Option<String> {
    let first = text.split([' ', ':']).next().unwrap_or("");
    let is_word = !first.is_empty() && first.chars().all(|c| c.is_ascii_alphanumeric());
    let rest = &text[first.len()..];
    match (is_word, rest.chars().next()) {
        (true, Some(':')) => Some(format!("Put a space after the colon: \"{first}: {}\".", rest[1..].trim())),
        (true, Some(_)) => Some(format!("A colon is missing: \"{first}: {}\".", rest.trim())),
        _ => None,
    }
}

/// Where a text stops being base64. Models Go's encoding/base64: decodeQuantum.
fn illegal_base64(text: &str) -> Option<usize> {
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let bytes: Vec<(usize, u8)> =
        text.bytes().enumerate().filter(|(_, b)| !matches!(b, b'\r' | b'\n')).collect();
    for quantum in bytes.chunks(4) {
        let wrong = quantum.iter().enumerate().find(|(_, (_, b))| !good(*b));
        if let Some((j, (at, b))) = wrong {
            let end = bytes.iter().position(|(place, _)| place == at).map_or(0, |i| i + 1);
            let behind = |skipped: usize| bytes.get(end + skipped).map(|(place, _)| *place);
            return match (j, b, quantum.get(3)) {
                (2, b'=', None) => Some(text.len()),
                (2, b'=', Some((_, b'='))) => behind(1),
                (3, b'=', _) => behind(0),
                _ => Some(*at),
            };
        }
        if quantum.len() < 4 {
            return Some(quantum[0].0);
        }
    }
    None
}

/// `^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$`
fn has_quantity_form(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let suffix = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if suffix.len() == rest.len() {
        return false;
    }
    let rest = suffix.trim_start_matches(|c: char| "eEinumkKMGTP".contains(c));
    let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    rest.bytes().all(|b| b.is_ascii_digit())
}
