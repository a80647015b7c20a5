//! Ages in the words of kubectl: `5s`, `2m30s`, `3d4h`.

use crate::api::Span;

/// The two most telling units of a length of time. Models apimachinery pkg/util/duration: HumanDuration.
pub(super) fn human(span: Span) -> String {
    // Go cuts towards zero, and takes clocks that differ by less than two seconds for equal.
    let seconds = span.0 / 1_000_000;
    if seconds < -1 {
        return "<invalid>".to_owned();
    }
    let seconds = seconds.max(0);
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let two = |n: i64, unit: char, rest: i64, smaller: char| match rest {
        0 => format!("{n}{unit}"),
        rest => format!("{n}{unit}{rest}{smaller}"),
    };
    match (minutes, hours) {
        (0..2, _) => format!("{seconds}s"),
        (2..10, _) => two(minutes, 'm', seconds % 60, 's'),
        (10..180, _) => format!("{minutes}m"),
        (_, ..8) => two(hours, 'h', minutes % 60, 'm'),
        (_, 8..48) => format!("{hours}h"),
        (_, 48..192) => two(hours / 24, 'd', hours % 24, 'h'),
        (_, 192..17_520) => format!("{}d", hours / 24),
        (_, 17_520..70_080) => two(hours / 24 / 365, 'y', hours / 24 % 365, 'd'),
        _ => format!("{}y", hours / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_two_units() {
        let (minute, hour, day) = (60, 3600, 86_400);
        let cases = [
            (-2, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (10 * minute + 5, "10m"),
            (179 * minute, "179m"),
            (3 * hour, "3h"),
            (3 * hour + 5 * minute, "3h5m"),
            (47 * hour, "47h"),
            (2 * day, "2d"),
            (2 * day + hour, "2d1h"),
            (8 * day, "8d"),
            (729 * day, "729d"),
            (730 * day, "2y"),
            (731 * day, "2y1d"),
            (8 * 365 * day + day, "8y"),
        ];
        for (seconds, want) in cases {
            assert_eq!(human(Span::secs(seconds)), want, "{seconds}");
        }
    }
}
