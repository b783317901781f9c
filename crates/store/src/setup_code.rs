//! The setup code: lets one person become the first administrator, once, for an hour.

use model::{AccountId, Timestamp};

use crate::ledger::{self, Entry};
use crate::{Error, Source, Tx};

/// Puts a new code in the place of any other; only its hash is stored.
pub async fn replace(
    tx: &mut Tx,
    code_hash: &[u8; 32],
    expires_at: Timestamp,
    entry: &Entry,
) -> Result<(), Error> {
    void(tx, &entry.account).await?;
    sqlx::query(
        "insert into setup_codes (account_id, code_hash, created_at, expires_at) \
         values ($1, $2, $3, $4)",
    )
    .bind(entry.account.as_str())
    .bind(&code_hash[..])
    .bind(entry.at.0)
    .bind(expires_at.0)
    .execute(tx.connection())
    .await?;
    ledger::append(tx, entry).await
}

/// Whether the code would be accepted at `now`.
pub async fn is_good(
    source: impl Source,
    account: &AccountId,
    code_hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, Error> {
    let found: i64 = sqlx::query_scalar(
        "select count(*) from setup_codes \
         where account_id = $1 and code_hash = $2 and expires_at > $3",
    )
    .bind(account.as_str())
    .bind(&code_hash[..])
    .bind(now.0)
    .fetch_one(source.executor())
    .await?;
    Ok(found > 0)
}

/// Uses the code up; `false` when it is another one, was used, or has expired at the entry's time.
pub async fn use_up(tx: &mut Tx, code_hash: &[u8; 32], entry: &Entry) -> Result<bool, Error> {
    let used = sqlx::query(
        "delete from setup_codes where account_id = $1 and code_hash = $2 and expires_at > $3",
    )
    .bind(entry.account.as_str())
    .bind(&code_hash[..])
    .bind(entry.at.0)
    .execute(tx.connection())
    .await?
    .rows_affected();
    ledger::append_changed(tx, used, entry).await
}

/// Removes any code.
pub(crate) async fn void(tx: &mut Tx, account: &AccountId) -> Result<(), Error> {
    sqlx::query("delete from setup_codes where account_id = $1")
        .bind(account.as_str())
        .execute(tx.connection())
        .await?;
    Ok(())
}
