//! Go's templates, as `-o go-template` and `--template` read them.
//!
//! Models Go's text/template, and cli-runtime pkg/printers/template.go, which reads objects back from JSON: so numbers
//! of objects are float64, and only those of the template itself are int.

mod call;
mod parse;

use crate::api::{Text, Value};
use parse::{Base, Node, Pipe, Term};

/// A template that was read.
pub(in super::super) struct GoTemplate {
    text: String,
    nodes: Vec<Node>,
}

/// So much is printed at most, in bytes.
const PRINTED_MAX: usize = 4 << 20;

/// Why a run of a list of nodes ends before its end.
enum Stop {
    Break,
    Continue,
    Error(String),
}

impl From<String> for Stop {
    fn from(why: String) -> Stop {
        Stop::Error(why)
    }
}

impl GoTemplate {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<GoTemplate, String> {
        let nodes = parse::parse(text).map_err(|why| {
            let first = why.starts_with("output:");
            if first { format!("template: {why}") } else { format!("template: output:1: {why}") }
        })?;
        Ok(GoTemplate { text: text.to_owned(), nodes })
    }
    /// Prints an object; where that fails, what was printed until then, and why.
    pub fn print(&self, object: &Value) -> Result<String, (String, String)> {
        let dot = with_floats(object);
        let mut run = Run { out: String::new(), variables: vec![("$".to_owned(), dot.clone())] };
        match run.nodes(&self.nodes, &dot) {
            Err(Stop::Error(why)) => {
                let why = format!("template: output:1: executing \"output\" at {why}");
                let text = &self.text;
                run.out += &format!(
                    "Error executing template: {why}. Printing more information for debugging the template:\n\
                     \ttemplate was:\n\t\t{text}\n\traw data was:\n\t\t{}\n\tobject given to template engine was:\n\
                     \t\t{}\n\n",
                    object.to_json(),
                    call::text(&dot),
                );
                Err((run.out, format!("error executing template {text:?}: {why}")))
            }
            _ => Ok(run.out),
        }
    }
}

/// An object as Go reads it from JSON.
fn with_floats(value: &Value) -> Value {
    match value {
        Value::Int(n) => Value::Float(*n as f64),
        Value::List(items) => items.iter().map(with_floats).collect::<Vec<Value>>().into(),
        Value::Map(map) => {
            map.iter().map(|(k, v)| (k.clone(), with_floats(v))).collect::<crate::api::Map>().into()
        }
        other => other.clone(),
    }
}

struct Run {
    out: String,
    /// Variables, the innermost last.
    variables: Vec<(String, Value)>,
}

impl Run {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), Stop> {
        for node in nodes {
            if self.out.len() > PRINTED_MAX {
                return Err(Stop::Error("<end>: too much is printed".to_owned()));
            }
            match node {
                Node::Text(text) => self.out += text,
                Node::Break => return Err(Stop::Break),
                Node::Continue => return Err(Stop::Continue),
                Node::Print(pipe) => {
                    let value = self.pipe(pipe, dot)?;
                    if pipe.names.is_empty() {
                        self.out += &call::text(&value);
                    }
                }
                Node::If(pipe, then, other) | Node::With(pipe, then, other) => {
                    let depth = self.variables.len();
                    let value = self.pipe(pipe, dot)?;
                    let inner = if matches!(node, Node::With(..)) { &value } else { dot };
                    let done =
                        if call::truth(&value) { self.nodes(then, inner) } else { self.nodes(other, dot) };
                    self.variables.truncate(depth);
                    done?;
                }
                Node::Range(pipe, body, other) => {
                    let depth = self.variables.len();
                    let done = self.range(pipe, body, other, dot);
                    self.variables.truncate(depth);
                    done?;
                }
            }
        }
        Ok(())
    }

    fn range(&mut self, pipe: &Pipe, body: &[Node], other: &[Node], dot: &Value) -> Result<(), Stop> {
        let over = self.commands(pipe, dot)?;
        let items: Vec<(Value, Value)> = match &over {
            Value::List(items) => {
                items.iter().enumerate().map(|(i, v)| (Value::Int(i as i64), v.clone())).collect()
            }
            Value::Map(map) => map.iter().map(|(k, v)| (Value::Str(k.clone()), v.clone())).collect(),
            Value::Int(n) => (0..(*n).min(10_000)).map(|i| (Value::Int(i), Value::Int(i))).collect(),
            Value::Null => Vec::new(),
            other => return Err(format!("<range>: range can't iterate over {}", call::text(other)).into()),
        };
        if items.is_empty() {
            return self.nodes(other, dot);
        }
        for (key, value) in items {
            let depth = self.variables.len();
            let bound = match pipe.names.as_slice() {
                [] => Vec::new(),
                [one] => vec![(one, value.clone())],
                [first, second, ..] => vec![(first, key), (second, value.clone())],
            };
            for (name, value) in bound {
                self.bind(name, value, pipe.assigns)?;
            }
            let done = self.nodes(body, &value);
            self.variables.truncate(depth);
            match done {
                Err(Stop::Break) => break,
                Ok(()) | Err(Stop::Continue) => {}
                error => return error,
            }
        }
        Ok(())
    }

    fn bind(&mut self, name: &str, value: Value, assigns: bool) -> Result<(), String> {
        if !assigns {
            self.variables.push((name.to_owned(), value));
            return Ok(());
        }
        let found = self.variables.iter_mut().rev().find(|(n, _)| n == name);
        found.ok_or_else(|| format!("<{name}>: undefined variable: {name}"))?.1 = value;
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Value, String> {
        let value = self.commands(pipe, dot)?;
        if let Some(name) = pipe.names.last() {
            self.bind(name, value.clone(), pipe.assigns)?;
        }
        Ok(value)
    }

    /// Each command's value is the last argument of the next.
    fn commands(&mut self, pipe: &Pipe, dot: &Value) -> Result<Value, String> {
        let mut last: Option<Value> = None;
        for command in &pipe.commands {
            let value = match command.split_first() {
                Some((Term { base: Base::Function(name), fields }, rest)) => {
                    let short = matches!(name.as_str(), "and" | "or");
                    let mut args = Vec::new();
                    for term in rest {
                        args.push(self.term(term, dot)?);
                        // What follows is not looked at any more once the answer is known.
                        let settled = args.last().is_some_and(|v| call::truth(v) == (name == "or"));
                        if short && settled {
                            last = None;
                            break;
                        }
                    }
                    args.extend(last);
                    let value = call::call(name, &args)?;
                    field(value, fields).map_err(|why| format!("<{name}>: {why}"))?
                }
                Some((term, [])) => self.term(term, dot)?,
                Some((term, _)) => {
                    return Err(format!(
                        "<{}>: can't give argument to non-function {}",
                        term.said(),
                        term.said()
                    ));
                }
                None => Value::Null,
            };
            last = Some(value);
        }
        Ok(last.unwrap_or_default())
    }

    fn term(&mut self, term: &Term, dot: &Value) -> Result<Value, String> {
        let base = match &term.base {
            Base::Dot => dot.clone(),
            Base::Literal(value) => value.clone(),
            Base::Function(name) => call::call(name, &[])?,
            Base::Variable(name) => {
                let found = self.variables.iter().rev().find(|(n, _)| n == name);
                found.ok_or_else(|| format!("<{name}>: undefined variable: {name}"))?.1.clone()
            }
            Base::Pipe(pipe) => self.pipe(pipe, dot)?,
        };
        field(base, &term.fields).map_err(|why| format!("<{}>: {why}", term.said()))
    }
}

/// What is found below a value; what is missing is nothing.
fn field(mut value: Value, names: &[Text]) -> Result<Value, String> {
    for name in names {
        value = match &value {
            Value::Map(_) | Value::Null => value.get(name).clone(),
            _ => return Err(format!("can't evaluate field {name} in type interface {{}}")),
        };
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    #[test]
    fn templates_are_printed_as_go_does() {
        let item = |name: &'static str, n: i64| record! { "name" => name, "n" => n };
        let object = record! {
            "items" => vec![item("a", 1), item("b", 2)],
            "labels" => record! { "app" => "web", "tier" => "x" },
            "data" => "aGk=", "n" => 3, "on" => true, "half" => Value::Float(0.5), "none" => Value::Null,
        };
        let cases = [
            ("{{.n}} {{.half}} {{.on}} {{.data}}", "3 0.5 true aGk="),
            ("{{.nope}}|{{.nope.more}}|{{.none}}", "<no value>|<no value>|<no value>"),
            ("{{.labels}} {{.items}}", "map[app:web tier:x] [map[n:1 name:a] map[n:2 name:b]]"),
            (r#"{{range .items}}{{.name}}{{"\n"}}{{end}}"#, "a\nb\n"),
            ("{{range $i, $x := .items}}{{$i}}={{$x.name}} {{end}}", "0=a 1=b "),
            ("{{range $k, $v := .labels}}{{$k}}:{{$v}},{{end}}", "app:web,tier:x,"),
            ("{{range .nope}}x{{else}}none{{end}}", "none"),
            ("{{range .items}}{{if eq .name \"b\"}}{{break}}{{end}}{{.name}}{{end}}", "a"),
            ("{{range .items}}{{if eq .name \"a\"}}{{continue}}{{end}}{{$.n}}{{.name}}{{end}}", "3b"),
            ("{{if .nope}}a{{else if .on}}b{{else}}c{{end}}", "b"),
            ("{{if and .on (not .nope)}}yes{{end}}", "yes"),
            ("{{with .labels}}{{.app}}{{end}}{{with .nope}}x{{else}}{{.n}}{{end}}", "web3"),
            ("{{$x := .n}}{{$x}}{{$x = .data}} {{$x}}", "3 aGk="),
            ("a  {{- \"b\" -}}  c {{/* no */}}d", "abc d"),
            ("{{- /* no */ -}} x", "x"),
            ("{{len .items}} {{index .labels \"app\"}} {{(index .items 1).name}}", "2 web b"),
            (r#"{{printf "%-4s|%3d|%q|%v|%.1f|%%" .labels.app 7 "x" .n .half}}"#, r#"web |  7|"x"|3|0.5|%"#),
            (r#"{{printf "%d %s" .n .on}}"#, "%!d(float64=3) %!s(bool=true)"),
            (r#"{{printf "%s"}} {{printf "x" 1}}"#, "%!s(MISSING) x%!(EXTRA int=1)"),
            ("{{print 1 2 \"a\" .on}}{{println \"x\" 1}}", "1 2atrueSTOP"),
            (".{{.data | base64decode | printf \"%s!\"}}", ".hi!"),
            ("{{eq .labels.app \"web\"}}{{ne 1 2}}{{lt 1 2}}{{ge 2 3}}", "truetruetruefalse"),
            ("{{exists . \"labels\" \"app\"}} {{exists . \"labels\" \"no\"}}", "true false"),
            ("{{slice .data 1 3}} {{or .nope \"x\"}}", "Gk x"),
            ("{{range 3}}{{.}}{{end}}", "012"),
        ];
        for (text, want) in cases {
            // What Println adds is a space between all, and a line break.
            let want = want.replace("trueSTOP", "truex 1\n");
            let template = GoTemplate::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(template.print(&object).map_err(|(_, why)| why), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_done_is_said() {
        let object = record! { "n" => 3, "name" => "x" };
        for (text, want) in [
            ("{{.n", "template: output:1: unclosed action"),
            ("{{nope .n}}", "template: output:1: function \"nope\" not defined"),
            ("{{if .n}}x", "template: output:1: unexpected EOF"),
            ("x{{end}}", "template: output:1: unexpected {{end}}"),
            ("{{}}", "template: output:1: missing value for command"),
            ("{{\"x}}", "template: output:1: unterminated quoted string"),
            ("{{.name.more}}", "<.name.more>: can't evaluate field more in type interface {}"),
            ("{{eq .n 3}}", "<eq>: error calling eq: incompatible types for comparison"),
            ("{{range .name}}x{{end}}", "<range>: range can't iterate over x"),
            ("{{index .name 1}}", "<index>: error calling index: can't index item of type string"),
        ] {
            let got = match GoTemplate::parse(text) {
                Err(why) => why,
                Ok(template) => template.print(&object).expect_err(text).1,
            };
            assert!(got.contains(want), "{text}: {got}");
        }
        // However it is cut, nothing panics.
        let text = "é{{range $i, $x := (index .a 0).b | len}}{{printf \"%5.2f\" `x` 1.5}}{{else}}{{/* */ -}} {{end}}";
        for (at, _) in text.char_indices() {
            let _ = GoTemplate::parse(&text[..at]).map(|t| t.print(&object).is_ok());
            let _ = GoTemplate::parse(&text[at..]).map(|t| t.print(&object).is_ok());
        }
    }
}
