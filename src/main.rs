//! One program with two faces: in the browser it mounts the page, natively it is the headless command line.

#[cfg(target_arch = "wasm32")]
fn main() {
    podium::app::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    match podium::cli::main(&args, &mut out, &mut err) {
        Ok(code) => code.into(),
        // Whoever reads the output has gone away: that is no mistake of ours.
        Err(why) if why.kind() == std::io::ErrorKind::BrokenPipe => std::process::ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("podium: {why}");
            std::process::ExitCode::FAILURE
        }
    }
}
