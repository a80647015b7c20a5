//! Which fields the Kubernetes API has, and of what type: the table `schema.txt`, which `tools/schema` writes.
//!
//! The table says what exists, [`super::docs`] what it is for; whether the simulation reads a field is said by [`crate::api::Shape`] alone.

use crate::api::Kind;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A field of a type of the API.
#[derive(Clone, Copy, Debug)]
pub(super) struct SchemaField {
    pub(super) name: &'static str,
    pub(super) ty: Type,
    pub(super) required: bool,
}

/// The type of a field. A list, a map or a struct names its contents as the table does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Str,
    Int32,
    Int64,
    Double,
    Bool,
    Quantity,
    IntOrString,
    Time,
    Bytes,
    Any,
    List(&'static str),
    Map(&'static str),
    Struct(&'static str),
}

impl Type {
    pub(super) fn of(word: &'static str) -> Type {
        match word {
            "s" => Type::Str,
            "i" => Type::Int32,
            "l" => Type::Int64,
            "f" => Type::Double,
            "b" => Type::Bool,
            "q" => Type::Quantity,
            "p" => Type::IntOrString,
            "t" => Type::Time,
            "y" => Type::Bytes,
            "*" => Type::Any,
            _ => match (word.strip_prefix("[]"), word.strip_prefix("{}")) {
                (Some(item), _) => Type::List(item),
                (_, Some(entry)) => Type::Map(entry),
                _ => Type::Struct(word),
            },
        }
    }
    /// The struct at the bottom of lists and maps; nothing where there is none.
    pub(super) fn innermost(self) -> &'static str {
        match self {
            Type::List(inner) | Type::Map(inner) => Type::of(inner).innermost(),
            Type::Struct(name) => name,
            _ => "",
        }
    }
    /// The type as Go's messages name it.
    pub(super) fn go(self) -> String {
        match self {
            Type::Str => "string".into(),
            Type::Int32 => "int32".into(),
            Type::Int64 => "int64".into(),
            Type::Double => "float64".into(),
            Type::Bool => "bool".into(),
            Type::Quantity => "resource.Quantity".into(),
            Type::IntOrString => "intstr.IntOrString".into(),
            Type::Time => "v1.Time".into(),
            Type::Bytes => "[]uint8".into(),
            Type::Any => "interface {}".into(),
            Type::List(item) => format!("[]{}", Type::of(item).go()),
            Type::Map(entry) => format!("map[string]{}", Type::of(entry).go()),
            Type::Struct(name) if name.contains('.') => name.to_owned(),
            Type::Struct(name) => format!("v1.{name}"),
        }
    }
    /// The type in words for a person.
    pub(super) fn words(self) -> String {
        match self {
            Type::Str | Type::Bytes => "a text".into(),
            Type::Int32 | Type::Int64 => "a whole number".into(),
            Type::Double => "a number".into(),
            Type::Bool => "true or false".into(),
            Type::Quantity => "a quantity, such as 500m or 64Mi".into(),
            Type::IntOrString => "a whole number or a text".into(),
            Type::Time => "a time, such as 2026-01-31T12:00:00Z".into(),
            Type::Any => "anything".into(),
            Type::List(item) => format!("a list, each item {}", Type::of(item).words()),
            Type::Map(entry) => format!("a map, each value {}", Type::of(entry).words()),
            Type::Struct(_) => "a map of fields".into(),
        }
    }
    /// What is to be done to make a value fit.
    pub(super) fn advice(self) -> String {
        match self {
            Type::Str => "Put the value in quotes to make it a text.".into(),
            Type::Int32 | Type::Int64 => "Write a whole number without quotes.".into(),
            Type::Bool => "Write true or false, without quotes.".into(),
            Type::List(_) => "Write a list: each item on its own line, after \"- \".".into(),
            Type::Map(_) | Type::Struct(_) => {
                "Write fields below it, each indented as \"name: value\".".into()
            }
            other => format!("Write {}.", other.words()),
        }
    }
}

type Table = BTreeMap<&'static str, Vec<SchemaField>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        let mut open = "";
        for line in include_str!("schema.txt").lines() {
            let Some(field) = line.strip_prefix(' ') else {
                open = line;
                table.insert(open, Vec::new());
                continue;
            };
            let (name, word) = field.split_once(' ').expect("a field has a type");
            let required = word.ends_with('!');
            let ty = Type::of(word.trim_end_matches('!'));
            table.entry(open).or_default().push(SchemaField { name, ty, required });
        }
        table
    })
}

/// The fields of a type, by name; none if there is no such type.
pub(super) fn fields(name: &str) -> &'static [SchemaField] {
    table().get(name).map_or(&[], Vec::as_slice)
}

/// A field of a type.
pub(super) fn field(of: &str, name: &str) -> Option<&'static SchemaField> {
    let all = fields(of);
    all.binary_search_by(|f| f.name.cmp(name)).ok().map(|i| &all[i])
}

/// The type of a kind's objects.
pub(super) fn kind_type(kind: Kind) -> &'static str {
    named(kind.info().name, kind.info().version)
}

/// The type of the objects of a kind that is named.
pub(super) fn named(kind: &str, version: &str) -> &'static str {
    let name = if version == "v1" { kind.to_owned() } else { format!("{version}.{kind}") };
    table().get_key_value(name.as_str()).map_or("", |(name, _)| name)
}

/// The fields below a path of a kind, each with whether it has fields of its own; none if there is no such path.
pub fn fields_below(kind: &str, version: &str, path: &[&str]) -> Vec<(&'static str, bool)> {
    let mut of = named(kind, version);
    for name in path {
        let name = name.split('[').next().unwrap_or_default();
        of = field(of, name).map_or("", |f| f.ty.innermost());
    }
    fields(of).iter().map(|f| (f.name, !fields(f.ty.innermost()).is_empty())).collect()
}

/// The shortest paths at which a kind has a field of that name, for one who has put it at the wrong level.
pub(super) fn find_field(kind: Kind, name: &str) -> Option<String> {
    let mut level = vec![(String::new(), kind_type(kind))];
    for _ in 0..6 {
        let mut next = Vec::new();
        for (path, of) in &level {
            let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            if field(of, name).is_some() {
                return Some(join(name));
            }
            for f in fields(of).iter().filter(|f| f.name != "status") {
                match f.ty {
                    Type::Struct(inner) => next.push((join(f.name), inner)),
                    Type::List(item) if !fields(item).is_empty() => next.push((join(f.name) + "[]", item)),
                    _ => {}
                }
            }
        }
        level = next;
    }
    None
}

impl PartialEq for SchemaField {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.ty == other.ty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_in_the_table() {
        for kind in Kind::ALL {
            assert!(!fields(kind_type(*kind)).is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn every_type_that_is_named_is_in_the_table() {
        for (name, fields) in table() {
            for f in fields {
                let mut ty = f.ty;
                while let Type::List(inner) | Type::Map(inner) = ty {
                    ty = Type::of(inner);
                }
                if let Type::Struct(inner) = ty {
                    assert!(table().contains_key(inner), "{name}.{} is of type {inner}", f.name);
                }
            }
        }
    }

    #[test]
    fn a_misplaced_field_is_found() {
        assert_eq!(
            find_field(Kind::Job, "restartPolicy").as_deref(),
            Some("spec.template.spec.restartPolicy")
        );
        assert_eq!(find_field(Kind::Job, "nonsense"), None);
    }
}
