//! Keeping what steps print: one task writes the chunks of all attempts, many in one transaction.
//!
//! Every attempt may have so many bytes on the way to the database and no more. One that prints
//! faster than the database takes it waits, and its step with it, blocked on its own pipe; the
//! others have their own share. Nothing here goes through the connection that keeps promises.

mod sink;

pub(crate) use sink::Sink;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::{AttemptId, Timestamp};
use store::logs::{self, NewChunk};
use store::{Change, Error, Store};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::pulse::Pulse;

/// Bytes and chunks that go into one transaction at most.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const BATCH_CHUNKS: usize = 4_096;

/// Chunks of one attempt that lie side by side become one row of up to this size.
const ROW_BYTES: usize = 64 * 1024;

/// What was printed later than this, in milliseconds, gets a row of its own: a row has one time, and
/// while the database is slow a batch can hold the lines of many seconds.
const ROW_TIME: i64 = 50;

/// Rows that are written together or not at all: as many as the store puts into one statement.
const ROWS_AT_ONCE: usize = 100;

/// Times a batch is tried; the pauses between them grow to about ten seconds together.
const TRIES: u32 = 7;

/// A piece of what an attempt printed, after redaction.
pub(crate) struct Chunk {
    attempt: AttemptId,
    /// How many rows of this attempt were written before.
    rows: Arc<AtomicU64>,
    offset: u64,
    at: Timestamp,
    bytes: Vec<u8>,
    /// Given back when the chunk is stored.
    _share: OwnedSemaphorePermit,
}

/// Where chunks are handed in.
pub(crate) type Sender = mpsc::UnboundedSender<Chunk>;

/// Starts the writer. It ends when every sender is gone and everything is stored.
pub(crate) fn start(store: Store, pulse: Pulse) -> Sender {
    // Unbounded, because the shares of the attempts are its bound.
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        write(store, receiver).await;
        drop(pulse);
    });
    sender
}

async fn write(store: Store, mut chunks: mpsc::UnboundedReceiver<Chunk>) {
    while let Some(first) = chunks.recv().await {
        let mut bytes = first.bytes.len();
        let mut batch = vec![first];
        while bytes < BATCH_BYTES
            && batch.len() < BATCH_CHUNKS
            && let Ok(next) = chunks.try_recv()
        {
            bytes += next.bytes.len();
            batch.push(next);
        }
        for rows in merged(&mut batch).chunks(ROWS_AT_ONCE) {
            keep(&store, rows).await;
        }
        let attempts: BTreeSet<_> = batch.iter().map(|chunk| chunk.attempt.clone()).collect();
        // The shares are given back: whoever waits for the log finds it complete.
        drop(batch);
        for attempt in attempts {
            store.announce(Change::Log(attempt));
        }
    }
}

/// The rows of a batch: neighbours of the same attempt and of the same moment become one, so that a
/// step that prints single characters does not fill the table with them.
fn merged(batch: &mut [Chunk]) -> Vec<&Chunk> {
    batch.sort_by(|one, other| (&one.attempt, one.offset).cmp(&(&other.attempt, other.offset)));
    let mut row = 0;
    for at in 1..batch.len() {
        let (rows, rest) = batch.split_at_mut(at);
        if let (Some(first), Some(next)) = (rows.get_mut(row), rest.first_mut())
            && first.attempt == next.attempt
            && first.bytes.len() + next.bytes.len() <= ROW_BYTES
            && next.at.0 - first.at.0 <= ROW_TIME
        {
            first.bytes.append(&mut next.bytes);
        } else {
            row = at;
        }
    }
    batch.iter().filter(|one| !one.bytes.is_empty()).collect()
}

async fn keep(store: &Store, rows: &[&Chunk]) {
    let new: Vec<_> = rows
        .iter()
        .map(|chunk| NewChunk {
            attempt: &chunk.attempt,
            sequence: chunk.rows.fetch_add(1, Ordering::Relaxed),
            offset: chunk.offset,
            at: chunk.at,
            bytes: &chunk.bytes,
        })
        .collect();
    let mut pause = Duration::from_millis(100);
    for tries in 1.. {
        let error = match logs::append(store.logs(), &new).await {
            // Unique: an earlier try was stored, and only its answer was lost.
            Ok(()) | Err(Error::Unique) => return,
            Err(error) => error,
        };
        if tries == TRIES {
            tracing::error!(
                error = &error as &(dyn std::error::Error + 'static),
                chunks = new.len(),
                "the log database failed for too long: a part of the logs is lost"
            );
            return;
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}

#[cfg(test)]
mod tests {
    use std::str;

    use tokio::sync::Semaphore;

    use super::*;

    /// A piece of the log of attempt `of`, printed at `at`.
    fn chunk(of: u8, offset: u64, at: i64, text: &str) -> Chunk {
        Chunk {
            attempt: AttemptId::from_bytes([of; 16]),
            rows: Arc::default(),
            offset,
            at: Timestamp(at),
            bytes: text.as_bytes().to_vec(),
            _share: Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap(),
        }
    }

    fn rows(mut batch: Vec<Chunk>) -> Vec<(u64, i64, String)> {
        let rows = merged(&mut batch);
        rows.iter()
            .map(|row| {
                let text = str::from_utf8(&row.bytes).unwrap().to_owned();
                (row.offset, row.at.0, text)
            })
            .collect()
    }

    #[test]
    fn what_was_printed_at_one_moment_becomes_one_row() {
        let batch = vec![
            chunk(1, 1, 10, "b"),
            chunk(2, 0, 10, "x"),
            chunk(1, 0, 0, "a"),
            chunk(1, 2, 50, "c"),
        ];
        let expected = [(0, 0, "abc".to_owned()), (0, 10, "x".to_owned())];
        assert_eq!(rows(batch), expected);
    }

    #[test]
    fn what_was_printed_later_keeps_its_time() {
        // One every 40 ms: close to its neighbour each, and not of one moment.
        let batch = (0..6).map(|n| chunk(1, n, 40 * i64::try_from(n).unwrap(), "x"));
        let times: Vec<_> = rows(batch.collect())
            .into_iter()
            .map(|(_, at, _)| at)
            .collect();
        assert_eq!(times, [0, 80, 160]);
        let late = vec![chunk(1, 0, 0, "a\n"), chunk(1, 2, 9_000, "b\n")];
        assert_eq!(rows(late).len(), 2);
        // The clock was put back: the order is that of printing all the same.
        let back = vec![chunk(1, 0, 9_000, "a"), chunk(1, 1, 0, "b")];
        assert_eq!(rows(back), [(0, 9_000, "ab".to_owned())]);
    }

    #[test]
    fn no_row_is_larger_than_a_row_may_be() {
        let half = "x".repeat(ROW_BYTES / 2);
        let batch = vec![
            chunk(1, 0, 0, &half),
            chunk(1, half.len() as u64, 0, &half),
            chunk(1, 2 * half.len() as u64, 0, "y"),
        ];
        let lengths: Vec<_> = rows(batch)
            .into_iter()
            .map(|(.., text)| text.len())
            .collect();
        assert_eq!(lengths, [ROW_BYTES, 1]);
    }
}
