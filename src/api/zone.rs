//! Time zones: how far a place's clocks are from UTC at an instant.
//!
//! The table beside this file is made by `tools/zones.mjs` out of the IANA time zone database: what held since 2020, and
//! the rules that hold from now on.

use super::{Span, Time};

/// The offset of each zone, and when its clocks change.
const TABLE: &str = include_str!("zones.txt");

/// A time zone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Zone {
    /// What held before the rule: offsets in seconds, each from an instant on.
    past: Vec<(i64, i64)>,
    /// When the rule begins to hold.
    until: i64,
    standard: i64,
    /// The offset in summer, and when it begins and ends in local time, where clocks change.
    summer: Option<(i64, Edge, Edge)>,
}

/// The time in each year at which clocks change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Edge {
    month: u32,
    /// The fifth is the last.
    week: i64,
    weekday: i64,
    /// In seconds from midnight; it may be before or after that day.
    at: i64,
}

/// The names of all zones, those of one area together.
pub fn zone_names() -> impl Iterator<Item = String> {
    TABLE.lines().flat_map(|line| line.split(' ').skip(1)).flat_map(|word| {
        let (area, names) = word.rsplit_once('/').map_or((None, word), |(area, names)| (Some(area), names));
        names.split(',').map(move |name| area.map_or(name.to_owned(), |area| format!("{area}/{name}")))
    })
}

impl Zone {
    /// The zone of that name, such as `Europe/Berlin`.
    pub fn find(name: &str) -> Option<Zone> {
        let (area, own) = name.rsplit_once('/').unwrap_or(("", name));
        let has = |word: &str| {
            let (its_area, names) = word.rsplit_once('/').unwrap_or(("", word));
            its_area == area && names.split(',').any(|n| n == own)
        };
        let line = TABLE.lines().find(|line| line.split(' ').skip(1).any(has))?;
        Zone::read(line.split(' ').next()?)
    }
    fn read(behaviour: &str) -> Option<Zone> {
        let minutes = |text: &str| text.parse::<i64>().ok().map(|n| n * 60);
        let mut zone = Zone { until: i64::MIN, ..Zone::default() };
        let mut rule = behaviour;
        if let Some((past, rest)) = behaviour.split_once(';') {
            rule = rest;
            for part in past.split(',') {
                match part.split_once('=') {
                    Some((from, offset)) => {
                        zone.past.push((minutes(from).unwrap_or(i64::MIN), minutes(offset)?));
                    }
                    None => zone.until = minutes(part)?,
                }
            }
        }
        let mut parts = rule.split(':');
        let (standard, summer) = match parts.next()?.split_once('/') {
            None => return Some(Zone { standard: minutes(rule)?, ..zone }),
            Some(both) => both,
        };
        zone.standard = minutes(standard)?;
        zone.summer = Some((minutes(summer)?, Edge::read(parts.next()?)?, Edge::read(parts.next()?)?));
        Some(zone)
    }
    /// How far its clocks are ahead of UTC.
    pub fn offset(&self, at: Time) -> Span {
        let at = at.unix();
        if at < self.until {
            let held = self.past.iter().take_while(|(from, _)| *from <= at).last();
            return Span::secs(held.map_or(self.standard, |(_, offset)| *offset));
        }
        let Some((summer, begin, end)) = self.summer else {
            return Span::secs(self.standard);
        };
        let year = Time::from_unix(at + self.standard).civil().0;
        let (begin, end) = (begin.in_year(year) - self.standard, end.in_year(year) - summer);
        // South of the equator summer goes over the turn of the year.
        let is_summer = match begin < end {
            true => begin <= at && at < end,
            false => !(end <= at && at < begin),
        };
        Span::secs(if is_summer { summer } else { self.standard })
    }
}

impl Edge {
    /// `10.5.0.120`
    fn read(text: &str) -> Option<Edge> {
        let mut numbers = text.split('.').map(|n| n.parse::<i64>().ok());
        let mut next = || numbers.next()?;
        Some(Edge { month: next()? as u32, week: next()?, weekday: next()?, at: next()? * 60 })
    }
    /// In seconds, as if local time were UTC.
    fn in_year(self, year: i64) -> i64 {
        let first = Time::of_date(year, self.month, 1);
        let mut day = (self.weekday - i64::from(first.weekday())).rem_euclid(7) + 7 * (self.week - 1);
        // Counted from the first of the month, the fifth week may lie beyond its end.
        let days = (Time::of_date(year, self.month + 1, 1) - first).whole_secs() / 86_400;
        if day >= days {
            day -= 7;
        }
        first.unix() + day * 86_400 + self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offsets that `TZ=… date -d …` tells of the same instants.
    #[test]
    fn offsets_are_those_of_the_database() {
        for (zone, at, minutes) in [
            ("UTC", "2026-03-29T00:00:00Z", 0),
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 60),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", 120),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", 120),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", 60),
            ("America/New_York", "2026-03-08T06:59:59Z", -300),
            ("America/New_York", "2026-03-08T07:00:00Z", -240),
            ("Australia/Lord_Howe", "2026-01-05T00:00:00Z", 660),
            ("Australia/Lord_Howe", "2026-07-05T00:00:00Z", 630),
            ("Europe/Dublin", "2026-07-05T00:00:00Z", 60),
            ("Asia/Kathmandu", "2026-07-05T00:00:00Z", 345),
            ("America/Argentina/Buenos_Aires", "2026-07-05T00:00:00Z", -180),
            // Clocks are put back for Ramadan.
            ("Africa/Casablanca", "2026-02-20T00:00:00Z", 0),
            ("Africa/Casablanca", "2026-04-20T00:00:00Z", 60),
            // There was summer time until 2022.
            ("America/Mexico_City", "2021-07-05T00:00:00Z", -300),
            ("America/Mexico_City", "2026-07-05T00:00:00Z", -360),
            ("Pacific/Kiritimati", "2026-07-05T00:00:00Z", 840),
        ] {
            let found = Zone::find(zone).unwrap_or_else(|| panic!("{zone} is there"));
            assert_eq!(found.offset(Time::parse(at).unwrap()), Span::secs(minutes * 60), "{zone} at {at}");
        }
        for name in ["Mars/Base", "Europe", "Europe/", "/Berlin", "", "Berlin", "60"] {
            assert_eq!(Zone::find(name), None, "{name}");
        }
        assert!(TABLE.lines().all(|line| Zone::read(line.split(' ').next().unwrap()).is_some()));
    }
}
