//! One integration binary, a module per room.

mod hashes;
mod job;
mod manifest;
mod network;
mod tidy;
mod timeline;
