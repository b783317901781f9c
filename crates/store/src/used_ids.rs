//! Ids that were ever stored. A connection's or secret's id is accepted once, also after deletion.

use crate::ledger::Entry;
use crate::{Error, Source, Tx};

/// Whether something was ever stored under this id.
pub async fn contains(source: impl Source, id: &str) -> Result<bool, Error> {
    let found: i64 = sqlx::query_scalar("select count(*) from used_ids where id = $1")
        .bind(id)
        .fetch_one(source.executor())
        .await?;
    Ok(found > 0)
}

/// Marks an id as used; a second time is [`Error::Unique`].
pub(crate) async fn take(tx: &mut Tx, id: &str, entry: &Entry) -> Result<(), Error> {
    sqlx::query("insert into used_ids (id, account_id, used_at) values ($1, $2, $3)")
        .bind(id)
        .bind(entry.account.as_str())
        .bind(entry.at.0)
        .execute(tx.connection())
        .await?;
    Ok(())
}
