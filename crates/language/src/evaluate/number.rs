//! Numbers: whole ones exactly, all others as floats, and how they are written.

use std::fmt::Write as _;

/// A number. A float that is whole and small enough to be exact is kept as a whole number, so
/// that one number has one form.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// A whole number.
    Whole(i128),
    /// Any other number, also infinity and the result of dividing nothing by nothing.
    Float(f64),
}

/// Beyond this, floats no longer know every whole number.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        if value.fract() == 0.0 && value.abs() <= EXACT {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is whole and small enough"
            )]
            let whole = value as i128;
            return Self::Whole(whole);
        }
        Self::Float(value)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Whole(value.into())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => one == other,
            _ => self.float() == other.float(),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => Some(one.cmp(other)),
            _ => self.float().partial_cmp(&other.float()),
        }
    }
}

impl Number {
    /// As a float, rounded where it has to be.
    pub fn float(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "that is what is asked for")]
            Self::Whole(whole) => whole as f64,
            Self::Float(float) => float,
        }
    }

    /// The whole part, at the limits where it does not fit.
    pub(super) fn truncated(self) -> i64 {
        match self {
            Self::Whole(whole) => {
                i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX })
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a cast from a float stops at the limits"
            )]
            Self::Float(float) => float as i64,
        }
    }

    /// The number that a text writes: digits with underscores between them, an exponent, also
    /// `inf` and `nan`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digit = |at: Option<usize>| {
            at.and_then(|at| text.as_bytes().get(at))
                .is_some_and(u8::is_ascii_digit)
        };
        let misplaced = |(at, _): (usize, &str)| !digit(at.checked_sub(1)) || !digit(Some(at + 1));
        if text.match_indices('_').any(misplaced) {
            return None;
        }
        let plain = text.replace('_', "");
        if let Ok(whole) = plain.parse::<i128>() {
            // A zero below zero is a float of its own; nobody writes it.
            return Some(Self::Whole(whole));
        }
        plain.parse::<f64>().ok().map(Self::from)
    }

    /// In plain digits, without an exponent.
    pub(super) fn digits(self) -> String {
        match self {
            Self::Whole(whole) => whole.to_string(),
            Self::Float(float) if float.is_finite() => format!("{float}"),
            Self::Float(float) => special(float).to_owned(),
        }
    }

    /// As JSON writes it; none for what JSON has no number for.
    pub(super) fn json(self) -> Option<String> {
        match self {
            Self::Whole(whole) => Some(whole.to_string()),
            Self::Float(float) if !float.is_finite() => None,
            Self::Float(float) if (1e-6..1e21).contains(&float.abs()) => Some(format!("{float}")),
            Self::Float(float) => Some(exponent(float, 1)),
        }
    }

    /// As a number was printed when it was pasted into text: whole numbers digit by digit, others
    /// with an exponent when they are very small or large.
    pub(super) fn printed(self) -> String {
        match self {
            Self::Whole(whole) => whole.to_string(),
            Self::Float(float) if !float.is_finite() => special(float).to_owned(),
            Self::Float(float) if (1e-4..1e21).contains(&float.abs()) => format!("{float}"),
            Self::Float(float) => exponent(float, 2),
        }
    }
}

fn special(float: f64) -> &'static str {
    if float.is_nan() {
        "NaN"
    } else if float > 0.0 {
        "+Inf"
    } else {
        "-Inf"
    }
}

/// `1e-07`, with at least `width` digits of exponent.
fn exponent(float: f64, width: usize) -> String {
    let plain = format!("{float:e}");
    let (mantissa, exponent) = plain.split_once('e').unwrap_or((&plain, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    let mut text = format!("{mantissa}e{sign}");
    // Writing to a string cannot fail.
    let _ = write!(text, "{digits:0>width$}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_form() {
        assert_eq!(Number::from(3.0).digits(), "3");
        assert_eq!(Number::from(2.5).json().as_deref(), Some("2.5"));
        assert_eq!(Number::from(1e21).json().as_deref(), Some("1e+21"));
        assert_eq!(Number::from(1e-7).json().as_deref(), Some("1e-7"));
        assert_eq!(Number::from(1e-7).printed(), "1e-07");
        assert_eq!(Number::from(f64::INFINITY).json(), None);
        assert_eq!(
            Number::parse("12345678901234567890").map(Number::digits),
            Some("12345678901234567890".to_owned())
        );
    }

    #[test]
    fn texts_that_are_numbers() {
        for (text, expected) in [
            ("1_000", Some(1000.0)),
            ("010", Some(10.0)),
            ("1.", Some(1.0)),
            (".5", Some(0.5)),
            ("-1e3", Some(-1000.0)),
            ("_1", None),
            ("1__0", None),
            ("", None),
            ("x", None),
            ("0x10", None),
        ] {
            assert_eq!(Number::parse(text).map(Number::float), expected, "{text}");
        }
    }
}
