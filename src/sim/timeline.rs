//! [`Timeline`]: a world that remembers how it came to be, and so can go back, forth and another way.
//!
//! A timeline never stores pictures of the past: it is a seed, the inputs with their times, and some checkpoints from
//! which the rest is replayed.

use super::config::Config;
use super::persistent::{Map, Sequence};
use super::saved::Saved;
use super::server::{Exec, Executed, Request, Sandbox};
use super::world::World;
use crate::api::{Object, Time};
use crate::manifest::Refusal;

/// How many events lie between two checkpoints of a small cluster at first; of a large one, where a copy that is written
/// to costs more, one more for every so many objects.
const CHECKPOINT_STEPS: u64 = 500;
const OBJECTS_PER_STEP: u64 = 16;
/// How many checkpoints are kept; beyond that, every other one of the older half is dropped.
const CHECKPOINTS_MAX: usize = 256;

/// Something that came from outside.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Input {
    /// A request to the API server.
    Api(Request),
    /// What no kubectl can do.
    Sandbox(Sandbox),
}

/// A world with its past, and with the future that was already lived.
#[derive(Clone)]
pub struct Timeline {
    world: World,
    /// Inputs of the past and, after a seek backwards, of the future.
    inputs: Sequence<(Time, Input)>,
    /// How many of the inputs the present world has taken.
    taken: usize,
    checkpoints: Map<(Time, u64), Checkpoint>,
    /// The steps of the world at the last checkpoint before the present instant.
    last_checkpoint: u64,
    /// The latest instant that was lived.
    end: Time,
}

#[derive(Clone)]
struct Checkpoint {
    world: World,
    taken: usize,
}

impl Timeline {
    /// A fresh cluster.
    pub fn new(config: Config) -> Timeline {
        let world = World::new(config);
        let mut timeline = Timeline {
            end: world.now(),
            world,
            inputs: Sequence::default(),
            taken: 0,
            checkpoints: Map::default(),
            last_checkpoint: 0,
        };
        timeline.checkpoint();
        timeline
    }
    /// A timeline that was lived elsewhere, at its start: its inputs lie ahead, and are taken as time comes to them.
    pub fn of(saved: Saved) -> Timeline {
        let mut timeline = Timeline::new(saved.config);
        for input in saved.inputs {
            timeline.inputs.push_back(input);
        }
        timeline.end = timeline.end.max(saved.end);
        timeline
    }
    /// The world at the present instant.
    pub fn world(&self) -> &World {
        &self.world
    }
    /// The present instant.
    pub fn now(&self) -> Time {
        self.world.now()
    }
    /// When the cluster started.
    pub fn start(&self) -> Time {
        self.world.config().start
    }
    /// The latest instant that was lived; beyond it nothing has happened yet.
    pub fn end(&self) -> Time {
        self.end
    }
    /// All inputs with their times.
    pub fn inputs(&self) -> impl Iterator<Item = &(Time, Input)> {
        self.inputs.iter()
    }
    /// Is there a lived future ahead of the present instant, which an input would cut off?
    pub fn is_in_the_past(&self) -> bool {
        self.world.now() < self.end
    }

    /// Sends a request to the API server, and remembers it if it is taken. In the past, the future is then cut off: that
    /// is a fork. What is refused leaves no trace.
    pub fn call(&mut self, request: Request) -> Result<Object, Refusal> {
        self.give(Input::Api(request.clone()), |world| world.handle(&request))
    }
    /// Does what no kubectl can do, and remembers it if it can be done.
    pub fn interfere(&mut self, act: Sandbox) -> Result<String, String> {
        self.give(Input::Sandbox(act.clone()), |world| world.interfere(&act))
    }
    /// Runs a command in a container, and remembers it if it could be run.
    pub fn exec(&mut self, exec: Exec) -> Result<Executed, String> {
        self.give(Input::Sandbox(Sandbox::Exec(exec.clone())), |world| world.exec(&exec))
    }
    fn give<T, E>(&mut self, input: Input, to: impl FnOnce(&mut World) -> Result<T, E>) -> Result<T, E> {
        // An input comes after all that is due at its instant; so it does when it is replayed.
        self.world.run_until(self.world.now());
        let before = self.world.clone();
        let answer = to(&mut self.world);
        if answer.is_err() {
            self.world = before;
            return answer;
        }
        self.cut();
        self.inputs.push_back((self.world.now(), input));
        self.taken += 1;
        answer
    }
    /// Forgets the future.
    fn cut(&mut self) {
        self.inputs.truncate(self.taken);
        let now = (self.world.now(), self.world.steps());
        let later: Vec<_> = self.checkpoints.range(now..).map(|(key, _)| *key).collect();
        for key in later.into_iter().filter(|key| *key > now) {
            self.checkpoints.remove(&key);
        }
        self.end = self.world.now();
    }
    /// A copy that goes its own way from the present instant; this one keeps its future.
    pub fn fork(&self) -> Timeline {
        let mut copy = self.clone();
        copy.cut();
        copy
    }

    /// Goes to an instant, forwards or backwards. The world there is the same, however it is reached.
    pub fn seek(&mut self, to: Time) {
        let to = to.max(self.start());
        self.leap(to);
        while self.advance(to) {}
    }
    /// Goes at once to a lived instant from which it is not far to that one, if the present is further from it or past
    /// it. Never beyond it: what is left is for [`Timeline::advance`].
    pub fn leap(&mut self, to: Time) {
        let before = self.checkpoints.range(..(to, 0)).next_back();
        let start = || self.checkpoints.get_min().map(|(key, start)| (key, start));
        let (key, checkpoint) = before.or_else(start).expect("the start is a checkpoint");
        if to < self.world.now() || *key > (self.world.now(), self.world.steps()) {
            self.world = checkpoint.world.clone();
            self.taken = checkpoint.taken;
            self.last_checkpoint = self.world.steps();
        }
    }
    /// Goes towards an instant by one event or input. Returns false once it is there.
    pub fn advance(&mut self, to: Time) -> bool {
        let input = self.inputs.get(self.taken).map(|(at, _)| *at);
        let event = self.world.next_due().map(|(at, _)| at);
        // What is due at the instant of an input comes before it: the input was given to the world as it was then.
        let input_first = input.is_some_and(|at| event.is_none_or(|e| at < e));
        match (input, event) {
            (Some(at), _) if input_first && at <= to => {
                self.world.run_until(at);
                let (_, input) = self.inputs[self.taken].clone();
                self.taken += 1;
                match input {
                    Input::Api(request) => drop(self.world.handle(&request)),
                    Input::Sandbox(act) => drop(self.world.interfere(&act)),
                }
            }
            (_, Some(at)) if at <= to => {
                self.world.step();
                self.checkpoint_if_due();
            }
            _ => {
                self.world.run_until(to);
                self.end = self.end.max(self.world.now());
                return false;
            }
        }
        self.end = self.end.max(self.world.now());
        true
    }
    /// The instant of the next event or input, if there is one.
    pub fn next_instant(&self) -> Option<Time> {
        let input = self.inputs.get(self.taken).map(|(at, _)| *at);
        let event = self.world.next_due().map(|(at, _)| at);
        [input, event].into_iter().flatten().min()
    }
    fn checkpoint_if_due(&mut self) {
        let every = CHECKPOINT_STEPS + self.world.store.len() as u64 / OBJECTS_PER_STEP;
        if self.world.steps() - self.last_checkpoint >= every {
            self.checkpoint();
        }
    }
    fn checkpoint(&mut self) {
        let key = (self.world.now(), self.world.steps());
        let checkpoint = Checkpoint { world: self.world.clone(), taken: self.taken };
        self.checkpoints.insert(key, checkpoint);
        self.last_checkpoint = key.1;
        if self.checkpoints.len() > CHECKPOINTS_MAX {
            self.thin();
        }
    }
    /// Drops every other checkpoint of the older half, but never the first.
    fn thin(&mut self) {
        let half = self.checkpoints.len() / 2;
        let keys: Vec<_> = self.checkpoints.keys().copied().take(half).collect();
        for key in keys.into_iter().skip(1).step_by(2) {
            self.checkpoints.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Span;
    use crate::{manifest, record};

    /// A checkpoint after each event, so that many are dropped in a short run.
    #[test]
    fn thinned_checkpoints_lead_to_the_same_world() {
        let text = crate::examples::find("demo-cronjob").expect("in the menu").manifest;
        let mut timeline = Timeline::new(Config::default());
        for document in manifest::parse(text).documents {
            timeline.call(Request::Create(document.value)).expect("taken");
        }
        let end = timeline.start() + Span::secs(2_400);
        let mut seen = Vec::new();
        while timeline.advance(end) {
            timeline.checkpoint();
            if timeline.world.steps().is_multiple_of(61) {
                let mut there = timeline.fork();
                // The whole instant, as a seek shows it.
                there.seek(timeline.now());
                seen.push((timeline.now(), there.world.hash()));
            }
        }
        assert!(timeline.world.steps() > 4 * CHECKPOINTS_MAX as u64 && seen.len() > 10);
        assert!(timeline.checkpoints.len() <= CHECKPOINTS_MAX);
        assert_eq!(timeline.checkpoints.get_min().map(|(key, _)| key.1), Some(0), "the start is kept");
        for (at, hash) in seen.iter().step_by(2).chain(seen.iter().rev().step_by(3)) {
            timeline.seek(*at);
            assert_eq!(timeline.world.hash(), *hash, "at {at:?}");
        }
    }

    fn namespace(name: &'static str) -> Request {
        let meta = record! { "name" => name };
        Request::Create(record! { "apiVersion" => "v1", "kind" => "Namespace", "metadata" => meta })
    }

    #[test]
    fn what_is_refused_leaves_no_trace() {
        let mut timeline = Timeline::new(Config::default());
        let late = timeline.start() + Span::secs(90);
        timeline.seek(late);
        timeline.call(namespace("later")).expect("a name");
        let lived = (timeline.end(), timeline.world().hash(), timeline.inputs().count());
        timeline.seek(late - Span::secs(50));
        let before = timeline.world().hash();
        timeline.call(namespace("NOT A NAME")).expect_err("not a name");
        timeline.interfere(Sandbox::NodeDown("nowhere".into())).expect_err("no such node");
        assert_eq!(timeline.world().hash(), before);
        timeline.seek(late);
        assert_eq!((timeline.end(), timeline.world().hash(), timeline.inputs().count()), lived);
        timeline.seek(late - Span::secs(50));
        timeline.call(namespace("sooner")).expect("a name");
        assert_eq!(timeline.end(), late - Span::secs(50), "what is taken cuts the future off");
    }
}
