//! Engines: one row per life of a process that runs steps, and a lock that ends with that life.
//!
//! On SQLite the lock is on a file beside the database, and only one process can have it. On
//! PostgreSQL it is an advisory lock of a connection that is kept for life; there may be many, and a
//! row whose lock is free is of an engine that died. Its attempts are for the others to take over.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use model::{EngineId, Timestamp};
use sqlx::{AnyConnection, ConnectOptions};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::address::Address;
use crate::pools::Kind;
use crate::row::{column, each, hidden::Source as _, parsed, time};
use crate::{Error, Store, Tx};

/// An engine to announce.
#[derive(Debug)]
pub struct NewEngine<'a> {
    /// A fresh id.
    pub id: &'a EngineId,
    /// What runs its steps: `process`, or `none`.
    pub runner: &'a str,
    /// More about that, for a person, such as why there is none.
    pub note: &'a str,
    /// When it began.
    pub at: Timestamp,
}

/// An engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineRow {
    /// Its id.
    pub id: EngineId,
    /// What runs its steps.
    pub runner: String,
    /// More about that.
    pub note: String,
    /// When it began.
    pub started_at: Timestamp,
}

/// That this process is the engine it says. Other processes see it until this is dropped.
#[derive(Debug)]
pub struct Presence {
    id: EngineId,
    lock: Lock,
    lost: watch::Receiver<bool>,
}

#[derive(Debug)]
enum Lock {
    /// It ends when it is given back, or with the last process that has the file open: a program that
    /// is just being started has it for a moment, too.
    File(File),
    /// It ends with the connection that this task owns.
    Connection(JoinHandle<()>),
}

impl Drop for Lock {
    fn drop(&mut self) {
        match self {
            Self::File(file) => give_back(file),
            Self::Connection(keeper) => keeper.abort(),
        }
    }
}

impl Presence {
    /// Takes the lock and writes the row. On SQLite there can be one engine at a time: else
    /// [`Error::AnotherEngine`].
    pub async fn announce(store: &Store, new: &NewEngine<'_>) -> Result<Self, Error> {
        let (tell, lost) = watch::channel(false);
        let lock = match store.address() {
            Address::Sqlite(path) => Lock::File(lock_file_patiently(path).await?),
            address @ Address::Postgres(_) => {
                let connection = lock_connection(address, new.id).await?;
                Lock::Connection(tokio::spawn(keep(connection, tell)))
            }
        };
        let mut tx = store.begin_unledgered().await?;
        sqlx::query("insert into engines (id, runner, note, started_at) values ($1, $2, $3, $4)")
            .bind(new.id.as_str())
            .bind(new.runner)
            .bind(new.note)
            .bind(new.at.0)
            .execute(tx.connection())
            .await?;
        tx.commit().await?;
        Ok(Self {
            id: new.id.clone(),
            lock,
            lost,
        })
    }

    /// Waits until the lock is lost, which only happens on PostgreSQL, when the connection that
    /// holds it breaks. Others may then take over the attempts of this engine: it ends them, and
    /// announces itself again under a new id.
    pub async fn lost(&self) {
        let mut lost = self.lost.clone();
        if lost.wait_for(|lost| *lost).await.is_err() {
            // Nobody can lose the lock on a file.
            std::future::pending::<()>().await;
        }
    }

    /// Removes the row and gives the lock back, when nothing is under way any more.
    pub async fn withdraw(self, store: &Store) -> Result<(), Error> {
        let mut tx = store.begin_unledgered().await?;
        forget(&mut tx, &self.id).await?;
        tx.commit().await?;
        drop(self.lock);
        Ok(())
    }
}

/// The engines that are not known to be dead, oldest first.
pub async fn runners(store: &Store) -> Result<Vec<EngineRow>, Error> {
    let mut rows = all(store).await?;
    if let Some(held) = held(store).await? {
        rows.retain(|row| held.contains(&key(&row.id)));
    }
    Ok(rows)
}

/// The engines whose life has ended, though something of them is still there, a row or attempts
/// under way: on SQLite every one but `own`, which holds the only lock.
pub async fn dead(store: &Store, own: &EngineId) -> Result<Vec<EngineId>, Error> {
    // The rows first: an engine has its lock before it has a row.
    let rows = all(store).await?;
    let rowless = rowless(store).await?;
    let held = held(store).await?.unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| row.id)
        .chain(rowless)
        .filter(|id| id != own && !held.contains(&key(id)))
        .collect())
}

/// Removes the row of an engine, once nothing of it is left to take over.
pub async fn forget(tx: &mut Tx, id: &EngineId) -> Result<(), Error> {
    sqlx::query("delete from engines where id = $1")
        .bind(id.as_str())
        .execute(tx.connection())
        .await?;
    Ok(())
}

async fn all(store: &Store) -> Result<Vec<EngineRow>, Error> {
    let rows =
        sqlx::query("select id, runner, note, started_at from engines order by started_at, id")
            .fetch_all(store.executor())
            .await?;
    each(&rows, |row| {
        Ok(EngineRow {
            id: parsed(row, "id")?,
            runner: column(row, "runner")?,
            note: column(row, "note")?,
            started_at: time(row, "started_at")?,
        })
    })
}

/// The engines that have attempts under way but no row, whatever became of it. Nobody else would
/// ever end those attempts.
async fn rowless(store: &Store) -> Result<Vec<EngineId>, Error> {
    let rows = sqlx::query(
        "select distinct engine_id from attempts where state = 'running' \
         and engine_id not in (select id from engines) order by engine_id",
    )
    .fetch_all(store.executor())
    .await?;
    each(&rows, |row| parsed(row, "engine_id"))
}

/// The advisory locks somebody holds in this PostgreSQL database; `None` on SQLite.
async fn held(store: &Store) -> Result<Option<Vec<i64>>, Error> {
    if store.kind() == Kind::Sqlite {
        return Ok(None);
    }
    let keys = sqlx::query_scalar(
        "select (classid::bigint << 32) | objid::bigint from pg_locks \
         where locktype = 'advisory' and objsubid = 1 and granted \
         and database = (select oid from pg_database where datname = current_database())",
    )
    .fetch_all(store.readers())
    .await?;
    Ok(Some(keys))
}

/// PostgreSQL's number for the lock of an engine: half of its random id.
fn key(id: &EngineId) -> i64 {
    let half = id.as_str().get(..16).unwrap_or_default();
    u64::from_str_radix(half, 16).map_or(0, u64::cast_signed)
}

/// Whether there is at most one engine. On SQLite there never are two, whatever rows those have left
/// that died.
pub async fn alone(store: &Store) -> Result<bool, Error> {
    Ok(store.kind() == Kind::Sqlite || runners(store).await?.len() <= 1)
}

/// Whether an engine works on this database now.
pub async fn any_alive(store: &Store) -> Result<bool, Error> {
    match store.address() {
        Address::Sqlite(path) => match lock_file(path) {
            Ok(file) => {
                give_back(&file);
                Ok(false)
            }
            Err(Error::AnotherEngine) => Ok(true),
            Err(error) => Err(error),
        },
        Address::Postgres(_) => Ok(!runners(store).await?.is_empty()),
    }
}

/// The lock, also when somebody has just looked whether it is taken, which takes it for a moment.
async fn lock_file_patiently(database: &Path) -> Result<File, Error> {
    for _ in 0..LOOKS {
        match lock_file(database) {
            Err(Error::AnotherEngine) => tokio::time::sleep(LOOK).await,
            done => return done,
        }
    }
    lock_file(database)
}

/// The lock on SQLite. The file stays when it is given back: removing it could take it away from
/// somebody who has just opened it.
fn lock_file(database: &Path) -> Result<File, Error> {
    let mut path = database.as_os_str().to_owned();
    path.push(".engine");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::AnotherEngine),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn give_back(file: &File) {
    if let Err(error) = file.unlock() {
        tracing::warn!(error = %error, "the lock of the engine is given back only when its file is closed");
    }
}

/// How often, and how soon again, a lock is tried that somebody may only be looking at.
const LOOKS: u32 = 4;
const LOOK: Duration = Duration::from_millis(50);

/// How often the connection that holds the lock is tried, and how long it may take to answer.
const EVERY: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);

async fn lock_connection(address: &Address, id: &EngineId) -> Result<AnyConnection, Error> {
    let mut connection = address.options("")?.connect().await?;
    // A machine that vanished without a word gives its lock back after half a minute: later than
    // it would notice itself.
    sqlx::raw_sql(
        "set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; \
         set tcp_keepalives_count = 3",
    )
    .execute(&mut connection)
    .await?;
    let locked: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
        .bind(key(id))
        .fetch_one(&mut connection)
        .await?;
    if locked {
        Ok(connection)
    } else {
        Err(Error::AnotherEngine)
    }
}

/// Holds the connection until it breaks.
async fn keep(mut connection: AnyConnection, lost: watch::Sender<bool>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let answer = sqlx::query("select 1").execute(&mut connection);
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "the connection that shows this engine to others broke");
                break;
            }
            Err(_) => {
                tracing::error!("the connection that shows this engine to others does not answer");
                break;
            }
        }
    }
    drop(connection);
    // Nobody may be waiting for it.
    let _ = lost.send(true);
}
