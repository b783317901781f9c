//! The one way to change anything: an opaque transaction.
//!
//! Only one ledgered transaction runs at a time, on both databases: SQLite begins IMMEDIATE,
//! PostgreSQL locks the head of the ledger. What a use case has read in it is still true when it
//! writes, so that use cases need no second guess about races.
//!
//! Transitions of runs are not told in the ledger, and on PostgreSQL do not stand in that line. What
//! keeps them apart is the lock of the run they belong to: [`crate::runs::lock`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{Any, AnyConnection, Transaction};

use crate::pools::{Kind, Pools};
use crate::{Error, Store};

/// How long a writer stands in line before it gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open transaction. Dropped without [`Tx::commit`], nothing of it has happened.
pub struct Tx {
    inner: Transaction<'static, Any>,
    kind: Kind,
    changes_of_values: Arc<AtomicU64>,
    changes_values: bool,
}

impl Tx {
    /// Makes everything of this transaction true at once, and durable.
    pub async fn commit(self) -> Result<(), Error> {
        let done = self.inner.commit().await;
        // Also after a failure: its answer may have been lost on the way.
        if self.changes_values {
            self.changes_of_values.fetch_add(1, Ordering::SeqCst);
        }
        Ok(done?)
    }

    /// Notes that this transaction changes the values of connections or secrets.
    pub(crate) fn touches_values(&mut self) {
        self.changes_values = true;
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

impl Store {
    /// Begins a transaction that will write the ledger, after any other one has ended.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let mut tx = self.begin_unledgered().await?;
        if self.kind() == Kind::Postgres {
            sqlx::query("select number from ledger_head where id = 1 for update")
                .execute(tx.connection())
                .await?;
        }
        Ok(tx)
    }

    /// How often connections and secrets were added, overwritten or deleted through this store.
    /// While it stays the same, this process has changed no value; another one may have.
    pub fn changes_of_values(&self) -> u64 {
        self.pools().changes_of_values.load(Ordering::SeqCst)
    }

    /// Begins a transaction for transitions of runs: what Relay does by itself, and the ledger does
    /// not tell. On PostgreSQL several of them run at once; it must not append to the ledger.
    pub async fn begin_transition(&self) -> Result<Tx, Error> {
        self.begin_unledgered().await
    }

    /// Begins a transaction for what the ledger does not tell.
    pub(crate) async fn begin_unledgered(&self) -> Result<Tx, Error> {
        self.pools().begin().await
    }
}

impl Pools {
    /// Begins a transaction that will write.
    pub(crate) async fn begin(&self) -> Result<Tx, Error> {
        let statement = match self.kind {
            Kind::Sqlite => "begin immediate",
            Kind::Postgres => "begin",
        };
        let begun = Instant::now();
        loop {
            match self.writers.begin_with(statement).await {
                Ok(inner) => {
                    return Ok(Tx {
                        inner,
                        kind: self.kind,
                        changes_of_values: Arc::clone(&self.changes_of_values),
                        changes_values: false,
                    });
                }
                // SQLite has no queue: another process that writes without a pause can keep this
                // one out for longer than the busy timeout. Nothing has happened yet, so ask again.
                Err(error) if is_busy(&error) && begun.elapsed() < PATIENCE => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether SQLite answered that another connection holds the lock.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    const SQLITE_BUSY: i32 = 5;
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    // The low byte is the kind of failure, the others its variant. PostgreSQL's codes have five
    // characters, none of which read as these numbers.
    code.and_then(|text| text.parse::<i32>().ok())
        .is_some_and(|code| code & 0xff == SQLITE_BUSY)
}
