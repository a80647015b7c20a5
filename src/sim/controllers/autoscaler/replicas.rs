//! From what pods use to how many there should be. Models pkg/controller/podautoscaler/replica_calculator.go.

use crate::api::Object;
use crate::manifest::quantity::nanos;

/// How a pod counts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Group {
    /// It uses so much.
    Ready(i64),
    /// What it uses does not count yet.
    Unready,
    /// Nobody knows what it uses.
    Missing,
    /// It is on its way out.
    Ignored,
}

/// By how much the ratio may be off before anything is done, below and above.
pub(super) struct Tolerance {
    down: f64,
    up: f64,
}

impl Tolerance {
    /// Models tolerancesForHpa, and --horizontal-pod-autoscaler-tolerance.
    pub fn of(hpa: &Object) -> Tolerance {
        let own = |direction: &str| {
            let said = hpa.raw("spec.behavior").get(direction).get("tolerance").as_str();
            said.and_then(nanos).map_or(0.1, |n| n as f64 / 1e9)
        };
        Tolerance { down: own("scaleDown"), up: own("scaleUp") }
    }
    fn holds(&self, ratio: f64) -> bool {
        1.0 - self.down <= ratio && ratio <= 1.0 + self.up
    }
}

/// How many replicas there should be, and what the pods use that were counted first. `ratio` is what is used over what
/// should be; `fallback` is what a pod is taken to use of which nothing is known, where the others use little.
/// Models GetResourceReplicas and calcPlainMetricReplicas.
pub(super) fn propose(
    pods: &[Group],
    current: i64,
    tolerance: &Tolerance,
    ratio: &dyn Fn(&[Option<i64>]) -> f64,
    fallback: &[i64],
) -> Result<(i64, Vec<Option<i64>>), String> {
    let value = |g: &Group| if let Group::Ready(used) = g { Some(*used) } else { None };
    let first: Vec<Option<i64>> = pods.iter().map(value).collect();
    let ready = first.iter().flatten().count();
    if ready == 0 {
        return Err("did not receive metrics for targeted pods (pods might be unready)".to_owned());
    }
    let has = |group: Group| pods.contains(&group);
    let before = ratio(&first);
    let up_with_unready = has(Group::Unready) && before > 1.0;
    if !up_with_unready && !has(Group::Missing) {
        let wanted = if tolerance.holds(before) { current } else { (before * ready as f64).ceil() as i64 };
        return Ok((wanted, first));
    }
    let assumed = |(i, group): (usize, &Group)| match group {
        Group::Missing if before < 1.0 => Some(fallback[i]),
        Group::Missing if before > 1.0 => Some(0),
        Group::Unready if up_with_unready => Some(0),
        _ => first[i],
    };
    let all: Vec<Option<i64>> = pods.iter().enumerate().map(assumed).collect();
    let after = ratio(&all);
    let turned = (before < 1.0 && after > 1.0) || (before > 1.0 && after < 1.0);
    let wanted = (after * all.iter().flatten().count() as f64).ceil() as i64;
    let wrong_way = (after < 1.0 && wanted > current) || (after > 1.0 && wanted < current);
    let keeps = tolerance.holds(after) || turned || wrong_way;
    Ok((if keeps { current } else { wanted }, first))
}

#[cfg(test)]
mod tests {
    use super::Group::*;
    use super::*;

    /// The proposal for a target of 100 a pod, as `calcPlainMetricReplicas` makes it.
    fn check(pods: &[Group], current: i64, want: Result<i64, &str>) {
        let tolerance = Tolerance { down: 0.1, up: 0.1 };
        let ratio = |values: &[Option<i64>]| {
            let known: Vec<i64> = values.iter().flatten().copied().collect();
            (known.iter().sum::<i64>() / known.len() as i64) as f64 / 100.0
        };
        let is = propose(pods, current, &tolerance, &ratio, &vec![100; pods.len()]).map(|(n, _)| n);
        assert_eq!(is, want.map_err(str::to_owned), "{pods:?}");
    }

    #[test]
    fn replicas_follow_the_load() {
        check(&[Ready(300), Ready(500), Ready(700)], 3, Ok(15));
        check(&[Ready(105), Ready(100)], 2, Ok(2));
        check(&[Ready(111), Ready(112)], 2, Ok(3));
        check(&[Ready(10), Ready(20), Ready(30)], 3, Ok(1));
        // Those that are not ready count as idle when more are wanted, and not at all when fewer are.
        check(&[Ready(500), Ready(700), Unready], 3, Ok(12));
        check(&[Ready(110), Ready(130), Unready, Unready], 4, Ok(4));
        check(&[Ready(30), Ready(50), Unready], 3, Ok(1));
        // Of those nobody knows of, the worst is assumed for either decision.
        check(&[Ready(300), Ready(500), Missing], 3, Ok(8));
        check(&[Ready(10), Ready(20), Missing, Missing], 4, Ok(3));
        check(&[Ready(95), Missing], 2, Ok(2));
        check(&[Ready(200), Ignored], 1, Ok(2));
        check(
            &[Unready, Ignored],
            2,
            Err("did not receive metrics for targeted pods (pods might be unready)"),
        );
    }
}
