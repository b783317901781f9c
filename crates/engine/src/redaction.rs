//! Masking: values that must not be read are replaced before what a step prints is kept.
//!
//! A value is found as it is and in the forms programs usually print it in (see `encodings`). A
//! program that changes a value in another way can still print it: masking guards against
//! accidents, not against a step that means to give its values away.

mod base64;
mod encodings;
mod inside;
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

/// Bytes of all forms together that are looked for. A step that could read more than that has
/// nothing of its output kept.
const MOST: usize = 32 * 1024 * 1024;

/// What must not be read. Clones know the same values.
#[derive(Clone)]
pub struct Redactor {
    shared: Arc<Shared>,
}

struct Shared {
    /// How many bytes of forms there may be.
    most: usize,
    known: Mutex<Known>,
    /// Grows with what is known, so that a stream sees without a lock whether there is more.
    version: AtomicU64,
}

#[derive(Default)]
struct Known {
    patterns: BTreeSet<Vec<u8>>,
    bytes: usize,
    /// Made from the patterns when it is next needed.
    matcher: Option<Sieve>,
}

/// What a stream passes.
#[derive(Clone)]
enum Sieve {
    /// Nothing is known that would have to be found.
    Open,
    /// What finds everything that is known.
    Matcher(Arc<Matcher>),
    /// More is known than can be found: nothing gets through.
    Shut,
}

impl Default for Redactor {
    fn default() -> Self {
        Self::with_room(MOST)
    }
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

    fn with_room(most: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                most,
                known: Mutex::default(),
                version: AtomicU64::new(0),
            }),
        }
    }

    /// From now on this value is masked, in streams that have begun as well, and so is every text
    /// that lies in it when it is JSON or base64.
    pub fn learn(&self, value: &[u8]) {
        let mut forms = encodings::forms(value);
        for text in inside::texts(value) {
            forms.extend(encodings::forms(&text));
        }
        let mut known = self.known();
        let before = known.patterns.len();
        for form in forms {
            let length = form.len();
            if known.bytes <= self.shared.most && known.patterns.insert(form) {
                known.bytes += length;
            }
        }
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

    /// What a stream passes from now on.
    fn sieve(&self) -> (u64, Sieve) {
        let mut known = self.known();
        let version = self.version();
        let sieve = match &known.matcher {
            Some(sieve) => sieve.clone(),
            None if known.patterns.is_empty() => Sieve::Open,
            None if known.bytes > self.shared.most => {
                tracing::error!("a step may read more than can be masked; its output is not kept");
                Sieve::Shut
            }
            None => Matcher::new(&known.patterns)
                .map_or(Sieve::Shut, |matcher| Sieve::Matcher(Arc::new(matcher))),
        };
        known.matcher = Some(sieve.clone());
        (version, sieve)
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
