//! Quantities: `500m`, `64Mi`, `2`.

use super::{Decode, Shape, Text, Value};
use std::hash::{Hash, Hasher};

/// An amount of memory in bytes (or of anything counted whole), and the text it was written as.
#[derive(Clone, Debug, Default)]
pub struct Quantity {
    /// Bytes; fractions are rounded up.
    pub amount: i64,
    /// As written.
    pub text: Text,
}

/// An amount of CPU in thousandths of a core, and the text it was written as.
#[derive(Clone, Debug, Default)]
pub struct Cpu {
    /// Thousandths of a core, rounded up.
    pub millis: i64,
    /// As written.
    pub text: Text,
}

/// Reads a quantity in thousandths. Models apimachinery/pkg/api/resource: a decimal number with one suffix out of
/// `n u m k M G T P E`, `Ki Mi Gi Ti Pi Ei`, or an exponent.
pub fn parse_millis(s: &str) -> Option<i128> {
    let end = s.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))).unwrap_or(s.len());
    let (number, suffix) = s.split_at(end);
    let negative = number.starts_with('-');
    let digits = number.trim_start_matches(['+', '-']);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty()) || whole.len() > 18 || digits.contains(['+', '-']) {
        return None;
    }
    // Nine digits of fraction are all that the smallest suffix can use.
    let mut nanos: i128 = 0;
    for i in 0..9 {
        let digit = fraction.as_bytes().get(i).map_or(0, |b| (b - b'0') as i128);
        nanos = nanos * 10 + digit;
    }
    nanos += whole.parse::<i128>().unwrap_or(0) * 1_000_000_000;
    if negative {
        nanos = -nanos;
    }
    let (multiply, divide): (i128, i128) = match suffix {
        "n" => (1, 1_000_000_000),
        "u" => (1, 1_000_000),
        "m" => (1, 1_000),
        "" => (1, 1),
        "k" => (1_000, 1),
        "M" => (1_000_000, 1),
        "G" => (1_000_000_000, 1),
        "T" => (1_000_000_000_000, 1),
        "P" => (1_000_000_000_000_000, 1),
        "E" => (1_000_000_000_000_000_000, 1),
        "Ki" => (1 << 10, 1),
        "Mi" => (1 << 20, 1),
        "Gi" => (1 << 30, 1),
        "Ti" => (1 << 40, 1),
        "Pi" => (1 << 50, 1),
        "Ei" => (1 << 60, 1),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10i128.checked_pow(exponent.unsigned_abs().min(18))?;
            if exponent < 0 { (1, power) } else { (power, 1) }
        }
    };
    let scaled = nanos.checked_mul(multiply)?;
    // Quantities round away from zero: 0.1m of a core is still one thousandth.
    let unit = divide * 1_000_000;
    Some(scaled.div_euclid(unit) + i128::from(scaled.rem_euclid(unit) != 0))
}

/// The text of a quantity: a number in YAML is taken as its digits.
fn text_of(value: &Value) -> Text {
    match value {
        Value::Str(s) => s.clone(),
        Value::Int(n) => n.to_string().into(),
        Value::Float(x) => x.to_string().into(),
        _ => Text::default(),
    }
}

impl Quantity {
    /// Reads a quantity.
    pub fn parse(s: &str) -> Option<Quantity> {
        let millis = parse_millis(s)?;
        let amount = millis.div_euclid(1000) + i128::from(millis.rem_euclid(1000) != 0);
        Some(Quantity { amount: amount.clamp(0, i64::MAX as i128) as i64, text: s.to_owned().into() })
    }
}
impl Cpu {
    /// Reads a quantity of CPU.
    pub fn parse(s: &str) -> Option<Cpu> {
        let millis = parse_millis(s)?.clamp(0, i64::MAX as i128) as i64;
        Some(Cpu { millis, text: s.to_owned().into() })
    }
}
impl Decode for Quantity {
    fn shape() -> Shape {
        Shape::Quantity
    }
    fn decode(value: &Value) -> Self {
        Quantity::parse(&text_of(value)).unwrap_or_default()
    }
}
impl Decode for Cpu {
    fn shape() -> Shape {
        Shape::Quantity
    }
    fn decode(value: &Value) -> Self {
        Cpu::parse(&text_of(value)).unwrap_or_default()
    }
}
impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.amount == other.amount
    }
}
impl Eq for Quantity {}
impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.amount.hash(state);
    }
}
impl PartialEq for Cpu {
    fn eq(&self, other: &Self) -> bool {
        self.millis == other.millis
    }
}
impl Eq for Cpu {}
impl Hash for Cpu {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.millis.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        let cases = [
            ("1", Some(1_000)),
            ("500m", Some(500)),
            ("0.1", Some(100)),
            ("64Mi", Some((64 << 20) * 1000)),
            ("1e3", Some(1_000_000)),
            ("1500u", Some(2)),
            (".5", Some(500)),
            ("-1", Some(-1000)),
            ("abc", None),
            ("1x", None),
            ("", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse_millis(text), want, "{text}");
        }
    }
}
