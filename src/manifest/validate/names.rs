//! What names may look like. Models apimachinery pkg/util/validation/validation.go.

use super::Errors;
use crate::api::Value;
use crate::manifest::field::{FieldError, Path};

/// A rule for names: what is wrong with one.
pub(super) type Rule = fn(&str) -> Vec<String>;

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN: &str = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const UNDERSCORED: &str = r"_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*";
const QUALIFIED: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE: &str = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";

/// Models RegexError.
fn regex(text: &str, form: &str, examples: &[&str]) -> String {
    let mut out = format!("{text} (e.g. ");
    for (i, example) in examples.iter().enumerate() {
        if i > 0 {
            out += " or ";
        }
        out += &format!("'{example}', ");
    }
    out + &format!("regex used for validation is '{form}')")
}

fn too_long(most: usize) -> String {
    format!("must be no more than {most} characters")
}

fn is_label(s: &str) -> bool {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = s.as_bytes();
    bytes.iter().all(|b| good(*b) || *b == b'-')
        && bytes.first().is_some_and(|b| good(*b))
        && good(bytes[bytes.len() - 1])
}
fn is_subdomain(s: &str) -> bool {
    s.split('.').all(is_label)
}
/// `[A-Za-z0-9]`, and between two of them `-`, `_` and `.` as well.
fn is_qualified_part(s: &str) -> bool {
    let bytes = s.as_bytes();
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let inside = bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    inside && ends(bytes.first()) && ends(bytes.last())
}

/// IsDNS1123Label.
#[inline(never)]
pub(in crate::manifest) fn label(s: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if s.len() > 63 {
        wrong.push(too_long(63));
    }
    if !is_label(s) {
        // A name that would do but for its dots gets the advice for it.
        let text = if is_subdomain(s) {
            return wrong.into_iter().chain(["must not contain dots".to_owned()]).collect();
        } else {
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end \
             with an alphanumeric character"
        };
        wrong.push(regex(text, LABEL, &["my-name", "123-abc"]));
    }
    wrong
}

/// IsDNS1123Subdomain.
#[inline(never)]
pub fn subdomain(s: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if s.len() > 253 {
        wrong.push(too_long(253));
    }
    if !is_subdomain(s) {
        let text = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
                    start and end with an alphanumeric character";
        wrong.push(regex(text, SUBDOMAIN, &["example.com"]));
    }
    wrong
}

/// IsWildcardDNS1123Subdomain.
pub(super) fn wildcard(s: &str) -> Vec<String> {
    if s.strip_prefix("*.").is_some_and(is_subdomain) {
        return Vec::new();
    }
    let text = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of \
                lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
    vec![regex(text, &format!(r"\*\.{SUBDOMAIN}"), &["*.example.com"])]
}

/// IsQualifiedName: a label's key.
#[inline(never)]
pub fn qualified(s: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let form = |text: &str| regex(text, QUALIFIED, &["MyName", "my.name", "123-abc"]);
    let text = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric \
                character";
    let parts: Vec<&str> = s.split('/').collect();
    let name = match parts.as_slice() {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                wrong.push("prefix part must be non-empty".into());
            } else {
                wrong.extend(subdomain(prefix).into_iter().map(|w| format!("prefix part {w}")));
            }
            name
        }
        _ => {
            let all = form(&format!("a valid label key {text}"));
            wrong.push(format!(
                "{all} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ));
            return wrong;
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".into());
    } else if name.len() > 63 {
        wrong.push("name part must be no more than 63 bytes".into());
    }
    if !is_qualified_part(name) {
        wrong.push(format!("name part {}", form(text)));
    }
    wrong
}

/// IsValidLabelValue.
#[inline(never)]
pub fn label_value(s: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if s.len() > 63 {
        wrong.push("must be no more than 63 bytes".into());
    }
    if !s.is_empty() && !is_qualified_part(s) {
        let text = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must \
                    start and end with an alphanumeric character";
        wrong.push(regex(text, LABEL_VALUE, &["MyValue", "my_value", "12345"]));
    }
    wrong
}

/// IsValidPortName.
#[inline(never)]
pub fn port_name(s: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if s.len() > 15 {
        wrong.push("must be no more than 15 characters".into());
    }
    let bytes = s.as_bytes();
    if !bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-') {
        wrong.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".into());
    }
    if !bytes.iter().any(u8::is_ascii_lowercase) {
        wrong.push("must contain at least one letter (a-z)".into());
    }
    if s.contains("--") {
        wrong.push("must not contain consecutive hyphens".into());
    }
    if s.starts_with('-') || s.ends_with('-') {
        wrong.push("must not begin or end with a hyphen".into());
    }
    wrong
}

/// IsEnvVarName, relaxed.
pub fn env_name(s: &str) -> Vec<String> {
    let good = !s.is_empty() && s.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'=');
    let text =
        "a valid environment variable name must consist only of printable ASCII characters other than '='";
    if good { Vec::new() } else { vec![text.to_owned()] }
}

/// The path behind a domain, as IsDomainPrefixedPath wants it.
pub(super) fn http_path(s: &str) -> Vec<String> {
    const FORM: &str = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+";
    let good = s.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&b));
    let wrong = format!("Invalid path (regex used for validation is '{FORM}')");
    if good { Vec::new() } else { vec![wrong] }
}

/// IsHTTPHeaderName.
pub(super) fn http_header(s: &str) -> Vec<String> {
    let good = !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let text = "a valid HTTP header must consist of alphanumeric characters or '-'";
    if good { Vec::new() } else { vec![regex(text, "[-A-Za-z0-9]+", &["X-Header-Name"])] }
}

/// IsDNS1123SubdomainWithUnderscore: where names are searched.
pub(super) fn search_path(s: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if s.len() > 253 {
        wrong.push(too_long(253));
    }
    let part = |part: &str| {
        let rest = part.strip_prefix('_').unwrap_or(part);
        !rest.starts_with('_') && !rest.ends_with('_') && is_label(&rest.replace('_', "-"))
    };
    if !s.split('.').all(part) {
        let text = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and \
                    must start and end with an alphanumeric character";
        wrong.push(regex(text, UNDERSCORED, &["example.com"]));
    }
    wrong
}

/// A name that something is added to: a dash at its end is good. Models apimachinery pkg/api/validation: maskTrailingDash.
pub(super) fn of_prefix(prefix: &str, rule: Rule) -> Vec<String> {
    match prefix.strip_suffix('-') {
        Some(head) if prefix.len() > 1 => {
            rule(&format!("{}a", &head[..head.len() - head.chars().next_back().map_or(0, char::len_utf8)]))
        }
        _ => rule(prefix),
    }
}

/// IsPathSegmentName.
pub(super) fn path_segment(s: &str) -> Vec<String> {
    if s == "." || s == ".." {
        return vec![format!("may not be '{s}'")];
    }
    ["/", "%"].into_iter().filter(|c| s.contains(c)).map(|c| format!("may not contain '{c}'")).collect()
}

/// A key in a ConfigMap or Secret: IsConfigMapKey.
pub fn config_key(s: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if s.len() > 253 {
        wrong.push(too_long(253));
    }
    let good =
        !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !good {
        let text = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
        wrong.push(regex(text, "[-._a-zA-Z0-9]+", &["key.name", "KEY_NAME", "key-name"]));
    }
    if s == "." {
        wrong.push("must not be '.'".into());
    }
    if s.starts_with("..") {
        wrong.push("must not start with '..'".into());
    }
    wrong
}

/// Holds a value against a rule.
#[inline(never)]
pub(super) fn check(value: &Value, rule: Rule, path: &Path, errors: &mut Errors) {
    for wrong in rule(super::text(value)) {
        errors.push(FieldError::invalid(path, value, &wrong));
    }
}

/// Labels: ValidateLabels.
#[inline(never)]
pub(super) fn labels(value: &Value, path: &Path, errors: &mut Errors) {
    for (key, value) in value.fields() {
        for wrong in qualified(key) {
            errors.push(FieldError::invalid(path, &Value::Str(key.clone()), &wrong));
        }
        check(value, label_value, path, errors);
    }
}
