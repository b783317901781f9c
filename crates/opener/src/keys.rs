//! The keys of a running process: a ring that takes in the next key, and the files they lie in.
//!
//! Beside the key file `vault.key` there may be `vault.key.next`, a key that an operator has laid
//! there for the next rotation, and `vault.key.ID`, a key by its id: one that a rotation is about to
//! use, or an older one. Which of them is the current one, the database tells. So whichever moment
//! a rotation is killed at, the next start finds every key there is.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use vault::{KeyId, Place, SealedValue};

use crate::key_error::KeyError;
use crate::key_file;
use crate::open::OpenError;
use crate::opened::Opened;
use crate::ring::KeyRing;

/// How soon the key files are looked at again for a key that is not here.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The private keys of a running process.
pub struct Keys {
    ring: RwLock<Arc<KeyRing>>,
    file: Option<PathBuf>,
    /// Whether new keys may be written beside the file.
    makes: bool,
    looked: RwLock<Option<Instant>>,
}

impl From<KeyRing> for Keys {
    /// Keys that were given, and that no file is known of.
    fn from(ring: KeyRing) -> Self {
        Self {
            ring: RwLock::new(Arc::new(ring)),
            file: None,
            makes: false,
            looked: RwLock::new(None),
        }
    }
}

impl Keys {
    /// The keys of a key file and of those beside it. With `makes`, a new key is written there when
    /// one is needed.
    pub fn of_file(path: PathBuf, ring: KeyRing, makes: bool) -> Self {
        Self {
            file: Some(path),
            makes,
            ..Self::from(ring)
        }
    }

    /// The keys as they are now.
    pub fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The key file, if the keys came from one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Opens a value that was sealed for exactly this place, with the key its record names. A key
    /// that is not here may be one that another process has just made: then its file is looked for.
    pub fn open(&self, sealed: &SealedValue, place: &Place<'_>) -> Result<Opened, OpenError> {
        match self.ring().open(sealed, place) {
            Err(OpenError::UnknownKey { key_id }) if self.find(&key_id) => {
                self.ring().open(sealed, place)
            }
            done => done,
        }
    }

    /// Whether the key of that id is here, or its file is there now.
    pub fn find(&self, id: &KeyId) -> bool {
        if self.ring().has(id) {
            return true;
        }
        {
            let mut looked = self.looked.write().unwrap_or_else(PoisonError::into_inner);
            if looked.is_some_and(|at| at.elapsed() < LOOK_AGAIN) {
                return false;
            }
            *looked = Some(Instant::now());
        }
        // A file that cannot be read now is as good as none; the start would have told.
        let _ = self.look_again();
        self.ring().has(id)
    }

    /// Takes in the keys of files that have come since.
    pub fn look_again(&self) -> Result<(), KeyError> {
        if let Some(path) = &self.file {
            let found = KeyRing::from_files(path)?;
            self.change(|ring| with(ring, found));
        }
        Ok(())
    }

    /// Makes the key of that id the one that new values are sealed to; `false` when it is not here.
    pub fn make_current(&self, id: &KeyId) -> bool {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let Some(changed) = ring.with_current(id) else {
            return false;
        };
        *ring = Arc::new(changed);
        true
    }

    /// A key that was laid ready to follow the current one: it is here, and the database, which
    /// knows the ids `used`, has never heard of it.
    pub fn ready(&self, used: &[KeyId]) -> Result<Option<KeyId>, KeyError> {
        self.look_again()?;
        Ok(self.ring().ids().find(|id| !used.contains(id)))
    }

    /// Makes a new key, which is safe on the disk when this returns.
    pub fn make(&self) -> Result<KeyId, KeyError> {
        let path = match &self.file {
            Some(path) if self.makes => path,
            _ => return Err(KeyError::NoNextKey),
        };
        let new = KeyRing::generate()?;
        let id = new.key_id();
        new.save_new(&key_file::beside(path, &id.to_string()))?;
        self.change(|ring| with(ring, new));
        Ok(id)
    }

    /// Lets the key file hold the current key, and the one before lie beside it under its id. Does
    /// nothing when it is so already, or when the keys came from no file or may not be written.
    pub fn settle(&self) -> Result<(), KeyError> {
        match &self.file {
            Some(path) if self.makes => key_file::settle(path, self.ring().key_id()),
            _ => Ok(()),
        }
    }

    fn change(&self, change: impl FnOnce(&KeyRing) -> KeyRing) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        *ring = Arc::new(change(&ring));
    }
}

/// The same current key, and more others.
fn with(ring: &KeyRing, more: KeyRing) -> KeyRing {
    let current = ring.key_id();
    let same = ring.with_current(&current);
    match same {
        Some(same) => same.with_older(more),
        None => more,
    }
}
