//! The file of a private key: readable by its owner alone, written once, never overwritten.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use vault::KeyId;
use zeroize::Zeroizing;

use crate::key_error::{KeyError, KeyOrigin};
use crate::key_text::{self, PrivateKey};
use crate::ring::KeyRing;

/// More than any key file has; what is longer is not read further.
const MAX_LENGTH: u64 = 1024;

/// Permissions of anybody but the owner.
const OTHERS: u32 = 0o077;

/// The one of them that systemd sets on a credential it hands to a service of another user.
const GROUP_READS: u32 = 0o040;

/// What follows the name of the key file in that of a key laid ready for the next rotation.
const NEXT: &str = "next";

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
    if mode & OTHERS & !allowed(path) != 0 {
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

/// Permissions of others that are harmless at this place. systemd lets a service read its
/// credentials by an access list, whose mask shows as a right of the group; the directory is the
/// service's own.
fn allowed(path: &Path) -> u32 {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY");
    let inside = credentials.is_some_and(|directory| path.starts_with(directory));
    if inside { GROUP_READS } else { 0 }
}

/// The path of a key file beside `path`.
pub(crate) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(end);
    path.with_file_name(name)
}

/// The key files beside `path`, in the order of their names. Those of an id must hold that key.
pub(crate) fn read_beside(path: &Path) -> Result<Vec<KeyRing>, KeyError> {
    let mut found = Vec::new();
    for (beside, id) in names_beside(path)? {
        let ring = match KeyRing::from_file(&beside) {
            // Removed since the directory was read.
            Err(KeyError::Missing(_)) => continue,
            read => read?,
        };
        if id.is_some_and(|id| id != ring.key_id()) {
            return Err(KeyError::WrongName {
                path: beside,
                key_id: ring.key_id(),
            });
        }
        found.push(ring);
    }
    Ok(found)
}

/// What lies beside `path` under the name of a key, and the id if it is in the name.
fn names_beside(path: &Path) -> Result<Vec<(PathBuf, Option<KeyId>)>, KeyError> {
    let unreadable = |cause| KeyError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let directory = match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let Some(name) = name.to_str() else { continue };
        let own = path.file_name().and_then(|own| own.to_str());
        let end = own.and_then(|own| name.strip_prefix(own)?.strip_prefix('.'));
        match end {
            Some(NEXT) => found.push((path.with_file_name(name), None)),
            Some(end) => found.extend(
                end.parse()
                    .ok()
                    .map(|id| (path.with_file_name(name), Some(id))),
            ),
            None => {}
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

/// Lets `path` hold the key of that id, which lies beside it, and keeps what it held under the id
/// of that. Every step leaves all keys where a start finds them.
pub(crate) fn settle(path: &Path, current: KeyId) -> Result<(), KeyError> {
    let held = KeyRing::from_file(path)?.key_id();
    if held == current {
        return Ok(());
    }
    let unwritable = |cause| KeyError::Unwritable {
        path: path.to_owned(),
        cause,
    };
    let Some(new) = file_of(path, current)? else {
        return Err(KeyError::Missing(beside(path, &current.to_string())));
    };
    match fs::hard_link(path, beside(path, &held.to_string())) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(unwritable(error)),
        _ => sync_directory(path).map_err(unwritable)?,
    }
    fs::rename(new, path)
        .and_then(|()| sync_directory(path))
        .map_err(unwritable)
}

/// Removes the file beside `path` that holds the key of that id.
pub(crate) fn remove(path: &Path, id: KeyId) -> Result<Option<PathBuf>, KeyError> {
    let Some(file) = file_of(path, id)? else {
        return Ok(None);
    };
    fs::remove_file(&file)
        .and_then(|()| sync_directory(path))
        .map_err(|cause| KeyError::Unwritable {
            path: file.clone(),
            cause,
        })?;
    Ok(Some(file))
}

/// The file beside `path` that holds the key of that id.
fn file_of(path: &Path, id: KeyId) -> Result<Option<PathBuf>, KeyError> {
    let files = beside_by_id(path)?.into_iter();
    Ok(files
        .filter(|(held, _)| *held == id)
        .map(|(_, file)| file)
        .next())
}

/// The key files beside `path`, by the ids of their keys.
pub(crate) fn beside_by_id(path: &Path) -> Result<Vec<(KeyId, PathBuf)>, KeyError> {
    let files = names_beside(path)?.into_iter();
    files
        .map(|(file, _)| Ok((KeyRing::from_file(&file)?.key_id(), file)))
        .collect()
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
