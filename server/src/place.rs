//! Where the rows and the key are on this machine.

use std::env;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

use crate::config;
use crate::failure::Failure;

/// File of the database in the data directory.
const DATABASE: &str = "relay.db";

/// File of the key in the data directory.
const KEY: &str = "vault.key";

/// Everything this process makes is its owner's alone: database, journals, key.
pub(crate) fn keep_private() {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

/// Keeps this process out of core dumps, and its memory and environment from other processes of
/// the same user. On a system that cannot do that nothing is lost but this protection.
pub(crate) fn keep_unreadable() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "cannot keep this process out of core dumps");
    }
}

/// A data directory and a database.
#[derive(Debug)]
pub(crate) struct Place {
    data_dir: PathBuf,
    /// Where the database is; may carry a password, so it is never shown.
    pub(crate) database_url: String,
}

impl Place {
    /// The place that the flags name, or the usual one.
    pub(crate) fn of(flags: &config::Place) -> Result<Self, Failure> {
        let data_dir = match &flags.data_dir {
            Some(named) => named.clone(),
            None => usual_data_dir()?,
        };
        let data_dir = std::path::absolute(&data_dir).map_err(|error| {
            Failure::failed(format!(
                "{}: no such data directory: {error}",
                data_dir.display()
            ))
        })?;
        let database_url = match &flags.database_url {
            Some(named) => named.clone(),
            None => store::sqlite_url(&data_dir.join(DATABASE)),
        };
        Ok(Self {
            data_dir,
            database_url,
        })
    }

    /// Where the key is unless a flag says otherwise.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.data_dir.join(KEY)
    }

    /// What no step may see: the data directory, and the keys that are elsewhere.
    pub(crate) fn hidden(&self, keys: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
        let data_dir = [self.data_dir.clone()];
        data_dir.into_iter().chain(keys).collect()
    }

    /// Makes the data directory, readable by nobody else, unless it is there.
    pub(crate) fn make(&self) -> Result<(), Failure> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.data_dir)
            .map_err(|error| {
                let shown = self.data_dir.display();
                Failure::failed(format!("{shown}: cannot make the data directory: {error}"))
            })
    }
}

/// `relay` in the user's data folder, by the XDG base directory rules: a relative path is ignored.
fn usual_data_dir() -> Result<PathBuf, Failure> {
    let set = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .map(|folder| folder.join("relay"))
        .ok_or_else(|| Failure::Usage("no home directory is known; give --data-dir DIR".to_owned()))
}
