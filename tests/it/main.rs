//! One integration binary, a module per room.

mod describe;
mod hashes;
mod json;
mod manifest;
mod network;
mod scenario;
mod story;
mod tidy;
mod timeline;
