//! The forms in which objects are printed: `-o yaml|json|name|wide|jsonpath=…|go-template=…|custom-columns=…`.

mod gotemplate;
mod json;
pub(super) mod jsonpath;
mod kyaml;
mod yaml;

use super::Call;
use super::args::Args;
use super::failure::Failure;
use super::get::lay_out;
use crate::api::{Kind, Map, Value};
use crate::record;
use gotemplate::GoTemplate;
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
    Kyaml,
    JsonPath(Template),
    /// What a path finds, as a list of JSON.
    JsonList(Template),
    GoTemplate(GoTemplate),
    /// Titles, and what stands under them.
    Columns(Vec<(String, Template)>),
}

/// All forms, as kubectl lists them.
const ALLOWED: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,\
                       jsonpath-file,kyaml,name,template,templatefile,wide,yaml";

impl Format {
    /// The form that a command asks for with `-o`, `--template`, and files that they name.
    /// Models cli-runtime pkg/genericclioptions: PrintFlags.ToPrinter.
    pub fn of(call: &Call, args: &Args) -> Result<Format, Failure> {
        let said = args.get("output").unwrap_or_default();
        let template = args.get("template").unwrap_or_default();
        let whole = match (said, template) {
            (_, "") => said.to_owned(),
            ("", _) => format!("go-template={template}"),
            _ if said.contains('=') => said.to_owned(),
            _ => format!("{said}={template}"),
        };
        let of_file = whole.split_once('=').and_then(|(form, name)| {
            let form = form.strip_suffix("-file").or(form.strip_suffix("file"))?;
            Some((form, name))
        });
        let Some((form, name)) = of_file else { return Format::parse(&whole) };
        let text = call.files.read(name);
        let missing = || {
            let flag = if form == "custom-columns" { "template" } else { "--template" };
            Failure::error(format!("error reading {flag} {name}, open {name}: no such file or directory"))
        };
        let text = text.ok_or_else(missing)?;
        if form != "custom-columns" {
            return Format::parse(&format!("{form}={text}"));
        }
        // Titles stand in one line, and paths in the next.
        let mut lines = text.lines().map(|line| line.split_whitespace());
        let (titles, paths) = (lines.next(), lines.next());
        let pairs = titles.into_iter().flatten().zip(paths.into_iter().flatten());
        let columns: Vec<String> = pairs.map(|(title, path)| format!("{title}:{path}")).collect();
        Format::parse(&format!("custom-columns={}", columns.join(",")))
    }
    /// Reads the value of `-o`.
    fn parse(text: &str) -> Result<Format, Failure> {
        Ok(match text {
            "" => Format::Table { wide: false },
            "wide" => Format::Table { wide: true },
            "yaml" => Format::Yaml,
            "json" => Format::Json,
            "name" => Format::Name,
            "kyaml" => Format::Kyaml,
            _ => match text.split_once('=') {
                Some((_, "")) if is_template(text) => {
                    return Err(Failure::error("template format specified but no template given"));
                }
                Some(("jsonpath", template)) => Format::JsonPath(parse_template(template)?),
                Some(("jsonpath-as-json", template)) => Format::JsonList(parse_template(template)?),
                Some(("go-template" | "template", template)) => {
                    Format::GoTemplate(GoTemplate::parse(template).map_err(|why| {
                        Failure::error(format!("error parsing template {template}, {why}\n"))
                    })?)
                }
                Some(("custom-columns", columns)) => Format::Columns(columns_of(columns)?),
                _ if is_template(text) => {
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

/// Does a form ask for a template?
fn is_template(text: &str) -> bool {
    let form = text.split('=').next().unwrap_or_default();
    ["go-template", "template", "jsonpath", "jsonpath-as-json"].contains(&form)
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

/// Prints an object in the form that a command asks for; a table is no form for one object, so it is its name.
pub(super) fn object(call: &mut Call, args: &Args, value: &Value) -> Result<(), Failure> {
    let format = Format::of(call, args)?;
    structured(value, &format, &mut call.output.stdout)
}

/// Prints an object or a list in a form that is not a table. A template that fails has printed something before.
pub(super) fn structured(value: &Value, format: &Format, out: &mut String) -> Result<(), Failure> {
    let text = match format {
        Format::Yaml => yaml(value),
        Format::Json => json(value),
        Format::Kyaml => kyaml::kyaml(value),
        Format::JsonPath(template) => template.print(value),
        Format::JsonList(template) => json(&template.find(value).into()),
        Format::GoTemplate(template) => template.print(value).map_err(|(printed, why)| {
            *out += &printed;
            Failure::error(why)
        })?,
        Format::Columns(columns) => custom_columns(&items(value), columns),
        Format::Name | Format::Table { .. } => {
            items(value).iter().map(|item| name_line(item) + "\n").collect()
        }
    };
    *out += &text;
    Ok(())
}

/// Objects as one list, as kubectl puts them together.
pub(super) fn list(items: Vec<Value>) -> Value {
    let mut metadata = Map::new();
    metadata.insert("resourceVersion".into(), "".into());
    record! { "apiVersion" => "v1", "items" => items, "kind" => "List", "metadata" => metadata }
}

fn items(value: &Value) -> Vec<Value> {
    match (value.get("kind").as_str(), value.get("items")) {
        (Some("List" | "EventList"), Value::List(items)) => items.to_vec(),
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
