//! Formatting, as data and over random texts: nothing changes what they say, and a second time changes nothing at all.

use super::super::{Fix, parse};
use proptest::prelude::*;

fn formatted(text: &str) -> Result<String, String> {
    super::format(text).map(|edits| Fix { title: String::new(), edits }.applied(text))
}

fn check(text: &str, want: &str) {
    let once = formatted(text).expect("it is YAML");
    assert_eq!(once, want, "{text}");
    assert_eq!(formatted(&once).as_deref(), Ok(want), "a second time");
}

#[test]
fn lines_stand_two_further_to_the_right_for_each_level() {
    check("a:\n    b: 1\n    c:\n          d: 2\n", "a:\n  b: 1\n  c:\n    d: 2\n");
    check("  a: 1\n  b: 2\n", "a: 1\nb: 2\n");
    // Whoever wrote the first list decides about dashes.
    check("a:\n- b: 1\n  c:\n    - 2\n", "a:\n- b: 1\n  c:\n  - 2\n");
    check("a:\n    - b: 1\n      c:\n      - 2\n", "a:\n  - b: 1\n    c:\n      - 2\n");
    check("a:\n-   b: 1\n    c: 2\n-  - 3\n   -   4\n", "a:\n- b: 1\n  c: 2\n- - 3\n  - 4\n");
    check("a:\n  -\n    b: 1\n", "a:\n  -\n    b: 1\n");
    check("a:\n   b: 1\n---\n   c: 1\n   d:\n       e: 1\n", "a:\n  b: 1\n---\nc: 1\nd:\n  e: 1\n");
}

#[test]
fn comments_quotes_and_blocks_stay() {
    check(
        "a:   # first\n     # second\n     b: 'x'   # third\n\n     \n# fourth\n     c: \"1\"\n     # fifth\nd: 1\n# last\n",
        "a:   # first\n  # second\n  b: 'x'   # third\n\n\n  # fourth\n  c: \"1\"\n  # fifth\nd: 1\n# last\n",
    );
    check(
        "a:\n    b: |\n        #!/bin/sh\n        if x\n          y\n\n    c: >-\n      z\n",
        "a:\n  b: |\n      #!/bin/sh\n      if x\n        y\n\n  c: >-\n    z\n",
    );
    check("a:\n    b: |2\n        x\n      y\n    c: 1\n", "a:\n  b: |2\n      x\n    y\n  c: 1\n");
    check(
        "a:\n    b: [1,\n        2]\n    c: {d: 1,\n      e: 2}\n",
        "a:\n  b: [1,\n      2]\n  c: {d: 1,\n    e: 2}\n",
    );
    check(
        "a:\n    b: one\n       two\n    c: \"one\n      two\"\n",
        "a:\n  b: one\n     two\n  c: \"one\n    two\"\n",
    );
    check("a:\n    b: &x\n        c: 1\n    d: *x\n", "a:\n  b: &x\n    c: 1\n  d: *x\n");
    check("a:\r\n    b: 1\r\n", "a:\r\n  b: 1\r\n");
    check("", "");
    check("# only a comment\n", "# only a comment\n");
}

#[test]
fn what_is_not_yaml_is_left_as_it_is() {
    let why = formatted("a:\n  b: 1\n c: 2\n").expect_err("it is broken");
    assert!(why.starts_with("Line 3: "), "{why}");
}

/// A tree, and how it is written.
#[derive(Clone, Debug)]
enum Node {
    Scalar(usize),
    List(Vec<Node>, usize, bool),
    Map(Vec<Node>, usize),
}

const SCALARS: [&str; 10] =
    ["1", "word", "'a # b'", "\"x: y\"", "two words # why", "[1, 2]", "{a: [b]}", "~", "-1", "http://x"];

fn node() -> impl Strategy<Value = Node> {
    let leaf = (0..SCALARS.len() + 2).prop_map(Node::Scalar);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let many = prop::collection::vec(inner, 1..4);
        prop_oneof![
            (many.clone(), 1..5usize, any::<bool>()).prop_map(|(n, by, flat)| Node::List(n, by, flat)),
            (many, 1..6usize).prop_map(|(n, by)| Node::Map(n, by)),
        ]
    })
}

/// Writes a node whose first line goes on at `column`, the others begin there.
fn write(node: &Node, column: usize, out: &mut String) {
    let pad = " ".repeat(column);
    match node {
        Node::Map(all, by) => {
            for (i, n) in all.iter().enumerate() {
                if i > 0 {
                    out.push_str(&pad);
                }
                out.push_str(&format!("k{i}:"));
                below(n, column, *by, out);
                if *by == 3 {
                    out.push_str(&format!("{pad}# said of k{i}\n"));
                }
            }
        }
        Node::List(all, by, _) => {
            for (i, n) in all.iter().enumerate() {
                if i > 0 {
                    out.push_str(&pad);
                }
                out.push('-');
                match n {
                    Node::Scalar(_) => below(n, column, *by, out),
                    _ => {
                        out.push_str(&" ".repeat(*by));
                        write(n, column + 1 + by, out);
                    }
                }
            }
        }
        Node::Scalar(_) => below(node, column, 2, out),
    }
}

/// Writes a node behind a key or a dash in a column.
fn below(node: &Node, column: usize, by: usize, out: &mut String) {
    let pad = |n: usize| " ".repeat(n);
    match node {
        Node::Scalar(n) if *n == SCALARS.len() => {
            let inner = pad(column + by);
            out.push_str(&format!(" |\n{inner}text\n{inner}  # no comment\n\n{inner}- more\n"));
        }
        Node::Scalar(n) if *n > SCALARS.len() => {
            out.push_str(&format!(" plain\n{}  goes on\n", pad(column + by)))
        }
        Node::Scalar(n) => out.push_str(&format!(" {}\n", SCALARS[*n])),
        Node::List(_, _, true) => {
            out.push_str(&format!("\n{}", pad(column)));
            write(node, column, out);
        }
        Node::List(..) | Node::Map(..) => {
            out.push_str(&format!("  # below\n{}", pad(column + by)));
            write(node, column + by, out);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]
    #[test]
    fn any_text_says_the_same_after_it(node in node(), first in 0..3usize) {
        let mut text = " ".repeat(first);
        write(&node, first, &mut text);
        let values = |text: &str| parse(text).documents.into_iter().map(|d| d.value).collect::<Vec<_>>();
        let broken = super::format(&text).err();
        // Whoever wrote it wrote YAML, or else the test shows nothing.
        prop_assert_eq!(broken, None, "{}", text);
        let once = formatted(&text).expect("just seen");
        prop_assert_eq!(values(&once), values(&text));
        prop_assert_eq!(formatted(&once), Ok(once));
    }
}
