//! When a CronJob should have run, and when it will run next.
//!
//! Models pkg/controller/cronjob/utils.go.

use crate::api::{CronJob, Schedule, Span, Time};

/// How much later than the schedule it wakes, so that clocks that differ do no harm. Models nextScheduleDelta.
const DELTA: Span = Span::millis(100);
/// More missed runs than this are worth a warning.
const MISSED_MANY: i64 = 100;

/// What a CronJob has missed.
pub(super) struct Recent {
    /// From when on it was looked at.
    pub(super) earliest: Time,
    /// The latest time at which a Job should have started.
    pub(super) missed: Option<Time>,
    /// Were there more than that one?
    pub(super) any: bool,
    /// Were there so many that it is worth a warning?
    pub(super) many: bool,
}

/// The latest time at which a Job should have started. Models mostRecentScheduleTime.
pub(super) fn most_recent(
    cron: &CronJob,
    now: Time,
    schedule: &Schedule,
    deadline: Option<Span>,
) -> Result<Recent, String> {
    let mut earliest = cron.status.last_schedule.unwrap_or(cron.meta.created.floor_sec());
    if let Some(deadline) = deadline {
        earliest = earliest.max(now - deadline);
    }
    let none = Recent { earliest, missed: None, any: false, many: false };
    let Some(first) = schedule.next(earliest) else {
        return Err("time difference between two schedules is less than 1 second".to_owned());
    };
    if now < first {
        return Ok(none);
    }
    let second = schedule.next(first);
    let Some(second) = second.filter(|s| *s <= now) else {
        return Ok(Recent { missed: Some(first), ..none });
    };
    let between = (second - first).whole_secs();
    if between < 1 {
        return Err("time difference between two schedules is less than 1 second".to_owned());
    }
    let missed = (now - first).whole_secs() / between + 1;
    let mut at = schedule.next(first + Span::secs((missed - 2) * between));
    let mut latest = None;
    while let Some(t) = at.filter(|t| *t <= now) {
        latest = Some(t);
        at = schedule.next(t);
    }
    Ok(Recent { missed: latest, any: missed > 0, many: missed > MISSED_MANY, ..none })
}

/// How long until the next run. Models nextScheduleTimeDuration.
pub(super) fn next_wait(cron: &CronJob, now: Time, schedule: &Schedule) -> Span {
    let from = match most_recent(cron, now, schedule, None) {
        Ok(Recent { missed: Some(at), .. }) => at,
        Ok(Recent { any: false, earliest, .. }) => earliest,
        _ => now,
    };
    schedule.next(from).map_or(Span::secs(86_400), |next| next + DELTA - now)
}

/// `2026-03-29T03:00:00+02:00`, or with `Z` where clocks show UTC.
pub(super) fn rfc3339(at: Time, ahead: Span) -> String {
    let local = (at + ahead).to_string();
    let minutes = ahead.whole_secs() / 60;
    if minutes == 0 {
        return local;
    }
    let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
    format!("{}{sign}{:02}:{:02}", local.trim_end_matches('Z'), minutes / 60, minutes % 60)
}

/// `Mon, 05 Jan 2026 00:02:00 UTC`.
pub(super) fn rfc1123(at: Time) -> String {
    let (y, _, d, h, mi, s) = at.civil();
    let (day, month) = at.day_and_month();
    format!("{day}, {d:02} {month} {y} {h:02}:{mi:02}:{s:02} UTC")
}
