//! Leaving early: `exit`, `break`, `return`, `set -e`; and finding out what a command's first word is.

use super::ast::Word;
use super::dialect::Dialect;
use super::expand::{Expander, Halt};
use super::frame::Frame;
use super::machine::Run;
use super::state::Shell;
use crate::api::Text;
use crate::sim::workload::tools::{self, Start};
use std::rc::Rc;

impl Run<'_> {
    /// Takes back frames until so many are left.
    pub fn unwind_to(&mut self, left: usize) {
        while self.t.frames.len() > left {
            if let Some(frame) = self.t.frames.pop() {
                self.undo(frame);
            }
        }
    }
    /// Ends the shell, or the subshell, that runs now.
    pub fn exit(&mut self, status: i32) {
        let subshell = self.t.frames.iter().rposition(|f| matches!(f, Frame::Subshell(_)));
        self.unwind_to(subshell.map_or(0, |at| at + 1));
        self.t.shell.status = status & 0xff;
    }
    /// `return`: leaves the function, or does as `exit` where there is none.
    pub fn leave_function(&mut self, status: i32) {
        let last = self.t.frames.iter().rposition(|f| matches!(f, Frame::Call { .. } | Frame::Subshell(_)));
        match last {
            Some(at) if matches!(self.t.frames[at], Frame::Call { .. }) => {
                self.unwind_to(at);
                self.t.shell.status = status & 0xff;
            }
            _ => self.exit(status),
        }
    }
    /// `break` and `continue`, out of so many loops.
    pub fn leave_loop(&mut self, count: usize, again: bool) {
        let is_loop = |f: &Frame| matches!(f, Frame::Body(_) | Frame::While(..) | Frame::For { .. });
        let mut at = None;
        let mut left = count.max(1);
        for (i, frame) in self.t.frames.iter().enumerate().rev() {
            if matches!(frame, Frame::Subshell(_) | Frame::Call { .. }) || left == 0 {
                break;
            }
            if is_loop(frame) {
                at = Some(i);
                left -= 1;
            }
        }
        let Some(at) = at else { return };
        self.t.shell.status = 0;
        self.unwind_to(at + usize::from(again));
        if again && let Some(Frame::While(node, _)) = self.t.frames.last() {
            // `continue` in a condition begins the condition anew.
            let body = Frame::Body(node.clone());
            self.t.frames.pop();
            self.t.frames.push(body);
        }
    }
    /// `set -e`: a command has failed where nobody looks at its status.
    pub fn check_errexit(&mut self) {
        if self.t.shell.status == 0 || !self.t.shell.options.errexit {
            return;
        }
        let judged = |f: &Frame| matches!(f, Frame::AndOr(..) | Frame::Not | Frame::If(_) | Frame::While(..));
        if !self.t.frames.iter().any(judged) {
            self.exit(self.t.shell.status);
        }
    }
    /// Finds out what the first word is: a function, a builtin, or a program.
    pub fn dispatch(&mut self, argv: Rc<[Text]>) {
        let Some(name) = argv.first() else { return };
        if let Some(body) = self.t.shell.functions.get(name).cloned() {
            let params = std::mem::replace(&mut self.t.shell.params, argv[1..].into());
            self.t.frames.extend([Frame::Call { params, locals: Vec::new() }, Frame::Run(body)]);
            return;
        }
        match self.builtin(&argv) {
            Some(Some(status)) => {
                self.t.shell.status = status;
                self.check_errexit();
            }
            Some(None) => {}
            None => self.t.frames.push(Frame::Program { argv, phase: 0, memo: Text::default() }),
        }
    }
    /// A shell within the shell: `sh -c …`. The first process simply becomes it.
    pub fn subshell(&mut self, start: Start) {
        let outer = &self.t.shell;
        let env = if outer.vars.is_empty() { Rc::clone(&outer.env) } else { outer.exported().into() };
        let mut shell = Shell::new(start.name, start.dialect, env);
        shell.params = start.params;
        shell.directory = self.t.shell.directory.clone();
        for flag in start.flags.chars() {
            shell.option(flag, true);
        }
        shell.options.pipefail = start.pipefail;
        let old = std::mem::replace(&mut self.t.shell, shell);
        if !self.t.frames.is_empty() {
            self.t.frames.push(Frame::Subshell(Box::new(old)));
        }
        self.script(&start.script);
    }
    /// Reads a script and puts it on the stack.
    pub fn script(&mut self, script: &str) {
        self.spend((script.len() / 16) as u32);
        let dialect = self.t.shell.dialect;
        match super::recall::script(script, dialect) {
            Ok(node) => self.t.frames.push(Frame::Run(node)),
            Err((line, fault)) => {
                let message = dialect.syntax(&self.t.shell.name, line, &fault);
                self.write_err(&format!("{message}\n"));
                self.exit(2);
            }
        }
    }
}

impl Shell {
    /// Sets or clears one option by its letter; false if there is none.
    pub fn option(&mut self, flag: char, on: bool) -> bool {
        match flag {
            'e' => self.options.errexit = on,
            'u' => self.options.nounset = on,
            'x' => self.options.xtrace = on,
            'f' | 'a' | 'b' | 'h' | 'm' | 'n' | 'v' | 'C' | 'E' | 'T' | 'l' | 'i' | 's' => {}
            _ => return false,
        }
        true
    }
}

/// `[[ … ]]`: 0 if it is true, 1 if not, 2 if it cannot be read.
pub(super) fn double_bracket(words: &[Word], x: &mut Expander) -> Result<i32, Halt> {
    let mut reader = Brackets { words, x, depth: 0 };
    let value = reader.or()?;
    Ok(if reader.words.is_empty() { value.map_or(2, |value| i32::from(!value)) } else { 2 })
}

struct Brackets<'a, 'x, 'y> {
    words: &'a [Word],
    x: &'x mut Expander<'y>,
    depth: u32,
}

/// None where the expression cannot be read.
type Truth = Result<Option<bool>, Halt>;

impl Brackets<'_, '_, '_> {
    fn sign(&self) -> &str {
        match self.words.first().map(|word| &word[..]) {
            Some([super::ast::Part::Text { text, quoted: false }]) => text,
            _ => "",
        }
    }
    fn eat(&mut self, sign: &str) -> bool {
        let found = self.sign() == sign;
        if found {
            self.words = &self.words[1..];
        }
        found
    }
    fn or(&mut self) -> Truth {
        let mut value = self.and()?;
        while self.eat("||") {
            let right = self.and()?;
            value = value.zip(right).map(|(a, b)| a || b);
        }
        Ok(value)
    }
    fn and(&mut self) -> Truth {
        let mut value = self.primary()?;
        while self.eat("&&") {
            let right = self.primary()?;
            value = value.zip(right).map(|(a, b)| a && b);
        }
        Ok(value)
    }
    fn primary(&mut self) -> Truth {
        let mut negated = false;
        while self.eat("!") {
            negated = !negated;
        }
        if self.eat("(") {
            self.depth += 1;
            if self.depth > 30 {
                return Ok(None);
            }
            let value = self.or()?;
            self.depth -= 1;
            return Ok(value.filter(|_| self.eat(")")).map(|v| v != negated));
        }
        let Some((first, rest)) = self.words.split_first() else { return Ok(None) };
        let unary = self.sign().starts_with('-') && self.sign().len() == 2;
        self.words = rest;
        let operator = self.sign().to_owned();
        let binary =
            ["=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot"];
        let value = if binary.contains(&operator.as_str()) && self.words.len() > 1 {
            let right = self.words[1].clone();
            self.words = &self.words[2..];
            self.compare(first, &operator, &right)?
        } else if unary && !self.words.is_empty() && !matches!(self.sign(), "&&" | "||" | ")") {
            let operand = self.x.single(&self.words[0].clone())?;
            self.words = &self.words[1..];
            let sign = self.x.single(first)?;
            tools::test(&[sign, operand], self.x.shell, self.x.files).ok()
        } else {
            Some(!self.x.single(first)?.is_empty())
        };
        Ok(value.map(|v| v != negated))
    }
    fn compare(&mut self, left: &Word, operator: &str, right: &Word) -> Truth {
        let left = self.x.single(left)?;
        Ok(match operator {
            "=" | "==" | "!=" => {
                let pattern: Vec<char> = self.x.pattern(right)?.chars().collect();
                let text: Vec<char> = left.chars().collect();
                self.x.cost = self.x.cost.saturating_add((pattern.len() * text.len() / 64) as u32);
                Some(super::pattern::fits(&pattern, &text) == (operator != "!="))
            }
            "=~" => {
                let pattern = self.x.single(right)?;
                tools::Regex::extended(&pattern).map(|regex| regex.find(&left, &mut self.x.cost).is_some())
            }
            "<" => Some(*left < *self.x.single(right)?),
            ">" => Some(*left > *self.x.single(right)?),
            _ => {
                let right = self.x.single(right)?;
                tools::test(&[left, operator.to_owned().into(), right], self.x.shell, self.x.files).ok()
            }
        })
    }
}

/// The dialect that a shell's name means, where `around` is the one that calls it.
pub(in super::super) fn dialect_of(name: &str, around: Dialect) -> Dialect {
    match (name.rsplit('/').next(), around) {
        (Some("bash"), _) => Dialect::Bash,
        (Some("ash"), _) | (_, Dialect::Ash) => Dialect::Ash,
        _ => Dialect::Dash,
    }
}
