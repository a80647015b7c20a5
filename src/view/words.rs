//! How instants, spans and states are put into words on the screen.

use crate::api::{Span, Time};
use crate::sim::State;

/// Time since the start of the cluster: `t+00:01:32`, with days where there are any.
pub fn stamp(since: Span) -> String {
    let secs = since.whole_secs().max(0);
    let (d, h, m, s) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60, secs % 60);
    match d {
        0 => format!("t+{h:02}:{m:02}:{s:02}"),
        d => format!("t+{d}d {h:02}:{m:02}:{s:02}"),
    }
}

/// An instant as a person reads it: `Mon 5 Jan 2026 00:01:32 UTC`.
pub fn clock(at: Time) -> String {
    let (y, _, d, h, m, s) = at.civil();
    let (day, month) = at.day_and_month();
    format!("{day} {d} {month} {y} {h:02}:{m:02}:{s:02} UTC")
}

/// The time of day: `00:02`.
pub fn hour_minute(at: Time) -> String {
    let (_, _, _, h, m, _) = at.civil();
    format!("{h:02}:{m:02}")
}

/// A span in its two largest units: `42 s`, `3 min 20 s`, `2 h 5 min`, `4 d`.
pub fn about(span: Span) -> String {
    let secs = span.whole_secs().max(0);
    let two = |a: i64, unit: &str, b: i64, below: &str| match b {
        0 => format!("{a} {unit}"),
        b => format!("{a} {unit} {b} {below}"),
    };
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => two(secs / 60, "min", secs % 60, "s"),
        3600..86_400 => two(secs / 3600, "h", secs / 60 % 60, "min"),
        _ => two(secs / 86_400, "d", secs / 3600 % 24, "h"),
    }
}

/// The word for a state of a pod or an owner, as kubectl would say it where it has a word.
pub fn state_word(state: State) -> &'static str {
    match state {
        State::Pending => "Pending",
        State::Creating => "ContainerCreating",
        State::Running => "Running",
        State::Ready => "Running, ready",
        State::Succeeded => "Succeeded",
        State::Failed => "Failed",
        State::CrashLoop => "CrashLoopBackOff",
        State::Terminating => "Terminating",
        State::Stuck => "Stuck",
        State::Failing => "Failing",
        State::Suspended => "Suspended",
        State::Unknown => "Unknown",
    }
}

/// `1 pod`, `2 pods`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
