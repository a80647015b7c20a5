//! `request: URL`, `from: POD`, `answered: true|false`: a request is answered, or is not.

use super::{Kind, Manner};
use crate::api::Value;
use crate::sim::network::{self, Outcome, Trace};
use crate::sim::{Action, World};
use std::rc::Rc;

pub(super) const KIND: Kind =
    Kind { name: "request", fields: &["from", "answered"], manner: Manner::Once, check, holds };

fn check(fields: &Value) -> Result<(), String> {
    if fields.get("request").as_str().is_none_or(str::is_empty) {
        return Err("request is a URL such as http://web".to_owned());
    }
    match (fields.get("from"), fields.get("answered")) {
        (Value::Null | Value::Str(_), Value::Null | Value::Bool(_)) => Ok(()),
        (Value::Null | Value::Str(_), other) => {
            Err(format!("answered is true or false, not {}", other.to_json()))
        }
        (other, _) => Err(format!("from is a pod, not {}", other.to_json())),
    }
}

fn holds(world: &World, fields: &Value) -> Result<(), String> {
    let text = |field: &str| fields.get(field).as_str().unwrap_or("");
    let trace = ask(world, text("from"), text("request"))?;
    let wanted = fields.get("answered").as_bool() != Some(false);
    let answered = trace.outcome == Outcome::Answered;
    let why = trace.hops.last().map_or("nobody was asked", |hop| hop.note.as_str());
    match (answered, wanted) {
        (true, true) | (false, false) => Ok(()),
        (false, true) => Err(format!("{} is not answered: {why}", text("request"))),
        (true, false) => Err(format!("{} is answered: {why}", text("request"))),
    }
}

/// The way of a request that is thought of, and never sent.
fn ask(world: &World, from: &str, url: &str) -> Result<Rc<Trace>, String> {
    let (_, plan) = network::send(world, from, url)?;
    let flight = plan.actions.into_iter().find_map(|action| match action {
        Action::Fly(flight) => Some(flight.trace),
        _ => None,
    });
    flight.ok_or_else(|| format!("{url} goes nowhere"))
}
