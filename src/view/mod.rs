//! World at an instant → plain data in the vocabulary of the screen.
//!
//! The view never changes a world, never keeps anything between two pictures, and never knows a browser: the same world,
//! options and size give the same picture, so pause, seek and reverse cost nothing. Everything here has public fields.

mod control;
mod gantt;
mod inspector;
mod nodes;
mod owners;
mod panels;
mod scene;
mod services;
mod sets;
mod stage;
mod travel;
mod why_node;
mod words;

pub use gantt::{GANTT_ROW, Gantt, gantt};
pub use inspector::{Action, Fact, Inspector, Step, inspect};
pub use panels::{EventRow, LogRow, MarkRow, events, horizon, logs, marks, next_moment, previous_moment};
pub use scene::*;
pub use stage::{Options, stage};
pub use why_node::{NodeRow, Placement};
pub use words::{clock, stamp, state_word};
