//! What a shell remembers: variables, functions, options, traps, and where input comes from and output goes.

use super::ast::Node;
use super::dialect::Dialect;
use crate::api::{Text, make_mut};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A variable.
#[derive(Clone, Hash, Debug, Default)]
pub(crate) struct Var {
    /// None if it was unset, which hides one of the container's environment.
    pub value: Option<Text>,
    /// Whether programs see it.
    pub exported: bool,
    /// All the elements, if it is an array of bash.
    pub items: Option<Rc<[Text]>>,
}

/// `set -e -u -x -o pipefail`.
#[derive(Clone, Copy, Hash, Debug, Default)]
pub(crate) struct Options {
    pub errexit: bool,
    pub nounset: bool,
    pub xtrace: bool,
    pub pipefail: bool,
}

/// A shell's memory. A copy shares everything until one side writes.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Shell {
    /// `$0`.
    pub name: Text,
    pub dialect: Dialect,
    /// The container's environment, below the variables.
    pub env: Rc<[(Text, Text)]>,
    pub vars: Rc<BTreeMap<Text, Var>>,
    pub functions: Rc<BTreeMap<Text, Rc<Node>>>,
    pub params: Rc<[Text]>,
    /// `$?`.
    pub status: i32,
    /// `$!`; 0 if there was none.
    pub background: u32,
    pub options: Options,
    /// From the name of a signal, or `EXIT`, to a script.
    pub traps: Rc<BTreeMap<Text, Text>>,
    pub directory: Text,
    /// The line of the command that runs.
    pub line: u32,
}

impl Shell {
    /// A fresh shell.
    pub fn new(name: Text, dialect: Dialect, env: Rc<[(Text, Text)]>) -> Shell {
        Shell {
            name,
            dialect,
            env,
            vars: Rc::default(),
            functions: Rc::default(),
            params: Rc::from([]),
            status: 0,
            background: 0,
            options: Options::default(),
            traps: Rc::default(),
            directory: "/".into(),
            line: 1,
        }
    }
    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&Text> {
        match self.vars.get(name) {
            Some(var) => var.value.as_ref(),
            None => self.env.iter().rev().find(|(key, _)| **key == *name).map(|(_, value)| value),
        }
    }
    /// Changes a variable; one that programs see stays so.
    pub fn set(&mut self, name: &str, value: Text) {
        let var = self.var(name);
        var.value = Some(value);
        var.items = None;
    }
    /// The variable itself, made if it is not there.
    pub fn var(&mut self, name: &str) -> &mut Var {
        if !self.vars.contains_key(name) {
            let from_env = self.env.iter().rev().find(|(key, _)| **key == *name);
            let var = Var {
                value: from_env.map(|(_, value)| value.clone()),
                exported: from_env.is_some(),
                items: None,
            };
            make_mut(&mut self.vars).insert(name.to_owned().into(), var);
        }
        make_mut(&mut self.vars).entry(name.to_owned().into()).or_default()
    }
    /// What programs see, in the order of the container's environment, then by name.
    pub fn exported(&self) -> Vec<(Text, Text)> {
        let mut seen: Vec<(Text, Text)> = Vec::new();
        for (name, _) in self.env.iter() {
            if let Some(value) = self.get(name)
                && !seen.iter().any(|(other, _)| other == name)
            {
                seen.push((name.clone(), value.clone()));
            }
        }
        for (name, var) in self.vars.iter().filter(|(_, var)| var.exported) {
            if let Some(value) = &var.value
                && !seen.iter().any(|(other, _)| other == name)
            {
                seen.push((name.clone(), value.clone()));
            }
        }
        seen
    }
    /// The absolute form of a path.
    pub fn path(&self, path: &str) -> String {
        let whole =
            if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", self.directory) };
        let mut parts = Vec::new();
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    }
}

/// Where output goes.
#[derive(Clone, PartialEq, Hash, Debug)]
pub(crate) enum Sink {
    Log,
    Null,
    File(Text),
    /// The capture of this number in its thread: a pipe, or `$(…)`.
    Capture(usize),
}

/// Where input comes from.
#[derive(Clone, Copy, PartialEq, Hash, Debug)]
pub(crate) enum Source {
    Null,
    /// The buffer of this number in its thread.
    Buffer(usize),
}

/// The three descriptors.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Fds {
    pub input: Source,
    pub out: Sink,
    pub err: Sink,
}
