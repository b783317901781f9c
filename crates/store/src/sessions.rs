//! Sessions. Only a hash of the session's id is stored: whoever steals the rows cannot sign in.
//!
//! The ledger tells of signing in and out, not of every time a session is saved.

use std::collections::{HashMap, HashSet};

use model::{AccountId, Timestamp, UserId};

use crate::ledger::{self, Entry};
use crate::row::{column, counted, each, hidden::Source as _, parsed, time};
use crate::users::{self, UserRow};
use crate::{Error, Source, Store, Tx};

/// SHA-256 of a session's id.
pub type IdHash = [u8; 32];

/// What a session is at the moment.
#[derive(Debug, Clone, Copy)]
pub struct State<'a> {
    /// Whose it is, once somebody signed in.
    pub user: Option<&'a UserId>,
    /// What the server remembers about it.
    pub data: &'a [u8],
    /// When it is stored, which is when it is used.
    pub at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A session to store, whose person has just proved who they are.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// What it is.
    pub state: State<'a>,
    /// The network address it was begun from.
    pub address: &'a str,
    /// What the browser calls itself.
    pub agent: &'a str,
}

/// A session as its person sees it.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The hash of its id.
    pub id: IdHash,
    /// When its person entered their password for it.
    pub proved_at: Timestamp,
    /// When it was last used, to within some minutes.
    pub used_at: Timestamp,
    /// The network address it was begun from.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
}

/// Stores a new session; `false` when the id is taken, so that another one has to be drawn.
pub async fn create(
    tx: &mut Tx,
    account: &AccountId,
    id: &IdHash,
    session: NewSession<'_>,
) -> Result<bool, Error> {
    let state = session.state;
    let added = sqlx::query(
        "insert into sessions \
         (id_hash, account_id, user_id, data, expires_at, proved_at, used_at, address, agent) \
         values ($1, $2, $3, $4, $5, $6, $6, $7, $8) on conflict (id_hash) do nothing",
    )
    .bind(&id[..])
    .bind(account.as_str())
    .bind(state.user.map(UserId::as_str))
    .bind(state.data)
    .bind(state.expires_at.0)
    .bind(state.at.0)
    .bind(session.address)
    .bind(session.agent)
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(added > 0)
}

/// Saves a session that exists; `false` when it has ended meanwhile. It is not brought back then:
/// a request that was under way while somebody signed out must not undo that.
pub async fn save(
    store: &Store,
    account: &AccountId,
    id: &IdHash,
    state: State<'_>,
) -> Result<bool, Error> {
    let mut tx = store.begin_unledgered().await?;
    let saved = sqlx::query(
        "update sessions set user_id = $1, data = $2, expires_at = $3, used_at = $4 \
         where id_hash = $5 and account_id = $6",
    )
    .bind(state.user.map(UserId::as_str))
    .bind(state.data)
    .bind(state.expires_at.0)
    .bind(state.at.0)
    .bind(&id[..])
    .bind(account.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(saved > 0)
}

/// The person of a session that has not ended at `now`, and when they entered their password for
/// it. Nobody, when the person was disabled or deleted.
pub async fn person(
    source: impl Source,
    account: &AccountId,
    id: &IdHash,
    now: Timestamp,
) -> Result<Option<(UserRow, Timestamp)>, Error> {
    sqlx::query(
        "select u.id, u.email, u.name, u.role, u.password_hash, u.disabled_at, s.proved_at \
         from sessions s join users u on u.id = s.user_id \
         where s.id_hash = $1 and s.account_id = $2 and s.expires_at > $3 \
         and u.disabled_at is null and u.deleted_at is null",
    )
    .bind(&id[..])
    .bind(account.as_str())
    .bind(now.0)
    .fetch_optional(source.executor())
    .await?
    .map(|row| Ok((users::read(&row)?, time(&row, "proved_at")?)))
    .transpose()
}

/// How many sessions one question of [`standing`] is about. Always as many, so that the database knows
/// the statement again.
const AT_ONCE: usize = 8;

/// Which of these sessions [`person`] would find somebody of.
pub async fn standing(
    store: &Store,
    account: &AccountId,
    ids: &[IdHash],
    now: Timestamp,
) -> Result<HashSet<IdHash>, Error> {
    let mut standing = HashSet::new();
    for some in ids.chunks(AT_ONCE) {
        let mut query = sqlx::query(
            "select s.id_hash from sessions s join users u on u.id = s.user_id \
             where s.account_id = $1 and s.expires_at > $2 \
             and u.disabled_at is null and u.deleted_at is null \
             and s.id_hash in ($3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(account.as_str())
        .bind(now.0);
        for at in 0..AT_ONCE {
            // No session has an empty hash.
            query = query.bind(some.get(at).map_or(&[][..], |id| &id[..]));
        }
        let rows = query.fetch_all(store.executor()).await?;
        for row in &rows {
            let id: Vec<u8> = column(row, "id_hash")?;
            standing.insert(id.try_into().map_err(|_| Error::Row("id_hash"))?);
        }
    }
    Ok(standing)
}

/// The sessions of a person that have not ended at `now`, the one used last first.
pub async fn of_user(
    source: impl Source,
    account: &AccountId,
    user: &UserId,
    now: Timestamp,
) -> Result<Vec<SessionRow>, Error> {
    let rows = sqlx::query(
        "select id_hash, proved_at, used_at, address, agent from sessions \
         where account_id = $1 and user_id = $2 and expires_at > $3 \
         order by used_at desc, id_hash",
    )
    .bind(account.as_str())
    .bind(user.as_str())
    .bind(now.0)
    .fetch_all(source.executor())
    .await?;
    each(&rows, |row| {
        let id: Vec<u8> = column(row, "id_hash")?;
        Ok(SessionRow {
            id: id.try_into().map_err(|_| Error::Row("id_hash"))?,
            proved_at: time(row, "proved_at")?,
            used_at: time(row, "used_at")?,
            address: column(row, "address")?,
            agent: column(row, "agent")?,
        })
    })
}

/// How many sessions that have not ended at `now` each person has.
pub async fn count_by_user(
    source: impl Source,
    account: &AccountId,
    now: Timestamp,
) -> Result<HashMap<UserId, u64>, Error> {
    let rows = sqlx::query(
        "select user_id, count(*) as sessions from sessions \
         where account_id = $1 and user_id is not null and expires_at > $2 group by user_id",
    )
    .bind(account.as_str())
    .bind(now.0)
    .fetch_all(source.executor())
    .await?;
    rows.iter()
        .map(|row| Ok((parsed(row, "user_id")?, counted(row, "sessions")?)))
        .collect()
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

/// Ends a session as part of what made that necessary; `false` when there is none.
pub async fn delete_in(tx: &mut Tx, account: &AccountId, id: &IdHash) -> Result<bool, Error> {
    let ended = sqlx::query("delete from sessions where id_hash = $1 and account_id = $2")
        .bind(&id[..])
        .bind(account.as_str())
        .execute(tx.connection())
        .await?
        .rows_affected();
    Ok(ended > 0)
}

/// Ends one session of a person, and tells it; `false` when there is no such session.
pub async fn end(tx: &mut Tx, user: &UserId, id: &IdHash, entry: &Entry) -> Result<bool, Error> {
    let ended =
        sqlx::query("delete from sessions where account_id = $1 and user_id = $2 and id_hash = $3")
            .bind(entry.account.as_str())
            .bind(user.as_str())
            .bind(&id[..])
            .execute(tx.connection())
            .await?
            .rows_affected();
    ledger::append_changed(tx, ended, entry).await
}

/// Ends every session of a person but `kept`, as part of what made that necessary, and says how
/// many there were.
pub async fn delete_of_user(
    tx: &mut Tx,
    user: &UserId,
    kept: Option<&IdHash>,
) -> Result<u64, Error> {
    // No session has an empty hash.
    let kept = kept.map_or(&[][..], |kept| &kept[..]);
    Ok(
        sqlx::query("delete from sessions where user_id = $1 and id_hash <> $2")
            .bind(user.as_str())
            .bind(kept)
            .execute(tx.connection())
            .await?
            .rows_affected(),
    )
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
