//! The words of a script: quotes, `$x`, `${x:-y}`, `$(…)`, `$((…))`.

use super::ast::{Op, Part, Word};
use super::dialect::Dialect;
use super::parse::{Fault, Parsed, Parser, is_name};
use crate::api::Text;
use std::rc::Rc;

/// An unquoted literal word.
pub(super) fn literal(text: &str) -> Word {
    Rc::from([Part::Text { text: text.to_owned().into(), quoted: false }])
}
/// A quoted literal word.
pub(super) fn quoted(text: String) -> Word {
    Rc::from([Part::Text { text: text.into(), quoted: true }])
}

/// How many words one brace expansion may make.
const BRACES_MAX: i64 = 10_000;

struct Pieces {
    parts: Vec<Part>,
    text: String,
    quoted: bool,
}

impl Pieces {
    fn push(&mut self, c: char, quoted: bool) {
        if quoted != self.quoted {
            self.flush();
            self.quoted = quoted;
        }
        self.text.push(c);
    }
    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text).into();
            self.parts.push(Part::Text { text, quoted: self.quoted });
        }
    }
    fn part(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }
    fn done(mut self) -> Word {
        self.flush();
        self.parts.into()
    }
}

impl Parser<'_> {
    /// One word, or none if a sign or blank stands here.
    pub fn word(&mut self) -> Parsed<Option<Word>> {
        let start = self.at;
        let word = self.until(" \t\r\n;&|<>()", false)?;
        Ok((self.at > start).then_some(word))
    }
    /// The text of a here-document, or of the inside of `$((…))`: all of it, as if in double quotes.
    pub fn here_text(&mut self) -> Parsed<Word> {
        let mut pieces = Pieces { parts: Vec::new(), text: String::new(), quoted: true };
        while self.peek().is_some() {
            self.double_char(&mut pieces, false)?;
        }
        Ok(pieces.done())
    }
    /// A word up to one of the characters, which is left; `double` if it stands inside double quotes.
    pub fn until(&mut self, stop: &str, double: bool) -> Parsed<Word> {
        let mut pieces = Pieces { parts: Vec::new(), text: String::new(), quoted: double };
        while let Some(c) = self.peek() {
            if stop.contains(c) {
                break;
            }
            match c {
                '\\' if double => self.double_char(&mut pieces, true)?,
                '\\' => {
                    self.bump();
                    match self.bump() {
                        Some('\n') => {}
                        other => pieces.push(other.unwrap_or('\\'), true),
                    }
                }
                '\'' if !double => self.single(&mut pieces)?,
                '"' => self.double(&mut pieces)?,
                '`' | '$' => self.dollar(&mut pieces, double)?,
                _ => {
                    self.bump();
                    pieces.push(c, double);
                }
            }
        }
        Ok(pieces.done())
    }
    fn single(&mut self, pieces: &mut Pieces) -> Parsed<()> {
        self.at += 1;
        let end = self.rest().find('\'').ok_or(Fault::Unterminated)?;
        let text = self.rest()[..end].to_owned().into();
        self.at += end + 1;
        pieces.part(Part::Text { text, quoted: true });
        Ok(())
    }
    fn double(&mut self, pieces: &mut Pieces) -> Parsed<()> {
        self.at += 1;
        if self.rest().starts_with('"') {
            // Even "" makes a word; but "$@" makes as many as there are parameters.
            pieces.part(Part::Text { text: Text::default(), quoted: true });
        }
        while self.peek() != Some('"') {
            if self.peek().is_none() {
                return Err(Fault::Unterminated);
            }
            self.double_char(pieces, true)?;
        }
        self.at += 1;
        Ok(())
    }
    fn double_char(&mut self, pieces: &mut Pieces, quote: bool) -> Parsed<()> {
        match self.peek() {
            Some('\\') => {
                self.at += 1;
                match self.peek() {
                    Some('\n') => {
                        self.bump();
                    }
                    Some(c) if "$`\\".contains(c) || (c == '"' && quote) => {
                        self.at += 1;
                        pieces.push(c, true);
                    }
                    _ => pieces.push('\\', true),
                }
            }
            Some('$' | '`') => self.dollar(pieces, true)?,
            Some(c) => {
                // Not `bump`: a here-document's text is no place for the start of another one.
                self.at += c.len_utf8();
                pieces.push(c, true);
            }
            None => {}
        }
        Ok(())
    }
    /// What begins with `$` or a back-quote.
    fn dollar(&mut self, pieces: &mut Pieces, quoted: bool) -> Parsed<()> {
        if self.peek() == Some('`') {
            let part = self.back_quotes(quoted)?;
            pieces.part(part);
            return Ok(());
        }
        let rest = self.rest();
        let next = rest[1..].chars().next();
        if rest.starts_with("$((") {
            self.at += 1;
            let at = self.at;
            if let Some(expr) = self.arithmetic()? {
                pieces.part(Part::Arith { expr, quoted });
                return Ok(());
            }
            self.at = at - 1;
        }
        match next {
            Some('(') => {
                self.at += 2;
                let body = self.deeper(|p| p.list())?;
                if !self.eat(")") {
                    return Err(Fault::Unexpected { token: None, expecting: Some(")") });
                }
                pieces.part(Part::Command { body, quoted });
            }
            Some('{') => {
                self.at += 2;
                let part = self.deeper(|p| p.braced(quoted))?;
                pieces.part(part);
            }
            Some('\'') if !quoted && self.dialect != Dialect::Dash => {
                self.at += 1;
                let end = self.rest()[1..].find('\'').ok_or(Fault::Unterminated)?;
                let text = super::super::tools::unescape(&self.rest()[1..=end]).0.into();
                self.at += end + 2;
                pieces.part(Part::Text { text, quoted: true });
            }
            Some(c) => {
                let name = &rest[1..];
                let end = match c {
                    _ if c.is_ascii_digit() || "?#@*$!-".contains(c) => 1,
                    _ => name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len()),
                };
                self.at += 1 + end;
                if end == 0 {
                    pieces.push('$', quoted);
                } else {
                    let name = name[..end].to_owned().into();
                    pieces.part(Part::Param { name, index: None, op: Op::Get, quoted });
                }
            }
            None => {
                self.at += 1;
                pieces.push('$', quoted);
            }
        }
        Ok(())
    }
    fn back_quotes(&mut self, quoted: bool) -> Parsed<Part> {
        self.at += 1;
        let mut script = String::new();
        loop {
            match self.bump() {
                Some('`') => break,
                Some('\\') => match self.bump() {
                    Some(c @ ('`' | '\\' | '$')) => script.push(c),
                    Some('"') if quoted => script.push('"'),
                    Some(c) => script.extend(['\\', c]),
                    None => return Err(Fault::Unterminated),
                },
                Some(c) => script.push(c),
                None => return Err(Fault::Unterminated),
            }
        }
        let body = self.deeper(|p| {
            let mut inner = Parser::new(&script, p.dialect, p.depth);
            let body = inner.list()?;
            if inner.peek().is_some() {
                Err(Fault::Unexpected { token: None, expecting: None })
            } else {
                Ok(body)
            }
        })?;
        Ok(Part::Command { body, quoted })
    }
    /// `((…))` from its first parenthesis on, or none if the parentheses turn out to be commands'.
    pub fn arithmetic(&mut self) -> Parsed<Option<Word>> {
        let inside = &self.rest()[2..];
        let mut open = 0u32;
        for (at, c) in inside.char_indices() {
            match c {
                '(' => open += 1,
                ')' if open > 0 => open -= 1,
                ')' if inside[at..].starts_with("))") => {
                    let mut inner = Parser::new(&inside[..at], self.dialect, self.depth);
                    let expr = inner.deeper(|p| p.here_text())?;
                    self.at += at + 4;
                    return Ok(Some(expr));
                }
                ')' => return Ok(None),
                _ => {}
            }
        }
        Err(Fault::Unexpected { token: None, expecting: Some("))") })
    }
    /// What follows `${`.
    fn braced(&mut self, quoted: bool) -> Parsed<Part> {
        let length = self.rest().starts_with('#') && !self.rest().starts_with("#}");
        self.at += usize::from(length);
        let rest = self.rest();
        let special = rest.starts_with(|c: char| "?#@*$!-".contains(c));
        let end = if special {
            1
        } else {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
        };
        let name: Text = rest[..end].to_owned().into();
        let position = end > 0 && name.bytes().all(|b| b.is_ascii_digit());
        if !(special || position || is_name(&name)) {
            return Err(Fault::BadSubstitution);
        }
        self.at += end;
        let mut index = None;
        if self.dialect == Dialect::Bash && self.eat("[") {
            index = Some(self.until("]", true)?);
            if !self.eat("]") {
                return Err(Fault::BadSubstitution);
            }
        }
        let op = if length { Op::Length } else { self.operation(quoted)? };
        if !self.eat("}") {
            let end = self.peek().is_none();
            return Err(if end { Fault::Unterminated } else { Fault::BadSubstitution });
        }
        Ok(Part::Param { name, index, op, quoted })
    }
    fn operation(&mut self, quoted: bool) -> Parsed<Op> {
        let rest = self.rest();
        let colon = rest.starts_with(':');
        let sign = rest[usize::from(colon)..].chars().next().unwrap_or('}');
        if "-=?+".contains(sign) {
            self.at += 1 + usize::from(colon);
            return Ok(Op::Unset { sign, colon, word: self.until("}", quoted)? });
        }
        if colon {
            self.at += 1;
            let from = self.until(":}", true)?;
            let length = if self.eat(":") { Some(self.until("}", true)?) } else { None };
            return Ok(Op::Slice { from, length });
        }
        if sign == '#' || sign == '%' {
            self.at += 1;
            let longest = self.eat(if sign == '#' { "#" } else { "%" });
            return Ok(Op::Trim { prefix: sign == '#', longest, pattern: self.until("}", false)? });
        }
        if sign == '/' {
            self.at += 1;
            let all = self.eat("/");
            let pattern = self.until("/}", false)?;
            let with = if self.eat("/") { self.until("}", quoted)? } else { Rc::from([]) };
            return Ok(Op::Replace { all, pattern, with });
        }
        Ok(Op::Get)
    }
    /// bash's `{a,b}` and `{1..5}`; the other shells take the word as it is.
    pub fn braces(&self, word: Word) -> Vec<Word> {
        let found = word.iter().enumerate().find_map(|(i, part)| match part {
            Part::Text { text, quoted: false } if self.dialect == Dialect::Bash => {
                let open = text.find('{')?;
                let close = open + text[open..].find('}')?;
                Some((i, open, close, alternatives(&text[open + 1..close])?))
            }
            _ => None,
        });
        let Some((i, open, close, alternatives)) = found else { return vec![word] };
        let Part::Text { text, .. } = &word[i] else { return vec![word] };
        let plain = |text: String| Part::Text { text: text.into(), quoted: false };
        let made = alternatives.into_iter().map(|middle| {
            let mut parts = word[..i].to_vec();
            parts.push(plain(format!("{}{middle}{}", &text[..open], &text[close + 1..])));
            parts.extend_from_slice(&word[i + 1..]);
            parts.into()
        });
        made.collect()
    }
}

fn alternatives(inside: &str) -> Option<Vec<String>> {
    if let Some((from, to)) = inside.split_once("..") {
        let (from, to) = (from.parse::<i64>().ok()?, to.parse::<i64>().ok()?);
        if from.checked_sub(to)?.checked_abs()? >= BRACES_MAX {
            return None;
        }
        let up = (from.min(to)..=from.max(to)).map(|n| n.to_string());
        return Some(if from <= to { up.collect() } else { up.rev().collect() });
    }
    inside.contains(',').then(|| inside.split(',').map(str::to_owned).collect())
}
