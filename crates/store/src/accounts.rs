//! Accounts. Everything belongs to one; a new database gets its first at the first start.

use model::AccountId;

use crate::ledger::{self, Entry};
use crate::row::parsed;
use crate::{Error, Source, Tx};

/// The oldest account, if there is any.
pub async fn first(source: impl Source) -> Result<Option<AccountId>, Error> {
    let row = sqlx::query("select id from accounts order by created_at, id limit 1")
        .fetch_optional(source.executor())
        .await?;
    row.map(|row| parsed(&row, "id")).transpose()
}

/// Adds the account the entry belongs to.
pub async fn add(tx: &mut Tx, name: &str, entry: &Entry) -> Result<(), Error> {
    sqlx::query("insert into accounts (id, name, created_at) values ($1, $2, $3)")
        .bind(entry.account.as_str())
        .bind(name)
        .bind(entry.at.0)
        .execute(tx.connection())
        .await?;
    ledger::append(tx, entry).await
}
