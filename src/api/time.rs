//! Virtual time: instants and lengths in whole microseconds, and their forms in the API.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};

/// An instant of virtual time, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

/// A length of virtual time, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub i64);

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// A span of whole seconds. Saturates: a manifest may say 9223372036854775807.
    pub const fn secs(n: i64) -> Span {
        Span(n.saturating_mul(1_000_000))
    }
    /// A span of whole milliseconds.
    pub const fn millis(n: i64) -> Span {
        Span(n.saturating_mul(1_000))
    }
    /// The length in seconds, with its fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
    /// The length in whole seconds, cut off.
    pub const fn whole_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

impl Time {
    /// The instant cut to its whole second, as `metav1.Time` is when it is stored.
    pub const fn floor_sec(self) -> Time {
        Time(self.0.div_euclid(1_000_000) * 1_000_000)
    }
    /// Whole seconds since 1970.
    pub const fn unix(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
    /// The instant so many whole seconds after 1970.
    pub const fn from_unix(secs: i64) -> Time {
        Time(secs.saturating_mul(1_000_000))
    }
    /// Year, month, day, hour, minute, second in UTC.
    pub fn civil(self) -> (i64, u32, u32, u32, u32, u32) {
        let secs = self.unix();
        let (y, m, d) = civil_from_days(secs.div_euclid(86_400));
        let s = secs.rem_euclid(86_400) as u32;
        (y, m, d, s / 3600, s / 60 % 60, s % 60)
    }
    /// The midnight in UTC at which a day begins; months beyond December are those of the next year.
    pub fn of_date(year: i64, month: u32, day: u32) -> Time {
        let (year, month) = (year + i64::from((month - 1) / 12), (month - 1) % 12 + 1);
        Time::from_unix(days_from_civil(year, month, day) * 86_400)
    }
    /// The day of the week in UTC, Sunday being 0.
    pub fn weekday(self) -> u32 {
        (self.unix().div_euclid(86_400) + 4).rem_euclid(7) as u32
    }
    /// The day of the week and the month in UTC, by their English abbreviations: `Mon`, `Jan`.
    pub fn day_and_month(self) -> (&'static str, &'static str) {
        const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        (DAYS[self.weekday() as usize], MONTHS[self.civil().1 as usize - 1])
    }
    /// Reads `2026-01-05T00:00:00Z`, with or without a fraction of a second; no other form is taken.
    pub fn parse(s: &str) -> Option<Time> {
        if let Some((whole, fraction)) = s.split_once('.') {
            let digits = fraction.strip_suffix('Z').filter(|f| f.bytes().all(|b| b.is_ascii_digit()))?;
            let micros: String = digits.chars().chain("000000".chars()).take(6).collect();
            return Some(Time::parse(&format!("{whole}Z"))? + Span(micros.parse().ok()?));
        }
        let b = s.as_bytes();
        if b.len() != 20
            || b[4] != b'-'
            || b[7] != b'-'
            || b[10] != b'T'
            || b[13] != b':'
            || b[16] != b':'
            || b[19] != b'Z'
        {
            return None;
        }
        let n = |r: std::ops::Range<usize>| s.get(r)?.parse::<u32>().ok();
        let (y, mo, d) = (n(0..4)?, n(5..7)?, n(8..10)?);
        let (h, mi, se) = (n(11..13)?, n(14..16)?, n(17..19)?);
        if !(1..=12).contains(&mo) || !(1..=31).contains(&d) || h > 23 || mi > 59 || se > 59 {
            return None;
        }
        let days = days_from_civil(y as i64, mo, d);
        Some(Time::from_unix(days * 86_400 + (h * 3600 + mi * 60 + se) as i64))
    }
}

/// The API's form: RFC 3339 in UTC with whole seconds.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, mo, d, h, mi, s) = self.civil();
        write!(f, "{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z")
    }
}
impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}+{:06}", self.0.rem_euclid(1_000_000))
    }
}
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.as_secs_f64())
    }
}
impl Add<Span> for Time {
    type Output = Time;
    fn add(self, rhs: Span) -> Time {
        Time(self.0.saturating_add(rhs.0))
    }
}
impl AddAssign<Span> for Time {
    fn add_assign(&mut self, rhs: Span) {
        *self = *self + rhs;
    }
}
impl Sub<Span> for Time {
    type Output = Time;
    fn sub(self, rhs: Span) -> Time {
        Time(self.0.saturating_sub(rhs.0))
    }
}
impl Sub<Time> for Time {
    type Output = Span;
    fn sub(self, rhs: Time) -> Span {
        Span(self.0.saturating_sub(rhs.0))
    }
}
impl Add for Span {
    type Output = Span;
    fn add(self, rhs: Span) -> Span {
        Span(self.0.saturating_add(rhs.0))
    }
}
impl Sub for Span {
    type Output = Span;
    fn sub(self, rhs: Span) -> Span {
        Span(self.0.saturating_sub(rhs.0))
    }
}
impl Mul<i64> for Span {
    type Output = Span;
    fn mul(self, rhs: i64) -> Span {
        Span(self.0.saturating_mul(rhs))
    }
}

/// Days since 1970 of a proleptic Gregorian date, counted in 400-year eras that begin on 1 March.
fn days_from_civil(y: i64, m: u32, d: u32) -> i64 {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((m as i64 + 9) % 12) + 2) / 5 + d as i64 - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let m = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    let y = yoe + era * 400 + i64::from(m <= 2);
    (y, m, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_agree_both_ways() {
        for s in
            ["2026-01-05T00:00:00Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2100-03-01T12:00:00Z"]
        {
            assert_eq!(Time::parse(s).unwrap().to_string(), s);
        }
        assert_eq!(Time::parse("2026-01-05T00:00:00Z").unwrap().weekday(), 1);
        assert_eq!(Time::parse("2026-13-05T00:00:00Z"), None);
    }
}
