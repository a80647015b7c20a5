//! [`Value`]: a tree of plain data, the form in which objects enter and leave.

use super::{Text, make_mut};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A map of fields, sorted by name as the API server prints them.
pub type Map = BTreeMap<Text, Value>;

/// A JSON value. Clones share their content; [`Value::map_mut`] and [`Value::list_mut`] copy on write.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Absent or null.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A string.
    Str(Text),
    /// A list.
    List(Rc<Vec<Value>>),
    /// A map of fields.
    Map(Rc<Map>),
}

impl Value {
    /// The field of that name, or null: reading a path never fails.
    pub fn get(&self, name: &str) -> &Value {
        match self {
            Value::Map(m) => m.get(name).unwrap_or(null()),
            _ => null(),
        }
    }
    /// Follows names separated by `.`: `value.at("spec.template.spec")`.
    pub fn at(&self, path: &str) -> &Value {
        path.split('.').fold(self, |v, name| v.get(name))
    }
    /// A null that lives for ever.
    pub fn nothing() -> &'static Value {
        null()
    }
    /// Is there nothing here?
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }
    /// The whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }
    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }
    /// The items of a list; of anything else, none.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(l) => l,
            _ => &[],
        }
    }
    /// The fields of a map; of anything else, none.
    pub fn fields(&self) -> impl Iterator<Item = (&Text, &Value)> {
        match self {
            Value::Map(m) => Some(m.iter()),
            _ => None,
        }
        .into_iter()
        .flatten()
    }
    /// The map to write into. Anything that is not a map is replaced by an empty one.
    pub fn map_mut(&mut self) -> &mut Map {
        if !matches!(self, Value::Map(_)) {
            *self = Value::Map(Rc::default());
        }
        match self {
            Value::Map(m) => make_mut(m),
            _ => unreachable!("just made a map"),
        }
    }
    /// The list to write into. Anything that is not a list is replaced by an empty one.
    pub fn list_mut(&mut self) -> &mut Vec<Value> {
        if !matches!(self, Value::List(_)) {
            *self = Value::List(Rc::default());
        }
        match self {
            Value::List(l) => make_mut(l),
            _ => unreachable!("just made a list"),
        }
    }
    /// Sets a field, making maps on the way: `value.set("spec.replicas", 3)`.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        let mut here = self;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let map = here.map_mut();
            if names.peek().is_none() {
                map.insert(name.to_owned().into(), value.into());
                return;
            }
            here = map.entry(name.to_owned().into()).or_default();
        }
    }
    /// Sets a field only if it is absent or null: how defaults are written.
    pub fn default_to(&mut self, path: &str, value: impl Into<Value>) {
        if self.at(path).is_null() {
            self.set(path, value);
        }
    }
    /// Applies a JSON merge patch (RFC 7386): null deletes, maps merge, all else replaces.
    pub fn merge(&mut self, patch: &Value) {
        let Value::Map(patch) = patch else {
            *self = patch.clone();
            return;
        };
        let map = self.map_mut();
        for (name, value) in patch.iter() {
            if value.is_null() {
                map.remove(name.as_str());
            } else {
                map.entry(name.clone()).or_default().merge(value);
            }
        }
    }
    /// Compact JSON with sorted keys, as Go's encoder writes it.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }
    fn write_json(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Value::Int(n) => write!(out, "{n}").expect("a string takes everything"),
            Value::Float(x) => out.push_str(&float_json(*x)),
            Value::Str(s) => write_json_str(s, out),
            Value::List(l) => {
                out.push('[');
                for (i, v) in l.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    v.write_json(out);
                }
                out.push(']');
            }
            Value::Map(m) => {
                out.push('{');
                for (i, (k, v)) in m.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_json_str(k, out);
                    out.push(':');
                    v.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

/// A null that lives for ever, to be lent out by [`Value::get`].
fn null() -> &'static Value {
    const NULL: &Value = &Value::Null;
    NULL
}

/// Models Go's encoding/json: floatEncoder.
fn float_json(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return format!("{x}");
    }
    let text = format!("{x:e}");
    if size < 1.0 { text } else { text.replace('e', "e+") }
}

/// Writes a string as Go's `encoding/json` does: `<`, `>` and `&` are escaped as well.
pub fn write_json_str(s: &str, out: &mut String) {
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{0}'..='\u{1f}' | '\u{2028}' | '\u{2029}' => {
                write!(out, "\\u{:04x}", c as u32).expect("a string takes everything")
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => a == b,
            _ => false,
        }
    }
}
impl Eq for Value {}
impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Value::Null => state.write_u8(0),
            Value::Bool(b) => (1u8, b).hash(state),
            Value::Int(n) => (2u8, n).hash(state),
            Value::Float(x) => (3u8, x.to_bits()).hash(state),
            Value::Str(s) => (4u8, s).hash(state),
            Value::List(l) => (5u8, l).hash(state),
            Value::Map(m) => (6u8, m).hash(state),
        }
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}
impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Value::Int(n)
    }
}
impl From<i32> for Value {
    fn from(n: i32) -> Self {
        Value::Int(n.into())
    }
}
impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Value::Int(n.into())
    }
}
impl From<&'static str> for Value {
    fn from(s: &'static str) -> Self {
        Value::Str(s.into())
    }
}
impl From<String> for Value {
    fn from(s: String) -> Self {
        Value::Str(s.into())
    }
}
impl From<Text> for Value {
    fn from(s: Text) -> Self {
        Value::Str(s)
    }
}
impl From<super::Time> for Value {
    fn from(t: super::Time) -> Self {
        Value::Str(t.to_string().into())
    }
}
impl From<Map> for Value {
    fn from(m: Map) -> Self {
        Value::Map(Rc::new(m))
    }
}
impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(l: Vec<T>) -> Self {
        Value::List(Rc::new(l.into_iter().map(Into::into).collect()))
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(o: Option<T>) -> Self {
        o.map_or(Value::Null, Into::into)
    }
}

/// Builds a map value: `record! { "name" => name, "ready" => true }`. Null fields are left out.
#[macro_export]
macro_rules! record {
    ($($name:expr => $value:expr),* $(,)?) => {{
        let mut map = $crate::api::Map::new();
        $(
            let value: $crate::api::Value = $value.into();
            if !value.is_null() {
                map.insert($name.into(), value);
            }
        )*
        $crate::api::Value::from(map)
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_deletes_merges_and_replaces() {
        let mut v = record! { "a" => 1, "b" => record! { "c" => 2, "d" => vec![1, 2] } };
        let mut patch = record! { "b" => record! { "d" => vec![3] } };
        patch.map_mut().insert("a".into(), Value::Null);
        v.merge(&patch);
        assert_eq!(v.to_json(), r#"{"b":{"c":2,"d":[3]}}"#);
    }

    #[test]
    fn json_escapes_as_go_does() {
        assert_eq!(Value::from("a<b>&\"\n").to_json(), r#""a\u003cb\u003e\u0026\"\n""#);
    }
}
