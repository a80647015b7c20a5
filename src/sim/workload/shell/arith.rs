//! `$((…))`: whole numbers of 64 bits that wrap.

/// How deep parentheses may nest.
const DEPTH_MAX: u32 = 30;

/// Where variables live.
pub(super) trait Variables {
    fn get(&mut self, name: &str) -> String;
    fn set(&mut self, name: &str, value: i64);
}

/// Works out an expression; the error is the shell's message.
pub(super) fn evaluate(text: &str, variables: &mut dyn Variables) -> Result<i64, &'static str> {
    let mut reader = Reader { rest: text, variables, depth: 0, dry: 0 };
    reader.blanks();
    if reader.rest.is_empty() {
        return Ok(0);
    }
    let value = reader.comma()?;
    if reader.rest.is_empty() { Ok(value) } else { Err(SYNTAX) }
}

const SYNTAX: &str = "arithmetic syntax error";

/// Binary operators, loosest first.
const LEVELS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

struct Reader<'a> {
    rest: &'a str,
    variables: &'a mut dyn Variables,
    depth: u32,
    /// Above zero in a branch that is not taken: nothing is assigned and nothing fails.
    dry: u32,
}

impl<'a> Reader<'a> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        if let Some(rest) = found {
            self.rest = rest;
            self.blanks();
        }
        found.is_some()
    }
    fn comma(&mut self) -> Result<i64, &'static str> {
        let mut value = self.ternary()?;
        while self.eat(",") {
            value = self.ternary()?;
        }
        Ok(value)
    }
    fn ternary(&mut self) -> Result<i64, &'static str> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("expression nests deeper than Podium's shell can follow");
        }
        let condition = self.binary(0)?;
        let value = if self.eat("?") {
            let yes = self.skipping(condition == 0, Self::ternary)?;
            if !self.eat(":") {
                return Err(SYNTAX);
            }
            let no = self.skipping(condition != 0, Self::ternary)?;
            if condition != 0 { yes } else { no }
        } else {
            condition
        };
        self.depth -= 1;
        Ok(value)
    }
    fn skipping(
        &mut self,
        skip: bool,
        inner: impl FnOnce(&mut Self) -> Result<i64, &'static str>,
    ) -> Result<i64, &'static str> {
        self.dry += u32::from(skip);
        let value = inner(self);
        self.dry -= u32::from(skip);
        value
    }
    fn binary(&mut self, level: usize) -> Result<i64, &'static str> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let found = operators.iter().find(|op| {
                let after = self.rest.strip_prefix(**op);
                after.is_some_and(|after| {
                    let longer = op.len() == 1 && after.starts_with(**op) && "|&<>".contains(**op);
                    let assigns = !matches!(**op, "==" | "!=" | "<=" | ">=") && after.starts_with('=');
                    !longer && !assigns
                })
            });
            let Some(op) = found else { return Ok(left) };
            self.eat(op);
            let skip = (*op == "||" && left != 0) || (*op == "&&" && left == 0);
            let right = self.skipping(skip, |r| r.binary(level + 1))?;
            left = self.apply(op, left, right)?;
        }
    }
    fn apply(&self, op: &str, a: i64, b: i64) -> Result<i64, &'static str> {
        if matches!(op, "/" | "%") && b == 0 {
            return if self.dry > 0 { Ok(0) } else { Err("divide by zero") };
        }
        Ok(match op {
            "||" => i64::from(a != 0 || b != 0),
            "&&" => i64::from(a != 0 && b != 0),
            "|" => a | b,
            "^" => a ^ b,
            "&" => a & b,
            "==" => i64::from(a == b),
            "!=" => i64::from(a != b),
            "<=" => i64::from(a <= b),
            ">=" => i64::from(a >= b),
            "<" => i64::from(a < b),
            ">" => i64::from(a > b),
            "<<" => a.wrapping_shl(b as u32),
            ">>" => a.wrapping_shr(b as u32),
            "+" => a.wrapping_add(b),
            "-" => a.wrapping_sub(b),
            "*" => a.wrapping_mul(b),
            "/" => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        })
    }
    fn unary(&mut self) -> Result<i64, &'static str> {
        // Signs are read in a loop, so that a long row of them needs no stack.
        let mut signs = Vec::new();
        loop {
            let step = if self.eat("++") {
                Some(1)
            } else if self.eat("--") {
                Some(-1)
            } else {
                None
            };
            if let Some(step) = step {
                let Some(name) = self.name() else { return Err(SYNTAX) };
                let value = self.number(name)?.wrapping_add(step);
                self.assign(name, value);
                return Ok(signed(&signs, value));
            }
            match self.rest.chars().next() {
                Some(sign @ ('!' | '~' | '-' | '+')) => {
                    self.eat(&self.rest[..1]);
                    signs.push(sign);
                }
                _ => break,
            }
        }
        let value = self.primary()?;
        Ok(signed(&signs, value))
    }
    fn primary(&mut self) -> Result<i64, &'static str> {
        if self.eat("(") {
            let value = self.comma()?;
            return if self.eat(")") { Ok(value) } else { Err(SYNTAX) };
        }
        if let Some(name) = self.name() {
            return self.variable(name);
        }
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let digits = &self.rest[..end];
        self.rest = &self.rest[end..];
        self.blanks();
        parse(digits).ok_or(SYNTAX)
    }
    fn variable(&mut self, name: &'a str) -> Result<i64, &'static str> {
        let operators = ["+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "|=", "^="];
        if let Some(op) = operators.into_iter().find(|op| self.rest.starts_with(op)) {
            self.eat(op);
            let right = self.ternary()?;
            let value = self.number(name)?;
            let value = self.apply(op.trim_end_matches('='), value, right)?;
            self.assign(name, value);
            return Ok(value);
        }
        if self.rest.starts_with('=') && !self.rest.starts_with("==") {
            self.eat("=");
            let value = self.ternary()?;
            self.assign(name, value);
            return Ok(value);
        }
        let value = self.number(name)?;
        if self.eat("++") {
            self.assign(name, value.wrapping_add(1));
        } else if self.eat("--") {
            self.assign(name, value.wrapping_sub(1));
        }
        Ok(value)
    }
    fn name(&mut self) -> Option<&'a str> {
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let name = &self.rest[..end];
        if !super::parse::is_name(name) {
            return None;
        }
        self.rest = &self.rest[end..];
        self.blanks();
        Some(name)
    }
    fn number(&mut self, name: &str) -> Result<i64, &'static str> {
        let value = self.variables.get(name);
        let value = value.trim();
        let (negative, digits) = value.strip_prefix('-').map_or((false, value), |rest| (true, rest));
        let number = if digits.is_empty() { Some(0) } else { parse(digits) };
        number.map(|n| if negative { n.wrapping_neg() } else { n }).ok_or(SYNTAX)
    }
    fn assign(&mut self, name: &str, value: i64) {
        if self.dry == 0 {
            self.variables.set(name, value);
        }
    }
}

fn signed(signs: &[char], value: i64) -> i64 {
    signs.iter().rev().fold(value, |value, sign| match sign {
        '!' => i64::from(value == 0),
        '~' => !value,
        '-' => value.wrapping_neg(),
        _ => value,
    })
}

/// `12`, `0x1f`, `017`, and `10#08` as bash writes it is not taken.
fn parse(digits: &str) -> Option<i64> {
    match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok().map(|n| n as i64),
        None if digits.len() > 1 && digits.starts_with('0') => i64::from_str_radix(digits, 8).ok(),
        None => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    impl Variables for BTreeMap<String, i64> {
        fn get(&mut self, name: &str) -> String {
            BTreeMap::get(self, name).map(i64::to_string).unwrap_or_default()
        }
        fn set(&mut self, name: &str, value: i64) {
            self.insert(name.to_owned(), value);
        }
    }

    #[test]
    fn expressions() {
        for (text, expected) in [
            ("1 + 2*3", Ok(7)),
            ("(1+2)*3 % 5", Ok(4)),
            ("x", Ok(5)),
            ("x++ + x", Ok(11)),
            ("x += 2, x", Ok(7)),
            ("x > 3 && x < 9 ? 10 : 20", Ok(10)),
            ("0 && 1/0", Ok(0)),
            ("1/0", Err("divide by zero")),
            ("!x + -2 - -3", Ok(1)),
            ("0x10 + 010", Ok(24)),
            ("1 << 4 | 1", Ok(17)),
            ("2 +", Err(SYNTAX)),
            ("", Ok(0)),
            ("9223372036854775807 + 1", Ok(i64::MIN)),
        ] {
            let mut variables = BTreeMap::from([("x".to_owned(), 5)]);
            assert_eq!(evaluate(text, &mut variables), expected, "{text}");
        }
        assert!(evaluate(&"(".repeat(1000), &mut BTreeMap::new()).is_err());
    }
}
