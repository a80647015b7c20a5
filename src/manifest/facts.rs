//! What there is to say of a value: what an amount means, when a schedule runs, how what it names fares.

use super::context::Context;
use super::diagnostic::Lines;
use super::live::{Live, Named, named, namespace};
use super::outline::{Written, outline};
use super::quantity;
use super::schema::Type;
use crate::api::{Kind, Schedule, Time, Zone};

/// How many of a schedule's next times are told.
const TIMES: usize = 3;

/// Lines about the value at a place.
pub(super) fn of(at: &Context, ty: Type, lines: &Lines, line: u32, live: &dyn Live) -> Vec<String> {
    let (value, path) = (at.value.as_str(), format!("{}.{}", at.above.join("."), at.key));
    if value.is_empty() {
        return Vec::new();
    }
    let all = outline(lines);
    let own = all.iter().find(|d| d.last().is_some_and(|w| w.line >= line)).map_or(&[][..], Vec::as_slice);
    let one = match (named(&path), ty) {
        (Some(Named::Object(kind)), _) => Some(object(kind, value, own, live)),
        (Some(Named::Target), _) => {
            let beside = own.iter().find(|w| w.path.ends_with("scaleTargetRef.kind"));
            let kind = Kind::ALL.iter().find(|k| beside.is_some_and(|w| w.value == k.info().name));
            kind.map(|kind| object(*kind, value, own, live))
        }
        (Some(Named::Schedule), _) => times(value, own, live.now()),
        (Some(Named::Image), _) => Some(format!("Without a command it {}.", live.image(value))),
        (_, Type::Quantity) => amount(&path, value),
        (_, Type::Int32 | Type::Int64) if path.ends_with("Seconds") => value.parse().ok().and_then(duration),
        _ => None,
    };
    one.into_iter().collect()
}

fn object(kind: Kind, name: &str, own: &[Written], live: &dyn Live) -> String {
    let (info, namespace) = (kind.info(), namespace(own));
    match live.about(kind, namespace, name) {
        Some(about) if about.is_empty() => format!("{} {name} is there now.", info.name),
        Some(about) => format!("{} {name} now: {about}.", info.name),
        None if info.namespaced => {
            format!("There is no {} {name} in the namespace {namespace} now.", info.name)
        }
        None => format!("There is no {} {name} now.", info.name),
    }
}

/// When a schedule runs next.
fn times(text: &str, own: &[Written], now: Time) -> Option<String> {
    let zone = own.iter().find(|w| w.path.ends_with("spec.timeZone")).map(|w| w.value.as_str());
    let found = zone.and_then(Zone::find);
    let schedule = Schedule::parse(text).ok()?.in_zone(found.clone());
    let mut at = now;
    let mut all = Vec::new();
    while let Some(next) = schedule.next(at).filter(|_| all.len() < TIMES) {
        let local = found.as_ref().map_or(next, |zone| next + zone.offset(next));
        let (year, _, day, hour, minute, _) = local.civil();
        let (weekday, month) = local.day_and_month();
        all.push(format!("{weekday} {day} {month} {year} {hour:02}:{minute:02}"));
        at = next;
    }
    let zone = if found.is_some() { zone.unwrap_or("UTC") } else { "UTC" };
    let said = if all.is_empty() {
        "It never runs.".to_owned()
    } else {
        format!("Runs next: {} ({zone}).", all.join(", "))
    };
    Some(said)
}

/// What an amount is in other words.
fn amount(path: &str, text: &str) -> Option<String> {
    let nanos = quantity::nanos(text)?;
    let last = path.rsplit('.').next().unwrap_or(path);
    if last == "cpu" {
        let hundredths = nanos / 10_000_000;
        return Some(match nanos % 1_000_000_000 {
            0 if nanos == 1_000_000_000 => "The time of one whole CPU.".to_owned(),
            0 => format!("The time of {} CPUs.", nanos / 1_000_000_000),
            _ if nanos < 1_000_000_000 && hundredths > 0 => format!("{hundredths} % of the time of one CPU."),
            _ if nanos < 10_000_000 => "Less than 1 % of the time of one CPU.".to_owned(),
            _ => format!("The time of {} CPUs.", decimals(nanos, 1_000_000_000)),
        });
    }
    let bytes = nanos / 1_000_000_000;
    let is_size = last == "memory"
        || last.ends_with("storage")
        || last.ends_with("sizeLimit")
        || last.starts_with("hugepages");
    if !is_size || bytes < 1 {
        return None;
    }
    const UNITS: [(&str, u32); 5] = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("bytes", 0)];
    let (unit, bits) = UNITS.iter().find(|(_, bits)| bytes >> bits > 0).copied()?;
    Some(format!("{} {unit}: {} bytes.", decimals(bytes, 1 << bits), grouped(bytes)))
}

/// A quotient with at most two decimals.
fn decimals(of: i128, by: i128) -> String {
    let hundredths = of.saturating_mul(100).saturating_add(by / 2) / by;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `1 048 576`.
fn grouped(n: i128) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// A span in words, if it is longer than a minute.
fn duration(secs: i64) -> Option<String> {
    if secs < 60 {
        return None;
    }
    const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut left = secs;
    let mut parts = Vec::new();
    for (size, name) in UNITS {
        let n = left / size;
        left %= size;
        if n > 0 {
            parts.push(format!("{n} {name}{}", if n == 1 { "" } else { "s" }));
        }
    }
    Some(format!("{}.", parts.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_in_words() {
        let cases = [
            ("requests.cpu", "500m", Some("50 % of the time of one CPU.")),
            ("requests.cpu", "1", Some("The time of one whole CPU.")),
            ("requests.cpu", "1500m", Some("The time of 1.5 CPUs.")),
            ("requests.cpu", "1m", Some("Less than 1 % of the time of one CPU.")),
            ("limits.memory", "64Mi", Some("64 MiB: 67 108 864 bytes.")),
            ("limits.memory", "1500M", Some("1.4 GiB: 1 500 000 000 bytes.")),
            ("requests.storage", "1Gi", Some("1 GiB: 1 073 741 824 bytes.")),
            ("limits.memory", "much", None),
            ("hard.pods", "4", None),
        ];
        for (path, text, want) in cases {
            assert_eq!(amount(path, text).as_deref(), want, "{path}: {text}");
        }
    }

    #[test]
    fn spans_are_told_in_words() {
        let cases = [
            (59, None),
            (60, Some("1 minute.")),
            (100_000, Some("1 day 3 hours 46 minutes 40 seconds.")),
            (7200, Some("2 hours.")),
        ];
        for (secs, want) in cases {
            assert_eq!(duration(secs).as_deref(), want, "{secs}");
        }
    }

    #[test]
    fn a_schedule_tells_its_next_times() {
        let now = Time::parse("2026-03-28T23:30:00Z").expect("a time");
        let zoned = |zone: &str| vec![Written { path: "spec.timeZone".into(), value: zone.into(), line: 1 }];
        assert_eq!(
            times("0 * * * *", &[], now).as_deref(),
            Some("Runs next: Sun 29 Mar 2026 00:00, Sun 29 Mar 2026 01:00, Sun 29 Mar 2026 02:00 (UTC).")
        );
        // Clocks are put forward in that night.
        assert_eq!(
            times("30 * * * *", &zoned("Europe/Berlin"), now).as_deref(),
            Some(
                "Runs next: Sun 29 Mar 2026 01:30, Sun 29 Mar 2026 03:30, Sun 29 Mar 2026 04:30 (Europe/Berlin)."
            )
        );
        assert_eq!(times("0 0 30 2 *", &[], now).as_deref(), Some("It never runs."));
        assert_eq!(times("nonsense", &[], now), None);
    }
}
