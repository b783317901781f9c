//! Complaints: what is wrong, where, and what to do about it.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Write as _};

use serde::{Deserialize, Serialize};

use crate::limits::{MAX_DIAGNOSTICS, MAX_GUESSES};
use crate::suggest;
use crate::text::{Place, Places, Span};

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
}

/// Field order is the order of the list: by place, the graver first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    span: Span,
    severity: Severity,
    code: &'static str,
    message: String,
}

/// Collects complaints. The same thing found twice, as through two aliases, is one complaint.
pub(crate) struct Findings<'t> {
    places: Places<'t>,
    list: BTreeSet<Finding>,
    errors: usize,
    others: usize,
    guesses: u32,
}

impl<'t> Findings<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let list = BTreeSet::new();
        Self {
            places: Places::new(text),
            list,
            errors: 0,
            others: 0,
            guesses: 0,
        }
    }

    /// The line of a span, for a sentence.
    pub(crate) fn line(&self, span: Span) -> usize {
        self.places.line(span)
    }

    /// Where a span is, in every unit.
    pub(crate) fn place(&self, span: Span) -> Place {
        self.places.place(span)
    }

    pub(crate) fn error(&mut self, code: &'static str, span: Span, message: impl Display) {
        self.add(Severity::Error, code, span, message);
    }

    pub(crate) fn warning(&mut self, code: &'static str, span: Span, message: impl Display) {
        self.add(Severity::Warning, code, span, message);
    }

    /// The message is only written out while there is room for it: a text can give reason for
    /// tens of thousands.
    fn add(&mut self, severity: Severity, code: &'static str, span: Span, message: impl Display) {
        let kept = if severity == Severity::Error {
            &mut self.errors
        } else {
            &mut self.others
        };
        if *kept < MAX_DIAGNOSTICS {
            let message = message.to_string();
            *kept += usize::from(self.list.insert(Finding {
                span,
                severity,
                code,
                message,
            }));
        } else if *kept == MAX_DIAGNOSTICS {
            *kept += 1;
            self.list.insert(Finding {
                span,
                severity: Severity::Info,
                code: "more_problems",
                message: "there are more problems than are shown; cure some of these first".into(),
            });
        }
    }

    /// “; did you mean `x`?” when one of the candidates looks like `word`, else nothing.
    ///
    /// Guessing stops after a while: a text may consist of nothing but unknown words.
    pub(crate) fn guess<'c>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> String {
        let left = MAX_GUESSES.saturating_sub(self.guesses);
        let mut looked = 0;
        let candidates = candidates
            .into_iter()
            .take(left as usize)
            .inspect(|_| looked += 1);
        let found = suggest::closest(word, candidates);
        self.guesses += looked;
        found
            .map(|found| format!("; did you mean {}?", shown(found)))
            .unwrap_or_default()
    }

    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let made = |found: Finding| Diagnostic {
            severity: found.severity,
            code: found.code,
            message: found.message,
            place: self.places.place(self.places.visible(found.span)),
        };
        let mut list: Vec<_> = self.list.into_iter().map(made).collect();
        list.sort_by_key(|one| one.place);
        list
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

    #[test]
    fn sorted_once_and_limited() {
        let text = "z".repeat(600);
        let mut findings = Findings::new(&text);
        for at in (0..MAX_DIAGNOSTICS + 20).rev() {
            findings.warning("a", Span::new(at, at), "x");
            findings.warning("a", Span::new(at, at), "x");
        }
        findings.error("b", Span::new(0, 0), "y");
        let list = findings.finish();
        assert_eq!(list.len(), MAX_DIAGNOSTICS + 2);
        assert!(list.is_sorted_by_key(|one| one.place));
        assert!(list.iter().any(|one| one.code == "b"));
        assert_eq!(
            list.iter()
                .filter(|one| one.code == "more_problems")
                .count(),
            1
        );
    }
}
