//! `kubectl events`: what the control plane said, the latest last.
//!
//! Models kubectl pkg/cmd/events/events.go.

use super::args::{Args, truth, value};
use super::duration;
use super::failure::Failure;
use super::get::lay_out;
use super::print::{self, Format};
use super::resource::{self, Resource};
use super::{Call, Verb, Words, target};
use crate::api::{Kind, Time, Value};

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
    if let Some(kind) = types.iter().find(|t| !matches!(t.as_str(), "normal" | "warning")) {
        return Err(Failure::error(format!("valid --types are Normal or Warning, not {kind:?}")));
    }
    let everywhere = args.has("all-namespaces");
    let place = target::namespace(call, args);
    let about = args.get("for").map(about).transpose()?;
    let text = |event: &Value, path: &str| event.at(path).as_str().unwrap_or_default().to_owned();
    let mut events = Resource::Event.made_up(call.world(), (!everywhere).then_some(place.as_str()));
    events.retain(|event| {
        let typed = types.is_empty() || types.contains(&text(event, "type").to_lowercase());
        let meant = about.as_ref().is_none_or(|(kind, name)| {
            text(event, "involvedObject.kind") == kind.info().name
                && text(event, "involvedObject.name") == *name
        });
        typed && meant
    });
    events.sort_by_key(|event| resource::time(event.get("lastTimestamp")));
    match Format::of(call, args)? {
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
            let titles = ["NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
            if !args.has("no-headers") {
                rows.push(titles[usize::from(!everywhere)..].iter().map(|t| (*t).to_owned()).collect());
            }
            for event in &events {
                let object =
                    format!("{}/{}", text(event, "involvedObject.kind"), text(event, "involvedObject.name"));
                let mut row = vec![
                    interval(event, call.world().now()),
                    text(event, "type"),
                    text(event, "reason"),
                    object,
                    text(event, "message").trim().to_owned(),
                ];
                if everywhere {
                    row.insert(0, text(event, "metadata.namespace"));
                }
                rows.push(row);
            }
            call.output.stdout.push_str(&lay_out(&rows));
        }
        format => print::structured(&print::list(events), &format, &mut call.output.stdout)?,
    }
    Ok(())
}

fn about(word: &str) -> Result<(Kind, String), Failure> {
    let wrong = || Failure::error("--for must be in resource/name form");
    let (kind, name) = word.split_once('/').ok_or_else(wrong)?;
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
