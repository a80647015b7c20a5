//! `-l` and `--field-selector`: which objects are meant by their labels or fields.

use crate::api::{Decode, Labels, Map, Operator, Requirement, Text, Value};
use crate::record;

/// A selector of labels as it stands on a command line.
#[derive(Clone, Debug, Default)]
pub(super) struct LabelSelector {
    all: Vec<Requirement>,
}

impl LabelSelector {
    /// Reads `app=web,tier!=x,env in (a,b),!old`. Models apimachinery pkg/labels/selector.go: Parse.
    pub fn parse(text: &str) -> Result<LabelSelector, String> {
        let mut words = Words { rest: text };
        let mut all = Vec::new();
        if words.peek() == "" {
            return Ok(LabelSelector::default());
        }
        loop {
            match words.peek() {
                "" => break,
                word if word == "!" || is_identifier(word) => all.push(words.requirement()?),
                other => return Err(found(other, "!, identifier, or 'end of string'")),
            }
            match words.next() {
                "" => break,
                "," if words.peek() == "!" || is_identifier(words.peek()) => {}
                "," => return Err(found(words.peek(), "identifier after ','")),
                other => return Err(found(other, "',' or 'end of string'")),
            }
        }
        Ok(LabelSelector { all })
    }
    /// The selector as objects have it. Models apimachinery pkg/apis/meta/v1/helpers.go: ParseToLabelSelector.
    pub fn as_value(&self) -> Value {
        let (mut labels, mut expressions) = (Map::new(), Vec::new());
        for r in &self.all {
            match (r.operator, r.values.as_slice()) {
                (Operator::In, [one]) => drop(labels.insert(r.key.clone(), one.clone().into())),
                (operator, values) => {
                    let values: Vec<Value> = values.iter().map(|v| v.clone().into()).collect();
                    let values = (!values.is_empty()).then_some(values);
                    let word = operator.word();
                    expressions
                        .push(record! { "key" => r.key.clone(), "operator" => word, "values" => values });
                }
            }
        }
        let (labels, expressions) =
            ((!labels.is_empty()).then_some(labels), (!expressions.is_empty()).then_some(expressions));
        record! { "matchExpressions" => expressions, "matchLabels" => labels }
    }
    /// Does it select an object with these labels?
    pub fn matches(&self, labels: &Labels) -> bool {
        self.all.iter().all(|r| r.matches(labels))
    }
}

fn found(word: &str, expected: &str) -> String {
    format!("found '{word}', expected: {expected}")
}
fn is_identifier(word: &str) -> bool {
    !word.is_empty() && !["=", "==", "!=", "!", "(", ")", ",", "<", ">"].contains(&word)
}

struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    fn split(&self) -> (&'a str, &'a str) {
        let text = self.rest.trim_start();
        let special = |c: char| matches!(c, '=' | '!' | '(' | ')' | ',' | '<' | '>');
        let length = match text.chars().next() {
            None => 0,
            Some('=') if text.starts_with("==") => 2,
            Some('!') if text.starts_with("!=") => 2,
            Some(c) if special(c) => 1,
            Some(_) => text.find(|c: char| special(c) || c.is_whitespace()).unwrap_or(text.len()),
        };
        text.split_at(length)
    }
    fn peek(&self) -> &'a str {
        self.split().0
    }
    fn next(&mut self) -> &'a str {
        let (word, rest) = self.split();
        self.rest = rest;
        word
    }
    fn requirement(&mut self) -> Result<Requirement, String> {
        let negated = self.peek() == "!";
        if negated {
            self.next();
        }
        let key = self.next();
        if !is_identifier(key) {
            return Err(found(key, "identifier"));
        }
        if negated {
            return Ok(requirement(key, "DoesNotExist", Vec::new()));
        }
        match self.peek() {
            "" | "," => Ok(requirement(key, "Exists", Vec::new())),
            word @ ("=" | "==" | "!=") => {
                self.next();
                // Nothing after the sign is the empty value.
                let value = if is_identifier(self.peek()) { self.next() } else { "" };
                Ok(requirement(key, if word == "!=" { "NotIn" } else { "In" }, vec![value]))
            }
            word @ ("<" | ">") => {
                self.next();
                Ok(requirement(key, if word == "<" { "Lt" } else { "Gt" }, vec![self.next()]))
            }
            word @ ("in" | "notin") => {
                self.next();
                let values = self.values()?;
                Ok(requirement(key, if word == "in" { "In" } else { "NotIn" }, values))
            }
            other => Err(found(other, "in, notin, =, ==, !=, gt, lt")),
        }
    }
    fn values(&mut self) -> Result<Vec<&'a str>, String> {
        match self.next() {
            "(" => {}
            other => return Err(found(other, "'('")),
        }
        let mut values = Vec::new();
        loop {
            match self.next() {
                ")" => return Ok(values),
                "," => {}
                word if is_identifier(word) => values.push(word),
                other => return Err(found(other, "',', ')' or identifier")),
            }
        }
    }
}

fn requirement(key: &str, operator: &'static str, values: Vec<&str>) -> Requirement {
    let values: Vec<Text> = values.into_iter().map(|v| v.to_owned().into()).collect();
    Requirement::decode(&record! { "key" => key.to_owned(), "operator" => operator, "values" => values })
}

/// A selector of fields.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldSelector {
    /// Path, value, and whether they must be equal.
    all: Vec<(String, String, bool)>,
}

impl FieldSelector {
    /// Reads `status.phase=Running,spec.nodeName!=node-1`.
    pub fn parse(text: &str) -> Result<FieldSelector, String> {
        let mut all = Vec::new();
        for part in text.split(',').filter(|p| !p.is_empty()) {
            let pair = part.split_once("!=").map(|(path, v)| (path, v, false));
            let pair = pair.or_else(|| part.split_once("==").map(|(path, v)| (path, v, true)));
            let pair = pair.or_else(|| part.split_once('=').map(|(path, v)| (path, v, true)));
            let (path, value, equal) =
                pair.ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{part}'"))?;
            all.push((path.to_owned(), value.to_owned(), equal));
        }
        Ok(FieldSelector { all })
    }
    /// A field by which objects of the kind cannot be selected, if one is asked for.
    pub fn unknown(&self, kind: &str) -> Option<&str> {
        let known = |path: &str| {
            matches!(path, "metadata.name" | "metadata.namespace") || known_fields(kind).contains(&path)
        };
        self.all.iter().map(|(path, ..)| path.as_str()).find(|path| !known(path))
    }
    /// Does it select the object?
    pub fn matches(&self, object: &Value) -> bool {
        self.all.iter().all(|(path, want, equal)| {
            let is = match object.at(path) {
                Value::Str(s) => s.to_string(),
                Value::Null if path == "spec.unschedulable" => "false".to_owned(),
                Value::Null => String::new(),
                other => other.to_json(),
            };
            (is == *want) == *equal
        })
    }
    /// Is there nothing to select by?
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Models pkg/apis/core/v1/conversion.go: AddFieldLabelConversionsForPod and its neighbours.
pub(super) fn known_fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "Pod" => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        "Node" => &["spec.unschedulable"],
        "Namespace" => &["status.phase"],
        "Secret" => &["type"],
        "Service" => &["spec.clusterIP", "spec.type"],
        "ReplicaSet" => &["status.replicas"],
        "Job" => &["status.successful"],
        "Event" => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_selected_as_the_server_does() {
        let labels = Labels::read(&record! { "app" => "web", "n" => "5" });
        let cases = [
            ("", Ok(true)),
            ("app=web", Ok(true)),
            ("app==web,n=5", Ok(true)),
            ("app!=web", Ok(false)),
            ("app in (web, db)", Ok(true)),
            ("app notin (web)", Ok(false)),
            ("app,!x", Ok(true)),
            ("x", Ok(false)),
            ("n>4", Ok(true)),
            ("app=,x", Ok(false)),
            ("=bad=", Err("found '=', expected: !, identifier, or 'end of string'")),
            ("app in web", Err("found 'web', expected: '('")),
            ("a b", Err("found 'b', expected: in, notin, =, ==, !=, gt, lt")),
        ];
        for (text, want) in cases {
            let got = LabelSelector::parse(text).map(|s| s.matches(&labels));
            assert_eq!(got, want.map_err(str::to_owned), "{text}");
        }
    }
}
