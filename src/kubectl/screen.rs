//! `watch COMMAND`: the same command again and again, each time on the whole screen.
//!
//! Models procps' watch(1), with the cluster's clock.

use super::failure::Failure;
use super::lasting::{Lasting, Next};
use super::{Call, Output};
use crate::api::{Span, Time};
use std::ops::Range;

/// How wide the terminal is held to be.
const WIDTH: usize = 80;
const USAGE: &str = "\
Usage:
 watch [options] command

Options:
  -d, --differences      mark what has changed since the last time
  -e, --errexit          end if the command fails
  -g, --chgexit          end when what the command prints changes
  -n, --interval <secs>  seconds to wait between two times
  -t, --no-title         no title above
";

/// A command that is repeated.
struct Repeating {
    line: String,
    every: Span,
    next: Time,
    with_title: bool,
    with_differences: bool,
    ends_by_failure: bool,
    ends_by_change: bool,
    /// What was printed the last time.
    last: Option<String>,
}

/// Begins it; the words are those after `watch`.
pub(super) fn begin(call: &mut Call, words: &[String]) -> Result<(), Failure> {
    let mut repeating = Repeating {
        line: String::new(),
        every: Span::secs(2),
        next: call.world().now(),
        with_title: true,
        with_differences: false,
        ends_by_failure: false,
        ends_by_change: false,
        last: None,
    };
    let mut rest = words;
    while let [word, after @ ..] = rest
        && word.starts_with('-')
    {
        rest = after;
        let (name, given) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None if word.starts_with("-n") && word.len() > 2 => ("-n", Some(&word[2..])),
            None => (word.as_str(), None),
        };
        match name {
            "-d" | "--differences" => repeating.with_differences = true,
            "-e" | "--errexit" => repeating.ends_by_failure = true,
            "-g" | "--chgexit" => repeating.ends_by_change = true,
            "-t" | "--no-title" => repeating.with_title = false,
            "-n" | "--interval" => {
                let text = match given {
                    Some(text) => text,
                    None => {
                        let [text, after @ ..] = rest else {
                            return Err(usage("watch: option requires an argument -- 'n'"));
                        };
                        rest = after;
                        text
                    }
                };
                let wrong = || Failure::plain(format!("watch: failed to parse argument: '{text}'"));
                let secs: f64 = text.parse().ok().filter(|s: &f64| s.is_finite()).ok_or_else(wrong)?;
                repeating.every = Span((secs.clamp(0.1, 2_678_400.0) * 1e6) as i64);
            }
            "-h" | "--help" => {
                call.output.stdout += USAGE;
                return Ok(());
            }
            _ => return Err(usage(&format!("watch: unrecognized option '{word}'"))),
        }
    }
    if rest.is_empty() {
        return Err(usage("watch: a command is missing"));
    }
    repeating.line = rest.join(" ");
    call.lasts(repeating);
    Ok(())
}

fn usage(why: &str) -> Failure {
    Failure::plain(format!("{why}\n\n{}", USAGE.trim_end()))
}

impl Lasting for Repeating {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        let now = call.world().now();
        if now < self.next {
            return Ok(Next::At(self.next));
        }
        self.next = now + self.every;
        let started = super::start(call.timeline, call.context, call.files, &self.line);
        let Output { exit, stdout, stderr } = started.output;
        if let Some(running) = started.running {
            running.interrupt(call.timeline, call.context, call.files);
        }
        let text = stdout + &stderr;
        let title = if self.with_title { self.title(now) } else { String::new() };
        if self.with_differences
            && let Some(last) = &self.last
        {
            let changed = differences(last, &text).into_iter();
            call.changed = changed.map(|place| place.start + title.len()..place.end + title.len()).collect();
        }
        call.screen = Some(title + &text);
        let changes = self.last.as_ref().is_some_and(|last| *last != text);
        self.last = Some(text);
        if self.ends_by_failure && exit != 0 {
            call.output.exit = 8;
            return Ok(Next::Over);
        }
        if self.ends_by_change && changes {
            return Ok(Next::Over);
        }
        Ok(Next::At(self.next))
    }
    fn rewind(&mut self, call: &mut Call) {
        self.next = call.world().now();
    }
    fn ends(&self) -> bool {
        false
    }
}

impl Repeating {
    /// What is run at the left, the clock at the right.
    fn title(&self, now: Time) -> String {
        let tenths = self.every.0 / 100_000;
        let left = format!("Every {}.{}s: {}", tenths / 10, tenths % 10, self.line);
        let right = format!("podium: {}", clock(now));
        let room = WIDTH.saturating_sub(right.len() + 1);
        let left = match left.chars().count() > room {
            true => left.chars().take(room.saturating_sub(3)).collect::<String>() + "...",
            false => left,
        };
        let gap = WIDTH.saturating_sub(left.chars().count() + right.len());
        format!("{left}{}{right}\n\n", " ".repeat(gap))
    }
}

/// `Mon Jan  5 00:00:02 2026`. Models C's ctime.
fn clock(now: Time) -> String {
    let text = now.floor_sec().to_string();
    let number = |range: Range<usize>| text.get(range).and_then(|t| t.parse::<i64>().ok()).unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    // The epoch was a Thursday.
    let days = now.0.div_euclid(86_400_000_000);
    let weekday = DAYS[days.rem_euclid(7) as usize];
    let month = MONTHS[(month - 1).clamp(0, 11) as usize];
    format!("{weekday} {month} {day:>2} {} {year}", text.get(11..19).unwrap_or_default())
}

/// The places of a text that are not as they were, line by line and letter by letter.
fn differences(before: &str, after: &str) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut old = before.lines();
    let mut start = 0;
    for line in after.split_inclusive('\n') {
        let mut was = old.next().unwrap_or_default().chars();
        for (at, letter) in line.trim_end_matches('\n').char_indices() {
            if was.next() == Some(letter) {
                continue;
            }
            let place = start + at..start + at + letter.len_utf8();
            match all.last_mut().filter(|last| last.end == place.start) {
                Some(last) => last.end = place.end,
                None => all.push(place),
            }
        }
        start += line.len();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A screen, the next one, and the bytes of it that differ.
    type Case = (&'static str, &'static str, &'static [(usize, usize)]);

    #[test]
    fn what_has_changed_is_marked() {
        let cases: &[Case] = &[
            ("a 1\nb 2\n", "a 1\nb 3\n", &[(6, 7)]),
            ("a\n", "a\nnew\n", &[(2, 5)]),
            ("abc", "xbz", &[(0, 1), (2, 3)]),
            ("", "", &[]),
        ];
        for (before, after, want) in cases {
            let is = differences(before, after);
            let is: Vec<_> = is.into_iter().map(|place| (place.start, place.end)).collect();
            assert_eq!(is, *want, "{after:?}");
        }
    }
}
