//! What `kubectl explain` tells: the fields of a type, each with its type in the words of OpenAPI.

use super::context;
use super::docs::{self, Said};
use super::schema::{self, SchemaField, Type};
use crate::api::{Kind, KindInfo};

/// What there is to tell of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explained {
    /// Its name.
    pub name: &'static str,
    /// Its type: `string`, `[]Container`, `map[string]Quantity`.
    pub ty: String,
    /// The type that holds the fields below it; empty if there are none.
    pub below: &'static str,
    /// Must it be there?
    pub required: bool,
    /// The words that it may be given, with a space between; empty if they are not few.
    pub words: &'static str,
    /// What it does.
    pub says: &'static str,
}

/// The type of a kind's objects.
pub fn type_of(info: &KindInfo) -> &'static str {
    schema::named(info.name, info.version)
}

/// What a type is for.
pub fn about_type(of: &str) -> &'static str {
    docs::of_type(of)
}

/// The fields of a type, by name.
pub fn explain_fields(of: &str) -> Vec<Explained> {
    let explain = |field: &SchemaField| {
        let Said { words, says } = docs::of_field(of, field.name);
        let below = Some(field.ty.innermost()).filter(|t| !schema::fields(t).is_empty());
        Explained {
            name: field.name,
            ty: open_api(field.ty, field.name),
            below: below.unwrap_or_default(),
            required: field.required && !may_be_left_out(of, field.name),
            words,
            says,
        }
    };
    schema::fields(of).iter().map(explain).collect()
}

/// Does the simulation act on the field at a path?
pub fn is_acted_on(kind: Kind, path: &[String]) -> bool {
    context::known(kind, path).is_some_and(|known| known.acted)
}

/// What the server fills in, and so does not require, though the table says that it is always there.
fn may_be_left_out(of: &str, name: &str) -> bool {
    let refers = ["ConfigMap", "LocalObject", "Secret"].iter().any(|begin| of.starts_with(begin));
    name == "metadata" || (name == "name" && refers && of != "ConfigMapNodeConfigSource")
}

/// Models kubectl pkg/explain/v2/templates/plaintext.tmpl: typeGuess.
fn open_api(ty: Type, name: &str) -> String {
    match ty {
        Type::Str | Type::Bytes => "string".to_owned(),
        Type::Int32 | Type::Int64 => "integer".to_owned(),
        Type::Double => "number".to_owned(),
        Type::Bool => "boolean".to_owned(),
        Type::Quantity => "Quantity".to_owned(),
        Type::IntOrString => "IntOrString".to_owned(),
        Type::Time => "Time".to_owned(),
        Type::Any if name == "fieldsV1" => "FieldsV1".to_owned(),
        Type::Any => "RawExtension".to_owned(),
        Type::List(item) => format!("[]{}", open_api(Type::of(item), name)),
        Type::Map(entry) => format!("map[string]{}", open_api(Type::of(entry), name)),
        Type::Struct(of) => of.rsplit('.').next().unwrap_or(of).to_owned(),
    }
}
