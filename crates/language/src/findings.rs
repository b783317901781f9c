//! Collects complaints while a text is read.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::{self, Display};

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Edit, Fix, Severity, shown};
use crate::limits::{MAX_DIAGNOSTICS, MAX_GUESSES};
use crate::repair::Repair;
use crate::suggest;
use crate::text::{Place, Places, Span};

struct Finding {
    span: Span,
    severity: Severity,
    code: Code,
    message: String,
    repair: Option<Repair>,
}

impl Ord for Finding {
    /// The order of the list: by place, the graver first. The same complaint has the same cure.
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |one: &Self| (one.span, one.severity, one.code);
        place(self)
            .cmp(&place(other))
            .then_with(|| self.message.cmp(&other.message))
    }
}

impl PartialOrd for Finding {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Finding {}

/// Collects complaints. The same thing found twice, as through two aliases, is one complaint.
pub(crate) struct Findings<'t> {
    places: Places<'t>,
    list: BTreeSet<Finding>,
    errors: usize,
    others: usize,
    guesses: u32,
    /// Stretches that could not be read: about what is in them nothing more is said.
    spared: Vec<Span>,
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
            spared: Vec::new(),
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

    /// From now on nothing is said about these stretches.
    pub(crate) fn spare(&mut self, spans: Vec<Span>) {
        self.spared = spans;
    }

    pub(crate) fn error(&mut self, code: Code, span: Span, message: impl Display) {
        self.add(Severity::Error, code, span, message, None);
    }

    pub(crate) fn warning(&mut self, code: Code, span: Span, message: impl Display) {
        self.add(Severity::Warning, code, span, message, None);
    }

    /// Whether nothing more is kept of such complaints, so that no cure need be worked out.
    pub(crate) fn is_full(&self, severity: Severity) -> bool {
        let kept = if severity == Severity::Error {
            self.errors
        } else {
            self.others
        };
        kept > MAX_DIAGNOSTICS
    }

    /// With a cure, where one can be computed.
    pub(crate) fn add(
        &mut self,
        severity: Severity,
        code: Code,
        span: Span,
        message: impl Display,
        repair: Option<Repair>,
    ) {
        self.insert(severity, code, span, &message, repair);
    }

    /// The message is only written out while there is room for it: a text can give reason for
    /// tens of thousands.
    fn insert(
        &mut self,
        severity: Severity,
        code: Code,
        span: Span,
        message: &dyn Display,
        repair: Option<Repair>,
    ) {
        let hidden = |spared: &Span| span.start <= spared.end && span.end >= spared.start;
        if self.spared.iter().any(hidden) {
            return;
        }
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
                repair,
            }));
        } else if *kept == MAX_DIAGNOSTICS {
            *kept += 1;
            self.list.insert(Finding {
                span,
                severity: Severity::Info,
                code: Code::MoreProblems,
                message: "there are more problems than are shown; cure some of these first".into(),
                repair: None,
            });
        }
    }

    /// The candidate that looks like `word`, if one does.
    ///
    /// Guessing stops after a while: a text may consist of nothing but unknown words.
    pub(crate) fn guess<'c>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Guess<'c> {
        self.guess_among(word, &mut candidates.into_iter())
    }

    /// Not compiled anew for every kind of list: that would cost the browser thousands of bytes.
    fn guess_among<'c>(
        &mut self,
        word: &str,
        candidates: &mut dyn Iterator<Item = &'c str>,
    ) -> Guess<'c> {
        let left = MAX_GUESSES.saturating_sub(self.guesses);
        let mut looked = 0;
        let found = if left == 0 {
            None
        } else {
            let candidates = candidates.take_while(|candidate| {
                looked += suggest::cost(word, candidate);
                looked <= left
            });
            suggest::closest(word, candidates)
        };
        self.guesses += looked;
        Guess {
            found,
            otherwise: "",
        }
    }

    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let places = &self.places;
        let edit = |(span, text)| Edit::at(places.place(span), text);
        let made = |found: Finding| Diagnostic {
            severity: found.severity,
            code: found.code.as_str(),
            message: found.message,
            place: places.place(places.visible(found.span)),
            fix: found.repair.map(|repair| Fix {
                label: repair.label,
                edits: repair.edits.into_iter().map(edit).collect(),
            }),
        };
        let mut list: Vec<_> = self.list.into_iter().map(made).collect();
        list.sort_by_key(|one| one.place);
        list
    }
}

/// What somebody probably meant: “; did you mean `x`?” at the end of a sentence, or what else
/// helps there.
#[derive(Clone, Copy)]
pub(crate) struct Guess<'c> {
    pub(crate) found: Option<&'c str>,
    otherwise: &'static str,
}

impl Guess<'_> {
    /// With an end of the sentence for when there is no guess.
    pub(crate) fn or(self, otherwise: &'static str) -> Self {
        Self { otherwise, ..self }
    }

    /// Writes the guess in the place of the word.
    pub(crate) fn repair(&self, span: Span) -> Option<Repair> {
        self.found.map(|found| Repair::rename(span, found))
    }
}

impl Display for Guess<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found {
            Some(found) => write!(f, "; did you mean {}?", shown(found)),
            None => f.write_str(self.otherwise),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_once_and_limited() {
        let text = "z".repeat(600);
        let mut findings = Findings::new(&text);
        for at in (0..MAX_DIAGNOSTICS + 20).rev() {
            findings.warning(Code::Tab, Span::new(at, at), "x");
            findings.warning(Code::Tab, Span::new(at, at), "x");
        }
        findings.error(Code::Nul, Span::new(0, 0), "y");
        let list = findings.finish();
        assert_eq!(list.len(), MAX_DIAGNOSTICS + 2);
        assert!(list.is_sorted_by_key(|one| one.place));
        assert!(list.iter().any(|one| one.code == "nul"));
        assert_eq!(
            list.iter()
                .filter(|one| one.code == "more_problems")
                .count(),
            1
        );
    }

    #[test]
    fn nothing_is_said_about_what_is_spared() {
        let mut findings = Findings::new("abcdefgh");
        findings.spare(vec![Span::new(2, 4)]);
        for at in 0..8 {
            findings.error(Code::Nul, Span::new(at, at), at);
        }
        let said: Vec<_> = findings
            .finish()
            .into_iter()
            .map(|one| one.message)
            .collect();
        assert_eq!(said, ["0", "1", "5", "6", "7"]);
    }
}
