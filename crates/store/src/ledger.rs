//! The ledger: who or what did what, when. Rows are only ever added, each chained to the one before.
//!
//! `hash = SHA-256(hash before ‖ number ‖ account ‖ at ‖ actor kind ‖ actor ‖ act ‖ subject ‖ detail)`,
//! every part after its length as eight bytes. Changing, removing, inserting or reordering rows, or
//! cutting off the end, makes [`verify`] name the first wrong row. Triggers refuse all of that to
//! programs that only meant well.

use model::{AccountId, AttemptId, Timestamp, UserId};
use sha2::{Digest, Sha256};

use crate::row::{Row, column, counted};
use crate::{Error, Source, Store, Tx};

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

    fn columns(&self) -> (&'static str, &str) {
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

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is the one that was written.
    Whole {
        /// How many there are.
        rows: u64,
    },
    /// The chain breaks.
    Broken {
        /// The first row that is wrong or missing.
        number: u64,
        /// What is wrong with it, for a person.
        reason: &'static str,
    },
}

/// The columns of a row that the hash covers.
struct Parts<'a> {
    number: i64,
    account: &'a str,
    at: i64,
    actor_kind: &'a str,
    actor: &'a str,
    act: &'a str,
    subject: &'a str,
    detail: &'a str,
}

impl Parts<'_> {
    fn hash(&self, previous: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(previous);
        part(&self.number.to_be_bytes());
        part(self.account.as_bytes());
        part(&self.at.to_be_bytes());
        for text in [
            self.actor_kind,
            self.actor,
            self.act,
            self.subject,
            self.detail,
        ] {
            part(text.as_bytes());
        }
        hash.finalize().to_vec()
    }
}

/// Appends an act that changes no other row, such as signing in. All other functions append theirs.
pub async fn append(tx: &mut Tx, entry: &Entry) -> Result<(), Error> {
    let (number, previous): (i64, Vec<u8>) = sqlx::query_as(
        "update ledger_head set number = number + 1 where id = 1 returning number, hash",
    )
    .fetch_one(tx.connection())
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
    .execute(tx.connection())
    .await?;
    sqlx::query("update ledger_head set hash = $1 where id = 1")
        .bind(hash)
        .execute(tx.connection())
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
    page(store, crate::row::bigint(after)?, i64::from(limit))
        .await?
        .iter()
        .map(|row| {
            Ok(LedgerRow {
                number: counted(row, "number")?,
                at: crate::row::time(row, "at")?,
                actor_kind: column(row, "actor_kind")?,
                actor: column(row, "actor")?,
                act: column(row, "act")?,
                subject: column(row, "subject")?,
                detail: column(row, "detail")?,
            })
        })
        .collect()
}

async fn page(store: &Store, after: i64, limit: i64) -> Result<Vec<Row>, Error> {
    Ok(sqlx::query(
        "select number, account_id, at, actor_kind, actor, act, subject, detail, hash \
         from ledger where number > $1 order by number limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(store.readers())
    .await?)
}

/// Walks the whole chain.
///
/// Whoever can write the database can also write a new chain from some row on; only a copy of the
/// head kept elsewhere would tell.
pub async fn verify(store: &Store) -> Result<Verdict, Error> {
    // The head first: rows that are added meanwhile are not judged.
    let head: Option<(i64, Vec<u8>)> =
        sqlx::query_as("select number, hash from ledger_head where id = 1")
            .fetch_optional(store.readers())
            .await?;
    let broken = |number: i64, reason| {
        Ok(Verdict::Broken {
            number: u64::try_from(number).unwrap_or(0),
            reason,
        })
    };
    let Some((last, end)) = head else {
        return broken(0, "the head of the ledger is missing");
    };
    let (mut number, mut hash) = (0, vec![0; 32]);
    while number < last {
        let rows = page(store, number, 1_000).await?;
        if rows.is_empty() {
            return broken(number + 1, "this row and all after it are missing");
        }
        for row in rows
            .iter()
            .take(usize::try_from(last - number).unwrap_or(usize::MAX))
        {
            let found: i64 = column(row, "number")?;
            if found != number + 1 {
                return broken(number + 1, "this row is missing");
            }
            number = found;
            let expected = Parts {
                number,
                account: &column::<String>(row, "account_id")?,
                at: column(row, "at")?,
                actor_kind: &column::<String>(row, "actor_kind")?,
                actor: &column::<String>(row, "actor")?,
                act: &column::<String>(row, "act")?,
                subject: &column::<String>(row, "subject")?,
                detail: &column::<String>(row, "detail")?,
            }
            .hash(&hash);
            hash = column(row, "hash")?;
            if hash != expected {
                return broken(number, "this row is not the one that was written");
            }
        }
    }
    if hash != end {
        return broken(last, "the head of the ledger belongs to another row");
    }
    // Rows beyond the head were not appended by Relay; those added since the look at the head were.
    let stray: i64 = sqlx::query_scalar(
        "select count(*) from ledger where number > (select number from ledger_head where id = 1)",
    )
    .fetch_one(store.readers())
    .await?;
    if stray > 0 {
        return broken(last + 1, "this row stands behind the end of the ledger");
    }
    Ok(Verdict::Whole {
        rows: u64::try_from(last).unwrap_or(0),
    })
}
