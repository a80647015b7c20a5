//! A POSIX shell as a machine of small steps: what is still to be done is an explicit stack of frames, so a run can stop
//! at any `sleep`, be copied, and go on.
//!
//! The machine never recurses over a script at run time, never loops without counting its steps, and knows no clock.
//!
//! What differs from a real shell: the stages of a pipeline run one after the other (so an endless left side never
//! reaches its right side), and a script is read as a whole before its first command runs.

mod arith;
mod ast;
mod builtin;
mod control;
mod dialect;
mod expand;
mod frame;
mod machine;
mod parse;
mod pattern;
mod program;
mod recall;
mod state;
mod word;
mod words;

pub(super) use builtin::signal_name;
pub(super) use control::dialect_of;
pub(super) use dialect::Dialect;
pub(super) use frame::{Core, Frame, Thread, Wait};
pub(super) use machine::{Run, STEPS_MAX, STEPS_PER_SECOND};
pub(super) use pattern::{fits, set as bracket};
pub(super) use state::Shell;
