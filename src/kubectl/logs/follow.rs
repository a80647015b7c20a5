//! `kubectl logs -f`, and what `kubectl run -i` is attached to: a container's lines as they come, until it ends.

use super::super::lasting::{Lasting, Next};
use super::super::{Call, Failure};
use super::{Look, line};
use crate::api::{Pod, Text, Time, Uid};
use crate::sim::kubelet::Runtime;
use std::rc::Rc;

/// A container whose lines are followed.
pub(in super::super) struct Stream {
    uid: Uid,
    pod: Text,
    container: Text,
    /// Its place among all containers of the pod.
    place: usize,
    /// Which of its runs is followed.
    runs: u32,
    /// The time of the last line that was shown, and how many of that time were.
    shown: (Time, usize),
    /// The pod as it was seen, so that nothing is looked at twice.
    seen: Option<Rc<Runtime>>,
}

impl Stream {
    /// What is printed from now on, or all of it.
    pub fn of(
        call: &Call,
        pod: &Pod,
        (place, container): (usize, &Text),
        from_start: bool,
    ) -> Option<Stream> {
        let cell = call.world().runtime(pod.meta.uid)?.cells.get(place)?;
        let last = cell.log.iter().map(|(at, _)| *at).max().filter(|_| !from_start).unwrap_or(Time(i64::MIN));
        let count = cell.log.iter().filter(|(at, _)| *at == last).count();
        Some(Stream {
            uid: pod.meta.uid,
            pod: pod.meta.name.clone(),
            container: container.clone(),
            place,
            runs: cell.runs,
            shown: (last, count),
            seen: None,
        })
    }
    /// Prints what is new. Is that the end of it?
    pub fn pass(&mut self, call: &mut Call, look: &Look) -> bool {
        let Some(runtime) = call.world().runtime(self.uid).cloned() else { return true };
        if self.seen.as_ref().is_some_and(|seen| Rc::ptr_eq(seen, &runtime)) {
            return false;
        }
        let Some(cell) = runtime.cells.get(self.place) else { return true };
        let over = cell.runs != self.runs || !cell.is_alive();
        // Started anew, its lines are those of the time before.
        let log = if cell.runs == self.runs { &cell.log } else { &cell.previous_log };
        let (last, mut skipped) = self.shown;
        for (at, text) in log.iter().filter(|(at, _)| *at >= last) {
            if *at == last && skipped > 0 {
                skipped -= 1;
                continue;
            }
            let text = line((&self.pod, &self.container), (*at, text), look);
            call.output.stdout.push_str(&text);
            self.shown = (*at, if self.shown.0 == *at { self.shown.1 + 1 } else { 1 });
        }
        self.seen = Some(runtime);
        over
    }
    /// Time went backwards: what was printed until now was seen.
    pub fn rewind(&mut self, call: &Call) {
        self.seen = None;
        let Some(cell) = call.world().runtime(self.uid).and_then(|r| r.cells.get(self.place)) else { return };
        let last = cell.log.iter().map(|(at, _)| *at).max().unwrap_or(Time(i64::MIN));
        self.runs = cell.runs;
        self.shown = (last, cell.log.iter().filter(|(at, _)| *at == last).count());
    }
}

/// Several containers at once.
pub(super) struct Following {
    pub streams: Vec<Stream>,
    pub look: Look,
}

impl Lasting for Following {
    fn look(&mut self, call: &mut Call) -> Result<Next, Failure> {
        let look = &self.look;
        self.streams.retain_mut(|stream| !stream.pass(call, look));
        Ok(if self.streams.is_empty() { Next::Over } else { Next::Event })
    }
    fn rewind(&mut self, call: &mut Call) {
        self.streams.iter_mut().for_each(|stream| stream.rewind(call));
    }
    fn ends(&self) -> bool {
        false
    }
}
