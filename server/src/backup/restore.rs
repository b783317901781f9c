//! `relay restore`

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::{
    Aside, CONTENTS, Contents, DATABASE, FORMAT, LOGS, Part, Restore, block_on, cannot, copied,
    files,
};
use crate::failure::Failure;
use crate::key::{Decision, KeySource};
use crate::place::Place;
use crate::serve::tell;
use crate::{Outcome, environment};

/// More than the description of a backup needs.
const LONGEST_CONTENTS: u64 = 64 * 1024;

/// Where the files are unpacked, in the data directory, until they have passed every check.
const UNPACKED: &str = ".restoring";

/// Puts the database of a backup into a data directory that holds nothing, or nothing but keys.
pub(crate) fn run(options: Restore) -> Outcome {
    environment::take_key_out(options.key_file.is_some())?;
    let place = Place::of(&options.place)?;
    let target = files(&place.database_url, "pg_restore")?;
    let usual = place.key_file();
    let directory = usual.parent().unwrap_or(&usual).to_owned();
    refuse_what_is_there(&directory, &usual)?;
    for file in [&target.database, &target.logs] {
        if file.exists() {
            return Err(occupied(file));
        }
    }
    let source = KeySource::of(options.key_file, usual)?;
    let key = source.to_string();
    place.make()?;
    let aside = Aside::make(directory.join(UNPACKED))?;
    let contents = unpack(&options.file, &aside)?;
    let (database, logs) = (aside.file(DATABASE), aside.file(LOGS));
    block_on(async {
        let found = store::inspect(&store::sqlite_url(&database)).await?;
        // A key of its own would be made for an empty database, never for this one.
        match source.decide(&found)? {
            Decision::Use(_) => {}
            Decision::Make { .. } if !found.ever_held_key => {}
            Decision::Make { .. } => return Err(Failure::failed("the key is missing")),
        }
        store::backup::make_ready(&database).await?;
        Ok(())
    })?;
    if contents.logs.bytes > 0 {
        put(&logs, &target.logs)?;
    }
    // Last: with it the directory is a whole one.
    put(&database, &target.database)?;
    drop(aside);
    tell(&format!(
        "restored the database of {} into {}; its values open with {key}",
        contents.made_at,
        target.database.display()
    ))
}

/// A directory with anything else than keys in it is somebody's.
fn refuse_what_is_there(directory: &Path, key: &Path) -> Outcome {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot("read", directory, &error)),
    };
    let key = key
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for entry in entries {
        let name = entry
            .map_err(|error| cannot("read", directory, &error))?
            .file_name()
            .to_string_lossy()
            .into_owned();
        let is_key = name == key || name.starts_with(&format!("{key}."));
        if !is_key && name != UNPACKED {
            return Err(occupied(&directory.join(name)));
        }
    }
    Ok(())
}

fn occupied(path: &Path) -> Failure {
    Failure::failed(format!(
        "{} is there: a backup is restored only into an empty data directory, which may hold the \
         key; nothing was changed",
        path.display()
    ))
}

/// Takes the archive apart, and proves that every byte is the one that was written.
fn unpack(path: &Path, aside: &Aside) -> Result<Contents, Failure> {
    let damaged = |what: &str| {
        Failure::failed(format!(
            "{} is not a whole backup of Relay: {what}; nothing was restored",
            path.display()
        ))
    };
    let file = File::open(path).map_err(|error| cannot("read", path, &error))?;
    let mut archive = tar::Archive::new(BufReader::new(file));
    let mut entries = archive.entries().map_err(|_| damaged("it is no archive"))?;
    let mut next = |name: &str| match entries.next() {
        Some(Ok(entry)) if entry.path_bytes() == name.as_bytes() => Ok(entry),
        _ => Err(damaged(&format!("{name} is not where it should be"))),
    };
    let mut text = Vec::new();
    next(CONTENTS)?
        .take(LONGEST_CONTENTS)
        .read_to_end(&mut text)
        .map_err(|_| damaged("it is cut off"))?;
    let contents: Contents =
        serde_json::from_slice(&text).map_err(|_| damaged("its description cannot be read"))?;
    if contents.format != FORMAT {
        return Err(damaged("it is of another format"));
    }
    for (name, expected) in [(DATABASE, &contents.database), (LOGS, &contents.logs)] {
        let found = unpack_one(next(name)?, &aside.file(name))
            .map_err(|error| damaged(&format!("{name}: {error}")))?;
        if found != *expected {
            return Err(damaged(&format!("{name} was changed or cut off")));
        }
    }
    Ok(contents)
}

fn unpack_one(from: impl Read, to: &Path) -> io::Result<Part> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    let (part, file) = copied(from, file)?;
    file.sync_all()?;
    Ok(part)
}

fn put(from: &Path, to: &Path) -> Outcome {
    let done = File::open(from)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::hard_link(from, to))
        .and_then(|()| match to.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        });
    done.map_err(|error| cannot("write", to, &error))
}
