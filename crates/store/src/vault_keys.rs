//! The public keys of the vault. Private ones are never here.
//!
//! The current key is the one that new values are sealed to. A key that follows another carries an
//! endorsement, the signature of the one before, so that whoever trusts that one can tell it from
//! a key that somebody has slipped into the database.

use std::collections::BTreeMap;

use model::Timestamp;
use sqlx::AnyConnection;

use crate::ledger::{self, Entry};
use crate::row::{Row, column, counted, each, time, time_or_null};
use crate::{Error, Source, Tx};

/// A public key of the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultKey {
    /// Its id.
    pub key_id: String,
    /// The key.
    pub public_key: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A public key of the vault with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// The key.
    pub key: VaultKey,
    /// Since when another one is the current one; `None` for the current one.
    pub retired_at: Option<Timestamp>,
    /// When it was let go.
    pub removed_at: Option<Timestamp>,
    /// What its signatures are verified with.
    pub verifying_key: Option<Vec<u8>>,
    /// The key before, and its signature over this one.
    pub endorsement: Option<(String, Vec<u8>)>,
}

/// A key that follows the current one.
#[derive(Debug)]
pub struct NextKey<'a> {
    /// Its id.
    pub key_id: &'a str,
    /// The key.
    pub public_key: &'a [u8],
    /// What its signatures are verified with.
    pub verifying_key: &'a [u8],
    /// The id of the current key, which it follows.
    pub endorsed_by: &'a str,
    /// The current key's signature over it.
    pub endorsement: &'a [u8],
}

/// How many values are sealed to a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Values that nothing is known against.
    pub values: u64,
    /// Values that did not open when they were tried.
    pub unopenable: u64,
}

const CURRENT: &str =
    "select key_id, public_key, created_at from vault_keys where retired_at is null";
const COUNT: &str = "select count(*) from vault_keys";
const NEEDED: &str = "select key_id from field_values where unopenable_at is null \
     union select key_id from secret_values where unopenable_at is null order by key_id";

fn read(row: &Row) -> Result<VaultKey, Error> {
    Ok(VaultKey {
        key_id: column(row, "key_id")?,
        public_key: column(row, "public_key")?,
        created_at: time(row, "created_at")?,
    })
}

/// The key that new values are sealed to.
pub async fn current(source: impl Source) -> Result<Option<VaultKey>, Error> {
    let row = sqlx::query(CURRENT)
        .fetch_optional(source.executor())
        .await?;
    row.map(|row| read(&row)).transpose()
}

pub(crate) async fn current_on(connection: &mut AnyConnection) -> Result<Option<VaultKey>, Error> {
    let row = sqlx::query(CURRENT).fetch_optional(connection).await?;
    row.map(|row| read(&row)).transpose()
}

pub(crate) async fn any_on(connection: &mut AnyConnection) -> Result<bool, Error> {
    Ok(sqlx::query_scalar::<_, i64>(COUNT)
        .fetch_one(connection)
        .await?
        > 0)
}

/// The ids of all keys that values can only be opened with.
pub(crate) async fn needed_on(connection: &mut AnyConnection) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar(NEEDED).fetch_all(connection).await?)
}

/// All keys there ever were, oldest first.
pub async fn all(source: impl Source) -> Result<Vec<KnownKey>, Error> {
    let rows = sqlx::query(
        "select key_id, public_key, created_at, retired_at, removed_at, verifying_key, \
         endorsed_by, endorsement from vault_keys order by created_at, key_id",
    )
    .fetch_all(source.executor())
    .await?;
    each(&rows, |row| {
        let by: Option<String> = column(row, "endorsed_by")?;
        Ok(KnownKey {
            key: read(row)?,
            retired_at: time_or_null(row, "retired_at")?,
            removed_at: time_or_null(row, "removed_at")?,
            verifying_key: column(row, "verifying_key")?,
            endorsement: by.zip(column(row, "endorsement")?),
        })
    })
}

/// How many values are sealed to each key. Keys that no value is sealed to are not in it.
pub async fn counts(source: impl Source) -> Result<BTreeMap<String, Count>, Error> {
    let rows = sqlx::query(
        "select key_id, count(*) as number, count(unopenable_at) as unopenable from \
         (select key_id, unopenable_at from field_values \
          union all select key_id, unopenable_at from secret_values) as sealed group by key_id",
    )
    .fetch_all(source.executor())
    .await?;
    rows.iter()
        .map(|row| {
            let unopenable = counted(row, "unopenable")?;
            let values = counted(row, "number")? - unopenable;
            Ok((column(row, "key_id")?, Count { values, unopenable }))
        })
        .collect()
}

/// Adds the first key of a database; `false` when it has, or ever had, one.
pub async fn add_first(
    tx: &mut Tx,
    key_id: &str,
    public_key: &[u8],
    entry: &Entry,
) -> Result<bool, Error> {
    if any_on(tx.connection()).await? {
        return Ok(false);
    }
    sqlx::query("insert into vault_keys (key_id, public_key, created_at) values ($1, $2, $3)")
        .bind(key_id)
        .bind(public_key)
        .bind(entry.at.0)
        .execute(tx.connection())
        .await?;
    ledger::append(tx, entry).await?;
    Ok(true)
}

/// Writes down what the signatures of a key are verified with, unless that is known; answers
/// whether it was not.
pub async fn add_verifying_key(
    tx: &mut Tx,
    key_id: &str,
    verifying_key: &[u8],
    entry: &Entry,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update vault_keys set verifying_key = $1 where key_id = $2 and verifying_key is null",
    )
    .bind(verifying_key)
    .bind(key_id)
    .execute(tx.connection())
    .await?;
    ledger::append_changed(tx, done.rows_affected(), entry).await
}

/// Puts a key in the place of the current one. A key that was here before is [`Error::Unique`];
/// `false` when the current one is not the one it follows.
pub async fn follow(tx: &mut Tx, next: &NextKey<'_>, entry: &Entry) -> Result<bool, Error> {
    let done = sqlx::query(
        "update vault_keys set retired_at = $1 where retired_at is null and key_id = $2",
    )
    .bind(entry.at.0)
    .bind(next.endorsed_by)
    .execute(tx.connection())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "insert into vault_keys \
         (key_id, public_key, created_at, verifying_key, endorsed_by, endorsement) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(next.key_id)
    .bind(next.public_key)
    .bind(entry.at.0)
    .bind(next.verifying_key)
    .bind(next.endorsed_by)
    .bind(next.endorsement)
    .execute(tx.connection())
    .await?;
    ledger::append(tx, entry).await?;
    Ok(true)
}

/// Lets a key go that is not the current one; `false` when it is, or is gone already. Whoever calls
/// has to know that no value needs it.
pub async fn remove(tx: &mut Tx, key_id: &str, entry: &Entry) -> Result<bool, Error> {
    let done = sqlx::query(
        "update vault_keys set removed_at = $1 \
         where key_id = $2 and retired_at is not null and removed_at is null",
    )
    .bind(entry.at.0)
    .bind(key_id)
    .execute(tx.connection())
    .await?;
    ledger::append_changed(tx, done.rows_affected(), entry).await
}
