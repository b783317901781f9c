//! Which private keys the vault has, decided before anything is written.
//!
//! A database that never held a key gets one. Any other absence, or another key, ends the start:
//! sealing to a key that nobody can open would lose every value typed from then on. Several keys may
//! be given; which of them is the current one, the database tells.

use std::env;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use opener::{KeyError, KeyRing, Keys};
use store::Inspection;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::place;

/// The directory in which systemd hands credentials to a service, and the name of ours in it.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
const CREDENTIAL: &str = "vault.key";

/// More than any key needs.
const LONGEST: u64 = 4096;

/// Where the keys come from.
pub(crate) enum KeySource {
    /// A file, and those beside it.
    File {
        /// The file.
        path: PathBuf,
        /// Whether it is in the data directory, where Relay may write new ones.
        own: bool,
    },
    /// Read from standard input, or from the environment by way of it.
    Given(KeyRing),
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "the key file {}", path.display()),
            Self::Given(_) => f.write_str("the key given"),
        }
    }
}

impl KeySource {
    /// The source a flag names, else a credential of systemd, else the usual file in the data
    /// directory; `-` is standard input, which is read here.
    pub(crate) fn of(flag: Option<PathBuf>, usual: PathBuf) -> Result<Self, Failure> {
        // Whatever is done with the keys, no other process is to read them here.
        place::keep_unreadable();
        match flag.or_else(credential) {
            Some(path) if path == Path::new("-") => {
                let text = standard_input().map_err(|error| {
                    Failure::failed(format!("cannot read the key from standard input: {error}"))
                })?;
                Ok(Self::Given(KeyRing::from_text(text).map_err(refused)?))
            }
            Some(path) => Ok(Self::File {
                own: side_by_side(&path, &usual),
                path,
            }),
            None => Ok(Self::File {
                path: usual,
                own: true,
            }),
        }
    }

    /// The key file, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::Given(_) => None,
        }
    }

    /// The keys of this source for the database that was looked at. Writes nothing.
    pub(crate) fn decide(self, found: &Inspection) -> Result<Decision, Failure> {
        let named = self.to_string();
        let (ring, file) = match self {
            Self::Given(ring) => (Some(ring), None),
            Self::File { path, own } => match KeyRing::from_files(&path) {
                Ok(ring) => (Some(ring), Some((path, own))),
                Err(KeyError::Missing(_)) => (None, Some((path, own))),
                Err(error) => return Err(refused(error)),
            },
        };
        match (&found.current_key, ring, file) {
            (Some(current), Some(ring), file) => {
                let own = ring.key_id().to_string();
                let current_one = current.key_id.parse().ok();
                let chosen = current_one.and_then(|id| ring.with_current(&id));
                let fits =
                    |ring: &KeyRing| ring.public_key().as_bytes()[..] == current.public_key[..];
                let Some(chosen) = chosen.filter(fits) else {
                    return Err(Failure::failed(format!(
                        "the values in this database are sealed with the key {}, but {named} is \
                         another one ({}): start with the key that belongs to it; nothing was \
                         changed",
                        current.key_id,
                        ring.key_id()
                    )));
                };
                all_needed(found, &chosen)?;
                no_newer(found, &current.key_id, &chosen)?;
                let file = match file {
                    // Its files stay as they are, so that the next start says it again.
                    Some((path, _)) if is_older(found, &current.key_id, &own) => {
                        tracing::warn!(
                            key_file = %path.display(),
                            holds = %own,
                            database = current.key_id,
                            "the database seals values to another key than the one in the key file, \
                             and does not know that one: after restoring a backup from before a \
                             rotation that is as it should be, and rotating takes up the key in the \
                             file again; otherwise somebody has put an older key back into the \
                             database, perhaps one they have"
                        );
                        Some((path, false))
                    }
                    file => file,
                };
                Ok(Decision::Use(keys(chosen, file)))
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
            (None, Some(ring), file) => Ok(Decision::Use(keys(ring, file))),
            (None, None, Some((path, own))) => Ok(Decision::Make { path, own }),
            (None, None, None) => Err(Failure::failed("no key was given")),
        }
    }
}

/// Whether both files lie in one directory, however their paths are written.
fn side_by_side(one: &Path, other: &Path) -> bool {
    let directory = |path: &Path| {
        let path = std::path::absolute(path).ok()?;
        let directory = path.parent()?;
        // A link leads to the same one. Before the first start there may be none.
        Some(directory.canonicalize().unwrap_or(directory.to_owned()))
    };
    directory(one).is_some_and(|one| Some(one) == directory(other))
}

/// What stands on standard input, for the one who wipes it. The standard library's own reader would
/// keep a copy in its buffer.
fn standard_input() -> io::Result<String> {
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let longest = usize::try_from(LONGEST).unwrap_or(0);
    // Room for all of it, and for the question whether there is more: growing leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * longest));
    file.take(LONGEST).read_to_end(&mut bytes)?;
    if std::str::from_utf8(&bytes).is_err() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // It is text, so nothing is copied.
    String::from_utf8(std::mem::take(&mut *bytes)).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// The file of a credential that systemd hands to this service, if there is one.
fn credential() -> Option<PathBuf> {
    let path = PathBuf::from(env::var_os(CREDENTIALS)?).join(CREDENTIAL);
    path.exists().then_some(path)
}

fn keys(ring: KeyRing, file: Option<(PathBuf, bool)>) -> Keys {
    match file {
        Some((path, own)) => Keys::of_file(path, ring, own),
        None => Keys::from(ring),
    }
}

/// A rotation that is not over leaves values that need an older key.
fn all_needed(found: &Inspection, ring: &KeyRing) -> Result<(), Failure> {
    let here = |id: &String| id.parse().is_ok_and(|id| ring.has(&id));
    match found.needed_keys.iter().find(|id| !here(id)) {
        None => Ok(()),
        Some(missing) => Err(Failure::failed(format!(
            "some values in this database are still sealed with the older key {missing}, which is \
             missing: put it back, or give those values up with `relay keys remove {missing} \
             --lose-values`; nothing was changed"
        ))),
    }
}

/// A key that has followed the current one would be the current one: somebody has put the one before
/// back.
fn no_newer(found: &Inspection, current: &str, ring: &KeyRing) -> Result<(), Failure> {
    let mut here = ring.ids().map(|id| id.to_string());
    match here.find(|id| found.has_followed(id, current)) {
        None => Ok(()),
        Some(newer) => Err(Failure::failed(format!(
            "the database says that new values are to be sealed to the key {current}, although the \
             key {newer}, which is here, has followed it: somebody has put the older key back into \
             the database; restore it from a backup; nothing was changed"
        ))),
    }
}

/// Whether the key file holds a key that the current one does not follow.
fn is_older(found: &Inspection, current: &str, own: &str) -> bool {
    current != own && !found.has_followed(current, own)
}

/// What a start does about the key.
pub(crate) enum Decision {
    /// It is there and fits, or the database has none yet.
    Use(Keys),
    /// Neither the database nor this path has one: make it.
    Make {
        /// Where.
        path: PathBuf,
        /// Whether that is in the data directory.
        own: bool,
    },
}

impl Decision {
    /// The keys. A new one is on the disk before the database hears of it.
    pub(crate) fn carry_out(self) -> Result<Keys, Failure> {
        let (path, own) = match self {
            Self::Use(keys) => {
                // A rotation may have been killed between its key and its files.
                if let Err(error) = keys.settle().and_then(|()| keys.tidy()) {
                    tracing::warn!(%error, "the key files could not be put in order; nothing is lost");
                }
                return Ok(keys);
            }
            Self::Make { path, own } => (path, own),
        };
        let ring = KeyRing::generate().map_err(refused)?;
        let ring = match ring.save_new(&path) {
            Ok(()) => {
                tracing::info!(path = %path.display(), "made the vault's key; keep a copy of it elsewhere");
                ring
            }
            // Another first start was faster.
            Err(KeyError::AlreadyExists(_)) => KeyRing::from_file(&path).map_err(refused)?,
            Err(error) => return Err(refused(error)),
        };
        Ok(Keys::of_file(path, ring, own))
    }
}

pub(crate) fn refused(error: KeyError) -> Failure {
    Failure::failed(error.to_string())
}
