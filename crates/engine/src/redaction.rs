//! Masking: values that must not be read are replaced before what a step prints is kept.
//!
//! A value is found as it is and in the forms programs usually print it in (see `encodings`). A
//! program that changes a value in another way can still print it: masking guards against
//! accidents, not against a step that means to give its values away.

mod base64;
mod encodings;
mod matcher;
mod stream;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use matcher::Matcher;
pub use stream::Stream;

/// What stands in place of a value.
pub const MASK: &str = "***";

/// Values of fewer characters are never masked: they would black out ordinary words.
pub const SHORTEST: usize = 4;

/// What must not be read. Clones know the same values.
#[derive(Clone, Default)]
pub struct Redactor {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    known: Mutex<Known>,
    /// Grows with what is known, so that a stream sees without a lock whether there is more.
    version: AtomicU64,
}

#[derive(Default)]
struct Known {
    patterns: BTreeSet<Vec<u8>>,
    /// Made from the patterns when it is next needed.
    matcher: Option<Arc<Matcher>>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this value is masked, in streams that have begun as well.
    pub fn learn(&self, value: &[u8]) {
        let forms = encodings::forms(value);
        let mut known = self.known();
        let before = known.patterns.len();
        known.patterns.extend(forms);
        if known.patterns.len() != before {
            known.matcher = None;
            self.shared.version.fetch_add(1, Ordering::Release);
        }
    }

    /// A stream of bytes to be masked.
    pub fn stream(&self) -> Stream {
        Stream::new(self.clone())
    }

    /// A whole text, masked.
    pub fn mask_text(&self, text: &str) -> String {
        let mut stream = self.stream();
        let mut masked = Vec::with_capacity(text.len());
        stream.push(text.as_bytes(), &mut masked);
        stream.finish(&mut masked);
        // A value need not end where a character does.
        String::from_utf8_lossy(&masked).into_owned()
    }

    fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// What finds all that is known; nothing when nothing is.
    fn matcher(&self) -> (u64, Option<Arc<Matcher>>) {
        let mut known = self.known();
        let version = self.version();
        if known.matcher.is_none() && !known.patterns.is_empty() {
            known.matcher = Matcher::new(&known.patterns).map(Arc::new);
        }
        (version, known.matcher.clone())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic while it was held has left nothing half done.
        self.shared
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
