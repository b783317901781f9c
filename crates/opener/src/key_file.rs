//! The file of a private key: readable by its owner alone, written once, never overwritten.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::key_error::{KeyError, KeyOrigin};
use crate::key_text::{self, PrivateKey};

/// More than any key file has; what is longer is not read further.
const MAX_LENGTH: u64 = 1024;

/// Permissions of anybody but the owner.
const OTHERS: u32 = 0o077;

/// Reads a key file.
pub(crate) fn read(path: &Path) -> Result<Box<PrivateKey>, KeyError> {
    let unreadable = |cause: io::Error| match cause.kind() {
        ErrorKind::NotFound => KeyError::Missing(path.to_owned()),
        _ => KeyError::Unreadable {
            path: path.to_owned(),
            cause,
        },
    };
    // Looked at before it is opened, because opening a pipe would wait for somebody to write.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(KeyError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(KeyError::OpenToOthers {
            path: path.to_owned(),
            mode,
        });
    }
    let origin = KeyOrigin::File(path.to_owned());
    // Room for all of it from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        2 * usize::try_from(MAX_LENGTH).unwrap_or(0),
    ));
    file.take(MAX_LENGTH)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => key_text::read(text, origin),
        Err(_) => Err(KeyError::Malformed(origin)),
    }
}

/// Writes a new key file and returns when it is safe on the disk.
///
/// The text is first written beside it and then given its name in one step, which fails when the
/// name is taken: whenever the power goes, there is a whole key file or none.
pub(crate) fn save_new(path: &Path, text: &str) -> Result<(), KeyError> {
    let unwritable = |cause: io::Error| match cause.kind() {
        ErrorKind::AlreadyExists => KeyError::AlreadyExists(path.to_owned()),
        _ => KeyError::Unwritable {
            path: path.to_owned(),
            cause,
        },
    };
    let draft = draft_path(path)?;
    let written = write_synced(&draft, text).and_then(|()| fs::hard_link(&draft, path));
    // The draft is in the way of nothing; the key is safe under its own name or was not made.
    let removed = match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    written
        .and(removed)
        .and_then(|()| sync_directory(path))
        .map_err(unwritable)
}

/// A name in the same directory that nobody else uses.
fn draft_path(path: &Path) -> Result<PathBuf, KeyError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| KeyError::NoRandomness)?;
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{:016x}", u64::from_be_bytes(random)));
    Ok(path.with_file_name(name))
}

fn write_synced(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Without this the file's name could be lost with the power, although its bytes are safe.
fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) if directory != Path::new("") => File::open(directory)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
