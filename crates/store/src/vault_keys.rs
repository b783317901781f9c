//! The public keys of the vault. Private ones are never here.

use model::Timestamp;
use sqlx::AnyConnection;

use crate::ledger::{self, Entry};
use crate::row::{Row, column, time};
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

const CURRENT: &str =
    "select key_id, public_key, created_at from vault_keys where retired_at is null";
const COUNT: &str = "select count(*) from vault_keys";

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
