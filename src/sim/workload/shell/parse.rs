//! A script becomes a tree. Models the grammar of POSIX.1-2024 section 2.10, with the few words of bash that manifests use.

use super::ast::{Assign, Node, Redirect, Target, Value, Word};
use super::dialect::Dialect;
use crate::api::Text;
use std::rc::Rc;

/// How deep commands and expansions may nest.
const DEPTH_MAX: u32 = 40;

/// Why a script cannot be read.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Fault {
    /// A token, or none for the end of the file, that may not stand there.
    Unexpected { token: Option<String>, expecting: Option<&'static str> },
    /// A quotation mark that is never closed.
    Unterminated,
    /// `${…}` that means nothing.
    BadSubstitution,
    /// More nesting than [`DEPTH_MAX`].
    TooDeep,
}

pub(super) type Parsed<T> = Result<T, Fault>;

/// Reads a whole script; an error carries its line, counted from 1.
pub(super) fn parse(script: &str, dialect: Dialect) -> Result<Rc<Node>, (u32, Fault)> {
    let mut parser = Parser::new(script, dialect, 0);
    let whole = parser.list().and_then(|node| match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.unexpected(None)),
    });
    whole.map_err(|fault| (parser.line_now(), fault))
}

pub(super) struct Parser<'a> {
    pub src: &'a str,
    pub at: usize,
    pub depth: u32,
    pub dialect: Dialect,
    /// Where the text goes on after the here-documents that this line began.
    heredoc_end: Option<usize>,
    /// The line of a place that was counted last.
    counted: (usize, u32),
}

/// The words that end a list.
const CLOSERS: [&str; 8] = ["then", "do", "done", "fi", "elif", "else", "esac", "}"];

impl<'a> Parser<'a> {
    pub fn new(src: &'a str, dialect: Dialect, depth: u32) -> Self {
        Parser { src, at: 0, depth, dialect, heredoc_end: None, counted: (0, 1) }
    }
    pub fn rest(&self) -> &'a str {
        &self.src[self.at..]
    }
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
    pub fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n'
            && let Some(end) = self.heredoc_end.take()
        {
            self.at = end;
        }
        Some(c)
    }
    pub fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }
    pub fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            return Err(Fault::TooDeep);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }
    fn line_now(&mut self) -> u32 {
        let (from, line) = self.counted;
        let more = self.src.as_bytes().get(from..self.at).unwrap_or(&[]);
        let line = line + more.iter().filter(|b| **b == b'\n').count() as u32;
        self.counted = (self.at.max(from), line);
        line
    }
    /// Skips blanks, comments and joined lines.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with([' ', '\t', '\r']) {
                self.at += 1;
            } else if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }
    fn newlines(&mut self) {
        self.blanks();
        while self.peek() == Some('\n') {
            self.bump();
            self.blanks();
        }
    }
    /// The plain word that stands here, if it holds nothing but letters, digits and signs that reserved words use.
    fn bare(&mut self) -> &'a str {
        self.blanks();
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || ";&|<>()".contains(c)).unwrap_or(rest.len());
        &rest[..end]
    }
    fn keyword(&mut self, word: &str) -> bool {
        let found = self.bare() == word;
        if found {
            self.at += word.len();
        }
        found
    }
    fn expect(&mut self, word: &'static str) -> Parsed<()> {
        self.newlines();
        let found = if word == ")" { self.eat(word) } else { self.keyword(word) };
        if found { Ok(()) } else { Err(self.unexpected(Some(word))) }
    }
    fn unexpected(&mut self, expecting: Option<&'static str>) -> Fault {
        self.blanks();
        let bare = self.bare();
        let sign = ["\n", ";;", "&&", "||", ";", "&", "|", "(", ")", "<", ">"];
        let sign = sign.iter().find(|s| self.rest().starts_with(**s)).copied();
        let token = if bare.is_empty() { sign.unwrap_or_default() } else { bare };
        let token = (!token.is_empty()).then(|| if token == "\n" { "newline" } else { token }.to_owned());
        Fault::Unexpected { token, expecting }
    }

    /// Commands up to a closing word, `)`, `;;` or the end.
    pub fn list(&mut self) -> Parsed<Rc<Node>> {
        let mut nodes = Vec::new();
        loop {
            self.newlines();
            let closed = self.rest().starts_with(')') || self.rest().starts_with(";;");
            if self.peek().is_none() || closed || CLOSERS.contains(&self.bare()) {
                break;
            }
            let mut node = self.and_or()?;
            self.blanks();
            if self.rest().starts_with('&') && !self.rest().starts_with("&&") {
                self.at += 1;
                node = Rc::new(Node::Background(node));
            } else if self.rest().starts_with(';') && !self.rest().starts_with(";;") {
                self.at += 1;
            } else if !matches!(self.peek(), None | Some('\n' | ')')) && !self.rest().starts_with(";;") {
                return Err(self.unexpected(None));
            }
            nodes.push(node);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Rc::new(Node::Seq(nodes)) })
    }
    /// A list that may not be empty.
    fn body(&mut self, closer: &'static str) -> Parsed<Rc<Node>> {
        let node = self.list()?;
        match &*node {
            Node::Seq(nodes) if nodes.is_empty() => Err(self.unexpected(None)),
            _ => self.expect(closer).map(|()| node),
        }
    }
    fn and_or(&mut self) -> Parsed<Rc<Node>> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let and = self.eat("&&");
            if !and && !self.eat("||") {
                break;
            }
            self.newlines();
            rest.push((and, self.pipeline()?));
        }
        Ok(if rest.is_empty() { first } else { Rc::new(Node::AndOr { first, rest }) })
    }
    fn pipeline(&mut self) -> Parsed<Rc<Node>> {
        let not = self.keyword("!");
        let mut stages = vec![self.command()?];
        loop {
            self.blanks();
            if !self.rest().starts_with('|') || self.rest().starts_with("||") {
                break;
            }
            self.at += 1;
            self.newlines();
            stages.push(self.command()?);
        }
        let node = if stages.len() == 1 { stages.remove(0) } else { Rc::new(Node::Pipe(stages)) };
        Ok(if not { Rc::new(Node::Not(node)) } else { node })
    }
    fn command(&mut self) -> Parsed<Rc<Node>> {
        self.deeper(|p| {
            let Some(node) = p.compound()? else {
                return p.simple();
            };
            let mut redirects = Vec::new();
            while let Some(redirect) = p.redirect()? {
                redirects.push(redirect);
            }
            let body = Rc::new(node);
            Ok(if redirects.is_empty() { body } else { Rc::new(Node::Redirected { body, redirects }) })
        })
    }
    fn compound(&mut self) -> Parsed<Option<Node>> {
        let bash = self.dialect == Dialect::Bash;
        let word = self.bare();
        if word.is_empty() {
            if bash
                && self.rest().starts_with("((")
                && let Some(expr) = self.arithmetic()?
            {
                return Ok(Some(Node::Arith(expr)));
            }
            if !self.eat("(") {
                return Ok(None);
            }
            return Ok(Some(Node::Subshell(self.body(")")?)));
        }
        let known = ["if", "while", "until", "for", "case", "{", "[[", "function"];
        if !known.contains(&word) || (word == "function" && !bash) {
            return Ok(None);
        }
        self.at += word.len();
        Ok(Some(match word {
            "if" => self.if_clause()?,
            "while" | "until" => {
                let condition = self.body("do")?;
                Node::While { condition, body: self.body("done")?, until: word == "until" }
            }
            "for" => self.for_clause()?,
            "case" => self.case_clause()?,
            "{" => return self.group().map(Some),
            "[[" => self.double_bracket()?,
            _ => {
                let name = self.bare();
                self.at += name.len();
                self.eat("()");
                self.newlines();
                Node::Function { name: name.to_owned().into(), body: self.command()? }
            }
        }))
    }
    fn group(&mut self) -> Parsed<Node> {
        let node = self.body("}")?;
        Ok(Node::Seq(vec![node]))
    }
    fn if_clause(&mut self) -> Parsed<Node> {
        self.deeper(|p| {
            let condition = p.body("then")?;
            let then = p.list()?;
            let otherwise = if p.keyword("elif") {
                Some(Rc::new(p.if_clause()?))
            } else if p.keyword("else") {
                Some(p.body("fi")?)
            } else {
                p.expect("fi")?;
                None
            };
            Ok(Node::If { condition, then, otherwise })
        })
    }
    fn for_clause(&mut self) -> Parsed<Node> {
        let name: Text = self.bare().to_owned().into();
        self.at += name.len();
        if !is_name(&name) {
            return Err(self.unexpected(None));
        }
        self.newlines();
        let words = if self.keyword("in") {
            let mut words = Vec::new();
            self.blanks();
            while let Some(word) = self.word()? {
                words.extend(self.braces(word));
                self.blanks();
            }
            Some(words)
        } else {
            None
        };
        self.blanks();
        self.eat(";");
        self.expect("do")?;
        Ok(Node::For { name, words, body: self.body("done")? })
    }
    fn case_clause(&mut self) -> Parsed<Node> {
        self.blanks();
        let Some(word) = self.word()? else { return Err(self.unexpected(None)) };
        self.expect("in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines();
            if self.keyword("esac") {
                return Ok(Node::Case { word, arms });
            }
            self.eat("(");
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                let Some(pattern) = self.word()? else { return Err(self.unexpected(Some(")"))) };
                patterns.push(pattern);
                self.blanks();
                if !self.eat("|") {
                    break;
                }
            }
            self.expect(")")?;
            let body = self.list()?;
            arms.push((patterns, body));
            if !self.eat(";;") {
                self.expect("esac")?;
                return Ok(Node::Case { word, arms });
            }
        }
    }
    /// `[[ … ]]`: signs such as `&&`, `(` and `<` are words in there.
    fn double_bracket(&mut self) -> Parsed<Node> {
        let mut words = Vec::new();
        loop {
            self.newlines();
            if self.keyword("]]") {
                return Ok(Node::Test(words));
            }
            let sign = ["&&", "||", "(", ")", "<", ">"].into_iter().find(|s| self.rest().starts_with(s));
            if let Some(sign) = sign {
                self.at += sign.len();
                words.push(super::word::literal(sign));
            } else if let Some(word) = self.word()? {
                words.push(word);
            } else {
                return Err(self.unexpected(Some("]]")));
            }
        }
    }
    fn simple(&mut self) -> Parsed<Rc<Node>> {
        let (mut assigns, mut words, mut redirects) = (Vec::new(), Vec::new(), Vec::new());
        let (start, line) = (self.at, self.line_now());
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
            } else if words.is_empty()
                && let Some(assign) = self.assign()?
            {
                assigns.push(assign);
            } else if words.is_empty() && CLOSERS.contains(&self.bare()) {
                return Err(self.unexpected(None));
            } else if let Some(word) = self.word()? {
                let name = self.src[start..self.at].trim();
                if words.is_empty()
                    && assigns.is_empty()
                    && redirects.is_empty()
                    && self.function_follows(name)
                {
                    self.newlines();
                    return Ok(Rc::new(Node::Function {
                        name: name.to_owned().into(),
                        body: self.command()?,
                    }));
                }
                words.extend(self.braces(word));
            } else if self.peek() == Some('(') {
                return Err(self.unexpected(None));
            } else {
                break;
            }
        }
        if assigns.is_empty() && words.is_empty() && redirects.is_empty() {
            return Err(self.unexpected(None));
        }
        Ok(Rc::new(Node::Simple { assigns, words, redirects, line }))
    }
    fn function_follows(&mut self, name: &str) -> bool {
        let after = self.rest().trim_start_matches([' ', '\t']);
        let Some(inside) = after.strip_prefix('(') else { return false };
        let inside = inside.trim_start_matches([' ', '\t']);
        let follows =
            name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) && inside.starts_with(')');
        if follows {
            self.at = self.src.len() - inside.len() + 1;
        }
        follows
    }
    fn assign(&mut self) -> Parsed<Option<Assign>> {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = &rest[..end];
        if !is_name(name) {
            return Ok(None);
        }
        self.at += end;
        let bash = self.dialect == Dialect::Bash;
        let mut index = None;
        if bash && self.eat("[") {
            index = Some(self.until("]", false)?);
            self.eat("]");
        }
        let append = bash && self.eat("+=");
        if !append && !self.eat("=") {
            self.at = start;
            return Ok(None);
        }
        let name = name.to_owned().into();
        if bash && self.eat("(") {
            let mut items = Vec::new();
            self.newlines();
            while let Some(item) = self.word()? {
                items.extend(self.braces(item));
                self.newlines();
            }
            self.expect(")")?;
            return Ok(Some(Assign { name, index, append, value: Value::Array(items) }));
        }
        let value = Value::Word(self.word()?.unwrap_or_else(|| Rc::from([])));
        Ok(Some(Assign { name, index, append, value }))
    }
    fn redirect(&mut self) -> Parsed<Option<Redirect>> {
        self.blanks();
        let start = self.at;
        let digit = self
            .peek()
            .and_then(|c| c.to_digit(10))
            .filter(|_| self.rest().len() > 1 && matches!(self.rest().as_bytes()[1], b'<' | b'>'));
        let both = self.rest().starts_with("&>");
        self.at += usize::from(digit.is_some() || both);
        let signs = ["<<<", "<<-", "<<", "<&", ">>", ">&", ">|", "<", ">"];
        let Some(sign) = signs.into_iter().find(|s| self.rest().starts_with(s)) else {
            self.at = start;
            return Ok(None);
        };
        self.at += sign.len();
        self.blanks();
        let from_word = self.at;
        let Some(word) = self.word()? else { return Err(self.unexpected(None)) };
        let fd = digit.unwrap_or(u32::from(!sign.starts_with('<'))) as u8;
        let to = match sign {
            "<<<" => Target::Here(
                word.iter().cloned().chain(super::word::quoted("\n".into()).iter().cloned()).collect(),
            ),
            "<<" | "<<-" => Target::Here(self.heredoc(&self.src[from_word..self.at], sign == "<<-")?),
            "<" => Target::Read(word),
            ">>" => Target::Append(word),
            "<&" | ">&" => Target::Same(word),
            _ => Target::Write(word),
        };
        Ok(Some(Redirect { fd: if both { 3 } else { fd.min(2) }, to }))
    }
    /// The lines that follow, up to the one that is the delimiter.
    fn heredoc(&mut self, delimiter: &str, tabs: bool) -> Parsed<Word> {
        let literal = delimiter.contains(['\'', '"', '\\']);
        let delimiter = delimiter.replace(['\'', '"', '\\'], "");
        let line_end = self.rest().find('\n').map_or(self.src.len(), |n| self.at + n + 1);
        let mut at = self.heredoc_end.unwrap_or(line_end);
        let mut text = String::new();
        while at < self.src.len() {
            let line = self.src[at..].split_inclusive('\n').next().unwrap_or_default();
            at += line.len();
            let line = if tabs { line.trim_start_matches('\t') } else { line };
            if line.trim_end_matches('\n') == delimiter {
                break;
            }
            text.push_str(line);
        }
        self.heredoc_end = Some(at);
        if literal {
            return Ok(super::word::quoted(text));
        }
        Parser::new(&text, self.dialect, self.depth).here_text()
    }
}

/// Whether a word may name a variable.
pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
