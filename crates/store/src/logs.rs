//! Logs: what attempts printed, as bytes in order, in chunks that tell when.
//!
//! They are masked before they come here. They are many and small, and losing the last moments of
//! one in a power cut does no harm, so they do not wait for the disk as everything else does: on
//! SQLite they are a file beside the database, on PostgreSQL a table that is written with
//! `synchronous_commit = off`. Nothing ties them to their attempts; who deletes a run deletes them,
//! and [`sweep`] what is left when that was interrupted.

use model::{AttemptId, Timestamp};
use sqlx::AssertSqlSafe;

use crate::address::Address;
use crate::pools::Pools;
use crate::row::{self, bigint, column, counted, parsed, storable, time};
use crate::settings::Durability;
use crate::{Error, Store, migrate, steps};

/// Where logs are. Cheap to clone.
#[derive(Clone)]
pub struct Logs {
    pools: Pools,
}

/// A piece of a log to add.
#[derive(Debug, Clone, Copy)]
pub struct NewChunk<'a> {
    /// Whose log it is.
    pub attempt: &'a AttemptId,
    /// Its number in that log, from 0 without gaps.
    pub sequence: u64,
    /// How many bytes the log had before it.
    pub offset: u64,
    /// When the first byte of it was printed.
    pub at: Timestamp,
    /// What was printed; never empty.
    pub bytes: &'a [u8],
}

/// A piece of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkRow {
    /// Its number in the log, from 0 without gaps.
    pub sequence: u64,
    /// The place of the first of `bytes` in the log.
    pub offset: u64,
    /// When it was printed.
    pub at: Timestamp,
    /// What was printed.
    pub bytes: Vec<u8>,
}

impl Logs {
    /// The logs that belong to a database which is open.
    pub(crate) async fn open(address: &Address, house: &Pools) -> Result<Self, Error> {
        let pools = match address.of_logs() {
            Some(file) => Pools::connect(&file, Durability::Crash).await?,
            None => house.more_writers(address.options("rw")?, Durability::Crash),
        };
        migrate::run(&pools, &migrate::LOGS).await?;
        Ok(Self { pools })
    }

    pub(crate) async fn close(&self) {
        self.pools.close().await;
    }
}

/// How many chunks go to the database in one statement.
const CHUNKS_AT_ONCE: usize = 100;

/// Adds chunks. One at a place that has a chunk already is [`Error::Unique`].
pub async fn append(logs: &Logs, chunks: &[NewChunk<'_>]) -> Result<(), Error> {
    for some in chunks.chunks(CHUNKS_AT_ONCE) {
        let sql = format!(
            "insert into log_chunks (attempt_id, start, sequence, at, bytes) values {}",
            row::places(some.len(), 5)
        );
        let mut insert = sqlx::query(AssertSqlSafe(sql));
        for chunk in some {
            insert = insert
                .bind(chunk.attempt.as_str())
                .bind(bigint(chunk.offset)?)
                .bind(bigint(chunk.sequence)?)
                .bind(chunk.at.0)
                .bind(chunk.bytes);
        }
        insert.execute(&logs.pools.writers).await?;
    }
    Ok(())
}

/// What stands in a log from `from_offset` on. Chunks are whole, but for the first, which begins
/// exactly there; none begins `max_bytes` or more behind it. Empty at the end of the log.
pub async fn read(
    logs: &Logs,
    attempt: &AttemptId,
    from_offset: u64,
    max_bytes: u64,
) -> Result<Vec<ChunkRow>, Error> {
    let Some(from) = storable(from_offset) else {
        return Ok(Vec::new());
    };
    let end = from.saturating_add(storable(max_bytes).unwrap_or(i64::MAX));
    let rows = sqlx::query(
        "select sequence, start, at, bytes from log_chunks \
         where attempt_id = $1 and start < $2 and start >= coalesce(\
         (select max(start) from log_chunks where attempt_id = $1 and start <= $3), 0) \
         order by start",
    )
    .bind(attempt.as_str())
    .bind(end)
    .bind(from)
    .fetch_all(&logs.pools.readers)
    .await?;
    let mut chunks = row::each(&rows, |row| {
        Ok(ChunkRow {
            sequence: counted(row, "sequence")?,
            offset: counted(row, "start")?,
            at: time(row, "at")?,
            bytes: column(row, "bytes")?,
        })
    })?;
    if let Some(first) = chunks.first_mut() {
        let before = from_offset.saturating_sub(first.offset);
        let before = usize::try_from(before)
            .unwrap_or(usize::MAX)
            .min(first.bytes.len());
        first.bytes.drain(..before);
        first.offset += before as u64;
    }
    chunks.retain(|chunk| !chunk.bytes.is_empty());
    Ok(chunks)
}

/// How many bytes a log has.
pub async fn length(logs: &Logs, attempt: &AttemptId) -> Result<u64, Error> {
    let end: Option<i64> = sqlx::query_scalar(
        "select start + length(bytes) from log_chunks where attempt_id = $1 \
         order by start desc limit 1",
    )
    .bind(attempt.as_str())
    .fetch_optional(&logs.pools.readers)
    .await?;
    u64::try_from(end.unwrap_or(0)).map_err(|_| Error::Row("start"))
}

/// Deletes the logs of these attempts.
pub async fn delete_of(logs: &Logs, attempts: &[AttemptId]) -> Result<(), Error> {
    for some in attempts.chunks(CHUNKS_AT_ONCE) {
        let sql = format!(
            "delete from log_chunks where attempt_id in {}",
            row::places(1, some.len())
        );
        let mut delete = sqlx::query(AssertSqlSafe(sql));
        for attempt in some {
            delete = delete.bind(attempt.as_str());
        }
        delete.execute(&logs.pools.writers).await?;
    }
    Ok(())
}

/// Looks at the next logs behind `after`, in the order of their attempts, and deletes those whose
/// attempt is gone: it was deleted by somebody who was interrupted before the log was. Answers
/// where to go on; nothing when there are no more.
pub async fn sweep(store: &Store, after: Option<&AttemptId>) -> Result<Option<AttemptId>, Error> {
    let logs = store.logs();
    // One look into the index for each attempt, however long its log is.
    let rows = sqlx::query(
        "with recursive found (id, number) as (\
         select min(attempt_id), 1 from log_chunks where attempt_id > $1 \
         union all \
         select (select min(attempt_id) from log_chunks where attempt_id > found.id), number + 1 \
         from found where found.id is not null and number < $2) \
         select id from found where id is not null",
    )
    .bind(after.map_or("", AttemptId::as_str))
    .bind(bigint(CHUNKS_AT_ONCE as u64)?)
    .fetch_all(&logs.pools.readers)
    .await?;
    let found: Vec<AttemptId> = row::each(&rows, |row| parsed(row, "id"))?;
    let Some(last) = found.last().cloned() else {
        return Ok(None);
    };
    // Afterwards: no log begins before its attempt is there.
    let known = steps::existing(store, &found).await?;
    let gone: Vec<_> = found
        .into_iter()
        .filter(|attempt| !known.contains(attempt))
        .collect();
    delete_of(logs, &gone).await?;
    Ok(Some(last))
}
