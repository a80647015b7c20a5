//! What became of each pod and owner over time: the timeline's rows, kept while the world runs.

use super::persistent::{Map, Set};
use super::record::{Change, Verb};
use crate::api::{ContainerState, Key, Kind, Object, Phase, Pod, Time, Uid, make_mut};
use std::rc::Rc;

/// How many rows are kept; of finished objects, the oldest are forgotten first.
const TRACKS_MAX: usize = 20_000;

/// What an object is doing, as the page shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// A pod that has no node yet.
    Pending,
    /// A pod whose containers are being made.
    Creating,
    /// Running; of an owner: at work.
    Running,
    /// Running and ready.
    Ready,
    /// Ended well; of a Job: complete.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Waiting to be started again after a crash.
    CrashLoop,
    /// Being stopped.
    Terminating,
    /// An image cannot be had, or a container cannot be made.
    Stuck,
    /// A Job that has failed, but whose pods are not yet gone.
    Failing,
    /// Held back.
    Suspended,
    /// Its node is lost.
    Unknown,
}

/// From when on an object was in a state.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Mark {
    /// From when.
    pub at: Time,
    /// In which state.
    pub state: State,
}

/// The life of one object.
#[derive(Clone, Debug, Hash)]
pub struct Track {
    /// What it is.
    pub key: Key,
    /// Who owns it.
    pub owner: Option<Uid>,
    /// When it was made.
    pub born: Time,
    /// When it was gone.
    pub gone: Option<Time>,
    /// Its states, in order of time.
    pub marks: Rc<Vec<Mark>>,
}

/// The lives of all pods and of their owners.
#[derive(Clone, Default, Hash)]
pub struct History {
    tracks: Map<Uid, Track>,
    by_owner: Set<(Option<Uid>, Uid)>,
}

impl History {
    pub(super) fn note(&mut self, now: Time, change: &Change) {
        let Some(state) = state_of(&change.new) else {
            return;
        };
        let (uid, meta) = (change.uid(), change.new.meta());
        let owner = meta.controller().map(|o| o.uid);
        if change.verb == Verb::Added {
            self.by_owner.insert((owner, uid));
            let track = Track {
                key: change.new.key(),
                owner,
                born: now,
                gone: None,
                marks: Rc::new(vec![Mark { at: now, state }]),
            };
            self.tracks.insert(uid, track);
            return self.forget();
        }
        let Some(track) = self.tracks.get(&uid) else {
            return;
        };
        let same = track.marks.last().is_some_and(|m| m.state == state);
        if same && change.verb != Verb::Deleted {
            return;
        }
        let track = self.tracks.get_mut(&uid).expect("just seen");
        if change.verb == Verb::Deleted {
            track.gone = Some(now);
        } else {
            make_mut(&mut track.marks).push(Mark { at: now, state });
        }
    }
    fn forget(&mut self) {
        if self.tracks.len() <= TRACKS_MAX {
            return;
        }
        let Some((uid, owner)) = self.tracks.get_min().map(|(k, t)| (*k, t.owner)) else {
            return;
        };
        self.tracks.remove(&uid);
        self.by_owner.remove(&(owner, uid));
    }
    /// The life of one object.
    pub fn of(&self, uid: Uid) -> Option<&Track> {
        self.tracks.get(&uid)
    }
    /// The lives of what an owner owned, or of all that have no owner; oldest first.
    pub fn owned(&self, owner: Option<Uid>) -> impl DoubleEndedIterator<Item = (Uid, &Track)> {
        let range = self.by_owner.range((owner, Uid(0))..=(owner, Uid(u64::MAX)));
        range.filter_map(|(_, uid)| self.tracks.get(uid).map(|t| (*uid, t)))
    }
    /// How many lives are kept.
    pub fn len(&self) -> usize {
        self.tracks.len()
    }
    /// Is none kept?
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }
}

/// What an object is doing; none for kinds that do nothing by themselves.
pub fn state_of(object: &Object) -> Option<State> {
    match object {
        Object::Pod(pod) => Some(pod_state(pod)),
        Object::Job(job) => Some(match job.finished() {
            Some(end) if end.name == "Complete" => State::Succeeded,
            Some(_) => State::Failed,
            None if job.status.conditions.is_true("FailureTarget") => State::Failing,
            None if job.spec.suspend => State::Suspended,
            None if job.meta.is_terminating() => State::Terminating,
            None => State::Running,
        }),
        Object::CronJob(cron) if cron.spec.suspend => Some(State::Suspended),
        Object::Deployment(d) => Some(ready_state(d.status.available >= d.replicas())),
        Object::ReplicaSet(r) => Some(ready_state(r.status.available >= r.replicas())),
        Object::StatefulSet(s) => Some(ready_state(s.status.available >= s.replicas())),
        Object::DaemonSet(d) => Some(ready_state(d.status.available >= d.status.desired)),
        other if other.kind() == Kind::CronJob => Some(State::Running),
        _ => None,
    }
}

fn ready_state(ready: bool) -> State {
    if ready { State::Ready } else { State::Running }
}

/// What a pod is doing.
pub fn pod_state(pod: &Pod) -> State {
    match pod.status.phase {
        Phase::Succeeded => return State::Succeeded,
        Phase::Failed => return State::Failed,
        Phase::Unknown => return State::Unknown,
        Phase::Pending | Phase::Running => {}
    }
    if pod.meta.is_terminating() {
        return State::Terminating;
    }
    for status in pod.status.init_containers.iter().chain(pod.status.containers.iter()) {
        if let ContainerState::Waiting { reason, .. } = &status.state {
            match reason.as_str() {
                "CrashLoopBackOff" => return State::CrashLoop,
                "ErrImagePull"
                | "ImagePullBackOff"
                | "InvalidImageName"
                | "ErrImageNeverPull"
                | "PostStartHookError"
                | "CreateContainerError"
                | "RunContainerError"
                | "CreateContainerConfigError" => return State::Stuck,
                _ => {}
            }
        }
    }
    match pod.status.phase {
        Phase::Pending if pod.node.is_empty() => State::Pending,
        Phase::Pending => State::Creating,
        _ if pod.is_ready() => State::Ready,
        _ => State::Running,
    }
}
