//! Why a pod fits nowhere, in the scheduler's own words.

use super::plugins::Refused;
use crate::api::order;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Models pkg/scheduler/framework/types.go: FitError.Error. `absent` is the reason of nodes that were not looked at.
pub fn fit_error(total: usize, refusals: &[Rc<Refused>], absent: &str) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in refusals.iter().flat_map(|r| &r.reasons) {
        *counts.entry(reason).or_default() += 1;
    }
    if refusals.len() < total {
        *counts.entry(absent).or_default() += total - refusals.len();
    }
    let mut parts: Vec<String> = counts.into_iter().map(|(reason, n)| format!("{n} {reason}")).collect();
    order::sort_by(&mut parts, Ord::cmp);
    format!("0/{total} nodes are available: {}.", parts.join(", "))
}
