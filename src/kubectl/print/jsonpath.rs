//! JSONPath templates, as `-o jsonpath` and `--sort-by` read them. Models client-go util/jsonpath.

use crate::api::Value;

/// A template: text, and paths in braces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Path(Vec<Step>),
    Range(Vec<Step>, Vec<Part>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
    /// The whole again: `$`.
    Root,
    Field(String),
    /// All items, or all values.
    Each,
    /// Everything below, at any depth: `..name`.
    Deep(String),
    Index(i64),
    /// From, to, and how far each time.
    Slice(Option<i64>, Option<i64>, i64),
    /// Items for which a comparison holds.
    Filter(Vec<Step>, Option<(String, Literal)>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Literal {
    Value(Value),
    Path(Vec<Step>),
}

/// Braces and a leading dot may be left out in `--sort-by` and custom columns.
/// Models kubectl pkg/cmd/get/customcolumn.go: RelaxedJSONPathExpression.
pub(in super::super) fn relaxed(path: &str) -> String {
    let inner = path.strip_prefix('{').and_then(|p| p.strip_suffix('}')).unwrap_or(path);
    let dotted = if inner.starts_with(['.', '[', '$', '@']) { inner.to_owned() } else { format!(".{inner}") };
    format!("{{{dotted}}}")
}

/// Reads a template.
pub(in super::super) fn parse(text: &str) -> Result<Template, String> {
    let mut parser = Parser { rest: text };
    let parts = parser.parts(false)?;
    Ok(Template { parts })
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn parts(&mut self, in_range: bool) -> Result<Vec<Part>, String> {
        let mut parts = Vec::new();
        while !self.rest.is_empty() {
            let Some(at) = self.rest.find('{') else {
                parts.push(Part::Text(std::mem::take(&mut self.rest).to_owned()));
                break;
            };
            if at > 0 {
                parts.push(Part::Text(self.rest[..at].to_owned()));
            }
            let end = closing(&self.rest[at..]).ok_or("unclosed action")? + at;
            let action = self.rest[at + 1..end].trim();
            self.rest = &self.rest[end + 1..];
            if action == "end" {
                return if in_range { Ok(parts) } else { Err("not in range, nothing to end".into()) };
            }
            parts.extend(self.action(action)?);
        }
        if in_range { Err("unclosed range".into()) } else { Ok(parts) }
    }
    fn action(&mut self, action: &str) -> Result<Vec<Part>, String> {
        if let Some(path) = action.strip_prefix("range ") {
            let path = steps(path.trim())?;
            return Ok(vec![Part::Range(path, self.parts(true)?)]);
        }
        let quote = action.chars().next().filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote {
            let inner = action[1..].strip_suffix(quote).ok_or("unterminated quoted string")?;
            return Ok(vec![Part::Text(unescape(inner))]);
        }
        action.split(' ').filter(|w| !w.is_empty()).map(|w| steps(w).map(Part::Path)).collect()
    }
}

/// The place of the brace that closes the one at the start, quotes and brackets taken into account.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (_, '\\') => escaped = true,
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return Some(at),
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(c) => out.push(c),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match first {
            '$' => {
                out.push(Step::Root);
                rest = &rest[1..];
            }
            '@' => rest = &rest[1..],
            '.' if rest.starts_with("..") => {
                let (name, after) = name(&rest[2..]);
                out.push(Step::Deep(name));
                rest = after;
            }
            '.' => {
                let (name, after) = name(&rest[1..]);
                match name.as_str() {
                    "" => {}
                    "*" => out.push(Step::Each),
                    _ => out.push(Step::Field(name)),
                }
                rest = after;
            }
            '[' => {
                let end = bracket_end(rest).ok_or("unterminated array")?;
                out.push(bracket(&rest[1..end])?);
                rest = &rest[end + 1..];
            }
            c => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", c as u32)),
        }
    }
    Ok(out)
}

/// A name up to the next dot or bracket; a backslash takes away a dot's meaning.
fn name(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => out.extend(chars.next().map(|(_, c)| c)),
            '.' | '[' => return (out, &text[at..]),
            c => out.push(c),
        }
    }
    (out, "")
}

fn bracket_end(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn bracket(inner: &str) -> Result<Step, String> {
    let inner = inner.trim();
    if inner == "*" {
        return Ok(Step::Each);
    }
    if let Some(filter) = inner.strip_prefix("?(").and_then(|f| f.strip_suffix(')')) {
        return filter_of(filter.trim());
    }
    if let Some(quote) = inner.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let name = inner[1..].strip_suffix(quote).ok_or("unterminated quoted string")?;
        return Ok(Step::Field(unescape(name)));
    }
    let number = |text: &str| match text.trim() {
        "" => Ok(None),
        t => t.parse::<i64>().map(Some).map_err(|_| format!("invalid array index {inner}")),
    };
    if inner.contains(':') {
        let parts: Vec<Option<i64>> = inner.split(':').map(number).collect::<Result<_, _>>()?;
        let at = |i: usize| parts.get(i).copied().flatten();
        return Ok(Step::Slice(at(0), at(1), at(2).unwrap_or(1).max(1)));
    }
    number(inner)?.map(Step::Index).ok_or_else(|| "invalid array index".into())
}

fn filter_of(text: &str) -> Result<Step, String> {
    for operator in ["==", "!=", "<=", ">=", "<", ">"] {
        if let Some((left, right)) = text.split_once(operator) {
            return Ok(Step::Filter(
                steps(left.trim())?,
                Some((operator.to_owned(), literal(right.trim())?)),
            ));
        }
    }
    Ok(Step::Filter(steps(text)?, None))
}

fn literal(text: &str) -> Result<Literal, String> {
    let quoted = |q: char| text.strip_prefix(q).and_then(|t| t.strip_suffix(q));
    if let Some(inner) = quoted('"').or_else(|| quoted('\'')) {
        return Ok(Literal::Value(unescape(inner).into()));
    }
    match (text, text.parse::<i64>()) {
        ("true", _) => Ok(Literal::Value(true.into())),
        ("false", _) => Ok(Literal::Value(false.into())),
        (_, Ok(n)) => Ok(Literal::Value(n.into())),
        _ => Ok(Literal::Path(steps(text)?)),
    }
}

impl Template {
    /// What the template prints of an object.
    pub fn print(&self, object: &Value) -> String {
        let mut out = String::new();
        print_parts(&self.parts, object, object, &mut out);
        out
    }
    /// Everything that the template's paths find.
    pub fn find(&self, object: &Value) -> Vec<Value> {
        let paths = self.parts.iter().filter_map(|part| match part {
            Part::Path(path) => Some(walk(path, object, object)),
            _ => None,
        });
        paths.flatten().collect()
    }
}

fn print_parts(parts: &[Part], root: &Value, here: &Value, out: &mut String) {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Path(path) => {
                let found: Vec<String> = walk(path, root, here).iter().map(text).collect();
                out.push_str(&found.join(" "));
            }
            Part::Range(path, body) => {
                for item in walk(path, root, here) {
                    print_parts(body, root, &item, out);
                }
            }
        }
    }
}

/// How a value is printed: a scalar as it is, all else as JSON.
pub(in super::super) fn text(value: &Value) -> String {
    match value {
        Value::Str(s) => s.to_string(),
        other => other.to_json(),
    }
}

fn walk(path: &[Step], root: &Value, here: &Value) -> Vec<Value> {
    let mut found = vec![here.clone()];
    for step in path {
        found = match step {
            Step::Root => vec![root.clone()],
            step => found.iter().flat_map(|value| take(step, root, value)).collect(),
        };
    }
    found
}

fn take(step: &Step, root: &Value, value: &Value) -> Vec<Value> {
    let present = |v: &Value| if v.is_null() { Vec::new() } else { vec![v.clone()] };
    match step {
        Step::Root => vec![root.clone()],
        Step::Field(name) => present(value.get(name)),
        Step::Each => children(value),
        Step::Deep(name) => {
            let mut all = Vec::new();
            deep(name, value, &mut all);
            all
        }
        Step::Index(i) => {
            let items = value.items();
            let at = if *i < 0 { items.len() as i64 + i } else { *i };
            usize::try_from(at).ok().and_then(|at| items.get(at)).cloned().into_iter().collect()
        }
        Step::Slice(from, to, by) => {
            let len = value.items().len() as i64;
            let place = |n: i64| if n < 0 { (len + n).max(0) } else { n.min(len) } as usize;
            let (from, to) = (place(from.unwrap_or(0)), place(to.unwrap_or(len)));
            let items = value.items().get(from..to.max(from)).unwrap_or_default();
            items.iter().step_by(*by as usize).cloned().collect()
        }
        Step::Filter(left, comparison) => {
            let holds = |item: &&Value| {
                let left = walk(left, root, item);
                match comparison {
                    None => !left.is_empty(),
                    Some((operator, right)) => {
                        let right = match right {
                            Literal::Value(v) => Some(v.clone()),
                            Literal::Path(path) => walk(path, root, item).into_iter().next(),
                        };
                        left.first().zip(right).is_some_and(|(a, b)| compare(a, operator, &b))
                    }
                }
            };
            children(value).iter().filter(holds).cloned().collect()
        }
    }
}

fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.to_vec(),
        Value::Map(map) => map.values().cloned().collect(),
        _ => Vec::new(),
    }
}

fn deep(name: &str, value: &Value, all: &mut Vec<Value>) {
    let found = value.get(name);
    if !found.is_null() {
        all.push(found.clone());
    }
    for child in children(value) {
        deep(name, &child, all);
    }
}

fn compare(a: &Value, operator: &str, b: &Value) -> bool {
    let order = match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Str(a), Value::Str(b)) => a.cmp(b),
        (a, b) => return if operator == "!=" { a != b } else { operator == "==" && a == b },
    };
    match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_find_and_print() {
        let text = r#"{apiVersion: v1, kind: List, items: [{metadata: {name: a, labels: {x.y/z: "1"}}, count: 1, ok: true},
            {metadata: {name: b}, count: 2}]}"#;
        let list = crate::kubectl::print::list(
            crate::manifest::parse(text).documents.into_iter().map(|d| d.value).collect(),
        );
        let cases = [
            ("{.items[*].metadata.name}", "a b"),
            ("{.items[0].metadata.name}-{.items[-1].count}", "a-2"),
            (r#"{range .items[*]}{.metadata.name}{"\t"}{.count}{"\n"}{end}"#, "a\t1\nb\t2\n"),
            (r"{.items[0].metadata.labels.x\.y/z}", "1"),
            ("{.items[0].metadata.labels['x.y/z']}", "1"),
            ("{.items[?(@.count>1)].metadata.name}", "b"),
            (r#"{.items[?(@.metadata.name=="a")].count}"#, "1"),
            ("{..name}", "a b"),
            ("{.items[0].metadata.labels}", r#"{"x.y/z":"1"}"#),
            ("{.items[0:1].count} {.nope}", "1 "),
            ("plain", "plain"),
        ];
        for (template, want) in cases {
            assert_eq!(parse(template).unwrap().print(&list), want, "{template}");
        }
        assert_eq!(parse("{.a").unwrap_err(), "unclosed action");
        assert_eq!(relaxed("metadata.name"), "{.metadata.name}");
        assert_eq!(relaxed("{.metadata.name}"), "{.metadata.name}");
    }
}
