//! The pods that wait: for their turn, for the end of their back-off, or for something to change.

use super::plugins::Bits;
use crate::api::{Span, Time, Uid};
use crate::sim::persistent::{Map, Set};

/// How long one cycle takes.
const CYCLE: Span = Span::millis(1);
/// The first and the longest wait of a pod that did not fit. Models pkg/scheduler/backend/queue: podInitialBackoff,
/// podMaxBackoff.
const BACKOFF: Span = Span::secs(1);
const BACKOFF_MAX: Span = Span::secs(10);
/// So long a pod waits for a change before it is tried again all the same, and how often that is looked for.
/// Models scheduling_queue.go: DefaultPodMaxInUnschedulablePodsDuration, flushUnschedulablePodsLeftover.
const LEFT_OVER: Span = Span::secs(300);
const LEFT_OVER_EVERY: Span = Span::secs(30);
/// A scheduler with nothing else to do takes pods before their back-off is over. Where very many are backing off, the
/// simulation waits all the same, as each try costs it as much as the first.
const POPPED_EARLY_MAX: usize = 100;
/// Sets of pods that wait to be tried again are joined up to so many, so that there are never many sets.
const MOVED_TOGETHER_MAX: usize = 4_000;

type Backoffs = Set<(Time, Uid)>;

/// The pods that wait. Models pkg/scheduler/backend/queue/scheduling_queue.go: PriorityQueue.
#[derive(Clone, Default, Hash)]
pub struct Waiting {
    /// Ready to be tried: the most important first, then the one that has waited longest.
    active: Set<(i64, Time, Uid)>,
    /// Those that fitted nowhere, by the plugins that refused them and the end of their back-off.
    unschedulable: Map<Bits, Backoffs>,
    /// The same after something has changed: whole sets, so that a change costs the same however many pods wait.
    backoff: Map<u64, Backoffs>,
    attempts: Map<Uid, Attempts>,
}

#[derive(Clone, Copy, Default, Hash)]
struct Attempts {
    count: u32,
    last: Time,
    by: Bits,
    priority: i32,
}

impl Attempts {
    /// When the pod may be tried again. Models backoff_queue.go: calculateBackoffDuration.
    fn again(self) -> Time {
        let doublings = self.count.saturating_sub(1).min(10);
        self.last + (BACKOFF * (1 << doublings)).min(BACKOFF_MAX)
    }
}

impl Waiting {
    /// Pods that wait for a cycle.
    pub fn len(&self) -> usize {
        self.active.len() + self.backing_off()
    }
    fn backing_off(&self) -> usize {
        self.backoff.values().map(|set| set.len()).sum()
    }
    /// Pods that fit nowhere.
    pub fn unschedulable(&self) -> usize {
        self.unschedulable.values().map(|set| set.len()).sum()
    }
    /// A pod that has not been tried yet, or whose gates were taken away.
    pub fn add(&mut self, now: Time, uid: Uid, priority: i32) {
        self.active.insert((-i64::from(priority), now, uid));
    }
    /// A pod is gone or bound. If it waits for its turn, it is dropped when that comes.
    pub fn forget(&mut self, uid: Uid) {
        if let Some(attempts) = self.attempts.remove(&uid) {
            self.take_out(uid, attempts);
        }
    }
    fn take_out(&mut self, uid: Uid, attempts: Attempts) -> bool {
        let Some(set) = self.unschedulable.get_mut(&attempts.by) else { return false };
        let was_there = set.remove(&(attempts.again(), uid));
        if set.is_empty() {
            self.unschedulable.remove(&attempts.by);
        }
        was_there
    }
    /// A pod fits nowhere, and these plugins have said so.
    pub fn refused(&mut self, now: Time, uid: Uid, priority: i32, by: Bits) {
        let attempts = self.attempts.get_or_default(uid);
        *attempts = Attempts { count: attempts.count + 1, last: now, by, priority };
        let again = attempts.again();
        self.unschedulable.get_or_default(by).insert((again, uid));
    }
    /// Gives all pods that one of these plugins has refused another chance, after their back-off.
    pub fn move_all(&mut self, by: Bits) -> bool {
        let sets: Vec<Bits> = self.unschedulable.keys().copied().filter(|set| set & by != 0).collect();
        for bits in &sets {
            if let Some(set) = self.unschedulable.remove(bits) {
                self.back_off(set);
            }
        }
        !sets.is_empty()
    }
    /// Gives those another chance for whom it is worth it; all that some plugin other than these has refused are asked.
    pub fn move_some(&mut self, except: Bits, is_worth_it: impl Fn(Uid, Bits) -> bool) -> bool {
        let mut moved = Backoffs::default();
        for (by, set) in self.unschedulable.iter().filter(|(by, _)| *by & except == 0) {
            for (again, uid) in set.iter().filter(|(_, uid)| is_worth_it(*uid, *by)) {
                moved.insert((*again, *uid));
            }
        }
        for (_, uid) in moved.iter() {
            if let Some(attempts) = self.attempts.get(uid).copied() {
                self.take_out(*uid, attempts);
            }
        }
        let some = !moved.is_empty();
        self.back_off(moved);
        some
    }
    /// The plugins that have refused a pod which waits for a change.
    pub fn refused_by(&self, uid: Uid) -> Option<Bits> {
        self.attempts.get(&uid).map(|a| a.by)
    }
    fn back_off(&mut self, mut moved: Backoffs) {
        if moved.is_empty() {
            return;
        }
        while let Some((number, last)) = self.backoff.get_max()
            && last.len() <= moved.len()
            && last.len() + moved.len() <= MOVED_TOGETHER_MAX
        {
            last.iter().for_each(|entry| moved.insert(*entry));
            let number = *number;
            self.backoff.remove(&number);
        }
        let number = self.backoff.get_max().map_or(0, |(last, _)| last + 1);
        self.backoff.insert(number, moved);
    }
    /// The end of the first back-off, whose it is, and the set it is in.
    fn first_backing_off(&self) -> Option<(Time, Uid, u64)> {
        let heads = self.backoff.iter();
        heads.filter_map(|(number, set)| set.get_min().map(|(at, uid)| (*at, *uid, *number))).min()
    }
    fn take_backing_off(&mut self, at: Time, uid: Uid, number: u64) {
        let Some(set) = self.backoff.get_mut(&number) else { return };
        set.remove(&(at, uid));
        if set.is_empty() {
            self.backoff.remove(&number);
        }
    }
    /// The pod whose turn it is. Models active_queue.go: unlockedPop.
    pub fn next(&mut self, now: Time) -> Option<Uid> {
        self.move_left_over(now);
        while let Some((at, uid, number)) = self.first_backing_off().filter(|(at, ..)| *at <= now) {
            self.take_backing_off(at, uid, number);
            if let Some(attempts) = self.attempts.get(&uid).copied() {
                self.active.insert((-i64::from(attempts.priority), attempts.last, uid));
            }
        }
        if let Some(first) = self.active.get_min().copied() {
            self.active.remove(&first);
            return Some(first.2);
        }
        let early = self.first_backing_off().filter(|_| self.backing_off() <= POPPED_EARLY_MAX);
        early.map(|(at, uid, number)| {
            self.take_backing_off(at, uid, number);
            uid
        })
    }
    fn move_left_over(&mut self, now: Time) {
        let late = |uid: &Uid| self.attempts.get(uid).is_none_or(|a| a.last + LEFT_OVER < now);
        let sets = self.unschedulable.iter();
        let heads = sets.filter_map(|(by, set)| Some((*by, *set.get_min()?)));
        let late: Vec<(Bits, (Time, Uid))> = heads.filter(|(_, (_, uid))| late(uid)).collect();
        for (by, entry) in late {
            let Some(set) = self.unschedulable.get_mut(&by) else { continue };
            set.remove(&entry);
            if set.is_empty() {
                self.unschedulable.remove(&by);
            }
            let mut moved = Backoffs::default();
            moved.insert(entry);
            self.back_off(moved);
        }
    }
    /// How long until the next pod is taken; none: nobody waits for his turn.
    pub fn wait(&self, now: Time) -> Option<Span> {
        let backing_off = self.backing_off();
        if !self.active.is_empty() || (backing_off > 0 && backing_off <= POPPED_EARLY_MAX) {
            return Some(CYCLE);
        }
        let heads = self.unschedulable.values().filter_map(|set| set.get_min());
        let left_over = heads.filter_map(|(_, uid)| self.attempts.get(uid)).map(|a| {
            let ticks = (a.last + LEFT_OVER).0 / LEFT_OVER_EVERY.0 + 1;
            Time(ticks * LEFT_OVER_EVERY.0) - now
        });
        let first = self.first_backing_off().map(|(at, ..)| at - now);
        left_over.chain(first).min().map(|span| span.max(CYCLE))
    }
}
