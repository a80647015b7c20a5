//! `kubectl events`: what the control plane said, the latest last.
//!
//! Models kubectl pkg/cmd/events/events.go.

use super::args::{Args, truth, value};
use super::duration;
use super::failure::Failure;
use super::get::lay_out;
use super::lasting::{Lasting, Next};
use super::print::{self, Format};
use super::resource::{self, Resource};
use super::watch::Watch;
use super::{Call, Verb, Words, tabs, target};
use crate::api::{Kind, Map, Time, Value};
use crate::record;

/// `kubectl events [--for TYPE/NAME] [--types=Warning,Normal] [-A] [-o FORMAT]`.
pub(super) const VERB: Verb = Verb {
    name: "events",
    takes: Words::Nothing,
    flags: &[
        &[value("for", ' '), value("types", ' '), truth("all-namespaces", 'A'), value("output", 'o')],
        &[truth("watch", 'w'), truth("no-headers", ' '), value("chunk-size", ' ')],
    ],
    run,
};

fn run(call: &mut Call, args: &Args) -> Result<(), Failure> {
    let types: Vec<String> = args.all("types").flat_map(|t| t.split(',')).map(str::to_lowercase).collect();
    if types.iter().any(|t| !matches!(t.as_str(), "normal" | "warning")) {
        return Err(Failure::error("valid --types are Normal or Warning"));
    }
    let everywhere = args.has("all-namespaces");
    let place = target::namespace(call, args);
    let about = args.get("for").map(about).transpose()?;
    let mut events = Resource::Event.made_up(call.world(), (!everywhere).then_some(place.as_str()));
    let meant = Meant { types, about };
    events.retain(|event| meant.is(event));
    let format = Format::of(call, args)?;
    if args.has("watch") {
        let with_titles = !args.has("no-headers");
        let place = (!everywhere).then_some(place);
        let watch = Watch::new(call, args, Resource::Event, place, None)?;
        let mut watching =
            Watching { watch, meant, everywhere, format, with_titles, begun: false, widest: Vec::new() };
        events.iter().for_each(|event| watching.print(call, event));
        call.lasts(watching);
        return Ok(());
    }
    events.sort_by_key(|event| resource::time(event.get("lastTimestamp")));
    match format {
        Format::Table { .. } if events.is_empty() => {
            let whose = if everywhere {
                "No events found.".to_owned()
            } else {
                format!("No events found in {place} namespace.")
            };
            call.complain(&whose);
        }
        Format::Table { .. } => {
            let mut rows: Vec<Vec<String>> = Vec::new();
            if !args.has("no-headers") {
                rows.push(titles(everywhere));
            }
            let now = call.world().now();
            rows.extend(events.iter().map(|event| row(event, now, everywhere)));
            call.output.stdout.push_str(&lay_out(&rows));
        }
        format => {
            let empty = Map::new();
            let list = record! {
                "apiVersion" => "v1", "items" => events, "kind" => "EventList", "metadata" => empty,
            };
            print::structured(&list, &format, &mut call.output.stdout)?;
        }
    }
    Ok(())
}

/// Which events are meant.
struct Meant {
    types: Vec<String>,
    about: Option<(Kind, String)>,
}

impl Meant {
    fn is(&self, event: &Value) -> bool {
        let typed = self.types.is_empty() || self.types.contains(&text(event, "type").to_lowercase());
        typed
            && self.about.as_ref().is_none_or(|(kind, name)| {
                text(event, "involvedObject.kind") == kind.info().name
                    && text(event, "involvedObject.name") == *name
            })
    }
}

fn text(event: &Value, path: &str) -> String {
    event.at(path).as_str().unwrap_or_default().to_owned()
}

fn titles(everywhere: bool) -> Vec<String> {
    let all = ["NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
    all[usize::from(!everywhere)..].iter().map(|t| (*t).to_owned()).collect()
}

fn row(event: &Value, now: Time, everywhere: bool) -> Vec<String> {
    let object = format!("{}/{}", text(event, "involvedObject.kind"), text(event, "involvedObject.name"));
    let mut row = vec![
        interval(event, now),
        text(event, "type"),
        text(event, "reason"),
        object,
        text(event, "message").trim().to_owned(),
    ];
    if everywhere {
        row.insert(0, text(event, "metadata.namespace"));
    }
    row
}

/// `kubectl events --watch`. Models events.go: runWatch.
struct Watching {
    watch: Watch,
    meant: Meant,
    everywhere: bool,
    format: Format,
    with_titles: bool,
    begun: bool,
    /// How wide the columns have been.
    widest: Vec<usize>,
}

impl Watching {
    fn print(&mut self, call: &mut Call, event: &Value) {
        let first = !std::mem::replace(&mut self.begun, true);
        if !matches!(self.format, Format::Table { .. }) {
            let between = if first || !matches!(self.format, Format::Yaml) { "" } else { "---\n" };
            call.output.stdout += between;
            // Why a template fails it has said in what it printed.
            let _ = print::structured(event, &self.format, &mut call.output.stdout);
            return;
        }
        let titles = (first && self.with_titles).then(|| titles(self.everywhere).join("\t") + "\n");
        let row = row(event, call.world().now(), self.everywhere).join("\t");
        let rows = format!("{}{row}\n", titles.unwrap_or_default());
        call.output.stdout += &tabs::align_on(&rows, 6, 3, &mut self.widest);
    }
}

impl Lasting for Watching {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        // One is forgotten after an hour, which nobody needs to be told.
        for (_, found) in
            self.watch.events(call).into_iter().filter(|(verb, _)| *verb != crate::sim::Verb::Deleted)
        {
            let event = found.value();
            if self.meant.is(&event) {
                self.print(call, &event);
            }
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

fn about(word: &str) -> Result<(Kind, String), Failure> {
    let wrong = || Failure::error("--for must be in resource/name form");
    let (kind, name) = word.split_once('/').ok_or_else(wrong)?;
    if name.contains('/') {
        let why = "arguments in resource/name form may not have more than one slash";
        return Err(Failure::error(why));
    }
    let unknown = || Failure::error(format!("the server doesn't have a resource type {kind:?}"));
    Ok((Kind::from_word(kind).ok_or_else(unknown)?, name.to_owned()))
}

/// When it was said, and how often. Models kubectl pkg/cmd/events/event_printer.go: getInterval.
fn interval(event: &Value, now: Time) -> String {
    let ago = |field: &str| {
        let at = resource::time(event.get(field));
        at.map_or("<unknown>".to_owned(), |at| duration::human(now - at))
    };
    match event.get("count").as_int() {
        Some(count) if count > 1 => {
            format!("{} (x{count} over {})", ago("lastTimestamp"), ago("firstTimestamp"))
        }
        _ => ago("firstTimestamp"),
    }
}
