//! Where one attempt puts what it prints.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use model::{AttemptId, Timestamp, counted};
use tokio::sync::Semaphore;

use super::{Chunk, Sender};

/// Bytes of one attempt that may be on the way to the database.
const SHARE: usize = 512 * 1024;

/// Counts and hands in the chunks of one attempt.
pub(crate) struct Sink {
    attempt: AttemptId,
    sender: Sender,
    share: Arc<Semaphore>,
    rows: Arc<AtomicU64>,
    offset: u64,
    limit: u64,
    full: bool,
    /// Whether what was kept so far ends within a line.
    open: bool,
}

impl Sink {
    /// For an attempt whose log is kept up to `limit` bytes.
    pub(crate) fn new(attempt: AttemptId, limit: u64, sender: Sender) -> Self {
        Self {
            attempt,
            sender,
            share: Arc::new(Semaphore::new(SHARE)),
            rows: Arc::default(),
            offset: 0,
            limit,
            full: false,
            open: false,
        }
    }

    /// Whether the limit is reached, so that nothing more will be kept.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Keeps what was printed, which the redactor has seen; waits while too much of this attempt
    /// is on the way. What goes beyond the limit is left out, and a line says so.
    pub(crate) async fn keep(&mut self, at: Timestamp, mut bytes: Vec<u8>) {
        if self.full || bytes.is_empty() {
            return;
        }
        let room = usize::try_from(self.limit.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        if bytes.len() > room {
            self.full = true;
            bytes.truncate(room);
            if bytes.last().map_or(self.open, |last| *last != b'\n') {
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(
                format!(
                    "[Relay keeps {} of a log. What this attempt printed after this line was not \
                     kept.]\n",
                    amount(self.limit)
                )
                .as_bytes(),
            );
        }
        self.hand_in(at, bytes).await;
    }

    /// Keeps a line of Relay's own, also beyond the limit.
    pub(crate) async fn say(&mut self, at: Timestamp, line: &str) {
        self.hand_in(at, format!("[{line}]\n").into_bytes()).await;
    }

    /// Waits until everything is stored.
    pub(crate) async fn stored(self) {
        if self.offset > 0 {
            // All of the share is back when nothing is on the way any more. It cannot be closed.
            let _ = self.share.acquire_many(amount_of_share(SHARE)).await;
        }
    }

    async fn hand_in(&mut self, at: Timestamp, bytes: Vec<u8>) {
        self.open = bytes.last().is_some_and(|last| *last != b'\n');
        let wanted = amount_of_share(bytes.len().clamp(1, SHARE));
        let Ok(share) = Arc::clone(&self.share).acquire_many_owned(wanted).await else {
            return;
        };
        let length = bytes.len() as u64;
        // Nobody listens when the engine is gone; then nobody waits for the log either.
        let _ = self.sender.send(Chunk {
            attempt: self.attempt.clone(),
            rows: Arc::clone(&self.rows),
            offset: self.offset,
            at,
            bytes,
            _share: share,
        });
        self.offset += length;
    }
}

fn amount_of_share(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// A number of bytes for a sentence.
fn amount(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    match bytes {
        _ if bytes >= MIB && bytes.is_multiple_of(MIB) => format!("{} MiB", bytes / MIB),
        _ if bytes >= KIB && bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        _ => counted(bytes, "byte", "bytes"),
    }
}
