//! Expansion of words. Models POSIX.1-2024 section 2.6.
//!
//! A command substitution is not run here: expansion stops with [`Halt::Need`], and is begun anew, from the state
//! before, when the machine has its output.

use super::arith;
use super::ast::{Assign, Node, Op, Part, Value, Word};
use super::dialect::Dialect;
use super::pattern::{QUOTE, fits, longest};
use super::state::Shell;
use crate::api::{Text, mix};
use crate::sim::workload::Files;
use std::rc::Rc;

/// Bytes that a variable or a word may hold.
pub(super) const VALUE_BYTES_MAX: usize = 64 * 1024;
/// Characters of a value that patterns are tried on.
const PATTERN_CHARS_MAX: usize = 4096;

/// Why an expansion stops.
pub(super) enum Halt {
    /// The output of this command is needed first.
    Need(Rc<Node>),
    /// The shell ends with this message.
    Fatal(String),
}

type Expanded<T> = Result<T, Halt>;

/// One expansion of one command.
pub(super) struct Expander<'a> {
    pub shell: &'a mut Shell,
    pub files: &'a Files,
    pub luck: &'a mut u64,
    pub pid: u32,
    /// The outputs of the command substitutions, in order.
    pub results: &'a [Text],
    pub used: usize,
    /// Work done, in units of the machine's steps.
    pub cost: u32,
}

/// Fields in the making: characters, those that were quoted marked by [`QUOTE`].
#[derive(Default)]
struct Fields {
    done: Vec<String>,
    open: Option<String>,
}

impl Fields {
    fn push(&mut self, text: &str, quoted: bool) {
        let open = self.open.get_or_insert_default();
        for c in text.chars() {
            if quoted && "*?[]\\!-^".contains(c) {
                open.push(QUOTE);
            }
            open.push(c);
        }
    }
    fn close(&mut self) {
        self.done.extend(self.open.take());
    }
}

impl Expander<'_> {
    /// The words of a command: split, and replaced by file names where they are patterns that fit.
    pub fn fields(&mut self, words: &[Word]) -> Expanded<Vec<Text>> {
        let mut texts = Vec::with_capacity(words.len());
        for word in words {
            if let [Part::Text { text, quoted }] = &word[..]
                && (*quoted || !text.contains(['*', '?', '[']))
            {
                self.charge(text.len())?;
                texts.push(text.clone());
                continue;
            }
            let mut fields = Fields::default();
            self.parts(word, true, &mut fields)?;
            fields.close();
            for field in fields.done {
                self.charge(field.len())?;
                let matches = self.file_names(&field);
                if matches.is_empty() {
                    texts.push(unmarked(&field).into());
                }
                texts.extend(matches);
            }
        }
        Ok(texts)
    }
    /// One word that is not split, such as the value of a variable.
    pub fn single(&mut self, word: &[Part]) -> Expanded<Text> {
        if let [Part::Text { text, .. }] = word {
            return Ok(text.clone());
        }
        Ok(unmarked(&self.pattern(word)?).into())
    }
    /// One word as a pattern: quoted characters are marked.
    pub fn pattern(&mut self, word: &[Part]) -> Expanded<String> {
        let mut fields = Fields::default();
        self.parts(word, false, &mut fields)?;
        fields.close();
        let whole = fields.done.join(" ");
        self.charge(whole.len())?;
        Ok(whole)
    }
    /// Carries an assignment out.
    pub fn assign(&mut self, assign: &Assign) -> Expanded<()> {
        let Assign { name, index, append, value } = assign;
        let old = || self.shell.get(name).cloned().unwrap_or_default();
        match (value, index) {
            (Value::Word(word), None) => {
                let mut text = if *append { old().to_string() } else { String::new() };
                let more = self.single(word)?;
                text.push_str(&more);
                self.charge(text.len())?;
                self.shell.set(name, if *append { text.into() } else { more });
            }
            (Value::Word(word), Some(index)) => {
                let at = self.number(index)?.clamp(0, 9_999) as usize;
                let text = self.single(word)?;
                let mut items = self.items(name);
                items.resize(items.len().max(at + 1), Text::default());
                items[at] = text;
                self.set_items(name, items);
            }
            (Value::Array(words), _) => {
                let mut items = if *append { self.items(name) } else { Vec::new() };
                items.extend(self.fields(words)?);
                self.set_items(name, items);
            }
        }
        Ok(())
    }
    fn items(&self, name: &str) -> Vec<Text> {
        let items = self.shell.vars.get(name).and_then(|var| var.items.as_ref());
        items.map_or_else(|| self.shell.get(name).cloned().into_iter().collect(), |items| items.to_vec())
    }
    fn set_items(&mut self, name: &str, items: Vec<Text>) {
        let var = self.shell.var(name);
        var.value = items.first().cloned();
        var.items = Some(items.into());
    }
    fn charge(&mut self, bytes: usize) -> Expanded<()> {
        self.cost = self.cost.saturating_add((bytes / 64) as u32);
        if bytes > VALUE_BYTES_MAX { Err(Halt::Fatal("out of memory".into())) } else { Ok(()) }
    }

    fn parts(&mut self, parts: &[Part], split: bool, fields: &mut Fields) -> Expanded<()> {
        for part in parts {
            match part {
                Part::Text { text, quoted } => fields.push(text, *quoted),
                Part::Command { body, quoted } => {
                    let Some(text) = self.results.get(self.used).cloned() else {
                        return Err(Halt::Need(body.clone()));
                    };
                    self.used += 1;
                    self.value(&text, *quoted, split, fields);
                }
                Part::Arith { expr, quoted } => {
                    let number = self.number(expr)?.to_string();
                    self.value(&number, *quoted, split, fields);
                }
                Part::Param { name, index, op, quoted } => {
                    self.param(name, index.as_ref(), op, *quoted, split, fields)?;
                }
            }
            self.charge(fields.open.as_ref().map_or(0, String::len))?;
        }
        Ok(())
    }
    /// Adds a value, split at white space where it is not quoted.
    fn value(&mut self, text: &str, quoted: bool, split: bool, fields: &mut Fields) {
        if quoted || !split {
            fields.push(text, quoted);
            return;
        }
        let ifs = self.shell.get("IFS").cloned().unwrap_or(Text::Static(" \t\n"));
        let mut first = true;
        for piece in text.split(|c| ifs.contains(c)) {
            if !first {
                fields.close();
            }
            first = false;
            if !piece.is_empty() {
                fields.push(piece, false);
            }
        }
    }
    fn number(&mut self, expr: &[Part]) -> Expanded<i64> {
        let text = self.single(expr)?;
        self.cost += 1 + text.len() as u32 / 16;
        if text.len() > PATTERN_CHARS_MAX {
            return Err(Halt::Fatal("arithmetic syntax error".into()));
        }
        arith::evaluate(&text, self).map_err(|message| Halt::Fatal(message.into()))
    }

    fn param(
        &mut self,
        name: &Text,
        index: Option<&Word>,
        op: &Op,
        quoted: bool,
        split: bool,
        fields: &mut Fields,
    ) -> Expanded<()> {
        let whole = match index.map(|word| self.single(word)).transpose()? {
            Some(key) if &*key == "@" || &*key == "*" => Some((self.items(name), &*key == "@")),
            Some(key) => {
                let at = arith::evaluate(&key, self).map_err(|message| Halt::Fatal(message.into()))?;
                let items = self.items(name);
                let at = if at < 0 { at + items.len() as i64 } else { at };
                let value = usize::try_from(at).ok().and_then(|at| items.get(at).cloned());
                let value = self.operate(name, value, op)?;
                self.value(&value, quoted, split, fields);
                return Ok(());
            }
            None if &**name == "@" || &**name == "*" => Some((self.shell.params.to_vec(), &**name == "@")),
            None => None,
        };
        let Some((items, each)) = whole else {
            let value = self.lookup(name);
            if let (Op::Unset { sign, colon, word }, _) = (op, ())
                && let Some(rest) = self.stand_in(name, value.as_ref(), *sign, *colon, word)?
            {
                // The word keeps its own quoting: ${x:-"a b"} is one field.
                return self.parts(rest, split && !quoted, fields);
            }
            let value = self.operate(name, value, op)?;
            self.value(&value, quoted, split, fields);
            return Ok(());
        };
        if *op == Op::Length {
            self.value(&items.len().to_string(), quoted, split, fields);
            return Ok(());
        }
        let items = match op {
            Op::Slice { from, length } => {
                // "$@" counts from 1, an array from 0.
                let shift = usize::from(index.is_none());
                let from = (self.number(from)?.max(0) as usize).saturating_sub(shift);
                let length = length.as_ref().map(|word| self.number(word)).transpose()?;
                items.into_iter().skip(from).take(length.map_or(usize::MAX, |n| n.max(0) as usize)).collect()
            }
            _ => items,
        };
        if quoted && !each {
            let joined = items.iter().map(|item| item.as_str()).collect::<Vec<_>>().join(" ");
            fields.push(&joined, true);
            return Ok(());
        }
        for (i, item) in items.iter().enumerate() {
            if i > 0 && split {
                fields.close();
            } else if i > 0 {
                fields.push(" ", true);
            }
            self.value(item, quoted, split, fields);
        }
        Ok(())
    }
    /// `${x:-y}` and its kin: the word that stands in for the value, or none if the value itself is meant.
    fn stand_in<'w>(
        &mut self,
        name: &str,
        value: Option<&Text>,
        sign: char,
        colon: bool,
        word: &'w Word,
    ) -> Expanded<Option<&'w [Part]>> {
        let missing = value.is_none_or(|value| colon && value.is_empty());
        match (sign, missing) {
            ('-', true) | ('+', false) => Ok(Some(word)),
            ('+', true) => Ok(Some(&[])),
            ('=', true) => {
                let value = self.single(word)?;
                self.shell.set(name, value);
                Ok(None)
            }
            ('?', true) => {
                let mut message = self.single(word)?;
                if message.is_empty() {
                    message = "parameter not set".into();
                }
                Err(Halt::Fatal(format!("{name}: {message}")))
            }
            _ => Ok(None),
        }
    }
    fn operate(&mut self, name: &str, value: Option<Text>, op: &Op) -> Expanded<Text> {
        let value = match (value, op) {
            (Some(value), _) => value,
            (None, Op::Unset { .. }) => self.lookup(name).unwrap_or_default(),
            (None, _) if self.shell.options.nounset => {
                let bash = self.shell.dialect == Dialect::Bash;
                let what = if bash { "unbound variable" } else { "parameter not set" };
                return Err(Halt::Fatal(format!("{name}: {what}")));
            }
            (None, _) => Text::default(),
        };
        match op {
            Op::Get | Op::Unset { .. } => Ok(value),
            Op::Length => Ok(value.chars().count().to_string().into()),
            Op::Slice { from, length } => {
                let chars: Vec<char> = value.chars().collect();
                let count = chars.len() as i64;
                let from = self.number(from)?;
                let from = if from < 0 { (count + from).max(0) } else { from.min(count) };
                let length = length.as_ref().map(|word| self.number(word)).transpose()?.unwrap_or(count);
                let to = if length < 0 { count + length } else { from.saturating_add(length).min(count) };
                Ok(chars[from as usize..to.max(from) as usize].iter().collect::<String>().into())
            }
            Op::Trim { prefix, longest, pattern } => {
                let pattern: Vec<char> = self.pattern(pattern)?.chars().collect();
                let chars = self.chars(&value, pattern.len())?;
                Ok(trim(&chars, &pattern, *prefix, *longest).iter().collect::<String>().into())
            }
            Op::Replace { all, pattern, with } => {
                let pattern: Vec<char> = self.pattern(pattern)?.chars().collect();
                let with = self.single(with)?;
                let chars = self.chars(&value, pattern.len())?;
                let text = replace(&chars, &pattern, &with, *all);
                self.charge(text.len())?;
                Ok(text.into())
            }
        }
    }
    /// The characters that a pattern is tried on, and the price of trying every cut.
    fn chars(&mut self, value: &str, pattern: usize) -> Expanded<Vec<char>> {
        let chars: Vec<char> = value.chars().collect();
        if chars.len().max(pattern) > PATTERN_CHARS_MAX {
            return Err(Halt::Fatal("out of memory".into()));
        }
        self.cost = self.cost.saturating_add((chars.len() * chars.len() * (1 + pattern) / 1024) as u32);
        Ok(chars)
    }
    fn lookup(&mut self, name: &str) -> Option<Text> {
        let shell = &*self.shell;
        if let Ok(n) = name.parse::<usize>() {
            return if n == 0 { Some(shell.name.clone()) } else { shell.params.get(n - 1).cloned() };
        }
        Some(match name {
            "?" => shell.status.to_string().into(),
            "#" => shell.params.len().to_string().into(),
            "$" => self.pid.to_string().into(),
            "!" if shell.background > 0 => shell.background.to_string().into(),
            "!" => return None,
            "-" => "".into(),
            "PWD" => shell.directory.clone(),
            "LINENO" => shell.line.to_string().into(),
            "RANDOM" if shell.dialect != Dialect::Dash => {
                *self.luck = mix(*self.luck);
                (*self.luck % 32_768).to_string().into()
            }
            _ => return shell.get(name).cloned(),
        })
    }
    /// The files that a pattern names, in order; a pattern without signs names none.
    fn file_names(&mut self, field: &str) -> Vec<Text> {
        let marked: Vec<char> = field.chars().collect();
        let is_pattern =
            marked.iter().enumerate().any(|(i, c)| "*?[".contains(*c) && (i == 0 || marked[i - 1] != QUOTE));
        if !is_pattern || marked.len() > PATTERN_CHARS_MAX {
            return Vec::new();
        }
        let absolute = field.starts_with('/');
        let base = if self.shell.directory.ends_with('/') {
            self.shell.directory.to_string()
        } else {
            format!("{}/", self.shell.directory)
        };
        let depth = marked.iter().filter(|c| **c == '/').count();
        let mut names: Vec<Text> = Vec::new();
        for (path, _) in self.files.iter() {
            self.cost += 1;
            let path = path.strip_suffix('/').unwrap_or(path);
            let Some(name) = (if absolute { Some(path) } else { path.strip_prefix(&*base) }) else {
                continue;
            };
            // A file deep below is seen as the directory that leads to it.
            let end = name.match_indices('/').nth(depth).map_or(name.len(), |(at, _)| at);
            let name = &name[..end];
            let hidden = name.rsplit('/').next().is_some_and(|last| last.starts_with('.'));
            let chars: Vec<char> = name.chars().collect();
            if !hidden
                && chars.len() <= PATTERN_CHARS_MAX
                && fits(&marked, &chars)
                && names.last().is_none_or(|last| **last != *name)
            {
                names.push(name.to_owned().into());
            }
        }
        names
    }
}

impl arith::Variables for Expander<'_> {
    fn get(&mut self, name: &str) -> String {
        self.lookup(name).map_or(String::new(), |value| value.to_string())
    }
    fn set(&mut self, name: &str, value: i64) {
        self.shell.set(name, value.to_string().into());
    }
}

fn trim<'c>(chars: &'c [char], pattern: &[char], prefix: bool, longest: bool) -> &'c [char] {
    let n = chars.len();
    let cuts = (0..=n).map(|i| if prefix != longest { i } else { n - i });
    for cut in cuts {
        let (head, tail) = chars.split_at(cut);
        if prefix && fits(pattern, head) {
            return tail;
        }
        if !prefix && fits(pattern, tail) {
            return head;
        }
    }
    chars
}

fn replace(chars: &[char], pattern: &[char], with: &str, all: bool) -> String {
    let (mut out, mut at, mut done) = (String::new(), 0, pattern.is_empty());
    while at < chars.len() {
        let found = if done { None } else { longest(pattern, &chars[at..]) };
        match found {
            Some(length) if length > 0 => {
                out.push_str(with);
                at += length;
                done = !all;
            }
            _ => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}

fn unmarked(text: &str) -> String {
    text.replace(QUOTE, "")
}
