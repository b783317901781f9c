//! What the ledger told of one subject: how an old row that was put back is told from the newest.

use model::AccountId;

use crate::row::{column, counted, each};
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
        "select number, act, detail from ledger where subject = $1 and act in ($2, $3, $4) \
         and account_id = $5 and number < $6 order by number desc limit $7",
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
        Ok(Told {
            number: counted(row, "number")?,
            act: column(row, "act")?,
            detail: column(row, "detail")?,
        })
    })
}
