//! Browsers that people have signed in with. Only a hash of what such a browser shows is stored, and
//! showing it opens nothing: guesses from elsewhere do not count against it.

use model::{AccountId, Timestamp, UserId};

use crate::{Error, Source, Tx};

/// SHA-256 of what a browser shows.
pub type DeviceHash = [u8; 32];

/// Browsers that are remembered of a person: those used last.
const MOST: i64 = 50;

/// Whether the person has signed in with that browser.
pub async fn is_known(
    source: impl Source,
    account: &AccountId,
    user: &UserId,
    device: &DeviceHash,
) -> Result<bool, Error> {
    let found: i64 = sqlx::query_scalar(
        "select count(*) from devices \
         where account_id = $1 and user_id = $2 and device_hash = $3",
    )
    .bind(account.as_str())
    .bind(user.as_str())
    .bind(&device[..])
    .fetch_one(source.executor())
    .await?;
    Ok(found > 0)
}

/// Remembers that the person has signed in with that browser, and forgets those they have not used
/// for longest.
pub async fn remember(
    tx: &mut Tx,
    account: &AccountId,
    user: &UserId,
    device: &DeviceHash,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "insert into devices (account_id, user_id, device_hash, used_at) values ($1, $2, $3, $4) \
         on conflict (user_id, device_hash) do update set used_at = $4",
    )
    .bind(account.as_str())
    .bind(user.as_str())
    .bind(&device[..])
    .bind(at.0)
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "delete from devices where user_id = $1 and device_hash not in \
         (select device_hash from devices where user_id = $1 \
         order by used_at desc, device_hash limit $2)",
    )
    .bind(user.as_str())
    .bind(MOST)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets every browser of a person, as part of deleting them.
pub async fn forget_of(tx: &mut Tx, user: &UserId) -> Result<(), Error> {
    sqlx::query("delete from devices where user_id = $1")
        .bind(user.as_str())
        .execute(tx.connection())
        .await?;
    Ok(())
}
