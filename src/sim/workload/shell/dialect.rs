//! The three shells that images bring, as far as a learner sees the difference.

use super::parse::Fault;

/// Which shell speaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Dialect {
    /// busybox ash: busybox and alpine images.
    Ash,
    /// dash: `sh` of Debian and Ubuntu images.
    Dash,
    /// bash.
    Bash,
}

impl Dialect {
    /// What the shell says of a command that is not there.
    pub fn not_found(self, shell: &str, line: u32, command: &str) -> String {
        match self {
            Dialect::Ash => format!("{shell}: {command}: not found"),
            Dialect::Dash => format!("{shell}: {line}: {command}: not found"),
            Dialect::Bash => format!("{shell}: line {line}: {command}: command not found"),
        }
    }
    /// What the shell says of a mistake that it meets while it runs.
    pub fn complaint(self, shell: &str, line: u32, message: &str) -> String {
        match self {
            Dialect::Ash => format!("{shell}: {message}"),
            Dialect::Dash => format!("{shell}: {line}: {message}"),
            Dialect::Bash => format!("{shell}: line {line}: {message}"),
        }
    }
    /// What the shell says of a script that it cannot read.
    pub(super) fn syntax(self, shell: &str, line: u32, fault: &Fault) -> String {
        let expects = |of: &Option<&str>| of.map_or(String::new(), |word| format!(" (expecting \"{word}\")"));
        match (self, fault) {
            (Dialect::Bash, Fault::Unexpected { token: Some(token), .. }) => {
                format!("{shell}: -c: line {line}: syntax error near unexpected token `{token}'")
            }
            (Dialect::Bash, Fault::Unexpected { token: None, .. }) => {
                format!("{shell}: -c: line {line}: syntax error: unexpected end of file")
            }
            (Dialect::Dash, Fault::Unexpected { token: Some(token), expecting }) => {
                format!("{shell}: {line}: Syntax error: \"{token}\" unexpected{}", expects(expecting))
            }
            (Dialect::Dash, Fault::Unexpected { token: None, expecting }) => {
                format!("{shell}: {line}: Syntax error: end of file unexpected{}", expects(expecting))
            }
            (Dialect::Ash, Fault::Unexpected { token: Some(token), expecting }) => {
                let token = if token == "newline" { token.clone() } else { format!("\"{token}\"") };
                format!("{shell}: syntax error: unexpected {token}{}", expects(expecting))
            }
            (Dialect::Ash, Fault::Unexpected { token: None, expecting }) => {
                format!("{shell}: syntax error: unexpected end of file{}", expects(expecting))
            }
            (_, Fault::Unterminated) => {
                self.complaint(shell, line, "syntax error: unterminated quoted string")
            }
            (_, Fault::BadSubstitution) => self.complaint(shell, line, "syntax error: bad substitution"),
            (_, Fault::TooDeep) => self.complaint(
                shell,
                line,
                "syntax error: commands nest deeper than Podium's shell can follow",
            ),
        }
    }
}
