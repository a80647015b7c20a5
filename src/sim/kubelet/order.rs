//! Order: init containers one after another before the others, sidecars among them; and at the end the other way round.
//!
//! Models pkg/kubelet/kuberuntime/kuberuntime_container.go: computeInitContainerActions, and
//! kuberuntime_termination_order.go.

use super::exit::restarts;
use super::stop::LEAST_GRACE;
use super::{Cell, CellState, Sync};
use crate::api::{ContainerState, Span};

impl Sync<'_> {
    /// Starts those whose turn has come. Returns whether there were any.
    pub(super) fn let_start(&mut self) -> bool {
        let init = self.pod.spec.init_containers.len();
        for i in 0..init {
            let sidecar = self.pod.spec.init_containers[i].is_sidecar();
            match &self.runtime.cells[i].state {
                CellState::Idle => {
                    self.runtime.cells[i].state = CellState::Waiting(self.now, true);
                    return true;
                }
                CellState::Done if !sidecar && self.has_failed(i) => return self.give_up(),
                CellState::Done => {}
                _ if sidecar && self.has_started(i) => {}
                _ => return false,
            }
        }
        // One is begun after another: an image that is being pulled, or a postStart hook, holds up those behind it.
        for cell in &mut self.runtime.cells[init..] {
            match &cell.state {
                CellState::Idle => {
                    cell.state = CellState::Waiting(self.now, true);
                    return true;
                }
                CellState::Pulling(_) => return false,
                _ if cell.care.as_ref().is_some_and(|c| c.hook.is_some()) => return false,
                _ => {}
            }
        }
        false
    }
    fn has_failed(&self, i: usize) -> bool {
        let state = &self.pod.status.container(i).state;
        let code = if let ContainerState::Terminated(ended) = state { ended.exit_code } else { 0 };
        code != 0 && !restarts(&self.pod, self.pod.spec.container(i), true, code)
    }
    /// Once the others have begun, a sidecar that is being started again hinders nobody.
    fn has_started(&self, i: usize) -> bool {
        let init = self.pod.spec.init_containers.len();
        let begun = |cell: &Cell| cell.runs > 0;
        self.is_started(i) || self.runtime.cells[init..].iter().any(begun)
    }
    /// An init container has failed for good: the others never start.
    fn give_up(&mut self) -> bool {
        let mut any = false;
        for cell in &mut self.runtime.cells {
            if matches!(cell.state, CellState::Idle) {
                cell.state = CellState::Done;
                any = true;
            }
        }
        any
    }

    /// When all others have ended, the sidecars are told to end too, the last one first. Returns whether anybody was.
    pub(super) fn let_stop(&mut self) -> bool {
        let init = self.pod.spec.init_containers.len();
        if init == 0 || !self.runtime.cells[init..].iter().all(Cell::is_done) {
            return false;
        }
        let mut any = false;
        for i in (0..init).rev() {
            let cell = &mut self.runtime.cells[i];
            match &cell.state {
                CellState::Done => continue,
                CellState::Alive(..) if cell.halt().is_none() => {
                    let grace = Span::secs(self.pod.spec.grace_secs());
                    self.stop_with_pod(i, self.now + grace);
                    any = true;
                }
                CellState::Waiting(..) | CellState::Pulling(_) => {
                    cell.state = CellState::Done;
                    any = true;
                }
                _ => {}
            }
        }
        // Only the last one that still lives is told.
        let last = (0..init).rev().find(|i| !self.runtime.cells[*i].is_done());
        if let Some(cell) = last.map(|i| &mut self.runtime.cells[i])
            && cell.halt().is_some_and(|h| h.waits)
            && let Some(halt) = &mut cell.care().halt
        {
            halt.waits = false;
            halt.term = halt.term.max(self.now);
            halt.kill = halt.kill.max(halt.term + LEAST_GRACE);
            any = true;
        }
        any
    }
}
