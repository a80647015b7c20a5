//! Label selectors.

use super::{Labels, Text, Value};
use crate::{reads, record, words};

words! {
    /// How a requirement compares. Models apimachinery/pkg/labels/selector.go.
    pub enum Operator { In = "In", NotIn = "NotIn", Exists = "Exists", DoesNotExist = "DoesNotExist", Gt = "Gt", Lt = "Lt", }
}
reads! {
    /// One requirement on a label.
    pub struct Requirement {
        /// The label.
        pub key: Text = "key",
        /// How it is compared.
        pub operator: Operator = "operator",
        /// What it is compared with.
        pub values: Vec<Text> = "values",
    }
}
reads! {
    /// `metav1.LabelSelector`. An empty one selects everything.
    pub struct Selector {
        /// Labels that must have these values.
        pub match_labels: Labels = "matchLabels",
        /// Further requirements; all must hold.
        pub match_expressions: Vec<Requirement> = "matchExpressions",
    }
}

impl Selector {
    /// A selector of exact labels.
    pub fn of_labels(labels: Labels) -> Selector {
        Selector { match_labels: labels, match_expressions: Vec::new() }
    }
    /// Does it select an object with these labels?
    pub fn matches(&self, labels: &Labels) -> bool {
        let exact = |(k, v): (&Text, &Text)| labels.get(k) == Some(v);
        self.match_labels.0.iter().all(exact) && self.match_expressions.iter().all(|r| r.matches(labels))
    }
    /// Does it ask for nothing?
    pub fn is_empty(&self) -> bool {
        self.match_labels.0.is_empty() && self.match_expressions.is_empty()
    }
    /// As plain data.
    pub fn to_value(&self) -> Value {
        record! { "matchLabels" => self.match_labels.to_value() }
    }
}

impl Requirement {
    /// Does the requirement hold for these labels?
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            Operator::In => value.is_some_and(|v| self.values.contains(v)),
            Operator::NotIn => value.is_none_or(|v| !self.values.contains(v)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt => self.compares(value, |a, b| a > b),
            Operator::Lt => self.compares(value, |a, b| a < b),
        }
    }
    fn compares(&self, value: Option<&Text>, holds: fn(i64, i64) -> bool) -> bool {
        let number = |t: &Text| t.parse::<i64>().ok();
        let (left, right) = (value.and_then(number), self.values.first().and_then(number));
        left.zip(right).is_some_and(|(a, b)| holds(a, b))
    }
}

/// The text form, as `kubectl get -o wide` prints it.
impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut comma = "";
        for (k, v) in self.match_labels.0.iter() {
            write!(f, "{comma}{k}={v}")?;
            comma = ",";
        }
        for r in &self.match_expressions {
            let (key, values) = (&r.key, r.values.join(","));
            match r.operator {
                Operator::In => write!(f, "{comma}{key} in ({values})")?,
                Operator::NotIn => write!(f, "{comma}{key} notin ({values})")?,
                Operator::Exists => write!(f, "{comma}{key}")?,
                Operator::DoesNotExist => write!(f, "{comma}!{key}")?,
                Operator::Gt => write!(f, "{comma}{key}>{values}")?,
                Operator::Lt => write!(f, "{comma}{key}<{values}")?,
            }
            comma = ",";
        }
        Ok(())
    }
}
