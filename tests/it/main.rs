//! One integration binary, a module per room.

mod acts;
mod artefacts;
mod changes;
mod cli;
mod describe;
mod hashes;
mod json;
mod kubectl;
mod lasting;
mod lesson;
mod manifest;
mod network;
mod nodes;
mod pods;
mod refusals;
mod scenario;
mod scheduling;
mod sets;
mod shell;
mod soak;
mod story;
mod terminal;
mod tidy;
mod timeline;
mod words;
mod worlds;
