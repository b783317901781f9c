//! Places in the clone, and file operations that say which file they failed on.

use crate::failure::{Result, While};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The clone's root folder.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// What people take away: the binary, and the site that goes into it.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Half-finished parts of the site, kept so that only what changed is made again.
pub(crate) fn work() -> PathBuf {
    root().join("target/site")
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).doing(|| format!("reading {}", path.display()))
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        create(folder)?;
    }
    fs::write(path, content).doing(|| format!("writing {}", path.display()))
}

pub(crate) fn create(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).doing(|| format!("creating {}", folder.display()))
}

/// Removes a folder and all in it; one that is not there is fine.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(()),
        other => other.doing(|| format!("removing {}", folder.display())),
    }
}

/// Every file below a folder, sorted by path.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).doing(|| format!("listing {}", folder.display()))? {
            let path = entry
                .doing(|| format!("listing {}", folder.display()))?
                .path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
