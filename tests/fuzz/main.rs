//! What may come from anybody is changed by chance, again and again: nothing panics, hangs, or takes much memory.
//!
//! `FUZZ=20000 cargo test --profile worlds --test fuzz` tries so many texts for each target; fewer are tried by default.
//! The same number tries the same texts on every machine, and what fails is printed whole, ready to be made a test.

mod chance;
mod memory;
mod targets;

use chance::Chance;
use std::time::{Duration, Instant};

/// How many texts are tried where nobody says.
const TRIES: u64 = 250;
/// How long one text may take. A debug build takes some ten times as long as the page.
const TIME_MAX: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 4 });
/// How much memory all targets together may need at their peak, in bytes.
const MEMORY_MAX: usize = 512 << 20;

/// Something that reads what anybody may have written.
struct Target {
    name: &'static str,
    /// Texts that are right, from which others are made.
    seeds: fn() -> Vec<String>,
    /// Words that mean something to it.
    words: &'static [&'static str],
    /// Reads one text.
    read: fn(&str),
}

fn check(target: &Target) {
    let tries = std::env::var("FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(TRIES);
    let mut chance = Chance::new(target.name.bytes().map(u64::from).sum());
    let seeds = (target.seeds)();
    let mut slowest = Duration::ZERO;
    for _ in 0..tries {
        let text = chance.changed(&seeds, target.words);
        let began = Instant::now();
        let outcome = std::panic::catch_unwind(|| (target.read)(&text));
        let took = began.elapsed();
        assert!(outcome.is_ok(), "{} panics at {text:?}", target.name);
        assert!(took < TIME_MAX, "{} takes {took:?} for {text:?}", target.name);
        let bytes = memory::peak().unwrap_or(0);
        assert!(bytes < MEMORY_MAX, "{} takes {bytes} bytes after {text:?}", target.name);
        slowest = slowest.max(took);
    }
    let needed = memory::peak().map_or("not counted here".to_owned(), |b| format!("{} MB at most", b >> 20));
    println!("{}: {tries} texts, {slowest:?} for the slowest, memory {needed}", target.name);
}

#[test]
fn manifests() {
    check(&targets::MANIFEST);
}

#[test]
fn shell_commands() {
    check(&targets::SHELL);
}

#[test]
fn lines_of_kubectl() {
    check(&targets::KUBECTL);
}

#[test]
fn links() {
    check(&targets::LINK);
}
