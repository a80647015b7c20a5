//! One integration binary, a module per room.

mod describe;
mod hashes;
mod job;
mod manifest;
mod network;
mod tidy;
mod timeline;
