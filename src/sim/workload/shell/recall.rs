//! Scripts that were read lately. Thousands of pods run the same one.

use super::ast::Node;
use super::dialect::Dialect;
use super::parse::{self, Fault};
use std::cell::RefCell;
use std::rc::Rc;

/// How many scripts are remembered, and how long each may be.
const REMEMBERED_MAX: usize = 16;
const REMEMBERED_BYTES_MAX: usize = 4_096;

thread_local! {
    /// The latest last. Reading a script is a pure function, so nobody can tell whether it was done again.
    static REMEMBERED: RefCell<Vec<(Dialect, String, Rc<Node>)>> = const { RefCell::new(Vec::new()) };
}

/// Reads a whole script as [`parse::parse`] does, unless it is remembered.
pub(super) fn script(script: &str, dialect: Dialect) -> Result<Rc<Node>, (u32, Fault)> {
    if script.len() > REMEMBERED_BYTES_MAX {
        return parse::parse(script, dialect);
    }
    REMEMBERED.with_borrow_mut(|all| {
        let known = all.iter().rposition(|(d, text, _)| *d == dialect && text == script);
        if let Some(i) = known {
            return Ok(Rc::clone(&all[i].2));
        }
        let node = parse::parse(script, dialect)?;
        if all.len() >= REMEMBERED_MAX {
            all.remove(0);
        }
        all.push((dialect, script.to_owned(), Rc::clone(&node)));
        Ok(node)
    })
}
