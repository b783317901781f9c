//! `relay backup`

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{
    Aside, Backup, CONTENTS, Contents, DATABASE, FORMAT, LOGS, Part, block_on, cannot, files,
};
use crate::failure::Failure;
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
    let aside = Aside::make(hidden_beside(&target))?;
    let (database, logs) = (aside.file(DATABASE), aside.file(LOGS));
    let found = block_on(async {
        let found = store::inspect(&place.database_url).await?;
        store::backup::copy(&files.database, &database).await?;
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
        made_at: installation::now().to_string(),
        key_id: found.current_key.map(|key| key.key_id),
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
        "wrote {}; the values in it are sealed with the key {}, which is not in it",
        target.display(),
        contents.key_id.as_deref().unwrap_or("(none yet)")
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

/// Where the copies are made: on the same file system as the backup.
fn hidden_beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".making");
    target.with_file_name(name)
}

fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}
