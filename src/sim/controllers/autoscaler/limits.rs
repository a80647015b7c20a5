//! How fast replicas may come and go: stabilization windows, rates, the least and the most.
//! Models horizontal.go: normalizeDesiredReplicas and normalizeDesiredReplicasWithBehaviors.

use super::Sync;
use crate::api::{Span, Time, Value};

/// How long the highest recommendation holds before fewer replicas are taken.
/// Models --horizontal-pod-autoscaler-downscale-stabilization.
const STABLE: Span = Span::secs(300);
/// Without a behaviour, replicas at most double, but four are always allowed.
const UP_FACTOR: i64 = 2;
const UP_LEAST: i64 = 4;

const WITHIN: (&str, &str) = ("DesiredWithinRange", "the desired count is within the acceptable range");
const TOO_MANY: (&str, &str) =
    ("TooManyReplicas", "the desired replica count is more than the maximum replica count");
const TOO_FEW: (&str, &str) =
    ("TooFewReplicas", "the desired replica count is less than the minimum replica count");
const UP_LIMIT: (&str, &str) =
    ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
const DOWN_LIMIT: (&str, &str) =
    ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");
const UP_STABLE: (&str, &str) = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);
const DOWN_STABLE: (&str, &str) = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);

impl Sync<'_> {
    /// What is done about a recommendation; the conditions say what held it up.
    pub(super) fn within_limits(&mut self, current: i64, wanted: i64, least: i64, most: i64) -> i64 {
        let behaviour = self.spec("behavior").clone();
        let plain = behaviour.is_null();
        let (stable, why) = if plain {
            (self.stabilized(wanted), DOWN_STABLE)
        } else {
            let window = |direction: &str, default: Span| {
                let said = behaviour.get(direction).get("stabilizationWindowSeconds").as_int();
                said.map_or(default, Span::secs)
            };
            let (up, down) = (window("scaleUp", Span::ZERO), window("scaleDown", STABLE));
            let why = if wanted >= current { UP_STABLE } else { DOWN_STABLE };
            (self.stabilized_both(wanted, current, up, down), why)
        };
        let (reason, message) = if stable != wanted {
            why
        } else {
            ("ReadyForNewScale", "recommended size matches current size")
        };
        self.condition("AbleToScale", "True", reason, message);
        let (desired, (reason, message)) = if plain {
            by_rules(current, stable, least, most)
        } else {
            self.by_rate(&behaviour, current, stable, least, most)
        };
        let limited = if desired == stable { "False" } else { "True" };
        self.condition("ScalingLimited", limited, reason, message);
        desired
    }

    /// The highest recommendation of the window. Models stabilizeRecommendation.
    fn stabilized(&mut self, wanted: i64) -> i64 {
        let cutoff = self.now - STABLE;
        let recent = self.memo.recommended.iter().filter(|(_, at)| *at >= cutoff);
        let highest = recent.map(|(n, _)| *n).fold(wanted, i64::max);
        let now = self.now;
        self.memo.recommended.retain(|(_, at)| *at >= cutoff);
        self.memo.recommended.push((wanted, now));
        highest
    }
    /// Models stabilizeRecommendationWithBehaviors.
    fn stabilized_both(&mut self, wanted: i64, current: i64, up: Span, down: Span) -> i64 {
        let now = self.now;
        let since = |window: Span| self.memo.recommended.iter().filter(move |(_, at)| *at > now - window);
        let lowest = since(up).map(|(n, _)| *n).fold(wanted, i64::min);
        let highest = since(down).map(|(n, _)| *n).fold(wanted, i64::max);
        let cutoff = now - up.max(down);
        self.memo.recommended.retain(|(_, at)| *at >= cutoff);
        self.memo.recommended.push((wanted, now));
        current.max(lowest).min(highest)
    }
    /// Models convertDesiredReplicasWithBehaviorRate.
    fn by_rate(
        &self,
        behaviour: &Value,
        current: i64,
        wanted: i64,
        least: i64,
        most: i64,
    ) -> (i64, (&'static str, &'static str)) {
        if wanted > current {
            let limit = self.rate(behaviour.get("scaleUp"), current, 1).max(current);
            let (allowed, why) = if most > limit { (limit, UP_LIMIT) } else { (most, TOO_MANY) };
            if wanted > allowed {
                return (allowed, why);
            }
        } else if wanted < current {
            let limit = self.rate(behaviour.get("scaleDown"), current, -1).min(current);
            let (allowed, why) = if least < limit { (limit, DOWN_LIMIT) } else { (least, TOO_FEW) };
            if wanted < allowed {
                return (allowed, why);
            }
        }
        (wanted, WITHIN)
    }
    /// How many replicas a direction's policies allow now; `sign` is that of the direction.
    /// Models calculateScaleUpLimitWithScalingRules and calculateScaleDownLimitWithBehaviors.
    fn rate(&self, rules: &Value, current: i64, sign: i64) -> i64 {
        let select = rules.get("selectPolicy").as_str().unwrap_or("Max");
        if select == "Disabled" {
            return current;
        }
        let allowed = rules.get("policies").items().iter().map(|policy| {
            let number = |field: &str| policy.get(field).as_int().unwrap_or(0);
            let since = self.now - Span::secs(number("periodSeconds"));
            let changed = |events: &[(i64, Time)]| -> i64 {
                events.iter().filter(|(_, at)| *at > since).map(|(n, _)| n).sum()
            };
            let start = current - changed(&self.memo.ups) + changed(&self.memo.downs);
            let (value, percent) = (number("value"), policy.get("type").as_str() == Some("Percent"));
            match (percent, sign) {
                (false, sign) => start + sign * value,
                (true, 1) => (start as f64 * (1.0 + value as f64 / 100.0)).ceil() as i64,
                (true, _) => (start as f64 * (1.0 - value as f64 / 100.0)) as i64,
            }
        });
        // The largest change is the highest number going up, and the lowest going down.
        let high = (select == "Max") == (sign > 0);
        let found = if high { allowed.max() } else { allowed.min() };
        found.unwrap_or(current)
    }
    /// Models storeScaleEvent.
    pub(super) fn note_scaling(&mut self, before: i64, after: i64) {
        let behaviour = self.spec("behavior").clone();
        if behaviour.is_null() {
            return;
        }
        let (direction, events) = match after > before {
            true => ("scaleUp", &mut self.memo.ups),
            false => ("scaleDown", &mut self.memo.downs),
        };
        let policies = behaviour.get(direction).get("policies").items().iter();
        let longest = policies.filter_map(|p| p.get("periodSeconds").as_int()).max().unwrap_or(0);
        let cutoff = self.now - Span::secs(longest);
        events.retain(|(_, at)| *at >= cutoff);
        events.push(((after - before).abs(), self.now));
    }
}

/// Models convertDesiredReplicasWithRules.
fn by_rules(current: i64, wanted: i64, least: i64, most: i64) -> (i64, (&'static str, &'static str)) {
    let limit = (UP_FACTOR * current).max(UP_LEAST);
    let (allowed, why) = if most > limit { (limit, UP_LIMIT) } else { (most, TOO_MANY) };
    if wanted < least {
        (least, TOO_FEW)
    } else if wanted > allowed {
        (allowed, why)
    } else {
        (wanted, WITHIN)
    }
}
