//! One run of one container. (The shell lands here next; until then `sleep`, `exit` and servers are told by their words.)

use super::{Behaviour, Reply, Setting, StartError, Stop, Turn};
use crate::api::{Span, Text, Time};

/// One run of one container.
#[derive(Clone, Debug, Hash)]
pub struct Process {
    turns: u32,
    server: bool,
    secs: i64,
    code: i32,
}

impl Process {
    /// Starts a container.
    pub fn start(setting: &Setting) -> Result<Process, StartError> {
        let words =
            setting.command.iter().chain(setting.args).map(|w| w.as_str()).collect::<Vec<_>>().join(" ");
        if words.split(' ').next() == Some("/no/such/file") {
            return Err(StartError::new(
                "exec: \"/no/such/file\": stat /no/such/file: no such file or directory",
            ));
        }
        let behaviour = setting.behaviour.and_then(|b| Behaviour::parse(b).ok()).unwrap_or_default();
        let number = |of: &str| words.split(of).nth(1).and_then(|x| x.trim().parse().ok());
        Ok(Process {
            turns: 0,
            server: words.is_empty(),
            secs: behaviour.duration.map_or(number("sleep ").unwrap_or(0), Span::whole_secs),
            code: behaviour.outcome(number("exit ").unwrap_or(0) as i32, setting.luck, setting.run),
        })
    }
    /// Goes on until it waits, asks or ends. Complete lines of output are added to the log.
    pub fn resume(&mut self, _reply: Reply, _log: &mut Vec<Text>, _now: Time) -> Turn {
        self.turns += 1;
        match self.server {
            true => Turn::Serve,
            false if self.turns == 1 && self.secs > 0 => Turn::Sleep(Span::secs(self.secs)),
            false => Turn::Exit(self.code),
        }
    }
    /// What SIGTERM does now.
    pub fn on_sigterm(&self) -> Stop {
        if self.server { Stop::Exits { after: Span::millis(300), code: 0 } } else { Stop::Ignores }
    }
}
