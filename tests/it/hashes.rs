//! The hashes of worlds that every platform must agree on. A wasm test includes this file too.

use podium::api::Span;
use podium::examples;
use podium::kubectl;
use podium::sim::{Config, Timeline};

/// What `tests/suite/hashes.txt` says: `EXAMPLE SEED SECONDS HASH`, a line each.
///
/// Natively it is read when it is asked for: what one test binary has recorded, the next one finds.
pub fn recorded() -> String {
    #[cfg(target_arch = "wasm32")]
    return include_str!("../suite/hashes.txt").to_owned();
    #[cfg(not(target_arch = "wasm32"))]
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/hashes.txt"))
        .expect("it is there")
}

/// The seeds, and the seconds after the start, at which each example is looked at.
const SEEDS: [u64; 2] = [1, 7];
const INSTANTS_S: [i64; 4] = [0, 3, 45, 400];

/// A fresh cluster to which an example was applied.
pub fn applied(manifest: &str, seed: u64) -> Timeline {
    let mut timeline = Timeline::new(Config { seed, ..Config::default() });
    for applied in kubectl::apply_text(&mut timeline, &kubectl::Context::default(), "manifest.yaml", manifest)
    {
        assert!(applied.taken, "{}", applied.text);
    }
    timeline
}

/// The same lines, as this platform works them out.
pub fn computed() -> String {
    let mut lines = String::new();
    for example in examples::ALL {
        for seed in SEEDS {
            let mut timeline = applied(example.manifest, seed);
            for secs in INSTANTS_S {
                let at = timeline.start() + Span::secs(secs);
                timeline.seek(at);
                let hash = timeline.world().hash();
                lines += &format!("{} {seed} {secs} {hash:016x}\n", example.name);
            }
        }
    }
    lines
}
