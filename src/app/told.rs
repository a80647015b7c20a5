//! What the program says of itself when the page around it asks. It only reads.

use super::page::App;
use crate::record;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = podium)]
    fn told(json: &str);
}

/// The answer to `podium.state()`.
pub fn tell(app: &App) {
    let world = app.timeline.world();
    let settled = app.is_settled();
    let answer = record! {
        // A number of 64 bits does not fit into one of JavaScript's.
        "hash" => format!("{:016x}", world.hash()),
        "micros" => world.age().0,
        "inputs" => app.timeline.inputs().count() as i64,
        "pods" => world.store.pod_count() as i64,
        "playing" => app.player.playing,
        "settled" => settled,
    };
    told(&answer.to_json());
}
