//! stub
use crate::api::*;
pub struct FieldError;
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
}
impl Refusal {
    fn new(code: u16, reason: &'static str, message: String) -> Refusal {
        Refusal { code, reason, message }
    }
    pub fn already_exists(k: Kind, n: &str) -> Refusal {
        Self::new(409, "AlreadyExists", format!("{} \"{n}\" already exists", k.info().plural))
    }
    pub fn not_found(k: Kind, n: &str) -> Refusal {
        Self::new(404, "NotFound", format!("{} \"{n}\" not found", k.info().plural))
    }
    pub fn conflict(k: Kind, n: &str) -> Refusal {
        Self::new(409, "Conflict", format!("{} \"{n}\" conflict", k.info().plural))
    }
    pub fn forbidden(k: Kind, n: &str, m: &str) -> Refusal {
        Self::new(403, "Forbidden", format!("{} \"{n}\" is forbidden: {m}", k.info().plural))
    }
    pub fn namespace_terminating(k: Kind, n: &str, m: &str) -> Refusal {
        Self::forbidden(k, n, m)
    }
    pub fn cluster_ip(n: &str, m: &str) -> Refusal {
        Self::forbidden(Kind::Service, n, m)
    }
    pub fn node_port(n: &str, _i: usize, _p: i32) -> Refusal {
        Self::forbidden(Kind::Service, n, "")
    }
    pub fn no_match(v: &str, k: &str) -> Refusal {
        Self::new(404, "NotFound", format!("{v} {k}"))
    }
    pub fn invalid(_k: Kind, n: &str, _e: Vec<FieldError>) -> Refusal {
        Self::new(422, "Invalid", n.into())
    }
}
pub fn set_defaults(_: Kind, _: &mut Value) {}
pub fn validate(_: Kind, _: &Value, _: Option<&Value>) -> Vec<FieldError> {
    vec![]
}
