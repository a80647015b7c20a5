//! The forms in which objects are printed: `-o yaml|json|name|wide|jsonpath=…|custom-columns=…`.

mod json;
pub(super) mod jsonpath;
mod yaml;

use super::failure::Failure;
use super::get::lay_out;
use crate::api::{Kind, Map, Value};
use crate::record;
use jsonpath::Template;

pub(super) use json::json;
pub(super) use yaml::yaml;

/// A form.
pub(super) enum Format {
    /// A table for people; wide, if all columns are asked for.
    Table {
        wide: bool,
    },
    Yaml,
    Json,
    Name,
    JsonPath(Template),
    /// Titles, and what stands under them.
    Columns(Vec<(String, Template)>),
}

/// All forms, as kubectl lists them.
const ALLOWED: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,\
                       jsonpath-file,kyaml,name,template,templatefile,wide,yaml";

impl Format {
    /// Reads the value of `-o`.
    pub fn parse(text: &str) -> Result<Format, Failure> {
        Ok(match text {
            "" => Format::Table { wide: false },
            "wide" => Format::Table { wide: true },
            "yaml" => Format::Yaml,
            "json" => Format::Json,
            "name" => Format::Name,
            _ => match text.split_once('=') {
                Some(("jsonpath", template)) => Format::JsonPath(parse_template(template)?),
                Some(("custom-columns", columns)) => Format::Columns(columns_of(columns)?),
                _ if text == "jsonpath" => {
                    return Err(Failure::error("template format specified but no template given"));
                }
                _ => {
                    return Err(Failure::error(format!(
                        "unable to match a printer suitable for the output format {text:?}, allowed formats are: \
                         {ALLOWED}"
                    )));
                }
            },
        })
    }
}

fn parse_template(text: &str) -> Result<Template, Failure> {
    jsonpath::parse(text).map_err(|why| Failure::error(format!("error parsing jsonpath {text}, {why}")))
}

fn columns_of(text: &str) -> Result<Vec<(String, Template)>, Failure> {
    if text.is_empty() {
        return Err(Failure::error("custom-columns format specified but no custom columns given"));
    }
    let column = |part: &str| {
        let wrong = || {
            Failure::error(format!(
                "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
            ))
        };
        let (title, path) = part.split_once(':').ok_or_else(wrong)?;
        Ok((title.to_owned(), parse_template(&jsonpath::relaxed(path))?))
    };
    text.split(',').map(column).collect()
}

/// One object in a form; a table is no form for one object, so it is its name.
pub(super) fn object(value: &Value, format: &str) -> Result<String, Failure> {
    Ok(structured(value, &Format::parse(format)?))
}

/// An object or a list in a form that is not a table.
pub(super) fn structured(value: &Value, format: &Format) -> String {
    match format {
        Format::Yaml => yaml(value),
        Format::Json => json(value),
        Format::JsonPath(template) => template.print(value),
        Format::Columns(columns) => custom_columns(&items(value), columns),
        Format::Name | Format::Table { .. } => {
            items(value).iter().map(|item| name_line(item) + "\n").collect()
        }
    }
}

/// Objects as one list, as kubectl puts them together.
pub(super) fn list(items: Vec<Value>) -> Value {
    let mut metadata = Map::new();
    metadata.insert("resourceVersion".into(), "".into());
    record! { "apiVersion" => "v1", "items" => items, "kind" => "List", "metadata" => metadata }
}

fn items(value: &Value) -> Vec<Value> {
    match (value.get("kind").as_str(), value.get("items")) {
        (Some("List"), Value::List(items)) => items.to_vec(),
        _ => vec![value.clone()],
    }
}

/// `deployment.apps/web`.
pub(super) fn name_line(value: &Value) -> String {
    let (version, kind) = (value.get("apiVersion").as_str(), value.get("kind").as_str());
    let (version, kind) = (version.unwrap_or_default(), kind.unwrap_or_default());
    let qualified = Kind::find(version, kind).map_or(kind.to_lowercase(), |k| k.info().qualified());
    format!("{qualified}/{}", value.at("metadata.name").as_str().unwrap_or_default())
}

fn custom_columns(items: &[Value], columns: &[(String, Template)]) -> String {
    lay_out(&column_rows(items, columns))
}

/// The titles of custom columns, and a row for each object.
pub(super) fn column_rows(items: &[Value], columns: &[(String, Template)]) -> Vec<Vec<String>> {
    let mut rows = vec![columns.iter().map(|(title, _)| title.clone()).collect::<Vec<_>>()];
    for item in items {
        let cell = |(_, template): &(String, Template)| {
            let found: Vec<String> = template.find(item).iter().map(jsonpath::text).collect();
            if found.is_empty() { "<none>".to_owned() } else { found.join(",") }
        };
        rows.push(columns.iter().map(cell).collect());
    }
    rows
}
