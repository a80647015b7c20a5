//! The workloads, natively under divan; in wasm, exported to whoever drives the browser.

mod workloads;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::workloads::{ALL, Length, Workload};
    use divan::Bencher;

    fn names(length: Length) -> impl Iterator<Item = &'static str> {
        ALL.iter().filter(move |w| w.length == length).map(|w| w.name)
    }
    fn find(name: &str) -> &'static Workload {
        ALL.iter().find(|w| w.name == name).expect("the name is from the table")
    }
    fn once_each(bencher: Bencher, name: &str) {
        let workload = find(name);
        let prepared = bencher.with_inputs(workload.prepare);
        prepared.bench_local_refs(|timeline| (workload.run)(timeline, 0));
    }
    fn turns(bencher: Bencher, name: &str) {
        let workload = find(name);
        let (mut timeline, mut turn) = ((workload.prepare)(), 0);
        bencher.bench_local(|| {
            turn += 1;
            (workload.run)(&mut timeline, turn)
        });
    }

    #[divan::bench(args = names(Length::Long), sample_count = 5, sample_size = 1)]
    fn long(bencher: Bencher, name: &str) {
        once_each(bencher, name);
    }
    #[divan::bench(args = names(Length::Huge), sample_count = 1, sample_size = 1, ignore)]
    fn huge(bencher: Bencher, name: &str) {
        once_each(bencher, name);
    }
    #[divan::bench(args = names(Length::Turns), sample_count = 100, sample_size = 1)]
    fn each(bencher: Bencher, name: &str) {
        turns(bencher, name);
    }
    #[divan::bench(args = names(Length::Short), sample_count = 100)]
    fn short(bencher: Bencher, name: &str) {
        turns(bencher, name);
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    divan::main();
}

#[cfg(target_arch = "wasm32")]
mod web {
    use super::workloads::{ALL, Length};
    use podium::sim::Timeline;
    use std::cell::RefCell;
    use wasm_bindgen::prelude::*;

    thread_local! { static PREPARED: RefCell<Option<Timeline>> = const { RefCell::new(None) }; }

    /// The names of all workloads, each with its length.
    #[wasm_bindgen]
    pub fn names() -> Vec<String> {
        let length = |l: Length| match l {
            Length::Short => "short",
            Length::Turns => "turns",
            Length::Long => "long",
            Length::Huge => "huge",
        };
        ALL.iter().map(|w| format!("{} {}", w.name, length(w.length))).collect()
    }
    /// Prepares a workload.
    #[wasm_bindgen]
    pub fn prepare(workload: usize) {
        PREPARED.replace(None);
        PREPARED.replace(Some((ALL[workload].prepare)()));
    }
    /// Runs it for so many turns; returns the units that were done.
    #[wasm_bindgen]
    pub fn run(workload: usize, first_turn: u32, turns: u32) -> f64 {
        PREPARED.with_borrow_mut(|prepared| {
            let timeline = prepared.as_mut().expect("it was prepared");
            let each =
                (first_turn..first_turn + turns).map(|turn| (ALL[workload].run)(timeline, turn.into()));
            each.sum::<u64>() as f64
        })
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {}
