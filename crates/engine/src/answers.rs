//! What a step was answered, kept for when it asks the same again.
//!
//! A kept answer counts exactly as long as the values it was made of count as looked at: see
//! [`Seen`]. Afterwards the values are looked at as for a first question, with everything that
//! belongs to it. So nothing is answered from here that would not be answered without it, and
//! nothing is told to the ledger less.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use language::QueryLanguage;
use zeroize::Zeroizing;

use crate::core::Core;
use crate::seen::Seen;

/// How many answers of an attempt are kept.
const MOST: usize = 32;

/// Bytes of the longest answer, with its question, that is kept.
const LONGEST: usize = 64 * 1024;

/// An answer as it is sent. Wiped when nobody has it any more.
#[derive(Clone)]
pub struct Answer(Arc<Zeroizing<Vec<u8>>>);

/// What can be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question<'a> {
    Spec,
    PartOfSpec(QueryLanguage, &'a str),
    Environment,
}

/// The answers of one attempt, the oldest first.
#[derive(Default)]
pub(crate) struct Answers(Mutex<Vec<Kept>>);

struct Kept {
    /// Its kind, in the form of a question without a text, and its text.
    kind: Question<'static>,
    text: String,
    answer: Answer,
    seen: Seen,
}

impl Answer {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Zeroizing::new(bytes)))
    }
}

impl AsRef<[u8]> for Answer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

impl Question<'_> {
    fn parts(&self) -> (Question<'static>, &str) {
        match self {
            Self::Spec => (Question::Spec, ""),
            Self::PartOfSpec(language, text) => (Question::PartOfSpec(*language, ""), text),
            Self::Environment => (Question::Environment, ""),
        }
    }
}

impl Answers {
    /// The answer to this question, if it still counts.
    pub(crate) fn find(&self, core: &Core, question: Question<'_>) -> Option<Answer> {
        let (kind, text) = question.parts();
        let all = self.lock();
        let kept = all
            .iter()
            .find(|kept| kept.kind == kind && kept.text == text)?;
        kept.seen.counts(core).then(|| kept.answer.clone())
    }

    /// Keeps an answer that was made of values as they were seen then.
    pub(crate) fn keep(&self, question: Question<'_>, answer: &Answer, seen: Seen) {
        let (kind, text) = question.parts();
        let mut all = self.lock();
        all.retain(|kept| kept.kind != kind || kept.text != text);
        if answer.as_ref().len() + text.len() > LONGEST {
            return;
        }
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push(Kept {
            kind,
            text: text.to_owned(),
            answer: answer.clone(),
            seen,
        });
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        // A panic while it was held has left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
