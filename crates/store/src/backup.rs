//! Copies of a SQLite database, taken while others write to it.
//!
//! `VACUUM INTO` copies one moment of the database, without what was deleted, and keeps nobody from
//! writing. The logs are copied after everything else: so a log is there for every attempt that the
//! copy knows of, as far as it had got.

use std::path::{Path, PathBuf};

use sqlx::{AnyConnection, ConnectOptions, Connection};

use crate::Error;
use crate::address::Address;

/// The files of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Everything but logs.
    pub database: PathBuf,
    /// The logs.
    pub logs: PathBuf,
}

/// The files of the SQLite database at `url`; `None` when it is on a PostgreSQL server.
pub fn files(url: &str) -> Result<Option<Files>, Error> {
    let address = Address::parse(url)?;
    Ok(match (&address, address.of_logs()) {
        (Address::Sqlite(database), Some(Address::Sqlite(logs))) => Some(Files {
            database: database.clone(),
            logs,
        }),
        _ => None,
    })
}

/// Copies a SQLite file as it is at one moment into a new one.
pub async fn copy(from: &Path, into: &Path) -> Result<(), Error> {
    let into = into
        .to_str()
        .ok_or(Error::Address("the path of the copy is not UTF-8"))?;
    let mut connection = open(from, "ro").await?;
    let done = sqlx::query("vacuum into $1")
        .bind(into)
        .execute(&mut connection)
        .await;
    connection.close().await?;
    done?;
    Ok(())
}

/// Makes a copy ready to be started from: proves that it is whole, and ends what must not come to
/// life again with it, the sessions of people and the setup code.
pub async fn make_ready(file: &Path) -> Result<(), Error> {
    let mut connection = open(file, "rw").await?;
    let found: String = sqlx::query_scalar("pragma integrity_check(1)")
        .fetch_one(&mut connection)
        .await?;
    if found != "ok" {
        return Err(Error::Damaged);
    }
    sqlx::raw_sql("pragma secure_delete = on; delete from sessions; delete from setup_codes")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

async fn open(path: &Path, mode: &str) -> Result<AnyConnection, Error> {
    sqlx::any::install_default_drivers();
    let address = Address::Sqlite(path.to_owned());
    let mut connection = address.options(mode)?.connect().await?;
    sqlx::raw_sql("pragma busy_timeout = 5000")
        .execute(&mut connection)
        .await?;
    Ok(connection)
}
