//! Quantities in the one form in which the API server writes them: `0.5Gi` becomes `512Mi`, `2.0` becomes `2`.
//! Models apimachinery pkg/api/resource/quantity.go: ParseQuantity, CanonicalizeBytes.

/// What the suffix says about how an amount is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Decimal,
    Binary,
    Exponent,
}

const NANO: i128 = 1_000_000_000;

/// An amount in billionths, and its form.
fn parse(text: &str) -> Option<(i128, Form)> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (scale, form): (i32, Form) = match suffix {
        "n" => (-9, Form::Decimal),
        "u" => (-6, Form::Decimal),
        "m" => (-3, Form::Decimal),
        "" => (0, Form::Decimal),
        "k" => (3, Form::Decimal),
        "M" => (6, Form::Decimal),
        "G" => (9, Form::Decimal),
        "T" => (12, Form::Decimal),
        "P" => (15, Form::Decimal),
        "E" => (18, Form::Decimal),
        "Ki" => (10, Form::Binary),
        "Mi" => (20, Form::Binary),
        "Gi" => (30, Form::Binary),
        "Ti" => (40, Form::Binary),
        "Pi" => (50, Form::Binary),
        "Ei" => (60, Form::Binary),
        _ => (suffix.strip_prefix(['e', 'E'])?.parse::<i32>().ok()?.clamp(-30, 18), Form::Exponent),
    };
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let good = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !good(whole) || !good(fraction) || whole.len() > 19 {
        return None;
    }
    // Eighteen digits behind the point are more than any amount that is told apart.
    let fraction = &fraction[..fraction.len().min(18)];
    let mantissa: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let places = fraction.len() as i32;
    let nanos = if form == Form::Binary {
        divide_up(mantissa.checked_mul(NANO)?.checked_mul(1i128 << scale)?, 10i128.pow(places as u32))
    } else {
        let power = scale + 9 - places;
        match power {
            0.. => mantissa.checked_mul(10i128.checked_pow(power as u32)?)?,
            _ => divide_up(mantissa, 10i128.checked_pow((-power) as u32).unwrap_or(i128::MAX)),
        }
    };
    Some((if number.starts_with('-') { -nanos } else { nanos }, form))
}

/// Amounts are rounded away from zero.
fn divide_up(a: i128, b: i128) -> i128 {
    a / b + i128::from(a % b != 0)
}

/// The amount in billionths, to be compared.
pub fn nanos(text: &str) -> Option<i128> {
    parse(text).map(|(n, _)| n)
}

/// The sum of two amounts, in the form of the first unless that is nothing.
/// Models apimachinery pkg/api/resource/quantity.go: Add.
pub fn sum(a: &str, b: &str) -> String {
    let read = |text| parse(text).unwrap_or((0, Form::Decimal));
    let ((a, form), (b, other)) = (read(a), read(b));
    write(a.saturating_add(b), if a == 0 { other } else { form })
}

/// So many billionths in the form in which CPU is written.
pub fn decimal(nanos: i128) -> String {
    write(nanos, Form::Decimal)
}

/// So many bytes in the form in which memory is written.
pub fn binary(bytes: i64) -> String {
    write(i128::from(bytes) * NANO, Form::Binary)
}

/// The one way to write an amount; `round_up_nanos` is the smallest unit that is kept.
pub(super) fn canonical(text: &str, round_up_nanos: i128) -> Option<String> {
    let (nanos, form) = parse(text)?;
    let size = divide_up(nanos.abs(), round_up_nanos) * round_up_nanos;
    Some(write(if nanos < 0 { -size } else { size }, form))
}

/// Models quantity.go: CanonicalizeBytes.
fn write(nanos: i128, mut form: Form) -> String {
    let size = nanos.abs();
    if form == Form::Binary && size < 1024 * NANO {
        form = Form::Decimal;
    }
    let (number, suffix) = match form {
        Form::Binary => {
            let (mut n, mut step) = (divide_up(size, NANO), 0);
            while n % 1024 == 0 && step < 6 {
                (n, step) = (n / 1024, step + 1);
            }
            (n, ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][step].to_owned())
        }
        Form::Decimal | Form::Exponent => {
            let (mut n, mut power) = (size, -9i32);
            while n != 0 && n % 1000 == 0 && power < 18 {
                (n, power) = (n / 1000, power + 3);
            }
            let suffix = match (form, power) {
                _ if n == 0 => String::new(),
                (Form::Exponent, 0) => String::new(),
                (Form::Exponent, power) => format!("e{power}"),
                (_, power) => {
                    ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][(power / 3 + 3) as usize].to_owned()
                }
            };
            (n, suffix)
        }
    };
    format!("{}{number}{suffix}", if nanos < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_one_form() {
        let cases = [
            ("0.5Gi", "512Mi"),
            ("2.0", "2"),
            ("1500m", "1500m"),
            ("1000m", "1"),
            ("0.1", "100m"),
            ("1000000Ki", "1000000Ki"),
            ("1024Mi", "1Gi"),
            ("512", "512"),
            ("1Ki", "1Ki"),
            ("0.5Ki", "512"),
            ("1e3", "1e3"),
            ("5000M", "5G"),
            ("0", "0"),
            ("-1", "-1"),
            ("100u", "1m"),
        ];
        for (text, want) in cases {
            assert_eq!(canonical(text, 1_000_000).as_deref(), Some(want), "{text}");
        }
        assert_eq!(sum("0", "64Mi"), "64Mi");
        assert_eq!(sum("64Mi", "1G"), "1067108864");
        assert_eq!(sum("900m", "100m"), "1");
        assert_eq!((decimal(250_000_000), binary(3 << 20)), ("250m".into(), "3Mi".into()));
        assert_eq!(canonical("1x", 1), None);
        assert_eq!(canonical("--1", 1), None);
    }
}
