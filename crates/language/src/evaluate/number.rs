//! How numbers are written.

use std::fmt::Write as _;

use crate::number::Number;

impl Number {
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
}
