//! One program with two faces: in the browser it mounts the page, natively it is the headless command line.

#[cfg(target_arch = "wasm32")]
fn main() {
    podium::app::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
