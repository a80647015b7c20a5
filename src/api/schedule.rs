//! Schedules: five fields as CronJobs have them.
//!
//! The crate `cron` numbers the days of the week otherwise, joins the two day fields by AND and knows no `@every`; what
//! would be left for it is the search below, so the fields are read here, as github.com/robfig/cron v3 reads them.

use super::{Span, Time, Zone};

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
    /// Whose clocks are meant; none is UTC.
    zone: Option<Zone>,
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

const AN_HOUR: Span = Span::secs(3600);
/// How many years ahead are searched, so that 30 February ends. Models robfig/cron spec.go: Next.
const YEARS_MAX: i64 = 5;

impl Schedule {
    /// Reads a schedule, or says what is wrong with it in the words of the API server's parser.
    pub fn parse(text: &str) -> Result<Schedule, String> {
        if text.is_empty() {
            return Err("empty spec string".to_owned());
        }
        let zoned = text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ="));
        if let Some((name, rest)) = zoned.and_then(|text| text.split_once(' ')) {
            let zone = Zone::find(name);
            let zone =
                zone.ok_or_else(|| format!("provided bad location {name}: unknown time zone {name}"))?;
            return Ok(Schedule::parse(rest.trim())?.in_zone(Some(zone)));
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
        Ok(Schedule::Fields(Fields { minute, hour, day, month, weekday, either_day, zone: None }))
    }

    /// The same fields, meant by the clocks of a zone.
    pub fn in_zone(mut self, zone: Option<Zone>) -> Schedule {
        if let Schedule::Fields(fields) = &mut self {
            fields.zone = zone;
        }
        self
    }
    /// The first instant after `after` at which it runs; none if there is none within five years.
    pub fn next(&self, after: Time) -> Option<Time> {
        match self {
            Schedule::Every(span) => Some((after + *span).floor_sec()),
            Schedule::Fields(fields) => fields.next(after),
        }
    }
}

impl Fields {
    /// What happens where clocks are put forward or back is decided by how robfig/cron steps.
    /// Models robfig/cron spec.go: Next.
    fn next(&self, after: Time) -> Option<Time> {
        let mut at = Time::from_unix((after.unix().div_euclid(60) + 1) * 60);
        let last_year = self.local(at).civil().0 + YEARS_MAX;
        // The first step of all goes back to where the month, day or hour begins.
        let mut rounded = false;
        loop {
            let local = self.local(at);
            let (year, month, day, hour, minute, _) = local.civil();
            if year > last_year {
                return None;
            }
            if self.month & 1 << month == 0 {
                rounded = true;
                at = self.instant(Time::of_date(year, month + 1, 1));
            } else if !self.fits_day(local, day) {
                let from = if rounded { at } else { self.instant(Time::of_date(year, month, day)) };
                rounded = true;
                at = self.next_day(from);
            } else if self.hour & 1 << hour == 0 {
                let whole = Time::from_unix(local.unix().div_euclid(3600) * 3600);
                let from = if rounded { at } else { self.instant(whole) };
                rounded = true;
                at = from + AN_HOUR;
            } else if self.minute & 1 << minute == 0 {
                rounded = true;
                at += Span::secs(60);
            } else {
                return Some(at);
            }
        }
    }
    fn next_day(&self, at: Time) -> Time {
        let next = self.instant(self.local(at) + AN_HOUR * 24);
        // Where midnight does not exist or comes twice, the day begins at another hour.
        match i64::from(self.local(next).civil().3) {
            0 => next,
            late if late > 12 => next + AN_HOUR * (24 - late),
            late => next + AN_HOUR * -late,
        }
    }
    /// What the clocks show, as if they were in UTC.
    fn local(&self, at: Time) -> Time {
        self.zone.as_ref().map_or(at, |zone| at + zone.offset(at))
    }
    /// When the clocks show that. Models Go's time.Date, for times that do not exist or come twice as well.
    fn instant(&self, local: Time) -> Time {
        let Some(zone) = &self.zone else { return local };
        let near = Time(local.0 - zone.offset(local).0);
        Time(local.0 - zone.offset(near).0)
    }
    fn fits_day(&self, local: Time, day: u32) -> bool {
        let (by_day, by_weekday) = (self.day & 1 << day != 0, self.weekday & 1 << local.weekday() != 0);
        if self.either_day { by_day || by_weekday } else { by_day && by_weekday }
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
        let (unit, length) = [("ns", 1e-3), ("ms", 1e3), ("us", 1.0), ("h", 3.6e9), ("m", 6e7), ("s", 1e6)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Value;
    use crate::json;

    fn word<'a>(value: &'a Value, name: &str) -> &'a str {
        value.get(name).as_str().unwrap_or("")
    }
    /// `2012-03-11T00:00:00-05:00`
    fn time(value: &Value) -> Option<Time> {
        let text = value.as_str()?;
        match text.rsplit_once(['+', '-']).filter(|(_, ahead)| ahead.contains(':') && ahead.len() == 5) {
            None => Time::parse(text),
            Some((local, ahead)) => {
                let (h, m) = ahead.split_once(':')?;
                let span = Span::secs(h.parse::<i64>().ok()? * 3600 + m.parse::<i64>().ok()? * 60);
                let west = text.as_bytes()[local.len()] == b'-';
                let local = Time::parse(&format!("{local}Z"))?;
                Some(if west { local + span } else { local - span })
            }
        }
    }
    fn schedule(case: &Value) -> Result<Schedule, String> {
        let text = word(case, "schedule");
        let schedule = Schedule::parse(text)?;
        let zone = Zone::find(word(case, "zone"));
        Ok(if text.contains("TZ=") { schedule } else { schedule.in_zone(zone) })
    }

    type Check = fn(&Value) -> Result<(), String>;

    fn next(case: &Value) -> Result<(), String> {
        let after = time(case.get("after")).ok_or("no time")?;
        let (is, want) = (schedule(case)?.next(after), time(case.get("next")));
        if is == want { Ok(()) } else { Err(format!("{is:?} instead of {want:?}")) }
    }
    fn activation(case: &Value) -> Result<(), String> {
        let at = time(case.get("time")).ok_or("no time")?;
        let activates = schedule(case)?.next(at - Span::secs(1)) == Some(at);
        if case.get("activates").as_bool() == Some(activates) { Ok(()) } else { Err(activates.to_string()) }
    }
    fn expression(case: &Value) -> Result<(), String> {
        let found = Schedule::parse(word(case, "expression"));
        if case.get("valid").as_bool() != Some(found.is_ok()) {
            return Err(format!("{found:?}"));
        }
        let same = word(case, "same_as");
        if !same.is_empty() && found != Schedule::parse(same) {
            return Err(format!("is not {same}"));
        }
        match found.err().filter(|why| !why.contains(word(case, "error_contains"))) {
            None => Ok(()),
            Some(why) => Err(why),
        }
    }
    fn one_field(case: &Value) -> Result<(), String> {
        let bound = |name: &str| case.get(name).as_int().unwrap_or(0) as u32;
        let names = MONTH.names;
        let names = if word(case, "field").contains("jan") { names } else { &[] };
        let bounds = Bounds { least: bound("min"), most: bound("max"), names };
        let found = field(word(case, "field"), &bounds);
        let wanted = case.get("values").items().iter().filter_map(Value::as_int);
        match found {
            Ok((bits, _)) if case.get("values").is_null() => Err(format!("{bits:b}")),
            Ok((bits, _)) => {
                let want = wanted.fold(0u64, |bits, n| bits | 1 << n);
                if bits == want { Ok(()) } else { Err(format!("{bits:b} instead of {want:b}")) }
            }
            Err(why) if why.contains(word(case, "error_contains")) && case.get("values").is_null() => Ok(()),
            Err(why) => Err(why),
        }
    }

    #[test]
    fn cron_cases_hold() {
        let Some(text) = json::recording("cron_cases.json") else { return };
        let tables: [(&str, Check); 4] = [
            ("next_cases", next),
            ("activation_cases", activation),
            ("expression_cases", expression),
            ("field_cases", one_field),
        ];
        let (mut holds, mut all, mut wrong) = (0, 0, Vec::new());
        for (table, check) in tables {
            for case in json::parse(&text).get(table).items() {
                all += 1;
                match check(case) {
                    Ok(()) => holds += 1,
                    Err(why) => wrong.push(format!("{}: {why}", case.to_json())),
                }
            }
        }
        json::tell(&format!("{holds} of {all} cron_cases hold"));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Times that do not exist are left out, those that come twice run twice where the hour is a star; everywhere.
    #[test]
    fn clocks_that_change_are_followed() {
        let times = |text: &str, from: &str, count: usize| -> Vec<String> {
            let schedule = Schedule::parse(text).expect("a schedule");
            let mut at = Time::parse(from).expect("a time");
            let mut all = Vec::new();
            for _ in 0..count {
                at = schedule.next(at).expect("it runs again");
                all.push(at.to_string());
            }
            all
        };
        let berlin = |fields: &str| format!("TZ=Europe/Berlin {fields}");
        // 02:30 does not exist on 29 March, and comes twice on 25 October.
        let spring = times(&berlin("30 2 * * *"), "2026-03-27T12:00:00Z", 3);
        assert_eq!(spring, ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"]);
        let autumn = times(&berlin("30 2 * * *"), "2026-10-24T12:00:00Z", 3);
        assert_eq!(autumn, ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"]);
        // Midnight does not exist where clocks are put forward at 0:00.
        let cairo = times("TZ=Africa/Cairo 0 0 * * *", "2026-04-22T23:00:00Z", 2);
        assert_eq!(cairo, ["2026-04-24T21:00:00Z", "2026-04-25T21:00:00Z"]);
        assert_eq!(times("TZ=Asia/Kolkata 0 9 1 * *", "2026-01-05T00:00:00Z", 1), ["2026-02-01T03:30:00Z"]);
    }
}
