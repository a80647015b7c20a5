//! Cards of what owns pods: what each wants, what it has, and how it stands with its limits.

use super::scene::*;
use super::words::{about, count, hour_minute};
use crate::api::{CronJob, Job, Kind, Object, Phase, Span, Time, Uid, order};
use crate::sim::{Actor, Class, Memo, State, World, controllers, state_of};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many cards are drawn; of the rest only their number is told.
const CARDS_MAX: usize = 8;
/// How many places a card draws one by one; beyond that it draws a bar.
const PLACES_MAX: usize = 10;
const GAP: f32 = 12.0;

/// Where the cards stand.
pub struct Owners {
    /// The lower edge.
    pub bottom: f32,
    /// From where the pods of an owner set out.
    pub doors: BTreeMap<Uid, (f32, f32)>,
}

enum Owner<'a> {
    Job(&'a Rc<Job>),
    CronJob(&'a Rc<CronJob>),
    /// A Deployment, a StatefulSet, a DaemonSet, or a ReplicaSet that nobody owns.
    Set(&'a Object),
}

impl Owner<'_> {
    fn uid(&self) -> Uid {
        match self {
            Owner::Job(o) => o.meta.uid,
            Owner::CronJob(o) => o.meta.uid,
            Owner::Set(o) => o.meta().uid,
        }
    }
    /// Finished owners give way to those at work when there are too many.
    fn is_over(&self) -> bool {
        matches!(self, Owner::Job(job) if job.finished().is_some())
    }
}

/// Draws the cards and says them.
pub fn draw(scene: &mut Scene, world: &World, area: Rect, selected: Option<Uid>) -> Owners {
    let (shown, hidden) = choose(world);
    let columns = match (shown.len(), area.w) {
        (0 | 1, _) => 1,
        (2, w) if w >= 620.0 => 2,
        (_, w) if w >= 960.0 => 3,
        (_, w) if w >= 620.0 => 2,
        _ => 1,
    };
    let width = (area.w - GAP * (columns - 1) as f32) / columns as f32;
    let wide = width >= 600.0;
    let height = if wide { 78.0 } else { 104.0 };
    let mut doors = BTreeMap::new();
    for (i, owner) in shown.iter().enumerate() {
        let x = area.x + (i % columns) as f32 * (width + GAP);
        let y = area.y + (i / columns) as f32 * (height + GAP);
        let at = Rect::new(x, y, width, height);
        let uid = owner.uid();
        scene.card(at, selected == Some(uid));
        scene.hit(at, uid);
        let mut card = Card { scene, world, at, wide, uid, x: 0.0, door: (x + 40.0, y + height / 2.0) };
        match owner {
            Owner::Job(job) => card.job(job),
            Owner::CronJob(cron) => card.cron_job(cron),
            Owner::Set(set) => card.set(set),
        }
        let door = card.door;
        doors.insert(uid, door);
        for below in world.store.dependents(uid).filter(|o| !matches!(o, Object::Pod(_))).take(50) {
            doors.entry(below.meta().uid).or_insert(door);
        }
    }
    let rows = shown.len().div_ceil(columns);
    let mut bottom = area.y + rows as f32 * (height + GAP) - if rows > 0 { GAP } else { 0.0 };
    if hidden > 0 {
        bottom += 20.0;
        let text = format!("and {hidden} more, finished or below: kubectl get all shows them");
        scene.text((area.x + 4.0, bottom - 2.0), text.clone(), 12.0, Face::Plain, Ink::Muted);
        scene.say(None, 0, text);
    }
    Owners { bottom, doors }
}

/// Which owners get a card, oldest first, and how many do not.
fn choose(world: &World) -> (Vec<Owner<'_>>, usize) {
    let store = &world.store;
    let mut all: Vec<Owner> = Vec::new();
    all.extend(store.list_as::<CronJob>(None).take(500).map(Owner::CronJob));
    for kind in [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::ReplicaSet] {
        let lone = |set: &&Object| set.meta().controller().is_none();
        all.extend(store.list(kind, None).take(500).filter(lone).map(Owner::Set));
    }
    // A CronJob shows its finished Jobs itself.
    let own = |job: &&Rc<Job>| job.meta.controller().is_none() || job.finished().is_none();
    all.extend(store.list_as::<Job>(None).take(1000).filter(own).map(Owner::Job));
    order::sort_by_key(&mut all, Owner::uid);
    let surplus = all.len().saturating_sub(CARDS_MAX);
    let mut over = surplus;
    all.retain(|owner| {
        let goes = over > 0 && owner.is_over();
        over -= usize::from(goes);
        !goes
    });
    all.truncate(CARDS_MAX);
    (all, surplus)
}

/// One card while it is drawn.
pub(super) struct Card<'a, 'w> {
    pub(super) scene: &'a mut Scene,
    pub(super) world: &'w World,
    pub(super) at: Rect,
    pub(super) wide: bool,
    pub(super) uid: Uid,
    /// Where the next part begins.
    pub(super) x: f32,
    door: (f32, f32),
}

impl Card<'_, '_> {
    /// Kind, name and the word for how it is. What follows begins to the right of the name, or below it.
    pub(super) fn head(&mut self, kind: &str, name: &str, word: &str, ink: Ink) {
        let at = self.at;
        let pill = self.scene.pill(at.right() - 14.0, at.y + if self.wide { 27.0 } else { 12.0 }, word, ink);
        let room = if self.wide { (at.w * 0.24).max(140.0) } else { at.w - pill - 44.0 };
        self.scene.text(
            (at.x + 18.0, at.y + if self.wide { 27.0 } else { 21.0 }),
            kind,
            11.0,
            Face::Plain,
            Ink::Muted,
        );
        let y = at.y + if self.wide { 49.0 } else { 40.0 };
        let size = if self.wide { 16.0 } else { 14.5 };
        self.scene.text(
            (at.x + 18.0, y),
            fit(name, room - 18.0, size, Face::Bold),
            size,
            Face::Bold,
            Ink::Text,
        );
        self.x = if self.wide { at.x + 18.0 + room } else { at.x + 18.0 };
        self.scene.say(Some(self.uid), 0, format!("{kind} {name}: {word}"));
    }
    /// The middle of the line on which places and rings stand.
    pub(super) fn line(&self) -> f32 {
        self.at.y + if self.wide { 33.0 } else { 65.0 }
    }
    fn caption(&mut self, x: f32, text: &str) {
        let y = self.at.y + self.at.h - 12.0;
        self.scene.text((x, y), text, 11.0, Face::Plain, Ink::Muted);
        self.scene.say(None, 1, text);
    }
    /// Places that are filled one by one, or a bar where they are too many.
    pub(super) fn places(&mut self, wanted: usize, have: &Held, done: usize, caption: &str) {
        let y = self.line();
        let (x, size) = (self.x, if self.wide { 25.0 } else { 21.0 });
        self.door = (x + size, y);
        let width = if wanted.max(have.count) <= PLACES_MAX {
            for i in 0..wanted.max(have.count) {
                let middle = (x + i as f32 * (size + 6.0) + size / 2.0, y);
                let (state, uid) = have.shown.get(i).map_or((None, None), |(s, u)| (Some(*s), *u));
                self.scene.pods.push(PodItem {
                    at: middle,
                    size,
                    state,
                    alpha: 1.0,
                    part: None,
                    selected: false,
                });
                if let Some(uid) = uid {
                    let at = Rect::new(middle.0 - size / 2.0, y - size / 2.0, size, size);
                    self.scene.hit(at, uid);
                }
            }
            wanted.max(have.count) as f32 * (size + 6.0)
        } else {
            let room = if self.wide { 180.0 } else { 150.0 };
            self.bar(x, y, room, wanted, done, have.count.saturating_sub(done));
            room
        };
        self.caption(x, caption);
        self.x = x + width.max(text_width(caption, 11.0, Face::Plain)) + if self.wide { 28.0 } else { 18.0 };
    }
    fn bar(&mut self, x: f32, y: f32, room: f32, wanted: usize, done: usize, busy: usize) {
        let share = |n: usize| (n as f32 / wanted.max(1) as f32).min(1.0) * room;
        let (a, b) = (share(done), share(done + busy));
        self.scene.ground(Rect::new(x, y - 6.0, room, 12.0), 6.0, Ink::Soft, 1.0);
        self.scene.ground(Rect::new(x, y - 6.0, b, 12.0), 6.0, Ink::State(State::Running), 1.0);
        if done > 0 {
            self.scene.ground(Rect::new(x, y - 6.0, a, 12.0), 6.0, Ink::State(State::Succeeded), 1.0);
        }
    }

    fn job(&mut self, job: &Job) {
        let (word, ink) = job_word(self.world, job);
        self.head("Job", &job.meta.name, &word, ink);
        let (wanted, have, done) = completions(self.world, job);
        let indexes = job.status.completed_indexes.as_str();
        let caption = match job.spec.completions {
            Some(n) if (1..20).contains(&indexes.len()) => format!("{done} of {n} complete: {indexes}"),
            Some(n) => format!("{done} of {n} complete"),
            None => format!("{done} succeeded: any success ends it"),
        };
        self.places(wanted, &have, done, &caption);
        self.tries(job);
        self.deadline(job);
    }
    /// Retries that were used, of those that are allowed.
    fn tries(&mut self, job: &Job) {
        let (limit, failed) = (job.spec.backoff_limit(), job.status.failed);
        let by_limit = job.finished().is_none_or(|c| c.reason == "BackoffLimitExceeded");
        let (each, lost) = (job.spec.backoff_limit_per_index, job.status.failed_indexes.as_deref());
        let caption = match failed {
            0 if each.is_some() => format!("{} retries an index", each.unwrap_or(0)),
            f if each.is_some() => format!("{f} failed, lost indexes: {}", lost.unwrap_or("")),
            0 => format!("0 of {limit} retries used"),
            f if !by_limit => format!("{f} counted as failed"),
            f if f > limit => format!("failed {f} times, {limit} retries allowed"),
            f => format!("{f} of {limit} retries used"),
        };
        let width = text_width(&caption, 11.0, Face::Plain).max(70.0);
        if self.x + width > self.at.right() - if self.wide { 150.0 } else { 60.0 } {
            self.scene.say(None, 1, caption);
            return;
        }
        let (x, y) = (self.x, self.line());
        let label = self.scene.text((x, y + 4.0), "tries", 11.0, Face::Plain, Ink::Muted);
        let dots = if each.is_some() { 0 } else { limit.clamp(0, 6) as usize };
        for i in 0..dots {
            let at = (x + label + 14.0 + i as f32 * 15.0, y);
            let used = (i as i32) < failed;
            let ink = if used { Ink::State(State::Failed) } else { Ink::Line };
            if used {
                self.scene.ground(Rect::new(at.0 - 5.0, y - 5.0, 10.0, 10.0), 5.0, ink, 1.0);
            }
            self.scene.rings.push(RingItem { at, radius: 5.0, width: 1.8, part: 1.0, ink });
        }
        self.caption(x, &caption);
        self.x = x + width.max(label + 14.0 + dots as f32 * 15.0) + 28.0;
    }
    /// How long the Job may still take, or how long it took.
    fn deadline(&mut self, job: &Job) {
        let Some(started) = job.status.started else {
            return;
        };
        let (x, y) = (self.x, self.line() + if self.wide { 6.0 } else { 0.0 });
        let room = self.at.right() - x - if self.wide { 120.0 } else { 8.0 };
        let over = job.finished();
        let Some(limit) = job.spec.active_deadline_seconds else {
            if let (Some(end), true) = (over, room > 40.0) {
                let took = format!("took {}", about(end.since - started));
                self.scene.text((x, self.line() + 4.0), took, 11.0, Face::Plain, Ink::Muted);
            }
            return;
        };
        let until = over.map_or(self.world.now(), |c| c.since);
        let left = Span::secs(limit) - (until - started);
        let passed = left.0 <= 0 || is_past_deadline(job);
        let ink = if passed { Ink::State(State::Failed) } else { Ink::Accent };
        let part =
            if passed { 1.0 } else { (left.0 as f32 / Span::secs(limit).0.max(1) as f32).clamp(0.0, 1.0) };
        let secs = if passed { 0 } else { (left.0 + 999_999) / 1_000_000 };
        let (text, detail) = if passed {
            ("deadline", "DeadlineExceeded".to_owned())
        } else {
            ("deadline", format!("of {}", about(Span::secs(limit))))
        };
        self.scene.say(None, 1, format!("deadline: {secs} s left, {detail}"));
        if room < 40.0 {
            return;
        }
        let radius = 15.5;
        let middle = (x + radius, y);
        self.scene.rings.push(RingItem { at: middle, radius, width: 4.0, part, ink });
        let size = if secs > 999 { 9.0 } else { 11.0 };
        let number = if secs > 9_999 { "…".to_owned() } else { secs.to_string() };
        self.scene.text_to((middle.0, y + 4.0), number, size, Face::Bold, ink, Align::Middle);
        if room > 110.0 {
            let x = middle.0 + radius + 9.0;
            self.scene.text((x, y - 3.0), text, 11.0, Face::Plain, Ink::Muted);
            let (face, ink) = if passed { (Face::Bold, ink) } else { (Face::Plain, Ink::Muted) };
            self.scene.text((x, y + 12.0), detail, 11.0, face, ink);
        }
    }

    fn cron_job(&mut self, cron: &CronJob) {
        let active = cron.status.active.len();
        let (word, ink) = match (cron.spec.suspend, active) {
            (true, _) => ("Suspended".to_owned(), Ink::State(State::Suspended)),
            (_, 0) => ("Scheduled".to_owned(), Ink::Muted),
            (_, n) => (format!("{n} active"), Ink::State(State::Running)),
        };
        self.head("CronJob", &cron.meta.name, &word, ink);
        let schedule = cron.spec.schedule.to_string();
        let x = self.x;
        let wide = self.scene.text((x, self.line() + 5.0), schedule.clone(), 14.0, Face::Mono, Ink::Text);
        let caption = next_run(self.world, cron);
        self.caption(x, &caption);
        self.x = x + wide.max(text_width(&caption, 11.0, Face::Plain)) + 28.0;
        self.door = (x + 20.0, self.line());
        let jobs: Vec<(State, Option<Uid>)> = self
            .world
            .store
            .dependents(self.uid)
            .filter_map(|o| state_of(o).map(|s| (s, Some(o.meta().uid))))
            .collect();
        let surplus = jobs.len().saturating_sub(PLACES_MAX);
        if !jobs.is_empty() && self.x + 80.0 < self.at.right() - if self.wide { 130.0 } else { 10.0 } {
            let kept = jobs.len().saturating_sub(active);
            let caption = match active {
                0 => format!("{} kept", count(kept, "job")),
                n => format!("{kept} kept, {n} active"),
            };
            let shown = jobs[surplus..].to_vec();
            self.places(0, &Held { count: shown.len(), shown }, 0, &caption);
        }
    }
}

/// What fills an owner's places: how many there are, and the states of as many as can be drawn one by one.
#[derive(Default)]
pub(super) struct Held {
    count: usize,
    shown: Vec<(State, Option<Uid>)>,
}

impl Held {
    /// Adds an owner's pods that are not yet over, oldest first. Where they are many nobody looks at each.
    pub(super) fn add(&mut self, world: &World, owner: Uid) {
        let tally = world.store.tally(owner);
        let count: u32 = tally[..=Class::Stopping as usize].iter().sum();
        self.count += count as usize;
        if self.count > PLACES_MAX {
            return;
        }
        let pods = world.store.owned(owner, Class::Starting..=Class::Stopping);
        let mut all: Vec<_> = pods.filter_map(|o| Some((state_of(o)?, Some(o.meta().uid)))).collect();
        order::sort_by_key(&mut all, |(_, uid)| *uid);
        self.shown.extend(all);
    }
}

/// How many completions a Job wants, what fills their places, and how many are done.
fn completions(world: &World, job: &Job) -> (usize, Held, usize) {
    let uid = job.meta.uid;
    let just_ended = world.store.owned_pods(uid, Class::Uncounted..=Class::Uncounted);
    let uncounted = just_ended.take(2000).filter(|p| p.status.phase == Phase::Succeeded).count();
    let counted = job.status.uncounted_succeeded.len();
    let done = (job.status.succeeded.max(0) as usize) + counted.max(uncounted);
    let wanted = job.spec.completions.unwrap_or(job.spec.parallelism()).max(0) as usize;
    let ended: Vec<Uid> = if wanted <= PLACES_MAX {
        let classes = world.store.owned_pods(uid, Class::Uncounted..=Class::Succeeded);
        classes.filter(|p| p.status.phase == Phase::Succeeded).take(PLACES_MAX).map(|p| p.meta.uid).collect()
    } else {
        Vec::new()
    };
    let shown = (0..done.min(PLACES_MAX)).map(|i| (State::Succeeded, ended.get(i).copied())).collect();
    let mut have = Held { count: done, shown };
    have.add(world, uid);
    (wanted, have, done)
}

fn is_past_deadline(job: &Job) -> bool {
    job.status.conditions.iter().any(|c| c.reason == "DeadlineExceeded")
}

/// The word for how a Job is; "failing" is not yet failed.
pub fn job_word(world: &World, job: &Job) -> (String, Ink) {
    let conditions = &job.status.conditions;
    if let Some(end) = job.finished() {
        let good = end.name == "Complete";
        return (end.name.to_owned(), if good { Ink::Good } else { Ink::Bad });
    }
    if conditions.is_true("FailureTarget") {
        return ("Failing".to_owned(), Ink::Bad);
    }
    if conditions.is_true("SuccessCriteriaMet") {
        return ("Completing".to_owned(), Ink::Good);
    }
    if job.meta.is_terminating() {
        return ("Terminating".to_owned(), Ink::Muted);
    }
    if job.spec.suspend {
        return ("Suspended".to_owned(), Ink::State(State::Suspended));
    }
    let tally = world.store.tally(job.meta.uid);
    let busy: u32 = tally[..=Class::Stopping as usize].iter().sum();
    match retry_at(world, job).filter(|at| busy == 0 && *at > world.now()) {
        Some(at) => {
            let secs = ((at - world.now()).0 + 999_999) / 1_000_000;
            (format!("Retry in {secs} s"), Ink::Warn)
        }
        None if busy > 0 => ("Running".to_owned(), Ink::Accent),
        None => ("Starting".to_owned(), Ink::Muted),
    }
}

/// When the Job controller tries again after a failure.
/// Models pkg/controller/job/backoff_utils.go: getRemainingTimeForFailuresCount, with its 10 s and its 10 min.
fn retry_at(world: &World, job: &Job) -> Option<Time> {
    let row = controllers::ALL.iter().position(|c| c.name == "job")? as u8;
    let memo = world.memo(Actor::Controller(row), job.meta.uid)?;
    let Memo::JobBackoff { failures, last_failure } = memo else { return None };
    let doublings = failures.checked_sub(1)?.min(10);
    Some((*last_failure)? + Span::secs((10 << doublings).min(600)))
}

fn next_run(world: &World, cron: &CronJob) -> String {
    if cron.spec.suspend {
        return "no run while it is suspended".to_owned();
    }
    let next = cron.spec.parsed().ok().and_then(|s| s.next(world.now()));
    match next {
        Some(at) => {
            let ahead = cron.spec.zone().map_or(Span::ZERO, |zone| zone.offset(at));
            let zone = cron.spec.time_zone.as_deref().unwrap_or("UTC");
            format!("next at {} {zone}, in {}", hour_minute(at + ahead), about(at - world.now()))
        }
        None => "never runs within five years".to_owned(),
    }
}
