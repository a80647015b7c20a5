//! [`Refusal`]: the API server says no. Models apimachinery pkg/api/errors/errors.go.

use super::FieldError;
use super::field::{Fault, quoted};
use crate::api::{Kind, Text};
use std::fmt;

/// An answer of the API server that is not what was asked for: a `Status`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The HTTP status code.
    pub code: u16,
    /// One word why: `Invalid`, `NotFound`, `AlreadyExists`, `Conflict`, `BadRequest`, `Forbidden`.
    pub reason: &'static str,
    /// The whole message as the API server sends it.
    pub message: String,
    /// The kind it is about, if it is about one.
    pub kind: Option<Kind>,
    /// The name it is about.
    pub name: Text,
    /// What is wrong with which field, for `Invalid`.
    pub causes: Vec<FieldError>,
}

impl Refusal {
    fn new(code: u16, reason: &'static str, kind: Option<Kind>, name: &str, message: String) -> Refusal {
        Refusal { code, reason, message, kind, name: name.to_owned().into(), causes: Vec::new() }
    }
    /// The object breaks rules.
    pub fn invalid(kind: Kind, name: &str, causes: Vec<FieldError>) -> Refusal {
        // What is said twice is said once. Models apimachinery pkg/util/validation/field/errors.go: ToAggregate.
        let mut all: Vec<String> = Vec::new();
        for said in causes.iter().map(ToString::to_string) {
            if !all.contains(&said) {
                all.push(said);
            }
        }
        let said = match all.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let info = kind.info();
        let group = if info.group.is_empty() { String::new() } else { format!(".{}", info.group) };
        let message = format!("{}{group} {} is invalid: {said}", info.name, quoted(name));
        Refusal { causes, ..Refusal::new(422, "Invalid", Some(kind), name, message) }
    }
    /// There is no such object.
    pub fn not_found(kind: Kind, name: &str) -> Refusal {
        let message = format!("{} {} not found", resource(kind), quoted(name));
        Refusal::new(404, "NotFound", Some(kind), name, message)
    }
    /// There is one already.
    pub fn already_exists(kind: Kind, name: &str) -> Refusal {
        let message = format!("{} {} already exists", resource(kind), quoted(name));
        Refusal::new(409, "AlreadyExists", Some(kind), name, message)
    }
    /// Somebody else has changed it in between.
    pub fn conflict(kind: Kind, name: &str) -> Refusal {
        let why =
            "the object has been modified; please apply your changes to the latest version and try again";
        let message = format!("Operation cannot be fulfilled on {} {}: {why}", resource(kind), quoted(name));
        Refusal::new(409, "Conflict", Some(kind), name, message)
    }
    /// It may not be done.
    pub fn forbidden(kind: Kind, name: &str, why: &str) -> Refusal {
        let message = match name {
            "" => format!("{} is forbidden: {why}", resource(kind)),
            name => format!("{} {} is forbidden: {why}", resource(kind), quoted(name)),
        };
        Refusal::new(403, "Forbidden", Some(kind), name, message)
    }
    /// A pod may not be evicted now: its disruption budget is used up.
    /// Models pkg/registry/core/pod/storage/eviction.go: checkAndDecrement.
    pub fn over_budget() -> Refusal {
        let message = "Cannot evict pod as it would violate the pod's disruption budget.";
        Refusal::new(429, "TooManyRequests", None, "", message.to_owned())
    }
    /// A pod may not be evicted at all: more than one budget guards it.
    pub fn many_budgets() -> Refusal {
        let message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
        Refusal::new(500, "InternalError", None, "", message.to_owned())
    }
    /// The request cannot be understood.
    pub fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "BadRequest", None, "", message.into())
    }
    /// The data cannot be read as the kind. Models apiserver pkg/endpoints/handlers: transformDecodeError.
    pub fn undecodable(kind: Kind, why: &str) -> Refusal {
        let info = kind.info();
        let version = info.version;
        let message =
            format!("{} in version \"{version}\" cannot be handled as a {}: {why}", info.name, info.name);
        Refusal { kind: Some(kind), ..Refusal::bad_request(message) }
    }
    /// Nothing new may be made in a namespace that is being deleted.
    pub fn namespace_terminating(kind: Kind, name: &str, namespace: &str) -> Refusal {
        let why =
            format!("unable to create new content in namespace {namespace} because it is being terminated");
        Refusal::forbidden(kind, name, &why)
    }
    /// A service asks for a virtual address that it cannot have.
    /// Models pkg/registry/core/service/storage/alloc.go: allocClusterIP.
    pub fn cluster_ip(name: &str, address: &str) -> Refusal {
        let inside = address.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| u32::from(ip) >> 20 == 0x0a6);
        let why = if inside {
            "provided IP is already allocated".to_owned()
        } else {
            format!(
                "the provided IP ({address}) is not in the valid range. The range of valid IPs is 10.96.0.0/12"
            )
        };
        let cause = FieldError {
            field: "spec.clusterIPs".into(),
            fault: Fault::Invalid,
            value: Some(format!("[{}]", quoted(address))),
            detail: format!("failed to allocate IP {address}: {why}"),
        };
        Refusal::invalid(Kind::Service, name, vec![cause])
    }
    /// A service asks for a port of the nodes that it cannot have.
    pub fn node_port(name: &str, index: usize, port: i32) -> Refusal {
        let detail = match port {
            30000..=32767 => "provided port is already allocated",
            _ => "provided port is not in the valid range. The range of valid ports is 30000-32767",
        };
        let cause = FieldError {
            field: format!("spec.ports[{index}].nodePort"),
            fault: Fault::Invalid,
            value: Some(port.to_string()),
            detail: detail.into(),
        };
        Refusal::invalid(Kind::Service, name, vec![cause])
    }
    /// There is no such kind.
    pub fn no_match(api_version: &str, kind: &str) -> Refusal {
        let message = format!("no matches for kind {} in version {}", quoted(kind), quoted(api_version));
        Refusal::new(404, "NotFound", None, "", message)
    }
    /// What kubectl prints of it, without a line break at the end; `doing` is what it was at, such as
    /// `error when creating "manifest.yaml"`. Models kubectl pkg/cmd/util/helpers.go: CheckErr.
    pub fn for_kubectl(&self, doing: &str) -> String {
        if let (true, Some(kind)) = (!self.causes.is_empty(), self.kind) {
            let head = format!("The {} {} is invalid: ", kind.info().name, quoted(&self.name));
            return match self.causes.as_slice() {
                [one] => format!("{head}{one}"),
                // The server's list may hold an error twice; kubectl says it once.
                many => {
                    let mut lines: Vec<String> = Vec::new();
                    for line in many.iter().map(|c| format!("* {c}")) {
                        if !lines.contains(&line) {
                            lines.push(line);
                        }
                    }
                    format!("{head}\n{}", lines.join("\n"))
                }
            };
        }
        let doing = if doing.is_empty() { String::new() } else { format!("{doing}: ") };
        format!("Error from server ({}): {doing}{}", self.reason, self.message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for Refusal {}

/// `jobs.batch`, or `pods` in the core group.
fn resource(kind: Kind) -> String {
    let info = kind.info();
    match info.group {
        "" => info.plural.to_owned(),
        group => format!("{}.{group}", info.plural),
    }
}
