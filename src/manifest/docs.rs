//! What types and fields are for, one sentence each: the table `docs.txt`, which is the one place where that is said.
//!
//! A line that begins in the first column opens a type: its name, `<` and the type whose sentences hold for it as well,
//! if there is one, and its sentence. Each line below it, indented by one space, is a field: its name, the words that
//! it may be given in brackets, if they are few, and its sentence. The type `*` holds what is the same everywhere.
//! What fields there are is said by `schema.txt`, and whether the simulation reads one by [`crate::api::Shape`].

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What there is to say of a type.
struct Type {
    /// Whose sentences hold for it as well.
    base: &'static str,
    says: &'static str,
    /// The lines of its fields.
    fields: &'static str,
}

/// What there is to say of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The words that it may be given, in alphabetical order with a space between; empty if they are not few.
    pub(super) words: &'static str,
    /// What it does, a sentence or two; empty if nothing is said of it.
    pub(super) says: &'static str,
}

fn table() -> &'static BTreeMap<&'static str, Type> {
    static TABLE: OnceLock<BTreeMap<&'static str, Type>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = BTreeMap::new();
        let mut rest = include_str!("docs.txt");
        while let Some((head, after)) = rest.split_once('\n') {
            // A type ends where a line does not begin with a space.
            let breaks = after.match_indices('\n').map(|(at, _)| at + 1);
            let starts = std::iter::once(0).chain(breaks);
            let mut ends = starts.filter(|at| !after[*at..].starts_with(' '));
            let end = ends.next().unwrap_or(after.len());
            let (name, says) = head.split_once(": ").expect("a type has a sentence");
            let (name, base) = name.split_once('<').unwrap_or((name, "*"));
            table.insert(name, Type { base, says, fields: &after[..end] });
            rest = &after[end..];
        }
        table
    })
}

/// What a type is for; empty if nothing is said of it.
pub(super) fn of_type(name: &str) -> &'static str {
    table().get(name).map_or("", |of| of.says)
}

/// What a field of a type is for.
pub(super) fn of_field(of: &str, name: &str) -> Said {
    let mut at = table().get(of).or_else(|| table().get("*"));
    while let Some(of) = at {
        let mut lines = of.fields.lines();
        let found = lines.find_map(|line| line[1..].strip_prefix(name)?.strip_prefix(' '));
        if let Some(text) = found {
            let words = text.strip_prefix('[').and_then(|rest| rest.split_once("] "));
            let (words, says) = words.unwrap_or(("", text));
            return Said { words, says };
        }
        at = table().get(of.base).filter(|base| !std::ptr::eq(*base, of));
    }
    Said::default()
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::super::schema::{self, Type};
    use super::*;
    use crate::api::{Kind, Shape};
    use std::collections::BTreeSet;

    /// Every type below a type.
    fn walk(of: &'static str, seen: &mut BTreeSet<&'static str>) {
        if of.is_empty() || !seen.insert(of) {
            return;
        }
        for field in schema::fields(of) {
            walk(field.ty.innermost(), seen);
        }
    }

    /// The kinds of which all is told: those that are acted upon, and those that lessons speak of.
    fn told() -> BTreeSet<&'static str> {
        let mut seen = BTreeSet::new();
        let also = [Kind::NetworkPolicy, Kind::Ingress, Kind::ServiceAccount];
        for kind in Kind::ALL.iter().filter(|k| k.info().simulated || also.contains(k)) {
            walk(schema::kind_type(*kind), &mut seen);
        }
        seen
    }

    #[test]
    fn every_type_and_field_has_a_sentence() {
        for of in told() {
            assert!(!of_type(of).is_empty(), "nothing is said of {of}");
            for field in schema::fields(of) {
                let said = of_field(of, field.name);
                assert!(said.says.ends_with(['.', '?']), "{of}.{}: {:?}", field.name, said.says);
            }
        }
    }

    #[test]
    fn no_sentence_is_for_what_does_not_exist() {
        let all = told();
        for (name, of) in table() {
            assert!(*name == "*" || all.contains(name), "{name}");
            assert!(table().contains_key(of.base), "{name} < {}", of.base);
            for line in of.fields.lines() {
                let field = line[1..].split(' ').next().expect("a name");
                // A sentence of many types must be some type's only one.
                let heirs = all.iter().filter(|t| *t == name || table()[*t].base == *name || *name == "*");
                let used = |t: &&&str| schema::field(t, field).is_some();
                assert!(heirs.clone().any(|t| used(&t)), "{name}.{field}");
            }
        }
    }

    #[test]
    fn words_are_those_that_are_read() {
        fn check(of: &'static str, shape: Shape, depth: u32) {
            let (Shape::Struct(fields), true) = (shape, depth < 12) else { return };
            for field in fields {
                let mut inner = (field.shape)();
                while let Shape::List(item) = inner {
                    inner = item();
                }
                if let Shape::Enum(words) = inner {
                    let mut words = words.to_vec();
                    words.sort_unstable();
                    let said = of_field(of, field.name);
                    let known: Vec<&str> = said.words.split(' ').collect();
                    let open = said.words.is_empty() || words.iter().all(|w| known.contains(w));
                    assert!(open, "{of}.{}: {words:?} are read", field.name);
                }
                let below = schema::field(of, field.name).map_or("", |f| f.ty.innermost());
                check(below, inner, depth + 1);
            }
        }
        for kind in Kind::ALL {
            check(schema::kind_type(*kind), kind.shape(), 0);
        }
        assert!(matches!(Type::of("s"), Type::Str));
        assert!(context::known(Kind::Pod, &[]).is_some());
    }
}
