//! A template's text → its nodes. Models text/template/parse.

use crate::api::{Text, Value};

/// A part of a template.
pub(super) enum Node {
    Text(String),
    Print(Pipe),
    If(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    Range(Pipe, Vec<Node>, Vec<Node>),
    Break,
    Continue,
}

/// `$a, $b := command | command`.
pub(super) struct Pipe {
    /// The variables that it sets.
    pub names: Vec<String>,
    /// Are they there already?
    pub assigns: bool,
    pub commands: Vec<Vec<Term>>,
}

/// A value, and the fields below it.
pub(super) struct Term {
    pub base: Base,
    pub fields: Vec<Text>,
}

pub(super) enum Base {
    Dot,
    Variable(String),
    Literal(Value),
    Function(String),
    Pipe(Box<Pipe>),
}

impl Term {
    /// As errors show it.
    pub fn said(&self) -> String {
        let base = match &self.base {
            Base::Literal(Value::Str(text)) => format!("{text:?}"),
            Base::Literal(value) => value.to_json(),
            Base::Variable(name) | Base::Function(name) => name.clone(),
            Base::Dot if self.fields.is_empty() => ".".to_owned(),
            Base::Dot => String::new(),
            Base::Pipe(_) => "(…)".to_owned(),
        };
        self.fields.iter().fold(base, |said, name| said + "." + name)
    }
}

/// A template may hold so many parts within parts.
const DEPTH_MAX: usize = 50;

/// Reads a whole template.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut parser = Parser { pieces: pieces(text)?, at: 0 };
    let (nodes, end) = parser.nodes(0)?;
    match end {
        None => Ok(nodes),
        Some(word) => Err(format!("unexpected {{{{{word}}}}}")),
    }
}

/// Text, or what stands in braces.
enum Piece {
    Text(String),
    Action(Vec<Token>),
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    /// A name, a number, `.a.b`, `$x.a`.
    Word(String),
    Quoted(String),
    /// `( ) | , := =`.
    Sign(&'static str),
    /// Fields of what stands in parentheses just before.
    Joined(String),
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut rest, mut trims) = (Vec::new(), text, false);
    loop {
        let at = rest.find("{{");
        let mut plain = &rest[..at.unwrap_or(rest.len())];
        if trims {
            plain = plain.trim_start();
        }
        let Some(at) = at else {
            pieces.push(Piece::Text(plain.to_owned()));
            return Ok(pieces);
        };
        let mut inner = &rest[at + 2..];
        if inner.starts_with('-') && inner[1..].starts_with([' ', '\t', '\n']) {
            plain = plain.trim_end();
            inner = &inner[1..];
        }
        pieces.push(Piece::Text(plain.to_owned()));
        let comment = inner.trim_start().strip_prefix("/*");
        let (tokens, after) = match comment {
            Some(comment) => (Vec::new(), comment.split_once("*/").ok_or("unclosed comment")?.1.trim_start()),
            None => tokens(inner)?,
        };
        trims = after.starts_with("-}}");
        let after = after.strip_prefix('-').unwrap_or(after);
        rest = after.strip_prefix("}}").ok_or("unclosed action")?;
        if comment.is_none() {
            pieces.push(Piece::Action(tokens));
        }
    }
}

/// The tokens up to the braces that close an action, and what stands from there.
fn tokens(text: &str) -> Result<(Vec<Token>, &str), String> {
    let (mut all, mut rest) = (Vec::new(), text);
    loop {
        let spaced = rest.len();
        rest = rest.trim_start();
        let spaced = spaced > rest.len();
        if rest.starts_with("}}") || (spaced && rest.starts_with("-}}")) {
            return Ok((all, rest));
        }
        let Some(first) = rest.chars().next() else { return Err("unclosed action".to_owned()) };
        let sign = ["(", ")", "|", ",", ":=", "="].into_iter().find(|s| rest.starts_with(s));
        if let Some(sign) = sign {
            all.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if matches!(first, '"' | '`') {
            let (word, after) = quoted(&rest[1..], first)?;
            all.push(Token::Quoted(word));
            rest = after;
        } else {
            let ends = |c: char| c.is_whitespace() || "()|,=:\"`}".contains(c);
            let end = rest.find(ends).unwrap_or(rest.len());
            if end == 0 {
                return Err(format!("unexpected {first:?} in command"));
            }
            let word = rest[..end].to_owned();
            let joined = !spaced && word.starts_with('.') && all.last() == Some(&Token::Sign(")"));
            all.push(if joined { Token::Joined(word) } else { Token::Word(word) });
            rest = &rest[end..];
        }
    }
}

fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let (mut word, mut chars) = (String::new(), text.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((word, &text[at + 1..])),
            '\\' if quote == '"' => match chars.next().map(|(_, c)| c) {
                Some('n') => word.push('\n'),
                Some('t') => word.push('\t'),
                Some('r') => word.push('\r'),
                Some(c) => word.push(c),
                None => break,
            },
            c => word.push(c),
        }
    }
    Err("unterminated quoted string".to_owned())
}

struct Parser {
    pieces: Vec<Piece>,
    at: usize,
}

impl Parser {
    /// Parts up to `end` or `else`, and which of them it was; `else` keeps what stands behind it for [`Parser::block`].
    fn nodes(&mut self, depth: usize) -> Result<(Vec<Node>, Option<String>), String> {
        if depth > DEPTH_MAX {
            return Err("template: exceeded maximum depth".to_owned());
        }
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.get_mut(self.at) {
            let mut tokens = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text(std::mem::take(text)));
                    self.at += 1;
                    continue;
                }
                Piece::Action(tokens) => std::mem::take(tokens),
            };
            self.at += 1;
            let word = match tokens.first() {
                Some(Token::Word(word)) => word.clone(),
                Some(_) => String::new(),
                None => return Err("missing value for command".to_owned()),
            };
            match word.as_str() {
                "end" => return Ok((nodes, Some(word))),
                "else" => {
                    tokens.remove(0);
                    self.at -= 1;
                    self.pieces[self.at] = Piece::Action(tokens);
                    return Ok((nodes, Some(word)));
                }
                "break" => nodes.push(Node::Break),
                "continue" => nodes.push(Node::Continue),
                "if" | "with" | "range" => nodes.push(self.block(&word, tokens[1..].to_vec(), depth)?),
                "define" | "template" | "block" => return Err(format!("{word} is not supported here")),
                _ => nodes.push(Node::Print(whole(tokens, depth)?)),
            }
        }
        Ok((nodes, None))
    }

    fn block(&mut self, word: &str, tokens: Vec<Token>, depth: usize) -> Result<Node, String> {
        if tokens.is_empty() {
            return Err(format!("missing value for {word}"));
        }
        let pipe = whole(tokens, depth)?;
        let (then, end) = self.nodes(depth + 1)?;
        let mut other = Vec::new();
        match end.as_deref() {
            None => return Err("unexpected EOF".to_owned()),
            Some("else") => {
                let Piece::Action(tokens) =
                    std::mem::replace(&mut self.pieces[self.at], Piece::Action(Vec::new()))
                else {
                    return Err("unexpected else".to_owned());
                };
                self.at += 1;
                match tokens.first() {
                    // `else if …` ends with the same `end`.
                    Some(Token::Word(next)) if next == word => {
                        other.push(self.block(word, tokens[1..].to_vec(), depth + 1)?);
                    }
                    Some(_) => return Err("expected end of else".to_owned()),
                    None => {
                        let (nodes, end) = self.nodes(depth + 1)?;
                        if end.as_deref() != Some("end") {
                            return Err("unexpected EOF".to_owned());
                        }
                        other = nodes;
                    }
                }
            }
            Some(_) => {}
        }
        Ok(match word {
            "if" => Node::If(pipe, then, other),
            "with" => Node::With(pipe, then, other),
            _ => Node::Range(pipe, then, other),
        })
    }
}

/// A pipeline that takes up all tokens.
fn whole(tokens: Vec<Token>, depth: usize) -> Result<Pipe, String> {
    let mut rest = tokens.into_iter().peekable();
    let pipe = pipe(&mut rest, depth)?;
    match rest.next() {
        None => Ok(pipe),
        Some(_) => Err("unexpected right paren".to_owned()),
    }
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<Token>>;

fn pipe(rest: &mut Tokens, depth: usize) -> Result<Pipe, String> {
    if depth > DEPTH_MAX {
        return Err("expression is nested too deeply".to_owned());
    }
    let mut pipe = Pipe { names: Vec::new(), assigns: false, commands: Vec::new() };
    let mut command = Vec::new();
    while rest.peek().is_some_and(|token| *token != Token::Sign(")")) {
        match rest.next().expect("just seen") {
            Token::Sign("|") if command.is_empty() => return Err("missing value for command".to_owned()),
            Token::Sign("|") => pipe.commands.push(std::mem::take(&mut command)),
            Token::Sign(sign @ ("," | ":=" | "=")) => match (command.pop(), command.is_empty()) {
                (Some(Term { base: Base::Variable(name), .. }), true) => {
                    pipe.names.push(name);
                    pipe.assigns = sign == "=";
                }
                _ => return Err(format!("unexpected {sign:?} in command")),
            },
            Token::Sign("(") => {
                let inner = self::pipe(rest, depth + 1)?;
                rest.next().ok_or("unclosed left paren")?;
                let mut term = Term { base: Base::Pipe(Box::new(inner)), fields: Vec::new() };
                if let Some(Token::Joined(fields)) = rest.peek() {
                    term.fields = names(fields);
                    rest.next();
                }
                command.push(term);
            }
            Token::Quoted(text) => {
                command.push(Term { base: Base::Literal(Value::Str(text.into())), fields: Vec::new() });
            }
            Token::Word(word) => command.push(term(&word)?),
            token => return Err(format!("unexpected {token:?} in command")),
        }
    }
    if command.is_empty() {
        return Err("missing value for command".to_owned());
    }
    pipe.commands.push(command);
    Ok(pipe)
}

fn names(fields: &str) -> Vec<Text> {
    fields.split('.').filter(|name| !name.is_empty()).map(|name| name.to_owned().into()).collect()
}

fn term(word: &str) -> Result<Term, String> {
    let plain = |base: Base| Term { base, fields: Vec::new() };
    if word.starts_with('.') {
        return Ok(Term { base: Base::Dot, fields: names(word) });
    }
    if word.starts_with('$') {
        let (name, fields) = word.split_once('.').unwrap_or((word, ""));
        return Ok(Term { base: Base::Variable(name.to_owned()), fields: names(fields) });
    }
    if word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        let number = word.parse().map(Value::Int).or_else(|_| word.parse().map(Value::Float));
        return number.map(|n| plain(Base::Literal(n))).map_err(|_| format!("bad number syntax: {word:?}"));
    }
    Ok(plain(match word {
        "true" => Base::Literal(Value::Bool(true)),
        "false" => Base::Literal(Value::Bool(false)),
        "nil" => Base::Literal(Value::Null),
        name if super::call::NAMES.contains(&name) => Base::Function(name.to_owned()),
        name => return Err(format!("function {name:?} not defined")),
    }))
}
