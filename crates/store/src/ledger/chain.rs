//! The chain: each row carries a hash of itself and of the one before.
//!
//! `hash = SHA-256(hash before ‖ number ‖ account ‖ at ‖ actor kind ‖ actor ‖ act ‖ subject ‖ detail)`,
//! every part after its length as eight bytes. Changing, removing, inserting or reordering rows, or
//! cutting off the end, makes a [`Walk`] name the first wrong row.

use sha2::{Digest, Sha256};

use crate::row::{Row, bigint, column, counted};
use crate::{Error, Store};

/// What a walk along the chain found.
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

/// A row with everything that the chain covers, as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainRow {
    /// Its number; in a ledger that nobody touched from 1, without gaps.
    pub number: i64,
    /// The account.
    pub account: String,
    /// Milliseconds since the epoch.
    pub at: i64,
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
    /// The hash it was written with.
    pub hash: Vec<u8>,
}

impl ChainRow {
    pub(crate) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            number: column(row, "number")?,
            account: column(row, "account_id")?,
            at: column(row, "at")?,
            actor_kind: column(row, "actor_kind")?,
            actor: column(row, "actor")?,
            act: column(row, "act")?,
            subject: column(row, "subject")?,
            detail: column(row, "detail")?,
            hash: column(row, "hash")?,
        })
    }

    /// The hash that this row has behind one of the hash `previous`.
    pub fn hash_after(&self, previous: &[u8]) -> Vec<u8> {
        self.parts().hash(previous)
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            number: self.number,
            account: &self.account,
            at: self.at,
            actor_kind: &self.actor_kind,
            actor: &self.actor,
            act: &self.act,
            subject: &self.subject,
            detail: &self.detail,
        }
    }
}

/// The columns of a row that the hash covers.
pub(super) struct Parts<'a> {
    pub(super) number: i64,
    pub(super) account: &'a str,
    pub(super) at: i64,
    pub(super) actor_kind: &'a str,
    pub(super) actor: &'a str,
    pub(super) act: &'a str,
    pub(super) subject: &'a str,
    pub(super) detail: &'a str,
}

impl Parts<'_> {
    pub(super) fn hash(&self, previous: &[u8]) -> Vec<u8> {
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

/// A walk along the chain: it is given every row in the order of their numbers, and then says
/// whether they are the ones that were written.
#[derive(Debug, Clone)]
pub struct Walk {
    number: i64,
    hash: Vec<u8>,
    last: i64,
    end: Vec<u8>,
}

impl Walk {
    /// From behind row `from`, which is known to be right, to the head: number and hash of each.
    /// The beginning is row 0 with a hash of 32 zeros.
    pub fn new(from: (i64, Vec<u8>), head: (i64, Vec<u8>)) -> Self {
        let ((number, hash), (last, end)) = (from, head);
        Self {
            number,
            hash,
            last,
            end,
        }
    }

    /// Looks at the next row. The first wrong one ends the walk.
    pub fn take(&mut self, row: &ChainRow) -> Result<(), Verdict> {
        if row.number <= self.number {
            return Err(broken(row.number, "this row stands where none was written"));
        }
        if row.number > self.last {
            return Err(broken(
                self.last + 1,
                "this row stands behind the end of the ledger",
            ));
        }
        if row.number != self.number + 1 {
            return Err(broken(self.number + 1, "this row is missing"));
        }
        if row.hash != row.hash_after(&self.hash) {
            return Err(broken(
                row.number,
                "this row is not the one that was written",
            ));
        }
        self.number = row.number;
        self.hash.clone_from(&row.hash);
        Ok(())
    }

    fn stopped(self, verdict: Option<Verdict>) -> Walked {
        Walked {
            number: u64::try_from(self.number).unwrap_or(0),
            hash: self.hash,
            verdict,
        }
    }

    /// After the last row.
    pub fn finish(self) -> Verdict {
        if self.number < self.last {
            return broken(self.number + 1, "this row and all after it are missing");
        }
        if self.number > self.last {
            return broken(self.last + 1, "the ledger ends before this row");
        }
        if self.hash != self.end {
            return broken(self.last, "the head of the ledger belongs to another row");
        }
        Verdict::Whole {
            rows: u64::try_from(self.last).unwrap_or(0),
        }
    }
}

fn broken(number: i64, reason: &'static str) -> Verdict {
    Verdict::Broken {
        number: u64::try_from(number).unwrap_or(0),
        reason,
    }
}

/// How many rows are read at once.
const PAGE: i64 = 1_000;

async fn page(store: &Store, after: i64, last: i64) -> Result<Vec<Row>, Error> {
    Ok(sqlx::query(
        "select number, account_id, at, actor_kind, actor, act, subject, detail, hash \
         from ledger where number > $1 and number <= $2 order by number limit $3",
    )
    .bind(after)
    .bind(last)
    .bind(PAGE)
    .fetch_all(store.readers())
    .await?)
}

/// Up to a thousand rows after number `after`, oldest first, with everything that the chain covers.
pub async fn rows(store: &Store, after: i64) -> Result<Vec<ChainRow>, Error> {
    crate::row::each(&page(store, after, i64::MAX).await?, ChainRow::read)
}

/// How far a walk came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// The last row that is right.
    pub number: u64,
    /// Its hash.
    pub hash: Vec<u8>,
    /// What is to be said of the ledger; `None` when the walk was not to go on to the end.
    pub verdict: Option<Verdict>,
}

/// Walks the whole chain.
///
/// Whoever can write the database can also write a new chain from some row on; a checkpoint tells
/// of that.
pub async fn verify(store: &Store) -> Result<Verdict, Error> {
    let walked = walk(store, None, u64::MAX).await?;
    // Without a bound there is always one.
    Ok(walked
        .verdict
        .unwrap_or_else(|| broken(i64::MAX, "the ledger has no end")))
}

/// Walks the chain from behind row `number`, which had this hash, for about `at_most` rows.
pub async fn walk_from(
    store: &Store,
    number: u64,
    hash: &[u8],
    at_most: u64,
) -> Result<Walked, Error> {
    walk(store, Some((bigint(number)?, hash.to_vec())), at_most).await
}

async fn walk(store: &Store, from: Option<(i64, Vec<u8>)>, at_most: u64) -> Result<Walked, Error> {
    // The head first: rows that are added meanwhile are not judged.
    let head: Option<(i64, Vec<u8>)> =
        sqlx::query_as("select number, hash from ledger_head where id = 1")
            .fetch_optional(store.readers())
            .await?;
    // Also what was put in front of the first row.
    let mut read_to = from.as_ref().map_or(i64::MIN, |(number, _)| *number);
    let from = from.unwrap_or_else(|| (0, vec![0; 32]));
    let Some((last, end)) = head else {
        return Ok(Walked {
            number: 0,
            hash: from.1,
            verdict: Some(broken(0, "the head of the ledger is missing")),
        });
    };
    let mut walk = Walk::new(from, (last, end));
    let mut seen = 0;
    while seen < at_most {
        let rows = page(store, read_to, last).await?;
        for row in &rows {
            let Ok(row) = ChainRow::read(row) else {
                let number = walk.number + 1;
                return Ok(walk.stopped(Some(broken(number, "this row cannot be read"))));
            };
            if let Err(verdict) = walk.take(&row) {
                return Ok(walk.stopped(Some(verdict)));
            }
            read_to = row.number;
            seen += 1;
        }
        if rows.is_empty() {
            let verdict = if stray(store).await? {
                broken(last + 1, "this row stands behind the end of the ledger")
            } else {
                walk.clone().finish()
            };
            return Ok(walk.stopped(Some(verdict)));
        }
    }
    Ok(walk.stopped(None))
}

/// Whether there are rows beyond the head, which Relay did not append. Those that were added since
/// another look at the head are not among them.
async fn stray(store: &Store) -> Result<bool, Error> {
    let row = sqlx::query(
        "select count(*) as stray from ledger \
         where number > (select number from ledger_head where id = 1)",
    )
    .fetch_one(store.readers())
    .await?;
    Ok(counted(&row, "stray")? > 0)
}
