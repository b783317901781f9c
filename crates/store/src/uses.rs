//! Uses: which revision of a connection or secret an attempt was given.
//!
//! There is one row for an attempt and a revision, written with its ledger entry before the first
//! value is handed out. Handed out again, after it was withdrawn meanwhile, it has another entry and
//! the same row. Names are kept as they were: what they named may be gone by now.

use std::collections::HashMap;

use model::{
    AccountId, AttemptId, ConnectionId, RunId, SecretId, Timestamp, WorkflowId, WorkflowName,
};
use sqlx::AssertSqlSafe;

use crate::ledger::{self, Entry};
use crate::row::{Row, bigint, column, counted, each, kept, parsed, storable, time};
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
/// [`Error::AttemptOver`]. A second time only the entry is added.
pub async fn add(tx: &mut Tx, new: &NewUse<'_>, entry: &Entry) -> Result<(), Error> {
    let added = sqlx::query(
        "insert into uses \
         (attempt_id, kind, subject, revision, account_id, type_name, name, used_at) \
         select id, $1, $2, $3, account_id, $4, $5, $6 from attempts \
         where id = $7 and account_id = $8 and state = 'running' \
         on conflict (attempt_id, kind, subject, revision) do nothing \
         returning (select a.run_id from attempts a where a.id = attempt_id) as run_id, \
         (select a.position from attempts a where a.id = attempt_id) as position",
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
    .await?;
    let row = match added {
        Some(row) => row,
        None => running(tx, new.attempt, entry)
            .await?
            .ok_or(Error::AttemptOver)?,
    };
    let run = column::<String>(&row, "run_id")?;
    let position = column::<i64>(&row, "position")?;
    used_last(tx, new.kind, new.subject, &run, position, entry).await?;
    ledger::append(tx, entry).await
}

/// The run and the step of an attempt that is under way.
async fn running(tx: &mut Tx, attempt: &AttemptId, entry: &Entry) -> Result<Option<Row>, Error> {
    let row = sqlx::query(
        "select run_id, position from attempts \
         where id = $1 and account_id = $2 and state = 'running'",
    )
    .bind(attempt.as_str())
    .bind(entry.account.as_str())
    .fetch_optional(tx.connection())
    .await?;
    Ok(row)
}

/// Writes down that the condition of a step was decided with a value. No attempt is given anything,
/// yet the connection or the secret is in use.
pub async fn by_condition(
    tx: &mut Tx,
    kind: &str,
    subject: &str,
    run: &RunId,
    step: &str,
    entry: &Entry,
) -> Result<(), Error> {
    let position: Option<i64> =
        sqlx::query_scalar("select position from steps where run_id = $1 and name = $2")
            .bind(run.as_str())
            .bind(kept(step))
            .fetch_optional(tx.connection())
            .await?;
    if let Some(position) = position {
        used_last(tx, kind, subject, run.as_str(), position, entry).await?;
    }
    ledger::append(tx, entry).await
}

async fn used_last(
    tx: &mut Tx,
    kind: &str,
    subject: &str,
    run: &str,
    position: i64,
    entry: &Entry,
) -> Result<(), Error> {
    let statement = if kind == "connection" {
        "update connections set last_used_at = $1, last_used_run = $2, last_used_position = $3 \
         where account_id = $4 and id = $5"
    } else {
        "update secrets set last_used_at = $1, last_used_run = $2, last_used_position = $3 \
         where account_id = $4 and id = $5"
    };
    sqlx::query(statement)
        .bind(entry.at.0)
        .bind(run)
        .bind(position)
        .bind(entry.account.as_str())
        .bind(subject)
        .execute(tx.connection())
        .await?;
    Ok(())
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

/// A step of a run that still exists, which used something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedIn {
    /// When.
    pub at: Timestamp,
    /// The run's workflow.
    pub workflow: WorkflowName,
    /// The number of the run in it.
    pub number: u64,
    /// The step's place in the text, from 0, and its name.
    pub step: Option<(u64, String)>,
}

fn used_in(row: &Row) -> Result<UsedIn, Error> {
    let step: Option<String> = column(row, "step")?;
    Ok(UsedIn {
        at: time(row, "used_at")?,
        workflow: parsed(row, "workflow")?,
        number: counted(row, "number")?,
        step: step
            .map(|name| Ok::<_, Error>((counted(row, "position")?, name)))
            .transpose()?,
    })
}

/// The columns and the tables of the last use of a row called `x`.
const LAST: &str = "x.id, x.last_used_at as used_at, w.name as workflow, r.number, s.position, \
     s.name as step";
const LAST_FROM: &str = "join runs r on r.id = x.last_used_run join workflows w on w.id = r.workflow_id \
     left join steps s on s.run_id = r.id and s.position = x.last_used_position";

/// Every connection of the account that was used, with its last use, as long as the run exists.
pub async fn last_of(
    source: impl Source,
    account: &AccountId,
) -> Result<HashMap<ConnectionId, UsedIn>, Error> {
    let sql = format!("select {LAST} from connections x {LAST_FROM} where x.account_id = $1");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(account.as_str())
        .fetch_all(source.executor())
        .await?;
    rows.iter()
        .map(|row| Ok((parsed(row, "id")?, used_in(row)?)))
        .collect()
}

/// The last use of one connection.
pub async fn last_of_connection(
    source: impl Source,
    account: &AccountId,
    id: &ConnectionId,
) -> Result<Option<UsedIn>, Error> {
    let sql = format!(
        "select {LAST} from connections x {LAST_FROM} where x.account_id = $1 and x.id = $2"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(account.as_str())
        .bind(id.as_str())
        .fetch_optional(source.executor())
        .await?
        .map(|row| used_in(&row))
        .transpose()
}

/// Every secret of a workflow that was used, with its last use.
pub async fn last_of_secrets(
    source: impl Source,
    workflow: &WorkflowId,
) -> Result<HashMap<SecretId, UsedIn>, Error> {
    let sql = format!("select {LAST} from secrets x {LAST_FROM} where x.workflow_id = $1");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(workflow.as_str())
        .fetch_all(source.executor())
        .await?;
    rows.iter()
        .map(|row| Ok((parsed(row, "id")?, used_in(row)?)))
        .collect()
}

/// The steps that were given a connection or secret of that id, newest first, and the revision that
/// each was given.
pub async fn of_subject(
    source: impl Source,
    account: &AccountId,
    subject: &str,
    limit: u32,
) -> Result<Vec<(UsedIn, u64)>, Error> {
    let rows = sqlx::query(
        "select u.used_at, u.revision, w.name as workflow, r.number, s.position, s.name as step \
         from uses u join attempts a on a.id = u.attempt_id join runs r on r.id = a.run_id \
         join workflows w on w.id = r.workflow_id \
         join steps s on s.run_id = a.run_id and s.position = a.position \
         where u.account_id = $1 and u.subject = $2 \
         order by u.used_at desc, u.attempt_id desc limit $3",
    )
    .bind(account.as_str())
    .bind(subject)
    .bind(i64::from(limit))
    .fetch_all(source.executor())
    .await?;
    each(&rows, |row| Ok((used_in(row)?, counted(row, "revision")?)))
}
