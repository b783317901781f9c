//! One of the five fields of a schedule: numbers and names, alone, in ranges and with steps.

use crate::diagnostic::shown;

/// What a field counts.
pub(super) struct Field {
    /// What its numbers are, for a sentence.
    what: &'static str,
    pub(super) least: u32,
    most: u32,
    /// Names for its numbers, from `least` on.
    names: &'static [&'static str],
}

pub(super) const FIELDS: [Field; 5] = [
    Field {
        what: "minute (0 to 59)",
        least: 0,
        most: 59,
        names: &[],
    },
    Field {
        what: "hour (0 to 23)",
        least: 0,
        most: 23,
        names: &[],
    },
    Field {
        what: "day of the month (1 to 31)",
        least: 1,
        most: 31,
        names: &[],
    },
    Field {
        what: "month (1 to 12, or `JAN` to `DEC`)",
        least: 1,
        most: 12,
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        what: "day of the week (0 to 6 from Sunday on, or `SUN` to `SAT`)",
        least: 0,
        most: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// The numbers that fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bits {
    /// A bit for each number.
    pub(super) bits: u64,
    /// Whether all fit without choice. Of the two fields for days the other one then decides
    /// alone.
    pub(super) free: bool,
}

impl Bits {
    pub(super) fn has(self, number: u32) -> bool {
        self.bits & (1 << number) != 0
    }
}

impl Field {
    /// The number that a field holds as its only one.
    pub(super) fn only(number: u32) -> Bits {
        Bits {
            bits: 1 << number,
            free: false,
        }
    }

    /// Every number of the field.
    pub(super) fn all(&self) -> Bits {
        Bits {
            bits: (self.least..=self.most).fold(0, |bits, number| bits | 1 << number),
            free: true,
        }
    }

    /// Reads what stands in the field. `Err`: a sentence.
    pub(super) fn read(&self, text: &str) -> Result<Bits, String> {
        let mut found = Bits::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let one = self.part(part)?;
            found.bits |= one.bits;
            found.free |= one.free;
        }
        Ok(found)
    }

    fn part(&self, part: &str) -> Result<Bits, String> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let (low, high) = match range.split_once('-') {
            Some((low, high)) => (low, Some(high)),
            None => (range, None),
        };
        let star = matches!(low, "*" | "?");
        let (from, to) = if star {
            (self.least, self.most)
        } else {
            let from = self.number(low)?;
            let to = match (high, step) {
                (Some(high), _) => self.number(high)?,
                (None, Some(_)) => self.most,
                (None, None) => from,
            };
            (from, to)
        };
        let step = match step {
            None => 1,
            Some(step) => digits(step).filter(|step| *step > 0).ok_or_else(|| {
                format!("behind `/` stands a number above 0, not {}", shown(step))
            })?,
        };
        if from > to {
            return Err(format!(
                "{} runs backwards; begin with the smaller one",
                shown(range)
            ));
        }
        // A step beyond the end of the field leaves its beginning alone.
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        let numbers = (from..=to).step_by(step);
        Ok(Bits {
            bits: numbers.fold(0, |bits, number| bits | 1 << number),
            free: star && step == 1,
        })
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let named = (self.least..)
            .zip(self.names)
            .find(|(_, name)| text.eq_ignore_ascii_case(name));
        let number = match named {
            Some((number, _)) => Some(number),
            None => digits(text).and_then(|number| u32::try_from(number).ok()),
        };
        number
            .filter(|number| (self.least..=self.most).contains(number))
            .ok_or_else(|| format!("{} is no {}{}", shown(text), self.what, self.cure(text)))
    }

    /// What helps with words that other programs understand.
    fn cure(&self, text: &str) -> String {
        let short = text.get(..3).unwrap_or_default();
        let name = self
            .names
            .iter()
            .find(|name| text.len() > 3 && text.is_ascii() && short.eq_ignore_ascii_case(name));
        match name {
            Some(name) => format!("; write `{}`", name.to_ascii_uppercase()),
            None if text == "7" && self.least == 0 && !self.names.is_empty() => {
                "; write `0`".to_owned()
            }
            None => String::new(),
        }
    }
}

/// A whole number; a plus in front of it is allowed.
fn digits(text: &str) -> Option<i64> {
    let plain = text.strip_prefix('+').unwrap_or(text);
    let inside = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    inside.then(|| plain.parse().ok())?
}
