//! Schedules: five fields as CronJobs have them.
//!
//! The crate `cron` numbers the days of the week otherwise, joins the two day fields by AND and knows no `@every`; what
//! would be left for it is the search below, so the fields are read here, as github.com/robfig/cron v3 reads them.

use super::{Span, Time};

/// When something runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Schedule {
    /// At the minutes that fit five fields.
    Fields(Fields),
    /// Again and again after so long.
    Every(Span),
}

/// One bit for each value that fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fields {
    minute: u64,
    hour: u64,
    day: u64,
    month: u64,
    weekday: u64,
    /// Are both day fields restricted? Then either may fit; otherwise both must.
    either_day: bool,
}

struct Bounds {
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const MINUTE: Bounds = Bounds { least: 0, most: 59, names: &[] };
const HOUR: Bounds = Bounds { least: 0, most: 23, names: &[] };
const DAY: Bounds = Bounds { least: 1, most: 31, names: &[] };
const MONTH: Bounds = Bounds {
    least: 1,
    most: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Bounds =
    Bounds { least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// How many years ahead are searched, so that 30 February ends. Models robfig/cron spec.go: Next.
const YEARS_MAX: i64 = 5;

impl Schedule {
    /// Reads a schedule, or says what is wrong with it in the words of the API server's parser.
    pub fn parse(text: &str) -> Result<Schedule, String> {
        if text.is_empty() {
            return Err("empty spec string".to_owned());
        }
        if let Some(descriptor) = text.strip_prefix('@') {
            return described(descriptor, text);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            let found = fields.join(" ");
            return Err(format!("expected exactly 5 fields, found {}: [{found}]", fields.len()));
        };
        let (minute, _) = field(minute, &MINUTE)?;
        let (hour, _) = field(hour, &HOUR)?;
        let (day, day_starred) = field(day, &DAY)?;
        let (month, _) = field(month, &MONTH)?;
        let (weekday, weekday_starred) = field(weekday, &WEEKDAY)?;
        let either_day = !day_starred && !weekday_starred;
        Ok(Schedule::Fields(Fields { minute, hour, day, month, weekday, either_day }))
    }

    /// The first instant after `after` at which it runs, in UTC; none if there is none within five years.
    pub fn next(&self, after: Time) -> Option<Time> {
        let fields = match self {
            Schedule::Every(span) => return Some((after + *span).floor_sec()),
            Schedule::Fields(fields) => fields,
        };
        let first = Time::from_unix((after.unix().div_euclid(60) + 1) * 60);
        let last_year = first.civil().0 + YEARS_MAX;
        let mut at = first;
        loop {
            let (year, month, day, hour, minute, _) = at.civil();
            if year > last_year {
                return None;
            }
            let midnight = Time::from_unix(at.unix().div_euclid(86_400) * 86_400);
            if !fields.fits_day(month, day, at.weekday()) {
                at = midnight + Span::secs(86_400);
            } else if fields.hour & 1 << hour == 0 {
                at = Time::from_unix((at.unix().div_euclid(3600) + 1) * 3600);
            } else if fields.minute & 1 << minute == 0 {
                at += Span::secs(60);
            } else {
                return Some(at);
            }
        }
    }
}

impl Fields {
    fn fits_day(&self, month: u32, day: u32, weekday: u32) -> bool {
        let (by_day, by_weekday) = (self.day & 1 << day != 0, self.weekday & 1 << weekday != 0);
        let fits = if self.either_day { by_day || by_weekday } else { by_day && by_weekday };
        self.month & 1 << month != 0 && fits
    }
}

fn described(descriptor: &str, text: &str) -> Result<Schedule, String> {
    let fields = match descriptor {
        "yearly" | "annually" => "0 0 1 1 *",
        "monthly" => "0 0 1 * *",
        "weekly" => "0 0 * * 0",
        "daily" | "midnight" => "0 0 * * *",
        "hourly" => "0 * * * *",
        _ => {
            let Some(length) = descriptor.strip_prefix("every ") else {
                return Err(format!("unrecognized descriptor: {text}"));
            };
            let span = duration(length).ok_or_else(|| {
                format!("failed to parse duration {text}: time: invalid duration {length:?}")
            })?;
            // Less than a second is a second, and fractions are cut.
            return Ok(Schedule::Every(Span::secs(span.whole_secs().max(1))));
        }
    };
    Schedule::parse(fields)
}

/// Reads a duration as Go writes it: `1h30m`, `90s`, `1.5h`.
pub fn duration(text: &str) -> Option<Span> {
    let mut rest = text;
    let mut micros = 0f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let (unit, length) = [("ms", 1e3), ("us", 1.0), ("h", 3.6e9), ("m", 6e7), ("s", 1e6)]
            .into_iter()
            .find(|(unit, _)| rest.starts_with(unit))?;
        micros += number * length;
        rest = &rest[unit.len()..];
    }
    Some(Span(micros as i64))
}

/// The values of one field, and whether it counts as starred.
fn field(text: &str, bounds: &Bounds) -> Result<(u64, bool), String> {
    let mut bits = 0;
    let mut starred = false;
    for part in text.split(',').filter(|p| !p.is_empty()) {
        let (more, star) = range(part, bounds)?;
        bits |= more;
        starred |= star;
    }
    Ok((bits, starred))
}

/// Models robfig/cron parser.go: getRange.
fn range(text: &str, bounds: &Bounds) -> Result<(u64, bool), String> {
    let mut parts = text.split('/');
    let low_high = parts.next().unwrap_or("");
    let step_text = parts.next();
    if parts.next().is_some() {
        return Err(format!("too many slashes: {text}"));
    }
    let mut ends = low_high.split('-');
    let (low, high) = (ends.next().unwrap_or(""), ends.next());
    if ends.next().is_some() {
        return Err(format!("too many hyphens: {text}"));
    }
    let mut starred = matches!(low, "*" | "?");
    let single = high.is_none();
    let (start, mut end) = match (starred, high) {
        (true, _) => (bounds.least, bounds.most),
        (false, None) => {
            let n = number(low, bounds)?;
            (n, n)
        }
        (false, Some(high)) => (number(low, bounds)?, number(high, bounds)?),
    };
    let step = match step_text {
        None => 1,
        Some(step) => {
            let step = number(step, &Bounds { names: &[], ..*bounds })?;
            if single && !starred {
                end = bounds.most;
            }
            starred &= step <= 1;
            step
        }
    };
    let (least, most) = (bounds.least, bounds.most);
    if start < least {
        return Err(format!("beginning of range ({start}) below minimum ({least}): {text}"));
    }
    if end > most {
        return Err(format!("end of range ({end}) above maximum ({most}): {text}"));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    let bits = (start..=end).step_by(step as usize).fold(0u64, |bits, n| bits | 1 << n);
    Ok((bits, starred))
}

fn number(text: &str, bounds: &Bounds) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    if let Some(i) = bounds.names.iter().position(|name| *name == lower) {
        return Ok(bounds.least + i as u32);
    }
    match text.parse::<i64>() {
        Ok(n) if n < 0 => Err(format!("negative number ({n}) not allowed: {text}")),
        Ok(n) => Ok(n.min(u32::MAX.into()) as u32),
        Err(_) => {
            Err(format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax"))
        }
    }
}
