//! What is typed at a prompt: commands one after another, with what a shell does around them.
//!
//! It knows `;`, `&&`, `||`, `&`, `> FILE`, `>> FILE`, `2> /dev/null`, `< FILE`, `<<END`, quotes, comments and lines that
//! go on. Pipes are left in the command for [`super::run`]. Nothing is expanded.

use super::words::Unfinished;

/// Whether a command is run depends on how the one before it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// After `;` or a line break.
    Always,
    /// After `&&`.
    Succeeded,
    /// After `||`.
    Failed,
}

/// What `-f -` reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stdin {
    /// The lines of a `<<END`.
    Text(String),
    /// `< FILE`.
    File(String),
}

/// Where the output goes instead of the terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redirect {
    /// The file's name.
    pub file: String,
    /// Is what is there kept, before what comes?
    pub append: bool,
}

/// One command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The command with its pipes, quotes as they were typed.
    pub command: String,
    /// Is it run at all?
    pub when: When,
    /// What it reads.
    pub stdin: Option<Stdin>,
    /// Where what it prints goes.
    pub stdout: Option<Redirect>,
    /// Are its complaints thrown away?
    pub silent: bool,
    /// Does the next command begin before it is over?
    pub background: bool,
}

/// Takes apart what was typed. Unfinished: a quote, a `<<END` or a line that ends with a backslash wants another line.
/// Where the shell would complain of its syntax, the error is its complaint.
pub fn read(text: &str) -> Result<Result<Vec<Step>, String>, Unfinished> {
    let mut reader = Reader { rest: text, steps: Vec::new(), when: When::Always, here: Vec::new() };
    let read = reader.all();
    match read {
        Err(Trouble::Unfinished) => Err(Unfinished),
        Err(Trouble::Syntax(word)) => Ok(Err(format!("sh: syntax error near unexpected token `{word}'"))),
        Ok(()) => Ok(Ok(reader.steps)),
    }
}

enum Trouble {
    Unfinished,
    Syntax(String),
}

struct Reader<'a> {
    rest: &'a str,
    steps: Vec<Step>,
    when: When,
    /// Steps of this line that wait for the lines after it, each with the word that ends them.
    here: Vec<(usize, String)>,
}

fn step(when: When) -> Step {
    Step { command: String::new(), when, stdin: None, stdout: None, silent: false, background: false }
}

impl Reader<'_> {
    fn all(&mut self) -> Result<(), Trouble> {
        let mut now = step(When::Always);
        while let Some(c) = self.rest.chars().next() {
            if let Some(sign) = self.separator(c) {
                self.rest = &self.rest[sign.len()..];
                self.close(now, sign)?;
                now = step(self.when);
                continue;
            }
            match c {
                '\'' | '"' | '\\' => self.quoted(c, &mut now.command)?,
                '#' if now.command.is_empty() || now.command.ends_with([' ', '\t']) => {
                    let end = self.rest.find('\n').unwrap_or(self.rest.len());
                    self.rest = &self.rest[end..];
                }
                '<' | '>' => self.redirect(&mut now)?,
                c => {
                    now.command.push(c);
                    self.rest = &self.rest[c.len_utf8()..];
                }
            }
        }
        self.close(now, "newline")?;
        // An operator at the end wants another command.
        if self.when != When::Always || !self.here.is_empty() {
            return Err(Trouble::Unfinished);
        }
        Ok(())
    }
    /// The sign that ends a command, if one stands here, and when the next is run.
    fn separator(&self, c: char) -> Option<&'static str> {
        let twice = self.rest[c.len_utf8()..].starts_with(c);
        match (c, twice) {
            ('&', true) => Some("&&"),
            ('|', true) => Some("||"),
            ('&', false) => Some("&"),
            (';', _) => Some(";"),
            ('\n', _) => Some("\n"),
            _ => None,
        }
    }
    fn close(&mut self, mut done: Step, sign: &str) -> Result<(), Trouble> {
        done.command = done.command.trim().to_owned();
        let line_ends = sign == "\n" || sign == "newline";
        if done.command.is_empty() {
            // An empty line after an operator is passed over: the command may still come.
            let bare = done.stdout.is_none() && done.stdin.is_none();
            if !line_ends || !bare {
                return Err(Trouble::Syntax(sign.to_owned()));
            }
        } else {
            done.background = sign == "&";
            self.when = match sign {
                "&&" => When::Succeeded,
                "||" => When::Failed,
                _ => When::Always,
            };
            self.steps.push(done);
        }
        if sign == "\n" { self.documents() } else { Ok(()) }
    }
    /// The lines that belong to the `<<END` of the line before.
    fn documents(&mut self) -> Result<(), Trouble> {
        for (place, word) in std::mem::take(&mut self.here) {
            let mut text = String::new();
            loop {
                if self.rest.is_empty() {
                    return Err(Trouble::Unfinished);
                }
                let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
                self.rest = rest;
                if line.trim_end_matches('\r') == word {
                    break;
                }
                text.push_str(line);
                text.push('\n');
            }
            if let Some(step) = self.steps.get_mut(place) {
                step.stdin = Some(Stdin::Text(text));
            }
        }
        Ok(())
    }
    /// A quote with all that is in it, or a backslash with what follows it.
    fn quoted(&mut self, open: char, into: &mut String) -> Result<(), Trouble> {
        let mut chars = self.rest.char_indices().skip(1);
        let end = if open == '\\' {
            let (at, c) = chars.next().ok_or(Trouble::Unfinished)?;
            let end = at + c.len_utf8();
            if c == '\n' {
                // The line goes on.
                self.rest = &self.rest[end..];
                return if self.rest.is_empty() { Err(Trouble::Unfinished) } else { Ok(()) };
            }
            end
        } else {
            let mut escaped = false;
            let close = chars.find(|(_, c)| {
                let closes = *c == open && !escaped;
                escaped = open == '"' && *c == '\\' && !escaped;
                closes
            });
            close.ok_or(Trouble::Unfinished)?.0 + 1
        };
        into.push_str(&self.rest[..end]);
        self.rest = &self.rest[end..];
        Ok(())
    }
    /// `> FILE`, `>> FILE`, `2> FILE`, `2>&1`, `< FILE`, `<<END`.
    fn redirect(&mut self, now: &mut Step) -> Result<(), Trouble> {
        let signs = ["<<<", "<<-", "<<", "<", ">>", ">&1", ">"];
        let sign = signs.into_iter().find(|s| self.rest.starts_with(s)).unwrap_or(">");
        let number = |c: char| now.command == c.to_string() || now.command.ends_with(&format!(" {c}"));
        let of = if number('2') { Some('2') } else { number('1').then_some('1') };
        if sign == ">&1" {
            // The pipe itself joins the two.
            now.command.push_str(sign);
            self.rest = &self.rest[sign.len()..];
            return Ok(());
        }
        if of.is_some() && sign.starts_with('>') {
            now.command.pop();
        }
        self.rest = self.rest[sign.len()..].trim_start_matches([' ', '\t']);
        let word = self.word()?;
        match sign {
            "<<" | "<<-" => self.here.push((self.steps.len(), word)),
            "<<<" => now.stdin = Some(Stdin::Text(word + "\n")),
            "<" => now.stdin = Some(Stdin::File(word)),
            _ if of == Some('2') => now.silent = true,
            _ => now.stdout = Some(Redirect { file: word, append: sign == ">>" }),
        }
        Ok(())
    }
    /// The word that stands here, without its quotes.
    fn word(&mut self) -> Result<String, Trouble> {
        let mut raw = String::new();
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\'' | '"' | '\\' => self.quoted(c, &mut raw)?,
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' => break,
                c => {
                    raw.push(c);
                    self.rest = &self.rest[c.len_utf8()..];
                }
            }
        }
        let words = super::words::split(&raw).map_err(|_| Trouble::Unfinished)?;
        words.into_iter().next().ok_or_else(|| {
            let next = self.rest.chars().next().filter(|c| *c != '\n');
            Trouble::Syntax(next.map_or("newline".to_owned(), String::from))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps in short: `[&&|‖]command <stdin >stdout 2> &`.
    fn told(text: &str) -> String {
        let steps = match read(text) {
            Err(Unfinished) => return "unfinished".to_owned(),
            Ok(Err(why)) => return why,
            Ok(Ok(steps)) => steps,
        };
        let one = |s: &Step| {
            let mut out = match s.when {
                When::Always => String::new(),
                When::Succeeded => "&&".to_owned(),
                When::Failed => "||".to_owned(),
            };
            out += &s.command;
            match &s.stdin {
                Some(Stdin::Text(text)) => out += &format!(" <({text:?})"),
                Some(Stdin::File(file)) => out += &format!(" <{file}"),
                None => {}
            }
            if let Some(to) = &s.stdout {
                out += &format!(" {}{}", if to.append { ">>" } else { ">" }, to.file);
            }
            out + if s.silent { " silent" } else { "" } + if s.background { " &" } else { "" }
        };
        steps.iter().map(one).collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn what_is_typed_is_taken_apart() {
        let cases: &[(&str, &str)] = &[
            ("", ""),
            ("  # nothing", ""),
            ("kubectl get pods", "kubectl get pods"),
            ("a; b && c || d", "a / b / &&c / ||d"),
            ("a &&\n\n b", "a / &&b"),
            ("a &&", "unfinished"),
            ("a | grep b | wc -l", "a | grep b | wc -l"),
            ("a 2>&1 | grep b", "a 2>&1 | grep b"),
            ("a -o yaml > b.yaml", "a -o yaml >b.yaml"),
            ("a >> 'b c'", "a >>b c"),
            ("a 2>/dev/null", "a silent"),
            ("a --x=2 > f", "a --x=2 >f"),
            ("a --replicas 3 > f", "a --replicas 3 >f"),
            ("a < f", "a <f"),
            ("port-forward &", "port-forward &"),
            ("a & b", "a & / b"),
            ("a '; > &&' \"\\\"|\" \\; b", "a '; > &&' \"\\\"|\" \\; b"),
            ("a \\\n  b", "a   b"),
            ("a \\", "unfinished"),
            ("a \\\n", "unfinished"),
            ("a 'b", "unfinished"),
            ("a 'b\nc'", "a 'b\nc'"),
            ("cat <<EOF\n", "unfinished"),
            (
                "apply -f - <<EOF\nkind: Pod\n  # kept; > &&\nEOF\nget pods",
                "apply -f - <(\"kind: Pod\\n  # kept; > &&\\n\") / get pods",
            ),
            ("apply -f - <<'E' && b\nx\nE", "apply -f - <(\"x\\n\") / &&b"),
            ("a <<< 'x y'", "a <(\"x y\\n\")"),
            ("a >", "sh: syntax error near unexpected token `newline'"),
            ("a > ; b", "sh: syntax error near unexpected token `;'"),
            ("; a", "sh: syntax error near unexpected token `;'"),
            ("a # b ; c\nd", "a / d"),
            ("a#b", "a#b"),
        ];
        for (text, want) in cases {
            assert_eq!(told(text), *want, "{text:?}");
        }
    }
}
