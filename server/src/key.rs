//! Which private key the vault has, decided before anything is written.
//!
//! A database that never held a key gets one. Any other absence, or another key, ends the start:
//! sealing to a key that nobody can open would lose every value typed from then on.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use opener::{KeyError, KeyRing};
use store::Inspection;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// More than any key needs.
const LONGEST: u64 = 4096;

/// Where the key comes from.
pub(crate) enum KeySource {
    /// A file; the only source a new key can be written to.
    File(PathBuf),
    /// Read from standard input, or from the environment by way of it.
    Given(KeyRing),
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the key file {}", path.display()),
            Self::Given(_) => f.write_str("the key given"),
        }
    }
}

impl KeySource {
    /// The source a flag names; `-` is standard input, which is read here.
    pub(crate) fn of(flag: Option<PathBuf>, usual: PathBuf) -> Result<Self, Failure> {
        match flag {
            Some(path) if path == Path::new("-") => {
                let mut text = Zeroizing::new(String::new());
                io::stdin()
                    .take(LONGEST)
                    .read_to_string(&mut text)
                    .map_err(|error| {
                        Failure::failed(format!("cannot read the key from standard input: {error}"))
                    })?;
                Ok(Self::Given(
                    KeyRing::from_text(std::mem::take(&mut *text)).map_err(refused)?,
                ))
            }
            Some(path) => Ok(Self::File(path)),
            None => Ok(Self::File(usual)),
        }
    }

    /// The key of this source for the database that was looked at. Writes nothing.
    pub(crate) fn decide(self, found: &Inspection) -> Result<Decision, Failure> {
        let named = self.to_string();
        let (ring, path) = match self {
            Self::Given(ring) => (Some(ring), None),
            Self::File(path) => match KeyRing::from_file(&path) {
                Ok(ring) => (Some(ring), Some(path)),
                Err(KeyError::Missing(_)) => (None, Some(path)),
                Err(error) => return Err(refused(error)),
            },
        };
        match (&found.current_key, ring, path) {
            (Some(current), Some(ring), _) => {
                if ring.public_key().as_bytes()[..] == current.public_key[..] {
                    return Ok(Decision::Use(ring));
                }
                Err(Failure::failed(format!(
                    "the values in this database are sealed with the key {}, but {named} is \
                     another one ({}): start with the key that belongs to it; nothing was changed",
                    current.key_id,
                    ring.key_id()
                )))
            }
            (Some(current), None, _) => Err(Failure::failed(format!(
                "the values in this database are sealed with the key {}, but {named} is missing: \
                 put it back; nothing was changed",
                current.key_id
            ))),
            (None, _, _) if found.ever_held_key => Err(Failure::failed(
                "this database has lost the key it had: restore it from a backup; nothing was \
                 changed",
            )),
            (None, Some(ring), _) => Ok(Decision::Use(ring)),
            (None, None, Some(path)) => Ok(Decision::Make(path)),
            (None, None, None) => Err(Failure::failed("no key was given")),
        }
    }
}

/// What a start does about the key.
pub(crate) enum Decision {
    /// It is there and fits, or the database has none yet.
    Use(KeyRing),
    /// Neither the database nor this path has one: make it.
    Make(PathBuf),
}

impl Decision {
    /// The key. A new one is on the disk before the database hears of it.
    pub(crate) fn carry_out(self) -> Result<KeyRing, Failure> {
        let path = match self {
            Self::Use(ring) => return Ok(ring),
            Self::Make(path) => path,
        };
        let ring = KeyRing::generate().map_err(refused)?;
        match ring.save_new(&path) {
            Ok(()) => {
                tracing::info!(path = %path.display(), "made the vault's key; keep a copy of it elsewhere");
                Ok(ring)
            }
            // Another first start was faster.
            Err(KeyError::AlreadyExists(_)) => KeyRing::from_file(&path).map_err(refused),
            Err(error) => Err(refused(error)),
        }
    }
}

fn refused(error: KeyError) -> Failure {
    Failure::failed(error.to_string())
}
