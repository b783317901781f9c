//! Masking: values that must not be read are replaced before what a step prints is kept.
//!
//! A value is found as it is and in the forms programs usually print it in (see `encodings`). A
//! program that changes a value in another way can still print it: masking guards against
//! accidents, not against a step that means to give its values away.

mod base64;
mod chain;
mod echo;
mod encodings;
mod inside;
mod learned;
mod matcher;
mod plain;
mod stream;
mod telling;
mod windows;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use encodings::Forms;
use learned::Learned;
use matcher::Matcher;
use plain::Plain;
pub use stream::Stream;
use windows::Hashes;

/// What stands in place of a value.
pub const MASK: &str = "***";

/// Values of fewer characters are never masked: they would black out ordinary words.
pub const SHORTEST: usize = 4;

/// Bytes of all forms together that are looked for as they are. A step that could read more than
/// that has nothing of its output kept.
const MOST: usize = 32 * 1024 * 1024;

/// For so many of those bytes there may be one window of longer forms: it takes as much less memory.
const BYTES_OF_A_WINDOW: usize = 4;

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

impl Shared {
    fn most_windows(&self) -> usize {
        self.most / BYTES_OF_A_WINDOW
    }
}

#[derive(Default)]
struct Known {
    /// The values that all of this was made of; learning one again costs nothing.
    learned: Learned,
    patterns: BTreeSet<Plain>,
    bytes: usize,
    /// Windows of longer forms.
    windows: Hashes,
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
        if self.known().learned.contains(value) {
            return;
        }
        let Forms {
            mut whole,
            mut windows,
        } = encodings::forms(value);
        for text in inside::texts(value) {
            let forms = encodings::forms(&text);
            whole.extend(forms.whole);
            windows.extend(&forms.windows);
        }
        let mut known = self.known();
        let before = (known.patterns.len(), known.windows.len());
        for form in whole {
            let length = form.as_ref().len();
            if known.bytes <= self.shared.most && known.patterns.insert(form) {
                known.bytes += length;
            }
        }
        if known.windows.len() <= self.shared.most_windows() {
            known.windows.extend(&windows);
        }
        // Not before, or somebody else could go on with it too early.
        known.learned.insert(value);
        if (known.patterns.len(), known.windows.len()) != before {
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
            None if known.bytes > self.shared.most
                || known.windows.len() > self.shared.most_windows() =>
            {
                tracing::error!("a step may read more than can be masked; its output is not kept");
                Sieve::Shut
            }
            None => Matcher::new(&known.patterns, &known.windows)
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
