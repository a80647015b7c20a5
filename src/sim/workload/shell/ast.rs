//! The syntax tree of a script.

use crate::api::Text;
use std::rc::Rc;

/// One word of a command, before expansion.
pub(crate) type Word = Rc<[Part]>;

/// A piece of a word.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) enum Part {
    /// Literal characters.
    Text { text: Text, quoted: bool },
    /// `$x`, `${x:-y}`, `${x[i]}`.
    Param { name: Text, index: Option<Word>, op: Op, quoted: bool },
    /// `$(…)` or back-quotes.
    Command { body: Rc<Node>, quoted: bool },
    /// `$((…))`.
    Arith { expr: Word, quoted: bool },
}

/// What is done to a parameter's value.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) enum Op {
    Get,
    Length,
    /// `-`, `=`, `?` or `+`; with a colon an empty value counts as unset.
    Unset {
        sign: char,
        colon: bool,
        word: Word,
    },
    Trim {
        prefix: bool,
        longest: bool,
        pattern: Word,
    },
    Replace {
        all: bool,
        pattern: Word,
        with: Word,
    },
    Slice {
        from: Word,
        length: Option<Word>,
    },
}

/// `name=value` before a command.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) struct Assign {
    pub name: Text,
    /// `name[index]=value`, of bash.
    pub index: Option<Word>,
    /// `name+=value`, of bash.
    pub append: bool,
    pub value: Value,
}

/// The right side of an assignment.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) enum Value {
    Word(Word),
    /// `(a b c)`, of bash.
    Array(Vec<Word>),
}

/// A redirection.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) struct Redirect {
    /// The descriptor: 0, 1, 2, or 3 for both 1 and 2 (`&>`).
    pub fd: u8,
    pub to: Target,
}

/// Where a redirection leads.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) enum Target {
    Read(Word),
    Write(Word),
    Append(Word),
    /// `>&2`; `-` closes.
    Same(Word),
    /// A here-document or here-string.
    Here(Word),
}

/// Whether a word holds a command substitution, also deep inside.
pub(crate) fn substitutes(word: &[Part]) -> bool {
    word.iter().any(|part| match part {
        Part::Text { .. } => false,
        Part::Command { .. } => true,
        Part::Arith { expr, .. } => substitutes(expr),
        Part::Param { index, op, .. } => {
            let inner: [Option<&Word>; 2] = match op {
                Op::Get | Op::Length => [None, None],
                Op::Unset { word, .. } => [Some(word), None],
                Op::Trim { pattern, .. } => [Some(pattern), None],
                Op::Replace { pattern, with, .. } => [Some(pattern), Some(with)],
                Op::Slice { from, length } => [Some(from), length.as_ref()],
            };
            inner.into_iter().chain([index.as_ref()]).flatten().any(|word| substitutes(word))
        }
    })
}

/// A command of any kind. Lists are vectors, so that only real nesting makes a tree deep.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) enum Node {
    Simple {
        assigns: Vec<Assign>,
        words: Vec<Word>,
        redirects: Vec<Redirect>,
        line: u32,
    },
    Pipe(Vec<Rc<Node>>),
    Not(Rc<Node>),
    /// `a && b || c`: the flag is true for `&&`.
    AndOr {
        first: Rc<Node>,
        rest: Vec<(bool, Rc<Node>)>,
    },
    Seq(Vec<Rc<Node>>),
    Background(Rc<Node>),
    If {
        condition: Rc<Node>,
        then: Rc<Node>,
        otherwise: Option<Rc<Node>>,
    },
    While {
        condition: Rc<Node>,
        body: Rc<Node>,
        until: bool,
    },
    For {
        name: Text,
        words: Option<Vec<Word>>,
        body: Rc<Node>,
    },
    Case {
        word: Word,
        arms: Vec<(Vec<Word>, Rc<Node>)>,
    },
    Function {
        name: Text,
        body: Rc<Node>,
    },
    Subshell(Rc<Node>),
    Redirected {
        body: Rc<Node>,
        redirects: Vec<Redirect>,
    },
    /// `[[ … ]]`.
    Test(Vec<Word>),
    /// `(( … ))`.
    Arith(Word),
}

impl Node {
    /// Whether the words of this node itself hold a command substitution.
    pub fn substitutes(&self) -> bool {
        let any = |words: &[Word]| words.iter().any(|word| substitutes(word));
        let redirected = |redirects: &[Redirect]| {
            redirects.iter().any(|redirect| match &redirect.to {
                Target::Read(word) | Target::Write(word) | Target::Append(word) => substitutes(word),
                Target::Same(word) | Target::Here(word) => substitutes(word),
            })
        };
        match self {
            Node::Simple { assigns, words, redirects, .. } => {
                let assigned = assigns.iter().any(|assign| match &assign.value {
                    Value::Word(word) => {
                        substitutes(word) || assign.index.as_ref().is_some_and(|i| substitutes(i))
                    }
                    Value::Array(words) => any(words),
                });
                assigned || any(words) || redirected(redirects)
            }
            Node::Redirected { redirects, .. } => redirected(redirects),
            Node::For { words: Some(words), .. } => any(words),
            Node::Case { word, arms } => substitutes(word) || arms.iter().any(|(patterns, _)| any(patterns)),
            Node::Test(words) => any(words),
            Node::Arith(expr) => substitutes(expr),
            _ => false,
        }
    }
}
