//! `relay backup` and `relay restore`: a SQLite database in one file, without any key.
//!
//! The file is a tar archive of `relay-backup.json`, `relay.db` and `relay-logs.sqlite`. The first
//! of them has the length and the SHA-256 of the others, and the id of the vault key that the
//! values are sealed to.

pub(crate) mod make;
pub(crate) mod restore;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config;
use crate::failure::Failure;
use crate::hex::hex;

/// Flags of `relay backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write; one that exists is not touched
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the rows are.
    #[command(flatten)]
    pub place: config::Place,
}

/// Flags of `relay restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// A file that `relay backup` has written
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the rows go: a directory that is empty, or holds nothing but key files.
    #[command(flatten)]
    pub place: config::Place,
    /// The vault's private key; see `relay serve --help`
    #[arg(long, env = "RELAY_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// What kind of file it is; a later format has another number.
const FORMAT: &str = "relay-backup-v1";

/// Names in the archive.
const CONTENTS: &str = "relay-backup.json";
const DATABASE: &str = "relay.db";
const LOGS: &str = "relay-logs.sqlite";

/// What the archive says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    format: String,
    /// The program that wrote it.
    relay: String,
    /// When, as a text for people.
    made_at: String,
    /// The vault key that values are sealed to.
    key_id: Option<String>,
    database: Part,
    logs: Part,
}

/// One file of the archive.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    bytes: u64,
    sha256: String,
}

impl Part {
    /// Of the file at `path`.
    fn of(path: &Path) -> Result<Self, Failure> {
        let file = fs::File::open(path).map_err(|error| cannot("read", path, &error))?;
        let (part, _) = copied(file, io::sink()).map_err(|error| cannot("read", path, &error))?;
        Ok(part)
    }
}

/// Copies everything, and tells what it was.
fn copied<W: Write>(mut from: impl Read, mut to: W) -> io::Result<(Part, W)> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        hash.update(&chunk[..read]);
        to.write_all(&chunk[..read])?;
        bytes += read as u64;
    }
    let sha256 = hex(&hash.finalize());
    Ok((Part { bytes, sha256 }, to))
}

/// The files of the database, or why there are none to copy; `tool` is PostgreSQL's for it.
fn files(url: &str, tool: &str) -> Result<store::backup::Files, Failure> {
    store::backup::files(url)?.ok_or_else(|| {
        Failure::failed(format!(
            "the rows of this Relay are in PostgreSQL: use `{tool}`, and keep the key apart from \
             what it writes"
        ))
    })
}

fn cannot(act: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("cannot {act} {}: {error}", path.display()))
}

/// A directory beside a file that is being made, gone when this is dropped.
struct Aside(PathBuf);

impl Aside {
    /// Makes it; what an earlier one has left behind that was killed is removed.
    fn make(path: PathBuf) -> Result<Self, Failure> {
        use std::os::unix::fs::DirBuilderExt;
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(cannot("remove", &path, &error));
            }
            _ => {}
        }
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| cannot("make", &path, &error))?;
        Ok(Self(path))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What stays behind is removed by the next one.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?
        .block_on(work)
}
