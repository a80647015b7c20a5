//! The cluster: a next-event simulation of the control plane, its nodes and its network.
//!
//! The simulation never reads a clock, a file or the environment, never draws ambient chance, and never iterates in an
//! order that is not fixed: the same seed and inputs give the same world, natively and in wasm. Actors (controllers,
//! scheduler, kubelets) never write: they read the [`World`] and return a [`Plan`], which the world carries out.

mod admission;
mod agenda;
mod config;
pub mod controllers;
mod events;
mod evict;
mod hash;
mod history;
pub mod kubelet;
mod limit_range;
pub mod metrics;
pub mod network;
mod persistent;
mod plan;
mod pod_control;
pub mod pod_security;
mod priority;
mod quota;
mod record;
pub mod saved;
pub mod scheduler;
mod server;
mod store;
mod timeline;
pub mod workload;
mod world;

pub use config::{Config, NODES_MAX, OBJECTS_MAX, PODS_MAX};
pub use events::{Event as ClusterEvent, EventType, Events, Said};
pub use hash::StableHasher;
pub use history::{History, Mark, State, Track, pod_state, state_of};
pub use persistent::{Map, Sequence, Set};
pub use plan::{Action, Memo, Plan, Scaling};
pub use record::{Actor, Because, Change, Record, Records, Verb};
pub use server::{Exec, Executed, Propagation, Request, Sandbox};
pub use store::{Class, Glance, Store, TRACKING_FINALIZER, Tally, class_of};
pub use timeline::{Input, Timeline};
pub use world::{Act, World};
