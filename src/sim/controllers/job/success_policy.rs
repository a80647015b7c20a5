//! The success policy: an Indexed Job may be done before all of its indexes have succeeded.
//!
//! Models pkg/controller/job/success_policy.go: matchSuccessPolicy.

use super::indexes::Indexes;
use crate::api::Value;

/// The message of the first rule that is met.
pub(super) fn met(policy: &Value, completions: i32, succeeded: &Indexes) -> Option<String> {
    if succeeded.total() == 0 {
        return None;
    }
    let rules = policy.get("rules").items();
    let at = rules.iter().position(|rule| {
        let enough = |n: i32| rule.get("succeededCount").as_int().is_some_and(|count| i64::from(n) >= count);
        match rule.get("succeededIndexes").as_str() {
            None => enough(succeeded.total()),
            Some(text) => {
                let wanted = Indexes::parse(text, completions);
                let there = wanted.overlap(succeeded);
                wanted.total() > 0 && (there == wanted.total() || enough(there))
            }
        }
    })?;
    Some(format!("Matched rules at index {at}"))
}
