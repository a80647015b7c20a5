//! `sandbox traffic`: who sends requests again and again, and what came of them.

use super::tabs;
use crate::api::Span;
use crate::sim::World;
use crate::sim::network::traffic::{Counts, Generator, rate_words};

/// Endpoints and latencies are those of so long before.
const LATELY: Span = Span::secs(60);

/// Every generator in a row, and below it where its requests of the last minute went.
pub(super) fn list(world: &World) -> String {
    let mut text = "FROM\tURL\tRATE\tSENT\tFAILED\tLATENCY\tLAST FAILURE\n".to_owned();
    let before = text.len();
    for generator in world.traffic.generators() {
        row(&mut text, world, generator);
    }
    if text.len() == before { "no traffic\n".to_owned() } else { tabs::align(&text, 0, 3) }
}

fn row(text: &mut String, world: &World, generator: &Generator) {
    let Generator { from, url, rate, all, last_failure, .. } = generator;
    let from = if from.is_empty() { "outside" } else { from };
    let lately = generator.since(world.now() - LATELY);
    *text += &format!("{from}\t{url}\t{}\t{}", rate_words(*rate), counted(all, &lately.counts));
    *text += &format!("\t{last_failure}\n");
    for end in &lately.endpoints {
        *text += &format!("\t  to {}\t\t{}\t\n", end.name, counted(&end.counts, &end.counts));
    }
}

/// Sent, failed and latency, a cell each.
fn counted(counts: &Counts, lately: &Counts) -> String {
    let latency =
        lately.latency().map_or("<none>".to_owned(), |span| format!("{:.1}ms", span.0 as f64 / 1e3));
    format!("{}\t{}\t{latency}", counts.sent, counts.failed)
}
