//! `relay backup`

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{
    Aside, Backup, CONTENTS, Contents, DATABASE, FORMAT, LOGS, Part, block_on, cannot, files,
};
use crate::failure::Failure;
use crate::hex::hex;
use crate::place::Place;
use crate::serve::tell;
use crate::{Outcome, installation};

/// Copies the database as it is at one moment, beside whoever works with it.
pub(crate) fn run(options: &Backup) -> Outcome {
    let place = Place::of(&options.place)?;
    let files = files(&place.database_url, "pg_dump")?;
    if !files.database.exists() {
        return Err(Failure::failed(format!(
            "there is no database {}",
            files.database.display()
        )));
    }
    let target = std::path::absolute(&options.file)
        .map_err(|error| cannot("write", &options.file, &error))?;
    if target.exists() {
        return Err(Failure::failed(format!(
            "{} is there already, and a backup never takes the place of another file",
            target.display()
        )));
    }
    let aside = Aside::make(hidden_beside(&target)?)?;
    aside.until_told_to_end()?;
    let made_at = installation::now();
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let told = json!({ "file": name }).to_string();
    let (database, logs) = (aside.file(DATABASE), aside.file(LOGS));
    let found = block_on(async {
        // First, so that no copy leaves the house that the ledger does not tell of.
        let told = store::backup::tell(&files.database, made_at, "backup.make", &told);
        told.await.map_err(untold)?;
        store::backup::copy(&files.database, &database).await?;
        // The copy, not the database: perhaps a rotation has begun meanwhile.
        let found = store::inspect(&store::sqlite_url(&database)).await?;
        // A database that never saw a run may have no logs yet.
        if files.logs.exists() {
            store::backup::copy(&files.logs, &logs).await?;
        }
        Ok(found)
    })?;
    if !logs.exists() {
        File::create(&logs).map_err(|error| cannot("write", &logs, &error))?;
    }
    let contents = Contents {
        format: FORMAT.to_owned(),
        relay: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: made_at.to_string(),
        key_ids: key_ids(found),
        database: Part::of(&database)?,
        logs: Part::of(&logs)?,
    };
    let draft = aside.file("archive");
    archive(&draft, &contents, &database, &logs)
        .map_err(|error| cannot("write", &draft, &error))?;
    // Fails when somebody else has put a file there meanwhile.
    fs::hard_link(&draft, &target)
        .and_then(|()| sync_directory(&target))
        .map_err(|error| cannot("write", &target, &error))?;
    tell(&format!(
        "wrote {}; {}",
        target.display(),
        match &contents.key_ids[..] {
            [] => "there is no value in it yet".to_owned(),
            [key] => format!("the values in it are sealed with the key {key}, which is not in it"),
            keys => format!(
                "the values in it are sealed with the keys {}, which are not in it: keep them all",
                keys.join(", ")
            ),
        }
    ))
}

/// All keys that the values of a database may be sealed to, the current one first.
fn key_ids(found: store::Inspection) -> Vec<String> {
    let current = found.current_key.map(|key| key.key_id);
    let older = found.needed_keys.into_iter();
    let older = older
        .filter(|id| Some(id) != current.as_ref())
        .collect::<Vec<_>>();
    current.into_iter().chain(older).collect()
}

fn untold(error: store::Error) -> Failure {
    Failure::failed(format!(
        "the ledger could not be told of the backup, so there is none: {error}"
    ))
}

fn archive(path: &Path, contents: &Contents, database: &Path, logs: &Path) -> io::Result<()> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let mut archive = tar::Builder::new(BufWriter::new(file));
    archive.mode(tar::HeaderMode::Deterministic);
    let text = serde_json::to_vec_pretty(contents)?;
    let mut header = tar::Header::new_ustar();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    archive.append_data(&mut header, CONTENTS, &*text)?;
    archive.append_path_with_name(database, DATABASE)?;
    archive.append_path_with_name(logs, LOGS)?;
    let mut file = archive.into_inner()?;
    file.flush()?;
    file.get_ref().sync_all()
}

/// Where the copies are made: on the same file system as the backup, and in nobody else's way.
fn hidden_beside(target: &Path) -> Result<PathBuf, Failure> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|error| Failure::failed(format!("the system gives no randomness: {error}")))?;
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.making", hex(&random)));
    Ok(target.with_file_name(name))
}

fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}
