//! `kubectl get`: objects in a table, or in another form.
//!
//! Models kubectl pkg/cmd/get/get.go and cli-runtime pkg/printers/tableprinter.go.

mod scale;
mod watch;

use super::args::{self, Args, truth, value};
use super::failure::Failure;
use super::print::{self, Format, jsonpath};
use super::resource::{self, Resource};
use super::target::{self, Found, Search};
use super::{Call, Verb, Words, columns, tabs};
use crate::api::{Time, Value};
use std::cmp::Ordering;

/// `kubectl get (TYPE[,TYPE…] [NAME…] | TYPE/NAME… | -f FILE) [-o FORMAT] …`.
pub(super) const VERB: Verb = Verb {
    name: "get",
    takes: Words::Objects(&[]),
    flags: &[
        args::CHOICE,
        args::FILES,
        &[value("output", 'o'), value("sort-by", ' '), value("label-columns", 'L'), value("chunk-size", ' ')],
        &[truth("show-labels", ' '), truth("no-headers", ' '), truth("show-kind", ' ')],
        &[truth("watch", 'w'), truth("watch-only", ' '), truth("output-watch-events", ' ')],
        &[truth("show-managed-fields", ' '), value("template", ' '), truth("server-print", ' ')],
        &[truth("allow-missing-template-keys", ' '), value("raw", ' '), value("subresource", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    if args.words.is_empty() && args.get("filename").is_none() {
        let which = "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list \
                     of supported resources.";
        call.complain(&format!("{which}\n"));
        let why = "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of \
                   that resource (e.g. kubectl explain pods).";
        return Err(Failure::usage("get", why));
    }
    let format = Format::of(call, args)?;
    let watches = args.has("watch") || args.has("watch-only");
    if args.has("output-watch-events") && !watches {
        let why = "--output-watch-events option can only be used with --watch or --watch-only";
        return Err(Failure::error(why));
    }
    if let Some(output) = args.get("output").filter(|o| args.has("show-labels") && !["", "wide"].contains(o))
    {
        let why = format!("--show-labels option cannot be used with {output} printer");
        return Err(Failure::error(why));
    }
    let mut search = target::search(call, args, "get")?;
    if let Some(sub) = args.get("subresource").filter(|s| !s.is_empty()) {
        if search.asked.iter().any(|a| a.name.is_none()) {
            return Err(Failure::error("subresource cannot be used when bulk resources are specified"));
        }
        if sub != "status" {
            return subresource(call, args, sub, &format, search);
        }
    }
    if let Some(path) = args.get("sort-by").filter(|p| !p.is_empty()) {
        sort(&mut search.found, path)?;
    }
    if search.asked.iter().any(|a| a.resource == Resource::Endpoints) {
        call.complain("Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
    }
    if watches {
        return watch::begin(call, args, format, search);
    }
    match format {
        Format::Table { wide } => {
            let look = Look::of(args, &search, wide);
            let text = tables(&search, &look, call.world().now());
            call.output.stdout.push_str(&text);
            if text.is_empty() && search.missing.is_empty() && !args.has("ignore-not-found") {
                let empty = nothing_found(call, args, &search);
                call.complain(&empty);
            }
        }
        format => structured(call, args, &search, &format)?,
    }
    call.finish(search.missing)
}

/// A part of an object that is served by itself; here that is its scale.
fn subresource(
    call: &mut Call,
    args: &Args,
    sub: &str,
    format: &Format,
    search: Search,
) -> Result<(), Failure> {
    let mut failures = search.missing;
    let mut scales = Vec::new();
    for found in &search.found {
        match scale::of(found) {
            Ok(scale) if sub == "scale" => scales.push(scale),
            Ok(_) => failures.push(Failure::no_such_request()),
            Err(failure) => failures.push(failure),
        }
    }
    match (format, scales.as_slice()) {
        (_, []) => {}
        (Format::Table { .. }, all) => {
            let text = scale::table(all, !args.has("no-headers"), call.world().now());
            call.output.stdout.push_str(&text);
        }
        (format, [one]) if search.asked.len() == 1 => {
            print::structured(one, format, &mut call.output.stdout)?;
        }
        (format, _) => print::structured(&print::list(scales), format, &mut call.output.stdout)?,
    }
    call.finish(failures)
}

/// What kubectl says where there is nothing to print.
pub(super) fn nothing_found(call: &Call, args: &Args, search: &Search) -> String {
    let namespaced = search.asked.iter().all(|a| a.resource.info().namespaced);
    if namespaced && !args.has("all-namespaces") {
        return format!("No resources found in {} namespace.", target::namespace(call, args));
    }
    "No resources found".to_owned()
}

fn structured(call: &mut Call, args: &Args, search: &Search, format: &Format) -> Result<(), Failure> {
    // What one name or one file asks for is no list, if it is one thing.
    let files = args.all("filename").count();
    let single = search.asked.len() == 1 && search.asked[0].name.is_some() && files <= 1;
    if search.found.is_empty() && args.has("ignore-not-found") {
        return Ok(());
    }
    let values: Vec<Value> = search.found.iter().map(Found::value).collect();
    let mut text = String::new();
    let done = match (single, values.as_slice()) {
        (true, []) => return Ok(()),
        (true, [one]) => print::structured(one, format, &mut text),
        _ => print::structured(&print::list(values), format, &mut text),
    };
    let text = match format {
        Format::Columns(_) if args.has("no-headers") => {
            text.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned())
        }
        _ => text,
    };
    call.output.stdout.push_str(&text);
    done
}

/// How the tables look.
struct Look {
    wide: bool,
    with_kind: bool,
    with_namespace: bool,
    with_titles: bool,
    with_labels: bool,
    /// Labels that have a column.
    labels: Vec<String>,
}

impl Look {
    fn of(args: &Args, search: &Search, wide: bool) -> Look {
        // A list counts even where it is empty; a name only where it is found.
        let listed = search.asked.iter().filter(|a| a.name.is_none()).map(|a| a.resource);
        let mut kinds: Vec<Resource> = listed.chain(search.found.iter().map(|f| f.resource)).collect();
        kinds.dedup();
        let several = kinds.iter().any(|k| *k != kinds[0]);
        Look {
            wide,
            with_kind: several || args.has("show-kind"),
            with_namespace: args.has("all-namespaces"),
            with_titles: !args.has("no-headers"),
            with_labels: args.has("show-labels"),
            labels: args.all("label-columns").flat_map(|l| l.split(',')).map(str::to_owned).collect(),
        }
    }
}

/// One table for each run of objects of a kind, with an empty line between.
fn tables(search: &Search, look: &Look, now: Time) -> String {
    let mut out = String::new();
    let mut rest = search.found.as_slice();
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|f| f.resource != first.resource).unwrap_or(rest.len());
        if !out.is_empty() {
            out.push('\n');
        }
        let titles = look.with_titles.then(|| titles(first.resource, look));
        let rows = rest[..end].iter().map(|item| row(item, look, now));
        out.push_str(&lay_out(&titles.into_iter().chain(rows).collect::<Vec<_>>()));
        rest = &rest[end..];
    }
    out
}

/// The columns that are shown.
fn shown(resource: Resource, look: &Look) -> Vec<usize> {
    let columns = &resource.printed().columns;
    (0..columns.len()).filter(|i| look.wide || !columns[*i].wide).collect()
}

fn titles(resource: Resource, look: &Look) -> Vec<String> {
    let columns = &resource.printed().columns;
    let mut row: Vec<String> =
        shown(resource, look).iter().map(|i| columns[*i].title.to_uppercase()).collect();
    row.extend(look.labels.iter().map(|l| l.rsplit('/').next().unwrap_or(l).to_uppercase()));
    row.extend(look.with_labels.then(|| "LABELS".to_owned()));
    if look.with_namespace && resource.info().namespaced {
        row.insert(0, "NAMESPACE".to_owned());
    }
    row
}

fn row(item: &Found, look: &Look, now: Time) -> Vec<String> {
    let (printed, info) = (item.resource.printed(), item.resource.info());
    let shown = shown(item.resource, look);
    let value = item.value();
    let cells = (printed.cells)(&value, now);
    let mut row: Vec<String> = shown.iter().map(|i| one_line(&cells[*i])).collect();
    if look.with_kind && !row.is_empty() && printed.columns[shown[0]].title == "Name" {
        row[0] = format!("{}/{}", info.qualified(), row[0]);
    }
    let labels = value.at("metadata.labels");
    row.extend(look.labels.iter().map(|l| labels.get(l).as_str().unwrap_or("").to_owned()));
    row.extend(look.with_labels.then(|| columns::labels(labels)));
    if look.with_namespace && info.namespaced {
        row.insert(0, value.at("metadata.namespace").as_str().unwrap_or_default().to_owned());
    }
    row
}

/// Rows of cells, three spaces between two columns. Models cli-runtime pkg/printers/tabwriter.go.
pub(super) fn lay_out(rows: &[Vec<String>]) -> String {
    let text: String = rows.iter().map(|row| row.join("\t") + "\n").collect();
    tabs::align(&text, 6, 3)
}

/// A cell never breaks its line.
fn one_line(cell: &str) -> String {
    match cell.find(['\n', '\r', '\u{c}']) {
        Some(at) => format!("{}...", &cell[..at]),
        None => cell.replace('\t', "\\t"),
    }
}

/// Sorts by what a path finds. What has no such field comes first.
/// Models kubectl pkg/cmd/get/sorter.go.
fn sort(found: &mut Vec<Found>, path: &str) -> Result<(), Failure> {
    let relaxed = jsonpath::relaxed(path);
    let template = jsonpath::parse(&relaxed)
        .map_err(|why| Failure::error(format!("error parsing jsonpath {relaxed}, {why}")))?;
    let mut keyed: Vec<(Option<Value>, Found)> = Vec::new();
    for item in found.drain(..) {
        keyed.push((template.find(&item.value()).into_iter().next(), item));
    }
    if !keyed.is_empty() && keyed.iter().all(|(key, _)| key.is_none()) {
        let why = format!("couldn't find any field with path {relaxed:?} in the list of objects");
        return Err(Failure::error(why));
    }
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) => compare(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    });
    found.extend(keyed.into_iter().map(|(_, item)| item));
    Ok(())
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Str(x), Value::Str(y)) => match (resource::time(a), resource::time(b)) {
            (Some(x), Some(y)) => x.cmp(&y),
            _ => natural(x, y),
        },
        _ => a.to_json().cmp(&b.to_json()),
    }
}

/// Numbers inside names count as numbers: `pod-2` before `pod-10`. Models fvbommel/sortorder: NaturalLess.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        match (a.chars().next(), b.chars().next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let end = |s: &str| s.find(|c: char| !c.is_ascii_digit()).unwrap_or(s.len());
                let (left, right) = (&a[..end(a)], &b[..end(b)]);
                let (l, r) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
                let order = (l.len(), l).cmp(&(r.len(), r)).then(left.len().cmp(&right.len()));
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (&a[left.len()..], &b[right.len()..]);
            }
            (Some(x), Some(y)) if x == y => (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]),
            (Some(x), Some(y)) => return x.cmp(&y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count() {
        assert_eq!(natural("pod-2", "pod-10"), Ordering::Less);
        assert_eq!(natural("a", "b"), Ordering::Less);
        assert_eq!(natural("a1", "a1b"), Ordering::Less);
    }
}
