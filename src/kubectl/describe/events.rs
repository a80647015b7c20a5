//! The table of events at the end of a text. Models DescribeEvents.

use super::super::duration;
use super::Seen;
use super::page::Page;
use crate::api::Time;
use crate::sim::{ClusterEvent, EventType};

/// The scheduler speaks the newer API of events: its times have fractions, and it leaves the older fields empty.
const SCHEDULER: &str = "default-scheduler";

/// Writes what was said about the object, in the order in which it was last said.
pub(super) fn table(seen: &Seen, page: &mut Page) {
    let about = seen.world.events.of(seen.object.meta().uid);
    let mut events: Vec<&ClusterEvent> = about.map(|(_, event)| event).collect();
    if events.is_empty() {
        page.field(0, "Events", "<none>");
        return;
    }
    events.sort_by_key(|event| last_timestamp(event));
    page.line(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    for event in events {
        let (kind, path) = (event_type(event.kind), &event.field_path);
        let colon = if path.is_empty() { "" } else { ": " };
        let (reason, from, message) = (event.reason, event.source, event.message.trim());
        let ages = ages(seen.world.now(), event);
        page.line(1, format_args!("{kind}\t{reason}\t{ages}\t{from}\t{path}{colon}{message}"));
    }
}

/// By what kubectl sorts. Models kubectl pkg/util/event/sorted_event_list.go.
fn last_timestamp(event: &ClusterEvent) -> Time {
    if event.source == SCHEDULER { Time::default() } else { event.last.floor_sec() }
}

fn ages(now: Time, event: &ClusterEvent) -> String {
    let kept = |at: Time| if event.source == SCHEDULER { at } else { at.floor_sec() };
    let first = duration::human(now - kept(event.first));
    match event.count {
        ..=1 => first,
        count => format!("{} (x{count} over {first})", duration::human(now - kept(event.last))),
    }
}

const fn event_type(kind: EventType) -> &'static str {
    match kind {
        EventType::Normal => "Normal",
        EventType::Warning => "Warning",
    }
}
