//! Rotations of the vault's key: asked for by a person, carried out by an engine.

use model::{AccountId, RotationId, Timestamp};

use crate::ledger::{self, Entry};
use crate::row::{Row, bigint, column, counted, parsed, time, time_or_null};
use crate::{Error, Source, Tx};

/// A rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationRow {
    /// Its id.
    pub id: RotationId,
    /// The account of who asked for it; the vault is the installation's.
    pub account: AccountId,
    /// How far it is.
    pub state: State,
    /// What a person has to know about how it ended; may be empty.
    pub message: String,
    /// The id of the new key, once it has begun.
    pub to_key: Option<String>,
    /// How many values there were to seal again when it began.
    pub total: u64,
    /// How many of them are.
    pub done: u64,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// How far a rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for an engine.
    Asked,
    /// New values are sealed to the new key, and the others are being sealed again.
    Running,
    /// No value needs an older key.
    Finished,
    /// It ended before there was a new key.
    Failed,
}

impl State {
    /// Its word, in rows and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for State {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Asked, Self::Running, Self::Finished, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or(())
    }
}

fn read(row: &Row) -> Result<RotationRow, Error> {
    Ok(RotationRow {
        id: parsed(row, "id")?,
        account: parsed(row, "account_id")?,
        state: parsed(row, "state")?,
        message: column(row, "message")?,
        to_key: column(row, "to_key")?,
        total: counted(row, "total")?,
        done: counted(row, "done")?,
        asked_at: time(row, "asked_at")?,
        finished_at: time_or_null(row, "finished_at")?,
    })
}

/// The one that is not over, or else the newest.
pub async fn newest(source: impl Source) -> Result<Option<RotationRow>, Error> {
    sqlx::query(
        "select id, account_id, state, message, to_key, total, done, asked_at, finished_at \
         from rotations order by (case when finished_at is null then 0 else 1 end), \
         asked_at desc, id limit 1",
    )
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Asks for one; while another is not over, [`Error::Unique`].
pub async fn add(tx: &mut Tx, id: &RotationId, entry: &Entry) -> Result<(), Error> {
    sqlx::query(
        "insert into rotations (id, account_id, state, message, total, done, asked_at, asked_by) \
         values ($1, $2, 'asked', '', 0, 0, $3, $4)",
    )
    .bind(id.as_str())
    .bind(entry.account.as_str())
    .bind(entry.at.0)
    .bind(entry.by())
    .execute(tx.connection())
    .await?;
    ledger::append(tx, entry).await
}

/// Notes that the new key is the current one, and how many values are to be sealed again. The entry
/// of the key tells of it. `false` when another engine was faster.
pub async fn begin(
    tx: &mut Tx,
    id: &RotationId,
    to_key: &str,
    total: u64,
    at: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update rotations set state = 'running', to_key = $1, total = $2, started_at = $3 \
         where id = $4 and state = 'asked'",
    )
    .bind(to_key)
    .bind(bigint(total)?)
    .bind(at.0)
    .bind(id.as_str())
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that so many more values are sealed to the new key. The entry of those values tells of it.
pub async fn advance(tx: &mut Tx, id: &RotationId, more: u64) -> Result<(), Error> {
    sqlx::query("update rotations set done = done + $1 where id = $2 and finished_at is null")
        .bind(bigint(more)?)
        .bind(id.as_str())
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Ends a rotation; `false` when it has ended already.
pub async fn end(
    tx: &mut Tx,
    id: &RotationId,
    state: State,
    message: &str,
    entry: &Entry,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update rotations set state = $1, message = $2, finished_at = $3 \
         where id = $4 and finished_at is null",
    )
    .bind(state.as_str())
    .bind(message)
    .bind(entry.at.0)
    .bind(id.as_str())
    .execute(tx.connection())
    .await?;
    ledger::append_changed(tx, done.rows_affected(), entry).await
}
