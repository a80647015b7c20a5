//! One integration binary, a module per room.

mod job;
mod manifest;
mod network;
mod tidy;
