//! What can be wrong with a key, in sentences for the person who runs the server.

use std::io;
use std::path::PathBuf;

use vault::KeyId;

use crate::key_text::KEY_FORMAT;

/// Why there is no key. Every message is one sentence and names the place; none has any of the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is nothing at the path. The only error after which a new key may be made.
    #[error("there is no key file {}", .0.display())]
    Missing(PathBuf),
    /// There is something else than a file at the path.
    #[error("{} is not a file, so it cannot be the key file", .0.display())]
    NotAFile(PathBuf),
    /// Somebody else than the owner may read, change or run the file.
    #[error("the key file {path} is open to other users (mode {mode:03o}): run `chmod 600 {path}`", path = .path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file cannot be read.
    #[error("the key file {} cannot be read: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// There is no text.
    #[error("{0} is empty")]
    Empty(KeyOrigin),
    /// The text is not in the format of a key.
    #[error("{0} does not hold a vault key: it must be one line that begins with `{KEY_FORMAT}`")]
    Malformed(KeyOrigin),
    /// The text has the format, but not the right number of bytes.
    #[error(
        "{0} holds a vault key of the wrong length: it must be 32 bytes, 43 characters in base64"
    )]
    WrongLength(KeyOrigin),
    /// A new key is never written over something.
    #[error("there is already a file {}, and a key is never overwritten", .0.display())]
    AlreadyExists(PathBuf),
    /// The new key could not be written. Nothing of it was left behind.
    #[error("the key file {} cannot be written: {cause}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file is named after another key than the one it holds.
    #[error("the key file {} holds the key {key_id}: a file with an id in its name holds that key", .path.display())]
    WrongName {
        /// The file.
        path: PathBuf,
        /// The key in it.
        key_id: KeyId,
    },
    /// No key is laid ready, and none may be written where the keys come from.
    #[error(
        "there is no new key: a key that is not in the data directory is followed by one that you \
         lay ready, so give the new key beside the old one and restart"
    )]
    NoNextKey,
    /// The system has no randomness to make a key of.
    #[error("the system gives no randomness, so no vault key can be made")]
    NoRandomness,
}

/// Where a text that should be a key came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// A file.
    File(PathBuf),
    /// A text the program was given, such as an environment variable.
    Text,
}

impl std::fmt::Display for KeyOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "the key file {}", path.display()),
            Self::Text => f.write_str("the vault key that was given as text"),
        }
    }
}
