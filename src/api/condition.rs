//! Conditions: what is known about an object, since when, and why.

use super::{Text, Time, Value, make_mut};
use crate::record;
use std::rc::Rc;

/// The status of a condition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Truth {
    True,
    False,
    Unknown,
}

impl Truth {
    /// The API's word.
    pub const fn word(self) -> &'static str {
        match self {
            Truth::True => "True",
            Truth::False => "False",
            Truth::Unknown => "Unknown",
        }
    }
}
impl From<bool> for Truth {
    fn from(b: bool) -> Self {
        if b { Truth::True } else { Truth::False }
    }
}

/// One condition.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Condition {
    /// Its type, such as `Ready`.
    pub name: &'static str,
    /// Is it so?
    pub status: Truth,
    /// One word why.
    pub reason: Text,
    /// A sentence why.
    pub message: Text,
    /// When the status last changed.
    pub since: Time,
    /// When it was last written (`lastProbeTime` of a Job's, `lastUpdateTime` of a Deployment's).
    pub updated: Time,
}

/// The conditions of one object, in the order in which they were first set. Clones share.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Conditions(Rc<Vec<Condition>>);

impl Conditions {
    /// The condition of that type.
    pub fn get(&self, name: &str) -> Option<&Condition> {
        self.0.iter().find(|c| c.name == name)
    }
    /// Is that condition `True`?
    pub fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|c| c.status == Truth::True)
    }
    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Condition> {
        self.0.iter()
    }
    /// Sets one; its `since` moves only when the status changes. Returns whether anything changed.
    pub fn set(
        &mut self,
        name: &'static str,
        status: impl Into<Truth>,
        reason: impl Into<Text>,
        message: impl Into<Text>,
        now: Time,
    ) -> bool {
        let mut new = Condition {
            name,
            status: status.into(),
            reason: reason.into(),
            message: message.into(),
            since: now,
            updated: now,
        };
        match self.0.iter().position(|c| c.name == name) {
            None => make_mut(&mut self.0).push(new),
            Some(i) => {
                let old = &self.0[i];
                if (old.status, &old.reason, &old.message) == (new.status, &new.reason, &new.message) {
                    return false;
                }
                if old.status == new.status {
                    new.since = old.since;
                }
                make_mut(&mut self.0)[i] = new;
            }
        }
        true
    }
    /// Sets one as the Deployment controller does: only where status or reason change, and then it comes last.
    /// Models pkg/controller/deployment/util/deployment_util.go: SetDeploymentCondition.
    pub fn set_last(
        &mut self,
        name: &'static str,
        status: impl Into<Truth>,
        reason: impl Into<Text>,
        message: impl Into<Text>,
        now: Time,
    ) {
        let (status, reason) = (status.into(), reason.into());
        if self.get(name).is_some_and(|c| c.status == status && c.reason == reason) {
            return;
        }
        self.renew(name, status, reason, message, now);
    }
    /// Sets one even where only the time differs; it comes last.
    pub fn renew(
        &mut self,
        name: &'static str,
        status: Truth,
        reason: impl Into<Text>,
        message: impl Into<Text>,
        now: Time,
    ) {
        let since = self.get(name).filter(|c| c.status == status).map_or(now, |c| c.since);
        let (reason, message) = (reason.into(), message.into());
        let all = make_mut(&mut self.0);
        all.retain(|c| c.name != name);
        all.push(Condition { name, status, reason, message, since, updated: now });
    }
    /// Puts them in this order, as a component does that writes the whole list anew; others come first.
    pub fn sort_as(&mut self, order: &[&str]) {
        let mut end = self.0.len();
        for name in order.iter().rev() {
            let Some(at) = self.0[..end].iter().rposition(|c| c.name == *name) else { continue };
            end -= 1;
            for i in at..end {
                make_mut(&mut self.0).swap(i, i + 1);
            }
        }
    }
    /// Takes one away.
    pub fn remove(&mut self, name: &str) {
        if self.get(name).is_some() {
            make_mut(&mut self.0).retain(|c| c.name != name);
        }
    }
    /// As plain data; `stamp` names the second time field (`lastProbeTime`, `lastUpdateTime`), if the kind has one.
    pub fn to_value(&self, stamp: Option<&'static str>) -> Value {
        if self.0.is_empty() {
            return Value::Null;
        }
        let list: Vec<Value> = self.0.iter().map(|c| c.to_value(stamp)).collect();
        list.into()
    }
}

impl Condition {
    fn to_value(&self, stamp: Option<&'static str>) -> Value {
        let mut v = record! {
            "lastTransitionTime" => self.since,
            "message" => (!self.message.is_empty()).then(|| self.message.clone()),
            "reason" => (!self.reason.is_empty()).then(|| self.reason.clone()),
            "status" => self.status.word(),
            "type" => self.name,
        };
        if let Some(stamp) = stamp {
            v.set(stamp, self.updated);
        }
        v
    }
}
