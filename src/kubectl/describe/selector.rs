//! Selectors in one line: `app=web,tier in (a,b)`.

use super::page::text;
use crate::api::Value;

/// The selector, or nothing where it selects everything. Models apimachinery pkg/labels/selector.go: String.
pub(super) fn line(selector: &Value) -> String {
    let mut all: Vec<(String, String)> = Vec::new();
    for (key, value) in selector.get("matchLabels").fields() {
        all.push((key.to_string(), format!("{key}={}", text(value))));
    }
    for requirement in selector.get("matchExpressions").items() {
        let key = text(requirement.get("key"));
        let mut values: Vec<String> = requirement.get("values").items().iter().map(text).collect();
        values.sort();
        let values = values.join(",");
        let said = match requirement.get("operator").as_str() {
            Some("In") => format!("{key} in ({values})"),
            Some("NotIn") => format!("{key} notin ({values})"),
            Some("DoesNotExist") => format!("!{key}"),
            _ => key.clone(),
        };
        all.push((key, said));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let said: Vec<String> = all.into_iter().map(|(_, said)| said).collect();
    said.join(",")
}

/// The selector, or `<none>`. Models apimachinery pkg/apis/meta/v1: FormatLabelSelector.
pub(super) fn line_or_none(selector: &Value) -> String {
    let line = line(selector);
    if line.is_empty() { "<none>".to_owned() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    #[test]
    fn requirements_are_sorted_by_label() {
        let is = |key: &'static str, operator: &'static str, values: Vec<&'static str>| record! { "key" => key, "operator" => operator, "values" => values };
        let selector = record! {
            "matchLabels" => record! { "m" => "1" },
            "matchExpressions" => vec![
                is("z", "NotIn", vec!["y", "x"]),
                is("b", "In", vec!["1"]),
                is("a", "Exists", vec![]),
                is("n", "DoesNotExist", vec![]),
            ],
        };
        assert_eq!(line(&selector), "a,b in (1),m=1,!n,z notin (x,y)");
        assert_eq!(line_or_none(&Value::Null), "<none>");
    }
}
