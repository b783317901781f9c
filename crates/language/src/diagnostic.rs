//! Complaints: what is wrong, where, and what to do about it.

use std::fmt::{self, Display, Write as _};

use serde::{Deserialize, Serialize};

use crate::text::Place;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It makes a run impossible.
    Error,
    /// It is likely a mistake.
    Warning,
    /// It is worth knowing.
    Info,
}

impl Severity {
    /// The word for people and programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One complaint about a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// Stable word for programs, such as `unknown_step`.
    pub code: &'static str,
    /// One lower-case sentence with a way out.
    pub message: String,
    /// Where it is.
    pub place: Place,
    /// A cure that a program can carry out, where one can be computed.
    pub fix: Option<Fix>,
}

/// A cure. It changes nothing but the stretches of its edits, so comments and formatting stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, as a person would say it.
    pub label: String,
    /// The changes; all of them count from the text as it is, and none touches another.
    pub edits: Vec<Edit>,
}

/// One stretch of text to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// First byte.
    pub start: usize,
    /// The byte after the last one; the same as `start` when something is only added.
    pub end: usize,
    /// First UTF-16 code unit, which is how browsers and editors count.
    pub start_utf16: usize,
    /// The UTF-16 code unit after the last one.
    pub end_utf16: usize,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// `text` instead of what stands at `place`.
    pub(crate) fn at(place: Place, text: String) -> Self {
        Self {
            start: place.start,
            end: place.end,
            start_utf16: place.start_utf16,
            end_utf16: place.end_utf16,
            text,
        }
    }
}

/// A word of the text inside a sentence: marked, kept short, nothing invisible in it.
pub(crate) fn shown(word: &str) -> Shown<'_> {
    Shown(word)
}

/// See [`shown`].
#[derive(Clone, Copy)]
pub(crate) struct Shown<'w>(&'w str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 60;
        f.write_char('`')?;
        for (at, c) in self.0.chars().enumerate() {
            if at == LONGEST {
                f.write_char('…')?;
                break;
            }
            if c.is_control() || is_direction_control(c) {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        f.write_char('`')
    }
}

/// Characters that turn the direction of the text around them, so that it reads other than it is.
pub(crate) fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_visible() {
        assert_eq!(shown("a b").to_string(), "`a b`");
        assert_eq!(shown("a\u{202e}\n").to_string(), "`a\\u{202e}\\u{a}`");
        assert_eq!(
            shown(&"x".repeat(100)).to_string(),
            format!("`{}…`", "x".repeat(60))
        );
    }
}
