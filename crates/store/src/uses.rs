//! Uses: which revision of a connection or secret an attempt was given.
//!
//! There is one row for an attempt and a revision, written with its ledger entry before the first
//! value is handed out. Names are kept as they were: what they named may be gone by now.

use std::collections::HashMap;

use model::{AccountId, AttemptId, ConnectionId, RunId, Timestamp, WorkflowName};

use crate::ledger::{self, Entry};
use crate::row::{bigint, column, counted, each, parsed, storable, time};
use crate::{Error, Source, Tx};

/// A hand-out to write down.
#[derive(Debug)]
pub struct NewUse<'a> {
    /// Which attempt is given a value.
    pub attempt: &'a AttemptId,
    /// `connection` or `secret`.
    pub kind: &'static str,
    /// The id of the connection or secret.
    pub subject: &'a str,
    /// The type of a connection; empty for a secret.
    pub type_name: &'a str,
    /// The name of the connection or secret.
    pub name: &'a str,
    /// The revision that is handed out.
    pub revision: u64,
}

/// A revision that an attempt was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRow {
    /// The attempt.
    pub attempt: AttemptId,
    /// Name of the step.
    pub step: String,
    /// `connection` or `secret`.
    pub kind: String,
    /// The id of the connection or secret.
    pub subject: String,
    /// The type of a connection; empty for a secret.
    pub type_name: String,
    /// The name it had.
    pub name: String,
    /// The revision that was handed out.
    pub revision: u64,
    /// When it was first handed out.
    pub at: Timestamp,
}

/// Writes down that an attempt is given a value. When the attempt is over, nothing may be handed out:
/// [`Error::AttemptOver`]. A second time is [`Error::Unique`].
pub async fn add(tx: &mut Tx, new: &NewUse<'_>, entry: &Entry) -> Result<(), Error> {
    let row = sqlx::query(
        "insert into uses \
         (attempt_id, kind, subject, revision, account_id, type_name, name, used_at) \
         select id, $1, $2, $3, account_id, $4, $5, $6 from attempts \
         where id = $7 and account_id = $8 and state = 'running' \
         returning (select a.run_id from attempts a where a.id = attempt_id) as run_id",
    )
    .bind(new.kind)
    .bind(new.subject)
    .bind(bigint(new.revision)?)
    .bind(new.type_name)
    .bind(new.name)
    .bind(entry.at.0)
    .bind(new.attempt.as_str())
    .bind(entry.account.as_str())
    .fetch_optional(tx.connection())
    .await?
    .ok_or(Error::AttemptOver)?;
    if new.kind == "connection" {
        sqlx::query(
            "update connections set last_used_at = $1, last_used_run = $2 \
             where account_id = $3 and id = $4",
        )
        .bind(entry.at.0)
        .bind(column::<String>(&row, "run_id")?)
        .bind(entry.account.as_str())
        .bind(new.subject)
        .execute(tx.connection())
        .await?;
    }
    ledger::append(tx, entry).await
}

/// Whether this revision was handed out to this attempt before.
pub async fn contains(
    source: impl Source,
    attempt: &AttemptId,
    kind: &str,
    subject: &str,
    revision: u64,
) -> Result<bool, Error> {
    let Some(revision) = storable(revision) else {
        return Ok(false);
    };
    let found: i64 = sqlx::query_scalar(
        "select count(*) from uses \
         where attempt_id = $1 and kind = $2 and subject = $3 and revision = $4",
    )
    .bind(attempt.as_str())
    .bind(kind)
    .bind(subject)
    .bind(revision)
    .fetch_one(source.executor())
    .await?;
    Ok(found > 0)
}

/// What the steps of a run were given, in the order of the hand-outs.
pub async fn of_run(source: impl Source, run: &RunId) -> Result<Vec<UseRow>, Error> {
    let rows = sqlx::query(
        "select u.attempt_id, s.name as step, u.kind, u.subject, u.type_name, u.name, \
         u.revision, u.used_at from attempts a join uses u on u.attempt_id = a.id \
         join steps s on s.run_id = a.run_id and s.position = a.position \
         where a.run_id = $1 order by u.used_at, a.position, u.kind, u.type_name, u.name",
    )
    .bind(run.as_str())
    .fetch_all(source.executor())
    .await?;
    each(&rows, |row| {
        Ok(UseRow {
            attempt: parsed(row, "attempt_id")?,
            step: column(row, "step")?,
            kind: column(row, "kind")?,
            subject: column(row, "subject")?,
            type_name: column(row, "type_name")?,
            name: column(row, "name")?,
            revision: counted(row, "revision")?,
            at: time(row, "used_at")?,
        })
    })
}

/// For every connection of the account whose last use is by a run that still exists: when that was,
/// the run's workflow, and its number.
pub async fn last_of(
    source: impl Source,
    account: &AccountId,
) -> Result<HashMap<ConnectionId, (Timestamp, WorkflowName, u64)>, Error> {
    let rows = sqlx::query(
        "select c.id, c.last_used_at, w.name as workflow, r.number from connections c \
         join runs r on r.id = c.last_used_run join workflows w on w.id = r.workflow_id \
         where c.account_id = $1",
    )
    .bind(account.as_str())
    .fetch_all(source.executor())
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                parsed(row, "id")?,
                (
                    time(row, "last_used_at")?,
                    parsed(row, "workflow")?,
                    counted(row, "number")?,
                ),
            ))
        })
        .collect()
}
