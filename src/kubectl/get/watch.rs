//! `kubectl get --watch`: what is there, and then a row whenever it changes.
//!
//! Models kubectl pkg/cmd/get/get.go: watch.

use super::super::lasting::{Lasting, Next};
use super::super::tabs;
use super::super::target::{self, Found, Search};
use super::super::watch::Watch;
use super::{Args, Call, Failure, Format, Look, print, row, titles};
use crate::record;
use crate::sim::Verb;

/// A watch, and how what it sees is printed.
struct Watching {
    watch: Watch,
    format: Format,
    look: Look,
    /// Each line begins with what has happened.
    with_verbs: bool,
    /// Were there titles, or is this not the first document?
    begun: bool,
    /// How wide the columns have been.
    widest: Vec<usize>,
}

pub(super) fn begin(call: &mut Call, args: &Args, format: Format, search: Search) -> Result<(), Failure> {
    if args.get("sort-by").is_some() {
        call.complain(match args.has("watch") {
            true => "warning: --watch requested, --sort-by will be ignored for watch events received",
            false => "warning: --watch-only requested, --sort-by will be ignored",
        });
    }
    let [first, rest @ ..] = search.asked.as_slice() else {
        return Err(Failure::error("you must provide one or more resources"));
    };
    if rest.iter().any(|other| other.resource != first.resource) {
        return Err(Failure::error("you may only specify a single resource type"));
    }
    if let Some(missing) = search.missing.into_iter().next() {
        return Err(missing);
    }
    // With --ignore-not-found, what is not there is not waited for.
    if first.name.is_some() && search.found.is_empty() {
        return Ok(());
    }
    let (resource, name) = (first.resource, first.name.clone());
    let own = first.namespace.clone().unwrap_or_else(|| target::namespace(call, args));
    let place = (resource.info().namespaced && !args.has("all-namespaces")).then_some(own);
    let look = Look { with_kind: args.has("show-kind"), ..Look::of(args, &Search::default(), wide(&format)) };
    let mut watching = Watching {
        watch: Watch::new(call, args, resource, place, name.map(Into::into))?,
        format,
        look,
        with_verbs: args.has("output-watch-events"),
        begun: false,
        widest: Vec::new(),
    };
    if !args.has("watch-only") {
        let there: Vec<(Verb, Found)> = search.found.into_iter().map(|f| (Verb::Added, f)).collect();
        watching.print(call, &there);
    }
    if !rest.is_empty() {
        let why = "watch is only supported on individual resources and resource collections";
        return Err(Failure::error(format!("{why} - {} resources were found", rest.len() + 1)));
    }
    call.lasts(watching);
    Ok(())
}

fn wide(format: &Format) -> bool {
    matches!(format, Format::Table { wide: true })
}

impl Lasting for Watching {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        for event in self.watch.events(call) {
            self.print(call, &[event]);
        }
        Ok(Next::Event)
    }
    fn rewind(&mut self, call: &mut Call) {
        self.watch.rewind(call);
    }
    fn ends(&self) -> bool {
        false
    }
}

impl Watching {
    fn print(&mut self, call: &mut Call, events: &[(Verb, Found)]) {
        let mut text = String::new();
        for (verb, found) in events {
            let said = match verb {
                Verb::Added => "ADDED   ",
                Verb::Modified => "MODIFIED",
                Verb::Deleted => "DELETED ",
            };
            if matches!(self.format, Format::Table { .. }) {
                self.add_row(&mut text, said, row(found, &self.look, call.world().now()));
            } else {
                self.add_document(&mut text, said, found);
            }
        }
        call.output.stdout += &tabs::align_on(&text, 6, 3, &mut self.widest);
    }
    fn add_row(&mut self, text: &mut String, said: &str, row: Vec<String>) {
        if self.look.with_titles && !self.begun {
            let title = if self.with_verbs { "EVENT\t" } else { "" };
            *text += &format!("{title}{}\n", titles(self.watch.resource, &self.look).join("\t"));
        }
        self.begun = true;
        if self.with_verbs {
            *text += &format!("{said}\t");
        }
        *text += &(row.join("\t") + "\n");
    }
    fn add_document(&mut self, text: &mut String, said: &str, found: &Found) {
        let (mut value, said) = (found.value(), said.trim_end());
        match &self.format {
            Format::Json if self.with_verbs => {
                *text += &format!("{{\"type\":\"{said}\",\"object\":{}}}\n", value.to_json());
                return;
            }
            Format::Name => {}
            _ if self.with_verbs => value = record! { "object" => value, "type" => said.to_owned() },
            _ => {}
        }
        if let Format::Columns(columns) = &self.format {
            let rows = print::column_rows(&[value], columns);
            let skipped = usize::from(self.begun || !self.look.with_titles);
            for row in &rows[skipped..] {
                *text += &(row.join("\t") + "\n");
            }
        } else {
            if self.begun && matches!(self.format, Format::Yaml) {
                *text += "---\n";
            }
            // Why a template fails it has said in what it printed.
            let _ = print::structured(&value, &self.format, text);
        }
        self.begun = true;
    }
}
