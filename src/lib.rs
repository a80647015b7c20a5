//! Podium: a Kubernetes cluster inside a web page, made for teaching.
//!
//! Data flows one way: YAML → `manifest` → objects (`api`) → store → controllers (`sim`) → scene (`view`) → pixels (`app`).
//! ARCHITECTURE.md has the map. Nothing to the left knows what is to its right.

pub mod api;
#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod examples;
pub mod kubectl;
pub mod lesson;
pub mod manifest;
pub mod sim;
pub mod view;

// The unit tests read the same tables as tests/it/ does.
#[cfg(test)]
extern crate self as podium;
#[cfg(test)]
#[path = "../tests/it/json.rs"]
mod json;
