//! Sessions. Only a hash of the session's id is stored: whoever steals the rows cannot sign in.
//!
//! The ledger tells of signing in and out, not of every time a session is saved.

use model::{AccountId, Timestamp, UserId};

use crate::row::{column, hidden::Source as _};
use crate::{Error, Store, Tx};

/// SHA-256 of a session's id.
pub type IdHash = [u8; 32];

/// A session to store.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// Whose it is, once somebody signed in.
    pub user: Option<&'a UserId>,
    /// What the server remembers about it.
    pub data: &'a [u8],
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Stores a new session; `false` when the id is taken, so that another one has to be drawn.
pub async fn create(
    store: &Store,
    account: &AccountId,
    id: &IdHash,
    session: NewSession<'_>,
) -> Result<bool, Error> {
    let mut tx = store.begin_unledgered().await?;
    let added = sqlx::query(
        "insert into sessions (id_hash, account_id, user_id, data, expires_at) \
         values ($1, $2, $3, $4, $5) on conflict (id_hash) do nothing",
    )
    .bind(&id[..])
    .bind(account.as_str())
    .bind(session.user.map(UserId::as_str))
    .bind(session.data)
    .bind(session.expires_at.0)
    .execute(tx.connection())
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(added > 0)
}

/// Saves a session that exists; `false` when it has ended meanwhile. It is not brought back then:
/// a request that was under way while somebody signed out must not undo that.
pub async fn save(
    store: &Store,
    account: &AccountId,
    id: &IdHash,
    session: NewSession<'_>,
) -> Result<bool, Error> {
    let mut tx = store.begin_unledgered().await?;
    let saved = sqlx::query(
        "update sessions set user_id = $1, data = $2, expires_at = $3 \
         where id_hash = $4 and account_id = $5",
    )
    .bind(session.user.map(UserId::as_str))
    .bind(session.data)
    .bind(session.expires_at.0)
    .bind(&id[..])
    .bind(account.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(saved > 0)
}

/// What the server remembers about a session that has not ended at `now`, and when it will.
pub async fn load(
    store: &Store,
    account: &AccountId,
    id: &IdHash,
    now: Timestamp,
) -> Result<Option<(Vec<u8>, Timestamp)>, Error> {
    sqlx::query(
        "select data, expires_at from sessions \
         where id_hash = $1 and account_id = $2 and expires_at > $3",
    )
    .bind(&id[..])
    .bind(account.as_str())
    .bind(now.0)
    .fetch_optional(store.executor())
    .await?
    .map(|row| {
        Ok((
            column(&row, "data")?,
            Timestamp(column(&row, "expires_at")?),
        ))
    })
    .transpose()
}

/// Ends a session.
pub async fn delete(store: &Store, account: &AccountId, id: &IdHash) -> Result<(), Error> {
    let mut tx = store.begin_unledgered().await?;
    delete_in(&mut tx, account, id).await?;
    tx.commit().await
}

/// Ends a session as part of signing out.
pub async fn delete_in(tx: &mut Tx, account: &AccountId, id: &IdHash) -> Result<(), Error> {
    sqlx::query("delete from sessions where id_hash = $1 and account_id = $2")
        .bind(&id[..])
        .bind(account.as_str())
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Ends every session of a person, as part of what made that necessary.
pub async fn delete_of_user(tx: &mut Tx, user: &UserId) -> Result<(), Error> {
    sqlx::query("delete from sessions where user_id = $1")
        .bind(user.as_str())
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Removes sessions that ended before `now`, and says how many.
pub async fn delete_expired(store: &Store, now: Timestamp) -> Result<u64, Error> {
    let mut tx = store.begin_unledgered().await?;
    let removed = sqlx::query("delete from sessions where expires_at <= $1")
        .bind(now.0)
        .execute(tx.connection())
        .await?
        .rows_affected();
    tx.commit().await?;
    Ok(removed)
}
