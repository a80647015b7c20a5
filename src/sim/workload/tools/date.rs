//! `date`, from virtual time, always in UTC.

use super::{Act, Call};
use crate::api::{Span, Time};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `date [-u] [-d TIME] [-I[seconds]] [+FORMAT]`.
pub(super) fn date(call: &mut Call) -> Act {
    let mut format = "%a %b %e %H:%M:%S %Z %Y".to_owned();
    let mut at = call.now;
    let args: Vec<String> = call.args().iter().map(|arg| (*arg).to_owned()).collect();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-d" | "--date" => match args.next().and_then(|text| read(text, call.now)) {
                Some(time) => at = time,
                None => return call.fail(1, "invalid date"),
            },
            "-R" => format = "%a, %d %b %Y %H:%M:%S +0000".to_owned(),
            "-I" => format = "%Y-%m-%d".to_owned(),
            "-Iseconds" | "--iso-8601=seconds" => format = "%Y-%m-%dT%H:%M:%S+00:00".to_owned(),
            other => {
                if let Some(text) = other.strip_prefix("--date=") {
                    match read(text, call.now) {
                        Some(time) => at = time,
                        None => return call.fail(1, &format!("invalid date '{text}'")),
                    }
                } else if let Some(given) = other.strip_prefix('+') {
                    format = given.to_owned();
                }
            }
        }
    }
    let line = formatted(at, &format);
    call.line(line);
    Act::Done(0)
}

/// `@SECONDS`, `2026-01-05T00:00:00Z`, `2026-01-05`, `yesterday`, `-1 day`, `2 hours ago`.
fn read(text: &str, now: Time) -> Option<Time> {
    if let Some(secs) = text.strip_prefix('@') {
        return secs.parse().ok().map(Time::from_unix);
    }
    let day = Span::secs(86_400);
    match text {
        "now" | "today" => return Some(now),
        "yesterday" => return Some(now - day),
        "tomorrow" => return Some(now + day),
        _ => {}
    }
    let full = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.replace(' ', "T") };
    let full = if full.ends_with('Z') { full } else { format!("{full}Z") };
    if let Some(time) = Time::parse(&full) {
        return Some(time);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let (number, unit, ago) = match words[..] {
        [number, unit] => (number, unit, false),
        [number, unit, "ago"] => (number, unit, true),
        _ => return None,
    };
    let secs = match unit.trim_end_matches('s') {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        _ => return None,
    };
    let number = number.parse::<i64>().ok()?.checked_mul(secs)?;
    Some(now + Span::secs(if ago { -number } else { number }))
}

/// Fills a format in.
pub(in super::super) fn formatted(at: Time, format: &str) -> String {
    let (year, month, day, hour, minute, second) = at.civil();
    let month_name = MONTHS[(month as usize - 1) % 12];
    let day_name = DAYS[at.weekday() as usize % 7];
    let day_of_year = 1
        + (at.unix().div_euclid(86_400)
            - Time::parse(&format!("{year:04}-01-01T00:00:00Z")).map_or(0, |t| t.unix() / 86_400));
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let hour_12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        let text = match chars.next() {
            Some('Y') => year.to_string(),
            Some('y') => format!("{:02}", year.rem_euclid(100)),
            Some('m') => format!("{month:02}"),
            Some('d') => format!("{day:02}"),
            Some('e') => format!("{day:2}"),
            Some('H') => format!("{hour:02}"),
            Some('I') => format!("{hour_12:02}"),
            Some('M') => format!("{minute:02}"),
            Some('S') => format!("{second:02}"),
            Some('N') => format!("{:09}", at.0.rem_euclid(1_000_000) * 1000),
            Some('s') => at.unix().to_string(),
            Some('j') => format!("{day_of_year:03}"),
            Some('F') => format!("{year:04}-{month:02}-{day:02}"),
            Some('T' | 'X') => format!("{hour:02}:{minute:02}:{second:02}"),
            Some('R') => format!("{hour:02}:{minute:02}"),
            Some('D' | 'x') => format!("{month:02}/{day:02}/{:02}", year.rem_euclid(100)),
            Some('a') => day_name[..3].to_owned(),
            Some('A') => day_name.to_owned(),
            Some('b' | 'h') => month_name[..3].to_owned(),
            Some('B') => month_name.to_owned(),
            Some('p') => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            Some('u') => (if at.weekday() == 0 { 7 } else { at.weekday() }).to_string(),
            Some('w') => at.weekday().to_string(),
            Some('Z') => "UTC".to_owned(),
            Some('z') => "+0000".to_owned(),
            Some('c') => formatted(at, "%a %b %e %H:%M:%S %Y"),
            Some('n') => "\n".to_owned(),
            Some('%') => "%".to_owned(),
            Some(other) => format!("%{other}"),
            None => "%".to_owned(),
        };
        out.push_str(&text);
    }
    out
}
