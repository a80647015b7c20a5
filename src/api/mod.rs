//! The objects of Kubernetes as plain data: one file a kind, one table of kinds.
//!
//! This room never knows the simulation, a clock, or the page; it only says what an object is and how it is written.

mod base64;
mod condition;
mod container;
mod cronjob;
mod decode;
mod deployment;
mod endpointslice;
mod job;
mod kept;
mod kind;
mod meta;
mod namespace;
mod node;
pub mod order;
mod pod;
mod pod_shown;
mod quantity;
mod replicaset;
mod requests;
mod runtime;
mod schedule;
mod scheduling;
mod selector;
mod service;
mod spec;
mod text;
mod time;
mod value;

pub use base64::{base64, from_base64};
pub use condition::{Condition, Conditions, Truth};
pub use container::*;
pub use cronjob::*;
pub use decode::{Decode, Field, Shape};
pub use deployment::*;
pub use endpointslice::*;
pub use job::*;
pub use kept::Kept;
pub use kind::{Kind, KindInfo, Object, Resource, Typed};
pub use meta::{Deletion, Key, Labels, Meta, Owner, Uid, mix};
pub use namespace::Namespace;
pub use node::*;
pub use pod::*;
pub use quantity::{Cpu, Quantity};
pub use replicaset::*;
pub use requests::*;
pub use runtime::{container_id, image_id, image_name};
pub use schedule::{Schedule, duration};
pub use scheduling::*;
pub use selector::{Operator, Requirement, Selector};
pub use service::*;
pub use spec::Spec;
pub use text::Text;
pub use time::{Span, Time};
pub use value::{Map, Value, write_json_str};
