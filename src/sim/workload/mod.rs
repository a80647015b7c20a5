//! stub
use crate::api::{Span, Text, Time};
pub struct Setting<'a> {
    pub image: &'a str,
    pub command: &'a [Text],
    pub args: &'a [Text],
    pub env: Vec<(Text, Text)>,
    pub hostname: Text,
    pub behaviour: Option<&'a str>,
    pub luck: u64,
    pub run: u32,
}
#[derive(Clone, Debug, Hash)]
pub struct Process {
    n: u32,
    secs: i64,
    code: i32,
}
pub enum Turn {
    Sleep(Span),
    Ask(Question),
    Exit(i32),
    Serve,
    Busy,
}
#[derive(Clone, Debug, Hash)]
pub enum Question {
    Http,
}
#[derive(Clone, Debug, Hash)]
pub enum Answer {
    Refused,
}
#[derive(Clone, Debug, Hash)]
pub enum Reply {
    Waited,
    Answer(Answer),
}
pub enum Stop {
    Exits { after: Span, code: i32 },
    Ignores,
}
pub struct StartError {
    pub message: Text,
    pub exit_code: i32,
}
impl Process {
    pub fn start(s: &Setting) -> Result<Process, StartError> {
        let j = s.command.join(" ");
        if s.image.starts_with("nginx") {
            return Ok(Process { n: 0, secs: -1, code: 0 });
        }
        let secs = j.split("sleep ").nth(1).and_then(|x| x.trim().parse().ok()).unwrap_or(0);
        Ok(Process { n: 0, secs, code: j.contains("exit 1") as i32 })
    }
    pub fn resume(&mut self, _r: Reply, _l: &mut Vec<Text>, _n: Time) -> Turn {
        self.n += 1;
        if self.secs < 0 {
            Turn::Serve
        } else if self.n == 1 && self.secs > 0 {
            Turn::Sleep(Span::secs(self.secs))
        } else {
            Turn::Exit(self.code)
        }
    }
    pub fn on_sigterm(&self) -> Stop {
        if self.secs < 0 { Stop::Exits { after: Span::millis(300), code: 0 } } else { Stop::Ignores }
    }
}
