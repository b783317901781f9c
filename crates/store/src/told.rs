//! What the ledger told of one subject: how an old row that was put back is told from the newest. And
//! whether it told something of a run already.
//!
//! Only entries up to the head of the ledger count, and each says whether its own link of the chain
//! holds. A row that somebody inserted or changed without writing the chain anew is known by that.

use model::{AccountId, RunId};

use crate::ledger::{ChainRow, Entry};
use crate::row::{column, each};
use crate::{Error, Source};

/// An entry of the ledger about some subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its number.
    pub number: u64,
    /// What was done.
    pub act: String,
    /// JSON.
    pub detail: String,
    /// Whether its hash is the one it has behind the row before.
    pub linked: bool,
}

/// How many entries one look answers.
pub const PAGE: usize = 64;

/// Of the entries about `subject` that tell of one of these three acts, the newest ones in front of
/// number `before`, newest first: at most [`PAGE`] of them.
pub async fn newest(
    source: impl Source,
    account: &AccountId,
    subject: &str,
    acts: [&str; 3],
    before: Option<u64>,
) -> Result<Vec<Told>, Error> {
    let [first, second, third] = acts;
    let before = before.and_then(crate::row::storable).unwrap_or(i64::MAX);
    let rows = sqlx::query(
        "select l.number, l.account_id, l.at, l.actor_kind, l.actor, l.act, l.subject, l.detail, \
         l.hash, p.hash as previous from ledger l left join ledger p on p.number = l.number - 1 \
         where l.subject = $1 and l.act in ($2, $3, $4) and l.account_id = $5 and l.number < $6 \
         and l.number <= (select number from ledger_head where id = 1) \
         order by l.number desc limit $7",
    )
    .bind(subject)
    .bind(first)
    .bind(second)
    .bind(third)
    .bind(account.as_str())
    .bind(before)
    .bind(i64::try_from(PAGE).unwrap_or(i64::MAX))
    .fetch_all(source.executor())
    .await?;
    each(&rows, |row| {
        let found = ChainRow::read(row)?;
        let previous: Option<Vec<u8>> = column(row, "previous")?;
        let previous = match previous {
            None if found.number == 1 => Some(vec![0; 32]),
            previous => previous,
        };
        Ok(Told {
            number: u64::try_from(found.number).unwrap_or(0),
            linked: previous.is_some_and(|previous| found.hash_after(&previous) == found.hash),
            act: found.act,
            detail: found.detail,
        })
    })
}

/// Whether there is an entry about a run that says the same as this one: who acted, the act, its
/// subject and every word of the detail, in which the run is named. Only the time may differ.
pub async fn of_run(source: impl Source, run: &RunId, entry: &Entry) -> Result<bool, Error> {
    let (kind, actor) = entry.actor.columns();
    let found: Option<i64> = sqlx::query_scalar(
        "select number from ledger where run = $1 and act = $2 and subject = $3 and detail = $4 \
         and account_id = $5 and actor_kind = $6 and actor = $7 \
         and number <= (select number from ledger_head where id = 1) limit 1",
    )
    .bind(run.as_str())
    .bind(entry.act)
    .bind(&*entry.subject)
    .bind(&*entry.detail)
    .bind(entry.account.as_str())
    .bind(kind)
    .bind(actor)
    .fetch_optional(source.executor())
    .await?;
    Ok(found.is_some())
}
