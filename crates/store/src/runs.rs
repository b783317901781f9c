//! Runs: one execution of a revision of a workflow, with the parameters it was started with.
//!
//! Whatever moves a run or its steps on holds the lock of the run's row, so that two engines never
//! decide about one run at once.

use model::{AccountId, RunId, RunState, StepState, Timestamp, WorkflowId, WorkflowName};
use sqlx::AssertSqlSafe;

use crate::ledger::{self, Entry};
use crate::pools::Kind;
use crate::row::{self, Row, bigint, column, counted, kept, parsed, storable, time, time_or_null};
use crate::{Error, Source, Tx};

/// A run to add.
#[derive(Debug)]
pub struct NewRun<'a> {
    /// A fresh id.
    pub id: &'a RunId,
    /// The workflow, which exists.
    pub workflow: &'a WorkflowId,
    /// Which revision of it runs; it exists.
    pub revision: u64,
    /// JSON object: parameters by name.
    pub parameters: &'a str,
    /// Its state to begin with.
    pub state: RunState,
    /// Its steps, in the order of the text.
    pub steps: &'a [NewStep],
}

/// A step of a run to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStep {
    /// Its name, unique in the run.
    pub name: String,
    /// What kind of step it is: `container` or `approval`.
    pub kind: &'static str,
    /// Its state to begin with.
    pub state: StepState,
    /// Why it is in this state, for a person; mostly empty.
    pub message: String,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// The id.
    pub id: RunId,
    /// Its workflow.
    pub workflow_id: WorkflowId,
    /// The name of its workflow.
    pub workflow_name: WorkflowName,
    /// Its number, from 1 in each workflow.
    pub number: u64,
    /// Which revision of the workflow it runs.
    pub revision: u64,
    /// How far it is.
    pub state: RunState,
    /// JSON object: parameters by name.
    pub parameters: String,
    /// Name of who started it; `None` for the command line and Relay itself.
    pub started_by: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first step began.
    pub started_at: Option<Timestamp>,
    /// When it reached a final state.
    pub finished_at: Option<Timestamp>,
    /// When somebody asked for it to be stopped, and that person's name.
    pub stop_requested: Option<(Timestamp, Option<String>)>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select r.id, r.workflow_id, w.name as workflow_name, r.number, r.revision, r.state, \
             r.parameters, u.name as started_by, r.created_at, r.started_at, r.finished_at, \
             r.stop_requested_at, s.name as stop_requested_by from runs r \
             join workflows w on w.id = r.workflow_id \
             left join users u on u.id = r.started_by \
             left join users s on s.id = r.stop_requested_by ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<RunRow, Error> {
    let stop_requested_by = column(row, "stop_requested_by")?;
    Ok(RunRow {
        id: parsed(row, "id")?,
        workflow_id: parsed(row, "workflow_id")?,
        workflow_name: parsed(row, "workflow_name")?,
        number: counted(row, "number")?,
        revision: counted(row, "revision")?,
        state: parsed(row, "state")?,
        parameters: column(row, "parameters")?,
        started_by: column(row, "started_by")?,
        created_at: time(row, "created_at")?,
        started_at: time_or_null(row, "started_at")?,
        finished_at: time_or_null(row, "finished_at")?,
        stop_requested: time_or_null(row, "stop_requested_at")?.map(|at| (at, stop_requested_by)),
    })
}

/// Runs of a workflow, newest first: those with a number below `before`, or the newest ones.
pub async fn list(
    source: impl Source,
    account: &AccountId,
    workflow: &WorkflowId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<RunRow>, Error> {
    let rows = sqlx::query(select!(
        "where r.account_id = $1 and r.workflow_id = $2 and r.number < $3 \
         order by r.number desc limit $4"
    ))
    .bind(account.as_str())
    .bind(workflow.as_str())
    .bind(before.and_then(storable).unwrap_or(i64::MAX))
    .bind(i64::from(limit))
    .fetch_all(source.executor())
    .await?;
    row::each(&rows, read)
}

/// The run of that number.
pub async fn find(
    source: impl Source,
    account: &AccountId,
    workflow: &WorkflowId,
    number: u64,
) -> Result<Option<RunRow>, Error> {
    let Some(number) = storable(number) else {
        return Ok(None);
    };
    sqlx::query(select!(
        "where r.account_id = $1 and r.workflow_id = $2 and r.number = $3"
    ))
    .bind(account.as_str())
    .bind(workflow.as_str())
    .bind(number)
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// The run of that id.
pub async fn by_id(source: impl Source, id: &RunId) -> Result<Option<RunRow>, Error> {
    sqlx::query(select!("where r.id = $1"))
        .bind(id.as_str())
        .fetch_optional(source.executor())
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// How many runs of a workflow are not in a final state.
pub async fn active(source: impl Source, workflow: &WorkflowId) -> Result<u64, Error> {
    let row = sqlx::query(
        "select count(*) as active from runs where workflow_id = $1 and finished_at is null",
    )
    .bind(workflow.as_str())
    .fetch_one(source.executor())
    .await?;
    counted(&row, "active")
}

/// Up to `limit` runs that are not in a final state, in the order of their ids, after that one.
pub async fn unfinished(
    source: impl Source,
    after: Option<&RunId>,
    limit: u32,
) -> Result<Vec<RunId>, Error> {
    let rows = sqlx::query(
        "select id from runs where finished_at is null and id > $1 order by id limit $2",
    )
    .bind(after.map_or("", RunId::as_str))
    .bind(i64::from(limit))
    .fetch_all(source.executor())
    .await?;
    row::each(&rows, |row| parsed(row, "id"))
}

/// Adds a run with its steps, and answers its number, which no other run of the workflow has or had.
pub async fn add(tx: &mut Tx, new: &NewRun<'_>, entry: &Entry) -> Result<u64, Error> {
    let row = sqlx::query(
        "update workflows set last_run = last_run + 1 where account_id = $1 and id = $2 \
         returning last_run",
    )
    .bind(entry.account.as_str())
    .bind(new.workflow.as_str())
    .fetch_optional(tx.connection())
    .await?
    .ok_or(Error::Row("the workflow of a run is not there"))?;
    let number = counted(&row, "last_run")?;
    let (started_at, finished_at) = moments(new.state, entry.at);
    sqlx::query(
        "insert into runs (id, account_id, workflow_id, number, revision, parameters, state, \
         created_at, started_by, started_at, finished_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(new.id.as_str())
    .bind(entry.account.as_str())
    .bind(new.workflow.as_str())
    .bind(bigint(number)?)
    .bind(bigint(new.revision)?)
    .bind(new.parameters)
    .bind(new.state.words())
    .bind(entry.at.0)
    .bind(entry.by())
    .bind(started_at)
    .bind(finished_at)
    .execute(tx.connection())
    .await?;
    add_steps(tx, new, entry).await?;
    ledger::append(tx, entry).await?;
    Ok(number)
}

/// How many rows go to the database in one statement: a text may have thousands of steps.
const ROWS_AT_ONCE: usize = 100;

async fn add_steps(tx: &mut Tx, new: &NewRun<'_>, entry: &Entry) -> Result<(), Error> {
    let mut position = 0_i64;
    for some in new.steps.chunks(ROWS_AT_ONCE) {
        let sql = format!(
            "insert into steps (run_id, position, account_id, name, kind, state, message, \
             attempts, interruptions, queued_at, started_at, finished_at) values {}",
            row::places(some.len(), 12)
        );
        let mut insert = sqlx::query(AssertSqlSafe(sql));
        for step in some {
            let times = crate::steps::moments(step.state, entry.at);
            insert = insert
                .bind(new.id.as_str())
                .bind(position)
                .bind(entry.account.as_str())
                .bind(kept(&step.name))
                .bind(step.kind)
                .bind(step.state.words())
                .bind(kept(&step.message))
                .bind(0_i64)
                .bind(0_i64)
                .bind(times.queued)
                .bind(times.started)
                .bind(times.finished);
            position += 1;
        }
        insert.execute(tx.connection()).await?;
    }
    Ok(())
}

/// Locks a run until the transaction ends, and reads it. On PostgreSQL other engines wait here;
/// whoever locks several takes them in the order of their ids.
pub async fn lock(tx: &mut Tx, id: &RunId) -> Result<Option<RunRow>, Error> {
    // References to the run, such as those of hand-outs, may still be written meanwhile.
    let sql = match tx.kind() {
        Kind::Sqlite => select!("where r.id = $1"),
        Kind::Postgres => select!("where r.id = $1 for no key update of r"),
    };
    sqlx::query(sql)
        .bind(id.as_str())
        .fetch_optional(tx.connection())
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Moves a run from one state to another; `false` when it is not in the first one.
pub async fn set_state(
    tx: &mut Tx,
    id: &RunId,
    from: RunState,
    to: RunState,
    at: Timestamp,
) -> Result<bool, Error> {
    let (started_at, finished_at) = moments(to, at);
    let changed = sqlx::query(
        "update runs set state = $1, started_at = coalesce(started_at, $2), finished_at = $3 \
         where id = $4 and state = $5",
    )
    .bind(to.words())
    .bind(started_at)
    .bind(finished_at)
    .bind(id.as_str())
    .bind(from.words())
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(changed > 0)
}

/// What entering a state makes of `started_at`, unless that is set, and of `finished_at`.
pub(crate) fn moments(state: RunState, at: Timestamp) -> (Option<i64>, Option<i64>) {
    let begun = matches!(state, RunState::Running | RunState::WaitingForApproval);
    (begun.then_some(at.0), state.is_final().then_some(at.0))
}

/// Asks for a run to be stopped; `false` when it is over, was asked to before, or does not exist.
pub async fn request_stop(tx: &mut Tx, id: &RunId, entry: &Entry) -> Result<bool, Error> {
    let changed = sqlx::query(
        "update runs set stop_requested_at = $1, stop_requested_by = $2 \
         where account_id = $3 and id = $4 and finished_at is null and stop_requested_at is null",
    )
    .bind(entry.at.0)
    .bind(entry.by())
    .bind(entry.account.as_str())
    .bind(id.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    ledger::append_changed(tx, changed, entry).await
}

/// Decides an approval: granted it has succeeded, else it is rejected. `false` when it is not
/// waiting for that, or its run was asked to stop.
pub async fn decide_approval(
    tx: &mut Tx,
    id: &RunId,
    position: u64,
    granted: bool,
    entry: &Entry,
) -> Result<bool, Error> {
    let to = if granted {
        StepState::Succeeded
    } else {
        StepState::Rejected
    };
    let changed = sqlx::query(
        "update steps set state = $1, finished_at = $2, decided_by = $3 \
         where run_id = $4 and position = $5 and account_id = $6 and state = $7 and exists \
         (select 1 from runs r where r.id = run_id and r.stop_requested_at is null)",
    )
    .bind(to.words())
    .bind(entry.at.0)
    .bind(entry.by())
    .bind(id.as_str())
    .bind(storable(position))
    .bind(entry.account.as_str())
    .bind(StepState::WaitingForApproval.words())
    .execute(tx.connection())
    .await?
    .rows_affected();
    ledger::append_changed(tx, changed, entry).await
}
