//! One program with two faces: in the browser it mounts the page, natively it is the headless command line.

fn main() {}
