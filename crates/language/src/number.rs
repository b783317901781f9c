//! Numbers: whole ones exactly, all others as floats.

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

    /// The number that a text writes: digits with underscores between them, an exponent, also
    /// `inf` and `nan`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digit = |at: Option<usize>| {
            at.and_then(|at| text.as_bytes().get(at))
                .is_some_and(u8::is_ascii_digit)
        };
        let misplaced = |(at, _): (usize, &str)| !digit(at.checked_sub(1)) || !digit(Some(at + 1));
        if text.match_indices('_').any(misplaced) {
            return None;
        }
        let plain = text.replace('_', "");
        // Whoever does not calculate only asks whether it is one.
        #[cfg(feature = "evaluate")]
        if let Ok(whole) = plain.parse::<i128>() {
            // A zero below zero is a float of its own; nobody writes it.
            return Some(Self::Whole(whole));
        }
        plain.parse::<f64>().ok().map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
