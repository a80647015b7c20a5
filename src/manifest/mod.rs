//! The manifest room: text → diagnostics → checked, defaulted and validated data.
//!
//! This room never knows the simulation, a clock, or the page. It reads nothing but its arguments and the table of the
//! API's fields; it never panics on what a person wrote; and nothing in it depends on what is in a cluster: what does
//! (addresses, names that are taken) is said by the simulation, with the same [`Refusal`].

mod assist;
mod check;
mod context;
mod defaults;
mod diagnostic;
mod difference;
mod docs;
mod document;
mod edit;
mod explain;
mod facts;
mod field;
mod fix;
mod format;
mod hint;
mod internal;
mod live;
mod outline;
pub mod quantity;
mod refusal;
mod schema;
mod skeleton;
mod suggest;
pub mod unified;
mod validate;
mod warn;
mod warn_pod;
mod yaml;

pub use assist::{Completion, Hover, complete, hover};
pub use defaults::{fill, set_defaults};
pub use diagnostic::{Diagnostic, Mark, Severity, TextSpan};
pub use document::{DIAGNOSTICS_MAX, Document, Parsed, Undecoded, parse, undecodable};
pub use edit::Edit;
pub use explain::{Explained, about_type, explain_fields, is_acted_on, type_of};
pub use field::{Fault, FieldError, Path};
pub use fix::Fix;
pub use format::format;
pub use live::Live;
pub use refusal::Refusal;
pub use schema::fields_below;
pub use suggest::nearest;
pub use validate::{COUNT_MAX, config_key, env_name, label_value, port_name, qualified, subdomain, validate};
pub use warn::{FieldWarning, warnings};
pub use yaml::{DEPTH_MAX, NODES_MAX, TEXT_BYTES_MAX};
