//! What images use of CPU and memory when nobody asks them for anything, and for each request. The figures are those of
//! small installations; what matters is that they are plausible and always the same.

use super::Image;
use crate::api::{Container, Quantity};

/// What a container uses by itself.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Thousandths of a CPU at rest.
    pub cpu_millis: i64,
    /// Bytes.
    pub memory: i64,
    /// Millionths of a CPU second for each request.
    pub request_micros: i64,
}

const fn load(cpu_millis: i64, memory_mi: i64, request_micros: i64) -> Load {
    Load { cpu_millis, memory: memory_mi << 20, request_micros }
}

/// By the first of an image's names; the last row is for all others.
const LOADS: [(&str, Load); 13] = [
    ("nginx", load(1, 5, 500)),
    ("nginx-unprivileged", load(1, 5, 500)),
    ("httpd", load(1, 8, 700)),
    // Its page adds up a million square roots.
    ("gb-frontend", load(1, 12, 40_000)),
    ("redis", load(3, 8, 50)),
    ("postgres", load(4, 45, 2_000)),
    ("mysql", load(8, 380, 2_000)),
    ("mongo", load(9, 120, 1_500)),
    ("memcached", load(1, 4, 50)),
    ("rabbitmq", load(12, 110, 1_000)),
    ("pause", load(0, 1, 0)),
    ("busybox", load(0, 1, 1_000)),
    ("", load(1, 12, 1_000)),
];

/// What a container uses, by its image and, for the program that is made to use much, by its arguments.
pub fn load_of(container: &Container) -> Load {
    let image = Image::of(&container.image);
    let first = image.0.names.first().copied().unwrap_or("");
    let row = LOADS.iter().find(|(name, _)| *name == first).unwrap_or(&LOADS[LOADS.len() - 1]);
    let words: Vec<&str> = container.command.iter().chain(&container.args).map(|w| w.as_str()).collect();
    let stresses = first == "stress" || words.first().is_some_and(|w| w.ends_with("stress"));
    if stresses { stressed(row.1, &words) } else { row.1 }
}

/// `stress --cpu 2 --vm 1 --vm-bytes 150M`, and `-cpus 2 -mem-total 100Mi` of vish/stress.
fn stressed(load: Load, words: &[&str]) -> Load {
    let after = |names: &[&str]| {
        let at = words.iter().position(|w| names.contains(w))?;
        words.get(at + 1).copied()
    };
    let cpus: i64 = after(&["--cpu", "-c", "-cpus"]).and_then(|n| n.parse().ok()).unwrap_or(0);
    let bytes = after(&["--vm-bytes", "-mem-total"]).and_then(Quantity::parse).map_or(0, |q| q.amount);
    Load { cpu_millis: cpus * 1_000, memory: load.memory + bytes, ..load }
}
