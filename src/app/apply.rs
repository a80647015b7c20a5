//! Apply: the page's button is `kubectl apply -f NAME`; what became of each document is told line by line.

use crate::kubectl::{self, Context};
use crate::sim::Timeline;

/// What became of one document, or of another command.
pub type Outcome = kubectl::Applied;

/// What sending the text would change.
pub fn changes(timeline: &Timeline, file: &str, text: &str) -> Vec<kubectl::Change> {
    kubectl::changes(timeline, &Context::default(), file, text)
}

/// Sends every document that can be understood.
pub fn apply(timeline: &mut Timeline, file: &str, text: &str) -> Vec<Outcome> {
    kubectl::apply_text(timeline, &Context::default(), file, text)
}
