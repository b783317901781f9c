//! The ledger: who or what did what, when. Rows are only ever added, each chained to the one before.
//!
//! Triggers refuse to change rows to programs that only meant well; the chain tells of others.

mod chain;
mod names;
mod search;

use model::{AccountId, AttemptId, Timestamp, UserId};
use sqlx::AnyConnection;

use crate::row::{Row, column, counted};
use crate::{Error, Source, Store, Tx};

pub use chain::{ChainRow, Verdict, Walk, Walked, rows, verify, walk_from};
pub use names::{AttemptPlace, Ids, Names, named, names};
pub use search::{ActorFilter, Filter, search};

use chain::Parts;

/// Who or what acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Relay itself, or somebody who is not signed in.
    System,
    /// A person.
    User(UserId),
    /// Whoever runs the program beside the database.
    CommandLine,
    /// A step, in this attempt at it.
    Step(AttemptId),
}

impl Actor {
    /// The person, if it was one.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::System | Self::CommandLine | Self::Step(_) => None,
        }
    }

    pub(crate) fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::System => ("system", ""),
            Self::User(id) => ("user", id.as_str()),
            Self::CommandLine => ("command_line", ""),
            Self::Step(id) => ("step", id.as_str()),
        }
    }
}

/// One act. Rows that a function writes take their time and their person from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The account it happened in.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// Who or what acted.
    pub actor: Actor,
    /// What was done, such as `connection.add`.
    pub act: &'static str,
    /// The id of what it was done to.
    pub subject: String,
    /// JSON: names, fields, revisions. Never a value.
    pub detail: String,
}

impl Entry {
    pub(crate) fn by(&self) -> Option<&str> {
        self.actor.user().map(UserId::as_str)
    }
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its number, from 1 without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// `system`, `user`, `command_line` or `step`.
    pub actor_kind: String,
    /// The id of the user or of the attempt, or empty.
    pub actor: String,
    /// What was done.
    pub act: String,
    /// The id of what it was done to.
    pub subject: String,
    /// JSON.
    pub detail: String,
}

/// Appends an act that changes no other row, such as signing in. All other functions append theirs.
pub async fn append(tx: &mut Tx, entry: &Entry) -> Result<(), Error> {
    append_to(tx.connection(), entry).await
}

/// Appends to a ledger that no [`Store`] has open, inside the transaction of that connection.
pub(crate) async fn append_to(connection: &mut AnyConnection, entry: &Entry) -> Result<(), Error> {
    let (number, previous): (i64, Vec<u8>) = sqlx::query_as(
        "update ledger_head set number = number + 1 where id = 1 returning number, hash",
    )
    .fetch_one(&mut *connection)
    .await?;
    let (actor_kind, actor) = entry.actor.columns();
    let hash = Parts {
        number,
        account: entry.account.as_str(),
        at: entry.at.0,
        actor_kind,
        actor,
        act: entry.act,
        subject: &entry.subject,
        detail: &entry.detail,
    }
    .hash(&previous);
    sqlx::query(
        "insert into ledger (number, account_id, at, actor_kind, actor, act, subject, detail, hash) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(number)
    .bind(entry.account.as_str())
    .bind(entry.at.0)
    .bind(actor_kind)
    .bind(actor)
    .bind(entry.act)
    .bind(&*entry.subject)
    .bind(&*entry.detail)
    .bind(&*hash)
    .execute(&mut *connection)
    .await?;
    sqlx::query("update ledger_head set hash = $1 where id = 1")
        .bind(hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// Appends an act that changed so many rows, unless there was none: then nothing has happened.
/// Answers whether it has.
pub(crate) async fn append_changed(tx: &mut Tx, rows: u64, entry: &Entry) -> Result<bool, Error> {
    if rows == 0 {
        return Ok(false);
    }
    append(tx, entry).await?;
    Ok(true)
}

/// The number and the hash of the newest row; of an empty ledger, 0 and zeros.
pub async fn head(source: impl Source) -> Result<(u64, Vec<u8>), Error> {
    let row = sqlx::query("select number, hash from ledger_head where id = 1")
        .fetch_one(source.executor())
        .await?;
    Ok((counted(&row, "number")?, column(&row, "hash")?))
}

/// The hash of the row of that number, if there is one.
pub async fn hash_of(source: impl Source, number: u64) -> Result<Option<Vec<u8>>, Error> {
    Ok(
        sqlx::query_scalar("select hash from ledger where number = $1")
            .bind(crate::row::bigint(number)?)
            .fetch_optional(source.executor())
            .await?,
    )
}

/// Up to `limit` rows after number `after`, oldest first.
pub async fn after(store: &Store, after: u64, limit: u32) -> Result<Vec<LedgerRow>, Error> {
    let rows = sqlx::query(
        "select number, at, actor_kind, actor, act, subject, detail from ledger \
         where number > $1 order by number limit $2",
    )
    .bind(crate::row::bigint(after)?)
    .bind(i64::from(limit))
    .fetch_all(store.readers())
    .await?;
    crate::row::each(&rows, read)
}

fn read(row: &Row) -> Result<LedgerRow, Error> {
    Ok(LedgerRow {
        number: counted(row, "number")?,
        at: crate::row::time(row, "at")?,
        actor_kind: column(row, "actor_kind")?,
        actor: column(row, "actor")?,
        act: column(row, "act")?,
        subject: column(row, "subject")?,
        detail: column(row, "detail")?,
    })
}
