//! How often signing in has failed: what holds guessing back, and what the ledger will tell of it.
//!
//! The counts are kept in rows so that several servers share them and a restart forgets nothing.
//! They are no acts, and the ledger does not tell them one by one.

use model::{AccountId, Timestamp};

use crate::pools::Kind;
use crate::row::{Row, bigint, column, counted, each, time};
use crate::{Error, Source, Store, Tx};

/// One thing that is counted: what kind of thing, and the bucket its hash falls into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The kind. Gates are changed in the order they are given in, which must be the same for all.
    pub counted: &'static str,
    /// The bucket.
    pub bucket: u32,
}

/// What is known of a gate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many failures count at the moment.
    pub failures: u64,
    /// Until when nobody gets through.
    pub closed_until: Timestamp,
}

fn count(row: &Row) -> Result<Count, Error> {
    Ok(Count {
        failures: counted(row, "failures")?,
        closed_until: time(row, "closed_until")?,
    })
}

async fn read_one(source: impl Source, gate: Gate, sql: &'static str) -> Result<Count, Error> {
    let found = sqlx::query(sql)
        .bind(gate.counted)
        .bind(i64::from(gate.bucket))
        .fetch_optional(source.executor())
        .await?;
    found
        .map(|row| count(&row))
        .transpose()
        .map(Option::unwrap_or_default)
}

const READ: &str =
    "select failures, closed_until from sign_in_limits where counted = $1 and bucket = $2";

/// What is known of some gates, without waiting for anybody.
pub async fn read(store: &Store, gates: &[Gate]) -> Result<Vec<Count>, Error> {
    let mut counts = Vec::with_capacity(gates.len());
    for gate in gates {
        counts.push(read_one(store, *gate, READ).await?);
    }
    Ok(counts)
}

/// Changes some gates at once: `change` is given what they are, and answers what they become.
/// Nobody else changes them meanwhile.
pub async fn change(
    store: &Store,
    gates: &[Gate],
    change: impl FnOnce(&[Count]) -> Vec<Count>,
) -> Result<(), Error> {
    let mut tx = store.begin_unledgered().await?;
    let locked = match tx.kind() {
        Kind::Sqlite => READ,
        Kind::Postgres => {
            "select failures, closed_until from sign_in_limits \
             where counted = $1 and bucket = $2 for update"
        }
    };
    let mut before = Vec::with_capacity(gates.len());
    for gate in gates {
        sqlx::query(
            "insert into sign_in_limits (counted, bucket, failures, closed_until) \
             values ($1, $2, 0, 0) on conflict (counted, bucket) do nothing",
        )
        .bind(gate.counted)
        .bind(i64::from(gate.bucket))
        .execute(tx.connection())
        .await?;
        before.push(read_one(&mut tx, *gate, locked).await?);
    }
    for (gate, count) in gates.iter().zip(change(&before)) {
        set(&mut tx, *gate, count).await?;
    }
    tx.commit().await
}

/// What is known of a gate, as part of a transaction that others like it wait for.
pub async fn look(tx: &mut Tx, gate: Gate) -> Result<Count, Error> {
    read_one(tx, gate, READ).await
}

/// Sets what is known of a gate, in such a transaction.
pub async fn set(tx: &mut Tx, gate: Gate, count: Count) -> Result<(), Error> {
    sqlx::query(
        "insert into sign_in_limits (counted, bucket, failures, closed_until) \
         values ($1, $2, $3, $4) \
         on conflict (counted, bucket) do update set failures = $3, closed_until = $4",
    )
    .bind(gate.counted)
    .bind(i64::from(gate.bucket))
    .bind(bigint(count.failures)?)
    .bind(count.closed_until.0)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What buckets are drawn with, which nobody outside knows: `fresh` at the first time, and from then
/// on the same for every server.
pub async fn key(store: &Store, fresh: &[u8; 32]) -> Result<[u8; 32], Error> {
    const KEY: &str = "select key from sign_in_key where id = 1";
    let known: Option<Vec<u8>> = sqlx::query_scalar(KEY)
        .fetch_optional(store.readers())
        .await?;
    let key = if let Some(key) = known {
        key
    } else {
        let mut tx = store.begin_unledgered().await?;
        sqlx::query("insert into sign_in_key (id, key) values (1, $1) on conflict (id) do nothing")
            .bind(&fresh[..])
            .execute(tx.connection())
            .await?;
        let key: Vec<u8> = sqlx::query_scalar(KEY).fetch_one(tx.connection()).await?;
        tx.commit().await?;
        key
    };
    key.try_into().map_err(|_| Error::Row("key"))
}

/// Failures that are being collected for the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// Whose password was not known: a user's id, or empty for addresses nobody has.
    pub subject: String,
    /// When the first of these was.
    pub since: Timestamp,
    /// How many there were.
    pub failures: u64,
}

fn failures(row: &Row) -> Result<Failures, Error> {
    Ok(Failures {
        subject: column(row, "subject")?,
        since: time(row, "since")?,
        failures: counted(row, "failures")?,
    })
}

/// Everything that has been collected since `before` or longer.
pub async fn collected_before(
    source: impl Source,
    account: &AccountId,
    before: Timestamp,
) -> Result<Vec<Failures>, Error> {
    let rows = sqlx::query(
        "select subject, since, failures from sign_in_failures \
         where account_id = $1 and since <= $2 order by since, subject",
    )
    .bind(account.as_str())
    .bind(before.0)
    .fetch_all(source.executor())
    .await?;
    each(&rows, failures)
}

/// Collects one more failure, at that time. The row is written anew whether there was one or not,
/// so that the first of a person costs what one more for nobody costs.
pub async fn collect(
    tx: &mut Tx,
    account: &AccountId,
    subject: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let before = sqlx::query(
        "select subject, since, failures from sign_in_failures \
         where account_id = $1 and subject = $2",
    )
    .bind(account.as_str())
    .bind(subject)
    .fetch_optional(tx.connection())
    .await?;
    let (since, before) = match before.map(|row| failures(&row)).transpose()? {
        Some(before) => (before.since, before.failures),
        None => (at, 0),
    };
    told(tx, account, subject).await?;
    sqlx::query(
        "insert into sign_in_failures (account_id, subject, since, failures) \
         values ($1, $2, $3, $4)",
    )
    .bind(account.as_str())
    .bind(subject)
    .bind(since.0)
    .bind(bigint(before.saturating_add(1))?)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Nothing is being collected about a subject any more: the ledger has told it.
pub async fn told(tx: &mut Tx, account: &AccountId, subject: &str) -> Result<(), Error> {
    sqlx::query("delete from sign_in_failures where account_id = $1 and subject = $2")
        .bind(account.as_str())
        .bind(subject)
        .execute(tx.connection())
        .await?;
    Ok(())
}
