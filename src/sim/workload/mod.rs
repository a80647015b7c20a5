//! What containers do: an image, a command and an environment become a run in virtual time.
//!
//! No image is run. This room never reads a clock, a file, the environment or the network, and it draws no luck of its
//! own: what it may not know it asks for ([`Turn::Ask`]), and what it waits for it says ([`Turn::Sleep`]). It never
//! loops for ever inside one call, and no script makes it panic.

mod behaviour;
mod images;
mod process;
mod shell;
#[cfg(test)]
mod tests;
mod tools;

pub use behaviour::Behaviour;
pub use images::{Load, image_notes, image_runs, invalid_name, is_known, known_images, load_of, missing};
pub use process::Process;

use crate::api::{Span, Text, make_mut};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Everything that decides what one run of a container does.
#[derive(Clone, Debug, Default)]
pub struct Setting<'a> {
    /// The image as the manifest writes it, with registry and tag.
    pub image: &'a str,
    /// `command` of the container; empty means the image's own entry point.
    pub command: &'a [Text],
    /// `args` of the container; empty means the image's own, if `command` is empty too.
    pub args: &'a [Text],
    /// The environment: later entries win over earlier ones. `$(NAME)` in command and arguments is replaced from here.
    pub env: Vec<(Text, Text)>,
    /// The pod's host name.
    pub hostname: Text,
    /// The pod's annotation `podium/behaviour`.
    pub behaviour: Option<&'a str>,
    /// The seed of every random draw of this run.
    pub luck: u64,
    /// How many runs of the same task came before: restarts of the container and, for a pod of a Job, failed pods.
    pub run: u32,
}

/// What a process wants next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Wake it after so long with [`Reply::Waited`].
    Sleep(Span),
    /// It asks the network; wake it with [`Reply::Answer`].
    Ask(Question),
    /// It has ended with this exit code.
    Exit(i32),
    /// It waits for ever: a server, or `sleep infinity`.
    Serve,
    /// It burns its CPU for ever: [`Process::limit`] says why. Waking it changes nothing.
    Busy,
}

/// What wakes a process.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Reply {
    /// The first wake, or the end of a [`Turn::Sleep`].
    Waited,
    /// The signal, where [`Process::on_sigterm`] said [`Stop::Traps`].
    Sigterm,
    /// What the network said.
    Answer(Answer),
}

/// A question to the network.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// One HTTP request.
    Http {
        /// `GET`, `HEAD`, `POST` …
        method: Text,
        /// Whether the scheme is `https`.
        secure: bool,
        /// A DNS name or an address, as written.
        host: Text,
        /// The port, written or that of the scheme.
        port: u16,
        /// Path and query, beginning with `/`.
        path: Text,
        /// How long the client waits; none means as long as TCP does (about two minutes).
        timeout: Option<Span>,
    },
    /// One connection, opened and closed.
    Tcp {
        /// A DNS name or an address, as written.
        host: Text,
        /// The port.
        port: u16,
        /// How long the client waits.
        timeout: Option<Span>,
    },
    /// A look-up of a DNS name.
    Lookup {
        /// The name as written; the resolver's search list is the network's matter.
        name: Text,
    },
}

/// What the network answers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Answer {
    /// An HTTP server answered.
    Http {
        /// The address that was dialled.
        address: Text,
        /// The status code.
        status: u16,
        /// The body, its lines ended by `\n`.
        body: Text,
    },
    /// The connection was made.
    Connected {
        /// The address that was dialled.
        address: Text,
    },
    /// Nothing listens there, or the service has no endpoints.
    Refused {
        /// The address that was dialled.
        address: Text,
    },
    /// Nothing came back in time. The network lets the time pass before it answers so.
    TimedOut {
        /// The address that was dialled.
        address: Text,
    },
    /// The name does not exist.
    NoSuchName,
    /// No DNS server answered, for instance because a policy stops the question.
    NoNameServer,
    /// The answer to a look-up.
    Found {
        /// The DNS server's address.
        server: Text,
        /// The full name that was found, after the search list.
        name: Text,
        /// Where an ExternalName service points, if the name is one.
        canonical: Option<Text>,
        /// The addresses.
        addresses: Vec<Text>,
    },
}

/// What SIGTERM does to a process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stop {
    /// It ends after so long with this exit code; its own turns no longer count.
    Exits {
        /// From the signal to the end.
        after: Span,
        /// The exit code.
        code: i32,
    },
    /// Nothing ends now: go on as before. It may still end by itself.
    Ignores,
    /// It has a trap: wake it at once with [`Reply::Sigterm`], and let the turn that it answers replace the one it was in.
    Traps,
}

/// Why a container could not be started at all.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StartError {
    /// The exit code that the container's status shows: 128 under containerd.
    pub exit_code: i32,
    /// The reason that the container's status shows: `StartError`.
    pub reason: Text,
    /// containerd's message.
    pub message: Text,
}

impl StartError {
    /// Models containerd internal/cri/server/container_start.go: errorStartReason, around runc's own words.
    fn new(cause: &str) -> StartError {
        StartError {
            exit_code: 128,
            reason: "StartError".into(),
            message: format!(
                "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create \
                 failed: unable to start container process: error during container init: {cause}"
            )
            .into(),
        }
    }
}

/// A small file system: absolute paths and contents; a directory is a path that ends in `/`. A clone costs nothing.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Files(Rc<BTreeMap<Text, Text>>);

impl Files {
    /// Bytes that one file may hold; a write beyond them fails with "No space left on device".
    pub const BYTES_MAX: usize = 256 * 1024;
    /// How many files there may be.
    pub const COUNT_MAX: usize = 1000;

    /// Are they the very same, without a look at them?
    pub fn is_same(&self, other: &Files) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
    /// The content of a file.
    pub fn read(&self, path: &str) -> Option<&Text> {
        self.0.get(path)
    }
    /// Writes a file; false if a limit forbids it.
    pub fn write(&mut self, path: &str, content: Text) -> bool {
        let fits = content.len() <= Files::BYTES_MAX
            && (self.0.len() < Files::COUNT_MAX || self.0.contains_key(path));
        if fits {
            make_mut(&mut self.0).insert(Text::from(path.to_owned()), content);
        }
        fits
    }
    /// Removes a file; false if there was none.
    pub fn remove(&mut self, path: &str) -> bool {
        self.0.contains_key(path) && make_mut(&mut self.0).remove(path).is_some()
    }
    /// All paths and contents, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.0.iter()
    }
    /// Puts in place of everything below `to` what another file system holds below `from`: a shared volume.
    pub fn mount(&mut self, to: &str, other: &Files, from: &str) {
        let (to, from) = (to.trim_end_matches('/'), from.trim_end_matches('/'));
        let inside = |path: &str, of: &str| path.strip_prefix(of).is_some_and(|r| r.starts_with('/'));
        let files = make_mut(&mut self.0);
        files.retain(|path, _| !inside(path, to));
        for (path, content) in other.0.iter().filter(|(path, _)| inside(path, from)) {
            files.insert(format!("{to}{}", &path[from.len()..]).into(), content.clone());
        }
    }
}
