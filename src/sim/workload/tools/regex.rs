//! Regular expressions for `grep`, `sed`, `awk` and `[[ =~ ]]`: a backtracking matcher that gives up in time.

use crate::sim::workload::shell::bracket;

/// Characters of an expression.
const PATTERN_MAX: usize = 256;
/// How deep groups may nest.
const DEPTH_MAX: usize = 20;
/// Steps of one search; what has not matched by then does not match.
const FUEL: u32 = 100_000;
/// How often a group may repeat.
const GROUP_REPEATS_MAX: usize = 100;

#[derive(Debug)]
enum Item {
    Char(char),
    Any,
    Set(Vec<char>),
    Start,
    End,
    Group(usize, Vec<Vec<Item>>),
    Repeat(Box<Item>, usize, usize),
}

/// A compiled expression.
#[derive(Debug)]
pub(in super::super) struct Regex {
    alternatives: Vec<Vec<Item>>,
    groups: usize,
    ignore_case: bool,
}

/// Where an expression was found: the whole, then its groups, in characters.
pub(super) type Found = Vec<Option<(usize, usize)>>;

impl Regex {
    /// An extended expression (ERE).
    pub fn extended(pattern: &str) -> Option<Regex> {
        Regex::compile(pattern, true)
    }
    /// A basic expression (BRE), in which `\(` and `\|` are signs and `(` is not.
    pub fn basic(pattern: &str) -> Option<Regex> {
        Regex::compile(pattern, false)
    }
    fn compile(pattern: &str, extended: bool) -> Option<Regex> {
        let chars: Vec<char> = pattern.chars().collect();
        let mut reader = Reader { chars: &chars, at: 0, groups: 0, depth: 0, extended };
        let alternatives = reader.alternatives()?;
        let whole = reader.at == chars.len() && chars.len() <= PATTERN_MAX;
        whole.then_some(Regex { alternatives, groups: reader.groups, ignore_case: false })
    }
    /// The same, with upper and lower case alike.
    pub fn ignoring_case(self) -> Regex {
        Regex { ignore_case: true, ..self }
    }
    /// The first place where it matches.
    pub fn find(&self, text: &str, cost: &mut u32) -> Option<Found> {
        let text: Vec<char> = text.chars().collect();
        self.find_from(&text, 0, cost)
    }
    /// The first place, from this character on.
    pub fn find_from(&self, text: &[char], from: usize, cost: &mut u32) -> Option<Found> {
        let lower: Vec<char>;
        let text = if self.ignore_case {
            lower = text.iter().map(|c| c.to_ascii_lowercase()).collect();
            &lower
        } else {
            text
        };
        let mut matcher =
            Matcher { text, groups: vec![None; self.groups + 1], fuel: FUEL, ignore_case: self.ignore_case };
        let found = (from..=text.len()).find_map(|start| {
            self.alternatives.iter().find_map(|items| {
                let mut end = 0;
                let matched = matcher.run(items, start, &mut |_, at| {
                    end = at;
                    true
                });
                matched.then_some((start, end))
            })
        });
        *cost = cost.saturating_add((FUEL - matcher.fuel) / 16);
        let mut groups = matcher.groups;
        found.map(|whole| {
            groups[0] = Some(whole);
            groups
        })
    }
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
    groups: usize,
    depth: usize,
    extended: bool,
}

impl Reader<'_> {
    fn eat(&mut self, sign: char) -> bool {
        let rest = &self.chars[self.at..];
        let length = match rest {
            [c, ..] if self.extended && *c == sign => 1,
            ['\\', c, ..] if !self.extended && *c == sign => 2,
            _ => 0,
        };
        self.at += length;
        length > 0
    }
    fn alternatives(&mut self) -> Option<Vec<Vec<Item>>> {
        let mut all = vec![self.sequence()?];
        while self.eat('|') {
            all.push(self.sequence()?);
        }
        Some(all)
    }
    fn closes(&self) -> bool {
        let closer = |c: &char| *c == '|' || (*c == ')' && self.depth > 0);
        match &self.chars[self.at..] {
            [] => true,
            [c, ..] if self.extended => closer(c),
            ['\\', c, ..] => closer(c),
            _ => false,
        }
    }
    fn sequence(&mut self) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        while !self.closes() {
            let atom = self.atom(items.is_empty())?;
            let item = self.repeated(atom)?;
            items.push(item);
        }
        Some(items)
    }
    fn atom(&mut self, first: bool) -> Option<Item> {
        if self.eat('(') {
            self.groups += 1;
            self.depth += 1;
            let number = self.groups;
            if self.depth > DEPTH_MAX {
                return None;
            }
            let inner = self.alternatives()?;
            let closed = self.eat(')');
            self.depth -= 1;
            return closed.then_some(Item::Group(number, inner));
        }
        let c = *self.chars.get(self.at)?;
        self.at += 1;
        Some(match c {
            '.' => Item::Any,
            '^' if self.extended || first => Item::Start,
            '$' if self.extended || self.closes() => Item::End,
            '[' => {
                let (_, length) = bracket(&self.chars[self.at - 1..], 'a')?;
                let set = self.chars[self.at - 1..self.at - 1 + length].to_vec();
                self.at += length - 1;
                Item::Set(set)
            }
            '\\' => {
                let escaped = *self.chars.get(self.at)?;
                self.at += 1;
                match escaped {
                    'n' => Item::Char('\n'),
                    't' => Item::Char('\t'),
                    'd' => Item::Set("[0-9]".chars().collect()),
                    's' => Item::Set("[[:space:]]".chars().collect()),
                    'S' => Item::Set("[^[:space:]]".chars().collect()),
                    'w' => Item::Set("[[:alnum:]_]".chars().collect()),
                    'W' => Item::Set("[^[:alnum:]_]".chars().collect()),
                    other => Item::Char(other),
                }
            }
            other => Item::Char(other),
        })
    }
    fn repeated(&mut self, atom: Item) -> Option<Item> {
        let (least, most) = if self.chars.get(self.at) == Some(&'*') {
            self.at += 1;
            (0, usize::MAX)
        } else if self.eat('+') {
            (1, usize::MAX)
        } else if self.eat('?') {
            (0, 1)
        } else if self.eat('{') {
            let least = self.count()?;
            let most = match self.chars.get(self.at) {
                Some(',') => {
                    self.at += 1;
                    self.count().unwrap_or(usize::MAX)
                }
                _ => least,
            };
            if !self.eat('}') {
                return None;
            }
            (least, most)
        } else {
            return Some(atom);
        };
        Some(Item::Repeat(Box::new(atom), least, most))
    }
    fn count(&mut self) -> Option<usize> {
        let digits = self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let text: String = self.chars[self.at..self.at + digits].iter().collect();
        self.at += digits;
        text.parse().ok().filter(|n| *n <= 1000)
    }
}

struct Matcher<'t> {
    text: &'t [char],
    groups: Found,
    fuel: u32,
    ignore_case: bool,
}

type Then<'a> = &'a mut dyn FnMut(&mut Matcher, usize) -> bool;

impl Matcher<'_> {
    fn one(&self, item: &Item, at: usize) -> bool {
        let Some(c) = self.text.get(at) else { return false };
        match item {
            Item::Char(expected) if self.ignore_case => expected.to_ascii_lowercase() == *c,
            Item::Char(expected) => expected == c,
            Item::Any => true,
            Item::Set(set) => {
                let holds = |c: char| bracket(set, c).is_some_and(|(holds, _)| holds);
                holds(*c) || (self.ignore_case && holds(c.to_ascii_uppercase()))
            }
            _ => false,
        }
    }
    fn run(&mut self, mut items: &[Item], mut at: usize, then: Then) -> bool {
        loop {
            if self.fuel == 0 {
                return false;
            }
            self.fuel -= 1;
            let Some((first, rest)) = items.split_first() else { return then(self, at) };
            match first {
                Item::Start if at != 0 => return false,
                Item::End if at != self.text.len() => return false,
                Item::Start | Item::End => {}
                Item::Group(number, alternatives) => {
                    return self.group(*number, alternatives, at, &mut |m, end| m.run(rest, end, then));
                }
                Item::Repeat(inner, least, most) => {
                    if let Item::Group(..) | Item::Repeat(..) = **inner {
                        return self.groups_in_a_row(inner, *least, *most, 0, at, &mut |m, end| {
                            m.run(rest, end, then)
                        });
                    }
                    let most = (*most).min(self.text.len() - at);
                    let count = (0..most).take_while(|n| self.one(inner, at + n)).count();
                    self.fuel = self.fuel.saturating_sub(count as u32 / 4);
                    return (*least..=count).rev().any(|n| self.run(rest, at + n, then));
                }
                single if self.one(single, at) => at += 1,
                _ => return false,
            }
            items = rest;
        }
    }
    fn group(&mut self, number: usize, alternatives: &[Vec<Item>], at: usize, then: Then) -> bool {
        alternatives.iter().any(|items| {
            self.run(items, at, &mut |m, end| {
                let before = m.groups[number].replace((at, end));
                let matched = then(m, end);
                if !matched {
                    m.groups[number] = before;
                }
                matched
            })
        })
    }
    fn groups_in_a_row(
        &mut self,
        inner: &Item,
        least: usize,
        most: usize,
        done: usize,
        at: usize,
        then: Then,
    ) -> bool {
        if done < most.min(GROUP_REPEATS_MAX) {
            let again = self.run(std::slice::from_ref(inner), at, &mut |m, end| {
                end > at && m.groups_in_a_row(inner, least, most, done + 1, end, then)
            });
            if again {
                return true;
            }
        }
        done >= least && then(self, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for (pattern, text, expected) in [
            ("b+", "abbc", Some((1, 3))),
            ("^a.*c$", "abbc", Some((0, 4))),
            ("^b", "ab", None),
            ("(a|b)+c", "xabac", Some((1, 5))),
            ("[0-9]{2,3}", "a1234", Some((1, 4))),
            ("x{2}", "axxx", Some((1, 3))),
            ("a?b", "b", Some((0, 1))),
            ("(a*)*b", &"a".repeat(3000), None),
            ("\\.", "a.b", Some((1, 2))),
            ("", "a", Some((0, 0))),
        ] {
            let found = Regex::extended(pattern).unwrap().find(text, &mut 0);
            assert_eq!(found.map(|f| f[0].unwrap()), expected, "{pattern}");
        }
        assert_eq!(
            Regex::basic("\\(a\\)b*").unwrap().find("xabb", &mut 0).unwrap(),
            [Some((1, 4)), Some((1, 2))]
        );
        assert!(Regex::basic("a|b").unwrap().find("b", &mut 0).is_none());
        assert!(Regex::extended("(").is_none() && Regex::extended("a{").is_none());
        assert!(Regex::extended(&"(".repeat(200)).is_none());
        assert!(Regex::extended("HELLO").unwrap().ignoring_case().find("say hello", &mut 0).is_some());
    }
}
