//! [`parse`]: a text → its documents, each as plain data, and everything there is to say about it.

use super::check::{self, Sort};
use super::diagnostic::{Diagnostic, Lines, Severity, TextSpan};
use super::field::quoted;
use super::fix;
use super::yaml::{self, Places};
use super::{Refusal, set_defaults, suggest, validate};
use crate::api::{Kind, Text, Value, order};
use std::rc::Rc;

/// At most so many diagnostics are given; a text with more mistakes is not read further by anybody.
pub const DIAGNOSTICS_MAX: usize = 200;

/// What a text says.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Its objects in order, the broken ones too. The items of a `List` are documents of their own.
    pub documents: Vec<Document>,
    /// Everything to say about it, by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Is there nothing in it that the API server would refuse?
    pub fn is_clean(&self) -> bool {
        self.diagnostics.iter().all(|d| d.severity != Severity::Error)
    }
}

/// One object of a text.
#[derive(Clone, Debug)]
pub struct Document {
    /// The data as written, without defaults; null if it could not be read.
    pub value: Value,
    /// Its kind, if the cluster knows it.
    pub kind: Option<Kind>,
    /// Why it cannot be sent, or would not be understood. Where this is none, `value` has the right types throughout.
    pub undecoded: Option<Undecoded>,
    /// Where it stands.
    pub span: TextSpan,
    source: Rc<Source>,
    root: u32,
}

/// The text of a document and the places in it.
#[derive(Debug)]
struct Source {
    lines: Rc<Lines>,
    places: Places,
}

impl Document {
    /// The whole text in which it stands.
    pub(super) fn text(&self) -> &str {
        self.source.lines.text()
    }
    pub(super) fn lines(&self) -> &Lines {
        &self.source.lines
    }
    pub(super) fn places(&self) -> &Places {
        &self.source.places
    }
    /// The number of its place.
    pub(super) fn root(&self) -> u32 {
        self.root
    }
    /// The place of a field's value: `spec.template.spec.containers[0].image`. Of a field that is not there, the key
    /// of the nearest one above it.
    pub fn span_of(&self, path: &str) -> TextSpan {
        match self.source.places.find(self.root, path) {
            Some((_, value, true)) => self.source.lines.span(value),
            Some((key, ..)) => self.source.lines.span(key),
            None => self.span,
        }
    }
    /// The place of a field's key, or of the nearest one above it.
    pub fn key_span_of(&self, path: &str) -> TextSpan {
        let found = self.source.places.find(self.root, path);
        found.map_or(self.span, |(key, ..)| self.source.lines.span(key))
    }
    /// The path of the innermost field at a line and column, both counted from 1.
    pub fn path_at(&self, line: u32, column: u32) -> String {
        self.source.places.path_at(self.root, self.source.lines.byte(line, column))
    }
}

/// Why a document goes no further than to kubectl, or is not understood by the API server.
#[derive(Clone, Debug, PartialEq)]
pub enum Undecoded {
    /// It is not YAML; what the YAML parser says.
    Syntax(String),
    /// These of `apiVersion` and `kind` are missing.
    NotSet(Vec<&'static str>),
    /// No such kind: name, namespace, kind, version.
    NoMatch(Text, Text, Text, Text),
    /// Its metadata has wrong types.
    Metadata(String),
    /// The API server would not understand it.
    Server(Refusal),
}

impl Undecoded {
    /// What `kubectl apply -f FILE` prints. Models kubectl pkg/cmd/apply and cli-runtime pkg/resource.
    pub fn for_kubectl(&self, file: &str) -> String {
        match self {
            Undecoded::Syntax(why) => {
                format!("error: error parsing {file}: error converting YAML to JSON: {why}")
            }
            Undecoded::NotSet(names) => {
                let said: Vec<String> = names.iter().map(|n| format!("{n} not set")).collect();
                let said = if said.len() == 1 { said.concat() } else { format!("[{}]", said.join(", ")) };
                let advice =
                    "if you choose to ignore these errors, turn validation off with --validate=false";
                format!("error: error validating \"{file}\": error validating data: {said}; {advice}")
            }
            Undecoded::NoMatch(name, namespace, kind, version) => format!(
                "error: resource mapping not found for name: \"{name}\" namespace: \"{namespace}\" from \"{file}\": \
                 no matches for kind \"{kind}\" in version \"{version}\"\nensure CRDs are installed first"
            ),
            Undecoded::Metadata(why) => format!("error: unable to decode \"{file}\": {why}"),
            Undecoded::Server(refusal) => refusal.for_kubectl(&format!("error when creating \"{file}\"")),
        }
    }
}

/// Reads a text. Never fails: what is wrong is in the diagnostics.
pub fn parse(text: &str) -> Parsed {
    // Not even the lines of a text that is too long are counted: it may be of any size.
    let too_long = text.len() > yaml::TEXT_BYTES_MAX;
    let lines = Rc::new(Lines::new(if too_long { "" } else { text }));
    let mut diagnostics = Vec::new();
    let mut documents = Vec::new();
    let all = match too_long {
        true => vec![yaml::too_long(text.len(), &lines, &mut diagnostics)],
        false => yaml::read(&lines, &mut diagnostics),
    };
    for read in all {
        let source = Rc::new(Source { lines: lines.clone(), places: read.places });
        let span = lines.span(read.bytes);
        if let Some(failure) = read.failure {
            let undecoded = Some(Undecoded::Syntax(failure));
            documents.push(Document { value: Value::Null, kind: None, undecoded, span, source, root: 0 });
            continue;
        }
        for (value, root) in unfold(read.value, &source.places) {
            let span = if root == 0 { span } else { lines.span(source.places.extent(root)) };
            let mut document =
                Document { value, kind: None, undecoded: None, span, source: source.clone(), root };
            judge(&mut document, &mut diagnostics);
            documents.push(document);
        }
    }
    order::sort_by_key(&mut diagnostics, |d| (d.span.start.byte, d.severity as u8));
    diagnostics.truncate(DIAGNOSTICS_MAX);
    Parsed { documents, diagnostics }
}

/// The items of a `List`, or the document itself, each with the number of its place.
fn unfold(value: Value, places: &Places) -> Vec<(Value, u32)> {
    let is_list = value.get("kind").as_str().is_some_and(|k| k.ends_with("List"));
    match value.get("items") {
        Value::List(items) if is_list => {
            let place = |i| places.number(0, &format!("items[{i}]")).unwrap_or(0);
            items.iter().enumerate().map(|(i, item)| (item.clone(), place(i))).collect()
        }
        _ => vec![(value, 0)],
    }
}

/// Says what is wrong with a document, and settles its kind and whether it can be sent.
fn judge(document: &mut Document, said: &mut Vec<Diagnostic>) {
    from_autoscaling_v1(&mut document.value);
    match find_kind(document, said) {
        Err(undecoded) => document.undecoded = Some(undecoded),
        Ok(kind) => {
            document.kind = Some(kind);
            decode(document, kind, said);
        }
    }
}

/// The first version of autoscalers, in the words of the second.
/// Models pkg/apis/autoscaling/v1/conversion.go: Convert_v1_HorizontalPodAutoscalerSpec_To_autoscaling_HorizontalPodAutoscalerSpec.
fn from_autoscaling_v1(value: &mut Value) {
    let is = |field: &str, word: &str| value.get(field).as_str() == Some(word);
    if !(is("apiVersion", "autoscaling/v1") && is("kind", "HorizontalPodAutoscaler")) {
        return;
    }
    value.set("apiVersion", "autoscaling/v2");
    let Some(percent) = value.at("spec.targetCPUUtilizationPercentage").as_int() else { return };
    let spec = value.map_mut().get_mut("spec").expect("just seen");
    spec.map_mut().remove("targetCPUUtilizationPercentage");
    let target = crate::record! { "averageUtilization" => percent, "type" => "Utilization" };
    let resource = crate::record! { "name" => "cpu", "target" => target };
    spec.set("metrics", vec![crate::record! { "resource" => resource, "type" => "Resource" }]);
}

fn find_kind(document: &Document, said: &mut Vec<Diagnostic>) -> Result<Kind, Undecoded> {
    let value = &document.value;
    if !matches!(value, Value::Map(_)) {
        let hint = "An object is a map that begins with apiVersion, kind and metadata.";
        said.push(error(document.span, "this is not an object", hint, ""));
        let what = if matches!(value, Value::List(_)) { "array" } else { "string" };
        return Err(Undecoded::Metadata(format!(
            "json: cannot unmarshal {what} into Go value of type struct"
        )));
    }
    let missing: Vec<&'static str> = ["apiVersion", "kind"]
        .into_iter()
        .filter(|n| value.get(n).as_str().is_none_or(str::is_empty))
        .collect();
    for name in &missing {
        let hint = match *name {
            "kind" => "Say what it is, such as \"kind: Pod\".",
            _ => "Say which version of the API it is written for, such as \"apiVersion: v1\".",
        };
        let mut span = document.key_span_of(name);
        span.end =
            span.end.min(document.source.lines.mark(document.source.lines.byte(span.start.line, u32::MAX)));
        let known = Kind::ALL.iter().find(|k| value.get("kind").as_str() == Some(k.info().name));
        let known = known.filter(|_| *name == "apiVersion");
        let fixes = known.map_or(Vec::new(), |k| fix::of_kind(document, name, &k.info().api_version()));
        said.push(Diagnostic { fixes, ..error(span, &format!("{name} not set"), hint, name) });
    }
    if !missing.is_empty() {
        return Err(Undecoded::NotSet(missing));
    }
    let (version, kind) = (value.get("apiVersion").as_str(), value.get("kind").as_str());
    let (version, kind) = (version.unwrap_or_default(), kind.unwrap_or_default());
    Kind::find(version, kind).ok_or_else(|| unknown_kind(document, version, kind, said))
}

fn unknown_kind(document: &Document, version: &str, kind: &str, said: &mut Vec<Diagnostic>) -> Undecoded {
    let message = format!("no matches for kind {} in version {}", quoted(kind), quoted(version));
    let same = Kind::ALL.iter().find(|k| k.info().name == kind);
    let lower = Kind::ALL.iter().find(|k| k.info().name.eq_ignore_ascii_case(kind));
    let near = || suggest::nearest(kind, Kind::ALL.iter().map(|k| k.info().name));
    let (hint, path, right) = match (same, lower.map(|k| k.info().name).or_else(near)) {
        (Some(k), _) => {
            let version = k.info().api_version();
            (format!("{kind} is in \"{version}\"."), "apiVersion", version)
        }
        (None, Some(near)) => (format!("Did you mean \"{near}\"?"), "kind", near.to_owned()),
        (None, None) => ("ensure CRDs are installed first".to_owned(), "kind", String::new()),
    };
    let fixes = if right.is_empty() { Vec::new() } else { fix::of_kind(document, path, &right) };
    said.push(Diagnostic { fixes, ..error(document.span_of(path), &message, &hint, path) });
    let text = |v: &Value| v.as_str().unwrap_or("").to_owned().into();
    // kubectl finds kinds in any case; only the server minds.
    if let Some(found) = lower.filter(|k| same.is_none() && k.info().api_version() == version) {
        let info = found.info();
        let (v, name) = (info.version, info.name);
        return Undecoded::Server(Refusal::bad_request(format!(
            "{kind} in version \"{v}\" cannot be handled as a {name}: no kind \"{kind}\" is registered for version \
             \"{version}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        )));
    }
    let metadata = document.value.get("metadata");
    let (name, namespace) = (text(metadata.get("name")), text(metadata.get("namespace")));
    Undecoded::NoMatch(name, namespace, kind.to_owned().into(), version.to_owned().into())
}

fn decode(document: &mut Document, kind: Kind, said: &mut Vec<Diagnostic>) {
    let found = check::check(kind, &document.value);
    let in_metadata = |path: &str| path == "metadata" || path.starts_with("metadata.");
    let first_type = |metadata: bool| {
        let fits = |f: &&check::Found| f.sort == Sort::Type && in_metadata(&f.path) == metadata;
        found.iter().find(fits).map(|f| f.message.clone())
    };
    document.undecoded = match (first_type(true), first_type(false)) {
        (Some(why), _) => Some(Undecoded::Metadata(why)),
        (None, Some(why)) => Some(Undecoded::Server(Refusal::undecodable(kind, &why))),
        (None, None) => strict(&found).map(|why| Undecoded::Server(Refusal::undecodable(kind, &why))),
    };
    let typed = !found.iter().any(|f| f.sort == Sort::Type);
    let misnamed = found.iter().any(|f| f.sort == Sort::Unknown);
    for f in found.into_iter().take(DIAGNOSTICS_MAX.saturating_sub(said.len())) {
        let span = match f.sort {
            Sort::Type => document.span_of(&f.path),
            _ => document.key_span_of(&f.path),
        };
        let fixes = fix::of_found(document, &f);
        said.push(Diagnostic {
            severity: f.severity,
            span,
            message: f.message,
            hint: f.hint,
            path: f.path,
            fixes,
        });
    }
    if !kind.info().simulated {
        let message = format!("{} is kept, not simulated", kind.info().name);
        let hint = Some("Nothing in this cluster acts on it.".to_owned());
        let (severity, span) = (Severity::Information, document.span_of("kind"));
        said.push(Diagnostic { path: "kind".into(), ..Diagnostic::new(severity, span, message, hint) });
    }
    if typed {
        let mut value = document.value.clone();
        set_defaults(kind, &mut value);
        // A field with a misspelt name is missing under its right one; saying so twice would confuse.
        let errors = validate(kind, &value, None);
        let room = DIAGNOSTICS_MAX.saturating_sub(said.len());
        // The server warns of what it takes.
        let warnings = if errors.is_empty() { super::warnings(kind, &value) } else { Vec::new() };
        for w in warnings.into_iter().take(room) {
            let (severity, span, message) = (Severity::Warning, document.span_of(&w.field), w.to_string());
            said.push(Diagnostic { path: w.field, ..Diagnostic::new(severity, span, message, None) });
        }
        let errors = errors.into_iter().filter(|e| !(misnamed && e.fault == super::Fault::Required));
        for e in errors.take(DIAGNOSTICS_MAX.saturating_sub(said.len())) {
            let span = document.span_of(&e.field);
            let (severity, message, hint) =
                (Severity::Error, e.to_string(), super::hint::for_error(kind, &e));
            let fixes = fix::of_error(document, &e);
            said.push(Diagnostic { severity, span, message, hint, path: e.field, fixes });
        }
        said.append(&mut fix::node_ports(document));
    }
}

/// The strict decoder's error over all unknown fields.
fn strict(found: &[check::Found]) -> Option<String> {
    let all: Vec<&str> =
        found.iter().filter(|f| f.sort == Sort::Unknown).map(|f| f.message.as_str()).collect();
    (!all.is_empty()).then(|| format!("strict decoding error: {}", all.join(", ")))
}

/// Why the API server would not understand data of a kind, if it would not: wrong types or unknown fields.
pub fn undecodable(kind: Kind, value: &Value) -> Option<Refusal> {
    let found = check::check(kind, value);
    let wrong = found.iter().find(|f| f.sort == Sort::Type).map(|f| f.message.clone());
    wrong.or_else(|| strict(&found)).map(|why| Refusal::undecodable(kind, &why))
}

fn error(span: TextSpan, message: &str, hint: &str, path: &str) -> Diagnostic {
    let (message, hint) = (message.to_owned(), Some(hint.to_owned()));
    Diagnostic { path: path.to_owned(), ..Diagnostic::new(Severity::Error, span, message, hint) }
}
