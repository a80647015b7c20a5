//! The annotation `podium/behaviour`: what cannot be worked out from the image and the command.

use crate::api::{Cpu, Quantity, Span, Text, mix};

/// What the annotation says, for instance `duration=5s exit=1 failure-rate=0.2 memory=200Mi cpu=300m log="step one"`.
///
/// `duration` (or `forever`) replaces the command; without it the command runs, and only its end is changed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Behaviour {
    /// How long it runs in place of its command: `duration=5s`, or `duration=forever` for [`Span`]`(i64::MAX)`.
    pub duration: Option<Span>,
    /// The exit code of a run that would have succeeded: `exit=1`.
    pub exit: Option<i32>,
    /// The share of runs that fail, in thousandths: `failure-rate=0.2`.
    pub failure_permille: Option<u32>,
    /// How many runs fail before one succeeds, counted over [`Setting::run`](super::Setting::run): `fail-times=2`.
    pub fail_times: Option<u32>,
    /// The only indexes of an Indexed Job that fail: `fail-index=1+3`.
    pub fail_index: Option<Text>,
    /// What it uses of memory: `memory=200Mi`.
    pub memory: Option<Quantity>,
    /// What it uses of a CPU: `cpu=300m`.
    pub cpu: Option<Cpu>,
    /// Is it process 1 without a handler, which SIGTERM does not reach: `sigterm=ignore`?
    pub deaf: bool,
    /// Lines that it prints at its start: `log="one line"`, any number of times.
    pub log: Vec<Text>,
}

impl Behaviour {
    /// Reads the annotation: `name=value`, parted by commas or white space; a value may stand in double quotes.
    pub fn parse(text: &str) -> Result<Behaviour, Text> {
        let mut found = Behaviour::default();
        let mut rest = text.trim_start_matches(separator);
        while !rest.is_empty() {
            let Some((name, after)) = rest.split_once('=') else {
                return Err(format!("podium/behaviour: {rest:?} is not of the form name=value").into());
            };
            let (value, after) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or_else(|| {
                    Text::from(format!("podium/behaviour: the quotation mark after {name}= is not closed"))
                })?,
                None => after.split_at(after.find(separator).unwrap_or(after.len())),
            };
            found.set(name, value)?;
            rest = after.trim_start_matches(separator);
        }
        Ok(found)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Text> {
        let expected = match name {
            "duration" => {
                self.duration = span(value);
                self.duration.is_none().then_some("a time such as 5s, 200ms or forever")
            }
            "exit" => {
                self.exit = value.parse().ok().filter(|code| (0..=255).contains(code));
                self.exit.is_none().then_some("an exit code from 0 to 255")
            }
            "failure-rate" => {
                let rate = value.parse::<f64>().ok().filter(|rate| (0.0..=1.0).contains(rate));
                self.failure_permille = rate.map(|rate| (rate * 1000.0).round() as u32);
                rate.is_none().then_some("a number from 0 to 1")
            }
            "fail-times" => {
                self.fail_times = value.parse().ok();
                self.fail_times.is_none().then_some("a number of runs")
            }
            "fail-index" => {
                self.fail_index = Some(value.to_owned().into());
                None
            }
            "memory" => {
                self.memory = Quantity::parse(value);
                self.memory.is_none().then_some("a quantity such as 200Mi")
            }
            "cpu" => {
                self.cpu = Cpu::parse(value);
                self.cpu.is_none().then_some("a quantity such as 300m")
            }
            "sigterm" => {
                self.deaf = value == "ignore";
                (!self.deaf).then_some("ignore")
            }
            "log" => {
                self.log.push(Text::from(value.to_owned()));
                None
            }
            _ => {
                return Err(format!(
                    "podium/behaviour: unknown name {name:?}: it knows duration, exit, failure-rate, fail-times, \
                     fail-index, memory, cpu, sigterm and log"
                )
                .into());
            }
        };
        match expected {
            Some(expected) => Err(format!("podium/behaviour: {name}={value}: expected {expected}").into()),
            None => Ok(()),
        }
    }

    /// What it means for a run that has this index of its Job, or none.
    pub fn at_index(mut self, index: Option<&str>) -> Behaviour {
        if let Some(list) = &self.fail_index {
            (self.fail_times, self.failure_permille) = (None, None);
            let fails = list.split('+').any(|n| Some(n) == index);
            self.exit = fails.then(|| self.exit.filter(|code| *code != 0).unwrap_or(1));
        }
        self
    }

    /// The exit code that a run really ends with.
    pub fn outcome(&self, code: i32, luck: u64, run: u32) -> i32 {
        let failing = self.exit.filter(|code| *code != 0).unwrap_or(1);
        if code != 0 {
            return code;
        }
        match (self.fail_times, self.failure_permille) {
            (Some(times), _) => {
                if run < times {
                    failing
                } else {
                    0
                }
            }
            (None, Some(rate)) => {
                if mix(luck ^ 0xfa11) % 1000 < u64::from(rate) {
                    failing
                } else {
                    0
                }
            }
            (None, None) => self.exit.unwrap_or(0),
        }
    }
}

fn separator(c: char) -> bool {
    c == ',' || c.is_whitespace()
}

/// A time with unit `ms`, `s`, `m` or `h`; seconds without one.
fn span(value: &str) -> Option<Span> {
    if value == "forever" {
        return Some(Span(i64::MAX));
    }
    let end = value.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(value.len());
    let (number, unit) = value.split_at(end);
    let scale = match unit {
        "ms" => 1e3,
        "" | "s" => 1e6,
        "m" => 60e6,
        "h" => 3600e6,
        _ => return None,
    };
    let number = number.parse::<f64>().ok().filter(|n| *n >= 0.0 && *n < 1e9)?;
    Some(Span((number * scale) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_name_and_refuses_the_rest() {
        let b = Behaviour::parse(r#"duration=1.5s, exit=3 memory=200Mi,cpu=300m log="a, b" log=c"#).unwrap();
        assert_eq!(b.duration, Some(Span::millis(1500)));
        assert_eq!((b.exit, b.log.len(), b.log[0].as_str()), (Some(3), 2, "a, b"));
        assert_eq!((b.memory.unwrap().amount, b.cpu.unwrap().millis), (200 << 20, 300));
        assert_eq!(Behaviour::parse("duration=2m").unwrap().duration, Some(Span::secs(120)));
        for (bad, says) in [
            ("duration=soon", "duration=soon: expected a time"),
            ("exit=256", "from 0 to 255"),
            ("log=\"a", "not closed"),
            ("speed=3", "unknown name \"speed\""),
            ("nonsense", "name=value"),
        ] {
            let message = Behaviour::parse(bad).unwrap_err();
            assert!(message.contains(says), "{bad}: {message}");
        }
    }

    #[test]
    fn decides_how_a_run_ends() {
        let of = |text: &str, code, run| Behaviour::parse(text).unwrap().outcome(code, 7, run);
        assert_eq!((of("exit=4", 0, 0), of("exit=4", 2, 0)), (4, 2));
        assert_eq!((of("fail-times=2", 0, 1), of("fail-times=2", 0, 2)), (1, 0));
        assert_eq!((of("failure-rate=1 exit=9", 0, 5), of("failure-rate=0", 0, 5)), (9, 0));
        let at = |index| Behaviour::parse("fail-index=1+3").unwrap().at_index(index).outcome(0, 7, 0);
        assert_eq!((at(Some("1")), at(Some("2")), at(Some("3")), at(None)), (1, 0, 1, 0));
        let third = Behaviour::parse("failure-rate=0.3").unwrap();
        let failed = (0..1000).filter(|luck| third.outcome(0, mix(*luck), 0) == 1).count();
        assert!((250..350).contains(&failed), "{failed}");
    }
}
