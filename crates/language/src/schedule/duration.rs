//! Stretches of time: `1h30m`, `-1.5s`; numbers, each with its unit.

/// In nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    // The sign of the unit and the Greek letter look the same.
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads one, in nanoseconds; none when it is none, or longer than 292 years.
pub(super) fn read(text: &str) -> Option<i64> {
    let (negative, plain) = match text.strip_prefix('-') {
        Some(plain) => (true, plain),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if plain == "0" {
        return Some(0);
    }
    if plain.is_empty() {
        return None;
    }
    let mut rest = plain;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let (whole, behind) = cut(rest, |c| c.is_ascii_digit());
        let (fraction, behind) = match behind.strip_prefix('.') {
            Some(behind) => cut(behind, |c| c.is_ascii_digit()),
            None => ("", behind),
        };
        let (unit, behind) = cut(behind, |c| !c.is_ascii_digit() && c != '.');
        let (_, nanoseconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let whole: u64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        let part = part(fraction, *nanoseconds);
        sum = whole
            .checked_mul(*nanoseconds)?
            .checked_add(part)?
            .checked_add(sum)
            .filter(|sum| *sum <= 1 << 63)?;
        rest = behind;
    }
    if negative {
        0_i64.checked_sub_unsigned(sum)
    } else {
        i64::try_from(sum).ok()
    }
}

fn cut(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// So many digits behind the dot, of a unit; what is below a nanosecond falls away.
fn part(digits: &str, unit: u64) -> u64 {
    // Shorter than a unit, and no unit has more nanoseconds than a float knows exactly.
    let part: f64 = format!("0.{digits}0").parse().unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "it is neither negative nor longer than an hour"
    )]
    let nanoseconds = (part * unit as f64) as u64;
    nanoseconds
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn stretches() {
        for (text, nanoseconds) in [
            ("1h30m", 5_400_000_000_000),
            ("-1.5s", -1_500_000_000),
            ("+.5m", 30_000_000_000),
            ("1.h", 3_600_000_000_000),
            ("0", 0),
            ("-0", 0),
            ("1\u{b5}s2\u{3bc}s3us", 6_000),
            ("2562047h47m16.854775807s", i64::MAX),
            ("-2562047h47m16.854775808s", i64::MIN),
        ] {
            assert_eq!(read(text), Some(nanoseconds), "{text}");
        }
        for text in [
            "",
            "-",
            "1",
            "h",
            ".h",
            "1hm",
            "1 h",
            " 1h",
            "1h ",
            "1d",
            "--1s",
            "1.2.3s",
            "1H",
            "2562047h47m16.854775808s",
            "99999999999999999999h",
            "9999999999h",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
